"""Compiled passes of attribution: what each event saw, what it owes to each earlier one, and what
the rates would be without a group of events or links. Nothing is allocated and nothing raises.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.fit.attribution_tracks import (
    LN2,
    Seen,
    Work,
    add_event,
    background,
    before_window,
    between,
    copy_to,
    exponent,
    link_of,
    move,
    owner_of,
    rates_at,
    through_day,
    tick_in,
    to_midnight,
    turn_switches,
)
from talion.model.compiled import Draws, Structure
from talion.model.compiling import ENTRY

__all__ = ["OPTIONS", "SOURCES", "Pairs", "pair_pass", "path_pass", "removal_pass"]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = (
    "fit/attribution_kernel.py",
    "fit/attribution_tracks.py",
    "model/compiling.py",
    "model/compiled.py",
    "model/drift.py",
)
"""Every file the compiled passes are made of."""

OPTIONS = ENTRY
_GONE = 1e-12  # a factor's difference that no rate can feel
_DELAYS = (4.0, 15.0, 31.0)


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
        copy_to(p.levels[day - 1], w.z[0])
        through_day(s, dr, d, p, none, uncut, day - 1, w.z[0])
        turn_switches(s, p, day, w.z[0])
        tick_in(
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


@between
def _trace(s: Structure, dr: Draws, d: int, uncut: I8, p: Seen, w: Work, q: Pairs, L: int) -> None:
    """Left limits at every event: rate, its parts, suppression; and the parts before the window."""
    e, u, seen, base = w.e[0], w.u[0], w.seen[0], w.base[0]
    before = w.e[1]
    before_window(s, dr, d, uncut, p, e, u)
    before_window(s, dr, d, uncut, p, before, w.u[1])
    now, i = 0.0, 0
    for day in range(p.levels.shape[0] - 1):
        copy_to(p.levels[day], seen)
        change = p.set_start[day]
        background(s, dr, d, uncut, seen, base)
        while i < p.event_start[day + 1]:
            t, first = p.time[i], i
            while change < p.set_start[day + 1] and p.set_time[change] < t:
                seen[p.set_factor[change]] = p.set_value[change]
                change += 1
                background(s, dr, d, uncut, seen, base)
            move(s, t - now, w.decay, before, w.u[1])
            move(s, t - now, w.decay, e, u)
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
                q.rate[i] = raw * math.exp(-exponent(s, dr, d, uncut, k, u, w.decay))
                copy_to(u, q.u[i])
                if q.label[i] >= 0:
                    q.owed[q.label[i], L + 1] += base[k] / raw
                    q.owed[q.label[i], L + 2] += old / raw
                i += 1
            for j in range(first, i):
                add_event(s, dr, d, uncut, p.keep, p.event_class[j], e, u)


@between
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


@between
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
            if w.delta[x] != 0.0 and p.target[owner_of(s, x)] == 1 and dr.ch_b[d, x] != 0.0:
                fed = 1
        day = int(p.time[j])
        near = 1
        if s.ef_start[c + 1] > s.ef_start[c]:
            copy_to(p.levels[day], z)
            gone[j] = 1
            near = 0
        now = p.time[j]
        today = day
        for i in range(j + 1, n):
            t = p.time[i]
            if near == 0:
                while today < int(t) and near == 0:
                    through_day(s, dr, d, p, gone, uncut, today, z)
                    today += 1
                    to_midnight(s, dr, d, ff_target, dr.ff_coef[d], pull, p, today, z, w.z_next)
                    near = _near(z, p.levels[today])
            if fed == 1:
                for x in range(C):
                    w.delta[x] *= math.exp(-LN2 * (t - now) / s.half_life[s.ch_half[x]])
                now = t
            row = q.label[i]
            if row >= 0 and t > p.time[j]:
                k = s.class_type[p.event_class[i]]
                part = 0.0
                for m in range(s.ee_start[c], s.ee_start[c + 1]):
                    if s.ee_target[m] == k and dr.ee_offspring[d, m] > 0.0:
                        speed = LN2 / s.half_life[s.ee_half[m]]
                        own = dr.ee_offspring[d, m] * speed * math.exp(-speed * (t - p.time[j]))
                        part += own
                        link = link_of(s.ee_link[m], L)
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
    before_window(s, dr, d, uncut, p, w.e[0], w.u[0])
    before_window(s, dr, d, cut, p, w.e[1], w.u[1])
    z, i = w.z[1], 0
    copy_to(p.levels[0], z)
    for day in range(p.levels.shape[0] - 1):
        copy_to(p.levels[day], w.seen[0])
        copy_to(z if through == 1 else p.levels[day], w.seen[1])
        background(s, dr, d, uncut, w.seen[0], w.base[0])
        background(s, dr, d, cut, w.seen[1], w.base[1])
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
                        w.decay[h] = math.exp(-LN2 * nodes[x] * gap / s.half_life[h])
                    rates_at(
                        s, dr, d, uncut, p.target, w.base[0], w.e[0], w.u[0], w.decay, w.rate[0]
                    )
                    rates_at(s, dr, d, cut, p.target, w.base[1], w.e[1], w.u[1], w.decay, w.rate[1])
                    for k in range(w.rate.shape[1]):
                        if p.target[k] == 1:
                            fall = (w.rate[0, k] - w.rate[1, k]) * weights[x] * gap
                            flow[k, week, 0 if fall > 0.0 else 1] += abs(fall)
                for track in range(2):
                    move(s, gap, w.decay, w.e[track], w.u[track])
            now = t
            if now >= day + 1:
                break
            first = i
            w.decay[:] = 1.0
            rates_at(s, dr, d, uncut, p.target, w.base[0], w.e[0], w.u[0], w.decay, w.rate[0])
            rates_at(s, dr, d, cut, p.target, w.base[1], w.e[1], w.u[1], w.decay, w.rate[1])
            while i < p.event_start[day + 1] and p.time[i] == t:
                k = s.class_type[p.event_class[i]]
                if p.target[k] == 1:
                    rate[i] = w.rate[0, k]
                    without[i] = w.rate[1, k]
                i += 1
            for j in range(first, i):
                add_event(s, dr, d, uncut, p.keep, p.event_class[j], w.e[0], w.u[0])
                if gone[j] == 0:
                    add_event(s, dr, d, cut, p.keep, p.event_class[j], w.e[1], w.u[1])
            while change < p.set_start[day + 1] and p.set_time[change] <= t:
                for track in range(2):
                    w.seen[track, p.set_factor[change]] = p.set_value[change]
                change += 1
                background(s, dr, d, uncut, w.seen[0], w.base[0])
                background(s, dr, d, cut, w.seen[1], w.base[1])
        if through == 1:
            through_day(s, dr, d, p, gone, cut, day, z)
            to_midnight(s, dr, d, ff_target, coef, pull, p, day + 1, z, w.z_next)
