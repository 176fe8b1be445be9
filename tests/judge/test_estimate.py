"""Shares and effects recover what was put in, with errors that are right on average."""

from __future__ import annotations

import numpy as np
import pytest

from talion.judge.estimate import (
    effect_draws,
    effect_error,
    share_of,
    share_of_draws,
    shrunken,
    summarise_effect,
)
from talion.judge.truth import Truth

RNG = np.random.default_rng


def histories(p: np.ndarray, members: int, seed: int) -> Truth:
    return Truth.settled(RNG(seed).random((p.size, members)) < p[:, None])


def test_between_draw_spread_is_freed_of_binomial_noise() -> None:
    p = np.clip(RNG(1).normal(0.5, 0.1, 4000), 0, 1)
    share = share_of(histories(p, 20, 2))
    assert share is not None
    raw = float(np.std(RNG(2).binomial(20, p) / 20))
    assert raw > 0.14  # what would be printed without the correction
    assert share.between_sd == pytest.approx(0.1, abs=0.01)
    assert share.within_sd == pytest.approx(np.sqrt((p * (1 - p)).mean()), abs=0.01)
    assert (share.low, share.high) == pytest.approx(tuple(np.quantile(p, [0.1, 0.9])), abs=0.015)


def test_no_spread_is_found_where_there_is_none() -> None:
    share = share_of(histories(np.full(2000, 0.3), 20, 3))
    assert share is not None
    assert share.between_sd < 0.03
    assert share.high - share.low < 0.08


def test_the_monte_carlo_error_covers() -> None:
    covered = 0
    for seed in range(200):
        p = RNG(seed).beta(2, 2, 100)
        share = share_of(histories(p, 10, 1000 + seed))
        assert share is not None
        covered += abs(share.probability - 0.5) <= 1.96 * share.mcse
    assert 182 <= covered <= 200  # 95 % of 200, within 3 binomial errors


def test_agreement_of_all_leaves_an_error() -> None:
    share = share_of(Truth.settled(np.ones((200, 20), bool)))
    assert share is not None
    assert share.probability == 1.0
    assert 0 < share.mcse < 0.001


def test_undetermined_histories_are_out_and_counted() -> None:
    out = np.zeros((10, 4), bool)
    out[:, :2] = True
    holds = np.zeros((10, 4), bool)
    holds[:, 2] = True
    share = share_of(Truth(holds, holds, out))
    assert share is not None
    assert (share.probability, share.undetermined, share.histories) == (0.5, 0.5, 20)
    assert share_of(Truth(holds & out, holds & out, np.ones_like(out))) is None


def test_a_draw_counts_by_its_answers() -> None:
    # One draw with ten answers, all yes, one with two, all no: pooled 10 of 12, not the mean 1/2.
    out = np.zeros((2, 10), bool)
    out[1, 2:] = True
    holds = np.array([[True] * 10, [False] * 10])
    share = share_of(Truth(holds, holds, out))
    assert share is not None
    assert share.probability == pytest.approx(10 / 12)


def test_capped_histories_make_two_ends() -> None:
    low = np.zeros((10, 10), bool)
    low[:, :5] = True
    high = low.copy()
    high[:, 9] = True
    share = share_of(Truth(low, high, np.zeros_like(low)))
    assert share is not None
    assert share.probability == pytest.approx(5 / 9)
    assert (share.capped_low, share.capped_high) == pytest.approx((0.5, 0.6))


def test_shrinking_keeps_the_mean_and_mends_the_variance() -> None:
    truth = RNG(4).normal(3, 1, 50_000)
    raw = truth + RNG(5).normal(0, 2, truth.size)
    found, noise = shrunken(raw, np.full(truth.size, 4.0))
    assert found.mean() == pytest.approx(raw.mean())
    assert found.std() == pytest.approx(1.0, abs=0.05)
    assert noise == pytest.approx(0.8, abs=0.01)


def test_noise_beyond_the_variance_leaves_no_spread() -> None:
    found, noise = shrunken(np.array([1.0, 2.0, 3.0]), np.full(3, 50.0))
    assert found.tolist() == [2.0, 2.0, 2.0]
    assert noise == 1.0


