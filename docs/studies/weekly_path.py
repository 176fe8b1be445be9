"""The best weekly log-baseline given the rest, by Newton steps with tridiagonal systems.

Serial loops, compiled by numba when `best_path` is first asked for; they run as plain Python too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from daily_counts import F8

STEPS = 1000
CLOSE = 1e-9  # nats that the next step is expected to gain


def path_value(a: F8, b: float, drawn: F8, scale: F8, diagonal: F8, off: float, w: F8) -> float:
    """log p(A | w) - w'P w/2, up to a constant."""
    value = 0.0
    for i in range(len(w)):
        own = np.exp(b + w[i])
        value -= 0.5 * diagonal[i] * w[i] * w[i]
        if i > 0:
            value -= off * w[i] * w[i - 1]
        for d in range(a.shape[1]):
            rate = (own + drawn[i, d]) * scale[i, d]
            value -= rate
            if a[i, d] > 0.0:
                value += a[i, d] * np.log(rate)
    return value


def path_slope(
    a: F8, b: float, drawn: F8, scale: F8, diagonal: F8, off: float, w: F8, slope: F8, info: F8,
    curve: F8,
) -> None:  # fmt: skip
    """Fill the slope by w, and the diagonals of P + I(w) by expected and by observed information.

    The observed one is for steps alone: at a week whose attacks are mostly drawn by earlier ones
    it can be below zero.
    """
    n = len(w)
    for i in range(n):
        own = np.exp(b + w[i])
        s, expected, observed = -diagonal[i] * w[i], 0.0, 0.0
        if i > 0:
            s -= off * w[i - 1]
        if i < n - 1:
            s -= off * w[i + 1]
        for d in range(a.shape[1]):
            part = own * scale[i, d]
            rate = part + drawn[i, d] * scale[i, d]
            s += (a[i, d] / rate - 1.0) * part
            expected += part * part / rate
            observed += part - a[i, d] * part * (rate - part) / (rate * rate)
        slope[i], info[i] = s, diagonal[i] + expected
        curve[i] = diagonal[i] + observed


def solve(curve: F8, off: float, slope: F8, pivot: F8, move: F8) -> float:
    """Solve the tridiagonal system for `move`; return the log determinant, NaN if not positive."""
    n = len(curve)
    log_det = 0.0
    for i in range(n):
        lower = off / pivot[i - 1] if i > 0 else 0.0
        pivot[i] = curve[i] - lower * off
        if not pivot[i] > 0.0:
            return np.nan
        move[i] = slope[i] - (lower * move[i - 1] if i > 0 else 0.0)
        log_det += np.log(pivot[i])
    for i in range(n - 1, -1, -1):
        move[i] = (move[i] - (off * move[i + 1] if i < n - 1 else 0.0)) / pivot[i]
    return log_det


def ascend(
    a: F8, b: float, drawn: F8, scale: F8, diagonal: F8, off: float, w: F8
) -> tuple[float, float, int]:
    """Move w to its best; return the value there, log det (P + I) and the steps taken."""
    n = len(w)
    slope, info, curve = np.empty(n), np.empty(n), np.empty(n)
    pivot, move = np.empty(n), np.empty(n)
    value = path_value(a, b, drawn, scale, diagonal, off, w)
    step = 0
    while step < STEPS:
        step += 1
        path_slope(a, b, drawn, scale, diagonal, off, w, slope, info, curve)
        blend = 0.0  # of expected information, as much as makes the system positive
        while not np.isfinite(solve(curve + blend * (info - curve), off, slope, pivot, move)):
            blend = min(2.0 * blend + 0.125, 1.0)
        gain = 0.0
        for i in range(n):
            gain += move[i] * slope[i]
        if gain < CLOSE:
            break
        length = 1.0
        while length > 1e-9:
            tried = w + length * move
            new = path_value(a, b, drawn, scale, diagonal, off, tried)
            if new > value + 1e-4 * length * gain:
                w[:] = tried
                value = new
                break
            length *= 0.5
        else:
            break  # as exact as rounding allows
    return value, solve(info, off, slope, pivot, move), step


@cache
def best_path() -> Callable[..., tuple[float, float, int]]:
    """Compile `ascend` and what it calls."""
    from numba import njit

    compiled = {f.__name__: njit(f) for f in (path_value, path_slope, solve)}
    own = dict(ascend.__globals__) | compiled
    return njit(type(ascend)(ascend.__code__, own, ascend.__name__))  # type: ignore[no-any-return]
