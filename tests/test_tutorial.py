"""The tutorial from a spreadsheet, done as a reader does it: every command and file, in order.

Its files are made by its own script, which must give the same rows on any machine.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "tutorial"
PAGE = FOLDER / "your-own-case.md"
SCRIPT = FOLDER / "make_border_crisis.py"

STEP = re.compile(
    r"(?:Save this as\s+`(?P<file>[^`]+)`:\n\n)?"
    r"^```(?P<language>sh|yaml)\n(?P<text>.*?)^```",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """One thing the page tells its reader to do: run commands, or write a file."""

    language: str
    text: str
    file: str


def steps() -> list[Step]:
    found = STEP.finditer(PAGE.read_text(encoding="utf-8"))
    return [Step(m["language"], m["text"], m["file"] or "") for m in found]


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The script that makes the files."""
    spec = importlib.util.spec_from_file_location("make_border_crisis", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its own module up
    spec.loader.exec_module(module)
    return module


def test_the_rows_are_the_same_on_any_machine(maker: ModuleType) -> None:
    rows = [row.cells for row in maker.log()]
    assert maker.log() == maker.log()
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    assert digest[:16] == "673cd66d318cd08f"


def test_it_is_the_crisis_that_the_page_describes(maker: ModuleType) -> None:
    rows = maker.log()
    kinds = Counter(row.what for row in rows)
    assert sum(n for what, n in kinds.items() if "Running" not in what) == 122
    assert kinds["Running total of ambushes"] == kinds["Running total of air strikes"] == 4
    assert {row.day for row in rows} <= {maker.FIRST + n * maker.DAY for n in range(244)}
    last = max(row.number for row in rows if row.what == "Running total of ambushes")
    assert last > kinds["Ambush"]  # the ministry counts more than the log lists
    judgments = [text for style, text in maker.paragraphs() if style == "List Number"]
    assert len(judgments) == 5
    page = PAGE.read_text(encoding="utf-8")
    assert "122 acts" in page


def test_the_files_open_with_what_the_script_says(maker: ModuleType, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    openpyxl = pytest.importorskip("openpyxl")
    maker.write_spreadsheet(tmp_path / "a.xlsx")
    maker.write_brief(tmp_path / "a.docx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    cells = list(sheet.iter_rows(min_row=3, values_only=True))
    assert cells[0] == maker.HEADER
    read = [(c[0].date(), *c[1:5]) for c in cells[1:]]
    assert read == [row.cells[:5] for row in maker.log()]
    text = "\n".join(p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs)
    assert "would not stop the ambushes" in text


def test_the_page_has_the_steps_of_the_walk() -> None:
    found = steps()
    commands = [line for s in found if s.language == "sh" for line in s.text.splitlines()]
    verbs = [c.split()[1] for c in commands if c.startswith("talion ")]
    assert verbs == [
        "start", "ask", "check", "show", "run", "export", "ask", "run", "diff", "freeze", "freeze",
    ]  # fmt: skip
    assert commands[0] == "python make_border_crisis.py"
    written = [s.file for s in found if s.language == "yaml"]
    assert written == ["marenne-answers.yaml", "second-thoughts.yaml"]


def on_the_path(folder: Path) -> dict[str, str]:
    """An environment in which `talion` and `python` are this checkout's."""
    folder.mkdir()
    for name, module in (("talion", " -m talion"), ("python", "")):
        shim = folder / name
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n', encoding="utf-8")
        shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}


@pytest.mark.slow
@pytest.mark.timeout(1800)  # two runs of full size, on a machine that others use too
def test_every_step_of_the_page_works_in_order(tmp_path: Path) -> None:
    sh = shutil.which("sh")
    if sh is None:
        pytest.skip("needs a shell")
    here = tmp_path / "here"
    here.mkdir()
    shutil.copy(SCRIPT, here)
    environment = on_the_path(tmp_path / "bin")
    printed: dict[str, str] = {}
    for step in steps():
        if step.language == "yaml":
            (here / step.file).write_text(step.text, encoding="utf-8")
            continue
        for line in step.text.splitlines():
            done = subprocess.run(
                [sh, "-ec", line], cwd=here, env=environment, capture_output=True, text=True,
                check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            printed[line] = " ".join(done.stdout.split())
    say_what_the_page_says(here, printed)


def labels(run: Path) -> dict[str, str]:
    """Claim -> label."""
    found = json.loads((run / "results.json").read_text(encoding="utf-8"))
    return {j["judgment"]["claim"]: j["label"] for j in found["judgments"].values()}


def say_what_the_page_says(here: Path, printed: dict[str, str]) -> None:
    """What the page tells its reader to see is there."""

    def told(begins: str) -> str:
        return next(text for line, text in printed.items() if line.startswith(begins))

    assert (here / "marenne" / "first-look.md").is_file()
    with (here / "marenne" / "totals.csv").open(encoding="utf-8", newline="") as file:
        said_by = {row["definition"]: row["speaker"] for row in csv.DictReader(file)}
    assert said_by == {
        "Running total of ambushes, by Hill Front against Lethany": "Ministry of the Interior",
        "Running total of air strikes, by Lethany against Hill Front": "Marenne Watch",
    }
    assert "one event draws" in told("talion ask marenne --answers marenne-answers")
    assert "stood at active from 2023-07-01 on" in told("talion check")
    before, after = (labels(here / run) for run in ("run-1", "run-2"))
    assert before == {
        "The ambushes will continue through the spring": "Fixed by the form",
        "Lethany will probably go on striking from the air": "Unresolved",
        "Closing the camps would not stop the ambushes": "Rests on the author's assumption",
        "The air strikes bring more ambushes": "Unresolved",
        "The Front wants Lethany out of the passes rather than money": "Not testable",
    }
    assert after == {
        **before,
        "The air strikes bring more ambushes": "Rests on the author's assumption",
    }
    assert {"brief.docx", "annex.docx", "workbook.xlsx", "summary.md"} <= {p.name for p in (here / "to-send").iterdir()}  # fmt: skip
    diff = told("talion diff run-1 run-2")
    assert re.search(r"because of link \w+ \(extra: 0.5 \(0 to 1.2\) → 1 \(0.4 to 1.8\)\)", diff)
    assert "likely → almost certain" in diff
    frozen = told("talion freeze run-2")
    assert "2 tests can be scored once the days have passed, 1 test only if a what-if" in frozen
    assert "frozen after the days in question had passed" in frozen
    assert "not altered since it was sealed" in told("talion freeze --verify")
