"""`talion start` in a terminal: questions, answers taken back, answers that cannot be used, a stop."""

from __future__ import annotations

import csv
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

from cli.command import Command
from read.sheets import HEAD, text, xlsx
from talion.model.case import load_case

AMBIGUOUS = [
    HEAD,
    ["03/04/2024", "Army", "Guard", "raid", 1],
    ["05/06/2024", "Army", "Guard", "raid", 2],
]


def typed(table: Path, out: Path, keys: bytes) -> tuple[int, str]:
    """Start in a terminal, type, and return the status and what was printed."""
    lead, follow = pty.openpty()
    command = [sys.executable, "-m", "talion", "start", str(table), "--out", str(out)]
    running = subprocess.Popen(
        command, stdin=follow, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    os.close(follow)
    os.write(lead, keys)
    printed = running.communicate(timeout=120)[0].decode()
    os.close(lead)
    return running.returncode, " ".join(printed.split())


def starts(folder: Path) -> list[tuple[str, str]]:
    with (folder / "events.csv").open(encoding="utf-8", newline="") as file:
        return [(row["start"], row["size"]) for row in csv.DictReader(file)]


def test_a_person_is_asked(tmp_path: Path) -> None:
    """Order of dates, cut-off date, one column, then Enter."""
    table = text(tmp_path, AMBIGUOUS)
    status, printed = typed(
        table, tmp_path / "x", b"sideways\nday\nnever\n2024-07-01\nnumber=-\n\n"
    )
    assert status == 0, printed
    assert (
        "`back` returns to the question before, Ctrl-C stops. Nothing is written until" in printed
    )
    assert "Which comes first, the day or the month? one of: day-first, month-first" in printed
    assert "not among the answers (got 'sideways')" in printed
    assert "not a day (got 'never')" in printed
    assert "a day, such as 2024-06-30" in printed
    assert starts(tmp_path / "x") == [("2024-04-03", "1"), ("2024-06-05", "1")]
    assert load_case(tmp_path / "x").as_of.isoformat() == "2024-07-01"


def test_answers_can_be_taken_back_one_by_one(tmp_path: Path) -> None:
    table = text(tmp_path, AMBIGUOUS)
    keys = b"back\nday\n2024-07-01\nback\nback\nmonth\n2024-08-01\n\n"
    status, printed = typed(table, tmp_path / "x", keys)
    assert status == 0, printed
    assert "this is the first question" in printed
    assert starts(tmp_path / "x") == [("2024-03-04", "1"), ("2024-05-06", "2")]
    assert load_case(tmp_path / "x").as_of.isoformat() == "2024-08-01"


def test_a_column_that_is_not_there_is_asked_for_again(tmp_path: Path) -> None:
    rows = [["Date", "By", "Against", "Deed"], ["2024-02-13", "Army", "Guard", "raid"]]
    keys = b"Act\nDeed\n\nby=Nobody\nagainst==Tolva\n\n"
    status, printed = typed(xlsx(tmp_path, rows), tmp_path / "x", keys)
    assert status == 0, printed
    assert printed.count("no such column (got 'Act'); use one of: 'Date' (A)") == 1
    assert "no such column (got 'Nobody')" in printed
    case = load_case(tmp_path / "x")
    assert [(e.initiator, e.target, e.action) for e in case.record.events] == [
        ("army", "tolva", "raid")
    ]


def test_a_person_who_stops_leaves_nothing_and_is_told_how_to_go_on(
    talion: Command, tmp_path: Path
) -> None:
    table = text(tmp_path, AMBIGUOUS)
    status, printed = typed(table, tmp_path / "x", b"day\n2024-07-01\nq\n")
    assert status == 130, printed
    assert sorted(p.name for p in tmp_path.iterdir()) == ["events.csv"]
    assert "Nothing has been written. To go on with your answers:" in printed
    again = printed.partition("your answers: talion ")[2].partition(" talion: stopped")[0]
    assert again.endswith("--as-of 2024-07-01 --day-first")
    assert talion(*shlex.split(again), "--yes").status == 0
    assert starts(tmp_path / "x") == [("2024-04-03", "1"), ("2024-06-05", "2")]


def test_a_fault_of_the_table_ends_it_with_the_answers_so_far(tmp_path: Path) -> None:
    rows = [*AMBIGUOUS, ["07/08/2024", "Army", "Guard", "raid", "-1"]]
    status, printed = typed(text(tmp_path, rows), tmp_path / "x", b"day\n")
    assert status == 2
    assert "E4: not read as a number: a negative number" in printed
    assert "--day-first" in printed.partition("To go on with your answers:")[2]
    assert not (tmp_path / "x").exists()
