"""The first look at an imported record, before any model: counts, gaps, timeline, totals.

Everything here is counting. Windows around acts are those of `talion.record.before_after`; totals
against dated rows are those of `talion.record.reconcile`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from talion.read.case_text import in_case
from talion.read.event_kinds import EventKind
from talion.record.before_after import Around, Listing, around_each
from talion.record.event import Event
from talion.record.reconcile import Increment, increments
from talion.record.record import Record

__all__ = ["MOST_ACTS", "WINDOWS", "FirstLook", "Pair", "Pooled", "Stretch", "TypeLook", "look"]

WINDOWS = (7, 30, 90)
MOST_ACTS = 60  # windows around more acts than this overlap so much that single ones show little
MOST_PAIRS = 12
BARS = 60  # columns of a timeline


@dataclass(frozen=True)
class Stretch:
    """Days without any row of a type."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """Their number."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class TypeLook:
    """One event type as recorded.

    Attributes:
        kind: the type.
        rows, acts: recorded rows, and the acts they stand for.
        first, last: days of the first and last row; None without rows.
        counts: acts in each bar of the timeline.
        listing: how completely it is listed, as coverage says.
        note: of the coverage.
        rough: rows not dated to the day.
        gap: longest stretch without a row, inside the period.
        usual_gap: mean days between rows; None with fewer than two.
        deaths: people killed as stated (low, high), rows that state any.
    """

    kind: EventKind
    rows: int
    acts: int
    first: date | None
    last: date | None
    counts: tuple[int, ...]
    listing: str
    note: str
    rough: int
    gap: Stretch | None
    usual_gap: float | None
    deaths: tuple[int, int, int]


@dataclass(frozen=True)
class Pooled:
    """Counts before and after all acts together, over whole windows only.

    Attributes:
        days: width.
        acts: acts whose windows are whole.
        before, after: acts of the other type counted, summed over the windows.
        fewer, more: acts after which fewer, or more, were counted than before.
    """

    days: int
    acts: int
    before: int
    after: int
    fewer: int
    more: int


@dataclass(frozen=True)
class Pair:
    """One type around the acts of another.

    Attributes:
        cause, effect: the types.
        pooled: all acts together, a window each.
        acts: each act by itself, where there are at most 60.
    """

    cause: EventKind
    effect: EventKind
    pooled: tuple[Pooled, ...]
    acts: tuple[Around, ...]


@dataclass(frozen=True)
class FirstLook:
    """What can be seen of a record without a model.

    Attributes:
        title: of the case.
        period: first and last day used.
        bar: days of one bar of the timelines.
        types: each event type.
        pairs: types around types.
        more_pairs: pairs that are not shown.
        totals: intervals of running totals, by series.
    """

    title: str
    period: tuple[date, date]
    bar: int
    types: tuple[TypeLook, ...]
    pairs: tuple[Pair, ...]
    more_pairs: int
    totals: dict[str, tuple[Increment, ...]]


