"""One sweep of the sampler: blocks of coordinates, signs of arrows, times, marks, unlisted events.

Coordinates are standard normal a priori, so blocks are moved by elliptical slice sampling, which
needs no step size (Murray, Adams and MacKay 2010, AISTATS 9: 541). Events are moved, added and
removed by Metropolis-Hastings steps on the set of unlisted events (Geyer and Moller 1994,
Scandinavian Journal of Statistics 21: 359). The generator is SplitMix64, a chain's own.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.arrays import ABSENCES, LISTING, MARKS, TOTALS, Chain, Specification
from talion.fit.case.observation_kernel import (
    absence_part,
    class_odds,
    count_totals,
    departures,
    listing_part,
    listing_term,
    mark_part,
    mark_term,
    total_part,
)
from talion.fit.case.path_kernel import levels, load_background, load_mix
from talion.fit.case.rate_kernel import seen_at, trace, type_part
from talion.fit.case.strength_kernel import natural, numbers_of_type, shared_numbers
from talion.fit.compiling import inner

__all__ = ["SOURCES", "evaluate_pass", "sweep_pass"]

SOURCES = (
    "fit/compiling.py",
    "fit/case/arrays.py",
    "fit/case/strength_kernel.py",
    "fit/case/path_kernel.py",
    "fit/case/rate_kernel.py",
    "fit/case/observation_kernel.py",
    "fit/case/moves_kernel.py",
)

F8 = NDArray[np.float64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_SHRINKS = 60
_NEAR = 3.0  # days: sd of a local move of an unlisted event


@inner
def _uniform(ch: Chain) -> float:
    ch.random[0] += _GOLDEN
    z = ch.random[0]
    z = (z ^ (z >> _30)) * _MIX1
    z = (z ^ (z >> _27)) * _MIX2
    z = z ^ (z >> _31)
    return (np.float64(z >> _11) + 0.5) * (1.0 / 9007199254740992.0)


@inner
def _normal(ch: Chain) -> float:
    return math.sqrt(-2.0 * math.log(_uniform(ch))) * math.cos(2.0 * math.pi * _uniform(ch))


@inner
def _sum(ch: Chain) -> float:
    total = 0.0
    for i in range(ch.part.shape[0]):
        total += ch.part[i]
    return total


@inner
def _driven(s: Specification, ch: Chain, k: int) -> bool:
    """Whether a factor on the type's rate has moved."""
    for i in range(s.r_start[k], s.r_start[k + 1]):
        if ch.moved[s.r_factor[i]] == 1:
            return True
    return False


@inner
def _refresh(
    s: Specification, ch: Chain, path: int, marks: int, listing: int, totals: int
) -> float:
    """Evaluate the types marked dirty and the parts asked for; return the log-likelihood."""
    types = s.usual.shape[0]
    shared_numbers(s, ch)
    if path == 1:
        levels(s, ch, 0)
    for k in range(types):
        if s.fitted[k] == 0:
            continue
        if ch.dirty[k] == 1:
            numbers_of_type(s, ch, k)
        if ch.dirty[k] == 1 or (path == 1 and _driven(s, ch, k)):
            load_background(s, ch, k)
            ch.part[k] = type_part(s, ch, k)
        ch.dirty[k] = 0
        if marks == 1 and s.class_start[k + 1] - s.class_start[k] > 1:
            load_mix(s, ch, k)
    if marks == 1:
        ch.part[types + MARKS] = mark_part(s, ch)
    if listing == 1:
        departures(s, ch)
        ch.part[types + LISTING] = listing_part(s, ch)
    if totals == 1:
        ch.part[types + TOTALS] = total_part(s, ch)
    return _sum(ch)


@inner
def _everything(s: Specification, ch: Chain) -> float:
    """Evaluate all from the coordinates, signs and events."""
    for p in range(s.p_middle.shape[0]):
        ch.v[p] = natural(s, ch.x, p)
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = s.fitted[k]
        for c in range(s.class_start[k], s.class_start[k + 1]):
            for d in range(s.days):
                ch.mix[d, c] = 1.0
    for g in range(s.g_arrow.shape[0]):
        trace(s, ch, g)
    count_totals(s, ch)
    ch.part[s.usual.shape[0] + ABSENCES] = absence_part(s, ch)
    return _refresh(s, ch, 1, 1, 1, 1)


# --- coordinates ------------------------------------------------------------------------------


