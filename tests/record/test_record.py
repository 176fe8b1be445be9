"""The record's questions: who belongs to whom, exact counting, what was known when, its hash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.errors import InputError, RecordError
from talion.record.event import (
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
from talion.record.merge import merge_reports
from talion.record.record import Record

START, END = date(2024, 1, 1), date(2024, 1, 31)


def act(key: str, day: int, **change: Any) -> Event:
    when = date(2024, 1, day)
    plain = Event(
        key,
        when,
        when,
        "day",
        when + timedelta(days=1),
        "kh",
        "us",
        "ASSAULT",
        "attack",
        country="Iraq",
        sources=("log",),
    )
    return replace(plain, **change)


def record_of(*events: Event, **parts: Any) -> Record:
    whole: dict[str, Any] = {
        "sources": (Source("log"), Source("late", published=date(2024, 1, 20))),
        "actors": (
            Actor("us", "US"),
            Actor("militias", "Militias"),
            Actor("kh", "KH", part_of="militias"),
        ),
    }
    return Record((START, END), events=events, **(whole | parts))


def test_an_actor_stands_for_its_parts() -> None:
    record = record_of(act("a", 2), act("b", 3, initiator="militias"), act("c", 4, initiator="us"))
    assert [e.id for e in record.select(initiator="militias")] == ["a", "b"]
    assert [e.id for e in record.select(initiator="kh")] == ["a"]
    assert [e.id for e in record.select(initiator=["us", "kh"])] == ["a", "c"]
    assert record.belongs("kh") == ("kh", "militias")
    assert record.camp("kh") == "militias"


def test_counting_is_exact_and_leaves_out_aggregates() -> None:
    record = record_of(
        act("a", 2, attacks=3, size=3),
        act("b", 5),
        act("c", 5, country="Syria"),
        act("d", 9, overlaps=True, attacks=40),
        act("e", 9, action="strike"),
    )
    assert record.count("attack", START, END) == 3
    assert record.count("attack", START, END, sizes=True) == 5
    assert record.count("attack", START, END, country="Syria") == 1
    assert record.count(["attack", "strike"], date(2024, 1, 5), date(2024, 1, 9)) == 3
    assert record.count("attack", date(2024, 1, 3), date(2024, 1, 4)) == 0


@given(
    days=st.lists(st.integers(1, 31), max_size=20),
    cut=st.integers(1, 30),
)
def test_counts_of_adjoining_windows_add_up(days: list[int], cut: int) -> None:
    record = record_of(*(act(f"e{i}", day) for i, day in enumerate(days)))
    middle = date(2024, 1, cut)
    left = record.count("attack", START, middle)
    right = record.count("attack", middle + timedelta(days=1), END)
    assert left + right == record.count("attack", START, END) == len(days)


def test_events_of_a_day_come_in_the_coded_order() -> None:
    record = record_of(act("a", 2, after="z"), act("m", 2, after="a"), act("z", 2), act("b", 1))
    assert [event.id for event in record.ordered] == ["b", "z", "a", "m"]
    assert record.follows(record.event("m"), record.event("z"))
    assert not record.follows(record.event("z"), record.event("m"))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((act("a", 2), act("a", 3)), "occurs twice"),
        ((act("a", 2, initiator="isis"),), "unknown actor"),
        ((act("a", 2, sources=("lost",)),), "unknown source"),
        ((act("a", 2, evidence=(Evidence("lost", 1, 2),)),), "unknown source"),
        ((act("a", 2, after="b"),), "unknown event"),
        ((act("a", 2, after="b"), act("b", 2, after="a")), "circle"),
        ((act("a", 2, after="b"), act("b", 9)), "begins later"),
    ],
)
def test_rows_that_do_not_fit_together_are_refused(events: tuple[Event, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        record_of(*events)


@pytest.mark.parametrize("kind", ["event", "source", "actor"])
def test_an_unknown_id_is_an_error_of_ours(kind: str) -> None:
    with pytest.raises(RecordError, match=f"no such {kind}"):
        getattr(record_of(), kind)("nobody")


def test_what_was_published_later_is_not_known() -> None:
    conflict = Conflict("deaths", (("1", "log"), ("2", "log")), date(2024, 1, 25))
    mixed = Conflict("date", (("2 January", "log"), ("3 January", "late")))
    count = Count(
        "s", "attack", "P", "d", START, date(2024, 1, 9), date(2024, 1, 10), 4, source="log"
    )
    record = record_of(
        act("a", 2, conflicts=(conflict, mixed), sources=("log", "late")),
        act("b", 3, published=date(2024, 1, 22)),
        act("c", 4, sources=("late",)),
        act("d", 5, deaths=Harm(best=9), harm_published=date(2024, 1, 30), after="b"),
        counts=(count, replace(count, on=date(2024, 1, 19), published=date(2024, 1, 20))),
        absences=(Absence("attack", START, END, "P", 0.9, "log", date(2024, 2, 1)),),
        coverage=(
            Coverage("attack", START, END, "partial"),
            Coverage("strike", date(2024, 1, 20), END, "partial"),
        ),
    )  # fmt: skip
    known = record.known_by(date(2024, 1, 15))
    assert [event.id for event in known.events] == ["a", "d"]
    assert known.event("a").sources == ("log",)
    assert known.event("a").conflicts == ()
    assert known.event("d").deaths is None
    assert known.event("d").after is None
    assert [count.day.day for count in known.counts] == [9]
    assert known.absences == ()
    assert known.coverage == (Coverage("attack", START, date(2024, 1, 15), "partial"),)
    assert known.period == (START, date(2024, 1, 15))
    assert record.known_by(date(2024, 2, 1)) == record
    with pytest.raises(RecordError, match="begins after as_of"):
        record.known_by(date(2023, 12, 31))


def test_a_merged_event_falls_back_to_the_reports_known() -> None:
    one = act("a", 2, coding="x", deaths=Harm(best=1))
    other = act(
        "b", 2, coding="y", sources=("late",), published=date(2024, 1, 20), deaths=Harm(best=5)
    )
    merged = merge_reports(record_of(one, other))
    assert merged.event("a").deaths == Harm(1, 1, 5)
    assert merged.known_by(date(2024, 1, 10)).events == (one,)
    assert merged.known_by(END) == merged


@given(cut=st.integers(2, 31), later=st.integers(0, 5))
def test_deleting_later_rows_changes_nothing_known(cut: int, later: int) -> None:
    as_of = date(2024, 1, cut)
    events = [act(f"e{day}", day, attacks=day) for day in range(1, 31, 3)]
    whole = record_of(*events, *(act(f"x{i}", 31) for i in range(later)))
    cleaned = replace(whole, events=tuple(e for e in whole.events if e.published <= as_of))
    assert whole.known_by(as_of).content_hash() == cleaned.known_by(as_of).content_hash()


def test_the_hash_sees_content_and_not_order(record: Record) -> None:
    turned = replace(record, events=record.events[::-1], sources=record.sources[::-1])
    assert turned.content_hash() == record.content_hash()
    changed = replace(record, events=(replace(record.events[0], note="x"), *record.events[1:]))
    assert changed.content_hash() != record.content_hash()
    shorter = replace(record, period=(record.period[0], record.period[1] - timedelta(days=1)))
    assert shorter.content_hash() != record.content_hash()


def test_whether_a_source_may_be_passed_on_is_no_content(record: Record) -> None:
    private = replace(record, sources=tuple(replace(s, shared=False) for s in record.sources))
    assert private != record
    assert private.content_hash() == record.content_hash()


def test_frames_hold_the_tables(record: Record) -> None:
    import polars as pl

    frames = record.to_frames()
    assert frames["events"].height == len(record.events)
    assert frames["events"].schema["start"] == pl.Date
    assert frames["totals"]["total"].sum() == sum(count.total for count in record.counts)
    stated = sum(
        event.deaths is not None and event.deaths.best is not None for event in record.events
    )
    assert frames["events"]["deaths"].count() == stated  # unknown is null, not 0
    assert frames["coverage"].filter(pl.col("of") == "*").height == 1
    assert frames["events"]["sources"].list.len().sum() == sum(
        len(e.sources) for e in record.events
    )
