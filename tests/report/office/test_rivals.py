"""Rival explanations in every kind of export: the same words, and numbers as computed."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from pptx import Presentation

from judge.comparisons import comparison_of, two_rivals
from report.office.runs import fitted
from talion.judge.hypotheses_file import write_comparison
from talion.report.office.dossier import Dossier, Rivals
from talion.report.office.plain import write_markdown, write_text
from talion.report.office.rivals import RIVAL_HEADS, build_rivals, rival_cells
from talion.report.office.slides import write_slides
from talion.report.office.word import write_annex
from talion.report.office.workbook import write_workbook

GAPS = {"answers": [3.0, 3.5, 3.0, 3.5], "war": [0.0, 0.1, 0.0, -0.1]}


@pytest.fixture
def rivals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rivals:
    """Of a comparison beside the case: one rival is better, week 7 of the other out of reach."""
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "cache"))
    case = replace(two_rivals(), path=tmp_path / "case.yaml")
    assert build_rivals(case) is None
    made = comparison_of(case, GAPS, few={"war": [30.0, 30.0, 4.0, 30.0]})
    write_comparison(tmp_path / "hypotheses.json", made)
    found = build_rivals(case)
    assert found is not None
    return found


def with_rivals(rivals: Rivals) -> Dossier:
    return fitted().dossier.model_copy(update={"rivals": rivals})


def test_entries_are_ranked_with_words_and_numbers(rivals: Rivals) -> None:
    assert rivals.entries[0].id == "answers"
    best = rivals.entries[0]
    assert best.verdict == "better"
    assert best.difference == pytest.approx(13.0)
    assert "+13" in best.said
    assert sum(e.weight_value for e in rivals.entries) == pytest.approx(1.0)
    base = next(e for e in rivals.entries if e.id == "no_interaction")
    assert base.difference is None
    war = next(e for e in rivals.entries if e.id == "war")
    assert "week 7 out of reach of the particles" in war.reach
    assert len(rivals.pairs) == 3
    assert "raid" not in best.week  # what the record shows stays out


def test_word_has_a_table_after_the_judgments(rivals: Rivals) -> None:
    document = docx.Document(io.BytesIO(write_annex(with_rivals(rivals))))
    table = document.tables[-1]
    found = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
    assert found == [list(RIVAL_HEADS), *(list(rival_cells(e)) for e in rivals.entries)]
    texts = [p.text for p in document.paragraphs]
    assert rivals.finding in texts
    at = texts.index("Rival explanations")
    assert at > texts.index("The judgments one by one, in two sentences each")
    assert any("no probabilities of being true" in text for text in texts[at:])


def test_the_workbook_has_numbers(rivals: Rivals) -> None:
    book = load_workbook(io.BytesIO(write_workbook(with_rivals(rivals))))
    rows = list(book["Rivals"].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [e.id for e in rivals.entries]
    assert rows[1][2] == pytest.approx(13.0)
    assert len(list(book["Rival pairs"].iter_rows())) == 4


def test_slides_and_texts_say_the_same(rivals: Rivals) -> None:
    dossier = with_rivals(rivals).model_copy(update={"charts": ()})
    deck = Presentation(io.BytesIO(write_slides(dossier, {})))
    head = rivals.finding.partition(". ")[0].removesuffix(".") + "."
    slides = [s for s in deck.slides if s.shapes.title.text_frame.text == head]
    assert len(slides) == 1
    (table,) = [shape.table for shape in slides[0].shapes if shape.has_table]
    assert [c.text for c in table.rows[0].cells] == list(RIVAL_HEADS)
    assert len(table.rows) == 1 + len(rivals.entries)
    assert [row.cells[2].text for row in list(table.rows)[1:]] == [
        e.verdict for e in rivals.entries
    ]
    for text in (write_markdown(dossier), write_text(dossier)):
        said = " ".join(text.split())
        assert "Rival explanations" in said
        assert rivals.entries[0].title in said
        assert "better" in said


def test_without_a_comparison_nothing_is_said() -> None:
    dossier = fitted().dossier
    assert dossier.rivals is None
    assert "Rival explanations" not in write_markdown(dossier)
    book = load_workbook(io.BytesIO(write_workbook(dossier)))
    assert "Rivals" not in book.sheetnames
