"""The process told once: intensity, compensator and offspring, in numpy, for one draw.

Plain and slow on purpose. The compiled kernel must agree with it (tests run both over the same
histories), and a fit reads its formulas here. For event type k, with the factors z as rates see
them (constant between midnights but for what events set):

    lambda_k(t) = scale_k [ mu_k exp(sum gamma (z - z_ref)) + sum_h E_kh(t) ] exp(-sum_c b_c u_c(t))

References:
    Hawkes (1971), Biometrika 58:83; Daley and Vere-Jones (2003), chapter 7, for the compensator and
    the time change that turns a point process into a unit Poisson process.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.model.compiled import (
    BLOCK,
    SCALE_LINK,
    SCALE_TYPE,
    UNBLOCK,
    CompiledModel,
    WorldSpec,
)

__all__ = ["Course", "Process", "offspring", "spectral_radius"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_NODES = 20  # Gauss-Legendre, on pieces of at most a day


@dataclass(frozen=True)
class Course:
    """What happened: events in order of time, factors at every midnight and as set in between."""

    times: F8
    """[n] absolute days, ascending."""
    classes: I8
    """[n]"""
    levels: F8
    """[days + 1, F] at 00:00 of each day from the start on, after the tick."""
    set_times: F8
    """[changes] when an event set a factor."""
    set_factors: I8
    set_values: F8


def _rows_of(start: I8, row: int) -> range:
    return range(int(start[row]), int(start[row + 1]))


class Process:
    """One draw of a compiled model along one course of events.

    Args:
        model: the compiled model.
        draw: which draw.
        world: the what-if; gives the start, scales, blocks and links' multipliers.
        course: what happened.
    """

    def __init__(self, model: CompiledModel, draw: int, world: WorldSpec, course: Course) -> None:
        self.structure, self.draws, self.draw = model.structure, model.draws, draw
        self.start, self.rows, self.course = model.starts[world.start_index], world.rows, course

    def factors(self, t: float) -> F8:
        """[F] the factors as rates see them just before `t`."""
        day = int(np.ceil(t)) - 1 if t > self.start.day else self.start.day
        z: F8 = self.course.levels[day - self.start.day].copy()
        since = (self.course.set_times >= day) & (self.course.set_times < t)
        for i in np.flatnonzero(since):
            z[self.course.set_factors[i]] = self.course.set_values[i]
        return z

    def scales(self, t: float) -> F8:
        """[K] what-if multipliers of the types just before `t`; 0 for a blocked type."""
        scale = np.ones(len(self.structure.type_hash))
        blocked = np.zeros(len(scale), np.bool_)
        for i in np.flatnonzero(self.rows.row_day < t):
            op, target = self.rows.row_op[i], self.rows.row_target[i]
            if op == SCALE_TYPE:
                scale[target] = self.rows.row_value[self.draw, i]
            elif op in (BLOCK, UNBLOCK):
                blocked[target] = op == BLOCK
        return np.where(blocked, 0.0, scale)

    def link_multipliers(self, t: float) -> F8:
        """[n_links + 1] multipliers of the links at `t`; the last, for "no link", is 1."""
        link = np.ones(self.structure.n_links + 1)
        for i in np.flatnonzero(self.rows.row_day <= t):
            if self.rows.row_op[i] == SCALE_LINK:
                link[self.rows.row_target[i]] = self.rows.row_value[self.draw, i]
        return link

    def background(self, t: float) -> F8:
        """[K] background rates under the factors just before `t`."""
        s, dr, d = self.structure, self.draws, self.draw
        offset = self.factors(t) - dr.z_ref[d]
        link = self.link_multipliers(np.nextafter(t, -np.inf))
        rate: F8 = dr.background[d].copy()
        for k in range(len(rate)):
            entries = _rows_of(s.fr_start, k)
            total = sum(
                dr.fr_gamma[d, i] * link[s.fr_link[i]] * offset[s.fr_factor[i]] for i in entries
            )
            rate[k] *= np.exp(total)
        return rate

    def excitation(self, t: float) -> F8:
        """[K, H] E just before `t`: the record's mass and every earlier event, decayed."""
        s, dr, d = self.structure, self.draws, self.draw
        e = np.zeros((len(s.type_hash), len(s.half_life)))
        jump = dr.ee_offspring[d] * np.log(2.0) / s.half_life[s.ee_half]
        for c in range(len(s.class_type)):
            for i in _rows_of(s.ee_start, c):
                h = s.ee_half[i]
                left = 2.0 ** (-(t - self.start.day) / s.half_life[h])
                e[s.ee_target[i], h] += jump[i] * self.start.mass[d, c, h] * left
        for when, c in self._before(t):
            link = self.link_multipliers(when)
            for i in _rows_of(s.ee_start, c):
                h = s.ee_half[i]
                left = 2.0 ** (-(t - when) / s.half_life[h])
                e[s.ee_target[i], h] += jump[i] * link[s.ee_link[i]] * left
        return e

    def suppression(self, t: float) -> F8:
        """[C] u just before `t`."""
        s = self.structure
        half = s.half_life[s.ch_half]
        u, last = self.start.u[self.draw].copy(), float(self.start.day)
        for when, c in self._before(t):
            u *= 2.0 ** (-(when - last) / half)
            for i in _rows_of(s.ee_start, c):
                channel = s.ee_channel[i]
                if channel >= 0:
                    u[channel] += (1.0 - u[channel]) * s.ee_step[i]
            last = when
        return np.asarray(u * 2.0 ** (-(t - last) / half))

    def intensity(self, t: float) -> F8:
        """[K] rates just before `t`, events per day."""
        s, dr, d = self.structure, self.draws, self.draw
        link = self.link_multipliers(np.nextafter(t, -np.inf))
        b = dr.ch_b[d] * link[s.ch_link]
        weighed = b * self.suppression(t)
        exponent = np.array([weighed[slice(*s.ch_start[k : k + 2])].sum() for k in self._types])
        rate = self.background(t) + self.excitation(t).sum(axis=1)
        return np.asarray(self.scales(t) * rate * np.exp(-exponent))

    def compensator(self, since: float, until: float) -> F8:
        """[K] integral of the rates over (since, until).

        Closed where a type has no suppression in force, Gauss-Legendre on the smooth pieces between
        events, changes and midnights elsewhere: the integral of a sum of exponentials times an
        exponential of exponentials has no closed form.
        """
        cuts = self._cuts(since, until)
        total = np.zeros(len(self._types))
        for left, right in pairwise(cuts):
            total += self._piece(left, right)
        return total

    @property
    def _types(self) -> range:
        return range(len(self.structure.type_hash))

    def _before(self, t: float) -> list[tuple[float, int]]:
        n = int(np.searchsorted(self.course.times, t, side="left"))
        return list(
            zip(self.course.times[:n].tolist(), self.course.classes[:n].tolist(), strict=True)
        )

    def _cuts(self, since: float, until: float) -> F8:
        """Ends of the pieces on which every rate is smooth."""
        midnights = np.arange(np.floor(since) + 1.0, until)
        inner = np.concatenate([self.course.times, self.course.set_times])
        inner = inner[(inner > since) & (inner < until)]
        return np.unique(np.concatenate([[since], inner, midnights, [until]]))

    def _piece(self, left: float, right: float) -> F8:
        """[K] integral over one smooth piece."""
        s, dr, d = self.structure, self.draws, self.draw
        after = np.nextafter(left, np.inf)  # just after what happened at `left`
        length = right - left
        rate, scale = np.log(2.0) / s.half_life, self.scales(after)
        base, e, u = self.background(after), self.excitation(after), self.suppression(after)
        b = dr.ch_b[d] * self.link_multipliers(left)[s.ch_link]
        plain = base * length + (e * -np.expm1(-rate * length) / rate).sum(axis=1)
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        x = (nodes + 1.0) * length / 2.0
        decay = np.exp(-np.outer(rate, x))  # [H, nodes]
        total = np.empty(len(base))
        for k in self._types:
            own = slice(*s.ch_start[k : k + 2])
            load = b[own] * u[own]
            if not load.any():
                total[k] = plain[k]
                continue
            values = (base[k] + e[k] @ decay) * np.exp(-load @ decay[s.ch_half[own]])
            total[k] = values @ weights * length / 2.0
        return np.asarray(scale * total)


def offspring(model: CompiledModel, draw: int) -> F8:
    """Expected direct answers, averaged over marks, with no suppression: A[source, target].

    Its spectral radius below 1 is what keeps a linear process from exploding.
    """
    s, dr = model.structure, model.draws
    matrix = np.zeros((len(s.type_hash), len(s.type_hash)))
    for c, source in enumerate(s.class_type):
        for i in _rows_of(s.ee_start, c):
            share = dr.class_weight[draw, c]
            matrix[source, s.ee_target[i]] += share * dr.ee_offspring[draw, i]
    return matrix


def spectral_radius(matrix: ArrayLike) -> float:
    """Largest absolute eigenvalue of a square matrix.

    >>> round(spectral_radius([[0.5, 0.2], [0.0, 0.3]]), 12)
    0.5
    """
    return float(np.abs(np.linalg.eigvals(np.asarray(matrix, np.float64))).max(initial=0.0))
