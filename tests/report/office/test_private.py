"""What may not be passed on is in no part of any export that withholds, and each says so."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest

from report.office.runs import HIDDEN, PRIVATE_ROWS, Made, all_text, fitted, licensed
from talion.report.office.bibliography import bibtex_key
from talion.report.office.dossier import Dossier
from talion.report.office.export import KINDS, export_run, make_files
from talion.report.office.private import ERASED, WITHHELD_TEST, private_of, withhold
from talion.report.results_table import labels_in_words

SAID = (
    "Withheld, since a licence or promise forbids passing them on: title and texts of 2 sources, 3 rows "
    "of the record, 1 chart that would show such rows one by one and the words of 1 test that would "
    "name them. The results were computed with them."
)


DRAWN = ("timeline", "totals-attack", "fan-attack", "effects-force")
"""Charts that stand in the files looked into: one of each section, and what takes a lost one's place."""


@pytest.fixture(scope="module")
def open_files() -> dict[str, str | bytes]:
    return make_files(licensed().with_charts(*DRAWN).dossier, list(KINDS))


@pytest.fixture(scope="module")
def cut() -> Dossier:
    return withhold(licensed().dossier)


@pytest.fixture(scope="module")
def cut_files() -> dict[str, str | bytes]:
    return make_files(withhold(licensed().with_charts(*DRAWN).dossier), list(KINDS))


def holding(files: dict[str, str | bytes], text: str) -> set[str]:
    """The files in any part of which a text stands."""
    return {name for name, data in files.items() if any(text in part for part in all_text(data))}


def test_without_withholding_the_texts_are_there(open_files: dict[str, str | bytes]) -> None:
    """Else the next test could not fail."""
    for key in ("title", "address", "note", "place", "row_note", "total_note", "definition"):
        assert "workbook.xlsx" in holding(open_files, HIDDEN[key]), key
    for key in ("title", "case_title"):
        assert {"brief.docx", "summary.md", "summary.txt", "sources.bib"} <= holding(
            open_files, HIDDEN[key]
        )


@pytest.mark.parametrize("key", HIDDEN)
def test_no_private_text_is_in_any_part_of_any_file(
    cut_files: dict[str, str | bytes], key: str
) -> None:
    assert holding(cut_files, HIDDEN[key]) == set()


def test_private_rows_are_gone_and_the_others_stay(cut_files: dict[str, str | bytes]) -> None:
    data = cut_files["workbook.xlsx"]
    assert isinstance(data, bytes)
    book = openpyxl.load_workbook(io.BytesIO(data))
    ids = {row[0].value for row in book["Record"].iter_rows(min_row=2)}
    assert ids == {e.id for e in licensed().result.record.events} - set(PRIVATE_ROWS)
    assert {row[0].value for row in book["Totals"].iter_rows(min_row=2)} == {"counted"}
    sources = [row[0].value for row in book["Sources"].iter_rows(min_row=2)]
    assert sorted(sources) == ["list", "note", "other", "withheld source 1", "withheld source 2"]
    assert "ledger" not in {cell.value for page in book for row in page for cell in row}


def test_numbers_do_not_change(cut: Dossier) -> None:
    whole = licensed().dossier
    for before, after in zip(whole.results, cut.results, strict=True):
        changed = {"test"} if before.names_private_rows else set()
        assert before.model_dump(exclude=changed) == after.model_dump(exclude=changed)
    assert [j.readings for j in whole.judgments] == [j.readings for j in cut.judgments]


def test_a_test_that_names_private_rows_loses_its_words(cut: Dossier) -> None:
    before = {j.id: j for j in licensed().dossier.judgments}
    after = {j.id: j for j in cut.judgments}
    assert "3 March 2024" in before["J5"].test
    assert after["J5"].test == after["J5"].record_sentence == WITHHELD_TEST
    assert {line.test for line in cut.results if line.judgment == "J5"} == {WITHHELD_TEST}
    assert all(after[name].test == before[name].test for name in ("J1", "J2", "J3"))


