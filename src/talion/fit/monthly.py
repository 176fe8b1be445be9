"""Events of each month as observed and as the fitted process would have them (Gelman, Meng and Stern 1996).

Histories of the whole period are simulated from draws of the parameters, after the table's own past.
A process that explodes is stopped; from there on its counts are infinite, so that no interval hides it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.fit.events import EventTable
from talion.fit.linear import LinearParameters
from talion.fit.linear_simulation import simulate_linear

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MonthlyCounts", "month_edges", "monthly_counts"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_MONTH = 30.4375
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class MonthlyCounts:
    """Counts by type and month; 90 % of simulated histories lie between `low` and `high`."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    """[M]"""
    edges: F8
    """[M + 1] days."""
    observed: I8
    """[K, M] events whose time, or the start of its interval, falls in the month."""
    low: F8
    """[K, M] 5 % quantile over histories."""
    middle: F8
    """[K, M] median; infinite where half of the histories have exploded."""
    high: F8
    """[K, M] 95 % quantile."""
    histories: int
    stopped: int
    """Histories that exploded."""

    @property
    def outside(self) -> NDArray[np.bool_]:
        """[K, M] whether the observed count lies outside the interval."""
        return (self.observed < self.low) | (self.observed > self.high)

    def frame(self) -> pl.DataFrame:
        """Return one row for each type and month."""
        import polars as pl

        k, m = self.observed.shape
        return pl.DataFrame({
            "type": np.repeat(self.names, m).tolist(), "month": list(self.labels) * k,
            "days": np.tile(np.diff(self.edges), k), "observed": self.observed.ravel(),
            "q05": self.low.ravel(), "q50": self.middle.ravel(), "q95": self.high.ravel(),
        })  # fmt: skip


def month_edges(start: float, end: float, *, dated: bool) -> tuple[F8, tuple[str, ...]]:
    """Return the edges and names of the months of a period.

    Args:
        start: first moment, days.
        end: the moment after its last.
        dated: whether days count from 1970-01-01, so that months are those of the calendar;
            otherwise they have 30.4375 days and are named by their first day.

    >>> month_edges(19723.0, 19790.0, dated=True)  # 1 January to 7 March 2024
    (array([19723., 19754., 19783., 19790.]), ('2024-01', '2024-02', '2024-03'))
    """
    if not dated:
        cuts = np.append(np.arange(start, end, _MONTH), end)
        return cuts, tuple(f"day {cut:g}" for cut in cuts[:-1])
    day = _EPOCH + dt.timedelta(days=int(np.floor(start)))
    found, labels = [start], [f"{day:%Y-%m}"]
    while True:
        day = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        if (day - _EPOCH).days >= end:
            return np.array([*found, end]), tuple(labels)
        found.append(float((day - _EPOCH).days))
        labels.append(f"{day:%Y-%m}")


def monthly_counts(
    table: EventTable,
    draws: Sequence[LinearParameters],
    *,
    rng: np.random.Generator,
    dated: bool = False,
) -> MonthlyCounts:
    """Simulate one history for each draw and count its events by type and month.

    Args:
        table: gives the period, its past and what was observed.
        draws: parameters; one may come several times.
        rng: source of randomness.
        dated: whether days count from 1970-01-01.

    >>> from talion.fit.events import event_table
    >>> from talion.fit.linear import linear_parameters
    >>> table = event_table([3.0, 40.0], start=0, end=60)
    >>> found = monthly_counts(
    ...     table, [linear_parameters([0.1], [[0.0]], 1.0)] * 200, rng=np.random.default_rng(1)
    ... )
    >>> found.observed.tolist(), found.middle.tolist()
    ([[1, 1]], [[3.0, 3.0]])
    """
    edges, labels = month_edges(table.start, table.end, dated=dated)
    k, m = len(table.names), len(labels)
    most = 20 * len(table.times) + 10_000
    counts, stopped = np.empty((len(draws), k, m)), 0
    for i, parameters in enumerate(draws):
        made = simulate_linear(parameters, table, rng, most=most)
        counts[i] = _counted(made.times, made.types, edges, k)
        if made.stopped:
            stopped += 1
            counts[i, :, np.searchsorted(edges, made.times[-1], side="right") - 1 :] = np.inf
    # Counts are whole: no mean of two, least of all of a number and infinity.
    low, middle, high = np.quantile(counts, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    own = slice(table.first, None)
    return MonthlyCounts(
        names=table.names,
        labels=labels,
        edges=edges,
        observed=_counted(np.maximum(table.times[own], table.start), table.types[own], edges, k),
        low=low,
        middle=middle,
        high=high,
        histories=len(draws),
        stopped=stopped,
    )


def _counted(times: F8, types: I8, edges: F8, k: int) -> I8:
    """[K, M] events of each type between the edges."""
    return np.array([np.histogram(times[types == j], edges)[0] for j in range(k)], np.int64)
