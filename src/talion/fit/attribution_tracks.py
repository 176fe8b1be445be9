"""What the passes of attribution carry: two tracks of excitation, suppression and factors, along
what happened in one draw. Nothing is allocated and nothing raises.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from talion.model.compiled import Draws, Structure
from talion.model.compiling import ENTRY
from talion.model.drift import tick

__all__ = [
    "LN2",
    "Seen",
    "Work",
    "add_event",
    "background",
    "before_window",
    "between",
    "copy_to",
    "exponent",
    "kick",
    "link_of",
    "move",
    "owner_of",
    "rates_at",
    "through_day",
    "tick_in",
    "to_midnight",
    "turn_switches",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

LN2 = math.log(2.0)

_BETWEEN: dict[str, Any] = {**ENTRY, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
between: Any = njit(**_BETWEEN)
"""Compile a function that only compiled code calls."""
tick_in = between(tick)


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


@between
def copy_to(of: F8, to: F8) -> None:
    for i in range(of.shape[0]):
        to[i] = of[i]


@between
def link_of(link: int, n_links: int) -> int:
    return link if link >= 0 else n_links


@between
def kick(s: Structure, dr: Draws, d: int, cut: I8, c: int, z: F8) -> None:
    """Jumps of an event in the factors, cut off at their ranges."""
    for i in range(s.ef_start[c], s.ef_start[c + 1]):
        f = s.ef_factor[i]
        if cut[link_of(s.ef_link[i], s.n_links)] == 0:
            value = z[f] + dr.ef_jump[d, i]
            if s.is_level[f] == 1:
                value = min(max(value, s.lo[f]), s.hi[f])
            z[f] = value


@between
def through_day(
    s: Structure, dr: Draws, d: int, p: Seen, gone: I8, cut: I8, day: int, z: F8
) -> None:
    """Jumps and changes of a day's events on the factors, without those that are gone."""
    change = p.set_start[day]
    for i in range(p.event_start[day], p.event_start[day + 1]):
        while change < p.set_start[day + 1] and p.set_time[change] < p.time[i]:
            z[p.set_factor[change]] = p.set_value[change]
            change += 1
        if gone[i] == 0:
            kick(s, dr, d, cut, p.event_class[i], z)
    while change < p.set_start[day + 1]:
        z[p.set_factor[change]] = p.set_value[change]
        change += 1


@between
def turn_switches(s: Structure, p: Seen, day: int, z: F8) -> None:
    """Give the switches their value of a new day: levels move towards what it asks."""
    for f in range(z.shape[0]):
        if s.is_level[f] == 0:
            z[f] = p.levels[day, f]


@between
def to_midnight(
    s: Structure, dr: Draws, d: int, ff_target: I8, coef: F8, pull: F8, p: Seen, day: int, z: F8,
    z_next: F8,
) -> None:  # fmt: skip
    """Factors at the midnight `day` from those at the end of the day before, noise as it was."""
    turn_switches(s, p, day, z)
    tick_in(z, dr.rest[d], pull, dr.z_ref[d], ff_target, s.ff_source, coef, z_next)
    for f in range(z.shape[0]):
        found = p.levels[day, f]
        if s.is_level[f] == 0 or z_next[f] == p.moved[day, f]:
            z[f] = found
        else:
            z[f] = min(max(z_next[f] + p.shocks[day, f], s.lo[f]), s.hi[f])


@between
def background(s: Structure, dr: Draws, d: int, cut: I8, seen: F8, base: F8) -> None:
    """Background rates under the factors as rates see them."""
    for k in range(base.shape[0]):
        total = 0.0
        for i in range(s.fr_start[k], s.fr_start[k + 1]):
            if cut[link_of(s.fr_link[i], s.n_links)] == 0:
                total += dr.fr_gamma[d, i] * (seen[s.fr_factor[i]] - dr.z_ref[d, s.fr_factor[i]])
        base[k] = dr.background[d, k] * math.exp(total)


@between
def before_window(s: Structure, dr: Draws, d: int, cut: I8, p: Seen, e: F8, u: F8) -> None:
    """What went before the window."""
    e[:, :] = 0.0
    for c in range(s.class_type.shape[0]):
        for i in range(s.ee_start[c], s.ee_start[c + 1]):
            if cut[link_of(s.ee_link[i], s.n_links)] == 0:
                h = s.ee_half[i]
                jump = dr.ee_offspring[d, i] * LN2 / s.half_life[h]
                e[h, s.ee_target[i]] += jump * p.mass[c, h]
    for c in range(u.shape[0]):
        u[c] = p.u[c]


@between
def move(s: Structure, gap: float, decay: F8, e: F8, u: F8) -> None:
    for h in range(decay.shape[0]):
        decay[h] = math.exp(-LN2 * gap / s.half_life[h])
        for k in range(e.shape[1]):
            e[h, k] *= decay[h]
    for c in range(u.shape[0]):
        u[c] *= decay[s.ch_half[c]]


@between
def add_event(s: Structure, dr: Draws, d: int, cut: I8, keep: F8, c: int, e: F8, u: F8) -> None:
    """What an event leaves in excitation and suppression."""
    for i in range(s.ee_start[c], s.ee_start[c + 1]):
        if cut[link_of(s.ee_link[i], s.n_links)] == 0:
            h = s.ee_half[i]
            e[h, s.ee_target[i]] += dr.ee_offspring[d, i] * LN2 / s.half_life[h]
    for j in range(u.shape[0]):
        u[j] = 1.0 - (1.0 - u[j]) * keep[c, j]


@between
def exponent(s: Structure, dr: Draws, d: int, cut: I8, k: int, u: F8, decay: F8) -> float:
    x = 0.0
    for c in range(s.ch_start[k], s.ch_start[k + 1]):
        if cut[link_of(s.ch_link[c], s.n_links)] == 0:
            x += dr.ch_b[d, c] * u[c] * decay[s.ch_half[c]]
    return x


@between
def owner_of(s: Structure, channel: int) -> int:
    """Target type of a suppression channel."""
    k = 0
    while s.ch_start[k + 1] <= channel:
        k += 1
    return k


@between
def rates_at(
    s: Structure, dr: Draws, d: int, cut: I8, target: I8, base: F8, e: F8, u: F8, decay: F8, out: F8
) -> None:
    for k in range(out.shape[0]):
        if target[k] == 1:
            raw = base[k]
            for h in range(decay.shape[0]):
                raw += e[h, k] * decay[h]
            out[k] = raw * math.exp(-exponent(s, dr, d, cut, k, u, decay))
