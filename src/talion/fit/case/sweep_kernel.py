"""One sweep of the sampler: every kind of move, in a fixed order, a fixed number of times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.arrays import Chain, Specification
from talion.fit.case.chance_kernel import uniform
from talion.fit.case.coordinate_kernel import (
    flip,
    mirror,
    respread,
    slice_block,
    slide,
    turn_over,
    turn_set,
)
from talion.fit.case.evaluate_kernel import everything
from talion.fit.case.event_kernel import (
    NO_ROOM,
    birth,
    death,
    move_class,
    move_moment,
    move_time,
    wander,
)

__all__ = ["SOURCES", "evaluate_pass", "sweep_pass"]

SOURCES = (
    "model/compiling.py",
    *(
        f"fit/case/{name}.py"
        for name in (
            "arrays", "chance_kernel", "coordinate_kernel", "evaluate_kernel", "event_kernel",
            "observation_kernel", "path_kernel", "rate_kernel", "strength_kernel", "sweep_kernel",
        )
    ),
)  # fmt: skip

AT_ONCE = 400  # events up to which all are moved in a sweep
F8 = NDArray[np.float64]


def evaluate_pass(s: Specification, ch: Chain) -> float:
    """Log-likelihood of events, listing, totals and absences at the chain's present state."""
    return everything(s, ch)


def sweep_pass(  # noqa: C901 - the order of the moves, in one place
    s: Specification, ch: Chain, sweeps: int, kept: F8
) -> int:
    """Run sweeps; after each write coordinates, signs and parts of the likelihood to a row of `kept`.

    Args:
        s: what is fitted.
        ch: the chain, from an `evaluate_pass`.
        sweeps: how many.
        kept: [sweeps, X + A + K + 4] out.

    Returns:
        0, or 1 if there was no room for an unlisted event.
    """
    width, arrows, parts = ch.x.shape[0], ch.sign.shape[0], ch.part.shape[0]
    for sweep in range(sweeps):
        for f in range(s.f_kind.shape[0]):
            if s.f_mirror[f] == 1 and uniform(ch) < 0.5:
                mirror(s, ch, f)
        everything(s, ch)  # what rounding has gathered goes
        for b in range(s.b_start.shape[0] - 1):
            if sweep % s.b_every[b] == 0:
                slice_block(s, ch, b)
        for k in range(s.l_weekly.shape[0]):
            if s.l_weekly[k] >= 0:
                respread(s, ch, k)
        for number in range(s.d_start.shape[0] - 1):
            slide(s, ch, number)
        for arrow in range(arrows):
            if s.free_arrow[arrow] == 1 and s.a_alone[arrow] == 1:
                flip(s, ch, arrow)
        if sweep % s.sets_every == 0:
            for number in range(s.s_start.shape[0] - 1):
                turn_set(s, ch, number)
            for f in range(s.f_kind.shape[0]):
                if s.o_start[f + 1] > s.o_start[f]:
                    turn_over(s, ch, f)
        # Times within a day mix fast: of a long list a share is moved in each sweep, by turns.
        turns = ch.events[0] // AT_ONCE + 1
        turn = int(turns * uniform(ch)) if turns > 1 else 0
        for slot in range(turn, ch.events[0], turns):
            row = ch.row[slot]
            if row < 0:
                continue
            if s.row_high[row] > s.row_low[row]:
                move_time(s, ch, slot)
            allowed = 0
            for c in range(s.class_type.shape[0]):
                allowed += s.row_allowed[row, c]
            if allowed > 1:
                move_class(s, ch, slot)
        for i in range(s.unlisted_type.shape[0]):
            k = s.unlisted_type[i]
            for _ in range(s.unlisted_tries[i]):
                if uniform(ch) < 0.5:
                    birth(s, ch, k)
                else:
                    death(s, ch, k)
                wander(s, ch, k)
        for q in range(s.q_low.shape[0]):
            move_moment(s, ch, q)
        if ch.tally[4, 0] >= NO_ROOM:
            return 1
        for j in range(width):
            kept[sweep, j] = ch.x[j]
        for j in range(arrows):
            kept[sweep, width + j] = ch.sign[j]
        for j in range(parts):
            kept[sweep, width + arrows + j] = ch.part[j]
    return 0
