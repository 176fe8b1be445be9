"""Residuals: the clock against the definition, size and power of the tests, days and ties."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fit.compiled_rows import path_of, row_of
from fit.compiled_rows import table_of as events_of
from fit.linear_by_hand import compensator
from fit.problems import branching_events, random_problem
from simulate.models import build
from simulate.richer import rich
from talion.errors import InputError
from talion.fit.events import event_table
from talion.fit.linear import linear_parameters
from talion.fit.process import Answer, Channel, process_row
from talion.fit.residuals import linear_residuals, linear_row, own_clock
from talion.model.process import Process
from talion.simulate.history import simulate_history

TRUTH = linear_parameters([0.25, 0.1], [[0.4, 0.2], [0.15, 0.1]], 3.0)


def table_of(seed, days=1200.0, truth=TRUTH):
    times, types = branching_events(truth, days, np.random.default_rng(seed))
    return event_table(times, types, start=0, end=days, names=["raid", "reply"])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_clock_is_the_compensator(seed):
    table, p = random_problem(seed, 2, 2, 40, grid=[None, 3.0][seed % 2])
    for k in range(2):
        clock = own_clock(*linear_row(table, p, k))
        inside = (table.types == k) & (table.times >= table.start)
        expected = [compensator(table, p, k, t) for t in table.times[inside]]
        assert clock.times == pytest.approx(expected, rel=1e-10)
        assert clock.end == pytest.approx(compensator(table, p, k, table.end), rel=1e-10)


def test_the_clock_of_the_whole_process_is_the_reference_compensator():
    model = build(rich(mass={}))
    history = simulate_history(model, "baseline", 0, 3, 25)
    plain, truth = row_of(model, history, 0)
    assert plain.u.shape[1] == 2
    s = model.structure
    answers = [
        Answer(float(s.half_life[s.ee_half[i]]), ((int(s.class_type[c]), c - int(
            s.class_start[s.class_type[c]]), 1.0),))
        for c in range(len(s.class_type))
        for i in range(s.ee_start[c], s.ee_start[c + 1]) if s.ee_target[i] == 0
    ]  # fmt: skip
    channels = [Channel(2.0, ((1, None, 0.6),)), Channel(14.0, ((1, None, 0.4),))]
    row = process_row(
        events_of(model, history), 0, answers=answers, channels=channels,
        factors=path_of(model, history), split_at_events=True,
    )  # fmt: skip
    clock = own_clock(row, truth)
    process = Process(model, 0, model.worlds[0], history.course())
    own = history.times[history.types == 0]
    expected = [process.compensator(history.start, t)[0] for t in own]
    assert len(own) > 5
    assert clock.times == pytest.approx(expected, rel=1e-8)
    # Splitting at events changes no value.
    assert row.evaluate(truth).value == pytest.approx(plain.evaluate(truth).value, rel=1e-10)


def test_the_truth_passes_and_wrong_models_fail():
    p_values = []
    for seed in range(30):
        tests = linear_residuals(table_of(seed, 500.0), TRUTH)
        p_values += [(test.gap_p, test.drift_p) for test in tests]
    p = np.array(p_values)
    # The p-values of 60 tests of true models are uniform.
    assert stats.kstest(p[:, 0], "uniform").pvalue > 0.001
    assert stats.kstest(p[:, 1], "uniform").pvalue > 0.001
    table = table_of(3)
    rates = table.counts / table.length
    without = linear_parameters(rates, np.zeros((2, 2)), 3.0)
    assert linear_residuals(table, without)[0].gap_p < 1e-3
    # Twice the rate in the second half: no drift allowed for.
    late = table_of(4, 600.0, linear_parameters(TRUTH.background * 2, TRUTH.answers, 3.0))
    early = table_of(5, 600.0)
    both = event_table(
        np.concatenate([early.times, late.times + 600]), np.concatenate([early.types, late.types]),
        start=0, end=1200, names=early.names,
    )  # fmt: skip
    assert linear_residuals(both, TRUTH)[0].drift_p < 1e-3


def test_days_are_spread_and_ties_counted():
    exact = table_of(6)
    days = event_table(
        np.floor(exact.times), exact.types, widths=1.0, start=0, end=1200, names=exact.names
    )
    spread = linear_residuals(days, TRUTH, rng=np.random.default_rng(0), drawings=8)
    again = linear_residuals(days, TRUTH, rng=np.random.default_rng(0), drawings=8)
    assert [t.drawings for t in spread] == [8, 8]
    assert [t.tied for t in spread] == [0, 0]
    assert spread[0].gap_p == again[0].gap_p
    assert spread[0].gap_p > 0.01
    assert spread[0].observed == pytest.approx(again[0].observed)
    # The same days taken as exact moments: zero gaps, and the tests refuse them.
    taken = event_table(np.floor(exact.times), exact.types, start=0, end=1200, names=exact.names)
    naive = linear_residuals(taken, TRUTH)
    assert naive[0].tied > 50
    assert naive[0].gap_p < 1e-4
    with pytest.raises(InputError, match="default_rng"):
        linear_residuals(days, TRUTH)


def test_few_or_no_events_give_no_verdict():
    table = event_table([1.0, 2.0], [0, 0], start=0, end=10, names=["raid", "reply"])
    raid, reply = linear_residuals(table, linear_parameters([0.2, 0.0], np.zeros((2, 2)), 1.0))
    assert (raid.events, reply.events) == (2, 0)
    assert np.isnan([raid.gap_p, raid.rejected, reply.gap_p, reply.drift_p]).all()
    assert raid.expected == pytest.approx(2.0)
    assert reply.expected == pytest.approx(0.0)
    with pytest.raises(InputError, match="numbers of types"):
        linear_residuals(table, linear_parameters([1.0], [[0.0]], 1.0))


def test_quantiles_lie_on_the_line_for_the_truth():
    test = linear_residuals(table_of(7), TRUTH)[0]
    middle = slice(test.events // 10, -test.events // 10)
    assert test.observed[middle] == pytest.approx(test.theory[middle], rel=0.35, abs=0.05)
    assert (np.diff(test.observed) >= 0).all()
