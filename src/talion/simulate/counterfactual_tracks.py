"""What a replay carries: what is given, the two tracks, and how events and changes move them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import Draws
from talion.simulate.compiling import inner
from talion.simulate.state import Gains, State, apply_links
from talion.simulate.wiring import Wiring

__all__ = [
    "Given",
    "Trail",
    "begin_change",
    "bound_rates",
    "decay_to",
    "enter",
    "fade",
    "happen",
    "look",
    "rate_of",
    "unset",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_SLACK = 1.0 + 1e-12  # a bound computed along another path than the rate stays a bound


class Given(NamedTuple):
    """What happened in one draw, and what is taken away."""

    time: F8
    """[n] absolute days, ascending."""
    event_class: I8
    """[n]"""
    removed: I8
    """[n] 1 where the event is taken away."""
    levels: F8
    """[days + 1, F]"""
    shocks: F8
    """[days + 1, F] NaN where not known."""
    change_time: F8
    """[J] moments at which a recorded value of a factor begins to hold."""
    change_factor: I8
    change_value: F8
    setters: I8
    """[J] events of the past any of which may have set the value; 0: it stands by itself."""
    sets_start: I8
    """[n + 1] changes that each event may have set."""
    sets: I8
    mass: F8
    """[S, H]"""
    u: F8
    """[C]"""


class Trail(NamedTuple):
    """Room for what one replay carries besides the tracks, and for its events."""

    left: I8
    """[J] setters that are still there."""
    before: F8
    """[J] the counterfactual value that a change replaced."""
    latest: I8
    """[F] the change that holds in the counterfactual, or -1."""
    moved: F8
    """[F] tick of the observed track."""
    time: F8
    """[cap] counterfactual events."""
    event_class: I8
    """[cap]"""
    origin: I8
    """[cap] index of the observed event, -1 for a new one, -2 for one that a what-if adds."""
    levels: F8
    """[days + 1, F]"""


@inner
def enter(s: Wiring, dr: Draws, p: Given, g: Gains, st: State, d: int) -> None:
    """Set a track to the start of the window."""
    for i in range(st.link.shape[0]):
        st.link[i] = 1.0
    apply_links(s, dr, g, st.link, d)
    for f in range(s.factor_hash.shape[0]):
        g.z_ref[f] = dr.z_ref[d, f]
        st.rest[f] = dr.rest[d, f]
        st.pull[f] = dr.pull[d, f] if s.is_level[f] == 1 else 0.0
        st.pinned[f] = 0
        st.due[f] = np.inf
        st.z[f] = p.levels[0, f]
    for k in range(s.type_hash.shape[0]):
        g.background[k] = dr.background[d, k]
        st.scale[k] = 1.0
        st.own_scale[k] = 1.0
        st.blocked[k] = 0
        for h in range(s.half_life.shape[0]):
            st.e[h, k] = 0.0
    for c in range(s.class_type.shape[0]):
        for i in range(s.ee_start[c], s.ee_start[c + 1]):
            h = s.ee_half[i]
            st.e[h, s.ee_target[i]] += g.jump[i] * p.mass[c, h]
    for c in range(st.u.shape[0]):
        st.u[c] = p.u[c]


@inner
def look(s: Wiring, g: Gains, st: State) -> None:
    """Background rates under the factors as rates see them."""
    for f in range(st.z.shape[0]):
        st.offset[f] = st.z_rate[f] - g.z_ref[f]
    for k in range(st.base.shape[0]):
        total = 0.0
        for i in range(s.fr_start[k], s.fr_start[k + 1]):
            total += g.gamma[i] * st.offset[s.fr_factor[i]]
        st.base[k] = g.background[k] * math.exp(total)
        st.fresh[k] = 0


@inner
def fade(g: Gains, st: State) -> None:
    """What a whole day takes from excitation and suppression."""
    for h in range(st.e.shape[0]):
        for k in range(st.e.shape[1]):
            st.e[h, k] *= g.day_decay[h]
    for c in range(st.u.shape[0]):
        st.u[c] *= g.channel_day[c]


@inner
def rate_of(s: Wiring, g: Gains, st: State, k: int, decay: F8) -> float:
    """Rate of type `k` at the time the decays are for."""
    raw = st.base[k]
    for h in range(decay.shape[0]):
        raw += st.e[h, k] * decay[h]
    x = 0.0
    for c in range(s.ch_start[k], s.ch_start[k + 1]):
        x += g.b[c] * st.u[c] * decay[s.ch_half[c]]
    return float(st.scale[k] * raw * math.exp(-x))


@inner
def bound_rates(s: Wiring, g: Gains, st: State, decay: F8) -> None:
    """Upper bounds of the rates for the rest of the day: suppression at its weakest to come."""
    for k in range(st.bound.shape[0]):
        raw = st.base[k]
        for h in range(decay.shape[0]):
            raw += st.e[h, k] * decay[h]
        x = 0.0
        for c in range(s.ch_start[k], s.ch_start[k + 1]):
            left = g.channel_day[c] if g.b[c] > 0.0 else decay[s.ch_half[c]]
            x += g.b[c] * st.u[c] * left
        st.bound[k] = st.scale[k] * raw * math.exp(-x) * _SLACK


@inner
def happen(s: Wiring, g: Gains, st: State, c: int, decay: F8) -> None:
    """What an event of class `c` does to excitation, suppression and levels."""
    n_channel = st.u.shape[0]
    for i in range(s.ee_start[c], s.ee_start[c + 1]):
        st.e[s.ee_half[i], s.ee_target[i]] += g.jump[i] / decay[s.ee_half[i]]
        channel = s.ee_channel[i]
        if channel < n_channel:
            left = decay[s.ch_half[channel]]
            now = st.u[channel] * left
            st.u[channel] = (now + (1.0 - now) * s.ee_step[i]) / left
    for i in range(s.ef_start[c], s.ef_start[c + 1]):
        f = s.ef_factor[i]
        if st.pinned[f] == 0:
            st.z[f] = min(max(st.z[f] + g.kick[i], s.low[f]), s.high[f])


@inner
def decay_to(g: Gains, x: float, decay: F8) -> None:
    for h in range(decay.shape[0]):
        decay[h] = math.exp(-g.rate[h] * x)


@inner
def begin_change(p: Given, t: Trail, st: State, j: int) -> None:
    """Let a recorded value begin to hold in the counterfactual, unless what set it is gone."""
    f = p.change_factor[j]
    if st.pinned[f] == 1 or (p.setters[j] > 0 and t.left[j] == 0):
        return
    t.before[j] = st.z[f]
    t.latest[f] = j
    st.z[f] = p.change_value[j]
    st.z_rate[f] = p.change_value[j]


@inner
def unset(p: Given, t: Trail, st: State, i: int, undo: bool) -> bool:
    """An observed event is gone: take back what it alone can have set. Whether a rate may move."""
    moved = False
    for e in range(p.sets_start[i], p.sets_start[i + 1]):
        j = p.sets[e]
        t.left[j] -= 1
        f = p.change_factor[j]
        if undo and t.left[j] == 0 and t.latest[f] == j and st.pinned[f] == 0:
            st.z[f] = t.before[j]
            st.z_rate[f] = t.before[j]
            t.latest[f] = -1
            moved = True
    return moved
