"""Whether chains agree and how much they say: rank-normalised split R-hat, bulk and tail ESS.

Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, 667-718; Geyer (1992),
Statistical Science 7, 473-483, for the truncation of the sum of autocorrelations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_ESS", "MOST_R_HAT", "Convergence", "convergence"]

F8 = NDArray[np.float64]

MOST_R_HAT = 1.01
LEAST_ESS = 400.0


class Convergence(NamedTuple):
    """Diagnostics of one quantity."""

    r_hat: float
    """The larger of the bulk's and the folded (tail's) R-hat."""
    ess_bulk: float
    """Independent draws that the chains are worth, for the middle."""
    ess_tail: float
    """The same for the 5 % and 95 % quantiles."""

    @property
    def passes(self) -> bool:
        """R-hat below 1.01 and both sizes above 400."""
        return self.r_hat < MOST_R_HAT and self.ess_bulk > LEAST_ESS and self.ess_tail > LEAST_ESS


def _split(x: F8) -> F8:
    half = x.shape[1] // 2
    return np.concatenate([x[:, :half], x[:, x.shape[1] - half :]])


def _normal_ranks(x: F8) -> F8:
    from scipy.stats import norm, rankdata

    ranks = rankdata(x, method="average").reshape(x.shape)
    z: F8 = norm.ppf((ranks - 0.375) / (x.size + 0.25))
    return z


def _r_hat(x: F8) -> float:
    n = x.shape[1]
    within = x.var(axis=1, ddof=1).mean()
    between = n * x.mean(axis=1).var(ddof=1)
    if within == 0.0:
        return 1.0 if between == 0.0 else np.inf
    return float(np.sqrt((between / within + n - 1.0) / n))


def _autocovariance(x: F8) -> F8:
    n = x.shape[1]
    size = 1 << (2 * n - 1).bit_length()
    spread = np.fft.rfft(x - x.mean(axis=1, keepdims=True), size, axis=1)
    full: F8 = np.fft.irfft(spread * np.conj(spread), size, axis=1)[:, :n] / n
    return full


def _ess(x: F8) -> float:
    """Effective size by Geyer's initial monotone sequence over all (split) chains."""
    chains, n = x.shape
    if n < 4 or np.ptp(x) == 0.0:
        return float(x.size)
    covariance = _autocovariance(x)
    within = covariance[:, 0].mean() * n / (n - 1.0)
    total = within * (n - 1.0) / n
    if chains > 1:
        total += x.mean(axis=1).var(ddof=1)
    rho = 1.0 - (within - covariance.mean(axis=0) * n / (n - 1.0)) / total
    rho[0] = 1.0
    pairs = rho[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0.0)
    kept = np.minimum.accumulate(pairs[: negative[0] if negative.size else len(pairs)])
    tau = max(-1.0 + 2.0 * kept.sum(), 1.0 / np.log10(chains * n))
    return float(chains * n / tau)


def convergence(draws: F8) -> Convergence:
    """Diagnose one quantity.

    Args:
        draws: [chains, draws].

    >>> good = np.random.default_rng(0).normal(size=(4, 500))
    >>> convergence(good).passes, convergence(good + np.arange(4)[:, None]).passes
    (True, False)
    """
    x = np.asarray(draws, np.float64)
    if not np.isfinite(x).all():
        return Convergence(np.inf, 0.0, 0.0)
    halves = _split(x)
    if np.ptp(halves) == 0.0:  # a constant: nothing to estimate
        return Convergence(1.0, float(x.size), float(x.size))
    z = _normal_ranks(halves)
    folded = _normal_ranks(np.abs(halves - np.median(halves)))
    low, high = np.quantile(halves, [0.05, 0.95])
    tail = min(_ess((halves <= q).astype(np.float64)) for q in (low, high))
    return Convergence(max(_r_hat(z), _r_hat(folded)), _ess(z), tail)
