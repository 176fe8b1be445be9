"""The Poisson embedding: one type's points of one day, band by band.

The unit-rate Poisson measure on (time, height) is cut into cells (day, band); a history keeps a
point of a type if its height is below the type's rate at that time. What a cell holds depends on
(seed, draw, history, type, day, band) alone, so two what-ifs see the same points and differ only
where their rates differ (Bremaud and Massoulie 1996). A point is one word: time of day in the
upper 32 bits, height within the band in the lower, so that words sort by time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.simulate.compiling import inlined, inner
from talion.simulate.random import open_unit, unit, word

__all__ = ["MAX_BANDS", "height", "open_bands", "time_of_day"]

F8 = NDArray[np.float64]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

MAX_BANDS = 64
_WIDE = 8.0  # events per day; wider cells are filled by exponential gaps, in time order
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_TO_UNIT = 1.0 / 4294967296.0  # 2^-32
_MOST = 64  # points of a narrow cell: more have a probability below 1e-35
_INVERSE = np.concatenate([[0.0], 1.0 / np.arange(1, _MOST + 1)])


@inlined
def time_of_day(point: np.uint64) -> float:
    """Fraction of the day, 0..1; the middle of its 20 microseconds."""
    return (np.float64(np.int64(point >> _HALF)) + 0.5) * _TO_UNIT


@inlined
def height(point: np.uint64) -> float:
    """Height within the band, 0..1."""
    return (np.float64(np.int64(point & _LOW)) + 0.5) * _TO_UNIT


@inner
def fill_wide(
    cell: np.uint64, width: float, owner: int, after: np.uint64, q: int, nq: int, qw: U8, qk: U4
) -> int:
    """Add a wide cell's points after `after`, merged in order; the new length, or -1 if full."""
    x, i, last = 0.0, 0, nq
    room = qw.shape[0]
    while True:
        x -= math.log(open_unit(word(cell, 2 * i + 1))) / width
        if x >= 1.0:
            break
        point = (np.uint64(x * 4294967296.0) << _HALF) | (word(cell, 2 * i + 2) & _LOW)
        i += 1
        if point > after:
            if last == room:
                return -1
            qw[last] = point
            qk[last] = owner
            last += 1
    # The new points stand in order behind the old: copy them further back, then merge backwards.
    many = last - nq
    if last + many > room:
        return -1
    for j in range(many):
        qw[last + j] = qw[nq + j]
    old, new, to = nq - 1, last + many - 1, last - 1
    while new >= last:
        if old >= q and qw[old] > qw[new]:
            qw[to] = qw[old]
            qk[to] = qk[old]
            old -= 1
        else:
            qw[to] = qw[new]
            qk[to] = owner
            new -= 1
        to -= 1
    return last


@inlined
def fill_narrow(
    cell: np.uint64,
    width: float,
    p0: float,
    owner: int,
    after: np.uint64,
    q: int,
    nq: int,
    qw: U8,
    qk: U4,
) -> int:
    """Add a cell's points after `after`: a Poisson number by inversion, each put in its place."""
    u = unit(cell)
    p, below, i = p0, p0, 1
    while u >= below and i < _MOST:
        point = word(cell, i)
        if point > after:
            if nq == qw.shape[0]:
                return -1
            at = nq
            while at > q and qw[at - 1] > point:
                qw[at] = qw[at - 1]
                qk[at] = qk[at - 1]
                at -= 1
            qw[at] = point
            qk[at] = owner
            nq += 1
        p *= width * _INVERSE[i]
        below += p
        i += 1
    return nq


@inlined
def open_bands(
    k: int,
    bound: float,
    today: int,
    after: np.uint64,
    q: int,
    nq: int,
    qw: U8,
    qk: U4,
    edge: F8,
    width: F8,
    p0: F8,
    key: np.uint64,
    top: U4,
) -> int:
    """Open the bands of type `k` below `bound`; the new queue length, or -1 if it is full."""
    b = top[k]
    while b < edge.shape[1] and edge[k, b] < bound and nq >= 0:
        cell = word(key, today * MAX_BANDS + b)
        owner = k * MAX_BANDS + b
        if width[k, b] < _WIDE:
            if unit(cell) >= p0[k, b]:
                nq = fill_narrow(cell, width[k, b], p0[k, b], owner, after, q, nq, qw, qk)
        else:
            nq = fill_wide(cell, width[k, b], owner, after, q, nq, qw, qk)
        b += 1
    top[k] = b
    return nq
