"""Tables of outcomes: every model at its nodes, what a session allows, and what a table misses."""

from __future__ import annotations

import numpy as np
import pytest

from model.bargaining.case_of_two_issues import bargain_case, drawn
from talion.errors import CaseError
from talion.model.bargaining.challenge import challenge_model
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.drawn_bargain import DrawnBargain, drawn_bargain
from talion.model.bargaining.exchange import equal_gain_exchange
from talion.model.bargaining.exchange_table import exchange_table
from talion.model.bargaining.positions import Issue, one_dimension
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_options import SpatialOptions
from talion.model.bargaining.tabled import (
    looked_up,
    session_outcomes,
    stated_outcomes,
    table_error,
    table_of,
    weighted_means,
)
from talion.model.compiled import AXES, EXACT, MEDIAN, NODES, TABLED
from talion.model.reading import READINGS
from talion.model.sampling import Sampler
from talion.model.schema_decisions import BargainingModel

MIDDLE = NODES**AXES // 2


def issue_of(bargain: DrawnBargain, row: int) -> Issue:
    stakes = zip(bargain.at[row], bargain.salience[row], bargain.power[row], strict=True)
    return one_dimension("stay", dict(zip(bargain.actors, stakes, strict=True)))


def alone(model: BargainingModel, more: str = "") -> DrawnBargain:
    return drawn(f"models: {{{model}: 1}}\n    trades_with: dues\n    {more}")


def at_reference(bargain: DrawnBargain, model: BargainingModel) -> np.ndarray:
    rows = np.arange(len(bargain.at))
    return session_outcomes(bargain, model, rows, bargain.at, bargain.salience)


@pytest.mark.parametrize("turns", [0, 1])
def test_a_session_of_the_spatial_model_is_one_turn_of_it(turns: int) -> None:
    model: BargainingModel = "spatial" if turns else "election"
    bargain = alone(model)
    found = at_reference(bargain, model)
    for row in range(8):
        run = spatial_model(
            issue_of(bargain, row), SpatialOptions(least_turns=turns, most_turns=turns)
        )
        assert found[row] == pytest.approx(float(run.outcome[0]), abs=1e-7)


def test_a_session_of_the_challenge_model_is_one_round_of_it() -> None:
    bargain = alone("challenge")
    found = at_reference(bargain, "challenge")
    for row in range(8):
        run = challenge_model(issue_of(bargain, row), ChallengeOptions(rounds=1))
        assert found[row] == pytest.approx(run.means[-1], abs=1e-7)


def test_an_exchange_takes_the_other_issue_in() -> None:
    bargain = alone("exchange")
    found, (dues,) = at_reference(bargain, "exchange"), bargain.others
    for row in range(4):
        stakes = {
            (actor, issue.name): (float(x), float(s) / 100, float(c))
            for issue in (bargain, dues)
            for actor, x, s, c in zip(
                issue.actors, issue.at[row], issue.salience[row], issue.power[row], strict=True
            )
        }
        table = exchange_table({"stay": (0, 100), "dues": (0, 100)}, stakes)
        assert found[row] == pytest.approx(equal_gain_exchange(table).outcome[0], abs=1e-9)
    mean = weighted_means(bargain, np.arange(len(found)), bargain.at, bargain.salience)
    assert np.abs(found - mean).max() > 1.0


@pytest.mark.parametrize("model", ["challenge", "exchange"])
def test_without_concessions_positions_stay_and_give_their_mean(model: BargainingModel) -> None:
    held = alone(model, "largest_concession: 0")
    rows = np.arange(len(held.at))
    mean = weighted_means(held, rows, held.at, held.salience)
    assert at_reference(held, model) == pytest.approx(mean, abs=1e-9)
    free = at_reference(alone(model), model)
    some = at_reference(alone(model, "largest_concession: 10"), model)
    assert np.abs(free - mean).max() > 1.0
    assert (np.abs(some - mean) <= np.maximum(np.abs(free - mean), 10.0) + 1e-9).all()


