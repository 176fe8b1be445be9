"""Tests put to the measures of an ensemble: truth of each history, effect of each draw."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import (
    DrawTruth,
    Effect,
    Share,
    effect_draws,
    effect_error,
    share_draws,
    share_of,
    share_of_draws,
    summarise_effect,
    truth_of_draws,
)
from talion.judge.measures import measures_of, quantity_measures, worlds_of
from talion.judge.parts import Setting
from talion.judge.truth import Truth, all_of, any_of, given
from talion.model.claim import (
    PERIODS,
    AllOf,
    Answered,
    AnyOf,
    Bounds,
    Count,
    Difference,
    Expression,
    Given,
    Level,
    Quantity,
    Rate,
    Reaches,
    Threshold,
)
from talion.model.measure import Measure, Op

__all__ = ["Measured", "Outcome", "Values", "evaluate", "truth_of", "verdicts"]

F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]

# Measures are kept in single precision: a level of 0.2 comes back as 0.200000003.
_SLACK = 1e-5


class Values(Protocol):
    """What a test may ask of a simulated ensemble."""

    def of(self, measure: Measure) -> F8:
        """Return a measure of every history, shape (draws, histories); NaN where not known."""
        ...

    def capped(self, world: str) -> B1:
        """Return which histories of a world were cut short, shape (draws, histories)."""
        ...

    def usual(self, series: str) -> F8:
        """Return the usual rate of a series, events per day, shape (draws,)."""
        ...


@dataclass(frozen=True)
class Measured:
    """An ensemble's measures by what they are.

    Attributes:
        index: measure -> position on the last axis of `values`.
        values: shape (draws, histories, measures).
        worlds: world -> position on the last axis of `cut`.
        cut: capped histories, shape (draws, histories, worlds).
        rates: series -> usual events per day, shape (draws,).
    """

    index: Mapping[Measure, int]
    values: NDArray[np.float32]
    worlds: Mapping[str, int]
    cut: B1
    rates: Mapping[str, F8]

    def of(self, measure: Measure) -> F8:
        """Return a measure of every history; KeyError if it was not planned."""
        return np.asarray(self.values[:, :, self.index[measure]], np.float64)

    def capped(self, world: str) -> B1:
        """Return which histories of a world were cut short."""
        return np.asarray(self.cut[:, :, self.worlds[world]], np.bool_)

    def usual(self, series: str) -> F8:
        """Return a series' usual rate in each draw."""
        return self.rates[series]


@dataclass(frozen=True)
class Outcome:
    """A test under one reading: its share, and for a single difference its effect.

    Attributes:
        share: None where no history can answer.
        effect: of a single difference between two what-ifs.
        psi: what the draws differ in, shape (D,): each draw's own probability, or its effect; NaN
            where a draw has none. None for several differences joined.
        truth: in how many answers of each draw the test holds.
    """

    share: Share | None
    effect: Effect | None = None
    psi: F8 | None = field(default=None, compare=False, repr=False)
    truth: DrawTruth | None = field(default=None, compare=False, repr=False)


def evaluate(test: Expression, setting: Setting, values: Values) -> Outcome:
    """Return a simulated test's outcome.

    Args:
        test: of kind `share` or `effect`.
        setting: where it is put.
        values: the ensemble of one reading.
    """
    if test.kind == "share":
        truth = truth_of(test, setting, values)
        return Outcome(share_of(truth), psi=share_draws(truth), truth=truth_of_draws(truth))
    psi = _effects(test, setting, values)
    share = share_of_draws(psi.holds, psi.capped, psi.histories) if psi.known else None
    known = (~psi.capped & np.isfinite(psi.psi)).astype(np.float64)
    told = DrawTruth(psi.holds * known, known)
    if not isinstance(test, Difference):
        return Outcome(share, truth=told)
    unit = _unit(test)
    effect = summarise_effect(psi.psi, psi.holds, unit, test.smallest, psi.noise, psi.error)
    return Outcome(share, effect, psi.psi, told)


