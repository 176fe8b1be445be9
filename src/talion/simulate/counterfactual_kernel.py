"""One counterfactual history: what happened and what would have, side by side, day by day.

Two tracks are carried: the observed one, whose events and levels are given, and the counterfactual
one. Both are moved by the same functions in the same order, so where nothing differs they agree to
the last bit, and an event kept under a height below its rate is kept exactly.

The points of the Poisson embedding that lie above the observed rate are not conditioned by what was
observed: they are the new events of the monotone coupling. The fresh coupling takes the points at
every height from the first departure on and forgets the observed events after it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import Draws, World
from talion.model.drift import tick
from talion.simulate.arrays import STATUS_BANDS, STATUS_CAPPED, STATUS_OK, STATUS_QUEUE
from talion.simulate.cells import height, open_bands, time_of_day
from talion.simulate.compiling import ZERO, inlined, inner, signed
from talion.simulate.counterfactual_tracks import (
    Given,
    Trail,
    begin_change,
    bound_rates,
    decay_to,
    enter,
    fade,
    happen,
    look,
    rate_of,
    unset,
)
from talion.simulate.random import history_key, mix, unit, word
from talion.simulate.rows import FORCED, apply_rows, choose_class
from talion.simulate.state import Gains, State
from talion.simulate.wiring import Wiring

__all__ = [
    "FRESH_WITH",
    "FRESH_WITHOUT",
    "MONOTONE",
    "SOURCES",
    "STATUS_SHOCKS",
    "replay_block",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

SOURCES = (
    "model/compiled.py",
    "model/drift.py",
    "simulate/arrays.py",
    "simulate/cells.py",
    "simulate/compiling.py",
    "simulate/counterfactual_kernel.py",
    "simulate/counterfactual_tracks.py",
    "simulate/outcome.py",
    "simulate/random.py",
    "simulate/rows.py",
    "simulate/state.py",
    "simulate/wiring.py",
)
"""Every file the compiled replay is made of; a test compares this with what it imports."""

MONOTONE = 0  # kept below their own height, new ones between the two rates
FRESH_WITHOUT = 1  # simulated afresh from the departure, the removed events absent
FRESH_WITH = 2  # the same, the removed events present at their times

STATUS_SHOCKS = 4  # levels, shocks and events of the past do not belong together

_HEIGHT = np.uint64(0x5851F42D4C957F2D)  # keys the heights of observed events
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_NEAR = 1e-6  # levels told again may differ by rounding, not by more

_tick = inlined(tick)


@inner
def _midnight(
    s: Wiring, w: World, p: Given, go: Gains, so: State, gc: Gains, sc: State, t: Trail,
    day: int, today: int, change: int,
) -> int:  # fmt: skip
    """Factors of both tracks at a midnight after the first; the next change, or -1 if the levels
    given are not those that follow."""
    while change < p.change_time.shape[0] and p.change_time[change] <= today:
        f, by_row = p.change_factor[change], False
        for r in range(w.row_day.shape[0]):  # a what-if of this very midnight goes before
            by_row = by_row or (w.row_op[r] == 0 and w.row_day[r] == today and w.row_target[r] == f)
        if not by_row:
            begin_change(p, t, sc, change)
        change += 1
    for f in range(so.z.shape[0]):  # levels move towards what the new day's switches ask
        if s.is_level[f] == 0:
            so.z[f] = p.levels[day, f]
    _tick(so.z, so.rest, so.pull, go.z_ref, s.ff_target, s.ff_source, go.coef, t.moved)
    _tick(sc.z, sc.rest, sc.pull, gc.z_ref, s.ff_target, s.ff_source, gc.coef, sc.z_next)
    for f in range(so.z.shape[0]):
        if s.is_level[f] == 0:
            continue
        shock, found = p.shocks[day, f], p.levels[day, f]
        if not math.isnan(shock):
            again = min(max(t.moved[f] + shock, s.low[f]), s.high[f])
            if abs(again - found) > _NEAR * (1.0 + abs(found)):
                return -1
        else:
            shock = found - t.moved[f]
        if sc.pinned[f] == 0:
            same = sc.z_next[f] == t.moved[f]
            then = min(max(sc.z_next[f] + shock, s.low[f]), s.high[f])
            sc.z[f] = found if same else then
        so.z[f] = found
    return change


@inner
def _one_replay(  # noqa: C901 - one loop on purpose, as the simulator's own
    s: Wiring, dr: Draws, w: World, p: Given, go: Gains, so: State, gc: Gains, sc: State, t: Trail,
    qw: U8, qk: U4, key: np.uint64, d: int, mode: int, departure: float, first: int, n_days: int,
    cap: int,
) -> tuple[int, int]:  # fmt: skip
    """Replay the window once; status and number of counterfactual events."""
    enter(s, dr, p, go, so, d)
    enter(s, dr, p, gc, sc, d)
    heights = mix(key ^ _HEIGHT)
    for k in range(s.type_hash.shape[0]):
        sc.key[k] = mix(key ^ s.type_hash[k])
    for f in range(sc.z.shape[0]):
        t.latest[f] = -1
    for j in range(t.left.shape[0]):
        t.left[j] = p.setters[j]
    for i in range(p.time.shape[0]):
        if p.removed[i] == 1 and mode != FRESH_WITH:
            unset(p, t, sc, i, False)
    n_type, n_band = sc.bound.shape[0], s.band_edge.shape[1]
    n_changes, n_given = p.change_time.shape[0], p.time.shape[0]
    n, row, seen, change = 0, ZERO, 0, 0
    decay = sc.decay

    for day in range(n_days + 1):
        today = first + day
        nq, q = ZERO, ZERO
        if row < w.row_day.shape[0] and w.row_day[row] <= today and day < n_days:
            nq = apply_rows(s, dr, w, gc, sc, d, row, today, qw, qk)
            if nq < 0:
                return STATUS_QUEUE, n
            while row < w.row_day.shape[0] and w.row_day[row] <= today:
                row += 1
        if day > 0:
            change = _midnight(s, w, p, go, so, gc, sc, t, day, today, change)
            if change < 0:
                return STATUS_SHOCKS, n
            fade(go, so)
            fade(gc, sc)
        for f in range(sc.z.shape[0]):
            so.z_rate[f] = so.z[f]
            sc.z_rate[f] = sc.z[f]
            t.levels[day, f] = sc.z[f]
        if day == n_days:
            break
        look(s, go, so)
        look(s, gc, sc)
        for h in range(decay.shape[0]):
            decay[h] = 1.0
        for k in range(n_type):
            sc.top[k] = 0
        opened = today + 1 > departure  # before, nothing can differ
        after = np.uint64(0)
        touched = opened

        while True:
            if touched:
                bound_rates(s, gc, sc, decay)
                for k in range(n_type):
                    limit = sc.bound[k]
                    if not limit <= cap:
                        return STATUS_CAPPED, n
                    nq = open_bands(
                        k, limit, today, after, q, nq, qw, qk, s.band_edge, s.band_width, s.band_p0,
                        sc.key[k], sc.top,
                    )  # fmt: skip
                    if nq < 0:
                        return STATUS_QUEUE, n
                    if sc.top[k] >= n_band and s.band_top[k] < limit:
                        return STATUS_BANDS, n
                touched = False
            now = float(today + 1)
            what = 0  # the next of: 1 an observed event, 2 a recorded change, 3 a point
            if q < nq:
                now, what = today + time_of_day(qw[q]), 3
            end = today + 1  # at one moment: the event, what it set, then points
            if change < n_changes and p.change_time[change] < end and p.change_time[change] <= now:
                now, what = p.change_time[change], 2
            if seen < n_given and p.time[seen] < end and p.time[seen] <= now:
                now, what = p.time[seen], 1
            if what == 0:
                break
            x = now - today
            c, origin, there = 0, -1, False

            if what == 2:
                decay_to(gc, x, decay)
                f = p.change_factor[change]
                so.z[f] = p.change_value[change]
                so.z_rate[f] = p.change_value[change]
                begin_change(p, t, sc, change)
                change += 1
                look(s, go, so)
                look(s, gc, sc)
                touched = opened
            elif what == 1:
                decay_to(gc, x, decay)
                i, seen = seen, seen + 1
                c, origin = p.event_class[i], i
                if mode == MONOTONE:
                    k = signed(s.class_type[c])
                    was, would = rate_of(s, go, so, k, decay), rate_of(s, gc, sc, k, decay)
                    low = unit(word(heights, i)) * was < would
                    there = p.removed[i] == 0 and (low or was == would)
                elif p.removed[i] == 1:
                    there = mode == FRESH_WITH
                else:
                    there = now < departure
                happen(s, go, so, c, decay)
                if (
                    mode == MONOTONE
                    and not there
                    and p.removed[i] == 0
                    and unset(p, t, sc, i, True)
                ):
                    look(s, gc, sc)
                    touched = opened
            else:
                point, owner = qw[q], qk[q]
                q += 1
                decay_to(gc, x, decay)
                if owner >= FORCED:
                    c, origin, there = signed(owner) - FORCED, -2, True
                elif now >= departure:
                    k, band = signed(owner) >> 6, signed(owner) & 63
                    v = s.band_edge[k, band] + s.band_width[k, band] * height(point)
                    if v < sc.bound[k] and v < rate_of(s, gc, sc, k, decay):
                        there = mode != MONOTONE or v >= rate_of(s, go, so, k, decay)
                    if there:
                        c = signed(s.class_start[k])
                        if s.class_start[k + 1] - c > 1:
                            c = choose_class(
                                c, s.class_start[k + 1], point, d, k, dr.class_weight, s.mm_start,
                                s.mm_factor, gc.mix, sc.offset, sc.weight, sc.fresh,
                            )  # fmt: skip
            if there:
                if n >= cap:
                    return STATUS_CAPPED, n
                t.time[n] = now
                t.event_class[n] = c
                t.origin[n] = origin
                n += 1
                happen(s, gc, sc, c, decay)
                touched = opened
            after = ((np.uint64(x * 4294967296.0) << _HALF) if what != 3 else qw[q - 1]) | _LOW
    return STATUS_OK, n


def replay_block(
    s: Wiring, dr: Draws, w: World, p: Given, go: Gains, so: State, gc: Gains, sc: State, t: Trail,
    qw: U8, qk: U4, seed: int, d: int, begin: int, stop: int, mode: int, departure: float,
    first: int, n_days: int, cap: int, counts: F8, kept: F8, tally: I8,
) -> int:  # fmt: skip
    """Replay the window of draw `d` under histories begin..stop-1; compiled by the caller.

    Args:
        w: what-if rows, of the counterfactual track alone.
        p: what happened.
        go, so, gc, sc, t, qw, qk: room: observed track, counterfactual track, trail, queue.
        seed: of the heights and of the points.
        mode: MONOTONE, FRESH_WITHOUT or FRESH_WITH.
        departure: moment before which nothing can differ.
        first: absolute day of the start.
        cap: events after which a replay stops.
        counts: [N, K, weeks] written; NaN for a replay that reached the cap.
        kept: [n] added to: replays in which the observed event is there.
        tally: [2] out: last history begun, its events.

    Returns:
        A status; STATUS_QUEUE: run on from the last history with a longer queue.
    """
    for number in range(begin, stop):
        tally[0] = number
        status, n = _one_replay(
            s, dr, w, p, go, so, gc, sc, t, qw, qk, history_key(seed, d, number), d, mode,
            departure, first, n_days, cap,
        )  # fmt: skip
        tally[1] = n
        if status == STATUS_CAPPED:
            counts[number] = np.nan
        elif status != STATUS_OK:
            return status
        else:
            counts[number] = 0.0
            for i in range(n):
                k = s.class_type[t.event_class[i]]
                counts[number, k, (np.int64(t.time[i]) - first) // 7] += 1.0
                if t.origin[i] >= 0:
                    kept[t.origin[i]] += 1.0
    return STATUS_OK
