"""What the totals of a week say, in advance, of the unlisted events of each of its days.

A total that is meant to be met within an attack or two is met by few courses of events that know
nothing of it. So particles look ahead (Pitt and Shephard 1999, JASA 94: 590; Guarniero, Johansen and
Lee 2017, JASA 112: 1636): numbers of unlisted events are drawn from

    Q(m) = Poisson(m; L) A(n + m) / B(n),  B(n) = sum_m Poisson(m; L) A(n + m),  A = F B',

backwards from the last total of the week: F is the chance of what is said at the end of a stretch of
days, B' the B of the next stretch, n the unlisted events so far, by places that totals tell apart, and
L what a particle expects in the stretch as it stands. It is a proposal and no more: what it draws is
weighed by its density, so that the estimate of a week's probability stays unbiased however rough L is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from talion.fit.case.arrays import CELLS_PER_DAY
from talion.fit.case.specification import Problem
from talion.fit.case.weeks import DAYS, last_day

__all__ = ["Drawn", "Sight", "TotalsAhead", "said_log"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Rng = np.random.Generator

_LARGEST = 90  # unlisted events of one place and week that are looked at
_LOG_FACTORIAL = gammaln(np.arange(_LARGEST + 1) + 1.0)
_EVEN = 0.1  # share of moments drawn whatever the totals say


def said_log(value: float, number: F8, scale: float, *, lower: bool) -> F8:
    """Return the log-probability of a total given what it counts; see `observation_kernel`.

    Args:
        value: as stated.
        number: expected by its speaker, any shape.
        scale: of its errors.
        lower: whether it is a lower bound.

    >>> said_log(3.0, np.array([3.0, 4.0]), 1.0, lower=False).round(3).tolist()
    [-0.772, -1.772]
    """
    gap = (value - number) / scale
    if not lower:
        return np.asarray(math.log(math.tanh(0.5 / scale)) - np.abs(gap))
    inside = np.log1p(-0.5 * np.exp(np.minimum(gap, 0.0)))
    return np.asarray(np.where(gap > 0, math.log(0.5) - gap, inside))


@dataclass(frozen=True, eq=False)
class Sight:
    """What one particle knows on one morning.

    Attributes:
        day: from the window's start.
        until: [J] moments up to which the week's totals count.
        fixed: [J] events that each counts that are there, or recorded and yet to come.
        rate: [H, cells left in the week] unlisted events expected, by class and cell.
        scale: [J] of the totals' errors.
        ratio: [J] of their definitions.
    """

    day: int
    until: F8
    fixed: F8
    rate: F8
    scale: F8
    ratio: F8


@dataclass(frozen=True, eq=False)
class Drawn:
    """Unlisted events of a day in places that totals tell apart.

    Attributes:
        places: [n] positions among hidden classes.
        times: [n] days from the window's start.
        log: log of the density of what was drawn over that of a Poisson process with the same rate.
        ahead: log of what the totals still to be told give the day's end.
    """

    places: I8
    times: F8
    log: float
    ahead: float


class TotalsAhead:
    """The totals of one week.

    Args:
        problem: what is told.
        hidden: [H] classes that may go unlisted.
        week: number, from 0.
    """

    def __init__(self, problem: Problem, hidden: I8, week: int) -> None:
        s, days = problem.arrays, problem.arrays.days
        known = [last_day(t, days) for t in problem.record.totals]
        self.totals = np.array([j for j, d in enumerate(known) if d // DAYS == week], np.int64)
        self.end = min(DAYS * (week + 1), days)
        self.day = np.array([known[j] for j in self.totals], np.int64)
        self.value, self.lower = s.t_value[self.totals], s.t_lower[self.totals] == 1
        self.since, self.member = s.t_since[self.totals], s.t_member[self.totals]
        self.moments, self.moment = np.unique(s.t_moment[self.totals], return_inverse=True)
        self.low, self.high = s.q_low[self.moments], s.q_high[self.moments]
        seen, place = np.unique(self.member[:, hidden], axis=1, return_inverse=True)
        counted = np.flatnonzero(seen.any(axis=0))
        self.axis_member = seen[:, counted]  # [J, G]
        number = np.full(seen.shape[1], -1)
        number[counted] = np.arange(len(counted))
        self.axis = number[np.ravel(place)] if len(self.totals) else np.full(len(hidden), -1)
        self.on_axis = [np.flatnonzero(self.axis == g) for g in range(len(counted))]

    # --- moments ----------------------------------------------------------------------------------

    def draw_moments(self, sight: Sight, numbers: list[F8], rng: Rng) -> tuple[F8, float]:
        """Draw up to when each total counts, likelier where it then agrees with what is expected.

        Args:
            sight: of the week's first morning; its `until` and `fixed` are not read.
            numbers: for each moment, [cells, J] events there or recorded, up to the middle of each
                cell of `cells_of`.
            rng: of the draw.

        Returns:
            [J] moments, and the log of the even density over that of the draw.
        """
        until, log = np.zeros(len(self.totals)), 0.0
        expected = np.concatenate(
            [np.zeros((len(self.on_axis), 1)), np.cumsum(self._by_axis(sight.rate), axis=1)], axis=1
        )
        edges = sight.day + np.arange(expected.shape[1]) / CELLS_PER_DAY
        for q in range(len(self.moments)):
            middle = self.cells_of(q)
            value = np.zeros(len(middle))
            for j in np.flatnonzero(self.moment == q):
                own = self.axis_member[j] @ expected if len(self.on_axis) else np.zeros(len(edges))
                unlisted = np.interp(middle, edges, own)
                number = sight.ratio[j] * (numbers[q][:, j] + unlisted)
                gap = np.abs(self.value[j] - number)
                gap = gap if not self.lower[j] else np.maximum(self.value[j] - number, 0.0)
                value -= gap / (sight.scale[j] + sight.ratio[j] * np.sqrt(unlisted))
            chance = np.exp(value - value.max())
            chance = (1 - _EVEN) * chance / chance.sum() + _EVEN / len(chance)
            at = min(int(np.searchsorted(np.cumsum(chance), rng.random())), len(chance) - 1)
            log -= math.log(len(chance) * chance[at])
            width = (self.high[q] - self.low[q]) / len(chance)
            until[self.moment == q] = self.low[q] + width * (at + rng.random())
        return until, log

    def cells_of(self, q: int) -> F8:
        """Return the middles of the cells among which moment `q` is drawn."""
        width = self.high[q] - self.low[q]
        number = max(1, round(CELLS_PER_DAY * width))
        return np.asarray(self.low[q] + width * (np.arange(number) + 0.5) / number)

    # --- a day ------------------------------------------------------------------------------------

    def draw(self, sight: Sight, rng: Rng) -> Drawn:
        """Draw a day's unlisted events in the places that totals tell apart.

        Args:
            sight: of its morning.
            rng: of the draw.
        """
        day, later = sight.day, self.day > sight.day
        looked = (self.since <= day) & (self.day >= day)
        past = np.flatnonzero(looked & later & (sight.until <= day))
        ahead = float(sum(float(self._log(int(j), sight, sight.fixed[j])) for j in past))
        open_ = np.flatnonzero(looked & (sight.until > day))
        rate = self._by_axis(sight.rate)
        bounds = np.unique(np.append(np.minimum(sight.until[open_], self.end), day + 1.0))
        means = self._means(day, bounds, rate)
        sizes = self._sizes(open_, sight, means.sum(axis=1))
        today = np.flatnonzero(bounds <= day + 1.0)
        after, night, log_night = self._backwards(
            open_, sight, bounds, means, sizes, midnight=int(today[-1])
        )
        so_far = np.zeros(len(sizes), np.int64)
        places, times, log = [np.zeros(0, np.int64)], [np.zeros(0)], 0.0
        start = float(day)
        for k in today:
            more, step = _tilted(after[k], so_far, means[:, k], rng)
            log += step
            so_far = so_far + more
            for g in np.flatnonzero(more):
                where, when = self._spread(int(g), int(more[g]), sight, start, bounds[k], rng)
                places.append(where)
                times.append(when)
            start = float(bounds[k])
            for j in open_[later[open_] & (np.minimum(sight.until[open_], self.end) == bounds[k])]:
                ahead += float(self._log(j, sight, self._number(j, sight, so_far)))
        with np.errstate(divide="ignore"):
            ahead += float(np.log(night[tuple(so_far)])) + log_night
        if math.isnan(log) or not math.isfinite(ahead):
            log, ahead = math.inf, 0.0
        return Drawn(np.concatenate(places), np.concatenate(times), log, ahead)

    def _by_axis(self, rate: F8) -> F8:
        """[G, cells] of [H, cells]."""
        return np.array([rate[own].sum(axis=0) for own in self.on_axis]).reshape(-1, rate.shape[1])

    def _means(self, day: int, bounds: F8, rate: F8) -> F8:
        """[G, stretches] expected unlisted events between bounds."""
        edges = day + np.arange(rate.shape[1] + 1) / CELLS_PER_DAY
        sums = np.concatenate([np.zeros((len(rate), 1)), np.cumsum(rate, axis=1)], axis=1)
        at = np.array([np.interp(np.append(day, bounds), edges, own) for own in sums])
        return np.maximum(np.diff(at.reshape(len(rate), -1), axis=1), 1e-12)

    def _sizes(self, open_: I8, sight: Sight, mean: F8) -> tuple[int, ...]:
        """How many unlisted events each place may have: what is likely, or what is said."""
        likely = mean + 6 * np.sqrt(mean) + 4
        for j in open_:
            said = (self.value[j] / sight.ratio[j] - sight.fixed[j]) + 3
            most = np.minimum(said, mean + 12 * np.sqrt(mean) + 10)
            likely = np.where(self.axis_member[j] == 1, np.maximum(likely, most), likely)
        return tuple(int(x) for x in np.minimum(np.ceil(likely), _LARGEST))

    def _number(self, j: int, sight: Sight, counts: I8) -> float:
        return float(sight.fixed[j] + self.axis_member[j] @ counts)

    def _log(self, j: int, sight: Sight, number: float | F8) -> F8:
        return said_log(
            float(self.value[j]), sight.ratio[j] * np.asarray(number), float(sight.scale[j]),
            lower=bool(self.lower[j]),
        )  # fmt: skip

    def _backwards(
        self, open_: I8, sight: Sight, bounds: F8, means: F8, sizes: tuple[int, ...], *,
        midnight: int,
    ) -> tuple[list[F8], F8, float]:  # fmt: skip
        """[stretches] tables A, each up to a factor; B' of the day's end, and its factor's log."""
        axes = [
            np.arange(n, dtype=float).reshape([-1 if i == g else 1 for i in range(len(sizes))])
            for g, n in enumerate(sizes)
        ]
        table, whole = np.ones(sizes), 0.0
        after, night, log_night = [table] * len(bounds), table, 0.0
        for k in reversed(range(len(bounds))):
            if k + 1 < len(bounds):
                for g in range(len(sizes)):
                    table = _ahead(table, g, float(means[g, k + 1]))
            if k == midnight:
                night, log_night = table, whole
            told = np.zeros((1,) * len(sizes))
            for j in open_[np.minimum(sight.until[open_], self.end) == bounds[k]]:
                number = sum((axes[g] for g in np.flatnonzero(self.axis_member[j])), sight.fixed[j])
                told = told + self._log(j, sight, number)
            top = float(told.max())
            table = table * np.exp(told - top)
            peak = float(table.max())
            whole += top + (math.log(peak) if peak > 0 else -math.inf)
            table = table / peak if peak > 0 else table
            after[k] = table
        return after, night, log_night

    def _spread(
        self, g: int, number: int, sight: Sight, start: float, end: float, rng: Rng
    ) -> tuple[I8, F8]:
        """Classes and times of so many events of a place between two moments of the day."""
        own = self.on_axis[g]
        left = sight.day + np.arange(CELLS_PER_DAY) / CELLS_PER_DAY
        low = np.maximum(left, start)
        high = np.maximum(np.minimum(left + 1.0 / CELLS_PER_DAY, end), low)
        share = sight.rate[own, :CELLS_PER_DAY] * (high - low)
        sums = np.cumsum(share.ravel())
        at = np.searchsorted(sums, rng.random(number) * sums[-1], side="right")
        which, cell = np.unravel_index(np.minimum(at, share.size - 1), share.shape)
        return own[which], low[cell] + (high - low)[cell] * rng.random(number)


