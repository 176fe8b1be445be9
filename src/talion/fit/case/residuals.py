"""Residuals of the fit of a case: do events come as the fit says, by type, over imputed pasts?

Each kept draw has its own parameters, factors and events, listed and unlisted. On the clock of the
draw's compensator the events of a type are a unit Poisson process if the model is right (Brown,
Barbieri, Ventura, Kass and Frank 2002, Neural Computation 14: 325). The tests are those of
`talion.fit.residuals`, put to every draw.

Two things flatter the fit: parameters were estimated from the same events, and unlisted events and
times within a day were drawn from the model itself. So a small p-value is a finding, and a large
one proves little.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError
from talion.fit.case.compensator import type_clocks
from talion.fit.residuals import Clock, clock_tests
from talion.model.case import EPOCH, Case
from talion.model.compile import compile_model, past_levels
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws

__all__ = ["TOO_HIGH", "CaseResidual", "Spread", "case_residuals", "spread_of"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

TOO_HIGH = (
    "Parameters, unlisted events and times within a day come from the same record, so these "
    "p-values are too high: a small one is a finding, a large one proves little."
)
_POINTS = 39  # of a Q-Q plot
_LEVEL = 0.05


@dataclass(frozen=True)
class Spread:
    """1-in-10, middle and 9-in-10 over draws; NaN where no draw has a number."""

    low: float
    median: float
    high: float


def spread_of(values: F8) -> Spread:
    """Return the spread of what is finite in `values`.

    >>> spread_of(np.array([1.0, 2.0, 3.0, np.nan])).median
    2.0
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Spread(*[float("nan")] * 3)
    return Spread(*np.quantile(finite, (0.1, 0.5, 0.9)).tolist())


@dataclass(frozen=True, eq=False)
class CaseResidual:
    """Residuals of one type over draws.

    Attributes:
        type: id of the event type.
        draws: of the posterior that were tested.
        events: in the window, listed and unlisted.
        expected: by the compensator.
        gap_distance, gap_p: K-S distance of the gaps from the exponential, and its p-value.
        drift_distance, drift_p: K-S distance of the times from the uniform, and its p-value.
        rejected: share of draws in which the gaps fail at 5 %; NaN under five events.
        theory: [Q] exponential quantiles.
        low, median, high: [Q] those of the gaps, over draws.
        chance_low, chance_high: [Q] where 80 % of such quantiles lie if the model is right, for as
            many events as the median draw has.
    """

    type: str
    draws: int
    events: Spread
    expected: Spread
    gap_distance: Spread
    gap_p: Spread
    drift_distance: Spread
    drift_p: Spread
    rejected: float
    theory: F8
    low: F8
    median: F8
    high: F8
    chance_low: F8
    chance_high: F8


def case_residuals(
    case: Case, given: PosteriorDraws, *, seed: int, draws: int = 100
) -> tuple[CaseResidual, ...]:
    """Test every type that has events in the past, on each of the first draws.

    Args:
        case: the case that was fitted.
        given: posterior draws of its main reading.
        seed: of the times drawn for acts that one row reports together.
        draws: at most so many.

    Returns:
        One for each type with events, in the case's order.

    Raises:
        CaseError: the draws are of another case.
        FitError: no draw has any event.

    References:
        Ogata (1988), JASA 83: 9, for residual analysis of point processes.
    """
    number = min(draws, given.draws)
    model = compile_model(
        case, given.reading, draws=number, seed=seed, given=given, from_window_start=True
    )
    levels = past_levels(case, given.reading, given, number, seed, from_window_start=True)
    rng = np.random.default_rng(seed)
    spans = _spans(case, given.past)
    clocks = []
    for d in range(number):
        times, classes = _untied(given.past, d, spans, rng)
        clocks.append(type_clocks(model, d, levels[d], times, classes))
    told = {int(k) for k in np.unique(model.structure.class_type[given.past.classes])}
    if not told:
        raise FitError("no draw holds any event", remedy="there is nothing to test")
    return tuple(_residual(model.type_ids[k], [c[k] for c in clocks]) for k in sorted(told))


def _residual(name: str, clocks: list[Clock]) -> CaseResidual:
    found = np.array([clock_tests(c) for c in clocks])  # [D, gaps or drift, distance or p]
    n = np.array([len(c.times) for c in clocks], np.float64)
    share = (np.arange(_POINTS) + 0.5) / _POINTS
    held = [np.quantile(c.gaps, share) for c in clocks if len(c.times)]
    low, median, high = np.quantile(held, (0.1, 0.5, 0.9), axis=0)
    p = found[:, 0, 1]
    tested = np.isfinite(p)
    chance = _chance(share, max(1.0, float(np.median(n))))
    return CaseResidual(
        type=name,
        draws=len(clocks),
        events=spread_of(n),
        expected=spread_of(np.array([c.end for c in clocks])),
        gap_distance=spread_of(found[:, 0, 0]),
        gap_p=spread_of(p),
        drift_distance=spread_of(found[:, 1, 0]),
        drift_p=spread_of(found[:, 1, 1]),
        rejected=float((p[tested] < _LEVEL).mean()) if tested.any() else float("nan"),
        theory=-np.log1p(-share),
        low=low,
        median=median,
        high=high,
        chance_low=chance[0],
        chance_high=chance[1],
    )


def _chance(share: F8, n: float) -> tuple[F8, F8]:
    """80 % intervals of the quantiles of n exponential gaps: order statistics are beta."""
    from scipy.stats import beta

    law = beta(share * (n + 1), (1 - share) * (n + 1))
    low, high = law.ppf(0.1), law.ppf(0.9)
    return -np.log1p(-low), -np.log1p(-np.minimum(high, 1 - 1e-12))


# --- acts that one row reports together -----------------------------------------------------------


def _spans(case: Case, past: Past) -> F8:
    """[R, 2] interval of each row, absolute days, within the window."""
    of = {event.id: event for event in case.record.events}
    out = np.empty((len(past.row_ids), 2))
    for i, name in enumerate(past.row_ids):
        if name not in of:
            raise FitError("the record has no such row", value=name, remedy="fit this case again")
        event = of[name]
        low, high = _day(event.start), _day(event.end) + 1
        out[i] = max(low, past.start), min(high, past.end)
    return out


def _day(date: dt.date) -> int:
    return (date - EPOCH).days


def _untied(past: Past, draw: int, spans: F8, rng: np.random.Generator) -> tuple[F8, I8]:
    """One draw's times and classes; acts at one moment are spread over their row's interval.

    A row that reports several acts has one moment in the sampler. No continuous process has two
    events at once, so all but the first get times of their own.
    """
    times, classes, rows = past.of(draw)
    again = np.flatnonzero((rows >= 0) & (np.diff(times, prepend=-np.inf) == 0.0))
    times = times.copy()
    low, high = spans[rows[again], 0], spans[rows[again], 1]
    times[again] = low + (high - low) * rng.random(len(again))
    order = np.argsort(times, kind="stable")
    return times[order], classes[order]
