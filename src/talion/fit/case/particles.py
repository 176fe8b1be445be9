"""What the record shows week by week, told in advance by a fit of the weeks before.

The probability of a week's rows, totals and absences, given the weeks before, is an integral over
everything that nobody saw: parameters, latent factors, unlisted events, times within the day. Here
it is done by particles (Gordon, Salmond and Smith 1993, IEE Proceedings F 140: 107). Each starts from a
posterior draw of the weeks before and goes on day by day:

- recorded rows are entered at times uniform in their intervals, with a class that the row allows;
- unlisted events are proposed from the rates as they stand at the day's beginning;
- the weight is the day's complete-data likelihood over the density of what was proposed,

    w = prod_i [lambda_k(t_i) m_c(t_i) r_i] exp(-sum_k int lambda_k) p(totals) p(absences) / q(proposed),

with lambda the rate of the type, m the share of the class, r the chance to be listed, or not to be
where the event is unlisted. Days without rows count: there the integral alone speaks. The mean weight
is an unbiased estimate of the probability whatever the number of particles.

Particles come in islands that know nothing of one another, so that their spread tells the error.
Rows are densities in days; the measure is the same for every set of links, so differences do not
depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError, InputError
from talion.fit.case.arrays import CELLS_PER_DAY, Chain
from talion.fit.case.chain import compile_passes, coordinates, enter_events, evaluate, new_chain
from talion.fit.case.result import FittedReading
from talion.fit.case.specification import Problem
from talion.fit.case.weeks import DAYS, last_day, week_of_row, weeks_of

__all__ = ["IslandScores", "Particle", "from_fit", "from_prior", "score_weeks"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Rng = np.random.Generator
_MOST_A_DAY = 2000.0  # proposed unlisted events beyond which a particle is given up
_TRIES = 1000  # to draw times that keep the coded order


@dataclass(frozen=True, eq=False)
class Particle:
    """One state: coordinates, signs, and all events before today.

    Attributes:
        x: [X] coordinates, those of the future drawn from their prior.
        sign: [A].
        times: [n] days since the window's start.
        kinds, rows, sizes: [n] class, recorded row (-1 for none), events at the moment.
    """

    x: F8
    sign: I8
    times: F8
    kinds: I8
    rows: I8
    sizes: I8


@dataclass(frozen=True, eq=False)
class IslandScores:
    """What the islands found.

    Attributes:
        first: number of the first week, counted from 0.
        log: [islands, weeks] log mean weight of each week, given the weeks before.
        least: smallest effective number of particles of one island at the end of a day, over all.
    """

    first: int
    log: F8
    least: float


def from_prior(problem: Problem, number: int, rng: Rng) -> list[Particle]:
    """Return particles at the window's first day, drawn from the prior.

    Args:
        problem: what is told.
        number: how many.
        rng: of all chance.
    """
    none = np.zeros(0)
    return [
        Particle(
            rng.standard_normal(coordinates(problem.arrays)),
            _signs(problem, {}, rng),
            none, none.astype(np.int64), none.astype(np.int64), none.astype(np.int64),
        )
        for _ in range(number)
    ]  # fmt: skip


def from_fit(problem: Problem, fitted: FittedReading, number: int, rng: Rng) -> list[Particle]:
    """Return particles from the draws of a fit of the weeks before, in turn.

    What the fit does not hold, since nothing before depends on it, comes from its prior.

    Args:
        problem: what is told: of more days than the fit.
        fitted: draws up to the first day to be told.
        number: how many.
        rng: of what the fit does not hold.
    """
    s, draws = problem.arrays, fitted.draws
    known = {**draws.scores, **fitted.observation}
    place = {name: i for i, name in enumerate(problem.parameters)}
    for k, name in enumerate(problem.case.events):
        if s.l_weekly[k] >= 0:
            first = int(s.l_weekly[k])
            place |= {
                f"fit/listing-week/{name}/{w + 1}": first + w for w in range(weeks_of(s.days))
            }
    at = {row.id: i for i, row in enumerate(problem.record.rows)}
    rows_of = np.array([at.get(name, -1) for name in draws.past.row_ids] or [-1], np.int64)
    found = []
    for n in range(number):
        d = n % fitted.size
        x = rng.standard_normal(coordinates(s))
        for name, values in known.items():
            if name in place:
                x[place[name]] = values[d]
        for f, name in enumerate(problem.factors):
            shocks = draws.past.innovations.get(name)
            if s.f_shock[f] >= 0 and shocks is not None:
                start = int(s.f_shock[f])
                x[start : start + shocks.shape[1]] = shocks[d]
        signs = {name: int(values[d]) for name, values in draws.signs.items()}
        times, kinds, rows = draws.past.of(d)
        found.append(
            Particle(
                x, _signs(problem, signs, rng), times - s.start, kinds.astype(np.int64),
                np.where(rows >= 0, rows_of[rows], -1), np.ones(len(times), np.int64),
            )
        )  # fmt: skip
    return found


def _signs(problem: Problem, known: dict[str, int], rng: Rng) -> I8:
    """Signs of the arrows: as given, else as the reading's prior has them."""
    drawn = rng.integers(-1, 2, len(problem.arrows))
    either = problem.options.reading == "no_view"
    return np.array(
        [known.get(a.name, int(drawn[i]) if either else a.sign) for i, a in enumerate(problem.arrows)],
        np.int64,
    )  # fmt: skip


