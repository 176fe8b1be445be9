"""Compiled steps of the sampler of latent event times: moves of single times, parameters by row.

The process is the linear one with a common half-life, r = ln2 / h:

    lambda_k(t) = mu_k + sum_{t_i < t} a_k,type(i) r exp(-r (t - t_i))

Every array comes from outside. The generator is SplitMix64 (Steele, Lea and Flood 2014): a counter
in `random[0]` and a mixing function, so a chain's numbers depend on its own state alone.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["OPTIONS", "SOURCES", "Latent", "Room", "excite", "iterate", "move_ratio", "uniform"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]

SOURCES = ("fit/latent_kernel.py",)
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}

_REACH = 40.0  # exp(-40) of a rate is below the rounding of any rate it is added to
_FAR = 30.0  # of a normal score: beyond, its prior is out of floating range
_ROOT2 = math.sqrt(2.0)
_DENSITY0 = 1.0 / math.sqrt(2.0 * math.pi)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


class Latent(NamedTuple):
    """The events, their present times and what is known of them; n events of K types."""

    times: F8
    """[n] present times, by event."""
    low: F8
    """[n] start of the interval."""
    high: F8
    """[n] its end; equal to `low` for an exact time."""
    types: I8
    """[n]"""
    order: I8
    """[n] events in order of their present times."""
    place: I8
    """[n] inverse of `order`."""
    rates: F8
    """[n] the rate of the event's own type just before it."""
    earlier: I8
    """[P] event that comes before `later`, as coded."""
    later: I8
    """[P]"""
    first: int
    """Events before this are history."""
    start: float
    end: float


class Room(NamedTuple):
    """Working room of one chain."""

    fresh: F8
    """[n] rates after a proposed move."""
    drawn: F8
    """[n, K] r S_j just before each event."""
    spent: F8
    """[K] answers' share that falls in the period, summed over events of the source."""
    sums: F8
    """[K]"""
    trial: F8
    """[K + 1] scores of one row."""
    slope: F8
    """[K + 1]"""
    push: F8
    """[K + 1] momentum."""
    begin: F8
    """[K + 1]"""


@njit(**OPTIONS)
def uniform(random: U8) -> float:
    random[0] += _GOLDEN
    z = random[0]
    z = (z ^ (z >> _30)) * _MIX1
    z = (z ^ (z >> _27)) * _MIX2
    z = z ^ (z >> _31)
    return (np.float64(z >> _11) + 0.5) * (1.0 / 9007199254740992.0)


@njit(**OPTIONS)
def _normal(random: U8) -> float:
    return math.sqrt(-2.0 * math.log(uniform(random))) * math.cos(2.0 * math.pi * uniform(random))


@njit(**OPTIONS)
def _share(e: Latent, s: float, r: float) -> float:
    """Share of the answers to an event at s that falls in the period."""
    return math.exp(-r * (max(s, e.start) - s)) - math.exp(-r * (e.end - s))


@njit(**OPTIONS)
def excite(e: Latent, r: float, w: Room) -> None:
    """Fill `drawn` and `spent` for the present times; events at one moment do not draw each other."""
    n = e.times.shape[0]
    w.sums[:] = 0.0
    w.spent[:] = 0.0
    now, p = e.start, 0
    for q in range(n):
        i = e.order[q]
        t = e.times[i]
        if q == 0:
            now = t
        elif t > now:
            while p < q:
                w.sums[e.types[e.order[p]]] += 1.0
                p += 1
            w.sums[:] *= math.exp(-r * (t - now))
            now = t
        for j in range(w.sums.shape[0]):
            w.drawn[i, j] = r * w.sums[j]
        w.spent[e.types[i]] += _share(e, t, r)


