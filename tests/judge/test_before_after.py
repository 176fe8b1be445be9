"""The model-free table, on a record whose counts are plain."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from judge.crisis import TEXT, crisis, judgment, small_record
from talion.judge.before_after import PairTable, before_and_after
from talion.model.case import parse_case
from talion.record.before_after import Window
from talion.record.event import Count


def window(pair: PairTable, event: str, days: int) -> Window:
    around = next(a for a in pair.acts if a.event.id == event)
    return next(w for w in around.windows if w.days == days)


def test_rows_are_counted_on_both_sides_without_the_day_itself() -> None:
    (pair,) = before_and_after(crisis("fixed"))  # demands have no rows
    assert (pair.cause, pair.effect, len(pair.acts)) == ("attack", "strike", 10)
    # Attack 2 is on 29 January; strikes are on 4 January, 1 and 29 February.
    month, week = window(pair, "attack-2", 30), window(pair, "attack-2", 7)
    assert pair.acts[2].event.day == dt.date(2024, 1, 29)
    assert (month.before, month.after, month.truncated) == (1, 1, True)  # the record is cut
    assert (week.before, week.after, week.truncated) == (0, 1, False)


def test_a_running_total_gives_the_listed_share() -> None:
    start = dt.date(2024, 1, 1)
    counts = tuple(
        Count("tally", "strike", "Army", "all strikes", start, day, day, total, source="log")
        for day, total in ((dt.date(2024, 2, 29), 6), (dt.date(2024, 5, 31), 10))
    )
    text = TEXT.replace("rows: {action: [strike]}, ", "rows: {action: [strike]}, totals: tally, ")
    text += judgment("J", "kind: history, holds_if: {recorded: {action: strike}, at_least: 1}")
    case = parse_case(text, "crisis", replace(small_record(), counts=counts))
    (pair,) = before_and_after(case)
    # 1 January to 29 February: 3 strikes listed of 6, 3 unlisted over 60 days, a twentieth a day.
    week = window(pair, "attack-2", 7)
    assert week.coverage_before == 0.0
    assert week.coverage_after == pytest.approx(1 / (1 + 7 * 3 / 60))
