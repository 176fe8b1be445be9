"""Errors of log-score differences and stacking weights, on numbers made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from talion.judge.week_scores import (
    difference_of,
    island_scores,
    predictive_weights,
)


def test_islands_are_combined_by_how_well_they_told_the_weeks_before() -> None:
    """Means of products: (0.1 x 0.5 + 0.3 x 0.1) / 2 over (0.1 + 0.3) / 2."""
    scores, errors, whole = island_scores(np.log([[0.1, 0.5], [0.3, 0.1]]))
    np.testing.assert_allclose(np.exp(scores), [0.2, 0.08 / 2 / 0.2])
    # Leaving out one of two islands leaves the other's log: half the gap is the jackknife's error.
    assert errors[0] == pytest.approx(math.log(3) / 2)
    assert whole == pytest.approx(abs(math.log(0.05) - math.log(0.03)) / 2)


def test_one_island_alone_has_no_error() -> None:
    scores, errors, whole = island_scores(np.array([[-1.0, -2.0], [-1.0, -np.inf]]))
    assert scores[1] == pytest.approx(-2.0 - math.log(2))
    assert errors[0] == 0.0
    assert errors[1] == math.inf
    assert whole == math.inf
    assert difference_of(scores, np.zeros(2), whole, 1).verdict == "indistinguishable"


@pytest.mark.parametrize(
    ("gaps", "particles", "word"),
    [
        ([1.0] * 12, 0.1, "better"),
        ([-1.0] * 12, 0.1, "worse"),
        ([0.3] * 12, 0.1, "indistinguishable"),  # 3.6 in all: under 4, however sure
        ([12.0] + [0.0] * 11, 0.1, "indistinguishable"),  # one week alone: the bootstrap knows
        ([1.0] * 12, 7.0, "indistinguishable"),  # the particles do not know
    ],
)
def test_what_differences_are_called(gaps: list[float], particles: float, word: str) -> None:
    found = difference_of(np.array(gaps), np.zeros(12), particles, 1)
    assert found.verdict == word
    assert found.error is not None
    assert found.error >= particles


def test_the_error_of_blocks_is_that_of_a_sum() -> None:
    """Independent weeks of sd 2: the sum of 400 has sd 40, as the bootstrap says within a few per cent."""
    gaps = np.random.default_rng(3).normal(0.0, 2.0, 400)
    found = difference_of(gaps, np.zeros(400), 0.0, 1)
    assert found.error == pytest.approx(40.0, rel=0.15)


def test_weights_mix_what_tells_different_weeks() -> None:
    """One tells half of the weeks, the other the other half; a third is worse everywhere."""
    good, bad = math.log(0.8), math.log(0.1)
    scores = np.array([[good, bad] * 6, [bad, good] * 6, [math.log(0.05)] * 12])
    weights = predictive_weights(scores, np.zeros_like(scores), 1)
    values = [w.value for w in weights]
    assert values[:2] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert values[2] < 1e-3
    assert sum(values) == pytest.approx(1.0)
    assert all(w.low <= w.value <= w.high for w in weights[:2])


def test_weights_of_one_that_is_best_everywhere_are_one_and_noise_widens_them() -> None:
    scores = np.array([[-1.0] * 12, [-2.0] * 12])
    sure = predictive_weights(scores, np.zeros_like(scores), 1)
    assert sure[0].value > 0.99
    assert sure[0].low > 0.9
    noisy = predictive_weights(scores, np.full_like(scores, 3.0), 1)
    assert noisy[0].value == sure[0].value
    assert noisy[0].high - noisy[0].low > sure[0].high - sure[0].low + 0.1
