"""Likelihood power-scaling sensitivity: how far a result moves if the likelihood counts more or less.

The posterior with the likelihood raised to alpha is reached from draws of the posterior by importance
weights lik^(alpha - 1). Their tail is Pareto-smoothed (PSIS, Vehtari, Simpson, Gelman, Yao and Gabry
2024), with the generalised Pareto fit of Zhang and Stephens (2009). The distance between weighted and
unweighted draws of a quantity is the cumulative Jensen-Shannon distance (Nguyen and Vreeken 2015),
scaled by its upper bound to [0, 1]; divided by |log2 alpha| and averaged over alpha = 0.8 and 1.25 it
is the sensitivity (Kallioinen, Paananen, Buerkner and Vehtari 2024). Below .05 the likelihood hardly
moves the quantity.

With a few hundred draws, weights that have nothing to do with a quantity give some distance too. The
same weights are therefore shuffled over the draws 100 times: a sensitivity is felt only if it exceeds
95 of these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ALPHAS",
    "LEAST_DRAWS",
    "PARETO_LIMIT",
    "Sensitivity",
    "cumulative_js_distance",
    "likelihood_sensitivity",
    "smoothed_weights",
]

F8 = NDArray[np.float64]

ALPHAS = (0.8, 1.25)
PARETO_LIMIT = 0.7  # above it importance weights are not to be relied on
LEAST_DRAWS = 25  # fewer leave no tail to fit
SHUFFLES = 100
_CHANCE = 0.95
_PRIOR_DRAWS = 10.0  # weight of the prior k = 0.5 in the fit, in tail draws


@dataclass(frozen=True)
class Sensitivity:
    """Power-scaling sensitivity of one quantity.

    Attributes:
        value: mean over alpha of distance / |log2 alpha|; NaN where it cannot be computed.
        pareto_k: largest shape of the weights' tails over alpha; inf where it cannot be fitted.
        draws: used.
        chance: what 95 of 100 shuffles of the weights stay under.
    """

    value: float
    pareto_k: float
    draws: int
    chance: float = 0.0

    @property
    def reliable(self) -> bool:
        """Whether the weights can be relied on."""
        return math.isfinite(self.value) and self.pareto_k <= PARETO_LIMIT

    @property
    def felt(self) -> float:
        """The value if it can be relied on and is more than chance, else 0."""
        return self.value if self.reliable and self.value > self.chance else 0.0


def likelihood_sensitivity(quantity: F8, log_likelihood: F8, *, seed: int = 0) -> Sensitivity:
    """Return how far a quantity moves if the likelihood is raised to 0.8 and to 1.25.

    s = 1/2 sum over alpha of D(P, P_alpha) / |log2 alpha|.

    Args:
        quantity: one value of each posterior draw, shape (D,); NaN where it has none.
        log_likelihood: of the record in each of these draws, shape (D,), natural logarithm.
        seed: of the shuffles.

    Returns:
        The sensitivity; NaN with fewer than 25 draws or a quantity that does not vary.

    References:
        Kallioinen et al. (2024), Statistics and Computing 34:57.

    >>> x = np.linspace(-2.0, 2.0, 101)
    >>> likelihood_sensitivity(x, np.zeros(101)).felt  # a flat likelihood moves nothing
    0.0
    >>> round(likelihood_sensitivity(x, -0.5 * (x - 1) ** 2).felt, 2)
    0.28
    """
    known = np.isfinite(quantity) & np.isfinite(log_likelihood)
    x, loglik = quantity[known], log_likelihood[known]
    if x.size < LEAST_DRAWS or float(np.ptp(x)) <= 0:
        return Sensitivity(math.nan, math.inf, int(x.size))
    scaled = [smoothed_weights((alpha - 1.0) * loglik) for alpha in ALPHAS]
    rng = np.random.default_rng(seed)
    orders = [np.arange(x.size), *(rng.permutation(x.size) for _ in range(SHUFFLES))]
    value, *by_chance = _mean_slopes(x, [weights[np.stack(orders)] for weights, _ in scaled])
    chance = float(np.quantile(by_chance, _CHANCE))
    return Sensitivity(float(value), max(k for _, k in scaled), int(x.size), chance)


def _mean_slopes(x: F8, weights: Sequence[F8]) -> F8:
    """Return the mean over alphas of the distances by |log2 alpha|, [B]; weights [B, D] each."""
    pairs = zip(ALPHAS, weights, strict=True)
    slopes = [_distances(x, w) / abs(math.log2(a)) for a, w in pairs]
    return np.asarray(np.mean(slopes, axis=0), np.float64)


def cumulative_js_distance(values: F8, weights: F8) -> float:
    """Return the distance between draws and the same draws weighted, from 0 to 1.

    With P and Q the two distribution functions and M their mean,
    D^2 = integral of P log2(P/M) + Q log2(Q/M), over integral of P + Q, both from the smallest to
    the largest draw; the larger of D for the draws and for the draws with their sign turned.

    Args:
        values: draws, shape (D,).
        weights: of each, not negative, shape (D,).

    References:
        Nguyen and Vreeken (2015), ECML PKDD, LNCS 9285:173.

    >>> round(cumulative_js_distance(np.array([0.0, 1.0, 2.0]), np.ones(3)), 6)
    0.0
    """
    return float(_distances(values, weights[None])[0])


def _distances(values: F8, weights: F8) -> F8:
    """Return the distance for each set of weights, [B]; values [D], weights [B, D]."""
    order = np.argsort(values, kind="stable")
    width = np.diff(values[order])
    equal = np.arange(1, values.size) / values.size
    shares = weights[:, order] / weights.sum(axis=1)[:, None]
    given = np.cumsum(shares, axis=1)[:, :-1]
    sides = ((equal, given), (1.0 - equal, 1.0 - given))
    return np.maximum(*(_scaled(np.clip(p, 0, 1), np.clip(q, 0, 1), width) for p, q in sides))


def _scaled(p: F8, q: F8, width: F8) -> F8:
    """Return D for one distribution function, [D - 1], and others, [B, D - 1]."""
    middle = 0.5 * (p + q)
    bound = ((p + q) * width).sum(axis=1)
    apart = ((_part(p, middle) + _part(q, middle)) * width).sum(axis=1)
    there = bound > 0
    share = np.divide(np.maximum(apart, 0.0), bound, out=np.zeros_like(bound), where=there)
    return np.asarray(np.sqrt(share), np.float64)


def _part(p: F8, middle: F8) -> F8:
    """Return p log2(p / m), 0 where p is 0."""
    ratio = np.divide(p, middle, out=np.ones(middle.shape), where=p > 0)
    return np.asarray(p * np.log2(ratio), np.float64)


def smoothed_weights(log_ratios: F8) -> tuple[F8, float]:
    """Return importance weights that sum to 1, their largest replaced by Pareto quantiles, and k.

    The min(D/5, 3 sqrt(D)) largest ratios are replaced by the expected order statistics of a
    generalised Pareto distribution fitted to them, none larger than the largest raw ratio.

    Args:
        log_ratios: logarithms of the raw ratios, any constant added, shape (D,).

    Returns:
        The weights, shape (D,), and the fitted shape k; -inf for ratios all equal, inf where the
        tail is too short to fit.

    References:
        Vehtari, Simpson, Gelman, Yao and Gabry (2024), Journal of Machine Learning Research 25:72.

    >>> weights, k = smoothed_weights(np.zeros(50))
    >>> weights.round(3).tolist()[:2], k
    ([0.02, 0.02], -inf)
    """
    shifted = log_ratios - log_ratios.max()
    weights = np.exp(shifted)
    draws = shifted.size
    tail = math.ceil(min(draws / 5.0, 3.0 * math.sqrt(draws)))
    if float(np.ptp(shifted)) < 1e-12:
        return np.full(draws, 1.0 / draws), -math.inf
    if tail < 5:
        return weights / weights.sum(), math.inf
    order = np.argsort(shifted, kind="stable")
    last, cut = order[-tail:], float(weights[order[-tail - 1]])
    excess = weights[last] - cut
    if excess[0] <= 0 or excess[-1] <= excess[0]:
        keep = excess > 0
        last, excess = last[keep], excess[keep]
    if excess.size < 5 or excess[-1] <= excess[0]:
        return weights / weights.sum(), math.inf
    k, sigma = _fit_pareto(excess)
    middle = (np.arange(excess.size) + 0.5) / excess.size
    weights[last] = np.minimum(cut + _pareto_quantiles(middle, k, sigma), 1.0)
    return weights / weights.sum(), k


def _pareto_quantiles(p: F8, k: float, sigma: float) -> F8:
    if abs(k) < 1e-12:
        return np.asarray(-sigma * np.log1p(-p), np.float64)
    return np.asarray(sigma * np.expm1(-k * np.log1p(-p)) / k, np.float64)


def _fit_pareto(excess: F8) -> tuple[float, float]:
    """Return shape k and scale sigma of a generalised Pareto distribution.

    Zhang and Stephens (2009), Technometrics 51:316: the posterior mean of b = k/sigma under their
    data-based prior, on a grid; k then drawn towards .5 with the weight of ten draws.

    Args:
        excess: ascending, positive, shape (n,).
    """
    n = excess.size
    grid = 30 + int(math.sqrt(n))
    quarter = float(excess[int(n / 4 + 0.5) - 1])
    place = np.arange(1, grid + 1) - 0.5
    b = (1.0 - np.sqrt(grid / place)) / (3.0 * quarter) + 1.0 / excess[-1]
    shape = np.log1p(-b[:, None] * excess[None, :]).mean(axis=1)
    profile = n * (np.log(-b / shape) - shape - 1.0)
    trust = np.exp(profile - profile.max())
    chosen = float((b * trust).sum() / trust.sum())
    k = float(np.log1p(-chosen * excess).mean())
    sigma = -k / chosen
    return (n * k + _PRIOR_DRAWS * 0.5) / (n + _PRIOR_DRAWS), sigma
