"""The page of a run with a fit: three readings, links before and after, what the fit was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.fixtures import judged_with_record
from report.page_text import read_page
from talion.fit.case.stated import Span
from talion.judge.labels import Label
from talion.judge.results import RunResult
from talion.report.console import console_table
from talion.report.page import render_report
from talion.report.results_table import build_results
from talion.report.shifts import build_shifts, draw_shift
from talion.report.top import build_top, finding_sentence


@pytest.fixture(scope="module")
def fitted() -> RunResult:
    return judged_with_record()


@pytest.fixture(scope="module")
def text(fitted: RunResult) -> str:
    return read_page(render_report(fitted)).text


def test_every_simulated_row_has_three_marks(fitted: RunResult) -> None:
    rows = {row.id: row for row in build_results(fitted).rows}
    for name in ("J2", "J5"):
        marks = rows[name].marks
        assert marks is not None
        assert [marks.count(f"ring {style}") for style in ("none", "half", "full")] == [1, 1, 1]
        assert [r.name for r in rows[name].readings] == ["No view", "As written", "With the record"]
    assert "no fit yet" not in str(rows["J5"].marks)


def test_the_finding_says_what_the_record_bears_on(fitted: RunResult) -> None:
    assert fitted.judgment("J5").label in (Label.BACKED, Label.WHATEVER)
    assert finding_sentence(fitted).startswith("Of 5 judgments, the record bears on 1, ")
    unresolved = [replace(j, label=Label.UNRESOLVED) for j in fitted.judgments]
    none = replace(fitted, judgments=tuple(unresolved))
    assert finding_sentence(none) == (
        "Of 5 judgments, the record bears on none and 5 are unresolved."
    )


def test_the_top_shows_the_records_work_and_not_an_assumption_in_its_place(
    fitted: RunResult,
) -> None:
    found = build_top(fitted).findings
    spoken = [f for f in found if f.judgment == "J5"]
    assert len(spoken) == 1
    assert "under the model's assumptions" in spoken[0].text
    assert "with the record, and in" in spoken[0].text
    assert any("cannot inform 1 of 4 links" in line for line in build_top(fitted).lacks)


def test_links_are_shown_before_and_after(fitted: RunResult, text: str) -> None:
    shifts = build_shifts(fitted)
    assert shifts is not None
    assert [row.link for row in shifts.rows] == ["L1", "L2", "L4"]
    (silent,) = shifts.silent
    assert (silent.link, silent.after, silent.raises_after) == ("L3", "", "–")
    first = shifts.rows[0]
    assert (first.raises_before, first.raises_after) == ("33 % / 33 %", "over 95 % / under 5 %")
    assert first.after.startswith("+")
    assert "Links before and after the record" in text
    assert "the record cannot inform this link" in text
    assert "a link that is found is not thereby a cause" in text
    assert "Power of this record" not in text


def test_power_is_shown_where_the_fit_has_it(fitted: RunResult) -> None:
    known = replace(fitted, power={"L1": 0.86, "L4": 0.31})
    shifts = build_shifts(known)
    assert shifts is not None
    power = {row.link: row.power for row in shifts.rows}
    assert power == {"L1": "86 %", "L2": "", "L4": "31 %: this record could not have shown it"}
    assert "Power of this record" in read_page(render_report(known)).text


def test_without_a_fit_there_is_no_table_of_shifts(calm: RunResult) -> None:
    assert build_shifts(calm) is None
    page = read_page(render_report(calm)).text
    assert "Links before and after" not in page
    assert "has not been fitted" in page


def test_an_unconverged_fit_is_said_at_the_top_and_over_the_links(fitted: RunResult) -> None:
    assert fitted.fit is not None
    bad = replace(fitted, fit=replace(fitted.fit, verdict="R-hat of L1 is 1.4"))
    page = read_page(render_report(bad)).text
    assert "The fit to it has not converged" in page
    assert "With the record over 95 %, provisional" in page
    assert "provisional" in console_table(bad)
    assert "provisional" not in console_table(fitted)
    assert "The fit has not converged: read this as provisional." in page
    assert "confidence in the simulated results as a whole is low: the fit" in page


def test_the_receipt_names_the_fit(text: str) -> None:
    for said in (
        "Fit to the record",
        "given by the caller; method",
        "4 chains of 1,000 sweeps, 40 draws kept",
        "Fit: has it converged",
        "yes, every reading",
        "with record: 30",
    ):
        assert said in text


def test_variants_and_the_authors_word_stand_with_their_judgment(text: str) -> None:
    assert "Over the variants of the fit it" in text
    assert "the author's opponent, updated on the record, gives" in text
    assert "with the record: almost certain" in text


def test_the_console_has_the_column(fitted: RunResult, calm: RunResult) -> None:
    lines = console_table(fitted).splitlines()
    assert all(len(line) <= 100 for line in lines)
    (row,) = (line for line in lines if line.startswith("J5"))
    assert row.count("%") == 3
    (without,) = (line for line in console_table(calm).splitlines() if line.startswith("J2"))
    assert without.count("–") == 1


def test_a_factor_is_drawn_by_its_logarithm() -> None:
    halves, doubles = Span(0.25, 0.5, 1.0, 0.0, 1.0), Span(1.0, 2.0, 4.0, 1.0, 0.0)
    svg = draw_shift(halves, doubles, 1.0)
    assert 'cx="41.5"' in svg
    assert 'cx="108.5"' in svg  # as far to the right of no effect as the other to its left
    assert 'x1="75.0" x2="75.0"' in svg
    assert draw_shift(halves, None, 1.0).count("<circle") == 1
