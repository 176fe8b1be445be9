"""Compiled pass over the events for the linear Hawkes process: log-likelihood and gradient.

    lambda_i(t) = mu_i + sum_h sum_{t_k < t} a_{i j(k) h} r_h exp(-r_h (t - t_k)),   r_h = ln2 / h

The past enters by sums about an origin c, which an event changes in one place (Ogata 1981 moves
all sums at every event):

    A_j = sum exp(r (t_k - c)),      S_j = sum exp(-r (t - t_k)) = exp(-r (t - c)) A_j
    L_i = sum_j a_ij A_j,            M_i = sum_j a_ij sum (t_k - c) exp(r (t_k - c))

so that r exp(-r (t - c)) L_i is the rate, and exp(-r (t - c)) (L_i - r ((t - c) L_i - M_i)) its
slope by r. Events are taken in blocks with the first event for the origin; a block ends before exp
leaves the range of floats or the difference in the slope its digits.

Events at one moment do not excite each other: each sees the sums as they stood before its moment.
Rows are padded to whole lanes, which compile to vector instructions. Nothing is allocated here and
nothing raises.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.fit.lanes import LANES, add_row, running_rows
from talion.model.compiling import inlined

__all__ = ["SOURCES", "Work", "likelihood_pass", "new_work"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = ("model/compiling.py", "fit/lanes.py", "fit/linear_kernel.py")
"""Every file the compiled pass is made of."""

_BIG, _SMALL = 1e150, 1e-150
_FARTHEST = 128.0  # r (t - c) within a block: costs the slope by r at most this many roundings
_BLOCK = 64  # events of a block, at most: what is kept of them stays in the nearest cache
_ROWS = _BLOCK + 2
_STEPS = 4.0 / math.log(2.0)
_STEP, _REST = 0.17328679513980205, 1.8427506412919497e-13  # ln2 / 4, the first with 40 bits


class Work(NamedTuple):
    """Room for one pass; reused between passes. W is K rounded up to whole lanes.

    The sums are kept as they stand before and after each event of a block: row 0 without the
    moment that the block before ended with, row 1 with all of it, row 2 + s with event s too.
    """

    columns: F8
    """[H, K source, W target] the answers; padding stays zero."""
    one: F8
    """[K, W] rows of the unit matrix."""
    past: F8
    """[H, 2 + block, W source] A."""
    level: F8
    """[H, 2 + block, W target] L."""
    moment: F8
    """[H, 2 + block, W target] M."""
    credit: F8
    """[H, K target, W source] S of each event over its rate, summed."""
    powers: F8
    """[N] 2^(-n/4)."""
    since: F8
    """[block] t - c."""
    fade: F8
    """[H, block] exp(-r (t - c))."""
    lift: F8
    """[H, block] exp(r (t - c))."""
    slope: F8
    """[H, block] derivative of the event's rate by r."""
    rate: F8
    """[block] the event's rate."""
    inverse: F8
    """[block] one over it."""
    sees: I8
    """[block] the row of sums that holds all that was before the event's moment."""
    spent: F8
    """[H, K] share of each event's answers that falls in the period, summed."""
    late: F8
    """[K target, H] a sum (t - t_k) exp(-r (t - t_k)) at the period's start less that at its end."""
    product: F8
    """[K] running product of rates; its logarithm is taken when it leaves the range of floats."""


