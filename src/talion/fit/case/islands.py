"""One island of particles: days gone on with, weighed, and particles drawn again.

See `particles.py` for what a particle is and what its weight estimates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError
from talion.fit.case.arrays import CELLS_PER_DAY, Chain
from talion.fit.case.chain import enter_events, evaluate, new_chain
from talion.fit.case.moves import BLURS, Moves, State
from talion.fit.case.particle import Particle
from talion.fit.case.specification import Problem
from talion.fit.case.totals_ahead import Drawn, Sight, TotalsAhead, said_log
from talion.fit.case.weeks import DAYS, week_of_row, weeks_of

__all__ = ["Island", "Told"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Rng = np.random.Generator
_MOST_A_DAY = 2000.0  # proposed unlisted events beyond which a particle is given up
_TRIES = 1000  # to draw times that keep the coded order


@dataclass(frozen=True, eq=False)
class Told:
    """What an island found, week by week.

    Attributes:
        log: log mean weight of each week given those before.
        effective: smallest effective number of particles at the end of a day of each week.
    """

    log: list[float]
    effective: list[float]


@dataclass(frozen=True, eq=False)
class _Expected:
    """What a particle expects of the rest of a week, before it goes on."""

    rate: F8
    """[H, cells left] unlisted events, by hidden class."""
    mix: F8
    """[S] of the first of these days."""


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is drawn for a particle before a week."""

    row_times: F8
    """[R]"""
    until: F8
    """[J] up to when the week's totals count."""
    scale: F8
    """[J] of their errors."""
    ratio: F8
    """[J] of their definitions."""
    ahead: float = 0.0
    """Log of what the totals still to be told give, as far as it is in the weight already."""