def look(title: str, record: Record, kinds: Sequence[EventKind], as_of: date) -> FirstLook:
    """Return the first look.

    Args:
        title: of the case.
        record: as known at `as_of`, reports merged.
        kinds: event types that the record allows.
        as_of: cut-off date.
    """
    chosen = in_case(kinds)
    period = record.period
    rows = {kind.id: _rows_of(kind, record) for kind in chosen}
    bar = max(1, -(-((period[1] - period[0]).days + 1) // BARS))
    bar = next((nice for nice in (1, 7, 14, 30, 60, 91, 182, 365) if nice >= bar), bar)
    ordered = _pairs(chosen, rows)
    return FirstLook(
        title,
        period,
        bar,
        tuple(_type_look(kind, rows[kind.id], record, bar) for kind in chosen),
        tuple(_pair(c, e, rows, record, as_of) for c, e in ordered[:MOST_PAIRS]),
        max(0, len(ordered) - MOST_PAIRS),
        {
            series: increments(record, series)
            for series in dict.fromkeys(count.series for count in record.counts)
        },
    )


def _rows_of(kind: EventKind, record: Record) -> tuple[Event, ...]:
    """Return the countable rows of a type within the record's period, by day."""
    first, last = record.period
    return tuple(
        event
        for event in record.ordered
        if event.action == kind.act
        and (not kind.own or event.initiator == kind.by[0])
        and event.countable
        and first <= event.day <= last
    )


def _pairs(
    kinds: Sequence[EventKind], rows: dict[str, tuple[Event, ...]]
) -> list[tuple[EventKind, EventKind]]:
    """Return pairs of types with rows on both sides; first those that answer each other's actors."""
    found = [
        (one, other)
        for one in kinds
        for other in kinds
        if one.id != other.id and rows[one.id] and rows[other.id]
    ]

    def apart(pair: tuple[EventKind, EventKind]) -> tuple[bool, int]:
        one, other = pair
        answers = bool({*one.by} & {*other.against} and {*one.against} & {*other.by})
        return not answers, -min(len(rows[one.id]), len(rows[other.id]))

    return sorted(found, key=apart)


def _pair(
    cause: EventKind,
    effect: EventKind,
    rows: dict[str, tuple[Event, ...]],
    record: Record,
    as_of: date,
) -> Pair:
    acts, counted = rows[cause.id], rows[effect.id]
    pooled = tuple(_pooled(acts, counted, days, record.period) for days in WINDOWS)
    each: tuple[Around, ...] = ()
    if len(acts) <= MOST_ACTS:
        listing = None
        if effect.totals and any(count.series == effect.totals for count in record.counts):
            listing = Listing(record, effect.act, as_of, effect.totals)
        each = tuple(_around(act, counted, record, listing) for act in acts)
    return Pair(cause, effect, pooled, each)


def _around(
    act: Event, counted: tuple[Event, ...], record: Record, listing: Listing | None
) -> Around:
    """Return the windows of one act; only rows that can lie in one of them are handed on."""
    reach = timedelta(days=max(WINDOWS) + 1)
    day = act.day
    low = day - reach if (day - date.min) > reach else date.min
    high = day + reach if (date.max - day) > reach else date.max
    days = [event.day for event in counted]
    near = counted[bisect_left(days, low) : bisect_right(days, high)]
    return around_each(record, [act], near, windows=WINDOWS, listing=listing, sizes=True)[0]


def _pooled(
    acts: tuple[Event, ...], counted: tuple[Event, ...], days: int, period: tuple[date, date]
) -> Pooled:
    """Count acts of the other type in whole windows before and after each act, the day itself apart."""
    first = period[0].toordinal()
    length = period[1].toordinal() - first + 1
    upto = [0] * (length + 1)  # acts counted before each day
    for event in counted:
        upto[event.day.toordinal() - first + 1] += event.attacks
    for i in range(length):
        upto[i + 1] += upto[i]
    used = before = after = fewer = more = 0
    for act in acts:
        at = act.day.toordinal() - first
        if at - days < 0 or at + days >= length:
            continue
        n, m = upto[at] - upto[at - days], upto[at + days + 1] - upto[at + 1]
        used, before, after = used + 1, before + n, after + m
        fewer, more = fewer + (m < n), more + (m > n)
    return Pooled(days, used, before, after, fewer, more)


def _type_look(kind: EventKind, rows: tuple[Event, ...], record: Record, bar: int) -> TypeLook:
    first, last = record.period
    counts = [0] * (((last - first).days) // bar + 1)
    for event in rows:
        counts[(event.day - first).days // bar] += event.attacks
    cover = [row for row in record.coverage if row.of == kind.act]
    days = sorted({event.day for event in rows})
    harms = [event.deaths for event in rows if event.deaths is not None]
    low = sum(next((n for n in (h.low, h.best, h.high) if n is not None), 0) for h in harms)
    high = sum(next((n for n in (h.high, h.best, h.low) if n is not None), 0) for h in harms)
    return TypeLook(
        kind,
        len(rows),
        sum(event.attacks for event in rows),
        days[0] if days else None,
        days[-1] if days else None,
        tuple(counts),
        cover[0].listing if cover else "unknown",
        "; ".join(row.note for row in cover if row.note),
        sum(event.precision != "day" for event in rows),
        _longest_gap(days, record.period),
        (days[-1] - days[0]).days / (len(days) - 1) if len(days) > 1 else None,
        (low, high, len(harms)),
    )


def _longest_gap(days: list[date], period: tuple[date, date]) -> Stretch | None:
    """Return the longest stretch of the period without a row."""
    one = timedelta(days=1)
    edges = [period[0] - one if period[0] > date.min else period[0], *days]
    ends = [*days, period[1] + one if period[1] < date.max else period[1]]
    found = [
        Stretch(a + one, b - one) for a, b in zip(edges, ends, strict=True) if (b - a).days > 1
    ]
    return max(found, key=lambda stretch: stretch.days, default=None)
