"""The passages that evidence points at, looked up in the texts that lie beside a case.

A text named by `file` is looked for where it is named, seen from the case file. Its bytes are held
against the hash that the case states; a Word file is read as the project keeps it, without tracked
deletions. Quoted words count as there whatever the line breaks, the kind of quotes and dashes, and
capitals; `...` or `…` stands for words left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from talion.errors import InputError, TalionError
from talion.model.case import Case
from talion.model.names import pointers_in
from talion.model.schema import CaseEvidence
from talion.read.brief_text import read_brief
from talion.read.workbook import ZIP_MAGIC

__all__ = [
    "BesideText",
    "Span",
    "passage_of",
    "pointers_of",
    "read_texts",
    "spans_of",
    "texts_beside",
]

Span = tuple[int, int]
LEFT_OUT = 600  # characters that an ellipsis may stand for
_ALIKE = ("'’‘‚‛`´", '"“”„‟«»', "-‐‑‒–—―")
_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…|\[(?:\.\.\.|…)\])\s*")


@dataclass(frozen=True)
class BesideText:
    """A text that a case names and that may lie beside it.

    Attributes:
        source: id.
        path: where it is looked for.
        state: there; changed (other bytes than the case cites); missing; unreadable.
        text: what it holds; "" unless it is there or changed.
        why: why it cannot be read.
    """

    source: str
    path: Path
    state: Literal["there", "changed", "missing", "unreadable"]
    text: str = ""
    why: str = ""


def spans_of(quote: str, text: str) -> tuple[Span, ...]:
    """Return where quoted words stand in a text, as characters, the end not included.

    Args:
        quote: the words; `...` or `…` for words left out.
        text: the text.

    >>> spans_of("“will go on”", 'They say: "Will go\\non", twice.')
    ((10, 22),)
    >>> spans_of("They ... twice", 'They say: "Will go on", twice.')
    ((0, 29),)
    """
    parts = [_pattern(part) for part in _ELLIPSIS.split(quote.strip()) if part]
    if not parts:
        return ()
    pattern = re.compile(f".{{1,{LEFT_OUT}}}?".join(parts), re.IGNORECASE | re.DOTALL)
    return tuple(match.span() for match in pattern.finditer(text))


def _pattern(words: str) -> str:
    return "".join(
        r"\s+" if piece.isspace() else _letter(piece) for piece in re.findall(r"\s+|\S", words)
    )


def _letter(letter: str) -> str:
    alike = next((group for group in _ALIKE if letter in group), None)
    return re.escape(letter) if alike is None else f"[{re.escape(alike)}]"


def passage_of(pointer: CaseEvidence, text: str) -> Span | None:
    """Return the characters that a pointer names in a text; None if it names none, or none are there.

    Quoted words that stand in several places are taken where they stand first.
    """
    if pointer.start is not None and pointer.end is not None:
        return (pointer.start, pointer.end) if pointer.end <= len(text) else None
    if pointer.quote is not None:
        return next(iter(spans_of(pointer.quote, text)), None)
    return None


def pointers_of(case: Case) -> Iterator[tuple[tuple[str | int, ...], CaseEvidence]]:
    """Yield every pointer of a case into a text, with the key it stands under.

    Pointers of rows of the record stand under `("record", row)`.
    """
    yield from pointers_in(case.document)
    for event in case.record.events:
        for row in event.evidence:
            pointer = CaseEvidence(source=row.source, start=row.start, end=row.end, gist=row.gist)
            yield ("record", event.id), pointer


def texts_beside(case: Case) -> Mapping[str, BesideText]:
    """Return source -> its text, for the sources that name a file; none for a case without a path."""
    if case.path is None:
        return {}
    folder = case.path.parent
    return {
        name: _beside(case, name, folder / entry.file)
        for name, entry in case.sources.items()
        if entry.file
    }


def _beside(case: Case, name: str, path: Path) -> BesideText:
    if not path.is_file():
        return BesideText(name, path, "missing")
    try:
        data = _bytes(name, path)
        text = _text(name, path, data)
    except TalionError as error:
        return BesideText(name, path, "unreadable", why=str(error))
    return BesideText(name, path, "there" if _is_cited(case, name, data) else "changed", text)


def read_texts(case: Case, texts: Mapping[str, Path] | None) -> dict[str, str]:
    """Return texts that the user supplied, by source id, each checked against the case's hash.

    Raises:
        InputError: no such source, unreadable file, other bytes than the case cites.
        RecordError: a damaged Word file.
    """
    return {name: _supplied(case, name, Path(path)) for name, path in (texts or {}).items()}


def _supplied(case: Case, name: str, path: Path) -> str:
    if name not in case.sources:
        known = ", ".join(case.sources) or "none"
        raise InputError(
            "the case cites no source of this name", value=name, remedy=f"its sources: {known}"
        )
    data = _bytes(name, path)
    if not _is_cited(case, name, data):
        wanted = case.sources[name].sha256
        raise InputError(
            f"this is not the text that the case cites as {name}: it should have SHA-256 {wanted}",
            place=str(path),
            value=hashlib.sha256(data).hexdigest(),
            remedy="supply the very file the offsets were taken from",
        )
    return _text(name, path, data)


def _is_cited(case: Case, name: str, data: bytes) -> bool:
    wanted = case.sources[name].sha256
    return wanted is None or hashlib.sha256(data).hexdigest() == wanted


def _bytes(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the text of {name} cannot be read: {error.strerror or error}",
            place=str(path),
            remedy="give the path of the file, or leave the text out",
        ) from None


def _text(name: str, path: Path, data: bytes) -> str:
    if data.startswith(ZIP_MAGIC):
        return read_brief(path, None).text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"the text of {name} is not UTF-8 at byte {error.start}",
            place=str(path),
            remedy="save it as UTF-8",
        ) from None
