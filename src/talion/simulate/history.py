"""One history in full: its events and daily levels, made again from its numbers.

Ensembles keep measures only. A history is a function of (seed, draw, history, what-if), so any one
of them is made again by the same kernel in a fraction of a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import SimulationError
from talion.model.compiled import CompiledModel, Structure
from talion.model.measure import MeasurePlan
from talion.model.process import Course
from talion.simulate.check import check_model
from talion.simulate.ensemble import EVENT_CAP
from talion.simulate.plan import compile_plan
from talion.simulate.room import Room

__all__ = ["History", "simulate_history"]


@dataclass(frozen=True)
class History:
    """One simulated course of events."""

    world: str
    draw: int
    history: int
    start: int
    """Absolute day on which it begins."""
    end: int
    """Day at whose midnight it ends."""
    times: NDArray[np.float64]
    """[n] absolute days, ascending."""
    types: NDArray[np.int64]
    """[n]"""
    classes: NDArray[np.int64]
    """[n]"""
    listed: NDArray[np.bool_]
    """[n]"""
    level_days: NDArray[np.int64]
    """[days + 1] absolute days; fewer where the history was capped."""
    levels: NDArray[np.float64]
    """[days + 1, F] every factor at 00:00, after the tick."""
    set_times: NDArray[np.float64]
    """[changes] when an event set a factor within the day."""
    set_factors: NDArray[np.int64]
    set_values: NDArray[np.float64]
    capped: bool

    def course(self) -> Course:
        """What `talion.model.process` needs to tell the rates along this history."""
        return Course(
            self.times,
            self.classes,
            self.levels,
            self.set_times,
            self.set_factors,
            self.set_values,
        )


def _log_length(s: Structure, event_cap: int) -> int:
    """Room for every change the events can make: a rule one, a decision two."""
    rules, calls = np.diff(s.sr_start), np.diff(s.dc_start)
    return int(event_cap * (rules + 2 * calls).max(initial=0))


def simulate_history(
    model: CompiledModel,
    world: str,
    draw: int,
    history: int,
    days: int,
    *,
    event_cap: int = EVENT_CAP,
) -> History:
    """Make one history again, event for event the one an ensemble saw.

    Args:
        model: the compiled model, with its seed.
        world: id of the what-if.
        draw: which draw.
        history: which history of the draw; any number from 0 on.
        days: days to simulate from the what-if's start.
        event_cap: events after which it stops.

    Raises:
        SimulationError: no such draw or history, or an inconsistent model.
        KeyError: no such what-if.
    """
    from talion.simulate.cache import compiled_block

    if not 0 <= draw < model.n_draws or history < 0 or days < 1:
        raise SimulationError("no such draw, history or length", value=(draw, history, days))
    check_model(model, event_cap)
    spec = model.worlds[model.world_index(world)]
    start = model.starts[spec.start_index]
    (part,) = compile_plan(model, MeasurePlan((), {}, (), {world: start.day + days}))
    factors = len(model.factor_ids)
    room = Room(model, event_cap, _log_length(model.structure, event_cap))
    tape = room.tape(days, factors)
    arrays = part.arrays._replace(stored=np.arange(factors, dtype=np.int64))
    # The kernel counts histories over all draws: number i is history i % n of draw i // n.
    number = draw * (history + 1) + history
    capped = np.zeros(number + 1, np.uint8)
    room.run(
        compiled_block(), part, arrays, tape, history + 1, (number, number + 1),
        np.empty((number + 1, 0), np.float32), capped, np.zeros(0, np.int32),
    )  # fmt: skip
    n, logged = int(room.tally[2]), int(room.tally[3])
    known = int(room.tally[4]) + 1
    classes = tape.event_class[:n].copy()
    return History(
        world=world,
        draw=draw,
        history=history,
        start=start.day,
        end=start.day + days,
        times=tape.time[:n].copy(),
        types=model.structure.class_type[classes],
        classes=classes,
        listed=tape.listed[:n].astype(np.bool_),
        level_days=start.day + np.arange(known),
        levels=tape.level[:known],
        set_times=tape.set_time[:logged].copy(),
        set_factors=tape.set_factor[:logged].copy(),
        set_values=tape.set_value[:logged].copy(),
        capped=bool(capped[number]),
    )
