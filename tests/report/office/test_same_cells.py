"""One run, one table: every output shows the same for a judgment and a reading, in the same order."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import docx
import openpyxl
import pptx
import pytest

from report.office.runs import Made, awkward, fitted, made
from report.page_text import read_page
from talion.judge.labels import Label
from talion.report.console import console_table
from talion.report.office.plain import write_markdown, write_text
from talion.report.office.slides import write_slides
from talion.report.office.word import write_annex, write_word
from talion.report.office.workbook import write_workbook
from talion.report.page import render_report

Cells: TypeAlias = dict[str, list[str]]
"""Judgment -> what is shown under its readings, without intervals."""


def fixed() -> Made:
    """The run without a fit, its first judgment fixed by its form."""
    result = awkward().result
    first, *others = result.judgments
    assert first.main is not None
    main = replace(first.main, label=Label.FIXED)
    first = replace(first, label=Label.FIXED, main=main, parts=(main, *first.parts[1:]))
    return made(replace(result, judgments=(first, *others)))


def point(cell: str) -> str:
    """A cell without its interval, and without why there is nothing."""
    return cell.replace("\u00a0", " ").partition(" (")[0].partition("\n")[0]


def of_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Cells:
    """The cells of a table that has a column a reading; a label says where they end."""
    first = [h.casefold() for h in heads].index("no view")
    last = [h.casefold() for h in heads].index("label")
    return {re.split(r"[.\s]", row[0])[0]: [point(c) for c in row[first:last]] for row in rows}


def texts_of(table: Any) -> list[list[str]]:
    return [[cell.text.strip() for cell in row.cells] for row in table.rows]


def in_terminal(run: Made) -> Cells:
    lines = [
        re.split(r"\s{2,}", line.strip()) for line in console_table(run.result, 220).splitlines()
    ]
    heads = next(line for line in lines if "No view" in line)
    rows = [line for line in lines if re.fullmatch(r"J\d+", line[0])]
    found = of_table(["", *heads], rows)
    return found if run.dossier.fitted else {key: cells[:2] for key, cells in found.items()}


def on_page(run: Made) -> Cells:
    text = read_page(render_report(run.result)).text.partition("What each judgment rests on")[2]
    found: Cells = {}
    for part in re.split(r"^\| (?=J\d+  )", text.partition("What the labels mean")[0], flags=re.M)[
        1:
    ]:
        said = re.search(r"No view (.*?)As written (.*?)With the record (.*)", part)
        cells = [point(s.strip()) for s in said.groups()] if said else ["–"] * 3
        found[part.partition(" ")[0]] = cells if run.dossier.fitted else cells[:2]
    return found


def in_details(run: Made) -> Cells:
    """The table of each judgment's own section: its main test."""
    text = read_page(render_report(run.result)).text.partition("The judgments, one by one")[2]
    found: Cells = {}
    for part in re.split(r"^h3: (?=J\d+)", text, flags=re.M)[1:]:
        name = re.match(r"J\d+", part)
        assert name
        part = part.partition("h4: The test")[2]
        rows = re.findall(
            r"^\| (No view|As written|With the record) +\| ([^|]*?) *\|", part, flags=re.M
        )
        shown = dict(reversed(rows))  # of several tests the first
        cells = [point(shown.get(r, "–")) for r in ("No view", "As written", "With the record")]
        found[name[0]] = cells if run.dossier.fitted else cells[:2]
    return found


def in_word(data: bytes) -> Cells:
    heads, *rows = texts_of(docx.Document(io.BytesIO(data)).tables[0])
    return of_table(heads, rows)


def in_workbook(run: Made) -> Cells:
    page = openpyxl.load_workbook(io.BytesIO(write_workbook(run.dossier)))["Summary"]
    rows = [[str(v or "") for v in row] for row in page.iter_rows(values_only=True)]
    heads = next(row for row in rows if row[0] == "Id")
    return of_table(heads, [row for row in rows if re.fullmatch(r"J\d+", row[0])])


def in_results_sheet(run: Made) -> Cells:
    page = openpyxl.load_workbook(io.BytesIO(write_workbook(run.dossier)))["Results"]
    heads, *rows = page.iter_rows(values_only=True)
    names = ["no_view", "as_written", *(["with_record"] if run.dossier.fitted else [])]
    said = {
        (row["judgment"], row["reading"]): row["said"]
        for row in (dict(zip(heads, r, strict=True)) for r in rows)
        if row["part"] == "main"
    }
    return {j.id: [said.get((j.id, n)) or "–" for n in names] for j in run.dossier.judgments}


def on_slides(run: Made) -> Cells:
    deck = pptx.Presentation(
        io.BytesIO(write_slides(run.dossier.model_copy(update={"charts": ()}), {}))
    )
    found: Cells = {}
    for slide in deck.slides:
        for shape in slide.shapes:
            if (
                shape.has_table
                and shape.table.cell(0, 2 % len(shape.table.columns)).text == "No view"
            ):
                heads, *rows = texts_of(shape.table)
                found |= of_table(heads, rows)
    return found


def in_text(text: str, run: Made) -> Cells:
    flat = " ".join(text.split()).replace("**", "").replace("\\", "")
    found: Cells = {}
    for part in re.split(r" - (?=J\d+\. )", flat)[1:]:
        said = re.findall(r"(?:No view|As written|With the record): ([^.]+)\.", part)
        cells = [point(s) for s in said] or ["–"] * 3
        found.setdefault(part.partition(".")[0], cells if run.dossier.fitted else cells[:2])
    return found


@pytest.mark.parametrize("of", [fitted, fixed], ids=["fitted", "fixed"])
def test_every_output_shows_the_same_cells(of: Any) -> None:
    run = of()
    d = run.dossier
    expected = in_word(write_annex(d))
    assert [*expected] == [j.id for j in d.judgments]
    assert next(j for j in d.judgments if j.label == "Fixed by the form").id == "J1"
    assert set(expected["J1"]) == {"–"}
    assert any("%" in cell for cells in expected.values() for cell in cells)
    outputs = {
        "brief": in_word(write_word(d)),
        "terminal": in_terminal(run),
        "page": on_page(run),
        "section": in_details(run),
        "workbook": in_workbook(run),
        "results": in_results_sheet(run),
        "slides": on_slides(run),
        "md": in_text(write_markdown(d), run),
        "txt": in_text(write_text(d), run),
    }
    assert outputs == dict.fromkeys(outputs, expected)


def test_no_sentence_gives_a_chance_where_the_form_fixes_it() -> None:
    run = fitted()
    (j,) = (j for j in run.dossier.judgments if j.label == "Fixed by the form")
    assert j.likelihood == "The form of the test fixes the answer, so no chance is given."
    assert j.rests == j.flips == ()
    for text in (j.likelihood, *j.bottom_line, j.label_sentence):
        assert "%" not in text
        assert "of 100" not in text