def verdicts(test: Expression, setting: Setting, values: Values) -> tuple[B1, B1]:
    """Return whether each history meets a test, and where that is known; both shape (D, N).

    A comparison of what-ifs has one verdict a draw, which all its histories share. The share of
    those that meet it among those known is the test's probability.

    Args:
        test: of kind `share` or `effect`.
        setting: where it is put.
        values: the ensemble of one reading.
    """
    if test.kind == "share":
        truth = truth_of(test, setting, values)
        return truth.low, ~truth.undetermined & (truth.low == truth.high)
    effects = _effects(test, setting, values)
    shape = (effects.holds.size, effects.histories)
    holds, known = effects.holds & ~effects.capped, ~effects.capped
    return np.broadcast_to(holds[:, None], shape), np.broadcast_to(known[:, None], shape)


# --- histories -----------------------------------------------------------------------------------


@singledispatch
def truth_of(test: object, setting: Setting, values: Values) -> Truth:  # noqa: ARG001 - the general form
    """Return the truth of a test in each history.

    Raises:
        TypeError: the test is none of single histories.
    """
    raise TypeError(f"{type(test).__name__} is no test of single histories")


def _compare(test: Bounds, value: F8, capped: B1, scale: Mapping[str, F8 | float]) -> Truth:
    """Return the truth of all bounds of a test for a value of each history.

    Args:
        scale: unit -> what one of it is in units of `value`; a number, or shape (draws, 1).
    """
    parts = [
        _bound(key, threshold, value, capped, scale[threshold.unit])
        for key, threshold in test.bounds().items()
    ]
    return all_of(parts)


def _bound(key: str, threshold: Threshold, value: F8, capped: B1, one: F8 | float) -> Truth:
    known = ~np.isnan(value)
    filled = np.where(known, value, 0.0)
    limit = threshold.value * np.asarray(one, np.float64)
    slack = _SLACK * np.maximum(1.0, np.abs(limit))
    holds = {
        "at_least": filled >= limit - slack,
        "at_most": filled <= limit + slack,
        "more_than": filled > limit + slack,
        "fewer_than": filled < limit - slack,
    }[key]
    return Truth.of(holds, known, capped)


@truth_of.register
def _(test: Count, setting: Setting, values: Values) -> Truth:
    measures = measures_of(test, setting)
    if test.in_every is None:
        days = measures[0].end - measures[0].start
        return _counts(test, str(test.count), 1.0, days, setting, values)
    capped = values.capped(setting.world)
    usual = values.usual(str(test.count))[:, None] * test.in_every if _asks_usual(test) else 0.0
    scale: dict[str, F8 | float] = {"": 1.0, "events": 1.0, "x usual": usual}
    # One measure a bound: the emptiest window for a lower bound, the fullest for an upper one.
    pairs = zip(test.bounds().items(), measures, strict=True)
    return all_of([_bound(k, t, values.of(m), capped, scale[t.unit]) for (k, t), m in pairs])


@truth_of.register
def _(test: Rate, setting: Setting, values: Values) -> Truth:
    measure = measures_of(test, setting)[0]
    days = measure.end - measure.start
    return _counts(test, str(test.rate), days / PERIODS[test.per], days, setting, values)


def _counts(
    test: Count | Rate, series: str, periods: float, days: int, setting: Setting, values: Values
) -> Truth:
    """Return the truth of bounds on a count: by the day a number is reached where it is fixed.

    Args:
        periods: what a plain threshold is multiplied by to become a count of the window.
        days: length of the window, for `x usual`.
    """
    capped = values.capped(setting.world)
    usual = values.usual(series)[:, None] * days if _asks_usual(test) else 0.0
    scale: dict[str, F8 | float] = {"": periods, "events": periods, "x usual": usual}
    parts = []
    for (key, threshold), measure in zip(
        test.bounds().items(), measures_of(test, setting), strict=True
    ):
        value = values.of(measure)
        if measure.op is Op.FIRST_COUNT:
            reached = np.isfinite(value)
            holds = reached if key in ("at_least", "more_than") else ~reached
            parts.append(Truth.of(holds, ~np.isnan(value), capped))
        else:
            parts.append(_bound(key, threshold, value, capped, scale[threshold.unit]))
    return all_of(parts)


def _asks_usual(test: Bounds) -> bool:
    return any(t.unit == "x usual" for t in test.bounds().values())


