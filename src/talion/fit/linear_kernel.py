"""Compiled pass over the events for the linear Hawkes process: log-likelihood and gradient.

    lambda_i(t) = mu_i + sum_h sum_{t_k < t} a_{i j(k) h} r_h exp(-r_h (t - t_k)),   r_h = ln2 / h

The past enters by two sums for each source and half-life, S = sum exp(-r (t - t_k)) and
R = sum (t - t_k) exp(-r (t - t_k)), moved from event to event (Ogata 1981).

Events at one moment do not excite each other: an event enters the sums when a later moment is
reached. Nothing is allocated here and nothing raises.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.fit.compiling import inlined

__all__ = ["SOURCES", "Work", "likelihood_pass", "new_work"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = ("fit/compiling.py", "fit/linear_kernel.py")
"""Every file the compiled pass is made of."""

_BIG, _SMALL = 1e150, 1e-150


class Work(NamedTuple):
    """Room for one pass; reused between passes."""

    sums: F8
    """[H, K] S."""
    leads: F8
    """[H, K] R."""
    spent: F8
    """[H, K] share of each event's answers that falls in the period, summed."""
    late: F8
    """[H, K] R at the start of the period less R at its end."""
    slope: F8
    """[H] derivative of one rate by r, at fixed a."""
    product: F8
    """[K] running product of rates; its logarithm is taken when it leaves the range of floats."""


def new_work(types: int, halves: int) -> Work:
    """Room for `types` types and `halves` half-lives."""
    square = (halves, types)
    sums, leads, spent, late = (np.zeros(square) for _ in range(4))
    return Work(sums, leads, spent, late, np.zeros(halves), np.zeros(types))


@inlined
def _enter(m: I8, p: int, last: int, sums: F8) -> None:
    """Let the events from p to before `last` excite what follows."""
    for c in range(p, last):
        for h in range(sums.shape[0]):
            sums[h, m[c]] += 1.0


@inlined
def _begin(t: F8, m: I8, first: int, start: float, rate: F8, w: Work) -> None:
    """The past as it stands at the start of the period."""
    w.sums[:] = 0.0
    w.leads[:] = 0.0
    for k in range(first):
        for h in range(rate.shape[0]):
            x = math.exp(rate[h] * (t[k] - start))
            w.sums[h, m[k]] += x
            w.leads[h, m[k]] += (start - t[k]) * x
    for h in range(rate.shape[0]):
        for j in range(w.sums.shape[1]):
            w.spent[h, j] = w.sums[h, j]
            w.late[h, j] = w.leads[h, j]


@inlined
def _move(gap: float, rate: F8, sums: F8, leads: F8) -> None:
    """Move the sums by `gap` days."""
    for h in range(rate.shape[0]):
        f = math.exp(-rate[h] * gap)
        for j in range(sums.shape[1]):
            leads[h, j] = f * (leads[h, j] + gap * sums[h, j])
            sums[h, j] *= f


@inlined
def _totals(
    length: float, mu: F8, a: F8, rate: F8, w: Work, ll: F8, g_mu: F8, g_a: F8, g_rate: F8
) -> int:
    """Take off what was expected in the period; 1 if a row is impossible."""
    status = 0
    for i in range(mu.shape[0]):
        ll[i] += math.log(w.product[i]) - mu[i] * length
        g_mu[i] -= length
        for h in range(rate.shape[0]):
            for j in range(mu.shape[0]):
                ll[i] -= a[i, h, j] * w.spent[h, j]
                g_a[i, h, j] -= w.spent[h, j]
                g_rate[i, h] += a[i, h, j] * w.late[h, j]
        if not ll[i] > -np.inf:
            ll[i] = -np.inf
            status = 1
    return status


def likelihood_pass(
    t: F8,
    m: I8,
    counts: I8,
    first: int,
    start: float,
    end: float,
    mu: F8,
    a: F8,
    rate: F8,
    w: Work,
    ll: F8,
    g_mu: F8,
    g_a: F8,
    g_rate: F8,
) -> int:
    """One pass: log-likelihood and gradient of every target type.

    Args:
        t: [n] times, ascending.
        m: [n] types.
        counts: [K] events of each type in the period.
        first: events before this are history.
        start: start of the period.
        end: its end.
        mu: [K] background rates.
        a: [target K, H, source K] expected answers.
        rate: [H] r = ln2 / half-life.
        w: room.
        ll: [K] out: log-likelihood of each target type.
        g_mu: [K] out: d ll / d mu.
        g_a: like `a`, out: d ll / d a.
        g_rate: [target K, H] out: d ll of the target / d r at fixed a.

    Returns:
        0, or 1 if some rate at an event is not positive: that row's ll is -inf.
    """
    n, n_half, n_type = t.shape[0], rate.shape[0], mu.shape[0]
    sums, leads, product = w.sums, w.leads, w.product
    ll[:] = 0.0
    g_mu[:] = 0.0
    g_a[:] = 0.0
    g_rate[:] = 0.0
    product[:] = 1.0
    _begin(t, m, first, start, rate, w)
    now = start
    p = first  # events before p are in the sums
    for k in range(first, n):
        gap = t[k] - now
        if gap > 0.0:
            _enter(m, p, k, sums)
            p = k
            _move(gap, rate, sums, leads)
            now = t[k]
        i = m[k]
        lam = mu[i]
        for h in range(n_half):
            r, slope = rate[h], 0.0
            for j in range(n_type):
                lam += a[i, h, j] * r * sums[h, j]
                slope += a[i, h, j] * (sums[h, j] - r * leads[h, j])
            w.slope[h] = slope
        inverse = 1.0 / lam
        g_mu[i] += inverse
        grown = product[i] * lam
        if not _SMALL < grown < _BIG:
            ll[i] += math.log(grown)
            grown = 1.0
        product[i] = grown
        for h in range(n_half):
            weight = inverse * rate[h]
            for j in range(n_type):
                g_a[i, h, j] += weight * sums[h, j]
            g_rate[i, h] += inverse * w.slope[h]
    _enter(m, p, n, sums)
    _move(end - now, rate, sums, leads)
    for h in range(n_half):
        for j in range(n_type):
            w.spent[h, j] += counts[j] - sums[h, j]
            w.late[h, j] -= leads[h, j]
    return _totals(end - start, mu, a, rate, w, ll, g_mu, g_a, g_rate)
