"""Measures and fans of one history, from its tape, before the next history overwrites it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.model.measure import Op
from talion.simulate.arrays import PlanArrays, Tape
from talion.simulate.compiling import inner

__all__ = ["fill_fans", "fill_measures", "running_counts"]

I4 = NDArray[np.int32]
F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_COUNT, _LISTED = int(Op.COUNT), int(Op.LISTED_COUNT)
_MIN_WINDOW, _MAX_WINDOW = int(Op.MIN_WINDOW), int(Op.MAX_WINDOW)
_LEVEL, _MIN_LEVEL = int(Op.LEVEL), int(Op.MIN_LEVEL)
_MAX_LEVEL, _MEAN_LEVEL = int(Op.MAX_LEVEL), int(Op.MEAN_LEVEL)
_AT_MOST, _AT_LEAST = int(Op.FIRST_AT_MOST), int(Op.FIRST_AT_LEAST)
_FIRST_COUNT, _ANSWERED = int(Op.FIRST_COUNT), int(Op.ANSWERED)


@inner
def running_counts(p: PlanArrays, tape: Tape, n: int, first: int, n_days: int, total: I8) -> None:
    """total[series, i] = events of the series before day i."""
    for series in range(total.shape[0]):
        for day in range(n_days + 1):
            total[series, day] = 0
    for i in range(n):
        day = int(tape.time[i]) - first
        c = tape.event_class[i]
        for j in range(p.cs_start[c], p.cs_start[c + 1]):
            total[p.cs_series[j], day + 1] += 1
    for series in range(total.shape[0]):
        for day in range(n_days):
            total[series, day + 1] += total[series, day]


@inner
def _window(total: I8, series: int, start: int, end: int, length: int, lowest: bool) -> float:
    """Fewest or most events in a window of whole days inside [start, end)."""
    best = np.inf if lowest else -np.inf
    for day in range(start, end - length + 1):
        count = float(total[series, day + length] - total[series, day])
        best = min(best, count) if lowest else max(best, count)
    return best


@inner
def _over_days(level: F8, factor: int, start: int, end: int, op: int) -> float:
    """Lowest, highest or mean level over the midnights of [start, end)."""
    value = 0.0 if op == _MEAN_LEVEL else level[start, factor]
    for day in range(start, end):
        here = level[day, factor]
        if op == _MIN_LEVEL:
            value = min(value, here)
        elif op == _MAX_LEVEL:
            value = max(value, here)
        else:
            value += here
    return value / (end - start) if op == _MEAN_LEVEL else value


@inner
def _first_level(
    level: F8, factor: int, start: int, end: int, known: int, bar: float, below: bool
) -> float:
    """Days to the first midnight at or past the bar; `known` is the last midnight simulated."""
    for day in range(start, min(end, known + 1)):
        here = level[day, factor]
        if (here <= bar) if below else (here >= bar):
            return float(day - start)
    return np.nan if known < end - 1 else np.inf


@inner
def _first_count(total: I8, series: int, start: int, end: int, whole: int, number: float) -> float:
    """Days to the day on which the count from `start` reaches a number."""
    # The day on which a capped history stopped is incomplete, but what it holds has happened.
    for day in range(start, min(end, whole + 1)):
        if total[series, day + 1] - total[series, start] >= number:
            return float(day - start)
    return np.nan if whole < end else np.inf


@inner
def _answered(
    p: PlanArrays, tape: Tape, n: int, cause: int, answer: int, since: float, until: float,
    within: float,
) -> float:  # fmt: skip
    """Share of causes in [since, until) followed within so many days by an answer."""
    causes, answers = 0, 0
    nearest, beyond = np.inf, np.inf  # the nearest later answer, and the nearest later than that
    for i in range(n - 1, -1, -1):
        t, c = tape.time[i], tape.event_class[i]
        if t < since:
            break
        if p.member[cause, c] == 1 and t < until:
            causes += 1
            if (nearest if nearest > t else beyond) <= t + within:
                answers += 1
        if p.member[answer, c] == 1 and t < nearest:
            beyond = nearest
            nearest = t
    return answers / causes if causes > 0 else np.nan


@inner
def _listed_count(
    p: PlanArrays, tape: Tape, n: int, series: int, since: float, until: float
) -> float:
    """Listed events of a series in [since, until)."""
    count = 0
    for i in range(n):
        if since <= tape.time[i] < until and tape.listed[i] == 1:
            count += p.member[series, tape.event_class[i]]
    return float(count)


@inner
def fill_measures(  # noqa: C901 - one branch an operation
    p: PlanArrays, tape: Tape, n: int, first: int, whole: int, known: int, total: I8, out: F4
) -> None:
    """Enter every measure of the plan into `out`, at its column.

    Args:
        n: number of events on the tape.
        first: absolute start day.
        whole: days simulated whole; less than the horizon if the history was capped.
        known: last midnight whose levels are known.
        total: [series, days + 1] running counts.
        out: [columns] values; NaN where the history stopped before the value was determined.
    """
    for m in range(p.op.shape[0]):
        op, series, start, end = p.op[m], p.series[m], p.start[m], p.end[m]
        factor, number = p.factor[m], p.number[m]
        value = np.nan
        if op == _LEVEL:
            if start <= known:
                value = tape.level[start, factor]
        elif op in (_AT_MOST, _AT_LEAST):
            value = _first_level(tape.level, factor, start, end, known, number, op == _AT_MOST)
        elif op in (_MIN_LEVEL, _MAX_LEVEL, _MEAN_LEVEL):
            if end - 1 <= known:
                value = _over_days(tape.level, factor, start, end, op)
        elif op == _FIRST_COUNT:
            value = _first_count(total, series, start, end, whole, number)
        elif end <= whole:
            if op == _COUNT:
                value = float(total[series, end] - total[series, start])
            elif op in (_MIN_WINDOW, _MAX_WINDOW):
                value = _window(total, series, start, end, int(number), op == _MIN_WINDOW)
            elif op == _ANSWERED:
                value = _answered(
                    p, tape, n, series, p.other[m], first + start, first + end - number, number
                )
            elif op == _LISTED:
                value = _listed_count(p, tape, n, series, first + start, first + end)
        out[p.column[m]] = value


@inner
def _count_bin(count: int, edges: F8) -> int:
    """The bin of a weekly count; the first hundred are one count wide."""
    if count <= 100:
        return count
    bin_ = 100
    while bin_ < edges.shape[0] - 2 and count >= edges[bin_ + 1]:
        bin_ += 1
    return bin_


@inner
def fill_fans(p: PlanArrays, tape: Tape, whole: int, known: int, total: I8, fans: I4) -> None:
    """Add a history to the fans' histograms; weeks it did not live through are left out."""
    for i in range(p.fan_weeks.shape[0]):
        series, factor, bins = p.fan_series[i], p.fan_factor[i], p.fan_bins[i]
        for week in range(p.fan_weeks[i]):
            day = p.fan_start[i] + 7 * week
            if series >= 0:
                if day + 7 > whole:
                    break
                at = _count_bin(total[series, day + 7] - total[series, day], p.count_edges)
            else:
                if day > known:
                    break
                here = (tape.level[day, factor] - p.fan_lo[i]) * p.fan_per_unit[i]
                at = min(max(math.floor(here), 0), bins - 1)
            fans[p.fan_offset[i] + week * bins + at] += 1
