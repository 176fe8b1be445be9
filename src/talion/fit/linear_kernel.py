"""Compiled pass over the events for the linear Hawkes process: log-likelihood and gradient.

    lambda_i(t) = mu_i + sum_h sum_{t_k < t} a_{i j(k) h} r_h exp(-r_h (t - t_k)),   r_h = ln2 / h

The past enters by two sums for each source and half-life, S = sum exp(-r (t - t_k)) and
R = sum (t - t_k) exp(-r (t - t_k)), moved from event to event (Ogata 1981). The decays between
events do not depend on the sums; they are computed a block ahead, in a loop that the compiler
vectorises.

Events at one moment do not excite each other: an event enters the sums when a later moment is
reached. Nothing is allocated here and nothing raises.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.fit.compiling import inlined

__all__ = ["SOURCES", "Work", "enter", "likelihood_pass", "new_work"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = ("fit/compiling.py", "fit/linear_kernel.py")
"""Every file the compiled pass is made of."""

_BLOCK = 64  # events whose decays are computed together
_BIG, _SMALL = 1e150, 1e-150

_LOWEST = -700.0  # exp of less is nothing beside any rate
_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two parts (Cody and Waite)
_LN2_LOW = 1.90821492927058770002e-10
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves a whole number in the low bits
_52 = np.int64(52)


class Work(NamedTuple):
    """Room for one pass; reused between passes. [H K] arrays are flat, sources within half-lives."""

    sums: F8
    """[H K] S."""
    leads: F8
    """[H K] R."""
    spent: F8
    """[H K] share of each event's answers that falls in the period, summed."""
    late: F8
    """[H K] R at the start of the period less R at its end."""
    gaps: F8
    """[BLOCK] days from one event to the next."""
    decays: F8
    """[H BLOCK] exp(-r gap)."""
    product: F8
    """[K] running product of rates; its logarithm is taken when it leaves the range of floats."""


def new_work(types: int, halves: int) -> Work:
    """Room for `types` types and `halves` half-lives."""
    sizes = [types * halves] * 4 + [_BLOCK, _BLOCK * halves, types]
    return Work(*map(np.zeros, sizes))


@inlined
def _look_ahead(t: F8, k: int, last: int, before: float, rate: F8, gaps: F8, decays: F8) -> None:
    """Gaps before events k..last and exp(-r gap): 2^n times a series on [-ln2/2, ln2/2]."""
    gaps[0] = t[k] - before
    for q in range(1, last - k):
        gaps[q] = t[k + q] - t[k + q - 1]
    # To the next multiple of 16: what lies behind `last` is not read.
    size = (last - k + 15) // 16 * 16
    for h in range(rate.shape[0]):
        r, o = -rate[h], h * _BLOCK
        for q in range(size):
            y = max(r * gaps[q], _LOWEST)
            shifted = y * _LOG2E + _ROUND
            whole = shifted - _ROUND
            v = (y - whole * _LN2_HIGH) - whole * _LN2_LOW
            e = 1 / 39916800 + v * (1 / 479001600 + v * (1 / 6227020800))
            e = 1 / 40320 + v * (1 / 362880 + v * (1 / 3628800 + v * e))
            e = 1 / 120 + v * (1 / 720 + v * (1 / 5040 + v * e))
            e = 1.0 + v * (1.0 + v * (0.5 + v * (1 / 6 + v * (1 / 24 + v * e))))
            bits = np.float64(e).view(np.int64) + (np.float64(shifted).view(np.int64) << _52)
            decays[o + q] = np.int64(bits).view(np.float64)


@inlined
def _begin(t: F8, m: I8, first: int, start: float, rate: F8, w: Work) -> None:
    """The past as it stands at the start of the period."""
    n_type = w.product.shape[0]
    w.sums[:] = 0.0
    w.leads[:] = 0.0
    for k in range(first):
        for h in range(rate.shape[0]):
            x = math.exp(rate[h] * (t[k] - start))
            w.sums[h * n_type + m[k]] += x
            w.leads[h * n_type + m[k]] += (start - t[k]) * x
    for o in range(w.sums.shape[0]):
        w.spent[o] = w.sums[o]
        w.late[o] = w.leads[o]


@inlined
def _end(m: I8, first: int, gap: float, rate: F8, w: Work) -> None:
    """Complete `spent` and `late`, `gap` days after the last event that entered the sums."""
    n_type = w.product.shape[0]
    for h in range(rate.shape[0]):
        f = math.exp(-rate[h] * gap)
        for o in range(h * n_type, (h + 1) * n_type):
            w.spent[o] -= f * w.sums[o]
            w.late[o] -= f * (w.leads[o] + gap * w.sums[o])
    for k in range(first, m.shape[0]):
        for h in range(rate.shape[0]):
            w.spent[h * n_type + m[k]] += 1.0


