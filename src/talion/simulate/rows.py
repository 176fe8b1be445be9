"""What-if rows, and what changes factors within and between days."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import (
    ADD_EVENT,
    BLOCK,
    NO_LISTING,
    PIN,
    SCALE_LINK,
    SCALE_TYPE,
    SET,
    SHIFT,
    UNBLOCK,
    UNPIN,
    Draws,
    World,
)
from talion.simulate.arrays import Tape
from talion.simulate.compiling import inner, signed
from talion.simulate.outcome import consented, outcome_of
from talion.simulate.random import mix, open_unit, unit, word
from talion.simulate.state import Gains, State, apply_links
from talion.simulate.wiring import Wiring

__all__ = [
    "FORCED",
    "apply_rows",
    "choose_class",
    "due_changes",
    "is_listed",
    "rules_and_decisions",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

FORCED = 1 << 31  # added to the class of a forced event where a candidate has its type and band

# Counters under an accepted point's word.
_MARK = 101
_LISTED = 102
_NOON = np.uint64(1) << np.uint64(63)
_FORCED = np.uint64(0xC2B2AE3D27D4EB4F)
# Counters under a rule's or decision's key.
_CHANCE, _LASTS, _LAG, _REVERSAL = 1, 2, 3, 4
_SAME = 1e-9  # two doses this close are one state


@inner
def apply_rows(  # noqa: C901 - one branch an operation
    s: Wiring,
    dr: Draws,
    w: World,
    g: Gains,
    st: State,
    d: int,
    row: int,
    today: int,
    qw: U8,
    qk: U4,
) -> int:
    """Apply the rows due at today's midnight from `row` on; return how many events are forced.

    Forced events stand at the head of the queue, each with the word of noon; -1 if they do not fit.
    """
    nq = 0
    links = False
    while row < w.row_day.shape[0] and w.row_day[row] <= today:
        op, target, value = w.row_op[row], w.row_target[row], w.row_value[d, row]
        row += 1
        if op == ADD_EVENT:
            if nq == qw.shape[0]:
                return -1
            # The low half tells two forced events of a day apart; their marks are given.
            qw[nq] = _NOON | np.uint64(nq)
            qk[nq] = FORCED + target
            nq += 1
        elif op == SCALE_TYPE:
            st.own_scale[target] = value
        elif op == BLOCK:
            st.blocked[target] = 1
        elif op == UNBLOCK:
            st.blocked[target] = 0
        elif op == SCALE_LINK:
            st.link[target] = value
            links = True
        elif op == UNPIN:
            st.pinned[target] = 0
            st.pull[target] = dr.pull[d, target] if s.is_level[target] == 1 else 0.0
        elif op == PIN:
            st.pinned[target] = 1
            st.pull[target] = 0.0
            st.z[target] = min(max(value, s.low[target]), s.high[target])
            st.due[target] = np.inf
        elif st.pinned[target] == 0:
            if op == SET:
                st.z[target] = min(max(value, s.low[target]), s.high[target])
                st.due[target] = np.inf
            elif op == SHIFT:
                st.z[target] = min(max(st.z[target] + value, s.low[target]), s.high[target])
    for k in range(st.scale.shape[0]):
        st.scale[k] = 0.0 if st.blocked[k] == 1 else st.own_scale[k]
    if links:
        apply_links(s, dr, g, st.link, d)
    return nq


@inner
def due_changes(s: Wiring, st: State, today: int) -> None:
    """Carry out what is due by this midnight: executions move rests, timers set switches."""
    for m in range(s.de_hash.shape[0]):
        if st.execution_due[m] <= today:
            st.rest[s.de_exec[m]] = st.execution_level[m]
            st.execution_due[m] = np.inf
    for f in range(s.factor_hash.shape[0]):
        if st.due[f] <= today:
            st.due[f] = np.inf
            if st.pinned[f] == 0:
                st.z[f] = st.due_value[f]
    earliest = np.inf
    for m in range(s.de_hash.shape[0]):
        earliest = min(earliest, st.execution_due[m])
    for f in range(s.factor_hash.shape[0]):
        earliest = min(earliest, st.due[f])
    st.next_due[0] = earliest


@inner
def choose_class(
    first: int,
    last: int,
    point: np.uint64,
    d: int,
    k: int,
    class_weight: F8,
    mm_start: U4,
    mm_factor: U4,
    mix_gain: F8,
    offset: F8,
    weight: F8,
    fresh: I8,
) -> int:
    """The marks of a point of type `k`: one of its classes [first, last), by the mix of the day."""
    if fresh[k] == 0:
        total = 0.0
        for c in range(first, last):
            own = class_weight[d, c]
            if mm_start[c + 1] > mm_start[c]:
                load = 0.0
                for i in range(mm_start[c], mm_start[c + 1]):
                    load += mix_gain[i] * offset[mm_factor[i]]
                own *= math.exp(load)
            total += own
            weight[c] = total
        fresh[k] = 1
    u = unit(word(point, _MARK)) * weight[last - 1]
    c = first
    while c < last - 1 and u >= weight[c]:
        c += 1
    return c


@inner
def is_listed(s: Wiring, dr: Draws, z_rate: F8, d: int, k: int, key: np.uint64) -> int:
    """Whether an event enters the lists: its type's probability, moved by a factor."""
    factor = s.listing_type[k]
    if factor == NO_LISTING:
        return 1
    logit = dr.listing_logit[d, k]
    if factor >= 0:
        logit += dr.listing_load[d, k] * (z_rate[factor] - dr.z_ref[d, factor])
    return 1 if unit(word(key, _LISTED)) < 1.0 / (1.0 + math.exp(-logit)) else 0


