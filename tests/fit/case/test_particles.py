"""Weeks told in advance: against exact likelihoods, where there are some."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import poisson

from fit.case.proved_case import BEGIN, on, record, row, total, watched
from fit.case.test_case_likelihood import linear_problem
from fit.problems import branching_events
from talion.errors import InputError
from talion.fit.case.options import Options
from talion.fit.case.particles import from_fit, from_prior, score_weeks
from talion.fit.case.recorded import Row
from talion.fit.case.specification import problem_of
from talion.fit.events import event_table
from talion.fit.linear import linear_likelihood, linear_parameters
from talion.model.case import day_number, parse_case


def with_rows(problem, times, types):
    """The problem with these exactly timed rows, everything listed."""
    n = len(times)
    rows = tuple(
        Row(f"e{i}", t, t, (int(k),), 1, None) for i, (t, k) in enumerate(zip(times, types, strict=True))
    )  # fmt: skip
    allowed = np.zeros((n, len(problem.arrays.class_type)), np.int64)
    allowed[np.arange(n), types] = 1
    arrays = problem.arrays._replace(
        row_low=times, row_high=times, row_allowed=allowed,
        row_weight=np.ones(n, np.int64), row_after=np.full(n, -1),
    )  # fmt: skip
    options = replace(problem.options, until=problem.arrays.days)
    record = replace(problem.record, rows=rows)
    return replace(problem, arrays=arrays, options=options, record=record)


def test_with_all_listed_and_nothing_latent_a_week_is_the_exact_likelihood():
    rng = np.random.default_rng(1)
    mu, answers = rng.uniform(0.2, 0.5, 2), rng.uniform(0.05, 0.4, (2, 2))
    decays = rng.uniform(0.1, 2.0, (2, 2))
    half = np.unique(math.log(2) / decays)
    spread = answers[:, :, None] * (np.abs(math.log(2) / decays[:, :, None] - half) < 1e-12)
    parameters = linear_parameters(mu, spread, half)
    times, types = branching_events(parameters, 49.0, rng)
    assert len(times) > 20

    def until(day):
        own = times < day
        table = event_table(times[own], types[own], start=0.0, end=day, names=["t0", "t1"])
        return linear_likelihood(table, parameters).value

    problem = with_rows(linear_problem(mu, answers, decays, 49), times, types)
    found = score_weeks(problem, from_prior(problem, 4, rng), first=0, islands=2, seed=1)
    wanted = np.diff([0.0, *(until(7.0 * w) for w in range(1, 8))])
    np.testing.assert_allclose(found.log, np.stack([wanted, wanted]), rtol=1e-9)


THINNED = f"""
talion: 1
title: Thinned
as_of: {on(day_number(BEGIN) + 14)}
history_from: {BEGIN}
actors: {{south: South, north: North}}
events:
  raid: {{title: Raid, by: south, rows: {{action: raid}}, usual: 24.35, listing: {{share: 40}}}}