@njit(**OPTIONS)
def _fill_rates(e: Latent, mu: F8, a: F8, w: Room) -> float:
    """Rates at the events from `drawn`; returns the log-likelihood of the period."""
    k_all, value = mu.shape[0], 0.0
    for i in range(e.first, e.times.shape[0]):
        k = e.types[i]
        rate = mu[k]
        for j in range(k_all):
            rate += a[k, j] * w.drawn[i, j]
        e.rates[i] = rate
        value += math.log(rate)
    for k in range(k_all):
        value -= mu[k] * (e.end - e.start)
        for j in range(k_all):
            value -= a[k, j] * w.spent[j]
    return value


@njit(**OPTIONS)
def _rate_at(e: Latent, i: int, s: float, mu: F8, a: F8, r: float) -> float:
    """The rate of event i's type just before s, without event i itself."""
    n, j = e.times.shape[0], e.types[i]
    rate, q = mu[j], e.place[i]
    while q + 1 < n and e.times[e.order[q + 1]] < s:
        q += 1
    while q >= 0:
        other = e.order[q]
        q -= 1
        t = e.times[other]
        if other == i or t >= s:
            continue
        if r * (s - t) > _REACH:
            break
        rate += a[j, e.types[other]] * r * math.exp(-r * (s - t))
    return float(rate)


@njit(**OPTIONS)
def move_ratio(e: Latent, i: int, s: float, mu: F8, a: F8, r: float, w: Room) -> float:
    """Log-likelihood after moving event i to s, less that before; new rates go to `fresh`.

    Only events whose rate changes are visited: later ones within the reach of the answers.
    """
    n, j, old = e.times.shape[0], e.types[i], e.times[i]
    low, high = min(old, s), max(old, s)
    value = 0.0
    for k in range(mu.shape[0]):
        value -= a[k, j] * (_share(e, s, r) - _share(e, old, r))
    q = e.place[i]
    while q > 0 and e.times[e.order[q - 1]] > low:
        q -= 1
    while q < n:
        other = e.order[q]
        q += 1
        t = e.times[other]
        if r * (t - high) > _REACH:
            break
        if other == i or other < e.first:
            continue
        change = 0.0
        if old < t:
            change -= math.exp(-r * (t - old))
        if s < t:
            change += math.exp(-r * (t - s))
        k = e.types[other]
        # Never below the background: a sum of differences may round there.
        w.fresh[other] = max(e.rates[other] + a[k, j] * r * change, mu[k])
        value += math.log(w.fresh[other] / e.rates[other])
    if i >= e.first:
        w.fresh[i] = _rate_at(e, i, s, mu, a, r)
        value += math.log(w.fresh[i] / e.rates[i])
    return value


@njit(**OPTIONS)
def _move(e: Latent, i: int, s: float, r: float, w: Room) -> None:
    """Put event i at s, with the rates of `move_ratio`."""
    n, old = e.times.shape[0], e.times[i]
    low, high = min(old, s), max(old, s)
    q = e.place[i]
    while q > 0 and e.times[e.order[q - 1]] > low:
        q -= 1
    while q < n and r * (e.times[e.order[q]] - high) <= _REACH:
        other = e.order[q]
        if other >= e.first and other != i:
            e.rates[other] = w.fresh[other]
        q += 1
    if i >= e.first:
        e.rates[i] = w.fresh[i]
    e.times[i] = s
    q = e.place[i]
    while q > 0 and e.times[e.order[q - 1]] > s:
        e.order[q] = e.order[q - 1]
        e.place[e.order[q]] = q
        q -= 1
    while q + 1 < n and e.times[e.order[q + 1]] < s:
        e.order[q] = e.order[q + 1]
        e.place[e.order[q]] = q
        q += 1
    e.order[q] = i
    e.place[i] = q


