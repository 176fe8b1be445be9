"""A small case whose prior can be simulated: the same window told before it began and after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from fit.case.proved_case import record, row, total
from simulate.embedding import history_key, mix, word
from talion.fit.case.chain import coordinates, enter_events, evaluate, new_chain
from talion.fit.case.options import Options
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import parse_case
from talion.model.compile import compile_model
from talion.model.past import noisy_midnights
from talion.model.sampling import Sampler
from talion.simulate.history import simulate_history

OPENS = dt.date(2024, 1, 3)
LATENT_START = 12  # the simulator's counter for the start of a latent factor

# Two types that answer each other, a switch that turns, a level that events move and that moves
# rates and marks, and a latent factor.
PRIOR = """
talion: 1
title: A border before anything is known
as_of: {as_of}
history_from: 2024-01-03
actors:
  north: {{name: North, kind: state}}
  south: South
events:
  raid: {{title: Raid, by: south, rows: {{action: raid}}, usual: [10, 15, 20],
         marks: {{place: {{east: 60, west: [20, 40, 60]}}}}, listing: {{share: [40, 60, 80]}},
         totals: press}}
  reply: {{title: Reply, by: north, rows: {{action: reply}}, usual: [4, 7, 10],
          listing: {{share: 80}}, totals: army}}
factors:
  war: {{kind: observed, title: War, states: {{active: 1, pause: [0, 0.2, 0.6]}},
        values: {{2023-01-01: active{turns}}}, then: active, because: given}}
  push: {{kind: measured, title: Push, indicators: [raid], rest: [30, 45, 60],
         half_life: [5, 8, 12], noise: [2, 5, 10], because: given}}
  mood: {{kind: latent, title: Mood, sd: [0.3, 0.6, 1.0], half_life: [5, 10, 20]}}
links:
  A1: {{says: raid raises reply, strength: moderate, fades: days, origin: brief, because: x}}
  A2: {{says: reply raises raid, extra: [0.1, 0.3, 0.5], within: 14 days, fades: weeks,
       origin: brief, because: x}}
  A3: {{says: reply lowers raid, share: [5, 10, 20], fades: days, origin: brief, because: x}}
  A4: {{says: reply raises push, points: [2, 4, 8], origin: brief, because: x}}
  A5: {{says: push raises raid, times: [1.1, 1.4, 2], per: 25 points, origin: brief, because: x}}
  A6: {{says: war raises raid, times: [1.2, 2, 4], origin: brief, because: x}}
  A7: {{says: [mood raises raid, mood raises reply], times: [1.2, 1.5, 2], origin: brief,
       because: x}}
  A8: {{says: 'push raises raid[place=west]', times: [1.1, 1.5, 2], origin: brief, because: x}}
what_ifs:
  turning: {{from: 2024-01-03, do: [{{set: war, to: pause, at: 2024-01-12}},
            {{set: war, to: active, at: 2024-01-22}}]}}
"""


def before_all(*rows: Any) -> Any:
    """A record of the weeks before the window: its series exist, and types have these rows."""
    first = OPENS - dt.timedelta(days=20)
    counts = (total(1, first, first), total(1, first, first, series="army", of="reply"))
    return record(rows, begin=first, counts=counts)


def opened(text: str = PRIOR) -> Any:
    """The case on the window's first day, from where the simulator goes on."""
    return parse_case(text.format(as_of=OPENS, turns=""), record=before_all())


def closed(days: int, known: Any = None, text: str = PRIOR) -> Any:
    """The case at the window's end; without a record there are only rows of both types before."""
    turns = ", 2024-01-12: pause, 2024-01-22: active"
    text = text.format(as_of=OPENS + dt.timedelta(days=days), turns=turns).split("what_ifs:")[0]
    before = OPENS - dt.timedelta(days=9)
    rows = (row("a", "raid", before), row("b", "reply", before))
    return parse_case(text, record=known or before_all(*rows))


def nothing_said(days: int) -> Problem:
    """To fit: no row, no total, so that the posterior is the prior."""
    return problem_of(closed(days), Options(rows=False, totals="none"))


@dataclass(frozen=True)
class PriorWorld:
    """Draws of parameters, and a simulated course of the window under each."""

    model: Any
    sampler: Sampler
    histories: list[Any]
    days: int


def prior_world(draws: int, seed: int, days: int, text: str = PRIOR) -> PriorWorld:
    """Draw parameters from the prior and simulate the window once under each."""
    model = compile_model(opened(text), "no_view", draws=draws, seed=seed)
    made = [simulate_history(model, "turning", d, 0, days, event_cap=3000) for d in range(draws)]
    return PriorWorld(model, Sampler(seed, draws), made, days)


def _normal(key: int, counter: int) -> float:
    """The simulator's normal number, told again in plain integers."""
    return NormalDist().inv_cdf(((word(key, counter) >> 11) + 0.5) * 2.0**-53)


def innovations(world: PriorWorld, draw: int, name: str) -> list[float]:
    """What the simulator has shaken a factor by in its only history of a draw."""
    model = world.model
    key = mix(history_key(model.seed, draw, 0) ^ int(
        model.structure.factor_hash[model.factor_ids.index(name)]
    ))  # fmt: skip
    first = world.histories[draw].start
    weeks = noisy_midnights(first, first + world.days) // 7
    return [_normal(key ^ LATENT_START, 0), *(_normal(key, int(week)) for week in weeks)]


def true_coordinates(problem: Problem, world: PriorWorld, draw: int, rng: Any) -> tuple[Any, Any]:
    """Scores, innovations and signs of a draw in the order of the chain's coordinates and arrows.

    What the case does not state, such as errors of totals, comes from `rng`.
    """
    s = problem.arrays
    x = rng.standard_normal(coordinates(s))
    for i, name in enumerate(problem.parameters):
        if not name.startswith("fit/"):
            x[i] = world.sampler.normal(name)[draw]
    for f, name in enumerate(problem.factors):
        if s.f_shock[f] >= 0:
            x[s.f_shock[f] : s.f_shock[f] + s.shocks] = innovations(world, draw, name)
    sign = np.array([world.sampler.sign(a.name)[draw] for a in problem.arrows], np.int64)
    return x, sign


def true_chain(problem: Problem, world: PriorWorld, draw: int, room: int = 600) -> Any:
    """A chain in the state of a draw, all of its events unlisted."""
    rng = np.random.default_rng([world.sampler.seed, draw])
    ch = new_chain(problem, room, int(rng.integers(2**62)))
    ch.x[:], ch.sign[:] = true_coordinates(problem, world, draw, rng)
    h = world.histories[draw]
    n = len(h.times)
    enter_events(ch, h.times - h.start, h.classes, np.full(n, -1), np.ones(n, np.int64))
    evaluate(problem, ch)
    return ch
