"""Compiled passes of attribution: what each event saw, what it owes to each earlier one, and what
the rates would be without a group of events or links. Nothing is allocated and nothing raises.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from talion.fit.compiling import ENTRY
from talion.model.compiled import Draws, Structure
from talion.model.drift import tick

__all__ = ["OPTIONS", "SOURCES", "Pairs", "Seen", "Work", "pair_pass", "path_pass", "removal_pass"]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = (
    "fit/attribution_kernel.py",
    "fit/compiling.py",
    "model/compiled.py",
    "model/drift.py",
)
"""Every file the compiled passes are made of."""

OPTIONS = ENTRY
_LN2 = math.log(2.0)
_GONE = 1e-12  # a factor's difference that no rate can feel
_DELAYS = (4.0, 15.0, 31.0)

_BETWEEN: dict[str, Any] = {**ENTRY, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_inner: Any = njit(**_BETWEEN)
_tick = _inner(tick)


class Seen(NamedTuple):
    """What happened in one draw; days count from the window's start."""

    time: F8
    """[n] days since the window's start, ascending."""
    event_class: I8
    """[n]"""
    event_start: I8
    """[days + 1] first event of each day."""
    set_time: F8
    set_factor: I8
    set_value: F8
    set_start: I8
    """[days + 1] first change within each day."""
    levels: F8
    """[days + 1, F]"""
    shocks: F8
    """[days + 1, F] NaN where not known; `path_pass` fills them in."""
    moved: F8
    """[days + 1, F] `path_pass` writes the tick before noise."""
    mass: F8
    """[S, H]"""
    u: F8
    """[C]"""
    keep: F8
    """[S, C] share of 1 - u that an event of the class leaves."""
    target: I8
    """[K] 1 for types whose events are attributed."""


class Work(NamedTuple):
    """Room: two tracks of excitation, suppression and factors."""

    e: F8
    """[2, H, K]"""
    u: F8
    """[2, C]"""
    z: F8
    """[2, F] now."""
    seen: F8
    """[2, F] as rates see them."""
    base: F8
    """[2, K]"""
    z_next: F8
    """[F]"""
    decay: F8
    """[H]"""
    rate: F8
    """[2, K]"""
    delta: F8
    """[C]"""


class Pairs(NamedTuple):
    """What `pair_pass` tells of one draw; sums over the events of a label."""

    label: I8
    """[n] row of an event as target, -1 if it is none."""
    source: I8
    """[n] column of an event as cause."""
    rate: F8
    """[n] rate just before each event, of its type."""
    raw: F8
    """[n] the same without suppression."""
    base: F8
    """[n] background under the factors."""
    u: F8
    """[n, C] suppression just before each event."""
    owed: F8
    """[rows, links + 3] shares owed to each link, to no named link, to the background, to what went
    before the window."""
    delays: F8
    """[K, links + 1, 4] the links' part by delay."""
    direct: F4
    """[rows, columns] one-step necessity, factors as they were."""
    through: F4
    """[rows, columns] the same with the factors' part."""


@_inner
def _copy(of: F8, to: F8) -> None:
    for i in range(of.shape[0]):
        to[i] = of[i]


@_inner
def _link(link: int, n_links: int) -> int:
    return link if link >= 0 else n_links


@_inner
def _kick(s: Structure, dr: Draws, d: int, cut: I8, c: int, z: F8) -> None:
    """Jumps of an event in the factors, cut off at their ranges."""
    for i in range(s.ef_start[c], s.ef_start[c + 1]):
        f = s.ef_factor[i]
        if cut[_link(s.ef_link[i], s.n_links)] == 0:
            value = z[f] + dr.ef_jump[d, i]
            if s.is_level[f] == 1:
                value = min(max(value, s.lo[f]), s.hi[f])
            z[f] = value


