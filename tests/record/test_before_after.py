"""The before-and-after table: windows, edges, exact intervals, honest power."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from talion.errors import RecordError
from talion.record.before_after import before_after
from talion.record.event import Count, Event
from talion.record.rate_ratio import power_to_see, rate_ratio
from talion.record.record import Record

START, END = date(2024, 1, 1), date(2024, 3, 31)


def act(key: str, day: date, action: str = "attack", **change: Any) -> Event:
    plain = Event(key, day, day, "day", day + timedelta(days=1), "kh", "us", "ASSAULT", action)
    return replace(plain, **change)


def on(offset: int) -> date:
    return date(2024, 2, 15) + timedelta(days=offset)


def record_of(*events: Event, counts: tuple[Count, ...] = ()) -> Record:
    return Record((START, END), events=events, counts=counts)


STRIKE = act("s", on(0), "strike", initiator="us", target="kh")


def test_windows_are_counted_and_the_day_itself_stands_apart() -> None:
    offsets = [-30, -8, -7, -1, 0, 1, 7, 8, 30]
    record = record_of(STRIKE, *(act(f"a{k}", on(k)) for k in offsets))
    found = before_after(record, "strike", "attack", windows=(7, 30))
    assert [(w.before, w.after) for w in found[0].windows] == [(2, 2), (4, 4)]
    assert found[0].same_day.unknown == 1
    assert not any(w.truncated for w in found[0].windows)


def test_order_within_the_day_is_told_where_it_is_coded() -> None:
    strike = replace(STRIKE, after="a1")
    record = record_of(
        strike, act("a1", on(0)), act("a2", on(0), after="s", attacks=4), act("a3", on(0))
    )
    same = before_after(record, "strike", "attack")[0].same_day
    assert (same.before, same.after, same.unknown) == (1, 1, 1)
    same = before_after(record, "strike", "attack", sizes=True)[0].same_day
    assert (same.before, same.after, same.unknown) == (1, 4, 1)


def test_a_window_over_the_edge_is_cut_and_flagged() -> None:
    record = record_of(STRIKE, act("a", on(-40)), act("b", on(3)), act("c", on(20)))
    window = before_after(record, "strike", "attack", windows=(90,))[0].windows[0]
    assert window.truncated
    assert (window.days_before, window.days_after) == (45, 45)
    early = before_after(record, "strike", "attack", windows=(30,), as_of=on(10))[0].windows[0]
    assert (early.after, early.days_after, early.truncated) == (1, 10, True)
    assert early.ratio is None  # nothing before to compare with


def test_coverage_stands_beside_each_window_inside_the_totals_only() -> None:
    count = Count("s", "attack", "P", "d", on(-10), on(-1), on(-1), 10)
    later = replace(count, on=on(10), published=on(10), total=10)
    record = record_of(
        STRIKE, act("a", on(-3)), act("b", on(-4)), act("c", on(2)), counts=(count, later)
    )
    seven, thirty = before_after(record, "strike", "attack", windows=(7, 30))[0].windows
    # Eight unlisted over ten days: 5.6 in seven days, two listed.
    assert seven.coverage_before == pytest.approx(2 / (2 + 5.6))
    assert seven.coverage_after == 1.0
    assert thirty.coverage_before is None


def test_acts_can_be_chosen_by_actor_and_start() -> None:
    other = act("t", on(5), "strike", initiator="kh", target="us")
    record = record_of(STRIKE, other)
    assert [a.event.id for a in before_after(record, "strike", "attack")] == ["s", "t"]
    assert [a.event.id for a in before_after(record, "strike", "attack", by="us")] == ["s"]
    assert [a.event.id for a in before_after(record, "strike", "attack", start=on(1))] == ["t"]
    with pytest.raises(RecordError, match="at least one day"):
        before_after(record, "strike", "attack", windows=(0,))


@pytest.mark.parametrize(("before", "after"), [(10, 5), (3, 0), (0, 4), (7, 7), (1, 20)])
def test_the_interval_is_clopper_pearson_of_the_later_share(before: int, after: int) -> None:
    found = rate_ratio(after, before, 15, 30, level=0.95)
    exact = binomtest(after, before + after).proportion_ci(0.95, method="exact")
    assert found.low == pytest.approx(exact.low / (1 - exact.low) * 2)
    if before:
        assert found.ratio == pytest.approx(after / before * 2)
        assert found.high == pytest.approx(exact.high / (1 - exact.high) * 2)
    else:
        assert (found.ratio, found.high) == (math.inf, math.inf)


def test_nothing_counted_or_observed_gives_no_ratio() -> None:
    window = before_after(record_of(STRIKE), "strike", "attack", windows=(7,))[0].windows[0]
    assert (window.ratio, window.low, window.high, window.power) == (None, None, None, None)
    last = replace(STRIKE, start=END, end=END, published=END + timedelta(days=1))
    record = record_of(last, act("a", END - timedelta(days=2)))
    window = before_after(record, "strike", "attack", windows=(7,), as_of=END + timedelta(days=1))[
        0
    ]
    assert (window.windows[0].days_after, window.windows[0].ratio) == (0, None)


@pytest.mark.parametrize(("before", "days_after"), [(12, 30), (40, 30), (25, 12)])
def test_power_is_the_share_of_simulated_intervals_below_one(before: int, days_after: int) -> None:
    rng = np.random.default_rng(7)
    pairs = rng.poisson([before, 0.5 * before * days_after / 30], size=(3000, 2))
    numbers, times = np.unique(pairs, axis=0, return_counts=True)
    seen = sum(
        n * (rate_ratio(a, b, days_after, 30).high < 1)
        for (b, a), n in zip(numbers.tolist(), times.tolist(), strict=True)
        if a + b
    )
    assert power_to_see(0.5, 1.0, before, days_after, 30) == pytest.approx(seen / 3000, abs=0.03)


# --- the built-in case ---------------------------------------------------------------------------


def test_every_us_strike_and_killing_of_the_case_has_its_row(merged: Record) -> None:
    table = before_after(
        merged, ("strike", "targeted_killing"), "attack", by="us", counted_by="militias",
        as_of=date(2024, 2, 13), series="attacks_pentagon",
    )  # fmt: skip
    assert len(table) == 23
    assert {len(around.windows) for around in table} == {3}
    by_id = {around.event.id: around for around in table}
    february = by_id["strike-20240202"].windows
    assert [w.truncated for w in february] == [False, True, True]
    assert [w.days_after for w in february] == [7, 11, 11]
    sharing = sum(
        around.same_day.before + around.same_day.after + around.same_day.unknown > 0
        for around in table
    )
    assert sharing == 11
    december = by_id["strike-20231203"].windows[1]
    assert december.coverage_after is not None
    assert december.coverage_after < 0.5
