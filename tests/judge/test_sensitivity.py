"""Power-scaling sensitivity against the normal model, where the scaled posterior is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import genpareto, norm

from talion.judge.sensitivity import (
    ALPHAS,
    PARETO_LIMIT,
    cumulative_js_distance,
    likelihood_sensitivity,
    smoothed_weights,
)


def posterior(alpha: float, sd: float, seen: float) -> tuple[float, float]:
    """Mean and sd of N(0, 1) updated by one value `seen` with error `sd`, likelihood to alpha."""
    precision = 1.0 + alpha / sd**2
    return alpha * seen / sd**2 / precision, precision**-0.5


def exact_distance(alpha: float, sd: float, seen: float, low: float, high: float) -> float:
    """The distance of the two normal distribution functions, by quadrature from low to high."""
    grid = np.linspace(low, high, 20_001)
    one, two = (norm(*posterior(a, sd, seen)) for a in (1.0, alpha))
    found = []
    for p, q in ((one.cdf(grid), two.cdf(grid)), (one.sf(grid), two.sf(grid))):
        m = (p + q) / 2
        apart = np.trapezoid(p * np.log2(p / m) + q * np.log2(q / m), grid)
        found.append(math.sqrt(apart / np.trapezoid(p + q, grid)))
    return max(found)


@pytest.mark.parametrize(("sd", "seen"), [(1.0, 1.5), (0.5, 1.0), (2.0, 3.0)])
def test_the_normal_model_gives_its_known_sensitivity(sd: float, seen: float) -> None:
    x = np.random.default_rng(11).normal(*posterior(1.0, sd, seen), 20_000)
    found = likelihood_sensitivity(x, norm(x, sd).logpdf(seen))
    exact = np.mean(
        [exact_distance(a, sd, seen, x.min(), x.max()) / abs(math.log2(a)) for a in ALPHAS]
    )
    assert found.value == pytest.approx(exact, rel=0.06)
    assert found.reliable


def test_a_likelihood_that_bears_on_nothing_is_hardly_felt() -> None:
    rng = np.random.default_rng(5)
    x, other = rng.normal(size=4000), rng.normal(size=4000)
    blind = likelihood_sensitivity(x, -0.5 * (other - 1.0) ** 2)
    seen = likelihood_sensitivity(x, -0.5 * (x - 1.0) ** 2)
    assert blind.value < 0.03
    assert seen.value > 4 * blind.value


def test_chance_is_not_taken_for_the_likelihood() -> None:
    """With 200 draws idle weights often exceed .05; the shuffles let about one in twenty through."""
    rng = np.random.default_rng(17)
    raw = felt = 0
    for trial in range(60):
        x, other = rng.normal(size=(2, 200))
        found = likelihood_sensitivity(x, -2.0 * (other - 1.0) ** 2, seed=trial)
        raw += found.value >= 0.05
        felt += found.felt >= 0.05
    assert raw > 30
    assert felt <= 8  # 3 expected; 9 or more have a chance of 1 in 250 at .05
    x = rng.normal(size=200)
    assert likelihood_sensitivity(x, -0.5 * (x - 1.0) ** 2).felt > 0.05


def test_the_sensitivity_does_not_depend_on_scale_sign_or_constant() -> None:
    x = np.random.default_rng(3).normal(size=500)
    loglik = -0.5 * (x - 1.0) ** 2
    one = likelihood_sensitivity(x, loglik).value
    assert likelihood_sensitivity(-40.0 * x, loglik).value == pytest.approx(one, rel=1e-9)
    assert likelihood_sensitivity(x, loglik - 900.0).value == pytest.approx(one, rel=1e-9)


def test_weights_beyond_relying_on_are_said_to_be_so() -> None:
    x = np.random.default_rng(8).normal(size=400)
    wild = likelihood_sensitivity(x, -40.0 * np.abs(x) ** 3)
    assert wild.pareto_k > PARETO_LIMIT
    assert not wild.reliable


@pytest.mark.parametrize("k", [0.2, 0.5, 0.9])
def test_the_shape_of_a_pareto_tail_is_found(k: float) -> None:
    ratios = genpareto(k).rvs(20_000, random_state=np.random.default_rng(2))
    _, found = smoothed_weights(np.log(ratios))
    assert found == pytest.approx(k, abs=0.12)  # 425 tail draws: two standard errors


def test_smoothed_weights_sum_to_one_and_keep_their_order() -> None:
    logs = np.random.default_rng(4).normal(0, 2, 300)
    weights, _ = smoothed_weights(logs)
    assert weights.sum() == pytest.approx(1.0)
    assert (np.diff(weights[np.argsort(logs)]) >= -1e-15).all()


def test_distance_is_nought_for_equal_weights_and_at_most_one() -> None:
    x = np.random.default_rng(1).normal(size=200)
    assert cumulative_js_distance(x, np.full(200, 3.0)) < 1e-6
    all_on_one = np.where(np.arange(200) == int(np.argmax(x)), 1.0, 0.0)
    assert 0.3 < cumulative_js_distance(x, all_on_one) <= 1.0


def test_what_cannot_be_computed_is_not_reliable() -> None:
    few = likelihood_sensitivity(np.arange(10.0), np.arange(10.0))
    still = likelihood_sensitivity(np.ones(100), np.arange(100.0))
    for found in (few, still):
        assert math.isnan(found.value)
        assert not found.reliable
