"""YAML as a case file uses it: a small, strict part of YAML 1.2 that remembers where each value stood.

Strings, integers, floats, `true`, `false`, `null`; no anchors, tags or merge keys. `on`, `off`,
`yes`, `no` and dates are strings. Duplicate keys, NaN, infinity, nesting deeper than 32 and files
over 2 MB are errors that carry file, line and column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from talion.errors import CaseError, Problems

__all__ = ["DEEPEST", "LARGEST", "Document", "read_document"]

LARGEST = 2_000_000  # bytes; a hand-written case of 1,200 lines has about 80 kB
DEEPEST = 32

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
}

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A parsed YAML text and the place of every value.

    Attributes:
        name: how the file is called in messages.
        data: dictionaries, lists and scalars.
        marks: (line, column), both from 1, of each value by its path of keys and indices.
    """

    name: str
    data: Any
    marks: dict[Path_, tuple[int, int]]

    def place(self, path: Path_) -> str:
        """Return `file:line:column, key.path` for the deepest known part of `path`.

        >>> read_document("links: {A1: {says: x}}", "case.yaml").place(("links", "A1", "says"))
        'case.yaml:1:20, links.A1.says'
        """
        # Items such as `<count>` name a form that was tried, not a key.
        known = tuple(p for p in path if not (isinstance(p, str) and p.startswith("<")))
        while known and known not in self.marks:
            known = known[:-1]
        line, column = self.marks.get(known, (1, 1))
        dotted = ".".join(str(part) for part in known)
        return f"{self.name}:{line}:{column}" + (f", {dotted}" if dotted else "")


def read_document(text: str, name: str) -> Document:
    """Parse `text` and keep its marks.

    Args:
        text: YAML.
        name: file name for messages.

    Returns:
        The data with marks.

    Raises:
        CaseError: not YAML, or YAML that a case may not use; names line and column.

    >>> read_document("a: [1, 2.5, off]", "case.yaml").data
    {'a': [1, 2.5, 'off']}
    """
    if len(text) > LARGEST:
        raise CaseError(
            "the file is too large to be a case",
            place=name,
            value=f"{len(text):,} characters",
            remedy=f"keep it under {LARGEST:,}; tables belong in CSV files",
        )
    try:
        builder = _Builder(name, yaml.parse(text, Loader=yaml.CSafeLoader))
        return Document(name, builder.document(), builder.marks)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise CaseError(
            f"not readable as YAML: {error.problem or error.context}",
            place=place,
            remedy="check indentation, colons and quotation marks there",
        ) from None
    except yaml.reader.ReaderError as error:
        raise CaseError(
            f"a character that YAML does not allow at position {error.position}",
            place=name,
            remedy="save the file as plain UTF-8 text",
        ) from None


def read_document_file(path: Path) -> Document:
    """Read and parse the file `path`; see `read_document`.

    Raises:
        CaseError: missing, unreadable, over 2 MB, not UTF-8, or not a case's YAML.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise CaseError(
                "the file is too large to be a case",
                place=str(path),
                value=f"{size:,} bytes",
                remedy=f"keep it under {LARGEST:,}; tables belong in CSV files",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CaseError("no such file", place=str(path), remedy="check the path") from None
    except UnicodeDecodeError as error:
        raise CaseError(
            f"not UTF-8 at byte {error.start}", place=str(path), remedy="save the file as UTF-8"
        ) from None
    except OSError as error:
        raise CaseError(
            f"cannot be read: {error.strerror}", place=str(path), remedy="check its permissions"
        ) from None
    return read_document(text, path.name)


class _Builder:
    """Builds plain data from parser events; keeps a mark for each path."""

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self.name = name
        self.events = events
        self.marks: dict[Path_, tuple[int, int]] = {}
        self.problems: list[CaseError] = []

    def document(self) -> Any:
        next(self.events)  # stream start
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise CaseError("the file is empty", place=self.name, remedy="see `talion new`")
        data = self.value(next(self.events), ())
        next(self.events)  # document end
        event = next(self.events)
        if isinstance(event, yaml.DocumentStartEvent):
            self.fail(event, "a second document begins here", "keep one case in one file")
        Problems.raise_any(self.problems)
        return data

    def fail(self, event: Any, message: str, remedy: str, value: Any = None) -> None:
        mark = event.start_mark
        place = f"{self.name}:{mark.line + 1}:{mark.column + 1}"
        if value is None:
            raise CaseError(message, place=place, remedy=remedy)
        raise CaseError(message, place=place, value=value, remedy=remedy)

    def value(self, event: Any, path: Path_) -> Any:
        mark = event.start_mark
        self.marks[path] = (mark.line + 1, mark.column + 1)
        if len(path) > DEEPEST:
            self.fail(event, f"nested deeper than {DEEPEST} levels", "flatten this part")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.fail(event, "anchors and aliases (& and *) are not used here", "write it out")
        if getattr(event, "tag", None):
            self.fail(event, "tags (!) are not used here", "leave it out", event.tag)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event)

    def mapping(self, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.fail(event, "a key must be plain text", "write `key: value`")
            key = str(event.value)
            if key == "<<":
                self.fail(event, "merge keys (<<) are not used here", "write the keys out")
            if key in found:
                self.fail(event, "this key stands twice in one place", "remove one", key)
            found[key] = self.value(next(self.events), (*path, key))
            # The key's mark serves better than that of a long block that follows it.
            if isinstance(found[key], dict | list):
                self.marks[(*path, key)] = (event.start_mark.line + 1, event.start_mark.column + 1)
        return found

    def sequence(self, path: Path_) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style in ("'", '"', "|", ">"):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.match(text):
            self.fail(event, "not a number that can be used", "give a finite number", text)
        if _INTEGER.match(text) and len(text) < 19:
            return int(text)
        if _FLOAT.match(text):
            number = float(text)
            if not math.isfinite(number):
                self.fail(event, "not a number that can be used", "give a finite number", text)
            return number
        return text
