"""The law of what is simulated: rates known on paper, chances, durations, decisions, limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from simulate.models import START, Decision, Link, Spec, build
from talion.errors import SimulationError
from talion.model.compiled import ADD_EVENT, SET, CompiledModel
from talion.model.measure import Measure, MeasurePlan, Op
from talion.simulate.ensemble import simulate_ensemble
from talion.simulate.history import History, simulate_history
from talion.simulate.room import Room

LEVEL = {"level": 1.0, "lo": 0.0, "hi": 100.0}
SWITCH = {"level": 0.0, "lo": 0.0, "hi": 1.0}


def counts(model: CompiledModel, spans: list[tuple[int, int]], histories: int) -> np.ndarray:
    """[histories, spans, types] events by type in spans of days from the start."""
    series = {t: (i,) for i, t in enumerate(model.type_ids)}
    measures = tuple(
        Measure(Op.COUNT, "baseline", t, start=START + a, end=START + b)
        for a, b in spans
        for t in series
    )
    plan = MeasurePlan(measures, series, (), {"baseline": START + max(b for _, b in spans)})
    values = simulate_ensemble(model, plan, histories=histories).values[0]
    return values.reshape(histories, len(spans), len(series))


def within(sample: np.ndarray, mean: float, errors: float = 4.0) -> bool:
    """Whether a sample's mean is within so many standard errors of the true one."""
    return abs(sample.mean() - mean) <= errors * sample.std() / np.sqrt(len(sample))


def test_poisson_counts_have_poisson_mean_and_variance() -> None:
    """Narrow and wide cells: rates of 0.2, 3 and 40 a day."""
    model = build(Spec({"low": 0.2, "mid": 3.0, "high": 40.0}))
    found = counts(model, [(0, 20)], 2000)[:, 0]
    for k, rate in enumerate((0.2, 3.0, 40.0)):
        assert within(found[:, k], 20 * rate), rate
        index = found[:, k].var(ddof=1) / (20 * rate)
        assert abs(index - 1.0) < 4 * np.sqrt(2 / 2000), rate


def test_linear_process_reaches_its_stationary_rate() -> None:
    """(I - A')^-1 mu (Hawkes 1971), after ten of the slowest relaxation times."""
    links = [Link("a", "a", 2.0, a=0.3), Link("a", "b", 2.0, a=0.4), Link("b", "a", 0.5, a=0.2)]
    model = build(Spec({"a": 0.5, "b": 0.2}, links, (0.5, 2.0)))
    matrix = np.array([[0.3, 0.4], [0.2, 0.0]])
    rate = np.linalg.solve(np.eye(2) - matrix.T, [0.5, 0.2])
    found = counts(model, [(60, 160)], 1500)[:, 0]
    for k in range(2):
        assert within(found[:, k], 100 * rate[k]), k
        assert found[:, k].std() / np.sqrt(1500) < 0.02 * 100 * rate[k]


def test_mean_count_over_time_from_a_hot_start() -> None:
    """One half-life: lambda(t) = m + (lambda_0 - m) exp(-(1 - a) ln2/h t), in closed form."""
    a, half, mass = 0.5, 4.0, 6.0
    spec = Spec({"e": 0.6}, [Link("e", "e", half, a=a)], (half,), mass={("e", half): mass})
    beta = np.log(2) / half
    rest, hot = 0.6 / (1 - a), 0.6 + a * beta * mass
    spans = [(0, 2), (2, 6), (6, 20), (20, 60)]
    found = counts(build(spec), spans, 4000)
    speed = (1 - a) * beta
    for i, (since, until) in enumerate(spans):
        fade = (np.exp(-speed * since) - np.exp(-speed * until)) / speed
        assert within(found[:, i, 0], rest * (until - since) + (hot - rest) * fade), (since, until)


@pytest.mark.parametrize("b", [1.5, -0.7])
def test_suppression_in_its_closed_form(b: float) -> None:
    """One forced blow at noon of day 0: the mean is the integral of mu exp(-b s 2^(-t/h))."""
    links = [Link("blow", "e", 3.0, b=b, step=0.8)]
    spec = Spec({"e": 2.0, "blow": 0.0}, links, (3.0,), worlds={"w": [(0, ADD_EVENT, "blow", 1.0)]})
    plan = MeasurePlan(
        (Measure(Op.COUNT, "w", "e", start=START + 1, end=START + 8),), {"e": (0,)}, (),
        {"w": START + 8},
    )  # fmt: skip
    found = simulate_ensemble(build(spec), plan, histories=6000).values[0, :, 0]
    t = np.linspace(0.5, 7.5, 20_001)
    mean = 2.0 * np.trapezoid(np.exp(-b * 0.8 * 2.0 ** (-t / 3.0)), t)
    assert within(found, mean)
    assert not within(found, 14.0)


