"""`talion interop`: files of other tools, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from cli.command import Command
from cli.two_runs import run_into, starter_copy

SIZES = ("--draws", "4", "--histories", "2", "--seed", "3")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interop")
    run_into(folder / "run", starter_copy(folder / "orlan"))
    return folder


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_run_is_written_for_every_tool(
    talion: Command, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    # The user's cache may hold a fit of the starter case; here there is none.
    monkeypatch.setattr("talion.fit.case.lookup.find_fit", lambda _: (None, ()))
    ended = talion("interop", made / "run", "--out", out, *SIZES)
    assert ended.status == 0, ended.err
    assert names(out) == [
        "annotations.jsonld", "ema_results.tar.gz", "events.nc", "events.parquet", "provenance.json",
        "salib_problem.json", "views_as_written.parquet", "views_no_view.parquet",
    ]  # fmt: skip
    assert "talion:results" in json.loads((out / "provenance.json").read_text())["entity"]
    assert pl.read_parquet(out / "events.parquet").height == 2 * 4 * 4 * 4 * 4 * 2
    assert "12 pointers into texts; 0 to rows" in ended.out
    assert "the reading with the record is left out" in ended.err


def test_only_what_is_asked_is_written(talion: Command, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = talion("interop", made / "orlan", "--prov", "--annotations", "--out", out)
    assert ended.status == 0, ended.err
    assert names(out) == ["annotations.jsonld", "provenance.json"]
    assert "talion:results" not in json.loads((out / "provenance.json").read_text())["entity"]


def test_a_text_is_quoted_only_if_it_is_the_one_cited(
    talion: Command, made: Path, tmp_path: Path
) -> None:
    out, note = tmp_path / "out", made / "orlan" / "note.txt"
    held = talion(
        "interop", made / "orlan", "--annotations", "--text", f"note={note}", "--out", out
    )
    assert held.status == 0, held.err
    assert "TextQuoteSelector" in (out / "annotations.jsonld").read_text(encoding="utf-8")
    other = tmp_path / "other.txt"
    other.write_text("something else", encoding="utf-8")
    wrong = talion(
        "interop",
        made / "orlan",
        "--annotations",
        "--text",
        f"note={other}",
        "--out",
        tmp_path / "no",
    )
    assert wrong.status == 2
    assert "this is not the text that the case cites as note" in wrong.err
    assert not (tmp_path / "no").exists()


def test_what_cannot_be_read_or_written_is_said_in_a_line(
    talion: Command, made: Path, tmp_path: Path
) -> None:
    assert talion("interop", "no-such-case", "--out", tmp_path / "x").status == 2
    (tmp_path / "file").write_text("x", encoding="utf-8")
    ended = talion("interop", made / "orlan", "--prov", "--out", tmp_path / "file")
    assert ended.status == 2
    assert "Traceback" not in ended.err
    bad = talion("interop", made / "orlan", "--salib", "--reading", "mine", "--out", tmp_path / "y")
    assert (bad.status, "no such reading" in bad.err) == (2, True)
    assert not (tmp_path / "y").exists()
