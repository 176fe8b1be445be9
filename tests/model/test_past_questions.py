"""Counterfactuals and rivals in a case file: what is refused, where, with what remedy."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from judge.crisis import TEXT, small_record
from talion.errors import InputError
from talion.model.case import Case, load_case, parse_case
from talion.model.document import read_document
from talion.model.schema import CaseDocument

ASKED = """
counterfactuals:
  quiet: {title: Without the first strike, remove: [strike-0, attack-3], because: it was the first}
rivals:
  - {links: L1, without: [L4], because: both explain strikes}
"""
HEAD = TEXT.replace("judgments:\n", "")


def case_of(asked: str = ASKED) -> Case:
    return parse_case(HEAD + asked, "crisis", small_record())


def test_a_case_asks_of_its_past() -> None:
    document = case_of().document
    assert document.counterfactuals["quiet"].remove == ("strike-0", "attack-3")
    (rival,) = document.rivals
    assert (rival.links, rival.without, rival.variant) == (("L1",), ("L4",), "without_L4")
    assert case_of("").document.rivals == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("strike-0", "strike-9", "counterfactuals.quiet.remove: no such event of the record"),
        ("strike-0", "parade-0", "no event type of the case counts this row (got 'parade-0')"),
        ("strike-0", "attack-9", "lies outside the observed window (got 'attack-9'); name a row from"),
        ("[strike-0, attack-3]", "[]", "counterfactuals.quiet.remove"),
        ("links: L1", "links: L9", "rivals.0.links: no such link (got 'L9'); use one of: L1"),
        ("[L4]", "[R4]", "rivals.0.without: no such link (got 'R4')"),
        ("[L4]", "[L4, L1]", "link L1 stands on both sides"),
        ("[L4]", "none", "rivals.0.without"),
    ],
)  # fmt: skip
def test_mistakes_name_place_and_remedy(old: str, new: str, words: str) -> None:
    record = small_record()
    early = replace(record.event("attack-9"), start=record.period[0], end=record.period[0])
    parade = replace(record.event("attack-8"), id="parade-0", action="march")
    others = [e for e in record.events if e.id not in ("attack-9", "attack-8")]
    record = replace(record, events=(*others, early, parade))
    text = (HEAD + ASKED).replace("history_from: 2024-01-01", "history_from: 2024-01-02")
    assert old in ASKED
    with pytest.raises(InputError) as caught:
        parse_case(text.replace(old, new), "crisis", record)
    assert words in str(caught.value).replace("[0]", ".0"), str(caught.value)
    assert "crisis.yaml:" in str(caught.value)


def test_a_report_merged_into_another_row_is_found() -> None:
    case = load_case("baghdad-2024")
    asked = case.document.counterfactuals["without_february_strikes"].remove
    days = sorted(case.record.event(key).start.isoformat() for key in asked)
    assert days == ["2024-02-02", "2024-02-07"]
    assert [r.variant for r in case.document.rivals] == ["without_R2"]


def test_the_published_schema_knows_both_keys() -> None:
    schema = CaseDocument.model_json_schema()
    given = json.loads(json.dumps(read_document(HEAD + ASKED, "x").data, default=str))
    jsonschema.validate(given, schema)
    given["rivals"][0]["without"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, schema)