@inlined
def enter(m: I8, p: int, last: int, n_half: int, n_type: int, sums: F8) -> None:
    """Let the events before `last` excite what follows."""
    for c in range(p, last):
        for h in range(n_half):
            sums[h * n_type + m[c]] += 1.0


# Offsets are made unsigned: a signed index is checked for counting from the end at every use.


@inlined
def _answers(
    o: int, row: int, n_type: int, f: float, gap: float, sums: F8, leads: F8, a: F8
) -> float:
    """Move the sums of one half-life by `gap`; return sum a S for one target."""
    total = 0.0
    for j in range(n_type):
        at = np.uint64(o + j)
        s = f * sums[at]
        leads[at] = f * leads[at] + gap * s
        sums[at] = s
        total += a[np.uint64(row + j)] * s
    return total


@inlined
def _slopes(
    o: int, row: int, n_type: int, inverse: float, r: float, sums: F8, leads: F8, a: F8, g_a: F8
) -> float:
    """Add to the derivatives by a; return the derivative of lambda by r at fixed a."""
    slope = 0.0
    for j in range(n_type):
        at, to = np.uint64(o + j), np.uint64(row + j)
        s = sums[at]
        g_a[to] += inverse * s
        slope += a[to] * (s - r * leads[at])
    return slope


@inlined
def _totals(
    length: float, mu: F8, a: F8, rate: F8, w: Work, ll: F8, g_mu: F8, g_a: F8, g_rate: F8
) -> int:
    """Take off what was expected in the period; 1 if a row is impossible."""
    n_half, n_type, status = rate.shape[0], mu.shape[0], 0
    for i in range(n_type):
        ll[i] += math.log(w.product[i]) - mu[i] * length
        g_mu[i] -= length
        for o in range(n_half * n_type):
            at, h = i * n_half * n_type + o, o // n_type
            ll[i] -= a[at] * w.spent[o]
            g_a[at] = rate[h] * g_a[at] - w.spent[o]
            g_rate[i * n_half + h] += a[at] * w.late[o]
        if not ll[i] > -np.inf:
            ll[i] = -np.inf
            status = 1
    return status


def likelihood_pass(
    t: F8,
    m: I8,
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
        first: events before this are history.
        start: start of the period.
        end: its end.
        mu: [K] background rates.
        a: [target K, H, source K] flat: expected answers.
        rate: [H] r = ln2 / half-life.
        w: room.
        ll: [K] out: log-likelihood of each target type.
        g_mu: [K] out: d ll / d mu.
        g_a: like `a`, out: d ll / d a.
        g_rate: [target K, H] flat, out: d ll of the target / d r at fixed a.

    Returns:
        0, or 1 if some rate at an event is not positive: that row's ll is -inf.
    """
    n, n_half, n_type = t.shape[0], rate.shape[0], mu.shape[0]
    sums, leads, product = w.sums, w.leads, w.product
    gaps, decays = w.gaps, w.decays
    ll[:] = 0.0
    g_mu[:] = 0.0
    g_a[:] = 0.0
    g_rate[:] = 0.0
    product[:] = 1.0
    _begin(t, m, first, start, rate, w)
    now = start
    p = first  # events before p are in the sums
    for k in range(first, n):
        q = (k - first) % _BLOCK
        if q == 0:
            _look_ahead(t, k, min(n, k + _BLOCK), now, rate, gaps, decays)
        i = m[k]
        gap = gaps[q]
        if gap > 0.0:
            enter(m, p, k, n_half, n_type, sums)
            p = k
        now = t[k]
        lam = mu[i]
        for h in range(n_half):
            row, f = (i * n_half + h) * n_type, decays[h * _BLOCK + q]
            lam += rate[h] * _answers(h * n_type, row, n_type, f, gap, sums, leads, a)
        inverse = 1.0 / lam
        g_mu[i] += inverse
        grown = product[i] * lam
        if not _SMALL < grown < _BIG:
            ll[i] += math.log(grown)
            grown = 1.0
        product[i] = grown
        for h in range(n_half):
            row = (i * n_half + h) * n_type
            slope = _slopes(h * n_type, row, n_type, inverse, rate[h], sums, leads, a, g_a)
            g_rate[i * n_half + h] += inverse * slope
    enter(m, p, n, n_half, n_type, sums)
    _end(m, first, end - now, rate, w)
    return _totals(end - start, mu, a, rate, w, ll, g_mu, g_a, g_rate)
