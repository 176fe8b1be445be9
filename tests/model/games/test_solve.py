"""Backward induction against known games, brute force over all plans, and what ties do."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.games.random_games import ladder, random_game
from talion.errors import InputError
from talion.model.games.efg import read_efg
from talion.model.games.solve import best_replies, subgame_perfect
from talion.model.games.tree import (
    Chance,
    Decision,
    Game,
    Node,
    Outcome,
    chance,
    decision,
    likely_payoffs,
    outcome,
)


def test_deterrence(shared: Path) -> None:
    # crisis_game_reference.json: "C would back down; D resists; C stays".
    game = read_efg(shared / "data" / "bargaining" / "deterrence.efg")
    found = subgame_perfect(game)
    assert found.unique
    assert found.plans == 1
    assert found.courses[0].moves == ("stay",)
    assert found.courses[0].payoffs == (0, 1)
    assert found.sentences() == [
        "After challenge > resist, C takes backdown: -1 to it, against -2 for fight.",
        "After challenge, D takes resist: 2 to it, against 0 for concede.",
        "At the start, C takes stay: 0 to it, against -1 for challenge.",
    ]


def test_the_centipede_ends_at_once() -> None:
    # Rosenthal (1981), Journal of Economic Theory 25:92: whoever moves takes, so the first one does.
    node: Node = outcome("pass to the end", 5, 5)
    for k in reversed(range(6)):
        gains = (k + 2, k) if k % 2 == 0 else (k - 1, k + 2)
        node = decision("AB"[k % 2], {"take": outcome(f"taken {k}", *gains), "pass": node})
    found = subgame_perfect(Game("centipede", ("A", "B"), node))
    assert (found.plans, found.courses[0].moves) == (1, ("take",))
    assert set(found.courses[0].plan.values()) == {0}


def test_an_ultimatum_has_two_courses() -> None:
    # A pie of 3 in whole pieces (Osborne and Rubinstein 1994, exercise 103.2): the responder is indifferent at 0, so
    # the proposer keeps 3 or 2.
    replies: dict[str, Node] = {
        f"offer {x}": decision("B", {"yes": outcome(f"{x}", 3 - x, x), "no": outcome("none", 0, 0)})
        for x in range(4)
    }
    found = subgame_perfect(Game("ultimatum", ("A", "B"), decision("A", replies)))
    assert {c.moves for c in found.courses} == {("offer 0", "yes"), ("offer 1", "yes")}
    assert (found.low, found.high) == ((2, 0), (3, 1))
    assert found.plans == 2


def plans_by_brute_force(game: Game) -> dict[tuple[tuple[int, float], ...], int]:
    """Number of subgame-perfect plans by course, found by trying every plan at every node."""
    places = [p for p in game.places if isinstance(p.node, Decision)]
    likely = likely_payoffs(game)[0]
    found: dict[tuple[tuple[int, float], ...], int] = {}
    for picks in itertools.product(*(range(len(p.children)) for p in places)):
        plan = dict(zip((p.index for p in places), picks, strict=True))
        values = likely.copy()
        reach = np.zeros(len(game.places))
        perfect = True
        for place in reversed(game.places):
            below = list(place.children)
            if isinstance(place.node, Chance):
                values[place.index] = np.array(place.node.probabilities) @ values[below]
            elif isinstance(place.node, Decision):
                player = game.players.index(place.node.player)
                taken = below[plan[place.index]]
                perfect &= bool((values[below, player] <= values[taken, player] + 1e-9).all())
                values[place.index] = values[taken]
        if not perfect:
            continue
        reach[0] = 1.0
        for place in game.places:
            for k, child in enumerate(place.children):
                if isinstance(place.node, Chance):
                    reach[child] = reach[place.index] * place.node.probabilities[k]
                elif plan[place.index] == k:
                    reach[child] = reach[place.index]
        ends = [p.index for p in game.places if isinstance(p.node, Outcome) and reach[p.index] > 0]
        course = tuple((end, round(float(reach[end]), 9)) for end in ends)
        found[course] = found.get(course, 0) + 1
    return found


def number_of_plans(game: Game) -> int:
    return math.prod(len(p.children) for p in game.places if isinstance(p.node, Decision))


small = (
    st.integers(0, 10**6)
    .map(lambda seed: random_game(seed, depth=3, values=3))
    .filter(lambda game: number_of_plans(game) < 500)
)


@given(small)
@settings(max_examples=150)
def test_all_equilibria_are_those_of_brute_force(game: Game) -> None:
    expected = plans_by_brute_force(game)
    found = subgame_perfect(game)
    names = {p.index: p.node.name for p in game.places if isinstance(p.node, Outcome)}
    by_name = {
        tuple(sorted((names[end], p) for end, p in course)): count
        for course, count in expected.items()
    }
    ours = {
        tuple(sorted((name, round(p, 9)) for name, p in c.chances.items())): c.plans
        for c in found.courses
    }
    assert ours == by_name
    assert found.plans == sum(expected.values())


@given(small)
@settings(max_examples=60)
def test_the_plan_of_each_course_is_an_equilibrium_that_leads_to_it(game: Game) -> None:
    likely = likely_payoffs(game)[0]
    for course in subgame_perfect(game).courses:
        values = likely.copy()
        for place in reversed(game.places):
            below = list(place.children)
            if isinstance(place.node, Chance):
                values[place.index] = np.array(place.node.probabilities) @ values[below]
            elif isinstance(place.node, Decision):
                player = game.players.index(place.node.player)
                taken = below[course.plan[place.index]]
                assert values[below, player].max() <= values[taken, player] + 1e-9
                values[place.index] = values[taken]
        assert course.payoffs == pytest.approx(values[0].tolist())
        assert sum(course.chances.values()) == pytest.approx(1)


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_best_replies_lie_within_the_spread_of_the_equilibria(seed: int) -> None:
    game = random_game(seed, depth=3, values=100, odds=0.1)
    found = subgame_perfect(game)
    if found.unique:
        assert best_replies(game).values[0, 0] == pytest.approx(found.courses[0].payoffs)
        chances = dict(zip(game.outcomes, best_replies(game).chances[0].tolist(), strict=True))
        assert {k: v for k, v in chances.items() if v} == pytest.approx(found.courses[0].chances)


def test_equal_moves_are_taken_with_equal_chance() -> None:
    game = ladder()
    solved = best_replies(game)
    assert solved.choice("attack", "no deaths") == {"absorb": 0.5, "strike": 0.5}
    assert solved.choice() == {"pause": 0.0, "attack": 1.0}
    # 0.9 (1 - 0.5)/2 + 0.1 (-2) = 0.025
    assert solved.values[0, 0, 0] == pytest.approx(0.025)
    courses = {c.moves for c in subgame_perfect(game).courses}
    assert courses == {("pause",), ("attack",)}
    assert "(equally good)" in " ".join(subgame_perfect(game).sentences())


def test_rounding_makes_no_difference_of_equal_values() -> None:
    # Nine ninths of 0.7 are 0.6999999999999997 as floats add up.
    ninths = chance({f"c{k}": (1 / 9, outcome(f"e{k}", 0.7)) for k in range(9)})
    game = Game("g", ("A",), decision("A", {"sure": outcome("sure", 0.7), "lottery": ninths}))
    assert best_replies(game).values[0, 2, 0] != 0.7
    assert subgame_perfect(game).plans == 2
    assert best_replies(game).choice() == {"sure": 0.5, "lottery": 0.5}


def test_many_ties_are_counted_and_too_many_are_refused() -> None:
    def tied(k: int) -> Node:
        return decision("A", {"l": outcome(f"l{k}", 0, 0), "r": outcome(f"r{k}", 0, 1)})

    few = Game("g", ("A", "B"), chance({f"c{k}": (1 / 8, tied(k)) for k in range(8)}))
    assert len(subgame_perfect(few).courses) == 2**8
    many = Game("g", ("A", "B"), chance({f"c{k}": (1 / 20, tied(k)) for k in range(20)}))
    with pytest.raises(InputError, match="too many equilibria"):
        subgame_perfect(many)
    assert best_replies(many).values[0, 0].tolist() == pytest.approx([0, 0.5])
    wide = Game("g", ("A", "B"), decision("B", {f"m{k}": tied(k) for k in range(40)}))
    # B may get 0 or 1 from each; some course gives 1 unless all of A's replies give 0.
    assert subgame_perfect(wide).plans == 2**40 * 40 - sum(
        (40 - n) * math.comb(40, n) for n in range(1, 41)
    )


def test_moves_of_no_chance_tell_no_courses_apart() -> None:
    never = decision("A", {"l": outcome("l", 0), "r": outcome("r", 0)})
    game = Game("g", ("A",), chance({"always": (1.0, outcome("end", 5)), "never": (0.0, never)}))
    found = subgame_perfect(game)
    assert (len(found.courses), found.plans) == (1, 2)
    assert found.courses[0].chances == {"end": 1.0}


def test_a_choice_that_nobody_has() -> None:
    with pytest.raises(InputError, match="nobody moves there"):
        best_replies(ladder()).choice("pause")
    with pytest.raises(InputError, match="nobody moves there"):
        best_replies(ladder()).choice("surrender")


def test_a_game_without_moves() -> None:
    found = subgame_perfect(Game("g", ("A",), outcome("end", 3)))
    assert (found.courses[0].moves, found.courses[0].payoffs, found.plans) == ((), (3,), 1)
