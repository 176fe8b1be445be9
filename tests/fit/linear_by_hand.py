"""The linear process written out as its definition says, slowly, to test the fast pass against."""

from __future__ import annotations

import math

import numpy as np

from talion.fit.events import EventTable
from talion.fit.linear import LinearParameters


def intensity(table: EventTable, p: LinearParameters, k: int, t: float) -> float:
    """lambda_k(t), the left limit."""
    rate = p.background[k]
    for s, j in zip(table.times, table.types, strict=True):
        if s < t:
            for h, half in enumerate(p.half_lives):
                rate += p.answers[k, j, h] * math.log(2) / half * 2 ** (-(t - s) / half)
    return float(rate)


def compensator(table: EventTable, p: LinearParameters, k: int, t: float) -> float:
    """Integral of lambda_k from the period's start to t."""
    total = p.background[k] * (t - table.start)
    for s, j in zip(table.times, table.types, strict=True):
        if s < t:
            since = max(s, table.start)
            for h, half in enumerate(p.half_lives):
                share = 2 ** (-(since - s) / half) - 2 ** (-(t - s) / half)
                total += p.answers[k, j, h] * share
    return float(total)


def log_likelihood(table: EventTable, p: LinearParameters) -> np.ndarray:
    """[K] by target type."""
    value = np.array([-compensator(table, p, k, table.end) for k in range(len(table.names))], float)
    for t, k in zip(table.times[table.first :], table.types[table.first :], strict=True):
        value[k] += math.log(intensity(table, p, k, t))
    return value
