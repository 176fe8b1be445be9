"""The record as history: what had happened before a simulation starts, and the state it left.

Rule, stated in every report: a dated row weighs the acts it reports (one, unless it says more),
spread evenly over its interval of days; where a running total says that more happened than was
listed, the remainder is spread evenly over the total's interval; rows that overlap others weigh
nothing. A type without recorded rows runs at its usual rate. This stands in for the imputed events
that a fit will give.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.model.claim_record import RowFilter
from talion.model.classes import SourceClass
from talion.model.compile_events import EventLinks
from talion.model.compile_factors import FactorLink, FactorNumbers, state_on
from talion.model.compiled import Start
from talion.model.schema import AfterState, CaseDocument, EventType
from talion.record.event import Event
from talion.record.record import Record

__all__ = ["DailyHistory", "daily_history", "matches", "rows_of", "start_state"]

F8 = NDArray[np.float64]
_EPOCH = dt.date(1970, 1, 1)


def _day(date: dt.date) -> int:
    return (date - _EPOCH).days


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
    first = _day(case.history_from or case.as_of - dt.timedelta(days=365))
    mass = np.zeros((max(until - first, 0), len(classes)))
    silent = []
    for name, event_type in case.events.items():
        rows = rows_of(event_type, record)
        if not rows:
            silent.append(name)
            continue
        mine = [c for c in classes if c.type == name]
        for row in rows:
            _spread(mass, first, row, _class_shares(event_type, mine, row))
        if event_type.totals:
            _add_unlisted(mass, first, until, record, event_type, mine)
    return DailyHistory(first, mass, tuple(silent))


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


def start_state(
    case: CaseDocument,
    history: DailyHistory,
    day: int,
    links: EventLinks,
    tables: dict[str, list[FactorLink]],
    numbers: FactorNumbers,
    usual_by_class: F8,
    classes: Sequence[SourceClass],
    timer: F8,
    timer_value: F8,
) -> Start:
    """Run the record's days through memory and factors up to the midnight of `day`.

    Args:
        history: expected events a day in each class.
        day: start, absolute day number.
        usual_by_class: usual rate of each class, events per day, (draws, classes).
        timer, timer_value: pending changes of switches, (draws, factors).
    """
    daily = _with_silent(history, usual_by_class, classes)
    return Start(
        day=day,
        mass=_memory(daily.mean(axis=0), links.half_lives),
        u=_suppression(daily.mean(axis=0), links),
        z=_run_in(case, history, daily, tables, numbers),
        latent_sd=numbers.latent_sd.copy(),
        timer_half_life=timer,
        timer_value=timer_value,
    )


def _with_silent(history: DailyHistory, usual: F8, classes: Sequence[SourceClass]) -> F8:
    """Return mass by draw, (draws, days, classes), with silent types at their usual rate."""
    daily = np.repeat(history.mass[None], len(usual), axis=0)
    for c in classes:
        if c.type in history.silent:
            daily[:, :, c.index] = usual[:, c.index][:, None]
    return daily


def _memory(mass: F8, half_lives: Sequence[float]) -> F8:
    age = np.arange(len(mass), 0, -1) - 0.5  # days from noon to the start
    out = np.zeros((mass.shape[1], len(half_lives)))
    for i, half_life in enumerate(half_lives):
        out[:, i] = (mass * 2.0 ** (-age / half_life)[:, None]).sum(axis=0)
    return out


def _suppression(mass: F8, links: EventLinks) -> F8:
    """Return u of each channel at the start; a fraction f of an event moves u by f (1 - u) step."""
    u = np.zeros(len(links.channels))
    for i, channel in enumerate(links.channels):
        fade = 2.0 ** (-0.5 / links.half_lives[channel.half])
        for day in mass[:, list(channel.sources)].sum(axis=1):
            whole, part = divmod(day, 1.0)
            left = (1 - channel.step) ** whole * (1 - channel.step * part)
            u[i] = (1 - (1 - u[i] * fade) * left) * fade
    return u


def _run_in(
    case: CaseDocument,
    history: DailyHistory,
    daily: F8,
    tables: dict[str, list[FactorLink]],
    numbers: FactorNumbers,
) -> F8:
    """Return factors after the run-in: mean path, jumps from recorded events, no noise."""
    names = list(case.factors)
    z = numbers.reference.copy()
    low = np.array([f.range[0] for f in case.factors.values()])
    high = np.array([f.range[1] for f in case.factors.values()])
    level = np.array([not f.is_switch and f.kind != "latent" for f in case.factors.values()])
    z[:, ~level] = 0.0
    jump = np.zeros((daily.shape[2], *z.shape))
    for entry in tables["jump"]:
        jump[entry.row, :, entry.column] += entry.value
    for i in range(daily.shape[1] + 1):
        date = _EPOCH + dt.timedelta(days=history.first_day + i)
        _set_switches(case, numbers, z, names, date)
        if i == daily.shape[1]:
            break
        goal = numbers.rest.copy()
        for entry in tables["input"]:
            away = z[:, entry.column] - numbers.reference[:, entry.column]
            goal[:, entry.row] += entry.value * away
        moved = z + (goal - z) * numbers.pull + np.einsum("dc,cdf->df", daily[:, i], jump)
        z[:, level] = np.clip(moved, low, high)[:, level]
    return np.ascontiguousarray(z)


def _set_switches(
    case: CaseDocument, numbers: FactorNumbers, z: F8, names: Sequence[str], date: dt.date
) -> None:
    for i, name in enumerate(names):
        factor = case.factors[name]
        if factor.is_switch:
            z[:, i] = numbers.doses[name, state_on(factor, date)]


def pending_changes(
    case: CaseDocument, numbers: FactorNumbers, drawn: dict[str, F8]
) -> tuple[F8, F8]:
    """Return half-life and value of the changes that switches await, (draws, factors)."""
    half_life = np.zeros_like(numbers.rest)
    value = np.zeros_like(numbers.rest)
    for i, (name, factor) in enumerate(case.factors.items()):
        if isinstance(factor.then, AfterState):
            half_life[:, i] = drawn[name]
            value[:, i] = numbers.doses[name, factor.then.to]
    return half_life, value
