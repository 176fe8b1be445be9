"""How the command ends: statuses, interrupts, defects, versions, narrow terminals."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import talion as package
from cli.command import Command
from talion.cli import show
from talion.cli.app import app
from talion.cli.lines import say
from talion.cli.verb_list import SECTIONS


def test_without_a_verb_the_help_is_shown(talion: Command) -> None:
    ended = talion()
    assert ended.status == 0
    for verb in ("run", "cases", "show", "check", "new", "what-if", "schema", "warm"):
        assert f"\n  {verb} " in ended.out


def test_the_version(talion: Command) -> None:
    ended = talion("--version")
    assert (ended.status, ended.out) == (0, f"talion {package.__version__}\n")


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "talion", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"talion {package.__version__}\n"


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "talion: stopped; what was not finished is not written"),
        (MemoryError(), 1, "talion: out of memory; use fewer --draws or --histories"),
        (
            OSError(28, "No space left on device", "x.csv"),
            2,
            "x.csv: No space left on device; free",
        ),
        (RecursionError("too\ndeep"), 1, "this is a defect of Talion"),
        (ValueError("odd"), 1, "ValueError: odd; please report it"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_whatever_is_raised_ends_in_one_line(
    talion: Command,
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    status: int,
    said: str,
) -> None:
    def fail() -> None:
        raise raised

    monkeypatch.delenv("TALION_DEBUG", raising=False)
    monkeypatch.setattr(show, "list_cases", fail)
    ended = talion("cases")
    assert ended.status == status
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_defect_shows_its_traceback_where_asked(
    talion: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("odd")

    monkeypatch.setattr(show, "list_cases", fail)
    monkeypatch.setenv("TALION_DEBUG", "1")
    ended = talion("cases")
    assert ended.status == 1
    assert "Traceback" in ended.err
    assert ended.err.splitlines()[-1].startswith("talion: this is a defect")


def test_a_terminal_that_lacks_letters_gets_question_marks(
    talion: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(show, "list_cases", lambda: say(["Kata’ib"]))
    assert talion("cases").status == 0
    assert narrow.buffer.getvalue() == b"Kata?ib\n"


def test_a_case_cannot_steer_the_terminal(talion: Command, starter: Path) -> None:
    file = starter / "case.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("title: Raids across the Orlan (a", 'title: "red \\e[31m" #'), encoding="utf-8"
    )
    ended = talion("show", starter)
    assert ended.status == 0
    assert ended.out.splitlines()[0] == "red \\x1b[31m"


def test_completion_offers_built_in_cases() -> None:
    from talion.cli.app import complete_case

    assert "baghdad-2024" in complete_case("")
    assert complete_case("st") == ["starter"]
    assert complete_case("x") == []


def test_linear_algebra_keeps_to_one_thread_unless_the_user_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, talion: Command
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    talion("--version")
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    talion("--version")
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


def test_every_verb_is_listed_once_in_the_order_of_the_work(talion: Command) -> None:
    listed = [verb for verbs in SECTIONS.values() for verb in verbs]
    assert sorted(listed) == sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    told = talion("--help").out
    places = [told.index(f"\n  {verb} ") for verb in listed]
    assert places == sorted(places)
