"""The outlook: what every run keeps, whatever its judgments ask.

Counts of every series after 30, 90, 180 and 365 days, from which what-ifs are compared, and the
course over weeks of every event type, named series and level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from talion.model.case import Case
from talion.model.classes import series_classes
from talion.model.measure import Fan, Measure, MeasurePlan, Op

__all__ = ["OUTLOOK_DAYS", "outlook_fans", "outlook_measures", "outlook_plan"]

OUTLOOK_DAYS = (30, 90, 180, 365)


def outlook_measures(case: Case, worlds: Sequence[str]) -> Iterator[Measure]:
    """Yield the counts of every series in every world, from the world's first day on."""
    for world in worlds:
        start = case.start_day(world)
        for series in (*case.events, *case.series):
            for days in OUTLOOK_DAYS:
                yield Measure(Op.COUNT, world, series=series, start=start, end=start + days)


def outlook_fans(case: Case, horizon: Mapping[str, int]) -> Iterator[Fan]:
    """Yield the weekly course of every series and level of every world up to its horizon."""
    levels = [n for n, f in case.factors.items() if not f.is_switch and f.kind != "latent"]
    for world, end in horizon.items():
        start = case.start_day(world)
        weeks = (end - start) // 7
        for series in (*case.events, *case.series):
            yield Fan(world, series=series, start=start, weeks=weeks)
        for factor in levels:
            yield Fan(world, factor=factor, start=start, weeks=weeks)


def outlook_plan(case: Case, worlds: Sequence[str] | None = None) -> MeasurePlan:
    """Return a plan of the outlook alone.

    Args:
        case: the case.
        worlds: what-ifs, `baseline` included; all by default.
    """
    names = tuple(worlds) if worlds is not None else ("baseline", *case.what_ifs)
    horizon = {name: case.start_day(name) + max(OUTLOOK_DAYS) for name in names}
    series = {s: series_classes(case.document, s) for s in (*case.events, *case.series)}
    measures = tuple(outlook_measures(case, names))
    return MeasurePlan(measures, series, tuple(outlook_fans(case, horizon)), horizon)
