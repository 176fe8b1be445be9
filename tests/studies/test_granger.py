"""Granger's test: what an F is, how often it is wrong, and the published figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.stats import f

from talion.errors import InputError
from talion.fit.granger import granger_test


def counts(seed: int, days: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Two series that know nothing of each other; the second remembers itself."""
    rng = np.random.default_rng(seed)
    x, y = rng.poisson(1.0, days), np.zeros(days)
    for t in range(days):
        y[t] = rng.poisson(0.5 + 0.4 * (y[t - 1] if t else 0.0))
    return x, y


def test_with_one_lag_f_is_the_square_of_t() -> None:
    x, y = counts(1)
    found = granger_test(x, y, 1)
    assert found.statistic == pytest.approx((found.coefficients[0] / found.errors[0]) ** 2)


def test_three_lags_against_the_formula_by_hand() -> None:
    x, y = counts(2, days=60)
    rows = range(3, 60)
    own = np.array([[1, *y[[t - 1, t - 2, t - 3]]] for t in rows])
    full = np.array([[1, *y[[t - 1, t - 2, t - 3]], *x[[t - 1, t - 2, t - 3]]] for t in rows])
    left = [
        float(y[3:] @ (np.eye(57) - m @ np.linalg.solve(m.T @ m, m.T)) @ y[3:]) for m in (own, full)
    ]
    found = granger_test(x, y, 3)
    assert found.freedom == 57 - 7
    assert found.statistic == pytest.approx((left[0] - left[1]) / 3 / (left[1] / 50))


def test_neither_units_nor_origin_matter() -> None:
    x, y = counts(3)
    for robust in (False, True):
        one = granger_test(x, y, 7, robust=robust)
        other = granger_test(10.0 * x + 3.0, 5.0 * y - 2.0, 7, robust=robust)
        assert other.statistic == pytest.approx(one.statistic)
        assert other.coefficients == pytest.approx(one.coefficients / 2.0)


def test_nothing_is_found_where_there_is_nothing() -> None:
    # 400 nulls at 5 %: 20 expected with sd 4.4; 7 and 36 are three and more of these away.
    found = sum(granger_test(*counts(seed), 3).p_value < 0.05 for seed in range(400))
    assert 7 <= found <= 36


def test_unequal_variance_fools_the_plain_test_and_not_the_robust_one() -> None:
    # The spread of y follows yesterday's x, its mean does not.
    plain = robust = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x = rng.exponential(1.0, 400)
        y = rng.normal(size=400) * (0.2 + np.concatenate([[1.0], x[:-1]]) ** 1.5)
        plain += granger_test(x, y, 1).p_value < 0.05
        robust += granger_test(x, y, 1, robust=True).p_value < 0.05
    assert plain > 60  # of 200, where 10 are allowed for
    assert robust < 30


@pytest.mark.parametrize(
    ("x", "y", "lags"),
    [
        ([1.0] * 50, list(range(50)), 2),  # never changes
        ([0, 1] * 5, [1, 0] * 4, 1),  # not the same days
        ([0, 1, 0, 1], [1, 0, 0, 1], 2),  # too short
        ([0, float("nan"), 1] * 9, [0, 1, 1] * 9, 1),
        ([[0, 1]] * 9, [0, 1, 1] * 3, 1),
        (["a"] * 9, [0, 1, 1] * 3, 1),
    ],
)
def test_what_cannot_be_tested_is_refused(x: list[float], y: list[float], lags: int) -> None:
    with pytest.raises(InputError):
        granger_test(x, y, lags)


class TestDeaths:
    """Israel and Palestine, 2002-01-01 to 2008-12-26, a vector autoregression with 7 lags."""

    @pytest.fixture
    def deaths(self, study: Callable[[str], ModuleType], conflict: Path) -> ModuleType:
        return study("deaths")

    def test_published_figures(self, deaths: ModuleType, conflict: Path) -> None:
        found = deaths.granger(deaths.read(conflict / "btselem_daily_counts.csv"))
        # Figures to meet, from the data's README: F 11.80; F 2.37 with p .020.
        assert found["Israeli -> Palestinian"].statistic == pytest.approx(11.80, abs=0.005)
        answer = found["Palestinian -> Israeli"]
        assert answer.statistic == pytest.approx(2.37, abs=0.005)
        # .0206 with the residual degrees of this equation; both equations' give the .020.
        assert answer.p_value == pytest.approx(0.0206, abs=5e-5)
        assert f.sf(answer.statistic, 7, 2 * answer.freedom) == pytest.approx(0.0205, abs=5e-5)

    def test_one_direction_stands_and_falls_with_equal_variance(
        self, deaths: ModuleType, conflict: Path
    ) -> None:
        found = deaths.granger(deaths.read(conflict / "btselem_daily_counts.csv"), robust=True)
        assert found["Israeli -> Palestinian"].p_value == pytest.approx(0.0089, abs=5e-4)
        assert found["Palestinian -> Israeli"].p_value == pytest.approx(0.62, abs=0.01)

    def test_days_with_deaths(self, deaths: ModuleType, conflict: Path) -> None:
        read = deaths.read(conflict / "btselem_daily_counts.csv")
        assert (read.palestinians.sum(), read.israelis.sum()) == (4153, 635)
        table = deaths.days_with_deaths(read)
        assert table.counts.tolist() == [1218, 192]
        assert table.length == 2552

    @pytest.mark.slow
    def test_the_point_process_hears_both_directions_and_a_moving_background_one(
        self, deaths: ModuleType, conflict: Path
    ) -> None:
        table = deaths.days_with_deaths(deaths.read(conflict / "btselem_daily_counts.csv"))
        rows = {
            (target, months): deaths.fit_side(table, target, months, np.random.default_rng(2), 4)
            for target in (0, 1)
            for months in (0, 1)
        }
        assert rows[0, 0].p_value < 0.01
        assert rows[1, 0].p_value < 0.15
        assert rows[0, 1].p_value < 0.05
        assert rows[1, 1].other < 0.03