def score_weeks(
    problem: Problem,
    starts: list[Particle],
    *,
    first: int,
    islands: int,
    seed: int,
    cores: int = 2,
    progress: Callable[[int], None] | None = None,
) -> IslandScores:
    """Tell the weeks of a window from one on, each given those before it.

    Args:
        problem: with `until` set (see `Options`), so that each piece of record is in one week.
        starts: particles at the beginning of week `first`, shared out to the islands in turn.
        first: number of the first week told, from 0.
        islands: groups of particles that know nothing of one another, two at least.
        seed: the same seed gives the same numbers, whatever the threads.
        cores: threads.
        progress: called with the number of particle-days done since the last call.

    Returns:
        Log mean weights of every island and week.

    Raises:
        InputError: too few islands or particles, no such week, or no `until`.
        FitError: no island can tell a week at all.
    """
    if problem.options.until is None or not 0 <= first < weeks_of(problem.arrays.days):
        message = "weeks are told from one within the window, of a problem with `until`"
        raise InputError(message, value=(problem.options.until, first))
    if islands < 2 or len(starts) < 2 * islands:
        message = "at least two islands of two particles are needed"
        raise InputError(message, value=(islands, len(starts)))
    compile_passes(problem)
    seeds = np.random.SeedSequence(seed).spawn(islands)

    def run(i: int) -> tuple[list[float], float]:
        return _Island(problem, np.random.default_rng(seeds[i])).run(
            starts[i::islands], first, progress
        )

    with ThreadPoolExecutor(cores) as pool:
        found = list(pool.map(run, range(islands)))
    log = np.array([weeks for weeks, _ in found])
    if not np.isfinite(log).any(axis=0).all():
        week = int(np.flatnonzero(~np.isfinite(log).any(axis=0))[0])
        raise FitError(
            "no particle can tell what the record shows",
            place=f"week {first + week + 1} of the window", remedy="use more particles",
        )  # fmt: skip
    return IslandScores(first, log, min(least for _, least in found))


@dataclass(frozen=True, eq=False)
class _Ahead:
    """What a particle expects of a day, before it begins."""

    flow: F8
    """[K, cells of the day]"""
    mix: F8
    """[S]"""
    unlisted: F8
    """[S] chance to go unlisted."""


