"""Issues and stakes: what is refused, with every fault named, and how scales work."""

from __future__ import annotations

import numpy as np
import pytest

from talion.errors import InputError, Problems
from talion.model.bargaining.positions import Dimension, Issue, Stake, one_dimension, stake

DAYS = Dimension("days", 10, 50, "soon", "late")


@pytest.mark.parametrize(
    ("stakes", "message"),
    [
        ((stake("A", 9, 50, 1),), r"'A', position on 'days': off the scale of 10 to 50 \(got 9"),
        ((stake("A", 50.1, 50, 1),), "off the scale"),
        ((stake("A", 20, 101, 1),), "salience on 'days': must be from 0 to 100"),
        ((stake("A", 20, -1, 1),), "must be from 0 to 100"),
        ((stake("A", 20, 50, -0.1),), "capability on 'days': must not be negative"),
        ((stake("A", float("nan"), 50, 1),), "position on 'days': must be a finite number"),
        ((stake("A", 20, 50, float("inf")),), "capability on 'days': must be a finite number"),
        ((stake("A", [20, 30], 50, 1),), "position is needed for each of 1 dimension"),
        (
            (stake("A", 20, 50, 1), stake("A", 30, 50, 1)),
            "actor named twice",
        ),
        ((stake(" ", 20, 50, 1),), "without a name"),
        ((), "an issue needs an actor"),
    ],
)
def test_a_stake_that_does_not_fit_is_refused(stakes: tuple[Stake, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Issue("pause", (DAYS,), stakes)


def test_all_faults_are_named_together() -> None:
    with pytest.raises(Problems) as caught:
        Issue("pause", (DAYS, DAYS), (stake("A", [0, 20], [50, 200], -1),))
    text = str(caught.value)
    assert len(text.splitlines()) == 5
    for word in ("named twice", "off the scale", "from 0 to 100", "negative"):
        assert word in text


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (float("-inf"), 1), (0, float("nan"))])
def test_a_scale_without_length_is_refused(low: float, high: float) -> None:
    with pytest.raises(InputError, match="two finite numbers"):
        Dimension("x", low, high)


def test_an_unknown_actor_is_named_with_what_is_near() -> None:
    issue = one_dimension("pause", {"Iraq": (1, 2, 3), "Iran": (2, 3, 4)})
    with pytest.raises(InputError, match=r"no such actor \(got 'Irak'\); did you mean 'Iraq'"):
        issue.index("Irak")
    with pytest.raises(InputError, match="it has Iraq, Iran"):
        issue.without("Qatar")


def test_scales_go_both_ways() -> None:
    issue = Issue("x", (DAYS, Dimension("y", -1, 1)), (stake("A", [20, 0.5], [10, 20], 2),))
    assert issue.scaled.tolist() == [[0.25, 0.75]]
    assert np.allclose(issue.unscaled(issue.scaled), issue.positions)
    assert issue.salience.tolist() == [[0.1, 0.2]]
    assert issue.capability.tolist() == [[2.0, 2.0]]


def test_taking_out_and_replacing_leave_the_others() -> None:
    issue = one_dimension("x", {"A": (1, 2, 3), "B": (2, 3, 4), "C": (3, 4, 5)})
    assert issue.without("B").actors == ("A", "C")
    changed = issue.with_stake(stake("B", 9, 3, 4))
    assert [s.position for s in changed.stakes] == [(1.0,), (9.0,), (3.0,)]
    with pytest.raises(InputError, match="needs an actor"):
        one_dimension("x", {"A": (1, 2, 3)}).without("A")
