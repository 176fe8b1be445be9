"""Links left out of a fit, and the variants that the rivals of a case add."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from judge.crisis import TEXT, small_record
from talion.errors import InputError
from talion.fit.case import fit as fitting
from talion.fit.case.key import case_hash
from talion.fit.case.options import Options
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import Case, parse_case

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


@pytest.mark.parametrize(("doublings", "runs"), [(0, [100]), (2, [100, 200]), (1, [100, 200])])
def test_a_reading_that_misses_its_gate_is_run_again_for_longer(
    monkeypatch: pytest.MonkeyPatch, doublings: int, runs: list[int]
) -> None:
    """Here 200 sweeps are enough; the shares done never exceed the whole."""
    from fit.case_fits import made_fit
    from talion.fit.case.key import FitSettings

    asked: list[int] = []
    shares: list[float] = []

    def sample(problem: Problem, *, sweeps: int, progress: Any, **_: Any) -> Any:
        asked.append(sweeps)
        progress(4 * (max(10, sweeps // 4) + sweeps))
        verdict = "" if sweeps >= 200 else "not converged"
        return made_fit(case_of(), FitSettings(variants=()), verdict=verdict).main

    monkeypatch.setattr(fitting, "sample_reading", sample)
    fit = fitting.fit_case(
        case_of(), seed=5, sweeps=100, variants=(), doublings=doublings,
        progress=lambda done, whole: shares.append(done / whole),
    )  # fmt: skip
    assert asked == runs
    assert fit.verdict == ("" if runs[-1] == 200 else "not converged")
    assert shares[-1] == 1.0
    assert max(shares) <= 1.0


def test_a_rival_named_like_a_variant_is_refused() -> None:
    case = case_of(RIVALS)
    rival = case.document.rivals[0].model_copy(update={"without": ("escalation",)})
    document = case.document.model_copy(update={"rivals": (rival,)})
    with pytest.raises(InputError, match="rename the link"):
        fitting.rival_variants(replace(case, document=document))
