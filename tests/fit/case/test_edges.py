"""Records at the edge of what can be: results that make sense, or an error that says what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from fit.case.proved_case import BEGIN, WATCHED, absence, on, record, row, total
from talion.errors import FitError, Problems, RecordError
from talion.fit.case.options import Options
from talion.fit.case.sampler import sample_reading
from talion.fit.case.specification import problem_of
from talion.model.case import day_number, parse_case

FIRST = day_number(BEGIN)


def given(events, options=None, text=WATCHED, counts=(), **parts):
    early = BEGIN - dt.timedelta(days=2)  # the series exists; this says nothing of the window
    counts = (total(1, early, early), *counts)
    return problem_of(parse_case(text, record=record(events, counts=counts, **parts)), options)


def fitted(events, options=None, sweeps=40, **parts):
    problem = given(events, options, **parts)
    return problem, sample_reading(problem, seed=1, chains=2, sweeps=sweeps, burn=20, keep=8)


def raids(problem, fit, low=0.0, high=1e9):
    """[N] raids of each draw in an interval of days since the window's start."""
    past, types = fit.draws.past, problem.arrays.class_type
    since = past.times - past.start
    own = (types[past.classes] == 0) & (since >= low) & (since < high)
    return np.bincount(past.draw_of()[own], minlength=past.draws)


def sound(fit):
    """Finite throughout, and with a word on convergence, which so few sweeps cannot reach."""
    assert np.isfinite(fit.log_likelihood).all()
    assert np.isfinite(fit.log_prior).all()
    assert all(np.isfinite(v).all() for v in fit.draws.scores.values())
    return fit


def test_one_event():
    problem, fit = fitted([row("only", "raid", on(FIRST + 20))])
    sound(fit)
    assert problem.record.types == ("raid",)
    for draw in range(fit.size):
        times, _, rows = fit.draws.past.of(draw)
        listed = times[rows >= 0] - fit.draws.past.start
        assert len(listed) == 1
        assert 20.0 <= listed[0] < 21.0


def test_no_event_at_all():
    problem, fit = fitted([])
    sound(fit)
    assert problem.record.types == ()
    assert fit.informed == ()
    assert fit.draws.past.times.size == 0


def test_no_event_within_the_window():
    """Rows before it make a type one that is explained: none was listed in it."""
    early = BEGIN - dt.timedelta(days=2)
    problem, fit = fitted([row("early", "raid", early)], sweeps=400)
    sound(fit)
    usual = problem.parameters.index("usual/raid")
    assert problem.sampled[usual]
    assert fit.draws.scores["usual/raid"].mean() < -0.2  # two empty months against 12 a month


def test_all_in_one_day():
    events = [row(f"r{i}", "raid", on(FIRST + 30)) for i in range(12)]
    events += [row(f"p{i}", "reply", on(FIRST + 30)) for i in range(6)]
    problem, fit = fitted(events)
    sound(fit)
    assert (raids(problem, fit, 30, 31) >= 12).all()


def test_first_and_last_day():
    problem, fit = fitted([row("a", "raid", BEGIN), row("b", "reply", on(FIRST + 66))])
    sound(fit)
    assert fit.draws.past.times.min() >= problem.arrays.start


def test_rows_that_stand_for_many_and_for_none():
    events = [
        row("a", "raid", on(FIRST + 5), attacks=40),
        row("b", "raid", on(FIRST + 9), attacks=0),
    ]
    problem, fit = fitted(events)
    sound(fit)
    assert (raids(problem, fit, 5, 6) >= 40).all()
    assert len(problem.record.rows) == 1


def test_a_total_of_zero():
    """Two months said to be empty leave few unlisted raids."""
    events = [row("late", "raid", on(FIRST + 64))]
    problem, fit = fitted(events, counts=(total(0, on(FIRST + 60)),), sweeps=200)
    sound(fit)
    assert raids(problem, fit, 0, 58).mean() < 3.0


def test_a_total_far_above_the_listed():
    """1000 said where 10 are listed: more raids, or a grave error of the series; no row goes.

    Which of the two it is takes far more sweeps to settle, and the verdict says so.
    """
    events = [row(f"r{i}", "raid", on(FIRST + 5 * i + 2)) for i in range(10)]
    problem, fit = fitted(events, counts=(total(1000, on(FIRST + 60)),), sweeps=40)
    sound(fit)
    assert (raids(problem, fit) >= 10).all()
    assert raids(problem, fit).mean() > 12
    assert "not converged" in fit.verdict


def test_a_total_below_the_listed():
    """3 said where 10 are listed stands as an error of the total: no row goes."""
    events = [row(f"r{i}", "raid", on(FIRST + 5 * i + 2)) for i in range(10)]
    problem, fit = fitted(events, counts=(total(3, on(FIRST + 60)),), sweeps=200)
    sound(fit)
    assert (raids(problem, fit) >= 10).all()
    assert fit.draws.past.row_ids == tuple(f"r{i}" for i in range(10))
    assert raids(problem, fit, 0, 58).mean() < 18.0  # 2 chains, 200 sweeps: 14.6 and less were seen


