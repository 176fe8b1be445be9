"""The matrix of evidence as an Excel workbook, and the analyst's marks back out of one.

Sheet `Model` holds the model's words and numbers; sheet `Marks` has the same rows and columns, for
the analyst to fill with CC, C, N, I, II or NA. A row or column is known by its id, so that rows may be
sorted, columns moved, and rows left out.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from talion.errors import InputError
from talion.judge.evidence_matrix import MARKS, Matrix
from talion.report.office.container import moment, repack
from talion.report.office.sheet_layout import write_value

if TYPE_CHECKING:
    import datetime as dt

    from openpyxl.cell import Cell as SheetCell
    from openpyxl.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["MARKS_SHEET", "matrix_workbook", "read_marks"]

MARKS_SHEET, MODEL_SHEET = "Marks", "Model"
_HEADS = ("row", "kind", "what", "observed")
_SHADES = {"CC": "A9CFA4", "C": "DCEBD8", "I": "F3DDD3", "II": "E0A68F"}


def matrix_workbook(matrix: Matrix, as_of: dt.date, version: str) -> bytes:
    """Return the workbook as the bytes of an .xlsx file.

    Args:
        matrix: rows, columns, cells.
        as_of: of the case; the file's own date, so that the same matrix gives the same file.
        version: of Talion.
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    model = book.worksheets[0]
    model.title = MODEL_SHEET
    marks = book.create_sheet(MARKS_SHEET)
    about = book.create_sheet("Key")
    for page in (model, marks):
        _head(page, matrix, numbers=page is model)
    for line, row in enumerate(matrix.rows, 2):
        for page in (model, marks):
            for column, value in enumerate((row.id, row.kind, row.title, row.observed), 1):
                write_value(page.cell(line, column), value)
        for i, cell in enumerate(row.cells):
            _word(model.cell(line, 5 + 2 * i), cell.word)
            if cell.value is not None:
                model.cell(line, 6 + 2 * i).value = round(cell.value, 2)
            _word(marks.cell(line, 5 + i), cell.mark)
    choice = DataValidation(type="list", formula1=f'"{",".join(MARKS)}"', allow_blank=True)
    choice.error, choice.showErrorMessage = "One of " + ", ".join(MARKS), True
    marks.add_data_validation(choice)
    last = marks.cell(max(2, len(matrix.rows) + 1), 4 + max(1, len(matrix.columns))).coordinate
    choice.add(f"E2:{last}")
    for line, (word, said) in enumerate(_ABOUT, 1):
        about.cell(line, 1).value, about.cell(line, 2).value = word, said
    about.column_dimensions["B"].width = 90
    properties = book.properties
    properties.creator = properties.lastModifiedBy = f"Talion {version}"
    properties.created = properties.modified = moment(as_of)
    out = io.BytesIO()
    book.save(out)
    return repack(out.getvalue(), as_of)


_ABOUT = (
    ("CC", "told at least ten times better than the baseline (model); strongly consistent (analyst)"),
    ("C", "told three to ten times better; consistent"),
    ("N", "told about as well, or the particles cannot tell; neither"),
    ("I", "told three to ten times worse; inconsistent"),
    ("II", "told at least ten times worse; strongly inconsistent"),
    ("NA", "no bearing (analyst only)"),
    ("difference", "log score of the row's weeks less the baseline's"),
    ("sheet Marks", "for the analyst: read back with talion hypotheses CASE --marks FILE"),
)  # fmt: skip


def _head(page: Worksheet, matrix: Matrix, *, numbers: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    heads = list(_HEADS)
    for name in matrix.columns:
        heads += [name, f"{name}: difference"] if numbers else [name]
    for column, head in enumerate(heads, 1):
        cell = page.cell(1, column)
        write_value(cell, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E4E7EA")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        wide = {1: 24, 2: 10, 3: 44, 4: 60}.get(column, 14)
        page.column_dimensions[get_column_letter(column)].width = wide
    page.freeze_panes = "E2"


def _word(cell: SheetCell | MergedCell, word: str) -> None:
    from openpyxl.styles import Alignment, PatternFill

    if word:
        cell.value = word
    cell.alignment = Alignment(horizontal="center")
    if word in _SHADES:
        cell.fill = PatternFill("solid", fgColor=_SHADES[word])


def read_marks(path: Path, matrix: Matrix) -> dict[str, dict[str, str]]:
    """Read the analyst's marks.

    Args:
        path: an .xlsx file with a sheet `Marks`, such as `matrix_workbook` makes.
        matrix: whose rows and columns they must be of.

    Returns:
        Marks by row and hypothesis; empty cells are left out.

    Raises:
        InputError: no such file or sheet, an unknown row, hypothesis or mark; the message names
            file, sheet and cell.
    """
    page = _sheet(path)
    known = {row.id for row in matrix.rows}
    columns: dict[int, str] = {}
    for cell in next(page.iter_rows(min_row=1, max_row=1)):
        name = "" if cell.value is None else str(cell.value).strip()
        if name in _HEADS or not name:
            continue
        _check(name in matrix.columns, path, cell, "no such hypothesis", ", ".join(matrix.columns))
        _check(name not in columns.values(), path, cell, "this hypothesis has two columns", "")
        columns[int(cell.column)] = name
    found: dict[str, dict[str, str]] = {}
    for line in page.iter_rows(min_row=2):
        key = "" if line[0].value is None else str(line[0].value).strip()
        written = {
            c: cell for c in columns if (cell := page.cell(line[0].row, c)).value is not None
        }
        if not key and not written:
            continue
        _check(key in known, path, line[0], "no such row of the matrix", "")
        _check(key not in found, path, line[0], "this row stands twice", "")
        found[key] = {}
        for c, cell in written.items():
            mark = str(cell.value).strip().upper()
            if mark:
                _check(mark in MARKS, path, cell, "no such mark", ", ".join(MARKS))
                found[key][columns[c]] = mark
    return {key: marks for key, marks in found.items() if marks}


def _sheet(path: Path) -> Worksheet:
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    again = "write one: talion hypotheses CASE --xlsx FILE"
    try:
        book = load_workbook(path, data_only=True)
    except FileNotFoundError:
        raise InputError("no such file", place=str(path), remedy=again) from None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, InvalidFileException) as error:
        why = type(error).__name__
        raise InputError("no Excel workbook", place=str(path), value=why, remedy=again) from None
    if MARKS_SHEET not in book.sheetnames:
        remedy = f"name the sheet {MARKS_SHEET}, or {again}"
        raise InputError("no such sheet", place=str(path), value=MARKS_SHEET, remedy=remedy)
    page: Worksheet = book[MARKS_SHEET]
    return page


def _check(right: bool, path: Path, cell: SheetCell | MergedCell, message: str, known: str) -> None:
    if not right:
        place = f"{path}, sheet {MARKS_SHEET}, cell {cell.coordinate}"
        remedy = f"use one of: {known}" if known else "see the sheet as --xlsx writes it"
        raise InputError(message, place=place, value=cell.value, remedy=remedy)
