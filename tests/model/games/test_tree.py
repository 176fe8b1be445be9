"""Trees: laid out flat, checked, and drawn from ranges."""

from __future__ import annotations

import numpy as np
import pytest

from model.games.random_games import ladder, random_game
from talion.errors import InputError, Problems
from talion.model.games.tree import (
    DEEPEST,
    Decision,
    Game,
    Node,
    Outcome,
    chance,
    decision,
    likely_payoffs,
    outcome,
    payoff_draws,
)


def test_places_stand_before_what_follows_them() -> None:
    game = random_game(3)
    assert [p.index for p in game.places] == list(range(len(game.places)))
    for place in game.places:
        for move, child in enumerate(place.children):
            below = game.places[child]
            assert child > place.index
            assert (below.parent, below.move, below.depth) == (place.index, move, place.depth + 1)
            assert not isinstance(place.node, Outcome)
            assert below.path == (*place.path, place.node.moves[move][0])
            assert place.node.moves[move][1] is below.node
        assert isinstance(place.node, Outcome) == (not place.children)


def test_chances_of_outcomes_multiply_along_paths() -> None:
    game = ladder()
    chosen = np.ones((1, len(game.places)))
    for place in game.places:
        if place.children:
            odds = np.arange(1, len(place.children) + 1) / sum(range(1, len(place.children) + 1))
            chosen[0, list(place.children)] = odds
    found = dict(zip(game.outcomes, game.outcome_chances(chosen)[0].tolist(), strict=True))
    assert found["pause"] == pytest.approx(1 / 3)
    assert found["war"] == pytest.approx((2 / 3) * (2 / 3) * (2 / 3) * (2 / 3))
    assert sum(found.values()) == pytest.approx(1)


def test_outcomes_of_one_name_are_counted_together() -> None:
    moves: dict[str, Node] = {
        "x": outcome("same", 1),
        "y": outcome("same", 2),
        "z": outcome("other", 0),
    }
    game = Game("g", ("A",), decision("A", moves))
    assert game.outcomes == ("same", "other")
    assert game.outcome_chances(np.array([1.0, 0.25, 0.25, 0.5])).tolist() == [0.5, 0.5]


def test_draws_of_ranges_keep_their_quantiles() -> None:
    game = ladder()
    draws = payoff_draws(game, 20_000, 7)
    war = next(p.index for p in game.places if isinstance(p.node, Outcome) and p.node.name == "war")
    assert np.quantile(draws[:, war, 1], [0.1, 0.5, 0.9]) == pytest.approx([-9, -6, -3], abs=0.12)
    assert (draws[:, war, 0] == -5).all()
    assert likely_payoffs(game)[0, war].tolist() == [-5, -6]


def test_draws_depend_on_seed_and_names_alone() -> None:
    end = outcome("end", [0, 1, 5])
    small = Game("g", ("A",), end)
    large = Game("h", ("A",), decision("A", {"x": outcome("new", [0, 1, 2]), "y": end}))
    assert np.array_equal(payoff_draws(small, 50, 3)[:, 0], payoff_draws(large, 50, 3)[:, 2])
    assert np.array_equal(payoff_draws(small, 50, 3)[:20], payoff_draws(small, 20, 3))
    assert not np.array_equal(payoff_draws(small, 50, 3), payoff_draws(small, 50, 4))


A, B = outcome("a", 0, 0), outcome("b", 1, 1)


@pytest.mark.parametrize(
    ("root", "words"),
    [
        (decision("X", {"l": A, "r": B}), "no such player"),
        (decision("P", {"l": A, "r": outcome("c", 1)}), "1 payoffs for 2 players"),
        (decision("P", {}), "without moves"),
        (chance({"l": (0.5, A), "r": (0.4, B)}), "sum to one"),
        (chance({"l": (1.5, A), "r": (-0.5, B)}), "sum to one"),
        (chance({"l": (float("nan"), A), "r": (0.5, B)}), "sum to one"),
    ],
)
def test_bad_trees_are_refused_with_the_moves_that_lead_there(root: Node, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Game("g", ("P", "Q"), root)
    deep = decision("P", {"go": decision("Q", {"on": root, "off": A}), "stay": B})
    with pytest.raises(InputError, match="at go > on") as caught:
        Game("g", ("P", "Q"), deep)
    assert words in str(caught.value)


def test_two_faults_are_named_together() -> None:
    with pytest.raises(Problems) as caught:
        Game("g", ("P",), decision("X", {"l": A, "r": outcome("c", 1)}))
    assert len(caught.value) == 2


@pytest.mark.parametrize("players", [(), ("P", "P"), ("P", " ")])
def test_players_need_names(players: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="player"):
        Game("g", players, outcome("end", *[0.0] * len(players)))


def test_labels_given_twice_are_refused() -> None:
    with pytest.raises(InputError, match="two moves of one name"):
        Game("g", ("P", "Q"), Decision("P", (("x", A), ("x", B))))


@pytest.mark.parametrize(
    "value", ["much", None, [1, 2], [2, 1, 3], float("inf"), 1e13, [0, 1, True]]
)
def test_bad_payoffs(value: object) -> None:
    with pytest.raises(InputError, match="'war', payoff 2"):
        outcome("war", 0, value)  # type: ignore[arg-type]


def test_too_deep_and_too_large_are_refused_quickly() -> None:
    deep: Node = outcome("end", 0)
    for _ in range(DEEPEST + 1):
        deep = decision("A", {"on": deep})
    with pytest.raises(InputError, match="too deep"):
        Game("g", ("A",), deep)
    wide: Node = outcome("end", 0)
    for _ in range(30):  # shared below, so small in memory and a billion nodes as a tree
        wide = decision("A", {"l": wide, "r": wide})
    with pytest.raises(InputError, match="too large"):
        Game("g", ("A",), wide)


@pytest.mark.parametrize("draws", [0, -1, 10**9])
def test_draws_out_of_range(draws: int) -> None:
    with pytest.raises(InputError, match="draw"):
        payoff_draws(ladder(), draws, 1)
