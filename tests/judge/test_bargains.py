"""What a result owes to the model of a bargain and to the coding of its stakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from judge.known_draws import histories
from model.bargaining.case_of_two_issues import bargain_case, case_text, drawn
from talion.judge.bargains import (
    Bargain,
    bargain_sentence,
    bargains_of,
    decisions_behind,
    share_of_bargain,
    table_warnings,
)
from talion.judge.labels import Label
from talion.judge.parts import parts_of_case
from talion.judge.run import judge_case
from talion.model.bargaining.tabled import TableError
from talion.model.case import load_case, parse_case

DRAWS = 400


def bargain(coding: np.ndarray, models: np.ndarray) -> Bargain:
    """A bargain of which model m makes `coding + models[m]`."""
    base = drawn("models: {weighted_mean: 1, weighted_median: 1, spatial: 2}", draws=DRAWS)
    error = TableError(0.5, 3.0, 200)
    return Bargain("leave", base, coding[:, None] + models, error)


@pytest.mark.parametrize(("sd", "apart"), [(10.0, 10.0), (15.0, 3.0), (2.0, 12.0)])
def test_both_parts_of_a_known_variance(sd: float, apart: float) -> None:
    """y = .5 + .01 (o - 50) + noise of as much variance: parts are those of o, halved."""
    rng = np.random.default_rng(3)
    coding, models = rng.normal(50, sd, DRAWS), np.array([-apart, -apart, apart])
    found = bargain(coding, models)
    o = found.outcomes[np.arange(DRAWS), found.drawn.chosen]
    p = 0.5 + 0.01 * (o - 50)
    p = np.clip(p + rng.normal(0, p.std(), DRAWS), 0.0, 1.0)
    share = share_of_bargain(found, histories(rng, p, 400))
    assert share is not None
    whole = sd**2 + apart**2
    assert share.both == pytest.approx(0.5, abs=0.08)
    assert share.model == pytest.approx(0.5 * apart**2 / whole, abs=0.08)
    assert share.coding == pytest.approx(0.5 * sd**2 / whole, abs=0.08)
    assert share.model + share.coding <= share.both + 1e-9


def test_what_has_nothing_to_do_with_it_owes_it_nothing() -> None:
    rng = np.random.default_rng(4)
    found = bargain(rng.normal(50, 10, DRAWS), np.array([-9.0, 0.0, 9.0]))
    share = share_of_bargain(found, histories(rng, rng.uniform(0, 1, DRAWS)))
    assert share is not None
    assert share.both < 0.03


def test_few_draws_cannot_tell_and_equal_ones_owe_nothing() -> None:
    rng = np.random.default_rng(5)
    found = bargain(rng.normal(50, 10, DRAWS), np.zeros(3))
    assert share_of_bargain(found, histories(rng, np.full(10, 0.5))) is None
    same = share_of_bargain(found, histories(rng, np.ones(DRAWS)))
    assert same is not None
    assert (same.model, same.coding, same.both) == (0.0, 0.0, 0.0)
    assert "cannot be told" in bargain_sentence({})


def test_which_judgments_of_the_built_in_case_are_bargained() -> None:
    case = load_case("baghdad-2024")
    found = {
        (p.judgment, p.id.split("@")[0]) for p in parts_of_case(case) if decisions_behind(case, p)
    }
    assert {judgment for judgment, _ in found} == {"J8", "J11", "J12", "J19"}
    assert ("J11", "willingness") not in found
    assert {("J8", "agreed"), ("J8", "executed"), ("J12", "exit_ordered"), ("J11", "main")} <= found


def test_a_table_that_misses_is_said() -> None:
    case = bargain_case()
    (found,) = bargains_of(case, 10, 1)
    fine = replace(found, error=TableError(1.9, 20.0, 200))
    assert not list(table_warnings([fine], case))
    (said,) = table_warnings([replace(fine, error=TableError(2.4, 20.0, 200))], case)
    assert "“Leaving”" in said
    assert "2.4 points" in said


def test_the_label_of_a_bargain_tells_both_shares() -> None:
    judgment = (
        "judgments:\n  J1:\n    claim: North agrees to leave\n    kind: forecast\n"
        "    holds_if: {reaches: timetable, at_least: 1, from: as_of, by: horizon}\n"
        "    horizons: [90 days]\n"
    )
    text = case_text()
    case = parse_case(text[: text.index("judgments:")] + judgment)
    result = judge_case(case, draws=60, histories=10)
    (found,) = result.judgments
    assert found.main is not None
    assert found.main.bargained
    assert found.label in (Label.RESTS, Label.UNRESOLVED, Label.FIXED)
    share = found.main.bargains["as_written"]
    assert share.both > 0.1
    assert "the share of its variance that is choice of model" in found.label_sentence
    assert (
        f"coding of positions, salience and power {round(100 * share.coding)} %"
        in found.label_sentence
    )
    assert result.bargains[0].outcomes.shape == (60, 5)
    assert '"bargains"' in result.to_json()