@inner
def _block_value(s: Specification, ch: Chain, b: int) -> float:
    """Log-likelihood after the coordinates of a block have changed."""
    for i in range(s.b_start[b], s.b_start[b + 1]):
        j = s.b_index[i]
        if j < s.p_middle.shape[0]:
            ch.v[j] = natural(s, ch.x, j)
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = s.b_types[b, k]
    return _refresh(s, ch, s.b_path[b], s.b_marks[b], s.b_listing[b], s.b_totals[b])


@inner
def _slice(s: Specification, ch: Chain, b: int) -> None:
    """Move a block along an ellipse through a fresh draw of its prior."""
    floor = _sum(ch) + math.log(_uniform(ch))
    for i in range(s.b_start[b], s.b_start[b + 1]):
        j = s.b_index[i]
        ch.old[j] = ch.x[j]
        ch.ellipse[j] = _normal(ch)
    angle = 2.0 * math.pi * _uniform(ch)
    low, high = angle - 2.0 * math.pi, angle
    for tried in range(_SHRINKS):
        c, d = math.cos(angle), math.sin(angle)
        if tried == _SHRINKS - 1:
            c, d = 1.0, 0.0  # out of floating range: stay
        for i in range(s.b_start[b], s.b_start[b + 1]):
            j = s.b_index[i]
            ch.x[j] = ch.old[j] * c + ch.ellipse[j] * d
        ch.tally[0, 0] += 1
        if _block_value(s, ch, b) > floor:
            ch.tally[0, 1] += 1
            return
        if angle < 0.0:
            low = angle
        else:
            high = angle
        angle = low + (high - low) * _uniform(ch)


@inner
def _sign_value(s: Specification, ch: Chain, arrow: int) -> float:
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = s.a_types[arrow, k]
    for g in range(s.g_arrow.shape[0]):
        if s.g_arrow[g] == arrow:
            trace(s, ch, g)
    return _refresh(s, ch, s.a_path[arrow], s.a_marks[arrow], s.a_listing[arrow], 0)


@inner
def _flip(s: Specification, ch: Chain, arrow: int) -> None:
    """Turn an arrow; half of the time with a fresh strength from its prior."""
    before, p = _sum(ch), s.a_strength[arrow]
    old = ch.x[p]
    if _uniform(ch) < 0.5:
        ch.x[p] = _normal(ch)
        ch.v[p] = natural(s, ch.x, p)
    ch.sign[arrow] = -ch.sign[arrow]
    after = _sign_value(s, ch, arrow)
    ch.tally[1, 0] += 1
    if math.log(_uniform(ch)) < after - before:
        ch.tally[1, 1] += 1
        return
    ch.x[p] = old
    ch.v[p] = natural(s, ch.x, p)
    ch.sign[arrow] = -ch.sign[arrow]
    _sign_value(s, ch, arrow)


@inner
def _turn_set(s: Specification, ch: Chain, number: int) -> None:
    """Arrows into one factor: signs and strengths afresh from their priors, all at once."""
    first, last = s.s_start[number], s.s_start[number + 1]
    before = _sum(ch)
    for i in range(first, last):
        arrow = s.s_arrow[i]
        p = s.a_strength[arrow]
        ch.before[arrow] = ch.sign[arrow]
        ch.old[p] = ch.x[p]
        if s.free_arrow[arrow] == 1 and _uniform(ch) < 0.5:
            ch.sign[arrow] = -ch.sign[arrow]
        ch.x[p] = _normal(ch)
        ch.v[p] = natural(s, ch.x, p)
    after = _set_value(s, ch)
    ch.tally[1, 0] += 1
    if math.log(_uniform(ch)) < after - before:
        ch.tally[1, 1] += 1
        return
    for i in range(first, last):
        arrow = s.s_arrow[i]
        p = s.a_strength[arrow]
        ch.sign[arrow] = ch.before[arrow]
        ch.x[p] = ch.old[p]
        ch.v[p] = natural(s, ch.x, p)
    _set_value(s, ch)


@inner
def _set_value(s: Specification, ch: Chain) -> float:
    """Log-likelihood after arrows between events and factors have changed."""
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = 0
    marks = 1 if s.m_factor.shape[0] > 0 else 0
    listing = 0
    for k in range(s.usual.shape[0]):
        if s.l_factor[k] >= 0:
            listing = 1
    return _refresh(s, ch, 1, marks, listing, 0)


# --- events -----------------------------------------------------------------------------------


