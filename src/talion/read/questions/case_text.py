"""The text of a case file, changed in places and untouched, byte for byte, everywhere else.

PyYAML's nodes say where each key and value stands; only those characters are replaced, and new
entries go in after the last one of their part. Comments are never removed. Each change is read back:
a text that does not then say exactly what was meant is refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import yaml

from talion.errors import CaseError
from talion.model.document import read_document
from talion.read.questions.yaml_words import Value, block_entry, in_one_line, of_a_line

__all__ = ["CaseText", "Put", "Remove"]

KeyPath = tuple[str, ...]
BYTE_ORDER_MARK = "\ufeff"
WIDEST = 120  # characters of an entry written in one line


@dataclass(frozen=True)
class Put:
    """One value of a case: where it goes, and remarks to put behind the lines of a new entry.

    `instead_of` names a key of the same mapping whose place it takes.
    """

    path: KeyPath
    value: Value
    remarks: tuple[tuple[str, str], ...] = ()
    instead_of: str | None = None


@dataclass(frozen=True)
class Remove:
    """One key that goes, with its value. A comment behind it stays."""

    path: KeyPath


@dataclass(frozen=True)
class CaseText:
    """A case file's text.

    Attributes:
        text: all of it, line ends as they are in the file.
        name: how the file is called in messages.
    """

    text: str
    name: str = "case.yaml"

    @property
    def data(self) -> dict[str, Any]:
        """What the text says, as plain data."""
        found = read_document(self.text.removeprefix(BYTE_ORDER_MARK), self.name).data
        if not isinstance(found, dict):
            raise CaseError(
                "a case is a mapping of keys", place=self.name, remedy="see `talion new`"
            )
        return found

    def changed(self, changes: Sequence[Put | Remove]) -> CaseText:
        """Return the text with changes made, one after the other.

        Raises:
            CaseError: a change cannot be made without touching other text.

        >>> text = CaseText("links:\\n  L1: {says: a raises b}  # first\\n")
        >>> print(text.changed([Put(("links", "L2"), {"says": "b raises a"})]).text, end="")
        links:
          L1: {says: a raises b}  # first
          L2: {says: b raises a}
        """
        made = self
        for change in changes:
            made = made._removed(change.path) if isinstance(change, Remove) else made._put(change)
        return made

    def comments_beside(self, earlier: CaseText) -> tuple[int, ...]:
        """Return the lines, from 1, that differ from an earlier text but for a comment behind them."""
        old, new = earlier.text.splitlines(), self.text.splitlines()
        found = []
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for tag, i, j, k, n in matcher.get_opcodes():
            if tag != "replace":
                continue
            tails = {line[line.index(" #") :] for line in old[i:j] if " #" in line}
            found += [
                number + 1
                for number in range(k, n)
                if " #" in new[number] and new[number][new[number].index(" #") :] in tails
            ]
        return tuple(found)

    # --- one change ------------------------------------------------------------------------------

    def _put(self, put: Put) -> CaseText:
        data = self.data
        if put.instead_of is None and _lookup(data, put.path) == (_plain(put.value),):
            return self
        nodes, rest = self._walk(put.path)
        if put.instead_of is not None:
            edited = self._swap(nodes[-1], put)
        elif not rest:
            edited = self._replaced(nodes[-2], nodes[-1], put.path, put.value)
        else:
            edited = self._inserted(nodes[-1], put.path[: -len(rest)], rest, put)
        return self._read_back(edited, _with(data, put), put.path)

    def _removed(self, path: KeyPath) -> CaseText:
        data = self.data
        if not _lookup(data, path):
            return self
        nodes, _ = self._walk(path)
        parent = nodes[-2]
        index = next(i for i, (k, _) in enumerate(parent.value) if k.value == path[-1])
        key, value = parent.value[index]
        self._no_comment_within(value, path)
        start, end = self._at(key.start_mark), self._end(value)
        if _in_flow(parent):
            start, end = self._with_comma(start, end, last=index == len(parent.value) - 1)
        else:
            line = self.text.rfind("\n", 0, start) + 1
            after = _line_end(self.text, end)
            if not self.text[line:start].strip() and not self.text[end:after].strip():
                start, end = line, after
        expected = _without(data, path)
        return self._read_back(self.text[:start] + self.text[end:], expected, path)

    def _read_back(self, text: str, expected: dict[str, Any], path: KeyPath) -> CaseText:
        made = replace(self, text=text)
        try:
            right = made.data == expected
        except CaseError:
            right = False
        if not right:
            raise self._refusal(path)
        return made

    def _refusal(self, path: KeyPath) -> CaseError:
        place = read_document(self.text.removeprefix(BYTE_ORDER_MARK), self.name).place(path)
        return CaseError(
            "this part is written in a way that cannot be changed in place",
            place=place,
            value=".".join(path),
            remedy="write it in the usual form (`key: value`, a line each), or change it by hand",
        )

    # --- where things stand ----------------------------------------------------------------------

    def _walk(self, path: KeyPath) -> tuple[list[yaml.Node], KeyPath]:
        """Return the nodes along a path as far as they exist, and the keys that do not."""
        node = yaml.compose(self.text.removeprefix(BYTE_ORDER_MARK), Loader=yaml.CSafeLoader)
        if node is None:
            raise CaseError("the file is empty", place=self.name, remedy="see `talion new`")
        nodes = [node]
        for depth, name in enumerate(path):
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            found = next((value for key, value in pairs if key.value == name), None)
            if found is None:
                return nodes, path[depth:]
            nodes.append(found)
            node = found
        return nodes, ()

    def _at(self, mark: yaml.Mark) -> int:
        return int(mark.index) + self.text.startswith(BYTE_ORDER_MARK)

    def _end(self, node: yaml.Node) -> int:
        """Return where a node's own text ends; for a block, where that of its last leaf does."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        return self._at(node.end_mark)

    def _after(self, node: yaml.Node, column: int) -> int:
        """Return the start of the line after a node: past its comments, those below that are
        indented as deep included."""
        end = self._end(node)
        ended = end > 0 and self.text[end - 1] == "\n"  # a block scalar ends with its last line
        return _past_comments(self.text, end if ended else _line_end(self.text, end), column)

    def _with_comma(self, start: int, end: int, *, last: bool) -> tuple[int, int]:
        """Widen a span inside a flow mapping by the comma that goes with it."""
        text = self.text
        if not last:
            comma = end + len(text[end:]) - len(text[end:].lstrip())
            if text[comma : comma + 1] == ",":
                end = comma + 1
                end += len(text[end:]) - len(text[end:].lstrip(" "))
            return start, end
        before = text[:start].rstrip()
        return (len(before) - 1, end) if before.endswith(",") else (start, end)

    def _no_comment_within(self, node: yaml.Node, path: KeyPath) -> None:
        """Refuse to replace a list or mapping with a comment inside."""
        if isinstance(node, yaml.ScalarNode):
            return
        bare = list(self.text[self._at(node.start_mark) : self._end(node)])
        first = self._at(node.start_mark)
        for leaf in _leaves(node):
            for i in range(self._at(leaf.start_mark) - first, self._at(leaf.end_mark) - first):
                if i < len(bare):
                    bare[i] = " "
        if "#" in bare:
            raise self._refusal(path)

    # --- how it is changed -----------------------------------------------------------------------

    def _replaced(self, parent: yaml.Node, node: yaml.Node, path: KeyPath, value: Value) -> str:
        """Replace a value; numbers of a list one by one, so that what stands between them stays."""
        parts = value if isinstance(value, list | tuple) else None
        if (
            parts is not None
            and isinstance(node, yaml.SequenceNode)
            and len(parts) == len(node.value)
            and all(isinstance(n, yaml.ScalarNode) for n in node.value)
            and not any(isinstance(p, list | tuple | dict) for p in parts)
        ):
            text = self.text
            for old, new in reversed(list(zip(node.value, parts, strict=True))):
                text = text[: self._at(old.start_mark)] + in_one_line(new) + text[self._end(old) :]
            return text
        self._no_comment_within(node, path)
        start, end = self._at(node.start_mark), self._end(node)
        written = in_one_line(value) if _in_flow(parent) else of_a_line(value)
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            written += self._line_break
        if start == end and self.text[start - 1 : start] == ":":
            written = " " + written
        return self.text[:start] + written + self.text[end:]

    def _swap(self, parent: yaml.Node, put: Put) -> str:
        """Put a key in the place of another one of the same mapping."""
        # `_walk` ended at the mapping: the new key is not there yet.
        pair = next((p for p in parent.value if p[0].value == put.instead_of), None)
        if pair is None:
            raise self._refusal(put.path)
        key, value = pair
        self._no_comment_within(value, put.path)
        start, end = self._at(key.start_mark), self._end(value)
        if isinstance(value, yaml.ScalarNode) and value.style in ("|", ">"):
            raise self._refusal(put.path)
        shown = in_one_line(put.value) if _in_flow(parent) else of_a_line(put.value)
        written = f"{in_one_line(put.path[-1])}: {shown}"
        return self.text[:start] + written + self.text[end:]

    @property
    def _line_break(self) -> str:
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def _inserted(self, parent: yaml.Node, at: KeyPath, rest: KeyPath, put: Put) -> str:
        value: Value = put.value
        for name in reversed(rest[1:]):
            value = {name: value}
        if not at:
            return self._new_part(rest[0], value, put, parent)
        if isinstance(parent, yaml.MappingNode) and parent.value and parent.flow_style:
            place = self._end(parent.value[-1][1])
            written = f", {in_one_line(rest[0])}: {in_one_line(value)}"
            return self.text[:place] + written + self.text[place:]
        if isinstance(parent, yaml.MappingNode) and parent.value:
            column = parent.value[0][0].start_mark.column
            like = parent.value[0][1]
            lines = self._lines(rest[0], value, column, put, flat=_in_flow(like))
            return self.with_lines(self._after(parent, column), lines)
        return self._first_entry(parent, at, rest[0], value, put)

    def _lines(self, key: str, value: Value, column: int, put: Put, *, flat: bool) -> list[str]:
        """Return an entry as lines: one for each key, or one in all beside neighbours in one line."""
        if len(put.path) > 2:
            return [" " * column + f"{in_one_line(key)}: {of_a_line(value)}"]
        line = " " * column + f"{in_one_line(key)}: {in_one_line(value)}"
        if flat and len(line) <= WIDEST:
            return [line]
        return block_entry(key, value, column, column or 2, dict(put.remarks))

    def _first_entry(self, node: yaml.Node, at: KeyPath, key: str, value: Value, put: Put) -> str:
        """Open a part that is there and empty: `links: {}`, or `links:` with nothing behind it."""
        empty = isinstance(node, yaml.MappingNode) or (
            isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~") and not node.style
        )
        if not empty or len(at) > 1:
            raise self._refusal(put.path)
        self._no_comment_within(node, put.path)
        start, end = self._at(node.start_mark), self._end(node)
        kept = self.text[:start].rstrip(" ") + self.text[end:]
        shift = len(self.text) - len(kept)
        made = replace(self, text=kept)
        place = _past_comments(kept, _line_end(kept, end - shift), 1)
        return made.with_lines(place, block_entry(key, value, 2, 2, dict(put.remarks)))

    def _new_part(self, part: str, value: Value, put: Put, root: yaml.Node) -> str:
        """Put a part that is missing at the end of the file."""
        if not isinstance(root, yaml.MappingNode) or root.flow_style or not root.value:
            raise self._refusal(put.path)
        lines = ["", f"{part}:"]
        if isinstance(value, Mapping):
            for name, entry in value.items():
                lines += block_entry(name, entry, 2, 2, dict(put.remarks))
        else:
            lines = ["", f"{part}: {of_a_line(value)}"]
        marker = self.text.find(f"{self._line_break}...{self._line_break}", self._end(root))
        place = len(self.text) if marker < 0 else marker + len(self._line_break)
        return self.with_lines(place, lines)

    def with_lines(self, place: int, lines: Sequence[str]) -> str:
        """Return the text with lines put in at the start of a line, in the file's line ends."""
        written = "".join(line + self._line_break for line in lines)
        if place > 0 and self.text[place - 1] != "\n":
            written = self._line_break + written
        return self.text[:place] + written + self.text[place:]


