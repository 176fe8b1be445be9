"""The challenge model against published figures, reference numbers, and its compiled self."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.bargaining.emissions import EMISSIONS
from model.bargaining.random_issues import random_issue
from talion.errors import InputError
from talion.model.bargaining.challenge import challenge_model
from talion.model.bargaining.challenge_draws import challenge_draws
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.positions import Issue, one_dimension

seeds = st.integers(0, 100_000)


@pytest.fixture
def reference(bargaining: Path) -> dict[str, Any]:
    """Ten rounds of a program that is said to keep to the authors' own, at Q = 1 and .5."""
    text = (bargaining / "bdm_scholz_emissions.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def ordered(by_actor: dict[str, float]) -> list[float]:
    return [by_actor[name] for name in EMISSIONS.actors]


class TestEmissions:
    def test_belgium_as_bueno_de_mesquita_printed_it(self, reference: dict[str, Any]) -> None:
        """His chart of 1994, read off to about .02: what it expects, and what others expect of it."""
        first = challenge_model(EMISSIONS).rounds[0]
        belgium = EMISSIONS.index("Belgium")
        chart = reference["belgium_expected_utilities_BdM1994_read_from_chart"]
        names = {"United Kingdom": "UK"}
        assert len(chart) == 9
        for name, (own, others) in chart.items():
            rival = EMISSIONS.index(names.get(name, name))
            assert first.own[belgium, rival] == pytest.approx(own, abs=0.02)
            assert first.others[belgium, rival] == pytest.approx(others, abs=0.02)

    def test_the_published_course_of_the_mean(self, reference: dict[str, Any]) -> None:
        """Scholz and others' series, read off a chart to about .05 and given to one decimal."""
        published = reference["published_mean_by_round_read_from_chart"]
        assert np.abs(challenge_model(EMISSIONS).means - published).max() < 0.1

    def test_win_probabilities_before_risk(self, reference: dict[str, Any]) -> None:
        from talion.model.bargaining.challenge import _Challenge

        model = _Challenge(EMISSIONS, ChallengeOptions())
        chance = model.chances(model.start, np.ones(10))
        at = {4: "Germany", 7: "Greece", 10: "France"}
        for pair, value in reference["Q1"]["initial_win_probability_r1"].items():
            i, j = (EMISSIONS.index(at[int(p)]) for p in pair.split(" vs "))
            assert chance[i, j] == pytest.approx(value, abs=1e-15)

    @pytest.mark.parametrize("capitulation", ["stated", "never"])
    def test_all_rounds_at_q_1(self, reference: dict[str, Any], capitulation: Any) -> None:
        run = challenge_model(EMISSIONS, ChallengeOptions(capitulation=capitulation))
        self.assert_rounds(run, reference["Q1"]["rounds"])

    def test_all_rounds_at_q_one_half(self, reference: dict[str, Any]) -> None:
        """That program leaves the change term out, and nobody ever capitulates in it."""
        options = ChallengeOptions(status_quo=0.5, change_term="omitted", capitulation="never")
        run = challenge_model(EMISSIONS, options)
        self.assert_rounds(run, reference["Q05"]["rounds"])
        assert run.period == 1

    @staticmethod
    def assert_rounds(run: Any, rounds: list[dict[str, Any]]) -> None:
        assert len(run.rounds) == len(rounds) == 11
        for ours, theirs in zip(run.rounds, rounds, strict=True):
            assert ours.positions == pytest.approx(ordered(theirs["positions"]), abs=1e-9)
            assert ours.mean == pytest.approx(theirs["mean"], abs=1e-9)
            assert ours.median == pytest.approx(theirs["median"], abs=1e-9)
        for ours, theirs in zip(run.rounds, rounds[1:], strict=False):
            assert ours.exponents == pytest.approx(ordered(theirs["risk_exponents"]), abs=1e-9)
            moves = [
                (EMISSIONS.actors[m.actor], m.kind, EMISSIONS.actors[m.rival]) for m in ours.moves
            ]
            assert moves == [(m["actor"], m["type"], m["other"]) for m in theirs["moves"]]
        first = rounds[1]["expected_utilities_round1"]
        for actor, rivals in first.items():
            for rival, (own, others) in rivals.items():
                i, j = EMISSIONS.index(actor), EMISSIONS.index(rival)
                assert run.rounds[0].own[i, j] == pytest.approx(own, abs=1e-9)
                assert run.rounds[0].others[i, j] == pytest.approx(others, abs=1e-9)

    def test_the_printed_denominator_does_not_meet_the_chart(
        self, reference: dict[str, Any]
    ) -> None:
        """Why the other is the default: chances of a pair then sum to one, and Belgium is far off."""
        first = challenge_model(EMISSIONS, ChallengeOptions(denominator="pair")).rounds[0]
        belgium, france = EMISSIONS.index("Belgium"), EMISSIONS.index("France")
        differ = EMISSIONS.positions[:, 0][:, None] != EMISSIONS.positions[:, 0]
        assert (first.chance + first.chance.T)[differ] == pytest.approx(1.0)
        chart = reference["belgium_expected_utilities_BdM1994_read_from_chart"]["France"]
        assert abs(first.own[belgium, france] - chart[0]) > 0.2


def test_it_says_that_it_has_no_rule_for_stopping() -> None:
    moving = challenge_model(EMISSIONS)
    assert moving.period is None
    assert "no rule for stopping" in moving.warning
    assert "7.242 to 7.59" in moving.warning
    still = challenge_model(
        EMISSIONS,
        ChallengeOptions(status_quo=0.5, change_term="omitted", capitulation="never"),
    )
    assert "nobody moved in the last round" in still.warning
    cycle = challenge_model(EMISSIONS, ChallengeOptions(acceptance="least-move", rounds=60))
    assert cycle.period is None or cycle.period > 1
    assert "never settle" in cycle.warning or "still move" in cycle.warning


def test_kinds_of_offers_by_hand() -> None:
    from talion.model.bargaining.challenge import _Challenge

    stated = _Challenge(EMISSIONS, ChallengeOptions())
    never = _Challenge(EMISSIONS, ChallengeOptions(capitulation="never"))
    assert stated.kind(0.2, 0.5) == "confrontation"
    assert stated.kind(-0.2, 0.5) == "compromise"
    assert stated.kind(-0.5, 0.2) == "capitulation"
    assert never.kind(-0.5, 0.2) is None
    for own, others in ((0.5, 0.2), (-0.2, -0.5), (0.0, 0.5), (0.2, 0.0)):
        assert stated.kind(own, others) is None


def test_several_dimensions_are_refused() -> None:
    with pytest.raises(InputError, match="of one dimension"):
        challenge_model(random_issue(1, 3, 2))


@pytest.mark.parametrize(
    "bad", [{"rounds": 0}, {"status_quo": 1.5}, {"better": -1.0}, {"denominator": "some"}]
)
def test_readings_that_are_none_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(bad))):
        ChallengeOptions(**bad)


