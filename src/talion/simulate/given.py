"""One draw of an observed window as the replay reads it: recorded changes and what set them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import CompiledModel
from talion.model.observed import ObservedWindow
from talion.model.process import Course

if TYPE_CHECKING:
    from talion.simulate.counterfactual_tracks import Given

__all__ = ["given_draw"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_SAME = 1e-9  # two doses this close are one state


def given_draw(
    model: CompiledModel, window: ObservedWindow, draw: int, removed: NDArray[np.bool_]
) -> Given:
    """Gather what happened in one draw.

    Args:
        removed: [n] events taken away.

    Returns:
        Plain arrays; each recorded change with the events that can have set it.
    """
    from talion.simulate.counterfactual_tracks import Given

    course = window.courses[draw]
    changes = _changes(model, course, window.start)
    by_event = _set_by(model, course, draw, changes)
    setters = np.zeros(len(changes), np.int64)
    for own in by_event:
        setters[own] += 1
    starts = np.concatenate([[0], np.cumsum([len(own) for own in by_event])])
    return Given(
        time=np.array(course.times, np.float64),
        event_class=np.array(course.classes, np.int64),
        removed=np.array(removed, np.int64),
        levels=np.array(course.levels, np.float64, order="C"),
        shocks=np.array(window.shocks[draw], order="C"),
        change_time=np.array([c[0] for c in changes], np.float64),
        change_factor=np.array([c[1] for c in changes], np.int64),
        change_value=np.array([c[2] for c in changes], np.float64),
        setters=setters,
        sets_start=starts.astype(np.int64),
        sets=np.array([j for own in by_event for j in own], np.int64),
        mass=np.array(window.mass[draw], order="C"),
        u=np.array(window.u[draw]),
    )


def _changes(model: CompiledModel, course: Course, start: int) -> list[tuple[float, int, float]]:
    """Recorded changes in order of time: switches at midnights, and what was set within days."""
    found = [
        (float(t), int(f), float(v))
        for t, f, v in zip(course.set_times, course.set_factors, course.set_values, strict=True)
    ]
    for f in np.flatnonzero(model.structure.is_level == 0):
        own = [c for c in found if c[1] == f]
        now, path = course.levels[0, f], course.levels[:, f]
        for m in range(1, len(path)):
            for when, _, value in own:
                if start + m - 1 <= when < start + m:
                    now = value
            if path[m] != now:
                found.append((float(start + m), int(f), float(path[m])))
            now = path[m]
    return sorted(found, key=lambda change: change[0])


def _set_by(
    model: CompiledModel, course: Course, draw: int, changes: list[tuple[float, int, float]]
) -> list[list[int]]:
    """For each event the changes that a rule of the case lets it have set.

    A change within the day is the event's own if it comes at its moment; one at a midnight, if it
    is that of the event's day (records date a state to the day) or the next.
    """
    s, values = model.structure, model.draws.sr_value[draw]
    out: list[list[int]] = []
    for t, c in zip(course.times, course.classes, strict=True):
        rules = range(int(s.sr_start[c]), int(s.sr_start[c + 1]))
        day, own = np.floor(t), set()
        for r in rules:
            for j, (when, f, value) in enumerate(changes):
                in_time = when in (t, day, day + 1.0)
                if in_time and f == s.sr_factor[r] and abs(value - values[r]) < _SAME:
                    own.add(j)
        out.append(sorted(own))
    return out
