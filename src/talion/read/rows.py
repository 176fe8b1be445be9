"""The rows of a table as entries: who did what to whom when, how many, each with its row number.

Nothing is dropped in silence: sums at the foot, rows of zero, headings and remarks that are left out
are listed, cells that cannot be read are faults with place and remedy, and what is blank or said to
be unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from talion.errors import Problems, RecordError, TalionError
from talion.read.amounts import Amount, NotANumber, counts_others, read_amount
from talion.read.choices import Choices, CountColumn
from talion.read.day_column import DayColumn, is_unknown
from talion.read.days import NotADate, Span
from talion.read.entries import NOT_STATED, UNKNOWN, Entry, Reading
from talion.read.fields import Layout
from talion.read.grid import Row, shown, tidy
from talion.read.header import Column, Table
from talion.read.kept_rows import (
    bad_cells,
    cell_of,
    day_faults,
    days_of,
    filled_down,
    with_dates,
    without_sums,
)
from talion.read.precision import codes_of, widened

__all__ = ["read_rows"]

MOST_FAULTS = 40
_LISTED = 8


def read_rows(table: Table, layout: Layout, choices: Choices) -> Reading:
    """Return the entries of a table.

    Raises:
        OpenQuestion: dates, ranges or undated rows need a decision.
        Problems, RecordError: cells that cannot be read, each with its place.
    """
    reading = Reading()
    faults = list(bad_cells(table, layout, reading))
    rows = without_sums(table, layout, reading)
    days = days_of(table, layout.fields["date"], choices, rows)
    if choices.undated == "as-above":
        days = filled_down(layout.fields["date"], rows, days, reading)
    reading.remarks += days.remarks
    others = {
        name: days_of(table, layout.fields[name], choices, rows)
        for name in ("end", "published")
        if name in layout.fields
    }
    for name, column in others.items():
        faults += day_faults(table, layout.fields[name], column)
    kept = with_dates(table, layout, choices, rows, days, faults, reading)
    maker = _Maker(table, layout, choices, days, others, reading, faults)
    for number, row in kept:
        maker.add(number, row)
    maker.say()
    _stop(faults)
    spans = [days.spans[number] for number, _ in kept]
    if spans:
        reading.days = min(s.start for s in spans), max(s.end for s in spans)
    return reading


def _stop(faults: list[TalionError]) -> None:
    if len(faults) > MOST_FAULTS:
        more = RecordError(
            f"and {len(faults) - MOST_FAULTS} more cells like these", remedy="mend these first"
        )
        faults = [*faults[:MOST_FAULTS], more]
    Problems.raise_any(faults)


class _Maker:
    """Makes entries row by row and keeps what is to be said of them together."""

    def __init__(
        self,
        table: Table,
        layout: Layout,
        choices: Choices,
        days: DayColumn,
        others: Mapping[str, DayColumn],
        reading: Reading,
        faults: list[TalionError],
    ) -> None:
        self.table, self.layout, self.choices = table, layout, choices
        self.days, self.others = days, others
        self.reading, self.faults = reading, faults
        self.said: dict[str, list[int]] = {}

    def note(self, what: str, row: int) -> None:
        self.said.setdefault(what, []).append(row)

    def say(self) -> None:
        """Put what was noted into remarks."""
        for what, rows in self.said.items():
            listed = ", ".join(map(str, rows[:_LISTED])) + (", ..." if len(rows) > _LISTED else "")
            self.reading.remarks.append(f"{what}: {len(rows)} (rows {listed})")

    def add(self, number: int, row: Row) -> None:
        """Make the entry of a row, or one for each column of counts."""
        span = self._span(number, row)
        if span is None:
            return
        if not self.layout.counts:
            self._add_one(number, row, span)
            return
        for column, what in self.layout.counts:
            self._add_count(number, row, span, column, what)

    def _span(self, number: int, row: Row) -> Span | None:
        span = self._as_exact_as_said(number, row, self.days.spans[number])
        end = self.others["end"].spans.get(number) if "end" in self.others else None
        if end is None:
            return span
        try:
            return Span.over(span.start, end.end) if end != span else span
        except NotADate:
            self._fault(number, "end", end.end.isoformat(), f"lies before the first, {span.start}")
            return None

    def _as_exact_as_said(self, number: int, row: Row, span: Span) -> Span:
        column = self.layout.fields.get("precision")
        cell = cell_of(row, column)
        if column is None or is_unknown(cell):
            return span
        found = widened(span, shown(cell), codes_of(column.name))
        if found is None:
            self.note(f"precisions in column {column.label} that are not understood", number)
            return span
        if found != span:
            self.note("dates exact to a week, month or year only, read as that many days", number)
        return found

    def _fault(self, row: int, name: str, value: object, message: str) -> None:
        column = self.layout.fields[name]
        self._fault_at(row, column, value, message)

    def _fault_at(self, row: int, column: Column, value: object, message: str) -> None:
        self.faults.append(
            RecordError(
                message,
                place=self.table.sheet.at(row, column.index),
                value=value,
                remedy="correct the cell, or leave it blank if it is not known",
            )
        )

    def text(self, name: str, row: Row) -> str:
        cell = cell_of(row, self.layout.fields.get(name))
        if name not in self.layout.fields:
            return self.layout.say.get(name, "")
        return "" if is_unknown(cell) else tidy(shown(cell))

    def _amount(
        self, number: int, row: Row, column: Column | None, field_: str = ""
    ) -> Amount | None:
        cell = cell_of(row, column)
        try:
            found = read_amount(cell)
            if counts_others(field_, found.words):
                raise NotANumber(f"its words do not say {field_}")
            return found
        except NotANumber as error:
            if column is not None:
                self._fault_at(number, column, shown(cell), f"not read as a number: {error}")
            return None

    def _add_one(self, number: int, row: Row, span: Span) -> None:
        amounts = {
            name: self._amount(number, row, self.layout.fields.get(name), name)
            for name in ("number", "deaths", "injuries")
        }
        found = {name: amount for name, amount in amounts.items() if amount is not None}
        if len(found) < len(amounts):
            return
        note = self.text("note", row)
        beside = "; ".join(
            f"{name}: {shown(cell_of(row, self.layout.fields[name])).strip()}"
            for name, amount in found.items()
            if name in self.layout.fields and (amount.words or amount.about)
        )
        if beside:
            self.note("words beside or instead of a number, kept in the note", number)
        self._keep(number, row, span, found, "; ".join(filter(None, (note, beside))))

    def _keep(
        self, number: int, row: Row, span: Span, amounts: Mapping[str, Amount], note: str
    ) -> None:
        names = {name: " ".join(self.text(name, row).split()) for name in ("by", "against", "type")}
        code = names["type"].removesuffix(".0")
        names["type"] = self.layout.labels.get(code, names["type"])
        for name, what in (("by", "who acts"), ("against", "against whom"), ("type", "which act")):
            if not names[name]:
                self.note(f"{what} is not stated, kept as unknown", number)
        self.reading.entries.append(
            Entry(
                number,
                span,
                names["by"] or UNKNOWN,
                names["against"] or UNKNOWN,
                names["type"] or UNKNOWN,
                amounts["number"],
                amounts["deaths"],
                amounts["injuries"],
                self._published(number, span),
                self.text("place", row),
                self.text("country", row),
                note,
                self._sources(row),
                self.text("id", row),
            )
        )

    def _published(self, number: int, span: Span) -> date | None:
        known = self.others["published"].spans.get(number) if "published" in self.others else None
        if known is None:
            return None
        if known.end < span.start:
            self._fault(
                number, "published", known.end.isoformat(), f"lies before the event, {span.start}"
            )
            return None
        return known.end  # a month names its last day: not known earlier than that, for certain

    def _sources(self, row: Row) -> tuple[str, ...]:
        text = self.text("source", row)
        pieces = [piece.strip() for part in text.split("\n") for piece in part.split(";")]
        return tuple(dict.fromkeys(piece for piece in pieces if piece))

    def _add_count(
        self, number: int, row: Row, span: Span, column: Column, what: CountColumn
    ) -> None:
        amount = self._amount(number, row, column)
        if amount is None:
            return
        if amount.low is None:
            self.reading.unstated.setdefault(what.type, []).append(span.start)
            self.note(f"no number in column {column.label}: not stated, which is not zero", number)
            return
        if amount.high == 0:
            return  # a day without: said by coverage
        amounts = dict.fromkeys(("number", "deaths", "injuries"), NOT_STATED)
        amounts["number" if what.counts == "events" else what.counts] = amount
        self.reading.entries.append(
            Entry(
                number,
                span,
                what.by,
                what.against,
                what.type,
                amounts["number"],
                amounts["deaths"],
                amounts["injuries"],
                self._published(number, span),
                self.text("place", row),
                self.text("country", row),
                self.text("note", row),
                self._sources(row),
                self.text("id", row),
            )
        )