def test_an_absence_against_a_row():
    """A statement that nothing happened where a row says something did: the row stays."""
    events = [row("r", "raid", on(FIRST + 20))]
    problem, fit = fitted(events, absences=(absence(on(FIRST + 18), on(FIRST + 24)),))
    sound(fit)
    assert (raids(problem, fit, 20, 21) >= 1).all()
    certain = (absence(on(FIRST + 18), on(FIRST + 24), reliability=1.0),)
    sound(fitted(events, absences=certain)[1])


def test_an_order_that_contradicts_itself_is_refused_with_its_place():
    """By the record; and by the sampler, should one reach it."""
    day = on(FIRST + 20)
    circle = [row("a", "raid", day, after="b"), row("b", "raid", day, after="a")]
    with pytest.raises(Problems, match="in a circle"):
        record(circle)
    with pytest.raises(RecordError, match="follows an event that begins later"):
        record([row("a", "raid", day, after="b"), row("b", "raid", on(FIRST + 22))])
    problem = given([row("a", "raid", day), row("b", "raid", day)])
    arrays = problem.arrays._replace(row_after=np.array([1, 0]))
    with pytest.raises(FitError, match="coded order") as raised:
        sample_reading(replace(problem, arrays=arrays), seed=1, chains=2, sweeps=40, burn=20)
    assert raised.value.place
    assert raised.value.remedy
    assert "'a'" in str(raised.value) or "'b'" in str(raised.value)


def test_a_long_chain_within_a_day_is_kept():
    names = [f"r{(7 * i) % 15:02}" for i in range(15)]
    after = dict(zip(names[1:], names, strict=False))
    events = [row(n, "raid", on(FIRST + 20), after=after.get(n)) for n in sorted(names)]
    _, fit = fitted(events)
    for draw in range(fit.size):
        times, _, rows = fit.draws.past.of(draw)
        told = [fit.draws.past.row_ids[r] for _, r in zip(times, rows, strict=True) if r >= 0]
        assert told == names


def test_listing_known_to_be_whole():
    text = WATCHED.replace("share: [40, 60, 80]", "share: 100")
    problem, fit = fitted([row("a", "raid", on(FIRST + 9))], text=text)
    sound(fit)
    assert (raids(problem, fit) == 1).all()


def test_a_row_where_nothing_can_be_listed_is_an_error_that_says_so():
    text = WATCHED.replace("share: [40, 60, 80]", "share: 0")
    with pytest.raises(FitError, match="impossible") as raised:
        fitted([row("a", "raid", on(FIRST + 9))], text=text)
    assert "listing" in raised.value.place
    assert raised.value.remedy


def test_an_order_that_can_be_kept_is_kept():
    late = on(FIRST + 22)
    events = [
        row("a", "raid", on(FIRST + 20), late, after="b"), row("b", "reply", on(FIRST + 21), late),
        row("c", "raid", on(FIRST + 20), late, after="a"),
    ]  # fmt: skip
    _, fit = fitted(events, sweeps=100)
    for draw in range(fit.size):
        times, _, rows = fit.draws.past.of(draw)
        at = {fit.draws.past.row_ids[r]: t for t, r in zip(times, rows, strict=True) if r >= 0}
        assert at["b"] < at["a"] < at["c"]


@pytest.mark.parametrize("name", ["rows_only", "totals_only", "reference_totals", "constant"])
def test_every_way_to_fit_meets_an_empty_record(name):
    ways = {
        "rows_only": Options(totals="none"), "totals_only": Options(rows=False),
        "reference_totals": Options(totals="reference"), "constant": Options(weekly_listing=False),
    }  # fmt: skip
    sound(fitted([], ways[name])[1])
    sound(fitted([row("a", "raid", on(FIRST + 9))], ways[name])[1])


@pytest.mark.parametrize("way", ["forward", "reversed"])
def test_types_of_one_day_can_be_put_in_turn(way):
    """A raid and a reply of one day: the coded order gives way, that of two raids stays."""
    day = FIRST + 20
    events = [
        row("a", "raid", on(day), on(day), after="b"), row("b", "reply", on(day), on(day)),
        row("c", "raid", on(day), on(day), after="a"), row("d", "raid", on(day + 3), on(day + 3)),
    ]  # fmt: skip
    problem, fit = fitted(events, Options(same_day=way), sweeps=100)
    low = dict(zip(fit.draws.past.row_ids, problem.arrays.row_low % 1, strict=True))
    assert low == {"a": 0, "c": 0, "b": 0.5, "d": 0} or way == "reversed"
    assert low == {"a": 0.5, "c": 0.5, "b": 0, "d": 0} or way == "forward"
    for draw in range(fit.size):
        times, _, rows = fit.draws.past.of(draw)
        at = {fit.draws.past.row_ids[r]: t for t, r in zip(times, rows, strict=True) if r >= 0}
        assert (at["a"] < at["b"]) == (way == "forward")
        assert at["a"] < at["c"]


def test_no_order_is_kept_to_rows_that_were_moved():
    events = [row("a", "raid", on(FIRST + 20)), row("b", "reply", on(FIRST + 20), after="a")]
    problem = given(events, Options(moved=("raid", -5)))
    assert (problem.arrays.row_after == -1).all()
    assert (given(events).arrays.row_after >= 0).sum() == 1
