"""The observed window replayed without some recorded events, by both couplings, over posterior draws.

Effects are counterfactual less factual events, the removed ones themselves left out of both. In the
monotone coupling the replay is compared with what was observed; afresh, the replay without with the
replay with them (`talion.simulate.counterfactual`). By week the mean effect of a draw is added to what
that draw observed, so that the luck of what happened stays in both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.fit.attribution_result import Interval
from talion.model.case import EPOCH
from talion.model.history import rows_of
from talion.simulate.counterfactual_result import Effect

if TYPE_CHECKING:
    from talion.model.case import Case
    from talion.model.compiled import CompiledModel
    from talion.model.observed import ObservedWindow
    from talion.simulate.counterfactual_result import CounterfactualHistory

__all__ = ["REPLAY_HISTORIES", "KeptRow", "Replay", "ReplayedType", "ReplayedWeek", "replays"]

F8 = NDArray[np.float64]

REPLAY_HISTORIES = 40
"""Of each draw and coupling; the mean of a draw is needed by week."""


@dataclass(frozen=True)
class ReplayedWeek:
    """One week of one type.

    Attributes:
        start: its first day.
        days: how many there are of it in the window.
        observed: events, listed and imputed, over draws.
        monotone, afresh: observed plus the mean effect by each coupling, over draws, not below 0.
    """

    start: dt.date
    days: int
    observed: Interval
    monotone: Interval
    afresh: Interval


@dataclass(frozen=True)
class KeptRow:
    """A recorded row after the first departure, and in what share of monotone replays it stays."""

    row: str
    share: float


@dataclass(frozen=True)
class ReplayedType:
    """One type of events in a replay.

    Attributes:
        type: id.
        removed: events of it taken away, in the mean.
        observed: others of it from the first departure to the window's end.
        monotone, afresh: how many more or fewer, by each coupling; NaN if every replay was capped.
        kept: its recorded rows since then.
        weeks: of the whole window.
    """

    type: str
    removed: float
    observed: Interval
    monotone: Effect
    afresh: Effect
    kept: tuple[KeptRow, ...]
    weeks: tuple[ReplayedWeek, ...]

    @property
    def kept_share(self) -> float | None:
        """Mean share of replays in which a recorded row stays; None without any row."""
        if not self.kept:
            return None
        return sum(row.share for row in self.kept) / len(self.kept)


@dataclass(frozen=True)
class Replay:
    """One counterfactual of a case.

    Attributes:
        name, title, because: of the case file.
        rows: recorded rows taken away, with their first days.
        departure: day before which nothing differs in any draw.
        draws, histories, seed: sizes of each coupling.
        capped: largest share, over couplings, of replays that reached the cap of events.
        types: recorded ones that may differ: target types, those taken away, those that did.
    """

    name: str
    title: str
    because: str
    rows: Mapping[str, dt.date]
    departure: dt.date
    draws: int
    histories: int
    seed: int
    capped: float
    types: tuple[ReplayedType, ...]

    def of(self, name: str) -> ReplayedType | None:
        """Return what was found of a type; None if it cannot differ."""
        return next((found for found in self.types if found.type == name), None)


def replays(
    case: Case,
    model: CompiledModel,
    window: ObservedWindow,
    targets: Sequence[str],
    *,
    seed: int,
    workers: int = 1,
    histories: int = REPLAY_HISTORIES,
) -> tuple[Replay, ...]:
    """Replay the window for each counterfactual of a case.

    Args:
        case: names the rows.
        model: compiled with `given` of the window's past.
        window: what happened.
        targets: types of events whose rates events move.
        seed: of the replays; changes no observed number.
        workers: threads; change no number.
        histories: of each draw and coupling.
    """
    from talion.simulate.counterfactual import counterfactual_history

    told = []
    for name, asked in case.document.counterfactuals.items():
        rows = {case.record.event(k).id: case.record.event(k).start for k in asked.remove}
        found = counterfactual_history(
            model, window, remove_rows=tuple(rows), histories=histories, seed=seed, workers=workers
        )
        first = int(np.floor(found.departure.min()))
        marked = window.marked(tuple(rows))
        types = tuple(_types(case, model, window, found, marked, targets))
        told.append(
            Replay(
                name, asked.title, asked.because, rows, EPOCH + first * dt.timedelta(days=1),
                window.draws, histories, seed, max(found.capped.values()), types,
            )
        )  # fmt: skip
    return tuple(told)


def _types(
    case: Case,
    model: CompiledModel,
    window: ObservedWindow,
    found: CounterfactualHistory,
    marked: Sequence[NDArray[np.bool_]],
    targets: Sequence[str],
) -> Iterator[ReplayedType]:
    """Yield the types that may differ; those that neither did nor were taken away are left out.

    So are types of which the record holds no row: their past is not told in events.
    """
    first = int(np.floor(found.departure.min()))
    type_of = model.structure.class_type
    for k, name in enumerate(model.type_ids):
        if not rows_of(case.events[name], case.record):
            continue
        gone = np.zeros((window.draws, window.weeks))
        later = np.zeros(window.draws)
        for d, (course, mask) in enumerate(zip(window.courses, marked, strict=True)):
            own = type_of[course.classes] == k
            week = (np.floor(course.times[own & mask]).astype(np.int64) - window.start) // 7
            np.add.at(gone[d], week, 1.0)
            later[d] = (own & ~mask & (course.times >= found.departure[d])).sum()
        moved = {way: _moved(found, way, k) + gone[:, None] for way in ("monotone", "fresh")}
        if name not in targets and not gone.any() and not any(map(_differs, moved.values())):
            continue
        yield ReplayedType(
            name,
            float(gone.sum(axis=1).mean()),
            Interval.of(later),
            _effect(moved["monotone"].sum(axis=2)),
            _effect(moved["fresh"].sum(axis=2)),
            tuple(_kept(case, found, name, first)),
            tuple(_weeks(window, found.observed[:, k] - gone, moved)),
        )


def _moved(found: CounterfactualHistory, way: str, k: int) -> F8:
    """[D, N, W] counterfactual less factual events of a type, those removed counted as lost."""
    if way == "monotone":
        return found.monotone[:, :, k].astype(np.float64) - found.observed[:, None, k]
    return found.fresh_without[:, :, k].astype(np.float64) - found.fresh_with[:, :, k]


def _differs(moved: F8) -> bool:
    return bool((np.nan_to_num(moved) != 0.0).any())


def _effect(moved: F8) -> Effect:
    """Summarise a difference, [D, N]; NaN throughout if every replay was capped."""
    there = ~np.isnan(moved)
    if not there.any():
        return Effect(*(float("nan"),) * 6)
    means = np.nanmean(moved[there.any(axis=1)], axis=1)
    points = (*np.quantile(moved[there], (0.1, 0.5, 0.9)), *np.quantile(means, (0.1, 0.9)))
    return Effect(float(means.mean()), *(float(x) for x in points))


def _kept(case: Case, found: CounterfactualHistory, name: str, first: int) -> Iterator[KeptRow]:
    for row in rows_of(case.events[name], case.record):
        since = (row.end - EPOCH).days >= first
        if since and row.id in found.kept and row.id not in found.removed:
            yield KeptRow(row.id, found.kept[row.id])


def _weeks(window: ObservedWindow, observed: F8, moved: Mapping[str, F8]) -> Iterator[ReplayedWeek]:
    means = {}
    for way, values in moved.items():
        there = ~np.isnan(values).all(axis=(1, 2))
        per_draw = np.nanmean(values[there], axis=1) if there.any() else values[:0, 0]
        means[way] = np.maximum(observed[there] + per_draw, 0.0)
    step = dt.timedelta(days=1)
    for w in range(window.weeks):
        start = window.start + 7 * w
        yield ReplayedWeek(
            EPOCH + start * step,
            min(7, window.end - start),
            Interval.of(observed[:, w]),
            *(_interval(means[way][:, w]) for way in ("monotone", "fresh")),
        )


def _interval(values: F8) -> Interval:
    return Interval.of(values) if values.size else Interval(*(float("nan"),) * 4)
