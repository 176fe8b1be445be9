"""What is taken as having happened in a window: events, factor levels and the noise behind them.

Attribution (`talion.fit.attribution`) and counterfactual history (`talion.simulate.counterfactual`)
both ask of a course of events that is already there. It comes from posterior draws of the past, or
from simulated histories; either way it is told draw by draw in the same arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.errors import SimulationError
from talion.model.compiled import CompiledModel
from talion.model.past import Past
from talion.model.process import Course

__all__ = ["ObservedWindow", "observed_window", "window_of_past"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ObservedWindow:
    """What happened in [start, end), in each of D draws of a compiled model."""

    start: int
    """Absolute day (days since 1 January 1970) at whose midnight the window begins."""
    end: int
    """Absolute day at whose midnight it ends."""
    courses: tuple[Course, ...]
    """One a draw: events in order of time, factors at every midnight from `start` to `end`."""
    rows: tuple[I8, ...]
    """One a draw: for each event the index into `row_ids`, or -1 for an unlisted event."""
    row_ids: tuple[str, ...]
    mass: F8
    """[D, S, H] decayed sums of what went before the window, as `Start.mass`."""
    u: F8
    """[D, C] suppression at the window's start."""
    shocks: F8
    """[D, days + 1, F] what was added to each factor at each midnight beside the tick; NaN where
    not known, in which case it is what the levels leave over: exact but where a level was cut off
    at the end of its range."""

    @property
    def draws(self) -> int:
        """Number of draws, D."""
        return len(self.courses)

    @property
    def days(self) -> int:
        """Whole days of the window."""
        return self.end - self.start

    @property
    def weeks(self) -> int:
        """Weeks of seven days counted from the start; the last may be shorter."""
        return -(-self.days // 7)

    def marked(self, rows: Sequence[str]) -> tuple[NDArray[np.bool_], ...]:
        """Return, for each draw, which events come from the recorded rows named.

        Raises:
            SimulationError: a row that is not in the window of any draw.
        """
        known = {name: i for i, name in enumerate(self.row_ids)}
        for name in rows:
            if name not in known:
                raise SimulationError(
                    "no such recorded row in this past",
                    value=name,
                    remedy="name rows by their ids in the record",
                )
        wanted = np.array([known[name] for name in rows], np.int64)
        return tuple(np.isin(own, wanted) for own in self.rows)


def observed_window(
    model: CompiledModel,
    start: int,
    end: int,
    courses: Sequence[Course],
    *,
    rows: Sequence[ArrayLike] | None = None,
    row_ids: Sequence[str] = (),
    mass: ArrayLike | None = None,
    u: ArrayLike | None = None,
    shocks: ArrayLike | None = None,
) -> ObservedWindow:
    """Check what happened against a model and make its window.

    Args:
        model: the compiled model; draw d of it goes with course d.
        start, end: absolute days; events lie in [start, end).
        courses: one a draw, at most the model's draws.
        rows: one array a draw, index into `row_ids` of each event or -1; all -1 by default.
        row_ids: ids of recorded rows.
        mass: [D, S, H] or [S, H], what went before; nothing by default.
        u: [D, C] or [C]; zero by default.
        shocks: [D, days + 1, F], noise of each midnight; taken from the levels by default.

    Raises:
        SimulationError: what happened does not fit the model, naming draw and array.
    """
    s, draws, days = model.structure, len(courses), end - start
    classes, factors = len(s.class_type), len(s.factor_hash)
    if not 0 < draws <= model.n_draws or days < 1:
        raise SimulationError("no such draws or no day in the window", value=(draws, days))
    own_rows = [np.full(len(c.times), -1) for c in courses] if rows is None else rows
    kept_rows = []
    for d, course in enumerate(courses):
        place, own = f"draw {d}", np.asarray(own_rows[d], np.int64)
        _check_course(course, start, end, classes, factors, place)
        if own.shape != course.times.shape or ((own < -1) | (own >= len(row_ids))).any():
            raise SimulationError("rows do not fit the events", place=place, value=own.tolist())
        kept_rows.append(own)
    none = np.full((days + 1, factors), np.nan)
    return ObservedWindow(
        start=start,
        end=end,
        courses=tuple(courses),
        rows=tuple(kept_rows),
        row_ids=tuple(row_ids),
        mass=_spread(mass, np.zeros((classes, len(s.half_life))), draws, "mass"),
        u=_spread(u, np.zeros(len(s.ch_half)), draws, "u"),
        shocks=_spread(shocks, none, draws, "shocks"),
    )


def window_of_past(model: CompiledModel, past: Past, levels: ArrayLike) -> ObservedWindow:
    """Make the window of a posterior's past.

    Memory is empty where the past begins, as in the run-in. What the run-in spreads evenly over
    days (types without any record, at their usual rate) is no event here: its part in the levels
    counts as given, like noise, and it excites nothing.

    Args:
        model: compiled with `given` of this past.
        past: at least the model's draws.
        levels: [D, days + 1, F], from `talion.model.compile.past_levels`.

    Raises:
        SimulationError: the levels do not fit the past or the model.
    """
    path = np.asarray(levels, np.float64)
    own = past.first(model.n_draws)
    if path.shape != (own.draws, own.days + 1, len(model.factor_ids)):
        raise SimulationError(
            f"must have shape {(own.draws, own.days + 1, len(model.factor_ids))}",
            place="past.levels",
            value=path.shape,
        )
    none, no_factor = np.zeros(0), np.zeros(0, np.int64)
    parts = [own.of(d) for d in range(own.draws)]
    courses = [
        Course(times, classes, path[d], none, no_factor, none)
        for d, (times, classes, _) in enumerate(parts)
    ]
    rows = [own_rows for _, _, own_rows in parts]
    return observed_window(model, own.start, own.end, courses, rows=rows, row_ids=own.row_ids)


def _check_course(
    course: Course, start: int, end: int, classes: int, factors: int, place: str
) -> None:
    t = course.times
    wrong = (
        ("events are not in order of time", bool((np.diff(t) < 0).any())),
        ("an event outside the window", bool(((t < start) | (t >= end)).any())),
        ("times and classes differ in number", t.shape != course.classes.shape),
        ("no such class", bool(((course.classes < 0) | (course.classes >= classes)).any())),
        ("levels need one row a midnight", course.levels.shape != (end - start + 1, factors)),
        ("a level is not finite", not np.isfinite(course.levels).all()),
        (
            "no such factor",
            bool(((course.set_factors < 0) | (course.set_factors >= factors)).any()),
        ),
    )
    for message, found in wrong:
        if found:
            raise SimulationError(
                f"the past does not fit the model: {message}", place=place, value=t.shape
            )


def _spread(given: ArrayLike | None, default: F8, draws: int, name: str) -> F8:
    """One array a draw, from one for all or one each."""
    shape = (draws, *default.shape)
    array = np.asarray(default if given is None else given, np.float64)
    if array.shape not in (default.shape, shape):
        raise SimulationError(f"must have shape {shape}", place=f"past.{name}", value=array.shape)
    return np.array(np.broadcast_to(array, shape))