def test_factors_scale_the_background_alone() -> None:
    factors = {"f": {**SWITCH, "z": 1.0}}
    model = build(Spec({"e": 1.0}, factors=factors, to_rate=[("f", "e", np.log(3.0))]))
    assert within(counts(model, [(0, 30)], 1000)[:, 0, 0], 90.0)


def test_latent_factor_is_stationary_and_its_mean_correction_holds() -> None:
    """Weekly steps with sd noise, daily pull: sd and autocorrelation as on paper; E e^(z-ref) = 1."""
    pull, noise = 0.05, 0.4
    keep = (1 - pull) ** 7
    # After a midnight that shakes: var = noise^2 / (1 - keep^2); it decays until the next.
    sd = noise / np.sqrt(1 - keep**2)
    monday = START - START % 7
    factors = {"w": {"level": 1.0, "pull": pull, "noise": noise, "latent_sd": sd, "ref": sd**2 / 2}}
    model = build(Spec({"e": 4.0}, factors=factors, to_rate=[("w", "e", 1.0)], start=monday))
    days = (0, 7, 70)
    measures = tuple(Measure(Op.LEVEL, "baseline", factor="w", start=monday + d) for d in days)
    measures += (Measure(Op.COUNT, "baseline", "e", start=monday + 70, end=monday + 71),)
    plan = MeasurePlan(measures, {"e": (0,)}, (), {"baseline": monday + 71})
    values = simulate_ensemble(model, plan, histories=8000).values[0]
    for i in range(3):
        assert stats.kstest(values[:, i] / sd, "norm").pvalue > 0.001, days[i]
    assert np.corrcoef(values[:, 0], values[:, 1])[0, 1] == pytest.approx(keep, abs=0.04)
    assert within(values[:, 3], 4.0)


def test_marks_follow_weights_and_mix() -> None:
    spec = Spec(
        {"e": 5.0},
        marks={"e": {"x": 0.5, "y": 0.3, "z": 0.2}},
        factors={"f": {**SWITCH, "z": 1.0}},
        to_mix=[("f", "e[y]", 0.9)],
    )
    weights = np.array([0.5, 0.3 * np.exp(0.9), 0.2])
    classes = simulate_history(build(spec), "baseline", 0, 0, 2000).classes
    assert (
        stats.chisquare(np.bincount(classes), weights / weights.sum() * len(classes)).pvalue > 1e-3
    )
    plain = simulate_history(build(replace(spec, to_mix=())), "baseline", 0, 0, 2000)
    assert len(plain.times) == len(classes)  # the mix moves, the rate does not


def test_listing_follows_its_probability() -> None:
    spec = Spec(
        {"a": 5.0, "b": 5.0},
        factors={"attention": {**LEVEL, "z": 60.0, "rest": 60.0, "ref": 50.0}},
        listing={"a": ("attention", -0.8, 0.1)},
    )
    history = simulate_history(build(spec), "baseline", 0, 0, 2000)
    listed = history.listed[history.types == 0]
    share = special.expit(-0.8 + 0.1 * 10.0)
    assert abs(listed.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(listed))
    assert history.listed[history.types == 1].all()


def test_pending_change_has_the_stated_half_life() -> None:
    factors = {"s": {**SWITCH, "z": 1.0, "timer": 20.0, "timer_value": 0.25}}
    spec = Spec({"e": 0.1}, factors=factors, worlds={"held": [(0, SET, "s", 1.0)]})
    measures = tuple(
        Measure(Op.FIRST_AT_MOST, w, factor="s", start=START, end=START + 400, number=0.5)
        for w in ("baseline", "held")
    )
    plan = MeasurePlan(measures, {}, (), {"baseline": START + 400, "held": START + 400})
    found = simulate_ensemble(build(spec), plan, histories=4000).values[0]
    assert (found[:, 0] <= 20).mean() == pytest.approx(0.5, abs=0.035)
    assert (found[:, 0] <= 60).mean() == pytest.approx(0.875, abs=0.025)
    assert np.isinf(found[:, 1]).all()  # a set cancels the pending change


def _set_by(rule: dict[str, float], days: int = 3000) -> History:
    spec = Spec({"e": 0.02}, factors={"s": dict(SWITCH)}, set_by=[("e", "s", rule)])
    return simulate_history(build(spec), "baseline", 0, 0, days)


