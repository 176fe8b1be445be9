"""The workbook reads back as written: dates as dates, numbers as numbers, no formulas, Arabic intact."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.office.runs import ARABIC, Made, awkward, fitted, licensed, parts, watched
from talion.report.office.chart_table import chart_rows
from talion.report.office.sheet_layout import FORMULA_STARTS, Sheet, lay_out
from talion.report.office.workbook import sheets, write_workbook
from talion.report.words import clean, percent

NAMES = ["Summary", "Judgments", "Results", "Rests on", "What would change it", "What to watch", "Assumptions", "Record", "Totals", "Absences", "Coverage", "Sources", "Charts", "Chart data", "About"]  # fmt: skip


@pytest.fixture(scope="module", params=["fitted", "awkward", "licensed"])
def run(request: pytest.FixtureRequest) -> Made:
    return {"fitted": fitted, "awkward": awkward, "licensed": licensed}[request.param]()


@pytest.fixture(scope="module")
def written(run: Made) -> bytes:
    return write_workbook(run.dossier)


@pytest.fixture(scope="module")
def book(written: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(written))


def shown(value: Any) -> Any:
    """A value as the workbook gives it back: days as midnights, flags in words, no text as nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return (clean(value) or None) if isinstance(value, str) else value


def test_every_sheet_reads_back_equal(run: Made, book: Any) -> None:
    for sheet in sheets(run.dossier):
        page = book[sheet.name]
        last = sheet.head_row + len(sheet.rows)
        heads, *rows = page.iter_rows(min_row=sheet.head_row, max_row=last, values_only=True)
        assert heads == sheet.heads
        assert [tuple(map(shown, row)) for row in sheet.rows] == rows, sheet.name
        beside = [*range(1, sheet.head_row), *range(last + 1, page.max_row + 1)]
        said = [page.cell(number, 1).value for number in beside]
        assert said == [shown(line.text) for line in (*sheet.above, *sheet.below)], sheet.name


def test_there_is_a_sheet_for_each_subject(run: Made, book: Any) -> None:
    names = [name for name in book.sheetnames if name != "Links"]
    assert names == NAMES
    assert ("Links" in book.sheetnames) is run.dossier.fitted


def test_what_a_judgment_rests_on_and_what_to_watch_are_rows_of_numbers() -> None:
    dossier = watched(fitted().dossier)
    by_name = {sheet.name: sheet for sheet in sheets(dossier)}
    rests, flips, watch = (
        [dict(zip(by_name[n].heads, row, strict=True)) for row in by_name[n].rows if row[0] == "J1"]
        for n in ("Rests on", "What would change it", "What to watch")
    )
    (one,) = rests
    assert (one["rests on"], one["share"], one["low"], one["high"]) == (
        "the usual rate of Attack", 0.5, 0.4, 0.6,
    )  # fmt: skip
    assert one["test met"] == "30 %: lower third: under 8"
    assert [(f["share of draws there"], f["test met there"]) for f in flips] == [(0.3, 0.4)]
    assert [(w["reading"], w["chance to see it"], w["if seen"], w["if not"]) for w in watch] == [
        ("As written", 0.3, 0.81, 0.54), ("No view", 0.3, 0.52, 0.49),
    ]  # fmt: skip
    assert watch[0]["last day"] == dt.date(2024, 6, 30)
    why = [row for row in by_name["What to watch"].rows if row[1] == "nothing"]
    assert {row[0] for row in why} == {j.id for j in dossier.judgments if not j.signs}


def test_the_summary_stands_first_with_the_finding_above_and_the_caveats_below() -> None:
    dossier = watched(fitted().dossier)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(dossier)))
    assert book.active.title == book.sheetnames[0] == "Summary"
    said = [row[0].value for row in book["Summary"].iter_rows()]
    head = said.index("Id")
    assert said[0] == dossier.title
    assert said.index(dossier.finding) < head
    assert said.index(dossier.confidence) < head
    assert said[head + 1 :][: len(dossier.judgments)] == [j.id for j in dossier.judgments]
    for text in (dossier.signs[0].text, *dossier.lacks, dossier.whose):
        assert said.index(text) > head
    heads = [cell.value for cell in book["Summary"][head + 1]]
    assert heads[4:7] == ["No view", "As written", "With the record"]


