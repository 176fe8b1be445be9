"""Counterfactual history: the observed window again, with some events removed or a what-if pulled.

Given what happened in each posterior draw (events, factor levels, the noise behind them), the
window is replayed with one thing changed. Two couplings of the unobserved chance are run:

**Monotone.** Each observed event i lay at a height U_i lambda(t_i), U_i uniform on (0, 1), under its
rate lambda. It is kept while that height lies below the counterfactual rate lambda'; new events come
at rate (lambda' - lambda)+. This holds on to as much of what happened as the model allows.

**Fresh.** From the moment at which the two worlds first part, events are simulated anew from the
counterfactual law, twice with the same points: once without and once with the removed events. What
happened afterwards by chance is forgotten; the difference of the two is the interventional effect.

The truth about single events is not identified (any coupling with these laws fits the record), so a
sentence about one event names its coupling, and totals are given for both.

Replayed: rates, excitation, suppression, marks of new events, jumps and drift of levels with the
noise they had. Not replayed: recorded values of switches, and levels that events set, stand as they
were recorded, unless every event that can have set the value by a rule of the case (`set_by`, on the
day on which the value begins to hold) is gone; then the value before stays until the next recorded
change. New events set nothing, and no decision is taken anew.

References:
    Bremaud and Massoulie (1996), Annals of Probability 24:1563, for the embedding; Pearl (2009),
    Causality, section 7.1, for abduction, action and prediction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from queue import SimpleQueue
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from talion.errors import SimulationError
from talion.model.compiled import CompiledModel, World, WorldSpec
from talion.model.observed import ObservedWindow
from talion.simulate.check import check_model
from talion.simulate.counterfactual_result import (
    COUPLINGS,
    CounterfactualCourse,
    CounterfactualHistory,
    Effect,
)
from talion.simulate.ensemble import EVENT_CAP
from talion.simulate.given import given_draw

__all__ = [
    "COUPLINGS",
    "CounterfactualCourse",
    "CounterfactualHistory",
    "Effect",
    "counterfactual_course",
    "counterfactual_history",
]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
Masks = Sequence[NDArray[np.bool_]]

_QUEUE = 256
_METHOD = (
    "monotone: heights uniform below the observed rate, new events by thinning; "
    "fresh: simulated anew from the first departure, with and without"
)


@cache
def _compiled_replay() -> Callable[..., int]:
    from talion.model.kernel_cache import compile_cached
    from talion.simulate.compiling import ENTRY
    from talion.simulate.counterfactual_kernel import SOURCES, replay_block

    return cast("Callable[..., int]", compile_cached(replay_block, SOURCES, ENTRY))


class _Bench:
    """One worker's room, and the call that replays a draw in it."""

    def __init__(self, model: CompiledModel, window: ObservedWindow, event_cap: int) -> None:
        from talion.simulate.state import new_gains, new_state
        from talion.simulate.wiring import wire

        self.model, self.window, self.cap = model, window, event_cap
        self.wiring = wire(model.structure)
        links = model.structure.n_links
        self.tracks = [
            room
            for _ in range(2)
            for room in (new_gains(self.wiring), new_state(self.wiring, links))
        ]
        self.times, self.classes = np.empty(event_cap), np.empty(event_cap, np.int64)
        self.origin = np.empty(event_cap, np.int64)
        self.levels = np.empty((window.days + 1, len(model.factor_ids)))
        self.queue = (np.empty(_QUEUE, np.uint64), np.empty(_QUEUE, np.uint32))
        self.tally = np.zeros(2, np.int64)

    def replay(
        self, draw: int, given: Any, rows: World, mode: int, departure: float, seed: int,
        span: tuple[int, int], counts: F8, kept: F8,
    ) -> None:  # fmt: skip
        """Replay histories span[0]..span[1]-1 of a draw; `counts` and `kept` are written."""
        from talion.simulate.arrays import STATUS_BANDS, STATUS_QUEUE
        from talion.simulate.counterfactual_kernel import STATUS_SHOCKS
        from talion.simulate.counterfactual_tracks import Trail

        factors, changes = self.levels.shape[1], len(given.change_time)
        trail = Trail(
            np.empty(changes, np.int64), np.empty(changes), np.empty(factors, np.int64),
            np.empty(factors), self.times, self.classes, self.origin, self.levels,
        )  # fmt: skip
        begin, stop = span
        while True:
            status = _compiled_replay()(
                self.wiring, self.model.draws, rows, given, *self.tracks, trail, *self.queue, seed,
                draw, begin, stop, mode, departure, self.window.start, self.window.days, self.cap,
                counts, kept, self.tally,
            )  # fmt: skip
            if status == STATUS_BANDS:
                raise SimulationError("a rate rose above the highest band", place=f"draw {draw}")
            if status == STATUS_SHOCKS:
                raise SimulationError(
                    "the past's levels do not follow from its events and shocks",
                    place=f"draw {draw}",
                    remedy="give the levels and the noise of the same run-in, or leave the noise out",
                )
            if status != STATUS_QUEUE:
                return
            begin = int(self.tally[0])
            size = 4 * len(self.queue[0])
            self.queue = (np.empty(size, np.uint64), np.empty(size, np.uint32))


