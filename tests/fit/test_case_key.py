"""What a fit is found by: everything it may see, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from model.small_case import SMALL
from talion.fit.case import key
from talion.fit.case.key import FitSettings, case_hash, fit_key
from talion.model.case import Case, load_case, parse_case
from talion.record.event import Actor, Count, Event, Harm, Source
from talion.record.record import Record

USUAL = FitSettings()


def changed(old: str, new: str) -> Case:
    assert old in SMALL
    return parse_case(SMALL.replace(old, new, 1))


UNSEEN = [
    ("title: A border", "title: Another title"),
    ("because: replies follow raids", "because: as was said"),
    ("claim: Replies speed up demands", "claim: Replies hurry demands"),
    ("word: would not", "word: likely"),
    ("higher_by: 25 %", "higher_by: 40 %"),
    ("from: 2024-07-01, set: war", "from: 2024-08-01, set: war"),
    ("title: Raid", "title: A raid"),
    ("talion: 1", "talion: 1  # a comment\nnotes: [to do]\nhorizon: [90 days]"),
    ("usual: 1\n", "usual: [1, 1, 1]\n"),
    ("origin: brief,\n       because: revenge", "origin: brief, saturates: 1,\n       because: revenge"),
]  # fmt: skip
SEEN = [
    ("usual: [8, 10, 12]", "usual: [8, 10, 13]"),
    ("strength: moderate\n    fades: days", "strength: strong\n    fades: days"),
    ("fades: days\n    origin: brief", "fades: weeks\n    origin: brief"),
    ("listing: {share: [30, 50, 70]}", "listing: {share: [30, 50, 80]}"),
    ("values: {2024-05-20: 'on'}", "values: {2024-05-21: 'on'}"),
    ("as_of: 2024-06-01", "as_of: 2024-06-02"),
    ("history_from: 2024-01-01", "history_from: 2024-01-02"),
    ("contested: the other side denies it", "tempo: fast"),
    ("sd: [0.3, 0.6, 1.0]", "sd: [0.3, 0.6, 1.1]"),
    ("place: {east: 60, west: 40}", "place: {west: 40, east: 60}"),  # the order numbers the classes
]


@pytest.mark.parametrize(("old", "new"), UNSEEN)
def test_what_a_fit_does_not_look_at_changes_nothing(old: str, new: str) -> None:
    assert fit_key(changed(old, new), USUAL) == fit_key(parse_case(SMALL), USUAL)


@pytest.mark.parametrize(("old", "new"), SEEN)
def test_what_a_fit_looks_at_changes_the_key(old: str, new: str) -> None:
    assert case_hash(changed(old, new)) != case_hash(parse_case(SMALL))


@pytest.mark.parametrize("change", [{"seed": 5}, {"chains": 5}, {"sweeps": 5}, {"variants": ()}])
def test_settings_and_method_change_the_key(
    change: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = parse_case(SMALL)
    first = fit_key(case, USUAL)
    assert fit_key(case, replace(USUAL, **change)) != first  # type: ignore[arg-type]
    monkeypatch.setattr(key, "METHOD", "case-fit 999")
    assert fit_key(case, USUAL) != first


AS_OF = dt.date(2024, 6, 1)
PERIOD = (dt.date(2024, 1, 1), dt.date(2024, 8, 1))


def raid(name: str, day: dt.date, published: dt.date, **change: Any) -> Event:
    plain = Event(
        name, day, day, "day", published, "south", "north", "ASSAULT", "raid", sources=("log",)
    )
    return replace(plain, **change)


def record(*events: Event, **parts: Any) -> Record:
    sources = (Source("log"), Source("late", published=AS_OF + dt.timedelta(days=9)))
    actors = (Actor("north", "North"), Actor("south", "South"))
    whole = {"sources": sources, "actors": actors} | parts
    return Record(PERIOD, events=events, **whole)


def key_with(known: Record) -> str:
    return fit_key(parse_case(SMALL, record=known), USUAL)


def test_nothing_published_after_as_of_enters_the_key() -> None:
    day, next_day = dt.date(2024, 5, 9), AS_OF + dt.timedelta(days=1)
    first = raid("a", dt.date(2024, 5, 3), dt.date(2024, 5, 4))
    total = Count("raids", "raid", "North", "raids", PERIOD[0], day, next_day, 3)
    known = key_with(record(first))
    assert key_with(record(first, raid("b", day, next_day))) == known
    assert key_with(record(first, counts=(total,))) == known
    hurt = replace(first, deaths=Harm(best=2), harm_published=next_day)
    assert key_with(record(hurt)) == known
    # Known on the very day, each of them counts.
    assert key_with(record(first, raid("b", day, AS_OF))) != known
    assert key_with(record(first, counts=(replace(total, published=AS_OF),))) != known
    assert key_with(record(replace(hurt, harm_published=AS_OF))) != known


def test_outcomes_and_later_rows_of_the_built_in_case_do_not_enter() -> None:
    case = load_case("baghdad-2024")
    assert case.outcomes is not None
    assert fit_key(replace(case, outcomes=None), USUAL) == fit_key(case, USUAL)
    fewer = replace(case.record, events=case.record.events[:-1])
    assert fit_key(replace(case, record=fewer), USUAL) != fit_key(case, USUAL)