@inner
def _write(st: State, tape: Tape, f: int, value: float, t: float, logged: int) -> int:
    """Set a factor within the day; rates see it at once. Returns the new length of the log."""
    st.z[f] = value
    st.z_rate[f] = value
    if logged < tape.set_time.shape[0]:
        tape.set_time[logged] = t
        tape.set_factor[logged] = f
        tape.set_value[logged] = value
        return logged + 1
    return logged


@inner
def _executed(s: Wiring, m: int, outcome: float) -> float:
    """The tabulated level of an outcome: linear between the table's points, flat outside."""
    last = s.de_table_x.shape[1] - 1
    if outcome <= s.de_table_x[m, 0]:
        return float(s.de_table_y[m, 0])
    for i in range(last):
        x0, x1 = s.de_table_x[m, i], s.de_table_x[m, i + 1]
        if outcome <= x1:
            share = (outcome - x0) / (x1 - x0) if x1 > x0 else 1.0
            low, high = s.de_table_y[m, i], s.de_table_y[m, i + 1]
            return float(low + share * (high - low))
    return float(s.de_table_y[m, last])


@inner
def _decide(
    s: Wiring,
    dr: Draws,
    st: State,
    tape: Tape,
    d: int,
    call: int,
    key: np.uint64,
    t: float,
    n: int,
) -> int:
    """Take the decision of a call: outcome, what it writes and sets, when and whether it is executed.

    Without the consent that a low outcome needs, it is held at the level or nothing is settled. A call
    that does not bind asks nobody's consent and writes its outcome alone.
    """
    m = s.dc_decision[call]
    outcome = min(max(outcome_of(s, dr, st, d, m) + st.error[m], 0.0), 100.0)
    binds = s.dc_binds[call] == 1
    if binds and not consented(s, dr, st, d, m, outcome):
        if s.de_held[m] == 0:
            return n
        outcome = min(max(dr.de_consent[d, m], 0.0), 100.0)
    f = s.de_write[m]
    if f >= 0 and st.pinned[f] == 0:
        st.rest[f] = outcome
        n = _write(st, tape, f, outcome, t, n)
    if not binds:
        return n
    f = s.de_sets[m]
    if f >= 0 and st.pinned[f] == 0 and outcome <= dr.de_threshold[d, m]:
        st.due[f] = np.inf
        n = _write(st, tape, f, dr.de_sets_value[d, m], t, n)
    if s.de_exec[m] >= 0:
        st.execution_due[m] = np.inf
        if unit(word(key, _REVERSAL)) >= dr.de_reversal[d, m]:
            lag = dr.de_lag[d, m] * -math.log2(open_unit(word(key, _LAG)))
            st.execution_due[m] = t + max(lag, 0.0)
            st.execution_level[m] = _executed(s, m, outcome)
            st.next_due[0] = min(st.next_due[0], st.execution_due[m])
    return n


@inner
def rules_and_decisions(
    s: Wiring, dr: Draws, st: State, tape: Tape, d: int, c: int, key: np.uint64, t: float, n: int
) -> int:
    """What an event of class `c` sets: rules first, then decisions. Returns the log's length."""
    for i in range(s.sr_start[c], s.sr_start[c + 1]):
        f = signed(s.sr_factor[i])
        own = mix(key ^ s.factor_hash[f]) + np.uint64(i - s.sr_start[c])
        if st.pinned[f] == 1 or unit(word(own, _CHANCE)) >= dr.sr_chance[d, i]:
            continue
        st.due[f] = np.inf
        if dr.sr_half_life[d, i] > 0.0:
            lasts = dr.sr_half_life[d, i] * -math.log2(open_unit(word(own, _LASTS)))
            st.due[f] = t + lasts
            st.due_value[f] = dr.sr_after[d, i]
            st.next_due[0] = min(st.next_due[0], st.due[f])
        n = _write(st, tape, f, dr.sr_value[d, i], t, n)
    for i in range(s.dc_start[c], s.dc_start[c + 1]):
        m = s.dc_decision[i]
        own = mix(key ^ s.de_hash[m]) + np.uint64(i - s.dc_start[c])
        if unit(word(own, _CHANCE)) >= dr.de_chance[d, i]:
            continue
        need = s.de_need[m]
        if need < 0 or abs(st.z[need] - dr.de_need_value[d, m]) < _SAME:
            n = _decide(s, dr, st, tape, d, i, own, t, n)
    return n
