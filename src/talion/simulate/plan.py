"""From a measure plan to the arrays the kernel reads, one set for each what-if; checked here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import PlanError
from talion.model.compiled import CompiledModel
from talion.model.measure import COUNT_EDGES, LEVEL_BINS, Fan, Measure, MeasurePlan, Op, level_edges
from talion.simulate.arrays import PlanArrays

__all__ = ["FanSlot", "WorldPlan", "compile_plan"]

I8 = NDArray[np.int64]


@dataclass(frozen=True)
class FanSlot:
    """Where one fan lies in its what-if's flat histogram."""

    fan: Fan
    offset: int
    edges: NDArray[np.float64]

    @property
    def bins(self) -> int:
        """Bins of one week."""
        return len(self.edges) - 1

    @property
    def size(self) -> int:
        """Cells of all weeks."""
        return self.fan.weeks * self.bins


@dataclass(frozen=True)
class WorldPlan:
    """One what-if's share of a plan."""

    world: str
    index: int
    n_days: int
    arrays: PlanArrays
    fans: tuple[FanSlot, ...]

    @property
    def fan_cells(self) -> int:
        """Length of the flat histogram."""
        return sum(slot.size for slot in self.fans)


def _offsets(rows: Sequence[Sequence[int]]) -> tuple[I8, I8]:
    """Rows of different lengths as offsets and one flat array."""
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return start, np.array([i for row in rows for i in row], np.int64)


def _check_range(measure: Measure, first: int, horizon: int) -> None:
    """Refuse a measure that looks outside what is simulated."""
    place = f"measure {measure.op.name} of {measure.series or measure.factor} in {measure.world}"
    if measure.op is Op.LEVEL:
        if not first <= measure.start <= horizon:
            raise PlanError(
                f"the day must lie in the simulated days {first}..{horizon}",
                place=place,
                value=measure.start,
            )
        return
    # The last midnight is simulated too, so a level may be asked for there.
    if not first <= measure.start < measure.end <= horizon + int(measure.op.of_factor):
        raise PlanError(
            f"the range must lie in the simulated days {first}..{horizon} and not be empty",
            place=place,
            value=(measure.start, measure.end),
        )
    if measure.op in (Op.MIN_WINDOW, Op.MAX_WINDOW):
        length = int(measure.number)
        if length != measure.number or not 1 <= length <= measure.end - measure.start:
            raise PlanError(
                "a window must be a whole number of days and fit the range",
                place=place,
                value=measure.number,
            )
    if measure.op is Op.ANSWERED and not 0.0 < measure.number < measure.end - measure.start:
        raise PlanError(
            "the days to answer must be positive and shorter than the range",
            place=place,
            value=measure.number,
        )


class _Names:
    """Series and factors that one what-if's measures and fans use, numbered as met."""

    def __init__(self, model: CompiledModel, plan: MeasurePlan) -> None:
        self.model, self.plan = model, plan
        self.series: dict[str, int] = {}
        self.factors: dict[str, int] = {}

    def of_series(self, name: str) -> int:
        if name not in self.plan.series:
            raise PlanError(
                "no such series in the plan",
                value=name,
                remedy=f"known: {sorted(self.plan.series)}",
            )
        return self.series.setdefault(name, len(self.series))

    def of_factor(self, name: str) -> int:
        if name not in self.model.factor_ids:
            raise PlanError(
                "no such factor in the model", value=name, remedy=f"known: {self.model.factor_ids}"
            )
        return self.factors.setdefault(name, len(self.factors))

    def stored(self) -> I8:
        return np.array([self.model.factor_ids.index(name) for name in self.factors], np.int64)

    def member(self) -> I8:
        classes = len(self.model.structure.class_type)
        member = np.zeros((len(self.series), classes), np.int64)
        for name, row in self.series.items():
            for c in self.plan.series[name]:
                if not 0 <= c < classes:
                    raise PlanError("no such class of events", place=f"series {name}", value=c)
                member[row, c] = 1
        return member


