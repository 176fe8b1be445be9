"""Granger's test on daily counts: the older way to ask whether one side's acts answer the other's.

    y_t = c + sum_{l=1..p} a_l y_{t-l} + sum_{l=1..p} b_l x_{t-l} + e_t,     H0: b_1 = ... = b_p = 0

    F = [(R0 - R) / p] / [R / (n - 2p - 1)]

with R and R0 the residual sums of squares with and without x, both by least squares over the n days
that have p days before them. One equation of a vector autoregression with p lags.

It is kept as a baseline beside the point process. It asks about *prediction* by counts; it knows
no sign, no memory beyond p days and no escalation that moves both sides, and its p-value supposes
errors of one variance, which counts of deaths do not have. `robust` takes the last point back.

Granger, C. W. J. (1969), Econometrica 37, 424-438. White, H. (1980), Econometrica 48, 817-838.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.errors import InputError

__all__ = ["GrangerTest", "granger_test"]

F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GrangerTest:
    """Whether lags of `x` help to predict `y` once lags of `y` are known."""

    statistic: float
    """F, or the Wald statistic over p if `robust`."""
    p_value: float
    """By the F distribution with `lags` and `freedom` degrees of freedom."""
    lags: int
    freedom: int
    """Days used less coefficients: n - 2p - 1."""
    coefficients: F8
    """[p] b_l: events of y more on a day for one event of x more, l days before."""
    errors: F8
    """[p] their standard errors."""
    robust: bool

    @property
    def total(self) -> float:
        """Sum of the coefficients: events of y drawn, within p days, by one event of x."""
        return float(self.coefficients.sum())


def _series(values: ArrayLike, name: str) -> F8:
    try:
        found = np.array(values, np.float64)
    except (TypeError, ValueError):
        raise InputError("a series of numbers is needed", place=name, value=values) from None
    if found.ndim != 1 or not np.isfinite(found).all():
        raise InputError(
            "a series has one finite number for each day",
            place=name,
            value=found.shape,
            remedy="fill days without events with 0; leave gaps in the record out of the period",
        )
    return found


def _lagged(series: F8, lags: int) -> F8:
    """[n - p, p] the values 1 to p days before each day from the (p+1)-th on."""
    n = len(series)
    return np.column_stack([series[lags - k : n - k] for k in range(1, lags + 1)])


def granger_test(x: ArrayLike, y: ArrayLike, lags: int, *, robust: bool = False) -> GrangerTest:
    """Test whether earlier values of one series help to predict another.

    Args:
        x: [T] counts a day of what may come first.
        y: [T] counts a day of what may follow, the same days.
        lags: p, days looked back.
        robust: use White's covariance (HC1) instead of one variance for all days.

    Raises:
        InputError: the series differ in length, are too short, or one never changes.

    >>> rng = np.random.default_rng(1)
    >>> first = rng.poisson(1.0, 400)
    >>> then = rng.poisson(0.5 + 0.5 * np.concatenate([[0], first[:-1]]))
    >>> granger_test(first, then, 3).p_value < 1e-6 < granger_test(then, first, 3).p_value
    True
    """
    a, b = _series(x, "x"), _series(y, "y")
    freedom = len(b) - 3 * lags - 1
    if len(a) != len(b) or lags < 1 or freedom < 1:
        raise InputError(
            "two series of the same days, longer than three times the lags, are needed",
            place="x, y, lags",
            value=(len(a), len(b), lags),
        )
    own = np.column_stack([np.ones(len(b) - lags), _lagged(b, lags)])
    full = np.column_stack([own, _lagged(a, lags)])
    target = b[lags:]
    beta, _, rank, _ = np.linalg.lstsq(full, target, rcond=None)
    if rank < full.shape[1]:
        raise InputError(
            "the lags cannot be told apart",
            place="x, y",
            remedy="a series that never changes predicts nothing; leave it out",
        )
    left = target - full @ beta
    short = target - own @ np.linalg.lstsq(own, target, rcond=None)[0]
    rest = float(left @ left)
    inverse = np.linalg.inv(full.T @ full)
    if robust:
        scaled = full * left[:, None]
        covariance = inverse @ (scaled.T @ scaled) @ inverse * (len(target) / freedom)
    else:
        covariance = inverse * (rest / freedom)
    tail = slice(lags + 1, None)
    b_x, v_x = beta[tail], covariance[tail, tail]
    if robust:
        statistic = float(b_x @ np.linalg.solve(v_x, b_x)) / lags
    else:
        statistic = (float(short @ short) - rest) / lags / (rest / freedom)
    from scipy.stats import f

    return GrangerTest(
        statistic=statistic,
        p_value=float(f.sf(statistic, lags, freedom)),
        lags=lags,
        freedom=freedom,
        coefficients=b_x,
        errors=np.sqrt(np.diag(v_x)),
        robust=robust,
    )