@inner
def _place(ch: Chain, slot: int, at: int) -> None:
    """Enter a slot that stands at position `at` of the order where its time belongs."""
    t = ch.time[slot]
    while at > 0 and ch.time[ch.order[at - 1]] > t:
        ch.order[at] = ch.order[at - 1]
        at -= 1
    while at < ch.count[0] - 1 and ch.time[ch.order[at + 1]] < t:
        ch.order[at] = ch.order[at + 1]
        at += 1
    ch.order[at] = slot


@inner
def _position(ch: Chain, slot: int) -> int:
    for i in range(ch.count[0]):
        if ch.order[i] == slot:
            return i
    return -1


@inner
def _tell(s: Specification, ch: Chain, c: int, t: float, size: int) -> None:
    """Count `size` events of a class at a time in the daily numbers and totals."""
    ch.daily[int(t), c] += size
    for j in range(s.t_value.shape[0]):
        if s.t_member[j, c] == 1 and s.t_since[j] <= t < ch.moment[s.t_moment[j]]:
            ch.number[j] += size


@inner
def _after_event(s: Specification, ch: Chain, c: int, other: int, day: int, slot: int) -> float:
    """Log-likelihood after an event of class `c` (and `other`) has come, gone or moved.

    `day` is the first day whose number of events has changed, or -1. `slot` is the event as it is
    now, or -1 where it is gone; its old terms of marks and listing must be out of the sums.
    """
    types, k = s.usual.shape[0], s.class_type[c]
    path = day >= 0 and (s.c_path[c] == 1 or s.c_path[other] == 1)
    for g in range(s.g_arrow.shape[0]):
        if s.g_member[g, c] == 1 or s.g_member[g, other] == 1:
            trace(s, ch, g)
            ch.dirty[s.g_target[g]] = 1
        elif s.g_target[g] == k and slot >= 0:
            ch.seen[g, slot] = seen_at(s, ch, g, ch.time[slot])
    ch.dirty[k] = 1
    if path:
        levels(s, ch, day)
    mixed, listed = False, False
    for i in range(types):
        driven = path and _driven(s, ch, i)
        if driven:
            load_background(s, ch, i)
        if driven or ch.dirty[i] == 1:
            ch.part[i] = type_part(s, ch, i)
        ch.dirty[i] = 0
        if path and s.m_start[s.class_start[i + 1]] > s.m_start[s.class_start[i]]:
            load_mix(s, ch, i)
            mixed = True
        listed = listed or (path and s.l_factor[i] >= 0 and ch.moved[s.l_factor[i]] == 1)
    if mixed:
        ch.part[types + MARKS] = mark_part(s, ch)
    elif slot >= 0:
        ch.marked[slot] = mark_term(s, ch, slot)
        ch.part[types + MARKS] += ch.marked[slot]
    if listed:
        ch.part[types + LISTING] = listing_part(s, ch)
    elif slot >= 0:
        ch.said[slot] = listing_term(s, ch, slot)
        ch.part[types + LISTING] += ch.said[slot]
    ch.part[types + TOTALS] = total_part(s, ch)
    ch.part[types + ABSENCES] = absence_part(s, ch)
    return _sum(ch)


@inner
def _forget(s: Specification, ch: Chain, slot: int) -> None:
    """Take an event's terms of marks and listing out of the sums."""
    types = s.usual.shape[0]
    ch.part[types + MARKS] -= ch.marked[slot]
    ch.part[types + LISTING] -= ch.said[slot]


@inner
def _shift(s: Specification, ch: Chain, slot: int, t: float, c: int) -> float:
    """Move an event to a time and class; return the log-likelihood."""
    was, old = ch.kind[slot], ch.time[slot]
    _forget(s, ch, slot)
    _tell(s, ch, was, old, -ch.size[slot])
    at = _position(ch, slot)
    ch.time[slot] = t
    ch.kind[slot] = c
    _place(ch, slot, at)
    _tell(s, ch, c, t, ch.size[slot])
    day = min(int(t), int(old)) if int(t) != int(old) or was != c else -1
    return _after_event(s, ch, c, was, day, slot)


@inner
def _ordered(s: Specification, ch: Chain, slot: int, t: float) -> bool:
    """Whether a listed event at `t` keeps the coded order."""
    row = ch.row[slot]
    if row < 0:
        return True
    for other in range(ch.count[0]):
        if ch.row[other] < 0 or other == slot:
            continue
        if s.row_after[row] == ch.row[other] and not ch.time[other] < t:
            return False
        if s.row_after[ch.row[other]] == row and not t < ch.time[other]:
            return False
    return True


