"""The two sentences of a judgment: a wording for each label, numbers that are those of the readings."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.test_came_true import sign
from report.fixtures import hand_made, share
from report.test_rests import LINK, RATE
from report.test_watch import told
from talion.judge.bottom_line import BottomLine, bottom_line, natural_frequency, sign_clause
from talion.judge.estimate import Share
from talion.judge.indicators import Indicator, WatchList
from talion.judge.labels import Label
from talion.judge.linchpins import Linchpins
from talion.judge.results import JudgmentResult, RunResult

BAD = re.compile(r"\b(draws?|posterior|prior|monte carlo|likelihood|stochastic|confidence)\b", re.I)


@pytest.fixture(scope="module")
def run() -> RunResult:
    return hand_made()


def judged(
    run: RunResult,
    label: Label,
    *,
    which: int = 0,
    no_data: bool = False,
    readings: dict[str, Share | None] | None = None,
    **more: object,
) -> JudgmentResult:
    """One of the hand-made judgments with another label and other readings."""
    found = run.judgments[which]
    assert found.main is not None
    main = replace(found.main, label=label, **more)  # type: ignore[arg-type]
    if readings is not None:
        main = replace(main, readings=readings)
    return replace(found, label=label, main=main, no_data=no_data)


def three(written: float, none: float, recorded: float) -> dict[str, Share | None]:
    return {
        "as_written": share(written),
        "no_view": share(none),
        "with_record": share(recorded),
    }


def stands(run: RunResult, label: Label, readings: dict[str, Share | None], **more: object) -> str:
    return bottom_line(run.case, judged(run, label, readings=readings, **more)).stands  # type: ignore[arg-type]


# --- numbers -------------------------------------------------------------------------------------


@given(st.floats(0, 1))
def test_a_natural_frequency_is_near_its_probability_and_never_none_or_all(p: float) -> None:
    said = natural_frequency(p)
    number, of = map(int, re.findall(r"\d+", said))
    assert 0 < number < of
    assert of in (10, 20)
    if said.startswith("about"):
        assert abs(number / of - p) <= (0.0501 if of == 10 else 0.0251)
    else:
        assert (p < 0.05) == said.startswith("fewer")
        assert p < 0.05 or p > 0.95


def test_every_reading_has_its_own_number_and_like_ones_stand_together(run: RunResult) -> None:
    apart = stands(run, Label.UNRESOLVED, three(0.7, 0.5, 0.3))
    assert apart.endswith(
        "it comes true in about 7 of 10 simulated courses of events if the brief is right about what "
        "drives what, in about 5 of 10 if no side is taken, and in about 3 of 10 once the record is used."
    )
    two = stands(run, Label.RESTS, three(0.9, 0.52, 0.48))
    assert "and in about 5 of 10 if no side is taken, before and after the record is used." in two
    one = stands(run, Label.WHATEVER, three(0.9, 0.88, 0.92))
    assert one.endswith(
        "in about 9 of 10 simulated courses of events, whether one follows the brief, takes no side or "
        "uses the record."
    )
    first = stands(run, Label.RESTS, {"as_written": share(0.9), "no_view": share(0.9)})
    assert first.endswith("courses of events, whether one follows the brief or takes no side.")
    assert "no simulated course can tell" in stands(run, Label.UNRESOLVED, {"as_written": None})


def test_an_effect_is_told_in_sets_of_assumptions(run: RunResult) -> None:
    said = bottom_line(run.case, judged(run, Label.UNRESOLVED, which=1)).stands
    assert "the claim is met under about 6 of 10 sets of assumptions that follow the brief" in said
    assert "and under about 5 of 10 that take no side." in said
    assert "simulated" not in said


def test_a_fit_that_has_not_settled_is_told_as_provisional(run: RunResult) -> None:
    found = judged(run, Label.UNRESOLVED, readings=three(0.7, 0.5, 0.3))
    said = bottom_line(run.case, found, provisional=True).stands
    assert said.endswith("in about 3 of 10 once the record is used (provisional).")
    assert said.count("provisional") == 1


def test_a_what_if_is_named(run: RunResult) -> None:
    said = stands(run, Label.RESTS, three(0.9, 0.5, 0.5), world="peace")
    assert "simulated courses of events under “Peace” if the brief is right" in said


# --- verdicts ------------------------------------------------------------------------------------

VERDICTS = [
    (Label.RESTS, three(0.9, 0.5, 0.5), {}, "Likely on the author's own assumptions, which the record neither bears out nor refutes: "),
    (Label.RESTS, three(0.9, 0.5, 0.5), {"no_data": True}, "Likely on the author's own assumptions, on which nothing is recorded: "),
    (Label.RESTS, three(0.9, 0.85, 0.85), {}, "Likely on every reading, though the record is silent on it: "),
    (Label.BACKED, three(0.9, 0.5, 0.9), {}, "The record itself makes this likely, though not under every way to read it: "),
    (Label.BACKED, three(0.9, 0.97, 0.85), {}, "Likely even once the record is used, which lowers the chance: "),
    (Label.WHATEVER, three(0.9, 0.5, 0.9), {}, "Likely whatever one assumes, for the author's friends and opponents alike: "),
    (Label.OTHER_WAY, three(0.9, 0.5, 0.1), {}, "The record speaks against this: "),
    (Label.TOO_SMALL, three(0.9, 0.5, 0.1), {}, "The record points to a difference too small to matter: "),
    (Label.NOT_COMPUTABLE, three(0.9, 0.5, 0.9), {}, "The model cannot settle this, since in too many simulated courses events breed without end: "),
    (Label.FIXED, three(1.0, 1.0, 1.0), {}, "The test of this claim is met whatever one assumes, so it earns no credit and no chance is given."),
    (Label.FIXED, three(0.0, 0.0, 0.0), {}, "The test of this claim fails whatever one assumes"),
    (Label.UNRESOLVED, three(0.15, 0.1, 0.05), {}, "Unlikely on every reading: "),
    (Label.UNRESOLVED, three(0.9, 0.5, 0.5), {}, "Open, since the answer hangs on whose assumptions one follows: "),
    (Label.UNRESOLVED, three(0.7, 0.75, 0.8), {}, "More likely than not on every reading, but not clearly likely: "),
    (Label.UNRESOLVED, three(0.3, 0.35, 0.25), {}, "Less likely than not on every reading, but not clearly unlikely: "),
    (Label.UNRESOLVED, three(0.5, 0.4, 0.6), {}, "Open, since neither the author's assumptions nor the record settle it: "),
]  # fmt: skip


@pytest.mark.parametrize(("label", "readings", "more", "lead"), VERDICTS)
def test_each_label_has_its_verdict(
    run: RunResult,
    label: Label,
    readings: dict[str, Share | None],
    more: dict[str, bool],
    lead: str,
) -> None:
    said = stands(run, label, readings, **more)
    assert said.startswith(lead), said


def test_every_label_has_a_wording() -> None:
    simulated = {label for label, *_ in VERDICTS}
    assert simulated | {Label.CHECKED, Label.NOT_TESTABLE} == set(Label)


@pytest.mark.parametrize(
    ("outcome", "gaps", "rows", "first", "second"),
    [
        ("holds", (), ("a", "b"), "this holds.", "two recorded rows; only a missing or mistaken row"),
        ("fails", ("x",), ("a",), "this does not hold.", "one recorded row; the listing has a gap"),
        ("contested", ("x", "y"), ("a",), "the sources contradict each other", "has two gaps"),
        ("cannot tell", (), (), "this cannot be told from", "what is listed; a fuller listing"),
    ],
)  # fmt: skip
def test_a_count_is_told_with_its_outcome_and_its_gaps(
    run: RunResult,
    outcome: str,
    gaps: tuple[str, ...],
    rows: tuple[str, ...],
    first: str,
    second: str,
) -> None:
    main = run.judgments[2].main
    assert main is not None
    assert main.record is not None
    check = replace(main.record, outcome=outcome, gaps=gaps, rows=rows)  # type: ignore[arg-type]
    found = bottom_line(run.case, judged(run, Label.CHECKED, which=2, record=check))
    assert found.stands.startswith(f"Counted in the record and not simulated: {first}"[:50])
    assert first in found.stands
    assert second in found.turns_on


def test_a_motive_gets_no_number(run: RunResult) -> None:
    found = bottom_line(run.case, run.judgments[3])
    assert found.stands == (
        "No event, simulated or recorded, could show this right or wrong, so no chance is given."
    )
    assert found.turns_on.startswith("It rests on the author's word alone, with nothing cited for")


# --- on what it turns ----------------------------------------------------------------------------


def resting(run: RunResult, *found: object) -> JudgmentResult:
    linchpins = {"as_written": Linchpins(found, 0.8, 30, 200, "")}  # type: ignore[arg-type]
    return judged(run, Label.RESTS, readings=three(0.9, 0.5, 0.5), linchpins=linchpins)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (LINK, "which way “Strike” bears on “Demand that the army leave the valley”;"),
        (replace(LINK, part="strength"), "how strongly “Strike” bears on “Demand"),
        (replace(LINK, part="sign and strength"), "which way, and how strongly, “Strike” bears on"),
        (RATE, "how often “Attack” happens as a rule;"),
        (replace(RATE, says="the half-life of Push"), "how fast “Push” returns to where it stands"),
        (replace(RATE, says="the resting level of Push"), "where “Push” stands as a rule;"),
        (replace(RATE, says="the sign and the strength of the pull of Push"), "the pull of Push;"),
        (replace(RATE, says="the power of Army on How long to stay"), "the power of Army on How"),
    ],
)  # fmt: skip
def test_the_first_assumption_is_named_without_ids_or_terms(
    run: RunResult, one: object, said: str
) -> None:
    found = bottom_line(run.case, resting(run, one)).turns_on
    assert f"It rests most on {said}" in found
    assert "L2" not in found


def watching(*indicators: Indicator, world: str = "baseline") -> WatchList:
    return WatchList("J1", "main", world, "as_written", indicators, "nothing", 240, 0.01, 200)


def counted(now: float, seen: float, unseen: float, **more: object) -> Indicator:
    given: dict[str, object] = {"bar": 12.0, "title": "Attack", "end": dt.date(2024, 6, 30)}
    evidence = {"as_written": told(now, seen, unseen, 0.3)}
    return sign(evidence=evidence, **{"start": dt.date(2024, 6, 1), **given, **more})


def turns(run: RunResult, watch: WatchList | None) -> str:
    return bottom_line(run.case, resting(run, RATE), watch).turns_on


def test_the_first_sign_is_told_from_the_side_that_moves_more(run: RunResult) -> None:
    assert turns(run, watching(counted(0.9, 0.6, 0.95))).endswith(
        "; watch “Attack”: if over 12 are listed by 30 June 2024, the chance falls from about 9 of 10 to "
        "about 6 of 10 (about 3 of 10 courses show that)."
    )
    assert turns(run, watching(counted(0.9, 0.92, 0.6))).endswith(
        "unless over 12 are listed by 30 June 2024, the chance falls from about 9 of 10 to about 6 of 10 "
        "(about 3 of 10 courses show it)."
    )
    assert "rises from 57 to 62 %" in turns(run, watching(counted(0.57, 0.62, 0.56, above=False)))


def test_the_outcome_itself_comes_after_other_signs_and_settles(run: RunResult) -> None:
    outcome = counted(0.5, 1.0, 0.3, settles=True)
    assert "that settles it" in turns(run, watching(outcome))
    both = turns(run, watching(outcome, counted(0.5, 0.8, 0.4, bar=3.0)))
    assert "over 3 are listed" in both
    assert "settles" not in both


def test_without_a_sign_the_author_s_own_line_stands(run: RunResult) -> None:
    own = "the case itself says to watch “a week without attacks”."
    assert turns(run, None).endswith(f"; {own}")
    nothing = turns(run, watching())
    assert nothing.endswith(f"no sign of the next 90 days was found to tell much, and {own}")


CLAUSES = [
    ({"bar": 0.0}, "at least one is listed by 30 June 2024"),
    ({"bar": 0.0, "above": False}, "none is listed by 30 June 2024"),
    ({"bar": 1.0, "above": False}, "at most 1 is listed by 30 June 2024"),
    ({"kind": "level", "bar": 40.0}, "it is over 40 at the end, by 30 June 2024"),
    ({"kind": "state", "bar": None, "sign": "stands at ended at some time in the next 30 days"},
     "it comes to stand at “ended” by 30 June 2024"),
    ({"kind": "state", "bar": None, "above": False,
      "sign": "not: stands at ended at some time in the next 30 days"},
     "it does not come to stand at “ended” by 30 June 2024"),
    ({"kind": "decision", "bar": None, "sign": "settled at 50 or less at some time in the next 30 days"},
     "it is settled at 50 or less by 30 June 2024"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "said"), CLAUSES)
def test_signs_are_clauses(more: dict[str, object], said: str) -> None:
    assert sign_clause(counted(0.5, 0.6, 0.4, **more), from_cut_off=True) == said


def test_a_window_that_begins_later_names_both_days() -> None:
    said = sign_clause(counted(0.5, 0.6, 0.4), from_cut_off=False)
    assert said == "over 12 are listed between 1 June 2024 and 30 June 2024"


# --- as a whole ----------------------------------------------------------------------------------


def sentences(found: BottomLine) -> int:
    plain = re.sub(r"“[^”]*”", "X", found.text)
    return len(re.findall(r"[.?!](?:\s|$)", plain))


def test_there_are_two_sentences_without_terms_of_the_trade(run: RunResult) -> None:
    lists = [None, watching(), watching(counted(0.9, 0.6, 0.95))]
    found = [bottom_line(run.case, j, watch) for j in run.judgments for watch in lists]
    found += [
        bottom_line(run.case, judged(run, label, readings=readings, **more), lists[2])  # type: ignore[arg-type]
        for label, readings, more, _ in VERDICTS
    ]
    for one in found:
        assert sentences(one) == 2, one
        assert one.stands.endswith(".")
        assert one.turns_on.endswith(".")
        assert not BAD.search(one.text), one
        assert not re.search(r"\b(0|100) %", one.text)


def test_the_results_hold_them(run: RunResult) -> None:
    import json

    found = json.loads(run.to_json())["bottom_lines"]
    assert found == {
        j.id: {"stands": run.bottom_line(j.id).stands, "turns_on": run.bottom_line(j.id).turns_on}
        for j in run.judgments
    }
