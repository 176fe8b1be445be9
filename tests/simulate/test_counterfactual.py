"""Counterfactual history: exact where nothing changes, and of the right law where something does."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import talion
from simulate.models import START, Link, Spec, build
from simulate.richer import LEVEL, RICH, rich
from talion.errors import SimulationError
from talion.model.compiled import ADD_EVENT, BLOCK, PIN, SET, CompiledModel
from talion.model.measure import Measure, MeasurePlan, Op
from talion.model.observed import ObservedWindow, observed_window
from talion.simulate.counterfactual import (
    COUPLINGS,
    counterfactual_course,
    counterfactual_history,
)
from talion.simulate.counterfactual_kernel import SOURCES
from talion.simulate.ensemble import simulate_ensemble
from talion.simulate.history import History, simulate_history

DAYS = 60
# The rich model without what is not taken anew in the observed window.
QUIET: dict[str, Any] = {"set_by": (), "decisions": {}}


def observed(
    model: CompiledModel, world: str = "baseline", history: int = 3, days: int = DAYS, **more: Any
) -> tuple[ObservedWindow, list[History]]:
    """A window from simulated histories, one a draw."""
    found = [simulate_history(model, world, d, history, days) for d in range(model.n_draws)]
    start = model.starts[0]
    window = observed_window(
        model, start.day, start.day + days, [h.course() for h in found], mass=start.mass,
        u=start.u, **more,
    )  # fmt: skip
    return window, found


def forced(window: ObservedWindow, t: float) -> list[np.ndarray]:
    """Marks of the events at one moment."""
    marks = [np.abs(c.times - t) < 1e-6 for c in window.courses]
    assert all(mark.sum() == 1 for mark in marks)
    return marks


@pytest.mark.parametrize("history", [0, 3, 8])
def test_removing_nothing_gives_back_what_happened(history: int) -> None:
    """Rules, decisions, marks, factors with noise: event for event, bit for bit."""
    model = build(RICH)
    window, found = observed(model, history=history)
    for d in range(model.n_draws):
        for number in range(5):
            course = counterfactual_course(model, window, d, number, seed=99)
            np.testing.assert_array_equal(course.times, found[d].times)
            np.testing.assert_array_equal(course.classes, found[d].classes)
            np.testing.assert_array_equal(course.levels, found[d].levels)
            np.testing.assert_array_equal(course.origin, np.arange(len(course.times)))
    result = counterfactual_history(model, window, histories=3)
    assert (result.monotone == result.observed[:, None]).all()
    assert (result.fresh_without == result.observed[:, None]).all()
    assert (result.departure == window.end).all()
    assert result.observed.sum() > 100


def test_an_event_without_effects_changes_nothing_but_itself() -> None:
    model = build(rich(rates={**RICH.rates, "note": 0.3}))
    window, found = observed(model)
    note = model.type_ids.index("note")
    marks = [h.types == note for h in found]
    assert sum(m.sum() for m in marks) > 5
    for d in range(2):
        course = counterfactual_course(model, window, d, 0, remove_events=marks)
        np.testing.assert_array_equal(course.times, found[d].times[~marks[d]])
        np.testing.assert_array_equal(course.levels, found[d].levels)


def many(links: list[Link], halves: tuple[float, ...], draws: int, **more: Any) -> CompiledModel:
    """A process with one forced blow at noon of day 2, many draws of it."""
    spec = Spec(
        {"e": 0.5, "blow": 0.0}, links, halves, draws=draws,
        worlds={"hit": [(2, ADD_EVENT, "blow", 1.0)]}, **more,
    )  # fmt: skip
    return build(spec)


def test_events_lost_are_the_descendants_of_a_linear_process() -> None:
    """Pasts with a forced blow; without it the mean loss is c (1 - exp(-(1-a) beta T)) / (1-a).

    400 pasts, 20 replays each; the standard error is near 0.1, so a loss 15 % off (0.45) is seen
    with probability above .9 at 4 standard errors: the last check shows it is.
    """
    a, c, half, days = 0.4, 2.0, 4.0, 40
    links = [Link("e", "e", half, a=a), Link("blow", "e", half, a=c)]
    model = many(links, (half,), 400)
    window, _ = observed(model, "hit", 0, days)
    result = counterfactual_history(
        model, window, remove_events=forced(window, START + 2.5), histories=20, seed=5
    )
    lost = -result.difference("monotone", ["e"])
    assert lost.min() >= 0.0  # nothing is added where nothing was held down
    beta, left = np.log(2) / half, days - 2.5
    mean = c * (1 - np.exp(-(1 - a) * beta * left)) / (1 - a)
    by_past = lost.mean(axis=1)
    error = by_past.std() / np.sqrt(len(by_past))
    assert abs(by_past.mean() - mean) < 4 * error
    assert 0.15 * mean > 4 * error
    # The interventional effect of the fresh coupling has the same mean.
    fresh = -result.difference("fresh", ["e"]).mean(axis=1)
    assert abs(fresh.mean() - mean) < 4 * fresh.std() / np.sqrt(len(fresh))


def test_the_monotone_coupling_has_the_counterfactual_law() -> None:
    """Pasts drawn with the blow and replayed without it are distributed as histories without it.

    Suppression, provocation, self-excitation, a jump of a factor with noise, weekly means; 500
    pasts. Means within 4 standard errors, variances within 30 % (their standard error is 7 %).
    """
    links = [
        Link("e", "e", 2.0, a=0.3),
        Link("blow", "e", 8.0, b=1.5, step=0.8),
        Link("blow", "e", 2.0, a=0.6),
    ]
    factors = {"f": {**LEVEL, "z": 50.0, "rest": 50.0, "ref": 50.0, "pull": 0.05, "noise": 3.0}}
    model = many(
        links, (2.0, 8.0), 500, factors=factors, to_rate=[("f", "e", 0.02)],
        to_factor=[("blow", "f", 20.0), ("e", "f", 1.0)],
    )  # fmt: skip
    days = 28
    window, _ = observed(model, "hit", 0, days)
    result = counterfactual_history(
        model, window, remove_events=forced(window, START + 2.5), histories=1, seed=11
    )
    measures = tuple(
        Measure(Op.COUNT, "baseline", "e", start=START + 7 * i, end=START + 7 * i + 7)
        for i in range(4)
    )
    plan = MeasurePlan(measures, {"e": (0,)}, (), {"baseline": START + days})
    free = simulate_ensemble(model, plan, histories=8).values.reshape(-1, 4)
    for replayed in (result.monotone[:, 0, 0], result.fresh_without[:, 0, 0]):
        for i in range(4):
            error = np.sqrt(free[:, i].var() * (1 / len(free) + 1 / len(replayed)))
            assert abs(replayed[:, i].mean() - free[:, i].mean()) < 4 * error, i
        assert 0.7 < replayed.sum(axis=1).var() / free.sum(axis=1).var() < 1.3
    first = result.observed[:, 0, 0] - free[:, 0].mean()
    assert abs(first.mean()) > 4 * first.std() / np.sqrt(len(first))  # with the blow it is another


@pytest.mark.parametrize("history", [0, 4])
def test_afresh_with_the_same_points_is_the_simulators_own_history(history: int) -> None:
    """With the seed of the simulated past, the fresh coupling must find the simulator's courses:
    without the added events the baseline, and with them the past itself, event for event."""
    extra = {"hit": [(9, ADD_EVENT, "strike", 1.0)]}
    model = build(rich(**QUIET, worlds=extra))
    window, found = observed(model, "hit", history)
    marks = forced(window, START + 9.5)
    for d in range(model.n_draws):
        free = simulate_history(model, "baseline", d, history, DAYS)
        arms = {"fresh_without": free, "fresh_with": found[d]}
        for coupling, wanted in arms.items():
            course = counterfactual_course(
                model, window, d, history, coupling=coupling, remove_events=marks, seed=model.seed
            )
            np.testing.assert_array_equal(course.classes, wanted.classes)
            np.testing.assert_allclose(course.times, wanted.times, rtol=0, atol=1e-9)
            np.testing.assert_allclose(course.levels, wanted.levels, atol=1e-6)
        assert free.times.tolist() != found[d].times.tolist()


def test_what_if_rows_act_as_in_a_simulation() -> None:
    """Shifts, pins, blocks, multipliers, added events: afresh, the what-if's own history."""
    model = build(rich(**QUIET))
    window, _ = observed(model, "baseline", 2)
    spec = model.worlds[model.world_index("busy")]
    for d in range(model.n_draws):
        wanted = simulate_history(model, "busy", d, 2, DAYS)
        course = counterfactual_course(
            model, window, d, 2, coupling="fresh_without", world=spec, seed=model.seed
        )
        np.testing.assert_array_equal(course.classes, wanted.classes)
        np.testing.assert_allclose(course.times, wanted.times, rtol=0, atol=1e-9)
        np.testing.assert_allclose(course.levels, wanted.levels, atol=1e-6)


