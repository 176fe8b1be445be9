"""Values as YAML that a person would write: short, in one line, plain words where they can be plain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from talion.errors import CaseError
from talion.model.document import read_document

__all__ = ["Value", "block_entry", "in_one_line", "number", "of_a_line"]

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"

_PLAIN = re.compile(r"[^\W_](?:[\w .%/()'&+-]*[\w.%)])?")
_PLAIN_LINE = re.compile(r"[^\W_]|[^\W_“‘(][^#\n\r\t]*[^\s:#]|[“‘(][^#\n\r\t]*[^\s:#]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def number(value: float) -> str:
    """Return a number as a person writes it: 5 for 5.0, no exponent where none is needed.

    >>> number(5.0), number(0.25), number(1e-7)
    ('5', '0.25', '1e-07')
    """
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


def in_one_line(value: Value) -> str:
    """Return a value in one line of YAML that reads back as the same value.

    >>> in_one_line({"count": "raid", "at_least": 1, "in_every": "30 days"})
    '{count: raid, at_least: 1, in_every: 30 days}'
    >>> in_one_line(["yes, and no", "5", "it's"])
    "['yes, and no', '5', it's]"
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(k)}: {in_one_line(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(in_one_line(v) for v in value) + "]"


def _text(text: str, *, in_flow: bool = True) -> str:
    pattern = _PLAIN if in_flow else _PLAIN_LINE
    if pattern.fullmatch(text) and _reads_back(text, text, in_flow=in_flow):
        return text
    if text.isprintable():
        quoted = "'" + text.replace("'", "''") + "'"
        if _reads_back(quoted, text, in_flow=True):
            return quoted
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _reads_back(written: str, text: str, *, in_flow: bool) -> bool:
    """Whether YAML written there is this text again: a string and no number, no comment cut off."""
    line = f"k: {{a: {written}, b: 1}}" if in_flow else f"k:\n  a: {written}  # remark\n  b: 1"
    try:
        return bool(read_document(line, "value").data["k"] == {"a": text, "b": 1})
    except (CaseError, TypeError, KeyError):
        return False


def _escaped(c: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    if c.isprintable():
        return c
    point = ord(c)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def of_a_line(value: Value) -> str:
    """Return a value as it stands behind a key on a line of its own, where commas need no quotes.

    >>> of_a_line("so, and so; it's clear"), of_a_line(["a, b"])
    ("so, and so; it's clear", "['a, b']")
    """
    return _text(value, in_flow=False) if isinstance(value, str) else in_one_line(value)


def block_entry(
    key: str,
    value: Value,
    indent: int,
    step: int,
    remarks: Mapping[str, str] | None = None,
) -> list[str]:
    """Return `key: value` as lines; a mapping gets a line for each of its keys, deeper ones one line.

    Args:
        key, value: what is written.
        indent: spaces before the key.
        step: further spaces before the keys of the value.
        remarks: key of the value -> remark put behind its line.

    >>> print("\\n".join(block_entry("L7", {"says": "raid raises strike", "share": 20}, 2, 2,
    ...                              {"share": "per cent of strikes"})))
      L7:
        says: raid raises strike
        share: 20                   # per cent of strikes
    """
    space = " " * indent
    if not isinstance(value, Mapping) or not value:
        return [f"{space}{_text(key)}: {of_a_line(value)}"]
    lines = [f"{space}{_text(key)}:"]
    for name, part in value.items():
        line = f"{space}{' ' * step}{_text(name)}: {of_a_line(part)}"
        remark = (remarks or {}).get(name)
        lines.append(f"{line:<31} # {remark}" if remark else line)
    return lines
