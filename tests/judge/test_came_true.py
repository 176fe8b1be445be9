"""What became of signs: seen, not seen, open, not told; each by the record as it is now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from judge.crisis import TEXT, judgment, small_record
from talion.judge.came_true import signs_shown
from talion.judge.indicators import Indicator, WatchList
from talion.judge.information import Chance, Evidence
from talion.model.case import Case, parse_case

HALF = Chance(0.5, 0.4, 0.6)
TOLD = Evidence(HALF, HALF, HALF, HALF, 0.1, 0.0, 0.2, 1.0, 100)


def sign(**given: Any) -> Indicator:
    fields: dict[str, Any] = {
        "kind": "count", "subject": "attack", "title": "Attack", "sign": "over 2 listed", "above": True,
        "bar": 2.0, "states": (), "start": dt.date(2024, 5, 1), "end": dt.date(2024, 5, 30), "days": 30,
        "reading": "as_written", "evidence": {"as_written": TOLD}, "by_chance": 0.01, "settles": False,
    }  # fmt: skip
    return Indicator(**(fields | given))


def state(indicator: Indicator, case: Case, world: str = "baseline") -> str:
    given = WatchList("J", "main", world, "as_written", (indicator,), "", 9, 0.0, 200)
    (found,) = signs_shown([given], case)
    assert found.indicator is indicator
    assert found.why
    return found.state


def case_of(text: str = TEXT, as_of: str = "2024-06-01", extra: int = 0) -> Case:
    """The crisis; its attacks fall on every second Monday, the last on 6 May 2024."""
    record = small_record()
    last = record.events[9]
    more = tuple(replace(last, id=f"more-{i}", published=last.start + dt.timedelta(days=1 + i), start=last.start + dt.timedelta(days=1 + i),
                         end=last.start + dt.timedelta(days=1 + i)) for i in range(extra))  # fmt: skip
    body = judgment("J", "kind: forecast, holds_if: {count: attack, at_least: 1}")
    text = text.replace("as_of: 2024-06-01", f"as_of: {as_of}")
    return parse_case(text + body, "crisis", replace(record, events=record.events + more))


@pytest.mark.parametrize(
    ("extra", "above", "as_of", "expected"),
    [
        (0, True, "2024-06-01", "not seen"),  # one listed
        (0, False, "2024-06-01", "seen"),
        (2, True, "2024-06-01", "seen"),  # three listed, over two
        (2, False, "2024-06-01", "not seen"),
        (1, True, "2024-06-01", "not seen"),  # two listed are not over two
        (0, True, "2024-05-20", "open"),
        (0, False, "2024-05-20", "open"),
        (2, True, "2024-05-20", "seen"),  # over two before the window ends
        (2, False, "2024-05-20", "not seen"),
    ],
)
def test_counts(extra: int, above: bool, as_of: str, expected: str) -> None:
    assert state(sign(above=above), case_of(as_of=as_of, extra=extra)) == expected


def test_a_record_that_stops_before_the_window_ends_leaves_it_open() -> None:
    case = case_of()
    short = replace(case, record=replace(case.record, period=(case.record.period[0], dt.date(2024, 5, 15))))  # fmt: skip
    assert state(sign(), short) == "open"


def test_states_by_the_dates_of_the_case() -> None:
    peace = sign(kind="state", subject="war", bar=None, states=("ended",))
    assert state(peace, case_of()) == "not told"  # nothing dated since
    text = TEXT.replace("{2024-01-01: active}", "{2024-01-01: active, 2024-05-20: ended}")
    assert text != TEXT
    assert state(peace, case_of(text)) == "seen"
    assert state(replace(peace, above=False), case_of(text)) == "not seen"
    late = text.replace("2024-05-20: ended", "2024-05-31: ended")
    assert state(peace, case_of(late)) == "not seen"
    assert state(replace(peace, above=False), case_of(late)) == "seen"
    assert state(peace, case_of(late.replace("05-31", "05-19").replace("ended}", "active}"), "2024-05-25")) == "open"  # fmt: skip


def test_what_the_record_cannot_tell() -> None:
    assert state(sign(kind="level", subject="push", bar=50.0), case_of()) == "not told"
    assert state(sign(subject="gone"), case_of()) == "not told"
    assert state(sign(), case_of(), world="peace") == "not told"
