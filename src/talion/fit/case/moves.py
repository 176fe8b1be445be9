"""Particles moved by the fit's own sampler: within a week towards its totals, and after it.

A total that is met within an attack or two also says what happened in the days before its week, since
the total before. No proposal of the week's own events can bring that in. So a week is first told with
its totals blurred, and then they are made sharp by steps: particles are weighed by the ratio of what
both blurs say, drawn again, and moved by sweeps that leave the law under the present blur as it is (an
SMC sampler: Del Moral, Doucet and Jasra 2006, JRSS B 68: 411; Neal 2001 without drawing again). After
the week they are moved under what is known by then (Gilks and Berzuini 2001, JRSS B 63: 127; Chopin
2002, Biometrika 89: 539), so that copies of a particle part. The estimate of a week's probability stays
unbiased for any number of sweeps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError
from talion.fit.case.arrays import Chain
from talion.fit.case.chain import enter_events, evaluate, new_chain, sweep
from talion.fit.case.particle import Particle
from talion.fit.case.specification import Problem
from talion.fit.case.totals_ahead import said_log
from talion.fit.case.weeks import DAYS, last_day, weeks_of

__all__ = ["BLURS", "Moves", "State", "coordinate_names", "draw_moments", "held_scale"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Rng = np.random.Generator

BLURS = (20.0, 8.0, 3.0, 1.5)
"""Scales of errors, in events, of a week's totals: widest first; after the last comes their own. The
widest leaves room for a series that is first heard of, whose ratio to the others nobody knows yet."""
_MOST_ROOM = 400_000


def coordinate_names(problem: Problem) -> tuple[str, ...]:
    """Return the names of all coordinates: parameters, innovations of factors, weeks of listing."""
    s = problem.arrays
    found = dict(enumerate(problem.parameters))
    for f, name in enumerate(problem.factors):
        if s.f_shock[f] >= 0:
            found |= {int(s.f_shock[f]) + i: f"shock/{name}/{i}" for i in range(s.shocks)}
    for k, name in enumerate(problem.case.events):
        if s.l_weekly[k] >= 0:
            first = int(s.l_weekly[k])
            found |= {
                first + w: f"fit/listing-week/{name}/{w + 1}" for w in range(weeks_of(s.days))
            }
    return tuple(found[i] for i in range(len(found)))


def held_scale(problem: Problem, totals: I8, scale: float) -> Problem:
    """Return a problem in which the errors of some totals have a known scale.

    The scale is one more parameter, after the others, that nothing moves.

    Args:
        problem: what is fitted.
        totals: numbers of those totals.
        scale: in events.
    """
    s, first = problem.arrays, len(problem.arrays.p_middle)

    def later(index: I8) -> I8:
        return np.where(index >= first, index + 1, index)

    own = s.t_scale.copy()
    own[totals] = first
    arrays = s._replace(
        p_middle=np.append(s.p_middle, math.log(scale)),
        p_down=np.append(s.p_down, 0.0),
        p_up=np.append(s.p_up, 0.0),
        p_scale=np.append(s.p_scale, 1),
        f_shock=later(s.f_shock),
        l_weekly=later(s.l_weekly),
        b_index=later(s.b_index),
        d_index=later(s.d_index),
        t_scale=own,
    )
    return replace(
        problem,
        arrays=arrays,
        parameters=(*problem.parameters, "fit/total-scale/held"),
        sampled=np.append(problem.sampled, False),
    )


@dataclass(frozen=True, eq=False)
class State:
    """A particle between moves.

    Attributes:
        particle: at the end of the week.
        moment: [Q] up to when each total counts; None if that is still to be drawn.
        log: log ratio of what the next blur says of the week's totals to what the present one says.
    """

    particle: Particle
    moment: F8 | None = None
    log: float = 0.0


class Moves:
    """Moves of particles at the end of a week.

    Args:
        whole: of which the particles are.
        shown: the same case and options, with `until` at the end of the week.
        week: its number, from 0.
        sweeps: of the sampler, for each move.
        last: whether nothing is told after this week, so that no move after it is needed.
    """

    def __init__(
        self, whole: Problem, shown: Problem, week: int, sweeps: int, *, last: bool = False
    ) -> None:
        self.shown, self.sweeps, self.last = shown, sweeps, last
        days = shown.arrays.days
        said = [last_day(t, days) // DAYS == week for t in shown.record.totals]
        self.totals = np.flatnonzero(said)
        self.blurred = tuple(
            held_scale(shown, self.totals, scale) for scale in BLURS if len(self.totals)
        )
        place = {name: i for i, name in enumerate(coordinate_names(whole))}
        self.x = np.array([place[name] for name in coordinate_names(shown)], np.int64)
        self.held = len(shown.parameters)
        sign = {arrow.name: i for i, arrow in enumerate(whole.arrows)}
        self.sign = np.array([sign[arrow.name] for arrow in shown.arrows], np.int64)
        row = {r.id: i for i, r in enumerate(whole.record.rows)}
        self.row = np.array([row[r.id] for r in shown.record.rows] or [-1], np.int64)
        self.row_of = np.full(len(whole.record.rows) + 1, -1)  # the last place is that of none
        if shown.record.rows:
            self.row_of[self.row] = np.arange(len(self.row))

    def sharpened(self, state: State, step: int, rng: Rng) -> State:
        """Return a particle moved under a blur, with the log ratio of the next to it.

        Args:
            state: at the end of the week.
            step: number of the blur, from 0.
            rng: of the moves.
        """
        problem = self.blurred[step]
        p, ch = self._run(problem, state, rng)
        own = ch.v[self.shown.arrays.t_scale[self.totals]]
        after = np.full(len(own), BLURS[step + 1]) if step + 1 < len(BLURS) else own
        log = self._said(ch, after) - self._said(ch, np.full(len(own), BLURS[step]))
        return State(p, ch.moment.copy(), log)

    def moved(self, state: State, rng: Rng) -> Particle:
        """Return a particle moved under what is known at the week's end; the future stays.

        Args:
            state: at the end of the week.
            rng: of the moves.
        """
        return self._run(self.shown, state, rng)[0]

    def _said(self, ch: Chain, scale: F8) -> float:
        s, value = self.shown.arrays, 0.0
        for j, own in zip(self.totals, scale, strict=True):
            ratio = float(ch.v[s.t_ratio[j]]) if s.t_ratio[j] >= 0 else 1.0
            number = np.asarray(ratio * ch.number[j])
            lower = bool(s.t_lower[j] == 1)
            value += float(said_log(float(s.t_value[j]), number, float(own), lower=lower))
        return value

    def _run(self, problem: Problem, state: State, rng: Rng) -> tuple[Particle, Chain]:
        p, s = state.particle, problem.arrays
        room = 64 + 2 * len(p.times)
        moments, seed = rng.random((2, len(s.q_low))), int(rng.integers(0, 2**63))
        x = p.x[self.x]
        blurred = problem is not self.shown
        while room <= _MOST_ROOM:
            ch = new_chain(problem, room, seed)
            ch.x[:] = np.insert(x, self.held, 0.0) if blurred else x
            ch.sign[:] = p.sign[self.sign]
            enter_events(ch, p.times, p.kinds, self.row_of[p.rows], p.sizes)
            if state.moment is None:
                evaluate(problem, ch)
                draw_moments(problem, ch, moments)
            else:
                ch.moment[:] = state.moment
            evaluate(problem, ch)
            if sweep(problem, ch, self.sweeps):
                return self._back(p, ch, blurred=blurred), ch
            room *= 4
        raise FitError(
            "unlisted events grow without bound",
            remedy="narrow `usual`, `listing` or the strengths of links that answer themselves",
        )

    def _back(self, p: Particle, ch: Chain, *, blurred: bool) -> Particle:
        n = int(ch.events[0])
        x, sign = p.x.copy(), p.sign.copy()
        x[self.x] = np.delete(ch.x, self.held) if blurred else ch.x
        sign[self.sign] = ch.sign
        rows = ch.row[:n]
        return Particle(
            x, sign, ch.time[:n].copy(), ch.kind[:n].copy(),
            np.where(rows >= 0, self.row[rows], -1), ch.size[:n].copy(),
        )  # fmt: skip


def draw_moments(problem: Problem, ch: Chain, uniform: F8) -> None:
    """Draw up to when each total counts, given the events: even but for what is then said.

    Between two events nothing changes, so that the law is a constant on each piece.

    Args:
        problem: whose totals.
        ch: with events entered and values worked out; its moments are set.
        uniform: [2, Q] numbers in 0 to 1, of the draw.
    """
    s, n = problem.arrays, int(ch.events[0])
    order = ch.order[:n]
    times, kinds, sizes = ch.time[order], ch.kind[order], ch.size[order].astype(np.float64)
    member = s.t_member[:, kinds] == 1
    counted = np.where(member & (times >= s.t_since[:, None]), sizes, 0.0)
    sums = np.concatenate([np.zeros((len(counted), 1)), np.cumsum(counted, axis=1)], axis=1)
    for q in range(len(s.q_low)):
        low, high = float(s.q_low[q]), float(s.q_high[q])
        own = np.flatnonzero(s.t_moment == q)
        begin, end = np.searchsorted(times, (low, high), side="right")
        inside = begin + np.flatnonzero(member[own, begin:end].any(axis=0))
        inside = inside[times[inside] < high]
        edges = np.concatenate([[low], times[inside], [high]])
        # A total counts what came before its moment: on a piece, up to the event that begins it.
        at = np.concatenate([[begin], inside + 1])
        chance = np.log(np.maximum(np.diff(edges), 1e-300)) if high > low else np.zeros(1)
        for j in own:
            ratio = ch.v[s.t_ratio[j]] if s.t_ratio[j] >= 0 else 1.0
            scale, lower = float(ch.v[s.t_scale[j]]), bool(s.t_lower[j] == 1)
            chance = chance + said_log(float(s.t_value[j]), ratio * sums[j, at], scale, lower=lower)
        whole = np.cumsum(np.exp(chance - chance.max()))
        piece = int(min(np.searchsorted(whole, uniform[0, q] * whole[-1], "right"), len(at) - 1))
        ch.moment[q] = edges[piece] + (edges[piece + 1] - edges[piece]) * uniform[1, q]
