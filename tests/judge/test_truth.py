"""Kleene logic over histories that were cut short or cannot answer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from talion.judge.truth import Truth, all_of, any_of, given

YES, NO, CUT, OUT = "yes", "no", "cut", "out"


def truth(*states: str) -> Truth:
    def row(*wanted: str) -> np.ndarray:
        return np.array([[s in wanted for s in states]])

    return Truth(row(YES), row(YES, CUT), row(OUT))


def states(found: Truth) -> list[str]:
    said = []
    for low, high, out in zip(found.low[0], found.high[0], found.undetermined[0], strict=True):
        said.append(OUT if out else YES if low else CUT if high else NO)
    return said


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (NO, NO, NO, NO),
        (YES, CUT, CUT, YES),
        (NO, CUT, NO, CUT),
        (CUT, CUT, CUT, CUT),
        (YES, OUT, OUT, YES),
        (NO, OUT, NO, OUT),
        (CUT, OUT, OUT, OUT),
        (OUT, OUT, OUT, OUT),
    ],
)
def test_joining_settles_what_can_be_settled(a: str, b: str, both: str, either: str) -> None:
    for one, other in ((a, b), (b, a)):
        assert states(all_of([truth(one), truth(other)])) == [both]
        assert states(any_of([truth(one), truth(other)])) == [either]


@pytest.mark.parametrize(
    ("condition", "holds", "found"),
    [
        (YES, YES, YES),
        (YES, NO, NO),
        (YES, CUT, CUT),
        (NO, YES, OUT),
        (NO, CUT, OUT),
        (CUT, YES, CUT),
        (CUT, NO, CUT),
        (OUT, YES, OUT),
        (YES, OUT, OUT),
    ],
)
def test_given_leaves_out_histories_without_the_condition(
    condition: str, holds: str, found: str
) -> None:
    assert states(given(truth(condition), truth(holds))) == [found]


def test_no_state_is_both_undetermined_and_settled() -> None:
    every = (YES, NO, CUT, OUT)
    for a, b, c in itertools.product(every, repeat=3):
        for found in (
            all_of([truth(a), truth(b), truth(c)]),
            any_of([truth(a), truth(b), truth(c)]),
            given(truth(a), any_of([truth(b), truth(c)])),
        ):
            assert not (found.undetermined & (found.low | found.high)).any()
            assert not (found.low & ~found.high).any()


def test_unknown_measures_are_cut_or_cannot_answer() -> None:
    found = Truth.of(
        np.array([[True, False, True, True]]),
        np.array([[True, True, False, False]]),
        np.array([[False, True, True, False]]),
    )
    assert states(found) == [YES, NO, CUT, OUT]
