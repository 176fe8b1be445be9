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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import Draws, World
from talion.model.drift import tick
from talion.simulate.arrays import STATUS_BANDS, STATUS_CAPPED, STATUS_OK, STATUS_QUEUE
from talion.simulate.cells import height, open_bands, time_of_day
from talion.simulate.compiling import ZERO, inlined, inner, signed
from talion.simulate.random import history_key, mix, unit, word
from talion.simulate.rows import FORCED, apply_rows, choose_class
from talion.simulate.state import Gains, State, apply_links
from talion.simulate.wiring import Wiring

__all__ = [
    "FRESH_WITH",
    "FRESH_WITHOUT",
    "MONOTONE",
    "SOURCES",
    "STATUS_SHOCKS",
    "Given",
    "Trail",
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
_SLACK = 1.0 + 1e-12
_NEAR = 1e-6  # levels told again may differ by rounding, not by more

_tick = inlined(tick)


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
def _enter(s: Wiring, dr: Draws, p: Given, g: Gains, st: State, d: int) -> None:
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
def _look(s: Wiring, g: Gains, st: State) -> None:
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
def _fade(g: Gains, st: State) -> None:
    """What a whole day takes from excitation and suppression."""
    for h in range(st.e.shape[0]):
        for k in range(st.e.shape[1]):
            st.e[h, k] *= g.day_decay[h]
    for c in range(st.u.shape[0]):
        st.u[c] *= g.channel_day[c]


@inner
def _rate(s: Wiring, g: Gains, st: State, k: int, decay: F8) -> float:
    """Rate of type `k` at the time the decays are for."""
    raw = st.base[k]
    for h in range(decay.shape[0]):
        raw += st.e[h, k] * decay[h]
    x = 0.0
    for c in range(s.ch_start[k], s.ch_start[k + 1]):
        x += g.b[c] * st.u[c] * decay[s.ch_half[c]]
    return float(st.scale[k] * raw * math.exp(-x))


@inner
def _bounds(s: Wiring, g: Gains, st: State, decay: F8) -> None:
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
def _happen(s: Wiring, g: Gains, st: State, c: int, decay: F8) -> None:
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
def _decays(g: Gains, x: float, decay: F8) -> None:
    for h in range(decay.shape[0]):
        decay[h] = math.exp(-g.rate[h] * x)


@inner
def _change(p: Given, t: Trail, st: State, j: int) -> None:
    """Let a recorded value begin to hold in the counterfactual, unless what set it is gone."""
    f = p.change_factor[j]
    if st.pinned[f] == 1 or (p.setters[j] > 0 and t.left[j] == 0):
        return
    t.before[j] = st.z[f]
    t.latest[f] = j
    st.z[f] = p.change_value[j]
    st.z_rate[f] = p.change_value[j]


@inner
def _unset(p: Given, t: Trail, st: State, i: int, undo: bool) -> bool:
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
            _change(p, t, sc, change)
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
    _enter(s, dr, p, go, so, d)
    _enter(s, dr, p, gc, sc, d)
    heights = mix(key ^ _HEIGHT)
    for k in range(s.type_hash.shape[0]):
        sc.key[k] = mix(key ^ s.type_hash[k])
    for f in range(sc.z.shape[0]):
        t.latest[f] = -1
    for j in range(t.left.shape[0]):
        t.left[j] = p.setters[j]
    for i in range(p.time.shape[0]):
        if p.removed[i] == 1 and mode != FRESH_WITH:
            _unset(p, t, sc, i, False)
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
            _fade(go, so)
            _fade(gc, sc)
        for f in range(sc.z.shape[0]):
            so.z_rate[f] = so.z[f]
            sc.z_rate[f] = sc.z[f]
            t.levels[day, f] = sc.z[f]
        if day == n_days:
            break
        _look(s, go, so)
        _look(s, gc, sc)
        for h in range(decay.shape[0]):
            decay[h] = 1.0
        for k in range(n_type):
            sc.top[k] = 0
        opened = today + 1 > departure  # before, nothing can differ
        after = np.uint64(0)
        touched = opened

        while True:
            if touched:
                _bounds(s, gc, sc, decay)
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
                _decays(gc, x, decay)
                f = p.change_factor[change]
                so.z[f] = p.change_value[change]
                so.z_rate[f] = p.change_value[change]
                _change(p, t, sc, change)
                change += 1
                _look(s, go, so)
                _look(s, gc, sc)
                touched = opened
            elif what == 1:
                _decays(gc, x, decay)
                i, seen = seen, seen + 1
                c, origin = p.event_class[i], i
                if mode == MONOTONE:
                    k = signed(s.class_type[c])
                    was, would = _rate(s, go, so, k, decay), _rate(s, gc, sc, k, decay)
                    low = unit(word(heights, i)) * was < would
                    there = p.removed[i] == 0 and (low or was == would)
                elif p.removed[i] == 1:
                    there = mode == FRESH_WITH
                else:
                    there = now < departure
                _happen(s, go, so, c, decay)
                if (
                    mode == MONOTONE
                    and not there
                    and p.removed[i] == 0
                    and _unset(p, t, sc, i, True)
                ):
                    _look(s, gc, sc)
                    touched = opened
            else:
                point, owner = qw[q], qk[q]
                q += 1
                _decays(gc, x, decay)
                if owner >= FORCED:
                    c, origin, there = signed(owner) - FORCED, -2, True
                elif now >= departure:
                    k, band = signed(owner) >> 6, signed(owner) & 63
                    v = s.band_edge[k, band] + s.band_width[k, band] * height(point)
                    if v < sc.bound[k] and v < _rate(s, gc, sc, k, decay):
                        there = mode != MONOTONE or v >= _rate(s, go, so, k, decay)
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
                _happen(s, gc, sc, c, decay)
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
