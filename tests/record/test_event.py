"""The vocabulary refuses what cannot be, and says what to do."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from talion.errors import InputError, RecordError
from talion.record.event import (
    ACTION_TYPES,
    PLOVER_TYPES,
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
from talion.record.faults import RowError

DAY = date(2024, 1, 10)
EVENT = Event("a-1", DAY, DAY, "day", DAY, "kh", "us", "ASSAULT", "attack")
COUNT = Count("s", "attack", "Pentagon", "attacks", date(2024, 1, 1), DAY, DAY, 5)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"end": date(2024, 1, 9)}, "end"),
        ({"published": date(2024, 1, 9)}, "published"),
        ({"precision": "about"}, "precision"),
        ({"end": date(2024, 1, 11), "published": date(2024, 1, 12)}, "precision"),
        ({"precision": "week", "end": date(2024, 1, 20)}, "precision"),
        ({"type": "BOMB"}, "type"),
        ({"status": "rumoured"}, "status"),
        ({"size": 0}, "size"),
        ({"attacks": -1}, "attacks"),
        ({"id": "two words"}, "id"),
        ({"id": ""}, "id"),
        ({"action": "a;b"}, "action"),
        ({"note": "bell \x07"}, "note"),
        ({"after": "a-1"}, "after"),
        ({"published_how": "guessed"}, "published_how"),
        ({"harm_published": date(2024, 1, 9)}, "harm_published"),
        ({"conflicts": (Conflict("deaths", (("1", "a"), ("2", "b"))),) * 2}, "conflicts"),
    ],
)
def test_an_event_that_cannot_be_is_refused(change: dict[str, Any], column: str) -> None:
    with pytest.raises(RecordError) as caught:
        replace(EVENT, **change)
    assert caught.value.place is not None
    assert caught.value.place.endswith(f", {column}")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("make", "column"),
    [
        (lambda: Harm(best=-1), "best"),
        (lambda: Harm(3, 2, 4), "high"),
        (Harm, "best"),
        (lambda: Source("s", grade="G1"), "grade"),
        (lambda: Source("s", sha256="abc"), "sha256"),
        (lambda: Evidence("s", 5, 5), "end"),
        (lambda: Evidence("s", -1, 5), "start"),
        (lambda: Actor("kh", "KH", part_of="kh"), "part_of"),
        (lambda: Actor("kh", " "), "name"),
        (lambda: Actor("kh", "KH", tie="iran"), "tie"),
        (lambda: Actor("kh", "KH", aliases=("a;b",)), "aliases"),
        (lambda: Conflict("deaths", (("1", "a"),)), "value"),
        (lambda: replace(COUNT, total=-1), "total"),
        (lambda: replace(COUNT, since=date(2024, 2, 1)), "on"),
        (lambda: replace(COUNT, on_end=date(2024, 1, 1)), "on_end"),
        (lambda: replace(COUNT, published=date(2024, 1, 1)), "published"),
        (lambda: Absence("attack", DAY, DAY, "P", float("nan"), "s", DAY), "reliability"),
        (lambda: Absence("attack", DAY, DAY, "P", 0.0, "s", DAY), "reliability"),
        (lambda: Coverage("attack", DAY, DAY, "full"), "listing"),
        (lambda: Coverage("attack", DAY, date(2023, 1, 1), "partial"), "end"),
    ],
)
def test_other_rows_that_cannot_be_are_refused(make: Any, column: str) -> None:
    with pytest.raises(RecordError) as caught:
        make()
    assert caught.value.place is not None
    assert caught.value.place.endswith(f", {column}")


def test_all_faults_of_a_row_are_held_and_survive_pickling() -> None:
    with pytest.raises(RowError) as caught:
        replace(EVENT, type="BOMB", size=0, end=date(2023, 1, 1))
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert [fault.column for fault in again.faults] == ["end", "type", "size"]
    assert str(again) == str(caught.value)
    assert isinstance(again, InputError)


def test_unknown_harm_is_not_zero() -> None:
    assert EVENT.deaths is None
    assert replace(EVENT, deaths=Harm(best=0)).deaths != EVENT.deaths


def test_an_interval_is_counted_on_its_middle_day() -> None:
    week = replace(EVENT, start=date(2024, 1, 7), end=date(2024, 1, 13), precision="week")
    assert replace(week, published=date(2024, 1, 14)).day == DAY
    two = replace(EVENT, end=date(2024, 1, 11), precision="week", published=date(2024, 1, 12))
    assert two.day == DAY


def test_every_native_action_has_a_known_type() -> None:
    assert set(ACTION_TYPES.values()) <= set(PLOVER_TYPES)


def test_record_is_reached_from_the_vocabulary() -> None:
    from talion.record import event, record

    assert event.Record is record.Record
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = event.Nothing  # type: ignore[attr-defined]