@_inner
def _through_day(
    s: Structure, dr: Draws, d: int, p: Seen, gone: I8, cut: I8, day: int, z: F8
) -> None:
    """Jumps and changes of a day's events on the factors, without those that are gone."""
    change = p.set_start[day]
    for i in range(p.event_start[day], p.event_start[day + 1]):
        while change < p.set_start[day + 1] and p.set_time[change] < p.time[i]:
            z[p.set_factor[change]] = p.set_value[change]
            change += 1
        if gone[i] == 0:
            _kick(s, dr, d, cut, p.event_class[i], z)
    while change < p.set_start[day + 1]:
        z[p.set_factor[change]] = p.set_value[change]
        change += 1


@_inner
def _switch(s: Structure, p: Seen, day: int, z: F8) -> None:
    """Give the switches their value of a new day: levels move towards what it asks."""
    for f in range(z.shape[0]):
        if s.is_level[f] == 0:
            z[f] = p.levels[day, f]


@_inner
def _to_midnight(
    s: Structure, dr: Draws, d: int, ff_target: I8, coef: F8, pull: F8, p: Seen, day: int, z: F8,
    z_next: F8,
) -> None:  # fmt: skip
    """Factors at the midnight `day` from those at the end of the day before, noise as it was."""
    _switch(s, p, day, z)
    _tick(z, dr.rest[d], pull, dr.z_ref[d], ff_target, s.ff_source, coef, z_next)
    for f in range(z.shape[0]):
        found = p.levels[day, f]
        if s.is_level[f] == 0 or z_next[f] == p.moved[day, f]:
            z[f] = found
        else:
            z[f] = min(max(z_next[f] + p.shocks[day, f], s.lo[f]), s.hi[f])


def path_pass(
    s: Structure, dr: Draws, d: int, ff_target: I8, pull: F8, none: I8, uncut: I8, p: Seen, w: Work
) -> float:
    """Tell the factors' path again and find its noise where it is not given.

    Args:
        ff_target: [Nff] target of each factor -> factor entry.
        pull: [F] zero for switches.
        none: [n] zeros.
        uncut: [links + 1] zeros.

    Returns:
        The largest departure of the path told again from the one given, relative to 1 + |level|.
    """
    worst = 0.0
    for day in range(1, p.levels.shape[0]):
        _copy(p.levels[day - 1], w.z[0])
        _through_day(s, dr, d, p, none, uncut, day - 1, w.z[0])
        _switch(s, p, day, w.z[0])
        _tick(
            w.z[0], dr.rest[d], pull, dr.z_ref[d], ff_target, s.ff_source, dr.ff_coef[d], w.z_next
        )
        for f in range(w.z.shape[1]):
            p.moved[day, f] = w.z_next[f]
            found = p.levels[day, f]
            if math.isnan(p.shocks[day, f]):
                p.shocks[day, f] = found - w.z_next[f]
            elif s.is_level[f] == 1:
                again = min(max(w.z_next[f] + p.shocks[day, f], s.lo[f]), s.hi[f])
                worst = max(worst, abs(again - found) / (1.0 + abs(found)))
    return worst


@_inner
def _bases(s: Structure, dr: Draws, d: int, cut: I8, seen: F8, base: F8) -> None:
    """Background rates under the factors as rates see them."""
    for k in range(base.shape[0]):
        total = 0.0
        for i in range(s.fr_start[k], s.fr_start[k + 1]):
            if cut[_link(s.fr_link[i], s.n_links)] == 0:
                total += dr.fr_gamma[d, i] * (seen[s.fr_factor[i]] - dr.z_ref[d, s.fr_factor[i]])
        base[k] = dr.background[d, k] * math.exp(total)


@_inner
def _start(s: Structure, dr: Draws, d: int, cut: I8, p: Seen, e: F8, u: F8) -> None:
    """What went before the window."""
    e[:, :] = 0.0
    for c in range(s.class_type.shape[0]):
        for i in range(s.ee_start[c], s.ee_start[c + 1]):
            if cut[_link(s.ee_link[i], s.n_links)] == 0:
                h = s.ee_half[i]
                jump = dr.ee_offspring[d, i] * _LN2 / s.half_life[h]
                e[h, s.ee_target[i]] += jump * p.mass[c, h]
    for c in range(u.shape[0]):
        u[c] = p.u[c]