def new_work(types: int, halves: int) -> Work:
    """Room for `types` types and `halves` half-lives."""
    wide = -(-types // LANES) * LANES
    one = _room(types * wide)
    one.reshape(types, wide)[:, :types] = np.eye(types)
    return Work(
        columns=_room(halves * types * wide),
        one=one,
        past=_room(halves * _ROWS * wide),
        level=_room(halves * _ROWS * wide),
        moment=_room(halves * _ROWS * wide),
        credit=_room(halves * types * wide),
        powers=np.exp2(np.arange(int(_FARTHEST * _STEPS) + 3) / -4.0),
        since=_room(_BLOCK),
        fade=_room(halves * _BLOCK),
        lift=_room(halves * _BLOCK),
        slope=_room(halves * _BLOCK),
        rate=_room(_BLOCK),
        inverse=_room(_BLOCK),
        sees=np.zeros(_BLOCK, np.int64),
        spent=np.zeros((halves, types)),
        late=np.zeros((types, halves)),
        product=np.zeros(types),
    )


def _room(size: int) -> F8:
    """Zeros that begin with a cache line: rows that straddle two are slow."""
    room = np.zeros(size + 8)
    skip = -room.ctypes.data // 8 % 8
    return room[skip : skip + size]


@inlined
def _shift(last: int, seen: int, gap: float, rate: F8, n_half: int, wide: int, w: Work) -> None:
    """Move the origin by `gap` days, and the rows `seen` and `last` to the front."""
    for h in range(n_half):
        f, o = math.exp(-rate[h] * gap), h * _ROWS * wide
        for to in range(2):
            row = o + (last if to else seen) * wide
            for v in range(wide):
                level = w.level[row + v]
                w.past[o + to * wide + v] = f * w.past[row + v]
                w.moment[o + to * wide + v] = f * (w.moment[row + v] - gap * level)
                w.level[o + to * wide + v] = f * level


@inlined
def _begin(t: F8, m: I8, first: int, start: float, a: F8, rate: F8, wide: int, w: Work) -> None:
    """The past as it stands at the start of the period, which is the first origin, in row 1."""
    n_type = a.shape[0]
    w.credit[:] = 0.0
    for h in range(rate.shape[0]):
        for j in range(n_type):
            for i in range(n_type):
                w.columns[(h * n_type + j) * wide + i] = a[i, h, j]
        row = (h * _ROWS + 1) * wide
        for v in range(row, row + wide):
            w.past[v], w.level[v], w.moment[v] = 0.0, 0.0, 0.0
        for k in range(first):
            since = t[k] - start
            x, column = math.exp(rate[h] * since), (h * n_type + m[k]) * wide
            for v in range(0, wide, LANES):
                add_row(w.past, row + v, w.one, m[k] * wide + v, x)
                add_row(w.level, row + v, w.columns, column + v, x)
                add_row(w.moment, row + v, w.columns, column + v, x * since)


@inlined
def _end_of_block(t: F8, b: int, farthest: float) -> int:
    """The event before which the block that begins with b ends."""
    stop: int = min(b + _BLOCK, t.shape[0])
    while t[stop - 1] - t[b] > farthest:
        stop = b + (stop - b) // 2
    return stop


@inlined
def _look(t: F8, m: I8, b: int, stop: int, before: float, mu: F8, w: Work) -> None:
    """Which sums each event of a block sees, and what does not depend on half-lives."""
    row = 0
    for s in range(stop - b):
        if t[b + s] > before:
            row = 1 + s
        before = t[b + s]
        w.sees[s] = row
        w.since[s] = before - t[b]
        w.rate[s] = mu[m[b + s]]


@inlined
def _exponential(g: float) -> float:
    """exp g to the last digit or two, for |g| < .09: the series, which compiles to vectors."""
    e = 1.0 + g * (1.0 / 9.0)
    e = 1.0 + g * (1.0 / 8.0) * e
    e = 1.0 + g * (1.0 / 7.0) * e
    e = 1.0 + g * (1.0 / 6.0) * e
    e = 1.0 + g * (1.0 / 5.0) * e
    e = 1.0 + g * (1.0 / 4.0) * e
    e = 1.0 + g * (1.0 / 3.0) * e
    e = 1.0 + g * (1.0 / 2.0) * e
    return 1.0 + g * e


@inlined
def _see(m: I8, b: int, stop: int, h: int, r: float, wide: int, w: Work) -> None:
    """Sums of a block by one half-life; rate and slope of its events."""
    z = h * _BLOCK
    for s in range(stop - b):
        u = r * w.since[s]
        n = np.floor(u * _STEPS + 0.5)
        w.lift[z + s] = n
        w.fade[z + s] = _exponential((n * _STEP - u) + n * _REST)
    for s in range(stop - b):
        w.fade[z + s] *= w.powers[int(w.lift[z + s])]
    for s in range(stop - b):
        w.lift[z + s] = 1.0 / w.fade[z + s]
    front, n_type = h * _ROWS * wide, w.product.shape[0]
    for v in range(0, wide, LANES):
        running_rows(
            w.past, w.level, w.moment, front + wide + v, wide, w.one, v,
            w.columns, h * n_type * wide + v, m, b, w.lift, z, w.since, stop - b,
        )  # fmt: skip
    for s in range(stop - b):
        o, f = front + w.sees[s] * wide + m[b + s], w.fade[z + s]
        level = w.level[o]
        w.rate[s] += f * r * level
        w.slope[z + s] = f * (level - r * (w.since[s] * level - w.moment[o]))


@inlined
def _credit(
    m: I8, b: int, stop: int, n_half: int, wide: int, w: Work, ll: F8, g_mu: F8, g_rate: F8
) -> None:
    """Give each event of a block to its type's log-likelihood and gradient."""
    n_type = w.product.shape[0]
    for s in range(stop - b):
        w.inverse[s] = 1.0 / w.rate[s]
    for s in range(stop - b):
        i = m[b + s]
        g_mu[i] += w.inverse[s]
        grown = w.product[i] * w.rate[s]
        if not _SMALL < grown < _BIG:
            ll[i] += math.log(grown)
            grown = 1.0
        w.product[i] = grown
    for h in range(n_half):
        z = h * _BLOCK
        for s in range(stop - b):
            i, inverse = m[b + s], w.inverse[s]
            g_rate[i, h] += inverse * w.slope[z + s]
            o, row = (h * n_type + i) * wide, (h * _ROWS + w.sees[s]) * wide
            for v in range(0, wide, LANES):
                add_row(w.credit, o + v, w.past, row + v, inverse * w.fade[z + s])


@inlined
def _balance(sign: float, n_half: int, wide: int, w: Work) -> None:
    """Add what the sums in row 1, at the origin, mean for the period, or take it off."""
    for h in range(n_half):
        for j in range(w.product.shape[0]):
            o = (h * _ROWS + 1) * wide + j
            w.spent[h, j] += sign * w.past[o]
            w.late[j, h] -= sign * w.moment[o]


@inlined
def _totals(
    length: float,
    mu: F8,
    a: F8,
    rate: F8,
    wide: int,
    w: Work,
    ll: F8,
    g_mu: F8,
    g_a: F8,
    g_rate: F8,
) -> int:
    """Take off what was expected in the period; 1 if a row is impossible."""
    status, n_type = 0, mu.shape[0]
    for i in range(n_type):
        ll[i] += math.log(w.product[i]) - mu[i] * length
        g_mu[i] -= length
        for h in range(rate.shape[0]):
            for j in range(n_type):
                ll[i] -= a[i, h, j] * w.spent[h, j]
                g_a[i, h, j] = rate[h] * w.credit[(h * n_type + i) * wide + j] - w.spent[h, j]
            g_rate[i, h] += w.late[i, h]
        if not ll[i] > -np.inf:
            ll[i] = -np.inf
            status = 1
    return status


@inlined
def _blocks(
    t: F8,
    m: I8,
    first: int,
    start: float,
    end: float,
    mu: F8,
    rate: F8,
    n_half: int,
    wide: int,
    w: Work,
    ll: F8,
    g_mu: F8,
    g_rate: F8,
) -> None:
    """Pass over the events of the period, block by block, and come to its end, the last origin."""
    n, fastest = t.shape[0], rate[0]
    for h in range(1, n_half):
        fastest = max(fastest, rate[h])
    origin, before = start, -np.inf  # history is older than any event of the period
    b, last, seen = first, 1, 1
    while b < n:
        _shift(last, seen, t[b] - origin, rate, n_half, wide, w)
        origin = t[b]
        stop = _end_of_block(t, b, _FARTHEST / fastest)
        _look(t, m, b, stop, before, mu, w)
        for h in range(n_half):
            _see(m, b, stop, h, rate[h], wide, w)
        _credit(m, b, stop, n_half, wide, w, ll, g_mu, g_rate)
        last, seen, before = 1 + stop - b, w.sees[stop - 1 - b], t[stop - 1]
        b = stop
    _shift(last, last, end - origin, rate, n_half, wide, w)


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
        0, or 1 if some rate at an event is not positive: that row's ll is -inf. All are where an r
        is not a finite number, as a sampler may try in far tails.
    """
    n_half, n_type = rate.shape[0], mu.shape[0]
    wide = w.one.shape[0] // n_type
    ll[:] = 0.0
    g_mu[:] = 0.0
    g_rate[:] = 0.0
    w.product[:] = 1.0
    for h in range(n_half):
        if not 0.0 <= rate[h] < np.inf:  # it would lead outside the table of powers
            ll[:] = -np.inf
            g_a[:] = 0.0
            return 1
        for j in range(n_type):
            w.spent[h, j] = counts[j]
            w.late[j, h] = 0.0
    _begin(t, m, first, start, a, rate, wide, w)
    _balance(1.0, n_half, wide, w)
    if n_half == 1 and wide == LANES:  # the same, compiled with loops of known length
        _blocks(t, m, first, start, end, mu, rate, 1, LANES, w, ll, g_mu, g_rate)
    else:
        _blocks(t, m, first, start, end, mu, rate, n_half, wide, w, ll, g_mu, g_rate)
    _balance(-1.0, n_half, wide, w)
    return _totals(end - start, mu, a, rate, wide, w, ll, g_mu, g_a, g_rate)