@inner
def _move_time(s: Specification, ch: Chain, slot: int) -> None:
    """A listed event to another time of its interval."""
    row = ch.row[slot]
    width = s.row_high[row] - s.row_low[row]
    old = ch.time[slot]
    t = s.row_low[row] + width * _uniform(ch)
    if width > 1.0 and _uniform(ch) < 0.5:  # within its day
        t = max(math.floor(old), s.row_low[row]) + _uniform(ch)
        if t >= s.row_high[row]:
            return
    ch.tally[2, 0] += 1
    if not _ordered(s, ch, slot, t):
        return
    before = _sum(ch)
    after = _shift(s, ch, slot, t, ch.kind[slot])
    if math.log(_uniform(ch)) < after - before:
        ch.tally[2, 1] += 1
    else:
        _shift(s, ch, slot, old, ch.kind[slot])


@inner
def _draw_class(s: Specification, ch: Chain, k: int, day: int, row: int) -> int:
    total = class_odds(s, ch, k, day, row)
    u = _uniform(ch) * total
    c = s.class_start[k]
    while c < s.class_start[k + 1] - 1 and u >= ch.spare[c]:
        u -= ch.spare[c]
        c += 1
    return c


@inner
def _move_class(s: Specification, ch: Chain, slot: int) -> None:
    """Marks that nobody stated: a fresh draw from the mix of the day."""
    old, t = ch.kind[slot], ch.time[slot]
    k, day = s.class_type[old], int(t)
    c = _draw_class(s, ch, k, day, ch.row[slot])
    if c == old:
        return
    before = _sum(ch)
    back = math.log(ch.mix[day, old]) - math.log(ch.mix[day, c])
    ch.tally[3, 0] += 1
    after = _shift(s, ch, slot, t, c)
    if math.log(_uniform(ch)) < after - before + back:
        ch.tally[3, 1] += 1
    else:
        _shift(s, ch, slot, t, old)


@inner
def _free_slots(s: Specification, ch: Chain, k: int) -> int:
    """How many unlisted events of a type there are."""
    total = 0
    for slot in range(ch.count[0]):
        if ch.row[slot] < 0 and s.class_type[ch.kind[slot]] == k:
            total += 1
    return total


@inner
def _nth_free(s: Specification, ch: Chain, k: int, n: int) -> int:
    for slot in range(ch.count[0]):
        if ch.row[slot] < 0 and s.class_type[ch.kind[slot]] == k:
            if n == 0:
                return slot
            n -= 1
    return -1


@inner
def _add(s: Specification, ch: Chain, t: float, c: int) -> float:
    slot = ch.count[0]
    ch.count[0] += 1
    ch.time[slot] = t
    ch.kind[slot] = c
    ch.row[slot] = -1
    ch.size[slot] = 1
    ch.order[slot] = slot
    _place(ch, slot, slot)
    _tell(s, ch, c, t, 1)
    return _after_event(s, ch, c, c, int(t), slot)


@inner
def _remove(s: Specification, ch: Chain, slot: int) -> float:
    """Take an event out; the last slot moves into its place."""
    c, t = ch.kind[slot], ch.time[slot]
    _forget(s, ch, slot)
    _tell(s, ch, c, t, -1)
    at, last = _position(ch, slot), ch.count[0] - 1
    for i in range(at, last):
        ch.order[i] = ch.order[i + 1]
    if slot != last:
        ch.time[slot] = ch.time[last]
        ch.kind[slot] = ch.kind[last]
        ch.row[slot] = ch.row[last]
        ch.size[slot] = ch.size[last]
        ch.said[slot] = ch.said[last]
        ch.marked[slot] = ch.marked[last]
        for g in range(ch.seen.shape[0]):
            ch.seen[g, slot] = ch.seen[g, last]
        for i in range(last):
            if ch.order[i] == last:
                ch.order[i] = slot
    ch.count[0] = last
    return _after_event(s, ch, c, c, int(t), -1)


