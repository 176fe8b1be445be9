"""Quantal response against Gambit's numbers, its limits, and shares over ranges of payoffs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.games.random_games import ladder, random_game
from talion.errors import InputError
from talion.model.games.efg import read_efg
from talion.model.games.quantal import quantal_curve, quantal_response
from talion.model.games.shares import outcome_shares
from talion.model.games.solve import best_replies
from talion.model.games.tree import Decision, Game, decision, likely_payoffs, outcome


def test_deterrence_as_gambit_solves_it(shared: Path) -> None:
    # logit_solve_lambda of pygambit 17.0.0b2, which follows the branch numerically: equal to some 1e-8.
    folder = shared / "data" / "bargaining"
    game = read_efg(folder / "deterrence.efg")
    reference = json.loads((folder / "crisis_game_reference.json").read_text(encoding="utf-8"))
    for precision, expected in reference["logit_AQRE_pygambit_17.0.0b2"].items():
        solved = quantal_response(game, float(precision))
        assert solved.choice()["challenge"] == pytest.approx(expected["challenge"], abs=3e-8)
        assert solved.choice("challenge")["resist"] == pytest.approx(expected["resist"], abs=3e-8)
        assert solved.choice("challenge", "resist")["fight"] == pytest.approx(
            expected["fight"], abs=3e-8
        )


@pytest.mark.parametrize(
    ("precision", "attack", "strike_leaders", "widen"),
    [
        (1.0, 0.5051540149555114, 0.9762339637371689, 0.047425873177566635),
        (3.0, 0.5187153359735005, 0.9999938421634442, 0.00012339457643810773),
    ],
)
def test_a_game_with_chance_as_gambit_solves_it(
    precision: float, attack: float, strike_leaders: float, widen: float
) -> None:
    # pygambit 17.0.0b2, logit_solve_lambda on this game as `write_efg` writes it.
    solved = quantal_response(ladder(), precision)
    assert solved.choice()["attack"] == pytest.approx(attack, abs=1e-8)
    assert solved.choice("attack", "no deaths")["strike"] == pytest.approx(0.5, abs=1e-12)
    deadly = solved.choice("attack", "deaths")
    assert deadly["strike leaders"] == pytest.approx(strike_leaders, abs=1e-8)
    after = solved.choice("attack", "deaths", "strike leaders")
    assert after["widen"] == pytest.approx(widen, abs=1e-8)


@given(st.integers(0, 10**6), st.floats(0.01, 20))
@settings(max_examples=40)
def test_every_choice_is_the_logit_of_its_values(seed: int, precision: float) -> None:
    game = random_game(seed)
    solved = quantal_response(game, precision)
    for place in game.places:
        if isinstance(place.node, Decision):
            below = list(place.children)
            worth = solved.values[0, below, game.players.index(place.node.player)]
            odds = solved.chosen[0, below]
            assert odds.sum() == pytest.approx(1)
            for k in range(1, len(below)):
                ratio = math.log(odds[k]) - math.log(odds[0])
                assert ratio == pytest.approx(precision * (worth[k] - worth[0]), abs=1e-7)
            assert solved.values[0, place.index] == pytest.approx(
                odds @ solved.values[0, below], abs=1e-12
            )
    assert solved.chances.sum() == pytest.approx(1)


@given(st.integers(0, 10**6))
@settings(max_examples=40)
def test_limits(seed: int) -> None:
    game = random_game(seed)
    even = quantal_response(game, 0.0)
    for place in game.places:
        if isinstance(place.node, Decision):
            assert np.ptp(even.chosen[0, list(place.children)]) < 1e-12
    best = best_replies(game)
    assert np.array_equal(quantal_response(game, math.inf).chosen, best.chosen)
    # Whole payoffs and odds of a few parts: values that differ do so by much more than 1/1e6.
    assert np.allclose(quantal_response(game, 1e6).chosen, best.chosen, atol=1e-3)


@given(st.integers(0, 10**6), st.floats(0.1, 10), st.floats(-5, 5))
@settings(max_examples=30)
def test_only_the_product_of_precision_and_payoffs_matters(
    seed: int, unit: float, shift: float
) -> None:
    game = random_game(seed)
    first = quantal_response(game, 2.0)
    second = quantal_response(game, 2.0 / unit, unit * (likely_payoffs(game) + shift))
    assert np.allclose(first.chosen, second.chosen, atol=1e-9)


def test_huge_payoffs_do_not_overflow() -> None:
    game = Game("g", ("A",), decision("A", {"x": outcome("one", -1e12), "y": outcome("two", 1e12)}))
    assert quantal_response(game, 1e6).choice() == {"x": 0.0, "y": 1.0}


def test_a_curve_is_the_solutions_one_by_one() -> None:
    game = ladder()
    curve = quantal_curve(game, [0.0, 0.5, 4.0])
    for k, precision in enumerate(curve.precision):
        alone = quantal_response(game, float(precision))
        assert np.allclose(curve.chances[k], alone.chances[0])
        assert np.allclose(curve.values[k], alone.values[0, 0])
    assert curve.outcomes == game.outcomes


@pytest.mark.parametrize("precision", [-1.0, math.nan, -math.inf])
def test_bad_precision(precision: float) -> None:
    with pytest.raises(InputError, match="0 or more"):
        quantal_response(ladder(), precision)


def test_payoffs_of_another_game_are_refused() -> None:
    for payoffs in (np.zeros((1, 3, 2)), np.zeros(3), np.full((1, 10, 2), np.nan)):
        with pytest.raises(InputError, match="payoffs must be finite"):
            quantal_response(ladder(), 1.0, payoffs)
    with pytest.raises(InputError, match="beyond 1e12"):
        quantal_response(ladder(), 1e13)


def test_as_many_precisions_as_draws() -> None:
    two = np.repeat(likely_payoffs(ladder()), 2, axis=0)
    both = quantal_response(ladder(), np.array([1.0, 3.0]), two)
    assert np.allclose(both.chosen[1], quantal_response(ladder(), 3.0).chosen[0])
    with pytest.raises(InputError, match="one for each draw"):
        quantal_response(ladder(), np.array([1.0, 2.0, 3.0]), two)
    with pytest.raises(InputError, match="infinite"):
        quantal_response(ladder(), np.array([1.0, math.inf]), two)


@pytest.mark.parametrize("grid", [[], [math.inf], [-1.0]])
def test_bad_curves(grid: list[float]) -> None:
    with pytest.raises(InputError, match="precision"):
        quantal_curve(ladder(), grid)


def normal_share(low: float, likely: float, high: float, above: float) -> float:
    """P(x > above) of a two-piece normal with these 1-in-10, middle and 9-in-10 quantiles."""
    side = high - likely if above > likely else likely - low
    z = (above - likely) / (side / 1.2815515655446004)
    return 0.5 * math.erfc(z / math.sqrt(2))


def test_shares_are_the_chance_that_the_payoff_is_better() -> None:
    moves = {"x": outcome("one", 1.0), "y": outcome("two", [-1, 0.5, 4])}
    found = outcome_shares(Game("g", ("A",), decision("A", moves)), draws=40_000, seed=3)
    expected = normal_share(-1, 0.5, 4, 1.0)
    assert found.share[1] == pytest.approx(expected, abs=4 * found.error[1])
    assert found.error[1] == pytest.approx(math.sqrt(expected * (1 - expected) / 40_000), rel=0.02)
    assert found.tied == 0
    assert found.low is found.high is found.share
    (leverage,) = found.leverage
    assert (leverage.outcome, leverage.player) == ("two", "A")
    # Its top third lies above 1 and its bottom third below.
    ends = {"one": (1.0, 0.0), "two": (0.0, 1.0)}[leverage.moves]
    assert (leverage.when_low, leverage.when_high) == ends


def test_ties_show_as_a_spread() -> None:
    moves = {"x": outcome("one", 1.0), "y": outcome("two", 1.0), "z": outcome("three", [0, 0.5, 2])}
    found = outcome_shares(Game("g", ("A",), decision("A", moves)), draws=4000)
    three = found.share[2]
    assert found.tied == pytest.approx(1 - three)
    assert found.share[:2] == pytest.approx([(1 - three) / 2] * 2)
    assert found.low == pytest.approx([0, 0, three])
    assert found.high == pytest.approx([1 - three, 1 - three, 1.0])


def test_shares_of_certain_payoffs_are_the_solution() -> None:
    game = random_game(11, values=100, odds=0.0)
    found = outcome_shares(game, draws=7)
    assert np.array_equal(found.chances, np.repeat(best_replies(game).chances, 7, axis=0))
    assert found.leverage == ()


def test_shares_repeat_and_precision_leaves_payoffs_alone() -> None:
    game = ladder()
    first, again = outcome_shares(game, draws=500, seed=2), outcome_shares(game, draws=500, seed=2)
    assert np.array_equal(first.chances, again.chances)
    assert not np.array_equal(first.chances, outcome_shares(game, draws=500, seed=3).chances)
    sharp = outcome_shares(game, draws=500, seed=2, precision=1e9)
    assert np.allclose(sharp.chances, first.chances, atol=1e-6)
    spread = outcome_shares(game, draws=500, seed=2, precision=(0.5, 1.0, 3.0))
    assert spread.tied == 0
    assert spread.chances.sum(axis=1) == pytest.approx(np.ones(500))


def test_a_range_of_precision_keeps_its_quantiles() -> None:
    # One choice between 0 and 1: the log odds of the better move are the precision.
    moves = {"x": outcome("one", 0), "y": outcome("two", 1)}
    game = Game("g", ("A",), decision("A", moves))
    better = outcome_shares(game, draws=20_000, precision=(0.5, 1.0, 3.0)).chances[:, 1]
    drawn = np.log(better / (1 - better))
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([0.5, 1.0, 3.0], rel=0.05)


def test_leverage_finds_what_matters() -> None:
    moves = {
        "x": outcome("one", [0, 1, 2]),
        "y": outcome("two", [0.99, 1.0, 1.01]),
    }
    found = outcome_shares(Game("g", ("A", ), decision("A", moves)), draws=3000)  # fmt: skip
    assert [x.outcome for x in found.leverage] == ["one", "two"]
    assert found.leverage[0].when_high + found.leverage[0].when_low == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("precision", [(0, 1, 2), (3, 2, 1), (1, 2), -1, math.nan, "sharp"])
def test_bad_precisions_of_shares(precision: object) -> None:
    with pytest.raises(InputError, match="precision"):
        outcome_shares(ladder(), draws=10, precision=precision)  # type: ignore[arg-type]
