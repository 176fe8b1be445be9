"""Which links bear on a test, and where the record holds nothing."""

from __future__ import annotations

from judge.crisis import crisis
from talion.judge.parts import parts_of
from talion.judge.paths import Path, SystemGraph, path_of


def path(body: str) -> Path:
    case = crisis(extra={"J": body})
    return path_of(SystemGraph(case), parts_of(case, "J")[0])


def test_a_forecast_rests_on_all_that_is_upstream() -> None:
    found = path("kind: forecast, holds_if: {count: demand, at_least: 1}")
    assert found.links == ("L1", "L2", "L4")
    assert found.informed == ("L1", "L4")
    assert found.unrecorded == ("demand",)
    assert found.no_data


def test_a_difference_rests_on_the_way_from_the_what_if() -> None:
    diff = "holds_if: {difference: {count: demand}, lower_by: 10 %}"
    assert path(f"kind: cause, under: no_strikes, {diff}").links == ("L2",)
    assert path(f"kind: cause, under: peace, {diff}").links == ("L1", "L2", "L4")


def test_scaling_a_link_puts_it_on_the_path() -> None:
    diff = "holds_if: {difference: {count: strike}, higher_by: 10 %}"
    found = path(f"kind: cause, under: double, {diff}")
    assert found.links == ("L1",)
    assert found.has_data


def test_a_link_with_data_at_both_ends_informs() -> None:
    found = path("kind: forecast, holds_if: {count: strike, at_least: 1}")
    assert found.links == ("L1", "L4")
    assert found.informed == ("L1", "L4")
    assert found.has_data
    assert not found.no_data


def test_a_partly_recorded_test_is_not_without_data_but_cannot_be_backed() -> None:
    both = "{all: [{count: attack, at_least: 1}, {count: demand, at_least: 1}]}"
    found = path(f"kind: forecast, holds_if: {both}")
    assert found.unrecorded == ("demand",)
    assert not found.no_data
    assert not found.has_data


def test_an_imagined_factor_has_no_data() -> None:
    found = path("kind: forecast, holds_if: {level: push, at_least: 40}")
    assert found.links == ("L1", "L3", "L4")
    assert found.no_data


def test_a_rate_on_its_own_needs_its_own_rows() -> None:
    assert path("kind: forecast, holds_if: {count: parade, at_least: 1}").no_data
    found = path("kind: forecast, holds_if: {count: force, at_least: 1}")
    assert found.measured == ("attack", "strike")
    assert found.has_data


def test_decisions_and_switch_rules_are_ways_too() -> None:
    from judge.crisis import TEXT

    text = TEXT.replace(
        "what_ifs:\n",
        "issues:\n  exit:\n    title: Exit\n    scale: {0: out, 100: in}\n    positions:\n"
        "      guard: {at: 10, power: 50, salience: 50, moved_by: {push: -20}}\n"
        "decisions:\n  leave: {title: Leave, issue: exit, called_by: [{event: parade, chance: 50}],\n"
        "    error: 10, writes: outcome, agreed_at_most: 50, because: x}\n"
        "what_ifs:\n",
    ).replace(
        "factors:\n",
        "factors:\n  outcome: {kind: imagined, title: Outcome, rest: 100, half_life: 900, because: x}\n",
    )
    body = {"J": "kind: forecast, holds_if: {level: outcome, at_most: 50}"}
    case = crisis(text=text, extra=body)
    graph = SystemGraph(case)
    assert path_of(graph, parts_of(case, "J")[0]).links == ("L1", "L3", "L4")
    assert graph.leads({"parade"}, {"outcome"})
    assert not graph.leads({"outcome"}, {"parade"})


def test_a_way_does_not_return_through_what_the_what_if_sets() -> None:
    from judge.crisis import TEXT

    back = "links:\n  X: {says: strike raises attack, strength: weak, origin: brief, because: revenge}\n"
    diff = "kind: cause, under: no_strikes, holds_if: {difference: {count: demand}, lower_by: 10 %}"
    case = crisis(text=TEXT.replace("links:\n", back), extra={"J": diff})
    # With strikes blocked, attacks reach demands through no strike: X and L1 change nothing.
    assert path_of(SystemGraph(case), parts_of(case, "J")[0]).links == ("L2",)


def test_the_record_bears_where_a_fitted_link_has_data_at_both_ends() -> None:
    path = Path(("L1", "L9"), ("L1",), ("attack",), ())
    assert not path.record_bears  # no fit
    assert path.with_fit(["L1", "other"]).record_bears
    assert path.with_fit(["L1", "other"]).fitted == ("L1",)
    assert not path.with_fit(["L9"]).record_bears  # such as a latent factor's link
    unseen = Path(("L1",), ("L1",), ("attack", "demand"), ("demand",))
    assert not unseen.with_fit(["L1"]).record_bears
    bare = Path((), (), ("attack",), ())
    assert not bare.with_fit(["L1"]).record_bears