def test_heads_are_frozen_and_filtered_and_columns_wide_enough(run: Made, book: Any) -> None:
    for sheet in sheets(run.dossier):
        page = book[sheet.name]
        assert page.freeze_panes == (None if sheet.above else "A2")
        last = openpyxl.utils.get_column_letter(page.max_column)
        end = sheet.head_row + len(sheet.rows)
        assert page.auto_filter.ref == f"A{sheet.head_row}:{last}{end}"
        heads = [cell.value for cell in page[sheet.head_row]]
        assert all(isinstance(head, str) and head for head in heads)
        assert len(set(heads)) == len(heads)
        for number, head in enumerate(heads, 1):
            width = page.column_dimensions[openpyxl.utils.get_column_letter(number)].width
            assert min(max(map(len, head.split())), 52) <= width <= 52


def test_every_sheet_prints_landscape_one_page_wide_with_head_and_foot(book: Any) -> None:
    for page in book.worksheets:
        assert page.page_setup.orientation == "landscape"
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert re.fullmatch(r"\$(\d+):\$\1", page.print_title_rows)
        assert "As of 1 Jun 2024. Model output, not a forecast." in page.oddFooter.left.text
        assert page.oddFooter.right.text == "&A, page &P of &N"


def test_a_title_at_the_foot_is_no_code() -> None:
    """In a foot & begins a code: `&D` would print today's date."""
    dossier = fitted().dossier.model_copy(update={"title": "R&D\nand &P"})
    found = parts(write_workbook(dossier))["xl/worksheets/sheet1.xml"].decode()
    assert "R&amp;&amp;D and &amp;&amp;P. As of 1 Jun 2024" in found


def test_long_texts_wrap_in_rows_that_are_high_enough(book: Any) -> None:
    wrapped = 0
    for page in book.worksheets:
        if page.title == "Summary":
            continue
        for row in page.iter_rows(min_row=2):
            for cell in row:
                width = page.column_dimensions[cell.column_letter].width
                if isinstance(cell.value, str) and len(cell.value) > width:
                    assert cell.alignment.wrap_text
                    least = min(len(cell.value) / width * 12, 400)
                    assert page.row_dimensions[cell.row].height >= least
                    wrapped += 1
    assert wrapped > 10


def test_the_workbook_opens_in_another_program_and_prints_as_set(to_pdf: Any) -> None:
    dossier = fitted().dossier.model_copy(update={"charts": ()})
    pages = to_pdf({"w.xlsx": write_workbook(dossier)})["w.xlsx"]
    for page in pages:
        assert "As of 1 Jun 2024. Model output, not a forecast." in page
    feet = [re.search(r"(\w[\w ]*), page (\d+) of (\d+)", page) for page in pages]
    assert all(feet)
    named = {foot[1].strip() for foot in feet if foot}
    assert set(NAMES) - {"Chart data"} <= named
    results = [
        page
        for page, foot in zip(pages, feet, strict=True)
        if foot and foot[1].strip() == "Results"
    ]
    assert results
    assert all("between_sd" in page for page in results)


def test_no_cell_is_a_formula_and_what_looks_like_one_says_so(written: bytes, book: Any) -> None:
    for name, part in parts(written).items():
        if name.startswith("xl/worksheets/"):
            assert b"<f>" not in part
            assert b"<f " not in part
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "d")
                starts = isinstance(cell.value, str) and cell.value.startswith(FORMULA_STARTS)
                assert bool(cell.quotePrefix) is starts


def test_texts_that_begin_like_formulas_are_there() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(awkward().dossier)))
    found = {
        cell.value for page in book.worksheets for row in page.iter_rows() for cell in row if cell.quotePrefix
    }  # fmt: skip
    for text in ("=HYPERLINK(0)", "=cmd|' /C calc'!A0", "\t=1+2", "=1+1", "-2+3"):
        assert text in found


def test_arabic_names_are_intact(tmp_path: Path) -> None:
    file = tmp_path / "w.xlsx"
    file.write_bytes(write_workbook(awkward().dossier))
    frame = pl.read_excel(file, sheet_name="Sources", engine="openpyxl")
    assert ARABIC in frame["title"].to_list()


