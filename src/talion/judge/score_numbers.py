"""Scores of one test and of one number, through `scoringrules`; lower is better.

References:
    Brier (1950), Monthly Weather Review 78:1. Gneiting and Raftery (2007), JASA 102:359 for CRPS,
    log and interval scores. Bracher, Ray, Gneiting and Reich (2021), PLOS Comp. Biol. 17, for CRPS
    from quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.judge.forecasts import Distribution

__all__ = ["COVERAGE", "Interval", "NumberScore", "TestScore", "score_number", "score_test"]

COVERAGE: tuple[float, ...] = (0.5, 0.8, 0.9, 0.95)
"""Central intervals whose coverage is kept."""
_SCORED_INTERVAL = 0.8
F8 = NDArray[np.float64]


@dataclass(frozen=True)
class TestScore:
    """A probability against what came.

    Attributes:
        probability: as scored: smoothed where it is a share of histories.
        brier: (p - y)^2, 0 to 1.
        log: -ln of the probability given to what came.
    """

    __test__ = False  # no test class of pytest

    probability: float
    brier: float
    log: float


@dataclass(frozen=True)
class Interval:
    """A central interval and whether it held the number."""

    low: float
    high: float
    held: bool


@dataclass(frozen=True)
class NumberScore:
    """A distribution against the number that came.

    Attributes:
        value: what came.
        median: of the distribution.
        crps: in the number's own unit.
        interval_score: of the central 80 % interval, same unit.
        intervals: coverage -> interval.
    """

    value: float
    median: float
    crps: float
    interval_score: float
    intervals: Mapping[float, Interval]


def score_test(probability: float, answers: int | None, held: bool) -> TestScore:
    """Return the scores of a probability.

    Args:
        probability: that the test holds.
        answers: histories it is a share of, for smoothing; None for a stated one.
        held: whether it did.

    >>> score_test(0.8, None, True)
    TestScore(probability=0.8, brier=0.03999..., log=0.22314...)
    >>> round(score_test(0.0, 999, True).log, 3)  # one half of a history, of a thousand
    7.601
    """
    import scoringrules

    p = probability if answers is None else (probability * answers + 0.5) / (answers + 1)
    y = int(held)
    return TestScore(
        p,
        float(scoringrules.brier_score(y, p, backend="numpy")),
        float(scoringrules.log_score(y, p, backend="numpy")),
    )


def score_number(forecast: Distribution, value: float) -> NumberScore:
    """Return the scores of a distribution.

    A whole number's distribution is its sample: the CRPS is exact for it (quantile decomposition).
    Any other number's is told by quantiles: the CRPS is twice their mean pinball loss.

    >>> found = score_number(Distribution(1.0, 4, 0, {0: 2, 2: 2}, {}), 2.0)
    >>> found.crps, found.intervals[0.8].held
    (0.5, True)
    """
    import scoringrules

    if forecast.counts:
        sample = _sample(forecast)
        crps = scoringrules.crps_ensemble(value, sample, estimator="qd", backend="numpy")
    else:
        levels = np.array(list(forecast.quantiles), np.float64)
        values = np.array(list(forecast.quantiles.values()), np.float64)
        crps = scoringrules.crps_quantile(value, values, levels, backend="numpy")
    intervals = {c: _interval(forecast, c, value) for c in COVERAGE}
    eighty = intervals[_SCORED_INTERVAL]
    scored = scoringrules.interval_score(
        value, eighty.low, eighty.high, 1 - _SCORED_INTERVAL, backend="numpy"
    )
    return NumberScore(value, _quantile(forecast, 0.5), float(crps), float(scored), intervals)


def _sample(forecast: Distribution) -> F8:
    pairs = sorted(forecast.counts.items())
    return np.repeat([float(v) for v, _ in pairs], [n for _, n in pairs])


def _interval(forecast: Distribution, coverage: float, value: float) -> Interval:
    low = _quantile(forecast, round((1 - coverage) / 2, 9))
    high = _quantile(forecast, round((1 + coverage) / 2, 9))
    return Interval(low, high, low <= value <= high)


def _quantile(forecast: Distribution, level: float) -> float:
    """Return a quantile: of a sample the smallest value that so many of it do not exceed."""
    if not forecast.counts:
        levels = list(forecast.quantiles)
        return float(np.interp(level, levels, list(forecast.quantiles.values())))
    need = math.ceil(level * sum(forecast.counts.values()) - 1e-9)
    running = 0
    for value, times in sorted(forecast.counts.items()):
        running += times
        if running >= max(need, 1):
            return float(value)
    return float(max(forecast.counts))
