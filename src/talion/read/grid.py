"""A sheet as cells: values where they stand, and what a reader of the screen would not see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Cell",
    "Sheet",
    "filled",
    "harmless",
    "is_blank",
    "letter",
    "letter_index",
    "shown",
    "tidy",
]

Cell: TypeAlias = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
Row: TypeAlias = tuple[Cell, ...]
Area: TypeAlias = tuple[int, int, int, int]  # first row, first column, last row, last column

_FORMULA = ("=", "+", "-", "@", "\t")  # how a cell begins that a spreadsheet runs
# Marks that steer the direction of text or take no room: they make equal names unequal.
UNSEEN = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one text file.

    Attributes:
        file: name of the file, for messages.
        name: of the sheet; "" for a text file.
        rows: (row number as the screen shows it, cells) of rows that hold anything.
        hidden_rows: numbers of rows that are hidden or filtered away.
        hidden_columns: hidden columns, from 0.
        merged: merged areas that hold a value; their cells are already filled with it.
        formulas: (row, column) of cells whose value is the stored result of a formula.
        unstored: (row, column) of formulas without a stored result.
        epoch: 1900 or 1904, the day numbers of the workbook.
        remarks: what was decided while reading, in sentences.
    """

    file: str
    name: str
    rows: tuple[tuple[int, Row], ...]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    unstored: frozenset[tuple[int, int]] = frozenset()
    epoch: str = "1900"
    remarks: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """How it is called in messages."""
        return f"{self.file}, sheet {self.name}" if self.name else self.file

    @property
    def width(self) -> int:
        """Number of columns of its widest row."""
        return max((len(row) for _, row in self.rows), default=0)

    def at(self, row: int, column: int) -> str:
        """Return the place of a cell, as `events.xlsx, sheet Events, B7`.

        >>> Sheet("a.csv", "", ()).at(7, 1)
        'a.csv, B7'
        """
        return f"{self.place}, {letter(column)}{row}"


def letter(column: int) -> str:
    """Return the letters of a column, from 0.

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    name = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def letter_index(name: str) -> int | None:
    """Return the column of letters, from 0; None if they are none.

    >>> letter_index("AB"), letter_index("Date")
    (27, None)
    """
    if not (1 <= len(name) <= 3 and name.isascii() and name.isalpha() and name.isupper()):
        return None
    number = 0
    for character in name:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def is_blank(cell: Cell) -> bool:
    """Return whether a cell holds nothing that can be seen.

    >>> is_blank(" \\u200f"), is_blank(0)
    (True, False)
    """
    return cell is None or (isinstance(cell, str) and not cell.strip().strip(UNSEEN).strip())


def filled(rows: Iterable[tuple[int, Row]], merged: Iterable[Area]) -> Iterator[tuple[int, Row]]:
    """Yield the rows with every merged area filled with the value of its first cell."""
    areas = sorted(merged)
    values: dict[Area, Cell] = {}
    for number, row in rows:
        live = [a for a in areas if a[0] <= number <= a[2]] if areas else []
        if live:
            cells = list(row)
            for area in live:
                top, left, _, right = area
                cells += [None] * (right + 1 - len(cells))
                if number == top:
                    values[area] = cells[left]
                cells[left : right + 1] = [values.get(area)] * (right + 1 - left)
            row = tuple(cells)
        yield number, row


def shown(cell: Cell) -> str:
    """Return a cell as a person would read it."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def tidy(text: str) -> str:
    """Return a text without control characters (Excel writes some as _x000D_) and outer space.

    >>> tidy(" a_x000D_\\nb\\x0b ")
    'a\\nb'
    """
    if text.isprintable() and "_x000D_" not in text:  # nearly all cells
        return text.strip()
    plain = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    kept = (c if c in "\n\t" or not _is_control(c) else " " for c in plain)
    return "\n".join(line.rstrip() for line in "".join(kept).split("\n")).strip()


def _is_control(character: str) -> bool:
    code = ord(character)
    return code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula when it opens the record's files.

    >>> harmless("=HYPERLINK()"), harmless("a=b")
    ("'=HYPERLINK()", 'a=b')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
