"""The state of one history and the amplitudes of one draw, as tuples of arrays made once a block."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import AXES, Draws, Start
from talion.simulate.compiling import ZERO, inner
from talion.simulate.random import mix, normal, open_unit, word
from talion.simulate.wiring import Wiring

__all__ = ["Gains", "State", "apply_links", "begin", "new_gains", "new_state", "use_draw"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

_STEPS = 256  # of the table of decays within a day
_START_TIMER = 11  # counters under a factor's key
_START_LATENT = 12


class Gains(NamedTuple):
    """Amplitudes of one draw, links' multipliers included."""

    jump: F8
    """[Nee] a ln2/h, events per day added at an event."""
    b: F8
    """[C]"""
    gamma: F8
    """[Nfr]"""
    mix: F8
    """[Nmm]"""
    kick: F8
    """[Nef]"""
    coef: F8
    """[Nff]"""
    e_start: F8
    """[H, K] excitation at the start."""
    background: F8
    """[K]"""
    z_ref: F8
    """[F]"""
    noise: F8
    """[F]"""
    noisy: U4
    """[n] levels that noise shakes, in this draw; ends with F."""
    table: F8
    """[H, 257] 2^(-i/(256 h))."""
    rate: F8
    """[H] ln2/h per day."""
    day_decay: F8
    """[H] 2^(-1/h)."""
    channel_day: F8
    """[C] the same for each channel."""


class State(NamedTuple):
    """What a history carries from moment to moment.

    E and u are kept as their values at the day's first moment, so that only what an event touches
    has to be written; at time x of the day they have decayed by 2^(-x/h).
    """

    e: F8
    """[H, K]"""
    u: F8
    """[C]"""
    z: F8
    """[F] factors now."""
    z_rate: F8
    """[F] factors as rates see them: of the last midnight, or as set since."""
    offset: F8
    """[F] z_rate - z_ref."""
    z_next: F8
    pull: F8
    """[F] share of the way to rest gone in a day; 0 for switches and while pinned."""
    rest: F8
    """[F] of this history: executed decisions move it."""
    pinned: I8
    due: F8
    """[F] time of a pending change, or inf."""
    due_value: F8
    scale: F8
    """[K] what-if multiplier of each type; 0 while blocked."""
    own_scale: F8
    """[K] the same, blocked or not."""
    blocked: I8
    """[K]"""
    damped: I8
    """[K] whether any suppression of the type has been in force in this history."""
    link: F8
    """[n_links + 1] multipliers; the last, for "no link", stays 1."""
    drive: F8
    """[K] log of the factors' multiplier for which `base` was computed."""
    base: F8
    """[K] background with factors."""
    bound: F8
    """[K] upper bound on the rate for the rest of the day."""
    slope: F8
    """[K] how much `bound` rises with excitation: scale and weakest suppression left today."""
    ceiling: F8
    """[K] upper edge of the bands open today."""
    top: U4
    """[K] bands open today."""
    touched: U4
    """[K] types whose bound must be computed anew."""
    stamp: I8
    """[K]"""
    weight: F8
    """[S] running sums of the mark mix within each type."""
    fresh: I8
    """[K] whether `weight` holds for the present factors."""
    execution_due: F8
    """[M]"""
    execution_level: F8
    """[M]"""
    error: F8
    """[M] the one error of each decision in this history, points."""
    key: U8
    """[K] keys of the types' cells."""
    decay: F8
    """[H] 2^(-x/h) at the time of day last looked at."""
    place: F8
    """[P] where each actor stands on its issue, as last asked."""
    load: F8
    """[P] its power times its salience."""
    cell: I8
    """[AXES] node below a shift, of the table last looked up."""
    part: F8
    """[AXES] how far it is towards the node above, 0 to 1."""
    next_due: F8
    """[1] no later than the earliest pending change or execution."""


def new_gains(s: Wiring) -> Gains:
    """Room for the amplitudes; what follows from half-lives alone is entered at once."""
    rate = np.log(2.0) / s.half_life
    steps = np.arange(_STEPS + 1) / _STEPS
    return Gains(
        jump=np.zeros(len(s.ee_target)),
        b=np.zeros(len(s.ch_half)),
        gamma=np.zeros(len(s.fr_factor)),
        mix=np.zeros(len(s.mm_factor)),
        kick=np.zeros(len(s.ef_factor)),
        coef=np.zeros(len(s.ff_source)),
        e_start=np.zeros((len(s.half_life), len(s.type_hash))),
        background=np.zeros(len(s.type_hash)),
        z_ref=np.zeros(len(s.factor_hash)),
        noise=np.zeros(len(s.factor_hash)),
        noisy=np.zeros(len(s.factor_hash) + 1, np.uint32),
        table=np.exp(-np.outer(rate, steps)),
        rate=rate,
        day_decay=np.exp(-rate),
        channel_day=np.exp(-rate)[s.ch_half],
    )


