"""Totals ahead and moves: what is drawn has the density it says, and scores are exact where sums are."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import geom, norm, poisson

from fit.case.proved_case import BEGIN, in_some_state, on, record, row, total, watched
from fit.case.test_particles import RATE, SHARE, THINNED
from talion.fit.case.chain import evaluate, new_chain
from talion.fit.case.islands import Island
from talion.fit.case.moves import Moves, State, coordinate_names, draw_moments, held_scale
from talion.fit.case.options import Options
from talion.fit.case.particle import Particle
from talion.fit.case.particles import from_prior, score_weeks
from talion.fit.case.specification import problem_of
from talion.fit.case.totals_ahead import Sight, TotalsAhead, said_log
from talion.model.case import day_number, parse_case

SAID = (6, 17)  # attacks up to day 6, and up to day 13
LISTED = (1, 1, 3, 9)
WINDOW = Options(reading="as_written", until=14, weekly_listing=False)


def counted(*said, days=LISTED):
    """Two weeks of raids, some listed, with a total on the last day of each week."""
    rows = [row(f"r{i}", "raid", BEGIN + dt.timedelta(days=d)) for i, d in enumerate(days)]
    counts = [total(n, on(day_number(BEGIN) + 6 + 7 * w)) for w, n in enumerate(said)]
    text = THINNED.replace("share: 40}}", "share: 40}, totals: press}")
    return parse_case(text, record=record(rows, counts=tuple(counts)))


def exact(problem):
    """log p(week 1), log p(week 2 | week 1): sums over unlisted raids, moments and the scale of errors."""
    s, hidden = problem.arrays, RATE * (1 - SHARE)
    j = int(s.t_scale[0])
    nodes, weights = np.polynomial.legendre.leggauss(10)
    moments = [(6 + x, w / 2) for x, w in zip(nodes, weights, strict=True)]
    z = np.linspace(-5, 5, 81)
    prior = norm.logpdf(z) + math.log(z[1] - z[0])
    scales = np.exp(s.p_middle[j] + np.where(z > 0, s.p_up[j], s.p_down[j]) * z)
    more = np.arange(50)
    one, both = [], []
    for scale, p in zip(scales, prior, strict=True):
        first = said_log(SAID[0], 3.0 + more, scale, lower=False)
        second = said_log(SAID[1], 4.0 + more[:, None] + more, scale, lower=False)
        for u, w in moments:
            a = poisson.logpmf(more, hidden * u) + first + p + math.log(w)
            one.append(logsumexp(a))
            for v, x in moments:
                b = poisson.logpmf(more, hidden * (v + 7 - u))
                both.append(logsumexp(a[:, None] + second + b) + math.log(x))
    rows = [k * math.log(RATE * SHARE) - 7 * RATE * SHARE for k in (3, 1)]
    return rows[0] + logsumexp(one), rows[1] + logsumexp(both) - logsumexp(one)


@pytest.mark.parametrize(("moves", "particles"), [(0, 2400), (1, 800)])
def test_two_weeks_with_totals_are_told_as_the_sum_over_all_numbers(moves, particles):
    problem, rng = problem_of(counted(*SAID), WINDOW), np.random.default_rng(1)
    starts = from_prior(problem, particles, rng)
    found = score_weeks(problem, starts, first=0, islands=8, seed=2, moves=moves)
    wanted = exact(problem)
    one = np.exp(found.log[:, 0] - wanted[0])
    both = np.exp(found.log.sum(axis=1) - sum(wanted))
    for means, most in ((one, 0.2), (both, 0.35)):
        error = means.std(ddof=1) / math.sqrt(8)
        assert error * math.sqrt(8) < most
        assert abs(means.mean() - 1) < 4 * error
    assert found.effective.shape == (8, 2)
    assert (found.effective > 0.1 * particles / 8).all()


def test_a_blur_of_the_very_scale_changes_nothing():
    """A held scale equal to the series' own gives the same likelihood; another one does not."""
    problem, ch = in_some_state(watched(), Options(until=67), 3)
    s = problem.arrays
    totals = np.flatnonzero(s.t_scale == s.t_scale[0])
    own = float(ch.v[s.t_scale[0]])
    value = evaluate(problem, ch)
    for scale, same in ((own, True), (2 * own, False)):
        held = held_scale(problem, totals, scale)
        other = new_chain(held, len(ch.time))
        other.x[:] = np.insert(ch.x, len(problem.parameters), 0.0)
        other.sign[:], other.moment[:] = ch.sign, ch.moment
        for name in ("events", "time", "kind", "row", "size", "order", "daily"):
            getattr(other, name)[:] = getattr(ch, name)
        assert (evaluate(held, other) == pytest.approx(value, rel=1e-12)) is same
        names = coordinate_names(held)
        assert names[len(problem.parameters)] == "fit/total-scale/held"
        assert [n for n in names if n != "fit/total-scale/held"] == list(coordinate_names(problem))


