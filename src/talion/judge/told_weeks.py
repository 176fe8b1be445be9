"""Weeks told in advance, and in words what the record shows of each."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from talion.fit.case.options import Options
from talion.fit.case.recorded import Recorded
from talion.fit.case.specification import problem_of
from talion.fit.case.weeks import DAYS, last_day, week_of_row
from talion.model.case import EPOCH, Case

__all__ = ["Week", "weeks_told"]

_SEVEN = dt.timedelta(days=DAYS)


@dataclass(frozen=True)
class Week:
    """One week that was told in advance.

    Attributes:
        number: in the window, from 1.
        first, last: its days.
        observed: what the record shows of it, in words.
        rows: ids of its recorded rows.
    """

    number: int
    first: dt.date
    last: dt.date
    observed: str
    rows: tuple[str, ...]


def weeks_told(case: Case, first: int, number: int) -> tuple[Week, ...]:
    """Return the weeks that were told.

    Args:
        case: of which.
        first: number of the first of them, from 0.
        number: how many.
    """
    days = problem_of(case).record.window.days
    record = problem_of(case, Options(until=days)).record
    start = EPOCH + dt.timedelta(days=record.window.start)
    end = EPOCH + dt.timedelta(days=record.window.end - 1)
    types = {row.id: _type_of(case, row.classes) for row in record.rows}
    found = []
    for w in range(first, first + number):
        low = start + w * _SEVEN
        rows = tuple(row.id for row in record.rows if week_of_row(row) == w)
        told = _observed(case, record, types, w)
        found.append(Week(w + 1, low, min(low + _SEVEN - dt.timedelta(days=1), end), told, rows))
    return tuple(found)


def _type_of(case: Case, classes: tuple[int, ...]) -> str:
    from talion.model.classes import classes_of

    return classes_of(case.document)[classes[0]].type


def _observed(case: Case, record: Recorded, types: dict[str, str], week: int) -> str:
    counts: dict[str, int] = {}
    for row in record.rows:
        if week_of_row(row) == week:
            counts[types[row.id]] = counts.get(types[row.id], 0) + row.size
    said = [f"{case.events[name].title}: {n}" for name, n in counts.items()]
    totals: dict[str, list[str]] = {}
    for total in record.totals:
        if last_day(total, record.window.days) // DAYS == week:
            over = "over " if total.lower_bound else ""
            totals.setdefault(total.series, []).append(f"{over}{total.value}")
    said += [f"totals of {series}: {', '.join(values)}" for series, values in totals.items()]
    absent = sum((math.ceil(a[1]) - 1) // DAYS == week for a in record.absences)
    said += [f"{absent} statement{'s' if absent > 1 else ''} of absence"] if absent else []
    return "; ".join(said) or "no row, no total: silence"