@_inner
def _move(s: Structure, gap: float, decay: F8, e: F8, u: F8) -> None:
    for h in range(decay.shape[0]):
        decay[h] = math.exp(-_LN2 * gap / s.half_life[h])
        for k in range(e.shape[1]):
            e[h, k] *= decay[h]
    for c in range(u.shape[0]):
        u[c] *= decay[s.ch_half[c]]


@_inner
def _add(s: Structure, dr: Draws, d: int, cut: I8, keep: F8, c: int, e: F8, u: F8) -> None:
    """What an event leaves in excitation and suppression."""
    for i in range(s.ee_start[c], s.ee_start[c + 1]):
        if cut[_link(s.ee_link[i], s.n_links)] == 0:
            h = s.ee_half[i]
            e[h, s.ee_target[i]] += dr.ee_offspring[d, i] * _LN2 / s.half_life[h]
    for j in range(u.shape[0]):
        u[j] = 1.0 - (1.0 - u[j]) * keep[c, j]


@_inner
def _exponent(s: Structure, dr: Draws, d: int, cut: I8, k: int, u: F8, decay: F8) -> float:
    x = 0.0
    for c in range(s.ch_start[k], s.ch_start[k + 1]):
        if cut[_link(s.ch_link[c], s.n_links)] == 0:
            x += dr.ch_b[d, c] * u[c] * decay[s.ch_half[c]]
    return x


@_inner
def _trace(s: Structure, dr: Draws, d: int, uncut: I8, p: Seen, w: Work, q: Pairs, L: int) -> None:
    """Left limits at every event: rate, its parts, suppression; and the parts before the window."""
    e, u, seen, base = w.e[0], w.u[0], w.seen[0], w.base[0]
    before = w.e[1]
    _start(s, dr, d, uncut, p, e, u)
    _start(s, dr, d, uncut, p, before, w.u[1])
    now, i = 0.0, 0
    for day in range(p.levels.shape[0] - 1):
        _copy(p.levels[day], seen)
        change = p.set_start[day]
        _bases(s, dr, d, uncut, seen, base)
        while i < p.event_start[day + 1]:
            t, first = p.time[i], i
            while change < p.set_start[day + 1] and p.set_time[change] < t:
                seen[p.set_factor[change]] = p.set_value[change]
                change += 1
                _bases(s, dr, d, uncut, seen, base)
            _move(s, t - now, w.decay, before, w.u[1])
            _move(s, t - now, w.decay, e, u)
            now = t
            w.decay[:] = 1.0
            while i < p.event_start[day + 1] and p.time[i] == t:  # one moment: none sees another
                k = s.class_type[p.event_class[i]]
                raw, old = base[k], 0.0
                for h in range(e.shape[0]):
                    raw += e[h, k]
                    old += before[h, k]
                q.raw[i] = raw
                q.base[i] = base[k]
                q.rate[i] = raw * math.exp(-_exponent(s, dr, d, uncut, k, u, w.decay))
                _copy(u, q.u[i])
                if q.label[i] >= 0:
                    q.owed[q.label[i], L + 1] += base[k] / raw
                    q.owed[q.label[i], L + 2] += old / raw
                i += 1
            for j in range(first, i):
                _add(s, dr, d, uncut, p.keep, p.event_class[j], e, u)


@_inner
def _lift(
    s: Structure, dr: Draws, d: int, p: Seen, k: int, day: int, t: float, z: F8, near: int
) -> float:
    """Log of what the factors' difference makes of a type's background; 0 where they are near."""
    total = 0.0
    if near == 0:
        for i in range(s.fr_start[k], s.fr_start[k + 1]):
            f = s.fr_factor[i]
            away = z[f] - p.levels[day, f]
            for j in range(p.set_start[day], p.set_start[day + 1]):
                if p.set_factor[j] == f and p.set_time[j] < t:
                    away = 0.0
            total += dr.fr_gamma[d, i] * away
    return total


@_inner
def _near(z: F8, levels: F8) -> int:
    for f in range(z.shape[0]):
        if abs(z[f] - levels[f]) > _GONE:
            return 0
    return 1