def test_a_blocked_type_is_gone_and_stays_gone() -> None:
    model = build(rich(worlds={"still": [(20, BLOCK, "strike", 0.0)]}))
    window, found = observed(model)
    spec = model.worlds[1]
    result = counterfactual_history(model, window, world=spec, histories=4)
    strike = model.type_ids.index("strike")
    for name in ("monotone", "fresh_without"):
        assert not getattr(result, name)[:, :, strike, 3:].any()
    before = [(h.types == strike) & (h.times < START + 20) for h in found]
    kept = result.monotone[:, :, strike].sum(axis=2)
    assert (kept == np.array([m.sum() for m in before])[:, None]).all()
    assert result.observed[:, strike, 3:].any()


SWITCHED = Spec(
    {"e": 1.0, "halt": 0.0},
    factors={"pause": {"level": 0.0, "lo": 0.0, "hi": 1.0}},
    to_rate=[("pause", "e", -2.0)],
    set_by=[("halt", "pause", {"value": 1.0})],
    worlds={
        "stop": [(5, ADD_EVENT, "halt", 1.0), (30, SET, "pause", 0.0), (40, SET, "pause", 1.0)]
    },
)


def test_a_value_stands_unless_all_that_set_it_is_gone() -> None:
    """Without the halt of day 5 the switch stays off to day 30, and takes the value of day 40."""
    model = build(SWITCHED)
    window, found = observed(model, "stop", 0)
    course = counterfactual_course(model, window, 0, 0, remove_events=forced(window, START + 5.5))
    assert found[0].levels[:, 0].tolist() == [0.0] * 6 + [1.0] * 24 + [0.0] * 10 + [1.0] * 21
    assert course.levels[:, 0].tolist() == [0.0] * 40 + [1.0] * 21
    assert len(course.times) > len(found[0].times)
    twice = {"stop": [*SWITCHED.worlds["stop"], (5, ADD_EVENT, "halt", 1.0)]}
    other = build(replace(SWITCHED, worlds={"stop": sorted(twice["stop"], key=lambda r: r[0])}))
    window, found = observed(other, "stop", 0)
    marks = [found[0].classes == 1]
    marks[0][np.flatnonzero(marks[0])[1:]] = False
    assert marks[0].sum() == 1
    course = counterfactual_course(other, window, 0, 0, remove_events=marks)
    np.testing.assert_array_equal(course.levels, found[0].levels)


