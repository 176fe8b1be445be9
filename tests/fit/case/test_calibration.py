"""Simulation-based calibration of the whole way: prior, simulator, what gets said, record, fit.

Where a truth is drawn from the prior and its record is made by the model, the truth's rank among
posterior draws is uniform (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788).
That holds given any record, so records that lack what the fit needs may be thrown away.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy import stats

from fit.case.prior_world import OPENS, PRIOR, closed, prior_world, true_coordinates
from fit.case.proved_case import absence, on, record, row, total
from talion.fit.case.recorded import LONGEST_LAG
from talion.fit.case.sampler import sample_reading
from talion.fit.case.specification import problem_of
from talion.fit.case.strength_kernel import natural

DAYS, DRAWS, REPLICATES = 35, 15, 100
TOLD = (14, 24, 32)  # days up to which totals are said
ONE_NUMBER = ("usual/raid", "usual/reply", "listing/raid", "listing/reply")
QUIET = (18, 20)  # first and last day of a statement of absence
RELIABLE = 0.8
PLACED = "row_marks: {{place: country}}, listing: {{share: [40, 60, 80]}}"
# Replies have a listed share of their own and no totals; a row may tell where a raid was.
TEXT = PRIOR.replace("{{share: 80}}, totals: army", "{{share: [60, 80, 95]}}").replace(
    "listing: {{share: [40, 60, 80]}}", PLACED
)


def record_of(rows, values=(0, 0, 0)):
    """Rows, three totals of raids and a statement of absence."""
    days = [OPENS + dt.timedelta(days=d) for d in TOLD]
    counts = [total(int(v), day, OPENS) for v, day in zip(values, days, strict=True)]
    quiet = [OPENS + dt.timedelta(days=d) for d in QUIET]
    early = OPENS - dt.timedelta(days=9)
    before = [row("a", "raid", early), row("b", "reply", early)]
    return record(
        [*before, *rows], begin=early, counts=tuple(counts),
        absences=(absence(*quiet, reliability=RELIABLE),),
    )  # fmt: skip


def listed(problem, x, times, classes, rng):
    """Which events get listed: the observation model, told by its formula."""
    s = problem.arrays
    value = {n: natural.py_func(s, x, i) for i, n in enumerate(problem.parameters)}
    weeks, keep = -(-s.days // 7), 2.0 ** (-7 / 28)
    shocks = x[s.l_weekly[0] : s.l_weekly[0] + weeks]
    away = [value["fit/listing-spread/raid"] * shocks[0]]
    for shock in shocks[1:]:
        fresh = value["fit/listing-spread/raid"] * np.sqrt(1 - keep**2) * shock
        away.append(keep * away[-1] + fresh)
    out = np.zeros(len(times), bool)
    for i, (t, c) in enumerate(zip(times, classes, strict=True)):
        told = problem.classes[c]
        share = value[f"listing/{told.type}"]
        odds = np.log(share / (1 - share))
        if told.type == "raid":
            place = dict(told.marks)["place"]
            odds += away[int(t) // 7] + value[f"fit/listing-place/raid/{place}"]
        out[i] = rng.random() < 1 / (1 + np.exp(-odds))
    return out


def said(problem, x, times, classes, rng):
    """Totals with lags and discrete Laplace errors; None where one would be below zero."""
    scale = natural.py_func(problem.arrays, x, problem.parameters.index("fit/total-scale/press"))
    raid = np.array([problem.classes[c].type == "raid" for c in classes], bool)
    values = []
    for day in TOLD:
        moment = rng.uniform(day + 1 - LONGEST_LAG, day + 1)
        # A difference of two geometric numbers is discrete Laplace.
        p = 1 - np.exp(-1 / scale)
        error = rng.geometric(p) - rng.geometric(p)
        values.append(int((times[raid] < moment).sum() + error))
    return values if min(values) >= 0 else None


def one_record(template, world, draw, rng):
    """The record made of a draw's history, its truth, and how much of it stays unlisted."""
    x, sign = true_coordinates(template, world, draw, rng)
    h = world.histories[draw]
    times, classes = h.times - h.start, h.classes
    raid = np.array([template.classes[c].type == "raid" for c in classes], bool)
    inside = raid & (times >= QUIET[0]) & (times < QUIET[1] + 1)
    values = said(template, x, times, classes, rng)
    spoken = not inside.any() or rng.random() > RELIABLE
    if h.capped or values is None or not spoken or len(times) > 150:
        return None
    seen = listed(template, x, times, classes, rng)
    rows = []
    for i in np.flatnonzero(seen):
        told = template.classes[classes[i]]
        country = dict(told.marks).get("place", "").title() if rng.random() < 0.7 else ""
        rows.append(row(f"e{i}", told.type, on(h.start + times[i]), country=country))
    unlisted = [int((~seen & raid).sum()), int((~seen & ~raid).sum())]
    return record_of(rows, values), x, sign, unlisted


