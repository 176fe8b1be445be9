"""Forward simulation of the linear process, against an independent telling by clusters."""

from __future__ import annotations

import numpy as np
import pytest

from fit.problems import branching_events
from talion.errors import InputError
from talion.fit.events import event_table
from talion.fit.linear import linear_likelihood, linear_parameters
from talion.fit.linear_simulation import simulate_linear

TRUTH = linear_parameters(
    [0.4, 0.2], np.array([[[0.2, 0.1], [0.1, 0.1]], [[0.0, 0.3], [0.2, 0.0]]]), [0.5, 5.0]
)


def test_counts_are_those_of_the_process_told_by_clusters():
    rng, empty = np.random.default_rng(3), event_table([], start=0, end=40, names=["a", "b"])
    ours, theirs = np.empty((2, 1500, 2, 2))
    for i in range(1500):
        made = simulate_linear(TRUTH, empty, rng)
        for out, (t, k) in (
            (ours, (made.times, made.types)),
            (theirs, branching_events(TRUTH, 40, rng)),
        ):
            out[i] = [[(k[t < 10] == j).sum(), (k[t >= 10] == j).sum()] for j in (0, 1)]
    for moment in (1, 2):  # means, and spread, which a wrong bunching would change
        x, y = ours**moment, theirs**moment
        error = np.sqrt((x.var(axis=0) + y.var(axis=0)) / 1500)
        assert (abs(x.mean(axis=0) - y.mean(axis=0)) < 3.5 * error).all()


def test_the_likelihoods_slope_averages_to_zero_at_the_truth():
    """The score identity: simulator and likelihood are one process, past included."""
    rng = np.random.default_rng(4)
    past = event_table([8.0, 9.5], [0, 1], start=10, end=25, history_start=0, names=["a", "b"])
    slopes = []
    for _ in range(1500):
        made = simulate_linear(TRUTH, past, rng)
        table = event_table(
            np.concatenate([past.times, made.times]), np.concatenate([past.types, made.types]),
            start=10, end=25, history_start=0, names=["a", "b"],
        )  # fmt: skip
        found = linear_likelihood(table, TRUTH)
        slopes.append(np.concatenate([found.background, found.answers.ravel()]))
    s = np.array(slopes)
    assert (abs(s.mean(axis=0)) < 3.7 * s.std(axis=0) / np.sqrt(len(s))).all()


def test_an_explosive_process_is_stopped_in_time_order():
    empty = event_table([], start=0, end=1e6)
    made = simulate_linear(linear_parameters([1.0], [[1.5]], 1.0), empty, np.random.default_rng(1), most=500)  # fmt: skip
    assert made.stopped
    assert len(made.times) == 500
    assert (np.diff(made.times) > 0).all()


def test_without_rates_nothing_happens_and_types_must_match():
    empty = event_table([], start=0, end=10)
    none = simulate_linear(linear_parameters([0.0], [[0.5]], 1.0), empty, np.random.default_rng(1))
    assert len(none.times) == 0
    assert not none.stopped
    with pytest.raises(InputError, match="numbers of types"):
        simulate_linear(TRUTH, empty, np.random.default_rng(1))
