"""`talion freeze`: what is written, what is said, what is refused; and `--verify`."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from pathlib import Path

import pytest

from cli.command import Command
from cli.two_runs import run_into, starter_copy
from talion.judge.frozen_schema import FrozenForecast

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_into(tmp_path_factory.mktemp("run") / "out", "starter")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_frozen_run_is_dated_sealed_and_read_only(talion: Command, run: Path, here: Path) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    ended = talion("freeze", run)
    after = dt.datetime.now(dt.UTC)
    assert ended.status == 0, ended.err
    file = only_file(here)
    found = json.loads(file.read_text(encoding="utf-8"))
    assert before <= dt.datetime.fromisoformat(found["frozen_at"]) <= after
    assert found["as_of"] == "2024-06-30"
    assert file.name == f"forecast-starter-{found['frozen_at'][:10]}-{found['sha256'][:12]}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o444
    said = " ".join(ended.out.split())
    assert f"frozen: {file.name}" in said
    assert f"SHA-256: {found['sha256']}" in said
    assert "2 tests can be scored once the days have passed, 1 test only if a what-if comes about; 2 cannot." in said  # fmt: skip
    assert "3 of these were frozen after the days in question had passed" in said
    assert "it knows what was published by 30 June 2024" in said


def test_no_option_dates_a_file_back(talion: Command, run: Path, here: Path) -> None:
    for option in ("--after", "--date", "--at", "--now"):
        assert talion("freeze", run, option, "2024-07-01").status == 2
    assert list(here.iterdir()) == []


def test_the_numbers_are_those_of_the_run(talion: Command, run: Path, here: Path) -> None:
    assert talion("freeze", run).status == 0
    frozen = json.loads(only_file(here).read_text(encoding="utf-8"))
    kept = json.loads((run / "results.json").read_text(encoding="utf-8"))
    compared = 0
    for name, judged in kept["judgments"].items():
        for test, part in zip(frozen["judgments"][name]["tests"], judged["parts"], strict=True):
            for reading, share in part["readings"].items():
                assert test["probabilities"][reading]["probability"] == share["probability"]
                assert test["probabilities"][reading]["mcse"] == share["mcse"]
                compared += 1
    assert compared == 20
    counts = frozen["judgments"]["J1"]["tests"][1]["numbers"][0]["readings"]["as_written"]["counts"]
    assert sum(counts.values()) == 60 * 8


def test_freezing_twice_makes_two_files_and_touches_neither(
    talion: Command, run: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = json.loads(talion("freeze", run, "--json").out)
    content = Path(first["file"]).read_bytes()

    class OneMoment(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> OneMoment:
            moment = json.loads(content)["frozen_at"]
            return cls.fromisoformat(moment).astimezone(tz)

    monkeypatch.setattr("talion.cli.freeze.dt.datetime", OneMoment)
    again = talion("freeze", run)  # the same content in the same second: the same name
    assert again.status == 2
    assert "exists already and is never replaced" in again.err
    assert Path(first["file"]).read_bytes() == content
    assert only_file(here).name == first["file"]


@pytest.mark.parametrize(
    ("out", "place"),
    [
        ("june.json", r"june-{hash}.json"),
        ("deep/er/june.json", r"deep/er/june-{hash}.json"),
        ("kept", r"kept/forecast-starter-{day}-{hash}.json"),
    ],
)
def test_out_names_a_file_or_a_folder(
    talion: Command, run: Path, here: Path, out: str, place: str
) -> None:
    ended = talion("freeze", run, "--out", out, "--json")
    assert ended.status == 0, ended.err
    told = json.loads(ended.out)
    found = json.loads((here / told["file"]).read_text(encoding="utf-8"))
    day, short = found["frozen_at"][:10], found["sha256"][:12]
    assert told["file"] == place.format(hash=short, day=day)


def test_an_unwritable_place_leaves_nothing(
    talion: Command, run: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    ended = talion("freeze", run, "--out", "new")
    assert ended.status == 2
    assert "No space left on device" in ended.err
    assert [p for p in here.rglob("*") if p.is_file()] == []


def test_verify_says_what_it_is_and_which_part_was_altered(
    talion: Command, run: Path, here: Path
) -> None:
    assert talion("freeze", run).status == 0
    file = only_file(here)
    sound = talion("freeze", "--verify", file)
    assert sound.status == 0, sound.err
    assert sound.out.startswith(f"{file}: not altered since it was sealed\n")
    assert "whoever alters a file can also seal it anew" in " ".join(sound.out.split())
    digest = json.loads(file.read_text(encoding="utf-8"))["sha256"]
    assert talion("freeze", "--verify", file, "--expect", digest[:16]).status == 0
    assert talion("freeze", "--verify", file, "--expect", "0" * 64).status == 2

    text = file.read_text(encoding="utf-8")
    other = here / "other.json"
    other.write_text(text.replace("Raids continue", "Raids cease"), encoding="utf-8")
    ended = talion("freeze", "--verify", other)
    assert ended.status == 2
    assert ended.err.startswith(
        f"{other}, judgments.J1: altered since it was frozen; do not score it"
    )
    assert ended.out == ""


def test_a_run_that_cannot_be_scored_is_refused(
    talion: Command, here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("causes")
    case = starter_copy(
        base / "case", ("kind: forecast  ", "kind: cause  "), ("kind: conditional", "kind: cause")
    )
    out = run_into(base / "out", case)
    ended = talion("freeze", out)
    assert ended.status == 2
    assert "nothing in this run can be scored later (J1 main: a claim of kind cause" in ended.err
    assert len(ended.err.splitlines()) == 1
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "give one of these: a run to freeze"),
        (("{run}", "--verify", "x.json"), "give one of these"),
        (("{run}", "--expect", "00"), "--expect goes with --verify"),
        (("--verify", "x.json", "--out", "y.json"), "--out goes with a run"),
        (("--schema", "--json"), "--json goes with a run"),
        (("--verify", "x.json"), "x.json: cannot be read: No such file or directory"),
        (("nowhere",), "nowhere: no such folder"),
        (("{run}", "--out", "june.txt"), "--out: a forecast file is JSON"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    talion: Command, run: Path, here: Path, arguments: tuple[str, ...], why: str
) -> None:
    ended = talion("freeze", *(a.format(run=run) for a in arguments))
    assert ended.status == 2
    assert why in ended.err
    assert len(ended.err.splitlines()) == 1
    assert list(here.iterdir()) == []


def test_the_schema_is_that_of_the_file(talion: Command) -> None:
    schema = json.loads(talion("freeze", "--schema").out)
    assert schema["title"] == "FrozenForecast"
    assert set(schema["properties"]) == set(FrozenForecast.model_fields)
    assert schema["additionalProperties"] is False


def test_the_page_describes_every_key_of_the_file() -> None:
    page = (ROOT / "docs" / "how-to" / "freeze-a-forecast.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" `") for line in page.splitlines() if line.startswith("| `")}
    assert set(FrozenForecast.model_fields) <= rows