def quantities(problem, x, sign, unlisted):
    """What is ranked: scores, signed sizes and numbers of unlisted events, by name."""
    at = {n: i for i, n in enumerate(problem.parameters)}
    out = {n: x[at[n]] for n in ONE_NUMBER}
    for i, arrow in enumerate(problem.arrows):
        p = int(problem.arrays.a_strength[i])
        out[f"strength {arrow.name}"] = sign[i] * np.exp(x[p])
    return out | {"unlisted raids": unlisted[0], "unlisted replies": unlisted[1]}


def drawn(problem, fit):
    """The same of every draw of a fit."""
    past, types = fit.draws.past, problem.arrays.class_type
    out = []
    for d in range(DRAWS):
        x = np.zeros(len(problem.parameters))
        for i, name in enumerate(problem.parameters):
            x[i] = fit.draws.scores[name][d] if name in fit.draws.scores else np.nan
        sign = [fit.draws.signs[a.name][d] for a in problem.arrows]
        _, classes, rows = past.of(d)
        free = types[classes[rows < 0]]
        out.append(quantities(problem, x, sign, [(free == 0).sum(), (free == 1).sum()]))
    return out


def ranks(problem, fit, truth, rng):
    """Rank of the truth among the draws, ties broken by lot."""
    values = drawn(problem, fit)
    return {
        name: sum(v[name] < t for v in values)
        + int(rng.integers(0, 1 + sum(v[name] == t for v in values)))
        for name, t in truth.items()
    }


@pytest.fixture(scope="module")
def found():
    """[replicates] ranks by name."""
    rng = np.random.default_rng(20)
    world = prior_world(6 * REPLICATES, 8, DAYS, TEXT)
    template = problem_of(closed(DAYS, record_of([]), TEXT))
    out = []
    for draw in range(6 * REPLICATES):
        made = one_record(template, world, draw, rng)
        if made is None or len(out) == REPLICATES:
            continue
        known, x, sign, unlisted = made
        problem = problem_of(closed(DAYS, known, TEXT))
        assert problem.parameters == template.parameters
        assert all(problem.sampled[problem.parameters.index(name)] for name in ONE_NUMBER)
        assert len(problem.record.totals) == len(TOLD)
        fit = sample_reading(problem, seed=draw, chains=2, sweeps=400, burn=150, keep=DRAWS + 1)
        out.append(ranks(problem, fit, quantities(problem, x, sign, unlisted), rng))
    assert len(out) == REPLICATES
    return {name: np.array([r[name] for r in out]) for name in out[0]}


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_ranks_of_the_truth_are_uniform(found):
    """Chi-square in four bins, and the mean rank.

    100 records. A mean rank off by 0.13, as a bias of 0.45 posterior sd gives, is found with power
    0.8; intervals of half the right width (corners 0.34, 0.16) with power 0.3 for one quantity.
    """
    level = 1e-3 / len(found)
    for name, rank in found.items():
        seen = np.bincount(rank // 4, minlength=4)
        assert stats.chisquare(seen).pvalue > level, (name, seen)
        u = (rank + 0.5) / (DRAWS + 1)
        z = (u.mean() - 0.5) / (np.sqrt(1 / 12) / np.sqrt(len(u)))
        assert 2 * stats.norm.sf(abs(z)) > level, (name, u.mean())


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_ranks_of_all_quantities_together_are_not_too_wide(found):
    """Over all quantities: the share of truths outside the middle half is a half.

    Quantities of one record depend on each other, so the error is that of means by record. A share
    of 0.57, as intervals a sixth too narrow give, is found with power over 0.9.
    """
    table = np.stack(list(found.values()), axis=1)
    outside = ((table < 4) | (table >= 12)).mean(axis=1)
    assert abs(outside.mean() - 0.5) < 3.3 * outside.std() / np.sqrt(len(outside))
