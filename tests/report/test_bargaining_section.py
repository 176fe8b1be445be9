"""The section on what is bargained over: what it says, draws and links to."""

from __future__ import annotations

import re

import pytest

from model.bargaining.case_of_two_issues import case_text
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.model.case import parse_case
from talion.report import page
from talion.report.bargaining import build_bargains
from talion.report.bargaining_marks import Path, draw_course, draw_outcome, draw_stake
from talion.report.evidence import EvidenceReader

MORE = "models: mixed\n    trades_with: dues\n    largest_concession: [5, 10, 20]\n    needs_consent: {of: north, below: 20}"
JUDGMENT = """judgments:
  J1:
    claim: North agrees to leave
    kind: forecast
    holds_if: {reaches: timetable, at_least: 1, from: as_of, by: horizon}
    horizons: [60 days, 90 days]
"""


@pytest.fixture(scope="module")
def result() -> RunResult:
    text = case_text(MORE).replace("name: North,", "name: North <& 'Ltd',")
    case = parse_case(text[: text.index("judgments:")] + JUDGMENT)
    return judge_case(case, draws=30, histories=4, readings=["as_written", "no_view"])


def drawn(result: RunResult) -> str:
    reader = EvidenceReader(result.case, {})
    template = page._environment({}).get_template("bargaining.html.j2")
    return template.render(bargains=build_bargains(result, reader))


def test_a_case_without_decisions_has_no_section(calm: RunResult) -> None:
    assert build_bargains(calm, EvidenceReader(calm.case, {})) == ()


def test_actors_models_rules_and_what_hangs_on_it(result: RunResult) -> None:
    text = drawn(result)
    assert "Shall North stay" in text
    assert text.count('class="bubble"') == 3
    assert text.index("South") < text.index("North &lt;&amp; &#39;Ltd&#39;")  # by position
    for said in (
        "Weighted mean",
        "Exchange of votes",
        "25 %",
        "17 %",
        "No label of these tests credits the record",
    ):
        assert said in text
    assert "nobody gives way by more than 10 points (5 to 20)" in text
    assert re.search(r"under 20 needs the consent of North", text)
    assert "what it says binds nobody" in text
    assert text.count('href="#judgment-J1"') == 1  # one row a test, at its first horizon
    assert "<script" not in text
    assert "Demand settles it with a chance of 100 %" in text


def test_the_baselines_are_marked_in_every_row(result: RunResult) -> None:
    text = drawn(result)
    assert text.count('class="base mean"') == text.count('class="base median"') == 3 + 5


def test_the_page_has_the_section_and_its_entry(result: RunResult) -> None:
    html = page.render_report(result)
    assert '<a href="#bargain">' in html
    assert '<section id="bargain"' in html


def test_a_bubble_has_the_area_of_its_weight() -> None:
    def radius(weight: float) -> float:
        found = re.search(
            r'class="bubble"[^>]* r="([0-9.]+)"', draw_stake((10, 20, 30), weight, 20, "x")
        )
        assert found
        return float(found[1])

    assert radius(0.25) == pytest.approx(0.5 * radius(1.0))
    assert 'class="moves"' not in draw_stake((10, 20, 30), 1.0, 20.5, "x")
    assert 'class="moves"' in draw_stake((10, 20, 30), 1.0, 60, "x")


def test_outcomes_lie_where_they_are() -> None:
    ends = re.search(
        r'class="span" x1="([0-9.]+)" x2="([0-9.]+)"',
        draw_outcome([0, 25, 50, 75, 100], "x", baseline=False),
    )
    assert ends
    assert (float(ends[1]), float(ends[2])) == (14.0, 326.0)


def test_labels_of_a_course_do_not_overlap() -> None:
    paths = [Path(f"actor {n}", (10.0 * n, 50.0 + 0.1 * n)) for n in range(8)]
    svg = draw_course(paths, "x", others=[Path("", (3.0, 50.0))])
    levels = [float(y) for y in re.findall(r'<text x="[0-9.]+" y="([0-9.]+)">actor', svg)]
    gaps = [abs(a - b) for a, b in zip(sorted(levels), sorted(levels)[1:], strict=False)]
    assert len(levels) == 8
    assert min(gaps) >= 14.9
    assert svg.count("<polyline") == 9
