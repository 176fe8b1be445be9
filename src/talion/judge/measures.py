"""From tests to a measure plan: what must be kept of each history so that every test can be put.

Beside what the tests need, the plan keeps the outlook (`talion.model.outlook`), from which the
report compares what-ifs and draws the courses over weeks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import singledispatch

from talion.errors import JudgmentTestError
from talion.judge.parts import Setting, parts_of_case
from talion.judge.sights import watch_measures
from talion.model.case import Case
from talion.model.claim import (
    BASELINE,
    PERIODS,
    AllOf,
    Answered,
    AnyOf,
    Bounds,
    Count,
    Difference,
    Given,
    Level,
    Quantity,
    Rate,
    Reaches,
)
from talion.model.classes import series_classes
from talion.model.measure import Fan, Measure, MeasurePlan, Op
from talion.model.outlook import outlook_fans, outlook_measures

__all__ = ["measures_of", "number_measures", "plan_for", "quantity_measures", "worlds_of"]


def worlds_of(test: Difference, setting: Setting) -> tuple[str, str]:
    """Return the two worlds a difference compares.

    Raises:
        JudgmentTestError: they are one, or their histories begin on different days.
    """
    first, second = test.under or setting.world, test.against
    if first == second:
        raise JudgmentTestError(
            f"compares {first} with itself",
            place=setting.place,
            remedy="name another what-if in `under`, here or in the judgment",
        )
    if setting.starts[first] != setting.starts[second]:
        raise JudgmentTestError(
            f"histories under {first} and {second} begin on different days",
            place=setting.place,
            remedy="compare a replay with a replay of the same `history_until`",
        )
    return first, second


@singledispatch
def measures_of(test: object, setting: Setting) -> tuple[Measure, ...]:  # noqa: ARG001 - the general form
    """Return the measures a test needs; none for a test of the record.

    Raises:
        JudgmentTestError: the test cannot be put to histories as asked.
    """
    return ()


@measures_of.register
def _(test: Count, setting: Setting) -> tuple[Measure, ...]:
    start, end = setting.window(test.start, test.end)
    if test.in_every is None:
        return _counted(test, str(test.count), (start, end), 1.0, setting)
    if test.in_every > end - start:
        raise JudgmentTestError(
            f"no window of {test.in_every} days fits into {end - start} days",
            place=setting.place,
            remedy="shorten in_every or let the test end later",
        )
    ops = [
        Op.MIN_WINDOW if key in ("at_least", "more_than") else Op.MAX_WINDOW
        for key in test.bounds()
    ]
    every, series, world = float(test.in_every), str(test.count), setting.world
    return tuple(
        Measure(op, world, series=series, start=start, end=end, number=every) for op in ops
    )


@measures_of.register
def _(test: Rate, setting: Setting) -> tuple[Measure, ...]:
    start, end = setting.window(test.start, test.end)
    return _counted(test, str(test.rate), (start, end), (end - start) / PERIODS[test.per], setting)


def _counted(
    test: Bounds, series: str, window: tuple[int, int], periods: float, setting: Setting
) -> tuple[Measure, ...]:
    """Return one measure a bound: the day its number is reached, or the count for `x usual`.

    A history cut short at the event cap may have reached the number before: the day settles that,
    the count of the whole window would not.
    """
    start, end = window
    found = []
    for key, threshold in test.bounds().items():
        reached = first_reached(key, threshold.value * periods)
        op = Op.COUNT if threshold.unit == "x usual" or reached < 1 else Op.FIRST_COUNT
        number = float(reached) if op is Op.FIRST_COUNT else 0.0
        found.append(Measure(op, setting.world, series=series, start=start, end=end, number=number))
    return tuple(found)


def first_reached(key: str, limit: float) -> int:
    """Return the smallest count that settles a bound: yes for a lower bound, no for an upper one.

    >>> [first_reached(k, 2.0) for k in ("at_least", "more_than", "at_most", "fewer_than")]
    [2, 3, 3, 2]
    >>> first_reached("at_least", 2.4)
    3
    """
    near = round(limit)
    whole = near if abs(limit - near) < 1e-9 * max(1.0, abs(limit)) else None
    if key in ("at_least", "fewer_than"):
        return whole if whole is not None else math.ceil(limit)
    return (whole if whole is not None else math.floor(limit)) + 1


@measures_of.register
def _(test: Level, setting: Setting) -> tuple[Measure, ...]:
    moments = [test.at] + ([test.compared_with] if test.compared_with is not None else [])
    return tuple(_level(test.level, setting.simulated(setting.day(m)), setting) for m in moments)


def _level(factor: str, day: int, setting: Setting) -> Measure:
    return Measure(Op.LEVEL, setting.world, factor=factor, start=day, end=day + 1)


@measures_of.register
def _(test: Reaches, setting: Setting) -> tuple[Measure, ...]:
    start, end = setting.window(test.start, test.by)
    ((key, threshold),) = test.bounds().items()
    op = Op.FIRST_AT_LEAST if key == "at_least" else Op.FIRST_AT_MOST
    return (
        Measure(
            op,
            setting.world,
            factor=test.reaches,
            start=start,
            end=end + 1,
            number=threshold.value,
        ),
    )


@measures_of.register
def _(test: Answered, setting: Setting) -> tuple[Measure, ...]:
    start, end = setting.window(test.start, test.end)
    if test.within >= end - start:
        raise JudgmentTestError(
            f"no event of {end - start} days can be followed for {test.within} days",
            place=setting.place,
            remedy="shorten within or let the test end later",
        )
    return (
        Measure(
            Op.ANSWERED,
            setting.world,
            series=str(test.answered),
            other=str(test.by),
            start=start,
            end=end,
            number=float(test.within),
        ),
    )


@measures_of.register(AllOf)
@measures_of.register(AnyOf)
def _(test: AllOf | AnyOf, setting: Setting) -> tuple[Measure, ...]:
    return tuple(m for part in test.parts for m in measures_of(part, setting))


@measures_of.register
def _(test: Given, setting: Setting) -> tuple[Measure, ...]:
    return measures_of(test.given, setting) + measures_of(test.holds, setting)


@measures_of.register
def _(test: Difference, setting: Setting) -> tuple[Measure, ...]:
    return tuple(
        m
        for world in worlds_of(test, setting)
        for m in quantity_measures(test.difference, setting.within(world))
    )


def quantity_measures(quantity: Quantity, setting: Setting) -> tuple[Measure, ...]:
    """Return the measures of a compared quantity in one world."""
    if quantity.probability_of is not None:
        return measures_of(quantity.probability_of, setting)
    if quantity.level is not None:
        return (_level(quantity.level, setting.simulated(setting.day(quantity.at)), setting),)
    start, end = setting.window(quantity.start, quantity.end)
    if quantity.mean_level is not None:
        factor = quantity.mean_level
        return (Measure(Op.MEAN_LEVEL, setting.world, factor=factor, start=start, end=end),)
    series = str(quantity.count or quantity.rate)
    return (Measure(Op.COUNT, setting.world, series=series, start=start, end=end),)


@singledispatch
def number_measures(test: object, setting: Setting) -> tuple[Measure, ...]:  # noqa: ARG001 - the general form
    """Return the measures of the numbers that a test of single histories puts bounds on.

    Where `measures_of` keeps the day on which a bound is reached, this keeps the count itself: what
    is forecast, and can be scored once it is known. None for a day reached, an effect or the record.
    """
    return ()


@number_measures.register(Count)
@number_measures.register(Rate)
def _(test: Count | Rate, setting: Setting) -> tuple[Measure, ...]:
    if isinstance(test, Count) and test.in_every is not None:
        return measures_of(test, setting)
    start, end = setting.window(test.start, test.end)
    series = str(test.count if isinstance(test, Count) else test.rate)
    return (Measure(Op.COUNT, setting.world, series=series, start=start, end=end),)


@number_measures.register(Level)
@number_measures.register(Answered)
def _(test: Level | Answered, setting: Setting) -> tuple[Measure, ...]:
    return measures_of(test, setting)


@number_measures.register(AllOf)
@number_measures.register(AnyOf)
def _(test: AllOf | AnyOf, setting: Setting) -> tuple[Measure, ...]:
    found = (m for part in test.parts for m in number_measures(part, setting))
    return tuple(dict.fromkeys(found))


@number_measures.register
def _(test: Given, setting: Setting) -> tuple[Measure, ...]:
    both = number_measures(test.given, setting) + number_measures(test.holds, setting)
    return tuple(dict.fromkeys(both))


def plan_for(
    case: Case, *, outlook: bool = True, numbers: bool = True, watch: bool = True
) -> MeasurePlan:
    """Return the plan that serves every judgment of a case, without doubles.

    Args:
        case: the case.
        outlook: keep also what the report compares and draws.
        numbers: keep also the numbers that tests put bounds on.
        watch: keep also what can be seen first; no history runs any longer for it.

    Raises:
        JudgmentTestError: a test cannot be put to histories.
    """
    found: dict[Measure, None] = {}
    for part in parts_of_case(case):
        found |= dict.fromkeys(measures_of(part.test, part.setting))
        if numbers:
            found |= dict.fromkeys(number_measures(part.test, part.setting))
    if outlook:
        # A replay serves the judgments that ask for it; its outlook would repeat the baseline's.
        forward = [w for w in (BASELINE, *case.what_ifs) if case.start_day(w) == case.as_of_day]
        found |= dict.fromkeys(outlook_measures(case, forward))
    horizon = _horizons(case, found)
    if watch:
        found |= dict.fromkeys(watch_measures(case, horizon))
    shown = {BASELINE: horizon[BASELINE]} if outlook else {}
    fans: tuple[Fan, ...] = tuple(outlook_fans(case, shown))
    series = {m.series for m in found} | {m.other for m in found} | {f.series for f in fans}
    indices = {name: series_classes(case.document, name) for name in sorted(series - {""})}
    return MeasurePlan(tuple(found), indices, fans, horizon)


def _horizons(case: Case, measures: Iterable[Measure]) -> dict[str, int]:
    """Return world -> day at which its histories end: the last that a measure asks for.

    A world that nothing asks for is not simulated.
    """
    ends: dict[str, int] = {}
    for measure in measures:
        known = ends.get(measure.world, case.start_day(measure.world) + 7)
        ends[measure.world] = max(known, measure.end)
    return ends
