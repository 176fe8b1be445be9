"""Latent event times: exact moves, order, seeds, agreement with NUTS, recovery from whole days."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit.problems import branching_events
from talion.errors import InputError, RecordError
from talion.fit.events import event_table
from talion.fit.latent_kernel import _life_density, _move, _row_density, excite, move_ratio
from talion.fit.latent_times import latent_state, room, sample_latent
from talion.fit.linear import LN2, linear_likelihood, linear_parameters
from talion.fit.maximum import fit_linear
from talion.fit.posterior import log_density, sample_linear
from talion.fit.priors import default_priors


def likelihood(table, e, mu, a, half_life):
    """The likelihood of the present times by the independent pass over a fresh table."""
    exact = event_table(
        e.times, table.types, start=table.start, end=table.end,
        history_start=table.history_start, names=table.names,
    )  # fmt: skip
    return linear_likelihood(exact, linear_parameters(mu, a, half_life)).value


def coarse_table(rng, n, types, width):
    """Inexact and exact events, some before the period, some intervals across its edges."""
    times = np.floor(rng.uniform(-10, 25, n) / width) * width
    widths = np.where(rng.random(n) < 0.8, width, 0.0)
    return event_table(
        times, rng.integers(0, types, n), widths=widths, start=0.5, end=25.0, history_start=-20,
        names=[f"type {k}" for k in range(types)],
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 3), st.sampled_from([0.02, 0.3, 4.0, 60.0]))
def test_a_moves_ratio_is_that_of_the_whole_likelihood(seed, types, half_life):
    rng = np.random.default_rng(seed)
    table = coarse_table(rng, 30, types, rng.choice([1.0, 7.0]))
    mu, a = rng.uniform(0.05, 0.5, types), rng.exponential(0.3, (types, types))
    e, w, r = latent_state(table, (), rng), room(30, types), LN2 / half_life
    excite(e, r, w)
    life = np.array([half_life, 1.0])
    before = _life_density(e, 0.0, life, mu, a, w)
    assert before == pytest.approx(likelihood(table, e, mu, a, half_life), rel=1e-10)
    for i in rng.permutation(30):
        if not e.low[i] < e.high[i]:
            continue
        s = rng.uniform(e.low[i], e.high[i])
        ratio = move_ratio(e, i, s, mu, a, r, w)
        _move(e, i, s, r, w)
        after = likelihood(table, e, mu, a, half_life)
        assert ratio == pytest.approx(after - before, rel=1e-8, abs=1e-8)
        before = after
        assert (np.diff(e.times[e.order]) >= 0).all()
        assert (e.order[e.place] == np.arange(30)).all()


@pytest.mark.parametrize("types", [1, 3])
def test_a_rows_density_is_the_posteriors_with_its_slope(types):
    rng = np.random.default_rng(3)
    table = coarse_table(rng, 40, types, 1.0)
    e, w, prior = latent_state(table, (), rng), room(40, types), default_priors(table, free=False)
    exact = event_table(
        e.times, table.types, start=0.5, end=25, history_start=-20, names=table.names
    )
    density = log_density(exact, prior, np.array([2.0]))
    excite(e, LN2 / 2.0, w)
    means, d = np.ascontiguousarray(prior.answers[:, 0, :]), types * (types + 1)

    def rows(x):
        total, slopes = 0.0, []
        for k in range(types):
            row = np.concatenate([x[k : k + 1], x[types * (k + 1) : types * (k + 2)]])
            slope = np.zeros(types + 1)
            total += _row_density(e, k, row, prior.background, 1.0, means, w, slope)
            slopes.append(slope)
        return total, np.concatenate([[s[0] for s in slopes], *[s[1:] for s in slopes]])

    x, y = rng.normal(size=(2, d))
    assert rows(x)[0] - rows(y)[0] == pytest.approx(density(x)[0] - density(y)[0], rel=1e-9)
    assert rows(x)[1] == pytest.approx(density(x)[1], rel=1e-8, abs=1e-8)


def day_table(seed=2, days=120.0, half_life=0.5):
    truth = linear_parameters([0.3], [[0.5]], half_life)
    t, _ = branching_events(truth, days, np.random.default_rng(seed))
    return event_table(np.floor(t), widths=1.0, start=0, end=days)


def test_same_seed_same_numbers_whatever_the_threads():
    one, two = (sample_latent(day_table(), seed=5, draws=30, tune=20, cores=c) for c in (1, 3))
    assert (one.values() == two.values()).all()
    assert (one.time_mean == two.time_mean).all()
    other = sample_latent(day_table(), seed=6, draws=30, tune=20)
    assert (one.half_life != other.half_life).all()
    assert "NOT CONVERGED" in one.verdict
    assert not one.converged


def test_times_stay_in_their_intervals_and_in_the_coded_order():
    table = event_table([2, 2, 2, 5], [0, 1, 0, 1], widths=[1, 1, 1, 0], start=0, end=9)
    fit = sample_latent(table, 1.0, seed=1, after=[(0, 1), (2, 0)], draws=4000, tune=50)
    # Barely informed: the mean times are those of three ordered uniform draws, 1 then 0 then 2.
    assert fit.time_mean[[1, 0, 2]] == pytest.approx([2.25, 2.5, 2.75], abs=0.06)
    free = sample_latent(table, 1.0, seed=1, draws=4000, tune=50)
    assert free.time_mean[:3] == pytest.approx([2.5] * 3, abs=0.06)
    assert (fit.time_mean[3], fit.time_sd[3], fit.imputed) == (5.0, 0.0, 3)


def test_every_draw_keeps_the_order():
    table = event_table([2, 2, 2], widths=7.0, start=0, end=9)
    for seed in range(50):
        t = latent_state(table, [(0, 1), (2, 0)], np.random.default_rng(seed)).times
        assert 2 <= t[1] < t[0] < t[2] < 9


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ([(0, 1), (1, 0)], "circle"),
        ([(0, 2)], "within their intervals"),
        ([(0, 9)], "two different rows"),
    ],
)
def test_an_order_that_cannot_be_kept_is_refused(after, words):
    table = event_table([2, 2, 5], widths=1.0, start=0, end=9)
    with pytest.raises(RecordError, match=words):
        sample_latent(table, seed=1, after=after, draws=10, tune=10)


def test_impossible_requests_are_refused():
    with pytest.raises(InputError, match="two chains"):
        sample_latent(day_table(), seed=1, chains=1)
    with pytest.raises(InputError, match="positive"):
        sample_latent(day_table(), -1.0, seed=1)
    with pytest.raises(InputError, match="priors"):
        sample_latent(day_table(), 2.0, seed=1, priors=default_priors(day_table()))


def test_without_events_the_answers_and_half_life_keep_their_priors():
    """Without data for them, the sampler must give the prior back: its steps leave it unchanged."""
    fit = sample_latent(event_table([], start=0, end=30), seed=4, draws=3000, tune=500)
    assert fit.converged, fit.verdict
    a = np.quantile(fit.answers, [0.1, 0.5, 0.9])
    assert a == pytest.approx(-0.3 * np.log([0.9, 0.5, 0.1]), rel=0.12)
    assert np.quantile(np.log(fit.half_life), [0.1, 0.5, 0.9]) == pytest.approx(
        np.log(7) + 1.5 * np.array([-1.2816, 0, 1.2816]), abs=0.2
    )


@pytest.mark.parametrize("times", [[3.0], [3.0] * 12])
def test_one_event_or_all_in_one_day_give_finite_results(times):
    fit = sample_latent(event_table(times, widths=1.0, start=0, end=30), seed=4, draws=50, tune=50)
    assert np.isfinite(fit.values()).all()
    assert ((fit.time_mean > 3) & (fit.time_mean < 4)).all()
    assert (fit.time_sd > 0.1).all()


@pytest.mark.slow
def test_with_times_all_but_fixed_it_agrees_with_nuts():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("nutpie", reason="needs the extra `fit`")
    truth = linear_parameters([0.3, 0.1], [[0.4, 0.2], [0.1, 0.2]], 2.0)
    t, k = branching_events(truth, 300, np.random.default_rng(8))
    known = {"start": 0, "end": 300, "names": ["a", "b"]}
    nuts = sample_linear(event_table(t, k, **known), seed=1, draws=2000)
    ours = sample_latent(event_table(t, k, widths=1e-7, **known), seed=1, draws=4000, sweeps=1)
    assert nuts.converged
    assert ours.converged, ours.verdict
    pairs = zip(
        nuts.values(), ours.values()[:-1], nuts.convergence, ours.convergence[:-1], strict=True
    )
    for x, y, cx, cy in pairs:
        # Shares below each quantile: means and spreads of a half-life hang on its long tail.
        worth = 1 / min(cx.ess_bulk, cx.ess_tail) + 1 / min(cy.ess_bulk, cy.ess_tail)
        for q in (0.05, 0.25, 0.5, 0.75, 0.95, 0.99):
            share = (y < np.quantile(x, q)).mean()
            assert abs(share - q) < 4 * np.sqrt(q * (1 - q) * worth), (q, share)


@pytest.mark.slow
def test_ranks_of_true_values_are_uniform():
    """Simulation-based calibration (Talts et al. 2018) of a and the half-life from whole days.

    60 tables from the prior itself. Power for one parameter: posteriors half as wide as they
    should be are found out 77 times in a hundred, two thirds as wide 19 times.
    """
    rng = np.random.default_rng(12)
    pilot = event_table(np.arange(12.0), start=0, end=40)
    prior = default_priors(pilot)
    ranks = []
    while len(ranks) < 60:
        mu, a, h = prior.natural(rng.normal(size=3))[0]
        if a >= 0.95:  # such a table explodes: the same cut is made in the posterior below
            continue
        t, _ = branching_events(linear_parameters([mu], [[a]], h), 40, rng)
        table = event_table(np.floor(t), widths=1.0, start=0, end=40)
        fit = sample_latent(table, seed=len(ranks), priors=prior, draws=300, tune=200, sweeps=2)
        kept = fit.answers.ravel() < 0.95
        ranks.append([
            (x.ravel()[kept] < true).mean()
            for x, true in ((fit.background, mu), (fit.answers, a), (fit.half_life, h))
        ])  # fmt: skip
    counts = np.array([np.histogram(r, 6, (0, 1))[0] for r in np.array(ranks).T])
    assert (((counts - 10) ** 2 / 10).sum(axis=1) < 20.5).all(), counts  # .001 of chi-square, 5


@pytest.mark.slow
def test_whole_days_mislead_jitter_stretches_memory_and_latent_times_recover_both():
    b, days = 6.0, 1500.0
    truth = linear_parameters([0.3], [[0.6]], LN2 / b)
    t, _ = branching_events(truth, days, np.random.default_rng(100))
    table = event_table(np.floor(t), widths=1.0, start=0, end=days)
    whole = fit_linear(event_table(np.floor(t), start=0, end=days), search=(0.02, 60)).parameters
    even = fit_linear(table.spread(np.random.default_rng(1)), search=(0.02, 60)).parameters
    fit = sample_latent(table, seed=1, draws=1000, tune=500, sweeps=2)
    assert whole.answers[0, 0, 0] < 0.4
    assert even.answers[0, 0, 0] == pytest.approx(0.6, abs=0.1)
    assert even.half_lives[0] > 1.5 * LN2 / b
    assert fit.answers.mean() == pytest.approx(0.6, abs=0.1)
    low, high = np.quantile(fit.half_life, [0.01, 0.99])
    assert low < LN2 / b < high < even.half_lives[0]