def test_set_by_has_chance_and_duration() -> None:
    history = _set_by({"value": 1.0, "chance": 0.4, "lasts": 3.0, "then": 0.5}, 60_000)
    n, hits = len(history.times), len(history.set_times)
    assert n > 1000
    assert stats.binomtest(hits, n, 0.4).pvalue > 1e-3
    assert np.isin(history.set_times, history.times).all()
    level = history.levels[:, 0]
    runs = []
    for t, following in zip(history.set_times, [*history.set_times[1:], np.inf], strict=True):
        first = int(np.floor(t)) + 1 - START
        off = first + int(np.argmax(level[first:] != 1.0))
        if START + off < following:
            runs.append(off - (t - START))
            assert level[off] == 0.5
    # A switch goes back at the first midnight after an exponential time: at most a day later.
    assert np.mean(np.array(runs) <= 3.0) < 0.5 < np.mean(np.array(runs) <= 4.0)


def test_set_by_lasting_and_at_once() -> None:
    """Rates feel a set within the day: after the first event nothing happens any more."""
    spec = Spec(
        {"e": 3.0},
        factors={"s": dict(SWITCH)},
        set_by=[("e", "s", {"value": 1.0})],
        to_rate=[("s", "e", -40.0)],
    )
    for number in range(20):
        history = simulate_history(build(spec), "baseline", 0, number, 50)
        assert len(history.times) == 1
        assert history.levels[-1, 0] == 1.0


def decision_model(**changes: Any) -> CompiledModel:
    base = Decision(
        positions=((80.0, 60.0, 50.0), (10.0, 30.0, 100.0), (200.0, 10.0, 100.0)),
        called_by="call",
        writes="outcome",
        sets=("deal", 1.0),
        executes="presence",
        table=((0.0, 0.0), (50.0, 20.0), (100.0, 100.0)),
    )
    factors = {
        "outcome": {**LEVEL, "z": 90.0, "rest": 90.0, "pull": 0.1},
        "deal": dict(SWITCH),
        "presence": {**LEVEL, "z": 100.0, "rest": 100.0, "pull": 0.5},
        "open": {**SWITCH, "z": 1.0},
    }
    rows = [(1, ADD_EVENT, "call", 1.0)]
    spec = Spec(
        {"call": 0.0},
        factors=factors,
        decisions={"d": replace(base, **changes)},
        worlds={"called": rows, "shut": [(0, SET, "open", 0.0), *rows]},
    )
    return build(spec)


def decided(
    model: CompiledModel, world: str = "called", n: int = 2000, days: int = 90
) -> np.ndarray:
    """[n, 3] outcome on the day after, deal, presence at the end."""
    asked = (("outcome", 2), ("deal", 2), ("presence", days))
    measures = tuple(Measure(Op.LEVEL, world, factor=f, start=START + d) for f, d in asked)
    plan = MeasurePlan(measures, {}, (), {world: START + days})
    return simulate_ensemble(model, plan, histories=n).values[0]


MEAN = (80 * 3000 + 10 * 3000 + 100 * 1000) / 7000  # the third position is clipped to 100


def test_decision_is_the_weighted_mean_of_clipped_positions() -> None:
    found = decided(decision_model(), n=3)
    np.testing.assert_allclose(found[:, 0], MEAN, rtol=1e-6)
    assert (found[:, 1] == 0).all()  # above the threshold
    np.testing.assert_allclose(found[:, 2], 20 + (MEAN - 50) / 50 * 80, rtol=1e-4)
    agreed = decided(decision_model(threshold=MEAN + 0.01), n=3)
    assert (agreed[:, 1] == 1).all()


def test_decision_error_is_normal_and_clipped() -> None:
    found = decided(decision_model(error=15.0, threshold=50.0))
    inside = (found[:, 0] > 0) & (found[:, 0] < 100)
    assert inside.mean() > 0.98
    assert stats.kstest((found[inside, 0] - MEAN) / 15.0, "norm").pvalue > 1e-3
    share = stats.norm.cdf((50.0 - MEAN) / 15.0)
    assert stats.binomtest(int(found[:, 1].sum()), len(found), share).pvalue > 1e-3
    np.testing.assert_array_equal(found[:, 1] == 1, found[:, 0] <= 50.0)


def test_decision_has_chance_need_lag_and_reversal() -> None:
    moved = decided(decision_model(chance=0.3))[:, 0] < 89
    assert stats.binomtest(int(moved.sum()), len(moved), 0.3).pvalue > 1e-3
    shut = decided(decision_model(need=("open", 1.0)), "shut", 50)
    assert (shut[:, 0] == 90).all()
    assert (decided(decision_model(need=("open", 1.0)), n=50)[:, 0] < 89).all()
    stay = decided(decision_model(reversal=0.25))[:, 2] == 100
    assert stats.binomtest(int(stay.sum()), len(stay), 0.25).pvalue > 1e-3
    late = decided(decision_model(lag=20.0), days=22)[:, 2] == 100
    assert stats.binomtest(int(late.sum()), len(late), 0.5).pvalue > 1e-3


