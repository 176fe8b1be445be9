"""Counts before and after each act, with no model at all: the table to look at first.

For each act on day d and each window of w days: events of the other kind on d-w..d-1 and d+1..d+w.
Those on day d itself stand apart, because their order within the day is mostly unknown. With
n_before and n_after Poisson over e_before and e_after observed days, given their sum the later
count is binomial, so the rate ratio (n_after/e_after) / (n_before/e_before) has an exact interval:
see `rate_ratio`. The ratio describes; it does not say why: acts that
answer attacks come after many attacks, and the listing of attacks may change with the act.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from talion.errors import RecordError
from talion.record.event import Event
from talion.record.rate_ratio import power_to_see, rate_ratio
from talion.record.reconcile import EPOCH, LONGEST, history_mass
from talion.record.record import Names, Record

__all__ = ["Around", "Listing", "SameDay", "Window", "around_each", "before_after"]


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
        power: probability that the interval would lie below 1 if the rate had halved, at the rate
            before; `None` if nothing was counted before.
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
    chosen = known.select(acts, initiator=by, start=start, countable=True)
    events = known.select(counted, initiator=counted_by, countable=True)
    # No filter by initiator: the totals count whoever attacked.
    listing = Listing(known, counted, known.period[1], series)
    return around_each(known, chosen, events, windows=windows, listing=listing, sizes=sizes)


def around_each(
    record: Record,
    acts: Iterable[Event],
    events: tuple[Event, ...],
    *,
    windows: Iterable[int] = (7, 30, 90),
    listing: Listing | None = None,
    sizes: bool = False,
) -> tuple[Around, ...]:
    """Return the counts of chosen rows around each of chosen acts, in order of day.

    Args:
        record: gives the period and the order within a day; already cut to what was known.
        acts: rows around which to count.
        events: rows counted.
        windows: widths in days.
        listing: the totals that tell how much of what was counted is listed; None for no totals.
        sizes: count reported attacks instead of decisions.

    Raises:
        RecordError: a window under one day.
    """
    widths = tuple(windows)
    if any(width < 1 for width in widths):
        raise RecordError("a window has at least one day", value=widths, remedy="use 7, 30, 90")
    ordered = sorted(acts, key=lambda event: (event.day, event.id))
    return tuple(
        Around(
            act,
            _same_day(record, act, events, sizes),
            tuple(_window(act, width, events, record.period, listing, sizes) for width in widths),
        )
        for act in ordered
        if act.day >= record.period[0]
    )


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


class Listing:
    """The listed share of what a series of totals counts, in any stretch of days.

    Args:
        record: the record, cut to what was known.
        action: native actions that the totals count.
        until: last day used.
        series: the totals, as in `history_mass`.
    """

    def __init__(self, record: Record, action: Names, until: date, series: str | None) -> None:
        mass = history_mass(record, action, until, series=series)
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
    listing: Listing | None,
    sizes: bool,
) -> Window:
    one = timedelta(days=1)
    start, eve = max(act.day - timedelta(days=width), period[0]), act.day - one
    morrow, end = act.day + one, min(act.day + timedelta(days=width), period[1])
    before = [event for event in events if start <= event.day <= eve]
    after = [event for event in events if morrow <= event.day <= end]
    days_before, days_after = max(0, (eve - start).days + 1), max(0, (end - morrow).days + 1)
    n, m = _number(before, sizes), _number(after, sizes)
    observed = days_before >= 1 and days_after >= 1 and n + m > 0
    found = rate_ratio(m, n, days_after, days_before) if observed else None
    shares: tuple[float | None, float | None] = (None, None)
    if listing is not None:
        shares = (
            listing.share(start, eve, _number(before, sizes=True)),
            listing.share(morrow, end, _number(after, sizes=True)),
        )
    return Window(
        days=width,
        before=n,
        after=m,
        days_before=days_before,
        days_after=days_after,
        coverage_before=shares[0],
        coverage_after=shares[1],
        truncated=days_before < width or days_after < width,
        ratio=_finite(found.ratio) if found else None,
        low=found.low if found else None,
        high=_finite(found.high) if found else None,
        power=power_to_see(0.5, 1.0, n, days_after, days_before) if observed and n else None,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