def _no_rows(draws: int) -> World:
    none = [np.zeros(0, np.int64) for _ in range(3)]
    return World(none[0], none[1], none[2], np.zeros((draws, 0)))


def _masks(window: ObservedWindow, rows: Sequence[str], events: Masks | None) -> Masks:
    """Events taken away in each draw: those of the rows, and those named one by one."""
    by_row = window.marked(rows)
    if events is None:
        return by_row
    if [m.shape for m in events] != [c.times.shape for c in window.courses]:
        raise SimulationError("removed events need one mark for each event of each draw")
    return tuple(a | np.asarray(b, np.bool_) for a, b in zip(by_row, events, strict=True))


def _checked(
    model: CompiledModel, window: ObservedWindow, world: WorldSpec | None, event_cap: int
) -> World:
    check_model(model, event_cap)
    rows = _no_rows(model.n_draws) if world is None else world.rows
    outside = rows.row_day[(rows.row_day < window.start) | (rows.row_day >= window.end)]
    if outside.size:
        raise SimulationError(
            "a what-if acts outside the observed window",
            place=f"what-if {world.id if world else ''}",
            value=int(outside[0]),
            remedy=f"move it to days from {window.start} to {window.end - 1}",
        )
    return rows


def _departure(given: Any, rows: World, end: int) -> float:
    """First moment at which the counterfactual can differ."""
    first = [float(end), *given.time[given.removed == 1][:1], *map(float, rows.row_day[:1])]
    for i in np.flatnonzero(given.removed):
        own = given.sets[given.sets_start[i] : given.sets_start[i + 1]]
        first += given.change_time[own].tolist()
    return float(min(first))


