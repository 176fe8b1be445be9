"""`talion bargain`: what it prints, as words and as JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import Command
from model.bargaining.case_of_two_issues import case_text
from model.bargaining.test_comparison import KTAB


@pytest.fixture
def ktab(tmp_path: Path) -> Path:
    path = tmp_path / "pause.csv"
    path.write_text(KTAB, encoding="utf-8")
    return path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(case_text(), encoding="utf-8")
    return path


def test_baselines_stand_beside_every_model(talion: Command, ktab: Path) -> None:
    ended = talion("bargain", ktab)
    assert ended.status == 0, ended.err
    text = " ".join(ended.out.split())
    for part in (
        "Pause: 3 actors; every number is certain", "weighted mean", "weighted median", "election",
        "spatial model", "challenge model has no rule for stopping", "Whom it turns on",
        "gave way to", "no model that moves positions predicted better",
    ):  # fmt: skip
        assert part in text, part
    assert ended.out.count("baseline") == 2
    # (50 x 60 x 10 + 30 x 50 x 90 + 20 x 80 x 55) / (3000 + 1500 + 1600)
    assert "41.5" in ended.out


def test_a_what_if_is_said_for_every_model(talion: Command, case: Path) -> None:
    ended = talion(
        "bargain", case, "--draws", 40, "--models", "election", "--without", "east", "--shift", "north.salience=+10"
    )  # fmt: skip
    assert ended.status == 0, ended.err
    assert "without East; salience of North +10" in ended.out
    assert ended.out.count("what if:") == 3
    assert "40 draws of ranges" in ended.out
    assert "crosses 50 in" in " ".join(ended.out.split())


def test_the_same_as_json(talion: Command, case: Path) -> None:
    ended = talion("bargain", case, "--draws", 40, "--json", "--seed", 3)
    assert ended.status == 0, ended.err
    told = json.loads(ended.out)
    assert list(told["models"])[:2] == ["weighted_mean", "weighted_median"]
    assert "exchange" in told["models"]
    assert (told["draws"], told["seed"], told["issue"]) == (40, 3, "stay")
    low, middle, high = told["models"]["spatial"]["outcome"][0]
    assert 0 <= low < middle < high <= 100
    assert len(told["tipping"]["actors"]) == 3
    assert talion("bargain", case, "--draws", 40, "--json", "--seed", 3).out == ended.out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--models", "oracle"), "use some of: weighted_mean"),
        (("--models", ","), "no model is named"),
        (("--draws", "0"), "give 1 to 100000"),
        (("--shift", "Army=3"), "ACTOR.salience=+10"),
        (("--without", "Armi"), "did you mean 'Army'"),
        (("--issue", "war"), "there are: Pause"),
    ],
)
def test_a_wrong_option_costs_a_line(
    talion: Command, ktab: Path, options: tuple[str, str], says: str
) -> None:
    ended = talion("bargain", ktab, *options)
    assert ended.status == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_file_of_no_such_kind_names_its_line(talion: Command, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    ended = talion("bargain", path)
    assert ended.status == 2
    assert str(path) in ended.err
    assert "Traceback" not in ended.err
    assert talion("bargain", tmp_path / "none.csv").status == 2


def test_a_case_without_an_issue_says_so(talion: Command) -> None:
    ended = talion("bargain", "starter")
    assert ended.status == 2
    assert "the case has no issue" in ended.err
