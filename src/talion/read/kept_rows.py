"""Which rows of a table are acts: sums, remarks and rows without a date are left out, never in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from talion.errors import RecordError, TalionError
from talion.read.choices import Choices, OpenQuestion
from talion.read.column_words import FOOT_WORDS, plain_words
from talion.read.day_column import DayColumn, looks_like_a_day, read_days
from talion.read.entries import Reading
from talion.read.fields import Layout
from talion.read.grid import Cell, Row, is_blank, letter, shown
from talion.read.header import Column, Table
from talion.read.workbook import is_error

__all__ = [
    "bad_cells",
    "cell_of",
    "day_faults",
    "days_of",
    "filled_down",
    "with_dates",
    "without_sums",
]

_LISTED = 8
_SUBTOTALS = frozenset(
    {"subtotal", "sub total", "grand total", "zwischensumme", "sous total", "average", "mean"}
)
_SUM_WORDS = frozenset(
    [
        "total",
        "totals",
        "sum",
        "subtotal",
        "grandtotal",
        "σ",
        "итого",
        "всего",
        "сумма",
        "المجموع",
        "الإجمالي",
        "الاجمالي",
        "summe",
        "zwischensumme",
        "gesamtsumme",
        "gesamt",
        "insgesamt",
        "somme",
        "suma",
        "toplam",
        "разом",
        "усього",
    ]
)


def _used(layout: Layout) -> list[Column]:
    return [*layout.fields.values(), *(column for column, _ in layout.counts)]


def bad_cells(table: Table, layout: Layout, reading: Reading) -> Iterator[TalionError]:
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
                narrow = str(row[index]).startswith("##")
                yield RecordError(
                    "the sign of a column too narrow to show its value"
                    if narrow
                    else "an error of Excel's instead of a value",
                    place=sheet.at(number, index),
                    value=row[index],
                    remedy="widen the column and save the file anew"
                    if narrow
                    else "mend the formula, or clear the cell if nothing is known",
                )


def cell_of(row: Row, column: Column | None) -> Cell:
    return row[column.index] if column is not None and column.index < len(row) else None


def without_sums(table: Table, layout: Layout, reading: Reading) -> list[tuple[int, Row]]:
    """Return the rows without sums at the foot, remarks and lines that hold nothing used."""
    kept, sums, empty = [], [], []
    used = _used(layout)
    dates = layout.fields["date"]
    for number, row in table.rows:
        if _is_banner(row, used):
            empty.append((number, _first_text(row)))
        elif _is_sum(row, layout) or _is_nameless(row, layout):
            sums.append((number, _first_text(row)))
        elif all(is_blank(cell_of(row, column)) for column in used if column != dates) and not (
            layout.counts and looks_like_a_day(cell_of(row, dates))  # counts that are not stated
        ):
            empty.append((number, _first_text(row)))
        else:
            kept.append((number, row))
    if sums:
        listed = ", ".join(f"row {n} ({text})" for n, text in sums[:_LISTED])
        reading.remarks.append(f"sums are left out: {listed}{_more(sums)}")
    _say_repeated(kept, layout, reading)
    if empty:
        listed = ", ".join(f"row {n} ({text[:40]})" for n, text in empty[:_LISTED])
        reading.remarks.append(
            f"rows that hold nothing but a date, heading or remark are left out: "
            f"{listed}{_more(empty)}"
        )
    return kept


def _say_repeated(rows: list[tuple[int, Row]], layout: Layout, reading: Reading) -> None:
    """Say which rows repeat another cell by cell: two acts, or one that was entered twice."""
    if layout.counts:
        return
    seen: set[Row] = set()
    again = [number for number, row in rows if row in seen or seen.add(row)]  # type: ignore[func-returns-value]
    if again:
        listed = ", ".join(map(str, again[:_LISTED])) + (", ..." if len(again) > _LISTED else "")
        reading.remarks.append(
            f"rows that repeat another cell by cell are read as acts of their own: {len(again)} "
            f"(rows {listed})"
        )


def _more(items: list[tuple[int, str]]) -> str:
    return f" and {len(items) - _LISTED} more" if len(items) > _LISTED else ""


def _is_sum(row: Row, layout: Layout) -> bool:
    """Return whether a row is a sum: no day in it and a word such as Total, or a kind Subtotal."""
    cell = cell_of(row, layout.fields["date"])
    kind = cell_of(row, layout.fields.get("type"))
    if isinstance(kind, str) and plain_words(kind) in _SUBTOTALS:
        return True
    if looks_like_a_day(cell) or not (is_blank(cell) or isinstance(cell, str)):
        return False
    if isinstance(cell, str) and not is_blank(cell):
        return not _SUM_WORDS.isdisjoint(plain_words(cell).split())
    for other in row:
        if isinstance(other, str) and not is_blank(other):
            words = plain_words(other)
            return words in FOOT_WORDS or words.split()[:1] in (["total"], ["итого"], ["المجموع"])
    return False


def _is_banner(row: Row, used: list[Column]) -> bool:
    """Return whether a row holds one text in every cell: a heading merged across the table."""
    cells = [cell_of(row, column) for column in used]
    return len(cells) > 2 and not is_blank(cells[0]) and len(set(cells)) == 1


def _is_nameless(row: Row, layout: Layout) -> bool:
    """Return whether a row says when and how many, but neither who nor whom, what or where."""
    if "type" not in layout.fields or layout.counts:
        return False
    numbers = ("date", "end", "number", "deaths", "injuries")
    rest = [column for name, column in layout.fields.items() if name not in numbers]
    return all(is_blank(cell_of(row, column)) for column in rest) and any(
        not is_blank(cell_of(row, layout.fields.get(name))) for name in numbers[2:]
    )


def _first_text(row: Row) -> str:
    return next((" ".join(shown(c).split()) for c in row if not is_blank(c)), "")


def days_of(
    table: Table, column: Column, choices: Choices, rows: list[tuple[int, Row]]
) -> DayColumn:
    cells = [(number, cell_of(row, column)) for number, row in rows]
    sheet = table.sheet
    return read_days(cells, choices, name=column.label, place=sheet.place, epoch=sheet.epoch)


def day_faults(table: Table, column: Column, days: DayColumn) -> Iterator[TalionError]:
    for fault in days.faults:
        if is_error(fault.text):
            continue  # named as one already
        yield RecordError(
            f"not read as a date: {fault.why}",
            place=table.sheet.at(fault.row, column.index),
            value=fault.text,
            remedy="write it as 2024-02-13, Feb 2024 or 12-15 Feb 2024, or leave it blank",
        )


def with_dates(
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
                remedy=f"import one table at a time: --rows {table.header_rows[0]}-{fault.row - 1}; or "
                "delete the row, if the table only goes on under it",
            )
    if choices.undated != "leave-out":
        faults += [_with_flag(fault) for fault in day_faults(table, column, days)]
        if days.blank and not faults and choices.undated is None:
            listed = ", ".join(map(str, days.blank[:_LISTED]))
            raise OpenQuestion(
                "undated",
                f"{len(days.blank)} rows hold no date (rows {listed}). Leave them out, or does "
                "a blank date mean that of the row above?",
                "--undated leave-out or --undated as-above",
                place=f"{table.sheet.place}, column {column.label}",
                options=("leave-out", "as-above"),
            )
    lost = [(fault.row, fault.text) for fault in days.faults] + [(n, "") for n in days.blank]
    if lost and not faults:
        listed = ", ".join(f"row {n}{f' ({t})' if t else ''}" for n, t in sorted(lost)[:_LISTED])
        reading.remarks.append(f"rows without a date are left out: {listed}{_more(lost)}")
    return [(number, row) for number, row in rows if number in days.spans]


def filled_down(
    column: Column, rows: list[tuple[int, Row]], days: DayColumn, reading: Reading
) -> DayColumn:
    """Return the days with those of the row above where a cell of the column is blank."""
    spans = dict(days.spans)
    last = None
    for number, row in rows:
        if number in spans:
            last = spans[number]
        elif last is not None and is_blank(cell_of(row, column)):
            spans[number] = last
    taken = [number for number in days.blank if number in spans]
    if taken:
        listed = ", ".join(map(str, taken[:_LISTED])) + (", ..." if len(taken) > _LISTED else "")
        reading.remarks.append(
            f"rows with a blank date take that of the row above: {len(taken)} (rows {listed})"
        )
    return replace(days, spans=spans, blank=tuple(n for n in days.blank if n not in spans))


def _with_flag(error: TalionError) -> TalionError:
    return RecordError(
        error.message,
        place=error.place,
        value=error.value,
        remedy="write it as 2024-02-13, Feb 2024 or 12-15 Feb 2024; or leave such rows out with "
        "--undated leave-out",
    )
