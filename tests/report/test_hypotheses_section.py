"""The section on rival explanations: shown from a file, else a sentence how to make it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from judge.comparisons import SETTINGS, comparison_of, two_rivals
from talion.fit.case.hypothesis_scores import ScoreSettings
from talion.judge.hypotheses_file import cached_comparison, find_comparison, write_comparison
from talion.report import page
from talion.report.hypotheses import build_hypotheses

CASE = two_rivals()
GAPS = {"answers": [3.0, 3.5, 3.0, 3.5], "war": [0.0, 0.1, 0.0, -0.1]}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "cache"))


def beside(tmp_path: Path) -> Path:
    return tmp_path / "case.yaml"


def drawn(case) -> str:  # type: ignore[no-untyped-def]
    template = page._environment({}).get_template("hypotheses.html.j2")
    return template.render(hypotheses=build_hypotheses(case))


def test_no_hypotheses_no_section() -> None:
    document = CASE.document.model_copy(update={"hypotheses": {}})
    assert build_hypotheses(replace(CASE, document=document)) is None


def test_without_a_file_one_sentence_says_how_to_make_it() -> None:
    text = drawn(CASE)
    assert "<code>talion hypotheses raids</code>" in text
    assert "<table" not in text


def test_a_file_beside_the_case_is_shown(tmp_path: Path) -> None:
    case = replace(CASE, path=beside(tmp_path))
    made = comparison_of(case, GAPS)
    marks = {"week-5": {"answers": "II", "war": "N"}}
    write_comparison(tmp_path / "hypotheses.json", replace(made, marks=marks))
    assert find_comparison(case).comparison == replace(made, marks=marks)
    text = drawn(case)
    assert "Told clearly better than if nobody answered anybody: Replies answer raids." in text
    assert "Cannot be told from the baseline: The war alone." in text
    assert "+13" in text
    assert "no probabilities of being true" in text
    assert "(II) <b>!</b>" in text
    assert "not distinguishable by this record" in text
    assert "told 33 times better" in text  # exp(3.5), in week 6 or 8
    assert "This comparison is shipped beside the case: Talion" in text
    assert text.count('data-th="Twice its standard error"') == 3  # every two of three
    assert "reach under" not in text.split("The evidence against")[0]


def test_weeks_out_of_reach_are_said_in_the_finding_and_the_table(tmp_path: Path) -> None:
    case = replace(CASE, path=beside(tmp_path))
    made = comparison_of(case, GAPS, few={"answers": [30.0, 30.0, 4.0, 30.0]})
    write_comparison(tmp_path / "hypotheses.json", made)
    text = drawn(case)
    assert "1 was out of reach of the particles under one of them (week 7)" in text
    assert "week 7 out of reach of the particles; without it" in text
    assert "<b>N</b> <b>?</b>" in text


def test_marks_made_here_stand_beside_a_shipped_comparison(tmp_path: Path) -> None:
    case = replace(CASE, path=beside(tmp_path))
    made = comparison_of(case, GAPS)
    write_comparison(tmp_path / "hypotheses.json", made)
    cached = cached_comparison(case, made.settings)
    assert cached is not None
    write_comparison(cached, replace(made, marks={"week-5": {"war": "II"}}))
    found = find_comparison(case)
    assert found is not None
    assert found.origin == "shipped"
    assert found.comparison.marks == {"week-5": {"war": "II"}}


def test_a_file_of_other_hypotheses_or_a_damaged_one_is_passed_over(tmp_path: Path) -> None:
    case = replace(CASE, path=beside(tmp_path))
    write_comparison(tmp_path / "hypotheses.json", comparison_of(case, GAPS))
    own = dict(case.document.hypotheses)
    own["war"] = own["war"].model_copy(update={"keeps": ("W", "A2")})
    other = replace(case, document=case.document.model_copy(update={"hypotheses": own}))
    assert find_comparison(other) is None
    (tmp_path / "hypotheses.json").write_text("{", encoding="utf-8")
    assert find_comparison(case) is None


def test_the_cache_is_asked_for_the_usual_sizes() -> None:
    made = comparison_of(CASE, GAPS)
    assert made.settings == SETTINGS
    path = cached_comparison(CASE, SETTINGS)
    assert path is not None
    write_comparison(path, made)
    assert find_comparison(CASE) is None  # of other sizes, and not beside the case
    usual = cached_comparison(CASE, ScoreSettings())
    assert usual is not None
    from talion.fit.case.hypothesis_scores import scores_key

    key = scores_key(CASE, ScoreSettings())
    write_comparison(usual, replace(made, settings=ScoreSettings(), key=key))
    assert find_comparison(CASE) is not None


@pytest.mark.parametrize(
    ("particles", "said"), [(0.1, "This record cannot tell"), (0.99, "computation was too coarse")]
)
def test_a_coarse_computation_is_not_laid_to_the_record(
    tmp_path: Path, particles: float, said: str
) -> None:
    case = replace(CASE, path=beside(tmp_path))
    made = comparison_of(case, {"answers": [0.0] * 4, "war": [0.0] * 4})
    base, *rivals = made.hypotheses
    against = replace(rivals[0].against, error=1.0, particles=particles)
    told = (base, *(replace(h, against=against) for h in rivals))
    write_comparison(tmp_path / "hypotheses.json", replace(made, hypotheses=told))
    assert said in drawn(case)
