"""`fit_events`: reading a CSV of events, refusing what cannot be read, and the page it prints."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from talion.cli.fit_table import fit_events
from talion.errors import InputError, RecordError, TalionError
from talion.fit.event_file import read_event_file

DAYS = "time,type\n2024-01-03,raid\n2024-01-03,reply\n2024-01-20,raid\n2024-02-02,raid\n"
YEAR = {"start": "2024-01-01", "end": "2024-03-31"}


@pytest.fixture
def written(tmp_path: Path):
    """`written(text)` is a file with this text."""

    def write(text: str | bytes, name: str = "events.csv") -> Path:
        file = tmp_path / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    return write


def run(file: Path, **given) -> None:
    chosen = {
        "time": "time", "type_": "type", "seed": 1, "draws": 20, "as_json": False, "out": None,
        **YEAR, **given,
    }  # fmt: skip
    fit_events(file, **chosen)


def test_the_page_says_what_was_read_supposed_found_and_not_known(written, capsys):
    run(written(DAYS))
    printed = capsys.readouterr()
    assert "4 events (raid 3, reply 1), 1 January 2024 to 31 March 2024 (91 days)" in printed.out
    for part in (
        "Background rate of raid: around", "Half-life of answers: around 7 days",  # priors
        "answers[raid -> reply]", "half-life, days", "branching ratio",
        "too few", "expected", "of 3 months outside the 90 % interval",
        "NOT CONVERGED", "Nothing is known before the period", "a common cause",
    ):  # fmt: skip
        assert part in " ".join(printed.out.split()), part
    assert "fitting 4 events: blocked sampler" in printed.err


def test_json_is_all_of_standard_output_and_files_are_written_on_request(written, capsys, tmp_path):
    folder = tmp_path / "out"
    run(written(DAYS), as_json=True, out=folder)
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["counts"] == [3, 1]
    assert document["period"] == [19723.0, 19814.0]
    assert json.loads((folder / "fit.json").read_text()) == document
    assert sorted(f.name for f in folder.iterdir()) == [
        "fit.csv", "fit.json", "months.csv", "residuals.csv",
    ]  # fmt: skip
    assert (folder / "months.csv").read_text().splitlines()[1].startswith("raid,2024-01,31.0,2,")


def test_the_same_command_prints_the_same_page(written, capsys):
    file, pages = written(DAYS), []
    for seed in (1, 1, 2):
        run(file, seed=seed)
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1] != pages[2]


def test_a_file_without_events_is_a_result(written, capsys):
    run(written("time\n"), type_=None)
    assert "No event in the period" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        DAYS,
        "\ufeff" + DAYS,
        DAYS.replace(",", ";"),
        DAYS.replace(",", "\t"),
        DAYS.replace("\n", "\r\n"),
        DAYS + "\n\n",
        DAYS.replace("raid", '"raid"').replace("2024-01-20", " 2024-01-20 "),
        DAYS.replace("\n", ',"a, b"\n').replace('type,"a, b"', "type,note"),
        "time,type\n" + "\n".join(DAYS.splitlines()[:0:-1]),
    ],
)
def test_usual_ways_to_write_the_same_table_give_the_same_table(written, text):
    read = read_event_file(written(text), type="type", **YEAR)
    assert read.table.names == ("raid", "reply")
    assert read.table.times.tolist() == [19725, 19725, 19742, 19755]
    assert sorted(read.table.types.tolist()) == [0, 0, 0, 1]
    assert read.table.widths.tolist() == [1] * 4
    assert (read.dated, read.notes) == (True, ())


def test_date_times_are_exact_and_zones_are_counted_in_utc(written):
    text = "time\n2024-01-03T06:00\n2024-01-03 12:00:00\n2024-01-04\n"
    read = read_event_file(written(text), **YEAR)
    assert (read.table.times - 19725).tolist() == [0.25, 0.5, 1.0]
    assert read.table.widths.tolist() == [0, 0, 1]
    text = "time\n2024-01-03T01:30+02:00\n2024-01-03T01:30Z\n2024-01-03T01:30:45.5-0330\n"
    read = read_event_file(written(text), **YEAR)
    minutes = (read.table.times - 19725) * 1440
    assert minutes == pytest.approx([-30, 90, 300 + 45.5 / 60], abs=1e-5)
    assert "UTC" in read.notes[0]


def test_midnights_and_whole_numbers_are_days(written):
    read = read_event_file(written("time\n2024-01-03 00:00:00\n2024-01-09 00:00:00\n"), **YEAR)
    assert read.table.widths.tolist() == [1, 1]
    assert "midnight" in read.notes[0]
    read = read_event_file(written("time\n3\n9\n"), start="0", end="30")
    assert read.table.widths.tolist() == [1, 1]
    assert (read.dated, read.table.end) == (False, 30.0)
    read = read_event_file(written("time\n3.5\n9\n"), start="0", end="30")
    assert read.table.is_exact
    assert read.notes == ()


def test_events_outside_the_period_are_history_or_left_out_and_counted(written):
    read = read_event_file(written(DAYS), start="2024-01-04", end="2024-01-31", type="type")
    assert (read.table.first, read.table.counts.tolist()) == (2, [1, 0])
    assert read.table.history_start == 19725
    assert "1 events after the period are left out, the first in row 5 (2024-02-02)" in read.notes[0]  # fmt: skip
    assert "2 events before the period" in read.notes[1]
    on_last = read_event_file(written(DAYS), start="2024-01-01", end="2024-02-02", type="type")
    assert on_last.table.counts.sum() == 4  # a last day is part of the period


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        (DAYS, {"start": None}, ["--start", "2024-01-03 to 2024-02-02", "not guessed"]),
        (DAYS, {"start": None, "end": None}, ["--start and --end", "need not be the period"]),
        ("time\n", {"start": None, "type_": None}, ["--start", "silence counts"]),
        (DAYS, {"end": "2023-01-01"}, ["ends before it begins", "2024-01-01 to 2023-01-01"]),
        (DAYS, {"end": "2024-02-30"}, ["no such day", "--end", "2024-02-30"]),
        (DAYS, {"end": "soon"}, ["not a time", "--end", "soon"]),
        (DAYS, {"start": "0", "end": "90"}, ["not of one kind", "give dates"]),
        (DAYS, {"end": "90"}, ["not of one kind"]),
        (DAYS, {"time": "date"}, ["no such column", "date", "--time-column", "time, type"]),
        (DAYS, {"type_": "types"}, ["did you mean type?", "--type-column"]),
        (DAYS.replace("2024-01-20", "20/01/2024"), {}, ["row 4, column time", "'20/01/2024'", "2024-02-13"]),
        (DAYS.replace("2024-01-20", "2024-02-30"), {}, ["row 4, column time", "no such day"]),
        (DAYS.replace("2024-01-20", "2024-01-20T25:00"), {}, ["row 4", "no such day or time"]),
        (DAYS.replace("2024-01-20", "19742"), {}, ["row 4", "a number among dates"]),
        ("time\n3.5\n2024-01-01\n", {"type_": None}, ["row 3", "a date among numbers"]),
        ("time\n3.5\n1e999\n", {"type_": None}, ["row 3", "finite"]),
        ("time;x\n3,5;1\n", {"type_": None}, ["row 2", "'3,5'", "12.5"]),
        ("time\n2024-01-03T01:00Z\n2024-01-03T01:00\n", {"type_": None}, ["row 3", "zone"]),
        (DAYS.replace("2024-01-20", ""), {}, ["row 4, column time", "missing"]),
        (DAYS.replace("2024-01-20,raid", "2024-01-20"), {}, ["row 4, column type", "missing"]),
        (DAYS.replace("2024-01-20,raid", "2024-01-20,raid,x"), {}, ["row 4", "3 cells"]),
        ("", {}, ["no header"]),
        ("\ntime\n", {}, ["no header"]),
        ("time,time\n", {}, ["names that differ"]),
        (b"time\n2024-01-01\n\xff\n", {}, ["not UTF-8", "events.csv:3", "Excel"]),
        ("time,type\n" + "".join(f"2024-01-03,k{i}\n" for i in range(21)), {}, ["21 different types", "column type"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_place_and_remedy(written, text, given, words):
    with pytest.raises(InputError) as refused:
        run(written(text), **given)
    for word in words:
        assert word in str(refused.value), str(refused.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(RecordError, match="no such file"):
        run(tmp_path / "none.csv")
    with pytest.raises(RecordError, match="cannot be read"):
        run(tmp_path)


def test_nothing_is_left_where_the_fit_is_refused(written, tmp_path):
    with pytest.raises(TalionError):
        run(written(DAYS), start=None, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_wrong_line_among_many_is_found_without_reading_for_minutes(written):
    n = 200_000
    times = np.sort(np.random.default_rng(1).uniform(0, 1000, n)).round(6)
    lines = [f"{t},a" for t in times]
    lines[150_000] = "noon,a"
    with pytest.raises(RecordError, match="row 150002, column time"):
        read_event_file(written("time,type\n" + "\n".join(lines)), start="0", end="1000", type="type")  # fmt: skip


def test_the_verb_reaches_it(written, talion):
    file = written(DAYS)
    given = ("--start", YEAR["start"], "--end", YEAR["end"], "--type-column", "type")
    ended = talion("fit", "--events", file, "--time-column", "time", "--draws", 100, *given)
    assert (ended.status, "4 events (raid 3, reply 1)" in ended.out) == (0, True), ended.err
    ended = talion("fit", "--events", file, "--time-column", "time")
    assert ended.status == 2
    assert "--start" in ended.err
