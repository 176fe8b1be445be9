"""The section on the past: sentences, charts, tables; what it says where little can be told."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from report.fixtures import HOSTILE, judged
from report.page_text import read_page
from report.past_fixture import told
from talion.fit.attribution_result import Interval
from talion.judge.past_effects import PastEffects
from talion.judge.results import RunResult
from talion.report.page import render_report
from talion.report.past import PastSection, build_past
from talion.simulate.counterfactual_result import Effect

UNKNOWN = Effect(*(float("nan"),) * 6)


@pytest.fixture(scope="module")
def result() -> RunResult:
    return told()


@pytest.fixture(scope="module")
def past(result: RunResult) -> PastEffects:
    assert result.past_effects is not None
    return result.past_effects


@pytest.fixture(scope="module")
def section(result: RunResult) -> PastSection:
    found = build_past(result)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def text(result: RunResult) -> str:
    page = read_page(render_report(result)).text
    return page[page.index("h2: What the past owes to what") : page.index("h2: Simulated")]


def test_it_says_associated_and_would_and_never_caused(text: str) -> None:
    assert "An event is associated with earlier ones under the model's assumptions" in text
    assert "there would, in this model, have been" in text
    assert not re.search(r"\bcaus(e|ed|es|ing)\b|\bbecause of\b|\bled to [^.]* attack", text)
    assert "None of this is proof that one thing brought about another." in text


def test_a_sentence_a_type_and_a_bar_with_all_its_parts(section: PastSection) -> None:
    (said,) = section.sentences
    assert said.startswith("“Strike”: of 3 events, ")
    assert "all of it by L1 " in said
    assert section.shares is not None
    parts = section.shares.datasets["parts"]
    assert list(parts["label"]) == ["L1", "background"]
    assert parts["start"][0] == 0.0
    assert parts["end"][0] == parts["start"][1]
    assert parts["end"][1] == pytest.approx(100.0)
    assert section.shares.data["go back to"][0].startswith("L1: Attack raises Strike")


def test_what_is_held_down_or_owed_is_listed(section: PastSection) -> None:
    rows = [(r.what, r.of) for r in section.removed]
    assert ("every event of “Attack”", "Strike") in rows
    assert ("L1: Attack raises Strike", "Strike") in rows


def test_weeks_stand_in_two_columns_from_the_first_act_taken_out(section: PastSection) -> None:
    (view,) = section.replays
    assert view.chart is not None
    seen, other = view.chart.datasets["seen"], view.chart.datasets["other"]
    assert len(view.chart.datasets["acts"]["start"]) == 2
    halves = len(other["start"])
    assert len(seen["start"]) == halves + 6
    for left, right in zip(seen["end"][-halves:], other["start"], strict=True):
        assert left < right  # what was seen ends before the other begins
    assert seen["end"][-halves - 1][:10] < "2024-03-03"  # the day of a10
    assert [r.of for r in view.rows] == ["Attack", "Strike"]
    assert "2 taken out" in view.rows[0].since


def test_a_rival_is_told_with_and_without(section: PastSection, text: str) -> None:
    (view,) = section.rivals
    assert view.title == "L1 with and without L4 (War raises Attack)"
    (said,) = view.sentences
    assert "over 95 % beside L4 and under 5 % without it; L1 gains beside L4." in said
    (row,) = view.rows
    assert row.chance == "over 95 % / under 5 % → under 5 % / over 95 %"
    assert row.beside.startswith("+")
    assert row.alone.startswith("−")
    assert "ring none" in row.picture
    assert "ring full" in row.picture
    assert "Raises / lowers" in text


def changed(result: RunResult, past: PastEffects) -> PastSection:
    found = build_past(replace(result, past_effects=past))
    assert found is not None
    return found


def test_chances_as_near_as_the_draws_allow_are_called_equal(
    result: RunResult, past: PastEffects
) -> None:
    (rival,) = past.rivals
    assert rival.rows[0].alone is not None
    near = replace(rival.rows[0], alone=replace(rival.rows[0].alone, raises=0.85))
    found = changed(result, replace(past, rivals=(replace(rival, rows=(near,)),)))
    assert "40 and 40 draws cannot tell the two apart" in found.rivals[0].sentences[0]
    many = replace(rival, rows=(near,), draws=(4000, 4000))
    found = changed(result, replace(past, rivals=(many,)))
    assert "L1 gains beside L4" in found.rivals[0].sentences[0]


def test_the_chance_of_doing_nothing_counts_for_neither_way(
    result: RunResult, past: PastEffects
) -> None:
    """L1 is said to raise; told of L3, which is said to lower, the same spans give other chances."""
    (rival,) = past.rivals
    (row,) = rival.rows
    assert row.alone is not None
    none = replace(row.alone, raises=0.1, lowers=0.2)
    other = replace(row, arrow="L3/strike>push", beside=replace(none, lowers=0.7), alone=none)
    found = changed(result, replace(past, rivals=(replace(rival, rows=(other,)),)))
    assert (
        "the chance that it lowers, under the model's assumptions, is 70 % beside L4 and 20 %"
        in (found.rivals[0].sentences[0])
    )


def test_a_missing_or_unconverged_variant_is_said(result: RunResult, past: PastEffects) -> None:
    (rival,) = past.rivals
    bare = replace(rival, fitted=False, rows=(replace(rival.rows[0], alone=None),))
    found = changed(result, replace(past, rivals=(bare,)))
    assert found.rivals[0].sentences == (
        "The fit has no variant without L4, so there is nothing to compare with.",
    )
    assert found.rivals[0].rows[0].alone == "–"
    open_ = replace(rival, verdict="not converged: r-hat 1.4")
    found = changed(result, replace(past, rivals=(open_,)))
    assert "has not converged (r-hat 1.4): provisional" in found.rivals[0].sentences[0]


def test_only_the_main_fit_makes_the_whole_provisional(
    result: RunResult, past: PastEffects
) -> None:
    assert "read this section as provisional" not in read_page(render_report(result)).text
    bad = replace(result, past_effects=replace(past, verdict="r-hat 1.4"))
    assert "read this section as provisional" in read_page(render_report(bad)).text


def test_replays_that_tell_nothing_say_so(result: RunResult, past: PastEffects) -> None:
    (calm,) = past.counterfactuals
    types = tuple(replace(t, monotone=UNKNOWN, afresh=UNKNOWN) for t in calm.types)
    capped = replace(calm, types=types, capped=1.0)
    found = changed(result, replace(past, counterfactuals=(capped,)))
    (view,) = found.replays
    assert view.chart is None
    assert view.sentences == ("Every replay reached the cap of events: nothing can be told.",)
    assert {r.interval for r in view.rows} == {"–"}
    assert "nothing can be told" in render_report(
        replace(result, past_effects=replace(past, counterfactuals=(capped,)))
    )


@pytest.mark.parametrize(
    ("monotone", "afresh", "words"),
    [
        (0.2, 1.24, "0.2 to 1.2 more events"),
        (-2.0, -0.5, "0.5 to 2 fewer events"),
        (-0.3, 0.6, "0.3 fewer to 0.6 more events"),
        (-1.0, -1.0, "1 fewer events"),
        (0.01, -0.02, "as many events as there were"),
    ],
)
def test_changes_in_words(
    result: RunResult, past: PastEffects, monotone: float, afresh: float, words: str
) -> None:
    (calm,) = past.counterfactuals
    attacks = calm.of("attack")
    assert attacks is not None
    kept = Effect(monotone, -3.0, 0.0, 3.0, -1.5, 1.5)
    found = replace(attacks, monotone=kept, afresh=replace(kept, mean=afresh))
    told_ = replace(calm, types=(found,))
    (view,) = changed(result, replace(past, counterfactuals=(told_,))).replays
    assert words in view.sentences[0]
    assert "between −1.5 and +1.5" in view.sentences[0]
    assert "does not settle whether there would have been more or fewer" in view.sentences[1]


def test_unlisted_events_are_told_apart(result: RunResult, past: PastEffects) -> None:
    assert past.shares is not None
    (strikes,) = past.shares.targets
    more = replace(
        strikes, unlisted=Interval(2.0, 1.0, 2.0, 3.0), events=Interval(5.0, 4.0, 5.0, 6.0)
    )
    found = changed(result, replace(past, shares=replace(past.shares, targets=(more,))))
    assert "of 5 events (3 in the record, about 2 not)" in found.sentences[0]


def test_without_a_fit_or_a_question_there_is_no_section(
    result: RunResult, past: PastEffects
) -> None:
    assert build_past(judged("calm")) is None
    assert build_past(replace(result, past_effects=replace(past, shares=None, counterfactuals=(), rivals=()))) is None  # fmt: skip
    assert "What the past owes" not in read_page(render_report(judged("calm"))).text


def test_hostile_texts_stay_texts() -> None:
    page = read_page(render_report(told("hostile")))
    assert HOSTILE["claim"][:20] in page.text
    assert not [e for e, _ in page.elements if e in ("iframe", "object")]
    handlers = [a for _, attrs in page.elements for a in attrs if a.startswith("on")]
    assert handlers == []
