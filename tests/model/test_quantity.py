"""Priors as three quantiles, strengths, suppression."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from talion.model.quantity import days, prior, quantile_draws
from talion.model.sampling import Sampler
from talion.model.strength import (
    LARGEST_EXPONENT,
    mean_suppression,
    offspring_from_extra,
    prevented,
    suppression_for,
)

triples = st.tuples(*(st.floats(0.02, 0.95) for _ in range(3))).map(sorted).map(tuple)


@given(triples, st.sampled_from(["linear", "log", "logit"]))
def test_stated_quantiles_hold_exactly(triple, scale):
    z = 1.2815515655446004
    drawn = quantile_draws(triple, np.array([-z, 0.0, z]), scale)
    assert drawn == pytest.approx(triple, rel=1e-9)


@given(triples, st.sampled_from(["linear", "log", "logit"]))
def test_draws_ascend_with_their_normal_number(triple, scale):
    drawn = quantile_draws(triple, np.linspace(-4, 4, 41), scale)
    assert (np.diff(drawn) >= -1e-12).all()


@pytest.mark.parametrize(
    "bad",
    [[3, 2, 1], [1, 2], "many", [1, float("nan"), 2], True, [1, 2, float("inf")], [1, "2", 3]],
)
def test_bad_priors_are_refused(bad):
    with pytest.raises(ValueError, match=r"low|number|ascend|finite"):
        prior(bad)


def test_durations():
    assert [days(x) for x in ("30 days", "1 day", "6 months", "1 year", 12)] == [
        30,
        1,
        183,
        365,
        12,
    ]
    with pytest.raises(ValueError, match="duration"):
        days("soon")


@given(st.floats(0.01, 3.9), st.floats(0.001, 5.0), st.sampled_from([2.0, 7.0, 30.0]))
def test_suppression_prevents_the_number_asked_for(b, rate, half_life):
    """Against quadrature of R (1 - exp(-b 2^(-t/h))); the exponent is recovered from the number."""
    total, _ = quad(
        lambda t: rate * -np.expm1(-b * 2 ** (-t / half_life)), 0, 60 * half_life, limit=200
    )
    assert prevented(np.array([b]), np.array([rate]), half_life)[0] == pytest.approx(
        total, rel=1e-6
    )
    found = suppression_for(np.array([total]), np.array([rate]), half_life)
    assert found[0] == pytest.approx(b, rel=1e-5)


@given(st.floats(0.01, 3.5), st.floats(0.01, 2.0), st.floats(5.0, 60.0))
def test_suppression_within_a_time(b, rate, within):
    total, _ = quad(lambda t: rate * -np.expm1(-b * 2 ** (-t / 7.0)), 0, within)
    found = suppression_for(np.array([total]), np.array([rate]), 7.0, within)
    assert found[0] == pytest.approx(b, rel=1e-4)


def test_more_than_a_rate_allows_gives_the_largest_exponent():
    assert suppression_for(np.array([1e6]), np.array([0.1]), 7.0)[0] == LARGEST_EXPONENT


def test_answers_within_a_time_are_part_of_all_answers():
    a = offspring_from_extra(np.array([1.0]), 30.0, 7.0)[0]
    share, _ = quad(lambda t: a * np.log(2) / 7 * 2 ** (-t / 7), 0, 30)
    assert share == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("b", "rate", "half_life"), [(1, 0.02, 7), (4, 1.4, 30), (-1, 0.1, 2), (2, 0.5, 30)]
)
def test_mean_suppression_against_random_arrivals(b, rate, half_life):
    """2e5 gaps, standard error below 0.002 of values up to 1.3."""
    gaps = np.random.default_rng(5).exponential(1 / rate, 200_000)
    simulated = np.exp(-b * 2 ** (-gaps / half_life)).mean()
    exact = mean_suppression(np.array([float(b)]), np.array([rate]), half_life)[0]
    assert exact == pytest.approx(simulated, abs=0.006)


def test_a_parameter_keeps_its_draws_whatever_else_is_drawn():
    one, two = Sampler(7, 50), Sampler(7, 50)
    one.normal("other")
    assert (one.normal("x") == two.normal("x")).all()
    assert (Sampler(7, 200).normal("x")[:50] == two.normal("x")).all()
    assert (Sampler(8, 50).normal("x") != two.normal("x")).all()
    signs = Sampler(7, 4000).sign("x")
    for sign in (-1, 0, 1):
        assert abs((signs == sign).mean() - 1 / 3) < 0.03  # 4 standard errors
