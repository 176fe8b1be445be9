"""A sheet of running totals beside the sheet of events: a date, a number, perhaps who says so."""

from __future__ import annotations

from dataclasses import replace

from talion.errors import RecordError
from talion.read.amounts import NotANumber, read_amount
from talion.read.choices import Choices
from talion.read.column_words import plain_words, proposed_fields
from talion.read.day_column import is_unknown
from talion.read.entries import Reading
from talion.read.fields import decide_layout
from talion.read.grid import Row, Sheet, is_blank, letter, shown, tidy
from talion.read.header import Column, Table, find_table
from talion.read.rows import read_rows

__all__ = ["read_totals"]

_TOTAL = ("total", "running total", "cumulative total", "cumulative", "total so far", "tally")
_SPEAKER = ("speaker", "said by", "stated by", "announced by", "according to", "who says so")


def read_totals(sheet: Sheet, choices: Choices) -> Reading:
    """Return the entries of a sheet of totals; their kind is the name of the sheet.

    Args:
        sheet: as read.
        choices: the decisions on dates and hidden rows hold for it too.

    Raises:
        OpenQuestion: its dates or hidden rows need a decision.
        RecordError, Problems: no column of numbers, or cells that cannot be read.
    """
    same = {"hidden", "day_order", "day_numbers", "swapped_cells", "undated"}
    shared = Choices.model_validate(choices.model_dump(include=same))
    table = find_table(sheet, shared)
    columns = {"number": letter(_numbers(table).index), "deaths": "-", "injuries": "-"}
    said = {"type": sheet.name}
    speaker = [c for c in table.columns if plain_words(c.name) in _SPEAKER]
    for side in ("by", "against"):  # whose acts are counted, which is not who counts them
        found = proposed_fields(table.columns).get(side, ())
        if len(found) == 1 and found[0] not in speaker:
            columns[side] = letter(found[0].index)
        else:
            said[side] = "unknown"
    own = Choices(columns=columns, say=said).over(shared)
    reading = read_rows(table, decide_layout(table, own), own)
    if speaker:
        rows = dict(table.rows)
        reading.entries = [
            replace(entry, speaker=_text(rows[entry.row], speaker[0])) for entry in reading.entries
        ]
    lines = [*table.remarks, *reading.remarks]
    reading.remarks = [f"sheet {sheet.name}: {remark}" for remark in lines]
    return reading


def _text(row: Row, column: Column) -> str:
    cell = row[column.index] if column.index < len(row) else None
    return "" if is_unknown(cell) else tidy(shown(cell))


def _numbers(table: Table) -> Column:
    """Return the column of the totals: by its name, else the only one that holds numbers alone."""
    named = [c for c in table.columns if plain_words(c.name) in _TOTAL]
    found = named or [c for c in table.columns if _is_numeric(table, c)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(c.label for c in found or table.columns)
    raise RecordError(
        "which column holds the totals cannot be told",
        place=table.sheet.place,
        value=listed,
        remedy="call it Total in the header",
    )


def _is_numeric(table: Table, column: Column) -> bool:
    cells = [cell for _, cell in table.cells(column) if not is_blank(cell)]
    try:
        return bool(cells) and all(read_amount(cell).low is not None for cell in cells)
    except NotANumber:
        return False