def test_charts_that_show_rows_one_by_one_are_left_out(cut: Dossier) -> None:
    before = {c.id for c in licensed().dossier.charts}
    after = {c.id for c in cut.charts}
    assert before - after == {"timeline"}
    assert "fan-attack" in after  # events a week are sums
    shown = [c.id for c in cut.charts if c.on_slide]
    assert shown == ["totals-attack", "fan-attack", "effects-force"]


def test_cited_private_sources_are_named_by_number(cut: Dossier) -> None:
    cites = {j.id: j.cites for j in cut.judgments}["J5"]
    assert [c.source for c in cites] == ["withheld source 1", "withheld source 2", "list"]
    assert all(not (c.place or c.gist or c.rows) for c in cites[:2])


def test_every_file_says_so(cut: Dossier, cut_files: dict[str, str | bytes]) -> None:
    assert cut.withheld == SAID
    for name in ("summary.md", "summary.txt", "sources.bib"):
        text = cut_files[name]
        assert isinstance(text, str)
        assert SAID in " ".join(text.split())
    word, deck, book = (cut_files[n] for n in ("brief.docx", "slides.pptx", "workbook.xlsx"))
    assert isinstance(word, bytes)
    assert SAID in [p.text for p in docx.Document(io.BytesIO(word)).paragraphs]
    assert isinstance(deck, bytes)
    shapes = [s for slide in pptx.Presentation(io.BytesIO(deck)).slides for s in slide.shapes]
    assert any(SAID in s.text_frame.text for s in shapes if s.has_text_frame)
    assert isinstance(book, bytes)
    about = openpyxl.load_workbook(io.BytesIO(book))["About"]
    assert {row[0].value: row[1].value for row in about}["Withheld"] == SAID


def test_private_sources_are_not_in_the_bibliography(cut_files: dict[str, str | bytes]) -> None:
    text = cut_files["sources.bib"]
    assert isinstance(text, str)
    assert text.count("@misc{") == 3
    assert f"@misc{{{bibtex_key('ledger')}" not in text


def test_a_private_text_is_erased_wherever_it_stands() -> None:
    dossier = licensed().dossier
    leaky = dossier.model_copy(
        update={"warnings": (f"odd: {HIDDEN['row_note']}!",), "findings": (HIDDEN["place"],)}
    )
    found = withhold(leaky)
    assert found.warnings == (f"odd: {ERASED}!",)
    assert found.findings == (ERASED,)


def test_what_shared_rows_and_the_case_say_too_is_no_secret() -> None:
    run = licensed()
    secrets = private_of(run.result.case, run.result.record).secrets
    assert HIDDEN["place"] in secrets
    assert "East gate" not in secrets  # the place of shared rows
    assert "two rows" not in secrets or "two rows" not in run.dossier.finding
    assert not any(secret in claim for secret in secrets for claim in (j.claim for j in run.dossier.judgments))  # fmt: skip


def test_where_nothing_is_private_nothing_is_withheld_and_it_says_so(tmp_path: Path) -> None:
    run: Made = fitted()
    folder = run.write(tmp_path)
    done = export_run(folder, ["md"], no_rows=True)
    assert done.withheld == "Nothing was withheld: no source of this case is marked “shared: no”."
    assert done.withheld in (folder / "summary.md").read_text(encoding="utf-8")
    plain = withhold(run.dossier).model_copy(update={"withheld": ""})
    assert plain == run.dossier


def test_without_the_option_nothing_is_withheld(tmp_path: Path) -> None:
    folder = licensed().write(tmp_path)
    assert export_run(folder, ["txt"]).withheld == ""
    assert HIDDEN["title"] in " ".join((folder / "summary.txt").read_text(encoding="utf-8").split())


def test_labels_are_said_once(open_files: dict[str, Any]) -> None:
    """The words of labels come from the report: a tally in words names those on the slides."""
    from talion.report.top import build_top

    tally = labels_in_words(build_top(licensed().result).tally)
    for entry in licensed().dossier.tally:
        assert f"{entry.count} {entry.words.lower()}" in tally
