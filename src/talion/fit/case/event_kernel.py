"""Moves of events: times and marks of listed ones; births, deaths and moves of unlisted ones.

Metropolis-Hastings steps on a finite set of points: Geyer and Moller (1994), Scandinavian Journal of
Statistics 21: 359.
"""

from __future__ import annotations

import math

from talion.fit.case.arrays import (
    ABSENCES,
    CELLS_PER_DAY,
    LISTING,
    MARKS,
    TOTALS,
    Chain,
    Specification,
)
from talion.fit.case.chance_kernel import normal, uniform
from talion.fit.case.evaluate_kernel import driven, listed_by, log_likelihood, mixed
from talion.fit.case.observation_kernel import (
    absence_part,
    class_odds,
    count_totals,
    listing_part,
    listing_term,
    mark_part,
    mark_term,
    told,
    total_part,
    unlisted_term,
)
from talion.fit.case.path_kernel import follow, load_background, load_mix
from talion.fit.case.rate_kernel import log_rate, seen_at, trace, type_part
from talion.model.compiling import inner

__all__ = ["NO_ROOM", "birth", "death", "move_class", "move_moment", "move_time", "wander"]

NO_ROOM = 1_000_000_000  # added to the tally of births where an event found no room
_LONG = 366  # days of a window in which looking for where a change has faded is worth it
_REACH = (0.3, 3.0, 12.0)  # days: sd of moves of an unlisted event, each a third of them


@inner
def _place(ch: Chain, slot: int, at: int) -> None:
    """Enter a slot that stands at position `at` of the order where its time belongs."""
    t = ch.time[slot]
    while at > 0 and ch.time[ch.order[at - 1]] > t:
        ch.order[at] = ch.order[at - 1]
        at -= 1
    while at < ch.events[0] - 1 and ch.time[ch.order[at + 1]] < t:
        ch.order[at] = ch.order[at + 1]
        at += 1
    ch.order[at] = slot


@inner
def _position(ch: Chain, slot: int) -> int:
    for i in range(ch.events[0]):
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
def _after_event(  # noqa: C901 - all that one event can change, in one place
    s: Specification, ch: Chain, c: int, other: int, since: float, last: float, day: int, slot: int
) -> float:
    """Log-likelihood after an event of class `c` (and `other`) has come, gone or moved.

    Nothing before `since` has changed, and after `last` no event. `day` is the first day whose number of events has, or -1. `slot` is the event as it is
    now, or -1 where it is gone; its old terms of marks and listing must be out of the sums.
    """
    types, k = s.usual.shape[0], s.class_type[c]
    first, settled = int(since * CELLS_PER_DAY), ch.cell.shape[1]
    if s.days > _LONG:
        settled = int(last * CELLS_PER_DAY) + 1
    until = settled
    path = day >= 0 and (s.c_path[c] == 1 or s.c_path[other] == 1)
    for g in range(s.g_arrow.shape[0]):
        if ch.sign[s.g_arrow[g]] == 0:
            continue  # does nothing; traced when the sign turns
        if s.g_member[g, c] == 1 or s.g_member[g, other] == 1:
            until = max(until, trace(s, ch, g, first, settled))
            ch.dirty[s.g_target[g]] = 1
        elif s.g_target[g] == k and slot >= 0:
            ch.seen[g, slot] = seen_at(s, ch, g, ch.time[slot])
    ch.dirty[k] = 1
    if path:
        follow(s, ch, c, other, day)
    remixed = False
    for i in range(types):
        felt = path and driven(s, ch, i)
        if felt:
            load_background(s, ch, i, day)
        if felt or ch.dirty[i] == 1:
            ch.part[i] = type_part(s, ch, i, first, ch.cell.shape[1] if felt else until)
        ch.dirty[i] = 0
        if path and mixed(s, ch, i):
            load_mix(s, ch, i, day)
            remixed = True
    if remixed:
        ch.part[types + MARKS] = mark_part(ch)
    elif slot >= 0:
        ch.marked[slot] = mark_term(ch, slot)
        ch.part[types + MARKS] += ch.marked[slot]
    if path and listed_by(s, ch):
        ch.part[types + LISTING] = listing_part(s, ch)
    elif slot >= 0:
        ch.said[slot] = listing_term(s, ch, slot)
        ch.part[types + LISTING] += ch.said[slot]
    ch.part[types + TOTALS] = total_part(s, ch)
    ch.part[types + ABSENCES] = absence_part(s, ch)
    return log_likelihood(ch)


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
    return _after_event(s, ch, c, was, min(t, old), max(t, old), day, slot)


