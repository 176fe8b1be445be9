"""Each operation of a plan against a slow telling of it, and what a plan refuses."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate.measured import measured
from simulate.models import START, Spec, build
from simulate.richer import RICH
from talion.errors import PlanError
from talion.model.measure import COUNT_EDGES, Fan, Measure, MeasurePlan, Op, level_edges
from talion.simulate.ensemble import simulate_ensemble
from talion.simulate.history import simulate_history

DAYS = 60
END = START + DAYS
MODEL = build(RICH)
SERIES = {"attack": (0, 1), "iraq": (0,), "strike": (2,), "any": (0, 1, 2, 3, 4)}


def _ranges() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(START, END - 1), st.integers(1, DAYS)).map(
        lambda pair: (pair[0], min(pair[0] + pair[1], END))
    )


@st.composite
def _measures(draw: st.DrawFn) -> Measure:
    op = draw(st.sampled_from(list(Op)))
    start, end = draw(_ranges())
    world = draw(st.sampled_from(["baseline", "busy"]))
    number = 0.0
    if op in (Op.MIN_WINDOW, Op.MAX_WINDOW):
        number = float(draw(st.integers(1, end - start)))
    elif op is Op.ANSWERED:
        start, end = min(start, END - 3), END
        number = draw(st.floats(0.1, end - start - 0.5))
    elif op is Op.FIRST_COUNT:
        number = float(draw(st.integers(1, 40)))
    elif op in (Op.FIRST_AT_MOST, Op.FIRST_AT_LEAST):
        number = draw(st.floats(20.0, 110.0))
    if op.of_factor:
        return Measure(op, world, factor=draw(st.sampled_from(["push", "outcome", "presence", "gaza"])), start=start, end=end, number=number)  # fmt: skip
    names = st.sampled_from(list(SERIES))
    other = draw(names) if op is Op.ANSWERED else ""
    return Measure(op, world, series=draw(names), start=start, end=end, number=number, other=other)


@settings(max_examples=60)
@given(measures=st.lists(_measures(), min_size=1, max_size=6), cap=st.sampled_from([20_000, 40]))
def test_every_operation_equals_its_slow_telling(measures: list[Measure], cap: int) -> None:
    """Also of histories that stop at the cap: what they determined is the same, the rest is NaN."""
    plan = MeasurePlan(tuple(measures), SERIES, (), {"baseline": END, "busy": END})
    ensemble = simulate_ensemble(MODEL, plan, histories=2, workers=1, event_cap=cap)
    for d in range(2):
        for n in range(2):
            for world in ("baseline", "busy"):
                history = simulate_history(MODEL, world, d, n, DAYS)
                capped = bool(ensemble.capped[d, n, ensemble.worlds.index(world)])
                assert capped == (len(history.times) > cap)
                for i, m in enumerate(measures):
                    if m.world == world:
                        value = float(ensemble.values[d, n, i])
                        told = measured(MODEL, plan, m, history)
                        if not (capped and math.isnan(value)):
                            assert value == pytest.approx(told, rel=1e-6, nan_ok=True), m


def test_a_capped_history_says_what_it_knows_and_no_more() -> None:
    cap = 40
    history = simulate_history(MODEL, "baseline", 0, 0, DAYS)
    stop = int(history.times[cap])  # the day of the event that would be one too many
    measures = (
        Measure(Op.COUNT, "baseline", "any", start=START, end=stop),
        Measure(Op.COUNT, "baseline", "any", start=START, end=stop + 1),
        Measure(Op.LEVEL, "baseline", factor="push", start=stop),
        Measure(Op.LEVEL, "baseline", factor="push", start=stop + 1),
        Measure(Op.FIRST_COUNT, "baseline", "any", start=START, end=END, number=5),
        Measure(Op.FIRST_COUNT, "baseline", "any", start=START, end=END, number=500),
        Measure(Op.FIRST_AT_LEAST, "baseline", factor="push", start=START, end=END, number=0.0),
        Measure(Op.FIRST_AT_LEAST, "baseline", factor="push", start=START, end=END, number=101.0),
        Measure(Op.FIRST_AT_LEAST, "baseline", factor="push", start=START, end=stop, number=101.0),
    )
    fans = (Fan("baseline", "any", start=START, weeks=8), Fan("baseline", "", "push", START, 8))
    plan = MeasurePlan(measures, SERIES, fans, {"baseline": END})
    ensemble = simulate_ensemble(MODEL, plan, histories=1, event_cap=cap)
    assert ensemble.capped[0, 0, 0]
    assert ensemble.capped_share("baseline") == 1.0
    known = ~np.isnan(ensemble.values[0, 0])
    assert known.tolist() == [True, False, True, False, True, False, True, False, True]
    assert ensemble.values[0, 0, 8] == np.inf
    assert history.capped is False
    short = simulate_history(MODEL, "baseline", 0, 0, DAYS, event_cap=cap)
    assert short.capped
    np.testing.assert_array_equal(short.times, history.times[:cap])
    np.testing.assert_array_equal(short.levels, history.levels[: stop - START + 1])
    lived = ensemble.fans["baseline", "any"].counts.sum(axis=1)
    assert lived[0] == 2
    assert lived[-1] == 0


def test_fans_hold_weekly_counts_and_levels() -> None:
    fans = (Fan("busy", "any", start=START + 2, weeks=5), Fan("busy", "", "push", START, 8))
    plan = MeasurePlan((), SERIES, fans, {"busy": END})
    ensemble = simulate_ensemble(MODEL, plan, histories=3)
    counts = np.zeros((5, len(COUNT_EDGES) - 1), np.int64)
    levels = np.zeros((8, 101), np.int64)
    for d in range(2):
        for n in range(3):
            history = simulate_history(MODEL, "busy", d, n, DAYS)
            for week in range(5):
                day = START + 2 + 7 * week
                here = int(((history.times >= day) & (history.times < day + 7)).sum())
                counts[week, int(np.searchsorted(COUNT_EDGES, here, "right")) - 1] += 1
            for week in range(8):
                levels[week] += np.histogram(
                    history.levels[7 * week, MODEL.factor_ids.index("push")], level_edges(0, 100)
                )[0]
    np.testing.assert_array_equal(ensemble.fans["busy", "any"].counts, counts)
    np.testing.assert_array_equal(ensemble.fans["busy", "push"].counts, levels)
    assert ensemble.fans["busy", "any"].weeks.tolist() == [START + 2 + 7 * i for i in range(5)]


def test_wide_weekly_counts_fall_into_their_bins() -> None:
    model = build(Spec({"e": 60.0}))
    plan = MeasurePlan((), {"e": (0,)}, (Fan("baseline", "e", "", START, 4),), {"baseline": END})
    counts = simulate_ensemble(model, plan, histories=50).fans["baseline", "e"].counts
    edges = np.array(COUNT_EDGES)
    used = np.flatnonzero(counts.sum(axis=0))
    assert counts.sum() == 200
    assert edges[used[0]] >= 301.0
    assert edges[used[-1]] <= 501.0


GOOD = Measure(Op.COUNT, "baseline", "attack", start=START, end=END)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (replace(GOOD, world="nowhere"), "no such what-if"),
        (replace(GOOD, series="nothing"), "no such series"),
        (replace(GOOD, start=START - 1), "range must lie"),
        (replace(GOOD, end=END + 1), "range must lie"),
        (replace(GOOD, start=END, end=END), "not be empty"),
        (replace(GOOD, op=Op.MIN_WINDOW, number=2.5), "whole number of days"),
        (replace(GOOD, op=Op.MAX_WINDOW, number=DAYS + 1.0), "whole number of days"),
        (replace(GOOD, op=Op.ANSWERED, other="strike", number=0.0), "days to answer"),
        (Measure(Op.LEVEL, "baseline", factor="nothing", start=START), "no such factor"),
        (Measure(Op.LEVEL, "baseline", factor="push", start=END + 1), "the day must lie"),
    ],
)
def test_a_plan_that_cannot_be_filled_is_refused(measure: Measure, said: str) -> None:
    plan = MeasurePlan((measure,), SERIES, (), {"baseline": END})
    with pytest.raises(PlanError, match=said):
        simulate_ensemble(MODEL, plan, histories=1)


@pytest.mark.parametrize(
    "fan",
    [
        Fan("baseline", "attack", "push", START, 2),
        Fan("baseline", "attack", "", START, 9),
        Fan("baseline", "", "nothing", START, 2),
        Fan("baseline", "", "mood", START, 2),
    ],
)
def test_a_fan_that_cannot_be_filled_is_refused(fan: Fan) -> None:
    model = build(RICH)
    model.structure.hi[:] = np.inf
    with pytest.raises(PlanError):
        simulate_ensemble(model, MeasurePlan((), SERIES, (fan,), {"baseline": END}), histories=1)