@njit(**OPTIONS)
def _sweep_times(e: Latent, mu: F8, a: F8, r: float, w: Room, random: U8) -> None:
    """Propose a new time for every event that has an interval: anywhere in it, or near by."""
    for i in range(e.times.shape[0]):
        low, high = e.low[i], e.high[i]
        if not low < high:
            continue
        for p in range(e.earlier.shape[0]):
            if e.later[p] == i:
                low = max(low, e.times[e.earlier[p]])
            if e.earlier[p] == i:
                high = min(high, e.times[e.later[p]])
        # Both proposals are symmetric: the bounds do not depend on the event's own time.
        if uniform(random) < 0.5:
            s = low + (high - low) * uniform(random)
        else:
            scale = (e.high[i] - e.low[i]) * 0.5 * math.exp(-5.0 * uniform(random))
            s = e.times[i] + scale * (2.0 * uniform(random) - 1.0)
        if not low < s < high:
            continue
        if math.log(uniform(random)) < move_ratio(e, i, s, mu, a, r, w):
            _move(e, i, s, r, w)


@njit(**OPTIONS)
def _row_density(
    e: Latent, k: int, x: F8, medians: F8, sd: float, means: F8, w: Room, slope: F8
) -> float:
    """Log posterior of row k at scores x (background, then answers), and its slope."""
    sources = means.shape[1]
    mu = medians[k] * math.exp(sd * x[0])
    value = -0.5 * x[0] * x[0]
    for j in range(sources):
        if not abs(x[1 + j]) < _FAR:
            return -np.inf
        value -= 0.5 * x[1 + j] * x[1 + j] + _answer(x[1 + j], means[k, j]) * w.spent[j]
        w.sums[j] = _answer(x[1 + j], means[k, j])
    if not abs(x[0]) < _FAR:
        return -np.inf
    value -= mu * (e.end - e.start)
    slope[0] = -(e.end - e.start)
    for j in range(sources):
        slope[1 + j] = -w.spent[j]
    for i in range(e.first, e.times.shape[0]):
        if e.types[i] != k:
            continue
        rate = mu
        for j in range(sources):
            rate += w.sums[j] * w.drawn[i, j]
        value += math.log(rate)
        slope[0] += 1.0 / rate
        for j in range(sources):
            slope[1 + j] += w.drawn[i, j] / rate
    slope[0] = slope[0] * sd * mu - x[0]
    for j in range(sources):
        y = x[1 + j]
        tail = 0.5 * math.erfc(y / _ROOT2)
        slope[1 + j] = slope[1 + j] * means[k, j] * _DENSITY0 * math.exp(-0.5 * y * y) / tail - y
    return float(value)


@njit(**OPTIONS)
def _answer(score: float, mean: float) -> float:
    """The exponential prior's value at a normal score: -mean log(1 - Phi(score))."""
    return -mean * math.log(0.5 * math.erfc(score / _ROOT2))


@njit(**OPTIONS)
def _kick(slope: F8, factor: F8, size: float, push: F8) -> None:
    """push += size factor' slope."""
    for c in range(push.shape[0]):
        for b in range(c, push.shape[0]):
            push[c] += size * factor[b, c] * slope[b]


@njit(**OPTIONS)
def _row_step(
    e: Latent, k: int, x: F8, medians: F8, sd: float, means: F8, factor: F8, step: float, w: Room,
    random: U8,
) -> float:  # fmt: skip
    """One Hamiltonian step of row k's scores, preconditioned by `factor`; returns acceptance."""
    d, energy = x.shape[0], 0.0
    for c in range(d):
        w.push[c] = _normal(random)
        energy -= 0.5 * w.push[c] ** 2
        w.trial[c] = x[c]
    energy += _row_density(e, k, w.trial, medians, sd, means, w, w.slope)
    legs = 3 + int(6 * uniform(random))
    value = -np.inf
    _kick(w.slope, factor, 0.5 * step, w.push)
    for leg in range(legs):
        for b in range(d):
            for c in range(b + 1):
                w.trial[b] += step * factor[b, c] * w.push[c]
        value = _row_density(e, k, w.trial, medians, sd, means, w, w.slope)
        if not value > -np.inf:
            return 0.0
        _kick(w.slope, factor, step if leg + 1 < legs else 0.5 * step, w.push)
    for c in range(d):
        value -= 0.5 * w.push[c] ** 2
    gain = math.exp(min(0.0, value - energy))
    if uniform(random) < gain:
        x[:] = w.trial
    return gain if gain == gain else 0.0


