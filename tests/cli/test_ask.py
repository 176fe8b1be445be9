"""`talion ask`: from a file, as data, at a terminal; killed in the middle; and what it refuses."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.command import Command
from cli.sitting import conversation
from talion.cli.conversation import Conversation
from talion.judge.checks import check_case
from talion.model.case import load_case
from talion.read.questions.session import begin

ANSWERS = """\
talion_answers: 1
answers:
  usual.raid: [4, 5, 7]
  usual.shelling: don't know
  answers.raid.shelling: {value: [3, 5, 7], origin: brief, because: "the army said so, twice"}
  fades.raid.shelling: 3 days
  extra.shelling.raid: [-1, -0.3, 0]
  pressure: {name: War in the valley, since: 2024-02-01}
  after.raid: [0.5, 1, 2]
judgments:
  - {template: would_not_stop, cause: rain, effect: raid, horizon: 180 days}
  - {template: at_most, effect: raid, at_most: 30, horizon: 90 days, word: likely}
"""


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    file = tmp_path / "given.yaml"
    file.write_text(ANSWERS, encoding="utf-8")
    return file


def lines_lost(before: str, after: str) -> list[str]:
    """Lines of a text that another no longer has."""
    left = list(after.splitlines())
    lost = []
    for line in before.splitlines():
        if line in left:
            left.remove(line)
        else:
            lost.append(line)
    return lost


# --- from a file ---------------------------------------------------------------------------------


def test_answers_from_a_file_go_into_the_case(
    talion: Command, starter: Path, answers: Path
) -> None:
    before = (starter / "case.yaml").read_text(encoding="utf-8")
    ended = talion("ask", starter, "--answers", answers)
    assert (ended.status, ended.err) == (0, "")
    after = (starter / "case.yaml").read_text(encoding="utf-8")
    assert lines_lost(before, after) == [
        "    usual: [4, 5, 6.5]",
        "    usual_when: {drought: dry}",
        "    strength: strong            # 35 / 50 / 70 per cent of shellings answer a raid",
        "    because: the army answers raids with artillery within days",
    ]
    case = load_case(starter)
    assert case.links["L1"].share == (30, 50, 70)
    assert case.links["L7"].says == ("shelling lowers raid",)
    assert case.judgments["J6"].under == "rain"
    assert check_case(case)[0] == ()
    assert talion("check", starter).status == 0


def test_each_answer_is_told_as_its_consequence(
    talion: Command, starter: Path, answers: Path
) -> None:
    told = " ".join(talion("ask", starter, "--answers", answers).out.split())
    assert "usual.raid: one in 6.1 days; about 30 (24 to 41) in 180 days" in told
    assert "50 % (30 to 70) of these answer it: at usual rates one event draws 0.15" in told
    assert "one event prevents 0.3 (0 to 1) of these within 30 days" in told
    assert "L2 says the opposite and stays: both act" in told
    assert "rate times 5 (2.5 to 10) in the full state" in told
    assert "at least 1 in every 30 days, from 14 August 2024" in told
    assert "next: talion check" in told


def test_given_twice_is_given_once(talion: Command, starter: Path, answers: Path) -> None:
    talion("ask", starter, "--answers", answers)
    once = (starter / "case.yaml").read_bytes()
    again = talion("ask", starter, "--answers", starter / "answers.yaml")
    assert again.status == 0
    assert "the case says all of it already" in again.out
    assert (starter / "case.yaml").read_bytes() == once


def test_a_wrong_answer_is_one_line_and_nothing_is_written(
    talion: Command, starter: Path, answers: Path
) -> None:
    before = (starter / "case.yaml").read_bytes()
    for right, wrong, said in (
        ("[4, 5, 7]", "[0, 5, 7]", "a usual rate must be positive"),
        ("[3, 5, 7]", "[3, 5, 17]", "of ten events between 0 and 9.5"),
        ("cause: rain", "cause: snow", "no such what-if or switch"),
    ):
        answers.write_text(ANSWERS.replace(right, wrong), encoding="utf-8")
        ended = talion("ask", starter, "--answers", answers)
        assert ended.status == 2
        assert len(ended.err.splitlines()) == 1
        assert ended.err.startswith("given.yaml:")
        assert said in ended.err
    assert (starter / "case.yaml").read_bytes() == before
    assert not (starter / "answers.yaml").exists()


def test_the_answers_on_the_page_are_taken(
    talion: Command, starter: Path, answers: Path, root: Path
) -> None:
    page = (root / "docs" / "how-to" / "answer-questions.md").read_text(encoding="utf-8")
    answers.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    ended = talion("ask", starter, "--answers", answers)
    assert (ended.status, ended.err) == (0, "")
    assert len(load_case(starter).judgments) == 11


# --- as data, and what is refused -----------------------------------------------------------------


def test_the_questions_are_data(talion: Command, starter: Path) -> None:
    ended = talion("ask", starter, "--list")
    told = json.loads(ended.out)
    assert ended.status == 0
    assert told["about"] == ["raid", "shelling"]
    assert 5 <= len(told["questions"]) <= 10
    assert {"id", "text", "takes", "unknown", "now", "example", "answered"} <= set(
        told["questions"][0]
    )
    assert not any(question["answered"] for question in told["questions"])
    assert set(told["templates"]) >= {"would_not_stop", "holds_down", "at_most"}
    assert not (starter / "answers.yaml").exists()
    other = json.loads(talion("ask", starter, "--list", "--about", "raid,talks").out)
    assert [q["id"] for q in other["questions"]][:2] == ["usual.raid", "usual.talks"]


def test_the_listed_examples_are_answers(talion: Command, starter: Path, tmp_path: Path) -> None:
    listed = json.loads(talion("ask", starter, "--list").out)["questions"]
    file = tmp_path / "examples.yaml"
    told = {q["id"]: q["example"] for q in listed if q["kind"] != "judgments"}
    text = {
        "talion_answers": 1,
        "answers": told,
        "judgments": [q["example"] for q in listed if q["kind"] == "judgments"],
    }
    file.write_text(json.dumps(text), encoding="utf-8")  # JSON is YAML
    ended = talion("ask", starter, "--answers", file)
    assert (ended.status, ended.err) == (0, "")


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (
            [],
            "--answers: there is nobody to ask: standard input is no terminal; give `--answers FILE`",
        ),
        (["--about", "mood"], "about: no such event type (got 'mood')"),
        (["--answers", "none.yaml"], "none.yaml: no such file"),
        (["--answers", "none.yaml", "--list"], "--list, --answers: say one thing"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    talion: Command, starter: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], line: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    ended = talion("ask", starter, *more)
    assert ended.status == 2
    assert ended.out == ""
    assert ended.err.startswith(line)
    assert len(ended.err.splitlines()) == 1


def test_a_built_in_case_is_left_alone(talion: Command) -> None:
    ended = talion("ask", "baghdad-2024", "--list")
    assert ended.status == 2
    assert "a built-in case is not changed" in ended.err


# --- a conversation -------------------------------------------------------------------------------


def test_a_sitting_asks_echoes_and_keeps(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = [
        "4 5 7", "y",                                # usual.raid
        "d", "",                                     # usual.shelling, Enter is yes
        "3 5", "3/5/7", "n", "3 5 8", "y", "b", "", "", "",  # answers: two mistakes and a second thought
        "5 days", "y",
        "-1 -0.5 -0.1", "y", "m", "my own view", "the army",
        "",                                          # how soon: left for later
        "War in the valley", "y", "2024-02-01", "y", "",
        "0.5 1 2", "y", "r", "", "",
        "1", "rain", "raid", "", "", "y", "",        # a judgment by ids and defaults
        "6", "1", "30", "90 days", "likely", "n",    # one that is taken back
        "",
    ]  # fmt: skip
    held = conversation(starter, replies)
    out = " ".join(capsys.readouterr().out.split())
    assert "two numbers are a range: add the likely one between them, such as 3 3.9 5" in out
    assert out.count("right?") == 0  # asked of `reply`, which shows its own prompt
    assert "= one in 6.1 days" in out
    assert "not asked or left for later: fades.shelling.raid" in out
    case = load_case(starter)
    assert case.links["L1"].share == (30, 50, 80)
    assert (case.links["L1"].origin, case.links["L1"].fades) == ("brief", "weeks")
    assert case.links["L7"].because == "my own view"
    assert case.links["L7"].contested == "the army"
    assert case.links["L8"].origin == "record"
    assert list(case.judgments)[-1] == "J6"
    assert held.session.sheet.answers["usual.shelling"] is None
    assert check_case(case)[0] == ()


def test_stopping_keeps_what_was_answered_and_goes_on_from_there(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation(starter, ["4 5 7", "y", "q"])
    assert "stopped; what you answered is kept" in capsys.readouterr().out
    conversation(starter, ["1 2 3", "y"])  # the second question comes first now
    out = capsys.readouterr().out
    assert "9 questions, 1 answered already" in out
    case = load_case(starter)
    assert (case.events["raid"].usual, case.events["shelling"].usual) == ((4, 5, 7), (1, 2, 3))


def test_ctrl_c_at_a_question_is_a_way_to_stop(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = iter(["4 5 7", "y"])

    def reply(_: str) -> str:
        for line in waiting:
            return line
        raise KeyboardInterrupt

    Conversation(begin(str(starter), lambda case: check_case(case)[0]), reply).hold()
    assert "stopped; what you answered is kept" in capsys.readouterr().out
    assert load_case(starter).events["raid"].usual == (4, 5, 7)


def test_a_question_is_asked_again_by_name(starter: Path) -> None:
    conversation(starter, ["4 5 7", "y"])
    conversation(starter, ["3 4 5", "y"], again=("usual.raid",))
    assert load_case(starter).events["raid"].usual == (3, 4, 5)


def test_an_answer_that_would_break_the_case_is_not_taken(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (starter / "case.yaml").read_bytes()
    conversation(starter, ["", "", "", "", "40 50 60", "q"])
    assert "not taken:" in capsys.readouterr().out
    assert (starter / "case.yaml").read_bytes() == before


def test_back_asks_the_question_before_and_then_this_one(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = ["back", "4 5 7", "y", "back", "3 4 5", "y", "1 2 3", "y", "q"]
    held = conversation(starter, replies)
    out = capsys.readouterr().out
    assert "there is none before this one" in out
    assert "you answered: [4, 5, 7]" in out
    assert [line[:7] for line in out.splitlines() if " of 9. " in line] == [
        "1 of 9.", "1 of 9.", "2 of 9.", "1 of 9.", "2 of 9.", "3 of 9.",
    ]  # fmt: skip
    assert held.session.case.events["raid"].usual == (3, 4, 5)
    assert held.session.case.events["shelling"].usual == (1, 2, 3)


def test_going_back_and_leaving_it_keeps_the_answer(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation(starter, ["4 5 7", "y", "q"])
    held = conversation(starter, ["back", "", "q"])  # also from an earlier sitting
    assert "your answer stays" in capsys.readouterr().out
    assert held.session.case.events["raid"].usual == (4, 5, 7)


def test_each_question_explains_itself(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = conversation(starter, [*["?", ""] * 6, "?", "nothing", "y", "", "?", ""])
    out = " ".join(capsys.readouterr().out.split())
    for said in (
        "Count a month as it usually is",
        "Think of ten events “Artillery fire on Guard camps”",
        "If half of it has come after a week",
        "Compare 30 days after one “Artillery fire on Guard camps”",
        "Something outside the two that is on or off",
        "Y goes on under a what-if",
    ):
        assert said in out, said
    assert all(question.help for question in held.session.questions)


def test_a_slip_in_a_part_of_an_answer_asks_that_part_again(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = [
        *[""] * 6,
        "yes", "War", "y", "maybe", "2030-01-01", "2024-02-01", "y", "",  # the pressure
        "lots", "0.5 1 2", "y", "they", "m", "", "",                      # what comes after it
        "9", "5", "nobody", "raid", "long", "90", "perchance", "likely", "y", "because I say so", "",
    ]  # fmt: skip
    held = conversation(starter, replies)
    out = " ".join(capsys.readouterr().out.split())
    for said in (
        "“yes” names nothing",
        "“maybe” is no day",
        "name a day up to 2024-06-30, the cut-off",
        "“lots” is no number",
        "write b, r or m",
        "write a number from 1 to 7",
        "or an id of the list",
        "“long” is no length of time",
        "'perchance' is no estimative word",
    ):
        assert said in out, said
    case = held.session.case
    assert case.factors["war"].values == {dt.date(2024, 2, 1): "active"}
    last = case.judgments[list(case.judgments)[-1]]
    assert (last.word, last.horizons) == ("likely", (90,))
    assert last.because.startswith("because I say so; going on is read as")


def test_no_is_nothing_and_a_title_is_its_switch(starter: Path) -> None:
    assert conversation(starter, [*[""] * 6, "no", "y", "", "q"]).session.sheet.told(
        "pressure"
    ) == ("{nothing: true}")
    title = load_case(starter).factors["drought"].title
    again = conversation(starter, [title.upper(), "y", "", "q"], again=("pressure",))
    assert again.session.sheet.told("pressure") == "{switch: drought}"


def test_a_test_that_can_hardly_fail_is_told_at_once_with_a_sharper_one(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    often = (starter / "case.yaml").read_text(encoding="utf-8")
    often = often.replace("usual: [4, 5, 6.5]", "usual: [11, 12, 13]")
    (starter / "case.yaml").write_text(often, encoding="utf-8")
    sentence = ["5", "raid", "90", "will"]
    left = [""] * 7
    held = conversation(starter, [*left, *sentence, "y", "y", "", *sentence, "", "y", ""])
    out = " ".join(capsys.readouterr().out.split())
    assert "this can hardly fail: 12 in 30 days are usual" in out
    assert "Sharper: at least 6 in every 30 days" in out
    asked = [held.session.case.judgments[name].holds_if for name in ("J6", "J7")]
    assert [test.at_least.value for test in asked] == [6, 1]  # offered, not forced


# --- a real terminal, and the end of a process ----------------------------------------------------

NEEDS_TERMINAL = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")


def until_prompt(terminal: int, seen: bytes = b"") -> bytes:
    """Read a terminal up to its next prompt or its end."""
    while not seen.endswith(b"> "):
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, f"nothing came: {seen.decode(errors='replace')[-500:]}"
        try:
            more = os.read(terminal, 4096)
        except OSError:  # the other side is closed
            return seen
        if not more:
            return seen
        seen += more
    return seen


def at_terminal(starter: Path, replies: list[str], *, kill: bool) -> str:
    """Run `talion ask` at a terminal of its own; kill it with SIGKILL at the last prompt."""
    import pty

    mine, its = pty.openpty()
    command = [sys.executable, "-m", "talion", "ask", str(starter)]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, close_fds=True) as process:
        os.close(its)
        shown = b""
        for reply in replies:
            shown += until_prompt(mine)
            os.write(mine, f"{reply}\n".encode())
        shown += until_prompt(mine)
        if kill:
            process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        os.close(mine)
        assert process.returncode == (-signal.SIGKILL if kill else 0)
    return shown.decode(errors="replace")


@NEEDS_TERMINAL
def test_killed_in_the_middle_loses_nothing(talion: Command, starter: Path) -> None:
    at_terminal(starter, ["4 5 7", "y", "1 2 3", "y", "3 5 7"], kill=True)  # not yet said: right
    case = load_case(starter)
    assert (case.events["raid"].usual, case.events["shelling"].usual) == ((4, 5, 7), (1, 2, 3))
    assert case.links["L1"].strength == "strong"
    shown = at_terminal(starter, ["3 5 7", "y", "m", "", "", "q"], kill=False)
    assert "Of ten events" in shown
    assert "In a usual month" not in shown  # both are answered
    assert load_case(starter).links["L1"].share == (30, 50, 70)
    assert talion("check", starter).status == 0


def test_killed_at_any_moment_the_case_is_old_or_new(
    talion: Command, starter: Path, answers: Path
) -> None:
    before = (starter / "case.yaml").read_bytes()
    whole = starter.with_name("whole")
    shutil.copytree(starter, whole)
    talion("ask", whole, "--answers", answers)
    after = (whole / "case.yaml").read_bytes()
    command = [sys.executable, "-m", "talion", "ask", str(starter), "--answers", str(answers)]
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    took = time.monotonic() - began
    for part in (0.7, 0.9, 0.97):
        (starter / "case.yaml").write_bytes(before)
        (starter / "answers.yaml").unlink(missing_ok=True)
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(part * took)
            process.kill()
        assert (starter / "case.yaml").read_bytes() in (before, after)
        ended = talion("ask", starter, "--answers", answers)
        assert ended.status == 0, ended.err
        assert (starter / "case.yaml").read_bytes() == after
