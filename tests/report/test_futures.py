"""Fans, baselines and comparisons hold the numbers of the ensembles they are drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.judge.results import RunResult
from talion.model.measure import Op
from talion.report.baselines import negative_binomial_range, weekly_record
from talion.report.fans import histogram_quantiles, mean_count
from talion.report.futures import _differences, build_futures
from talion.report.paths import sample_paths


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_quantiles_of_a_histogram_lie_in_the_right_bin(values: list[int], p: float) -> None:
    counts = np.bincount(values, minlength=10)[None, :]
    found = histogram_quantiles(counts, np.arange(11.0), [p])[0, 0]
    exact = np.quantile(values, p, method="inverted_cdf")
    assert exact - 1e-6 <= found <= exact + 1 + 1e-6


def test_an_open_last_bin_gives_a_finite_quantile() -> None:
    counts = np.array([[0, 5]])
    assert histogram_quantiles(counts, np.array([0.0, 10.0, np.inf]), [0.5])[0, 0] == 10.0


def test_the_negative_binomial_has_the_moments_of_the_weeks() -> None:
    from scipy.stats import nbinom

    weeks = np.array([0.0, 1, 5, 9, 2, 7, 0, 4])
    mean, variance = weeks.mean(), weeks.var(ddof=1)
    assert variance > mean
    r, p = mean**2 / (variance - mean), mean / variance
    assert nbinom.mean(r, p) == pytest.approx(mean)
    assert negative_binomial_range(weeks) == (nbinom.ppf(0.1, r, p), nbinom.ppf(0.9, r, p))
    low, high = negative_binomial_range(weeks, 10)
    assert low < 10 * mean < high
    assert negative_binomial_range(np.zeros(5)) == (0.0, 0.0)


def test_sample_paths_are_histories_that_were_judged(calm: RunResult) -> None:
    ensemble = calm.ensembles["as_written"]
    paths = sample_paths(calm, "as_written")
    assert len(paths) == 3
    checked = 0
    for i, m in enumerate(ensemble.plan.measures):
        if m.op is not Op.COUNT or m.world != "baseline" or m.end - m.start != 365:
            continue
        for draw, path in enumerate(paths):
            if m.series in path.counts:
                # 52 weeks are 364 of the 365 days counted: the last day's events may be missing.
                missing = ensemble.values[draw, 0, i] - sum(path.counts[m.series][:52])
                assert 0 <= missing <= 5
                checked += int(ensemble.values[draw, 0, i] > 50)
    assert checked >= 3


def test_a_fan_holds_what_its_histogram_holds(calm: RunResult) -> None:
    ensemble = calm.ensembles["as_written"]
    fan = ensemble.fans["baseline", "attack"]
    futures = build_futures(calm)
    assert futures is not None
    chart = next(c for c in futures.counts if c.id == "fan-attack")
    columns = chart.datasets["fan"]
    week = np.repeat(np.arange(fan.counts.shape[1]), fan.counts[0])
    assert columns["median"][0] == pytest.approx(np.median(week), abs=0.6)
    for low, high in (("lo95", "lo80"), ("lo80", "lo50"), ("hi50", "hi80"), ("hi80", "hi95")):
        assert np.all(np.asarray(columns[low]) <= np.asarray(columns[high]) + 1e-9)
    total = (fan.counts * np.arange(fan.counts.shape[1])).sum() / fan.counts.sum()
    assert mean_count(fan) == pytest.approx(total, rel=0.02)


def test_both_baselines_and_the_cut_off_stand_in_every_picture_with_data(calm: RunResult) -> None:
    futures = build_futures(calm)
    assert futures is not None
    assert {c.id for c in futures.counts} == {"fan-attack", "fan-strike", "fan-demand"}
    for chart in futures.counts:
        assert chart.datasets["known"]["day"] == ["2024-06-01"]
        dashes = set(chart.datasets["baselines"]["dash"])
        assert dashes == (set() if chart.id == "fan-demand" else {"rate", "nb"})
    assert any("no data in the record" in c.subtitle for c in futures.counts)


def test_rare_types_are_running_counts_that_go_on_from_the_record(calm: RunResult) -> None:
    futures = build_futures(calm)
    assert futures is not None
    strike = next(c for c in futures.counts if c.id == "fan-strike")
    assert strike.template == "total"
    recorded = sum(weekly_record(calm.case, "strike")["count"])
    assert strike.datasets["fan"]["median"][0] == recorded == strike.datasets["record"]["value"][-1]


def test_recorded_weeks_count_rows_up_to_the_cut_off(calm: RunResult) -> None:
    weeks = weekly_record(calm.case, "attack")
    days = [e.day for e in calm.record.events if e.action == "attack"]
    inside = sum(0 < (calm.case.as_of - d).days <= 119 for d in days)
    assert sum(weeks["count"]) == inside > 0


def test_what_ifs_are_compared_history_by_history(calm: RunResult) -> None:
    ensemble = calm.ensembles["as_written"]
    rows = {row[0]: row for row in _differences(calm.case, ensemble, "strike", 90)}
    assert set(rows) == {"No strikes", "Peace"}
    index = {
        m.world: i
        for i, m in enumerate(ensemble.plan.measures)
        if m.op is Op.COUNT and m.series == "strike" and m.end - m.start == 90
    }
    done, nothing = (ensemble.values[:, :, index[w]] for w in ("no_strikes", "baseline"))
    assert np.all(done == 0)
    assert rows["No strikes"][1] == pytest.approx(float((done - nothing).mean()), abs=0.05)
    assert rows["No strikes"][3] < 0


def test_a_run_without_simulation_has_no_futures(by_hand: RunResult) -> None:
    assert build_futures(by_hand) is None