@njit(**OPTIONS)
def _life_density(
    e: Latent, score: float, life: F8, mu: F8, a: F8, w: Room
) -> float:  # fmt: skip
    """Log posterior of the half-life's score; leaves `drawn`, `spent` and rates as they are there."""
    if not abs(score) < _FAR:
        return -np.inf
    excite(e, math.log(2.0) / (life[0] * math.exp(life[1] * score)), w)
    return float(_fill_rates(e, mu, a, w) - 0.5 * score * score)


@njit(**OPTIONS)
def _life_step(e: Latent, score: float, life: F8, mu: F8, a: F8, w: Room, random: U8) -> float:
    """Slice step (Neal 2003, stepping out) of the half-life's score; returns the new score."""
    width = 0.3
    level = _life_density(e, score, life, mu, a, w) + math.log(uniform(random))
    left = score - width * uniform(random)
    right = left + width
    while _life_density(e, left, life, mu, a, w) > level:
        left -= width
    while _life_density(e, right, life, mu, a, w) > level:
        right += width
    while True:
        found = left + (right - left) * uniform(random)
        if _life_density(e, found, life, mu, a, w) > level:
            return float(found)
        if found < score:
            left = found
        else:
            right = found


def iterate(
    e: Latent,
    scores: F8,
    factors: F8,
    steps: F8,
    medians: F8,
    sd: float,
    means: F8,
    life: F8,
    free: bool,
    learn: bool,
    sweeps: int,
    w: Room,
    random: U8,
    kept: F8,
    values: F8,
    time_sums: F8,
) -> None:
    """Run one iteration for each row of `kept`: times, then each target's row, then the half-life.

    Args:
        e: events; present times are changed in place.
        scores: [K (K + 1) + 1] present normal scores, by row background and answers, then the
            half-life; changed in place.
        factors: [K, K + 1, K + 1] Cholesky factors that precondition each row.
        steps: [K] step sizes; learnt in place where `learn`.
        medians: [K] of mu.
        sd: of log mu.
        means: [K target, K source] of a.
        life: half-life [2] median and sd of its logarithm.
        free: whether the half-life is sampled.
        learn: whether step sizes adapt (such draws are thrown away).
        sweeps: over the times in each iteration.
        w: room.
        random: [1] the chain's counter.
        kept: [iterations, size of scores] out.
        values: [iterations] out: log-likelihood given the imputed times.
        time_sums: [2, n] sums of times less interval starts, and of their squares, added to.
    """
    k_all, last = medians.shape[0], scores.shape[0] - 1
    mu, a = np.empty(k_all), np.empty((k_all, k_all))
    for it in range(kept.shape[0]):
        for k in range(k_all):
            at = k * (k_all + 1)
            mu[k] = medians[k] * math.exp(sd * scores[at])
            for j in range(k_all):
                a[k, j] = _answer(scores[at + 1 + j], means[k, j])
        r = math.log(2.0) / (life[0] * math.exp(life[1] * scores[last]))
        excite(e, r, w)
        _fill_rates(e, mu, a, w)
        for _ in range(sweeps):
            _sweep_times(e, mu, a, r, w, random)
        excite(e, r, w)
        for k in range(k_all):
            at = k * (k_all + 1)
            for _ in range(2):
                gain = _row_step(
                    e, k, scores[at : at + k_all + 1], medians, sd, means, factors[k], steps[k],
                    w, random,
                )  # fmt: skip
                if learn:
                    steps[k] *= math.exp(0.1 * (gain - 0.8))
            mu[k] = medians[k] * math.exp(sd * scores[at])
            for j in range(k_all):
                a[k, j] = _answer(scores[at + 1 + j], means[k, j])
        if free:
            scores[last] = _life_step(e, scores[last], life, mu, a, w, random)
        values[it] = _fill_rates(e, mu, a, w)
        kept[it] = scores
        for i in range(e.times.shape[0]):
            since = e.times[i] - e.low[i]
            time_sums[0, i] += since
            time_sums[1, i] += since * since
