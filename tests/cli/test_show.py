"""`cases`, `show`, `check`, `schema`: what is printed is what is in the case."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest

from cli.command import Command
from talion.cli.sizes import Sizes
from talion.model.case import built_in_cases, load_case
from talion.model.document import read_document


def test_every_built_in_case_is_listed_and_sound(talion: Command) -> None:
    ended = talion("cases")
    assert set(built_in_cases()) >= {"baghdad-2024", "starter"}
    for name, title in built_in_cases().items():
        assert f"{name} " in ended.out
        assert title.split()[0] in ended.out
        checked = talion("check", name)
        assert checked.status == 0, checked.err


@pytest.mark.parametrize("name", ["baghdad-2024", "starter"])
def test_show_names_everything(talion: Command, name: str) -> None:
    case = load_case(name)
    lines = talion("show", name).out.splitlines()
    first = {line.split()[0] for line in lines if line.startswith("  ") and line.strip()}
    for group in ("actors", "events", "factors", "links", "decisions", "what_ifs", "judgments"):
        missing = set(getattr(case, group)) - first
        assert missing == set(), group


def test_show_says_strengths_as_consequences(talion: Command) -> None:
    text = " ".join(talion("show", "starter", "--link", "L1").out.split())
    assert "strong = 50 % (35 to 70) of these answer it" in text
    assert "half-life of 2 days" in text
    assert "held by author, from the brief" in text
    assert "(note, characters 253 to 319)" in text


def test_show_says_a_judgment_and_its_tests_in_words(talion: Command) -> None:
    text = " ".join(talion("show", "starter", "--judgment", "J1").out.split())
    assert text.startswith("J1 Raids continue through the summer")
    assert "at least 1 in every 30 days" in text
    assert "also, at no less than half the usual pace: " in text
    assert "watch: a month without a raid" in text
    motive = talion("show", "starter", "--judgment", "J5").out
    assert "no test of its own" in motive
    assert "testable: never" in motive


def test_lines_fit_the_terminal(talion: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, talion("show", "baghdad-2024").out.splitlines())) <= 80


def test_the_schema_accepts_the_built_in_cases_and_refuses_a_slip(
    talion: Command, starter: Path
) -> None:
    schema = json.loads(talion("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name in built_in_cases():
        path = load_case(name).path
        assert path is not None
        data = read_document(path.read_text(encoding="utf-8"), path.name).data
        assert [error.message for error in validator.iter_errors(data)] == [], name
    data["links"]["L1"]["fade"] = "days"
    assert not validator.is_valid(data)


def test_the_starters_evidence_points_at_the_words_it_summarises(starter: Path) -> None:
    case = load_case(starter)
    content = (starter / "note.txt").read_bytes()
    assert case.sources["note"].sha256 == hashlib.sha256(content).hexdigest()
    text = content.decode("utf-8")
    pointers = [
        (name, pointer)
        for group in (case.actors, case.events, case.links, case.judgments)
        for name, part in group.items()
        for pointer in part.evidence
    ]
    assert len(pointers) > 10
    shown = {(name, text[p.start : p.end]) for name, p in pointers}
    for _, words in shown:
        assert words == words.strip()
        assert len(words) > 20
    assert ("J1", "We expect that raids will continue through the summer.") in shown
    assert ("L4", "Its meetings lower tempers on both banks") in shown


def test_the_sizes_are_those_of_the_python_calls() -> None:
    import inspect

    from talion.judge.run import judge_case

    defaults = inspect.signature(judge_case).parameters
    sizes = Sizes.chosen(None, None, None, None)
    assert sizes.draws == defaults["draws"].default
    assert sizes.histories == defaults["histories"].default
    assert sizes.seed == defaults["seed"].default
    thorough = Sizes.chosen(None, None, 7, None, thorough=True)
    assert (thorough.draws, thorough.histories) == (500, 7)
