"""The whole process: against the reference process, quadrature, the linear form, slopes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from fit.compiled_rows import row_of
from fit.problems import random_problem
from simulate.models import build
from simulate.richer import rich
from talion.errors import InputError, RecordError
from talion.fit.events import event_table
from talion.fit.linear import linear_likelihood
from talion.fit.process import (
    Answer,
    Channel,
    ProcessParameters,
    compiled_row,
    compiled_trace,
    factor_path,
    process_row,
)
from talion.model.process import Process
from talion.simulate.history import simulate_history


@pytest.fixture(scope="module")
def rich_history():
    """Suppression of both signs, factors that drift, jump and are set; no past before the start."""
    model = build(rich(mass={}))
    return model, simulate_history(model, "baseline", 0, 3, 40)


@pytest.mark.parametrize("target", range(4))
def test_it_is_the_reference_process_on_a_simulated_history(rich_history, target):
    model, history = rich_history
    row, truth = row_of(model, history, target)
    process = Process(model, history.draw, model.worlds[0], history.course())
    own = history.times[history.types == target]
    logs = sum(math.log(process.intensity(t)[target]) for t in own)
    expected = logs - process.compensator(history.start, history.end)[target]
    assert len(own) > 3
    assert row.events == len(own)
    assert row.evaluate(truth).value == pytest.approx(expected, rel=1e-9)


def sharp_row():
    """Strong suppression and provocation with short half-lives, history, ties, weekly w, delta."""
    rng = np.random.default_rng(4)
    times = np.sort(np.concatenate([rng.uniform(-9, 31, 45), [3.0, 3.0, 17.5, 17.5]]))
    table = event_table(
        times, rng.integers(0, 3, 49), marks=rng.integers(0, 2, 49), start=0, end=31,
        history_start=-10, names=["a", "b", "c"],
    )  # fmt: skip
    days = np.arange(0.0, 31.0)
    path = factor_path(days, rng.normal(0, 1, (31, 2)), reference=[0.2, -0.1])
    row = process_row(
        table, 0,
        answers=[
            Answer(0.3, ((0, None, 1.0), (1, 1, 2.5))),
            Answer(6.0, ((2, 0, 0.7),)),
        ],
        channels=[
            Channel(0.4, ((1, None, 0.8), (0, 0, 0.3))),
            Channel(12.0, ((2, None, 0.5),)),
        ],
        factors=path, weekly=True,
    )  # fmt: skip
    p = row.parameters(
        0.4, gamma=[0.5, -0.3], delta=[0.2, 0.1], answers=[0.5, 0.8], suppression=[3.5, -1.2],
        weekly=rng.normal(0, 0.5, row.weeks),
    )  # fmt: skip
    return table, path, row, p


def rate_by_hand(table, path, p, t):
    """The formula of the module, written out for `sharp_row`."""
    z = path.before(np.array([t]))[0]
    week = max(int(np.ceil(t / 7)) - 1, 0)
    x, u, last = np.zeros(2), np.zeros(2), -10.0
    for s, k, m in zip(table.times, table.types, table.marks, strict=True):
        if s >= t:
            break
        if k == 0 or (k == 1 and m == 1):
            x[0] += (1.0 if k == 0 else 2.5) * math.log(2) / 0.3 * 2 ** (-(t - s) / 0.3)
        if k == 2 and m == 0:
            x[1] += 0.7 * math.log(2) / 6 * 2 ** (-(t - s) / 6)
        u *= 2.0 ** (-(s - last) / np.array([0.4, 12.0]))
        last = s
        step = np.array([0.8 if k == 1 else 0.3 if (k, m) == (0, 0) else 0.0, 0.5 * (k == 2)])
        u += (1 - u) * step
    u *= 2.0 ** (-(t - last) / np.array([0.4, 12.0]))
    base = math.exp(p.log_background + p.gamma @ z + p.weekly[week])
    drawn = math.exp(p.delta @ z) * (p.answers @ x)
    return (base + drawn) * math.exp(-(p.suppression @ u))


def test_the_compensator_equals_adaptive_quadrature():
    table, path, row, p = sharp_row()
    logs = sum(
        math.log(rate_by_hand(table, path, p, t))
        for t, k in zip(table.times, table.types, strict=True)
        if k == 0 and t >= 0
    )
    cuts = np.unique([0.0, *np.arange(32.0), *table.times[table.times > 0]])
    total = sum(
        integrate.quad(
            lambda t: rate_by_hand(table, path, p, t), np.nextafter(a, b), b, epsabs=1e-11,
            epsrel=1e-11, limit=200,
        )[0]
        for a, b in itertools.pairwise(cuts)
    )  # fmt: skip
    found = row.evaluate(p).value
    assert total > 5
    assert logs - found == pytest.approx(total, rel=1e-8)


def test_without_channels_the_compensator_is_exact():
    table, path = sharp_row()[:2]
    answers = [Answer(0.3, ((0, None, 1.0), (1, 1, 2.5))), Answer(6.0, ((2, 0, 0.7),))]
    exact = process_row(table, 0, answers=answers, factors=path, weekly=True)
    # A channel that nothing feeds changes no rate but asks for nodes.
    idle = [Channel(5.0, ((1, None, 0.0),))]
    nodes = process_row(table, 0, answers=answers, channels=idle, factors=path, weekly=True)
    given = {"gamma": [0.5, -0.3], "delta": [0.2, 0.1], "answers": [0.5, 0.8]}
    one = exact.evaluate(exact.parameters(0.4, **given)).value
    two = nodes.evaluate(nodes.parameters(0.4, suppression=2.0, **given)).value
    assert one == pytest.approx(two, rel=1e-12)
    assert len(exact.length) < len(nodes.length) / 5


@pytest.mark.parametrize("seed", range(4))
def test_the_linear_process_is_the_special_case(seed):
    table, p = random_problem(seed, 3, 2, 70, grid=[None, 1.0][seed % 2])
    linear = linear_likelihood(table, p)
    terms = [(j, h) for h in range(2) for j in range(3)]
    for k in range(3):
        answers = [Answer(float(p.half_lives[h]), ((j, None, 1.0),)) for j, h in terms]
        row = process_row(table, k, answers=answers)
        q = row.parameters(p.background[k], answers=[p.answers[k, j, h] for j, h in terms])
        found = row.evaluate(q)
        assert found.value == pytest.approx(linear.of_type[k], rel=1e-12)
        slopes = [linear.answers[k, j, h] for j, h in terms]
        assert found.gradient.answers == pytest.approx(slopes, rel=1e-9, abs=1e-9)
        by_log = linear.background[k] * p.background[k]
        assert found.gradient.log_background == pytest.approx(by_log, rel=1e-9, abs=1e-9)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_gradient_is_the_slope_of_the_value(seed, target):
    rng = np.random.default_rng(seed)
    table, _ = random_problem(seed, 3, 1, 40, grid=[None, 2.0][seed % 2])
    row = process_row(
        table, target,
        answers=[Answer(2.0, ((0, None, 1.0),)), Answer(9.0, ((1, None, 0.5), (2, None, 1.0)))],
        channels=[Channel(3.0, ((2, None, 0.6),)), Channel(20.0, ((0, None, 0.2),))],
        factors=factor_path(np.arange(0.0, 60, 5), rng.normal(0, 1, (12, 2))), weekly=True,
    )  # fmt: skip
    p = row.parameters(
        rng.uniform(0.1, 1), gamma=rng.normal(0, 0.5, 2), delta=rng.normal(0, 0.5, 2),
        answers=rng.exponential(0.5, 2), suppression=rng.normal(0, 1, 2),
        weekly=rng.normal(0, 0.5, row.weeks),
    )  # fmt: skip
    x = np.concatenate([np.atleast_1d(part) for part in p])
    sizes = [np.size(part) for part in p]

    def value(y: np.ndarray) -> float:
        parts = np.split(y, np.cumsum(sizes)[:-1])
        return row.evaluate(ProcessParameters(float(parts[0][0]), *parts[1:])).value

    found = np.concatenate([np.atleast_1d(part) for part in row.evaluate(p).gradient])
    for i in range(len(x)):
        step = np.zeros(len(x))
        step[i] = 1e-3

        def central(h, step=step):
            return (value(x + h * step) - value(x - h * step)) / (2e-3 * h)

        slope = (4 * central(0.5) - central(1.0)) / 3
        assert found[i] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_the_score_of_simulated_histories_is_centred():
    """At the truth the gradient has mean zero, whatever the parameter: simulator and fit agree.

    40 histories of 120 days; a b that were read with the other sign, a half-life off by half or a
    factor a day late puts some component beyond six standard errors.
    """
    model = build(rich(mass={}, set_by=(), decisions={}))
    scores = []
    for number in range(40):
        row, truth = row_of(model, simulate_history(model, "baseline", 0, number, 120), 0)
        g = row.evaluate(truth).gradient
        scores.append([g.log_background, *g.gamma[[0, 1, 2]], *g.answers, *g.suppression])
    scores = np.array(scores)
    moving = scores.std(axis=0) > 1e-12
    assert moving.sum() >= 6
    mean, error = scores.mean(axis=0), scores.std(axis=0, ddof=1) / math.sqrt(len(scores))
    assert np.abs(mean[moving] / error[moving]).max() < 4


def test_impossible_events_and_empty_types():
    table = event_table([2.0, 5.0], [1, 1], start=0, end=10, names=["a", "b"])
    none = process_row(table, 0)
    assert none.evaluate(none.parameters(0.3)).value == pytest.approx(-3.0)
    hidden = process_row(table, 1)
    buried = hidden.parameters(1.0)._replace(log_background=-1e9)
    assert hidden.evaluate(buried).value == -np.inf


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": 2}, "no such event type (got 2)"),
        ({"answers": [Answer(0.0, ((0, None, 1.0),))]}, "half-lives must be positive"),
        ({"answers": [Answer(1.0, ((5, None, 1.0),))]}, "no such source"),
        ({"channels": [Channel(1.0, ((0, None, 1.5),))]}, "sizes 0 to 1"),
        ({"factors": factor_path([1.0], [[0.0]])}, "from the period's start"),
    ],
)
def test_impossible_requests_are_refused(options, words):
    table = event_table([2.0], start=0, end=10, names=["a", "b"])
    with pytest.raises(InputError) as caught:
        process_row(table, **{"target": 0, **options})
    assert words in str(caught.value)


def test_impossible_parameters_are_refused():
    row = process_row(event_table([2.0], start=0, end=10), 0, answers=[Answer(1, ((0, None, 1),))])
    for bad, words in (
        ({"background": 0.0}, "background: must be positive"),
        ({"background": 1.0, "answers": [-0.1]}, "answers: must not be negative"),
        ({"background": 1.0, "gamma": [1.0]}, "gamma: 0 finite numbers are needed"),
    ):
        with pytest.raises(InputError, match=words):
            row.parameters(**bad)
    with pytest.raises(InputError, match="one row for each change"):
        factor_path([0.0, 1.0], [[1.0]])
    with pytest.raises(InputError, match="changes must ascend"):
        factor_path([1.0, 0.0], [[1.0], [2.0]])
    with pytest.raises(RecordError, match="spread"):
        process_row(event_table([2], widths=1.0, start=0, end=10), 0)


def test_the_compiled_passes_have_one_signature_each():
    sharp_row()[2].evaluate(sharp_row()[3])
    row = process_row(event_table([2.0], start=0, end=10), 0)
    row.evaluate(row.parameters(1.0))
    assert len(compiled_row().signatures) == 1
    assert len(compiled_trace().signatures) == 1
