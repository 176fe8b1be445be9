"""Diagnostics of chains: known effective sizes, disagreement, and another implementation."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.signal import lfilter

from talion.fit.convergence import convergence


def autoregressive(rho, chains=4, n=20_000, seed=0):
    noise = np.random.default_rng(seed).normal(size=(chains, n + 500))
    return lfilter([1.0], [1.0, -rho], noise, axis=1)[:, 500:]


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.5, 0.9])
def test_effective_size_of_an_autoregressive_chain(rho):
    found = convergence(autoregressive(rho))
    assert found.ess_bulk == pytest.approx(80_000 * (1 - rho) / (1 + rho), rel=0.2)
    assert found.r_hat == pytest.approx(1.0, abs=0.01)


def test_what_does_not_pass():
    good = np.random.default_rng(1).normal(size=(4, 500))
    assert convergence(good).passes
    assert not convergence(good[:, :60]).passes  # too few
    assert not convergence(good + 0.5 * np.arange(4)[:, None]).passes  # chains apart
    assert not convergence(good * np.array([1, 1, 1, 4.0])[:, None]).passes  # scales apart
    drifting = good + np.linspace(0, 1.5, 500)  # not stationary
    assert convergence(drifting).r_hat > 1.05
    assert not convergence(np.where(good > 3, np.inf, good * np.nan)).passes
    assert convergence(np.ones((4, 500))).passes  # a given number


def test_another_implementation_agrees():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arviz = pytest.importorskip("arviz")
    for rho in (0.0, 0.6, 0.95):
        x = autoregressive(rho, n=1001, seed=3) ** 3
        found = convergence(x)
        assert found.r_hat == pytest.approx(float(arviz.rhat(x)), rel=1e-6)
        assert found.ess_bulk == pytest.approx(float(arviz.ess(x)), rel=0.02)
        assert found.ess_tail == pytest.approx(float(arviz.ess(x, method="tail")), rel=0.02)