"""
RATE, SHARE = 24.35 / 30.4375, 0.4  # a day; of which so many are listed


def thinned(**parts):
    rows = [row(f"r{i}", "raid", BEGIN + dt.timedelta(days=d)) for i, d in enumerate((1, 1, 6, 9))]
    counted = ", totals: press}" if parts else "}"
    text = THINNED.replace("share: 40}}", "share: 40}" + counted)
    case = parse_case(text, record=record(rows, **parts))
    problem = problem_of(case, Options(reading="as_written", until=14, weekly_listing=False))
    wide = dict(zip(problem.parameters, problem.arrays.p_down, strict=True))
    assert {name for name, sd in wide.items() if sd > 0} <= {"fit/total-scale/press"}
    return problem


def test_without_totals_unlisted_events_leave_no_trace():
    """Listed rows alone are a Poisson process of the rate times the share, whatever else happened."""
    problem, rng = thinned(), np.random.default_rng(2)
    found = score_weeks(problem, from_prior(problem, 40, rng), first=0, islands=2, seed=3)
    each = math.log(RATE * SHARE)
    wanted = [3 * each - 7 * RATE * SHARE, each - 7 * RATE * SHARE]
    np.testing.assert_allclose(found.log, np.stack([wanted, wanted]), rtol=1e-9)


def test_a_total_weighs_what_nobody_listed():
    """The number behind a total is the three listed plus a Poisson number; errors are discrete Laplace."""
    said = 9
    known = total(said, on(day_number(BEGIN) + 6))
    problem, rng = thinned(counts=(known,)), np.random.default_rng(4)
    s = problem.arrays
    scale = 1.5
    j = int(s.t_scale[0])
    middle, down, up = s.p_middle.copy(), s.p_down.copy(), s.p_up.copy()
    middle[j], down[j], up[j] = math.log(scale), 0.0, 0.0
    held = s._replace(p_middle=middle, p_down=down, p_up=up, q_low=s.q_high)  # no lag
    problem = replace(problem, arrays=held)
    found = score_weeks(problem, from_prior(problem, 4000, rng), first=0, islands=8, seed=5)
    more = np.arange(60)
    chance = poisson.logpmf(more, 7 * RATE * (1 - SHARE))
    error = math.log(math.tanh(0.5 / scale)) - np.abs(said - 3 - more) / scale
    wanted = 3 * math.log(RATE * SHARE) - 7 * RATE * SHARE + logsumexp(chance + error)
    # Looking ahead leaves nothing to chance here, but for the tail that its tables cut off.
    np.testing.assert_allclose(found.log[:, 0], wanted, atol=1e-6)
    # The week after is told by the rows alone again, up to the particles' own weights.
    np.testing.assert_allclose(
        found.log[:, 1], math.log(RATE * SHARE) - 7 * RATE * SHARE, atol=1e-9
    )


def test_every_kind_of_arrow_mark_and_total_is_told_and_seeds_decide():
    case = watched()
    problem = problem_of(case, Options(until=day_number(case.as_of) - day_number(BEGIN)))
    starts = from_prior(problem, 24, np.random.default_rng(6))
    one = score_weeks(problem, starts, first=0, islands=2, seed=7, cores=1)
    two = score_weeks(problem, starts, first=0, islands=2, seed=7, cores=2)
    np.testing.assert_array_equal(one.log, two.log)
    assert np.isfinite(one.log).all()
    other = score_weeks(problem, starts, first=0, islands=2, seed=8)
    assert not np.array_equal(one.log, other.log)


def test_a_day_is_worked_out_as_the_sampler_does():
    """Daily terms of a state with rows, sizes and unlisted events add up to the likelihood's parts."""
    from fit.case.proved_case import in_some_state
    from talion.fit.case.islands import Island

    case = watched()
    problem, ch = in_some_state(case, Options(until=67), 3)
    island = Island(problem, np.random.default_rng(0))
    island.chain = ch
    days = sum(island._complete(day) for day in range(problem.arrays.days))
    assert days == pytest.approx(ch.part[:-2].sum(), rel=1e-9)


def test_a_fit_of_the_weeks_before_is_gone_on_from():
    from talion.fit.case.sampler import sample_reading

    case = watched()
    before = problem_of(case, Options(until=28))
    assert before.arrays.days == 28
    assert max(r.high for r in before.record.rows) <= 28
    fitted = sample_reading(before, seed=1, chains=2, sweeps=60, keep=12)
    problem = problem_of(case, Options(until=42))
    starts = from_fit(problem, fitted, 12, np.random.default_rng(2))
    for d, start in enumerate(starts):
        assert start.times.max() < 28
        listed = {problem.record.rows[i].id for i in start.rows if i >= 0}
        assert listed == {r.id for r in before.record.rows}
        at = problem.parameters.index("usual/raid")
        assert start.x[at] == fitted.draws.scores["usual/raid"][d]
    found = score_weeks(problem, starts, first=4, islands=2, seed=3)
    assert found.log.shape == (2, 2)


@pytest.mark.parametrize(
    ("options", "first", "islands"), [(Options(), 0, 2), (Options(until=28), 4, 2), (Options(until=28), 0, 1)]
)  # fmt: skip
def test_what_cannot_be_told_is_refused(options, first, islands):
    problem = problem_of(watched(), options)
    starts = from_prior(problem, 4, np.random.default_rng(1))
    with pytest.raises(InputError):
        score_weeks(problem, starts, first=first, islands=islands, seed=1)
