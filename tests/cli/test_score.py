"""`talion score`: frozen files against a table of outcomes, in words, as Markdown and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import Command
from cli.two_runs import run_into, starter_copy
from talion.cli import main
from talion.judge import score
from talion.judge.score_escalation import EscalationAlone, EscalationSettings
from talion.model.case import Case

LATER = (
    "    word: expect                # the author's word\n",
    "    word: expect\n    testable: later\n    due: 2024-09-28\n",
)
HEAD = "judgment,test,outcome,value,on,source\n"
GIVEN = HEAD + "J1,main,yes,,2024-09-29,the ministry\nJ1,unchanged,yes,14,2024-09-29,the ministry\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case, a run of it and its forecast file."""
    folder = tmp_path_factory.mktemp("scored")
    run_into(folder / "run", starter_copy(folder / "orlan", LATER))
    assert main(["freeze", str(folder / "run"), "--out", str(folder / "f")]) == 0
    return folder


def forecast(made: Path) -> Path:
    (file,) = (made / "f").iterdir()
    return file


def outcomes(folder: Path, text: str = GIVEN) -> Path:
    file = folder / "outcomes.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_scores_stand_beside_baselines(talion: Command, made: Path, tmp_path: Path) -> None:
    ended = talion(
        "score", forecast(made), "--outcomes", outcomes(tmp_path), "--case", made / "run"
    )
    assert ended.status == 0, ended.err
    said = " ".join(ended.out.split())
    assert "J1 main Claim: Raids continue through the summer" in said
    assert "It held, known from 29 September 2024, by the ministry." in said
    assert "A hindcast: its days had passed when it was frozen." in said
    assert "J1 unchanged: events, raid It came to 14." in said
    for title in ("As written", "The author's word", "Last 30 days", "Climatology",
                  "Negative binomial", "Always 50 %"):  # fmt: skip
        assert title in said
    assert (
        "Missing baseline, Escalation alone: not computed: it takes a fit of its own; ask for it "
        "(--escalation)." in said
    )
    assert (
        "J3 main: the case does not mark it `testable: later`; --every-forecast scores it" in said
    )


def test_escalation_alone_is_fitted_where_asked_for_and_its_absence_is_explained(
    talion: Command, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def cannot(case: Case, _: EscalationSettings, *, seed: int) -> EscalationAlone:
        asked.append(f"{case.name} {seed}")
        return EscalationAlone(None, "the case cannot be fitted to its record: no row")

    monkeypatch.setattr(score, "escalation_alone", cannot)
    given = ("score", forecast(made), "--outcomes", outcomes(tmp_path), "--case", made / "run")
    ended = talion(*given, "--escalation", "--json")
    assert ended.status == 0, ended.err
    assert asked == ["orlan 3"]
    assert json.loads(ended.out)["missing"] == {
        "escalation_alone": "not computed: the case cannot be fitted to its record: no row"
    }
    talion(*given)
    assert len(asked) == 1


def test_the_case_serves_as_well_as_the_run(talion: Command, made: Path, tmp_path: Path) -> None:
    table = outcomes(tmp_path)
    by_run = talion("score", forecast(made), "--outcomes", table, "--case", made / "run", "--json")
    by_case = talion(
        "score", forecast(made), "--outcomes", table, "--case", made / "orlan", "--json"
    )
    assert by_run.status == by_case.status == 0, by_run.err + by_case.err
    assert by_run.out == by_case.out
    found = json.loads(by_run.out)
    scored = [item for item in found["items"] if item["status"] == "scored"]
    assert [item["test"] for item in scored] == ["main", "unchanged"]
    assert scored[0]["tests"]["climatology"]["brier"] < 0.25
    assert scored[1]["numbers"][0]["scores"]["as_written"]["value"] == 14.0
    assert found["summary"] is None


def test_pending_until_today(talion: Command, made: Path, tmp_path: Path) -> None:
    arguments = ("score", forecast(made), "--outcomes", outcomes(tmp_path, HEAD), "--today")
    before = talion(*arguments, "2024-09-27")
    assert before.status == 0, before.err
    assert "J1 main: its days run to 2024-09-27" in " ".join(before.out.split())
    assert "Nothing can be scored yet." in before.out
    after = talion(*arguments, "2024-09-28")
    assert "its days have passed and the table has no row for it" in " ".join(after.out.split())
    bad = talion(*arguments, "28.9.2024")
    assert (bad.status, "--today: not a day" in bad.err) == (2, True)


def test_markdown_holds_the_same_in_tables(talion: Command, made: Path, tmp_path: Path) -> None:
    ended = talion("score", forecast(made), "--outcomes", outcomes(tmp_path), "--md")
    assert ended.status == 0, ended.err
    assert "|  | said | Brier | log score |\n|---|---:|---:|---:|\n" in ended.out
    assert "## J1 main" in ended.out
    assert (
        talion("score", forecast(made), "--outcomes", outcomes(tmp_path), "--md", "--json").status
        == 2
    )


def test_an_altered_file_is_not_scored(talion: Command, made: Path, tmp_path: Path) -> None:
    text = forecast(made).read_text(encoding="utf-8")
    altered = tmp_path / "altered.json"
    altered.write_text(text.replace('"claim": "Raids', '"claim": "No raids'), encoding="utf-8")
    ended = talion("score", altered, forecast(made), "--outcomes", outcomes(tmp_path))
    assert ended.status == 2
    assert "judgments.J1: altered since it was frozen" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("judgment,outcome,on,source\nJ9,yes,2024-09-29,x\n", "row 2, judgment: no such judgment"),
        (GIVEN + "J3,main,perhaps,,2024-09-29,x\n", "row 4, outcome: no outcome (got 'perhaps')"),
        (HEAD + "J1,main,yes,,2199-01-01,x\n", "row 2, on: lies ahead of"),
        ("", "no header row"),
    ],
)
def test_wrong_outcomes_are_refused_in_one_line_each(
    talion: Command, made: Path, tmp_path: Path, text: str, said: str
) -> None:
    ended = talion("score", forecast(made), "--outcomes", outcomes(tmp_path, text))
    assert ended.status == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""
