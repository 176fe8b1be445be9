"""Errors of a maximum-likelihood fit by parametric bootstrap (Efron and Tibshirani 1993, ch. 6).

Tables are simulated from the estimate over the same period and fitted in the same way; the spread
of the fits is the error of the estimate. A table whose times are known to intervals of one length
is simulated with such intervals, so that the bias of drawing times evenly in them shows too.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import SimulationError
from talion.fit.events import EventTable, event_table
from talion.fit.linear import LinearParameters
from talion.fit.linear_simulation import simulate_linear
from talion.fit.maximum import SEARCH, MaximumLikelihood, fit_linear

__all__ = ["Bootstrap", "bootstrap_linear"]

SPREADS = 5
"""Drawings of times within their intervals, each fitted."""


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """An estimate with a common half-life, and the fits to tables simulated from it."""

    estimate: LinearParameters
    fits: tuple[MaximumLikelihood, ...]
    """Of the record: one, or one for each drawing of inexact times."""
    tables: tuple[EventTable, ...]
    """What they were fitted to."""
    replicates: tuple[LinearParameters, ...]
    by_simulation: bool
    """Otherwise the process explodes and `replicates` are drawn from standard errors, as if the
    errors of different parameters were independent."""
    converged: bool

    @property
    def stretch(self) -> float:
        """Median half-life of the replicates over the one they were simulated with."""
        lives = [p.half_lives[0] for p in self.replicates]
        return float(np.median(lives) / self.estimate.half_lives[0])


def _drawn(table: EventTable, rng: np.random.Generator) -> EventTable:
    return table if table.is_exact else table.spread(rng)


def _mean(fits: list[MaximumLikelihood]) -> LinearParameters:
    """The mean of the fits; of half-lives, the geometric one."""
    every = [fit.parameters for fit in fits]
    return LinearParameters(
        np.mean([p.background for p in every], axis=0),
        np.mean([p.answers for p in every], axis=0),
        np.exp(np.mean([np.log(p.half_lives) for p in every], axis=0)),
    )


def _simulated(table: EventTable, p: LinearParameters, rng: np.random.Generator) -> EventTable:
    """A table like this one, from the process with these parameters."""
    made = simulate_linear(p, table, rng, most=20 * len(table.times) + 1000)
    if made.stopped:
        raise SimulationError(
            "the estimated process explodes: tables simulated from it have no end",
            place="branching ratio",
            value=round(p.branching, 3),
            remedy="fit a shorter period, or types whose rates do not grow together",
        )
    times, past = made.times, slice(0, table.first)
    width = float(table.widths[0]) if np.ptp(table.widths) == 0.0 else 0.0
    if width > 0.0:  # never before the period, whose start may lie inside an interval
        times = np.maximum(np.floor(times / width) * width, table.start)
    return event_table(
        np.concatenate([table.times[past], times]),
        np.concatenate([table.types[past], made.types]),
        widths=np.concatenate([table.widths[past], np.full(len(times), width)]),
        start=table.start,
        end=table.end,
        history_start=table.history_start,
        names=table.names,
    )


def _from_errors(
    fit: MaximumLikelihood, estimate: LinearParameters, size: int, rng: np.random.Generator
) -> tuple[LinearParameters, ...]:
    """Parameters drawn around the estimate by its standard errors; none where they do not exist."""

    def around(value: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
        drawn = value + np.nan_to_num(error) * rng.normal(size=(size, *value.shape))
        return np.maximum(drawn, 0.0)

    relative = np.nan_to_num(fit.half_life_error or 0.0) / estimate.half_lives
    lives = estimate.half_lives * np.exp(relative * rng.normal(size=(size, 1)))
    rates = around(estimate.background, fit.background_error)
    answers = around(estimate.answers, fit.answers_error)
    return tuple(map(LinearParameters, rates, answers, lives))


def bootstrap_linear(
    table: EventTable, *, seed: int, replicates: int = 40, cores: int = 2
) -> Bootstrap:
    """Fit the linear process by maximum likelihood and simulate its errors.

    Args:
        table: events, period and history. Inexact times are drawn evenly, five times.
        seed: the same seed gives the same numbers, whatever the number of threads.
        replicates: simulated tables.
        cores: threads.

    Raises:
        InputError: too few events.

    >>> table = event_table([1.0, 1.2, 1.3, 8.0, 8.1, 14.0], start=0, end=20)
    >>> boot = bootstrap_linear(table, seed=1, replicates=2)
    >>> boot.by_simulation, len(boot.replicates), boot.estimate.branching < 1
    (True, 2, True)
    """
    first, *rest = np.random.SeedSequence(seed).spawn(1 + replicates)
    rng = np.random.default_rng(first)
    tables = tuple(_drawn(table, rng) for _ in range(1 if table.is_exact else SPREADS))
    fits = [fit_linear(one) for one in tables]
    estimate = _mean(fits)
    half = float(estimate.half_lives[0])
    near = (max(half / 10.0, SEARCH[0] / 2), min(half * 10.0, 2 * SEARCH[1]))

    def replicate(seeds: np.random.SeedSequence) -> LinearParameters:
        own = np.random.default_rng(seeds)
        made = _drawn(_simulated(table, estimate, own), own)
        few = len(np.unique(made.times)) < 3  # then the half-life cannot be estimated
        return fit_linear(made, estimate.half_lives if few else None, search=near).parameters

    try:
        with ThreadPoolExecutor(cores) as pool:
            made, simulated = tuple(pool.map(replicate, rest)), True
    except SimulationError:
        made, simulated = _from_errors(fits[0], estimate, replicates, rng), False
    converged = all(fit.converged for fit in fits)
    return Bootstrap(estimate, tuple(fits), tables, made, simulated, converged)