def counterfactual_history(
    model: CompiledModel,
    window: ObservedWindow,
    *,
    remove_rows: Sequence[str] = (),
    remove_events: Masks | None = None,
    world: WorldSpec | None = None,
    histories: int = 10,
    seed: int = 20240213,
    workers: int = 1,
    event_cap: int = EVENT_CAP,
) -> CounterfactualHistory:
    """Replay the observed window with events removed or a what-if's rows applied.

    What is and is not replayed is said at the head of this module. A what-if's SET of a switch
    stands until the next recorded change, PIN holds it; the other operations act as in a
    simulation. Rows act on the counterfactual alone.

    Args:
        model: the compiled model; its draw d goes with the window's draw d.
        window: what happened.
        remove_rows: ids of recorded rows whose events are taken away.
        remove_events: one mask a draw, for events that no row names; joined with the rows.
        world: a what-if whose rows lie in the window; its start is not used.
        histories: replays of each draw under each coupling.
        seed: of heights and points; should not be the seed of a window that was itself simulated.
        workers: threads. Changes no number.
        event_cap: events after which a replay stops and is counted as capped.

    Returns:
        Counts by type and week, observed and replayed.

    Raises:
        SimulationError: a row that is not there, a what-if outside the window, sizes, or a past
            that does not fit the model.
    """
    for name, number in (("histories", histories), ("workers", workers), ("event_cap", event_cap)):
        if number < 1:
            raise SimulationError(f"{name} must be at least 1", value=number)
    rows = _checked(model, window, world, event_cap)
    removed = _masks(window, remove_rows, remove_events)
    draws, types, weeks = window.draws, len(model.type_ids), window.weeks
    shape = (draws, histories, types, weeks)
    counts = {name: np.empty(shape, np.float32) for name in COUPLINGS}
    departure, held = np.empty(draws), np.zeros((2, len(window.row_ids)))
    benches: SimpleQueue[_Bench] = SimpleQueue()
    for _ in range(workers):
        benches.put(_Bench(model, window, event_cap))

    def replay(d: int) -> F8:
        given = given_draw(model, window, d, removed[d])
        departure[d] = _departure(given, rows, window.end)
        bench, still = benches.get(), np.zeros(len(given.time))
        try:
            for mode, name in enumerate(COUPLINGS):
                own = _no_rows(model.n_draws) if name == "fresh_with" else rows
                kept = still if name == "monotone" else np.zeros(len(still))
                out = np.empty(shape[1:])
                bench.replay(d, given, own, mode, departure[d], seed, (0, histories), out, kept)
                counts[name][d] = out
        finally:
            benches.put(bench)
        return still

    with ThreadPoolExecutor(workers, thread_name_prefix="talion-counterfactual") as pool:
        kept = list(pool.map(replay, range(draws)))
    for d, own in enumerate(window.rows):
        run = int((~np.isnan(counts["monotone"][d, :, 0, 0])).sum())
        listed = own >= 0
        np.add.at(held[0], own[listed], kept[d][listed])
        np.add.at(held[1], own[listed], float(run))
    there = np.flatnonzero(held[1])
    return CounterfactualHistory(
        reading=model.reading,
        start=window.start,
        end=window.end,
        seed=seed,
        event_cap=event_cap,
        removed=tuple(remove_rows),
        removed_events=np.array([float(mask.sum()) for mask in removed]),
        what_if=world.id if world else "",
        type_ids=model.type_ids,
        departure=departure,
        observed=_observed_counts(model, window),
        **counts,
        kept={window.row_ids[r]: float(held[0, r] / held[1, r]) for r in there},
        method=_METHOD,
        version=version("talion"),
    )


def _observed_counts(model: CompiledModel, window: ObservedWindow) -> F4:
    """[D, K, W] what happened, by type and week."""
    out = np.zeros((window.draws, len(model.type_ids), window.weeks), np.float32)
    for d, course in enumerate(window.courses):
        week = (np.floor(course.times).astype(np.int64) - window.start) // 7
        np.add.at(out[d], (model.structure.class_type[course.classes], week), 1.0)
    return out


def counterfactual_course(
    model: CompiledModel,
    window: ObservedWindow,
    draw: int,
    history: int,
    *,
    coupling: str = "monotone",
    remove_rows: Sequence[str] = (),
    remove_events: Masks | None = None,
    world: WorldSpec | None = None,
    seed: int = 20240213,
    event_cap: int = EVENT_CAP,
) -> CounterfactualCourse:
    """Make one replay again, event for event.

    Args:
        draw, history: which of those `counterfactual_history` counts.
        coupling: one of `COUPLINGS`.
        model, window, remove_rows, remove_events, world, seed, event_cap: as there.

    Raises:
        SimulationError: no such draw, history or coupling; the event cap was reached.
    """
    if not 0 <= draw < window.draws or history < 0 or coupling not in COUPLINGS:
        raise SimulationError("no such replay", value=(draw, history, coupling))
    rows = _checked(model, window, world, event_cap)
    given = given_draw(model, window, draw, _masks(window, remove_rows, remove_events)[draw])
    bench = _Bench(model, window, event_cap)
    counts = np.zeros((history + 1, len(model.type_ids), window.weeks))
    own = _no_rows(model.n_draws) if coupling == "fresh_with" else rows
    bench.replay(
        draw, given, own, COUPLINGS.index(coupling), _departure(given, rows, window.end), seed,
        (history, history + 1), counts, np.zeros(len(given.time)),
    )  # fmt: skip
    if np.isnan(counts[history]).any():
        raise SimulationError("the replay reached the event cap", value=event_cap)
    n = int(bench.tally[1])
    return CounterfactualCourse(
        bench.times[:n].copy(), bench.classes[:n].copy(), bench.origin[:n].copy(), bench.levels
    )
