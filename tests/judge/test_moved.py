"""Two runs compared: what moved beyond chance, and which change it may be because of."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from judge.crisis import small_record
from judge.kept_runs import TESTS, case_text, kept
from talion.errors import InputError
from talion.judge.kept_results import KeptFit, KeptShare
from talion.judge.moved import Comparison, JudgmentMoves, compare_runs, noise_limit
from talion.judge.run_folder import KeptRun
from talion.record.event import Source

STRONGER = ("L2: {says: strike raises demand, share: [60, 75, 85]", "L2: {says: strike raises demand, share: [2, 5, 9]")  # fmt: skip
CALMER = ("times: [2, 4, 8]", "times: [1.1, 1.3, 1.6]")
FASTER = ("usual: [3, 4, 5]", "usual: [14, 16, 18]")  # strikes a month


def judged(found: Comparison, name: str) -> JudgmentMoves:
    return next(j for j in found.judgments if j.id == name)


def against(*swaps: tuple[str, str]) -> Comparison:
    return compare_runs(kept(case_text()), kept(case_text(*swaps)))


def test_a_run_against_itself_has_not_moved() -> None:
    found = against()
    assert found.changes == ()
    assert all(j.equal and not j.moved and not j.reworded for j in found.judgments)
    assert (found.added, found.gone) == ((), ())
    assert found.compared == 35  # 5 shares and an effect with its share, under 5 readings


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_another_seed_moves_nothing_beyond_noise(seed: int) -> None:
    found = compare_runs(kept(case_text()), kept(case_text(), seed=seed))
    assert [c.unit for c in found.changes] == ["seed"]
    assert found.bearing == ()
    assert not any(j.moved for j in found.judgments)
    assert not judged(found, "attacks").equal


@pytest.mark.parametrize("compared", [1, 30, 300])
@pytest.mark.parametrize("freedom", [9, 29, 199, math.inf])
def test_one_comparison_in_twenty_of_equal_runs_shows_a_move(compared: int, freedom: float) -> None:
    rng = np.random.default_rng(5)
    shape = (4000, compared)
    apart = rng.standard_normal(shape) if freedom == math.inf else rng.standard_t(freedom, shape)
    alarms = (np.abs(apart) > noise_limit(compared, freedom)).any(axis=1).mean()
    assert alarms == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("freedom", [7, 15, 29, 99, 199])
@pytest.mark.parametrize("compared", [1, 25, 100])
def test_the_limit_is_students_quantile(compared: int, freedom: int) -> None:
    exact = stats.t.ppf(1 - 0.05 / (2 * compared), freedom)
    assert noise_limit(compared, freedom) == pytest.approx(exact, rel=0.03)


def test_one_change_is_named_as_the_reason() -> None:
    found = against(STRONGER)
    rests = judged(found, "rests")
    assert rests.moved
    assert rests.label == ("Rests on the author's assumption", "Unresolved")
    assert rests.reasons == ("links.L2",)
    (change,) = found.changes
    assert (change.key, change.before, change.after) == (
        "links.L2.share",
        "75 (60 to 85)",
        "5 (2 to 9)",
    )
    # The link leads to no attack and no parade: their numbers are the very same.
    assert judged(found, "attacks").equal
    assert judged(found, "parades").equal


def test_of_several_changes_only_those_on_the_path_are_named() -> None:
    found = against(STRONGER, CALMER)
    assert judged(found, "calm").reasons == ("links.L4",)  # strikes lead to no attack
    assert set(judged(found, "rests").reasons) == {"links.L2", "links.L4"}
    assert judged(found, "parades").reasons == ()


def test_a_usual_rate_may_bear_on_anything() -> None:
    found = against(FASTER, CALMER)
    assert set(judged(found, "calm").reasons) == {"events.strike", "links.L4"}


def test_a_what_if_bears_on_what_is_asked_in_it_alone() -> None:
    swap = ("peace: {title: Peace, from: as_of, do: [{set: war, to: ended}]}",
            "peace: {title: Peace, from: as_of, do: [{scale: attack, by: 9}]}")  # fmt: skip
    found = against(swap)
    assert judged(found, "calm").reasons == ("what_ifs.peace",)
    assert [j.id for j in found.judgments if j.moved] == ["calm"]


def test_effects_are_compared_as_well_as_shares() -> None:
    moves = judged(against(STRONGER), "rests").parts[0].moves
    effect = next(m for m in moves if m.what == "effect" and m.reading == "as_written")
    assert effect.unit == "%"
    assert effect.before is not None
    assert effect.after is not None
    assert effect.before < -40 < -12 < effect.after
    assert effect.beyond_noise


def test_words_across_bands_are_told() -> None:
    share = next(
        m for m in judged(against(CALMER), "calm").parts[0].moves if m.reading == "as_written_ours"
    )
    assert share.crosses
    assert share.words[0] != share.words[1]


def test_a_reworded_judgment_is_told_from_one_that_moved() -> None:
    old = case_text()
    new = old.replace("{claim: parades", "{claim: They parade on").replace(
        "word: likely, holds_if: {count: parade", "word: very likely, holds_if: {count: parade"
    )
    found = compare_runs(kept(old), kept(new))
    parades = judged(found, "parades")
    assert parades.reworded
    assert parades.claim == ("parades", "They parade on")
    assert parades.word == ("likely", "very likely")
    assert not parades.moved
    assert {c.key: c.weight for c in found.changes} == {
        "judgments.parades.claim": "none",
        "judgments.parades.word": "none",
    }


def test_judgments_added_gone_and_renamed() -> None:
    tests = {name: said for name, said in TESTS.items() if name != "motive"}
    tests["fresh"] = TESTS["demands"]
    new = case_text(tests=tests).replace("  attacks: {claim: attacks", "  A7: {claim: attacks")
    found = compare_runs(kept(case_text()), kept(new))
    assert (found.added, found.gone) == (("fresh",), ("motive",))
    assert judged(found, "A7").was == "attacks"
    assert not judged(found, "A7").moved
    assert judged(found, "A7").equal


def test_another_test_is_another_question() -> None:
    found = against(("count: attack, at_least: 28", "count: attack, at_least: 40"))
    attacks = judged(found, "attacks")
    assert attacks.parts[0].asks == "another test"
    assert attacks.reasons == ("judgments.attacks",)
    assert [j.id for j in found.judgments if j.moved] == ["attacks"]


def test_a_later_cut_off_asks_the_same_on_other_dates() -> None:
    found = against(("as_of: 2024-06-01", "as_of: 2024-05-01"))
    attacks = judged(found, "attacks")
    assert attacks.parts[0].asks == "other dates"
    units = {c.unit for c in found.bearing}
    assert units == {"as_of"}  # rows known only by the later day go with it
    assert any(c.area == "record" and c.how == "removed" for c in found.changes)
    assert all(j.reasons in ((), ("as_of",)) for j in found.judgments)


def test_a_row_changed_or_added_is_a_change_of_the_record() -> None:
    record = small_record()
    first = record.events[0]
    moved = replace(first, start=first.start + dt.timedelta(days=2), end=first.end + dt.timedelta(2),
                    published=first.published + dt.timedelta(days=2))  # fmt: skip
    other = replace(record, events=(moved, *record.events[1:-1]))
    found = compare_runs(kept(case_text()), kept(case_text(), record=other))
    told = {(c.key, c.how) for c in found.changes if c.weight == "moves"}
    assert ("events attack-0, start", "changed") in told
    assert ("events strike-4", "removed") in told
    assert {c.unit for c in found.changes} == {"record"}
    assert judged(found, "checked").label[1].startswith("Checked")


def test_what_the_record_came_to_is_part_of_its_label() -> None:
    fewer = replace(small_record(), events=small_record().events[:5])
    found = compare_runs(kept(case_text()), kept(case_text(), record=fewer))
    checked = judged(found, "checked")
    assert checked.parts[0].label == (
        "Checked on the record: holds",
        "Checked on the record: fails",
    )
    assert checked.moved
    assert checked.reasons == ("record",)


def test_prose_and_spelling_move_nothing() -> None:
    found = against(
        ("because: answers", "because: they answer"), ("half_life: 30", "half_life: [30, 30, 30]")
    )
    assert {(c.key, c.weight) for c in found.changes} == {
        ("links.L1.because", "none"),
        ("factors.push.half_life", "none"),
    }
    assert all(j.equal for j in found.judgments)


def test_another_order_of_links_is_seen() -> None:
    text = case_text()
    lines = text.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("  L3:"))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    found = compare_runs(kept(text), kept("".join(lines)))
    assert [(c.key, c.how) for c in found.changes] == [("links", "order")]


def with_fit(run: KeptRun, **more: object) -> KeptRun:
    """The run as if fitted: a third reading that copies no view, moved by what is asked."""
    shift = float(str(more.pop("shift", 0.0)))
    fit = KeptFit.model_validate(
        {"seed": 1, "version": "1", "method": "m", "window": ("2024-01-01", "2024-05-31"), "verdict": "",
         "case_hash": "c", "record_hash": "r", "chains": 4, "sweeps": 9, "kept": 9, **more}
    )  # fmt: skip
    judgments = {}
    for name, found in run.results.judgments.items():
        parts = []
        for part in found.parts:
            blank = part.readings.get("no_view")
            extra: dict[str, KeptShare | None] = {}
            if blank is not None:
                p = min(max(blank.probability + shift, 0.0), 1.0)
                extra["with_record"] = blank.model_copy(update={"probability": p, "mcse": 0.01})
            parts.append(part.model_copy(update={"readings": {**part.readings, **extra}}))
        judgments[name] = found.model_copy(update={"parts": tuple(parts)})
    results = run.results.model_copy(update={"fit": fit, "judgments": judgments})
    return replace(run, results=results)


def test_a_fit_that_differs_may_carry_any_link_to_the_reading_with_the_record() -> None:
    before = with_fit(kept(case_text()))
    after = with_fit(kept(case_text(STRONGER)), case_hash="other", shift=-0.3)
    attacks = judged(compare_runs(before, after), "attacks")
    assert [m.reading for m in attacks.parts[0].moves if m.shows] == ["with_record"]
    assert attacks.reasons == ("links.L2",)  # off its path, but the fit sees it
    reseeded = with_fit(kept(case_text()), seed=2, shift=-0.3)
    found = compare_runs(before, reseeded)
    assert judged(found, "attacks").reasons == ("fit",)
    assert [c.key for c in found.changes] == ["seed"]


def test_a_fit_in_one_run_alone_is_told() -> None:
    found = compare_runs(with_fit(kept(case_text())), kept(case_text()))
    assert [(c.unit, c.how) for c in found.changes] == [("fit", "removed")]
    lone = [m for m in judged(found, "attacks").parts[0].moves if m.reading == "with_record"]
    assert [(m.after, m.beyond_noise) for m in lone] == [(None, False)]


def test_without_a_copy_of_the_case_its_hash_is_compared() -> None:
    bare = replace(kept(case_text()), case=None, tables=None)
    found = compare_runs(bare, kept(case_text(STRONGER)))
    assert [(c.unit, c.key) for c in found.changes] == [("case", "its text")]
    assert judged(found, "rests").reasons == ("case",)


def test_runs_without_a_judgment_in_common_are_refused() -> None:
    one = kept(case_text(names=("parades",)))
    with pytest.raises(InputError, match="no judgment in common"):
        compare_runs(one, kept(case_text(names=("motive",))))


def test_a_source_regraded_is_told() -> None:
    record = small_record()
    other = replace(record, sources=(Source("log", grade="B2", note="checked"),))
    found = compare_runs(kept(case_text()), kept(case_text(), record=other))
    assert {(c.key, c.weight) for c in found.changes} == {
        ("sources log, grade", "moves"),
        ("sources log, note", "none"),
    }
