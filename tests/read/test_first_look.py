"""The first look: counts by hand beside what is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from read.sheets import HEAD, read, text
from talion.model.case import load_case
from talion.read.first_look import FirstLook, look
from talion.read.first_look_text import gap_line, markdown, meaning, pooled_lines, timeline
from talion.read.project import first_time
from talion.record.writing import write_files


def looked(folder: Path, rows: list[list[object]], **choices: object) -> FirstLook:
    found = read(text(folder, [HEAD, *rows]), **choices)
    project = first_time(found, None, folder / "x")
    write_files(folder / "x", project.texts)
    case = load_case(folder / "x")
    return look(case.title, case.record, project.kinds, case.as_of)


def on(day: str, kind: str, number: object = 1) -> list[object]:
    sides = ("Army", "Guard") if kind == "strike" else ("Guard", "Army")
    return [day, *sides, kind, number]


def test_pooled_counts_leave_out_cut_windows_and_the_day_itself(tmp_path: Path) -> None:
    rows = [
        on("2024-01-01", "raid"),
        on("2024-01-10", "strike"),  # 7 days before: none; after: 2 and 3 = 5
        on("2024-01-10", "raid", 9),  # the day itself is in neither
        on("2024-01-12", "raid", 2),
        on("2024-01-17", "raid", 3),
        on("2024-01-18", "raid", 7),  # outside
        on("2024-01-29", "strike"),  # 30 days are cut on both sides
    ]
    found = looked(tmp_path, rows, as_of="2024-02-10")
    pair = next(p for p in found.pairs if p.cause.id == "strike")
    week, month, quarter = pair.pooled
    assert (week.acts, week.before, week.after, week.fewer, week.more) == (2, 0, 5, 0, 1)
    assert (month.acts, quarter.acts) == (0, 0)
    lines = list(pooled_lines(pair))
    assert lines[0].startswith(
        "7 days: raid 0.00 before and 2.50 after on average; fewer after 0, more after 1, of 2 acts"
    )
    assert lines[1] == "30 days: no act has a whole window on both sides."
    first = pair.acts[0].windows[0]
    assert (first.before, first.after, pair.acts[0].same_day.unknown) == (0, 5, 9)


def test_gaps_and_timelines(tmp_path: Path) -> None:
    rows = [on("2024-01-01", "raid"), on("2024-01-05", "raid", 8), on("2024-03-01", "raid", 2)]
    found = looked(tmp_path, rows, as_of="2024-03-02", listing="partial")
    (raid,) = found.types
    assert raid.gap is not None
    assert (raid.gap.start, raid.gap.end) == (dt.date(2024, 1, 6), dt.date(2024, 2, 29))
    assert gap_line(raid).startswith(
        "raid: listing partial; longest silence 2024-01-06 to 2024-02-29 (55 days)"
    )
    assert found.bar == 7
    assert raid.counts == (9, 0, 0, 0, 0, 0, 0, 0, 2)
    assert timeline(raid.counts) == "█·······▂"
    assert "only one kind of act" in markdown(found, ["read so"], "a.csv")


def test_what_it_does_not_show_names_what_is_not_known(tmp_path: Path) -> None:
    found = looked(
        tmp_path, [on("Feb 2024", "raid"), on("2024-03-01", "strike")], as_of="2024-04-01"
    )
    told = meaning(found)
    assert "How completely raid and strike are listed is not stated" in told
    assert "There are fewer than ten rows of raid and strike" in told
    assert "rows of raid are not dated to the day" in told


def test_signs_in_names_do_not_break_the_page(tmp_path: Path) -> None:
    rows = [["2024-01-01", "A|B", "C", "`raid` *x*", 1], ["2024-01-02", "C", "A|B", "<b>", 1]]
    page = markdown(looked(tmp_path, rows, as_of="2024-02-01"), ["a | b"], "x_y.csv")
    assert "\\`raid\\` \\*x\\*" in page
    assert "\\<b>" in page
    assert "- a \\| b" in page
