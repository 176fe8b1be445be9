"""Counts before and after each act, with no model at all: the table to look at first.

For each act on day d and each window of w days: events of the other kind on d-w..d-1 and d+1..d+w.
Those on day d itself stand apart, because their order within the day is mostly unknown. With
n_before and n_after Poisson over e_before and e_after observed days, given their sum the later
count is binomial, so the rate ratio R = (n_after/e_after) / (n_before/e_before) has the exact
interval

    [L, U],  L = p_l/(1-p_l) · e_before/e_after  and U alike,

with (p_l, p_u) the Clopper-Pearson interval of n_after out of n_before + n_after (Przyborowski and
Wilenski 1940; Clopper and Pearson 1934). The ratio describes; it does not say why: acts that
answer attacks come after many attacks, and the listing of attacks may change with the act.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from talion.errors import RecordError
from talion.record.event import Event
from talion.record.reconcile import EPOCH, LONGEST, history_mass
from talion.record.record import Names, Record

__all__ = ["Around", "SameDay", "Window", "before_after", "power_to_see", "rate_ratio"]

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class SameDay:
    """Events on the day of the act, by what is coded of their order."""

    before: int
    after: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Window:
    """One width of window around one act.

    Args:
        days: width asked for.
        before, after: events counted.
        days_before, days_after: days observed; fewer than `days` where the window is cut.
        coverage_before, coverage_after: listed share of the attacks counted by the totals;
            `None` outside the totals.
        truncated: the window crosses an edge of the record or `as_of`.
        ratio: rate after over rate before; `None` with nothing before or nothing observed.
        low, high: exact interval of the ratio; `None` for unbounded or nothing counted.
        power: probability to exclude 1 if the rate had halved, at the rate before; `None` if
            nothing was counted before.
    """

    days: int
    before: int
    after: int
    days_before: int
    days_after: int
    coverage_before: float | None
    coverage_after: float | None
    truncated: bool
    ratio: float | None
    low: float | None
    high: float | None
    power: float | None


@dataclass(frozen=True, slots=True)
class Around:
    """One act and what was counted around it."""

    event: Event
    same_day: SameDay
    windows: tuple[Window, ...]


def before_after(
    record: Record,
    acts: Names,
    counted: Names,
    *,
    by: Names = None,
    counted_by: Names = None,
    windows: Iterable[int] = (7, 30, 90),
    as_of: date | None = None,
    series: str | None = LONGEST,
    sizes: bool = False,
    start: date | None = None,
) -> tuple[Around, ...]:
    """Return, for every act in order of day, the counts of another kind before and after it.

    Args:
        record: the record; merge it first.
        acts: native actions around which to count, such as `("strike", "targeted_killing")`.
        counted: native actions counted, such as `"attack"`.
        by, counted_by: initiators of either, as in `Record.select`.
        windows: widths in days.
        as_of: only what was known then; `None` for the whole record.
        series: totals for the coverage, as in `history_mass`.
        sizes: count reported attacks instead of decisions.
        start: leave out acts before this day.

    Raises:
        RecordError: a window under one day, an unknown series, `as_of` before the record.
    """
    widths = tuple(windows)
    if any(width < 1 for width in widths):
        raise RecordError("a window has at least one day", value=widths, remedy="use 7, 30, 90")
    known = record.known_by(as_of or record.period[1])
    first, last = known.period
    events = known.select(counted, initiator=counted_by, countable=True)
    listed = _Listing(known, counted, counted_by, last, series)
    found = []
    for act in known.select(acts, initiator=by, start=max(start or first, first), countable=True):
        found.append(
            Around(
                act,
                _same_day(known, act, events, sizes),
                tuple(_window(act, width, events, known.period, listed, sizes) for width in widths),
            )
        )
    return tuple(found)


def _number(events: Iterable[Event], sizes: bool) -> int:
    return sum(event.attacks if sizes else 1 for event in events)


def _same_day(record: Record, act: Event, events: tuple[Event, ...], sizes: bool) -> SameDay:
    same = [event for event in events if event.day == act.day and event.id != act.id]
    after = [event for event in same if record.follows(event, act)]
    before = [event for event in same if record.follows(act, event)]
    return SameDay(
        _number(before, sizes),
        _number(after, sizes),
        _number(same, sizes) - _number(before, sizes) - _number(after, sizes),
    )


class _Listing:
    """The listed share of counted attacks in any stretch of days."""

    def __init__(
        self, record: Record, action: Names, by: Names, until: date, series: str | None
    ) -> None:
        # No initiator filter: the totals count whoever attacked.
        mass = history_mass(record, action, until, series=series, initiator=by)
        self._unlisted = dict(zip(mass.days.tolist(), mass.spread.tolist(), strict=True))
        counts = [count for count in record.counts if count.series == mass.series]
        exact = [count for count in counts if not count.lower_bound]
        self._from = min((count.since for count in exact), default=date.max)
        self._to = max((count.day for count in exact), default=date.min)

    def share(self, start: date, end: date, listed: int) -> float | None:
        """Return listed / (listed + unlisted) of `start`..`end`, if the totals cover them all."""
        if start < self._from or end > self._to or end < start:
            return None
        first, last = (start - EPOCH).days, (end - EPOCH).days
        unlisted = sum(self._unlisted.get(day, 0.0) for day in range(first, last + 1))
        return listed / (listed + unlisted) if listed + unlisted > 0 else None


def _window(
    act: Event,
    width: int,
    events: tuple[Event, ...],
    period: tuple[date, date],
    listing: _Listing,
    sizes: bool,
) -> Window:
    one = timedelta(days=1)
    start, eve = max(act.day - timedelta(days=width), period[0]), act.day - one
    morrow, end = act.day + one, min(act.day + timedelta(days=width), period[1])
    before = [event for event in events if start <= event.day <= eve]
    after = [event for event in events if morrow <= event.day <= end]
    days_before, days_after = max(0, (eve - start).days + 1), max(0, (end - morrow).days + 1)
    n, m = _number(before, sizes), _number(after, sizes)
    ratio, low, high = rate_ratio(n, m, days_before, days_after)
    return Window(
        days=width,
        before=n,
        after=m,
        days_before=days_before,
        days_after=days_after,
        coverage_before=listing.share(start, eve, _number(before, sizes=True)),
        coverage_after=listing.share(morrow, end, _number(after, sizes=True)),
        truncated=days_before < width or days_after < width,
        ratio=ratio,
        low=low,
        high=high,
        power=power_to_see(0.5, n, days_before, days_after),
    )


def rate_ratio(
    before: int, after: int, days_before: int, days_after: int, level: float = LEVEL
) -> tuple[float | None, float | None, float | None]:
    """Return the rate ratio (after over before) and its exact conditional interval.

    `None` stands for a ratio that cannot be formed and for an end that is unbounded.

    >>> ratio, low, high = rate_ratio(10, 5, 30, 30)
    >>> ratio, round(low, 3), round(high, 3)
    (0.5, 0.134, 1.605)
    """
    from scipy.stats import beta

    total = before + after
    if total == 0 or days_before < 1 or days_after < 1:
        return None, None, None
    tail, scale = (1 - level) / 2, days_before / days_after
    ratio = after / before * scale if before else None
    lower = float(beta.ppf(tail, after, before + 1)) if after else 0.0
    upper = float(beta.ppf(1 - tail, after + 1, before)) if before else 1.0
    return ratio, lower / (1 - lower) * scale, upper / (1 - upper) * scale if upper < 1 else None


def power_to_see(
    ratio: float, before: int, days_before: int, days_after: int, level: float = LEVEL
) -> float | None:
    """Return the probability that the exact interval excludes 1 if the true ratio is `ratio`.

    Both counts are taken as Poisson, the one before with the observed number as its mean, the one
    after with `ratio` times its rate: the power this much data could have had.

    >>> round(power_to_see(0.5, 10, 30, 30), 2), power_to_see(0.5, 0, 30, 30)
    (0.18, None)
    """
    if before < 1 or days_before < 1 or days_after < 1:
        return None
    return _power(ratio, before, days_before / days_after, level)


@lru_cache(maxsize=4096)
def _power(ratio: float, before: int, scale: float, level: float) -> float:
    import numpy as np
    from scipy.stats import binom, poisson

    tail = (1 - level) / 2
    mean = before * (1 + ratio / scale)
    share = ratio / (ratio + scale)  # of events after the act, if the ratio is true
    null = 1 / (1 + scale)  # the same, if nothing changed
    totals = np.arange(int(poisson.ppf(1e-9, mean)), int(poisson.ppf(1 - 1e-9, mean)) + 1)
    # Clopper-Pearson excludes `null` exactly where a one-sided binomial test at `tail` rejects it.
    fewest = binom.ppf(tail, totals, null) - 1  # after <= fewest: significantly less
    fewest = np.where(binom.cdf(fewest + 1, totals, null) <= tail, fewest + 1, fewest)
    most = binom.isf(tail, totals, null) + 1  # after >= most: significantly more
    seen = binom.cdf(fewest, totals, share) + binom.sf(most - 1, totals, share)
    return float(np.sum(poisson.pmf(totals, mean) * seen))
