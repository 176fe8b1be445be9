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


def test_a_running_total_gives_the_listed_share() -> None:
    from dataclasses import replace

    from judge.crisis import TEXT, judgment, small_record
    from talion.model.case import parse_case
    from talion.record.event import Count

    start = dt.date(2024, 1, 1)
    counts = tuple(
        Count("tally", "strike", "Army", "all strikes", start, day, day, total, source="log")
        for day, total in ((dt.date(2024, 2, 29), 6), (dt.date(2024, 5, 31), 10))
    )
    text = TEXT.replace("rows: {action: [strike]}, ", "rows: {action: [strike]}, totals: tally, ")
    text += judgment("J", "kind: history, holds_if: {recorded: {action: strike}, at_least: 1}")
    table = before_and_after(parse_case(text, "crisis", replace(small_record(), counts=counts)))
    rows = {(r.event, r.days): r for r in table}
    # 1 January to 29 February: 3 strikes listed of 6, 3 unlisted over 60 days, a twentieth a day.
    week = rows["attack-2", 7]
    assert (week.before, week.after) == (0, 1)
    assert week.listed_before == 0.0
    assert abs((week.listed_after or 0) - 1 / (1 + 7 * 3 / 60)) < 1e-9
    assert rows["attack-0", 7].listed_before is None  # before the total begins
