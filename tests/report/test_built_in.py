"""The report of the built-in case, from a run as small as one can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.page_text import Reading, read_page
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.model.case import load_case
from talion.report.page import render_report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run() -> RunResult:
    return judge_case(load_case("baghdad-2024"), draws=4, histories=2, seed=1)


@pytest.fixture(scope="module")
def page(run: RunResult) -> str:
    return render_report(run)


@pytest.fixture(scope="module")
def reading(page: str) -> Reading:
    return read_page(page)


def test_it_is_under_two_megabytes(page: str) -> None:
    # Draws and histories change no length worth speaking of: charts hold quantiles.
    assert len(page.encode()) < 1_800_000


def test_it_stays_so_with_the_real_lines_of_the_brief(run: RunResult, shared: Path) -> None:
    brief = shared / "baghdad-2024" / "brief.txt"
    page = render_report(run, texts={"brief": brief})
    assert len(page.encode()) < 2_000_000
    quotes = [tag for tag, _ in read_page(page).elements if tag == "blockquote"]
    assert len(quotes) > 100


def test_it_holds_every_judgment_link_what_if_and_source(run: RunResult, reading: Reading) -> None:
    ids = {a.get("id") for _, a in reading.elements}
    case = run.case
    assert {f"judgment-{j}" for j in case.judgments} <= ids
    assert {f"link-{link}" for link in case.links} <= ids
    assert {f"node-{n}" for n in (*case.events, *case.factors)} <= ids
    assert {f"source-{s.id}" for s in run.record.sources} <= ids
    for what_if in case.what_ifs.values():
        assert what_if.title in reading.text


def test_its_inner_links_lead_somewhere(reading: Reading) -> None:
    ids = [a["id"] for _, a in reading.elements if a.get("id")]
    targets = {
        (a["href"] or "")[1:] for _, a in reading.elements if (a.get("href") or "").startswith("#")
    }
    assert len(ids) == len(set(ids))
    assert targets <= set(ids)


def test_every_event_type_has_a_picture(run: RunResult, reading: Reading) -> None:
    drawn = {a.get("data-chart") for _, a in reading.elements}
    assert {f"fan-{name}" for name in run.case.events} <= drawn