def coupled(psi: np.ndarray, members: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts under two what-ifs that share most of their noise; ratio of means 1 + psi/100."""
    rng = RNG(seed)
    second = rng.poisson(10.0, (psi.size, members)).astype(float)
    extra = rng.poisson(np.abs(psi[:, None]) / 10.0, second.shape)
    return second + np.where(psi[:, None] > 0, extra, -np.minimum(extra, second)), second


def test_relative_effects_recover_their_spread() -> None:
    psi = RNG(6).normal(30, 12, 3000)
    found, unknown, noise = effect_draws(*coupled(psi, 20, 7), relative=True)
    assert not unknown.any()
    assert found.mean() == pytest.approx(30, abs=1.5)
    assert found.std() == pytest.approx(12, abs=1.5)
    assert 0.05 < noise < 0.6
    q = float((found >= 25).mean())
    assert q == pytest.approx(float((psi >= 25).mean()), abs=0.03)


def test_differences_recover_their_spread() -> None:
    rng = RNG(8)
    psi = rng.normal(-5, 2, 3000)
    second = rng.normal(50, 10, (3000, 20))
    first = second + psi[:, None] + rng.normal(0, 6, second.shape)
    found, _, _ = effect_draws(first, second, relative=False)
    assert found.mean() == pytest.approx(-5, abs=0.15)
    assert found.std() == pytest.approx(2, abs=0.12)


def test_identical_histories_have_no_effect_at_all() -> None:
    second = RNG(9).poisson(3.0, (50, 10)).astype(float)
    for relative in (True, False):
        found, _, noise = effect_draws(second, second, relative)
        assert found.tolist() == [0.0] * 50
        assert noise == 0.0


def test_no_event_anywhere_is_no_effect_and_no_failure() -> None:
    none = np.zeros((5, 4))
    found, _, _ = effect_draws(none, none, relative=True)
    assert found.tolist() == [0.0] * 5


def test_unknown_histories_are_left_out_of_both() -> None:
    first = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
    second = np.array([[0.0, 100.0, 2.0], [1.0, 1.0, 1.0]])
    found, unknown, _ = effect_draws(first, second, relative=False)
    assert found[0] == 1.0
    assert np.isnan(found[1])
    assert unknown.tolist() == [True, True]


def test_the_share_of_draws_has_ends_for_capped_draws() -> None:
    holds = np.array([True, True, False, False])
    capped = np.array([True, False, True, False])
    share = share_of_draws(holds, capped, 20)
    assert (share.capped_low, share.probability, share.capped_high) == (0.25, 0.5, 0.75)


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("spread", [0.0, 4.0])
def test_the_error_of_a_mean_is_its_sd_over_ensembles(relative: bool, spread: float) -> None:
    """400 ensembles of 30 draws of 4 histories; members' noise counts even where draws do not differ."""
    rng = np.random.default_rng(5)
    means, errors = [], []
    for _ in range(400):
        shift = spread * rng.standard_normal((30, 1))
        second = 60.0 + 8.0 * rng.standard_normal((30, 4))
        first = second + 10.0 + shift + 12.0 * rng.standard_normal((30, 4))
        psi, _, noise = effect_draws(first, second, relative)
        error = effect_error(first, second, relative)
        unit = "%" if relative else "points"
        made = summarise_effect(psi, psi > 0, unit, 1.0, noise, error)
        assert made is not None
        means.append(made.mean)
        errors.append(made.mcse)
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.12)  # sd of 400: 3.5 %


def test_an_effect_is_summarised_over_known_draws() -> None:
    psi = np.array([np.nan, 10.0, 20.0, 30.0])
    effect = summarise_effect(psi, psi >= 20, "points", 20.0, 0.1)
    assert effect is not None
    assert (effect.mean, effect.q) == (20.0, pytest.approx(2 / 3))
    assert summarise_effect(np.array([np.nan]), np.array([False]), "%", 20.0, 0.0) is None


def test_a_mean_in_per_cent_is_that_of_the_ratios_logarithms() -> None:
    psi = np.array([-50.0, 100.0])  # half and twice: no change on average
    effect = summarise_effect(psi, psi >= 20, "%", 20.0, 0.0)
    assert effect is not None
    assert effect.mean == pytest.approx(0.0, abs=1e-9)
