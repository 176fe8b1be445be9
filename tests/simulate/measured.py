"""Every measure told again in plain Python from a stored history: slow, and hard to get wrong."""

from __future__ import annotations

import math

import numpy as np

from talion.model.compiled import CompiledModel
from talion.model.measure import Measure, MeasurePlan, Op
from talion.simulate.history import History


def _times(history: History, classes: tuple[int, ...], since: float, until: float) -> np.ndarray:
    inside = np.isin(history.classes, classes)
    t = history.times[inside]
    return t[(t >= since) & (t < until)]


def _first(found: list[int], start: int) -> float:
    return float(found[0] - start) if found else math.inf


def measured(model: CompiledModel, plan: MeasurePlan, m: Measure, history: History) -> float:
    """The value of one measure of an uncapped history."""
    days = range(m.start, m.end)
    if m.op.of_factor:
        column = history.levels[:, model.factor_ids.index(m.factor)]
        level = dict(zip(history.level_days.tolist(), column.tolist(), strict=True))
        if m.op is Op.LEVEL:
            return level[m.start]
        if m.op is Op.MIN_LEVEL:
            return min(level[d] for d in days)
        if m.op is Op.MAX_LEVEL:
            return max(level[d] for d in days)
        if m.op is Op.MEAN_LEVEL:
            return math.fsum(level[d] for d in days) / len(days)
        if m.op is Op.FIRST_AT_MOST:
            return _first([d for d in days if level[d] <= m.number], m.start)
        return _first([d for d in days if level[d] >= m.number], m.start)
    classes = plan.series[m.series]
    inside = _times(history, classes, m.start, m.end)
    if m.op is Op.COUNT:
        return float(len(inside))
    if m.op is Op.LISTED_COUNT:
        chosen = history.listed & np.isin(history.classes, classes)
        t = history.times[chosen]
        return float(((t >= m.start) & (t < m.end)).sum())
    if m.op in (Op.MIN_WINDOW, Op.MAX_WINDOW):
        length = int(m.number)
        firsts = range(m.start, m.end - length + 1)
        counts = [float(((inside >= d) & (inside < d + length)).sum()) for d in firsts]
        return min(counts) if m.op is Op.MIN_WINDOW else max(counts)
    if m.op is Op.FIRST_COUNT:
        return _first([d for d in days if (inside < d + 1).sum() >= m.number], m.start)
    causes = _times(history, classes, m.start, m.end - m.number)
    answers = _times(history, plan.series[m.other], -math.inf, math.inf)
    if not len(causes):
        return math.nan
    hits = [bool(((answers > t) & (answers <= t + m.number)).any()) for t in causes]
    return sum(hits) / len(hits)