def reading(seed: int) -> ChallengeOptions:
    rng = np.random.default_rng(seed)
    return ChallengeOptions(
        rounds=int(rng.integers(1, 6)),
        status_quo=float(rng.choice([0.3, 1.0])),
        better=float(rng.uniform()),
        denominator=rng.choice(["all-pairs", "pair"]),
        acceptance=rng.choice(["scholz", "least-move"]),
        capitulation=rng.choice(["stated", "never"]),
        resistance=rng.choice(["target", "rival"]),
        change_term=rng.choice(["printed", "omitted"]),
    )


@pytest.mark.parametrize("seed", range(40))
def test_every_draw_is_the_readable_model(seed: int) -> None:
    actors = int(np.random.default_rng(seed).integers(1, 9))
    issues = [random_issue(10 * seed + d, actors) for d in range(4)]
    options = reading(seed)
    found = challenge_draws(
        issues[0],
        np.stack([i.scaled for i in issues]),
        np.stack([i.salience for i in issues]),
        np.stack([i.capability for i in issues]),
        options,
    )
    for d, issue in enumerate(issues):
        run = challenge_model(issue, options)
        assert np.abs(100 * found.positions[d] - run.positions[-1]).max() < 1e-7
        assert np.abs(100 * found.means[d] - run.means).max() < 1e-7
        assert np.abs(100 * found.medians[d] - run.medians).max() < 1e-7
        assert found.settled[d] == (not run.rounds[-2].moves or run.period == 1)


