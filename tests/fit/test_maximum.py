"""Maximum likelihood: optimality against another optimiser, errors, recovery, extremes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from fit.problems import branching_events, random_problem
from talion.errors import InputError, RecordError
from talion.fit.events import EventTable, event_table
from talion.fit.linear import LinearParameters, linear_likelihood, linear_parameters
from talion.fit.maximum import ERROR_NOTE, fit_linear

TRUTH = linear_parameters([0.25, 0.1], [[0.4, 0.2], [0.15, 0.0]], 3.0)


@pytest.fixture(scope="module")
def simulated() -> EventTable:
    """A good two thousand events of `TRUTH`, the first 500 days of them history."""
    times, types = branching_events(TRUTH, 4000.0, np.random.default_rng(2))
    return event_table(times, types, start=500, end=4000, history_start=0, names=["raid", "reply"])


def by_another_optimiser(table: EventTable, half_lives: np.ndarray) -> float:
    k, h = len(table.names), len(half_lives)

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        p = LinearParameters(x[:k].copy(), x[k:].reshape(k, k, h).copy(), half_lives)
        found = linear_likelihood(table, p)
        return -found.value, -np.concatenate([found.background, found.answers.ravel()])

    x = np.concatenate([np.maximum(table.counts, 1) / table.length / 2, np.full(k * k * h, 0.1)])
    bounds = [(1e-10, None)] * k + [(0, None)] * (k * k * h)
    options = {"maxiter": 5000, "maxfun": 50000, "ftol": 1e-15, "gtol": 1e-9}
    return -float(
        minimize(loss, x, jac=True, method="L-BFGS-B", bounds=bounds, options=options).fun
    )


@pytest.mark.parametrize("seed", range(6))
def test_no_other_optimiser_gets_higher_and_the_slopes_vanish(seed):
    table, guess = random_problem(seed, 1 + seed % 3, 1 + seed % 2, 60, grid=[None, 1.0][seed % 2])
    fit = fit_linear(table, guess.half_lives)
    assert fit.converged
    other = by_another_optimiser(table, np.sort(guess.half_lives))
    assert fit.log_likelihood >= other - 1e-8
    assert fit.log_likelihood == pytest.approx(other, abs=1e-4)
    # The features and the direct pass over the events are two computations of one value.
    direct = linear_likelihood(table, fit.parameters)
    assert fit.of_type == pytest.approx(direct.of_type, rel=1e-12)
    for estimate, slope in (
        (fit.parameters.background, direct.background),
        (fit.parameters.answers, direct.answers),
    ):
        assert slope[estimate > 0] == pytest.approx(0, abs=1e-3)
        assert (slope[estimate == 0] <= 0).all()


def test_it_recovers_what_was_simulated(simulated):
    fit = fit_linear(simulated)
    p = fit.parameters
    assert fit.converged
    assert fit.half_life_error is not None
    # Within four standard errors; the errors themselves are of the size that 2,000 events allow.
    assert abs(p.half_lives[0] - 3.0) < 4 * fit.half_life_error < 3.0
    known = TRUTH.answers > 0
    distance = np.abs(p.answers - TRUTH.answers)[known] / fit.answers_error[known]
    assert distance.max() < 4
    assert fit.answers_error[known].max() < 0.1
    assert p.answers[1, 1, 0] < 0.1  # truth is zero, a bound
    assert (np.abs(p.background - TRUTH.background) < 4 * fit.background_error).all()


def test_the_profile_is_no_worse_than_any_given_half_life(simulated):
    best = fit_linear(simulated)
    for half in (0.5, 2.0, 3.0, 4.0, 30.0):
        assert fit_linear(simulated, half).log_likelihood <= best.log_likelihood + 1e-7
    assert fit_linear(simulated, [1.0, 3.0, 9.0]).log_likelihood >= (
        fit_linear(simulated, 3.0).log_likelihood - 1e-7
    )


@pytest.mark.parametrize("profiled", [True, False])
def test_errors_are_those_of_the_numeric_information(simulated, profiled):
    fit = fit_linear(simulated, None if profiled else 3.0)
    p = fit.parameters
    inside = np.concatenate([[True, True], (p.answers > 0).ravel(), [profiled]])
    x = np.concatenate([p.background, p.answers.ravel(), p.half_lives])

    def value(shifts: dict[int, float]) -> float:
        y = x.copy()
        for i, shift in shifts.items():
            y[i] += shift
        return linear_likelihood(
            simulated, LinearParameters(y[:2], y[2:6].reshape(2, 2, 1), y[6:])
        ).value

    free = np.flatnonzero(inside)
    steps = {i: 2e-3 * x[i] for i in free}
    information = np.zeros((len(free), len(free)))
    for a, i in enumerate(free):
        for b, j in enumerate(free):
            # Two shifts of one parameter add up, so that this also serves the diagonal.
            total = 0.0
            for s in (1, -1):
                for u in (1, -1):
                    shifts = {i: s * steps[i]}
                    shifts[j] = shifts.get(j, 0.0) + u * steps[j]
                    total += s * u * value(shifts)
            information[a, b] = -total / (4 * steps[i] * steps[j])
    numeric = np.sqrt(np.diag(np.linalg.inv(information)))
    own = np.concatenate([fit.background_error, fit.answers_error.ravel(), [fit.half_life_error]])
    assert own[free].astype(float) == pytest.approx(numeric, rel=2e-3)


def test_a_longer_period_of_silence_lowers_the_rate(simulated):
    inside = simulated.times[simulated.first :] - 500
    kinds = simulated.types[simulated.first :]
    short = fit_linear(event_table(inside, kinds, start=0, end=3500), 3.0)
    long = fit_linear(event_table(inside, kinds, start=0, end=7000), 3.0)
    assert (long.parameters.background < short.parameters.background).all()


def test_no_events():
    fit = fit_linear(event_table([], start=0, end=30, names=["raid", "reply"]), 7.0)
    assert fit.converged
    assert fit.log_likelihood == 0.0
    assert fit.parameters.background.tolist() == [0.0, 0.0]
    assert np.isnan(fit.background_error).all()
    assert any("No event in the period: raid, reply" in w for w in fit.warnings)
    with pytest.raises(InputError, match="too few events to estimate a half-life"):
        fit_linear(event_table([], start=0, end=30, names=["raid"]))


def test_one_event():
    fit = fit_linear(event_table([4.0], start=0, end=30), 7.0)
    assert fit.converged
    assert fit.parameters.background[0] == pytest.approx(1 / 30)
    assert fit.background_error[0] == pytest.approx(1 / 30)  # sqrt(n) / T
    assert fit.parameters.answers[0, 0, 0] == 0.0
    assert np.isnan(fit.answers_error[0, 0, 0])


def test_all_in_one_moment_draw_nothing_and_it_is_said():
    fit = fit_linear(event_table(np.full(40, 4.0), start=0, end=10), 7.0)
    assert fit.converged
    assert fit.parameters.background[0] == pytest.approx(4.0)
    assert fit.parameters.answers[0, 0, 0] == 0.0
    assert any("whole day" in w for w in fit.warnings)
    shifted = fit_linear(event_table(np.full(40, 4.3), start=0, end=10), 7.0)
    assert any("40 of 40 events share their moment" in w for w in shifted.warnings)


def test_warnings_name_what_is_doubtful(simulated):
    fit = fit_linear(simulated, 3.0)
    held = int((fit.parameters.answers == 0).sum())
    said = [f"{held} estimates are at zero, where a standard error does not exist."] * (held > 0)
    assert fit.warnings == (ERROR_NOTE, *said)
    # Two half-lives that the events cannot tell apart.
    twins = fit_linear(simulated, [3.0, 3.0 + 1e-9])
    assert twins.log_likelihood == pytest.approx(
        fit_linear(simulated, 3.0).log_likelihood, abs=1e-6
    )
    edge = fit_linear(simulated, search=(0.1, 0.5))
    assert not edge.converged
    assert "edge of the range" in edge.warnings[-1]
    rising = np.log1p(np.arange(400)) * 10
    growth = fit_linear(event_table(rising, start=0, end=rising[-1] + 0.01), 5.0)
    assert growth.parameters.branching > 1
    assert any("explode" in w for w in growth.warnings)


@pytest.mark.parametrize("bad", [0.0, -1.0, [], [3.0, 3.0], float("inf"), "x", [[1.0], [2.0]]])
def test_impossible_half_lives_are_refused(simulated, bad):
    with pytest.raises(InputError, match="half_lives: half-lives must be positive days"):
        fit_linear(simulated, bad)


def test_other_impossible_requests_are_refused(simulated):
    with pytest.raises(InputError, match="search"):
        fit_linear(simulated, search=(5.0, 1.0))
    with pytest.raises(RecordError, match="spread"):
        fit_linear(event_table([1, 2, 3], widths=1.0, start=0, end=10), 1.0)


def test_the_result_tells_its_parameters_and_how_it_was_made(simulated):
    fit = fit_linear(simulated, [3.0, 30.0])
    frame = fit.frame()
    assert frame.shape == (2 + 8, 6)
    wanted = frame.filter(kind="answers", target="raid", source="reply", half_life=30.0)
    assert wanted["estimate"].to_list() == [fit.parameters.answers[0, 1, 1]]
    assert frame.filter(pl.col("kind") == "background")["estimate"].to_list() == (
        fit.parameters.background.tolist()
    )
    assert dict(fit.versions).keys() == {"talion", "numpy", "scipy", "numba"}
    assert (fit.period, fit.history_start) == ((500.0, 4000.0), 0.0)