def _poisson(mean: float, size: int) -> F8:
    numbers = np.arange(size)
    return np.asarray(np.exp(numbers * math.log(mean) - mean - _LOG_FACTORIAL[:size]))


def _ahead(table: F8, axis: int, mean: float) -> F8:
    """Sum over a Poisson number more along an axis."""
    size = table.shape[axis]
    more = np.arange(size)[None, :] - np.arange(size)[:, None]
    chance = np.where(more >= 0, _poisson(mean, size)[np.maximum(more, 0)], 0.0)
    return np.asarray(np.moveaxis(np.tensordot(chance, table, axes=(1, axis)), 0, axis))


def _tilted(after: F8, so_far: I8, means: F8, rng: Rng) -> tuple[I8, float]:
    """Draw numbers by Q; return them and the log of Q over the Poisson probability."""
    rest = after[tuple(slice(int(n), None) for n in so_far)]
    joint = rest
    for g, n in enumerate(rest.shape):
        shape = [-1 if i == g else 1 for i in range(rest.ndim)]
        joint = joint * _poisson(float(means[g]), n).reshape(shape)
    sums = np.cumsum(joint.ravel())
    if not sums[-1] > 0:
        return np.zeros(len(so_far), np.int64), math.nan
    at = int(min(np.searchsorted(sums, rng.random() * sums[-1], side="right"), joint.size - 1))
    more = np.array(np.unravel_index(at, rest.shape), np.int64)
    return more, math.log(float(rest.ravel()[at])) - math.log(float(sums[-1]))
