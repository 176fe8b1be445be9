"""What must hold of the Spatial Model of Politics whatever the stakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.bargaining.random_issues import random_issue, random_options
from talion.model.bargaining.positions import Dimension, Issue, Stake, one_dimension, stake
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_options import SpatialOptions

seeds = st.integers(0, 100_000)
sizes = st.tuples(st.integers(2, 6), st.integers(1, 3))
SHORT = SpatialOptions(most_turns=6)


@settings(max_examples=30)
@given(seeds, sizes)
def test_a_reordering_of_actors_reorders_the_result(seed: int, size: tuple[int, int]) -> None:
    issue = random_issue(seed, *size)
    order = np.random.default_rng(seed).permutation(size[0])
    other = replace(issue, stakes=tuple(issue.stakes[n] for n in order))
    # One turn: the sums of a second may differ in the last digit, and two near offers change places.
    options = replace(SHORT, least_turns=1, most_turns=1)
    one, two = spatial_model(issue, options), spatial_model(other, options)
    assert np.abs(one.positions[:, order] - two.positions).max() < 1e-6
    first, second = one.turns[0], two.turns[0]
    assert np.abs(first.neutral_chance[order] - second.neutral_chance).max() < 1e-9
    assert np.abs(first.risk[order] - second.risk).max() < 1e-7
    assert np.abs(first.gain[order][:, order] - second.gain).max() < 1e-7
    # Places nearer than .1 count as that of the actor listed first.
    assert one.outcome == pytest.approx(two.outcome, abs=0.1 + 1e-6)


@settings(max_examples=30)
@given(seeds, sizes)
def test_everything_stays_within_the_hull_of_the_stated_positions(
    seed: int, size: tuple[int, int]
) -> None:
    issue = random_issue(seed, *size)
    options = random_options(seed, issue, most_turns=6)
    run = spatial_model(issue, options)
    low, high = issue.positions.min(axis=0), issue.positions.max(axis=0)
    rounding = 0.005 + 1e-9  # bargains are rounded to four decimals of the scale
    assert (run.positions >= low - rounding).all()
    assert (run.positions <= high + rounding).all()
    assert (np.array(run.outcome) >= low - rounding).all()
    assert (np.array(run.outcome) <= high + rounding).all()


@settings(max_examples=40)
@given(seeds, sizes, st.floats(0.0, 100.0))
def test_where_all_agree_nobody_moves(seed: int, size: tuple[int, int], place: float) -> None:
    issue = random_issue(seed, *size)
    same = replace(
        issue,
        stakes=tuple(replace(s, position=(place,) * size[1]) for s in issue.stakes),
    )
    run = spatial_model(same, random_options(seed, same))
    assert np.abs(run.positions - same.positions).max() < 1e-9
    assert run.stopped == "quiet"
    inferred = [n for n, s in enumerate(same.stakes) if s.actor not in dict(run.options.risk)]
    assert (run.turns[0].risk[inferred] == 0.0).all()
    assert run.outcome == pytest.approx((place,) * size[1])


def zeroed(each: Stake, part: str) -> Stake:
    zeros = (0.0,) * len(each.position)
    return replace(each, salience=zeros) if part == "salience" else replace(each, capability=zeros)


@settings(max_examples=25)
@given(seeds, sizes, st.sampled_from(["salience", "capability"]), st.booleans())
def test_no_salience_and_no_capability_are_handled(
    seed: int, size: tuple[int, int], part: str, everyone: bool
) -> None:
    issue = random_issue(seed, *size)
    touched = [zeroed(s, part) if everyone or n == 0 else s for n, s in enumerate(issue.stakes)]
    without = replace(issue, stakes=tuple(touched))
    run = spatial_model(without, random_options(seed, without, most_turns=6))
    for array in (run.positions, run.winning):
        assert np.isfinite(array).all()
    assert all(np.isfinite(turn.gain).all() for turn in run.turns)
    assert run.turns[0].neutral_chance.sum() == pytest.approx(1.0, abs=1e-5)


def test_one_who_does_not_care_gives_way_without_moving_the_other() -> None:
    issue = one_dimension("x", {"A": (20, 80, 5), "B": (90, 0, 1), "C": (20, 80, 5)})
    first = spatial_model(issue).positions[1]
    assert first[1, 0] == pytest.approx(20.0, abs=0.01)
    assert first[0, 0] == 20.0


def powered(issue: Issue, unit: float) -> Issue:
    grown = (replace(s, capability=tuple(unit * c for c in s.capability)) for s in issue.stakes)
    return replace(issue, stakes=tuple(grown))


@settings(max_examples=25)
@given(seeds, sizes, st.floats(0.2, 5.0))
def test_units_of_capability_do_not_matter(seed: int, size: tuple[int, int], unit: float) -> None:
    """In units so small that the least supports of 1e-8 and 1e-10, which have none, are nothing."""
    issue = random_issue(seed, *size)
    one = spatial_model(powered(issue, 1e8), SHORT).turns[0]
    two = spatial_model(powered(issue, 1e8 * unit), SHORT).turns[0]
    assert np.abs(one.winning - two.winning).max() < 1e-6
    assert np.abs(one.risk - two.risk).max() < 1e-5
    assert np.abs(one.gain - two.gain).max() < 1e-5


@settings(max_examples=25)
@given(seeds, sizes, st.floats(-50.0, 50.0), st.floats(0.1, 30.0))
def test_the_units_of_a_scale_do_not_matter(
    seed: int, size: tuple[int, int], origin: float, unit: float
) -> None:
    issue = random_issue(seed, *size)
    other = Issue(
        issue.name,
        tuple(Dimension(d.name, origin, origin + 100 * unit) for d in issue.dimensions),
        tuple(
            replace(
                s, position=tuple(min(origin + unit * x, origin + 100 * unit) for x in s.position)
            )
            for s in issue.stakes
        ),
    )
    options = replace(SHORT, least_turns=1, most_turns=1)
    one, two = spatial_model(issue, options), spatial_model(other, options)
    moved = (two.positions - origin) / unit
    assert (
        np.abs(one.positions - moved).max() < 0.011
    )  # a place may round to the next fourth decimal


@settings(max_examples=25)
@given(seeds, st.integers(2, 6))
def test_a_mirrored_scale_mirrors_the_result(seed: int, actors: int) -> None:
    issue = random_issue(seed, actors)
    mirrored = replace(
        issue, stakes=tuple(replace(s, position=(100 - s.position[0],)) for s in issue.stakes)
    )
    options = replace(SHORT, least_turns=1, most_turns=1)
    one, two = spatial_model(issue, options), spatial_model(mirrored, options)
    assert np.abs(one.positions - (100 - two.positions)).max() < 0.011
    assert one.outcome[0] == pytest.approx(100 - two.outcome[0], abs=0.05)


def test_third_parties_count_under_semi_commitment_alone() -> None:
    issue = random_issue(9, 6)
    chance = {
        c: spatial_model(issue, SpatialOptions(third_parties=c)).turns[0].chance
        for c in ("none", "semi", "full")
    }
    assert (chance["none"] == chance["full"]).all()
    assert np.abs(chance["none"] - chance["semi"]).max() > 0.01


def test_a_dimension_nobody_cares_about_changes_nothing() -> None:
    one = random_issue(5, 5)
    spare = Dimension("spare")
    rng = np.random.default_rng(1)
    two = Issue(
        one.name,
        (*one.dimensions, spare),
        tuple(
            stake(
                s.actor,
                [*s.position, float(rng.uniform(0, 100))],
                [*s.salience, 0.0],
                s.capability[0],
            )
            for s in one.stakes
        ),
    )
    first, second = spatial_model(one, SHORT).turns[0], spatial_model(two, SHORT).turns[0]
    assert np.abs(first.gain - second.gain).max() < 1e-12
    assert np.abs(first.winning - second.winning).max() < 1e-12
