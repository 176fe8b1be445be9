"""What evidence cites must stand in the text beside the case."""

from __future__ import annotations

from pathlib import Path

import pytest

from read.starter_copy import starter_copy
from talion.judge.checks import findings_on
from talion.model.case import load_case


def codes(folder: Path) -> dict[str, str]:
    """Code -> message of what is found of citations."""
    checked = findings_on(load_case(str(folder)))
    ours = ("misquoted", "text-changed", "text-not-at-hand", "text-unreadable", "quote-not-single")
    return {
        f.code: f"{f.severity} {f.place} {f.message}" for f in checked.findings if f.code in ours
    }


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return starter_copy(tmp_path / "own")


def cite(folder: Path, evidence: str) -> None:
    """Let the first judgment cite something else."""
    case = folder / "case.yaml"
    head, _, judgments = case.read_text(encoding="utf-8").partition("\njudgments:")
    lines = judgments.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("evidence:"))
    said = evidence if evidence.startswith("{") else "'" + evidence.replace("'", "''") + "'"
    lines[at] = f"    evidence: {said}\n"
    case.write_text(f"{head}\njudgments:{''.join(lines)}", encoding="utf-8")


def words_of(folder: Path) -> str:
    return " ".join((folder / "note.txt").read_text(encoding="utf-8").split()[3:8])


def test_a_shipped_case_cites_what_is_there(own: Path) -> None:
    assert codes(own) == {}


def test_words_of_the_text_are_found(own: Path) -> None:
    cite(own, f'note "{words_of(own)}"')
    assert codes(own) == {}


def test_words_that_are_not_in_the_text_stop_a_run(own: Path) -> None:
    cite(own, 'note "words that nobody wrote"')
    found = codes(own)["misquoted"]
    assert found.startswith("error case.yaml:")
    assert "judgments.J1.evidence" in found


def test_characters_beyond_the_end_stop_a_run(own: Path) -> None:
    cite(own, "{source: note, start: 10, end: 99999}")
    assert "which has" in codes(own)["misquoted"]


def test_a_changed_text_is_told_and_its_words_still_looked_up(own: Path) -> None:
    cite(own, 'note "words that nobody wrote"')
    note = own / "note.txt"
    note.write_text(f"An addition. {note.read_text(encoding='utf-8')}", encoding="utf-8")
    assert set(codes(own)) == {"text-changed", "misquoted"}
    cite(own, f'note "{words_of(own)}"')
    assert set(codes(own)) == {"text-changed"}


def test_a_text_that_is_not_at_hand_is_a_note(own: Path) -> None:
    (own / "note.txt").unlink()
    assert codes(own)["text-not-at-hand"].startswith("note case.yaml:")


def test_words_that_stand_twice_are_a_note(own: Path) -> None:
    cite(own, 'note "the"')
    assert "times in note.txt" in codes(own)["quote-not-single"]
