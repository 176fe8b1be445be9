"""Totals against dated rows: increments, conflicts, and the mass a history starts from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.errors import RecordError
from talion.record.event import Count, Event
from talion.record.reconcile import EPOCH, history_mass, increments, series_of
from talion.record.record import Record

START, END = date(2024, 1, 1), date(2024, 1, 31)


def day(number: int) -> date:
    return date(2024, 1, number)


def act(key: str, number: int, **change: Any) -> Event:
    when = day(number)
    known = when + timedelta(days=1)
    plain = Event(key, when, when, "day", known, "kh", "us", "ASSAULT", "attack", country="Iraq")
    return replace(plain, **change)


def total(number: int, value: int, series: str = "s", **change: Any) -> Count:
    plain = Count(series, "attack", "P", "d", START, day(number), day(number), value)
    return replace(plain, **change)


def record_of(*rows: Event | Count) -> Record:
    events = tuple(row for row in rows if isinstance(row, Event))
    return Record(
        (START, END), events=events, counts=tuple(r for r in rows if isinstance(r, Count))
    )


def test_each_interval_holds_its_increment_against_its_dated_rows() -> None:
    record = record_of(
        act("a", 3, attacks=2),
        act("b", 10),
        act("c", 11),
        act("d", 11, overlaps=True, attacks=9),
        total(10, 8),
        total(20, 12),
    )
    first, second = increments(record, "s")
    assert (first.start, first.end, first.days) == (day(1), day(10), 10)
    assert (first.increment, first.dated, first.remainder, first.share) == (8, 3, 5, 3 / 8)
    assert (second.start, second.end) == (day(11), day(20))
    assert (second.increment, second.dated, second.remainder) == (4, 1, 3)
    assert first.conflicts == second.conflicts == ()


def test_what_does_not_fit_is_said() -> None:
    record = record_of(
        act("a", 12, attacks=3),
        total(10, 8, split=(("Iraq", 3), ("Syria", 4))),
        total(15, 9),
        total(20, 7),
        total(25, 9, since=day(2)),
    )
    said = [step.conflicts for step in increments(record, "s")]
    assert "3 + 4 = 7" in said[0][0]
    assert "3 dated attacks where the total adds 1" in said[1][0]
    assert "falls from 9" in said[2][0]
    assert "counts since 2024-01-02" in said[3][0]
    assert increments(record, "s")[2].share is None


def test_series_are_never_held_against_each_other() -> None:
    record = record_of(total(10, 8), total(12, 100, "other"), total(20, 12))
    assert [step.increment for step in increments(record, "s")] == [8, 4]
    assert [step.increment for step in increments(record, "other")] == [100]
    assert set(series_of(record, "attack")) == {"s", "other"}
    with pytest.raises(RecordError, match="known: other, s"):
        increments(record, "none")


def test_a_series_of_one_country_counts_rows_of_that_country() -> None:
    record = record_of(act("a", 3), act("b", 4, country="Syria"), total(10, 5, country="Syria"))
    assert increments(record, "s")[0].dated == 1


def test_uncertain_days_are_carried_as_slack() -> None:
    record = record_of(total(10, 8, on_end=day(14), published=day(15)), total(20, 12))
    steps = increments(record, "s")
    assert [(step.end, step.slack) for step in steps] == [(day(12), 4), (day(20), 4)]


def masses(record: Record, until: date, **options: Any) -> dict[int, float]:
    mass = history_mass(record, "attack", until, **options)
    assert mass.days.dtype == np.int64
    assert mass.mass.dtype == np.float64
    assert np.all(np.diff(mass.days) > 0)
    np.testing.assert_allclose(mass.mass, mass.dated + mass.spread)
    return dict(
        zip(((mass.days - (START - EPOCH).days) + 1).tolist(), mass.mass.tolist(), strict=True)
    )


def test_history_mass_follows_the_stated_rule() -> None:
    record = record_of(
        act("a", 3, attacks=3, size=3),
        act("w", 24, start=day(22), end=day(25), precision="week", published=day(26)),
        total(4, 7),
        total(6, 9),
    )
    found = masses(record, END)
    # Interval 1-4: increment 7, dated 3, so 1 a day; interval 5-6: 2 over two days.
    assert found == pytest.approx(
        {1: 1.0, 2: 1.0, 3: 2.0, 4: 1.0, 5: 1.0, 6: 1.0, 22: 0.25, 23: 0.25, 24: 0.25, 25: 0.25}
    )
    halved = masses(record, END, attacks_per_event=2)
    assert halved[1] == pytest.approx(0.5)
    assert halved[3] == pytest.approx(1.5)
    assert masses(record, END, series=None) == pytest.approx(
        {3: 1.0, 22: 0.25, 23: 0.25, 24: 0.25, 25: 0.25}
    )


def test_history_mass_uses_nothing_later_than_until() -> None:
    record = record_of(act("a", 3), act("b", 9), total(4, 5), total(10, 20))
    early = masses(record, day(5))
    assert early == pytest.approx({1: 1.0, 2: 1.0, 3: 2.0, 4: 1.0})
    only = record_of(act("a", 3), total(4, 5))
    assert masses(only, day(5)) == pytest.approx(early)
    assert masses(record, day(3)) == {}  # the row of the 3rd was published on the 4th


def test_bounds_and_falling_totals_add_no_mass() -> None:
    record = record_of(
        total(4, 8), total(6, 20, lower_bound=True), total(9, 3, "t"), total(12, 1, "t")
    )
    assert sum(masses(record, END, series="s").values()) == pytest.approx(8)
    assert sum(masses(record, END, series="t").values()) == pytest.approx(3)


def test_history_mass_refuses_what_it_cannot_use() -> None:
    record = record_of(total(4, 8))
    with pytest.raises(RecordError, match="no such series"):
        history_mass(record, "attack", END, series="none")
    with pytest.raises(RecordError, match="at least one attack"):
        history_mass(record, "attack", END, attacks_per_event=float("nan"))


@given(
    rows=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 4)), max_size=12),
    steps=st.lists(st.tuples(st.integers(1, 31), st.integers(0, 60)), max_size=6, unique_by=lambda s: s[0]),
)  # fmt: skip
def test_mass_is_dated_decisions_plus_remainders(
    rows: list[tuple[int, int]], steps: list[tuple[int, int]]
) -> None:
    events = [act(f"e{i}", number, attacks=n) for i, (number, n) in enumerate(rows)]
    record = record_of(*events, *(total(number, value) for number, value in steps))
    mass = history_mass(record, "attack", END)
    assert mass.dated.sum() == pytest.approx(len(rows))
    unlisted = sum(step.remainder for step in increments(record, "s")) if steps else 0
    assert mass.spread.sum() == pytest.approx(unlisted)
    assert np.all(mass.mass >= 0)


# --- the built-in case ---------------------------------------------------------------------------


def test_the_pentagon_series_of_the_case(merged: Record) -> None:
    steps = {step.end: step for step in increments(merged, "attacks_pentagon")}
    assert len(steps) == 22
    assert sum(step.increment for step in steps.values()) == 165
    december = steps[date(2023, 12, 21)]
    assert (december.increment, december.dated) == (24, 1)
    first = [s for end, s in steps.items() if date(2023, 10, 24) < end <= date(2023, 11, 30)]
    assert (sum(s.increment for s in first), sum(s.dated for s in first)) == (61, 40)
    january = [s for end, s in steps.items() if date(2024, 1, 6) < end <= date(2024, 1, 23)]
    assert (sum(s.increment for s in january), sum(s.dated for s in january)) == (36, 1)
    november = [s for end, s in steps.items() if date(2023, 11, 17) < end <= date(2023, 11, 23)]
    assert sum(s.increment for s in november) == 73 - 62
    assert "59 + 83 = 142" in steps[date(2024, 1, 20)].conflicts[0]
    assert "adds 0" in steps[date(2023, 12, 8)].conflicts[0]


def test_the_case_starts_from_listed_and_unlisted_attacks(merged: Record) -> None:
    mass = history_mass(merged, "attack", date(2024, 2, 13), series="attacks_pentagon")
    war = mass.days >= (date(2023, 10, 17) - EPOCH).days
    steps = increments(merged, "attacks_pentagon")
    assert mass.spread.sum() == pytest.approx(sum(step.remainder for step in steps))
    decisions = merged.count("attack", date(2023, 10, 17), date(2024, 2, 13))
    assert mass.dated[war].sum() == pytest.approx(decisions)
    default = history_mass(merged, "attack", date(2024, 2, 13))
    assert default.series == "attacks_pentagon"  # the longest
