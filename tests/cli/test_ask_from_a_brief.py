"""What a brief beside the case offers while questions are answered: claims, and places that say so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.command import Command
from cli.sitting import conversation
from talion.judge.checks import check_case
from talion.model.case import load_case
from talion.read.questions.brief import claims_offered

NOTE = """\
The army answers many of the raids with artillery.

Outlook

The raids will probably go on through the summer. Without the shelling there would be fewer of
them. The Guard seemingly wants the ford rather than money.
"""


@pytest.fixture
def with_note(starter: Path) -> Path:
    """The starter beside another note, with no judgment and no evidence that points into it."""
    (starter / "note.txt").write_text(NOTE, encoding="utf-8")
    case = starter / "case.yaml"
    text = case.read_text(encoding="utf-8").partition("\njudgments:")[0] + "\njudgments: {}\n"
    text = re.sub(r"    sha256: \w+\n", "", text)
    text = re.sub(r"^( +)evidence: .*(\n +start.*)*\n", r"\1evidence: none\n", text, flags=re.M)
    case.write_text(text, encoding="utf-8")
    assert check_case(load_case(starter))[0] == ()
    return starter


def test_a_sentence_of_the_brief_is_a_claim_with_its_place(
    with_note: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = [
        "x", "a", "9", "5", "raid", "90 days", "", "y", "",  # the first sentence: goes on
        "b", "7", "", "y", "nobody has asked them",          # the second that is left: a motive
        "",
    ]  # fmt: skip
    held = conversation(with_note, [*[""] * 7, *replies])
    out = " ".join(capsys.readouterr().out.split())
    assert "a The raids will probably go on through the summer." in out
    assert "write a number from 1 to 7, or a letter from a to c" in out
    case = load_case(with_note)
    first, second = case.judgments.values()
    assert first.claim == "The raids will probably go on through the summer"
    assert first.word == "will probably"
    assert first.evidence[0].quote == "The raids will probably go on through the summer"
    assert (second.testable, second.word) == ("never", "seemingly")
    assert second.claim == "The Guard seemingly wants the ford rather than money"
    assert check_case(case)[0] == ()
    listed = [offer.claim for offer in claims_offered(held.session.case)]
    assert listed == ["Without the shelling there would be fewer of them"]


def test_a_link_of_the_brief_is_given_its_place(
    with_note: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = [
        "3 5 7",
        "y",
        "b",
        "they fire back",
        "not in it",
        "the army answers ... artillery",
        "",
    ]
    conversation(with_note, ["", "", *replies, "q"])
    out = " ".join(capsys.readouterr().out.split())
    assert "a The army answers many of the raids with artillery." in out
    assert "note does not hold these words" in out
    (pointer,) = load_case(with_note).links["L1"].evidence
    assert (pointer.source, pointer.quote) == ("note", "the army answers ... artillery")
    conversation(with_note, ["4 5 7", "y", "b", "", "a", "", "q"], again=("answers.raid.shelling",))
    (pointer,) = load_case(with_note).links["L1"].evidence
    assert pointer.quote == "The army answers many of the raids with artillery"


def test_what_the_brief_claims_is_listed_as_data(talion: Command, with_note: Path) -> None:
    told = json.loads(talion("ask", with_note, "--list").out)["claims_of_the_brief"]
    assert [offer["word"] for offer in told] == ["will probably", "would", "seemingly"]
    assert told[0]["evidence"] == 'note "The raids will probably go on through the summer"'
