"""The columns of the native tables: told once, for reading and writing.

A column says how a cell becomes a value and a value a cell. Cells are text; a blank cell takes the
column's default. `docs/reference/record.md` describes every column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from talion.record.faults import Fault

__all__ = ["NEEDED", "TABLES", "BadCell", "Column"]


class BadCell(ValueError):  # noqa: N818 - a cell, not an error class of the tree
    """A cell that cannot be read; carries what is wrong and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def fault(self, column: str, value: str) -> Fault:
        """Return it as the fault of a column."""
        return Fault(column, value, self.message, self.remedy)


NEEDED = object()  # the default of a column that has none


@dataclass(frozen=True)
class Column:
    """One column: its name, how to read a cell, how to write a value, what a blank means, and the
    kind of value: text, day, integer, number, flag or names."""

    name: str
    read: Callable[[str], object]
    write: Callable[[object], str]
    default: object = NEEDED
    kind: str = "text"


DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
INTEGER = re.compile(r"[+-]?\d{1,15}")


def _read_day(cell: str) -> date:
    remedy = "write it as YYYY-MM-DD"
    if not DAY.fullmatch(cell):
        raise BadCell("not a day", remedy)
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise BadCell("no such day in the calendar", remedy) from error


def _read_integer(cell: str) -> int:
    if not INTEGER.fullmatch(cell):
        raise BadCell("not a whole number", "write digits only, or leave it blank if unknown")
    return int(cell)


def _read_probability(cell: str) -> float:
    remedy = "give a probability between 0 and 1, such as 0.9"
    try:
        value = float(cell)
    except ValueError as error:
        raise BadCell("not a number", remedy) from error
    if not 0 < value <= 1:  # also refuses nan
        raise BadCell("not in (0, 1]", remedy)
    return value


def _read_flag(cell: str) -> bool:
    word = cell.lower()
    if word in ("yes", "true", "1"):
        return True
    if word in ("no", "false", "0"):
        return False
    raise BadCell("neither yes nor no", "write yes or no; blank means no")


def _read_names(cell: str) -> tuple[str, ...]:
    return tuple(name for name in (piece.strip() for piece in cell.split(";")) if name)


def _read_split(cell: str) -> tuple[tuple[str, int], ...]:
    pairs = []
    for piece in _read_names(cell):
        name, equals, number = piece.partition("=")
        if not equals or not INTEGER.fullmatch(number.strip()):
            raise BadCell("not a split", "write Iraq=10; Syria=3")
        pairs.append((name.strip(), int(number)))
    return tuple(pairs)


def _read_shared(cell: str) -> bool:
    try:
        return _read_flag(cell)
    except BadCell as error:
        raise BadCell("neither yes nor no", "write yes or no; blank means yes") from error


def _write_flag(value: object) -> str:
    return "yes" if value else "no"


def _write_names(value: object) -> str:
    return "; ".join(map(str, _each(value)))


def _write_split(value: object) -> str:
    return "; ".join(f"{name}={number}" for name, number in _each(value))


def _each(value: object) -> Iterable[Any]:
    if not isinstance(value, Iterable):
        raise TypeError(f"cannot write {type(value).__name__} as a list")
    return value


def _write_plain(value: object) -> str:
    return "" if value is None else str(value)


def _text(name: str, default: object = "") -> Column:
    return Column(name, str, _write_plain, default)


def _word(name: str, default: object = "") -> Column:
    return Column(name, str.strip, _write_plain, default)


def _day(name: str, default: object = None) -> Column:
    return Column(name, _read_day, _write_plain, default, "day")


def _integer(name: str, default: object = None) -> Column:
    return Column(name, _read_integer, _write_plain, default, "integer")


def _flag(name: str) -> Column:
    return Column(name, _read_flag, _write_flag, False, "flag")


def _names(name: str) -> Column:
    return Column(name, _read_names, _write_names, (), "names")


_EVENTS = (
    _word("id", NEEDED),
    _day("start", NEEDED),
    _day("end"),
    _word("precision"),
    _day("published"),
    _word("published_how"),
    _word("initiator", NEEDED),
    _word("target", NEEDED),
    _word("type"),
    _word("action", NEEDED),
    _text("place"),
    _text("country"),
    _integer("deaths_low"),
    _integer("deaths"),
    _integer("deaths_high"),
    _integer("injuries_low"),
    _integer("injuries"),
    _integer("injuries_high"),
    _day("harm_published"),
    _integer("size", 1),
    _integer("attacks", 1),
    _integer("rows", 1),
    _word("after", None),
    _word("status", "reported"),
    _flag("overlaps"),
    _names("sources"),
    _word("coding"),
    _text("note"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "sources": (
        _word("id", NEEDED),
        _text("title"),
        _text("kind"),
        _text("address"),
        _day("dated"),
        _day("published"),
        _word("grade", None),
        _word("sha256", None),
        _text("note"),
        Column("shared", _read_shared, _write_flag, default=True, kind="flag"),
    ),
    "actors": (
        _word("id", NEEDED),
        _text("name", NEEDED),
        _text("kind"),
        _word("part_of"),
        _text("tie"),
        _names("aliases"),
    ),
    "events": _EVENTS,
    "evidence": (
        _word("event", NEEDED),
        _word("source", NEEDED),
        _integer("start", NEEDED),
        _integer("end", NEEDED),
        _text("gist"),
    ),
    "conflicts": (
        _word("event", NEEDED),
        _word("field", NEEDED),
        _text("value", ""),
        _word("source", NEEDED),
        _day("published"),
        _text("note"),
    ),
    "totals": (
        _word("series", NEEDED),
        _word("of", NEEDED),
        _text("speaker"),
        _text("definition"),
        _day("since", NEEDED),
        _day("on", NEEDED),
        _day("on_end"),
        _day("published"),
        _word("published_how"),
        _integer("total", NEEDED),
        _flag("lower_bound"),
        Column("split", _read_split, _write_split, default=()),
        _text("country"),
        _word("source"),
        _text("note"),
    ),
    "absences": (
        _word("of", NEEDED),
        _day("start", NEEDED),
        _day("end", NEEDED),
        _text("speaker"),
        Column("reliability", _read_probability, _write_plain, NEEDED, "number"),
        _word("source"),
        _day("published"),
        _text("country"),
        _text("note"),
    ),
    "coverage": (
        _word("of", NEEDED),
        _day("start", NEEDED),
        _day("end", NEEDED),
        _word("listing"),
        _text("note"),
    ),
}
