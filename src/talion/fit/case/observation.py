"""How a draw's events were seen: errors of totals and chances of listing, given the draw's past.

A fit keeps parameters of the process and pasts. Given a past, the errors of totals, the moments up
to which they count, and the listing of each week depend on nothing else, so they are drawn again
from that conditional law, by elliptical slice sampling (Murray, Adams and MacKay 2010, AISTATS).
The observation model is that of `talion.fit.case.listing` and `recorded`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.arrays import Specification
from talion.fit.case.specification import Problem
from talion.model.compiled import CompiledModel
from talion.model.posterior import PosteriorDraws

__all__ = ["ListingDraws", "TotalDraws", "draw_listing", "draw_totals", "elliptical_step"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Rng = np.random.Generator

_FIRST, _EACH = 300, 40  # steps before the first draw, and between draws


@dataclass(frozen=True, eq=False)
class TotalDraws:
    """Errors of J totals in D draws.

    Attributes:
        scale: [D, J] of the discrete Laplace errors, events.
        ratio: [D, J] of the series' definition to the reference one.
        moment: [D, J] up to which it counts, days since the window's start.
    """

    scale: F8
    ratio: F8
    moment: F8

    def replicate(self, draw: int, times: F8, member: NDArray[np.bool_], since: F8, rng: Rng) -> F8:
        """Return totals as they would be reported of other events, [J]; never below zero.

        Args:
            draw: which draw.
            times: [n] days since the window's start.
            member: [J, n] whether each total counts each event.
            since: [J] first moment counted.
            rng: source of randomness.
        """
        inside = (times >= since[:, None]) & (times < self.moment[draw][:, None]) & member
        # The difference of two geometric numbers has P(e) proportional to exp(-|e| / s).
        chance = -np.expm1(-1.0 / self.scale[draw])
        error = rng.geometric(chance) - rng.geometric(chance)
        return np.asarray(np.maximum(self.ratio[draw] * inside.sum(axis=1) + error, 0.0))


@dataclass(frozen=True, eq=False)
class ListingDraws:
    """Chance that an event is listed, [D, S, weeks]; 1 where the model lists everything."""

    chance: F8


def elliptical_step(
    x: F8, value: float, likelihood: Callable[[F8], float], rng: Rng
) -> tuple[F8, float]:
    """Move coordinates that are standard normal a priori, leaving their posterior as it is.

    Args:
        x: [n] where they stand.
        value: log-likelihood there.
        likelihood: of any other point.
        rng: source of randomness.

    Returns:
        The new point and its log-likelihood.

    >>> rng = np.random.default_rng(1)
    >>> elliptical_step(np.zeros(2), 0.0, lambda x: 0.0, rng)[1]
    0.0
    """
    other = rng.standard_normal(len(x))
    bar = value + np.log(rng.random())
    angle = 2.0 * np.pi * rng.random()
    low, high = angle - 2.0 * np.pi, angle
    while True:
        point = x * np.cos(angle) + other * np.sin(angle)
        found = likelihood(point)
        if found > bar:
            return point, found
        low, high = (angle, high) if angle < 0 else (low, angle)
        if high - low < 1e-12:
            return x, value
        angle = low + (high - low) * rng.random()


def _walk(x: F8, likelihood: Callable[[F8], float], steps: int, rng: Rng) -> F8:
    value = likelihood(x)
    for _ in range(steps):
        x, value = elliptical_step(x, value, likelihood, rng)
    return x


def _natural(s: Specification, params: I8, scores: F8) -> F8:
    """Values of parameters at their scores."""
    down, up = s.p_down[params], s.p_up[params]
    value = s.p_middle[params] + scores * np.where(scores < 0, down, up)
    scale = s.p_scale[params]
    out = np.where(scale == 1, np.exp(np.where(scale == 1, value, 0.0)), value)
    return np.asarray(np.where(scale == 2, 1.0 / (1.0 + np.exp(-np.where(scale == 2, value, 0.0))), out))  # fmt: skip


# --- totals ---------------------------------------------------------------------------------------


def draw_totals(problem: Problem, given: PosteriorDraws, draws: int, rng: Rng) -> TotalDraws:
    """Draw errors and moments of every total, given each draw's past.

    Args:
        problem: what was fitted.
        given: its posterior draws.
        draws: the first so many.
        rng: source of randomness.
    """
    from scipy.special import ndtr

    s = problem.arrays
    params = np.unique(np.concatenate([s.t_scale, s.t_ratio[s.t_ratio >= 0]]))
    place = {int(p): i for i, p in enumerate(params)}
    scale_at = np.array([place[int(p)] for p in s.t_scale], np.int64)
    ratio_at = np.array([place.get(int(p), -1) for p in s.t_ratio], np.int64)
    lower, n = s.t_lower == 1, len(params)

    def numbers(x: F8) -> tuple[F8, F8, F8]:
        values = _natural(s, params, x[:n])
        ratio = np.where(ratio_at >= 0, values[ratio_at], 1.0) if n else np.ones(0)
        moment = s.q_low + (s.q_high - s.q_low) * ndtr(x[n:])
        return values[scale_at], ratio, moment[s.t_moment]

    shape = (draws, len(s.t_value))
    out = TotalDraws(np.empty(shape), np.empty(shape), np.empty(shape))
    x = np.zeros(n + len(s.q_low))
    for d in range(draws if len(s.t_value) else 0):
        times, classes, _ = given.past.of(d)
        days = times - s.start
        own = [
            days[(s.t_member[j, classes] == 1) & (days >= s.t_since[j])] for j in range(shape[1])
        ]

        def likelihood(point: F8, own: list[F8] = own) -> float:
            scale, ratio, moment = numbers(point)
            count = np.array([np.searchsorted(t, m) for t, m in zip(own, moment, strict=True)])
            gap = (s.t_value - ratio * count) / scale
            bound = np.where(
                gap > 0, np.log(0.5) - gap, np.log1p(-0.5 * np.exp(np.minimum(gap, 0)))
            )
            two = np.log(np.tanh(0.5 / scale)) - np.abs(gap)
            return float(np.where(lower, bound, two).sum())

        x = _walk(x, likelihood, _EACH if d else _FIRST, rng)
        out.scale[d], out.ratio[d], out.moment[d] = numbers(x)
    return out


# --- listing --------------------------------------------------------------------------------------


def draw_listing(
    problem: Problem,
    given: PosteriorDraws,
    model: CompiledModel,
    levels: F8,
    draws: int,
    rng: Rng,
) -> ListingDraws:
    """Draw the chances of listing, given which events of each draw's past are listed.

    Shares that the posterior holds stay; an attention factor enters by its weekly mean.

    Args:
        problem: what was fitted.
        given: its posterior draws.
        model: compiled `from_window_start` with them.
        levels: [D, days + 1, F] factors along the past.
        draws: the first so many.
        rng: source of randomness.
    """
    s = problem.arrays
    weeks = -(-s.days // 7)
    out = np.ones((draws, len(s.class_type), weeks))
    for k in np.flatnonzero(s.l_param >= 0):
        own = np.flatnonzero(s.class_type == k)
        load = _weekly_load(model, levels, int(k), draws, weeks)
        law = _ListingOfType(problem, given, int(k), own, weeks)
        x = np.zeros(law.size)
        for d in range(draws):
            seen = _seen(given, d, own, s, weeks)
            likelihood = partial(law.likelihood, d, load[d], seen)
            x = _walk(x, likelihood, _EACH if d else _FIRST, rng)
            out[d, own] = 1.0 / (1.0 + np.exp(-(law.odds(x, d) + load[d])))
    return ListingDraws(out)


class _ListingOfType:
    """Log-odds of one type's classes and weeks, as a function of standard normal coordinates."""

    def __init__(
        self, problem: Problem, given: PosteriorDraws, k: int, own: I8, weeks: int
    ) -> None:
        s = self.s = problem.arrays
        self.weeks, self.weekly = weeks, bool(s.l_weekly[k] >= 0)
        name = problem.parameters[int(s.l_param[k])]
        self.known = given.scores.get(name)
        terms = np.concatenate([s.l_class[own], s.l_place[own]])
        spread = [int(s.l_spread[k])] if self.weekly else []
        listed = [int(s.l_param[k]), *spread, *sorted({int(p) for p in terms if p >= 0})]
        self.params = np.array(listed, np.int64)
        self.at = {p: i for i, p in enumerate(listed)}
        self.terms = [
            [self.at[int(p)] for p in (s.l_class[c], s.l_place[c]) if p >= 0] for c in own
        ]
        self.size = len(listed) + (weeks if self.weekly else 0)

    def odds(self, x: F8, draw: int) -> F8:
        """[own classes, weeks]"""
        scores = x[: len(self.params)].copy()
        if self.known is not None:
            scores[0] = self.known[draw]
        values = _natural(self.s, self.params, scores)
        share = values[0]
        total = np.full((len(self.terms), self.weeks), np.log(share) - np.log1p(-share))
        for row, places in zip(total, self.terms, strict=True):
            row += sum(values[i] for i in places)
        if self.weekly:
            keep, fresh = self.s.l_keep, np.sqrt(1 - self.s.l_keep**2)
            shock, value = x[len(self.params) :], 0.0
            for w in range(self.weeks):
                value = shock[w] if w == 0 else keep * value + fresh * shock[w]
                total[:, w] += values[1] * value
        return total

    def likelihood(self, draw: int, load: F8, seen: tuple[F8, F8], x: F8) -> float:
        """Log-probability of what is listed and what is not, by class and week."""
        odds, (listed, unlisted) = self.odds(x, draw) + load, seen
        lost = listed * np.logaddexp(0.0, -odds) + unlisted * np.logaddexp(0.0, odds)
        return -float(lost.sum())


def _weekly_load(model: CompiledModel, levels: F8, k: int, draws: int, weeks: int) -> F8:
    """[D, 1, weeks] what an attention factor adds to the log-odds."""
    factor = int(model.structure.listing_type[k])
    out = np.zeros((draws, 1, weeks))
    if factor >= 0:
        away = levels[:draws, :-1, factor] - model.draws.z_ref[:draws, factor, None]
        for w in range(weeks):
            mean = away[:, 7 * w : 7 * w + 7].mean(axis=1)
            out[:, 0, w] = model.draws.listing_load[:draws, k] * mean
    return out


def _seen(given: PosteriorDraws, draw: int, own: I8, s: Specification, weeks: int) -> tuple[F8, F8]:
    """Listed and unlisted events of a draw by class and week."""
    times, classes, rows = given.past.of(draw)
    week = np.floor((times - s.start) / 7).astype(np.int64)
    found = []
    for chosen in (rows >= 0, rows < 0):
        table = np.zeros((len(s.class_type), weeks))
        np.add.at(table, (classes[chosen], week[chosen]), 1.0)
        found.append(table[own])
    return found[0], found[1]
