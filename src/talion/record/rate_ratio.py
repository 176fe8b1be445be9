"""The ratio of two Poisson rates from two counts: exact interval, and the power to see a change.

Given the sum n of two independent Poisson counts with exposures t1, t2 and rate ratio r, the first
is Binomial(n, p) with p = r t1 / (r t1 + t2) (Przyborowski and Wilenski 1940). The Clopper-Pearson
interval for p, turned into r, is the exact conditional interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RateRatio", "power_to_see", "rate_ratio"]

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

LEVEL = 0.80  # two-sided, as every interval printed


@dataclass(frozen=True)
class RateRatio:
    """Counts and exposures of two periods, the ratio of their rates and its exact interval.

    `high` is infinite if the second count is 0; `ratio` is NaN if both are.
    """

    after: int
    before: int
    days_after: int
    days_before: int
    ratio: float
    low: float
    high: float


def rate_ratio(
    after: int, before: int, days_after: int, days_before: int, level: float = LEVEL
) -> RateRatio:
    """Return the rate after relative to the rate before, with the exact interval.

    Args:
        after, before: counts.
        days_after, days_before: exposures, positive.
        level: of the interval.

    >>> found = rate_ratio(3, 12, 90, 90)
    >>> found.ratio, round(found.low, 2), round(found.high, 2)
    (0.25, 0.08, 0.65)
    """
    low_p, high_p = _clopper_pearson(after, after + before, level)
    odds = days_before / days_after
    low = low_p / (1 - low_p) * odds if low_p < 1 else math.inf
    high = high_p / (1 - high_p) * odds if high_p < 1 else math.inf
    ratio = math.nan if not after + before else math.inf if not before else after / before * odds
    return RateRatio(after, before, days_after, days_before, ratio, low, high)


def _clopper_pearson(k: int, n: int, level: float) -> tuple[float, float]:
    low, high = _interval(np.array([k]), np.array([n]), level)
    return float(low[0]), float(high[0])


def _interval(k: I8, n: I8, level: float) -> tuple[F8, F8]:
    """Return the Clopper-Pearson interval of k out of n, any shape."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail), 1.0)
    return low, high


def power_to_see(
    true_ratio: float,
    threshold: float,
    expected_before: float,
    days_after: int,
    days_before: int,
    level: float = LEVEL,
) -> float:
    """Return how likely counts of this size are to show the true ratio to be beyond the threshold.

    Both counts are Poisson; the change is seen if the exact interval lies wholly on the true
    ratio's side of the threshold.

    Args:
        true_ratio: the ratio of rates supposed to be true.
        threshold: the ratio it is to be told from.
        expected_before: expected count before; the observed one is used.
        days_after, days_before: exposures, positive.
        level: of the interval.

    >>> power_to_see(0.5, 1.0, 4, 90, 90) < 0.5 < power_to_see(0.5, 1.0, 60, 90, 90)
    True
    """
    if expected_before <= 0:
        return 0.0
    expected_after = true_ratio * expected_before * days_after / days_before
    before = np.arange(_most(expected_before) + 1)[:, None]
    after = np.arange(_most(expected_after) + 1)[None, :]
    low, high = _interval(after, before + after, level)
    # A ratio r of rates is a share p = r t1 / (r t1 + t2) of the counts.
    weighted = threshold * days_after
    edge = weighted / (weighted + days_before)
    seen = high < edge if true_ratio < threshold else low > edge
    chance = _poisson(before, expected_before) * _poisson(after, expected_after)
    return float((chance * seen).sum())


def _poisson(k: I8, mean: float) -> F8:
    from scipy.special import gammaln

    return np.asarray(np.exp(k * math.log(mean) - mean - gammaln(k + 1)))


def _most(mean: float) -> int:
    return math.ceil(mean + 6 * math.sqrt(mean) + 6)
