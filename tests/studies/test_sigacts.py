"""Insurgent attacks in Iraq: how they are cleaned, and what fits of them find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from scipy.integrate import quad

from talion.fit.events import event_table
from talion.fit.linear import linear_likelihood, linear_parameters


@pytest.fixture
def iraq(study: Callable[[str], ModuleType]) -> ModuleType:
    return study("iraq")


@pytest.fixture
def parts(study: Callable[[str], ModuleType]) -> ModuleType:
    return study("moving_background")


def test_what_is_read_dropped_and_kept(iraq: ModuleType, conflict: Path) -> None:
    found = iraq.clean(conflict / "sigacts_iraq.parquet")
    assert (found.read, found.headers, found.repeated) == (162_852, 4_826, 2_943)
    assert len(found.frame) == 155_083
    assert found.frame["time"].is_sorted()
    assert not found.frame["event_type"].is_in(["Attack Type"]).any()
    seen = {city: len(iraq.of_city(found, city, np.random.default_rng(1)).times) for city in
            ("Baghdad", "Ramadi", "Fallujah")}  # fmt: skip
    assert seen == {"Baghdad": 11_433, "Ramadi": 5_495, "Fallujah": 1_596}


def test_the_layout_changes_in_november_2006(iraq: ModuleType, conflict: Path) -> None:
    # Why the fits end there: Baghdad's rows more than double while all rows grow by a seventh.
    frame = iraq.clean(conflict / "sigacts_iraq.parquet").frame
    month = frame["time"].dt.strftime("%Y-%m")
    baghdad = frame["city"] == "Baghdad"
    before, after = ((month == m).sum() for m in ("2006-10", "2006-11"))
    city = [((month == m) & baghdad).sum() for m in ("2006-10", "2006-11")]
    assert city[1] / city[0] > 2.0 > 1.2 > after / before


def write(path: Path, rows: list[tuple[datetime | None, str, str, str]]) -> Path:
    names = ["time", "event_type", "target", "city"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(path)
    return path


def test_headers_go_and_repeats_go_once(iraq: ModuleType, tmp_path: Path) -> None:
    row = (datetime(2005, 1, 2, 3), "IED", "Civilian", "Hit")
    other = (datetime(2005, 1, 2, 3), "IED", "Civilian", "Taji")
    header = (None, "Attack Type", "Target", "City")
    found = iraq.clean(write(tmp_path / "a.parquet", [other, row, header, row, row, header]))
    assert (found.headers, found.repeated, len(found.frame)) == (2, 2, 2)


def test_a_row_without_time_that_is_no_header_is_not_passed_over(
    iraq: ModuleType, tmp_path: Path
) -> None:
    rows = [(None, "IED", "Civilian", "Hit"), (datetime(2005, 1, 2), "IED", "Civilian", "Hit")]
    with pytest.raises(ValueError, match="1 rows without time"):
        iraq.clean(write(tmp_path / "a.parquet", rows))


def test_expected_is_the_integral_of_the_background(parts: ModuleType) -> None:
    free = parts.Background(np.array([0.0, 3.0, 5.0, 9.0]))
    rates = np.array([0.5, 2.0, 0.1])
    for moment in (0.3, 3.0, 4.71, 9.0):
        value = quad(
            lambda t: float(rates @ free.features(np.array([t]))[:, 0]),
            0.0, moment, points=[p for p in (3.0, 5.0) if p < moment] or None,
        )[0]  # fmt: skip
        assert free.expected(rates, np.array([moment]))[0] == pytest.approx(value, rel=1e-9)


def test_one_part_is_the_plain_fit(iraq: ModuleType, parts: ModuleType) -> None:
    rng = np.random.default_rng(3)
    table = event_table(np.sort(rng.uniform(0, 200, 120)), start=0, end=200)
    free = parts.Background(np.array([0.0, 200.0]))
    half_lives = np.array([0.3, 6.0])
    row = iraq._at(table, free, half_lives)
    same = linear_likelihood(table, linear_parameters(row.x[0], row.x[None, None, 1:], half_lives))
    assert row.value == pytest.approx(same.value, abs=1e-9)
    # At its maximum the compensator meets the number of events.
    assert iraq.own_clock(table, free, row.x, half_lives)[1] == pytest.approx(120, rel=1e-6)


@pytest.mark.slow
def test_a_background_that_moves_takes_slow_answers_away(iraq: ModuleType) -> None:
    # Truth: .20 fast and .40 slow answers at 5 days, and a background that never moves.
    for plain, quarterly, monthly in iraq.recovery(2):
        assert plain.answers[0] == pytest.approx(0.20, abs=0.03)
        assert plain.answers[1] == pytest.approx(0.40, abs=0.15)  # errors are .06
        assert monthly.answers[1] + 0.05 < quarterly.answers[1] < plain.answers[1]
        assert monthly.answers[1] < 0.15
        assert plain.aic < monthly.aic  # and here the parts are not worth their price


@pytest.mark.slow
@pytest.mark.parametrize("city", ["Ramadi", "Fallujah"])
def test_what_a_month_of_background_leaves(iraq: ModuleType, conflict: Path, city: str) -> None:
    table = iraq.of_city(
        iraq.clean(conflict / "sigacts_iraq.parquet"), city, np.random.default_rng(2)
    )
    plain, monthly = iraq.fit_city(table, 0), iraq.fit_city(table, 1)
    # docs/why/real-data.md: .96 and .26 for Ramadi, .89 and .26 for Fallujah.
    assert 0.80 < plain.share < 1.0
    assert 10 < plain.nine_tenths < 35  # days
    assert 0.15 < monthly.share < 0.40
    assert monthly.answers[1] < plain.answers[1] - 0.4
    assert 0.3 < 24 * monthly.half_lives[0] < 1.5
    assert monthly.aic < plain.aic
    assert min(monthly.drift[1], monthly.gap[1]) > 0.05


def test_own_hours_undo_the_hours_of_the_day(iraq: ModuleType, parts: ModuleType) -> None:
    rng = np.random.default_rng(11)
    even = iraq.simulate_city(3.0, np.array([0.0, 0.0]), np.array([1.0, 1.0]), rng).times
    day = np.floor(even)
    back = parts.by_own_hours(day + 0.5 * (even - day))  # every attack before noon
    # The share of 3,100 events before a moment is known to about .01.
    assert np.abs(back - even).max() < 0.04
    assert (np.floor(back) == day).all()
    assert (np.diff(back) >= 0.0).all()
