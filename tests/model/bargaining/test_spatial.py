"""The Spatial Model of Politics against runs of the program KTAB, and by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.bargaining import ktab_runs
from model.bargaining.ktab_runs import printed
from model.bargaining.random_issues import random_issue
from talion.errors import InputError
from talion.model.bargaining import spatial
from talion.model.bargaining.ktab import Scenario
from talion.model.bargaining.ktab_csv import parse_ktab_csv, read_ktab_csv
from talion.model.bargaining.ktab_xml import parse_ktab_xml
from talion.model.bargaining.positions import Dimension, Issue, one_dimension, stake
from talion.model.bargaining.spatial import general_capability, spatial_model
from talion.model.bargaining.spatial_formulas import distances, divide, draw_unit, utilities
from talion.model.bargaining.spatial_options import Accommodation, SpatialOptions
from talion.model.bargaining.spatial_trace import Offer, SpatialRun, Turn
from talion.model.bargaining.spatial_words import explain_end, explain_moves

PRINTED = 0.05 + 1e-9  # positions are printed to one decimal
CHANCE = 5e-5 + 1e-9  # chances to four


class TestSoePolComp:
    """Thirteen actors on two dimensions, 28 states: `SOE-Pol-Comp.expected.json`, from KTAB's own log."""

    @pytest.fixture
    def expected(self, ktab: Path) -> dict[str, Any]:
        text = (ktab / "SOE-Pol-Comp.expected.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)["expected"]
        return found

    @pytest.fixture
    def run(self, ktab: Path) -> SpatialRun:
        return spatial_model(read_ktab_csv(ktab / "SOE-Pol-Comp.csv").issue)

    def test_all_positions_in_all_28_states(
        self, run: SpatialRun, expected: dict[str, Any]
    ) -> None:
        theirs = np.array(expected["positions_by_actor_dim_turn"]).transpose(2, 0, 1)
        assert theirs.shape == (28, 13, 2) == run.positions.shape
        assert np.abs(run.positions - theirs).max() <= PRINTED

    def test_all_winning_chances(self, run: SpatialRun, expected: dict[str, Any]) -> None:
        theirs = np.array(expected["winning_probability_by_actor_turn"]).T
        assert theirs.shape == run.winning.shape
        assert np.abs(run.winning - theirs).max() <= CHANCE

    def test_the_same_stop_for_the_same_reason(
        self, run: SpatialRun, expected: dict[str, Any]
    ) -> None:
        assert (len(run.turns), run.stopped) == (28, "quiet")
        assert np.abs(run.change_ratios - expected["change_ratio_by_turn"]).max() <= CHANCE

    def test_attitudes_to_risk(self, run: SpatialRun, expected: dict[str, Any]) -> None:
        theirs = np.array(expected["risk_attitudes_turn0"])
        assert np.abs(run.turns[0].risk - theirs).max() <= 5e-4 + 1e-9

    def test_every_best_target_of_every_turn(
        self, run: SpatialRun, expected: dict[str, Any]
    ) -> None:
        theirs = {(t["turn"], t["initiator"]): t for t in expected["best_targets"]}
        ours = {
            (number, offer.initiator): offer
            for number, turn in enumerate(run.turns)
            for offer in turn.offers
        }
        assert len(theirs) == 349
        assert ours.keys() == theirs.keys()
        for key, offer in ours.items():
            assert offer.receiver == theirs[key]["target"], key
            assert offer.gain == pytest.approx(theirs[key]["eu_gain"], abs=5e-4 + 1e-9)

    def test_the_first_offer_of_xj(self, run: SpatialRun) -> None:
        # Notes on that log: best target SHX, P .7676, gain .0456, bargain (34.83, 22.50).
        offer = run.turns[0].offers[0]
        assert run.issue.actors[offer.receiver] == "SHX"
        assert offer.chance == pytest.approx(0.7676, abs=5e-5)
        assert offer.gain == pytest.approx(0.0456, abs=5e-5)
        assert (100 * offer.initiator_to).tolist() == pytest.approx([34.83, 22.50])


class TestDummyData3Dim:
    """Seven actors on three dimensions, 11 states."""

    @pytest.fixture
    def run(self) -> SpatialRun:
        return spatial_model(parse_ktab_csv(ktab_runs.DUMMY_CSV).issue)

    def test_all_positions_in_all_11_states(self, run: SpatialRun) -> None:
        theirs = printed(ktab_runs.DUMMY_POSITIONS, 3)
        assert theirs.shape == (11, 7, 3) == run.positions.shape
        assert np.abs(run.positions - theirs).max() <= PRINTED

    def test_all_winning_chances_and_the_stop(self, run: SpatialRun) -> None:
        theirs = printed(ktab_runs.DUMMY_WINNING)[:, :, 0]
        assert np.abs(run.winning - theirs).max() <= CHANCE
        assert run.stopped == "quiet"
        assert run.change_ratios[-1] == pytest.approx(ktab_runs.DUMMY_LAST_RATIO, abs=5e-5)

    def test_attitudes_to_risk(self, run: SpatialRun) -> None:
        theirs = [-0.5, -0.459, -0.499, -0.274, 1.0, -0.232, -0.43]  # the same log
        assert np.abs(run.turns[0].risk - theirs).max() <= 5e-4 + 1e-9


@pytest.fixture
def example(ktab: Path) -> Scenario:
    """`smpExample.xml` with its empty coordinate as KTAB's log reads it."""
    text = (ktab / "smpExample.xml").read_text(encoding="utf-8")
    first = f"<dCoord>{ktab_runs.EXAMPLE_FIRST_COORDINATE}</dCoord>"
    return parse_ktab_xml(text.replace("<dCoord></dCoord>", first))


class TestSmpExample:
    """Votes PropCbc, election MarkovIncentive, stochastic choice, ideals that follow others."""

    def test_turn_0(self, example: Scenario) -> None:
        first = spatial_model(example.issue, example.options).turns[0]
        assert np.abs(first.risk - [1, -0.387, -0.5, -0.001, -0.298]).max() <= 5e-4 + 1e-9
        theirs = [0.3154, 0.1668, 0.1082, 0.2216, 0.1880]
        assert np.abs(first.winning - theirs).max() <= CHANCE

    @pytest.mark.parametrize(
        ("proposals", "columns"),
        [("initiator", (5, 6)), ("both", (7, 8)), ("compromise", (9, 10))],
    )
    def test_offers_of_turn_0(
        self, example: Scenario, proposals: Any, columns: tuple[int, int]
    ) -> None:
        options = replace(
            example.options,
            proposals=proposals,
            receiver_view="program",
            least_turns=1,
            most_turns=1,
        )
        offers = spatial_model(example.issue, options).turns[0].offers
        wanted = "receiver" if proposals == "both" else offers[0].seen_by
        ours = {o.initiator: o for o in offers if o.seen_by == wanted}
        assert len(ours) == len(ktab_runs.EXAMPLE_OFFERS)
        for row in ktab_runs.EXAMPLE_OFFERS:
            offer = ours[row[0]]
            assert offer.receiver == row[1]
            assert offer.chance == pytest.approx(row[2], abs=CHANCE)
            assert offer.chance_seen_by_receiver == pytest.approx(row[3], abs=CHANCE)
            assert offer.gain == pytest.approx(row[4], abs=CHANCE)
            for ours_to, column in zip(
                (offer.initiator_to, offer.receiver_to), columns, strict=True
            ):
                assert np.abs(100 * ours_to - row[column]).max() <= 5e-4 + 1e-9

    def test_all_15_states_given_what_ktab_drew(
        self, example: Scenario, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its random numbers are its own; given its draws, all else must follow, ideals included."""
        monkeypatch.setattr(spatial, "_Spatial", Replay)
        run = spatial_model(example.issue, example.options)
        theirs = printed(ktab_runs.EXAMPLE_POSITIONS, 3)
        assert theirs.shape == (15, 5, 3) == run.positions.shape
        assert np.abs(run.positions - theirs).max() <= PRINTED
        chances = printed(ktab_runs.EXAMPLE_WINNING)[:, :, 0]
        assert np.abs(run.winning - chances).max() <= CHANCE
        assert run.stopped == "quiet"
        gaps = [np.abs(t.ideals - t.positions).max() for t in run.turns]
        assert gaps[0] == 0.0
        assert max(gaps) > 0.05


class Replay(spatial._Spatial):
    """Takes the offers that KTAB drew."""

    offered: tuple[Offer, ...] = ()

    def move(
        self, turn: Turn, offers: tuple[Offer, ...], worth: np.ndarray, k: int, number: int
    ) -> Any:
        self.offered = offers
        return super().move(turn, offers, worth, k, number)

    def choose(self, chances: np.ndarray, number: int, k: int) -> int:
        taken = ktab_runs.EXAMPLE_TAKEN[number][k]
        mine = [(k, k)]
        mine += [pair for o in self.offered if k in (pair := (o.initiator, o.receiver))]
        assert len(mine) == len(chances)
        return mine.index(taken)


def test_the_trace_hangs_together() -> None:
    run = spatial_model(random_issue(4, 7, 2))
    for before, after in zip(run.turns, run.turns[1:], strict=False):
        for move in before.moves:
            assert (before.positions[move.actor] == move.start).all()
            assert (after.positions[move.actor] == move.end).all()
            assert move.chances.sum() == pytest.approx(1.0)
            taken = move.queue.index(move.offer)
            assert move.chances[taken] == move.chances.max()
        moved = np.sqrt(((after.positions - before.positions) ** 2).sum(axis=1)).sum()
        assert before.change == pytest.approx(moved)
    assert run.turns[-1].moves == ()


def test_distance_utility_and_bargain_by_hand() -> None:
    # One actor at (.2, .4), saliences .3 and .1; a place at (.6, .1):
    # sqrt((.3 * .4)^2 + (.1 * .3)^2) / sqrt(.09 + .01) = sqrt(.0153) / sqrt(.1)
    far = distances(np.array([[0.2, 0.4]]), np.array([[0.6, 0.1]]), np.array([[0.3, 0.1]]))
    assert far[0, 0] == pytest.approx(np.sqrt(0.153))
    # R = .5, d = .4: .6 * 1.2; beyond 1: -.2 * 1.5
    assert utilities(np.array([0.4, 1.2]), np.array([0.5, 0.5])) == pytest.approx([0.72, -0.3])
    # s2pmax, P = .25: the initiator is weaker, D = .5; moves .5 .04 / (.5 .04 + 1e-6 + .5 .25)
    one, other = divide(
        np.array([0.0]), np.array([1.0]), (np.array([0.5]), np.array([0.2])), 0.25, "s2pmax"
    )
    assert one[0] == pytest.approx(0.02 / (0.02 + 1e-6 + 0.125))
    assert other[0] == 1.0
    # s1p1, P = .6, saliences .5 and .2: weights .3 and .08; places 0 and 1 meet at .08 / .38
    one, other = divide(
        np.array([0.0]), np.array([1.0]), (np.array([0.5]), np.array([0.2])), 0.6, "s1p1"
    )
    assert (one[0], other[0]) == (0.2105, 0.2105)


def test_stated_attitudes_replace_inferred_ones() -> None:
    issue = random_issue(2, 5)
    run = spatial_model(issue, SpatialOptions(risk=(("A1", 0.25),)))
    plain = spatial_model(issue)
    assert all(turn.risk[1] == 0.25 for turn in run.turns)
    others = [0, 2, 3, 4]
    assert (run.turns[0].risk[others] == plain.turns[0].risk[others]).all()


def test_an_election_among_stated_positions_moves_nobody() -> None:
    issue = random_issue(2, 5)
    run = spatial_model(issue, SpatialOptions(least_turns=0, most_turns=0))
    assert len(run.turns) == 1
    assert run.change_ratios.shape == (0,)
    assert run.outcome == spatial_model(issue).initial_outcome


def test_a_run_can_be_cut_off() -> None:
    run = spatial_model(random_issue(4, 7, 2), SpatialOptions(most_turns=2))
    assert (len(run.turns), run.stopped) == (3, "most turns")


def test_capabilities_by_dimension_are_weighed_by_salience() -> None:
    assert general_capability(np.array([[4.0, 1.0]]), np.array([[0.25, 0.75]]))[0] == 1.75
    assert general_capability(np.array([[4.0, 1.0]]), np.zeros((1, 2)))[0] == 2.5


def test_random_numbers_are_uniform_and_of_what_they_are_for() -> None:
    drawn = np.array(
        [draw_unit(3, d, t, a) for d in range(30) for t in range(30) for a in range(9)]
    )
    assert len(np.unique(drawn)) == len(drawn)
    counts, _ = np.histogram(drawn, 20, (0.0, 1.0))
    # chi-squared of 19 degrees of freedom: 43.8 is its 99.9 % quantile
    assert ((counts - 405.0) ** 2 / 405.0).sum() < 43.8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"accommodation": (Accommodation("A0", "A9", 0.5),)}, "no such actor"),
        ({"accommodation": (Accommodation("A0", "A1", 0.5),)}, "exceed 1"),
        ({"accommodation": (Accommodation("A0", "A0", 1.5),)}, "from 0 to 1"),
        ({"risk": (("nobody", 0.5),)}, "no such actor"),
    ],
)
def test_options_that_do_not_fit_the_issue_are_refused(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        spatial_model(random_issue(1, 3), SpatialOptions(**options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"voting": "louder"}, "no such choice"),
        ({"risk": (("A", 1.5),)}, "from -1 to 1"),
        ({"least_turns": 5, "most_turns": 4}, "least_turns"),
        ({"least_change": float("nan")}, "least_change"),
    ],
)
def test_options_that_are_none_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SpatialOptions(**options)


def test_more_than_all_attention_is_refused() -> None:
    two = (Dimension("a"), Dimension("b"))
    issue = Issue("x", two, (stake("A", [1, 2], [60, 50], 1), stake("B", [5, 5], [20, 20], 1)))
    with pytest.raises(InputError, match=r"'A', salience: saliences .* at most 100 \(got 110"):
        spatial_model(issue)


class TestWords:
    def test_every_move_has_a_sentence_with_both_names(self) -> None:
        run = spatial_model(random_issue(4, 6, 2))
        for number, turn in enumerate(run.turns[:-1]):
            said = explain_moves(run, number)
            assert len(said) == sum(len(move.queue) > 1 for move in turn.moves)
            by_actor = {sentence.split(" ", 1)[0]: sentence for sentence in said}
            for move in turn.moves:
                if not move.moved:
                    continue
                assert move.offer is not None
                offer = turn.offers[move.offer]
                sentence = by_actor[run.issue.actors[move.actor]]
                verb = "gave way to" if offer.receiver == move.actor else "moved toward"
                other = offer.initiator if offer.receiver == move.actor else offer.receiver
                assert f"{verb} {run.issue.actors[other]} on" in sentence

    def test_certainty_is_never_printed(self) -> None:
        run = spatial_model(one_dimension("days", {"Army": (0, 90, 900), "Party": (90, 5, 1)}))
        said = " ".join([*explain_moves(run, 0), explain_end(run)])
        assert "more than 99 %" in said
        assert " 0 %" not in said
        assert "100 %" not in said

    def test_the_end_names_who_stands_with_whom(self) -> None:
        same = one_dimension("days", {"A": (30, 50, 1), "B": (30, 60, 1), "C": (30, 60, 1)})
        assert "the place of A (with B, C) is" in explain_end(spatial_model(same))
