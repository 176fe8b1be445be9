"""Changes run apart: each alone on the earlier case, with its seed and its record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from judge.crisis import small_record
from judge.kept_runs import case_text, kept
from judge.test_moved import CALMER, STRONGER
from talion.errors import InputError
from talion.judge import apart
from talion.judge.apart import Apart, mixed_tables, run_apart, together_only, units_apart
from talion.judge.kept_results import KeptShare
from talion.judge.moved import compare_runs

NAMES = ("calm", "rests")


def moved(one: Apart) -> set[str]:
    assert one.comparison is not None
    return {j.id for j in one.comparison.judgments if j.moved}


def test_each_change_alone_moves_what_it_moves() -> None:
    before = kept(case_text(names=NAMES))
    after = kept(case_text(STRONGER, CALMER, names=NAMES))
    comparison = compare_runs(before, after)
    assert units_apart(comparison) == ("links.L2", "links.L4")
    seen: list[str] = []
    found = {one.unit: one for one in run_apart(comparison, progress=lambda u, *_: seen.append(u))}
    assert list(dict.fromkeys(seen)) == ["", "links.L2", "links.L4"]
    assert moved(found["links.L2"]) == {"rests"}
    assert moved(found["links.L4"]) == {"calm"}
    # Alone it is exactly the run of the case in which nothing else was changed.
    alone = compare_runs(before, kept(case_text(STRONGER, names=NAMES)))
    numbers = [[p.moves for p in j.parts] for j in alone.judgments]
    ran = found["links.L2"].comparison
    assert ran is not None
    assert [[p.moves for p in j.parts] for j in ran.judgments] == numbers
    assert [c.key for c in ran.changes] == ["links.L2.share"]
    assert list(together_only(comparison, tuple(found.values()))) == []


def test_the_record_is_a_change_of_its_own() -> None:
    fewer = replace(small_record(), events=small_record().events[3:])
    before = kept(case_text(names=("checked",)))
    comparison = compare_runs(before, kept(case_text(names=("checked",)), record=fewer))
    (one,) = run_apart(comparison)
    assert one.unit == "record"
    assert moved(one) == {"checked"}


def test_an_added_link_that_needs_an_added_factor_does_not_stand_alone() -> None:
    mood = "  mood: {kind: imagined, rest: [30, 45, 60], half_life: 30, noise: 5, because: given}\n"
    lifts = "  L9: {says: mood raises attack, strength: weak, origin: analyst, because: guess}\n"
    factor, link = ("links:\n", f"{mood}links:\n"), ("what_ifs:\n", f"{lifts}what_ifs:\n")
    before = kept(case_text(names=NAMES))
    comparison = compare_runs(before, kept(case_text(factor, link, names=NAMES)))
    found = {one.unit: one for one in run_apart(comparison)}
    assert found["links.L9"].comparison is None
    assert "it does not stand alone" in found["links.L9"].why
    assert "mood" in found["links.L9"].why
    assert found["factors.mood"].comparison is not None


def test_judgments_that_only_move_together_are_told() -> None:
    before = kept(case_text(names=NAMES))
    comparison = compare_runs(before, kept(case_text(STRONGER, CALMER, names=NAMES)))
    still = tuple(Apart(unit, compare_runs(before, before)) for unit in units_apart(comparison))
    assert list(together_only(comparison, still)) == ["rests"]  # of calm only one change bears


def test_an_earlier_run_that_does_not_come_out_again_is_refused() -> None:
    before = kept(case_text(names=NAMES))
    part = before.results.judgments["calm"].parts[0]
    share = part.readings["no_view"]
    assert isinstance(share, KeptShare)
    other = {**part.readings, "no_view": share.model_copy(update={"probability": 0.5})}
    calm = before.results.judgments["calm"].model_copy(
        update={"parts": (part.model_copy(update={"readings": other}),)}
    )
    judgments = {**before.results.judgments, "calm": calm}
    forged = replace(before, results=before.results.model_copy(update={"judgments": judgments}))
    comparison = compare_runs(forged, kept(case_text(STRONGER, names=NAMES)))
    with pytest.raises(InputError, match="made again here, gives other numbers"):
        run_apart(comparison)


def test_what_cannot_be_run_apart_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept(case_text(names=NAMES))
    comparison = compare_runs(before, kept(case_text(STRONGER, CALMER, names=NAMES)))
    bare = replace(comparison, before=replace(before, case=None))
    with pytest.raises(InputError, match="kept no copy of its case"):
        run_apart(bare)
    monkeypatch.setattr(apart, "MOST_UNITS", 1)
    with pytest.raises(InputError, match="2 things changed; at most 1"):
        run_apart(comparison)
    assert run_apart(compare_runs(before, before)) == ()


def test_withheld_rows_cannot_be_simulated() -> None:
    rows = {"events": ({"id": "r1", "withheld": "ab" * 32},)}
    with pytest.raises(InputError, match="withheld"):
        apart.record_from(rows)


def test_rows_are_mixed_one_by_one() -> None:
    old = {"events": ({"id": "a", "place": "x"}, {"id": "b"})}
    new = {"events": ({"id": "a", "place": "y"}, {"id": "c"})}
    mixed = mixed_tables(old, new, {"events a", "events c"})["events"]
    assert mixed == ({"id": "a", "place": "y"}, {"id": "b"}, {"id": "c"})
    gone = mixed_tables(old, new, {"events b"})["events"]
    assert gone == ({"id": "a", "place": "x"},)
