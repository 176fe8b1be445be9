"""Links left out of a fit, and the variants that the rivals of a case add."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from judge.crisis import TEXT, small_record
from talion.errors import InputError
from talion.fit.case import fit as fitting
from talion.fit.case.key import case_hash
from talion.fit.case.options import VARIANTS, Options
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import Case, load_case, parse_case

HEAD = TEXT.replace("judgments:\n", "")
RIVALS = "rivals: [{links: L1, without: L4, because: both}]\n"
QUIET = "counterfactuals: {quiet: {title: Quiet, remove: strike-0}}\n"


def case_of(asked: str = "", text: str = HEAD) -> Case:
    return parse_case(text + asked, "crisis", small_record())


def test_a_link_left_out_acts_nowhere() -> None:
    case = case_of()
    whole, less = problem_of(case), problem_of(case, Options(without=("L1",)))
    assert "L1" in {a.link for a in whole.arrows}
    assert {a.link for a in less.arrows} == {a.link for a in whole.arrows} - {"L1"}
    assert not [name for name in less.parameters if name.startswith("L1/")]
    assert "L1" in whole.informed
    assert "L1" not in less.informed
    assert less.arrays.g_arrow.size < whole.arrays.g_arrow.size


def test_the_key_holds_what_rivals_leave_out_and_nothing_else_of_them() -> None:
    plain = case_hash(case_of())
    assert case_hash(case_of(QUIET)) == plain
    one = case_hash(case_of(RIVALS))
    assert one != plain
    assert case_hash(case_of(RIVALS.replace("because: both", "because: other"))) == one
    assert case_hash(case_of(RIVALS.replace("links: L1", "links: L2"))) == one
    assert case_hash(case_of(RIVALS.replace("without: L4", "without: L3"))) != one


@pytest.fixture
def sampled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Problem, int]]:
    """What would have been sampled, with its seed; nothing is."""
    asked: list[tuple[Problem, int]] = []

    def sample(problem: Problem, *, seed: int, **_: Any) -> Any:
        from fit.case_fits import made_fit
        from talion.fit.case.key import FitSettings

        asked.append((problem, seed))
        return made_fit(case_of(), FitSettings(variants=())).main

    monkeypatch.setattr(fitting, "sample_reading", sample)
    return asked


def test_each_rival_is_one_more_variant_and_moves_no_other_seed(
    sampled: list[tuple[Problem, int]],
) -> None:
    chosen = ("half_strength", "opponent")
    fit = fitting.fit_case(case_of(RIVALS), seed=5, variants=chosen)
    assert list(fit.variants) == [*chosen, "without_L4"]
    with_rival = list(sampled)
    assert with_rival[-1][0].options == Options(without=("L4",))
    sampled.clear()
    fitting.fit_case(case_of(), seed=5, variants=chosen)
    assert [s for _, s in sampled] == [s for _, s in with_rival[:-1]]
    assert list(fitting.fit_case(case_of(RIVALS), seed=5, variants=()).variants) == []


def test_a_variant_that_changes_nothing_is_the_main_reading(
    sampled: list[tuple[Problem, int]],
) -> None:
    """The record has no totals, so leaving them out, or the rows beside them, leaves the same."""
    chosen = ("half_strength", "rows_only", "totals_only", "opponent")
    fit = fitting.fit_case(case_of(), seed=5, variants=chosen)
    assert [p.options for p, _ in sampled] == [
        Options(), Options(strength=0.5), Options(reading="opponent"),
    ]  # fmt: skip
    assert fit.variants["rows_only"] is fit.variants["totals_only"] is fit.main
    assert fit.variants["half_strength"] is not fit.main
    case = load_case("baghdad-2024")
    assert not fitting.same_problem(problem_of(case, VARIANTS["rows_only"]), problem_of(case))


@pytest.mark.parametrize(
    ("patience", "asked"), [(1.0, [(100, 100), (40, 100)]), (2.4, [(100, 240), (40, 240)])]
)
def test_variants_begin_short_and_every_reading_may_be_run_on(
    monkeypatch: pytest.MonkeyPatch, patience: float, asked: list[tuple[int, int]]
) -> None:
    """Here each is run on once; the share done never falls back by more than what came anew."""
    from fit.case_fits import made_fit
    from talion.fit.case.key import FitSettings

    found: list[tuple[int, int]] = []
    told: list[tuple[float, float]] = []

    def sample(problem: Problem, *, sweeps: int, longest: int, progress: Any, **_: Any) -> Any:
        found.append((sweeps, longest))
        whole = 4 * (sweeps + sweeps // 4)
        progress(whole, 0)
        progress(0, whole // 2)
        progress(whole // 2, 0)
        return made_fit(case_of(), FitSettings(variants=())).main

    monkeypatch.setattr(fitting, "sample_reading", sample)
    fitting.fit_case(
        case_of(), seed=5, sweeps=100, variants=("opponent",), patience=patience,
        progress=lambda done, whole: told.append((done, whole)),
    )  # fmt: skip
    assert found == asked
    assert [whole for _, whole in told] == [700, 950, 950, 950, 1050, 1050]
    assert told[-1] == (1050, 1050)


def test_a_rival_named_like_a_variant_is_refused() -> None:
    case = case_of(RIVALS)
    rival = case.document.rivals[0].model_copy(update={"without": ("escalation",)})
    document = case.document.model_copy(update={"rivals": (rival,)})
    with pytest.raises(InputError, match="rename the link"):
        fitting.rival_variants(replace(case, document=document))
