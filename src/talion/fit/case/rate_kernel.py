"""Rates along the events: what each group adds or holds down, and the log-likelihood of a type.

The window is cut into cells of a quarter of a day. A group's shape is carried exactly from cell to
cell and within it from event to event; its integral over a cell is exact, since the decaying sum s
satisfies ds/dt = -r s between jumps. Only where answers or background and suppression act in the
same cell is the mean of a product taken as the product of means, which a test bounds.
"""

from __future__ import annotations

import math

import numpy as np

from talion.fit.case.arrays import CELLS_PER_DAY, Chain, Specification
from talion.model.compiling import inner

__all__ = ["log_rate", "seen_at", "trace", "type_part"]

_LN2 = math.log(2.0)


@inner
def _first_event(ch: Chain, t: float) -> int:
    """Place in the order of the first event at or after a time."""
    low, high = 0, ch.events[0]
    while low < high:
        middle = (low + high) // 2
        if ch.time[ch.order[middle]] < t:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def trace(s: Specification, ch: Chain, g: int, first: int, settled: int) -> int:
    """Carry a group's state on from cell `first`: cells, and what events of the target saw.

    No event has changed from cell `settled` on, so that all is as it was once the state is, to the
    last bit (a change fades in some fifty half-lives). Returns the cell from which on nothing was
    worked out again.
    """
    rate = _LN2 / s.half_life[s.g_half[g]]
    raises = ch.sign[s.g_arrow[g]] > 0
    width = 1.0 / CELLS_PER_DAY
    fade = math.exp(-rate * width)
    keep, target = 1.0 - s.g_step[g], s.g_target[g]
    state, n = ch.state[g, first] if first > 0 else 0.0, ch.events[0]
    i = _first_event(ch, first * width)
    for cell in range(first, ch.cell.shape[1]):
        if cell >= settled and state == ch.state[g, cell]:
            return cell
        ch.state[g, cell] = state
        begin, end = cell * width, (cell + 1) * width
        entered, jumped, now = state, 0.0, begin
        if i < n and ch.time[ch.order[i]] < end:
            while i < n and ch.time[ch.order[i]] < end:
                slot = ch.order[i]
                i += 1
                c = ch.kind[slot]
                if s.g_member[g, c] == 0 and s.class_type[c] != target:
                    continue
                t = ch.time[slot]
                if state > 0.0:
                    state *= math.exp(-rate * (t - now))
                now = t
                ch.seen[g, slot] = rate * state if raises else state
                if s.g_member[g, c] == 1:
                    before = state
                    if raises:
                        state += ch.size[slot]
                    else:
                        state = 1.0 - (1.0 - state) * keep ** ch.size[slot]
                    jumped += state - before
            state *= math.exp(-rate * (end - now))
        elif state > 0.0:
            state *= fade
        total = entered - state + jumped  # integral of rate x state
        ch.cell[g, cell] = total if raises else total / (rate * width)
    ch.state[g, ch.cell.shape[1]] = state
    return int(ch.cell.shape[1])


@inner
def seen_at(s: Specification, ch: Chain, g: int, t: float) -> float:
    """What an event of the target would see of the group at a time, by the last trace."""
    rate = _LN2 / s.half_life[s.g_half[g]]
    raises = ch.sign[s.g_arrow[g]] > 0
    cell = min(int(t * CELLS_PER_DAY), ch.cell.shape[1] - 1)
    now = cell / CELLS_PER_DAY
    state = ch.state[g, cell]
    low = _first_event(ch, now)
    while low < ch.events[0] and ch.time[ch.order[low]] < t:
        slot = ch.order[low]
        low += 1
        if s.g_member[g, ch.kind[slot]] == 0:
            continue
        state *= math.exp(-rate * (ch.time[slot] - now))
        now = ch.time[slot]
        if raises:
            state += ch.size[slot]
        else:
            state = 1.0 - (1.0 - state) * (1.0 - s.g_step[g]) ** ch.size[slot]
    state *= math.exp(-rate * (t - now))
    return float(rate * state if raises else state)


@inner
def log_rate(s: Specification, ch: Chain, k: int, t: float) -> float:
    """Logarithm of a type's rate just before a time."""
    rate, exponent = ch.base[k, int(t)], 0.0
    for g in range(s.g_start[k], s.g_start[k + 1]):
        if ch.a[g] != 0.0 or ch.b[g] != 0.0:
            seen = seen_at(s, ch, g, t)
            rate += ch.a[g] * seen
            exponent += ch.b[g] * seen
    return math.log(rate) - exponent if rate > 0.0 else -np.inf


@inner
def type_part(s: Specification, ch: Chain, k: int, first: int, until: int) -> float:
    """Log-likelihood of the events of a type, given everything; worked out from cell `first` to `until`.

    Nothing before and nothing after may have changed since it was last worked out. From the first
    cell on all is worked out.
    """
    cells = ch.cell.shape[1]
    if first == 0:
        until = cells
    since, width = first / CELLS_PER_DAY, 1.0 / CELLS_PER_DAY
    to = until * width if until < cells else math.inf
    low, high = s.g_start[k], s.g_start[k + 1]
    held, expected = False, ch.expected[k] if first > 0 else 0.0
    for g in range(low, high):
        held = held or ch.b[g] != 0.0
    for cell in range(first, until):
        rate, exponent = ch.base[k, cell // CELLS_PER_DAY] * width, 0.0
        for g in range(low, high):
            rate += ch.a[g] * ch.cell[g, cell]
            exponent += ch.b[g] * ch.cell[g, cell]
        if held and exponent != 0.0:
            rate *= math.exp(-exponent)
        ch.flow[k, cell], gone = rate, ch.flow[k, cell]
        expected += rate - gone if first > 0 else rate
    ch.expected[k] = expected
    value = -expected
    for slot in range(ch.events[0]):
        if s.class_type[ch.kind[slot]] != k:
            continue
        if since <= ch.time[slot] < to:
            rate, exponent = ch.base[k, int(ch.time[slot])], 0.0
            for g in range(low, high):
                rate += ch.a[g] * ch.seen[g, slot]
                exponent += ch.b[g] * ch.seen[g, slot]
            ch.felt[slot] = math.log(rate) - exponent if rate > 0.0 else -np.inf
        value += ch.size[slot] * ch.felt[slot]
    return value
