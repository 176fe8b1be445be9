"""`talion start`: from a table to a case that checks and runs, asked or told, once and again."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command import Command
from read.sheets import HEAD, text, xlsx
from talion.model.case import load_case

ROWS = [
    HEAD,
    *(
        [f"2024-{m:02}-{d:02}", by, against, kind, 1]
        for m in range(1, 7)
        for d, by, against, kind in (
            (3, "Guard", "Tolva", "raid"),
            (5, "Tolva", "Guard", "shelling"),
            (19, "Guard", "Tolva", "raid"),
        )
    ),
]


def rows_in(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def made(talion: Command, folder: Path, rows: list[list[object]] | None = None) -> Path:
    """A project made of a small table."""
    table = xlsx(folder, rows or ROWS)
    out = folder / "orlan"
    ended = talion("start", table, "--out", out, "--yes")
    assert (ended.status, ended.err) == (0, "")
    return out


def kept(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- the first time ------------------------------------------------------------------------------


def test_a_table_becomes_a_case_that_checks(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    case = load_case(folder)
    assert [(e.action, e.initiator, e.target) for e in case.record.events[:3]] == [
        ("raid", "guard", "tolva"),
        ("shelling", "tolva", "guard"),
        ("raid", "guard", "tolva"),
    ]
    assert list(case.events) == ["raid", "shelling"]
    assert case.events["raid"].usual[1] == pytest.approx(12 / 169 * 30.4375, rel=0.01)
    ended = talion("check", folder)
    assert ended.status == 0
    assert "ok: 2 actors, 2 event types, 0 factors, 0 links" in ended.out
    text_ = (folder / "case.yaml").read_text(encoding="utf-8")
    tops = [line.split(":")[0] for line in text_.splitlines() if line[:1].isalpha()]
    assert tops[-6:] == ["actors", "events", "factors", "links", "what_ifs", "judgments"]


def test_the_case_runs_as_it_is(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    ended = talion(
        "run", folder, "--no-fit", "--draws", 3, "--histories", 2, "--out", tmp_path / "r"
    )
    assert ended.status == 0, ended.err
    assert (tmp_path / "r" / "report.html").exists()


def test_the_first_look_counts_before_and_after(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    found = [row for row in rows_in(folder / "first-look.csv") if row["table"] == "act"]
    around = {
        int(r["window"]): (r["effect"], int(r["before"]), int(r["after"]))
        for r in found
        if (r["cause"], r["day"]) == ("shelling", "2024-03-05")
    }
    # Raids on 3 and 19 February, 3 and 19 March, 3 and 19 April.
    assert around[7] == ("raid", 1, 0)
    assert around[30] == ("raid", 2, 2)
    look = (folder / "first-look.md").read_text(encoding="utf-8")
    assert "### raid, around each shelling" in look
    assert "This is counting, not a model." in look
    assert "listing unknown; longest silence" in look


def test_a_script_is_told_every_flag_and_never_asked(talion: Command, tmp_path: Path) -> None:
    table = text(tmp_path, [["Date", "Type"], ["2024-02-13", "raid"]])
    ended = talion("start", table, "--out", tmp_path / "x")
    assert ended.status == 2
    for flag in ("--say by=NAME", "--say against=NAME", "--as-of YYYY-MM-DD", "--yes"):
        assert flag in ended.err
    assert not (tmp_path / "x").exists()
    told = ("--say", "by=A", "--say", "against=B", "--as-of", "2024-03-01")
    assert talion("start", table, "--out", tmp_path / "x", *told).status == 0
    assert load_case(tmp_path / "x").as_of.isoformat() == "2024-03-01"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--as-of", "soon"), "the cut-off date: not a day (got 'soon'); write it as YYYY-MM-DD"),
        (("--as-of", "2020-01-01"), "lies before everything in the table"),
        (("--map", "date"), "--map: not a pair (got 'date')"),
        (("--map", "when=Date"), "--map: no such field (got 'when')"),
        (("--map", "date=Nothing"), "--map date: no such column (got 'Nothing'); use one of"),
        (("--say", "number=3"), "cannot be the same for all rows"),
        (("--count", "Number"), "--count: not a column of counts"),
        (("--count", "Number=x,A,B,sheep"), "counts neither events, deaths nor injuries"),
        (("--rows", "9-2"), "--rows: not rows (got '9-2')"),
        (("--header-row", "99"), "--header-row: no such row, or a blank one (got 99)"),
        (("--hidden", "perhaps"), "hidden: Input should be 'keep' or 'leave-out'"),
        (("--covers", "2024-01-01"), "--covers: not two days"),
        (("--covers", "2024-05-01:2024-01-01"), "the period ends before it begins"),
        (("--listing", "good"), "--listing: not a listing (got 'good')"),
        (("--plover", "raid=FIGHT"), "--plover: not a PLOVER code (got 'FIGHT')"),
        (("--day-first", "--month-first"), "say one of them"),
        (("--sheet", "Nowhere"), "--sheet: no such sheet (got 'Nowhere')"),
        (("--total-types", "tally=raid"), "--total-types: no row is of this kind (got 'tally')"),
    ],
)
def test_options_that_mean_nothing_are_lines_with_a_remedy(
    talion: Command, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    ended = talion("start", xlsx(tmp_path, ROWS), "--out", tmp_path / "x", "--yes", *options)
    assert ended.status == 2
    assert message in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "x").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(talion: Command, tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    ended = talion("start", xlsx(tmp_path, ROWS), "--out", folder, "--yes")
    assert (ended.status, kept(folder)) == (2, {"mine.txt": b"mine"})
    assert "exists already, and was not made by `talion start`" in ended.err
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "events.xlsx",
        "x",
    ]  # nothing is left over


def test_the_folder_one_stands_in(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = xlsx(tmp_path, ROWS)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert talion("start", table, "--out", ".", "--yes").status == 0
    assert (here / "case.yaml").exists()
    ended = talion("start", "--again", ".", "--yes")
    assert ended.status == 0, ended.err
    assert talion("check", ".").status == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["events.xlsx", "here"]


def test_running_totals_stand_beside_the_dated_rows(talion: Command, tmp_path: Path) -> None:
    totals = [[f"2024-0{m}-28", "Ministry", "", "raids so far", 4 * m] for m in (2, 4, 6)]
    folder = made(talion, tmp_path, [*ROWS, *totals])
    assert [(row["series"], row["of"], row["total"]) for row in rows_in(folder / "totals.csv")] == [
        ("raids_so_far", "raid", "8"),
        ("raids_so_far", "raid", "16"),
        ("raids_so_far", "raid", "24"),
    ]
    case = load_case(folder)
    assert case.events["raid"].totals == "raids_so_far"
    assert len(case.record.counts) == 3
    steps = [r for r in rows_in(folder / "first-look.csv") if r["table"] == "running total"]
    assert [(r["adds"], r["dated"], r["remainder"]) for r in steps] == [("8", "4", "4")] * 3
    assert talion("check", folder).status == 0


def test_no_kernel_is_compiled(tmp_path: Path) -> None:
    table = xlsx(tmp_path, ROWS)
    code = (
        "import sys; from talion.cli import main; "
        f"assert main(['start', {str(table)!r}, '--out', {str(tmp_path / 'x')!r}, '--yes']) == 0; "
        "sys.exit('numba was loaded' if 'numba' in sys.modules else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- the brief -----------------------------------------------------------------------------------


def test_a_word_brief_is_kept_and_can_be_cited(talion: Command, tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_heading("Orlan: the raids")
    document.add_paragraph("Raids will go on. Налёты продолжатся.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Guard", "الحرس"
    document.add_paragraph("Last words.")
    document.save(str(tmp_path / "Orlan brief.docx"))
    out = tmp_path / "orlan"
    ended = talion(
        "start", xlsx(tmp_path, ROWS), tmp_path / "Orlan brief.docx", "--out", out, "--yes",
        "--brief-date", "2024-06-20",
    )  # fmt: skip
    assert ended.status == 0, ended.err
    kept_text = (out / "orlan_brief.txt").read_bytes()
    assert kept_text.decode() == (
        "Orlan: the raids\nRaids will go on. Налёты продолжатся.\nGuard\tالحرس\nLast words.\n"
    )
    source = next(r for r in rows_in(out / "sources.csv") if r["kind"] == "brief")
    assert (source["id"], source["dated"], source["sha256"]) == (
        "orlan_brief",
        "2024-06-20",
        hashlib.sha256(kept_text).hexdigest(),
    )
    assert load_case(out).sources["orlan_brief"].sha256 == source["sha256"]
    shown = talion("run", out, "--no-fit", "--draws", 2, "--histories", 1, "--out", tmp_path / "r",
                   "--text", f"orlan_brief={out / 'orlan_brief.txt'}")  # fmt: skip
    assert shown.status == 0, shown.err


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("b.pdf", b"%PDF-1.7", "a brief is read from .docx, .txt or .md"),
        ("b.docx", b"PK\x03\x04nothing", "not a Word document, or a damaged one"),
        ("b.txt", b"  \n", "the brief holds no text"),
        ("b.txt", "Żołnierze i Łódź".encode("cp1250"), "its encoding cannot be told"),
    ],
)
def test_briefs_that_cannot_be_read_stop_before_anything_is_written(
    talion: Command, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    ended = talion("start", xlsx(tmp_path, ROWS), tmp_path / name, "--out", tmp_path / "x", "--yes")
    assert ended.status == 2
    assert message in ended.err
    assert not (tmp_path / "x").exists()


# --- again ---------------------------------------------------------------------------------------


def edit(path: Path, old: str, new: str) -> None:
    found = path.read_text(encoding="utf-8")
    assert old in found
    path.write_text(found.replace(old, new, 1), encoding="utf-8")


def test_importing_the_same_table_changes_nothing(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    before = kept(folder)
    ended = talion("start", "--again", folder, "--yes")
    assert ended.status == 0, ended.err
    assert "nothing: the table says what it said before" in ended.out
    assert kept(folder) == before


def test_new_changed_and_gone_rows_and_both_sides_edits(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    events = folder / "events.csv"
    ids = {row["start"]: row["id"] for row in rows_in(events)}
    # The analyst: a note, a corrected place, a row of their own, and a row taken out.
    table = rows_in(events)
    by_day = {row["start"]: row for row in table}
    by_day["2024-01-03"]["note"] = "seen by us"
    by_day["2024-01-05"]["size"] = "4"
    own = dict(
        by_day["2024-01-03"],
        id="mine-1",
        start="2024-01-09",
        end="2024-01-09",
        note="ours",
        coding="desk",
    )
    lines = [row for row in table if row["start"] != "2024-01-19"] + [own]
    with events.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    # The sheet: a row more, another day, another number, two rows gone, one of them edited by us.
    rows = [list(row) for row in ROWS]
    rows[1][4] = 2  # 3 January, which holds our note
    rows[2][4] = 9  # 5 January, whose size we changed too
    rows[5][0] = "2024-02-06"  # was 5 February
    del rows[18]  # 19 June
    rows.insert(3, ["2024-01-11", "Guard", "Tolva", "raid", 1])
    xlsx(tmp_path, rows)
    ended = talion("start", "--again", folder, tmp_path / "events.xlsx", "--yes")
    assert ended.status == 0, ended.err
    after = {row["id"]: row for row in rows_in(events)}
    assert (after[ids["2024-01-03"]]["size"], after[ids["2024-01-03"]]["note"]) == (
        "2",
        "seen by us",
    )
    assert after[ids["2024-01-05"]]["size"] == "4"
    assert after[ids["2024-02-05"]]["start"] == "2024-02-06"  # recognised by its place
    assert ids["2024-06-19"] not in after
    assert ids["2024-01-19"] not in after
    assert after["mine-1"]["note"] == "ours"
    new = [row for row in after.values() if row["start"] == "2024-01-11"]
    assert [row["id"] for row in new] == ["events-19"]
    for line in (
        "events, new: 1 (events-19)",
        f"events, gone from the sheet and removed: 1 ({ids['2024-06-19']})",
        f"{ids['2024-01-05']}, size: the sheet says '9', you wrote '4'; yours stays",
    ):
        assert line in " ".join(ended.out.split())
    assert talion("check", folder).status == 0
    saved = rows_in(folder / "backups" / "0001" / "events.csv")
    assert saved == lines
    again = talion("start", "--again", folder, "--yes")
    assert again.status == 0
    assert rows_in(events) == list(after.values())


def test_an_edited_case_is_left_byte_for_byte(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    case = folder / "case.yaml"
    edit(
        case,
        "links: {}",
        "links:\n  L1: {says: shelling raises raid, strength: weak, fades: days, origin: analyst, because: mine}",
    )
    before = case.read_bytes()
    xlsx(tmp_path, [*ROWS, ["2024-06-18", "Guard", "Tolva", "ambush", 1]])
    ended = talion("start", tmp_path / "events.xlsx", "--out", folder, "--yes")
    assert ended.status == 0, ended.err
    assert case.read_bytes() == before
    assert "case.yaml holds your edits and is left as it is" in " ".join(ended.out.split())
    assert "event types of the table that case.yaml does not hold: ambush" in ended.out
    assert "  ambush:" in (folder / "case.proposed.yaml").read_text(encoding="utf-8")
    assert talion("check", folder).status == 0


def test_an_untouched_case_follows_the_table(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    xlsx(tmp_path, [*ROWS, ["2024-06-18", "Guard", "Tolva", "ambush", 1]])
    assert talion("start", "--again", folder, "--yes").status == 0
    assert "ambush" in load_case(folder).events
    assert not (folder / "case.proposed.yaml").exists()


def test_a_record_broken_by_hand_stops_the_import_and_loses_nothing(
    talion: Command, tmp_path: Path
) -> None:
    folder = made(talion, tmp_path)
    edit(folder / "events.csv", "2024-01-05,2024-01-05,day", "2024-01-05,2024-01-01,day")
    xlsx(tmp_path, [*ROWS, ["2024-06-25", "Guard", "Tolva", "raid", 1]])
    before = kept(folder)
    ended = talion("start", "--again", folder, "--yes")
    assert ended.status == 2
    assert "end: end 2024-01-01 lies before start 2024-01-05" in ended.err
    assert "nothing has been written" in ended.err
    assert str(folder / "events.csv") in ended.err
    assert kept(folder) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["events.xlsx", "orlan"]


def test_a_full_disk_leaves_the_project_as_it_was(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(talion, tmp_path)
    xlsx(tmp_path, [*ROWS, ["2024-06-25", "Guard", "Tolva", "raid", 1]])
    before = kept(folder)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    ended = talion("start", "--again", folder, "--yes")
    assert ended.status == 2
    assert "No space left on device" in ended.err
    assert kept(folder) == before


def test_an_import_that_was_killed_is_completed_by_the_next_command(
    talion: Command, tmp_path: Path
) -> None:
    """As a kill between two renames leaves it: some files are new, the others wait."""
    folder = made(talion, tmp_path)
    before = kept(folder)
    xlsx(tmp_path, [*ROWS, ["2024-05-25", "Guard", "Tolva", "parley", 1]])
    assert talion("start", "--again", folder, "--yes").status == 0
    after = {n: data for n, data in kept(folder).items() if not n.startswith("backups")}
    waiting = folder / ".talion-new"
    for command in (("check", folder), ("start", "--again", folder, "--yes")):
        waiting.mkdir()
        for name in ("case.yaml", "events.csv", "mapping.yaml", "last-import.jsonl"):
            (waiting / name).write_bytes(after[name])
            (folder / name).write_bytes(before[name])
        ended = talion(*command)
        assert ended.status == 0, ended.err
        assert "3 event types" in ended.out or "is completed first" in " ".join(ended.out.split())
        now = {n: data for n, data in kept(folder).items() if not n.startswith("backups")}
        assert now == after


def test_long_names_in_the_rows_shown_are_cut_visibly(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    long = "Coordination of the Committees of the Upper and the Lower River"
    rows = [
        [*HEAD, "Place"],
        ["2024-02-13", long, f"{long} (B)", f"raid on {long}", 1, f"near {long}"],
    ]
    ended = talion("start", xlsx(tmp_path, rows), "--out", tmp_path / "x", "--yes")
    (line,) = [line for line in ended.out.splitlines() if line.startswith("  2    2024-02-13")]
    assert line.count("…") == 4
    assert len(line) <= 120
    assert "Coordination" in line
    short = talion("start", xlsx(tmp_path, [HEAD, ["2024-02-13", "killing of Palestinians", "B", "raid", 1]]),
                   "--out", tmp_path / "y", "--yes")  # fmt: skip
    assert "killing of Palestinians  B" in short.out


def test_questions_and_remedies_read_as_sentences(talion: Command, tmp_path: Path) -> None:
    rows = [["day", "shells", "dead"], ["2024-02-13", 3, 1]]
    ended = talion("start", xlsx(tmp_path, rows), "--out", tmp_path / "x")
    assert ended.status == 2
    assert (
        "Which of them count acts of one kind? Say --count 'shells=TYPE,BY,AGAINST' for each"
        in " ".join(ended.err.split())
    )
    assert "'shells' (B), 'dead' (C)" in ended.err
    assert "?;" not in ended.err


def test_a_table_of_the_same_name_replaces_no_project_of_another(
    talion: Command, tmp_path: Path
) -> None:
    folder = made(talion, tmp_path)
    (tmp_path / "other").mkdir()
    other = xlsx(tmp_path / "other", [HEAD, ["2024-02-13", "Army", "Post", "talks", 1]])
    before = kept(folder)
    ended = talion("start", other, "--out", folder, "--yes")
    assert ended.status == 2
    assert (
        "was made of another table, ../events.xlsx, whose rows this one would replace" in ended.err
    )
    assert f"--again {folder}" in ended.err
    assert kept(folder) == before
    assert talion("start", other, "--again", folder, "--yes").status == 0
    assert [row["action"] for row in rows_in(folder / "events.csv")] == ["talks"]


def test_a_damaged_mapping_is_named(talion: Command, tmp_path: Path) -> None:
    folder = made(talion, tmp_path)
    edit(folder / "mapping.yaml", "next_number: 19", "next_number: many")
    ended = talion("start", "--again", folder, "--yes")
    assert ended.status == 2
    assert "mapping.yaml" in ended.err
    assert "next_number" in ended.err
    ended = talion("start", "--again", tmp_path / "nowhere")
    assert "not a folder that `talion start` has made" in ended.err


# --- a real table --------------------------------------------------------------------------------


def test_daily_counts_of_deaths_on_two_sides(talion: Command, tmp_path: Path, shared: Path) -> None:
    """B'Tselem's counts, read in place: zero days are no events, every other cell is one."""
    source = shared / "data" / "conflict" / "btselem_daily_counts.csv"
    out = tmp_path / "counts"
    options = (
        "--count", "pal_killed_by_isr=Palestinians killed,Israel,Palestinians,deaths",
        "--count", "isr_killed_by_pal=Israelis killed,Palestinians,Israel,deaths",
    )  # fmt: skip
    ended = talion("start", source, "--out", out, "--yes", *options)
    assert ended.status == 0, ended.err
    with source.open(encoding="utf-8") as file:
        cells = [
            (r["date"], r["pal_killed_by_isr"], r["isr_killed_by_pal"])
            for r in csv.DictReader(file)
        ]
    expected = [(d, "israel", p) for d, p, _ in cells if int(p)] + [
        (d, "palestinians", i) for d, _, i in cells if int(i)
    ]
    found = [(r["start"], r["initiator"], r["deaths"]) for r in rows_in(out / "events.csv")]
    assert sorted(found) == sorted(expected)
    assert "Israelis killed, around each Palestinians killed" in ended.out
    assert load_case(out).record.period[0].isoformat() == "2000-09-29"
    assert talion("check", out).status == 0
    ran = talion("run", out, "--no-fit", "--draws", 2, "--histories", 1, "--out", tmp_path / "r")
    assert ran.status == 0, ran.err
