"""What each event saw of the past at fixed half-lives: the linear process as a linear form.

For target k with x = (mu_k, a_k) and features f of an event,

    log L_k = sum_events log(x . (1, f)) - x . (T, exposure),

concave in x. Shapes: F = H K features, half-life by half-life, sources within.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from talion.fit.events import EventTable
from talion.fit.linear import LN2, require_exact

__all__ = ["Features", "linear_features"]

F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Features:
    """Features of a table's events at given half-lives."""

    of_type: tuple[F8, ...]
    """K arrays [1 + F, n_k]: a row of ones, then the features of each event of the type."""
    exposure: F8
    """[1 + F] the period's length, then each feature's integral over the period."""


@cache
def compiled_features() -> Callable[..., None]:
    """The pass of `talion.fit.features_kernel`, compiled when first called."""
    from talion.fit.features_kernel import SOURCES, feature_pass
    from talion.model.compiling import ENTRY
    from talion.model.kernel_cache import compile_cached

    return compile_cached(feature_pass, SOURCES, ENTRY)


def linear_features(table: EventTable, half_lives: F8) -> Features:
    """Pass over the events once and keep what the likelihood of every row needs.

    Args:
        table: events with exact times.
        half_lives: [H] days.

    Raises:
        RecordError: a time is known only to an interval.

    >>> from talion.fit.events import event_table
    >>> seen = linear_features(event_table([1.0, 3.0], start=0, end=4), np.array([2.0]))
    >>> seen.of_type[0].shape, bool(np.isclose(seen.of_type[0][1, 1], np.log(2) / 2 / 2))
    ((2, 2), True)
    """
    require_exact(table)
    types, halves = len(table.names), len(half_lives)
    counts = table.counts
    stop = np.cumsum(counts)
    rows = types * halves
    matrix = np.ones((1 + rows, int(stop[-1])))
    exposure = np.full(1 + rows, table.length)
    compiled_features()(
        table.times, table.types, table.first, table.start, table.end,
        LN2 / np.ascontiguousarray(half_lives), stop - counts, np.zeros(rows),
        matrix[1:], exposure[1:],
    )  # fmt: skip
    return Features(tuple(np.split(matrix, stop[:-1], axis=1)), exposure)
