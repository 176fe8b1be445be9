"""The posterior: its density and slopes, the sampler against quadrature, the convergence gate."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from fit.problems import branching_events, random_problem
from talion.errors import InputError, RecordError
from talion.fit.events import event_table
from talion.fit.linear import linear_likelihood, linear_parameters
from talion.fit.posterior import log_density, sample_linear
from talion.fit.priors import default_priors


@pytest.fixture
def nutpie():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("nutpie", reason="needs the extra `fit`")


def small_table(seed=1, days=250.0):
    truth = linear_parameters([0.3], [[0.5]], 3.0)
    times, types = branching_events(truth, days, np.random.default_rng(seed))
    return event_table(times, types, start=0, end=days, names=["raid"])


def test_scores_are_quantiles_of_the_stated_priors():
    table, _ = random_problem(0, 3, 2, 50)
    prior = default_priors(table, half_lives=2, free=False)
    scores = np.random.default_rng(0).normal(0, 2, prior.size)
    value, slope = prior.natural(scores)
    p = stats.norm.cdf(scores)
    median = (table.counts + 0.5) / table.length / 2
    assert stats.lognorm(1.0, scale=median).cdf(value[:3]) == pytest.approx(p[:3], rel=1e-9)
    means = np.full((3, 2, 3), 0.3 / 2 / 2)
    means[[0, 1, 2], :, [0, 1, 2]] = 0.3 / 2
    assert stats.expon(scale=means.ravel()).cdf(value[3:]) == pytest.approx(p[3:], rel=1e-9)
    e = 1e-6
    numeric = (prior.natural(scores + e)[0] - prior.natural(scores - e)[0]) / (2 * e)
    assert slope == pytest.approx(numeric, rel=1e-7)
    far = prior.natural(np.full(prior.size, -30.0))[0]
    assert (far >= 0).all()
    assert np.isfinite(prior.natural(np.full(prior.size, 12.0))[0]).all()
    one = default_priors(small_table())
    life = one.natural(np.array([0.0, 0.0, 1.0]))[0][-1]
    assert stats.lognorm(1.5, scale=7).cdf(life) == pytest.approx(stats.norm.cdf(1.0))


@pytest.mark.parametrize("free", [True, False])
def test_the_density_is_likelihood_times_prior_with_its_slope(free):
    table, p = random_problem(4, 3, 1 if free else 2, 60, grid=1.0)
    h = 1 if free else 2
    prior = default_priors(table, half_lives=h, free=free)
    density = log_density(table, prior, None if free else p.half_lives)
    rng = np.random.default_rng(2)

    def by_hand(scores):
        x = prior.natural(scores)[0]
        answers = x[3 : 3 + 9 * h].reshape(3, h, 3).swapaxes(1, 2)
        q = linear_parameters(x[:3], answers, x[-1:] if free else p.half_lives)
        return linear_likelihood(table, q).value + stats.norm.logpdf(scores).sum()

    a, b = rng.normal(0, 1, (2, prior.size))
    # An unnormalised density: differences are what it states.
    assert density(a)[0] - density(b)[0] == pytest.approx(by_hand(a) - by_hand(b), rel=1e-10)
    gradient = density(a)[1]
    for i in range(prior.size):
        step = np.zeros(prior.size)
        step[i] = 1e-4
        slope = (density(a + step)[0] - density(a - step)[0]) / 2e-4
        assert gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-5)


def test_priors_are_told_in_words():
    table, _ = random_problem(0, 3, 1, 50)
    said = "\n".join(default_priors(table).sentences())
    for words in ("type 0", "type 2", "0.3 of its own kind", "together", "between 1 and 48"):
        assert words in said
    assert "Half-life" not in "\n".join(default_priors(table, free=False).sentences())


def test_without_nutpie_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nutpie", None)
    with pytest.raises(InputError, match=r"talion\[fit\]"):
        sample_linear(small_table(), seed=1)


def test_impossible_requests_are_refused():
    table = small_table()
    with pytest.raises(InputError, match="at least two chains"):
        sample_linear(table, seed=1, chains=1)
    with pytest.raises(InputError, match="priors are for another number"):
        sample_linear(table, [1.0, 2.0], seed=1, priors=default_priors(table))
    with pytest.raises(RecordError, match="spread"):
        sample_linear(event_table([1, 2], widths=1.0, start=0, end=9), seed=1)


def test_sampled_means_are_those_of_quadrature(nutpie):
    table = small_table()
    half = np.array([3.0])
    prior = default_priors(table, free=False)
    density = log_density(table, prior, half)
    # Two parameters: a sum over a fine grid of scores is the posterior.
    first, second = np.linspace(-3, 5, 220), np.linspace(-4, 5, 220)
    logs = np.array([[density(np.array([u, v]))[0] for v in second] for u in first])
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    grid_mu = np.array([prior.natural(np.array([u, 0.0]))[0][0] for u in first])
    grid_a = np.array([prior.natural(np.array([0.0, v]))[0][1] for v in second])
    found = sample_linear(table, half, seed=5, chains=4, draws=1000, tune=400, cores=2)
    assert found.converged, found.verdict
    assert found.verdict.startswith("Converged")
    frame = found.frame()
    for quantity, grid, axis in (
        ("background[raid]", grid_mu, 1),
        ("answers[raid -> raid, 3 days]", grid_a, 0),
    ):
        share = weight.sum(axis=axis)
        mean = float(share @ grid)
        sd = float(np.sqrt(share @ (grid - mean) ** 2))
        row = frame.filter(quantity=quantity).row(0, named=True)
        assert abs(row["mean"] - mean) < 4 * sd / np.sqrt(row["ess_bulk"])
        assert row["sd"] == pytest.approx(sd, rel=0.1)


def test_the_same_seed_gives_the_same_draws_whatever_the_cores(nutpie):
    table = small_table(days=80.0)
    one, two, other = (
        sample_linear(table, seed=s, chains=2, draws=60, tune=60, cores=c)
        for s, c in ((3, 1), (3, 2), (4, 1))
    )
    assert np.array_equal(one.answers, two.answers)
    assert np.array_equal(one.half_lives, two.half_lives)
    assert not np.array_equal(one.answers, other.answers)


def test_a_fit_that_has_not_converged_says_so(nutpie):
    short = sample_linear(small_table(), seed=1, chains=2, draws=40, tune=20)
    assert not short.converged
    assert short.verdict.startswith("NOT CONVERGED: ")
    assert short.quantities == (
        "background[raid]", "answers[raid -> raid]", "half-life", "branching ratio"
    )  # fmt: skip
    assert short.values().shape == (4, 2, 40)
    assert np.array_equal(short.values()[2], short.half_lives[:, :, 0])
    assert short.frame().height == 4


@pytest.mark.slow
def test_ranks_of_the_truth_are_uniform(nutpie):
    """Simulation-based calibration: truths drawn from the prior, 80 fits, three quantities.

    Talts, Betancourt, Simpson, Vehtari and Gelman (2018). Explosive truths are left out, on the
    same terms in the fit's draws, which does not disturb uniformity of ranks within the rest.
    """
    rng = np.random.default_rng(11)
    empty = event_table([], start=0, end=200, names=["raid"])
    prior = default_priors(empty)  # around one event in 800 days ...
    prior = replace(prior, background=prior.background * 200)  # ... made one in four
    ranks = []
    while len(ranks) < 80:
        mu, a, half = prior.natural(rng.normal(size=3))[0]
        if a >= 0.95:
            continue
        truth = linear_parameters([mu], [[a]], half)
        times, types = branching_events(truth, 200.0, rng)
        table = event_table(times, types, start=0, end=200, names=["raid"])
        fit = sample_linear(table, seed=len(ranks), priors=prior, chains=2, draws=200, tune=200)
        keep = fit.answers[..., 0, 0, 0] < 0.95
        sampled = (fit.background[..., 0], fit.answers[..., 0, 0, 0], fit.half_lives[..., 0])
        ranks.append([(s[keep] < v).mean() for s, v in zip(sampled, (mu, a, half), strict=True)])
    for column in np.array(ranks).T:
        assert stats.kstest(column, "uniform").pvalue > 0.005
