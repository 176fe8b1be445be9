"""`talion run` and `talion new`: what is written, what is printed, and nothing by halves."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from cli.command import Command
from talion.cli import main
from talion.record.writing import write_files
from talion.report import page

# Without a fit: what a fit adds is tested in test_run_with_fit.py.
SMALL = ("--draws", "8", "--histories", "4", "--seed", "3", "--no-fit")
FILES = {
    "report.html",
    "results.csv",
    "results.json",
    "dossier.json",
    "case-as-run.yaml",
    "record-as-run.json",
}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@dataclass(frozen=True)
class Ran:
    """One small run of the starter case: its folder and what it printed."""

    out: Path
    printed: str


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    out = tmp_path_factory.mktemp("run") / "deep" / "out"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["run", "starter", *SMALL, "--out", str(out)]) == 0
    return Ran(out, printed.getvalue())


@pytest.fixture
def ran(small_run: Ran) -> Path:
    """The folder of the small run."""
    return small_run.out


@pytest.fixture
def plain_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without charts, where the page itself is not what is tested."""
    monkeypatch.setattr(page, "render_report", lambda *_, **__: "<p>the new report</p>")


def test_a_run_writes_report_and_data_and_prints_the_table(small_run: Ran) -> None:
    assert names(small_run.out) == FILES
    for judgment in ("J1", "J2", "J3", "J4", "J5"):
        assert f"\n{judgment}  " in small_run.printed
    assert "Not testable" in small_run.printed
    assert f"report: {small_run.out / 'report.html'}\n" in small_run.printed
    report = (small_run.out / "report.html").read_text(encoding="utf-8")
    assert "Raids across the Orlan" in report


def test_the_table_has_a_row_for_each_judgment_part_and_reading(ran: Path) -> None:
    rows = list(csv.DictReader((ran / "results.csv").read_text(encoding="utf-8").splitlines()))
    kept = json.loads((ran / "results.json").read_text(encoding="utf-8"))
    keys = [(row["judgment"], row["part"], row["reading"]) for row in rows]
    assert len(set(keys)) == len(keys)
    wanted = {
        (name, part["id"], reading)
        for name, judgment in kept["judgments"].items()
        for part in judgment["parts"]
        for reading in part["readings"] or [""]
    } | {(name, "", "") for name, j in kept["judgments"].items() if not j["parts"]}
    assert set(keys) == wanted
    assert {"J1", "J2", "J3", "J4", "J5"} == set(kept["judgments"])
    shares = [float(row["probability"]) for row in rows if row["probability"]]
    assert len(shares) > 10
    assert all(0 <= share <= 1 for share in shares)


def test_the_receipt_holds_what_was_asked(ran: Path) -> None:
    receipt = json.loads((ran / "results.json").read_text(encoding="utf-8"))["receipt"]
    assert (receipt["draws"], receipt["histories"], receipt["seed"]) == (8, 4, 3)
    assert "talion run starter --draws 8" in receipt["command"]


def test_a_run_keeps_its_case_and_its_record(ran: Path) -> None:
    case = Path(str(resources.files("talion"))) / "cases" / "starter" / "case.yaml"
    assert (ran / "case-as-run.yaml").read_bytes() == case.read_bytes()
    receipt = json.loads((ran / "results.json").read_text(encoding="utf-8"))["receipt"]
    kept = json.loads((ran / "record-as-run.json").read_text(encoding="utf-8"))
    assert kept["record_hash"] == receipt["record_hash"]
    assert len(kept["tables"]["events"]) == 39
    # No text of a source: the note stays where it is.
    note = case.with_name("note.txt").read_text(encoding="utf-8")
    for name in FILES - {"report.html"}:
        text = (ran / name).read_text(encoding="utf-8")
        assert not any(line in text for line in note.splitlines() if len(line) > 20)


