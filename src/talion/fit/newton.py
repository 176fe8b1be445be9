"""Projected Newton steps for one row: the maximum of a concave log-likelihood on x >= 0.

Free coordinates take the Newton step; those at zero whose slope points outward stay there
(Bertsekas 1982). The step is shortened until the value has grown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RowMaximum", "maximise_row"]

F8 = NDArray[np.float64]

TOLERANCE = 1e-10  # nats that the next step is expected to gain, at most
_STEPS = 200
_RIDGE = 1e-12


@dataclass(frozen=True, eq=False)
class RowMaximum:
    """Where the search of one row ended."""

    x: F8
    """[1 + F] mu, then the answers."""
    value: float
    """Log-likelihood of the row."""
    information: F8
    """[1 + F, 1 + F] minus the Hessian at x."""
    free: NDArray[np.bool_]
    """[1 + F] false where x is held at zero by the constraint."""
    converged: bool
    steps: int


def _value(matrix: F8, exposure: F8, x: F8) -> tuple[float, F8]:
    rate = x @ matrix
    if rate.size and not rate.min() > 0.0:
        return -np.inf, rate
    return float(np.log(rate).sum() - x @ exposure), rate


def _curvature(matrix: F8, rate: F8) -> F8:
    scaled = matrix / rate
    information: F8 = scaled @ scaled.T
    return information


def _direction(slope: F8, information: F8, free: NDArray[np.bool_]) -> F8:
    """Newton step of the free coordinates; a little ridge where features are collinear."""
    own = information[np.ix_(free, free)]
    own = own + np.diag(_RIDGE * np.diag(own) + np.finfo(float).tiny)
    step = np.zeros(len(slope))
    try:
        step[free] = np.linalg.solve(own, slope[free])
    except np.linalg.LinAlgError:
        step[free] = np.linalg.lstsq(own, slope[free], rcond=None)[0]
    return step


def maximise_row(matrix: F8, exposure: F8, start: F8 | None = None) -> RowMaximum:
    """Return the maximum-likelihood parameters of one target type.

    Args:
        matrix: [1 + F, n] ones and features of the type's events.
        exposure: [1 + F] integrals over the period.
        start: [1 + F] where to begin; half the rate, and small answers, if not given.

    >>> found = maximise_row(np.ones((1, 6)), np.array([12.0]))  # six events in twelve days
    >>> found.x.tolist(), found.converged
    ([0.5], True)
    """
    size, n = matrix.shape
    if n == 0:  # nothing happened: every rate is best at zero
        zero = np.zeros((size, size))
        return RowMaximum(np.zeros(size), 0.0, zero, np.zeros(size, np.bool_), True, 0)
    if start is None:
        x = np.full(size, 0.5 / max(size - 1, 1))
        x[0] = 0.5 * n / exposure[0]
    else:
        x = np.maximum(start, 1e-6 * n / exposure[0])
    x[1:][~matrix[1:].any(axis=1)] = 0.0  # no event saw it: it costs and explains nothing
    value, rate = _value(matrix, exposure, x)
    for step in range(1, _STEPS + 1):
        slope = matrix @ (1.0 / rate) - exposure
        information = _curvature(matrix, rate)
        free = (x > 0.0) | (slope > 0.0)
        move = _direction(slope, information, free)
        gain = float(move @ slope)
        if gain < TOLERANCE * max(1.0, abs(value) * 1e-6):
            last = np.maximum(x + move, 0.0)
            new, _ = _value(matrix, exposure, last)
            x, value = (last, new) if new >= value else (x, value)
            return RowMaximum(x, value, information, free, True, step)
        scale = 1.0
        while scale > 1e-12:
            tried = np.maximum(x + scale * move, 0.0)
            new, new_rate = _value(matrix, exposure, tried)
            if new >= value + 1e-4 * float(slope @ (tried - x)) and new > -np.inf:
                break
            scale *= 0.5
        else:
            # No step grows the value any more: as exact as rounding allows, or stuck.
            close = gain < 1e-6 * max(1.0, abs(value) * 1e-6)
            return RowMaximum(x, value, information, free, close, step)
        x, value, rate = tried, new, new_rate
    return RowMaximum(x, value, _curvature(matrix, rate), x > 0.0, False, _STEPS)
