"""Pasts to compile a case with: random ones, and those that a simulation made."""

import datetime as dt

import numpy as np

from talion.model.classes import classes_of
from talion.model.past import Past, noisy_midnights
from talion.model.posterior import PosteriorDraws

EPOCH = dt.date(1970, 1, 1)
BEGIN, END = dt.date(2024, 1, 3), dt.date(2024, 4, 9)

# Nothing here acts that a past does not tell: no timers, rules or decisions. The ranges are narrow,
# so that jumps meet their ends; noise, a latent factor and a switch that turns are all in.
FOLLOWED = """
talion: 1
title: A border without rules
as_of: {as_of}
history_from: {begin}
actors:
  north: {{name: North, kind: state}}
  south: South
events:
  raid: {{title: Raid, by: south, usual: [20, 30, 40], marks: {{place: {{east: 60, west: 40}}}}}}
  reply: {{title: Reply, by: north, usual: [5, 8, 12]}}
factors:
  war: {{kind: observed, title: War, states: {{active: [0.8, 1, 1.2], pause: [0, 0.2, 0.6]}},
        values: {{2023-01-01: active{turns}}}, then: active, because: given}}
  push: {{kind: measured, title: Push, indicators: [raid], rest: [30, 45, 60], range: [30, 60],
         half_life: [5, 8, 12], noise: [2, 5, 10], because: given}}
  attention: {{kind: imagined, title: Attention, rest: [10, 20, 30], range: [0, 40], half_life: 6,
              noise: 3, because: given}}
  mood: {{kind: latent, title: Mood, sd: [0.3, 0.6, 1.0], half_life: [5, 10, 20]}}
links:
  A1: {{says: raid raises reply, strength: moderate, more_when: {{place: west, times: [1.5, 3, 6]}},
       fades: days, origin: brief, because: x}}
  A2: {{says: reply lowers raid, strength: strong, fades: weeks, origin: brief, because: x}}
  A3: {{says: reply raises push, points: [5, 9, 14], origin: brief, because: x}}
  A4: {{says: 'raid[place=west] lowers push', points: [2, 4, 6], origin: brief, because: x}}
  A5: {{says: raid raises attention, points: [1, 2, 4], origin: brief, because: x}}
  A6: {{says: push raises attention, per_100: [30, 60, 90], origin: brief, because: x}}
  A7: {{says: war raises push, per_100: [2, 5, 9], origin: brief, because: x}}
  A8: {{says: attention raises raid, times: [1.2, 1.5, 2], origin: brief, because: x}}
  A9: {{says: mood raises raid, times: [1.2, 1.5, 2], origin: brief, because: x}}
what_ifs:
  turning: {{from: {begin}, do: [{{set: war, to: pause, at: 2024-02-10}},
            {{set: war, to: active, at: 2024-03-05}}]}}
"""


def day(date: dt.date) -> int:
    return (date - EPOCH).days


def random_past(case, draws, seed=1, *, events=80, types=None, named=("push", "escalation")):
    """Events at uniform times of uniform classes, normal innovations for the factors named."""
    rng = np.random.default_rng(seed)
    start, end = day(case.document.history_from), case.as_of_day
    counts = rng.poisson(events, draws)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    times = np.concatenate([np.sort(rng.uniform(start, end, n)) for n in counts])
    choice = [c.index for c in classes_of(case.document) if types is None or c.type in types]
    weeks = 1 + len(noisy_midnights(start, end))
    return Past(
        start,
        end,
        offsets,
        times,
        rng.choice(choice, len(times)),
        np.full(len(times), -1),
        (),
        {name: rng.standard_normal((draws, weeks)) for name in named},
    )


def posterior(past, reading="as_written_ours", scores=None, signs=None, strength=1.0):
    return PosteriorDraws(reading, scores or {}, signs or {}, past, strength)
