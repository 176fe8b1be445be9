"""The two blocks of a judgment's section: what it rests on, and what would change it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.fixtures import judged, share
from talion.judge.boxes import Box, Condition
from talion.judge.linchpins import Linchpin, Linchpins, Slice
from talion.judge.results import PartResult, RunResult
from talion.report.console import console_table
from talion.report.page import render_report
from talion.report.rests import build_rests, draw_share, shown_slices

SIGNS = tuple(
    Slice(s, p, p, p, 66) for s, p in (("lowers", 0.02), ("does nothing", 0.1), ("raises", 0.9))
)
THIRDS = tuple(
    Slice(f"{name}: draws some", p, p, p, 66)
    for name, p in (("lower third", 0.3), ("middle third", 0.5), ("upper third", 0.999))
)
RATE = Linchpin("usual/attack", None, "rate", ("usual/attack",), "the usual rate of Attack", "value",
                0.5, 0.4, 0.6, 0.005, THIRDS)  # fmt: skip
LINK = Linchpin("L2", "L2", "link", ("L2/strike>demand",), "the sign of L2 (Strike → Demand)", "sign",
                0.3, 0.2, 0.4, 0.005, (), SIGNS)  # fmt: skip
CONDITION = Condition(
    "L2/strike>demand", "L2", 0.0, None, True, "%", "L2 (Strike → Demand) draws any"
)
BOX = Box((CONDITION,), True, 0.9, "of the author's word", 0.3, 0.25, 0.35, 0.4, 0.3, 0.5, 0.95, 60,
          "It fails where L2 (Strike → Demand) draws any: the probability there is 40 %.")  # fmt: skip


def resting(by_hand: RunResult) -> RunResult:
    """The run by hand with linchpins and a box in its first judgment."""
    first, *others = by_hand.judgments
    found = Linchpins((RATE, LINK), 0.78, 30, 200, "It rests on these.")
    none = Linchpins((), 0.0, 30, 200, "No assumption stands out: none of the 30.")
    assert first.main is not None
    main = replace(
        first.main,
        readings={"no_view": share(0.55), "as_written": share(0.97)},
        linchpins={"no_view": found, "as_written": none},
        boxes={"no_view": BOX, "as_written": None},
    )
    mended = replace(
        first, main=main, parts=(main, *first.parts[1:]), rests_sentence="rests most on X"
    )
    return replace(by_hand, judgments=(mended, *others))


def main_of(result: RunResult) -> PartResult:
    main = result.judgments[0].main
    assert main is not None
    return main


def test_each_reading_has_its_rows_or_says_that_nothing_was_found(by_hand: RunResult) -> None:
    view = build_rests(main_of(resting(by_hand)))
    assert view is not None
    assert [r.name for r in view.readings] == ["No view", "As written"]
    first, second = view.readings
    assert [row.share for row in first.rows] == ["50 % (40 to 60 %)", "30 % (20 to 40 %)"]
    assert first.rows[0].slices == (
        ("lower third: draws some", "30 %"),
        ("upper third: draws some", "over 95 %"),
    )
    assert [p for _, p in first.rows[1].slices] == ["under 5 %", "10 %", "90 %"]
    assert first.together == "together 78 %"
    assert (second.rows, second.none) == ((), "No assumption stands out: none of the 30.")
    assert first.flips.startswith("it fails where L2")
    assert (second.flips, view.any_box) == ("", True)


def test_signs_come_first_and_ends_follow_where_strength_matters() -> None:
    both = replace(LINK, part="sign and strength", thirds=(
        Slice("lower third: x", 0.2, 0.2, 0.2, 20, "raises"), Slice("lower third: y", 0.1, 0.1, 0.1, 20, "lowers"),
    ))  # fmt: skip
    said = [piece.says for piece in shown_slices(both)]
    assert said == ["lowers", "does nothing", "raises", "lower third: x"]


def test_a_bar_is_as_long_as_its_share() -> None:
    lengths = []
    for value in (0.0, 0.5, 1.0):
        width = str(draw_share(value, value, value)).split('class="bar"')[1].split('width="')[1]
        lengths.append(float(width.split('"')[0]))
    assert lengths == pytest.approx([1.5, 62.0, 124.0])


def test_the_page_has_both_blocks_where_there_is_something_to_say(by_hand: RunResult) -> None:
    page = render_report(resting(by_hand))
    assert page.count("<h4>What it rests on</h4>") == 1  # the other judgments were not simulated
    assert "No view: it fails where L2 (Strike → Demand) draws any" in page
    assert "No assumption stands out" in page
    assert "What it rests on" not in render_report(by_hand)


def test_a_provisional_fit_is_said(by_hand: RunResult) -> None:
    part = main_of(resting(by_hand))
    part = replace(part, linchpins={**part.linchpins, "with_record": part.linchpins["no_view"]})
    view = build_rests(part, provisional=True)
    assert view is not None
    assert view.readings[-1].name == "With the record, provisional"


def test_the_console_has_the_two_sentences_under_each_judgment(by_hand: RunResult) -> None:
    result = resting(by_hand)
    said = " ".join(console_table(result).split())
    for j in result.judgments:
        assert f"{result.bottom_line(j.id).stands} {result.bottom_line(j.id).turns_on}" in said
    assert "It rests most on how often “Attack” happens as a rule" in said


def test_a_run_of_few_draws_says_so() -> None:
    page = render_report(judged("calm"))  # 12 draws
    assert "12 draws that can answer are too few to tell assumptions apart" in page
