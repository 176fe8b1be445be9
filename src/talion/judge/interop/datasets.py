"""Simulated counts as an xarray Dataset, a parquet table, and draws in the layout of ViEWS.

*Dataset*: `events` over (reading, what_if, series, days, draw, history), where `days` is how long from
the cut-off on; NaN where a history was cut short before.

*Table*: one row for each of the same, `events.parquet`.

*ViEWS layout*: `month_id, series, draw, prediction`, one row a draw and whole calendar month ahead;
`month_id` counts months from January 1980, which is 1 (Hegre et al. 2021, Journal of Peace Research
58:599). ViEWS has `country_id` or `priogrid_gid` where we have `series`, since a case is of no grid: take
the rows of one series and put your unit in its place. A draw is one history; all histories are equally
likely draws.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.judge.interop import needed
from talion.judge.readings import NO_VIEW, WITH_RECORD
from talion.model.case import EPOCH, Case, day_number
from talion.model.claim import BASELINE
from talion.model.classes import series_classes
from talion.model.measure import Measure, MeasurePlan, Op
from talion.model.outlook import OUTLOOK_DAYS

if TYPE_CHECKING:
    import polars as pl

    from talion.fit.case.result import CaseFit
    from talion.simulate.ensemble import Ensemble, Progress

__all__ = [
    "Counts",
    "events_dataset",
    "events_table",
    "month_id",
    "simulated_counts",
    "views_table",
]

F4 = NDArray[np.float32]
_HORIZON = 365  # days to which months are looked ahead


def month_id(day: dt.date) -> int:
    """Return the ViEWS number of a day's month.

    >>> month_id(dt.date(1980, 1, 31)), month_id(dt.date(2024, 2, 13))
    (1, 530)
    """
    return 12 * (day.year - 1980) + day.month


@dataclass(frozen=True)
class Counts:
    """Counts of every series, simulated under some readings.

    Attributes:
        case: the case.
        readings, worlds, series: names, in the order of the axes.
        events: (readings, worlds, series, days, draws, histories).
        months: ViEWS numbers of the whole months ahead.
        monthly: (readings, series, months, draws, histories), nothing done.
        seed: of the simulation.
    """

    case: Case
    readings: tuple[str, ...]
    worlds: tuple[str, ...]
    series: tuple[str, ...]
    events: F4
    months: tuple[int, ...]
    monthly: F4
    seed: int


def simulated_counts(
    case: Case,
    readings: Sequence[str],
    *,
    draws: int = 200,
    histories: int = 20,
    seed: int = 20240213,
    workers: int | None = None,
    fit: CaseFit | None = None,
    progress: Progress | None = None,
) -> Counts:
    """Simulate counts of every series under some readings.

    Args:
        case: the case.
        readings: ids; `with_record` needs `fit`.
        draws, histories, seed, workers: of the simulation.
        fit: of the case to its record.
        progress: called with (histories done, of).

    Raises:
        CaseError: no such reading, or `with_record` without a fit or with fewer draws than asked.
    """
    from talion.model.compile import compile_model
    from talion.simulate.ensemble import simulate_ensemble

    plan = _plan(case)
    found = []
    for number, reading in enumerate(readings):
        given = None
        if reading == WITH_RECORD:
            if fit is None:
                remedy = "fit the case first: `talion fit CASE`"
                raise CaseError("needs a fit", place="reading", value=reading, remedy=remedy)
            given = fit.main.draws
        prior = NO_VIEW if reading == WITH_RECORD else reading
        model = compile_model(
            case, prior, draws=draws, seed=seed, worlds=_worlds(case), given=given
        )
        step = _shifted(progress, number, len(readings))
        found.append(
            simulate_ensemble(model, plan, histories=histories, workers=workers, progress=step)
        )
    return _counts(case, tuple(readings), found, seed)


def _shifted(progress: Progress | None, turn: int, turns: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, of: progress(turn * of + done, turns * of)


def _worlds(case: Case) -> tuple[str, ...]:
    return (BASELINE, *(n for n in case.what_ifs if case.start_day(n) == case.as_of_day))


def _months(case: Case) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of the whole calendar months within a year from the cut-off."""
    start = (case.as_of.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    if case.as_of.day == 1:
        start = case.as_of
    while True:
        after = (start + dt.timedelta(days=32)).replace(day=1)
        if day_number(after) > case.as_of_day + _HORIZON:
            return
        yield day_number(start), day_number(after)
        start = after


def _series(case: Case) -> tuple[str, ...]:
    return (*case.events, *case.series)


def _outlook(case: Case) -> Iterator[Measure]:
    start = case.as_of_day
    for world in _worlds(case):
        for series in _series(case):
            for days in OUTLOOK_DAYS:
                yield Measure(Op.COUNT, world, series=series, start=start, end=start + days)


def _monthly(case: Case) -> Iterator[Measure]:
    for series in _series(case):
        for start, end in _months(case):
            yield Measure(Op.COUNT, BASELINE, series=series, start=start, end=end)


def _plan(case: Case) -> MeasurePlan:
    measures = tuple(dict.fromkeys([*_outlook(case), *_monthly(case)]))
    classes = {name: series_classes(case.document, name) for name in _series(case)}
    horizon = dict.fromkeys(_worlds(case), case.as_of_day + _HORIZON)
    return MeasurePlan(measures, classes, (), horizon)


def _counts(case: Case, readings: tuple[str, ...], found: list[Ensemble], seed: int) -> Counts:
    worlds, series = _worlds(case), _series(case)
    months = tuple(month_id(EPOCH + dt.timedelta(days=start)) for start, _ in _months(case))
    shape = (len(worlds), len(series), len(OUTLOOK_DAYS))
    events, monthly = [], []
    for ensemble in found:
        index = {measure: i for i, measure in enumerate(ensemble.plan.measures)}
        first = np.moveaxis(ensemble.values[:, :, [index[m] for m in _outlook(case)]], 2, 0)
        second = np.moveaxis(ensemble.values[:, :, [index[m] for m in _monthly(case)]], 2, 0)
        events.append(first.reshape(*shape, *first.shape[1:]))
        monthly.append(second.reshape(len(series), len(months), *second.shape[1:]))
    return Counts(case, readings, worlds, series, np.stack(events), months, np.stack(monthly), seed)


def _origin(counts: Counts) -> dict[str, str | int]:
    """Return what a file should say of where it is from."""
    from talion import __version__

    case = counts.case
    return {
        "title": case.title,
        "case": case.name,
        "as_of": case.as_of.isoformat(),
        "case_sha256": case.text_hash,
        "record_sha256": case.record.content_hash(),
        "seed": counts.seed,
        "talion": __version__,
        "note": "Model output, not a forecast.",
    }


def events_dataset(counts: Counts) -> Any:
    """Return the counts as an `xarray.Dataset`.

    Raises:
        InputError: xarray is not installed.
    """
    xarray = needed("xarray", "--xarray")
    names: Mapping[str, Any] = {
        "reading": list(counts.readings),
        "what_if": list(counts.worlds),
        "series": list(counts.series),
        "days": list(OUTLOOK_DAYS),
        "draw": np.arange(counts.events.shape[4]),
        "history": np.arange(counts.events.shape[5]),
    }
    told = {"units": "events", "long_name": "events from the cut-off on, in so many days"}
    events = xarray.DataArray(counts.events, dims=list(names), coords=names, attrs=told)
    return xarray.Dataset({"events": events}, attrs=_origin(counts))


def events_table(counts: Counts) -> pl.DataFrame:
    """Return the counts as a table: one row a reading, what-if, series, days, draw and history."""
    import polars as pl

    axes = (
        ("reading", counts.readings),
        ("what_if", counts.worlds),
        ("series", counts.series),
        ("days", OUTLOOK_DAYS),
        ("draw", range(counts.events.shape[4])),
        ("history", range(counts.events.shape[5])),
    )
    positions = np.indices(counts.events.shape).reshape(len(axes), -1)
    columns = {
        name: pl.Series(name, list(values)).gather(pl.Series(positions[i]))
        for i, (name, values) in enumerate(axes)
    }
    found = counts.events.ravel()
    return pl.DataFrame({**columns, "events": pl.Series(found).fill_nan(None).cast(pl.Int32)})


def views_table(counts: Counts, reading: str) -> pl.DataFrame:
    """Return the monthly counts of a reading as draws in the layout of ViEWS.

    Histories cut short at the event cap have no row in the months they did not reach.

    Raises:
        ValueError: the reading was not simulated.
    """
    import polars as pl

    monthly = counts.monthly[counts.readings.index(reading)]
    flat = monthly.reshape(len(counts.series), len(counts.months), -1)
    s, m, d = np.indices(flat.shape).reshape(3, -1)
    return (
        pl.DataFrame(
            {
                "month_id": pl.Series(list(counts.months), dtype=pl.Int32).gather(pl.Series(m)),
                "series": pl.Series(list(counts.series)).gather(pl.Series(s)),
                "draw": pl.Series(d).cast(pl.Int32),
                "prediction": pl.Series(flat.ravel()).fill_nan(None).cast(pl.Int32),
            }
        )
        .drop_nulls()
        .sort("series", "month_id", "draw")
    )
