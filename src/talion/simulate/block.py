"""The one entry to the compiled code: a run of histories of one what-if, and their measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import Draws, Start, World
from talion.simulate.arrays import (
    STATUS_BANDS,
    STATUS_CAPPED,
    STATUS_OK,
    STATUS_QUEUE,
    PlanArrays,
    Tape,
)
from talion.simulate.kernel import one_history
from talion.simulate.measures_kernel import fill_fans, fill_measures, running_counts
from talion.simulate.random import history_key
from talion.simulate.state import Gains, State, use_draw
from talion.simulate.wiring import Wiring

__all__ = ["run_block"]


def run_block(
    s: Wiring,
    dr: Draws,
    start: Start,
    w: World,
    p: PlanArrays,
    g: Gains,
    st: State,
    tape: Tape,
    qw: NDArray[np.uint64],
    qk: NDArray[np.uint32],
    total: NDArray[np.int64],
    seed: int,
    n_histories: int,
    first: int,
    last: int,
    n_days: int,
    cap: int,
    values: NDArray[np.float32],
    capped: NDArray[np.uint8],
    fans: NDArray[np.int32],
    tally: NDArray[np.int64],
) -> int:
    """Run histories first..last-1, counted over draws and histories; compiled by `compiled_block`.

    Args:
        g, st, tape, qw, qk, total: room to work in, of one worker.
        n_histories: histories per draw; number i is history i % n of draw i // n.
        n_days: whole days to simulate from the start day.
        cap: events after which a history stops.
        values: [D * N, columns]; row i is written.
        capped: [D * N].
        fans: flat histograms, added to.
        tally: [5] events so far; the last history, its events, the length of its log, the last
            midnight whose levels it knows.

    Returns:
        A status. STATUS_QUEUE: the last history's candidates did not fit and nothing of it was
        kept; run on from it with a longer queue. STATUS_BANDS: the model is at fault.
    """
    draw, links_moved = -1, False
    for i in range(first, last):
        if i // n_histories != draw or links_moved:
            draw = i // n_histories
            use_draw(s, dr, start, g, st, draw)
            links_moved = False
        key = history_key(seed, draw, i % n_histories)
        status, n, stop, logged = one_history(
            s, dr, start, w, p, g, st, tape, qw, qk, key, draw, n_days, cap
        )
        tally[1] = i
        if status in (STATUS_QUEUE, STATUS_BANDS):
            return status
        for j in range(st.link.shape[0]):
            links_moved = links_moved or st.link[j] != 1.0
        whole, known = n_days, n_days
        if status == STATUS_CAPPED:
            whole = int(stop) - start.day
            known = whole
            capped[i] = 1
        tally[0] += n
        tally[2] = n
        tally[3] = logged
        tally[4] = known
        running_counts(p, tape, n, start.day, n_days, total)
        fill_measures(p, tape, n, start.day, whole, known, total, values[i])
        fill_fans(p, tape, whole, known, total, fans)
    return STATUS_OK
