"""The record as history: what had happened before a simulation starts.

Rule, stated in every report: a dated row weighs the acts it reports (one, unless it says more),
spread evenly over its interval of days; where a running total says that more happened than was
listed, the remainder is spread evenly over the total's interval; rows that overlap others weigh
nothing. A type without recorded rows runs at its usual rate. Where a fit gives a `talion.model.past.Past`,
its events and innovations take the place of this rule; `talion.model.run_in` follows either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.model.claim_record import RowFilter
from talion.model.classes import SourceClass
from talion.model.schema import CaseDocument, EventType
from talion.record.event import Event
from talion.record.record import Record

__all__ = [
    "DailyHistory",
    "daily_history",
    "history_start",
    "matches",
    "rows_of",
    "silent_types",
]

F8 = NDArray[np.float64]
_EPOCH = dt.date(1970, 1, 1)


def _day(date: dt.date) -> int:
    return (date - _EPOCH).days


def history_start(case: CaseDocument) -> int:
    """Return the absolute day number from which the past is followed."""
    return _day(case.history_from or case.as_of - dt.timedelta(days=365))


def matches(rows: RowFilter, event: Event) -> bool:
    """Return whether a recorded event is of the kind a filter describes."""
    return all(
        not wanted or value in wanted
        for wanted, value in (
            (rows.action, event.action),
            (rows.initiator, event.initiator),
            (rows.target, event.target),
            (rows.country, event.country),
        )
    )


def rows_of(event_type: EventType, record: Record) -> tuple[Event, ...]:
    """Return the countable recorded events of a type; aggregates that overlap rows are left out."""
    if event_type.rows is None:
        return ()
    return tuple(e for e in record.events if not e.overlaps and matches(event_type.rows, e))


def silent_types(case: CaseDocument, record: Record) -> tuple[str, ...]:
    """Return the event types without any recorded row."""
    return tuple(name for name, e in case.events.items() if not rows_of(e, record))


@dataclass(frozen=True)
class DailyHistory:
    """Expected events a day in each class before a start.

    Attributes:
        first_day: absolute day number of the first row of `mass`.
        mass: (days, classes).
        silent: event types without any recorded row, which run at their usual rate.
    """

    first_day: int
    mass: F8
    silent: tuple[str, ...]


def daily_history(
    case: CaseDocument, record: Record, classes: Sequence[SourceClass], until: int
) -> DailyHistory:
    """Return what the record says happened from `history_from` to the day before `until`."""
    first = history_start(case)
    mass = np.zeros((max(until - first, 0), len(classes)))
    silent = silent_types(case, record)
    for name, event_type in case.events.items():
        if name in silent:
            continue
        rows = rows_of(event_type, record)
        mine = [c for c in classes if c.type == name]
        for row in rows:
            _spread(mass, first, row, _class_shares(event_type, mine, row))
        if event_type.totals:
            _add_unlisted(mass, first, until, record, event_type, mine)
    return DailyHistory(first, mass, silent)


def _spread(mass: F8, first: int, row: Event, shares: dict[int, float]) -> None:
    days = np.arange(_day(row.start), _day(row.end) + 1) - first
    for day in days[(days >= 0) & (days < len(mass))]:
        for index, share in shares.items():
            mass[day, index] += row.attacks * share / len(days)


def _likely(event_type: EventType, mark: str) -> dict[str, float]:
    values = {value: p[1] for value, p in event_type.marks[mark].items()}
    total = sum(values.values())
    return {value: p / total for value, p in values.items()}


def _class_shares(
    event_type: EventType, classes: Sequence[SourceClass], row: Event | None
) -> dict[int, float]:
    """Return class -> share; marks the row does not tell (or no row) split as is usual."""
    shares: dict[int, float] = {}
    known = known_marks(event_type, row) if row else {}
    for c in classes:
        share = 1.0
        for mark, value in c.marks:
            told = known.get(mark)
            share *= _likely(event_type, mark)[value] if told is None else float(told == value)
        if share:
            shares[c.index] = share
    return shares


def known_marks(event_type: EventType, row: Event) -> dict[str, str]:
    known: dict[str, str] = {}
    for mark, column in event_type.row_marks.items():
        if column == "country":
            value = row.country.lower().replace(" ", "_")
        else:
            harm = row.deaths
            value = "" if harm is None or harm.best is None else ("yes" if harm.best > 0 else "no")
        if value in event_type.marks[mark]:
            known[mark] = value
    return known


def _add_unlisted(
    mass: F8,
    first: int,
    until: int,
    record: Record,
    event_type: EventType,
    classes: Sequence[SourceClass],
) -> None:
    from talion.record.reconcile import history_mass

    rows = event_type.rows
    last = _EPOCH + dt.timedelta(days=until - 1)
    counted = history_mass(record, rows.action if rows else None, last, series=event_type.totals)
    shares = _class_shares(event_type, classes, None)
    for day, spread in zip(counted.days - first, counted.spread, strict=True):
        if 0 <= day < len(mass):
            for index, share in shares.items():
                mass[day, index] += share * spread
