"""Power indices: numbers of the literature, axioms, brute force, sampling, and bad bodies."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talion.errors import InputError
from talion.model.bargaining.coalition_counts import swing_counts
from talion.model.bargaining.power import (
    PowerIndices,
    VotingBody,
    power_indices,
    voting_body,
    with_blocs,
)


def body_of(votes: list[int], rule: float, least_members: int = 1) -> VotingBody:
    return voting_body({f"m{i}": v for i, v in enumerate(votes)}, rule, least_members=least_members)


def by_brute_force(body: VotingBody) -> tuple[list[Fraction], list[Fraction], int]:
    """Swings over all subsets, pivots over all orders (as sets of predecessors), winning coalitions."""
    n = len(body.votes)

    def wins(coalition: tuple[int, ...]) -> bool:
        return (
            sum(body.votes[k] for k in coalition) >= body.quota
            and len(coalition) >= body.least_members
        )

    swings, pivots = [0] * n, [Fraction(0)] * n
    winning = 0
    for size in range(n + 1):
        for coalition in itertools.combinations(range(n), size):
            if not wins(coalition):
                continue
            winning += 1
            for i in coalition:
                if not wins(tuple(k for k in coalition if k != i)):
                    swings[i] += 1
                    orders = math.factorial(size - 1) * math.factorial(n - size)
                    pivots[i] += Fraction(orders, math.factorial(n))
    total = sum(swings)
    return [Fraction(s, total) if total else Fraction(0) for s in swings], pivots, winning


# Sources: [51; 50, 49, 1] and the EEC: Brams, in the Britannica on the Banzhaf value, and textbooks since; [6; 4, 3, 2, 1]
# worked out by hand. The file holds them as fractions.
@pytest.mark.parametrize("name", ["[51;50,49,1]", "EEC 1958 [12;4,4,4,2,2,1]", "[6;4,3,2,1]"])
def test_bodies_of_the_literature(shared: Path, name: str) -> None:
    file = shared / "data" / "bargaining" / "simple_models_reference.json"
    known = json.loads(file.read_text(encoding="utf-8"))[name]
    body = body_of(known["weights"], known["quota"])
    found = power_indices(body)
    assert list(map(str, found.exact_banzhaf)) == known["banzhaf_normalised"]
    assert list(map(str, found.exact_shapley_shubik)) == known["shapley_shubik"]
    n = len(body.votes)
    assert [m * 2 ** (n - 1) for m in found.banzhaf_measure] == known["swings"]


def test_luxembourg_was_a_dummy_in_1958() -> None:
    six = {"Germany": 4, "France": 4, "Italy": 4, "Belgium": 2, "Netherlands": 2, "Luxembourg": 1}
    found = power_indices(voting_body(six, 12))
    assert found.dummies == ("Luxembourg",)
    assert found.exact_banzhaf[:4] == (Fraction(5, 21),) * 3 + (Fraction(1, 7),)


def test_the_security_council() -> None:
    # Shapley and Shubik (1954) put the rule of 1945 to the test; for the fifteen members since 1965 textbooks give
    # 4/2145 for an elected member: it is pivotal as the ninth vote after all five permanent ones, in
    # C(9,3) 8! 6! orders of 15!. Swings: 84 = C(9,3), and 848 = C(10,4) + ... + C(10,10) for a permanent one.
    votes = {f"permanent {i}": 7 for i in range(5)} | {f"elected {i}": 1 for i in range(10)}
    found = power_indices(voting_body(votes, 39))
    assert found.exact_shapley_shubik[0] == Fraction(421, 2145)
    assert found.exact_shapley_shubik[-1] == Fraction(4, 2145)
    assert Fraction(4, 2145) == Fraction(
        84 * math.factorial(8) * math.factorial(6), math.factorial(15)
    )
    assert found.banzhaf_measure[0] * 2**14 == 848
    assert found.banzhaf_measure[-1] * 2**14 == 84
    assert found.exact_banzhaf[0] == Fraction(848, 5 * 848 + 10 * 84)
    assert found.winning_share * 2**15 == 848


def test_the_board_of_nassau_county() -> None:
    # Votes of 1958 and who shared the power: Malkevitch, "Voting games", American Mathematical Society feature column
    # (Hempstead twice 9, North Hempstead 7, Oyster Bay 3, Glen Cove and Long Beach 1; 16 to pass); Banzhaf (1965).
    found = power_indices(body_of([9, 9, 7, 3, 1, 1], 16))
    assert found.exact_banzhaf == (Fraction(1, 3),) * 3 + (Fraction(0),) * 3
    assert found.exact_shapley_shubik == (Fraction(1, 3),) * 3 + (Fraction(0),) * 3


def test_one_large_member_among_equals() -> None:
    # With k votes among n single ones and a majority, the large member is pivotal wherever it takes its turn after
    # q - k and before q others: k of n + 1 turns (Shapley and Shubik 1954).
    n, k = 40, 7
    found = power_indices(body_of([k, *[1] * n], (n + k) // 2 + 1))
    assert found.exact_shapley_shubik[0] == Fraction(k, n + 1)
    assert found.exact_shapley_shubik[1] == (1 - Fraction(k, n + 1)) / n


def test_equals_each_decide_as_the_binomial_says() -> None:
    # Penrose (1946): among 2m + 1 equals a vote decides with chance C(2m, m) / 2^(2m).
    found = power_indices(body_of([1] * 99, 50))
    assert found.banzhaf_measure[0] == pytest.approx(math.comb(98, 49) / 2**98, rel=1e-15)
    assert found.exact_shapley_shubik == (Fraction(1, 99),) * 99


bodies = st.builds(
    lambda votes, share, least: body_of(
        votes, max(1, math.ceil(share * sum(votes))), 1 + least % len(votes)
    ),
    st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(sum),
    st.floats(0.01, 1.0),
    st.one_of(st.just(0), st.integers(0, 7)),
)


@given(bodies)
@settings(max_examples=150)
def test_exact_numbers_are_those_of_brute_force(body: VotingBody) -> None:
    found = power_indices(body)
    banzhaf, shapley, winning = by_brute_force(body)
    assert list(found.exact_banzhaf) == banzhaf
    assert list(found.exact_shapley_shubik) == shapley
    assert found.winning_share == winning / 2 ** len(body.votes)


@given(bodies)
@settings(max_examples=60)
def test_axioms(body: VotingBody) -> None:
    found = power_indices(body)
    n = len(body.votes)
    everyone_wins = sum(body.votes) >= body.quota and n >= body.least_members
    assert everyone_wins
    assert sum(found.exact_shapley_shubik) == 1
    assert sum(found.exact_banzhaf) == 1
    for i, j in itertools.combinations(range(n), 2):
        for index in (found.exact_banzhaf, found.exact_shapley_shubik):
            if body.votes[i] == body.votes[j]:
                assert index[i] == index[j]
            if body.votes[i] > body.votes[j]:
                assert index[i] >= index[j]
    if body.least_members == 1:
        assert all(
            found.exact_banzhaf[i] == 0 == found.exact_shapley_shubik[i]
            for i in range(n)
            if body.votes[i] == 0
        )


@given(bodies, st.integers(1, 50))
@settings(max_examples=30)
def test_the_unit_of_votes_does_not_matter(body: VotingBody, unit: int) -> None:
    other = voting_body(
        {m: Fraction(v * unit, 7) for m, v in zip(body.members, body.votes, strict=True)},
        Fraction(body.quota * unit, 7),
        least_members=body.least_members,
    )
    assert power_indices(other).exact_banzhaf == power_indices(body).exact_banzhaf


def test_a_hundred_members_with_votes() -> None:
    votes = [3 + (7 * k) % 23 for k in range(100)]
    found = power_indices(body_of(votes, sum(votes) // 2 + 1))
    assert found.method == "exact"
    assert sum(found.exact_shapley_shubik) == 1
    # Under a majority and an odd total, half of all coalitions win.
    assert sum(votes) % 2 == 1
    assert found.winning_share == 0.5


def off_by(found: PowerIndices, exact: PowerIndices) -> list[float]:
    """Differences in standard errors."""
    return [
        abs(a - b) / e
        for ours, theirs, errors in (
            (found.banzhaf_measure, exact.banzhaf_measure, found.banzhaf_error),
            (found.shapley_shubik, exact.shapley_shubik, found.shapley_shubik_error),
        )
        for a, b, e in zip(ours, theirs, errors, strict=True)
        if e > 0
    ]


@pytest.mark.parametrize("least_members", [1, 20])
def test_sampling_finds_the_exact_numbers_within_its_error(least_members: int) -> None:
    votes = [1 + (5 * k) % 17 for k in range(30)]
    body = body_of(votes, sum(votes) * 6 // 10, least_members)
    exact, found = power_indices(body), power_indices(body, method="sampled", samples=40_000)
    gaps = off_by(found, exact)
    assert len(gaps) == 60
    assert max(gaps) < 4.5
    assert sum(g > 1 for g in gaps) > 5  # errors are not so wide that nothing could miss
    assert found.winning_share == pytest.approx(exact.winning_share, abs=0.01)
    assert sum(found.shapley_shubik) == pytest.approx(1)


def test_large_bodies_are_sampled_and_seeds_repeat() -> None:
    body = body_of([1] * 150 + [50], 101)
    found = power_indices(body, samples=3000, seed=4)
    assert (found.method, found.samples, found.seed) == ("sampled", 3000, 4)
    assert found == power_indices(body, samples=3000, seed=4)
    assert found != power_indices(body, samples=3000, seed=5)
    # 50 votes of 200 and 101 to win: pivotal in 50 of 151 turns.
    assert abs(found.shapley_shubik[-1] - 50 / 151) < 4 * found.shapley_shubik_error[-1]


def test_long_votes_are_sampled_or_refused() -> None:
    body = body_of([10**9 + 7 * k for k in range(12)], 7 * 10**9)
    assert power_indices(body, samples=500).method == "sampled"
    with pytest.raises(InputError, match="too large"):
        power_indices(body, method="exact")
    with pytest.raises(InputError, match="digits"):
        power_indices(body_of([10**16 + 1, 10**16], 10**16), samples=10)


@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        ("majority", 165),
        ("two_thirds", 220),
        ("three_quarters", 247),
        ("unanimity", 329),
        (200, 200),
    ],
)
def test_rules(rule: float, needed: int) -> None:
    # The parliament of Iraq has 329 seats: 165 for a government, two thirds (220) to elect a president.
    body = voting_body({"A": 200, "B": 128, "C": 1}, rule)
    assert body.quota == needed
    assert body.proper


def test_votes_that_are_not_whole() -> None:
    body = voting_body({"A": 0.1, "B": 0.2, "C": 0.3}, 0.3)
    assert (body.votes, body.quota, body.unit) == ((1, 2, 3), 3, Fraction(1, 10))
    assert not body.proper
    half = voting_body({"A": 0.5, "B": 0.5})
    assert half.quota == 2  # half is no majority


def test_a_bloc_votes_as_one() -> None:
    body = voting_body({"A": 40, "B": 30, "C": 20, "D": 10})
    apart, together = power_indices(body), power_indices(with_blocs(body, {"BC": ["B", "C"]}))
    assert together.body.members == ("A", "BC", "D")
    # A and BC need each other or D with BC: [6; 4, 5, 1].
    assert together.exact_banzhaf == (Fraction(1, 5), Fraction(3, 5), Fraction(1, 5))
    assert together.exact_banzhaf[1] > sum(apart.exact_banzhaf[1:3])
    own_name = with_blocs(body, {"B": ["B", "C"]})
    assert own_name.votes == together.body.votes


@pytest.mark.parametrize(
    ("blocs", "words"),
    [
        ({"X": ["A", "E"]}, "no such member"),
        ({"X": ["A", "B"], "Y": ["B"]}, "two blocs"),
        ({"X": []}, "without members"),
        ({"C": ["A", "B"]}, "name of a member"),
    ],
)
def test_bad_blocs(blocs: dict[str, list[str]], words: str) -> None:
    body = voting_body({"A": 40, "B": 30, "C": 20, "D": 10})
    with pytest.raises(InputError, match=words):
        with_blocs(body, blocs)


def test_blocs_and_a_count_of_members_do_not_mix() -> None:
    body = voting_body({"A": 2, "B": 1, "C": 1}, least_members=2)
    with pytest.raises(InputError, match="counts members"):
        with_blocs(body, {"X": ["A", "B"]})


@pytest.mark.parametrize(
    ("votes", "rule", "words"),
    [
        ({}, 1, "nobody has votes"),
        ({"A": 0}, 1, "nobody has votes"),
        ({"A": -1, "B": 3}, 1, "negative"),
        ({"A": math.nan}, 1, "finite"),
        ({"A": math.inf}, 1, "finite"),
        ({" ": 1}, 1, "needs a name"),
        ({"A": 1}, 0, "quota"),
        ({"A": 1}, 2, "at most all votes"),
        ({"A": 1}, "most", "no such rule"),
        ({"A": 1}, True, "finite"),
    ],
)
def test_bad_bodies(votes: dict[str, float], rule: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        voting_body(votes, rule)


@pytest.mark.parametrize(
    ("members", "votes", "quota"),
    [
        (("A", "A"), (1, 1), 1),
        (("A",), (1, 1), 1),
        (("A", "B"), (1, -1), 1),
        ((), (), 1),
        (("A",), (1,), 2),
    ],
)
def test_bodies_made_by_hand_are_checked_too(
    members: tuple[str, ...], votes: tuple[int, ...], quota: int
) -> None:
    with pytest.raises(InputError):
        VotingBody(members, votes, quota)


def test_bad_options() -> None:
    body = voting_body({"A": 1, "B": 1})
    with pytest.raises(InputError, match="least_members"):
        voting_body({"A": 1}, least_members=2)
    with pytest.raises(InputError, match="no such method"):
        power_indices(body, method="guess")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="two samples"):
        power_indices(body, method="sampled", samples=1)


def test_counts_of_a_quota_beyond_a_byte() -> None:
    # Fields of the long integer start at any bit: votes and quota that are no multiples of eight.
    counts, winning = swing_counts([13, 7, 5, 3], 15)
    assert counts == [[0, 3, 3, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0]]
    assert winning == 8
