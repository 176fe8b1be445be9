"""`talion export`: a run in, files out; what is wrong is a line and nothing is written."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path

import docx
import pytest

from cli.command import Command
from talion.cli import main

SMALL = ("--draws", "6", "--histories", "2", "--seed", "3", "--no-fit")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the starter case."""
    out = tmp_path_factory.mktemp("export") / "run"
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["run", "starter", *SMALL, "--out", str(out)]) == 0
    return out


def test_a_run_is_exported_beside_itself_or_elsewhere(
    talion: Command, run: Path, tmp_path: Path
) -> None:
    ended = talion("export", run, "--md")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"wrote {run / 'summary.md'}\n"
    (run / "summary.md").unlink()
    out = tmp_path / "deep" / "out"
    ended = talion("export", run, "--docx", "--txt", "--bib", "--out", out)
    assert ended.status == 0, ended.err
    assert {f.name for f in out.iterdir()} == {
        "brief.docx",
        "annex.docx",
        "summary.txt",
        "sources.bib",
    }
    title = docx.Document(str(out / "brief.docx")).paragraphs[0].text
    assert title == json.loads((run / "results.json").read_text(encoding="utf-8"))["title"]


def test_slides_workbook_and_pictures(talion: Command, run: Path, tmp_path: Path) -> None:
    ended = talion("export", run, "--xlsx", "--pptx", "--png", "--svg", "--out", tmp_path)
    assert ended.status == 0, ended.err
    names = {f.name for f in tmp_path.iterdir()}
    assert {"workbook.xlsx", "slides.pptx", "chart-timeline.png", "chart-timeline.svg"} <= names
    assert len(ended.out.splitlines()) == len(names)


def test_withholding_is_said(talion: Command, run: Path, tmp_path: Path) -> None:
    ended = talion("export", run, "--txt", "--no-rows", "--out", tmp_path)
    assert ended.status == 0
    assert ended.out.splitlines()[-1].startswith("Nothing was withheld: no source of this case")


def test_a_marked_source_is_withheld_from_end_to_end(
    talion: Command, starter: Path, tmp_path: Path
) -> None:
    sources = starter / "sources.csv"
    lines = sources.read_text(encoding="utf-8").splitlines()
    marked = [f"{line},{'shared' if n == 0 else 'no' if 'radio_merat' in line else ''}" for n, line in enumerate(lines)]  # fmt: skip
    sources.write_text("\n".join(marked) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    assert talion("run", starter, *SMALL, "--out", out).status == 0
    ended = talion("export", out, "--md", "--bib", "--no-rows")
    assert ended.status == 0
    assert "9 rows of the record" in ended.out
    for name in ("summary.md", "sources.bib"):
        text = (out / name).read_text(encoding="utf-8")
        assert "Radio Merat" not in text
        assert "Withheld, since a licence or promise" in text
    assert talion("export", out, "--bib").status == 0
    assert "Radio Merat" in (out / "sources.bib").read_text(encoding="utf-8")


def said(talion: Command, *arguments: object) -> str:
    """The one line of a refusal."""
    ended = talion("export", *arguments)
    assert ended.status == 2
    assert ended.out == ""
    (line,) = ended.err.splitlines()
    assert "Traceback" not in line
    return line


def test_what_is_wrong_is_said_in_a_line(talion: Command, run: Path, tmp_path: Path) -> None:
    assert said(talion, run).startswith("say what to export; give one or more of --docx")
    assert "no such folder" in said(talion, tmp_path / "none", "--md")
    assert "no run here" in said(talion, tmp_path, "--md")
    text = tmp_path / "house.docx"
    text.write_text("x", encoding="utf-8")
    line = said(talion, run, "--docx", "--template", text, "--out", tmp_path / "out")
    assert line.startswith(f"{text}: the template is no Word document")
    assert not (tmp_path / "out").exists()


def test_an_older_run_says_how_to_run_again(talion: Command, run: Path, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_bytes((run / "results.json").read_bytes())
    line = said(talion, tmp_path, "--md")
    assert "older version of Talion" in line
    assert "run it again: talion run starter --draws 6" in line


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_takes_no_files(talion: Command, run: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be written to" in said(talion, run, "--md", "--out", tmp_path / "x")


def test_a_file_where_the_folder_should_be(talion: Command, run: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    assert "cannot be written to" in said(talion, run, "--md", "--out", file)
    assert file.read_text(encoding="utf-8") == "mine"