def test_moments_are_drawn_by_what_is_then_said():
    """Against the law on a fine grid."""
    problem, ch = in_some_state(watched(), Options(until=67), 5)
    s, n = problem.arrays, int(ch.events[0])
    rng, q = np.random.default_rng(6), 0
    found = []
    for _ in range(4000):
        draw_moments(problem, ch, rng.random((2, len(s.q_low))))
        found.append(float(ch.moment[q]))
    grid = np.linspace(s.q_low[q], s.q_high[q], 2001)[:-1] + (s.q_high[q] - s.q_low[q]) / 4000
    log = np.zeros(len(grid))
    for j in np.flatnonzero(s.t_moment == q):
        inside = (s.t_member[j, ch.kind[:n]] == 1) & (ch.time[:n] >= s.t_since[j])
        number = ((ch.time[:n] < grid[:, None]) & inside) @ ch.size[:n].astype(float)
        ratio = ch.v[s.t_ratio[j]] if s.t_ratio[j] >= 0 else 1.0
        scale = float(ch.v[s.t_scale[j]])
        log += said_log(float(s.t_value[j]), ratio * number, scale, lower=bool(s.t_lower[j]))
    wanted = np.cumsum(np.exp(log - logsumexp(log)))
    law = np.searchsorted(np.sort(found), grid, side="right") / len(found)
    assert np.abs(law - wanted).max() < 1.95 / math.sqrt(len(found))  # Kolmogorov, 1 in 1000


@given(
    number=st.integers(0, 12), scale=st.floats(0.4, 6), fixed=st.integers(0, 5),
    mean=st.floats(0.2, 8),
)  # fmt: skip
@settings(deadline=None, max_examples=25)
def test_numbers_are_drawn_with_the_density_that_is_told(number, scale, fixed, mean):
    """The mean of Poisson over proposed density is one, and the proposal is the law given the total."""
    problem = problem_of(counted(number), WINDOW)
    island = Island(problem, np.random.default_rng(0))
    totals = TotalsAhead(problem, island.hidden, 0)
    rate = np.full((1, 4), mean / 4)  # all in the week's last day, before the moment
    sight = Sight(6, np.array([7.0]), np.array([float(fixed)]), rate, np.array([scale]), np.ones(1))
    rng = np.random.default_rng(int(1000 * mean) + number)
    draws = [totals.draw(sight, rng) for _ in range(400)]
    numbers = np.array([len(d.times) for d in draws])
    more = np.arange(60)
    joint = poisson.logpmf(more, mean) + said_log(number, fixed + more, scale, lower=False)
    law = np.exp(joint - logsumexp(joint))
    for d in draws[:20]:
        assert ((d.times >= 6) & (d.times < 7)).all()
        n = len(d.times)
        assert d.log == pytest.approx(math.log(law[n]) - poisson.logpmf(n, mean), abs=1e-5)
        assert d.ahead == 0.0
    error = math.sqrt((law * more**2).sum() - (law * more).sum() ** 2) / math.sqrt(len(numbers))
    assert abs(numbers.mean() - (law * more).sum()) <= 5 * error + 1e-9


def test_what_a_total_says_is_the_difference_of_two_geometric_numbers():
    scale = 1.7
    chance = -math.expm1(-1 / scale)
    n = np.arange(1, 400)
    p = geom.pmf(n, chance)
    for gap in (0, 1, 4):
        wanted = math.log((p[gap:] * p[: len(p) - gap]).sum())
        said = said_log(10.0, np.array([10.0 - gap]), scale, lower=False)
        assert float(said[0]) == pytest.approx(wanted, abs=1e-9)


def test_moves_leave_the_future_as_it_is_and_keep_every_row():
    case = watched()
    whole = problem_of(case, Options(until=42))
    shown = problem_of(case, replace(whole.options, until=28))
    moves = Moves(whole, shown, 3, 2)
    rng = np.random.default_rng(8)
    listed = [i for i, r in enumerate(whole.record.rows) if r.high <= 28]
    times = np.array([(whole.record.rows[i].low + whole.record.rows[i].high) / 2 for i in listed])
    kinds = np.array([np.flatnonzero(whole.arrays.row_allowed[i])[0] for i in listed])
    start = from_prior(whole, 1, rng)[0]
    sizes = whole.arrays.row_weight[listed]
    p = Particle(start.x, start.sign, times, kinds, np.array(listed), sizes)
    after = moves.moved(State(p), rng)
    names = coordinate_names(whole)
    future = [i for i, name in enumerate(names) if name not in coordinate_names(shown)]
    np.testing.assert_array_equal(after.x[future], p.x[future])
    assert not np.array_equal(after.x, p.x)
    assert sorted(after.rows[after.rows >= 0].tolist()) == sorted(listed)
    assert after.times.max() < 28
