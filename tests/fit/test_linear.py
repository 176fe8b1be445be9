"""The linear likelihood: published figures, the definition, gradients, ties, history, extremes."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit.linear_by_hand import log_likelihood, slopes
from fit.problems import random_problem
from talion.errors import InputError, RecordError
from talion.fit.events import event_table
from talion.fit.linear import (
    LinearParameters,
    LinearPass,
    compiled_pass,
    linear_likelihood,
    linear_parameters,
)


def vector(shared, name):
    """Table, parameters and log-likelihood of a reference vector (direct sums at 50 digits)."""
    path = shared / "data" / "point-process" / "reference_vectors.json"
    v = json.loads(path.read_text(encoding="utf-8"))["vectors"][name]
    times = np.concatenate([np.array(e, float) for e in v["events"]])
    types = np.concatenate([np.full(len(e), i) for i, e in enumerate(v["events"])])
    rates = np.array(v["B"])
    # Every decay gets a half-life of its own; answers stand where target and source have it.
    decays = np.unique(rates)
    answers = np.array(v["A"])[:, :, None] * (rates[:, :, None] == decays)
    table = event_table(
        times, types, start=0, end=v["T"], names=list(map(str, range(len(v["mu"]))))
    )
    return table, linear_parameters(v["mu"], answers, math.log(2) / decays), float(v["loglik"])


@pytest.mark.parametrize("name", ["uni", "bi_ties"])
def test_reference_vectors(shared, name):
    table, parameters, expected = vector(shared, name)
    assert linear_likelihood(table, parameters).value == pytest.approx(expected, rel=1e-12, abs=0)


def test_events_at_one_moment_do_not_excite_each_other():
    parameters = linear_parameters([0.3, 0.2], [[0.3, 0.2], [0.1, 0.25]], math.log(2))
    table = event_table([1, 1, 2, 5, 1, 3, 3], [0, 0, 0, 0, 1, 1, 1], start=0, end=6)
    # Direct sum of the definition at 50 digits.
    expected = -13.661287879605506411
    assert linear_likelihood(table, parameters).value == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("grid", [None, 0.5, 4.0])
@pytest.mark.parametrize(("types", "halves"), [(1, 1), (2, 3), (4, 1), (5, 2)])
def test_it_is_the_definition(types, halves, grid):
    table, parameters = random_problem(types + halves, types, halves, 90, grid)
    found = linear_likelihood(table, parameters).of_type
    assert found == pytest.approx(log_likelihood(table, parameters), rel=1e-12)


def test_long_gaps_and_long_blocks_keep_their_accuracy():
    # 300 events within one block, 300 days of nothing, and a pile of ties that spans blocks.
    times = np.concatenate([np.linspace(0, 0.5, 300), [300.0], np.full(400, 301.0), [301.5, 302.0]])
    table = event_table(times, np.arange(len(times)) % 3, start=0, end=303)
    parameters = linear_parameters([0.2, 0.3, 0.4], np.full((3, 3), 0.2), 1.5)
    found = linear_likelihood(table, parameters).of_type
    assert found == pytest.approx(log_likelihood(table, parameters), rel=1e-12)


@pytest.mark.parametrize("types", [1, 5, 9])
@pytest.mark.parametrize("half_lives", [[2.0], [0.001], [0.02, 3.0], [0.3, 5.0, 400.0]])
@pytest.mark.parametrize("grid", [None, 1.0, 200.0])
def test_value_and_slopes_are_those_of_every_pair_by_itself(types, half_lives, grid):
    # Fast half-lives make blocks of an event or two, slow ones full blocks; the grids make ties,
    # the coarse one more at a moment than a block holds.
    rng = np.random.default_rng(len(half_lives) + types)
    times = rng.uniform(-50, 350, 300)
    if grid:
        times = np.floor(times / grid) * grid
    table = event_table(
        times, rng.integers(0, types, 300), start=0, end=350, history_start=-200,
        names=[f"type {k}" for k in range(types)],
    )  # fmt: skip
    halves = len(half_lives)
    p = linear_parameters(
        rng.uniform(0.01, 0.1, types), rng.exponential(0.2, (types, types, halves)), half_lives
    )
    found = linear_likelihood(table, p)
    by_mu, by_a, by_half = slopes(table, p)
    assert found.of_type == pytest.approx(log_likelihood(table, p), rel=1e-12)
    for one, other in (
        (found.background, by_mu),
        (found.answers, by_a),
        (found.half_lives, by_half),
    ):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12 * np.abs(other).max())


def numeric(table, parameters, field, index):
    """Derivative of each row's value by one parameter, by Richardson's central difference."""

    def at(shift):
        parts = {
            "background": parameters.background.copy(),
            "answers": parameters.answers.copy(),
            "half_lives": parameters.half_lives.copy(),
        }
        parts[field][index] += shift
        return linear_likelihood(table, LinearParameters(**parts)).of_type

    def central(step):
        return (at(step) - at(-step)) / (2 * step)

    step = 1e-3 * getattr(parameters, field)[index]
    return (4 * central(step / 2) - central(step)) / 3


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    types=st.integers(1, 5),
    halves=st.integers(1, 3),
    n=st.integers(0, 40),
    grid=st.sampled_from([None, 1.0, 5.0]),
)
def test_gradient_is_the_slope_of_the_value(seed, types, halves, n, grid):
    table, parameters = random_problem(seed, types, halves, n, grid)
    found = linear_likelihood(table, parameters)
    rng = np.random.default_rng(seed)
    k, j, h = int(rng.integers(types)), int(rng.integers(types)), int(rng.integers(halves))
    slope = numeric(table, parameters, "background", k)
    assert found.background[k] == pytest.approx(slope[k], rel=1e-6, abs=1e-6)
    assert np.delete(slope, k) == pytest.approx(0, abs=1e-9)  # rows do not touch each other
    slope = numeric(table, parameters, "answers", (k, j, h))
    assert found.answers[k, j, h] == pytest.approx(slope[k], rel=1e-6, abs=1e-6)
    slope = numeric(table, parameters, "half_lives", h)
    assert found.half_lives[:, h] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_history_excites_but_is_not_explained(problem):
    table, parameters = problem
    inside = table.times >= table.start
    alone = event_table(
        table.times[inside], table.types[inside], start=0, end=60, names=table.names
    )
    with_past = linear_likelihood(table, parameters).value
    assert with_past != pytest.approx(linear_likelihood(alone, parameters).value, rel=1e-3)
    # Two adjoining periods, the first being history to the second, make one.
    whole = event_table(table.times, table.types, start=-30, end=60, names=table.names)
    before = event_table(
        table.times[~inside], table.types[~inside], start=-30, end=0, names=table.names
    )
    parts = linear_likelihood(before, parameters).value + with_past
    assert linear_likelihood(whole, parameters).value == pytest.approx(parts, rel=1e-12)


@given(st.floats(-2e4, 2e4), st.floats(0.01, 100))
def test_origin_is_free_and_the_unit_of_time_changes_a_constant_only(shift, unit):
    table, p = random_problem(3, 2, 2, 40)
    moved = event_table(
        (table.times + shift) * unit, table.types, start=shift * unit, end=(60 + shift) * unit,
        history_start=(shift - 30) * unit, names=table.names,
    )  # fmt: skip
    q = linear_parameters(p.background / unit, p.answers, p.half_lives * unit)
    constant = -table.counts.sum() * math.log(unit)
    value = linear_likelihood(moved, q).value
    assert value - constant == pytest.approx(linear_likelihood(table, p).value, rel=1e-8)


def test_no_events_one_event_all_in_one_moment():
    p = linear_parameters([0.5], [[0.7]], 3.0)
    assert linear_likelihood(event_table([], start=0, end=10, names=["a"]), p).value == -5.0
    one = linear_likelihood(event_table([4.0], start=0, end=10), p).value
    assert one == pytest.approx(math.log(0.5) - 5 - 0.7 * (1 - 2 ** (-6 / 3)), rel=1e-14)
    many = linear_likelihood(event_table(np.full(500, 4.0), start=0, end=10), p).value
    assert many == pytest.approx(500 * (one + 5) - 5, rel=1e-13)


def test_an_event_where_the_rate_is_zero_is_impossible():
    p = linear_parameters([0.0, 1.0], [[0.5, 0.0], [0.0, 0.5]], 3.0)
    found = linear_likelihood(event_table([4.0, 5.0], [0, 1], start=0, end=10), p)
    assert found.of_type[0] == -np.inf
    assert np.isfinite(found.of_type[1])
    assert found.value == -np.inf


@pytest.mark.parametrize("rate", [np.nan, np.inf, -1.0])
def test_a_decay_that_is_no_number_is_impossible(problem, rate):
    one = LinearPass(problem[0], 2)
    assert one.run(np.ones(3), np.ones((3, 2, 3)), np.array([0.5, rate])) == 1
    assert (one.ll == -np.inf).all()
    assert one.run(np.ones(3), np.ones((3, 2, 3)), np.array([0.5, 1e300])) == 0
    assert np.isfinite(one.ll).all()


@pytest.mark.parametrize(
    ("background", "answers", "half_lives", "words"),
    [
        ([0.1], [[0.1, 0.2]], 1.0, "answers must be [target, source, half-life] (got (1, 2, 1))"),
        ([0.1], [[[0.1, 0.2]]], 1.0, "that is (1, 1, 1)"),
        ([-0.1], [[0.1]], 1.0, "background: must be finite and not negative"),
        ([0.1], [[float("nan")]], 1.0, "answers: must be finite"),
        ([0.1], [[0.1]], 0.0, "half_lives: half-lives must be positive"),
        (["x"], [[0.1]], 1.0, "parameters must be numbers"),
    ],
)
def test_impossible_parameters_are_refused(background, answers, half_lives, words):
    with pytest.raises(InputError) as caught:
        linear_parameters(background, answers, half_lives)
    assert words in str(caught.value)


def test_days_are_not_taken_for_times():
    table = event_table([1, 2], widths=1.0, start=0, end=10)
    with pytest.raises(RecordError, match=r"2 of 2 events with an interval.*spread"):
        linear_likelihood(table, linear_parameters([0.1], [[0.1]], 1.0))
    with pytest.raises(InputError, match="different numbers of types"):
        linear_likelihood(
            event_table([1.0], start=0, end=3), linear_parameters([1, 1], np.eye(2), 1)
        )


def test_the_compiled_pass_has_one_signature(problem):
    linear_likelihood(*problem)
    linear_likelihood(event_table([], start=0, end=1), linear_parameters([1], [[0]], 1))
    assert len(compiled_pass().signatures) == 1
