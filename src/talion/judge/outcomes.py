"""The table of outcomes: what came of forecast tests, one row an outcome, each with its source.

| column | what |
|---|---|
| judgment | id of the judgment, as in the forecast file |
| test | id of the test; blank for `main` |
| outcome | `yes`: it held; `no`: it did not; `void`: its what-if did not come about, or nobody can tell; blank if `value` settles it |
| value | the number that the test puts bounds on, where it has one |
| number | which of the test's numbers `value` is, counted from 1; blank for the first |
| on | the day from which this could be known |
| source | who says so |
| forecast | case, or first digits of the file's SHA-256; needed where files of several cases share an id |
| note | remarks |

`judgment`, `on` and `source` are needed in every row. A further row of the same test, with another
`number`, gives a further value.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from talion.errors import InputError, Problems, RecordError
from talion.record.sheet import cells_of, text_of

__all__ = ["COLUMNS", "OutcomeRow", "Settled", "read_outcome_rows"]

Settled = Literal["yes", "no", "void"]
_T = TypeVar("_T")
COLUMNS = ("judgment", "test", "outcome", "value", "number", "on", "source", "forecast", "note")
_NEEDED = ("judgment", "on", "source")
_SETTLED: Mapping[str, Settled] = {"yes": "yes", "no": "no", "void": "void"}


@dataclass(frozen=True)
class OutcomeRow:
    """One row of the table.

    Attributes:
        place: file and row, for messages.
        judgment, test: ids.
        outcome: None where the value is to settle it.
        value: of the number; None if none is given.
        number: which number, counted from 1.
        on: the day from which this could be known.
        source: who says so.
        forecast: case or hash; "" for every file that has the judgment.
        note: remarks.
    """

    place: str
    judgment: str
    test: str
    outcome: Settled | None
    value: float | None
    number: int
    on: dt.date
    source: str
    forecast: str = ""
    note: str = ""


def read_outcome_rows(path: Path) -> tuple[OutcomeRow, ...]:
    """Read a table of outcomes.

    Raises:
        RecordError: no such file, no CSV, or one fault. Problems: every faulty row with its number.
    """
    header, rows = cells_of(text_of(path), str(path))
    Problems.raise_any(_header_faults(header, path))
    faults: list[InputError] = []
    found: list[OutcomeRow] = []
    for number, row in rows:
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        reader = _RowReader(f"{path}, row {number}", cells)
        if len(row) > len(header):
            reader.blame("note", row[len(header)], "more cells than the header", "quote commas")
        made = reader.row()
        faults += reader.faults
        if made is not None:
            found.append(made)
    Problems.raise_any(faults)
    return tuple(found)


def _header_faults(header: list[str], path: Path) -> Iterator[RecordError]:
    place = f"{path}, row 1"
    for name in header:
        if name not in COLUMNS:
            remedy = f"known: {', '.join(COLUMNS)}"
            yield RecordError("unknown column", place=place, value=name, remedy=remedy)
        elif header.count(name) > 1:
            yield RecordError("column occurs twice", place=place, value=name, remedy="remove one")
    for name in _NEEDED:
        if name not in header:
            remedy = f"add a column {name}"
            yield RecordError("missing column", place=place, value=name, remedy=remedy)


class _RowReader:
    """Reads the cells of one row and keeps what is wrong with them."""

    def __init__(self, place: str, cells: Mapping[str, str]) -> None:
        self.place, self.cells = place, cells
        self.faults: list[InputError] = []

    def blame(self, column: str, value: object, message: str, remedy: str) -> None:
        place = f"{self.place}, {column}"
        self.faults.append(RecordError(message, place=place, value=value, remedy=remedy))

    def row(self) -> OutcomeRow | None:
        """Return the row; None if any cell is at fault."""
        for column in _NEEDED:
            if not self._text(column):
                self.blame(column, "", "blank", f"every row needs a {column}")
        outcome = self._outcome()
        value = self._read("value", _number, "not a number", "write digits, such as 12 or 0.4")
        number = self._read("number", _whole, "not a number from 1 on", "write 1, 2, ...")
        on = self._read("on", _day, "not a day", "write it as YYYY-MM-DD")
        if outcome is None and value is None and not self.faults:
            remedy = "write yes, no or void, or give the number under `value`"
            self.blame("outcome", "", "neither an outcome nor a value", remedy)
        if self.faults or on is None:
            return None
        return OutcomeRow(
            self.place,
            self._text("judgment"),
            self._text("test") or "main",
            outcome,
            value,
            1 if number is None else int(number),
            on,
            self._text("source"),
            self._text("forecast"),
            self._text("note"),
        )

    def _text(self, column: str) -> str:
        return self.cells.get(column, "")

    def _outcome(self) -> Settled | None:
        text = self._text("outcome").lower()
        if text and text not in _SETTLED:
            remedy = "write yes, no or void, or leave it blank and give the value"
            self.blame("outcome", text, "no outcome", remedy)
        return _SETTLED.get(text)

    def _read(self, column: str, read: Callable[[str], _T], message: str, remedy: str) -> _T | None:
        text = self._text(column)
        if not text:
            return None
        try:
            return read(text)
        except ValueError:
            self.blame(column, text, message, remedy)
            return None


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%Y-%m-%d").date()
