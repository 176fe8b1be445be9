"""The model-free table: what the record lists before and after each event that a link starts from.

It shows what a reader would count by hand, with the listing of both sides beside it. It is no
estimate of an effect: what made the event happen moves the counts too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from talion.judge.coverage import listing_of
from talion.model.case import Case, day_number
from talion.model.history import rows_of
from talion.record.event import Event
from talion.record.reconcile import history_mass

__all__ = ["WINDOWS", "BeforeAfter", "before_and_after"]

WINDOWS = (7, 30, 90)


@dataclass(frozen=True)
class BeforeAfter:
    """Rows of one type around one recorded event of another.

    Attributes:
        cause, effect: event types tied by a link.
        event: id of the recorded event.
        day: its day, in neither count.
        days: length of each side.
        before, after: rows listed in the days before and after; None where the record does not
            reach that far.
        listing_before, listing_after: how the effect's acts are listed there.
        listed_before, listed_after: share of the acts counted by the effect's running total that
            the rows there list, 0 to 1; None where no total covers the days.
    """

    cause: str
    effect: str
    event: str
    day: dt.date
    days: int
    before: int | None
    after: int | None
    listing_before: str
    listing_after: str
    listed_before: float | None = None
    listed_after: float | None = None


class _Totals:
    """The listed share of what a type's running total counts, over any stretch of days."""

    def __init__(self, case: Case, effect: str) -> None:
        wanted = case.events[effect].rows
        mass = history_mass(
            case.record,
            (wanted.action or None) if wanted is not None else None,
            case.as_of,
            series=case.events[effect].totals,
        )
        self.unlisted = dict(zip(mass.days.tolist(), mass.spread.tolist(), strict=True))
        exact = [c for c in case.record.counts if c.series == mass.series and not c.lower_bound]
        self.first = min((day_number(c.since) for c in exact), default=0)
        self.last = max((day_number(c.day) for c in exact), default=-1)

    def listed(self, attacks: int, start: dt.date, end: dt.date) -> float | None:
        """Return listed / (listed + unlisted); None if the totals do not cover all the days."""
        days = range(day_number(start), day_number(end) + 1)
        if days.start < self.first or days.stop - 1 > self.last:
            return None
        total = attacks + sum(self.unlisted.get(day, 0.0) for day in days)
        return attacks / total if total > 0 else None


def before_and_after(case: Case) -> tuple[BeforeAfter, ...]:
    """Return the table for every event type that another type answers or is held down by.

    Only pairs of different types with recorded rows on both sides appear, cause by cause in the
    order of the case, then by day.
    """
    return tuple(_rows(case))


def _rows(case: Case) -> Iterator[BeforeAfter]:
    recorded = {name: rows_of(event, case.record) for name, event in case.events.items()}
    pairs = dict.fromkeys(
        (a.cause, a.effect) for a in case.arrows if a.kind == "event-event" and a.cause != a.effect
    )
    for cause, effect in sorted(pairs, key=lambda p: [*case.events].index(p[0])):
        if not recorded[effect]:
            continue
        totals = _Totals(case, effect) if case.events[effect].totals else None
        for event in sorted(recorded[cause], key=lambda e: (e.day, e.id)):
            for days in WINDOWS:
                row = _around(case, cause, effect, event, days, recorded[effect])
                yield row if totals is None else _with_totals(row, totals, recorded[effect])


def _around(
    case: Case, cause: str, effect: str, event: Event, days: int, rows: tuple[Event, ...]
) -> BeforeAfter:
    one = dt.timedelta(days=1)
    first, last = case.record.period
    before = (event.day - days * one, event.day - one)
    after = (event.day + one, event.day + days * one)
    return BeforeAfter(
        cause,
        effect,
        event.id,
        event.day,
        days,
        _count(rows, *before) if first <= before[0] else None,
        _count(rows, *after) if after[1] <= last else None,
        _listed(case, effect, *before),
        _listed(case, effect, *after),
    )


def _with_totals(row: BeforeAfter, totals: _Totals, rows: tuple[Event, ...]) -> BeforeAfter:
    one = dt.timedelta(days=1)
    sides = (
        (row.day - row.days * one, row.day - one),
        (row.day + one, row.day + row.days * one),
    )
    before, after = (
        totals.listed(sum(r.attacks for r in rows if first <= r.day <= last), first, last)
        for first, last in sides
    )
    return replace(row, listed_before=before, listed_after=after)


def _count(rows: tuple[Event, ...], start: dt.date, end: dt.date) -> int:
    return sum(start <= row.day <= end for row in rows)


def _listed(case: Case, effect: str, start: dt.date, end: dt.date) -> str:
    wanted = case.events[effect].rows
    return ", then ".join(
        listing_of(case.record, wanted.action if wanted else (), start, end).kinds
    )
