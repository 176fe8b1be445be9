"""Chains that are run on until they agree."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from fit.case.proved_case import BEGIN, WATCHED, on, record, row, total
from talion.fit.case.chain import RunningChain
from talion.fit.case.result import FittedReading
from talion.fit.case.sampler import THIN, Gauge, sample_reading
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import day_number, parse_case

FIRST = day_number(BEGIN)
NEVER, ALWAYS = Gauge(1.0, 1e9), Gauge(np.inf, -1.0)


@pytest.fixture(scope="module")
def problem() -> Problem:
    rows = [row(f"r{day}", "raid", on(FIRST + day)) for day in (3, 9, 20)]
    early = BEGIN - dt.timedelta(days=2)  # the series exists; this says nothing of the window
    made = record(rows, counts=(total(1, early, early),))
    return problem_of(parse_case(WATCHED, record=made))


def sampled(
    problem: Problem, sweeps: int, gate: Gauge, longest: int | None = None
) -> FittedReading:
    return sample_reading(
        problem, seed=4, chains=2, sweeps=sweeps, longest=longest, keep=10, gate=gate
    )


def same(one: FittedReading, other: FittedReading) -> bool:
    past, again = one.draws.past, other.draws.past
    return (
        np.array_equal(past.times, again.times)
        and np.array_equal(one.log_likelihood, other.log_likelihood)
        and one.convergence == other.convergence
        and one.sweeps == other.sweeps
    )


def test_a_chain_run_in_pieces_is_the_chain_run_at_once(problem: Problem) -> None:
    pieces, once = (RunningChain(problem, np.random.SeedSequence(3), THIN) for _ in range(2))
    for sweeps in (20, 20, 50, 90):
        pieces.run_to(sweeps)
    once.run_to(90)
    for one, other in zip(
        vars(pieces.kept(30)).values(), vars(once.kept(30)).values(), strict=True
    ):
        assert np.array_equal(one, other)


def test_what_is_run_on_is_what_would_have_been_run_from_the_first(problem: Problem) -> None:
    """40, 60, 90 sweeps; 135 would be too many. Thrown away: a quarter of those kept at the end."""
    assert same(sampled(problem, 40, NEVER, longest=100), sampled(problem, 90, NEVER))


def test_it_stops_at_the_gate_or_at_its_end(problem: Problem) -> None:
    assert sampled(problem, 40, ALWAYS, longest=1000).sweeps == 40
    assert sampled(problem, 40, NEVER).sweeps == 40
    assert sampled(problem, 40, NEVER, longest=59).sweeps == 40
    assert sampled(problem, 40, NEVER, longest=60).sweeps == 60


def test_what_is_left_to_do_is_told(problem: Problem) -> None:
    told: list[tuple[int, int]] = []
    sample_reading(
        problem, seed=4, chains=2, sweeps=40, longest=60, gate=NEVER,
        progress=lambda done, to_do: told.append((done, to_do)),
    )  # fmt: skip
    assert sum(done for done, _ in told) == 2 * (60 + 10)  # a quarter of 60, in whole tens
    assert min(to_do for _, to_do in told) == 0
    assert told[0][1] == 2 * (40 + 10) - 10
