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


def slopes(table: EventTable, p: LinearParameters) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives of the log-likelihood by mu [K], answers [K, K, H] and half-lives [K, H].

    Every pair of events by itself, in the longest floats there are.
    """
    types, halves = len(table.names), len(p.half_lives)
    t = table.times.astype(np.longdouble)
    rate = np.log(np.longdouble(2)) / p.half_lives.astype(np.longdouble)
    by_mu = np.full(types, -table.length, np.longdouble)
    by_a = np.zeros((types, types, halves), np.longdouble)
    by_r = np.zeros((types, halves), np.longdouble)
    for n in range(table.first, len(t)):
        k, earlier = table.types[n], table.times < table.times[n]
        lag, source = t[n] - t[earlier], table.types[earlier]
        kernel = rate[:, None] * np.exp(-rate[:, None] * lag)  # [H, earlier]
        bend = np.exp(-rate[:, None] * lag) * (1 - rate[:, None] * lag)
        a = p.answers[k][source].T  # [H, earlier]
        inverse = 1 / (p.background[k] + (a * kernel).sum())
        by_mu[k] += inverse
        for j in range(types):
            by_a[k, j] += inverse * kernel[:, source == j].sum(axis=1)
        by_r[k] += inverse * (a * bend).sum(axis=1)
    since, left = np.maximum(t, table.start) - t, table.end - t
    share = np.exp(-rate[:, None] * since) - np.exp(-rate[:, None] * left)
    bend = left * np.exp(-rate[:, None] * left) - since * np.exp(-rate[:, None] * since)
    for j in range(types):
        by_a[:, j] -= share[:, table.types == j].sum(axis=1)
        by_r -= p.answers[:, j] * bend[:, table.types == j].sum(axis=1)
    by_half = -by_r * rate / p.half_lives
    return by_mu.astype(float), by_a.astype(float), by_half.astype(float)
