"""Residuals on the process's own clock: do the events come as the fit says they should?

With the compensator Lambda as the clock, the events of a type are a unit Poisson process if the
model is right: gaps Lambda(t_i) - Lambda(t_{i-1}) are standard exponential, and the times
Lambda(t_i)/Lambda(T) are uniform (Brown, Barbieri, Ventura, Kass and Frank 2002, Neural
Computation 14, 325-346). The first asks whether events bunch as they should, the second whether
the rate drifts.

Events known to the day only have no exact gaps: their times are drawn within their days again and
again, and the tests are put to each drawing. Events that share an exact moment give gaps of zero,
which no continuous model explains; they are counted.

The p-values take the parameters as known. With parameters estimated from the same events they come
out too high: a small one is a finding, a large one proves little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.events import EventTable
from talion.fit.features import linear_features
from talion.fit.linear import LN2, LinearParameters
from talion.fit.process import Answer, ProcessParameters, ProcessRow, process_row

__all__ = [
    "Clock",
    "ResidualTest",
    "clock_tests",
    "linear_clocks",
    "linear_residuals",
    "linear_row",
    "own_clock",
    "residual_test",
    "residuals_of_draws",
]

F8 = NDArray[np.float64]

IMPUTATIONS = 20
_FEWEST = 5


@dataclass(frozen=True, eq=False)
class Clock:
    """A type's events on the clock of its compensator."""

    times: F8
    """[n] Lambda at each event, from the period's start; ascending."""
    end: float
    """Lambda at the period's end: the events expected in it."""

    @property
    def gaps(self) -> F8:
        """[n] from the start or the event before to each event."""
        return np.diff(self.times, prepend=0.0)


@dataclass(frozen=True, eq=False)
class ResidualTest:
    """Kolmogorov-Smirnov tests and Q-Q points of one type, over drawings of inexact times."""

    name: str
    events: int
    expected: float
    """Events expected in the period; mean over drawings."""
    drawings: int
    """1 where every time is exact."""
    tied: int
    """Events at an exact moment with another of the type: gaps of zero."""
    gap_statistic: float
    """K-S distance of the gaps from the exponential; mean over drawings. NaN under five events."""
    gap_p: float
    """Its p-value; the median over drawings."""
    drift_statistic: float
    """K-S distance of the times from the uniform; mean over drawings."""
    drift_p: float
    """Its p-value; the median over drawings."""
    rejected: float
    """Share of drawings in which the gaps fail at 5 %."""
    theory: F8
    """[n] exponential quantiles at (i - 1/2)/n."""
    observed: F8
    """[n] ordered gaps; mean over drawings."""


def own_clock(row: ProcessRow, p: ProcessParameters) -> Clock:
    """Put a row's events on their own clock.

    Args:
        row: made with `split_at_events`.
        p: its parameters.

    >>> from talion.fit.events import event_table
    >>> row = process_row(event_table([1.0, 4.0], start=0, end=10), 0, split_at_events=True)
    >>> clock = own_clock(row, row.parameters(0.5))
    >>> clock.times.round(9).tolist(), round(clock.end, 9)
    ([0.5, 2.0], 5.0)
    """
    run = np.concatenate([[0.0], np.cumsum(row.expected(p))])
    nodes = row.moments[row.events :]
    passed = np.searchsorted(nodes, row.moments[: row.events], side="left")
    return Clock(run[passed], float(run[-1]))


def clock_tests(clock: Clock) -> tuple[tuple[float, float], tuple[float, float]]:
    """Kolmogorov-Smirnov distance and p-value of a clock's gaps, and of its drift.

    Args:
        clock: events of one type.

    Returns:
        Gaps against the exponential, times against the uniform; NaN under five events.

    >>> clock_tests(Clock(np.array([0.5]), 1.0))
    ((nan, nan), (nan, nan))
    """
    from scipy.stats import kstest

    nan = float("nan")
    if len(clock.times) < _FEWEST:
        return (nan, nan), (nan, nan)
    gaps, drift = kstest(clock.gaps, "expon"), kstest(clock.times / clock.end, "uniform")
    return (
        (float(gaps.statistic), float(gaps.pvalue)),
        (float(drift.statistic), float(drift.pvalue)),
    )


def linear_row(
    table: EventTable, p: LinearParameters, target: int
) -> tuple[ProcessRow, ProcessParameters]:
    """One type of the linear process as a row of the whole process, split at its events."""
    terms = [(j, h) for h in range(len(p.half_lives)) for j in range(len(table.names))]
    answers = [Answer(float(p.half_lives[h]), ((j, None, 1.0),)) for j, h in terms]
    row = process_row(table, target, answers=answers, split_at_events=True)
    # A rate of zero is a fit's answer for a type without events; its logarithm must stay finite.
    background = max(float(p.background[target]), np.finfo(float).tiny)
    sizes = [p.answers[target, j, h] for j, h in terms]
    return row, row.parameters(background, answers=sizes)