@inner
def _birth(s: Specification, ch: Chain, k: int) -> None:
    """Propose an unlisted event anywhere in the window."""
    if ch.count[0] == ch.time.shape[0]:
        ch.tally[4, 0] += 1_000_000_000  # no room left: the caller makes more and starts over
        return
    t = s.days * _uniform(ch)
    day = int(t)
    c = _draw_class(s, ch, k, day, -1)
    chance = ch.mix[day, c]
    free, before = _free_slots(s, ch, k), _sum(ch)
    ch.tally[4, 0] += 1
    after = _add(s, ch, t, c)
    ratio = after - before + math.log(s.days / (free + 1.0)) - math.log(chance)
    if math.log(_uniform(ch)) < ratio:
        ch.tally[4, 1] += 1
    else:
        _remove(s, ch, ch.count[0] - 1)


@inner
def _death(s: Specification, ch: Chain, k: int) -> None:
    """Propose to take one unlisted event out."""
    free = _free_slots(s, ch, k)
    if free == 0:
        return
    slot = _nth_free(s, ch, k, int(free * _uniform(ch)))
    t, c = ch.time[slot], ch.kind[slot]
    before = _sum(ch)
    ch.tally[5, 0] += 1
    after = _remove(s, ch, slot)
    # The mix of the day as a birth would find it, without the event.
    ratio = after - before - math.log(s.days / free) + math.log(ch.mix[int(t), c])
    if math.log(_uniform(ch)) < ratio:
        ch.tally[5, 1] += 1
    else:
        _add(s, ch, t, c)


@inner
def _wander(s: Specification, ch: Chain, k: int) -> None:
    """Move an unlisted event nearby."""
    free = _free_slots(s, ch, k)
    if free == 0:
        return
    slot = _nth_free(s, ch, k, int(free * _uniform(ch)))
    old = ch.time[slot]
    reach = _NEAR if _uniform(ch) < 0.5 else 0.3
    t = old + reach * _normal(ch)
    if not 0.0 <= t < s.days:
        return
    before = _sum(ch)
    ch.tally[6, 0] += 1
    after = _shift(s, ch, slot, t, ch.kind[slot])
    if math.log(_uniform(ch)) < after - before:
        ch.tally[6, 1] += 1
    else:
        _shift(s, ch, slot, old, ch.kind[slot])


@inner
def _move_moment(s: Specification, ch: Chain, q: int) -> None:
    """The moment up to which a total counts, within its lag."""
    types, old = s.usual.shape[0], ch.moment[q]
    before = ch.part[types + TOTALS]
    ch.moment[q] = s.q_low[q] + (s.q_high[q] - s.q_low[q]) * _uniform(ch)
    count_totals(s, ch)
    after = total_part(s, ch)
    ch.tally[7, 0] += 1
    if math.log(_uniform(ch)) < after - before:
        ch.tally[7, 1] += 1
        ch.part[types + TOTALS] = after
    else:
        ch.moment[q] = old
        count_totals(s, ch)


# --- sweeps -----------------------------------------------------------------------------------


def evaluate_pass(s: Specification, ch: Chain) -> float:
    """Log-likelihood of events, listing, totals and absences at the chain's present state."""
    return _everything(s, ch)


def sweep_pass(s: Specification, ch: Chain, sweeps: int, kept: F8) -> int:
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
        _everything(s, ch)  # what rounding has gathered goes
        for b in range(s.b_start.shape[0] - 1):
            _slice(s, ch, b)
        for arrow in range(arrows):
            if s.free_arrow[arrow] == 1 and s.a_alone[arrow] == 1:
                _flip(s, ch, arrow)
        for number in range(s.s_start.shape[0] - 1):
            _turn_set(s, ch, number)
        for slot in range(ch.count[0]):
            row = ch.row[slot]
            if row < 0:
                continue
            if s.row_high[row] > s.row_low[row]:
                _move_time(s, ch, slot)
            allowed = 0
            for c in range(s.class_type.shape[0]):
                allowed += s.row_allowed[row, c]
            if allowed > 1:
                _move_class(s, ch, slot)
        for i in range(s.unlisted_type.shape[0]):
            k = s.unlisted_type[i]
            for _ in range(s.unlisted_tries[i]):
                if _uniform(ch) < 0.5:
                    _birth(s, ch, k)
                else:
                    _death(s, ch, k)
                if _uniform(ch) < 0.5:
                    _wander(s, ch, k)
        for q in range(s.q_low.shape[0]):
            _move_moment(s, ch, q)
        if ch.tally[4, 0] >= 1_000_000_000:
            return 1
        for j in range(width):
            kept[sweep, j] = ch.x[j]
        for j in range(arrows):
            kept[sweep, width + j] = ch.sign[j]
        for j in range(parts):
            kept[sweep, width + arrows + j] = ch.part[j]
    return 0
