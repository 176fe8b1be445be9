"""What is said of the events: which are listed, totals as noisy measurements, absences, marks."""

from __future__ import annotations

import math

from talion.fit.case.arrays import Chain, Specification
from talion.fit.case.path_kernel import gamma
from talion.model.compiling import inner

__all__ = [
    "absence_part",
    "class_odds",
    "count_totals",
    "listing_part",
    "listing_term",
    "load_listing",
    "mark_part",
    "mark_term",
    "told",
    "total_part",
    "unlisted_term",
]


@inner
def load_listing(s: Specification, ch: Chain) -> None:
    """Log-odds of listing by week, an autoregression started at rest, and what attention adds."""
    fresh = math.sqrt(1.0 - s.l_keep * s.l_keep)
    for k in range(s.l_param.shape[0]):
        if s.l_param[k] < 0:
            continue
        share, first, departure = ch.v[s.l_param[k]], s.l_weekly[k], 0.0
        usual = math.log(share) - math.log1p(-share)
        for w in range(ch.weekly.shape[1]):
            if first >= 0:
                shock = ch.v[s.l_spread[k]] * ch.x[first + w]
                departure = shock if w == 0 else s.l_keep * departure + fresh * shock
            ch.weekly[k, w] = usual + departure
        f = s.l_factor[k]
        if f >= 0:
            ch.attended[k] = gamma(s, ch, s.l_load[k], s.l_arrow[k], s.l_per[k], f)


@inner
def _listed_odds(s: Specification, ch: Chain, c: int, t: float) -> float:
    """Log-odds that an event of class `c` at `t` gets listed."""
    k, day = s.class_type[c], int(t)
    odds = ch.weekly[k, day // 7]
    if s.l_class[c] >= 0:
        odds += ch.v[s.l_class[c]]
    if s.l_place[c] >= 0:
        odds += ch.v[s.l_place[c]]
    f = s.l_factor[k]
    if f >= 0:
        odds += ch.attended[k] * (ch.z[day, f] - ch.z_ref[f])
    return float(odds)


@inner
def _log_share(odds: float) -> float:
    """Logarithm of the share with these log-odds."""
    if odds < -30.0:
        return float(odds)
    return -math.log1p(math.exp(-odds))


@inner
def listing_term(s: Specification, ch: Chain, slot: int) -> float:
    """Log-probability that an event is listed, or is not, as it is."""
    c, t = ch.kind[slot], ch.time[slot]
    if ch.row[slot] < 0:
        return unlisted_term(s, ch, c, t)
    if s.l_param[s.class_type[c]] < 0:
        return 0.0
    return float(ch.size[slot] * _log_share(_listed_odds(s, ch, c, t)))


@inner
def unlisted_term(s: Specification, ch: Chain, c: int, t: float) -> float:
    """Log-probability that an event of class `c` at `t` goes unlisted."""
    if s.l_param[s.class_type[c]] < 0:
        return 0.0
    return _log_share(-_listed_odds(s, ch, c, t))


@inner
def mark_term(ch: Chain, slot: int) -> float:
    """Log-probability of an event's class within its type."""
    return float(ch.size[slot] * math.log(ch.mix[int(ch.time[slot]), ch.kind[slot]]))


@inner
def listing_part(s: Specification, ch: Chain) -> float:
    """Log-probability of which events are listed."""
    value = 0.0
    for slot in range(ch.events[0]):
        ch.said[slot] = listing_term(s, ch, slot)
        value += ch.said[slot]
    return value


@inner
def mark_part(ch: Chain) -> float:
    """Log-probability of the events' classes within their types."""
    value = 0.0
    for slot in range(ch.events[0]):
        ch.marked[slot] = mark_term(ch, slot)
        value += ch.marked[slot]
    return value


@inner
def class_odds(s: Specification, ch: Chain, k: int, day: int, row: int) -> float:
    """Fill `spare` with the probabilities of a type's classes that a row allows; return their sum."""
    total = 0.0
    for c in range(s.class_start[k], s.class_start[k + 1]):
        ch.spare[c] = ch.mix[day, c] if row < 0 or s.row_allowed[row, c] == 1 else 0.0
        total += ch.spare[c]
    return total


@inner
def count_totals(s: Specification, ch: Chain) -> None:
    """Count what each total counts."""
    for j in range(s.t_value.shape[0]):
        until, total = ch.moment[s.t_moment[j]], 0.0
        for slot in range(ch.events[0]):
            t = ch.time[slot]
            if s.t_member[j, ch.kind[slot]] == 1 and s.t_since[j] <= t < until:
                total += ch.size[slot]
        ch.number[j] = total


@inner
def total_part(s: Specification, ch: Chain) -> float:
    """Log-probability of the totals: discrete Laplace errors, one-sided for a lower bound.

    P(e) = tanh(1 / 2s) exp(-|e| / s). A density in place of the probability would pay for ever
    smaller s wherever counts fit exactly. Inusah and Kozubowski (2006), JSPI 136: 1090.
    """
    value = 0.0
    for j in range(s.t_value.shape[0]):
        value += _total_term(s, ch, j, ch.number[j])
        if s.t_lower[j] == 0:
            value += math.log(math.tanh(0.5 / ch.v[s.t_scale[j]]))
    return value


@inner
def _total_term(s: Specification, ch: Chain, j: int, number: float) -> float:
    """What of a total's log-probability hangs on the number of events that it counts."""
    ratio = ch.v[s.t_ratio[j]] if s.t_ratio[j] >= 0 else 1.0
    gap = (s.t_value[j] - ratio * number) / ch.v[s.t_scale[j]]
    if s.t_lower[j] == 0:
        return float(-abs(gap))
    return math.log(0.5) - gap if gap > 0.0 else math.log1p(-0.5 * math.exp(gap))


@inner
def told(s: Specification, ch: Chain, c: int, t: float, was: int, old: float) -> float:
    """What totals and absences say for an event of class `c` at `t` over one of `was` at `old`.

    A negative time stands for no event; the counts are those with the event at `old`.
    """
    value = 0.0
    for j in range(s.t_value.shape[0]):
        until = ch.moment[s.t_moment[j]]
        new = t >= 0.0 and s.t_member[j, c] == 1 and s.t_since[j] <= t < until
        gone = old >= 0.0 and s.t_member[j, was] == 1 and s.t_since[j] <= old < until
        if new != gone:
            more = 1.0 if new else -1.0
            value += _total_term(s, ch, j, ch.number[j] + more)
            value -= _total_term(s, ch, j, ch.number[j])
    for j in range(s.a_start.shape[0]):
        if t >= 0.0 and s.a_start[j] <= t < s.a_end[j] and s.a_member[j, c] == 1:
            value += s.a_miss[j]
        if old >= 0.0 and s.a_start[j] <= old < s.a_end[j] and s.a_member[j, was] == 1:
            value -= s.a_miss[j]
    return value


@inner
def absence_part(s: Specification, ch: Chain) -> float:
    """Log-probability of the statements that nothing happened: each event was missed by chance."""
    value = 0.0
    for j in range(s.a_start.shape[0]):
        for slot in range(ch.events[0]):
            inside = s.a_start[j] <= ch.time[slot] < s.a_end[j]
            if inside and s.a_member[j, ch.kind[slot]] == 1:
                value += ch.size[slot] * s.a_miss[j]
    return value
