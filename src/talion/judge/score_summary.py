"""Many scored items together: independence, averages, skill and calibration.

Two items depend on each other where they are of one case and their days overlap: one course of
events settles both. Groups of such items, joined through one another, count as one each; errors of
means are taken over groups.

Calibration is shown as the isotonic regression of outcomes on probabilities (CORP: Dimitriadis,
Gneiting and Jordan 2021, PNAS 118), with the Brier score split into miscalibration, discrimination
and uncertainty: BS = MCB - DSC + UNC. It needs 30 independent items.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.judge.score_items import Item
from talion.judge.score_numbers import COVERAGE, Interval

if TYPE_CHECKING:
    from talion.judge.score import ItemScore

__all__ = [
    "ENOUGH",
    "Calibration",
    "Mean",
    "Summary",
    "calibration",
    "independent_groups",
    "summarise",
]

ENOUGH = 30
"""Independent items under which nothing is averaged."""
F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """A mean over items, with the standard error over independent groups."""

    mean: float
    error: float
    items: int
    groups: int


@dataclass(frozen=True)
class Calibration:
    """A calibration curve with its decomposition.

    Attributes:
        forecast: probabilities, ascending.
        observed: isotonic share of tests that held, for each.
        miscalibration, discrimination, uncertainty: MCB, DSC, UNC.
    """

    forecast: tuple[float, ...]
    observed: tuple[float, ...]
    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True)
class Summary:
    """Averages over scored forecasts, hindcasts left out.

    Attributes:
        brier, log: forecaster -> mean.
        crps: forecaster -> mean over numbers; numbers of different subjects differ in size.
        coverage: forecaster -> central interval -> share that held the number.
        skill: forecaster -> baseline -> 1 - mean Brier / that of the baseline, over the items that
            both have.
        calibration: forecaster -> curve.
    """

    brier: Mapping[str, Mean]
    log: Mapping[str, Mean]
    crps: Mapping[str, Mean]
    coverage: Mapping[str, Mapping[float, float]]
    skill: Mapping[str, Mapping[str, float]]
    calibration: Mapping[str, Calibration]


def independent_groups(items: Sequence[Item], cases: Sequence[str]) -> dict[int, int]:
    """Return id(item) -> number of its independent group, from 1, in the order of the items.

    Args:
        items: to be grouped.
        cases: name of the case of each forecast file.
    """
    parent = list(range(len(items)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, first in enumerate(items):
        for j in range(i):
            if _overlap(first, items[j], cases):
                parent[root(i)] = root(j)
    numbers: dict[int, int] = {}
    return {id(item): numbers.setdefault(root(i), len(numbers) + 1) for i, item in enumerate(items)}


def _overlap(a: Item, b: Item, cases: Sequence[str]) -> bool:
    if cases[a.file] != cases[b.file]:
        return False
    first, second = a.frozen, b.frozen
    if None in (first.start, first.end, second.start, second.end):
        return True
    return bool(first.start < second.end and second.start < first.end)  # type: ignore[operator]


def summarise(scored: Sequence[ItemScore]) -> Summary:
    """Return averages over scored items."""
    names = list(dict.fromkeys(name for s in scored for name in s.tests))
    groups = np.array([s.group for s in scored])
    brier = {
        n: np.array([s.tests[n].brier if n in s.tests else math.nan for s in scored]) for n in names
    }
    log = {
        n: np.array([s.tests[n].log if n in s.tests else math.nan for s in scored]) for n in names
    }
    numbers = [(s.group, by_name) for s in scored for by_name in s.numbers.values()]
    counted = list(dict.fromkeys(name for _, by_name in numbers for name in by_name))
    crps = {
        n: np.array([by[n].crps if n in by else math.nan for _, by in numbers]) for n in counted
    }
    number_groups = np.array([group for group, _ in numbers])
    return Summary(
        {n: _mean(values, groups) for n, values in brier.items()},
        {n: _mean(values, groups) for n, values in log.items()},
        {n: _mean(values, number_groups) for n, values in crps.items()},
        {n: dict(_coverage([by[n].intervals for _, by in numbers if n in by])) for n in counted},
        {n: dict(_skill(n, brier)) for n in names},
        {n: found for n in names if (found := _calibration_of(n, scored)) is not None},
    )


def _mean(values: F8, groups: NDArray[np.int64]) -> Mean:
    """Return the mean with the error of a ratio of sums over independent groups."""
    known = np.isfinite(values)
    mean = float(values[known].mean())
    found = np.unique(groups[known])
    away = [float((values[known & (groups == g)] - mean).sum()) for g in found]
    count, g = int(known.sum()), len(found)
    error = math.sqrt(g / (g - 1) * sum(a * a for a in away)) / count if g > 1 else math.nan
    return Mean(mean, error, count, g)


def _coverage(intervals: Sequence[Mapping[float, Interval]]) -> Iterator[tuple[float, float]]:
    for level in COVERAGE:
        yield level, float(np.mean([found[level].held for found in intervals]))


def _skill(name: str, brier: Mapping[str, F8]) -> Iterator[tuple[str, float]]:
    for other, theirs in brier.items():
        both = np.isfinite(brier[name]) & np.isfinite(theirs)
        worst = float(theirs[both].mean()) if both.any() else 0.0
        if other != name and worst > 0:
            yield other, 1.0 - float(brier[name][both].mean()) / worst


def _calibration_of(name: str, scored: Sequence[ItemScore]) -> Calibration | None:
    mine = [s for s in scored if name in s.tests]
    if len({s.group for s in mine}) < ENOUGH:
        return None
    return calibration(
        np.array([s.tests[name].probability for s in mine]),
        np.array([float(bool(s.item.outcome)) for s in mine]),
    )


def calibration(probability: F8, held: F8) -> Calibration:
    """Return the calibration curve of probabilities.

    Args:
        probability: shape (items,).
        held: 1 where the test held, 0 where not; shape (items,).

    >>> found = calibration(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0.0, 0.0, 1.0, 1.0]))
    >>> found.observed, round(found.miscalibration, 3), found.uncertainty
    ((0.0, 0.0, 1.0, 1.0), 0.01, 0.25)
    """
    from scipy.optimize import isotonic_regression

    order = np.lexsort((held, probability))
    p, y = probability[order], held[order]
    # Equal probabilities are one forecast: they get one value.
    _, inverse = np.unique(p, return_inverse=True)
    weights = np.bincount(inverse).astype(np.float64)
    fitted = isotonic_regression(np.bincount(inverse, y) / weights, weights=weights).x
    observed = fitted[inverse]
    base = float(y.mean())
    brier = float(((p - y) ** 2).mean())
    recalibrated, unknowing = float(((observed - y) ** 2).mean()), base * (1 - base)
    return Calibration(
        tuple(p.tolist()),
        tuple(observed.tolist()),
        brier - recalibrated,
        unknowing - recalibrated,
        unknowing,
    )
