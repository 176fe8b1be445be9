"""The table of events: order, periods, intervals, and what it refuses."""

import datetime as dt
import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.errors import Problems, RecordError
from talion.fit.events import event_table, read_frame


def test_events_are_sorted_and_history_is_told_apart():
    table = event_table(
        [5.0, -3.0, 0.0, 2.0], [0, 1, 1, 0], start=0, end=6, history_start=-10, marks=[1, 2, 3, 4]
    )
    assert table.times.tolist() == [-3.0, 0.0, 2.0, 5.0]
    assert table.types.tolist() == [1, 1, 0, 0]
    assert table.marks.tolist() == [2, 3, 4, 1]
    assert table.first == 1  # an event at the start is in the period
    assert table.counts.tolist() == [2, 1]
    assert table.length == 6


def test_the_callers_arrays_are_copied_and_what_compiled_code_gets_is_writable():
    times = np.array([1.0, 2.0])
    times.flags.writeable = False
    table = event_table(times, start=0, end=3)
    assert table.times.flags.writeable
    assert table.times.flags.c_contiguous
    assert not np.shares_memory(times, table.times)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"times": [1.0, float("nan")]}, "times, row 1: a finite day is needed"),
        ({"times": [1.0, 10.0]}, "times, row 1: not before the end of the period, 10 (got 10.0)"),
        ({"times": [-1.0, 2.0]}, "times, row 0: before the first known day, 0 (got -1.0); give history_start"),
        ({"times": ["a", "b"]}, "times: numbers are needed"),
        ({"types": [0, 5], "names": ["a", "b"]}, "types, row 1: no such type of 2 (got 5)"),
        ({"types": [0, -1]}, "types, row 1: no such type"),
        ({"types": [0, 0.5]}, "types: whole numbers are needed"),
        ({"types": [0, 1, 0]}, "types: there must be one value for each of the 2 events"),
        ({"marks": [0, -2]}, "marks, row 1: a mark cannot be negative"),
        ({"widths": [0, -1]}, "widths, row 1: an interval cannot be negative"),
        ({"widths": float("nan")}, "widths, row 0"),
        ({"names": ["a", "a"]}, "names: types need names that differ"),
        ({"end": float("inf")}, "end: a finite day is needed"),
        ({"end": 0.0, "times": []}, "start, end: the period ends before it begins"),
        ({"history_start": 1.0}, "history_start: history must begin before the period"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_row_with_what_to_do(change, words):
    given = {"times": [1.0, 2.0], "types": 0, "start": 0.0, "end": 10.0, **change}
    with pytest.raises(RecordError) as caught:
        event_table(**given)
    assert words in str(caught.value)


def test_several_faults_are_told_together():
    with pytest.raises(Problems) as caught:
        event_table([1.0, 99.0], [0, 0], marks=[-1, 0], start=0, end=10)
    assert len(caught.value) == 2


def test_an_empty_table_is_a_table():
    table = event_table([], start=0, end=10, names=["raid"])
    assert (table.counts.tolist(), table.tied(), table.tie_groups().tolist()) == ([0], 0, [0])


@given(st.lists(st.integers(0, 5), max_size=12))
def test_tie_groups_partition_the_events(days):
    table = event_table(np.array(days, float), start=0, end=6)
    offsets = table.tie_groups()
    groups = [table.times[a:b] for a, b in itertools.pairwise(offsets)]
    assert sum(map(len, groups)) == len(days)
    assert [float(g[0]) for g in groups] == sorted({float(d) for d in days})
    assert all((g == g[0]).all() for g in groups)
    assert table.tied() == sum(len(g) for g in groups if len(g) > 1)


@given(st.lists(st.integers(-4, 9), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_spreading_keeps_each_event_in_its_interval_and_period(days, seed):
    widths = [1.0 if i % 3 else 0.0 for i in range(len(days))]
    marks = list(range(len(days)))
    table = event_table(days, start=0, end=9.5, history_start=-4, widths=widths, marks=marks)
    fine = table.spread(np.random.default_rng(seed))
    assert fine.is_exact
    assert (np.diff(fine.times) >= 0).all()
    assert fine.first == table.first
    assert (fine.times[fine.first :] >= 0).all()
    assert (fine.times < 9.5).all()
    was = {m: (t, w) for m, t, w in zip(table.marks, table.times, table.widths, strict=True)}
    for mark, now in zip(fine.marks, fine.times, strict=True):
        t, width = was[mark]
        assert t <= now
        assert now == t if width == 0 else now < t + width


def test_dates_are_known_to_the_day_and_times_exactly():
    stamps = [dt.datetime(2024, 2, 2, 6), dt.datetime(2024, 2, 1, 18)]
    frame = pl.DataFrame({"at": stamps, "kind": ["strike", "attack"]})
    exact = read_frame(frame, time="at", type="kind", start=19754, end=19800)
    assert exact.times.tolist() == [19754.75, 19755.25]
    assert exact.names == ("attack", "strike")
    assert exact.is_exact
    dated = read_frame(
        frame.with_columns(pl.col("at").dt.date()), time="at", type=None, start=19754, end=19800
    )
    assert dated.widths.tolist() == [1.0, 1.0]
    assert dated.names == ("events",)


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        ({"time": [1.0]}, {}, "no such column (got 'type')"),
        ({"time": [1.0, None], "type": ["a", "b"]}, {}, "column time, row 1: a value is missing"),
        ({"time": ["x"], "type": ["a"]}, {}, "column time: times must be dates"),
        ({"time": [1.0], "type": ["b"]}, {"names": ["a"]}, "column type, row 0: a type without"),
    ],
)
def test_bad_frames_are_refused(frame, options, words):
    with pytest.raises(RecordError) as caught:
        read_frame(pl.DataFrame(frame), start=0, end=10, **options)
    assert words in str(caught.value)
