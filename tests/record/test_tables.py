"""Native tables: what is written is read back; what is wrong is named, all at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talion.errors import OutputError, Problems, RecordError
from talion.record import writing
from talion.record.event import (
    GRADES,
    LISTINGS,
    PLOVER_TYPES,
    STATUSES,
    Absence,
    Actor,
    Conflict,
    Count,
    Coverage,
    Event,
    Evidence,
    Harm,
    Source,
)
from talion.record.record import Record
from talion.record.sheet import LARGEST_FILE
from talion.record.tables import read_outcomes, read_record
from talion.record.writing import write_record

# --- records of every kind -----------------------------------------------------------------------

DAYS = st.dates(date(1980, 1, 1), date(2030, 12, 31))
AWKWARD = [
    "كتائب حزب الله",
    'said "no", twice',
    "a,b;c",
    "line\nbreak\n",
    " ends ",
    "=1+1",
    "é",
    "\u2028",
]
TEXT = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=20),
)
NUMBER = st.integers(0, 10**6)


@st.composite
def harms(draw: st.DrawFn) -> Harm | None:
    numbers = sorted(draw(st.lists(NUMBER, min_size=3, max_size=3)))
    parts = [n if draw(st.booleans()) else None for n in numbers]
    return Harm(*parts) if any(n is not None for n in parts) else None


@st.composite
def events(draw: st.DrawFn, key: str, sources: list[str], actors: list[str]) -> Event:
    precision, longest = draw(
        st.sampled_from([("day", 0), ("week", 6), ("month", 30), ("period", 900)])
    )
    start = draw(DAYS)
    end = start + timedelta(days=draw(st.integers(0, longest)))
    published = start + timedelta(days=draw(st.integers(0, 90)))
    cited = draw(st.lists(st.sampled_from(sources), unique=True))
    conflict = Conflict(
        draw(st.sampled_from(["deaths", "date"])),
        ((draw(TEXT), sources[0]), (draw(TEXT), sources[-1])),
        draw(st.none() | DAYS),
        draw(TEXT),
    )
    pointer = Evidence(sources[0], 3, 3 + draw(st.integers(1, 99)), draw(TEXT))
    return Event(
        key,
        start,
        end,
        precision,
        published,
        draw(st.sampled_from(actors)),
        draw(st.sampled_from(actors)),
        draw(st.sampled_from(PLOVER_TYPES)),
        draw(st.sampled_from(["attack", "strike", "Überfall"])),
        draw(TEXT),
        draw(TEXT),
        draw(harms()),
        draw(harms()),
        size=draw(st.integers(1, 9)),
        status=draw(st.sampled_from(STATUSES)),
        sources=tuple(cited),
        evidence=(pointer,) * draw(st.integers(0, 2)),
        overlaps=draw(st.booleans()),
        note=draw(TEXT),
        conflicts=(conflict,) * draw(st.integers(0, 1)),
        attacks=draw(st.integers(0, 9)),
        rows=draw(st.integers(0, 3)),
        coding=draw(st.sampled_from(["", "list", "brief"])),
        published_how=draw(st.sampled_from(["stated", "address", "assumed"])),
        harm_published=draw(st.none() | st.just(published + timedelta(days=3))),
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    sources = ["s1", "s-2", "مصدر"]
    actors = ["us", "kh", "militias"]
    start = draw(DAYS)
    on = start + timedelta(days=20)
    rows = [draw(events(f"e{i}", sources, actors)) for i in range(draw(st.integers(0, 4)))]
    count = Count(
        "series.1",
        "attack",
        draw(TEXT),
        draw(TEXT),
        start,
        on,
        on,
        draw(NUMBER),
        draw(st.booleans()),
        draw(st.sampled_from([(), (("Iraq", 3), ("Syria", 4))])),
        "s1",
        draw(TEXT),
        draw(st.none() | st.just(on + timedelta(days=3))),
        draw(TEXT),
    )
    absence = Absence(
        "attack", start, on, draw(TEXT), draw(st.floats(0.001, 1)), "s1", on, note=draw(TEXT)
    )
    return Record(
        (start, on),
        tuple(
            Source(key, draw(TEXT), draw(TEXT), draw(TEXT), draw(st.none() | DAYS), draw(st.none() | DAYS),
                   draw(st.none() | st.sampled_from(GRADES)), draw(st.none() | st.just("a" * 64)), draw(TEXT), draw(st.booleans()))
            for key in sources
        ),
        (
            Actor("militias", "M", draw(TEXT)),
            Actor("kh", "كتائب حزب الله", "", "militias", "us: foe", ("K, H", 'the "battalions"')),
            Actor("us", "US"),
        ),
        tuple(rows),
        (count,) * draw(st.integers(0, 1)),
        (absence,) * draw(st.integers(0, 1)),
        tuple(Coverage("attack", start, on, word, draw(TEXT)) for word in LISTINGS),
    )  # fmt: skip


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(record=records())
def test_what_is_written_is_read_back(tmp_path: Path, record: Record) -> None:
    write_record(record, tmp_path / "r")
    again = read_record(tmp_path / "r")
    assert again == record
    assert again.content_hash() == record.content_hash()
    write_record(again, tmp_path / "r2")
    for file in sorted((tmp_path / "r").iterdir()):
        assert file.read_bytes() == (tmp_path / "r2" / file.name).read_bytes()


# --- what is wrong -------------------------------------------------------------------------------

SOURCES = "id,title\nlog,Our log\n"
ACTORS = "id,name\nus,United States\nkh,Kata'ib Hezbollah\n"
EVENTS = "id,start,initiator,target,action,sources\na1,2024-01-10,kh,us,attack,log\n"
COVERAGE = "of,start,end,listing\n*,2024-01-01,2024-02-13,\nattack,2024-01-01,2024-02-13,partial\n"
GOOD = {"sources": SOURCES, "actors": ACTORS, "events": EVENTS, "coverage": COVERAGE}


def plant(folder: Path, **tables: str | bytes | None) -> Path:
    for name, text in (GOOD | tables).items():
        if text is not None:
            data = text if isinstance(text, bytes) else text.encode()
            (folder / f"{name}.csv").write_bytes(data)
    return folder


def test_a_short_table_takes_its_defaults(tmp_path: Path) -> None:
    record = read_record(plant(tmp_path))
    event = record.events[0]
    assert event.published == date(2024, 1, 11)
    assert event.published_how == "assumed"
    assert (event.type, event.precision, event.deaths, event.size) == ("ASSAULT", "day", None, 1)
    assert record.period == (date(2024, 1, 1), date(2024, 2, 13))


def row(**cells: str) -> str:
    """The events table with one row, given cell by cell."""
    whole = {"id": "a1", "start": "2024-01-10", "initiator": "kh", "target": "us", "action": "attack",
             "sources": "log"} | cells  # fmt: skip
    return ",".join(whole) + "\n" + ",".join(whole.values()) + "\n"


@pytest.mark.parametrize(
    ("tables", "names"),
    [
        ({"events": None}, ["events.csv", "no such file"]),
        ({"events": "id,start\na1,2024-01-10\n"}, ["events.csv, row 1, initiator", "missing column"]),
        ({"events": row(deths="3")}, ["events.csv, row 1, deths", "unknown column", "known: id"]),
        ({"events": "id,id,start,initiator,target,action\n"}, ["row 1, id", "occurs twice"]),
        ({"events": row(end="2024-01-09")}, ["events.csv, row 2, end", "2024-01-09", "before start"]),
        ({"events": row(start="10.1.2024")}, ["row 2, start", "10.1.2024", "YYYY-MM-DD"]),
        ({"events": row(start="2024-02-30")}, ["row 2, start", "no such day"]),
        ({"events": row(initiator="khh")}, ["row 2, initiator", "'khh'", "unknown actor"]),
        ({"events": row(sources="log; lag")}, ["row 2, sources", "'lag'", "unknown source"]),
        ({"events": row(deaths="-3")}, ["row 2, deaths", "-3", "less than 0"]),
        ({"events": row(injuries_low="5", injuries="3")}, ["row 2, injuries_high", "out of order"]),
        ({"events": row(deaths="NaN")}, ["row 2, deaths", "NaN", "whole number"]),
        ({"events": row(action="parley")}, ["row 2, type", "not a known word"]),
        ({"events": row(overlaps="perhaps")}, ["row 2, overlaps", "neither yes nor no"]),
        ({"events": row(after="a0")}, ["row 2, after", "unknown event"]),
        ({"events": EVENTS + "a1,2024-01-12,kh,us,attack,log\n"}, ["row 3, id", "occurs twice"]),
        ({"events": EVENTS + "a2,2024-01-12,kh,us,attack,log,more\n"}, ["row 3", "more cells"]),
        ({"events": EVENTS + ",2024-01-12,kh,us,attack,log\n"}, ["row 3, id", "blank"]),
        ({"events": EVENTS + 'a2,"2024-01-12,kh\n'}, ["events.csv:", "not CSV"]),
        ({"events": EVENTS.replace(",", ";")}, ["separated by ';'", "commas"]),
        ({"events": ""}, ["events.csv", "no header"]),
        ({"events": EVENTS.encode("utf-16")}, ["events.csv:1", "not UTF-8"]),
        ({"events": EVENTS.encode() + "a2,2024-01-10,Müller".encode("latin-1")}, ["events.csv:3", "not UTF-8"]),
        ({"actors": ACTORS + "kh,Again\n"}, ["actors.csv, row 4, id", "occurs twice"]),
        ({"actors": "id,name,part_of\nus,US,kh\nkh,KH,us\n"}, ["part_of", "circle"]),
        ({"coverage": "of,start,end,listing\nattack,2024-01-01,2024-02-13,partial\n"}, ["0 times", "of = *"]),
        ({"coverage": COVERAGE.replace("partial", "total")}, ["coverage.csv, row 3, listing", "near complete"]),
        ({"absences": "of,start,end,reliability\nattack,2024-01-01,2024-01-05,nan\n"}, ["reliability", "(0, 1]"]),
        ({"totals": "series,of,since,on,total\ns,attack,2024-01-01,2024-01-05,1e3\n"}, ["totals.csv, row 2, total"]),
        ({"totals": "series,of,since,on,total,split\ns,attack,2024-01-01,2024-01-05,3,Iraq 3\n"}, ["split", "Iraq=10"]),
        ({"evidence": "event,source,start,end\na9,log,1,2\n"}, ["evidence.csv, row 2, event", "unknown event"]),
        ({"evidence": "event,source,start,end\na1,log,9,2\n"}, ["evidence.csv, row 2, end", "not after start"]),
        ({"conflicts": "event,field,value,source\na1,deaths,1,log\n"}, ["conflicts.csv, row 2, value"]),
    ],
)  # fmt: skip
def test_each_fault_is_one_line_with_place_value_remedy(
    tmp_path: Path, tables: dict[str, str | bytes | None], names: list[str]
) -> None:
    with pytest.raises((RecordError, Problems)) as caught:
        read_record(plant(tmp_path, **tables))
    lines = str(caught.value).splitlines()
    assert any(all(name in line for name in names) for line in lines), lines
    assert all("; " in line for line in lines)  # each has a remedy


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    bad = "id,start,end,initiator,target,action,sources,deaths\n" + "".join(
        [
            "a1,2024-01-10,2024-01-01,kh,us,attack,log,\n",
            "a2,2024-01-10,,nobody,us,attack,log,many\n",
            "a3,2024-01-10,,nobody,us,attack,nowhere,-1\n",
            "a4,2024-01-10,,nobody,us,attack,nowhere,\n",
        ]
    )
    with pytest.raises(Problems) as caught:
        read_record(plant(tmp_path, events=bad, sources="id,grade\nlog,Z9\n"))
    text = str(caught.value)
    for words in (
        "row 2, end",
        "row 3, deaths",
        "row 4, deaths",
        "row 5, initiator",
        "row 5, sources",
        "Z9",
    ):
        assert words in text, words
    assert len(caught.value) >= 6


def test_a_bad_row_is_blamed_once_and_not_again_where_it_is_named(tmp_path: Path) -> None:
    evidence = "event,source,start,end\na1,log,1,2\n"
    with pytest.raises(RecordError) as caught:
        read_record(plant(tmp_path, events=row(start="soon"), evidence=evidence))
    assert "row 2, start" in str(caught.value)
    with pytest.raises(RecordError) as caught:
        read_record(plant(tmp_path, sources="id,grade\nlog,Z9\n"))
    assert "Z9" in str(caught.value)


def test_a_flood_of_faults_is_cut_short(tmp_path: Path) -> None:
    flood = EVENTS + "".join(f"b{i},soon,kh,us,attack,log\n" for i in range(1000))
    with pytest.raises(Problems) as caught:
        read_record(plant(tmp_path, events=flood))
    assert len(caught.value) == 201
    assert "800 more faults" in str(caught.value)


def test_a_file_of_50_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    plant(tmp_path)
    with (tmp_path / "events.csv").open("ab") as file:
        file.truncate(50 * 1000 * 1000)
    with pytest.raises(RecordError, match="50 MB; at most 34 MB"):
        read_record(tmp_path)
    assert LARGEST_FILE < 50 * 1000 * 1000


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no such folder"):
        read_record(tmp_path / "nowhere")


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    excel = ("\ufeff" + EVENTS.replace("\n", "\r\n")).encode()
    assert read_record(plant(tmp_path, events=excel)) == read_record(plant(tmp_path))


# --- writing whole or not at all -----------------------------------------------------------------


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("stage", ["first", "sixth", "rename"])
def test_a_full_disk_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    old = read_record(plant(tmp_path))
    write_record(old, tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    synced = os.fsync
    calls = iter(range(99))
    fails: Callable[..., object] = _full
    if stage == "sixth":
        fails = lambda fd: synced(fd) if next(calls) < 5 else _full()  # noqa: E731
    if stage == "rename":
        monkeypatch.setattr(Path, "replace", _full)
    else:
        monkeypatch.setattr(writing.os, "fsync", fails)
    changed = replace(old, events=(replace(old.events[0], note="changed"),))
    with pytest.raises(OutputError, match="No space left on device"):
        write_record(changed, tmp_path)
    monkeypatch.undo()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write the files"):
        write_record(read_record(plant(tmp_path)), tmp_path / "file" / "below")


def test_outcomes_share_sources_and_actors_of_the_record(tmp_path: Path) -> None:
    plant(tmp_path)
    (tmp_path / "outcomes.csv").write_text(
        EVENTS.replace("a1,2024-01-10", "z1,2024-03-01"), encoding="utf-8"
    )
    (tmp_path / "outcomes_coverage.csv").write_text(
        "of,start,end\n*,2024-02-14,2024-12-31\n", encoding="utf-8"
    )
    later = read_outcomes(tmp_path)
    assert [event.id for event in later.events] == ["z1"]
    assert [actor.id for actor in later.actors] == ["us", "kh"]
    assert [event.id for event in read_record(tmp_path).events] == ["a1"]
