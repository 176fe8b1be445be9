"""The probabilistic Condorcet election: by hand, by brute force, and what must hold of it."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.model.bargaining import condorcet
from talion.model.bargaining.condorcet import (
    Election,
    Victory,
    Voting,
    challenge_chances,
    coalitions,
    condorcet_election,
    elect,
    victory,
    votes,
)

RULES = list(itertools.product(get_args(Voting), get_args(Victory), get_args(Election)))
seeds = st.integers(0, 10_000)


def random_worth(seed: int, actors: int = 5, options: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 1, (actors, options)), rng.uniform(0.1, 3.0, actors)


def test_votes_by_hand() -> None:
    x = np.array([-0.5, -4e-9, 0.0, 0.2])
    assert votes(x, "cubic") == pytest.approx([-0.125, 0, 0, 0.008])
    assert votes(x, "proportional-cubic") == pytest.approx([-0.3125, -2e-9, 0, 0.104])
    assert votes(x, "binary") == pytest.approx([-1, -0.4, 0, 1])
    assert votes(x, "proportional-binary") == pytest.approx([-0.6, -0.08, 0, 0.36])
    assert votes(x, "prospect") == pytest.approx([-0.5, -4e-9, 0, 0.4 / 3])


@pytest.mark.parametrize("rule", get_args(Voting))
def test_coalitions_by_loops(rule: Voting) -> None:
    worth, weights = random_worth(1)
    for a, b in itertools.product(range(4), repeat=2):
        strength = 1e-8
        for k in range(5):
            strength += max(0.0, weights[k] * float(votes(worth[k, a] - worth[k, b], rule)))
        assert coalitions(worth, weights, rule)[a, b] == pytest.approx(strength)


@pytest.mark.parametrize(
    ("model", "power"), [("linear", 1), ("square", 2), ("quartic", 4), ("octic", 8)]
)
def test_victory_by_powers(model: Victory, power: int) -> None:
    found = victory(np.array([[1.0, 3.0], [2.0, 1.0]]), model)
    assert found[0, 1] == pytest.approx(3.0**power / (3.0**power + 2.0**power))


def test_binary_victory_is_sure_at_a_ratio_of_1_10_and_linear_within() -> None:
    def chance(ours: float, theirs: float) -> float:
        return float(victory(np.array([[1.0, ours], [theirs, 1.0]]), "binary")[0, 1])

    assert chance(1.1, 1.0) == pytest.approx(1.0, abs=2e-6)
    assert chance(1.0, 1.1000001) == pytest.approx(0.0, abs=2e-6)
    assert chance(1.0, 1.0) == pytest.approx(0.5)
    # share r of strength: (2.1 r - 1) / .1
    assert chance(1.05, 1.0) == pytest.approx((2.1 * 1.05 / 2.05 - 1) / 0.1)


def test_conditional_election_by_hand() -> None:
    won = np.array([[0.5, 0.8, 0.6], [0.2, 0.5, 0.9], [0.4, 0.1, 0.5]])
    product = np.array([0.5 * 0.8 * 0.6, 0.2 * 0.5 * 0.9, 0.4 * 0.1 * 0.5])
    assert elect(won, won, "conditional") == pytest.approx(product / product.sum())


def test_conditional_election_of_two_hundred_options_does_not_vanish() -> None:
    rng = np.random.default_rng(1)
    won = victory(rng.uniform(1e-9, 1.0, (200, 200)), "octic")
    found = elect(won, won, "conditional")
    assert found.sum() == pytest.approx(1.0)
    logs = np.log(won).sum(axis=1)
    assert int(np.argmax(found)) == int(np.argmax(logs))


@pytest.mark.parametrize("rule", ["markov-uniform", "markov-incentive"])
def test_markov_elections_are_stationary(rule: Election) -> None:
    worth, weights = random_worth(3)
    strength = coalitions(worth, weights, "proportional")
    won = victory(strength, "linear")
    challenge = challenge_chances(won, strength, rule)
    # From b: a challenges with chance h(a|b) and wins with P(a > b); otherwise b stays.
    step = won * challenge
    np.fill_diagonal(step, 0.0)
    step += np.diag(1.0 - step.sum(axis=0))
    values, vectors = np.linalg.eig(step)
    still = np.real(vectors[:, np.argmax(np.real(values))])
    found = elect(won, strength, rule)
    assert found == pytest.approx(still / still.sum(), abs=2e-5)


@pytest.mark.parametrize(("voting", "model", "rule"), RULES)
def test_chances_sum_to_one_and_follow_a_reordering(
    voting: Voting, model: Victory, rule: Election
) -> None:
    worth, weights = random_worth(7)
    options = {"voting": voting, "victory_model": model, "election": rule}
    found = condorcet_election(worth, weights, **options)
    assert found.sum() == pytest.approx(1.0, abs=1e-6)
    assert (found >= 0).all()
    order, seats = np.array([2, 0, 3, 1]), np.array([4, 2, 0, 1, 3])
    again = condorcet_election(worth[seats][:, order], weights[seats], **options)
    assert again == pytest.approx(found[order], abs=1e-9)


@given(seeds, st.floats(0.1, 10.0))
def test_units_of_weight_do_not_matter(seed: int, unit: float) -> None:
    worth, weights = random_worth(seed)
    weights = 1e8 * weights  # so that the least support of 1e-8, which has no unit, is nothing
    one, two = condorcet_election(worth, weights), condorcet_election(worth, unit * weights)
    assert two == pytest.approx(one, abs=1e-6)


@given(seeds)
def test_more_weight_for_a_supporter_never_hurts_of_two(seed: int) -> None:
    worth, weights = random_worth(seed, options=2)
    likes = int(np.argmax(worth[:, 0] - worth[:, 1]))
    if worth[likes, 0] <= worth[likes, 1]:
        return
    more = weights.copy()
    more[likes] *= 1.5
    before, after = condorcet_election(worth, weights)[0], condorcet_election(worth, more)[0]
    assert after >= before - 1e-12


@pytest.mark.parametrize("rule", get_args(Election))
def test_nobody_with_weight_or_a_preference_leaves_all_even(rule: Election) -> None:
    worth, weights = random_worth(1)
    none = condorcet_election(worth, np.zeros_like(weights), election=rule)
    same = condorcet_election(np.ones_like(worth), weights, election=rule)
    assert none == pytest.approx([0.25] * 4, abs=1e-6)
    assert same == pytest.approx([0.25] * 4, abs=1e-6)


def test_an_election_that_does_not_settle_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condorcet, "ELECTION_STEPS", 2)
    worth, weights = random_worth(1)
    with pytest.raises(condorcet.SimulationError, match="do not balance"):
        condorcet_election(worth, weights, election="markov-incentive")