def test_no_one_gives_way_by_more_than_the_largest_concession() -> None:
    """Each place of the spatial model is within it, so its mean lies within the shifted positions."""
    held = alone("spatial", "largest_concession: 3")
    found = at_reference(held, "spatial")
    assert (found >= held.at.min(axis=1) - 3).all()
    assert (found <= held.at.max(axis=1) + 3).all()
    assert not np.allclose(found, at_reference(alone("spatial"), "spatial"))


@pytest.mark.parametrize("model", ["election", "spatial", "challenge", "exchange"])
def test_at_its_nodes_a_table_is_the_model(model: BargainingModel) -> None:
    bargain = alone(model)
    nodes, departures = table_of(bargain)
    assert nodes.shape == (40, AXES, NODES)
    assert (np.diff(nodes, axis=2) > 0).all()
    rows = np.arange(40)
    mean = weighted_means(bargain, rows, bargain.at, bargain.salience)
    assert departures[:, MIDDLE] == pytest.approx(at_reference(bargain, model) - mean, abs=1e-9)
    (actor, part), place = bargain.axes[0], 4
    moved = {"at": bargain.at.copy(), "salience": bargain.salience.copy()}
    moved[part][:, actor] = np.clip(moved[part][:, actor] + nodes[:, 0, place], 0, 100)
    exact = session_outcomes(bargain, model, rows, moved["at"], moved["salience"])
    mean = weighted_means(bargain, rows, moved["at"], moved["salience"])
    shifts = np.zeros((40, AXES))
    shifts[:, 0] = nodes[:, 0, place]
    told = [looked_up(*one) for one in zip(nodes, departures, shifts, strict=True)]
    assert mean + told == pytest.approx(exact, abs=1e-9)


def test_the_axes_are_what_moves_the_mean_most() -> None:
    """South's and North's positions under their movers, and North's salience; East hardly counts."""
    assert set(drawn().axes) == {(1, "at"), (0, "at"), (0, "salience")}


def test_what_a_table_misses_is_measured_on_random_states() -> None:
    bargain = alone("challenge")
    error = table_error(bargain)
    assert error.states == 200
    assert 0.0 < error.mean < 2.0 < 100.0 > error.largest > error.mean
    assert table_error(drawn("models: {weighted_mean: 1}")).states == 0
    still = drawn("models: {challenge: 1}", reading="links_at_zero")
    assert table_error(still).largest < 1e-9


def test_draws_follow_models_in_the_proportion_of_their_weights() -> None:
    bargain = drawn("models: {weighted_mean: 1, weighted_median: 2, spatial: 5}", draws=4000)
    assert np.bincount(bargain.chosen) / 4000 == pytest.approx([0.125, 0.25, 0.625], abs=0.03)
    assert [bargain.rule[bargain.chosen == m][0] for m in range(3)] == [EXACT, MEDIAN, TABLED]
    fewer = drawn("models: {weighted_mean: 1, weighted_median: 2, spatial: 5}", draws=7)
    assert (fewer.chosen == bargain.chosen[:7]).all()
    assert (fewer.at == bargain.at[:7]).all()


def test_a_draw_of_the_mean_or_median_needs_no_table() -> None:
    bargain = drawn()
    _, departures = table_of(bargain)
    tabled = bargain.rule == TABLED
    assert not departures[~tabled].any()
    assert departures[tabled].any(axis=1).all()
    outcomes = stated_outcomes(bargain)
    assert outcomes.shape == (40, 5)
    assert ((outcomes >= 0) & (outcomes <= 100)).all()


def test_a_draw_in_which_nobody_has_weight_is_refused() -> None:
    from dataclasses import replace

    bargain = alone("challenge")
    with pytest.raises(CaseError, match="nobody has both power and salience"):
        table_of(replace(bargain, power=np.zeros_like(bargain.power)))


def test_another_reading_changes_what_moves_and_nothing_else() -> None:
    case = bargain_case().document
    one, two = (
        drawn_bargain(case, "leave", READINGS[r], Sampler(3, 50)) for r in ("as_written", "no_view")
    )
    assert (one.at == two.at).all()
    assert (one.chosen == two.chosen).all()
    assert set(np.sign(two.at_movers[0][0][1])) == {-1.0, 0.0, 1.0}
    zero = drawn(reading="links_at_zero")
    assert not any(move.any() for movers in zero.salience_movers for _, move in movers)