@truth_of.register
def _(test: Level, setting: Setting, values: Values) -> Truth:
    now, *before = [values.of(m) for m in measures_of(test, setting)]
    capped = values.capped(setting.world)
    scale: dict[str, F8 | float] = {"": 1.0, "points": 1.0}
    if before:
        scale["%"] = before[0] / 100.0
    parts = [_compare(test, now, capped, scale)] if test.bounds() else []
    if test.between is not None:
        low, high = (Threshold(value=end) for end in test.between)
        parts.append(_bound("at_least", low, now, capped, 1.0))
        parts.append(_bound("at_most", high, now, capped, 1.0))
    return all_of(parts)


@truth_of.register
def _(test: Reaches, setting: Setting, values: Values) -> Truth:
    (measure,) = measures_of(test, setting)
    first = values.of(measure)
    return Truth.of(np.isfinite(first), ~np.isnan(first), values.capped(setting.world))


@truth_of.register
def _(test: Answered, setting: Setting, values: Values) -> Truth:
    (measure,) = measures_of(test, setting)
    return _compare(test, values.of(measure), values.capped(setting.world), {"%": 0.01})


@truth_of.register
def _(test: AllOf, setting: Setting, values: Values) -> Truth:
    return all_of([truth_of(part, setting, values) for part in test.parts])


@truth_of.register
def _(test: AnyOf, setting: Setting, values: Values) -> Truth:
    return any_of([truth_of(part, setting, values) for part in test.parts])


@truth_of.register
def _(test: Given, setting: Setting, values: Values) -> Truth:
    return given(truth_of(test.given, setting, values), truth_of(test.holds, setting, values))


# --- draws ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Effects:
    """Effect and verdict of each draw: psi (NaN for several joined), holds, capped; shape (D,)."""

    psi: F8
    holds: B1
    capped: B1
    noise: float
    error: float
    histories: int

    @property
    def known(self) -> bool:
        """Whether any draw has an effect, or may have one behind a cap."""
        return bool(np.isfinite(self.psi).any() or self.capped.any())


def _effects(test: Expression, setting: Setting, values: Values) -> _Effects:
    if isinstance(test, Difference):
        return _difference(test, setting, values)
    if not isinstance(test, AllOf | AnyOf):
        raise TypeError(f"{type(test).__name__} is no comparison of what-ifs")
    parts = [_effects(part, setting, values) for part in test.parts]
    join = np.logical_and if isinstance(test, AllOf) else np.logical_or
    joined: B1 = join.reduce([p.holds for p in parts])
    known: B1 = np.logical_and.reduce([np.isfinite(p.psi) for p in parts])
    capped: B1 = np.logical_or.reduce([p.capped for p in parts])
    return _Effects(np.where(known, 0.0, np.nan), joined, capped, 0.0, math.nan, parts[0].histories)


def _difference(test: Difference, setting: Setting, values: Values) -> _Effects:
    first, second = worlds_of(test, setting)
    a = _quantity(test.difference, setting.within(first), values)
    b = _quantity(test.difference, setting.within(second), values)
    psi, _, noise = effect_draws(a, b, test.relative)
    cut = values.capped(first) | values.capped(second)
    unknown: B1 = np.any(cut & ~(np.isfinite(a) & np.isfinite(b)), axis=1)
    filled = np.where(np.isfinite(psi), psi, 0.0)
    slack = _SLACK * max(1.0, abs(test.smallest))
    meets = filled >= test.smallest - slack if test.upward else filled <= test.smallest + slack
    error = effect_error(a, b, test.relative)
    return _Effects(psi, meets & np.isfinite(psi), unknown, noise, error, a.shape[1])


def _quantity(quantity: Quantity, setting: Setting, values: Values) -> F8:
    """Return a compared quantity of each history, shape (D, N); NaN where not known."""
    if quantity.probability_of is not None:
        truth = truth_of(quantity.probability_of, setting, values)
        settled = ~truth.undetermined & (truth.low == truth.high)
        return np.where(settled, 100.0 * truth.low, np.nan)
    (measure,) = quantity_measures(quantity, setting)
    value = values.of(measure)
    if quantity.rate is not None and measure.op is Op.COUNT:
        return value / (measure.end - measure.start) * PERIODS[quantity.per]
    return value


def _unit(test: Difference) -> str:
    if test.relative:
        return "%"
    head = test.difference.head
    if head == "rate":
        return f"events a {test.difference.per}"
    return "events" if head == "count" else "points"
