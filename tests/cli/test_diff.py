"""`talion diff`: in words, as Markdown, as JSON; and what it refuses."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.command import Command
from cli.two_runs import run_into, starter_copy

L2 = ("share: [5, 12, 25]", "share: [10, 30, 50]")
RATE = ("usual: [1, 1.5, 2.5]", "usual: [3, 4, 6]")
WORD = ("word: expect  ", "word: likely  ")
CLAIM = ("claim: Raids continue through the summer", r'claim: "Raids *go on* | all <summer>\e[31m"')


@dataclass(frozen=True)
class Runs:
    """Folders of runs."""

    plain: Path
    again: Path
    seeded: Path
    linked: Path
    several: Path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    base = tmp_path_factory.mktemp("runs")
    linked = starter_copy(base / "linked", L2, WORD)
    several = starter_copy(base / "several", L2, RATE, CLAIM)
    with (several / "events.csv").open("a", encoding="utf-8") as file:
        file.write("raid-99,2024-06-28,2024-06-29,river_guard,tolva,ASSAULT,raid,Kessa,Tolva,2,orlan_post,\n")  # fmt: skip
    return Runs(
        run_into(base / "a", "starter"),
        run_into(base / "b", "starter"),
        run_into(base / "c", "starter", "--seed", "4"),
        run_into(base / "d", linked),
        run_into(base / "e", several),
    )


def words(text: str) -> str:
    return " ".join(text.split())


def test_equal_runs_are_said_to_be_equal(talion: Command, runs: Runs) -> None:
    ended = talion("diff", runs.plain, runs.again)
    assert ended.status == 0, ended.err
    said = words(ended.out)
    assert "What moved Nothing." in said
    assert "every number the same to the last digit" in said
    assert "Nothing: case, record, fit, seed, sizes and versions are the same." in said
    assert ended.err == ""


def test_another_seed_is_simulation_noise(talion: Command, runs: Runs) -> None:
    said = words(talion("diff", runs.plain, runs.seeded).out)
    assert "What moved Nothing." in said
    assert "J1: within simulation noise (farthest:" in said
    assert "seed: 3 → 4" in said
    assert "share random numbers" not in said


def test_one_change_is_the_reason(talion: Command, runs: Runs) -> None:
    said = words(talion("diff", runs.plain, runs.linked).out)
    assert "J2: Without the shelling there would be fewer raids label: Unresolved → Rests on the" in said  # fmt: skip
    assert "because of link L2 (share: 12 (5 to 25) → 30 (10 to 50))" in said
    assert "the author's word: expect (at least 90 %) → likely (55 to 80 %)" in said
    assert "moving no number: judgments.J1.word" in said
    assert re.search(
        r"as written: \d+ % → \d+ % \(chance alone: up to \d+ points\); [a-z ]+ → very likely", said
    )
    assert "share random numbers" in said


def test_of_several_changes_none_is_blamed(talion: Command, runs: Runs) -> None:
    said = words(talion("diff", runs.plain, runs.several).out)
    assert "these changed and can bear on it: event type shelling, link L2 and the record; which one moved it cannot be told without running them apart" in said  # fmt: skip
    assert "because of" not in said
    assert "events raid-99: new, raid, 2024-06-28, river_guard, tolva" in said


def test_run_apart_each_change_moves_its_own(talion: Command, runs: Runs) -> None:
    ended = talion("diff", runs.plain, runs.several, "--apart")
    assert ended.status == 0, ended.err
    alone = words(ended.out.partition("Each change alone")[2].partition("How to read")[0])
    assert re.search(
        r"link L2 \(share: 12 \(5 to 25\) → 30 \(10 to 50\)\): moves (J1: [^:]*)?J2: Unresolved → Rests",
        alone,
    )
    assert "the record (events raid-99: new, raid, 2024-06-28, river_guard, tolva): moves nothing" in alone  # fmt: skip
    found = json.loads(talion("diff", runs.plain, runs.several, "--apart", "--json").out)
    assert [one["unit"] for one in found["apart"]] == ["events.shelling", "links.L2", "record"]
    assert {j["id"] for j in found["apart"][1]["judgments"] if j["moved"]} >= {"J2"}


def test_json_has_every_number_and_every_change(talion: Command, runs: Runs) -> None:
    ended = talion("diff", runs.plain, runs.linked, "--json")
    found = json.loads(ended.out, parse_constant=pytest.fail)
    assert list(found) == sorted(found)
    assert found["before"]["folder"] == str(runs.plain)
    by_id = {j["id"]: j for j in found["judgments"]}
    assert list(by_id) == ["J1", "J2", "J3", "J4", "J5"]
    assert (by_id["J2"]["moved"], by_id["J4"]["equal"], by_id["J1"]["reworded"]) == (True,) * 3
    kept = json.loads((runs.linked / "results.json").read_text(encoding="utf-8"))
    for part in by_id["J2"]["parts"]:
        readings = {p["id"]: p for p in kept["judgments"]["J2"]["parts"]}[part["id"]]["readings"]
        for move in part["moves"]:
            if move["what"] == "share":
                assert move["after"] == readings[move["reading"]]["probability"]
    assert [c["key"] for c in found["changes"]] == ["links.L2.share", "judgments.J1.word"]


def test_markdown_is_a_page_in_which_no_text_acts(talion: Command, runs: Runs) -> None:
    ended = talion("diff", runs.plain, runs.several, "--md")
    assert ended.status == 0, ended.err
    headings = [line for line in ended.out.splitlines() if line.startswith("## ")]
    assert headings[:3] == ["## Compared", "## What moved", "## What did not"]
    assert "- J1: Raids \\*go on\\* \\| all \\<summer\\>" in ended.out
    assert "\x1b" not in ended.out
    assert "\x1b" not in talion("diff", runs.plain, runs.several).out


def test_the_order_of_the_runs_is_the_order_of_the_arrows(talion: Command, runs: Runs) -> None:
    said = words(talion("diff", runs.linked, runs.plain).out)
    assert "share: 30 (10 to 50) → 12 (5 to 25)" in said
    assert "label: Rests on the author's assumption → Unresolved" in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("nowhere", "nowhere"), "nowhere: no such folder"),
        ((".", "."), "results.json: no run lies here"),
        (("{plain}", "{again}", "--md", "--json"), "--json, --md: say one thing"),
        (("{plain}", "{again}", "--workers", "0"), "--workers: out of range"),
        (("{plain}",), "Missing argument"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    talion: Command,
    runs: Runs,
    arguments: tuple[str, ...],
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [a.format(plain=runs.plain, again=runs.again) for a in arguments]
    ended = talion("diff", *given)
    assert ended.status == 2
    assert why in ended.err
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1


def test_an_edited_result_is_refused(talion: Command, runs: Runs, tmp_path: Path) -> None:
    text = (runs.plain / "results.json").read_text(encoding="utf-8")
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    (tmp_path / "case-as-run.yaml").write_text("talion: 1\n", encoding="utf-8")
    ended = talion("diff", tmp_path, runs.again)
    assert ended.status == 2
    assert "is not the case of this run any more" in ended.err
