"""The matrix of evidence: its words, and Excel there and back with errors that name a cell."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from judge.comparisons import comparison_of, two_rivals
from talion.errors import InputError
from talion.judge.evidence_matrix import Matrix, evidence_matrix
from talion.report.office.matrix_sheets import matrix_workbook, read_marks

CASE = two_rivals()
GAPS = {"answers": [3.0, 1.5, 0.0, -1.5], "war": [-3.0, 0.5, 3.0, 1.2]}


def matrix(errors: float = 0.1, marks: dict[str, dict[str, str]] | None = None) -> Matrix:
    return evidence_matrix(CASE, comparison_of(CASE, GAPS, error=errors), marks)


def written(tmp_path: Path, change: dict[str, str] | None = None, sheet: str = "Marks") -> Path:
    book = load_workbook(io.BytesIO(matrix_workbook(matrix(), CASE.as_of, "0")))
    for place, value in (change or {}).items():
        book["Marks"][place] = value
    book["Marks"].title = sheet
    path = tmp_path / "m.xlsx"
    book.save(path)
    return path


def test_cells_are_words_of_differences() -> None:
    rows = {row.id: row for row in matrix().rows}
    words = [rows[f"week-{n}"].cells[0].word for n in (5, 6, 7, 8)]
    assert words == ["CC", "C", "N", "I"]
    assert [rows[f"week-{n}"].cells[1].word for n in (5, 6, 7, 8)] == ["II", "N", "CC", "C"]
    late = rows["episode-late"]  # both last weeks
    assert late.weeks == (7, 8)
    assert late.cells[1].value == pytest.approx(4.2)
    assert rows["evidence-answers-1"].weeks == (5,)
    assert rows["evidence-answers-1"].cells[0].word == "CC"
    assert rows["evidence-war-1"].cells[0].value is None
    assert rows["evidence-war-1"].cells[0].word == ""


def test_what_particles_cannot_tell_is_neither() -> None:
    rows = {row.id: row for row in matrix(errors=2.0).rows}
    assert {cell.word for n in (5, 6, 7, 8) for cell in rows[f"week-{n}"].cells} == {"N"}


def test_model_and_analyst_apart_are_seen() -> None:
    marks = {"week-5": {"answers": "I", "war": "II"}, "week-6": {"answers": "NA"}}
    rows = {row.id: row for row in matrix(marks=marks).rows}
    assert [cell.apart for cell in rows["week-5"].cells] == [True, False]
    assert [cell.apart for cell in rows["week-6"].cells] == [False, False]
    assert rows["week-5"].cells[1].mark == "II"


def test_marks_come_back_whatever_the_order_of_rows_and_columns(tmp_path: Path) -> None:
    path = written(tmp_path, {"E2": "CC", "F3": " ii ", "E4": "NA"})
    assert read_marks(path, matrix()) == {
        "week-5": {"answers": "CC"}, "week-6": {"war": "II"}, "week-7": {"answers": "NA"},
    }  # fmt: skip
    book = load_workbook(path)
    page = book["Marks"]
    page.move_range("A2:F2", rows=20)
    page["E1"], page["F1"] = "war", "answers"
    book.save(path)
    found = read_marks(path, matrix())
    assert found["week-5"] == {"war": "CC"}


def test_the_model_sheet_holds_words_and_numbers_and_no_formula(tmp_path: Path) -> None:
    page = load_workbook(written(tmp_path))["Model"]
    assert [cell.value for cell in page[1]][4:] == [
        "answers", "answers: difference", "war", "war: difference",
    ]  # fmt: skip
    assert [cell.value for cell in page[2]][4:] == ["CC", 3.0, "II", -3.0]
    titled = replace(matrix().rows[0], title="=1+1")
    content = matrix_workbook(replace(matrix(), rows=(titled,)), CASE.as_of, "0")
    cell = load_workbook(io.BytesIO(content))["Model"]["C2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert matrix_workbook(matrix(), CASE.as_of, "0") == matrix_workbook(matrix(), CASE.as_of, "0")


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"E2": "maybe"}, "sheet Marks, cell E2", "no such mark"),
        ({"A3": "week-99"}, "sheet Marks, cell A3", "no such row"),
        ({"A3": "week-5"}, "sheet Marks, cell A3", "stands twice"),
        ({"F1": "luck"}, "sheet Marks, cell F1", "no such hypothesis"),
        ({"F1": "answers"}, "sheet Marks, cell F1", "two columns"),
    ],
)
def test_what_is_wrong_is_named_by_sheet_and_cell(
    tmp_path: Path, change: dict[str, str], place: str, said: str
) -> None:
    path = written(tmp_path, change)
    with pytest.raises(InputError, match=said) as caught:
        read_marks(path, matrix())
    assert str(caught.value).startswith(f"{path}, {place}")


def test_no_workbook_and_no_sheet_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_marks(tmp_path / "none.xlsx", matrix())
    text = tmp_path / "text.xlsx"
    text.write_text("row,answers", encoding="utf-8")
    with pytest.raises(InputError, match="no Excel workbook"):
        read_marks(text, matrix())
    with pytest.raises(InputError, match="no such sheet"):
        read_marks(written(tmp_path, sheet="Other"), matrix())
