"""What `check` finds beyond the form of a case: faults that stop a run, and remarks."""

from __future__ import annotations

import numpy as np
import pytest

from judge.crisis import TEXT, crisis
from talion.errors import Problems
from talion.judge.checks import check_case, faults_of, remarks_on
from talion.judge.stability import offspring_matrix, prior_behind, spectral_radius
from talion.model.case import Case
from talion.model.compile import compile_model


def faults(case: Case) -> str:
    return "\n".join(str(f) for f in faults_of(case))


def remarks(case: Case) -> str:
    return "\n".join(str(r) for r in remarks_on(case))


def test_a_sound_case_has_no_faults() -> None:
    assert check_case(crisis())[0] == ()


def test_a_difference_without_a_size_is_refused_when_loaded() -> None:
    body = "kind: cause, under: no_strikes, holds_if: {difference: {count: demand}}"
    with pytest.raises(Problems, match="smallest effect that matters"):
        crisis(extra={"J": body})


@pytest.mark.parametrize("size", ["lower_by: 0.1 %", "higher_by: 0.01 events"])
def test_a_test_that_only_asks_a_sign_is_a_fault(size: str) -> None:
    body = f"kind: cause, under: no_strikes, holds_if: {{difference: {{count: demand}}, {size}}}"
    found = faults(crisis(extra={"J": body}))
    assert "only asks for the sign of link L2" in found
    assert "crisis.yaml:" in found
    assert found.count("\n") == 0  # once, though it is put at two horizons


def test_a_stated_size_is_no_sign_test() -> None:
    body = "kind: cause, under: no_strikes, holds_if: {difference: {count: demand}, lower_by: 10 %}"
    assert faults(crisis(extra={"J": body})) == ""


def test_a_tiny_effect_along_several_links_is_no_sign_test() -> None:
    body = "kind: cause, under: peace, holds_if: {difference: {count: demand}, lower_by: 0.1 %}"
    assert faults(crisis(extra={"J": body})) == ""


def test_shares_of_all_events_or_more_are_explosive() -> None:
    more = "links:\n  X: {says: attack raises demand, share: 30, fades: days, origin: brief, because: x}\n"
    found = faults(crisis("fixed", text=TEXT.replace("links:\n", more)))
    assert "links claim 105 % of demand" in found
    assert "links.L2" in found


def test_priors_that_breed_without_end_name_their_link() -> None:
    more = (
        "links:\n"
        "  X: {says: attack raises attack, extra: [0.5, 1.5, 3], within: 30 days, fades: days, "
        "origin: brief, because: x}\n"
    )
    found, _ = check_case(crisis("fixed", text=TEXT.replace("links:\n", more)))
    assert len(found) == 1
    assert "breed without end" in str(found[0])
    assert "links.X" in str(found[0])


def test_the_spectral_radius_is_that_of_the_stated_answers() -> None:
    more = (
        "links:\n"
        "  X: {says: attack raises attack, extra: 0.7, within: 3000 days, fades: days, "
        "origin: brief, because: x}\n"
    )
    case = crisis("fixed", text=TEXT.replace("links:\n", more))
    model = compile_model(case, "as_written", draws=5, seed=1)
    # Attacks breed attacks at 0.7; strikes and demands breed nothing back, so 0.7 is the radius.
    assert spectral_radius(model) == pytest.approx(np.full(5, 0.7), abs=1e-6)
    assert spectral_radius(model, "X") == pytest.approx(np.zeros(5))
    attack, strike = (model.type_ids.index(t) for t in ("attack", "strike"))
    answers = offspring_matrix(model)[:, strike, attack]
    usual = model.usual
    share = answers * usual[:, attack] / usual[:, strike]
    assert share.min() > 0.02
    assert share.max() < 0.6


def test_a_group_and_its_member_are_not_summed() -> None:
    more = "  wing_attack: {title: Wing, by: wing, rows: {action: [attack]}, usual: [1, 2, 3]}\nseries: {all: [attack, wing_attack], "
    text = TEXT.replace("series: {", more)
    found = faults(crisis("fixed", text=text))
    assert "count the acts of wing twice: it is part of guard" in found
    apart = text.replace("by: wing, rows: {action: [attack]}", "by: wing, rows: {action: [raid]}")
    assert faults(crisis("fixed", text=apart)) == ""


def test_a_whole_and_its_part_have_no_weight_on_one_issue() -> None:
    issue = (
        "issues:\n  exit:\n    title: Exit\n    scale: {0: out, 100: in}\n    positions:\n"
        "      guard: {at: 10, power: 50, salience: 50}\n"
        "      OTHER: {at: 80, power: 50, salience: 50}\n"
    )
    text = TEXT.replace("what_ifs:\n", issue + "what_ifs:\n")
    twice = faults(crisis("fixed", text=text.replace("OTHER", "wing")))
    assert "wing is part of guard, and both have weight on this issue" in twice
    assert faults(crisis("fixed", text=text.replace("OTHER", "army"))) == ""


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{count: attack, at_least: 0}", "cannot fail: every history is at least 0"),
        ("{level: push, at_most: 100}", "cannot fail"),
        ("{level: push, at_least: 101}", "cannot hold"),
        ("{reaches: war, at_least: 2}", "cannot hold"),
        ("{all: [{count: attack, fewer_than: 0}, {count: demand, at_least: 1}]}", "cannot hold"),
    ],
)
def test_fixed_tests_are_remarked(test: str, said: str) -> None:
    found = remarks(crisis(extra={"J": f"kind: forecast, holds_if: {test}"}))
    assert said in found


def test_a_comparison_without_a_way_is_remarked() -> None:
    body = "kind: cause, under: no_strikes, holds_if: {difference: {count: parade}, lower_by: 10 %}"
    assert "nothing leads from what the what-ifs change to parade" in remarks(
        crisis(extra={"J": body})
    )
    assert "nothing leads" not in remarks(crisis("rests"))


def test_idle_and_unlit_links_are_remarked() -> None:
    found = remarks(crisis("rests"))
    assert "no judgment's path uses link L1" in found
    assert "no judgment's path uses link L2" not in found
    assert "no data can inform link L2" in found
    assert "no data can inform link L1" not in found


def test_missing_tests_and_horizons_are_remarked() -> None:
    found = remarks(crisis(extra={"J": "kind: forecast"}))
    assert "can be tested but has no `holds_if`" in found
    assert "states no horizons" in remarks(crisis("fixed"))


def test_words_that_no_row_has_are_remarked() -> None:
    body = "kind: history, holds_if: {recorded: {action: atack}, at_least: 1}"
    assert "no recorded row has action atack" in remarks(crisis(extra={"J": body}))


def test_the_prior_that_sets_capped_draws_apart_is_named() -> None:
    model = compile_model(crisis("fixed"), "as_written_ours", draws=60, seed=1)
    war = model.link_ids.index("L4")
    entry = int(np.flatnonzero(model.structure.fr_link == war)[0])
    strength = model.draws.fr_gamma[:, entry]
    assert prior_behind(model, strength > np.quantile(strength, 0.8)) == "L4"
    assert prior_behind(model, np.zeros(60, bool)) is None


def test_a_motive_is_not_simulated() -> None:
    test = "holds_if: {count: attack, at_least: 1}"
    assert "a motive is not simulated" in faults(crisis(extra={"J": f"kind: motive, {test}"}))
    derived = f"kind: motive, also: {{derived: {{{test}}}}}"
    assert faults(crisis(extra={"J": derived})) == ""