def test_a_pin_holds_against_the_record_and_a_set_until_its_next_value() -> None:
    worlds = dict(SWITCHED.worlds)
    worlds |= {"held": [(3, PIN, "pause", 0.0)], "put": [(8, SET, "pause", 0.0)]}
    model = build(replace(SWITCHED, worlds=worlds))
    window, _ = observed(model, "stop", 0)
    held = counterfactual_course(model, window, 0, 0, world=model.worlds[2])
    assert not held.levels.any()
    put = counterfactual_course(model, window, 0, 0, world=model.worlds[3])
    assert put.levels[:, 0].tolist() == [0.0] * 6 + [1.0] * 2 + [0.0] * 32 + [1.0] * 21


def test_rows_are_removed_by_their_ids_and_what_is_kept_is_told_by_row() -> None:
    model = build(RICH)
    plain, found = observed(model)
    strike = model.type_ids.index("strike")
    rows = [np.where(h.types == strike, 1, 0) for h in found]
    window = replace(plain, rows=tuple(rows), row_ids=("E1", "E2"))
    result = counterfactual_history(model, window, remove_rows=["E2"], histories=5)
    marks = [h.types == strike for h in found]
    same = counterfactual_history(model, plain, remove_events=marks, histories=5)
    np.testing.assert_array_equal(result.monotone, same.monotone)
    np.testing.assert_array_equal(result.fresh_without, same.fresh_without)
    assert result.removed == ("E2",)
    assert result.kept["E2"] == 0.0
    assert 0.0 < result.kept["E1"] < 1.0
    low, high = result.range(["attack"])
    means = [result.effect(c, ["attack"]).mean for c in ("monotone", "fresh")]
    assert [low, high] == sorted(means)
    with pytest.raises(SimulationError, match="no such recorded row"):
        counterfactual_history(model, window, remove_rows=["E9"])


