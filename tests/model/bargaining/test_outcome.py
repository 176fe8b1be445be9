"""Outcomes over draws, tipping actors, coalitions, what-ifs: against single runs and by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talion.errors import InputError
from talion.model.bargaining.challenge import challenge_model
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.drawn_stakes import UncertainIssue, uncertain
from talion.model.bargaining.outcome import METHODS, Method, baselines_of, outcome_draws
from talion.model.bargaining.positions import Dimension
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_options import Accommodation, SpatialOptions
from talion.model.bargaining.tipping import (
    coalition_map,
    drivers,
    pivotal_shares,
    shifted,
    tipping_actors,
    what_if,
)

DAYS = Dimension("days", 0, 200)
PAUSE = UncertainIssue(
    "pause",
    (DAYS,),
    (
        uncertain("Army", (20, 60, 100), (30, 40, 70), (4, 6, 9)),
        uncertain("Party", (150, 180, 190), (40, 50, 60), (1, 2, 3)),
        uncertain("Militia", (100, 120, 140), 90, (0.5, 1, 2)),
        uncertain("Clerics", 90, (5, 10, 20), (1, 2, 4)),
    ),
)


def test_outcomes_are_those_of_single_runs() -> None:
    drawn = PAUSE.draw(25, seed=1)
    found = {method: outcome_draws(drawn, method).values[:, 0] for method in METHODS}
    for d in range(25):
        issue = drawn.stated(d)
        run = spatial_model(issue)
        assert found["spatial model"][d] == pytest.approx(run.outcome[0], abs=1e-6)
        assert found["election"][d] == pytest.approx(run.initial_outcome[0], abs=1e-6)
        means = challenge_model(issue).means
        assert found["challenge model"][d] == pytest.approx(means[-1], abs=1e-6)
        assert found["weighted mean"][d] == pytest.approx(means[0], abs=1e-9)


def test_an_outcome_remembers_how_it_was_made() -> None:
    found = outcome_draws(PAUSE.draw(40, seed=9), "challenge model", ChallengeOptions(rounds=2))
    assert (found.issue, found.method, found.seed) == ("pause", "challenge model", 9)
    assert found.version == "challenge model 1"
    assert "no rule for stopping" in found.caveat
    assert "2 round(s)" in found.caveat
    cut = outcome_draws(
        PAUSE.draw(40, seed=9), "spatial model", SpatialOptions(least_turns=1, most_turns=1)
    )
    assert "cut off after 1 turns" in cut.caveat
    assert outcome_draws(PAUSE.draw(40, seed=9), "election").caveat == ""


def test_ranges_and_shares() -> None:
    found = outcome_draws(PAUSE.draw(999, seed=1), "weighted mean")
    low, middle, high = found.range()
    values = np.sort(found.values[:, 0])
    assert (low, middle, high) == pytest.approx(np.quantile(values, [0.1, 0.5, 0.9]))
    assert found.share_above(middle) == pytest.approx(0.5, abs=0.002)


def test_the_baselines_stand_beside_every_model() -> None:
    mean, median = baselines_of(PAUSE.draw(10, seed=1))
    assert (mean.method, median.method) == ("weighted mean", "weighted median")


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("guess", None, "no such method"),
        ("weighted mean", SpatialOptions(), "these are no options of the weighted mean"),
        ("spatial model", ChallengeOptions(), "give SpatialOptions"),
        ("challenge model", SpatialOptions(), "give ChallengeOptions"),
    ],
)
def test_methods_and_options_that_do_not_fit_are_refused(
    method: Any, options: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        outcome_draws(PAUSE.draw(5, seed=1), method, options)


def test_draws_in_which_nobody_has_weight_are_refused() -> None:
    idle = UncertainIssue("x", (DAYS,), (uncertain("A", 10, 0, 1), uncertain("B", 20, 50, 0)))
    with pytest.raises(InputError, match="no actor has both"):
        outcome_draws(idle.draw(5, seed=1), "weighted mean")
    assert np.isfinite(outcome_draws(idle.draw(5, seed=1), "spatial model").values).all()


class TestWhatIfs:
    def test_an_absent_actor_by_hand(self) -> None:
        fixed = UncertainIssue(
            "x",
            (DAYS,),
            (uncertain("A", 0, 50, 1), uncertain("B", 100, 50, 3), uncertain("C", 40, 100, 2)),
        )
        without = what_if(fixed, fixed.without("B"), "weighted mean", draws=3, seed=1)
        # with: (0 + 150 + 80) / 4; without: 80 / 2.5
        assert without.stated.values[:, 0] == pytest.approx([57.5] * 3)
        assert without.shifts[:, 0] == pytest.approx([32.0 - 57.5] * 3)
        assert without.crossing(50.0) == 1.0
        assert without.crossing(10.0) == 0.0

    def test_a_change_that_is_none_shifts_nothing(self) -> None:
        for method in METHODS:
            same = what_if(PAUSE, shifted(PAUSE, "Army", "salience", 0.0), method, draws=60, seed=3)
            assert (same.shifts == 0.0).all()

    @pytest.mark.parametrize("method", ["weighted mean", "election"])
    def test_more_salience_pulls_toward_its_actor(self, method: Method) -> None:
        more = what_if(PAUSE, shifted(PAUSE, "Party", "salience", 30), method, draws=300, seed=3)
        if method == "weighted mean":
            assert (more.shifts > 0).all()
        else:  # an election goes by capability alone, and saliences only shape distances
            assert np.abs(more.shifts).max() < 1e-9

    def test_what_can_be_shifted(self) -> None:
        army = shifted(PAUSE, "Army", "position", 120).stakes[0]
        assert army.position == ((140.0, 180.0, 200.0),)
        army = shifted(PAUSE, "Army", "capability", 0.5).stakes[0]
        assert army.capability == (2.0, 3.0, 4.5)
        for part, by, message in (
            ("mood", 1, "no such part"),
            ("capability", -1.0, "negative"),
        ):
            with pytest.raises(InputError, match=message):
                shifted(PAUSE, "Army", part, by)
        with pytest.raises(InputError, match="no such dimension"):
            shifted(PAUSE, "Army", "salience", 1, dimension=3)
        with pytest.raises(InputError, match="no such actor"):
            shifted(PAUSE, "Navy", "salience", 1)

    def test_another_issue_is_refused(self) -> None:
        with pytest.raises(InputError, match="keeps the name"):
            what_if(PAUSE, replace(PAUSE, name="other"), "election", draws=5, seed=1)


class TestTippingActors:
    def test_the_weightiest_extreme_tips_the_mean(self) -> None:
        found = tipping_actors(PAUSE, "weighted mean", draws=400, seed=1, threshold=100)
        assert found[0].actor == "Army"
        assert found[0].shift[0] > 0
        assert found[0].matters > 0.9
        assert found[0].crossing is not None
        assert found[0].crossing > 0.4
        assert [abs(t.shift[1]) for t in found] == sorted(
            (abs(t.shift[1]) for t in found), reverse=True
        )

    def test_options_that_name_the_absent_actor_do_not_break(self) -> None:
        options = SpatialOptions(
            most_turns=5,
            risk=(("Army", 0.2),),
            accommodation=(
                Accommodation("Army", "Army", 0.5),
                Accommodation("Party", "Party", 0.5),
                Accommodation("Party", "Army", 0.2),
            ),
        )
        found = tipping_actors(PAUSE, "spatial model", draws=30, seed=1, options=options)
        assert {t.actor for t in found} == {"Army", "Party", "Militia", "Clerics"}
        assert all(t.crossing is None for t in found)

    def test_one_actor_alone_is_refused(self) -> None:
        alone = UncertainIssue("x", (DAYS,), (uncertain("A", 10, 50, 1),))
        with pytest.raises(InputError, match="at least two actors"):
            tipping_actors(alone, "weighted mean", draws=5, seed=1)

    def test_pivotal_shares_are_counted(self) -> None:
        drawn = PAUSE.draw(300, seed=2)
        counted = np.zeros(4)
        for d in range(300):
            x, w = drawn.positions[d, :, 0], drawn.weights[d, :, 0]
            for n in range(4):
                below, above = w[x < x[n]].sum(), w[x > x[n]].sum()
                counted[n] += max(below, above) <= w.sum() / 2
        assert pivotal_shares(drawn) == pytest.approx(counted / 300)
        tie = UncertainIssue("x", (DAYS,), (uncertain("A", 0, 50, 1), uncertain("B", 90, 50, 1)))
        assert pivotal_shares(tie.draw(5, seed=1)).tolist() == [1.0, 1.0]


class TestDrivers:
    def test_the_number_that_moves_the_outcome_comes_first(self) -> None:
        one = UncertainIssue(
            "x",
            (DAYS,),
            (uncertain("A", (20, 60, 100), 50, 1), uncertain("B", 180, 50, (0.95, 1, 1.05))),
        )
        drawn = one.draw(400, seed=1)
        found = drivers(drawn, outcome_draws(drawn, "weighted mean"))
        assert [(d.actor, d.part) for d in found] == [("A", "position"), ("B", "capability")]
        assert found[0].correlation > 0.95
        assert found[1].correlation > 0

    def test_spearman_as_scipy_has_it(self) -> None:
        from scipy.stats import spearmanr

        drawn = PAUSE.draw(200, seed=1)
        outcome = outcome_draws(drawn, "election")
        found = {(d.actor, d.part): d.correlation for d in drivers(drawn, outcome)}
        theirs = spearmanr(drawn.capability[:, 0, 0], outcome.values[:, 0]).statistic
        assert found["Army", "capability"] == pytest.approx(theirs)
        assert ("Clerics", "position") not in found

    def test_an_outcome_of_other_draws_is_refused(self) -> None:
        outcome = outcome_draws(PAUSE.draw(50, seed=1), "election")
        with pytest.raises(InputError, match="not of these draws"):
            drivers(PAUSE.draw(50, seed=2), outcome)


class TestCoalitions:
    def test_counts_are_those_of_single_runs(self) -> None:
        drawn = PAUSE.draw(12, seed=1)
        found = coalition_map(drawn)
        together, gave = np.zeros((4, 4)), np.zeros((4, 4))
        for d in range(12):
            run = spatial_model(drawn.stated(d))
            last = run.turns[-1].positions[:, 0]
            together += np.abs(last[:, None] - last) < 1e-3
            for turn in run.turns:
                for move in turn.moves:
                    if move.moved and move.offer is not None:
                        offer = turn.offers[move.offer]
                        pair = {offer.initiator, offer.receiver} - {move.actor}
                        gave[move.actor, pair.pop()] += 1
        assert found.together == pytest.approx(together / 12)
        assert found.gave_way == pytest.approx(gave / 12)
        assert (np.diag(found.together) == 1.0).all()
        assert (found.together == found.together.T).all()

    def test_blocs_at_both_ends_of_the_share(self) -> None:
        found = coalition_map(PAUSE.draw(50, seed=1))
        assert sum(len(bloc) for bloc in found.blocs()) == 4
        assert found.blocs(0.0) == (("Army", "Party", "Militia", "Clerics"),)
        assert len(found.blocs(1.01)) == 4
