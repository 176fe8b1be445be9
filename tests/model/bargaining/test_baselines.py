"""Means and medians: published inputs, ties, and what must not change them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.bargaining.emissions import EMISSIONS
from talion.errors import InputError
from talion.model.bargaining.baselines import (
    constant,
    unweighted_mean,
    unweighted_median,
    weighted_mean,
    weighted_mean_draws,
    weighted_median,
    weighted_median_draws,
)
from talion.model.bargaining.positions import Issue, one_dimension

stakes = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 20)), min_size=1, max_size=9
).filter(lambda rows: any(s * c > 0 for _, s, c in rows))


def issue_of(rows: list[tuple[float, float, float]]) -> Issue:
    return one_dimension("x", {f"A{n}": row for n, row in enumerate(rows)})


def test_emissions(bargaining: Path) -> None:
    # Table 1 of Scholz, Calbert and Smith (2011); values computed in simple_models_reference.json.
    text = (bargaining / "simple_models_reference.json").read_text(encoding="utf-8")
    reference = json.loads(text)
    assert weighted_mean(EMISSIONS).position[0] == pytest.approx(
        reference["compromise_emissions"], abs=1e-12
    )
    median = weighted_median(EMISSIONS)
    assert median.low == median.high == (float(reference["weighted_median_emissions"]),)


def test_a_tie_is_an_interval_without_those_of_no_weight() -> None:
    tie = weighted_median(issue_of([(10, 50, 1), (20, 0, 5), (30, 50, 1)]))
    assert (tie.low, tie.position, tie.high) == ((10.0,), (20.0,), (30.0,))
    assert weighted_median(issue_of([(10, 50, 1), (30, 50, 1.1)])).low == (30.0,)
    even = unweighted_median(issue_of([(10, 0, 0), (20, 0, 0), (30, 0, 0), (70, 0, 0)]))
    assert (even.low, even.high) == ((20.0,), (30.0,))


def test_nobody_with_weight_is_refused_and_plain_baselines_are_not() -> None:
    nobody = issue_of([(10, 0, 1), (30, 50, 0)])
    for model in (weighted_mean, weighted_median):
        with pytest.raises(InputError, match="no actor has both salience and capability"):
            model(nobody)
    assert unweighted_mean(nobody).position == (20.0,)
    assert constant(nobody, 0.25).position == (25.0,)
    with pytest.raises(InputError, match="from 0 to 1"):
        constant(nobody, 2.0)


@given(stakes)
def test_median_has_at_most_half_of_the_weight_on_either_side(
    rows: list[tuple[int, int, int]],
) -> None:
    x, s, c = np.array(rows, float).T
    w = s * c
    found = weighted_median(issue_of(rows))
    for place in (found.low[0], found.high[0]):
        assert w[x < place].sum() <= w.sum() / 2 * (1 + 1e-9)
        assert w[x > place].sum() <= w.sum() / 2 * (1 + 1e-9)
    # and no position of weight outside the interval does
    for place in x[(w > 0) & ((x < found.low[0]) | (x > found.high[0]))]:
        assert max(w[x < place].sum(), w[x > place].sum()) > w.sum() / 2 * (1 - 1e-9)


@given(stakes, st.randoms(use_true_random=False), st.floats(0.01, 50.0))
def test_order_and_units_of_capability_change_nothing(
    rows: list[tuple[int, int, int]], shuffle: object, unit: float
) -> None:
    other = [(x, s, unit * c) for x, s, c in rows]
    shuffle.shuffle(other)  # type: ignore[attr-defined]
    for model in (weighted_mean, weighted_median):
        one, two = model(issue_of(rows)), model(issue_of(other))
        assert one.position == pytest.approx(two.position)


@given(stakes)
def test_every_baseline_lies_within_the_positions(rows: list[tuple[int, int, int]]) -> None:
    issue = issue_of(rows)
    low, high = issue.positions.min(), issue.positions.max()
    for model in (weighted_mean, weighted_median, unweighted_mean, unweighted_median):
        found = model(issue)
        assert low - 1e-9 <= found.low[0] <= found.position[0] <= found.high[0] <= high + 1e-9


def test_draws_are_the_single_baselines() -> None:
    rng = np.random.default_rng(1)
    x, w = rng.uniform(0, 100, (50, 7, 1)), rng.uniform(0, 1, (50, 7, 1))
    means, (low, high) = weighted_mean_draws(x, w), weighted_median_draws(x, w)
    for d in range(50):
        issue = issue_of([(x[d, n, 0], 100.0, w[d, n, 0]) for n in range(7)])
        assert means[d, 0] == pytest.approx(weighted_mean(issue).position[0])
        assert (low[d, 0], high[d, 0]) == (
            weighted_median(issue).low[0],
            weighted_median(issue).high[0],
        )


def test_draws_without_weight_are_no_number() -> None:
    x, w = np.zeros((1, 3, 1)), np.zeros((1, 3, 1))
    assert np.isnan(weighted_mean_draws(x, w)).all()
    assert all(np.isnan(end).all() for end in weighted_median_draws(x, w))
