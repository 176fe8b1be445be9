"""One worker's room: every array the kernel works in, and the call that grows what is too small."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from talion.errors import SimulationError
from talion.model.compiled import CompiledModel
from talion.simulate.arrays import STATUS_BANDS, STATUS_QUEUE, PlanArrays, Tape
from talion.simulate.plan import WorldPlan
from talion.simulate.state import new_gains, new_state
from talion.simulate.wiring import wire

__all__ = ["Room"]

_QUEUE = 1024  # candidates of one day, to begin with


class Room:
    """What one thread writes into while it runs histories; used again for every chunk.

    Args:
        model: the compiled model.
        event_cap: events after which a history stops.
        log: room for changes within the day, for histories told in full; 0 keeps none.
    """

    def __init__(self, model: CompiledModel, event_cap: int, log: int = 0) -> None:
        self.model, self.event_cap = model, event_cap
        self.wiring = wire(model.structure)
        self.gains, self.state = (
            new_gains(self.wiring),
            new_state(self.wiring, model.structure.n_links),
        )
        self.time = np.empty(event_cap)
        self.event_class = np.empty(event_cap, np.int64)
        self.listed = np.empty(event_cap, np.int64)
        self.set_time, self.set_value = np.empty(log), np.empty(log)
        self.set_factor = np.empty(log, np.int64)
        self.queue_points = np.empty(_QUEUE, np.uint64)
        self.queue_owners = np.empty(_QUEUE, np.uint32)
        self.tally = np.zeros(5, np.int64)

    def tape(self, days: int, factors: int) -> Tape:
        """A tape on this worker's event arrays with its own table of levels."""
        return Tape(
            self.time,
            self.event_class,
            self.listed,
            self.set_time,
            self.set_factor,
            self.set_value,
            np.full((days + 1, factors), np.nan),
        )

    def lengthen_queue(self) -> None:
        """Four times the room for a day's candidates; the day is run again."""
        size = 4 * len(self.queue_points)
        self.queue_points = np.empty(size, np.uint64)
        self.queue_owners = np.empty(size, np.uint32)

    def run(
        self,
        block: Callable[..., int],
        part: WorldPlan,
        arrays: PlanArrays,
        tape: Tape,
        histories: int,
        span: tuple[int, int],
        values: NDArray[np.float32],
        capped: NDArray[np.uint8],
        fans: NDArray[np.int32],
    ) -> None:
        """Run histories span[0]..span[1]-1, counted over draws and histories, of one what-if.

        Raises:
            SimulationError: a rate rose above the model's bands.
        """
        model, spec = self.model, self.model.worlds[part.index]
        total = np.zeros((len(arrays.member), part.n_days + 1), np.int64)
        first, last = span
        while True:
            status = block(
                self.wiring, model.draws, model.starts[spec.start_index], spec.rows, arrays,
                self.gains, self.state, tape, self.queue_points, self.queue_owners, total,
                model.seed, histories, first, last, part.n_days, self.event_cap, values, capped,
                fans, self.tally,
            )  # fmt: skip
            if status == STATUS_BANDS:
                raise SimulationError(
                    "a rate rose above the highest band of the model", place=f"what-if {spec.id}"
                )
            if status != STATUS_QUEUE:
                return
            first = int(self.tally[1])  # this history again; those before it are done
            self.lengthen_queue()
