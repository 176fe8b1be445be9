"""Histories of the linear process, simulated forward: for checks of a fit and for its errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.events import EventTable
from talion.fit.linear import LN2, LinearParameters

__all__ = ["SimulatedHistory", "simulate_linear"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SimulatedHistory:
    """The events of one simulated period."""

    times: F8
    """[n] days, ascending."""
    types: I8
    """[n]"""
    stopped: bool
    """Whether it grew beyond the number allowed: nothing is known after its last time."""


@cache
def _compiled() -> Callable[..., int]:
    from talion.fit.linear_simulation_kernel import OPTIONS, SOURCES, simulation_pass
    from talion.model.kernel_cache import compile_cached

    return compile_cached(simulation_pass, SOURCES, OPTIONS)


def simulate_linear(
    parameters: LinearParameters,
    table: EventTable,
    rng: np.random.Generator,
    *,
    most: int = 100_000,
) -> SimulatedHistory:
    """Simulate the linear process over the period of a table, after the table's own history.

    Args:
        parameters: of as many types as the table names.
        table: gives the period and the events before it, taken at the start of their intervals.
        rng: source of randomness.
        most: events at which a history is stopped: explosive parameters have no end.

    Raises:
        InputError: the numbers of types differ.

    Ogata, Y. (1981), IEEE Transactions on Information Theory 27, 23-31.

    >>> from talion.fit.events import event_table
    >>> from talion.fit.linear import linear_parameters
    >>> empty = event_table([], start=0, end=1000)
    >>> rng = np.random.default_rng(1)
    >>> made = simulate_linear(linear_parameters([0.5], [[0.5]], 2.0), empty, rng)
    >>> 700 < len(made.times) < 1300, made.stopped  # .5 / (1 - .5) a day
    (True, False)
    """
    k = len(table.names)
    if len(parameters.background) != k:
        raise InputError(
            "parameters and table have different numbers of types",
            place="parameters",
            value=len(parameters.background),
            remedy=f"give {k}",
        )
    rate = LN2 / parameters.half_lives
    jumps = np.ascontiguousarray(np.moveaxis(parameters.answers * rate, (0, 1, 2), (2, 0, 1)))
    before, types = table.times[: table.first], table.types[: table.first]
    decay = np.exp(-np.outer(rate, table.start - before))
    drawn = np.zeros((len(rate), k))
    for j in range(k):
        drawn += decay[:, types == j].sum(axis=1)[:, None] * jumps[j]
    times, kinds, count = np.empty(most), np.empty(most, np.int64), np.zeros(1, np.int64)
    random = rng.integers(0, 2**63, 1).astype(np.uint64)
    status = _compiled()(
        parameters.background, jumps, rate, table.start, table.end, drawn, random, times, kinds,
        count,
    )  # fmt: skip
    n = int(count[0])
    return SimulatedHistory(times[:n].copy(), kinds[:n].copy(), status != 0)