@inner
def _ordered(s: Specification, ch: Chain, slot: int, t: float) -> bool:
    """Whether a listed event at `t` keeps the coded order."""
    row = ch.row[slot]
    if row < 0:
        return True
    for other in range(ch.events[0]):
        if ch.row[other] < 0 or other == slot:
            continue
        if s.row_after[row] == ch.row[other] and not ch.time[other] < t:
            return False
        if s.row_after[ch.row[other]] == row and not t < ch.time[other]:
            return False
    return True


@inner
def move_time(s: Specification, ch: Chain, slot: int) -> None:
    """A listed event to another time of its interval."""
    row = ch.row[slot]
    width = s.row_high[row] - s.row_low[row]
    old = ch.time[slot]
    t = s.row_low[row] + width * uniform(ch)
    if width > 1.0 and uniform(ch) < 0.5:  # within its day
        t = max(math.floor(old), s.row_low[row]) + uniform(ch)
        if t >= s.row_high[row]:
            return
    ch.tally[2, 0] += 1
    if not _ordered(s, ch, slot, t):
        return
    before = log_likelihood(ch)
    after = _shift(s, ch, slot, t, ch.kind[slot])
    if math.log(uniform(ch)) < after - before:
        ch.tally[2, 1] += 1
    else:
        _shift(s, ch, slot, old, ch.kind[slot])


@inner
def _draw_class(s: Specification, ch: Chain, k: int, day: int, row: int) -> int:
    total = class_odds(s, ch, k, day, row)
    u = uniform(ch) * total
    c = s.class_start[k]
    while c < s.class_start[k + 1] - 1 and u >= ch.spare[c]:
        u -= ch.spare[c]
        c += 1
    return int(c)


@inner
def move_class(s: Specification, ch: Chain, slot: int) -> None:
    """Marks that nobody stated: a fresh draw from the mix of the day."""
    old, t = ch.kind[slot], ch.time[slot]
    k, day = s.class_type[old], int(t)
    c = _draw_class(s, ch, k, day, ch.row[slot])
    if c == old:
        return
    before = log_likelihood(ch)
    back = math.log(ch.mix[day, old]) - math.log(ch.mix[day, c])
    ch.tally[3, 0] += 1
    after = _shift(s, ch, slot, t, c)
    if math.log(uniform(ch)) < after - before + back:
        ch.tally[3, 1] += 1
    else:
        _shift(s, ch, slot, t, old)


@inner
def _free_slots(s: Specification, ch: Chain, k: int) -> int:
    """How many unlisted events of a type there are."""
    total = 0
    for slot in range(ch.events[0]):
        if ch.row[slot] < 0 and s.class_type[ch.kind[slot]] == k:
            total += 1
    return total


@inner
def _nth_free(s: Specification, ch: Chain, k: int, n: int) -> int:
    for slot in range(ch.events[0]):
        if ch.row[slot] < 0 and s.class_type[ch.kind[slot]] == k:
            if n == 0:
                return slot
            n -= 1
    return -1


@inner
def _add(s: Specification, ch: Chain, t: float, c: int) -> float:
    slot = ch.events[0]
    ch.events[0] += 1
    ch.time[slot] = t
    ch.kind[slot] = c
    ch.row[slot] = -1
    ch.size[slot] = 1
    ch.order[slot] = slot
    _place(ch, slot, slot)
    _tell(s, ch, c, t, 1)
    return _after_event(s, ch, c, c, t, t, int(t), slot)


@inner
def _remove(s: Specification, ch: Chain, slot: int) -> float:
    """Take an event out; the last slot moves into its place."""
    c, t = ch.kind[slot], ch.time[slot]
    _forget(s, ch, slot)
    _tell(s, ch, c, t, -1)
    at, last = _position(ch, slot), ch.events[0] - 1
    for i in range(at, last):
        ch.order[i] = ch.order[i + 1]
    if slot != last:
        ch.time[slot] = ch.time[last]
        ch.kind[slot] = ch.kind[last]
        ch.row[slot] = ch.row[last]
        ch.size[slot] = ch.size[last]
        ch.said[slot] = ch.said[last]
        ch.marked[slot] = ch.marked[last]
        ch.felt[slot] = ch.felt[last]
        for g in range(ch.seen.shape[0]):
            ch.seen[g, slot] = ch.seen[g, last]
        for i in range(last):
            if ch.order[i] == last:
                ch.order[i] = slot
    ch.events[0] = last
    return _after_event(s, ch, c, c, t, t, int(t), -1)


