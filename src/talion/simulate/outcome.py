"""What a decision comes to: positions as they stand, the model of the draw, whose consent it needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import AXES, MEDIAN, NODES, TABLED, Draws
from talion.simulate.compiling import inner
from talion.simulate.state import State
from talion.simulate.wiring import Wiring

__all__ = ["consented", "outcome_of"]

F8 = NDArray[np.float64]

_TIE = 1e-12  # of all weight, as in `talion.model.bargaining.baselines`
_CELLS = NODES**AXES


@inner
def _take_positions(s: Wiring, dr: Draws, st: State, d: int, m: int) -> float:
    """Enter where each actor stands and what it weighs; return their weighted mean.

    Where nobody cares any more, all weigh the same.
    """
    total, weights, plain = 0.0, 0.0, 0.0
    for p in range(s.de_pos_start[m], s.de_pos_start[m + 1]):
        at, care = dr.po_at[d, p], dr.po_salience[d, p]
        for i in range(s.po_move_start[p], s.po_move_start[p + 1]):
            f = s.po_factor[i]
            at += dr.po_move[d, i] * (st.z[f] - dr.z_ref[d, f]) / 100.0
        for i in range(s.sm_start[p], s.sm_start[p + 1]):
            f = s.sm_factor[i]
            care += dr.sm_move[d, i] * (st.z[f] - dr.z_ref[d, f]) / 100.0
        st.place[p] = min(max(at, 0.0), 100.0)
        st.load[p] = dr.po_power[d, p] * min(max(care, 0.0), 100.0)
        total += st.load[p] * st.place[p]
        weights += st.load[p]
        plain += st.place[p]
    if weights > 0.0:
        return total / weights
    return plain / float(s.de_pos_start[m + 1] - s.de_pos_start[m])


@inner
def _median(s: Wiring, st: State, m: int) -> float:
    """Weighted median of the positions entered, the middle of the interval on a tie."""
    first, last = s.de_pos_start[m], s.de_pos_start[m + 1]
    whole = 0.0
    for p in range(first, last):
        whole += st.load[p]
    low, high = 100.0, 100.0
    for p in range(first, last):
        if st.load[p] <= 0.0:
            continue
        below = 0.0
        for q in range(first, last):
            if st.place[q] <= st.place[p]:
                below += st.load[q]
        if below >= (0.5 - _TIE) * whole:
            low = min(low, st.place[p])
        if below > (0.5 + _TIE) * whole:
            high = min(high, st.place[p])
    return 0.5 * (low + high)


@inner
def _shift(s: Wiring, dr: Draws, st: State, d: int, number: int) -> float:
    """How far the factors have moved a position, or from P on a salience, in points."""
    positions = s.po_move_start.shape[0] - 1
    moved = 0.0
    if number < positions:
        for i in range(s.po_move_start[number], s.po_move_start[number + 1]):
            f = s.po_factor[i]
            moved += dr.po_move[d, i] * (st.z[f] - dr.z_ref[d, f]) / 100.0
    else:
        for i in range(s.sm_start[number - positions], s.sm_start[number - positions + 1]):
            f = s.sm_factor[i]
            moved += dr.sm_move[d, i] * (st.z[f] - dr.z_ref[d, f]) / 100.0
    return moved


@inner
def _departure(s: Wiring, dr: Draws, st: State, d: int, m: int) -> float:
    """What the draw's model differs from the weighted mean: linear between nodes, level beyond."""
    base = m * AXES * NODES
    for a in range(AXES):
        st.cell[a], st.part[a] = 0, 0.0
        if s.de_axis[m, a] < 0:
            st.cell[a] = NODES // 2 - 1
            st.part[a] = 1.0
            continue
        x = _shift(s, dr, st, d, s.de_axis[m, a])
        at = base + a * NODES
        x = min(max(x, dr.de_node[d, at]), dr.de_node[d, at + NODES - 1])
        i = 0
        while i < NODES - 2 and x >= dr.de_node[d, at + i + 1]:
            i += 1
        width = dr.de_node[d, at + i + 1] - dr.de_node[d, at + i]
        st.cell[a] = i
        st.part[a] = (x - dr.de_node[d, at + i]) / width if width > 0.0 else 0.0
    found = 0.0
    for corner in range(1 << AXES):
        weight, index = 1.0, 0
        for a in range(AXES):
            upper = (corner >> a) & 1
            weight *= st.part[a] if upper == 1 else 1.0 - st.part[a]
            index = index * NODES + st.cell[a] + upper
        if weight > 0.0:
            found += weight * dr.de_departure[d, m * _CELLS + index]
    return found


@inner
def outcome_of(s: Wiring, dr: Draws, st: State, d: int, m: int) -> float:
    """Return the outcome of decision `m` by the model of draw `d`, without error."""
    mean = _take_positions(s, dr, st, d, m)
    if dr.de_model[d, m] == TABLED:
        return mean + _departure(s, dr, st, d, m)
    return _median(s, st, m) if dr.de_model[d, m] == MEDIAN else mean


@inner
def consented(s: Wiring, dr: Draws, st: State, d: int, m: int, outcome: float) -> bool:
    """Return whether all whose consent counts would have an outcome, as positions were taken."""
    if outcome >= dr.de_consent[d, m]:
        return True
    for i in range(s.ve_start[m], s.ve_start[m + 1]):
        if outcome < st.place[s.ve_position[i]] - dr.ve_within[d, i]:
            return False
    return True