def linear_clocks(table: EventTable, parameters: LinearParameters) -> tuple[Clock, ...]:
    """Put every type of the linear process on its own clock, in one pass over the events.

    Lambda_k(t) = mu_k (t - s) + sum_jh a_kjh (B_jh + N_j(t) - S_jh(t)), with s the period's start,
    S the decayed sum over earlier events, B its value at s and N the events since s.

    Args:
        table: events with exact times.
        parameters: of as many types.

    >>> from talion.fit.events import event_table
    >>> from talion.fit.linear import linear_parameters
    >>> clock, = linear_clocks(event_table([1.0, 4.0], start=0, end=10), linear_parameters(.5, [[0]], 1))
    >>> clock.times.tolist(), clock.end
    ([0.5, 2.0], 5.0)
    """
    k_all, rate = len(table.names), LN2 / parameters.half_lives
    seen = linear_features(table, parameters.half_lives)
    past, types, own = table.first, table.types[table.first :], table.times[table.first :]
    lead = np.exp(-np.outer(rate, table.start - table.times[:past]))
    clocks = []
    for k in range(k_all):
        at = own[types == k]
        run = parameters.background[k] * (at - table.start)
        for j in range(k_all):
            entered = np.searchsorted(own[types == j], at, side="left")
            before = lead[:, table.types[:past] == j].sum(axis=1)
            for h, r in enumerate(rate):
                left = before[h] + entered - seen.of_type[k][1 + h * k_all + j] / r
                run = run + parameters.answers[k, j, h] * left
        x = np.concatenate([parameters.background[k : k + 1], parameters.answers[k].T.ravel()])
        clocks.append(Clock(run, float(x @ seen.exposure)))
    return tuple(clocks)


def residual_test(name: str, clocks: list[Clock], tied: int) -> ResidualTest:
    """Test one type, given its clock under each drawing of inexact times.

    Args:
        name: of the type.
        clocks: one for each drawing, all of the same events.
        tied: events at an exact moment with another of the type.
    """
    n = len(clocks[0].times)
    ordered = np.mean([np.sort(c.gaps) for c in clocks], axis=0)
    gap, drift = np.array([clock_tests(c) for c in clocks]).transpose(1, 0, 2)
    return ResidualTest(
        name=name,
        events=n,
        expected=float(np.mean([c.end for c in clocks])),
        drawings=len(clocks),
        tied=tied,
        gap_statistic=float(gap[:, 0].mean()),
        gap_p=float(np.median(gap[:, 1])),
        drift_statistic=float(drift[:, 0].mean()),
        drift_p=float(np.median(drift[:, 1])),
        rejected=float((gap[:, 1] < 0.05).mean()) if n >= _FEWEST else float("nan"),
        theory=-np.log1p(-(np.arange(n) + 0.5) / max(n, 1)),
        observed=ordered,
    )


def _tied_within(table: EventTable, target: int) -> int:
    own = (table.types == target) & (table.widths == 0)
    own[: table.first] = False
    _, sizes = np.unique(table.times[own], return_counts=True)
    return int(sizes[sizes > 1].sum())


def residuals_of_draws(
    table: EventTable, drawings: Sequence[tuple[EventTable, LinearParameters]]
) -> tuple[ResidualTest, ...]:
    """Test each type over drawings of its times, of the parameters, or of both together.

    Args:
        table: the events as recorded.
        drawings: the same events at exact times, each with the parameters to test them by.
    """
    clocks = [linear_clocks(drawn, parameters) for drawn, parameters in drawings]
    return tuple(
        residual_test(name, [one[k] for one in clocks], _tied_within(table, k))
        for k, name in enumerate(table.names)
    )


def linear_residuals(
    table: EventTable,
    parameters: LinearParameters,
    *,
    rng: np.random.Generator | None = None,
    drawings: int = IMPUTATIONS,
) -> tuple[ResidualTest, ...]:
    """Test a linear process on its residuals, one test for each type.

    Args:
        table: the events; times may be known to an interval only.
        parameters: estimates, or draws, to be tested.
        rng: source of randomness; needed if some time is inexact.
        drawings: how often inexact times are drawn.

    Raises:
        InputError: some time is inexact and there is no `rng`, or the numbers of types differ.

    >>> from talion.fit.events import event_table
    >>> from talion.fit.linear import linear_parameters
    >>> table = event_table(np.arange(0.5, 20), start=0, end=20)  # far too regular
    >>> test, = linear_residuals(table, linear_parameters([1.0], [[0.0]], 1.0))
    >>> test.gap_p < 0.01, round(test.expected, 9)
    (True, 20.0)
    """
    if len(parameters.background) != len(table.names):
        raise InputError(
            "parameters and events have different numbers of types",
            place="parameters",
            value=len(parameters.background),
            remedy=f"give {len(table.names)}",
        )
    if table.is_exact:
        tables = [table]
    elif rng is None or drawings < 1:
        raise InputError(
            "times known to an interval are drawn within it, for the tests",
            place="rng, drawings",
            value=(rng, drawings),
            remedy="give rng=numpy.random.default_rng(SEED)",
        )
    else:
        tables = [table.spread(rng) for _ in range(drawings)]
    return residuals_of_draws(table, [(drawn, parameters) for drawn in tables])