def test_draws_of_the_emissions(reference: dict[str, Any]) -> None:
    stated = (EMISSIONS.scaled[None], EMISSIONS.salience[None], EMISSIONS.capability[None])
    found = challenge_draws(EMISSIONS, *stated)
    theirs = [r["mean"] for r in reference["Q1"]["rounds"]]
    assert np.abs(12 * found.means[0] - theirs).max() < 1e-9


def test_workers_change_nothing() -> None:
    issues = [random_issue(d, 5) for d in range(300)]
    parts = [
        np.stack(p)
        for p in zip(*((i.scaled, i.salience, i.capability) for i in issues), strict=True)
    ]
    one, two = (challenge_draws(issues[0], *parts, workers=w) for w in (1, 2))
    assert (one.means == two.means).all()


@settings(max_examples=40)
@given(seeds, st.integers(1, 6))
def test_positions_stay_within_the_stated_ones(seed: int, actors: int) -> None:
    issue = random_issue(seed, actors)
    run = challenge_model(issue, reading(seed))
    low, high = issue.positions.min(), issue.positions.max()
    assert (run.positions >= low - 1e-9).all()
    assert (run.positions <= high + 1e-9).all()
    assert ((run.rounds[0].exponents >= 0.5 - 1e-12) & (run.rounds[0].exponents <= 2 + 1e-12)).all()


@settings(max_examples=40)
@given(seeds, st.integers(2, 6))
def test_a_reordering_of_actors_reorders_the_round(seed: int, actors: int) -> None:
    issue = random_issue(seed, actors)
    order = np.random.default_rng(seed).permutation(actors)
    other = replace(issue, stakes=tuple(issue.stakes[n] for n in order))
    options = replace(reading(seed), rounds=1)
    one, two = challenge_model(issue, options), challenge_model(other, options)
    assert np.abs(one.positions[:, order] - two.positions).max() < 1e-6
    assert one.means == pytest.approx(two.means)


@settings(max_examples=30)
@given(seeds, st.floats(0.1, 20.0), st.floats(-30.0, 30.0))
def test_units_of_capability_and_of_the_scale_do_not_matter(
    seed: int, unit: float, origin: float
) -> None:
    issue = random_issue(seed, 5)
    rows = {
        s.actor: (origin + unit * s.position[0], s.salience[0], 7.0 * s.capability[0])
        for s in issue.stakes
    }
    low, high = origin - 1.0, origin + 100.0 * unit + 1.0
    other = one_dimension("x", rows, low=low, high=high)
    # The weighted rank of `scholz` knows the sign of a scale; least movement does not.
    options = ChallengeOptions(rounds=1, acceptance="least-move")
    one, two = challenge_model(issue, options), challenge_model(other, options)
    assert np.abs(one.positions - (two.positions - origin) / unit).max() < 1e-6


@pytest.mark.parametrize(
    "rows",
    [
        {"A": (30, 50, 1), "B": (30, 60, 2)},  # everyone agrees
        {"A": (30, 0, 1), "B": (60, 0, 2)},  # nobody cares
        {"A": (30, 50, 0), "B": (60, 50, 0)},  # nobody can do anything
        {"A": (30, 50, 1)},
    ],
)
def test_edges_give_numbers_and_no_fault(rows: dict[str, tuple[float, float, float]]) -> None:
    issue: Issue = one_dimension("x", rows)
    run = challenge_model(issue)
    assert np.isfinite(run.positions).all()
    assert all(np.isfinite(r.own).all() for r in run.rounds)
    weight = (issue.capability * issue.salience).sum()
    assert np.isfinite(run.means).all() == bool(weight > 0)
    found = challenge_draws(issue, issue.scaled[None], issue.salience[None], issue.capability[None])
    assert np.abs(100 * found.positions[0] - run.positions[-1]).max() < 1e-9