def pair_pass(  # noqa: C901 - one loop: a pair costs less than a call
    s: Structure, dr: Draws, d: int, ff_target: I8, pull: F8, gone: I8, uncut: I8, p: Seen, w: Work,
    q: Pairs,
) -> None:  # fmt: skip
    """One-step necessity of every earlier event for every target event, and shares by link.

    Removing j takes its jumps out of excitation, and out of suppression what is left of it: with
    1 - u multiplied at each event, the difference in u decays and is multiplied likewise. Its jumps
    in factors are followed to the rates day by day, noise as it was.

    Args:
        gone: [n] zeros; used as room and left as zeros.
        uncut: [links + 1] zeros.
        q: outputs, zero on entry.
    """
    L = s.n_links
    n, C = p.time.shape[0], w.delta.shape[0]
    _trace(s, dr, d, uncut, p, w, q, L)
    z = w.z[1]
    for j in range(n):
        c = p.event_class[j]
        fed = 0
        for x in range(C):
            w.delta[x] = (1.0 - q.u[j, x]) * (1.0 - p.keep[c, x])
            if w.delta[x] != 0.0 and p.target[_owner(s, x)] == 1 and dr.ch_b[d, x] != 0.0:
                fed = 1
        day = int(p.time[j])
        near = 1
        if s.ef_start[c + 1] > s.ef_start[c]:
            _copy(p.levels[day], z)
            gone[j] = 1
            near = 0
        now = p.time[j]
        today = day
        for i in range(j + 1, n):
            t = p.time[i]
            if near == 0:
                while today < int(t) and near == 0:
                    _through_day(s, dr, d, p, gone, uncut, today, z)
                    today += 1
                    _to_midnight(s, dr, d, ff_target, dr.ff_coef[d], pull, p, today, z, w.z_next)
                    near = _near(z, p.levels[today])
            if fed == 1:
                for x in range(C):
                    w.delta[x] *= math.exp(-_LN2 * (t - now) / s.half_life[s.ch_half[x]])
                now = t
            row = q.label[i]
            if row >= 0 and t > p.time[j]:
                k = s.class_type[p.event_class[i]]
                part = 0.0
                for m in range(s.ee_start[c], s.ee_start[c + 1]):
                    if s.ee_target[m] == k and dr.ee_offspring[d, m] > 0.0:
                        speed = _LN2 / s.half_life[s.ee_half[m]]
                        own = dr.ee_offspring[d, m] * speed * math.exp(-speed * (t - p.time[j]))
                        part += own
                        link = _link(s.ee_link[m], L)
                        q.owed[row, link] += own / q.raw[i]
                        late = 0
                        while late < 3 and t - p.time[j] >= _DELAYS[late]:
                            late += 1
                        q.delays[k, link, late] += own / q.raw[i]
                freed = 0.0
                if fed == 1:
                    for x in range(s.ch_start[k], s.ch_start[k + 1]):
                        freed += dr.ch_b[d, x] * w.delta[x]
                left = (q.raw[i] - part) / q.raw[i]
                lift = _lift(s, dr, d, p, k, today, t, z, near) if today == int(t) else 0.0
                moved = left + q.base[i] / q.raw[i] * math.expm1(lift)
                up = math.exp(freed)
                q.direct[row, q.source[j]] += max(0.0, 1.0 - left * up)
                q.through[row, q.source[j]] += max(0.0, 1.0 - moved * up)
            if fed == 1:
                for x in range(C):
                    w.delta[x] *= p.keep[p.event_class[i], x]
        gone[j] = 0


@_inner
def _owner(s: Structure, channel: int) -> int:
    """Target type of a suppression channel."""
    k = 0
    while s.ch_start[k + 1] <= channel:
        k += 1
    return k


@_inner
def _rates(
    s: Structure, dr: Draws, d: int, cut: I8, target: I8, base: F8, e: F8, u: F8, decay: F8, out: F8
) -> None:
    for k in range(out.shape[0]):
        if target[k] == 1:
            raw = base[k]
            for h in range(decay.shape[0]):
                raw += e[h, k] * decay[h]
            out[k] = raw * math.exp(-_exponent(s, dr, d, cut, k, u, decay))