def test_decision_moves_with_its_factor_and_errs_once() -> None:
    """The same error at every call of one history; a moved position moves the mean by its weight."""
    model = decision_model(error=15.0, moved_by={1: ("open", 2000.0)})
    found = decided(model, n=200)
    base = decided(decision_model(error=15.0), n=200)
    kept = (found[:, 0] < 100) & (base[:, 0] > 0)
    np.testing.assert_allclose((found - base)[kept, 0], 20.0 * 3000 / 7000, rtol=1e-4)


def test_explosive_history_stops_at_the_cap_and_is_counted() -> None:
    """Super-critical; the queue has to grow on the way, and grows the same for any chunk."""
    model = build(Spec({"e": 1.0}, [Link("e", "e", 0.5, a=1.6)], (0.5,)))
    measures = (Measure(Op.COUNT, "baseline", "e", start=START, end=START + 200),)
    plan = MeasurePlan(measures, {"e": (0,)}, (), {"baseline": START + 200})
    one = simulate_ensemble(model, plan, histories=8, workers=1, event_cap=20_000)
    two = simulate_ensemble(model, plan, histories=8, workers=2, chunk=1, event_cap=20_000)
    assert one.capped.all()
    assert np.isnan(one.values).all()
    assert one.events_simulated == two.events_simulated
    assert one.events_simulated <= 8 * 20_000
    history = simulate_history(model, "baseline", 0, 0, 200)
    assert history.capped
    assert len(history.times) == 20_000
    assert (np.diff(history.times) >= 0).all()


def test_a_full_queue_grows_and_drops_nothing() -> None:
    """More than the first 1,024 candidates a day."""
    model = build(Spec({"e": 3000.0}))
    room = Room(model, 20_000)
    first = len(room.queue_points)
    found = counts(model, [(0, 1), (1, 2)], 60)[:, :, 0]
    assert found.min() > first
    assert within(found[:, 0], 3000.0)
    assert within(found[:, 1], 3000.0)
    assert found.var() / 3000.0 == pytest.approx(1.0, abs=0.55)


def test_forced_events_past_the_queue_are_kept() -> None:
    rows = [(3, ADD_EVENT, "e", 1.0)] * 1500
    model = build(Spec({"e": 0.0}, worlds={"w": rows}))
    history = simulate_history(model, "w", 0, 0, 5)
    assert len(history.times) == 1500
    assert set(np.round(history.times - START, 6)) == {3.5}


def _broken(model: CompiledModel, group: str, field: str, change: Any) -> CompiledModel:
    array = getattr(getattr(model, group), field).copy()
    return replace(model, **{group: getattr(model, group)._replace(**{field: change(array)})})


@pytest.mark.parametrize(
    ("group", "field", "change", "said"),
    [
        ("draws", "background", lambda x: x - 10.0, "negative background"),
        ("draws", "background", lambda x: x * np.nan, "not finite"),
        ("draws", "background", lambda x: x.astype(np.float32), "another type"),
        ("draws", "background", lambda x: x[:, :0].copy(), "must have shape"),
        ("draws", "ee_offspring", lambda x: x - 1.0, "negative number of offspring"),
        ("draws", "class_weight", lambda x: x * 2.0, "sum to 1"),
        ("structure", "ee_target", lambda x: x + 5, "an index outside"),
        ("structure", "ee_start", lambda x: x[::-1].copy(), "offsets must rise"),
        ("structure", "ee_step", lambda x: x + 2.0, "step outside"),
        ("structure", "half_life", lambda x: x * 0.001, "half-life below"),
        ("structure", "band_width", lambda x: x * 1e-9, "bands must"),
    ],
)
def test_an_inconsistent_model_is_refused(group: str, field: str, change: Any, said: str) -> None:
    """Compiled code does not check bounds, so this is checked before it runs."""
    model = build(Spec({"a": 1.0, "b": 1.0}, [Link("a", "b", 2.0, a=0.3)]))
    plan = MeasurePlan((), {}, (), {"baseline": START + 5})
    simulate_ensemble(model, plan, histories=1)
    with pytest.raises(SimulationError, match=said):
        simulate_ensemble(_broken(model, group, field, change), plan, histories=1)


@pytest.mark.parametrize(
    ("draw", "history", "days"), [(1, 0, 5), (-1, 0, 5), (0, -1, 5), (0, 0, 0)]
)
def test_a_history_that_does_not_exist_is_refused(draw: int, history: int, days: int) -> None:
    with pytest.raises(SimulationError, match="no such"):
        simulate_history(build(Spec({"a": 1.0})), "baseline", draw, history, days)
