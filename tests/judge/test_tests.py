"""Tests put to made-up measures, so that each answer is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from talion.errors import JudgmentTestError
from talion.judge.measures import measures_of
from talion.judge.parts import Setting
from talion.judge.tests import Outcome, evaluate, truth_of
from talion.model.claim import parse_expression
from talion.model.measure import Measure, Op

AS_OF = 100
SETTING = Setting(
    "judgments.J.holds_if",
    "peace",
    AS_OF,
    AS_OF + 180,
    {"baseline": AS_OF, "peace": AS_OF + 10, "war": AS_OF + 10, "replay": 50},
    {"baseline": AS_OF, "peace": AS_OF, "war": AS_OF, "replay": 50},
)


@dataclass
class Fake:
    """Measures by what they are; a history is cut in the worlds named."""

    values: dict[tuple[Op, str], Any]
    cut: tuple[str, ...] = ()
    shape: tuple[int, int] = (1, 4)

    def of(self, measure: Measure) -> np.ndarray:
        if measure.op is Op.FIRST_COUNT and (measure.op, measure.world) not in self.values:
            count = self.of(replace(measure, op=Op.COUNT))
            reached = np.where(count >= measure.number, 3.0, np.inf)
            return np.where(np.isnan(count), np.nan, reached)
        return (
            np.broadcast_to(np.array(self.values[measure.op, measure.world], float), self.shape)
            .astype(np.float32)
            .astype(float)
        )

    def capped(self, world: str) -> np.ndarray:
        unknown = np.zeros(self.shape, bool)
        if world in self.cut:
            unknown[:, -1] = True
        return unknown

    def usual(self, series: str) -> np.ndarray:
        return np.full(self.shape[0], 0.1)  # events per day


def outcome(test: dict[str, Any], values: Fake) -> Outcome:
    return evaluate(parse_expression(test), SETTING, values)


def probability(test: dict[str, Any], values: Fake) -> float:
    share = outcome(test, values).share
    assert share is not None
    return share.probability


def one(op: Op, *numbers: float, world: str = "peace", cut: tuple[str, ...] = ()) -> Fake:
    return Fake({(op, world): [numbers]}, cut)


def test_counts_are_compared_with_each_bound() -> None:
    values = one(Op.COUNT, 0, 1, 2, 3)
    for bound, expected in (
        ({"at_least": 2}, 0.5),
        ({"more_than": 2}, 0.25),
        ({"at_most": 2}, 0.75),
        ({"fewer_than": 2}, 0.5),
        ({"at_least": 1, "at_most": 2}, 0.5),
    ):
        assert probability({"count": "attack", **bound}, values) == expected


def test_in_every_uses_the_emptiest_and_the_fullest_window() -> None:
    test = {"count": "attack", "in_every": "30 days", "at_least": 1, "at_most": 5}
    ops = [m.op for m in measures_of(parse_expression(test), SETTING)]
    assert ops == [Op.MIN_WINDOW, Op.MAX_WINDOW]
    values = Fake(
        {(Op.MIN_WINDOW, "peace"): [[0, 1, 1, 2]], (Op.MAX_WINDOW, "peace"): [[3, 3, 6, 5]]}
    )
    assert probability(test, values) == 0.5


def test_usual_is_scaled_to_the_window() -> None:
    # 0.1 a day over 180 days is 18; half of it is 9.
    assert (
        probability({"count": "a", "at_least": "0.5 x usual"}, one(Op.COUNT, 8, 9, 18, 20)) == 0.75
    )
    test = {"count": "a", "at_least": "1 x usual", "in_every": "30 days"}
    assert probability(test, one(Op.MIN_WINDOW, 2, 3, 4, 0)) == 0.5


def test_rates_are_per_month_of_the_window() -> None:
    # 2.4 a month over 180 days is 14.2 events, so 14 are too few and 15 enough.
    values = one(Op.COUNT, 0, 14, 15, 30)
    assert probability({"rate": "a", "at_least": 2.4}, values) == 0.5


def test_levels_survive_single_precision() -> None:
    assert probability({"level": "f", "at_most": 0.2}, one(Op.LEVEL, 0.2, 0.2, 0.21, 0.1)) == 0.75
    assert (
        probability({"level": "f", "between": [0.2, 0.3]}, one(Op.LEVEL, 0.2, 0.3, 0.31, 0.1))
        == 0.5
    )


def test_a_level_is_compared_with_another_day() -> None:
    test = {"level": "f", "at": "horizon", "compared_with": "as_of", "at_least": "75 %"}
    later, earlier = measures_of(parse_expression(test), SETTING)
    assert (later.start, earlier.start) == (AS_OF + 180, AS_OF)

    class TwoDays(Fake):
        def of(self, measure: Measure) -> np.ndarray:
            rows = {AS_OF: [[40.0, 40.0, 40.0, 0.0]], AS_OF + 180: [[30.0, 29.0, 50.0, 0.0]]}
            return np.array(rows[measure.start])

    assert probability(test, TwoDays({})) == 0.75


def test_reaching_is_a_finite_first_day() -> None:
    test = {"reaches": "f", "at_most": 50, "by": "horizon"}
    (measure,) = measures_of(parse_expression(test), SETTING)
    assert (measure.op, measure.number, measure.end) == (Op.FIRST_AT_MOST, 50, AS_OF + 181)
    assert probability(test, one(Op.FIRST_AT_MOST, 3, np.inf, 0, np.inf)) == 0.5


def test_a_history_with_nothing_to_answer_is_left_out() -> None:
    test = {"answered": "s", "by": "c", "within": "7 days", "at_least": "80 %"}
    share = outcome(test, one(Op.ANSWERED, 0.8, 0.5, np.nan, np.nan)).share
    assert share is not None
    assert (share.probability, share.undetermined, share.histories) == (0.5, 0.5, 2)


def test_a_capped_history_is_neither_yes_nor_no() -> None:
    share = outcome(
        {"count": "a", "at_least": 1}, one(Op.COUNT, 1, 1, 0, np.nan, cut=("peace",))
    ).share
    assert share is not None
    assert share.probability == pytest.approx(2 / 3)
    assert (share.capped_low, share.capped_high) == (0.5, 0.75)


def test_a_capped_history_that_had_its_events_is_settled() -> None:
    # The last history was cut after its third event: at least 2 is true, at most 2 is false.
    days = {(Op.FIRST_COUNT, "peace"): [[5, 9, np.inf, 7]]}
    values = Fake(days, ("peace",))
    for bound, expected in (({"at_least": 2}, 0.75), ({"at_most": 1}, 0.25)):
        share = outcome({"count": "a", **bound}, values).share
        assert share is not None
        assert share.probability == share.capped_low == share.capped_high == expected


def test_given_sorts_histories() -> None:
    test = {"given": {"count": "a", "at_least": 2}, "holds": {"level": "f", "at_least": 40}}
    values = Fake({(Op.COUNT, "peace"): [[0, 2, 3, 4]], (Op.LEVEL, "peace"): [[99, 50, 30, 40]]})
    share = outcome(test, values).share
    assert share is not None
    assert share.probability == pytest.approx(2 / 3)
    assert share.undetermined == 0.25


def pairs(first: list[list[float]], second: list[list[float]], op: Op = Op.COUNT) -> Fake:
    shape = (len(first), len(first[0]))
    return Fake({(op, "peace"): first, (op, "war"): second}, shape=shape)


def compare(values: Fake, **size: object) -> Outcome:
    head: dict[str, Any] = {"difference": {"count": "a"}, "against": "war", **size}
    return outcome(head, values)


def test_a_difference_is_asked_of_each_draw() -> None:
    values = pairs([[5, 5], [2, 2], [9, 9]], [[3, 3], [2, 2], [2, 2]])
    found = compare(values, higher_by="2 events")
    assert found.share is not None
    assert found.effect is not None
    assert found.share.probability == pytest.approx(2 / 3)
    assert (found.effect.mean, found.effect.unit) == (3.0, "events")
    lower = compare(values, lower_by="2 events").share
    assert lower is not None
    assert lower.probability == 0.0


def test_what_is_left_is_a_difference_from_all_of_it() -> None:
    values = pairs([[60, 60], [40, 40]], [[100, 100], [100, 100]])
    found = compare(values, at_least="50 %")
    assert found.share is not None
    assert found.effect is not None
    assert found.share.probability == 0.5
    assert found.effect.smallest == -50


def test_a_probability_is_compared_in_points() -> None:
    test = {
        "difference": {"probability_of": {"count": "a", "at_least": 5}},
        "against": "war",
        "higher_by": "10 points",
    }
    values = pairs([[5, 5, 5, 0]] * 2, [[5, 5, 0, 0]] * 2)
    found = outcome(test, values)
    assert found.effect is not None
    assert found.effect.mean == pytest.approx(25)
    assert found.share is not None
    assert found.share.probability == 1.0


def test_joined_differences_must_hold_in_the_same_draw() -> None:
    class Two(Fake):
        def of(self, measure: Measure) -> np.ndarray:
            up = [[9.0, 9.0], [9.0, 9.0], [0.0, 0.0]]
            level = [[0.0, 0.0], [50.0, 50.0], [50.0, 50.0]]
            rows = up if measure.op is Op.COUNT else level
            return np.array(rows) if measure.world == "peace" else np.zeros((3, 2))

    both = [
        {"difference": {"count": "a"}, "against": "war", "higher_by": "5 events"},
        {"difference": {"level": "f"}, "against": "war", "higher_by": "10 points"},
    ]
    values = Two({}, shape=(3, 2))
    assert probability({"all": both}, values) == pytest.approx(1 / 3)
    assert probability({"any": both}, values) == 1.0
    assert outcome({"all": both}, values).effect is None


def test_a_capped_draw_has_two_ends() -> None:
    values = pairs([[5, 5], [5, np.nan]], [[1, 1], [1, 1]])
    values.cut = ("peace",)
    # Only the second draw's last history is unknown; the first draw's was cut after the measure.
    share = compare(values, higher_by="2 events").share
    assert share is not None
    assert (share.capped_low, share.probability, share.capped_high) == (0.5, 1.0, 1.0)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"count": "a", "at_least": 1, "from": "as_of - 5 days"}, "histories under peace begin on"),
        ({"count": "a", "at_least": 1, "from": "as_of + 200 days"}, "window is empty"),
        ({"count": "a", "at_least": 1, "in_every": "200 days"}, "no window of 200 days"),
        ({"difference": {"count": "a"}, "against": "peace", "lower_by": 1}, "with itself"),
        ({"difference": {"count": "a"}, "against": "replay", "lower_by": 1}, "different days"),
        (
            {"answered": "a", "by": "b", "within": "180 days", "at_least": "80 %"},
            "followed for 180 days",
        ),
    ],
)
def test_what_cannot_be_put_to_histories_is_said(test: dict[str, Any], said: str) -> None:
    with pytest.raises(JudgmentTestError, match=said) as caught:
        measures_of(parse_expression(test), SETTING)
    assert caught.value.place == "judgments.J.holds_if"
    assert caught.value.remedy


def test_only_history_tests_have_a_truth() -> None:
    test = parse_expression({"sources_agree": ["e"]})
    with pytest.raises(TypeError, match="no test of single histories"):
        truth_of(test, SETTING, Fake({}))
