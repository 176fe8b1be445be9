"""The file of answers: what it takes, what it refuses, and that it reads back what it wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.errors import CaseError, TalionError
from talion.model.document import read_document
from talion.read.questions.answers import (
    AnswerSheet,
    JudgmentAnswer,
    Numbers,
    Pressure,
    Tempo,
    answers_of,
    is_unknown,
    parse_answer,
)


def sheet(text: str) -> AnswerSheet:
    return answers_of(read_document("talion_answers: 1\n" + text, "answers.yaml"))


@pytest.mark.parametrize("text", ["don't know", "Don’t  know", "unknown", "?", "d"])
def test_not_knowing_has_many_words(text: str) -> None:
    assert is_unknown(text)
    assert parse_answer("usual.raid", text) is None
    assert sheet(f'answers: {{usual.raid: "{text}"}}').answers == {"usual.raid": None}


def test_short_and_long_forms_mean_the_same() -> None:
    assert parse_answer("usual.raid", [4, 5, 6]) == parse_answer("usual.raid", {"value": [4, 5, 6]})
    assert parse_answer("usual.raid", 5) == Numbers(value=(5, 5, 5))
    assert parse_answer("fades.a.b", "3 days") == Tempo(half_life=3.0)
    assert parse_answer("fades.a.b", 10) == Tempo(half_life=10.0)
    assert parse_answer("fades.a.b", "lasting") == Tempo(half_life="lasting")
    assert parse_answer("pressure", "nothing") == Pressure(nothing=True)
    assert parse_answer("pressure", "war") == Pressure(switch="war")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("answers: {usual.raid: [6, 5, 4]}", r"answers\.yaml:2:\d+, answers\.usual\.raid.*ascend"),
        ("answers: {usual.raid: often}", r"answers\.usual\.raid"),
        ("answers: {fades.a.b: soon}", r"answers\.fades\.a\.b.*duration"),
        ("answers: {fades.a.b: -3}", r"half-life must be positive"),
        ("answers: {mood.a: 3}", r"answers\.mood\.a: no such question"),
        ("answers: {pressure: {name: War, switch: war}}", r"give one of"),
        ("answers: {pressure: {name: ' '}}", r"the name is empty"),
        ("answers: [1]", r"not a mapping"),
        ("about: 3", r"not a list of ids"),
        ("judgments: {a: 1}", r"not a list"),
        ("judgments: [{template: goes_on}]", r"judgments\.0: `goes_on` needs `effect`"),
        ("judgments: [{template: not_testable}]", r"`not_testable` needs `claim`"),
        ("judgments: [{template: not_testable, claim: x, effect: raid}]", r"takes no `effect`"),
        ("judgments: [{template: at_most, effect: raid}]", r"`at_most` needs `at_most`"),
        ("judgments: [{template: goes_on, effect: raid, cause: war}]", r"takes no `cause`"),
        ("judgments: [{template: by_date, effect: raid, by: 2024-09-01, horizon: 9}]", r"no `horizon`"),
        ("judgments: [{template: raises, effect: a, cause: b, size: 0 %}]", r"`size` is the smallest"),
        ("judgments: [{template: sinks, effect: a}]", r"judgments\.0\.template"),
        ("mood: 1", r"unknown key"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_place(text: str, line: str) -> None:
    with pytest.raises(TalionError, match=line):
        sheet(text)


def test_another_file_is_no_file_of_answers() -> None:
    with pytest.raises(CaseError, match="this is no file of answers"):
        answers_of(read_document("talion: 1\n", "case.yaml"))


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(TalionError) as caught:
        sheet("answers: {usual.raid: often, mood.a: 3}\njudgments: [{template: goes_on}]")
    assert len(str(caught.value).splitlines()) >= 3


REASONS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
TRIPLES = st.lists(st.floats(-50, 50), min_size=3, max_size=3).map(lambda v: tuple(sorted(v)))
ANSWERS: dict[str, Any] = {
    "usual.raid": st.none() | st.builds(Numbers, value=TRIPLES, because=REASONS),
    "fades.a.b": st.none()
    | st.builds(Tempo, half_life=st.floats(0.1, 500) | st.sampled_from(["days", "lasting"])),
    "pressure": st.none()
    | st.builds(Pressure, name=REASONS.filter(str.strip), going_on=st.booleans(), since=st.dates()),
}
JUDGMENTS = st.builds(
    JudgmentAnswer,
    template=st.just("raises"),
    cause=REASONS,
    effect=REASONS,
    horizon=st.none() | st.integers(1, 900),
    size=st.none() | st.sampled_from(["10 %", "2 events", "0.5 %"]),
    because=REASONS,
    origin=st.sampled_from([None, "brief", "analyst"]),
)


@given(
    st.fixed_dictionaries({}, optional=ANSWERS),
    st.lists(JUDGMENTS, max_size=3),
    st.lists(st.sampled_from(["usual.raid", "judgments.0"]), unique=True),
)
def test_what_is_written_reads_back(
    answers: dict[str, Any], judgments: list[JudgmentAnswer], pending: list[str]
) -> None:
    given_ = AnswerSheet(
        about=("raid", "strike"),
        answers=answers,
        judgments=tuple(judgments),
        pending=tuple(pending),
        wrote={"pressure": "war"},
    )
    text = given_.to_text("two-banks")
    assert answers_of(read_document(text, "answers.yaml")) == given_
