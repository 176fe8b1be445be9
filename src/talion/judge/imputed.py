"""Listed and unlisted events of a fitted past by week and by month, with their uncertainty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.fit.case.residuals import Spread, spread_of
from talion.fit.case.result import CaseFit
from talion.model.case import EPOCH, Case
from talion.model.classes import classes_of
from talion.model.past import Past

__all__ = ["SIDES", "ImputedWeeks", "MonthOfSides", "SideBySide", "imputed_weeks", "sides"]

F8 = NDArray[np.float64]

SIDES = ("both", "rows_only", "totals_only")
"""Dated rows and totals together, dated rows alone, totals alone."""


@dataclass(frozen=True)
class ImputedWeeks:
    """One type's events week by week.

    Attributes:
        type: id of the event type.
        weeks: first day of each week; the last week may be shorter.
        listed: recorded rows, mean over draws (a row known to an interval may change its week).
        unlisted: imputed events that no row reports.
        total: both.
    """

    type: str
    weeks: tuple[dt.date, ...]
    listed: tuple[float, ...]
    unlisted: tuple[Spread, ...]
    total: tuple[Spread, ...]


@dataclass(frozen=True)
class MonthOfSides:
    """Events of one month under each way to fit.

    Attributes:
        month: such as "2023-11"; months at the window's ends count its days only.
        listed: recorded rows in it; the mean over draws, rounded.
        events: way to fit -> events in the month.
        disagree: the 80 % intervals of rows alone and totals alone do not meet.
    """

    month: str
    listed: int
    events: dict[str, Spread]
    disagree: bool


@dataclass(frozen=True)
class SideBySide:
    """A type with totals, fitted to dated rows only, to totals only, and to both."""

    type: str
    months: tuple[MonthOfSides, ...]


def _day(number: int) -> dt.date:
    return EPOCH + dt.timedelta(days=number)


def imputed_weeks(case: Case, past: Past) -> tuple[ImputedWeeks, ...]:
    """Return the events of every type that the past holds, by week from its first day.

    Args:
        case: that was fitted.
        past: of its main reading.

    Raises:
        CaseError: the past is of another case.
    """
    starts = np.arange(past.start, past.end, 7)
    edges = np.append(starts, past.end)
    dates = tuple(_day(int(day)) for day in starts)
    found = []
    for name in case.events:
        all_ = _counts(case, past, name, edges)
        if all_.any():
            listed = _counts(case, past, name, edges, listed=True)
            hidden = all_ - listed
            found.append(
                ImputedWeeks(
                    type=name,
                    weeks=dates,
                    listed=tuple(listed.mean(axis=0).tolist()),
                    unlisted=tuple(spread_of(column) for column in hidden.T),
                    total=tuple(spread_of(column) for column in all_.T),
                )
            )
    return tuple(found)


def _counts(
    case: Case, past: Past, name: str, edges: Sequence[int] | NDArray[np.int64], *, listed: bool = False
) -> F8:  # fmt: skip
    """[N, bins] events of a type between successive days."""
    classes = classes_of(case.document)
    past.check_classes(len(classes))
    own = np.isin(past.classes, [c.index for c in classes if c.type == name])
    if listed:
        own &= past.rows >= 0
    bins = np.searchsorted(np.asarray(edges), past.times[own], side="right") - 1
    width = len(edges) - 1
    cell = past.draw_of()[own] * width + bins
    return np.bincount(cell, minlength=past.draws * width).reshape(past.draws, width).astype(float)


def sides(case: Case, fit: CaseFit) -> tuple[SideBySide, ...]:
    """Return every type with a series of totals, month by month under each way to fit.

    Args:
        case: that was fitted.
        fit: with the variants `rows_only` and `totals_only`; without either there is no comparison
            and the result is empty.

    Raises:
        CaseError: a variant is of another window.
    """
    if not {"rows_only", "totals_only"} <= set(fit.variants):
        return ()
    pasts = {"both": fit.main.draws.past}
    pasts |= {name: fit.variants[name].draws.past for name in SIDES[1:]}
    for name, past in pasts.items():
        if (past.start, past.end) != (fit.start, fit.end):
            raise CaseError("a variant of another window", place=name, remedy="fit the case again")
    edges = _month_edges(fit.start, fit.end)
    found = []
    for name, event in case.events.items():
        if event.totals is not None:
            counts = {way: _counts(case, past, name, edges) for way, past in pasts.items()}
            rows = _counts(case, pasts["both"], name, edges, listed=True)
            found.append(SideBySide(name, tuple(_months(edges, counts, rows))))
    return tuple(found)


def _months(edges: list[int], counts: dict[str, F8], rows: F8) -> list[MonthOfSides]:
    out = []
    for i in range(len(edges) - 1):
        events = {way: spread_of(found[:, i]) for way, found in counts.items()}
        one, other = events["rows_only"], events["totals_only"]
        apart = one.high < other.low or other.high < one.low
        month = f"{_day(edges[i]):%Y-%m}"
        out.append(MonthOfSides(month, round(float(rows[:, i].mean())), events, apart))
    return out


def _month_edges(start: int, end: int) -> list[int]:
    """The window's first day, every first of a month within it, and its end."""
    firsts = [d for d in range(start + 1, end) if _day(d).day == 1]
    return [start, *firsts, end]
