"""`talion watch`: what to watch in words and as JSON, of a case and of a run on file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.command import Command
from cli.two_runs import SIZES, run_into

OF_CASE = ("--draws", "60", "--histories", "8", "--seed", "3", "--no-fit")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_into(tmp_path_factory.mktemp("watch") / "run", "starter")


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_case_and_its_run_give_the_same_words(talion: Command, run: Path) -> None:
    assert OF_CASE == SIZES
    of_run, of_case = talion("watch", run), talion("watch", "starter", *OF_CASE)
    assert of_run.status == of_case.status == 0, of_run.err + of_case.err
    assert of_run.out == of_case.out
    said = words(of_run.out)
    assert re.search(
        r"Watch: Raid across the river: (none|at least one|(over|at most) \d+) listed in the next \d+ days \(to [^)]+\): "
        r"would (raise|lower) J1 from \d+ to (over )?\d+ %, else (over )?\d+ %; chance to see it \d+ %\.",
        said,
    )
    assert "Seen under “The rains come”" in said
    assert "J4 the record settles it; nothing need be waited for" in said


def test_one_judgment_as_json(talion: Command, run: Path) -> None:
    ended = talion("watch", run, "--judgment", "J1", "--json")
    assert ended.status == 0, ended.err
    found = json.loads(ended.out)["watch"]
    assert list(found) == ["J1"]
    first = found["J1"]["indicators"][0]
    told = first["evidence"][first["reading"]]
    q = told["chance"]["probability"]
    back = q * told["seen"]["probability"] + (1 - q) * told["unseen"]["probability"]
    assert back == pytest.approx(told["now"]["probability"], abs=1e-12)
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    assert results["watch"]["J1"] == found["J1"]
    shown = results["judgments"]["J1"]["parts"][0]["readings"]["as_written"]["probability"]
    assert told["now"]["probability"] == pytest.approx(shown, abs=1e-12)


def test_an_unknown_judgment_is_named(talion: Command, run: Path) -> None:
    ended = talion("watch", run, "--judgment", "J9")
    assert ended.status == 2
    assert "no such judgment" in ended.err
    assert "known: J1, J2, J3, J4, J5" in ended.err


def test_a_run_that_weighed_nothing_is_refused(talion: Command, run: Path, tmp_path: Path) -> None:
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    del results["watch"]
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    ended = talion("watch", folder)
    assert ended.status == 2
    assert "this run weighed no signs" in ended.err
