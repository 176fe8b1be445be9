"""Truths that the model does not hold: strikes that do nothing must not be said to do something.

Two ways in which they may seem to: escalation that drives both sides, and a press that looks more
closely after strikes. Histories are made by their own few lines here, not by the simulator.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy import stats

from fit.case.proved_case import on, record, row, total
from talion.fit.case.sampler import sample_reading
from talion.fit.case.signs import raises
from talion.fit.case.specification import problem_of
from talion.model.case import day_number, parse_case

DAYS, REPLICATES, CLAIMED = 67, 24, 0.80
FIRST = dt.date(2024, 1, 3)
TEXT = """
talion: 1
title: Raids and replies
as_of: 2024-03-10
history_from: 2024-01-03
actors: {north: {name: North, kind: state}, south: South}
events:
  raid: {title: R, by: south, rows: {action: raid}, usual: [10, 18, 30],
         listing: {share: [40, 65, 85]}, totals: press}
  reply: {title: P, by: north, rows: {action: reply}, usual: [5, 9, 15]}
factors:
  escalation: {kind: latent, title: Escalation, sd: [0.3, 0.6, 1.0], half_life: [10, 25, 60]}
  attention: {kind: imagined, title: Attention, rest: [10, 20, 30], half_life: 6, because: x}
links:
  A1: {says: raid raises reply, strength: moderate, fades: days, origin: brief, because: x}
  A2: {says: reply lowers raid, strength: moderate, fades: weeks, origin: brief, because: x,
       contested: others say it raises them}
  R1: {says: [escalation raises raid, escalation raises reply], times: [1.3, 1.8, 3],
       origin: record, because: x}
  R2: {says: [reply raises attention, 'attention raises raid[listing]'], strength: moderate,
       origin: record, because: x}
"""


def poisson_times(rng, rate):
    """Event times of a rate given for each day."""
    counts = rng.poisson(rate)
    return np.sort(np.repeat(np.arange(len(rate)), counts) + rng.random(counts.sum()))


def answers(rng, raids, per_raid, half_life=2.0):
    """Replies to raids: each draws its own, exponentially later."""
    waits = [t + rng.exponential(half_life / np.log(2), rng.poisson(per_raid)) for t in raids]
    times = np.concatenate([np.zeros(0), *waits])
    return np.sort(times[times < DAYS])


def confounded(rng):
    """Escalation moves both; replies also answer raids; raids do not heed them."""
    log_rate = np.zeros(DAYS)
    value = rng.normal(0, 0.7)
    for day in range(DAYS):
        if day % 7 == 0:
            value = 0.82 * value + 0.7 * np.sqrt(1 - 0.82**2) * rng.normal()
        log_rate[day] = value
    raids = poisson_times(rng, 0.55 * np.exp(log_rate - 0.245))
    own = poisson_times(rng, 0.2 * np.exp(log_rate - 0.245))
    replies = np.sort(np.concatenate([own, answers(rng, raids, 0.2)]))
    return raids, replies, rng.random(len(raids)) < 0.65


def watched_more(rng):
    """Raids and replies at constant rates; for a week after a reply most raids get listed."""
    raids, replies = poisson_times(rng, np.full(DAYS, 0.7)), poisson_times(rng, np.full(DAYS, 0.2))
    since = [(t - replies[replies < t]).min(initial=99.0) for t in raids]
    return raids, replies, rng.random(len(raids)) < np.where(np.array(since) < 7, 0.85, 0.4)


def avenged(rng):
    """What is to be seen where there is an effect: almost every raid answers a reply, three each."""
    replies = poisson_times(rng, np.full(DAYS, 0.2))
    raids = poisson_times(rng, np.full(DAYS, 0.05))
    raids = np.sort(np.concatenate([raids, answers(rng, replies, 3.0, 4.0)]))
    return raids, replies, rng.random(len(raids)) < 0.65


def problem_from(raids, replies, seen, rng):
    start = day_number(FIRST)
    rows = [row(f"r{i}", "raid", on(start + t)) for i, t in enumerate(raids[seen])]
    rows += [row(f"p{i}", "reply", on(start + t)) for i, t in enumerate(replies)]
    counts = []
    for day in (15, 30, 45, 62):
        number = int((raids < day + 1).sum() + rng.integers(-1, 2))
        counts.append(total(max(number, 0), on(start + day), FIRST))
    return problem_of(parse_case(TEXT, record=record(rows, counts=tuple(counts))))


def chance_of_raising(make, replicates=REPLICATES):
    """[replicates] how surely replies raise raids: at least .8 if and only if in 80 % of draws."""
    out = []
    for seed in range(replicates):
        rng = np.random.default_rng([41, seed])
        raids, replies, seen = make(rng)
        problem = problem_from(raids, replies, seen, rng)
        fit = sample_reading(problem, seed=seed, chains=2, sweeps=400, burn=150, keep=80)
        (name,) = [a.name for a in problem.arrows if a.link == "A2"]
        out.append(raises(fit, name))
    return np.array(out)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_true_effect_shows():
    """Or the tests below would hold of a fit that never says anything."""
    raising = chance_of_raising(avenged)
    assert np.median(raising) > 0.6
    assert (raising >= CLAIMED).sum() > (raising <= 1 - CLAIMED).sum() + 3


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("make", [confounded, watched_more])
def test_no_effect_is_seldom_claimed(make):
    """At most one claim in ten, and Monte Carlo slack.

    24 histories: 7 or more claims refute a rate of 0.1 at the 0.01 level (7 or more have chance
    0.009 there), and come with chance 0.9 where the rate is 0.4.
    """
    raising = chance_of_raising(make)
    claims = int(((raising >= CLAIMED) | (raising <= 1 - CLAIMED)).sum())
    most = int(stats.binom.ppf(0.99, REPLICATES, 0.1))
    assert claims <= most, (claims, np.sort(raising).round(2))
