"""Compiled pass that writes down what each event of a type saw of the past, at fixed half-lives.

With these features the likelihood of a row is a sum of logarithms of linear forms, and the events
need not be passed over again.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.model.compiling import inlined

__all__ = ["SOURCES", "feature_pass"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = ("model/compiling.py", "fit/features_kernel.py")
"""Every file the compiled pass is made of."""


@inlined
def _enter(m: I8, p: int, last: int, n_half: int, n_type: int, sums: F8) -> None:
    """Let the events from p to before `last` excite what follows."""
    for c in range(p, last):
        for h in range(n_half):
            sums[h * n_type + m[c]] += 1.0


@inlined
def _decay(gap: float, rate: F8, n_type: int, sums: F8) -> None:
    """Move the sums by `gap` days."""
    for h in range(rate.shape[0]):
        f = math.exp(-rate[h] * gap)
        for o in range(h * n_type, (h + 1) * n_type):
            sums[o] *= f


def feature_pass(
    t: F8,
    m: I8,
    first: int,
    start: float,
    end: float,
    rate: F8,
    place: I8,
    sums: F8,
    features: F8,
    exposure: F8,
) -> None:
    """Features of every event of the period and the exposure of every source.

    Args:
        t: [n] times, ascending.
        m: [n] types.
        first: events before this are history.
        start: start of the period.
        end: its end.
        rate: [H] r = ln2 / half-life.
        place: [K] in: column at which each type's events begin; overwritten.
        sums: [H K] room.
        features: [H K, n - first] out: r sum of exp(-r (t - t_k)) over the earlier events of each
            source, in columns sorted by the type of the event at t.
        exposure: [H K] out: the same integrated over the period, all events.
    """
    n_half, n_type = rate.shape[0], place.shape[0]
    sums[:] = 0.0
    for k in range(first):
        for h in range(n_half):
            sums[h * n_type + m[k]] += math.exp(rate[h] * (t[k] - start))
    for o in range(n_half * n_type):
        exposure[o] = sums[o]
    now = start
    p = first  # events before p are in the sums
    for k in range(first, t.shape[0]):
        gap = t[k] - now
        if gap > 0.0:
            _enter(m, p, k, n_half, n_type, sums)  # ties have waited
            p = k
            _decay(gap, rate, n_type, sums)
        now = t[k]
        column = place[m[k]]
        place[m[k]] += 1
        for o in range(n_half * n_type):
            features[o, column] = rate[o // n_type] * sums[o]
    _enter(m, p, t.shape[0], n_half, n_type, sums)
    _enter(m, first, t.shape[0], n_half, n_type, exposure)
    _decay(end - now, rate, n_type, sums)
    for o in range(n_half * n_type):
        exposure[o] -= sums[o]