def new_state(s: Wiring, n_links: int) -> State:
    """Room for one history."""
    types, factors, decisions = len(s.type_hash), len(s.factor_hash), len(s.de_hash)
    sizes: dict[str, Any] = {
        "e": (len(s.half_life), types), "u": len(s.ch_half), "scale": types, "own_scale": types, "drive": types,
        "base": types, "bound": types, "slope": types, "ceiling": types, "weight": len(s.class_type), "execution_due": decisions,
        "execution_level": decisions, "error": decisions, "decay": len(s.half_life), "next_due": 1,
        "link": n_links + 1, "place": len(s.po_move_start) - 1, "load": len(s.po_move_start) - 1,
        "part": AXES,
    }  # fmt: skip
    whole = {"pinned": factors, "blocked": types, "top": types, "touched": types}
    whole |= {"stamp": types, "fresh": types, "damped": types, "cell": AXES}
    room: dict[str, NDArray[Any]] = {name: np.zeros(n, np.int64) for name, n in whole.items()}
    for name in State._fields:
        if name not in whole and name != "key":
            room[name] = np.zeros(sizes.get(name, factors))
    for name in ("top", "touched"):
        room[name] = np.zeros(types, np.uint32)
    return State(key=np.zeros(types, np.uint64), **room)


@inner
def apply_links(s: Wiring, dr: Draws, g: Gains, link: F8, d: int) -> None:
    """Enter a draw's amplitudes times its links' multipliers."""
    for i in range(s.ee_target.shape[0]):
        g.jump[i] = dr.ee_offspring[d, i] * g.rate[s.ee_half[i]] * link[s.ee_link[i]]
    for i in range(s.ch_half.shape[0]):
        g.b[i] = dr.ch_b[d, i] * link[s.ch_link[i]]
    for i in range(s.fr_factor.shape[0]):
        g.gamma[i] = dr.fr_gamma[d, i] * link[s.fr_link[i]]
    for i in range(s.mm_factor.shape[0]):
        g.mix[i] = dr.mm_gamma[d, i] * link[s.mm_link[i]]
    for i in range(s.ef_factor.shape[0]):
        g.kick[i] = dr.ef_jump[d, i] * link[s.ef_link[i]]
    for i in range(s.ff_source.shape[0]):
        g.coef[i] = dr.ff_coef[d, i] * link[s.ff_link[i]]


@inner
def use_draw(s: Wiring, dr: Draws, start: Start, g: Gains, st: State, d: int) -> None:
    """Enter a draw: amplitudes with all links at 1, and the excitation the record left behind."""
    for i in range(st.link.shape[0]):
        st.link[i] = 1.0
    apply_links(s, dr, g, st.link, d)
    n_noisy = 0
    for f in range(s.factor_hash.shape[0]):
        g.z_ref[f] = dr.z_ref[d, f]
        g.noise[f] = dr.noise[d, f]
        if s.is_level[f] == 1 and dr.noise[d, f] > 0.0:
            g.noisy[n_noisy] = f
            n_noisy += 1
    g.noisy[n_noisy] = s.factor_hash.shape[0]
    for k in range(s.type_hash.shape[0]):
        g.background[k] = dr.background[d, k]
        for h in range(s.half_life.shape[0]):
            g.e_start[h, k] = 0.0
    for c in range(s.class_type.shape[0]):
        for i in range(s.ee_start[c], s.ee_start[c + 1]):
            h = s.ee_half[i]
            g.e_start[h, s.ee_target[i]] += g.jump[i] * start.mass[d, c, h]


@inner
def begin(s: Wiring, dr: Draws, start: Start, st: State, g: Gains, key: np.uint64, d: int) -> None:
    """Set the state to the start of the history with this key."""
    st.next_due[0] = np.inf
    for c in range(st.u.shape[0]):
        st.u[c] = start.u[d, c]
    for k in range(s.type_hash.shape[0]):
        for h in range(s.half_life.shape[0]):
            st.e[h, k] = g.e_start[h, k]
        st.scale[k] = 1.0
        st.own_scale[k] = 1.0
        st.blocked[k] = 0
        st.damped[k] = 0
        st.drive[k] = np.nan  # differs from every number: the first multipliers are computed
        st.stamp[k] = -1
        st.key[k] = mix(key ^ s.type_hash[k])
    for f in range(s.factor_hash.shape[0]):
        own = mix(key ^ s.factor_hash[f])
        value = start.z[d, f]
        if start.latent_sd[d, f] > 0.0:
            value += start.latent_sd[d, f] * normal(own ^ np.uint64(_START_LATENT), ZERO)
        st.z[f] = value
        st.z_rate[f] = value
        st.rest[f] = dr.rest[d, f]
        st.pinned[f] = 0
        st.pull[f] = dr.pull[d, f] if s.is_level[f] == 1 else 0.0
        st.due[f] = np.inf
        if start.timer_half_life[d, f] > 0.0:
            wait = -math.log2(open_unit(word(own ^ np.uint64(_START_TIMER), 0)))
            st.due[f] = start.day + start.timer_half_life[d, f] * wait
            st.due_value[f] = start.timer_value[d, f]
            st.next_due[0] = min(st.next_due[0], st.due[f])
    for m in range(s.de_hash.shape[0]):
        st.execution_due[m] = np.inf
        st.error[m] = dr.de_error[d, m] * normal(mix(key ^ s.de_hash[m]), ZERO)