class Island:
    """A group of particles, and the room to work them out.

    Args:
        problem: what is told.
        rng: of all chance.
        moves: of particles after a week, by week; none where they go on as they are.
    """

    def __init__(self, problem: Problem, rng: Rng, moves: Sequence[Moves | None] = ()) -> None:
        self.problem, self.rng, self.s, self.moves = problem, rng, problem.arrays, moves
        self.room = 64 + 4 * (len(problem.record.rows) + 50)
        self.chain: Chain = new_chain(problem, self.room)
        s = self.s
        self.week = np.array([week_of_row(r) for r in problem.record.rows], np.int64)
        self.fitted = np.flatnonzero(s.fitted == 1)
        hidden = np.isin(s.class_type, s.unlisted_type)
        self.hidden = np.flatnonzero(hidden & (s.l_param[s.class_type] >= 0))
        self.hidden_type = s.class_type[self.hidden]
        self.absence_week = (np.ceil(s.a_end) - 1).astype(np.int64) // DAYS
        self.spared = self._spared()
        self.totals = [TotalsAhead(problem, self.hidden, w) for w in range(weeks_of(s.days))]

    def _spared(self) -> F8:
        """[H, days] chance that a week's statements of absence leave to an event of a class on a day."""
        s, day = self.s, np.arange(self.s.days) + 0.5
        log = np.zeros((len(self.hidden), s.days))
        for j in range(len(s.a_start)):
            inside = (day >= max(s.a_start[j], self._known(j))) & (day < s.a_end[j])
            log += s.a_miss[j] * np.outer(s.a_member[j, self.hidden], inside)
        return np.exp(log)

    def run(
        self, particles: list[Particle], first: int, progress: Callable[[int], None] | None = None
    ) -> Told:
        """Tell the weeks from `first` on.

        Args:
            particles: at the beginning of that week.
            first: its number, from 0.
            progress: called with the number of particle-days done since the last call.
        """
        n, weeks = len(particles), weeks_of(self.s.days)
        told, share = Told([], []), np.full(n, -math.log(n))
        for week in range(first, weeks):
            begun = [self._begin(p, week) for p in particles]
            ahead, plans = [b[0] for b in begun], [b[1] for b in begun]
            share = share + np.array([b[2] for b in begun])
            value, least = 0.0, float(n)
            moves = self.moves[week] if week < len(self.moves) else None
            for day in range(DAYS * week, min(DAYS * (week + 1), self.s.days)):
                moved = [self._day(particles[i], ahead[i], plans[i], day) for i in range(n)]
                share = share + np.array([m[3] for m in moved])
                step = _log_sum(share)
                value += step
                if not np.isfinite(step):
                    missing = weeks - first - len(told.log)
                    told.log.extend([-math.inf] * missing)
                    told.effective.extend([0.0] * missing)
                    return told
                share -= step
                particles, ahead, plans = (
                    [m[0] for m in moved], [m[1] for m in moved], [m[2] for m in moved],
                )  # fmt: skip
                effective = float(np.exp(-_log_sum(2 * share)))
                least = min(least, effective)
                last = day == min(DAYS * (week + 1), self.s.days) - 1
                if effective < n / 2 or (last and moves is not None):
                    chosen = _systematic(np.exp(share), self.rng)
                    particles = [particles[i] for i in chosen]
                    ahead, plans = [ahead[i] for i in chosen], [plans[i] for i in chosen]
                    share = np.full(n, -math.log(n))
                if progress:
                    progress(n)
            if moves is not None:
                particles, step, lowest = self._moved(particles, moves)
                value, least = value + step, min(least, lowest)
            told.log.append(value)
            told.effective.append(least)
        return told

    def _moved(
        self, particles: list[Particle], moves: Moves
    ) -> tuple[list[Particle], float, float]:
        """Sharpen a week's totals and move the particles: what that adds to the week's log, the least effective number."""
        n = len(particles)
        states, value, least = [State(p) for p in particles], 0.0, float(n)
        for step in range(len(moves.blurred)):
            states = [moves.sharpened(state, step, self.rng) for state in states]
            share = np.array([state.log for state in states]) - math.log(n)
            added = _log_sum(share)
            value, share = value + added, share - added
            least = min(least, float(np.exp(-_log_sum(2 * share))))
            chosen = _systematic(np.exp(share), self.rng)
            states = [states[i] for i in chosen]
        if moves.last:
            return [state.particle for state in states], value, least
        return [moves.moved(state, self.rng) for state in states], value, least

    # --- before a week ----------------------------------------------------------------------------

    def _begin(self, p: Particle, week: int) -> tuple[_Expected, _Plan, float]:
        """What a particle expects of a week, what is drawn for it, and the log weight of that."""
        day, totals = DAYS * week, self.totals[week]
        self._enter(p)
        expected = self._expected(day)
        times = self._row_times(week)
        none = np.zeros(len(totals.totals))
        if not len(none):
            return expected, _Plan(times, none, none, none), 0.0
        scale, ratio = self._errors(totals)
        sight = Sight(day, none, none, expected.rate, scale, ratio)
        numbers = [
            self._counted(p, times, day, totals, totals.cells_of(q)[:, None])
            for q in range(len(totals.moments))
        ]
        until, log = totals.draw_moments(sight, numbers, self.rng)
        return expected, _Plan(times, until, scale, ratio), log

    def _row_times(self, week: int) -> F8:
        """Times of a week's rows, uniform in their intervals where these keep the coded order."""
        s = self.s
        low, high = s.row_low, s.row_high
        times: F8 = low + (high - low) * self.rng.random(len(low))
        own = np.flatnonzero((self.week == week) & (s.row_after >= 0))
        for _ in range(_TRIES):
            wrong = own[times[own] <= times[s.row_after[own]]]
            if not wrong.size:
                return times
            # All of a chain afresh, so that what is kept is uniform where the order holds.
            again = self._together(wrong)
            times[again] = low[again] + (high[again] - low[again]) * self.rng.random(len(again))
        ids = [self.problem.record.rows[i].id for i in wrong]
        raise FitError(
            "the coded order of events cannot be kept within their intervals",
            place="record, after", value=ids, remedy="look at `after` and the dates of these rows",
        )  # fmt: skip

    def _together(self, rows: I8) -> I8:
        """Rows tied to these by the coded order, at length."""
        found = set(rows.tolist())
        while True:
            more = {int(self.s.row_after[i]) for i in found} - {-1}
            more |= {i for i, j in enumerate(self.s.row_after) if int(j) in found}
            if more <= found:
                return np.array(sorted(found), np.int64)
            found |= more

    def _counted(self, p: Particle, row_times: F8, day: int, totals: TotalsAhead, until: F8) -> F8:
        """[..., J] events that are there, or recorded and yet to come this week, as each total counts.

        `until` is [J], or [cells, 1] for every total at the same moments. A row that may be of a class that a total does not count counts by its share of classes.
        """
        s = self.s
        since, end = totals.since[:, None], until[..., None]
        inside = (totals.member[:, p.kinds] == 1) & (p.times >= since) & (p.times < end)
        number = inside @ p.sizes.astype(np.float64)
        rows = np.flatnonzero((self.week == day // DAYS) & (row_times >= day))
        if len(rows):
            allowed = s.row_allowed[rows] / s.row_allowed[rows].sum(axis=1, keepdims=True)
            share = totals.member @ allowed.T
            inside = (row_times[rows] >= since) & (row_times[rows] < end)
            number = number + (share * inside) @ s.row_weight[rows].astype(np.float64)
        return np.asarray(number)

    def _errors(self, totals: TotalsAhead) -> tuple[F8, F8]:
        """[J] scales and ratios of a week's totals, of the particle that is entered."""
        v, s = self.chain.v, self.s
        own = s.t_ratio[totals.totals]
        ratio = np.where(own >= 0, v[np.maximum(own, 0)], 1.0)
        scale = v[s.t_scale[totals.totals]]
        if self.moves:  # blurred at first: see `moves.py`
            scale = np.full(len(scale), BLURS[0])
        return scale, ratio

    # --- one day of one particle ------------------------------------------------------------------

    def _enter(self, p: Particle) -> None:
        if len(p.times) > self.room:
            self.room = 2 * len(p.times)
            self.chain = new_chain(self.problem, self.room)
        ch = self.chain
        ch.x[:], ch.sign[:] = p.x, p.sign
        enter_events(ch, p.times, p.kinds, p.rows, p.sizes)
        evaluate(self.problem, ch)

    def _expected(self, day: int) -> _Expected:
        """What the particle that is entered expects from a day to its week's end."""
        s, ch = self.s, self.chain
        end = min(DAYS * (day // DAYS + 1), s.days)
        k = self.hidden_type
        odds = np.repeat(ch.weekly[k, day // DAYS][:, None], end - day, axis=1)
        for own in (s.l_class[self.hidden], s.l_place[self.hidden]):
            odds += np.where(own >= 0, ch.v[np.maximum(own, 0)], 0.0)[:, None]
        for i in np.flatnonzero(s.l_factor[k] >= 0):
            f = int(s.l_factor[k[i]])
            odds[i] += ch.attended[k[i]] * (ch.z[day:end, f] - ch.z_ref[f])
        unlisted = 1.0 / (1.0 + np.exp(np.clip(odds, -700.0, 700.0)))
        daily = ch.mix[day:end, self.hidden].T * unlisted * self.spared[:, day:end]
        flow = ch.flow[k, CELLS_PER_DAY * day : CELLS_PER_DAY * end]
        return _Expected(flow * np.repeat(daily, CELLS_PER_DAY, axis=1), ch.mix[day].copy())

    def _day(
        self, p: Particle, ahead: _Expected, plan: _Plan, day: int
    ) -> tuple[Particle, _Expected, _Plan, float]:
        """Let a day go by: the particle after it, what it expects, its plan, its log weight."""
        s, totals = self.s, self.totals[day // DAYS]
        rate = ahead.rate[:, :CELLS_PER_DAY]
        if not rate.sum() < _MOST_A_DAY:
            return p, ahead, plan, -math.inf
        due = np.flatnonzero((self.week == day // DAYS) & (np.floor(plan.row_times) == day))
        kinds, proposed = self._classes(due, ahead.mix)
        places, fresh, drawn = self._unlisted(p, ahead, plan, day, totals)
        cell = np.floor((fresh - day) * CELLS_PER_DAY).astype(np.int64)
        with np.errstate(divide="ignore"):
            proposed += float(np.log(rate[places, cell] * CELLS_PER_DAY).sum() - rate.sum())
        length = (s.row_high - s.row_low)[due]
        proposed += drawn.log - float(np.log(length[length > 0]).sum())
        after = Particle(
            p.x, p.sign,
            np.concatenate([p.times, plan.row_times[due], fresh]),
            np.concatenate([p.kinds, kinds, self.hidden[places]]),
            np.concatenate([p.rows, due, np.full(len(fresh), -1)]),
            np.concatenate([p.sizes, s.row_weight[due], np.ones(len(fresh), np.int64)]),
        )  # fmt: skip
        self._enter(after)
        value = (
            self._complete(day) + self._told(day, after, plan, totals) + self._absent(day, after)
        )
        value += drawn.ahead - plan.ahead - proposed
        later = day + 1 < min(DAYS * (day // DAYS + 1), s.days)
        expected = self._expected(day + 1) if later else ahead
        plan = replace(plan, ahead=drawn.ahead)
        return after, expected, plan, value if math.isfinite(value) else -math.inf

    def _unlisted(
        self, p: Particle, ahead: _Expected, plan: _Plan, day: int, totals: TotalsAhead
    ) -> tuple[I8, F8, Drawn]:
        """A day's unlisted events, by place among hidden classes: those that totals tell apart, others."""
        drawn = Drawn(np.zeros(0, np.int64), np.zeros(0), 0.0, 0.0)
        free = np.arange(len(self.hidden))
        if len(totals.totals) and (totals.day >= day).any():
            fixed = self._counted(p, plan.row_times, day, totals, plan.until)
            sight = Sight(day, plan.until, fixed, ahead.rate, plan.scale, plan.ratio)
            drawn = totals.draw(sight, self.rng)
            free = np.flatnonzero(totals.axis < 0)
        number = self.rng.poisson(ahead.rate[free, :CELLS_PER_DAY])
        which, cell = (np.repeat(i.ravel(), number.ravel()) for i in np.indices(number.shape))
        fresh = day + (cell + self.rng.random(len(cell))) / CELLS_PER_DAY
        places = np.concatenate([drawn.places, free[which]])
        return places, np.concatenate([drawn.times, fresh]), drawn

    def _classes(self, due: I8, mix: F8) -> tuple[I8, float]:
        """Classes of a day's rows among those they allow, and the log-probability of drawing them."""
        kinds, value = np.zeros(len(due), np.int64), 0.0
        for i, row in enumerate(due):
            allowed = np.flatnonzero(self.s.row_allowed[row])
            odds = mix[allowed]
            chance = odds / odds.sum() if odds.sum() > 0 else np.full(len(odds), 1 / len(odds))
            chosen = int(self.rng.choice(len(allowed), p=chance))
            kinds[i] = allowed[chosen]
            value += math.log(chance[chosen])
        return kinds, value

    def _complete(self, day: int) -> float:
        """Log-likelihood of a day's events and of there being no others."""
        ch, n = self.chain, int(self.chain.events[0])
        now = np.flatnonzero((ch.time[:n] >= day) & (ch.time[:n] < day + 1))
        value = float((ch.size[now] * ch.felt[now] + ch.marked[now] + ch.said[now]).sum())
        cells = slice(CELLS_PER_DAY * day, CELLS_PER_DAY * (day + 1))
        return value - float(ch.flow[self.fitted, cells].sum())

    def _told(self, day: int, p: Particle, plan: _Plan, totals: TotalsAhead) -> float:
        """Log-probability of the totals known at a day's end; see `observation_kernel.total_part`."""
        known = np.flatnonzero(totals.day == day)
        if not len(known):
            return 0.0
        gone = np.full(len(plan.row_times), -1.0)  # all are among the events by now
        number = self._counted(p, gone, day, totals, plan.until)
        return sum(
            float(
                said_log(
                    float(totals.value[j]), np.asarray(plan.ratio[j] * number[j]),
                    float(plan.scale[j]), lower=bool(totals.lower[j]),
                )
            )
            for j in known
        )  # fmt: skip

    def _absent(self, day: int, p: Particle) -> float:
        """Log-probability of a week's statements of absence, as far as a day's events bear on it.

        A statement is told in the week of its last day. What happened on earlier days of that week
        counts as it happens, so that particles that it speaks against go at once.
        """
        value = 0.0
        for j in np.flatnonzero(self.absence_week == day // DAYS):
            start = self.s.a_start[j] if day == self._known(j) else max(day, self.s.a_start[j])
            inside = (p.times >= start) & (p.times < min(day + 1, self.s.a_end[j]))
            inside &= self.s.a_member[j, p.kinds] == 1
            value += float(self.s.a_miss[j] * p.sizes[inside].sum())
        return value

    def _known(self, j: np.int64 | int) -> int:
        """First day of the week in which a statement of absence is told."""
        return int(DAYS * self.absence_week[j])


def _log_sum(values: F8) -> float:
    top = float(values.max())
    return top + math.log(float(np.exp(values - top).sum())) if math.isfinite(top) else top


def _systematic(weights: F8, rng: Rng) -> I8:
    """Places drawn in proportion to weights, evenly (Kitagawa 1996, JCGS 5: 1)."""
    n = len(weights)
    edges = np.cumsum(weights)
    at = (rng.random() + np.arange(n)) / n * edges[-1]
    return np.asarray(np.minimum(np.searchsorted(edges, at, side="right"), n - 1))