def _in_flow(node: yaml.Node) -> bool:
    """Whether a list or mapping is written in brackets or braces."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _line_end(text: str, place: int) -> int:
    """Return where the next line begins."""
    found = text.find("\n", place)
    return len(text) if found < 0 else found + 1


def _past_comments(text: str, place: int, column: int) -> int:
    """Return the start of the first line from `place` on that is no comment at least so deep."""
    while True:
        after = _line_end(text, place)
        line = text[place:after]
        bare = line.lstrip(" ")
        if not bare.startswith("#") or len(line) - len(bare) < max(column, 1):
            return place
        place = after


def _leaves(node: yaml.Node) -> list[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        return [node]
    parts = (
        [x for pair in node.value for x in pair]
        if isinstance(node, yaml.MappingNode)
        else node.value
    )
    return [leaf for part in parts for leaf in _leaves(part)]


def _lookup(data: Any, path: KeyPath) -> tuple[Any, ...]:
    """Return the value at a path in a tuple of one, or nothing."""
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return ()
        data = data[name]
    return (data,)


def _with(data: dict[str, Any], put: Put) -> dict[str, Any]:
    found = deepcopy(data)
    here = found
    for name in put.path[:-1]:
        if not isinstance(here.get(name), dict):
            here[name] = {}
        here = here[name]
    if put.instead_of is not None:
        here.pop(put.instead_of, None)
    here[put.path[-1]] = _plain(put.value)
    return found


def _without(data: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    found = deepcopy(data)
    here = found
    for name in path[:-1]:
        here = here[name]
    del here[path[-1]]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value
