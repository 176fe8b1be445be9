"""Shared random numbers: what may not change a history, and what sharing them buys."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from simulate.models import START, Link, Spec, build
from simulate.richer import RICH, rich
from talion.errors import SimulationError
from talion.model.compiled import (
    BLOCK,
    PIN,
    SCALE_LINK,
    SCALE_TYPE,
    SET,
    SHIFT,
    UNBLOCK,
    UNPIN,
    CompiledModel,
)
from talion.model.measure import Fan, Measure, MeasurePlan, Op
from talion.simulate.cache import compiled_block
from talion.simulate.ensemble import Ensemble, simulate_ensemble
from talion.simulate.history import History, simulate_history

DAYS = 120
END = START + DAYS
SERIES = {"attack": (0, 1), "strike": (2,)}


def plan_for(*worlds: str) -> MeasurePlan:
    measures = [Measure(Op.COUNT, w, s, start=START, end=END) for w in worlds for s in SERIES]
    measures += [Measure(Op.MEAN_LEVEL, w, factor="push", start=START, end=END) for w in worlds]
    fans = tuple(Fan(w, "attack", "", START, 17) for w in worlds)
    return MeasurePlan(tuple(measures), SERIES, fans, dict.fromkeys(worlds, END))


def assert_same_history(one: History, two: History) -> None:
    for field in ("times", "classes", "listed", "levels", "set_times", "set_factors", "set_values"):
        np.testing.assert_array_equal(getattr(one, field), getattr(two, field), field)


def assert_same_ensemble(one: Ensemble, two: Ensemble) -> None:
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.capped, two.capped)
    assert one.events_simulated == two.events_simulated
    for key, fan in one.fans.items():
        np.testing.assert_array_equal(fan.counts, two.fans[key].counts)


def test_workers_and_chunks_change_nothing() -> None:
    model, plan = build(RICH), plan_for("baseline", "busy")
    first = simulate_ensemble(model, plan, histories=33, workers=1, chunk=66)
    assert first.values.std() > 0
    for workers, chunk in ((2, 64), (4, 1), (3, 7), (2, None)):
        again = simulate_ensemble(model, plan, histories=33, workers=workers, chunk=chunk)
        assert_same_ensemble(first, again)


def test_order_of_worlds_and_company_change_nothing() -> None:
    """A what-if run after one that scales links equals itself run alone: no state leaks."""
    model = build(RICH)
    both = simulate_ensemble(model, plan_for("busy", "baseline"), histories=20, workers=1)
    for world in ("baseline", "busy"):
        alone = simulate_ensemble(model, plan_for(world), histories=20, workers=1)
        columns = [i for i, m in enumerate(both.plan.measures) if m.world == world]
        np.testing.assert_array_equal(both.values[:, :, columns], alone.values)


def test_an_ensemble_holds_the_histories_that_can_be_made_again() -> None:
    model = build(RICH)
    values = simulate_ensemble(model, plan_for("busy"), histories=4).values
    for d in range(2):
        for n in range(4):
            history = simulate_history(model, "busy", d, n, DAYS)
            attacks = int(np.isin(history.classes, SERIES["attack"]).sum())
            assert values[d, n, 0] == attacks > 0


def test_draws_differ_and_seeds_differ() -> None:
    model = build(RICH)
    times = [simulate_history(model, "baseline", d, n, 30).times for d in (0, 1) for n in (0, 1)]
    other = simulate_history(replace(model, seed=8), "baseline", 0, 0, 30).times
    for i, one in enumerate([*times, other]):
        for two in [*times, other][i + 1 :]:
            assert not np.intersect1d(one, two).size


def test_a_what_if_that_does_nothing_is_the_baseline() -> None:
    nothing = [
        (0, SHIFT, "push", 0.0),
        (3, SCALE_TYPE, "attack", 1.0),
        (3, SCALE_LINK, "deter", 1.0),
        (4, UNBLOCK, "strike", 0.0),
        (9, UNPIN, "mood", 0.0),
        (11, BLOCK, "vote", 0.0),
        (11, UNBLOCK, "vote", 0.0),
        (30, SCALE_LINK, "answer", 3.0),
        (30, SCALE_LINK, "answer", 1.0),
        (150, BLOCK, "attack", 0.0),
    ]
    model = build(rich(worlds={"nothing": nothing}))
    for number in range(10):
        one = simulate_history(model, "baseline", 0, number, DAYS)
        assert_same_history(one, simulate_history(model, "nothing", 0, number, DAYS))


def test_a_what_if_changes_nothing_before_its_day() -> None:
    model = build(rich(worlds={"later": [(60, SCALE_TYPE, "attack", 3.0)]}))
    for number in range(10):
        one = simulate_history(model, "baseline", 0, number, DAYS)
        two = simulate_history(model, "later", 0, number, DAYS)
        before = one.times < START + 60
        np.testing.assert_array_equal(one.times[before], two.times[two.times < START + 60])
        np.testing.assert_array_equal(one.levels[:61], two.levels[:61])
        assert len(two.times) > len(one.times)


def test_a_longer_horizon_keeps_the_start() -> None:
    model = build(RICH)
    for world in ("baseline", "busy"):
        long, short = (simulate_history(model, world, 1, 4, days) for days in (200, 45))
        n = len(short.times)
        assert n > 20
        np.testing.assert_array_equal(long.times[:n], short.times)
        np.testing.assert_array_equal(long.levels[:46], short.levels)
        assert long.times[n] >= START + 45


def test_an_unconnected_type_changes_nothing_of_the_others() -> None:
    """Wherever it stands among the types."""
    plain = build(RICH)
    for front in (True, False):
        rates = {"noise": 3.0, **RICH.rates} if front else {**RICH.rates, "noise": 3.0}
        links = (*RICH.links, Link("noise", "noise", 2.0, a=0.4))
        more = build(rich(rates=rates, links=links))
        own = more.type_ids.index("noise")
        for world in ("baseline", "busy"):
            one = simulate_history(plain, world, 0, 2, DAYS)
            two = simulate_history(more, world, 0, 2, DAYS)
            others = two.types != own
            assert (~others).sum() > 300
            np.testing.assert_array_equal(one.times, two.times[others])
            np.testing.assert_array_equal(one.levels, two.levels)
            np.testing.assert_array_equal(one.listed, two.listed[others])


def test_replays_share_days_with_the_baseline() -> None:
    """A what-if with an earlier start sees the same points on the days both have."""
    spec = Spec(
        {"e": 2.0}, worlds={"replay": []}, other_starts={"replay": START - 40}, reference={"e": 2.0}
    )
    model = build(spec)
    replay = simulate_history(model, "replay", 0, 0, 100)
    assert replay.start == START - 40
    later = replay.times[replay.times >= START]
    np.testing.assert_array_equal(later, simulate_history(model, "baseline", 0, 0, 60).times)


def test_sharing_random_numbers_cuts_the_variance_of_an_effect() -> None:
    """At least fivefold for a small what-if, against two independent runs."""
    model = build(rich(worlds={"fewer": [(30, SCALE_TYPE, "strike", 0.8)]}))
    plan = plan_for("baseline", "fewer")
    shared = simulate_ensemble(model, plan, histories=400)
    other = simulate_ensemble(replace(model, seed=99), plan, histories=400)
    effect = shared.measure(2) - shared.measure(0)
    loose = other.measure(2) - shared.measure(0)
    assert effect.std() > 0
    assert loose.var() > 5 * effect.var()


def quiet_model(rows: list[tuple[int, int, str, float]]) -> CompiledModel:
    factors = {
        "level": {"level": 1.0, "z": 10.0, "rest": 50.0, "pull": 0.1, "lo": 0.0, "hi": 100.0}
    }
    return build(Spec({"e": 1.0}, factors=factors, worlds={"w": rows}))


def test_row_operations_on_a_level() -> None:
    rows = [
        (2, SHIFT, "level", 20.0),
        (4, PIN, "level", 80.0),
        (5, SET, "level", 5.0),
        (5, SHIFT, "level", 5.0),
        (6, UNPIN, "level", 0.0),
        (8, SET, "level", 500.0),
    ]
    history = simulate_history(quiet_model(rows), "w", 0, 0, 10)
    level = [10.0]
    for day in range(1, 11):
        before = level[-1]
        if day == 2:
            before += 20.0
        if day == 8:
            before = 100.0  # set, and clipped to its range
        held = day in (4, 5)
        level.append(80.0 if held else before + (50.0 - before) * 0.1)
    np.testing.assert_allclose(history.levels[:, 0], level)


def test_blocked_type_is_silent_and_scaled_type_scales() -> None:
    rows = [(10, BLOCK, "e", 0.0), (20, UNBLOCK, "e", 0.0), (20, SCALE_TYPE, "e", 5.0)]
    model = quiet_model(rows)
    spans = ((0, 10, 1.0), (10, 20, 0.0), (20, 40, 5.0))
    measures = tuple(
        Measure(Op.COUNT, "w", "e", start=START + a, end=START + b) for a, b, _ in spans
    )
    plan = MeasurePlan(measures, {"e": (0,)}, (), {"w": START + 40})
    values = simulate_ensemble(model, plan, histories=500).values[0]
    for i, (a, b, rate) in enumerate(spans):
        mean = rate * (b - a)
        assert abs(values[:, i].mean() - mean) <= 4 * np.sqrt(mean / 500)


def test_rows_before_the_start_act_at_the_start() -> None:
    model = quiet_model([(-30, PIN, "level", 70.0)])
    assert (simulate_history(model, "w", 0, 0, 5).levels == 70.0).all()


def test_progress_counts_up_and_can_stop_the_run() -> None:
    model, plan = build(RICH), plan_for("baseline")
    seen: list[tuple[int, int]] = []
    simulate_ensemble(model, plan, histories=50, chunk=10, progress=lambda *x: seen.append(x))
    done = [n for n, _ in seen]
    assert done[0] == 0
    assert done == sorted(done)
    assert seen[-1] == (100, 100)

    def stop(done: int, total: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_ensemble(model, plan, histories=5000, chunk=10, progress=stop)
    assert not [t for t in threading.enumerate() if t.name.startswith("talion-simulate")]


@pytest.mark.parametrize("wrong", [{"histories": 0}, {"histories": 1, "event_cap": 0},
                                   {"histories": 1, "workers": 0}, {"histories": 1, "chunk": 0}])  # fmt: skip
def test_sizes_below_one_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SimulationError, match="at least 1"):
        simulate_ensemble(build(RICH), plan_for("baseline"), **wrong)


def test_one_signature_is_compiled() -> None:
    """Whatever model, plan and sizes: a second would cost a compilation."""
    simulate_ensemble(build(RICH), plan_for("baseline"), histories=1)
    simulate_ensemble(
        build(Spec({"e": 1.0})), MeasurePlan((), {}, (), {"baseline": END}), histories=1
    )
    simulate_history(build(RICH), "busy", 0, 0, 5)
    assert len(compiled_block().signatures) == 1  # type: ignore[attr-defined]
    # Within it, too, wherever arrays are passed; scalar arithmetic may serve ints of two kinds.
    for part in ("kernel", "state", "rows", "measures_kernel"):
        for name, value in vars(sys.modules[f"talion.simulate.{part}"]).items():
            if getattr(value, "__module__", "").endswith(part):
                assert len(getattr(value, "signatures", ())) <= 1, (part, name)
