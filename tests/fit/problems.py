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


def branching_events(
    p: LinearParameters, days: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate the linear process on [0, days) by its clusters: each event draws its own answers.

    An independent telling of the process (Hawkes and Oakes 1974), used to make test data.
    """
    times, types = [], []
    generation = [
        (t, k) for k, mu in enumerate(p.background) for t in rng.uniform(0, days, rng.poisson(mu * days))
    ]  # fmt: skip
    while generation:
        times += [t for t, _ in generation]
        types += [k for _, k in generation]
        answers = []
        for t, j in generation:
            for k in range(len(p.background)):
                for h, half in enumerate(p.half_lives):
                    waits = rng.exponential(half / np.log(2), rng.poisson(p.answers[k, j, h]))
                    answers += [(t + w, k) for w in waits if t + w < days]
        generation = answers
    order = np.argsort(times)
    return np.array(times)[order], np.array(types, np.int64)[order]
