"""One history: exact thinning of a marked point process with factors, day by day.

Order at 00:00: what-if rows, factors (drift from yesterday's values, weekly noise, what is due),
multipliers, bounds, cells. Within the day a type's rate can only fall between events (excitation
decays; suppression is bounded by its weakest value left in the day), so the bound just after an
event holds until the next; an event that raises it opens further bands for later times only.

What runs for every day or event is written out here on arrays taken from the tuples once, and
inlined: a call with the tuples costs as much as an event. The rare rest is in `rows`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import NO_LISTING, Draws, Start, World
from talion.simulate.arrays import (
    STATUS_BANDS,
    STATUS_CAPPED,
    STATUS_OK,
    STATUS_QUEUE,
    PlanArrays,
    Tape,
)
from talion.simulate.cells import height, open_bands, time_of_day
from talion.simulate.compiling import ZERO, inlined, inner, signed
from talion.simulate.random import mix, normal
from talion.simulate.rows import (
    FORCED,
    apply_rows,
    choose_class,
    due_changes,
    is_listed,
    rules_and_decisions,
)
from talion.simulate.state import Gains, State, begin
from talion.simulate.wiring import Wiring

__all__ = ["one_history"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

_STEPS = 256.0
_LOW = np.uint64(0xFFFFFFFF)
_SLACK = 1.0 + 1e-12  # a bound computed along another path than the rate stays a bound


@inlined
def _drift(
    today: int,
    key: np.uint64,
    ff_target: U4,
    ff_source: U4,
    coef: F8,
    z_ref: F8,
    noise: F8,
    noisy: U4,
    factor_hash: U8,
    low: F8,
    high: F8,
    rest: F8,
    pinned: I8,
    pull: F8,
    z: F8,
    z_next: F8,
) -> None:
    """The tick: every level moves towards its rest, from yesterday's values, and is shaken weekly."""
    n_factor = z.shape[0]
    for f in range(n_factor):
        z_next[f] = z[f] + (rest[f] - z[f]) * pull[f]
    for i in range(ff_target.shape[0]):
        source, target = ff_source[i], ff_target[i]
        z_next[target] += coef[i] * (z[source] - z_ref[source]) * pull[target]
    if today % 7 == 0:
        i = 0
        while noisy[i] < n_factor:
            f = noisy[i]
            if pinned[f] == 0:
                z_next[f] += noise[f] * normal(mix(key ^ factor_hash[f]), today // 7)
            i += 1
    for f in range(n_factor):
        value = z_next[f]
        value = value if value > low[f] else low[f]
        z[f] = value if value < high[f] else high[f]


@inlined
def _drives(
    background: F8, fr_start: U4, fr_factor: U4, gamma: F8, offset: F8, drive: F8, base: F8
) -> None:
    """Background rates under the factors; an exponential only where a sum has changed."""
    for k in range(base.shape[0]):
        total = 0.0
        for i in range(fr_start[k], fr_start[k + 1]):
            total += gamma[i] * offset[fr_factor[i]]
        if total != drive[k]:
            drive[k] = total
            base[k] = background[k] * math.exp(total)


@inlined
def _decays(x: float, table: F8, rate: F8, decay: F8) -> None:
    """2^(-x/h) for each half-life: a table's entry times a short series, to 1e-13."""
    i = int(x * _STEPS + 0.5)
    r = x - i / _STEPS
    for h in range(decay.shape[0]):
        y = -rate[h] * r
        series = 1.0 + y * (1.0 + y * (0.5 + y * (1 / 6 + y * (1 / 24 + y * (1 / 120)))))
        decay[h] = table[h, i] * series


@inlined
def _damping(k: int, u: F8, b: F8, decay: F8, ch_start: U4, ch_half: U4, channel_day: F8) -> float:
    """Upper bound of a type's suppression factor for the rest of the day."""
    s = 0.0
    for c in range(ch_start[k], ch_start[k + 1]):
        left = channel_day[c] if b[c] > 0.0 else decay[ch_half[c]]
        s += b[c] * u[c] * left
    if s > 0.0:  # exp(-s) <= 1 / (first terms of exp(s)): cheaper, still a bound
        return 1.0 / (1.0 + s * (1.0 + s * (0.5 + s * (1 / 6 + s * (1 / 24)))))
    return math.exp(-s) if s < 0.0 else 1.0


@inlined
def _exponent(k: int, u: F8, b: F8, decay: F8, ch_start: U4, ch_half: U4) -> float:
    """Sum of b u over a type's channels at the time the decays are for."""
    s = 0.0
    for c in range(ch_start[k], ch_start[k + 1]):
        s += b[c] * u[c] * decay[ch_half[c]]
    return s


@inlined
def _below(v: float, rate: float, s: float) -> bool:
    """Whether v < rate exp(-s); the exponential only where a cheap lower bound does not tell."""
    if s == 0.0:
        return v < rate
    lower = 1.0 - s * (1.0 - s * (0.5 - s * (1 / 6)))  # <= exp(-s) for every s
    return v < rate * lower or v < rate * math.exp(-s)


@inner
def one_history(  # noqa: C901 - one loop on purpose: a call with the tuples costs as much as an event
    s: Wiring,
    dr: Draws,
    start: Start,
    w: World,
    p: PlanArrays,
    g: Gains,
    st: State,
    tape: Tape,
    qw: U8,
    qk: U4,
    key: np.uint64,
    d: int,
    n_days: int,
    cap: int,
) -> tuple[int, int, float, int]:
    """Run the history with this key under a what-if.

    Events go to the tape in order of time, levels of the plan's factors day by day.

    Returns:
        status, number of events, time at which it stopped (inf if it ran to its end), length of
        the log of changes.
    """
    begin(s, dr, start, st, g, key, d)
    e, u, z, z_rate, base, bound = st.e, st.u, st.z, st.z_rate, st.base, st.bound
    decay, touched, stamp, top, scale = st.decay, st.touched, st.stamp, st.top, st.scale
    damped, fresh, pinned, cell_key = st.damped, st.fresh, st.pinned, st.key
    ch_type = s.ch_type
    jump, b, kick, channel_day, day_decay = g.jump, g.b, g.kick, g.channel_day, g.day_decay
    edge, width, p0 = s.band_edge, s.band_width, s.band_p0
    ch_start, ch_half, ee_start, ee_target = s.ch_start, s.ch_half, s.ee_start, s.ee_target
    ee_half, ee_channel, ee_step = s.ee_half, s.ee_channel, s.ee_step
    ef_start, ef_factor, low, high = s.ef_start, s.ef_factor, s.low, s.high
    offset, z_ref = st.offset, g.z_ref
    sr_start, dc_start, class_start = s.sr_start, s.dc_start, s.class_start
    event_time, event_class, event_listed = tape.time, tape.event_class, tape.listed
    level, stored = tape.level, p.stored
    n_type, n_half, n_channel = base.shape[0], decay.shape[0], u.shape[0]
    n_rows, n, row, logged = w.row_day.shape[0], 0, ZERO, ZERO
    rate_cap = float(cap)
    slope, ceiling, n_band = st.slope, st.ceiling, edge.shape[1]

    for day in range(n_days + 1):
        today = start.day + day
        nq, q = ZERO, ZERO
        if row < n_rows and w.row_day[row] <= today:
            nq = apply_rows(s, dr, w, g, st, d, row, today, qw, qk)
            if nq < 0:
                return STATUS_QUEUE, n, np.inf, logged
            while row < n_rows and w.row_day[row] <= today:
                row += 1
        if day > 0:
            _drift(
                today, key, s.ff_target, s.ff_source, g.coef, z_ref, g.noise, g.noisy,
                s.factor_hash, s.low, s.high, st.rest, pinned, st.pull, z, st.z_next,
            )  # fmt: skip
        if st.next_due[0] <= today:
            due_changes(s, st, today)
        for f in range(z.shape[0]):
            z_rate[f] = z[f]
            offset[f] = z[f] - z_ref[f]
        for f in range(stored.shape[0]):
            level[day, f] = z[stored[f]]
        if day == n_days:
            break
        _drives(g.background, s.fr_start, s.fr_factor, g.gamma, offset, st.drive, base)
        for k in range(n_type):
            bound[k] = base[k]
            slope[k] = scale[k] * _SLACK
            touched[k] = k
            top[k] = 0
            fresh[k] = 0
        for h in range(n_half):
            faded = day_decay[h] if day > 0 else 1.0
            decay[h] = 1.0
            for k in range(n_type):
                e[h, k] *= faded
                bound[k] += e[h, k]
        for c in range(n_channel):
            if day > 0:
                u[c] *= channel_day[c]
            if b[c] != 0.0 and u[c] > 0.0:
                damped[ch_type[c]] = 1
        for k in range(n_type):
            if damped[k] == 1:
                slope[k] *= _damping(k, u, b, decay, ch_start, ch_half, channel_day)
            bound[k] *= slope[k]
        n_touched = n_type
        after = np.uint64(0)
        x = 0.0

        while True:
            for i in range(n_touched):
                k = touched[i]
                limit = bound[k]
                if not limit <= rate_cap:
                    return STATUS_CAPPED, n, today + x, logged
                nq = open_bands(
                    k, limit, today, after, q, nq, qw, qk, edge, width, p0, cell_key[k], top
                )
                if nq < 0:
                    return STATUS_QUEUE, n, np.inf, logged
                ceiling[k] = edge[k, top[k]] if top[k] < n_band else s.band_top[k]
                if ceiling[k] < limit:
                    return STATUS_BANDS, n, np.inf, logged

            c, found = 0, False
            while q < nq:
                point, owner = qw[q], qk[q]
                q += 1
                if owner >= FORCED:
                    c = signed(owner) - FORCED
                    k = signed(s.class_type[c])
                    x = time_of_day(point)
                    _decays(x, g.table, g.rate, decay)
                    point = mix(cell_key[k] + mix(point + np.uint64(today)))
                    found = True
                    break
                k = signed(owner) >> 6
                band = signed(owner) & 63
                v = edge[k, band] + width[k, band] * height(point)
                if v >= bound[k]:
                    continue
                x = time_of_day(point)
                _decays(x, g.table, g.rate, decay)
                rate = base[k]
                for h in range(n_half):
                    rate += e[h, k] * decay[h]
                exponent = 0.0
                if damped[k] == 1:
                    exponent = _exponent(k, u, b, decay, ch_start, ch_half)
                if not _below(v, scale[k] * rate, exponent):
                    continue
                c = signed(class_start[k])
                if class_start[k + 1] - c > 1:
                    c = choose_class(
                        c, class_start[k + 1], point, d, k, dr.class_weight, s.mm_start,
                        s.mm_factor, g.mix, offset, st.weight, fresh,
                    )  # fmt: skip
                found = True
                break
            if not found:
                break
            t = today + x
            if n >= cap:
                return STATUS_CAPPED, n, t, logged
            after = qw[q - 1] | _LOW
            event_time[n] = t
            event_class[n] = c
            event_listed[n] = 1
            if s.listing_type[k] != NO_LISTING:
                event_listed[n] = is_listed(s, dr, z_rate, d, k, point)

            n_touched = 0
            for i in range(ee_start[c], ee_start[c + 1]):
                target, h, channel = ee_target[i], ee_half[i], ee_channel[i]
                reopen = False
                if jump[i] > 0.0:
                    e[h, target] += jump[i] / decay[h]
                    # Still a bound, if not the best: a new one is worked out only where this one
                    # leaves the open bands.
                    bound[target] += slope[target] * jump[i]
                    reopen = bound[target] > ceiling[target]
                if channel < n_channel:
                    left = decay[ch_half[channel]]
                    now = u[channel] * left
                    u[channel] = (now + (1.0 - now) * ee_step[i]) / left
                    damped[target] = 1
                    reopen = reopen or b[channel] < 0.0
                if reopen and stamp[target] != n:
                    stamp[target] = n
                    touched[n_touched] = target
                    n_touched += 1
            for i in range(ef_start[c], ef_start[c + 1]):
                f = ef_factor[i]
                if pinned[f] == 0:
                    z[f] = min(max(z[f] + kick[i], low[f]), high[f])
            if sr_start[c + 1] > sr_start[c] or dc_start[c + 1] > dc_start[c]:
                logged = rules_and_decisions(s, dr, st, tape, d, c, point, t, logged)
                for f in range(z.shape[0]):
                    offset[f] = z_rate[f] - z_ref[f]
                _drives(g.background, s.fr_start, s.fr_factor, g.gamma, offset, st.drive, base)
                for k in range(n_type):
                    touched[k] = k
                    fresh[k] = 0
                n_touched = n_type
            for i in range(n_touched):
                k = touched[i]
                raw = base[k]
                for h in range(n_half):
                    raw += e[h, k] * decay[h]
                slope[k] = scale[k] * _SLACK
                if damped[k] == 1:
                    slope[k] *= _damping(k, u, b, decay, ch_start, ch_half, channel_day)
                bound[k] = raw * slope[k]
            n += 1
    return STATUS_OK, n, np.inf, logged