def test_numbers_are_those_of_the_results(run: Made, tmp_path: Path, written: bytes) -> None:
    file = tmp_path / "w.xlsx"
    file.write_bytes(written)
    frame = pl.read_excel(file, sheet_name="Results", engine="openpyxl", infer_schema_length=None)
    seen = 0
    for row in frame.to_dicts():
        if row["probability"] is None:
            continue
        parts_ = {p["id"]: p for p in run.numbers["judgments"][row["judgment"]]["parts"]}
        share = parts_[row["part"]]["readings"][row["reading"]]
        for name in ("probability", "low", "high", "mcse", "between_sd", "draws", "histories"):
            assert row[name] == share[name]
        fixed = row["label"] == "Fixed by the form"
        assert row["said"] == ("–" if fixed else percent(share["probability"]))
        seen += 1
    assert seen > 15
    assert frame.schema["probability"] == pl.Float64
    assert frame.schema["draws"] == pl.Int64


def test_dates_are_dates(run: Made, tmp_path: Path, written: bytes, book: Any) -> None:
    file = tmp_path / "w.xlsx"
    file.write_bytes(written)
    frame = pl.read_excel(file, sheet_name="Record", engine="openpyxl")
    assert frame.schema["start"] == pl.Datetime("us")
    days = {e.id: e.start for e in run.result.record.events}
    assert {row["id"]: row["start"].date() for row in frame.to_dicts()} == days
    about = {row[0].value: row[1] for row in book["About"].iter_rows(min_row=2)}
    assert about["Cut-off"].value == dt.datetime(2024, 6, 1)
    assert about["Cut-off"].number_format == "yyyy-mm-dd"
    assert about["Seed"].value == 3
    receipt = run.numbers["receipt"]
    assert about["Case, SHA-256"].value == receipt["case_hash"]
    assert about["Record, SHA-256"].value == receipt["record_hash"]
    assert about["Version"].value == receipt["version"]


def test_chart_data_are_the_numbers_drawn() -> None:
    dossier = fitted().dossier
    fan = next(c for c in dossier.charts if c.id == "fan-attack")
    rows = [r for r in chart_rows(fan) if r[1] == "fan"]
    assert [r[6]["median"] for r in rows] == list(fan.datasets["fan"]["median"])
    assert [r[2].isoformat() for r in rows if r[2]] == list(fan.datasets["fan"]["day"])
    paths = [r for r in chart_rows(fan) if r[1] == "paths"]
    assert {r[4] for r in paths} == {f"simulated history {i}" for i in (1, 2, 3)}
    known = [r for r in chart_rows(fan) if r[1] == "known"]
    assert known == [("fan-attack", "known", dt.date(2024, 6, 1), None, "known until here", "", {})]
    measures = {name for c in dossier.charts for r in chart_rows(c) for name in r[6]}
    assert measures.isdisjoint({"zero", "shade", "size", "dash"})
    sheet = next(s for s in sheets(dossier) if s.name == "Chart data")
    assert set(sheet.heads[6:]) == measures
    drawn = [dict(zip(sheet.heads, row, strict=True)) for row in sheet.rows]
    told = [row["median"] for row in drawn if (row["chart"], row["part"]) == (fan.id, "fan")]
    assert told == list(fan.datasets["fan"]["median"])


# Texts as XML can hold them; the rest is shown by its number.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
STARTS = st.sampled_from(["", *FORMULA_STARTS])


@given(text=STARTS.flatmap(lambda start: TEXTS.map(lambda rest: start + rest)))
def test_any_text_reads_back_as_shown_and_never_as_a_formula(text: str) -> None:
    book = openpyxl.Workbook()
    lay_out(book.active, Sheet("x", ("head",), ((text,),)))
    out = io.BytesIO()
    book.save(out)
    cell = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active["A2"]
    assert cell.value == (clean(text) or None)
    assert cell.data_type in ("s", "n")
    assert re.search(rb"<f[ >]", parts(out.getvalue())["xl/worksheets/sheet1.xml"]) is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (dt.date(1898, 5, 1), "1898-05-01"),
        (dt.date(2024, 2, 29), dt.datetime(2024, 2, 29)),
        (dt.datetime(2024, 1, 4, 12), dt.datetime(2024, 1, 4, 12)),
        (0.1 + 0.2, 0.1 + 0.2),
        (True, "yes"),
        (False, "no"),
        (None, None),
    ],
)
def test_values_keep_their_kind(value: Any, kept: Any) -> None:
    book = openpyxl.Workbook()
    lay_out(book.active, Sheet("x", ("head",), ((value,),)))
    out = io.BytesIO()
    book.save(out)
    assert openpyxl.load_workbook(io.BytesIO(out.getvalue())).active["A2"].value == kept
