"""Writing a sheet of the workbook so that it can be read on a screen at full size, and printed.

No cell is a formula: a text that begins like one is kept as text and marked so (quotePrefix), as Excel
itself does with a leading apostrophe. Columns are as wide as their words need, long texts wrap, and rows
are as high as their lines, since not every program reckons that by itself. Printed, a sheet is one page
wide, with its head on each page and title, cut-off and number at the foot.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, TypeAlias

from talion.report.words import clean

if TYPE_CHECKING:
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "FONT", "FORMULA_STARTS", "SIZE", "Line", "Sheet", "Value", "lay_out", "set_print", "write_value",
]  # fmt: skip

Value: TypeAlias = bool | int | float | str | dt.date | dt.datetime | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FONT, SIZE = "Arial", 10.0
_NARROWEST, _ONE_LINE, _WIDEST = 7, 22, 52
"""Letters across: of any column, of a text that does not wrap, of any text."""
_LINES = 4  # that a long text aims at, before its column is the widest
_MANY = 200  # rows from which a sheet is data, and texts aim at one line
_LINE, _TALLEST = 13.0, 409.0  # points: a line of text, and the height that Excel allows
_LONGEST = 32_767  # letters that a cell of Excel holds
_FIRST_DAY = dt.date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was
_A4, _A3 = 9, 8
_WIDE = 230  # letters across from which a sheet needs the larger paper to be read in print
_MOST_TITLE = 90


@dataclass(frozen=True)
class Line:
    """A line above or below a table, over its whole width: its text, size of type, and weight."""

    text: str
    size: float = SIZE
    bold: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, heads and rows, and lines above and below the table."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    above: tuple[Line, ...] = ()
    below: tuple[Line, ...] = ()

    @property
    def head_row(self) -> int:
        """The number of the row of heads."""
        return len(self.above) + 1


def lay_out(page: Worksheet, sheet: Sheet) -> None:
    """Write a sheet.

    Args:
        page: an empty sheet of a workbook.
        sheet: what stands on it.
    """
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    widths = _widths(sheet)
    for number, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    head = sheet.head_row
    font, fill = Font(name=FONT, size=SIZE, bold=True), PatternFill("solid", fgColor="E4E7EA")
    top = Alignment(vertical="top")
    text_top = Alignment(vertical="top", wrap_text=True, horizontal="left", indent=1)
    for number, text in enumerate(sheet.heads, 1):
        cell = page.cell(head, number, text)
        cell.font, cell.fill, cell.alignment = font, fill, text_top
    _set_height(page, head, sheet.heads, widths)
    for line, row in enumerate(sheet.rows, head + 1):
        for number, value in enumerate(row, 1):
            cell = page.cell(line, number)
            write_value(cell, value)
            cell.alignment = text_top if isinstance(value, str | bool) else top
        _set_height(page, line, row, widths)
    last = head + len(sheet.rows)
    _write_lines(page, sheet.above, 1, widths)
    _write_lines(page, sheet.below, last + 1, widths)
    page.auto_filter.ref = f"A{head}:{get_column_letter(len(sheet.heads))}{last}"
    if not sheet.above:
        page.freeze_panes = "A2"
    page.print_title_rows = f"{head}:{head}"
    page.page_setup.paperSize = _A3 if sum(widths) > _WIDE else _A4


def set_print(page: Worksheet, title: str, as_of: str) -> None:
    """Set a sheet to print landscape and one page wide, with title, cut-off and number at the foot."""
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    for side in ("left", "right"):
        setattr(page.page_margins, side, 0.4)
    page.page_margins.top = page.page_margins.bottom = 0.6
    page.page_margins.header = page.page_margins.footer = 0.3
    said = clean(title)[:_MOST_TITLE].replace("&", "&&").replace("\n", " ")
    page.oddFooter.left.text = f"{said}. {as_of}"
    page.oddFooter.right.text = "&A, page &P of &N"


def write_value(cell: SheetCell, value: Value) -> None:
    """Write a value as what it is; a text as text, whatever it begins with; a flag in words."""
    if isinstance(value, dt.datetime | dt.date):
        day = value.date() if isinstance(value, dt.datetime) else value
        if day < _FIRST_DAY:
            cell.value = value.isoformat()  # Excel has no such day
            return
        cell.value = value
        cell.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, dt.datetime) else "yyyy-mm-dd"
    elif isinstance(value, bool):
        cell.value = "yes" if value else "no"
    elif isinstance(value, str):
        text = clean(value)[:_LONGEST]
        if not text:
            return
        cell.value = text
        cell.data_type = "s"
        if text.startswith(FORMULA_STARTS):
            cell.quotePrefix = True
    elif isinstance(value, float):
        cell.value = value
        cell._value = repr(value)  # noqa: SLF001 - the library would cut it to 16 digits
        cell.number_format = "General" if value == 0 or abs(value) >= 1000 else "0.0###"
    elif value is not None:
        cell.value = value


def _write_lines(
    page: Worksheet, lines: Sequence[Line], first: int, widths: Sequence[float]
) -> None:
    """Write lines over the whole width of the table, from a row on."""
    from openpyxl.styles import Alignment, Font

    across = sum(widths)
    for number, line in enumerate(lines, first):
        cell = page.cell(number, 1)
        write_value(cell, line.text)
        cell.font = Font(name=FONT, bold=line.bold, size=line.size)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        page.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(widths))
        rows = _rows_of(line.text, across * SIZE / line.size)
        page.row_dimensions[number].height = min(_LINE * line.size / SIZE * rows + 2, _TALLEST)


def _widths(sheet: Sheet) -> list[float]:
    found, aim = [], _LINES if len(sheet.rows) < _MANY else 1
    for number, head in enumerate(sheet.heads):
        longest = max((_length(row[number]) for row in sheet.rows), default=0)
        text = longest + 3 if longest <= _ONE_LINE else max(_ONE_LINE, (longest + 3) / aim)
        word = max(map(len, re.split(r"\s+", head)), default=0) + 4  # room for the filter's sign
        found.append(float(min(_WIDEST, max(_NARROWEST, word, math.ceil(text)))))
    return found


def _set_height(page: Worksheet, line: int, row: Sequence[Value], widths: Sequence[float]) -> None:
    lines = max(
        (_rows_of(v, w) for v, w in zip(row, widths, strict=True) if isinstance(v, str)), default=1
    )
    if lines > 1:
        page.row_dimensions[line].height = min(_LINE * lines, _TALLEST)


def _rows_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column so many letters wide."""
    return sum(len(wrap(part, max(3, int(width - 2)))) or 1 for part in clean(text).split("\n"))


def _length(value: Value) -> int:
    """Return the letters that a value takes on one line."""
    if isinstance(value, str):
        return max(map(len, clean(value).split("\n")))
    if isinstance(value, bool):
        return 3
    if isinstance(value, float):
        return 7
    if isinstance(value, dt.datetime):
        return 16
    return 10 if isinstance(value, dt.date) else len(str("" if value is None else value))
