"""The case keys `hypotheses` and `episodes`: what is taken, what is refused and with which words."""

from __future__ import annotations

import pytest

from judge.crisis import TEXT, small_record
from talion.errors import TalionError
from talion.fit.case.key import case_hash
from talion.model.case import Case, parse_case

HEAD = TEXT.replace("judgments:\n", "")
ANSWERS = "  answers: {title: Answers, says: strikes answer, keeps: L1, held: {war: active}}\n"
SPRING = "episodes: {spring: {title: Spring, from: 2024-03-01, to: 2024-03-14}}\n"


def case_of(asked: str) -> Case:
    return parse_case(HEAD + asked, "crisis", small_record())


def test_a_hypothesis_costs_no_fit() -> None:
    case = case_of("hypotheses:\n" + ANSWERS + SPRING)
    assert case.document.hypotheses["answers"].keeps == ("L1",)
    assert str(case.document.episodes["spring"].to) == "2024-03-14"
    assert case_hash(case) == case_hash(case_of(""))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("hypotheses: {a: {title: A, says: x, keeps: L1, without: L2}}", "not both"),
        ("hypotheses: {a: {title: A, says: x}}", "which links it `keeps`"),
        ("hypotheses: {a: {title: A, says: x, keeps: L9}}", "no such link"),
        ("hypotheses: {a: {title: A, says: x, held: {war: hot}}}", "no such state"),
        ("hypotheses: {a: {title: A, says: x, held: {push: active}}}", "has no states"),
        ("hypotheses: {no_interaction: {title: A, says: x, keeps: L1}}", "name is taken"),
        ("hypotheses: {a: {title: A, says: x, keeps: L1, evidence: {rows: [x-1]}}}", "no such event"),
        ("episodes: {a: {title: A, from: 2024-03-02, to: 2024-03-01}}", "before `from`"),
        ("episodes: {a: {title: A, from: 2025-03-02, to: 2025-03-03}}", "outside the observed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(asked: str, said: str) -> None:
    with pytest.raises(TalionError, match=said):
        case_of(asked + "\n")