def removal_pass(  # noqa: C901 - one walk through the window
    s: Structure, dr: Draws, d: int, ff_target: I8, pull: F8, gone: I8, cut: I8, uncut: I8,
    through: int, coef: F8, p: Seen, w: Work, nodes: F8, weights: F8, rate: F8, without: F8, flow: F8,
) -> None:  # fmt: skip
    """Rates along what happened, and the same without some events and links.

    Args:
        gone: [n] 1 for events taken away.
        cut: [links + 1] 1 for links taken away.
        through: 1 to follow their jumps through the factors.
        coef: [Nff] factor -> factor coefficients without the links cut.
        nodes, weights: Gauss-Legendre on (0, 1).
        rate, without: [n] out, for events of target types.
        flow: [K, weeks, 2] added to: integral of what the rate falls without them, and of what it
            rises.
    """
    _start(s, dr, d, uncut, p, w.e[0], w.u[0])
    _start(s, dr, d, cut, p, w.e[1], w.u[1])
    z, i = w.z[1], 0
    _copy(p.levels[0], z)
    for day in range(p.levels.shape[0] - 1):
        _copy(p.levels[day], w.seen[0])
        _copy(z if through == 1 else p.levels[day], w.seen[1])
        _bases(s, dr, d, uncut, w.seen[0], w.base[0])
        _bases(s, dr, d, cut, w.seen[1], w.base[1])
        change, now, week = p.set_start[day], float(day), day // 7
        while now < day + 1:
            t = float(day + 1)
            if i < p.event_start[day + 1]:
                t = p.time[i]
            if change < p.set_start[day + 1]:
                t = min(t, p.set_time[change])
            gap = t - now
            if gap > 0.0:
                for x in range(nodes.shape[0]):
                    for h in range(w.decay.shape[0]):
                        w.decay[h] = math.exp(-_LN2 * nodes[x] * gap / s.half_life[h])
                    _rates(s, dr, d, uncut, p.target, w.base[0], w.e[0], w.u[0], w.decay, w.rate[0])
                    _rates(s, dr, d, cut, p.target, w.base[1], w.e[1], w.u[1], w.decay, w.rate[1])
                    for k in range(w.rate.shape[1]):
                        if p.target[k] == 1:
                            fall = (w.rate[0, k] - w.rate[1, k]) * weights[x] * gap
                            flow[k, week, 0 if fall > 0.0 else 1] += abs(fall)
                for track in range(2):
                    _move(s, gap, w.decay, w.e[track], w.u[track])
            now = t
            if now >= day + 1:
                break
            first = i
            w.decay[:] = 1.0
            _rates(s, dr, d, uncut, p.target, w.base[0], w.e[0], w.u[0], w.decay, w.rate[0])
            _rates(s, dr, d, cut, p.target, w.base[1], w.e[1], w.u[1], w.decay, w.rate[1])
            while i < p.event_start[day + 1] and p.time[i] == t:
                k = s.class_type[p.event_class[i]]
                if p.target[k] == 1:
                    rate[i] = w.rate[0, k]
                    without[i] = w.rate[1, k]
                i += 1
            for j in range(first, i):
                _add(s, dr, d, uncut, p.keep, p.event_class[j], w.e[0], w.u[0])
                if gone[j] == 0:
                    _add(s, dr, d, cut, p.keep, p.event_class[j], w.e[1], w.u[1])
            while change < p.set_start[day + 1] and p.set_time[change] <= t:
                for track in range(2):
                    w.seen[track, p.set_factor[change]] = p.set_value[change]
                change += 1
                _bases(s, dr, d, uncut, w.seen[0], w.base[0])
                _bases(s, dr, d, cut, w.seen[1], w.base[1])
        if through == 1:
            _through_day(s, dr, d, p, gone, cut, day, z)
            _to_midnight(s, dr, d, ff_target, coef, pull, p, day + 1, z, w.z_next)
