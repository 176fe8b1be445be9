"""Many histories: draws x histories x what-ifs on a thread pool, reduced to a plan's measures.

The compiled kernel holds no lock, so threads share the cores; every number depends on logical
draw and history alone, and histograms are merged by addition, so workers and chunks change nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import version
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from talion.errors import SimulationError
from talion.model.compiled import CompiledModel
from talion.model.measure import MeasurePlan
from talion.simulate.check import check_model
from talion.simulate.plan import WorldPlan, compile_plan
from talion.simulate.room import Room

__all__ = ["EVENT_CAP", "Ensemble", "FanHistogram", "Progress", "simulate_ensemble"]

EVENT_CAP = 20_000
_CHUNK = 64  # histories: long enough that a call costs nothing, short enough to show progress

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FanHistogram:
    """A course over weeks as one histogram a week, over all draws and histories.

    A week's counts sum to the histories that lived through it: a capped history is missing from
    the week in which it stopped on.
    """

    weeks: NDArray[np.int64]
    """[weeks] absolute day on which each week starts."""
    edges: NDArray[np.float64]
    """[bins + 1]"""
    counts: NDArray[np.int64]
    """[weeks, bins]"""


@dataclass(frozen=True)
class Ensemble:
    """What is kept of a simulation.

    `values[d, n, m]` is measure m of history n of draw d; NaN where it is undetermined: the history
    reached the event cap before, or (ANSWERED) there was nothing to answer.
    """

    reading: str
    seed: int
    n_draws: int
    n_histories: int
    plan: MeasurePlan
    values: NDArray[np.float32]
    """[D, N, measures]"""
    worlds: tuple[str, ...]
    """The what-ifs simulated, in the order of `capped`'s last axis."""
    capped: NDArray[np.bool_]
    """[D, N, worlds] the history reached the event cap and stopped."""
    fans: Mapping[tuple[str, str], FanHistogram]
    """By (what-if, series or factor)."""
    events_simulated: int
    event_cap: int
    seconds: float
    version: str

    def measure(self, index: int) -> NDArray[np.float32]:
        """Values of one measure, [D, N]."""
        return self.values[:, :, index]

    def capped_share(self, world: str) -> float:
        """Share of a what-if's histories that reached the event cap."""
        return float(self.capped[:, :, self.worlds.index(world)].mean())


class _Worker:
    """One worker's room, with its tapes and histograms for every what-if."""

    def __init__(self, model: CompiledModel, parts: tuple[WorldPlan, ...], event_cap: int) -> None:
        self.room = Room(model, event_cap)
        self.tapes = tuple(self.room.tape(p.n_days, len(p.arrays.stored)) for p in parts)
        self.fans = tuple(np.zeros(p.fan_cells, np.int32) for p in parts)


class _Job:
    """One ensemble under way: what all chunks share, and how one chunk is run."""

    def __init__(
        self, model: CompiledModel, plan: MeasurePlan, histories: int, event_cap: int, workers: int
    ) -> None:
        from talion.simulate.cache import compiled_block

        self.block = compiled_block()
        self.model, self.histories, self.event_cap = model, histories, event_cap
        self.parts = compile_plan(model, plan)
        self.total = model.n_draws * histories
        self.values = np.full((self.total, len(plan.measures)), np.nan, np.float32)
        self.capped = [np.zeros(self.total, np.uint8) for _ in self.parts]
        self.workers = [_Worker(model, self.parts, event_cap) for _ in range(workers)]
        self.free: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self.workers:
            self.free.put(worker)

    def run_chunk(self, first: int, last: int) -> int:
        """Run some histories under every what-if; returns how many histories."""
        worker = self.free.get()
        try:
            for i, part in enumerate(self.parts):
                worker.room.run(
                    self.block, part, part.arrays, worker.tapes[i], self.histories, (first, last),
                    self.values, self.capped[i], worker.fans[i],
                )  # fmt: skip
        finally:
            self.free.put(worker)
        return last - first

    def merged_fans(self) -> dict[tuple[str, str], FanHistogram]:
        """Add the workers' histograms."""
        fans = {}
        for i, part in enumerate(self.parts):
            flat = np.zeros(part.fan_cells, np.int64)
            for worker in self.workers:
                flat += worker.fans[i]
            for slot in part.fans:
                counts = flat[slot.offset : slot.offset + slot.size]
                weeks = slot.fan.start + 7 * np.arange(slot.fan.weeks)
                name = slot.fan.series or slot.fan.factor
                shaped = counts.reshape(slot.fan.weeks, slot.bins)
                fans[part.world, name] = FanHistogram(weeks, slot.edges, shaped)
        return fans


def _run(job: _Job, chunk: int, workers: int, progress: Progress | None) -> None:
    """Run all chunks; an exception of a chunk or of `progress` stops the rest and goes on."""
    done = 0
    if progress:
        progress(0, job.total)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="talion-simulate")
    pending: set[Future[int]] = {
        pool.submit(job.run_chunk, first, min(first + chunk, job.total))
        for first in range(0, job.total, chunk)
    }
    try:
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            done += sum(future.result() for future in finished)
            if progress:
                progress(done, job.total)
    finally:
        # Chunks under way end within a fraction of a second; none is started any more.
        pool.shutdown(wait=True, cancel_futures=True)


def simulate_ensemble(
    model: CompiledModel,
    plan: MeasurePlan,
    *,
    histories: int,
    workers: int | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
    event_cap: int = EVENT_CAP,
) -> Ensemble:
    """Simulate draws x histories of every what-if the plan names, and keep the plan's measures.

    Args:
        model: one reading of a case, compiled.
        plan: measures, series, fans, and the horizon of each what-if.
        histories: histories of each draw.
        workers: threads; by default one a core. Changes no number.
        chunk: histories run in one go by one thread. Changes no number.
        progress: called with (histories done, histories in all); what it raises stops the run.
        event_cap: events after which a history stops and is counted as capped.

    Returns:
        The measures, the capped histories and the fans.

    Raises:
        PlanError: the plan asks for what the model does not have.
        SimulationError: the compiled model is inconsistent.
    """
    for name, number in (("histories", histories), ("event_cap", event_cap)):
        if number < 1:
            raise SimulationError(f"{name} must be at least 1", value=number)
    n_workers = workers if workers is not None else (os.cpu_count() or 1)
    n_chunk = chunk if chunk is not None else _CHUNK
    if n_workers < 1 or n_chunk < 1:
        raise SimulationError("workers and chunk must be at least 1", value=(n_workers, n_chunk))
    check_model(model, event_cap)
    began = time.perf_counter()
    job = _Job(model, plan, histories, event_cap, n_workers)
    _run(job, n_chunk, n_workers, progress)
    capped = np.stack(job.capped, axis=-1) if job.capped else np.zeros((job.total, 0), np.uint8)
    return Ensemble(
        reading=model.reading,
        seed=model.seed,
        n_draws=model.n_draws,
        n_histories=histories,
        plan=plan,
        values=job.values.reshape(model.n_draws, histories, len(plan.measures)),
        worlds=tuple(part.world for part in job.parts),
        capped=capped.reshape(model.n_draws, histories, len(job.parts)).astype(np.bool_),
        fans=job.merged_fans(),
        events_simulated=sum(int(worker.room.tally[0]) for worker in job.workers),
        event_cap=event_cap,
        seconds=time.perf_counter() - began,
        version=version("talion"),
    )