@inner
def _by_itself(s: Specification, ch: Chain, c: int, t: float, felt: float) -> float:
    """What an unlisted event adds to the log-likelihood, but for all that it does to other events.

    `felt` is the log rate of its type just before. Births and deaths are first decided by this
    alone, and only what passes is evaluated in full: delayed acceptance, which leaves the same law
    (Christen and Fox 2005, Journal of Computational and Graphical Statistics 14: 795).
    """
    return felt + unlisted_term(s, ch, c, t) + math.log(ch.mix[int(t), c])


@inner
def birth(s: Specification, ch: Chain, k: int) -> None:
    """Propose an unlisted event anywhere in the window."""
    if ch.events[0] == ch.time.shape[0]:
        ch.tally[4, 0] += NO_ROOM  # the caller makes more room and starts over
        return
    t = s.days * uniform(ch)
    day = int(t)
    c = _draw_class(s, ch, k, day, -1)
    back = math.log(s.days / (_free_slots(s, ch, k) + 1.0)) - math.log(ch.mix[day, c])
    guess = back + _by_itself(s, ch, c, t, log_rate(s, ch, k, t)) + told(s, ch, c, t, c, -1.0)
    ch.tally[4, 0] += 1
    if not math.log(uniform(ch)) < guess:
        return
    before = log_likelihood(ch)
    ratio = _add(s, ch, t, c) - before + back
    if math.log(uniform(ch)) < ratio - guess:
        ch.tally[4, 1] += 1
    else:
        _remove(s, ch, ch.events[0] - 1)


@inner
def death(s: Specification, ch: Chain, k: int) -> None:
    """Propose to take one unlisted event out."""
    free = _free_slots(s, ch, k)
    if free == 0:
        return
    slot = _nth_free(s, ch, k, int(free * uniform(ch)))
    t, c = ch.time[slot], ch.kind[slot]
    # The mix of its day is as a birth would find it: an event moves factors from midnight on.
    forth = math.log(ch.mix[int(t), c]) - math.log(s.days / free)
    guess = forth - _by_itself(s, ch, c, t, ch.felt[slot]) + told(s, ch, c, -1.0, c, t)
    ch.tally[5, 0] += 1
    if not math.log(uniform(ch)) < guess:
        return
    before = log_likelihood(ch)
    ratio = _remove(s, ch, slot) - before + forth
    if math.log(uniform(ch)) < ratio - guess:
        ch.tally[5, 1] += 1
    else:
        _add(s, ch, t, c)


@inner
def wander(s: Specification, ch: Chain, k: int) -> None:
    """Move an unlisted event nearby; half of the time with fresh marks from the mix of its day."""
    free = _free_slots(s, ch, k)
    if free == 0:
        return
    slot = _nth_free(s, ch, k, int(free * uniform(ch)))
    old, was = ch.time[slot], ch.kind[slot]
    reach = _REACH[int(3.0 * uniform(ch))]
    t = old + reach * normal(ch)
    if not 0.0 <= t < s.days:
        return
    c, forth, back = was, 0.0, 0.0
    fresh = s.class_start[k + 1] - s.class_start[k] > 1 and uniform(ch) < 0.5
    if fresh:
        c = _draw_class(s, ch, k, int(t), -1)
        forth = math.log(ch.mix[int(t), c])
    ch.tally[6, 0] += 1
    guess = told(s, ch, c, t, was, old)
    if not math.log(uniform(ch)) < guess:
        return
    before = log_likelihood(ch)
    after = _shift(s, ch, slot, t, c)
    if fresh:  # as the way back would find the mix of the old day
        back = math.log(ch.mix[int(old), was])
    if math.log(uniform(ch)) < after - before + back - forth - guess:
        ch.tally[6, 1] += 1
    else:
        _shift(s, ch, slot, old, was)


@inner
def move_moment(s: Specification, ch: Chain, q: int) -> None:
    """The moment up to which a total counts, within its lag."""
    types, old = s.usual.shape[0], ch.moment[q]
    before = ch.part[types + TOTALS]
    ch.moment[q] = s.q_low[q] + (s.q_high[q] - s.q_low[q]) * uniform(ch)
    count_totals(s, ch)
    after = total_part(s, ch)
    ch.tally[7, 0] += 1
    if math.log(uniform(ch)) < after - before:
        ch.tally[7, 1] += 1
        ch.part[types + TOTALS] = after
    else:
        ch.moment[q] = old
        count_totals(s, ch)
