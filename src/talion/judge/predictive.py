"""Posterior predictive checks: histories simulated anew from the window's first day, and the record.

Each posterior draw is run again from an empty beginning with new noise, new movements of latent
factors and new events; then it is seen again, through its own chances of listing and errors of
totals. What the record shows should look like one of these histories (Gelman, Meng and Stern 1996,
Statistica Sinica 6: 733). Compared are counts imputed in the same draw; a tail probability near 0
or 1 says that the process seldom makes what is there. They are conservative, since the same record
made the draws: a small one is a finding, a middling one proves little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.case.observation import ObservationModel, attention_odds
from talion.fit.case.residuals import Spread, spread_of
from talion.fit.case.result import FittedReading
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import Case
from talion.model.compile import compile_model
from talion.model.compile_window import WINDOW
from talion.model.posterior import PosteriorDraws
from talion.simulate.history import simulate_history

__all__ = ["Discrepancy", "Predictive", "TotalCheck", "WeeklyCheck", "posterior_predictive"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class WeeklyCheck:
    """Weekly counts of one type, each array [weeks]; the last week may be shorter.

    Attributes:
        type: id of the event type.
        listed: recorded rows; the mean over draws, since a time within an interval may vary.
        imputed_low, imputed, imputed_high: 1-in-10, middle, 9-in-10 over draws of the past.
        low, median, high: of histories simulated anew.
        inside: share of weeks whose imputed middle lies within low..high.
    """

    type: str
    listed: F8
    imputed_low: F8
    imputed: F8
    imputed_high: F8
    low: F8
    median: F8
    high: F8
    inside: float


@dataclass(frozen=True)
class TotalCheck:
    """One reported total against totals replicated with the fitted errors.

    Attributes:
        series, said: which series, and which statement of it.
        value: reported.
        lower_bound: whether it says "over".
        replicated: over histories.
        p: probability that a replicated total is as high as the reported one or higher, half of
            ties counted.
    """

    series: str
    said: str
    value: int
    lower_bound: bool
    replicated: Spread
    p: float


@dataclass(frozen=True)
class Discrepancy:
    """A quantity of one type's events, as imputed and as simulated anew.

    Attributes:
        type, what: which.
        imputed, replicated: over draws.
        p: probability that a new history of a draw has more than the draw's past, half of ties
            counted.
    """

    type: str
    what: str
    imputed: Spread
    replicated: Spread
    p: float


@dataclass(frozen=True, eq=False)
class Predictive:
    """All posterior predictive checks of a fit.

    Attributes:
        draws, histories: how many draws, and new histories of each.
        capped: share of histories that grew beyond the event cap; their counts end there.
        weeks: [weeks] absolute day on which each begins.
        weekly, totals, discrepancies: see there.
    """

    draws: int
    histories: int
    capped: float
    weeks: I8
    weekly: tuple[WeeklyCheck, ...]
    totals: tuple[TotalCheck, ...]
    discrepancies: tuple[Discrepancy, ...]


def posterior_predictive(
    case: Case, fitted: FittedReading, *, seed: int, draws: int = 100, histories: int = 2
) -> Predictive:
    """Simulate the window of a fit anew from its posterior draws and compare.

    Args:
        case: the case that was fitted.
        fitted: its main reading.
        seed: of the new histories and of how they are seen.
        draws: at most so many, the first ones.
        histories: new histories of each.

    Raises:
        CaseError: the draws are of another case.
        InputError: no draw or history.
    """
    if draws < 1 or histories < 1:
        raise InputError("at least one draw and history", value=(draws, histories))
    given = fitted.draws
    number = min(draws, given.draws)
    model = compile_model(
        case, given.reading, draws=number, seed=seed, given=given, from_window_start=True
    )
    problem, rng = problem_of(case), np.random.default_rng(seed)
    s, scores = problem.arrays, {**given.scores, **fitted.observation}
    seen = _Seen(problem, given, number, histories)
    for d in range(number):
        seen.past(d)
        observers = ObservationModel.of(problem, {n: float(v[d]) for n, v in scores.items()}, rng)
        for n in range(histories):
            made = simulate_history(model, WINDOW, d, n, s.days)
            attention = attention_odds(model, d, made.levels[: s.days])
            seen.replicate(d, n, made.times - s.start, made.classes, observers, attention, rng)
            seen.capped[d, n] = made.capped
    return Predictive(
        draws=number,
        histories=histories,
        capped=float(seen.capped.mean()),
        weeks=s.start + 7 * np.arange(seen.weeks),
        weekly=tuple(seen.weekly_checks()),
        totals=tuple(seen.total_checks()),
        discrepancies=tuple(seen.discrepancies()),
    )


class _Seen:
    """Counts of pasts and of new histories, as they come."""

    def __init__(self, problem: Problem, given: PosteriorDraws, draws: int, histories: int) -> None:
        s = problem.arrays
        self.problem, self.given = problem, given
        self.weeks, types = -(-s.days // 7), len(s.usual)
        self.imputed = np.zeros((draws, types, self.weeks))
        self.rows = np.zeros((draws, types, self.weeks))
        self.made = np.zeros((draws, histories, types, self.weeks))
        self.listed = np.zeros((draws, histories, types))
        self.totals = np.zeros((draws, histories, len(s.t_value)))
        self.capped = np.zeros((draws, histories), np.bool_)

    def past(self, d: int) -> None:
        times, classes, rows = self.given.past.of(d)
        days = times - self.problem.arrays.start
        self._count(self.imputed[d], days, classes)
        self._count(self.rows[d], days[rows >= 0], classes[rows >= 0])

    def replicate(
        self,
        d: int,
        n: int,
        days: F8,
        classes: I8,
        observers: ObservationModel,
        attention: F8,
        rng: Rng,
    ) -> None:
        """Count a new history, what of it gets listed, and what totals would say of it."""
        s = self.problem.arrays
        self._count(self.made[d, n], days, classes)
        for t, c in zip(days.astype(np.int64).tolist(), classes.tolist(), strict=True):
            k = int(s.class_type[c])
            self.listed[d, n, k] += rng.random() < observers.listed(c, t, attention[t, k])
        moment = s.q_low + (s.q_high - s.q_low) * rng.random(len(s.q_low))
        for j, total in enumerate(self.problem.record.totals):
            inside = (days >= s.t_since[j]) & (days < moment[s.t_moment[j]])
            number = int((inside & (s.t_member[j, classes] == 1)).sum())
            said = observers.said(total.series, number, total.lower_bound, rng)
            self.totals[d, n, j] = said

    def _count(self, out: F8, days: F8, classes: I8) -> None:
        week = (days // 7).astype(np.int64)
        np.add.at(out, (self.problem.arrays.class_type[classes], week), 1.0)

    def _types(self) -> Iterator[tuple[int, str]]:
        for k, name in enumerate(self.problem.case.events):
            if name in self.problem.record.types:
                yield k, name

    def weekly_checks(self) -> Iterator[WeeklyCheck]:
        for k, name in self._types():
            past = np.quantile(self.imputed[:, k], (0.1, 0.5, 0.9), axis=0)
            made = self.made[:, :, k].reshape(-1, self.weeks)
            low, median, high = np.quantile(made, (0.1, 0.5, 0.9), axis=0)
            inside = float(((past[1] >= low) & (past[1] <= high)).mean())
            rows = self.rows[:, k].mean(axis=0)
            yield WeeklyCheck(name, rows, past[0], past[1], past[2], low, median, high, inside)

    def total_checks(self) -> Iterator[TotalCheck]:
        for j, total in enumerate(self.problem.record.totals):
            made = self.totals[:, :, j].ravel()
            p = float((made > total.value).mean() + 0.5 * (made == total.value).mean())
            said, bound = total.said, total.lower_bound
            yield TotalCheck(total.series, said, total.value, bound, spread_of(made), p)

    def discrepancies(self) -> Iterator[Discrepancy]:
        for k, name in self._types():
            for what, measure in _MEASURES.items():
                past = measure(self.imputed[:, k])
                yield _discrepancy(name, what, past, measure(self.made[:, :, k]))
            listed = self.rows[:, k].sum(axis=1)
            yield _discrepancy(name, "listed events", listed, self.listed[:, :, k])


def _discrepancy(name: str, what: str, past: F8, made: F8) -> Discrepancy:
    gap = made - past[:, None]
    gap = gap[np.isfinite(gap)]
    p = float((gap > 0).mean() + 0.5 * (gap == 0).mean()) if gap.size else float("nan")
    return Discrepancy(name, what, spread_of(past.ravel()), spread_of(made.ravel()), p)


def _dispersion(counts: F8) -> F8:
    """Variance over mean of weekly counts; 1 for a Poisson process, NaN without events."""
    mean = counts.mean(axis=-1)
    safe = np.where(mean > 0, mean, 1.0)
    return np.asarray(np.where(mean > 0, counts.var(axis=-1) / safe, np.nan))


def _succession(counts: F8) -> F8:
    """Correlation of each week's count with the next; NaN where counts do not vary."""
    away = counts - counts.mean(axis=-1, keepdims=True)
    whole = (away**2).sum(axis=-1)
    safe = np.where(whole > 0, whole, 1.0)
    return np.asarray(
        np.where(whole > 0, (away[..., 1:] * away[..., :-1]).sum(axis=-1) / safe, np.nan)
    )


_MEASURES: dict[str, Callable[[F8], F8]] = {
    "events": lambda counts: np.asarray(counts.sum(axis=-1)),
    "most in a week": lambda counts: np.asarray(counts.max(axis=-1)),
    "weeks without any": lambda counts: np.asarray((counts == 0).sum(axis=-1), np.float64),
    "variance over mean of weeks": _dispersion,
    "correlation of a week with the next": _succession,
}
