"""The model-free table, on a record whose counts are plain."""

from __future__ import annotations

import datetime as dt

from judge.crisis import crisis
from talion.judge.before_after import WINDOWS, before_and_after


def test_rows_are_counted_on_both_sides_without_the_day_itself() -> None:
    table = before_and_after(crisis("fixed"))
    pairs = {(row.cause, row.effect) for row in table}
    assert pairs == {("attack", "strike")}  # demands have no rows
    assert len(table) == 10 * len(WINDOWS)
    row = next(r for r in table if r.event == "attack-2" and r.days == 30)
    # Attack 2 is on 29 January; strikes are on 4 January, 1 and 29 February.
    assert row.day == dt.date(2024, 1, 29)
    assert (row.before, row.after) == (None, 1)  # 30 days before lies outside the record
    week = next(r for r in table if r.event == "attack-2" and r.days == 7)
    assert (week.before, week.after) == (0, 1)
    assert week.listing_before == "near complete"