def test_workers_change_nothing_and_the_seed_does() -> None:
    model = build(RICH)
    window, found = observed(model)
    marks = [h.types == 1 for h in found]
    one, two, other = (
        counterfactual_history(
            model, window, remove_events=marks, histories=4, seed=seed, workers=workers
        )
        for seed, workers in ((1, 1), (1, 2), (2, 1))
    )
    for name in COUPLINGS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        assert (getattr(one, name) != getattr(other, name)).any()
    alone = counterfactual_course(model, window, 1, 3, remove_events=marks, seed=1)
    assert len(alone.times) == one.monotone[1, 3].sum()


def test_noise_given_is_the_noise_found_and_a_foreign_one_is_refused() -> None:
    """What the levels leave over is the noise, where no level was cut off at its range."""
    model = build(rich(**QUIET))
    window, found = observed(model)
    marks = [h.types == 1 for h in found]
    given = np.zeros((2, DAYS + 1, len(model.factor_ids)))
    mood = model.factor_ids.index("mood")
    pull = model.draws.pull[:, mood]
    for d in range(2):  # mood has no inputs: its noise is plain to see
        z = found[d].levels[:, mood]
        given[d, 1:, mood] = z[1:] - z[:-1] * (1 - pull[d])
    told = np.full_like(given, np.nan)
    told[:, :, mood] = given[:, :, mood]
    assert np.abs(given[:, :, mood]).max() > 0.1
    a = counterfactual_history(model, window, remove_events=marks, histories=3)
    b = counterfactual_history(
        model, replace(window, shocks=told), remove_events=marks, histories=3
    )
    np.testing.assert_array_equal(a.monotone, b.monotone)
    with pytest.raises(SimulationError, match="do not follow"):
        counterfactual_history(model, replace(window, shocks=told + 1.0), remove_events=marks)


def test_a_replay_at_the_cap_is_told_and_left_out() -> None:
    model = build(RICH)
    window, found = observed(model)
    marks = [h.types == 1 for h in found]
    cap = int(max(len(h.times) for h in found)) - 2
    result = counterfactual_history(model, window, remove_events=marks, histories=20, event_cap=cap)
    assert 0.0 < result.capped["fresh_without"] <= 1.0
    capped = np.isnan(result.fresh_without[:, :, 0, 0])
    assert np.isnan(result.fresh_without[capped]).all()
    assert not np.isnan(result.fresh_without[~capped]).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"histories": 0}, "at least 1"),
        ({"remove_events": [np.zeros(1, np.bool_)]}, "one mark for each event"),
    ],
)
def test_what_cannot_be_replayed_is_said(change: dict[str, Any], message: str) -> None:
    model = build(RICH)
    window, _ = observed(model)
    with pytest.raises(SimulationError, match=message):
        counterfactual_history(model, window, **change)


def test_a_what_if_outside_the_window_is_refused() -> None:
    model = build(rich(worlds={"late": [(DAYS, BLOCK, "strike", 0.0)]}))
    window, _ = observed(model)
    with pytest.raises(SimulationError, match="outside the observed window"):
        counterfactual_history(model, window, world=model.worlds[1])


def test_the_hash_covers_every_file_the_replay_is_made_of() -> None:
    package = Path(talion.__file__).parent
    reached, waiting = set(), {"simulate/counterfactual_kernel.py"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for node in ast.walk(ast.parse((package / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("talion."):
                own = str(node.module).removeprefix("talion.").replace(".", "/") + ".py"
                waiting |= {own} - reached
    assert reached == set(SOURCES)
