"""The page on the test language: every example runs, and reads as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from talion.judge.parts import names_of
from talion.judge.run import judge_case
from talion.model.case import Case, load_case, parse_case
from talion.model.claim import HEADS, parse_expression
from talion.model.document import read_document

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "test-language.md"
EXAMPLE = re.compile(r"```yaml\n(?P<yaml>.*?)```\n\n> (?P<reads>.*?)\n", re.DOTALL)
EXAMPLES = [(m["yaml"], m["reads"]) for m in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]
HORIZON = 90


@pytest.fixture(scope="module")
def starter() -> Case:
    return load_case("starter")


def head(text: str) -> str:
    return next(key for key in read_document(text, "page").data if key in HEADS)


def with_tests(starter: Case) -> Case:
    """The starter case with the page's examples as its judgments."""
    assert starter.path is not None
    before = starter.path.read_text(encoding="utf-8").split("\njudgments:\n")[0]
    kinds = {"share": "forecast", "effect": "cause", "record": "history"}
    text = before + "\njudgments:\n"
    for number, (example, _) in enumerate(EXAMPLES):
        kind = kinds[parse_expression(read_document(example, "page").data).kind]
        text += (
            f"  E{number}:\n    claim: example\n    kind: {kind}\n    horizons: [{HORIZON} days]\n"
        )
        text += "    holds_if:\n" + "".join(f"      {line}\n" for line in example.splitlines())
    return parse_case(text, "page", starter.record)


def test_every_form_has_an_example() -> None:
    assert {head(text) for text, _ in EXAMPLES} == set(HEADS) - {"any"}  # `any` stands inside `all`
    assert "any:" in "".join(text for text, _ in EXAMPLES)


@pytest.mark.parametrize(("text", "reads"), EXAMPLES, ids=[head(t) for t, _ in EXAMPLES])
def test_each_example_reads_as_the_page_says(starter: Case, text: str, reads: str) -> None:
    test = parse_expression(read_document(text, "page").data)
    assert test.in_words(names_of(starter, HORIZON)) == reads


def test_each_example_can_be_judged(starter: Case) -> None:
    found = judge_case(with_tests(starter), draws=6, histories=4)
    assert len(found.judgments) == len(EXAMPLES)
    for judged in found.judgments:
        main = judged.main
        assert main is not None
        if main.kind == "record":
            assert main.record is not None
            assert main.record.sentence
        else:
            assert main.readings["as_written"] is not None, judged.id