def _fan_slots(
    model: CompiledModel, fans: Sequence[Fan], first: int, horizon: int
) -> list[FanSlot]:
    slots, offset = [], 0
    for fan in fans:
        place = f"fan of {fan.series or fan.factor} in {fan.world}"
        if bool(fan.series) == bool(fan.factor):
            raise PlanError("a fan is of a series or of a factor, one of them", place=place)
        if fan.weeks < 1 or not first <= fan.start <= fan.start + 7 * fan.weeks <= horizon:
            raise PlanError(
                f"its weeks must lie in the simulated days {first}..{horizon}",
                place=place,
                value=(fan.start, fan.weeks),
            )
        if fan.series:
            edges = np.array(COUNT_EDGES)
        else:
            if fan.factor not in model.factor_ids:
                raise PlanError("no such factor in the model", place=place, value=fan.factor)
            f = model.factor_ids.index(fan.factor)
            lo, hi = model.structure.lo[f], model.structure.hi[f]
            if not (np.isfinite(lo) and np.isfinite(hi) and lo < hi):
                raise PlanError("the factor needs a finite range", place=place, value=(lo, hi))
            edges = level_edges(float(lo), float(hi))
        slots.append(FanSlot(fan, offset, edges))
        offset += slots[-1].size
    return slots


def _of_world(model: CompiledModel, plan: MeasurePlan, index: int, horizon: int) -> WorldPlan:
    spec = model.worlds[index]
    first = model.starts[spec.start_index].day
    rows = [(i, m) for i, m in enumerate(plan.measures) if m.world == spec.id]
    for _, measure in rows:
        _check_range(measure, first, horizon)
    slots = _fan_slots(model, [f for f in plan.fans if f.world == spec.id], first, horizon)
    names = _Names(model, plan)
    series = [-1 if m.op.of_factor else names.of_series(m.series) for _, m in rows]
    factor = [names.of_factor(m.factor) if m.op.of_factor else -1 for _, m in rows]
    other = [names.of_series(m.other) if m.op is Op.ANSWERED else -1 for _, m in rows]
    fan_series = [names.of_series(s.fan.series) if s.fan.series else -1 for s in slots]
    fan_factor = [names.of_factor(s.fan.factor) if s.fan.factor else -1 for s in slots]
    member = names.member()
    cs_start, cs_series = _offsets([np.flatnonzero(column).tolist() for column in member.T])
    spans = [s.edges[-1] - s.edges[0] if s.fan.factor else 1.0 for s in slots]
    arrays = PlanArrays(
        op=np.array([int(m.op) for _, m in rows], np.int64),
        series=np.array(series, np.int64),
        factor=np.array(factor, np.int64),
        start=np.array([m.start - first for _, m in rows], np.int64),
        end=np.array([m.end - first for _, m in rows], np.int64),
        number=np.array([m.number for _, m in rows], np.float64),
        other=np.array(other, np.int64),
        column=np.array([i for i, _ in rows], np.int64),
        member=member,
        cs_start=cs_start,
        cs_series=cs_series,
        stored=names.stored(),
        fan_series=np.array(fan_series, np.int64),
        fan_factor=np.array(fan_factor, np.int64),
        fan_start=np.array([s.fan.start - first for s in slots], np.int64),
        fan_weeks=np.array([s.fan.weeks for s in slots], np.int64),
        fan_bins=np.array([s.bins for s in slots], np.int64),
        fan_offset=np.array([s.offset for s in slots], np.int64),
        fan_lo=np.array([s.edges[0] for s in slots], np.float64),
        fan_per_unit=LEVEL_BINS / np.array(spans, np.float64),
        count_edges=np.array(COUNT_EDGES),
    )
    return WorldPlan(spec.id, index, horizon - first, arrays, tuple(slots))


def compile_plan(model: CompiledModel, plan: MeasurePlan) -> tuple[WorldPlan, ...]:
    """Split a plan by what-if and check it against the model.

    Args:
        model: the compiled model.
        plan: what to keep; its `horizon` names every what-if to simulate.

    Returns:
        One part for each what-if of the model that the plan names, in the model's order.

    Raises:
        PlanError: an unknown what-if, series, factor or class, or a range outside what is
            simulated.
    """
    known = {spec.id for spec in model.worlds}
    named = {m.world for m in plan.measures} | {f.world for f in plan.fans} | set(plan.horizon)
    if unknown := sorted(named - known):
        raise PlanError("no such what-if", value=unknown[0], remedy=f"known: {sorted(known)}")
    if missing := sorted(named - set(plan.horizon)):
        raise PlanError("the plan gives no horizon for a what-if it measures", value=missing[0])
    parts = []
    for index, spec in enumerate(model.worlds):
        if spec.id in plan.horizon:
            first, horizon = model.starts[spec.start_index].day, plan.horizon[spec.id]
            if horizon <= first:
                raise PlanError(
                    "the horizon must be after the start",
                    place=f"what-if {spec.id}",
                    value=horizon,
                )
            parts.append(_of_world(model, plan, index, horizon))
    return tuple(parts)
