"""Expected information: known values, the correction of its bias, and noise that ranks as nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from talion.judge.information import (
    chance_of,
    dealt,
    entropy,
    evidence_of,
    mutual_information,
    tally,
)


def everywhere(shape: tuple[int, int]) -> np.ndarray:
    return np.ones(shape, bool)


def test_information_of_a_noisy_channel_is_the_textbook_one() -> None:
    """A binary symmetric channel with error p tells 1 - H(p) bits (Cover and Thomas 2006, 7.1.4)."""
    n = 1000.0
    for error in (0.0, 0.11, 0.25, 0.5):
        found = mutual_information(
            np.array(n / 2 * (1 - error)), np.array(n / 2), np.array(n / 2), np.array(n)
        )
        assert float(found) == pytest.approx(1 - entropy(error), abs=1e-12)


@given(arrays(bool, (6, 5)), arrays(bool, (6, 5)), arrays(bool, (6, 5)))
def test_seen_and_unseen_average_back_to_now(
    sign: np.ndarray, outcome: np.ndarray, known: np.ndarray
) -> None:
    if not ((sign & known).any() and (~sign & known).any()):
        return
    e = evidence_of(sign, outcome, known, 0.0)
    q = e.chance.probability
    back = q * e.seen.probability + (1 - q) * e.unseen.probability
    assert back == pytest.approx(e.now.probability, abs=1e-12)
    assert e.bits <= e.doubt + 1e-12
    for c in (e.now, e.seen, e.unseen, e.chance):
        assert 0 <= c.low <= c.probability <= c.high <= 1


def test_information_is_the_expected_fall_in_entropy() -> None:
    rng = np.random.default_rng(1)
    sign = rng.random((50, 20)) < 0.3
    outcome = rng.random((50, 20)) < np.where(sign, 0.8, 0.4)
    e = evidence_of(sign, outcome, everywhere(sign.shape), 0.0)
    q = e.chance.probability
    fall = e.doubt - q * entropy(e.seen.probability) - (1 - q) * entropy(e.unseen.probability)
    assert e.bits == pytest.approx(fall, abs=1e-12)


def test_a_deal_moves_whole_draws() -> None:
    outcome = np.repeat(np.arange(40) % 2 == 0, 8).reshape(40, 8)
    holds, known = dealt(outcome, everywhere(outcome.shape), 5, np.random.default_rng(2))
    for one in holds.T.reshape(5, 40, 8):
        assert set(one.mean(axis=1)) == {0.0, 1.0}  # what a draw's histories share stays together
        assert one.sum() == outcome.sum()
    assert known.all()


def clustered(rng: np.random.Generator, draws: int = 60, members: int = 10) -> np.ndarray:
    """Truths of histories whose probability differs a great deal by draw."""
    own = rng.beta(0.4, 0.4, draws)[:, None]
    return rng.random((draws, members)) < own


def test_noise_shared_by_draws_ranks_as_nothing() -> None:
    """Sign and outcome both differ by draw, and have nothing to do with each other."""
    rng = np.random.default_rng(3)
    false = 0
    for trial in range(60):
        signs = np.stack([clustered(rng) for _ in range(12)])
        outcome = clustered(rng)
        found = tally(
            signs, outcome, everywhere(outcome.shape), deals=99, rng=np.random.default_rng(trial)
        )
        false += bool((found.corrected > found.noise).any())
    assert false <= 8  # three expected; more than eight has a chance of 0.3 %


def test_deals_of_single_histories_would_have_seen_something_in_that_noise() -> None:
    """The trial above can fail: with draws torn apart, noise passes for information."""
    rng = np.random.default_rng(3)
    false = 0
    for trial in range(20):
        signs = np.stack([clustered(rng).reshape(-1, 1) for _ in range(12)])
        outcome = clustered(rng).reshape(-1, 1)
        found = tally(
            signs, outcome, everywhere(outcome.shape), deals=99, rng=np.random.default_rng(trial)
        )
        false += bool((found.corrected > found.noise).any())
    assert false >= 10


def test_bias_is_taken_off() -> None:
    """With nothing to tell, the corrected value is near zero where the plain one is not."""
    rng = np.random.default_rng(4)
    plain, corrected = [], []
    for trial in range(40):
        signs, outcome = clustered(rng)[None], clustered(rng)
        found = tally(
            signs, outcome, everywhere(outcome.shape), deals=99, rng=np.random.default_rng(trial)
        )
        plain.append(found.bits[0])
        corrected.append(found.bits[0] - found.bias[0])
    assert np.mean(plain) > 4 * abs(np.mean(corrected))


def test_a_true_sign_is_told_from_eleven_false_ones() -> None:
    rng = np.random.default_rng(5)
    signs = rng.random((12, 80, 10)) < 0.5
    outcome = rng.random((80, 10)) < np.where(signs[7], 0.7, 0.4)
    found = tally(signs, outcome, everywhere(outcome.shape), deals=199, rng=rng)
    assert np.flatnonzero(found.corrected > found.noise).tolist() == [7]
    assert found.by_chance(7) == 1 / 200
    assert found.by_chance(0) > 0.05
    true = 1 - 0.5 * (entropy(0.7) + entropy(0.4)) - (1 - entropy(0.55))
    assert found.corrected[7] == pytest.approx(true, abs=0.03)


def test_intervals_hold_the_truth_about_four_times_in_five() -> None:
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(200):
        own = rng.beta(4, 6, 80)[:, None]
        c = chance_of(rng.random((80, 10)) < own, everywhere((80, 10)))
        held += c.low <= 0.4 <= c.high
    assert 140 <= held <= 180


def test_intervals_of_bits_hold_the_truth_about_four_times_in_five() -> None:
    rng = np.random.default_rng(7)
    true = entropy(0.5 * (0.75 + 0.35)) - 0.5 * (entropy(0.75) + entropy(0.35))
    held = 0
    for _ in range(200):
        sign = rng.random((80, 10)) < 0.5
        outcome = rng.random((80, 10)) < np.where(sign, 0.75, 0.35)
        e = evidence_of(sign, outcome, everywhere(sign.shape), 0.0)
        held += e.bits_low <= true <= e.bits_high
    assert 140 <= held <= 182


def test_nothing_counted_is_not_a_number() -> None:
    none = np.zeros((3, 2), bool)
    assert math.isnan(chance_of(none, none).probability)
