"""Tables and parameters that several tests of fitting draw from."""

from __future__ import annotations

import numpy as np

from talion.fit.events import EventTable, event_table
from talion.fit.linear import LinearParameters, linear_parameters


def random_problem(
    seed: int, types: int, halves: int, n: int, grid: float | None = None
) -> tuple[EventTable, LinearParameters]:
    """Events with history and, on a grid, many ties; parameters unrelated to them."""
    rng = np.random.default_rng(seed)
    times = rng.uniform(-20.0, 60.0, n)
    if grid:
        times = np.floor(times / grid) * grid
    table = event_table(
        times,
        rng.integers(0, types, n),
        start=0.0,
        end=60.0,
        history_start=-30.0,
        names=[f"type {k}" for k in range(types)],
    )
    parameters = linear_parameters(
        rng.uniform(0.05, 0.5, types),
        rng.exponential(0.3, (types, types, halves)),
        rng.uniform(0.2, 20.0, halves),
    )
    return table, parameters
