"""Errors of totals and chances of listing, drawn again from their law given a past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fit.case_fits import made_reading
from talion.fit.case.observation import TotalDraws, draw_listing, draw_totals, elliptical_step
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import Case, load_case
from talion.model.compile import compile_model, past_levels
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


@pytest.fixture(scope="module")
def problem(case: Case) -> Problem:
    return problem_of(case)


def told(case: Case, size: int, times: np.ndarray, listed: np.ndarray) -> PosteriorDraws:
    """Draws whose pasts all hold the same raids of class 0."""
    draws = made_reading(np.random.default_rng(1), case, size, 0.0).draws
    n = len(times)
    past = Past(
        draws.past.start, draws.past.end, n * np.arange(size + 1), np.tile(times, size),
        np.zeros(n * size, np.int64), np.tile(np.where(listed, 0, -1), size), ("x",),
        draws.past.innovations,
    )  # fmt: skip
    scores = {name: x for name, x in draws.scores.items() if not name.startswith("listing/")}
    return replace(draws, past=past, scores=scores)


def test_an_elliptical_step_keeps_the_posterior() -> None:
    """Prior N(0, 1), one datum 2 with sd 0.5: the posterior is N(1.6, 0.2)."""
    rng = np.random.default_rng(1)

    def likelihood(x: np.ndarray) -> float:
        return float(-0.5 * ((2 - x[0]) / 0.5) ** 2)

    x, kept = np.zeros(1), []
    value = likelihood(x)
    for _ in range(6000):
        x, value = elliptical_step(x, value, likelihood, rng)
        kept.append(x[0])
    assert np.mean(kept) == pytest.approx(1.6, abs=0.06)
    assert np.var(kept) == pytest.approx(0.2, abs=0.03)


def test_replicated_totals_have_discrete_laplace_errors() -> None:
    """P(e) is proportional to exp(-|e|/s): variance 2q/(1-q)^2, q = exp(-1/s)."""
    size, s = 20_000, 1.5
    draws = TotalDraws(np.full((1, size), s), np.full((1, size), 2.0), np.full((1, size), 9.0))
    times = np.arange(30) * 0.5
    member = np.ones((size, 30), np.bool_)
    since = np.full(size, 1.0)
    made = draws.replicate(0, times, member, since, np.random.default_rng(1))
    q = np.exp(-1 / s)
    error = made - 2.0 * 16  # events at 1.0, 1.5 ... 8.5
    assert error.mean() == pytest.approx(0.0, abs=0.06)
    assert error.var() == pytest.approx(2 * q / (1 - q) ** 2, rel=0.06)
    assert (error == 0).mean() == pytest.approx(np.tanh(0.5 / s), abs=0.015)


def test_totals_that_fit_have_small_errors_and_totals_that_do_not_have_large_ones(
    case: Case, problem: Problem
) -> None:
    s = problem.arrays
    value, until = int(s.t_value.max()), s.q_low.max()
    scale = {}
    for name, number in (("fits", value), ("misses", value - 15)):
        times = s.start + np.linspace(0.5, until - 1, number)
        draws = told(case, 60, times, np.zeros(number, np.bool_))
        found = draw_totals(problem, draws, 60, np.random.default_rng(2))
        last = int(np.argmax(s.t_value))
        scale[name] = float(np.median(found.scale[:, last]))
        moments = found.moment[:, last]
        low, high = s.q_low[s.t_moment[last]], s.q_high[s.t_moment[last]]
        assert ((moments >= low) & (moments <= high)).all()
        assert (found.ratio == 1).all()  # the reference series defines what is counted
    assert scale["fits"] < 1.5 < 2.5 < scale["misses"]


def test_listing_follows_the_share_that_rows_report(case: Case, problem: Problem) -> None:
    """120 raids: in the first half 9 of 10 are listed, in the second 1 of 10."""
    times = problem.arrays.start + np.linspace(1, 180, 120)
    listed = np.where(np.arange(120) < 60, np.arange(120) % 10 != 0, np.arange(120) % 10 == 0)
    draws = told(case, 40, times, listed)
    model = compile_model(case, "no_view", draws=40, seed=1, given=draws, from_window_start=True)
    levels = past_levels(case, "no_view", draws, 40, 1, from_window_start=True)
    rng = np.random.default_rng(3)
    chance = draw_listing(problem, draws, model, levels, 40, rng).chance
    assert chance.shape == (40, len(problem.classes), 26)
    early, late = np.median(chance[:, 0, 1:11]), np.median(chance[:, 0, 15:25])
    assert early > 0.75
    assert late < 0.3
    assert ((chance > 0) & (chance <= 1)).all()
