"""The rows of a table as entries: who did what to whom when, how many, each with its row number.

Nothing is dropped in silence: sums at the foot, rows of zero, headings and remarks that are left out
are listed, cells that cannot be read are faults with place and remedy, and what is blank or said to
be unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from talion.errors import Problems, RecordError, TalionError
from talion.read.amounts import Amount, NotANumber, read_amount
from talion.read.choices import Choices, CountColumn, OpenQuestion
from talion.read.column_words import FOOT_WORDS, plain_words
from talion.read.day_column import DayColumn, is_unknown, looks_like_a_day, read_days
from talion.read.days import NotADate, Span
from talion.read.fields import Layout
from talion.read.grid import Cell, Row, is_blank, letter, shown
from talion.read.header import Column, Table
from talion.read.workbook import is_error

__all__ = ["Entry", "Reading", "read_rows"]

UNKNOWN = "unknown"
NOT_STATED = Amount(None, None)
MOST_FAULTS = 40
_LISTED = 8


@dataclass(frozen=True)
class Entry:
    """One row, or one cell of a table with a column for each kind of act.

    Attributes:
        row: number of the row.
        span: days.
        by, against, kind: as written; `unknown` where the sheet does not say.
        number: how many acts, or the running total.
        deaths, injuries: people; both ends None where not stated.
        published: day it could first be known.
        place, country, note: text.
        sources: who reports it.
        speaker: who states a running total, where a column of its own says so.
        key: the row's own id, "" if none.
    """

    row: int
    span: Span
    by: str
    against: str
    kind: str
    number: Amount
    deaths: Amount = NOT_STATED
    injuries: Amount = NOT_STATED
    published: date | None = None
    place: str = ""
    country: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()
    key: str = ""
    speaker: str = ""


@dataclass
class Reading:
    """What was read of a table.

    Attributes:
        entries: in the order of the sheet.
        remarks: what was left out and decided, in sentences.
        unstated: kind of act -> days on which its column is blank, in tables of counts.
        days: first and last day of all dated rows, those of zero included.
    """

    entries: list[Entry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unstated: dict[str, list[date]] = field(default_factory=dict)
    days: tuple[date, date] = (date.max, date.min)


def read_rows(table: Table, layout: Layout, choices: Choices) -> Reading:
    """Return the entries of a table.

    Raises:
        OpenQuestion: dates, ranges or undated rows need a decision.
        Problems, RecordError: cells that cannot be read, each with its place.
    """
    reading = Reading()
    faults = list(_bad_cells(table, layout, reading))
    rows = _without_feet(table, layout, reading)
    days = _days(table, layout.fields["date"], choices, rows)
    reading.remarks += days.remarks
    others = {
        name: _days(table, layout.fields[name], choices, rows)
        for name in ("end", "published")
        if name in layout.fields
    }
    for name, column in others.items():
        faults += _day_faults(table, layout.fields[name], column)
    kept = _dated(table, layout, choices, rows, days, faults, reading)
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


def _used(layout: Layout) -> list[Column]:
    return [*layout.fields.values(), *(column for column, _ in layout.counts)]


def _bad_cells(table: Table, layout: Layout, reading: Reading) -> Iterator[TalionError]:
    """Yield formulas without a result and error values in the columns used; say where formulas are."""
    sheet = table.sheet
    rows = {number for number, _ in table.rows}
    used = {column.index for column in _used(layout)}
    for at, column in sorted(sheet.unstored):
        if at in rows and column in used:
            yield RecordError(
                "a formula without a stored result",
                place=sheet.at(at, column),
                remedy="open the workbook in Excel or LibreOffice, let it calculate, save it",
            )
    stored = [place for place in sheet.formulas if place[0] in rows and place[1] in used]
    if stored:
        letters = ", ".join(sorted({letter(column) for _, column in stored}))
        reading.remarks.append(
            f"{len(stored)} cells in column {letters} are formulas; their stored results are used"
        )
    for number, row in table.rows:
        for index in used:
            if index < len(row) and is_error(row[index]):
                yield RecordError(
                    "an error of Excel's instead of a value",
                    place=sheet.at(number, index),
                    value=row[index],
                    remedy="mend the formula, or clear the cell if nothing is known",
                )


def _cell(row: Row, column: Column | None) -> Cell:
    return row[column.index] if column is not None and column.index < len(row) else None


def _without_feet(table: Table, layout: Layout, reading: Reading) -> list[tuple[int, Row]]:
    """Return the rows without sums at the foot, remarks and lines that hold nothing used."""
    kept, sums, empty = [], [], []
    used = _used(layout)
    dates = layout.fields["date"]
    for number, row in table.rows:
        if _is_sum(row, dates):
            sums.append((number, _first_text(row)))
        elif all(is_blank(_cell(row, column)) for column in used if column != dates) and not (
            layout.counts and looks_like_a_day(_cell(row, dates))  # counts that are not stated
        ):
            empty.append((number, _first_text(row)))
        else:
            kept.append((number, row))
    if sums:
        listed = ", ".join(f"row {n} ({text})" for n, text in sums[:_LISTED])
        reading.remarks.append(f"sums are left out: {listed}{_more(sums)}")
    if empty:
        listed = ", ".join(f"row {n} ({text[:40]})" for n, text in empty[:_LISTED])
        reading.remarks.append(
            f"rows that hold nothing but a date, heading or remark are left out: "
            f"{listed}{_more(empty)}"
        )
    return kept


def _more(items: list[tuple[int, str]]) -> str:
    return f" and {len(items) - _LISTED} more" if len(items) > _LISTED else ""


def _is_sum(row: Row, dates: Column) -> bool:
    """Return whether a row is a sum: no day in it, and a word such as Total before any number."""
    cell = _cell(row, dates)
    if not (is_blank(cell) or isinstance(cell, str)):
        return False
    if isinstance(cell, str) and any(c.isdigit() for c in cell):
        return False
    for other in row:
        if isinstance(other, str) and not is_blank(other):
            words = plain_words(other)
            return words in FOOT_WORDS or words.split()[:1] in (["total"], ["итого"], ["المجموع"])
    return False


def _first_text(row: Row) -> str:
    return next((" ".join(shown(c).split()) for c in row if not is_blank(c)), "")


def _days(table: Table, column: Column, choices: Choices, rows: list[tuple[int, Row]]) -> DayColumn:
    cells = [(number, _cell(row, column)) for number, row in rows]
    sheet = table.sheet
    return read_days(cells, choices, name=column.label, place=sheet.place, epoch=sheet.epoch)


def _day_faults(table: Table, column: Column, days: DayColumn) -> Iterator[TalionError]:
    for fault in days.faults:
        yield RecordError(
            f"not read as a date: {fault.why}",
            place=table.sheet.at(fault.row, column.index),
            value=fault.text,
            remedy="write it as 2024-02-13, Feb 2024 or 12-15 Feb 2024, or leave it blank",
        )


def _dated(
    table: Table,
    layout: Layout,
    choices: Choices,
    rows: list[tuple[int, Row]],
    days: DayColumn,
    faults: list[TalionError],
    reading: Reading,
) -> list[tuple[int, Row]]:
    """Return the rows with a day; the others are asked about, faults, or left out aloud."""
    column = layout.fields["date"]
    names = {plain_words(c.name) for c in _used(layout) if c.name}
    by_number = dict(rows)
    for fault in days.faults:
        texts = [plain_words(shown(c)) for c in by_number[fault.row] if not is_blank(c)]
        if sum(text in names for text in texts) >= 2:
            raise RecordError(
                "looks like the header of a second table",
                place=f"{table.sheet.place}, row {fault.row}",
                value=_first_text(by_number[fault.row]),
                remedy=f"import one table at a time: --rows {table.header_rows[0]}-{fault.row - 1}",
            )
    if choices.undated is None:
        faults += [_with_flag(fault) for fault in _day_faults(table, column, days)]
        if days.blank and not faults:
            listed = ", ".join(map(str, days.blank[:_LISTED]))
            raise OpenQuestion(
                "undated",
                f"{len(days.blank)} rows hold no date (rows {listed}). Leave them out?",
                "--undated leave-out",
                place=f"{table.sheet.place}, column {column.label}",
                options=("leave-out",),
            )
    lost = [(fault.row, fault.text) for fault in days.faults] + [(n, "") for n in days.blank]
    if lost and choices.undated is not None:
        listed = ", ".join(f"row {n}{f' ({t})' if t else ''}" for n, t in sorted(lost)[:_LISTED])
        reading.remarks.append(f"rows without a date are left out: {listed}{_more(lost)}")
    return [(number, row) for number, row in rows if number in days.spans]


def _with_flag(error: TalionError) -> TalionError:
    return RecordError(
        error.message,
        place=error.place,
        value=error.value,
        remedy="write it as 2024-02-13, Feb 2024 or 12-15 Feb 2024; or leave such rows out with "
        "--undated leave-out",
    )


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
        span = self._span(number)
        if span is None:
            return
        if not self.layout.counts:
            self._add_one(number, row, span)
            return
        for column, what in self.layout.counts:
            self._add_count(number, row, span, column, what)

    def _span(self, number: int) -> Span | None:
        span = self.days.spans[number]
        end = self.others["end"].spans.get(number) if "end" in self.others else None
        if end is None:
            return span
        try:
            return Span.over(span.start, end.end) if end != span else span
        except NotADate:
            self._fault(number, "end", end.end.isoformat(), f"lies before the first, {span.start}")
            return None

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
        cell = _cell(row, self.layout.fields.get(name))
        if name not in self.layout.fields:
            return self.layout.say.get(name, "")
        return "" if is_unknown(cell) else tidy(shown(cell))

    def _amount(self, number: int, row: Row, column: Column | None) -> Amount | None:
        cell = _cell(row, column)
        try:
            return read_amount(cell)
        except NotANumber as error:
            if column is not None:
                self._fault_at(number, column, shown(cell), f"not read as a number: {error}")
            return None

    def _add_one(self, number: int, row: Row, span: Span) -> None:
        amounts = {
            name: self._amount(number, row, self.layout.fields.get(name))
            for name in ("number", "deaths", "injuries")
        }
        found = {name: amount for name, amount in amounts.items() if amount is not None}
        if len(found) < len(amounts):
            return
        note = self.text("note", row)
        beside = "; ".join(
            f"{name}: {shown(_cell(row, self.layout.fields[name])).strip()}"
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
