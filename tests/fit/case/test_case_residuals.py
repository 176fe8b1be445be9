"""Residuals of a fitted case: compensators, uniform p-values of true models, power on false ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import kstest

from fit.case_fits import made_reading
from talion.fit.case.compensator import type_clocks
from talion.fit.case.residuals import _untied, case_residuals
from talion.fit.residuals import clock_tests
from talion.model.case import Case, load_case
from talion.model.compile import compile_model, past_levels
from talion.model.compile_window import WINDOW
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws
from talion.model.process import Course, Process
from talion.simulate.history import simulate_history


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


def given(case: Case, size: int, events: float, seed: int = 1) -> PosteriorDraws:
    return made_reading(np.random.default_rng(seed), case, size, events).draws


def test_clocks_are_the_compensators_of_the_process_as_told(case: Case) -> None:
    draws = given(case, 6, 40.0)
    model = compile_model(case, "no_view", draws=6, seed=1, given=draws, from_window_start=True)
    levels = past_levels(case, "no_view", draws, 6, 1, from_window_start=True)
    assert (model.draws.ch_b != 0).any()
    assert (model.draws.ch_b == 0).any()  # both ways to the compensator are taken
    for d in range(6):
        times, classes, _ = draws.past.of(d)
        none = np.zeros(0, np.int64)
        course = Course(times, classes, levels[d], np.zeros(0), none, np.zeros(0))
        process = Process(model, d, model.worlds[0], course)
        edges = np.concatenate([[draws.past.start], times[:12], [draws.past.end]])
        pieces = [process.compensator(a, b) for a, b in pairwise(edges)]
        told = np.cumsum(pieces, axis=0)
        for k, clock in enumerate(type_clocks(model, d, levels[d], times, classes)):
            assert clock.end == pytest.approx(told[-1, k], rel=1e-9)
            own = model.structure.class_type[classes[:12]] == k
            assert clock.times[: own.sum()] == pytest.approx(told[:-1, k][own], rel=1e-9)


def histories(case: Case, size: int) -> tuple[np.ndarray, np.ndarray]:
    """p-values of gaps and of drift of raids, over histories of the model with its own numbers."""
    draws = given(case, size, 0.0, seed=2)
    model = compile_model(case, "no_view", draws=size, seed=2, given=draws, from_window_start=True)
    found = []
    for d in range(size):
        made = simulate_history(model, WINDOW, d, 0, draws.past.days)
        clock = type_clocks(model, d, made.levels, made.times, made.classes)[0]
        (_, gaps), (_, drift) = clock_tests(clock)
        found.append((gaps, drift))
    table = np.array(found)
    return table[np.isfinite(table[:, 0])].T


def test_p_values_of_a_true_model_are_uniform(case: Case) -> None:
    """200 histories of 20 to 40 raids: the law of p differs from the uniform by chance alone.

    The mean of 200 uniform numbers lies within 0.07 of 1/2, and 2 to 24 of them below 0.05, with a
    probability over 0.999; a clock with a rate wrong by a half fails both (tried).
    """
    for p in histories(case, 200):
        assert len(p) > 180
        assert kstest(p, "uniform").pvalue > 0.005
        assert abs(p.mean() - 0.5) < 0.07
        assert 2 <= (p < 0.05).sum() <= 24


def paired(case: Case, draws: PosteriorDraws) -> PosteriorDraws:
    """The same draws with every event followed by another of its class within an hour."""
    past = draws.past
    gap = np.random.default_rng(3).uniform(0.001, 0.04, len(past.times))
    times = np.minimum(np.repeat(past.times, 2), past.end - 0.05)
    times[1::2] += gap
    counts = 2 * np.diff(past.offsets)
    owner = np.repeat(np.arange(past.draws), counts)
    order = np.lexsort((times, owner))
    twice = Past(
        past.start, past.end, np.concatenate([[0], np.cumsum(counts)]), times[order],
        np.repeat(past.classes, 2)[order], np.full(len(times), -1), (), past.innovations,
    )  # fmt: skip
    return replace(draws, past=twice)


def test_events_in_pairs_are_found_out(case: Case) -> None:
    """Power over 0.95 at a median of 20 pairs of raids and more, where single events are let be."""
    flat = given(case, 40, 60.0)
    # Links without effect and no movement of factors: uniform events are then what is expected.
    known = {name: np.full(40, -8.0) for name in flat.scores if name.startswith(("L", "fit"))}
    still = {name: np.zeros_like(x) for name, x in flat.past.innovations.items()}
    flat = replace(flat, scores=flat.scores | known, past=replace(flat.past, innovations=still))
    raids = {r.type: r for r in case_residuals(case, paired(case, flat), seed=1)}["raid"]
    assert raids.events.median >= 40
    assert raids.rejected > 0.95
    assert raids.gap_p.high < 0.05
    assert raids.draws == 40
    assert (raids.low <= raids.median).all()
    assert raids.median[5] < raids.chance_low[5]  # half of the gaps are far too short


def test_acts_of_one_row_are_spread_over_its_interval(case: Case) -> None:
    first = case.record.events[0]
    day = (first.start - dt.date(1970, 1, 1)).days
    draws = given(case, 1, 0.0)
    past = replace(
        draws.past, offsets=np.array([0, 4]), times=np.array([day + 0.5] * 3 + [day + 0.9]),
        classes=np.zeros(4, np.int64), rows=np.array([0, 0, 0, -1]), row_ids=(first.id,),
    )  # fmt: skip
    spans = np.array([[day, day + 1.0]])
    times, _ = _untied(past, 0, spans, np.random.default_rng(1))
    assert len(set(times)) == 4
    assert ((times >= day) & (times < day + 1)).all()
    assert {day + 0.5, day + 0.9} <= set(times.tolist())
    found = case_residuals(case, replace(draws, past=past), seed=1)
    assert [(r.type, r.events.median) for r in found] == [("raid", 4.0)]
    assert np.isnan(found[0].rejected)  # too few to test


def test_the_same_seed_gives_the_same_numbers(case: Case) -> None:
    draws = given(case, 4, 40.0)
    one, other = (case_residuals(case, draws, seed=5, draws=3) for _ in range(2))
    assert [r.gap_p for r in one] == [r.gap_p for r in other]
    assert one[0].draws == 3
