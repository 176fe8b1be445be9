"""Merging reports of one event: what fits, what is kept, and that order and repetition do nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.record.event import Actor, Conflict, Event, Harm, Source
from talion.record.merge import fits, merge_reports
from talion.record.record import Record
from talion.record.tables import read_record
from talion.record.writing import write_record

DAY = date(2024, 1, 10)
ACTORS = (
    Actor("us", "United States"),
    Actor("us_forces", "US forces", part_of="us"),
    Actor("iraq_gov", "Iraq"),
    Actor("militias", "Militias"),
    Actor("kh", "KH", part_of="militias"),
    Actor("nujaba", "Nujaba", part_of="militias"),
    Actor("unknown", "Not known"),
)
SOURCES = (Source("good", grade="B2"), Source("poor", grade="E4"), Source("third", grade="C3"))


def report(key: str, coding: str = "one", source: str = "good", **change: Any) -> Event:
    plain = Event(
        key,
        DAY,
        DAY,
        "day",
        date(2024, 1, 20),
        "militias",
        "us_forces",
        "ASSAULT",
        "attack",
        "Ain al-Asad air base",
        "Iraq",
        sources=(source,),
        coding=coding,
    )
    return replace(plain, **change)


def record_of(*events: Event) -> Record:
    return Record((DAY, DAY), SOURCES, ACTORS, events)


OTHER: dict[str, Any] = {"coding": "two", "source": "poor"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"start": date(2024, 1, 11), "end": date(2024, 1, 11)}, True),
        ({"start": date(2024, 1, 12), "end": date(2024, 1, 12)}, False),
        ({"start": date(2024, 1, 1), "end": date(2024, 1, 31), "precision": "month"}, True),
        ({"action": "strike"}, False),
        ({"country": "Syria"}, False),
        ({"country": ""}, True),
        ({"place": "near Asad"}, True),
        ({"place": ""}, True),
        ({"place": "Green Village"}, False),
        ({"initiator": "kh"}, True),
        ({"initiator": "unknown"}, True),
        ({"initiator": "us"}, False),
        ({"target": "us"}, True),
        ({"target": "iraq_gov"}, False),
        ({"overlaps": True}, False),
        ({"coding": "one"}, False),
        ({"sources": ("good",)}, False),
    ],
)
def test_what_fits_is_what_the_rule_says(change: dict[str, Any], expected: bool) -> None:
    one, other = report("a"), report("b", **OTHER)
    other = replace(other, **change)
    record = record_of(one, other)
    assert fits(one, other, record) is expected
    assert fits(other, one, record) is expected
    assert len(merge_reports(record).events) == (1 if expected else 2)


def test_talks_have_no_direction_but_attacks_do() -> None:
    talks = {"action": "talks", "type": "AGREE", "initiator": "us", "target": "iraq_gov"}
    crossed = talks | {"initiator": "iraq_gov", "target": "us_forces"}
    one, other = report("a", **talks), report("b", **OTHER, **crossed)
    assert fits(one, other, record_of(one, other))
    acts = {"action": "attack", "type": "ASSAULT"}
    one, other = replace(one, **acts), replace(other, **acts)
    assert not fits(one, other, record_of(one, other))


def test_speech_is_merged_only_if_both_are_dated_to_the_day() -> None:
    speech = {"action": "threat", "type": "THREATEN", "initiator": "kh"}
    one, other = report("a", **speech), report("b", **OTHER, **speech)
    assert fits(one, other, record_of(one, other))
    vague = replace(other, end=date(2024, 1, 14), precision="week")
    assert not fits(one, vague, record_of(one, vague))


def test_what_a_merged_event_says() -> None:
    first = report("a", deaths=Harm(best=3), initiator="militias", rows=1, attacks=1)
    vague = report(
        "b",
        **OTHER,
        start=date(2024, 1, 1),
        end=date(2024, 1, 31),
        precision="month",
        published=date(2024, 1, 15),
        initiator="kh",
        deaths=Harm(5, 6, 7),
        injuries=Harm(best=2),
        attacks=2,
        size=2,
    )
    merged = merge_reports(record_of(first, vague)).events[0]
    assert (merged.start, merged.end, merged.precision) == (DAY, DAY, "day")
    assert merged.published == date(2024, 1, 15)
    assert merged.id == "b"  # the report published first gives the name
    assert merged.sources == ("good", "poor")  # higher grade first
    assert merged.deaths == Harm(3, 3, 7)
    assert merged.injuries == Harm(2, 2, 2)
    assert merged.initiator == "kh"  # the part, where the other names the whole
    assert (merged.attacks, merged.size, merged.rows) == (2, 2, 2)
    assert [conflict.field for conflict in merged.conflicts] == ["deaths"]
    assert merged.conflicts[0].values == (("3", "good"), ("5-7", "poor"))
    assert {event.id for event in merged.reports} == {"a", "b"}


def test_rivals_and_days_that_differ_are_conflicts_and_less_exact_words_are_not() -> None:
    one = report("a", initiator="kh", deaths=Harm(low=1))
    other = report(
        "b", **OTHER, initiator="nujaba", deaths=Harm(best=3), start=date(2024, 1, 11), end=date(2024, 1, 11)
    )  # fmt: skip
    merged = merge_reports(record_of(one, other)).events[0]
    assert {c.field for c in merged.conflicts} == {"initiator", "date"}


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ("claimed", "reported", "reported"),
        ("claimed", "claimed", "claimed"),
        ("disputed", "reported", "disputed"),
    ],
)
def test_a_second_source_confirms_a_claim_and_settles_no_dispute(
    one: str, other: str, merged: str
) -> None:
    record = record_of(report("a", status=one), report("b", **OTHER, status=other))
    assert merge_reports(record).events[0].status == merged


def test_a_report_that_fits_two_events_is_left_apart() -> None:
    one = report("a")
    two = report("b", source="third", start=date(2024, 1, 12), end=date(2024, 1, 12))
    vague = report("c", **OTHER, end=date(2024, 1, 14), precision="week")
    record = record_of(one, two, vague)
    assert fits(one, vague, record)
    assert fits(two, vague, record)
    assert merge_reports(record).events == record.events


def test_order_of_the_day_follows_into_the_merged_event() -> None:
    one, other = report("a"), report("b", **OTHER, published=date(2024, 1, 12))
    strike = report("s", action="strike", initiator="us", target="kh", after="a")
    merged = merge_reports(record_of(one, other, strike))
    assert merged.event("s").after == "b"
    assert merged.event("a") is merged.event("b")
    assert merged.follows(merged.event("s"), merged.event("a"))


@st.composite
def reports(draw: st.DrawFn) -> list[Event]:
    made = []
    for i in range(draw(st.integers(2, 7))):
        start = date(2024, 1, draw(st.integers(8, 14)))
        long = draw(st.sampled_from([0, 0, 3]))
        source = draw(st.sampled_from(["good", "poor", "third"]))
        made.append(
            report(
                f"r{i}",
                draw(st.sampled_from(["one", "two", "three", ""])),
                source,
                start=start,
                end=start.replace(day=start.day + long),
                precision="week" if long else "day",
                published=date(2024, 1, draw(st.integers(20, 22))),
                initiator=draw(st.sampled_from(["militias", "kh", "nujaba", "unknown"])),
                place=draw(st.sampled_from(["", "Ain al-Asad", "Asad", "Erbil"])),
                deaths=draw(st.sampled_from([None, Harm(best=1), Harm(best=4), Harm(low=2)])),
                conflicts=draw(
                    st.sampled_from([(), (Conflict("deaths", (("8", "good"), ("9", "poor"))),)])
                ),
                size=draw(st.integers(1, 3)),
            )
        )
    return made


@given(events=reports(), chance=st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(events: list[Event], chance: random.Random) -> None:
    record = record_of(*events)
    merged = merge_reports(record)
    shuffled = list(events)
    chance.shuffle(shuffled)
    other = merge_reports(record_of(*shuffled))
    assert other.content_hash() == merged.content_hash()
    assert merge_reports(merged) == merged
    shown = [report for event in merged.events for report in event.reports or (event,)]
    assert sorted(event.id for event in shown) == sorted(event.id for event in events)
    harms = [n for e in events if e.deaths for n in (e.deaths.low, e.deaths.best) if n is not None]
    kept = [e.deaths for e in merged.events if e.deaths]
    assert not harms or min(h.low if h.low is not None else h.best or 0 for h in kept) == min(harms)


# --- the built-in case ---------------------------------------------------------------------------

JOINED = {
    "killing-20200103": "brief-killing-soleimani",
    "talks-20240125": "brief-talks-announced",
    "attack-20240128-tower-22": "brief-tower-22",
    "talks_pause-20240128": "brief-talks-paused",
    "strike-20240202": "brief-strike-0202",
    "killing-20240207": "brief-killing-0207",
    "hmc_session-20240211": "brief-hmc-resumed",
}


def test_the_brief_and_the_chronology_are_joined_where_they_speak_of_one_event(
    record: Record, merged: Record
) -> None:
    joined = {event.id: {r.id for r in event.reports} for event in merged.events if event.reports}
    assert joined == {key: {key, brief} for key, brief in JOINED.items()}
    assert len(merged.events) == len(record.events) - len(JOINED)
    assert merged.event("brief-strike-0202").id == "strike-20240202"


def test_sanctions_of_one_week_on_different_targets_stay_apart(merged: Record) -> None:
    targets = {e.target for e in merged.select("treasury_action", start=date(2024, 1, 25))}
    assert targets == {"al_huda", "irgc"}


def test_who_struck_tower_22_is_kept_as_a_conflict(merged: Record) -> None:
    event = merged.event("attack-20240128-tower-22")
    conflict = next(c for c in event.conflicts if c.field == "initiator")
    assert {value for value, _ in conflict.values} == {"kh", "resistance"}
    assert event.deaths == Harm(3, 3, 3)


def test_a_merged_record_is_written_as_its_reports(tmp_path: Any, merged: Record) -> None:
    write_record(merged, tmp_path)
    again = merge_reports(read_record(tmp_path))
    assert again.content_hash() == merged.content_hash()
