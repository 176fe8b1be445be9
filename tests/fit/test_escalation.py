"""The prior of the weekly escalation: its density and slopes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from talion.errors import InputError
from talion.fit.escalation import escalation_density


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.floats(0.1, 3), st.floats(1, 200))
def test_it_is_the_stationary_normal_with_the_stated_covariance(seed, weeks, sd, half_life):
    w = np.random.default_rng(seed).normal(0, sd, weeks)
    apart = 7.0 * np.abs(np.subtract.outer(np.arange(weeks), np.arange(weeks)))
    covariance = sd**2 * 2.0 ** (-apart / half_life)
    expected = multivariate_normal(np.zeros(weeks), covariance).logpdf(w)
    assert escalation_density(w, sd, half_life).value == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.floats(0.2, 3), st.floats(2, 100))
def test_slopes(seed, weeks, sd, half_life):
    w = np.random.default_rng(seed).normal(0, sd, weeks)
    found = escalation_density(w, sd, half_life)

    def value(shift: float, log_sd: float, log_half: float, i: int) -> float:
        moved = w.copy()
        moved[i] += shift
        return escalation_density(moved, sd * np.exp(log_sd), half_life * np.exp(log_half)).value

    e = 1e-5
    for i in range(weeks):
        slope = (value(e, 0, 0, i) - value(-e, 0, 0, i)) / (2 * e)
        assert found.weekly[i] == pytest.approx(slope, rel=1e-5, abs=1e-5)
    slope = (value(0, e, 0, 0) - value(0, -e, 0, 0)) / (2 * e)
    assert found.log_sd == pytest.approx(slope, rel=1e-5, abs=1e-5)
    slope = (value(0, 0, e, 0) - value(0, 0, -e, 0)) / (2 * e)
    assert found.log_half_life == pytest.approx(slope, rel=1e-5, abs=1e-5)


def test_impossible_scales_are_refused():
    with pytest.raises(InputError, match="must be positive"):
        escalation_density(np.zeros(3), 0.0, 7.0)
    assert escalation_density(np.zeros(0), 1.0, 7.0).value == 0.0