class _Island:
    """A group of particles, and the room to work them out."""

    def __init__(self, problem: Problem, rng: Rng) -> None:
        self.problem, self.rng, self.s = problem, rng, problem.arrays
        self.room = 64 + 4 * (len(problem.record.rows) + 50)
        self.chain: Chain = new_chain(problem, self.room)
        days = self.s.days
        self.week = np.array([week_of_row(r) for r in problem.record.rows], np.int64)
        self.fitted = np.flatnonzero(self.s.fitted == 1)
        hidden = np.isin(self.s.class_type, self.s.unlisted_type)
        self.hidden = np.flatnonzero(hidden & (self.s.l_param[self.s.class_type] >= 0))
        self.total_day = [last_day(t, days) for t in problem.record.totals]
        self.absence_day = (np.ceil(self.s.a_end) - 1).astype(np.int64)

    def run(
        self, particles: list[Particle], first: int, progress: Callable[[int], None] | None
    ) -> tuple[list[float], float]:
        n = len(particles)
        ahead = [self._look(p, DAYS * first) for p in particles]
        share = np.full(n, -math.log(n))  # log, adding up to one
        told: list[float] = []
        least = float(n)
        for week in range(first, weeks_of(self.s.days)):
            value = 0.0
            moments = [self._row_times(week) for _ in range(n)]
            for day in range(DAYS * week, min(DAYS * (week + 1), self.s.days)):
                moved = [self._day(particles[i], ahead[i], moments[i], day) for i in range(n)]
                share = share + np.array([m[2] for m in moved])
                step = _log_sum(share)
                value += step
                if not np.isfinite(step):
                    missing = weeks_of(self.s.days) - first - len(told)
                    return told + [-math.inf] * missing, 0.0
                share -= step
                particles, ahead = [m[0] for m in moved], [m[1] for m in moved]
                effective = float(np.exp(-_log_sum(2 * share)))
                least = min(least, effective)
                if effective < n / 2:
                    chosen = _systematic(np.exp(share), self.rng)
                    particles = [particles[i] for i in chosen]
                    ahead = [ahead[i] for i in chosen]
                    moments = [moments[i] for i in chosen]
                    share = np.full(n, -math.log(n))
                if progress:
                    progress(n)
            told.append(value)
        return told, least

    # --- one day of one particle ------------------------------------------------------------------

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

    def _look(self, particle: Particle, day: int) -> _Ahead:
        """Work a particle out and return what it expects of a day."""
        self._enter(particle)
        return self._expected(day)

    def _enter(self, p: Particle) -> None:
        if len(p.times) > self.room:
            self.room = 2 * len(p.times)
            self.chain = new_chain(self.problem, self.room)
        ch = self.chain
        ch.x[:], ch.sign[:] = p.x, p.sign
        enter_events(ch, p.times, p.kinds, p.rows, p.sizes)
        evaluate(self.problem, ch)

    def _expected(self, day: int) -> _Ahead:
        s, ch = self.s, self.chain
        if day >= s.days:
            none = np.zeros(0)
            return _Ahead(none, none, none)
        cells = slice(CELLS_PER_DAY * day, CELLS_PER_DAY * (day + 1))
        unlisted = np.zeros(len(s.class_type))
        for c in self.hidden:
            k = int(s.class_type[c])
            odds = ch.weekly[k, day // DAYS]
            odds += sum(ch.v[i] for i in (s.l_class[c], s.l_place[c]) if i >= 0)
            f = int(s.l_factor[k])
            if f >= 0:
                odds += ch.attended[k] * (ch.z[day, f] - ch.z_ref[f])
            unlisted[c] = 1.0 / (1.0 + math.exp(min(max(odds, -700.0), 700.0)))
        return _Ahead(ch.flow[:, cells].copy(), ch.mix[day].copy(), unlisted)

    def _day(
        self, p: Particle, ahead: _Ahead, row_times: F8, day: int
    ) -> tuple[Particle, _Ahead, float]:
        """Let a day go by: the particle after it, what it expects of the next, its log weight."""
        s = self.s
        rate = (
            ahead.flow[s.class_type[self.hidden]] * (ahead.mix * ahead.unlisted)[self.hidden, None]
        )
        if not rate.sum() < _MOST_A_DAY:
            return p, ahead, -math.inf
        due = np.flatnonzero((self.week == day // DAYS) & (np.floor(row_times) == day))
        kinds, proposed = self._classes(due, ahead)
        number = self.rng.poisson(rate)
        which, cell = (np.repeat(i.ravel(), number.ravel()) for i in np.indices(rate.shape))
        fresh = day + (cell + self.rng.random(len(cell))) / CELLS_PER_DAY
        with np.errstate(divide="ignore"):
            proposed += float(np.log(rate[which, cell] * CELLS_PER_DAY).sum() - rate.sum())
        length = (s.row_high - s.row_low)[due]
        proposed -= float(np.log(length[length > 0]).sum())
        none = np.full(len(fresh), -1)
        after = Particle(
            p.x, p.sign,
            np.concatenate([p.times, row_times[due], fresh]),
            np.concatenate([p.kinds, kinds, self.hidden[which]]),
            np.concatenate([p.rows, due, none]),
            np.concatenate([p.sizes, s.row_weight[due], np.ones(len(fresh), np.int64)]),
        )  # fmt: skip
        self._enter(after)
        value = self._complete(day) + self._totals(day, after) + self._absent(day, after) - proposed
        return after, self._expected(day + 1), value if math.isfinite(value) else -math.inf

    def _classes(self, due: I8, ahead: _Ahead) -> tuple[I8, float]:
        """Classes of a day's rows among those they allow, and the log-probability of drawing them."""
        kinds, value = np.zeros(len(due), np.int64), 0.0
        for i, row in enumerate(due):
            allowed = np.flatnonzero(self.s.row_allowed[row])
            odds = ahead.mix[allowed]
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

    def _totals(self, day: int, p: Particle) -> float:
        """Log-probability of the totals known at a day's end; see `observation_kernel.total_part`."""
        s, v, value = self.s, self.chain.v, 0.0
        until: dict[int, float] = {}
        for j in (j for j, known in enumerate(self.total_day) if known == day):
            q = int(s.t_moment[j])
            if q not in until:
                until[q] = s.q_low[q] + (s.q_high[q] - s.q_low[q]) * self.rng.random()
            inside = (p.times >= s.t_since[j]) & (p.times < until[q])
            inside &= s.t_member[j, p.kinds] == 1
            ratio = v[s.t_ratio[j]] if s.t_ratio[j] >= 0 else 1.0
            scale = v[s.t_scale[j]]
            gap = (s.t_value[j] - ratio * p.sizes[inside].sum()) / scale
            if s.t_lower[j] == 0:
                value += math.log(math.tanh(0.5 / scale)) - abs(gap)
            else:
                value += math.log(0.5) - gap if gap > 0 else math.log1p(-0.5 * math.exp(gap))
        return float(value)

    def _absent(self, day: int, p: Particle) -> float:
        """Log-probability of the statements of absence that end with a day."""
        value = 0.0
        for j in np.flatnonzero(self.absence_day == day):
            inside = (p.times >= self.s.a_start[j]) & (p.times < self.s.a_end[j])
            inside &= self.s.a_member[j, p.kinds] == 1
            value += float(self.s.a_miss[j] * p.sizes[inside].sum())
        return value


def _log_sum(values: F8) -> float:
    top = float(values.max())
    return top + math.log(float(np.exp(values - top).sum())) if math.isfinite(top) else top


def _systematic(weights: F8, rng: Rng) -> I8:
    """Places drawn in proportion to weights, evenly (Kitagawa 1996, JCGS 5: 1)."""
    n = len(weights)
    edges = np.cumsum(weights)
    at = (rng.random() + np.arange(n)) / n * edges[-1]
    return np.asarray(np.minimum(np.searchsorted(edges, at, side="right"), n - 1))
