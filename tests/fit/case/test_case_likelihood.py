"""The likelihood of a chain against the process told in numpy, and against published figures."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from fit.case.proved_case import WATCHED, in_some_state, posterior_of, record, row, watched
from fit.problems import branching_events
from talion.fit.case.chain import enter_events, evaluate, new_chain
from talion.fit.case.options import Options
from talion.fit.case.specification import problem_of
from talion.fit.events import event_table
from talion.fit.linear import linear_likelihood, linear_parameters
from talion.model.case import EPOCH, parse_case
from talion.model.compile import compile_model, past_levels
from talion.model.process import Course, Process

REPLAYED = WATCHED + (
    "what_ifs:\n  replay: {from: 2024-01-03, history_until: 2024-01-03, do: [{unblock: raid}]}\n"
)


def told(case, problem, ch):
    """[K] log-likelihood of each type by `talion.model.process`, and its compensator."""
    given, reading = posterior_of(problem, [ch]), problem.options.reading
    model = compile_model(case, reading, draws=1, seed=1, given=given, worlds=["replay"])
    levels = past_levels(case, reading, given, 1, 1)[0]
    times, classes, _ = given.past.of(0)
    none = np.zeros(0, np.int64)
    course = Course(times, classes, levels, np.zeros(0), none, np.zeros(0))
    process = Process(model, 0, model.worlds[0], course)
    expected = process.compensator(float(given.past.start), float(given.past.end))
    value = -expected
    for t, c in zip(times, classes, strict=True):
        k = model.structure.class_type[c]
        value[k] += math.log(process.intensity(t)[k])
    return value, expected


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_suppression_it_is_the_process(seed):
    case = watched(REPLAYED)
    problem, ch = in_some_state(case, Options(), seed)
    ch.sign[:] = np.where([a.kind == "event-event" for a in problem.arrows], 1, ch.sign)
    evaluate(problem, ch)
    assert ch.a.min() > 0.0
    value, _ = told(case, problem, ch)
    np.testing.assert_allclose(ch.part[:2], value, rtol=1e-9)


@pytest.mark.parametrize(("strength", "bound"), [(0.5, 1e-3), (1.0, 4e-3), (2.0, 2e-2)])
@pytest.mark.parametrize("seed", range(6))
def test_suppression_is_off_by_little(seed, strength, bound):
    """The integral over a cell takes the mean of a product as the product of means.

    Stated bounds: 0.1, 0.4 and 2 per cent of the expected number at half, stated and double
    strength. The worst is a cell within which a strong state sets in. The log rates at events are exact, so
    the whole difference is the compensator's.
    """
    case = watched(REPLAYED)
    problem, ch = in_some_state(case, Options(strength=strength), seed)
    ch.sign[:] = np.where([a.kind == "event-event" for a in problem.arrows], -1, ch.sign)
    ch.sign[1] = 1  # answers and suppression in the same cells
    evaluate(problem, ch)
    assert ch.b.max() > 0.05
    assert ch.a.max() > 0.05
    value, expected = told(case, problem, ch)
    off = np.abs(ch.part[:2] - value) / expected
    assert 0.0 < off.max() < bound


def linear_problem(mu, answers, decays, days):
    """A problem and an empty chain with exactly these backgrounds, answers and decays.

    A case's half-lives are words, so the arrays are given the decays wanted.
    """
    n, half_lives = len(mu), ["days", "weeks", "months", "lasting"]
    rates = np.linalg.solve(np.eye(n) - answers, mu)
    within, half = 7, math.log(2) / decays
    extra = answers * (1 - 2.0 ** (-within / half))
    links = [
        f"  L{i}{j}: {{says: t{j} raises t{i}, extra: {float(extra[i, j])!r}, within: 7 days, "
        f"fades: {half_lives[i * n + j]}, origin: brief, because: x}}"
        for i in range(n)
        for j in range(n)
    ]
    types = [
        f"  t{i}: {{title: T, by: south, rows: {{action: t{i}}}, "
        f"usual: {float(rates[i]) * 30.4375!r}}}"
        for i in range(n)
    ]
    first = EPOCH.fromordinal(EPOCH.toordinal() + 19726)
    text = "\n".join([
        "talion: 1", "title: Linear", f"as_of: {first.fromordinal(first.toordinal() + days)}",
        f"history_from: {first}", "actors: {south: South, north: North}", "events:", *types,
        "links:", *links,
    ])  # fmt: skip
    rows = [row(f"r{i}", f"t{i}", first) for i in range(n)]
    problem = problem_of(parse_case(text, record=record(rows)), Options(reading="as_written"))
    s = problem.arrays
    lives = s.half_life.copy()
    for g in range(len(s.g_arrow)):
        arrow = problem.arrows[s.g_arrow[g]]
        lives[s.g_half[g]] = half[int(arrow.effect[1:]), int(arrow.cause[1:])]
    return replace(problem, arrays=s._replace(half_life=lives))


def value_of(problem, times, types):
    ch = new_chain(problem, len(times))
    n = len(times)
    enter_events(ch, times, types, np.full(n, -1), np.ones(n, np.int64))
    evaluate(problem, ch)
    return ch.part[: len(problem.arrays.usual)]


def test_reference_vector_of_one_type(shared):
    """`uni`: direct sums at 50 digits."""
    path = shared / "data" / "point-process" / "reference_vectors.json"
    v = json.loads(path.read_text(encoding="utf-8"))["vectors"]["uni"]
    problem = linear_problem(np.array(v["mu"]), np.array(v["A"]), np.array(v["B"]), int(v["T"]))
    times = np.array(v["events"][0], float)
    found = value_of(problem, times, np.zeros(len(times), np.int64))
    assert found[0] == pytest.approx(float(v["loglik"]), rel=1e-12)


@pytest.mark.parametrize("seed", [1, 2])
def test_linear_case_of_two_types_is_the_linear_fit(seed):
    """Events of different types at one moment cannot be told here, so `bi_ties` has no twin."""
    rng = np.random.default_rng(seed)
    mu, answers = rng.uniform(0.2, 0.5, 2), rng.uniform(0.05, 0.4, (2, 2))
    decays = rng.uniform(0.1, 2.0, (2, 2))
    half = np.unique(math.log(2) / decays)
    spread = answers[:, :, None] * (np.abs(math.log(2) / decays[:, :, None] - half) < 1e-12)
    parameters = linear_parameters(mu, spread, half)
    times, types = branching_events(parameters, 50.0, rng)
    assert len(times) > 20
    table = event_table(times, types, start=0.0, end=50.0, names=["t0", "t1"])
    wanted = linear_likelihood(table, parameters).of_type
    found = value_of(linear_problem(mu, answers, decays, 50), times, types)
    np.testing.assert_allclose(found, wanted, rtol=1e-10)
