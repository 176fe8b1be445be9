"""Keys of a decision: what they mean, what is refused, and that a case without them means what it did."""

from __future__ import annotations

import numpy as np
import pytest

from model.bargaining.case_of_two_issues import bargain_case
from model.small_case import SMALL
from talion.errors import CaseError, Problems
from talion.fit.case.key import case_hash
from talion.model.case import parse_case
from talion.model.compile import compile_model
from talion.model.compiled import EXACT


def test_a_decision_that_names_no_model_is_the_weighted_mean() -> None:
    case = parse_case(SMALL)
    assert case.decisions["leave"].model_shares() == {"weighted_mean": 1.0}
    model = compile_model(case, "as_written", draws=3, seed=1)
    assert (model.draws.de_model == EXACT).all()
    assert not model.draws.de_departure.any()
    assert (model.structure.dc_binds == 1).all()
    assert (model.draws.de_consent < 0).all()


@pytest.mark.parametrize(
    ("more", "shares"),
    [
        ("models: mixed", {"weighted_mean": 0.25, "weighted_median": 0.25, "spatial": 0.25, "challenge": 0.25}),
        (
            "models: mixed\n    trades_with: dues",
            {"weighted_mean": 0.25, "weighted_median": 0.25, "spatial": 1 / 6, "challenge": 1 / 6, "exchange": 1 / 6},
        ),
        ("models: {election: 3, weighted_mean: 1, spatial: 0}", {"weighted_mean": 0.25, "election": 0.75}),
    ],
)  # fmt: skip
def test_weights_become_chances(more: str, shares: dict[str, float]) -> None:
    assert bargain_case(more).decisions["leave"].model_shares() == pytest.approx(shares)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("models: {exchange: 1}", "an exchange needs another issue"),
        ("models: {oracle: 1}", "oracle"),
        ("models: {spatial: -1}", "at least 0"),
        ("models: {spatial: 0}", "above 0"),
        ("models: mixed\n    trades_with: stay", "no such other issue"),
        ("needs_consent: {of: west, below: 20}", "no such actor on this issue"),
        ("needs_consent: {of: north}", "`below` is missing"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(more: str, says: str) -> None:
    with pytest.raises((CaseError, Problems), match=says) as error:
        bargain_case(more)
    assert "case.yaml:" in str(error.value)


def test_what_moves_a_salience_must_be_a_factor() -> None:
    text = SMALL.replace("salience: 50,", "salience: 50, salience_moved_by: {moon: 3},")
    with pytest.raises((CaseError, Problems), match="no such factor"):
        parse_case(text)


def test_models_that_move_positions_need_two_actors() -> None:
    start = SMALL.index("      south: {at: [0, 5, 20]")
    alone = SMALL[:start] + SMALL[SMALL.index("decisions:") :]
    parse_case(alone)
    with pytest.raises((CaseError, Problems), match="need two actors"):
        parse_case(alone.replace("error: 30,", "error: 30, models: {spatial: 1},"))


def test_no_fit_looks_at_issues_or_decisions() -> None:
    assert case_hash(bargain_case()) == case_hash(bargain_case("models: {spatial: 1}"))


def test_compiling_is_the_same_whatever_the_number_of_draws() -> None:
    case = bargain_case()
    few, many = (compile_model(case, "no_view", draws=d, seed=2).draws for d in (6, 12))
    for field in ("de_model", "de_node", "de_departure", "sm_move", "po_at"):
        assert (getattr(few, field) == getattr(many, field)[:6]).all(), field
    assert np.isfinite(many.de_departure).all()
