"""What a run forecasts: for each simulated test whether it can be scored later, and its numbers.

A share of histories under the baseline is a forecast: the days come, and the test holds or does
not. Under a what-if it is one only if that what-if comes about. A difference between two worlds
is none, since at most one of them comes about; nor is a claim on causes, motives or the past, nor
one on what no row of a record would show, unless the case says that it can be checked later: then a
person must look it up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talion.judge.measures import measures_of, number_measures
from talion.judge.parts import Part, names_of
from talion.judge.tests import Values
from talion.model.case import EPOCH, Case
from talion.model.claim import BASELINE, SeriesName
from talion.model.measure import Measure, Op

__all__ = [
    "LEVELS",
    "Distribution",
    "NumberForecast",
    "PartForecast",
    "Scored",
    "counted_types",
    "distribution",
    "forecast_of",
]

Scored = Literal["yes", "if", "by hand", "no"]
"""Whether a forecast can be scored: yes, if its what-if comes about, by hand, or no."""

# The levels of the forecast hubs (Bracher, Ray, Gneiting and Reich 2021, PLOS Comp. Biol. 17).
LEVELS: tuple[float, ...] = (0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99)
_FORECASTS = ("forecast", "conditional")


@dataclass(frozen=True)
class Distribution:
    """A number over draws and histories together.

    Attributes:
        mean: over the histories in which it is known.
        histories: how many those are.
        unknown: histories in which it is not: cut short at the event cap, or nothing to answer.
        counts: of a whole number: value -> histories, which is the sample itself; else empty.
        quantiles: of any other number: level -> value, linear between order statistics; else empty.
    """

    mean: float
    histories: int
    unknown: int
    counts: Mapping[int, int]
    quantiles: Mapping[float, float]


@dataclass(frozen=True)
class NumberForecast:
    """One number that a test puts bounds on.

    Attributes:
        what: `events`, `fewest events in any window`, `most events in any window`, `level`, or
            `share answered`.
        subject: series or factor, as in the case.
        by: the series that answers; "" for all but a share answered.
        start, end: first day, and the day after the last.
        within: length of a rolling window, or days within which to answer; 0 for none.
        readings: reading -> distribution; None where no history knows the number.
    """

    what: str
    subject: str
    by: str
    start: dt.date
    end: dt.date
    within: int
    readings: Mapping[str, Distribution | None]


@dataclass(frozen=True)
class PartForecast:
    """One simulated test as a forecast.

    Attributes:
        judgment, part: ids, as in the results.
        scored: whether it can be scored.
        why: the condition, what must be looked up, or why not; "" for a plain yes.
        start, end: the days it looks at: the first, and the day after the last.
        numbers: what it puts bounds on.
    """

    judgment: str
    part: str
    scored: Scored
    why: str
    start: dt.date
    end: dt.date
    numbers: tuple[NumberForecast, ...]


def forecast_of(case: Case, part: Part, measured: Mapping[str, Values]) -> PartForecast | None:
    """Return a test as a forecast; None for a test of the record.

    Args:
        case: the case.
        part: the test and where it is put.
        measured: reading -> its ensemble.
    """
    if part.test.kind == "record":
        return None
    asked = measures_of(part.test, part.setting)
    scored, why = _scored(case, part)
    return PartForecast(
        part.judgment,
        part.id,
        scored,
        why,
        _date(min(m.start for m in asked)),
        _date(max(m.end for m in asked)),
        tuple(_number(m, measured) for m in number_measures(part.test, part.setting)),
    )


def _number(measure: Measure, measured: Mapping[str, Values]) -> NumberForecast:
    return NumberForecast(
        _WHAT[measure.op],
        measure.series or measure.factor,
        measure.other,
        _date(measure.start),
        _date(measure.end),
        int(measure.number),
        {
            name: distribution(values.of(measure), whole=measure.op in _WHOLE)
            for name, values in measured.items()
        },
    )


_WHAT = {
    Op.COUNT: "events",
    Op.MIN_WINDOW: "fewest events in any window",
    Op.MAX_WINDOW: "most events in any window",
    Op.LEVEL: "level",
    Op.ANSWERED: "share answered",
}
_WHOLE = frozenset({Op.COUNT, Op.MIN_WINDOW, Op.MAX_WINDOW})


def distribution(values: NDArray[np.float64], *, whole: bool) -> Distribution | None:
    """Return the distribution of a number over histories; None if none knows it.

    Args:
        values: one a history, shape (draws, histories); NaN where not known.
        whole: it counts events.

    >>> found = distribution(np.array([[0.0, 2.0], [2.0, np.nan]]), whole=True)
    >>> dict(found.counts), found.histories, found.unknown
    ({0: 1, 2: 2}, 3, 1)
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return None
    counts: dict[int, int] = {}
    quantiles: dict[float, float] = {}
    if whole:
        found, times = np.unique(np.rint(known).astype(np.int64), return_counts=True)
        counts = dict(zip(found.tolist(), times.tolist(), strict=True))
    else:
        quantiles = dict(zip(LEVELS, np.quantile(known, LEVELS).tolist(), strict=True))
    unknown = int(values.size - known.size)
    return Distribution(float(known.mean()), int(known.size), unknown, counts, quantiles)


def _date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)


# --- what can be scored --------------------------------------------------------------------------


def _scored(case: Case, part: Part) -> tuple[Scored, str]:
    """Return whether a simulated test can be scored, and the condition or why not."""
    judgment = case.judgments[part.judgment]
    if judgment.kind not in _FORECASTS:
        return "no", f"a claim of kind {judgment.kind} is not settled by what happens next"
    if part.test.kind == "effect":
        return "no", "it compares two worlds, of which at most one comes about"
    world = part.setting.world
    if part.setting.starts[world] < case.as_of_day:
        return "no", "it replays days before the cut-off, which have passed"
    names = names_of(case)
    condition = "" if world == BASELINE else f"only if this comes about: {names.of(world)}"
    unseen = [names.of(name) for name in _unseen(case, part)]
    if unseen:
        listed = ", ".join(f"“{name}”" for name in dict.fromkeys(unseen))
        nowhere = f"no row of a record would show {listed}"
        if judgment.testable != "later":
            return "no", nowhere
        lead = f"{condition}; " if condition else ""
        return "by hand", f"{lead}{nowhere}: a person must look it up and say where"
    return ("if", condition) if condition else ("yes", "")


def _unseen(case: Case, part: Part) -> Iterator[str]:
    """Yield the factors, types and marks of a test that no row of a record can show.

    A level is on a scale of ours: indicators point to it, nobody reads it off.
    """
    found = part.test.references()
    yield from sorted(found.factors)
    marks = {(name, mark) for name, mark, _ in found.marks}
    for name in sorted(found.names):
        for member in counted_types(case, name):
            event = case.events[member.name]
            if event.rows is None:
                yield member.name
            for mark in {m for m, _ in member.marks} | {m for n, m in marks if n == name}:
                if mark not in event.row_marks:
                    yield f"{member.name} by {mark}"


def counted_types(case: Case, series: str) -> tuple[SeriesName, ...]:
    """Return the event types that a series counts, each with the marks asked of it.

    Args:
        case: the case.
        series: as a test writes it: `raid`, `raid[lethal=yes]`, or a named sum.
    """
    members = case.series.get(series, (series,))
    return tuple(SeriesName.model_validate(member) for member in members)
