"""Whatever is wrong with the input: lines with place, value and remedy, status 2, no traceback."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.command import Command

Mistake = Callable[[Path], None]


def replace(file: str, old: str, new: str) -> Mistake:
    """A mistake that turns `old` into `new`."""

    def make(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return make


def whole(file: str, content: bytes) -> Mistake:
    """A mistake that is the whole file."""

    def make(folder: Path) -> None:
        (folder / file).write_bytes(content)

    return make


def missing(file: str) -> Mistake:
    """A mistake that removes a file."""
    return lambda folder: (folder / file).unlink()


CASE = "case.yaml"
SMALLEST = ", under: no_shelling, lower_by: 10 %}"
J2_TEST = (
    "{difference: {count: raid, from: as_of, to: horizon}, under: no_shelling, lower_by: 10 %}"
)
SIGN_TEST = "{difference: {level: trust}, under: talks_suspended, lower_by: 0.01 points}"
ISSUE = """
issues:
  water:
    title: Who pumps
    scale: {0: nobody, 100: everybody}
    positions:
      tolva: {at: 80, power: 60, salience: 50}
      tolva_army: {at: 90, power: 60, salience: 50}
"""

# name: what is done to the starter case, and the line that must answer (a pattern each for the
# place, the value if one is shown, and the remedy).
MISTAKES: dict[str, tuple[Mistake, str]] = {
    "malformed YAML": (
        replace(CASE, "events:\n", "events: [\n"),
        r"case\.yaml:\d+:\d+: not readable as YAML: .*; check indentation",
    ),
    "malformed CSV": (
        replace("events.csv", "raid-2,", '"raid-2,'),
        r"events\.csv:\d+: not CSV: .*; check the quotes",
    ),
    "a date in a cell that is none": (
        replace("events.csv", "raid-2,2024-01-17", "raid-2,17/01/2024"),
        r"events\.csv, row \d+, start: not a day \(got '17/01/2024'\); write it as YYYY-MM-DD",
    ),
    "unknown actor in the case": (
        replace(CASE, "by: river_guard\n", "by: river_gard\n"),
        r"case\.yaml:\d+:\d+, events\.raid\.by: no such actor \(got 'river_gard'\); use one of",
    ),
    "unknown actor in the record": (
        replace("events.csv", "river_guard,tolva", "river_gard,tolva"),
        r"events\.csv, row 2, initiator: unknown actor \(got 'river_gard'\); add it",
    ),
    "unknown whole of an actor": (
        replace(CASE, "part_of: tolva}", "part_of: tolwa}"),
        r"case\.yaml:\d+:\d+, actors\.tolva_army\.part_of: no such actor \(got 'tolwa'\); use one",
    ),
    "parts in a circle": (
        replace(CASE, "tolva: {name: Tolva, kind: state}", "tolva: {name: T, part_of: tolva}"),
        r"case\.yaml:\d+:\d+, actors\.tolva\.part_of: parts in a circle \(got 'tolva'\); an actor",
    ),
    "explosive priors": (
        replace(CASE, "share: [5, 12, 25]", "extra: [5, 12, 25]\n    within: 30 days"),
        r"case\.yaml:\d+:\d+, links\.L\d: the priors let events breed without end.*; lower",
    ),
    "shares above all events": (
        replace(CASE, "share: [5, 12, 25]", "share: [95, 120, 130]"),
        r"case\.yaml:\d+:\d+, links\.L2: links claim 120 % .*; .*lower the largest",
    ),
    "reversed dates of a test": (
        replace(CASE, "from: rain + 30 days, to: horizon", "from: 2024-09-01, to: 2024-08-01"),
        r"case\.yaml:\d+:\d+, judgments\.J3\.holds_if: ends at 2024-08-01, which is not after .*; ",
    ),
    "reversed days of a test": (
        replace(CASE, "from: rain + 30 days", "from: rain + 400 days"),
        r"case\.yaml:\d+:\d+, judgments\.J3\.holds_if: the test's window is empty: .*; let it end",
    ),
    "reversed dates of the record": (
        replace("coverage.csv", "*,2024-01-01,2024-06-30", "*,2024-06-30,2024-01-01"),
        r"coverage\.csv, row 2, end: the period ends before it starts \(got '2024-01-01'\); swap",
    ),
    "history after the cut-off": (
        replace(CASE, "history_from: 2024-01-01", "history_from: 2024-12-01"),
        r"case\.yaml:\d+:\d+, history_from: lies after as_of \(got '2024-12-01'\); give a day up to",
    ),
    "a prior that descends": (
        replace(CASE, "usual: [4, 5, 6.5]", "usual: [6.5, 5, 4]"),
        r"case\.yaml:\d+:\d+, events\.raid\.usual: low, likely, high must ascend \(got \[6\.5",
    ),
    "a case of 50 MB": (
        whole(CASE, b"talion: 1\n# " + b"x" * 50_000_000),
        r"case\.yaml: the file is too large to be a case \(got '50,000,012 bytes'\); keep it under",
    ),
    "a table of 50 MB": (
        whole("events.csv", b"id,start\n" + b"x" * 50_000_000),
        r"events\.csv: the file has 50 MB; at most .*; split it",
    ),
    "deep nesting of lists": (
        whole(CASE, b"talion: 1\ntitle: " + b"[" * 3000 + b"]" * 3000),
        r"case\.yaml:2:\d+: nested deeper than 32 levels; flatten",
    ),
    "deep nesting of mappings": (
        whole(CASE, b"talion: 1\ntitle: " + b"{a: " * 3000 + b"1" + b"}" * 3000),
        r"case\.yaml:2:\d+: nested deeper than 32 levels; flatten",
    ),
    "a NaN prior": (
        replace(CASE, "usual: [4, 5, 6.5]", "usual: [.nan, 5, 6.5]"),
        r"case\.yaml:\d+:\d+: not a number that can be used \(got '\.nan'\); give a finite number",
    ),
    "an endless prior": (
        replace(CASE, "usual: [4, 5, 6.5]", "usual: [4, 5, 1e999]"),
        r"case\.yaml:\d+:\d+: not a number that can be used \(got '1e999'\); give a finite number",
    ),
    "a rate beyond simulation": (
        replace(CASE, "usual: [4, 5, 6.5]", "usual: [4, 5, 6.5e300]"),
        r"case\.yaml:\d+:\d+, events\.raid\.usual: more events .* \(got 6\.5e\+300\); give at most",
    ),
    "a horizon beyond simulation": (
        replace(CASE, "horizon: [90 days, 180 days]", "horizon: [900000 days]"),
        r"case\.yaml:\d+:\d+, horizon: a horizon .* \(got '900000 days'\); give 1 to 3660 days",
    ),
    "a duplicate key": (
        replace(CASE, "title: Raids across", "title: x\ntitle: Raids across"),
        r"case\.yaml:\d+:1: this key stands twice in one place \(got 'title'\); remove one",
    ),
    "a case that is not UTF-8": (
        whole(CASE, b"talion: 1\ntitle: \xff\xfe\n"),
        r"case\.yaml: not UTF-8 at byte 17; save the file as UTF-8",
    ),
    "a table that is not UTF-8": (
        whole("sources.csv", b"id,title\n\xff\xfe,a\n"),
        r"sources\.csv:2: not UTF-8 \(got b'\\xff.*'\); save it as UTF-8",
    ),
    "a missing table": (
        missing("coverage.csv"),
        r"coverage\.csv: no such file; add the file or correct the folder",
    ),
    "an empty case": (whole(CASE, b""), r"case\.yaml: the file is empty; see `talion new`"),
    "a case that is a list": (
        whole(CASE, b"- 1\n- 2\n"),
        r"case\.yaml: a case is a mapping of keys; see `talion new`",
    ),
    "a test without a size": (
        replace(CASE, SMALLEST, ", under: no_shelling}"),
        (
            r"case\.yaml:\d+:\d+, judgments\.J2\.holds_if: needs the smallest effect .* would only ask "
            r"for the sign .*; see"
        ),
    ),
    "a test that only asks a link's sign": (
        replace(CASE, J2_TEST, SIGN_TEST),
        (
            r"case\.yaml:\d+:\d+, judgments\.J2\.holds_if: the test only asks for the sign of link L4, "
            r"which was assumed \(got .*\); state the smallest effect"
        ),
    ),
    "an actor counted twice": (
        replace(CASE, "\n# Worlds to compare", ISSUE + "\n# Worlds to compare"),
        (
            r"case\.yaml:\d+:\d+, issues\.water\.positions\.tolva_army: tolva_army is part of tolva, and "
            r"both have weight .* \(got 'tolva_army'\); keep the whole or its parts"
        ),
    ),
    "a what-if that does not exist": (
        replace(CASE, "under: no_shelling, lower", "under: no_fire, lower"),
        r"case\.yaml:\d+:\d+, judgments\.J2\.holds_if: no such what-if \(got 'no_fire'\); use one of",
    ),
    "a key misspelt": (
        replace(CASE, "fades: days", "fade: days"),
        r"case\.yaml:\d+:\d+, links\.L1\.fade: unknown key \(got 'fade'\); did you mean `fades`\?",
    ),
    "an anchor": (
        replace(CASE, "horizon: [90", "horizon: &h [90"),
        r"case\.yaml:\d+:\d+: anchors and aliases .*; write it out",
    ),
    "a folder that is not there": (
        replace(CASE, "record: .", "record: nowhere"),
        r"nowhere: no such folder; give the record's folder",
    ),
}


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize(("make", "line"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_case_is_answered(
    talion: Command, starter: Path, tmp_path: Path, verb: str, make: Mistake, line: str
) -> None:
    make(starter)
    out = tmp_path / "out"
    ended = talion(verb, starter, *(["--out", out] if verb == "run" else []))
    assert ended.status == 2
    if verb == "run":
        assert ended.out == ""
    # `check` puts why it matters under the line, and goes on with warnings and notes.
    told = [text for text in ended.err.splitlines() if not text.startswith("  ")]
    assert len(told) == 1, ended.err
    assert re.search(line, told[0]), ended.err
    assert len(ended.err) < 700
    assert not out.exists()


def test_the_starter_itself_is_sound(talion: Command, starter: Path) -> None:
    ended = talion("check", starter)
    assert ended.status == 0
    assert ": ok: " in ended.out.splitlines()[-1]


def test_all_mistakes_of_a_file_are_told_at_once(talion: Command, starter: Path) -> None:
    replace(CASE, "by: river_guard\n", "by: river_gard\n")(starter)
    replace(CASE, "by: tolva_army\n", "by: tolva_armi\n")(starter)
    ended = talion("check", starter)
    assert len(ended.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["check", "no-such-case"], r"no case of this name .*\(got 'no-such-case'\); built-in"),
        (["check", "no/such/case.yaml"], r"no/such/case\.yaml: no such file; check the path"),
        (["run", "starter", "--draws", "0"], r"--draws: out of range 2 to .*\(got 0\); leave"),
        (["run", "starter", "--histories", "0"], r"--histories: out of range 1 .*\(got 0\); leave"),
        (["run", "starter", "--workers", "-3"], r"--workers: out of range 1 .*\(got -3\); leave"),
        (["run", "starter", "--seed", "-1"], r"--seed: out of range 0 .*\(got -1\); leave"),
        (
            ["run", "starter", "--draws", "90000", "--histories", "90000"],
            r"--draws x --histories: more than .*\(got 8100000000\); use fewer",
        ),
        (
            ["run", "starter", "--draws", "many"],
            r"--draws.*valid integer.*; see `talion run --help`",
        ),
        (
            ["run", "starter", "--no-such"],
            r"(?i)no such option.*--no-such.*; see `talion run --help`",
        ),
        (["run"], r"(?i)missing argument.*CASE.*; see `talion run --help`"),
        (["nonsense"], r"(?i)no such command.*nonsense.*; see `talion --help`"),
        (
            ["run", "starter", "--text", "note"],
            r"--text: not a source and a file \(got 'note'\); wr",
        ),
        (["run", "starter", "--text", "a=b", "--text", "a=c"], r"--text: given twice \(got 'a'\)"),
        (["run", "starter", "--text", "nota=x"], r"cites no source .*\(got 'nota'\); its sources"),
        (["run", "starter", "--text", "note=no.txt"], r"no\.txt: the text of note cannot be read"),
        (["show", "starter", "--judgment", "J9"], r"no such judgment \(got 'J9'\); there are: J1"),
        (["show", "starter", "--link", "Q"], r"no such link \(got 'Q'\); there are: L1"),
        (["what-if", "starter", "snow"], r"no such what-if \(got 'snow'\); there are: rain"),
        (["what-if", "starter", "rain@July"], r"rain@July: not a date \(got 'July'\); write 2024"),
        (["what-if", "starter", "rain@2023-01-01"], r"rain@2023-01-01: outside .*; choose a day"),
        (["what-if", "starter", "rain@9999-01-01"], r"rain@9999-01-01: outside .*; choose a day"),
        (["what-if", "starter", "rain", "--reading", "x"], r"no such reading \(got 'x'\); use one"),
        (["new", ""], r"not a name for a folder \(got ''\); give one"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_on_the_command_line_is_answered(
    talion: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = talion(*arguments)
    assert ended.status == 2
    assert ended.out == ""
    assert re.search(line, ended.err), ended.err
    assert len(ended.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_text_with_other_bytes_is_refused(talion: Command, starter: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("something else", encoding="utf-8")
    ended = talion("run", starter, "--text", f"note={other}", "--out", tmp_path / "out")
    assert ended.status == 2
    assert re.search(r"other\.txt: this is not the text that the case cites as note", ended.err)
    assert not (tmp_path / "out").exists()


def test_new_does_not_overwrite(talion: Command, tmp_path: Path) -> None:
    kept = tmp_path / "mine"
    kept.mkdir()
    (kept / "case.yaml").write_text("my work", encoding="utf-8")
    ended = talion("new", kept)
    assert ended.status == 2
    assert re.search(r"mine: exists already; choose another name", ended.err)
    assert (kept / "case.yaml").read_text(encoding="utf-8") == "my work"


def test_new_leaves_nothing_on_a_full_disk(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(data)

    monkeypatch.setattr(Path, "write_bytes", full)
    ended = talion("new", tmp_path / "mine")
    assert ended.status == 2
    assert re.search(r"mine: cannot be written: No space left on device; free some", ended.err)
    assert len(written) == 3
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files_is_refused_before_any_work(
    talion: Command, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    ended = talion("run", "starter", "--out", tmp_path / "file" / "out")
    assert ended.status == 2
    assert re.search(r"file/out: cannot be written to: Not a directory; .*--out", ended.err)
    assert "simulating" not in ended.err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_without_permission_is_refused(talion: Command, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    ended = talion("run", "starter", "--out", closed)
    assert ended.status == 2
    assert re.search(r"closed: cannot be written to: Permission denied; .*--out", ended.err)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("verb", [["schema"], ["show", "starter"], ["--help"]])
def test_a_full_disk_behind_standard_output_is_told(verb: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "talion", *verb],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        (
            "standard output: No space left on device; free some space, check permissions, or send it "
            "elsewhere"
        )
    ]


@pytest.mark.parametrize("verb", [["schema"], ["show", "starter"], ["--help"]])
def test_a_reader_that_goes_away_is_no_error(verb: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "talion", *verb],
            stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