def test_a_run_into_the_folder_of_its_case_leaves_the_case_alone(
    talion: Command, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file may be edited while the run goes on: what is written then is the analyst's own."""
    edited = (starter / "case.yaml").read_text(encoding="utf-8") + "# edited meanwhile\n"

    def edit(*_: object, **__: object) -> str:
        (starter / "case.yaml").write_text(edited, encoding="utf-8")
        return "<p>report</p>"

    monkeypatch.setattr(page, "render_report", edit)
    before = (starter / "case.yaml").read_text(encoding="utf-8")
    ended = talion("run", starter, *SMALL, "--out", starter)
    assert ended.status == 0, ended.err
    assert (starter / "case.yaml").read_text(encoding="utf-8") == edited
    assert (starter / "case-as-run.yaml").read_text(encoding="utf-8") == before


def test_json_goes_to_standard_output_alone_and_is_the_same_with_any_workers(
    talion: Command, ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = talion("run", "starter", *SMALL, "--workers", "3", "--json")
    assert ended.status == 0, ended.err
    printed = json.loads(ended.out)
    kept = json.loads((ran / "results.json").read_text(encoding="utf-8"))
    assert printed["judgments"] == kept["judgments"]
    assert names(tmp_path) == set()


def test_the_real_lines_show_only_when_the_text_is_given(
    talion: Command, starter: Path, ran: Path, tmp_path: Path
) -> None:
    words = "each shelling brings the Guard new volunteers"
    assert words not in (ran / "report.html").read_text(encoding="utf-8")
    ended = talion(
        "run", "starter", *SMALL, "--text", f"note={starter / 'note.txt'}", "--out", tmp_path
    )
    assert ended.status == 0, ended.err
    assert words in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("plain_page")
@pytest.mark.parametrize("fails", ["fsync", "write", "rename"])
def test_a_full_disk_leaves_the_old_files_or_none(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    opened = Path.open

    def full_for_parts(path: Path, *rest: Any, **options: Any) -> Any:
        return full() if path.suffix == ".part" else opened(path, *rest, **options)

    out = tmp_path / "out"
    write_files(out, {"report.html": "the old report"})
    with monkeypatch.context() as patched:
        if fails == "fsync":
            patched.setattr(os, "fsync", full)
        elif fails == "rename":
            patched.setattr(Path, "replace", full)
        else:
            patched.setattr(Path, "open", full_for_parts)
        ended = talion("run", "starter", *SMALL, "--out", out)
    assert ended.status == 2
    last = ended.err.splitlines()[-1]
    assert last.startswith(f"{out}: cannot ")
    assert "No space left on device; free some space" in last
    assert "Traceback" not in ended.err
    assert names(out) == {"report.html"}
    assert (out / "report.html").read_text(encoding="utf-8") == "the old report"


def test_what_is_stopped_leaves_no_folder(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from talion.simulate import ensemble

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ensemble, "simulate_ensemble", stop)
    ended = talion("run", "starter", "--no-fit", "--out", tmp_path / "deep" / "out")
    assert ended.status == 130
    assert ended.err.splitlines()[-1] == "talion: stopped; what was not finished is not written"
    assert names(tmp_path) == set()


@pytest.mark.usefixtures("plain_page")
def test_a_new_case_is_sound_and_runs_as_it_is(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun = talion("new", "my-case")
    assert begun.status == 0
    assert names(tmp_path / "my-case") >= {"case.yaml", "note.txt", "events.csv", "sources.csv"}
    assert not any(name.startswith(".") for name in names(tmp_path))
    assert talion("check", "my-case").status == 0
    ended = talion("run", "my-case", *SMALL)
    assert ended.status == 0, ended.err
    assert names(tmp_path / "talion-my-case") == FILES


@pytest.mark.slow  # compiles anew
def test_warm_compiles_into_the_cache_and_later_runs_find_it(tmp_path: Path) -> None:
    def run(*verb: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "talion", *verb],
            env={**os.environ, "TALION_CACHE_DIR": str(tmp_path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def kept() -> set[Path]:
        return {path for path in tmp_path.rglob("*.nb*") if path.is_file()}

    assert run("warm").startswith("kernels are ready (")
    compiled = kept()
    assert compiled
    run("what-if", "starter", "rain", "--draws", "4", "--histories", "2")
    run("run", "baghdad-2024", "--out", str(tmp_path / "out"), *SMALL)
    assert kept() == compiled
