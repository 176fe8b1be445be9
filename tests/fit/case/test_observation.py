"""How events are seen under one draw: the odds of listing and the errors of totals, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fit.case.proved_case import in_some_state, watched
from talion.fit.case.observation import ObservationModel, attention_odds
from talion.fit.case.options import Options
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import load_case
from talion.model.compile import compile_model


@pytest.fixture(scope="module")
def problem() -> Problem:
    return problem_of(load_case("starter"))


def model_of(problem: Problem, **values: float) -> ObservationModel:
    made = ObservationModel.of(problem, {}, np.random.default_rng(1))
    return replace(made, values={**made.values, **values})


@pytest.mark.parametrize("lower_bound", [False, True])
def test_totals_have_discrete_laplace_errors(problem: Problem, lower_bound: bool) -> None:
    """P(e) is proportional to exp(-|e|/s): variance 2q/(1-q)^2, q = exp(-1/s)."""
    s, rng = 1.5, np.random.default_rng(1)
    (series,) = {t.series for t in problem.record.totals}
    model = model_of(problem, **{f"fit/total-scale/{series}": s, f"fit/total-ratio/{series}": 2.0})
    error = np.array([model.said(series, 16, lower_bound, rng) - 32 for _ in range(20_000)])
    q = np.exp(-1 / s)
    assert (error == 0).mean() == pytest.approx(np.tanh(0.5 / s), abs=0.015)
    assert (error**2).mean() == pytest.approx(2 * q / (1 - q) ** 2, rel=0.06)
    if lower_bound:
        assert (error <= 0).all()
    else:
        assert error.mean() == pytest.approx(0.0, abs=0.06)
    assert model.said(series, 0, True, rng) == 0


def test_the_chance_of_listing_is_that_of_the_sampler() -> None:
    """The sampler's own terms of listed events, at the state of a chain."""
    problem, ch = in_some_state(watched(), Options(), 3)
    s, n = problem.arrays, int(ch.events[0])
    names = list(problem.case.events)
    scores = {name: float(ch.x[i]) for i, name in enumerate(problem.parameters)}
    weeks = -(-s.days // 7)
    for k in np.flatnonzero(s.l_weekly >= 0):
        own = ch.x[s.l_weekly[k] : s.l_weekly[k] + weeks]
        scores |= {f"fit/listing-week/{names[k]}/{w + 1}": float(z) for w, z in enumerate(own)}
    model = ObservationModel.of(problem, scores, np.random.default_rng(1))
    compared = 0
    for slot in range(n):
        c, day = int(ch.kind[slot]), int(ch.time[slot])
        k, f = int(s.class_type[c]), int(s.l_factor[s.class_type[c]])
        attention = ch.attended[k] * (ch.z[day, f] - ch.z_ref[f]) if f >= 0 else 0.0
        chance = model.listed(c, day, float(attention))
        expected = np.log(chance) * ch.size[slot] if ch.row[slot] >= 0 else np.log1p(-chance)
        if s.l_param[k] >= 0:
            assert ch.said[slot] == pytest.approx(expected, rel=1e-9)
            compared += 1
        else:
            assert chance == 1.0
    assert compared > 5


def test_attention_adds_its_load_times_its_distance_from_rest() -> None:
    case = load_case("baghdad-2024")
    model = compile_model(case, "as_written_ours", draws=2, seed=1, from_window_start=True)
    levels = np.tile(model.draws.z_ref[1], (3, 1))
    factor = list(case.factors).index("press_attention")
    levels[2, factor] += 10.0
    odds = attention_odds(model, 1, levels)
    assert odds.shape == (3, len(case.events))
    assert not odds[:2].any()
    k = list(case.events).index("attack")
    assert odds[2, k] == pytest.approx(10.0 * model.draws.listing_load[1, k])
    assert odds[2, k] > 0
    assert not np.delete(odds[2], k).any()
