"""What a run forecasts: which tests can be scored, over which days, and the numbers behind them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.crisis import crisis
from talion.judge.forecasts import LEVELS, PartForecast, distribution
from talion.judge.measures import measures_of, number_measures, plan_for
from talion.judge.parts import parts_of, parts_of_case
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.model.measure import Op

TESTS = {
    "plain": "kind: forecast, holds_if: {count: attack, at_least: 25, to: as_of + 90 days}",
    "rolling": "kind: forecast, "
    "holds_if: {count: attack, at_least: 4, in_every: 30 days, to: as_of + 90 days}",
    "fullest": "kind: forecast, "
    "holds_if: {count: attack, at_most: 14, in_every: 30 days, to: as_of + 90 days}",
    "pace": "kind: forecast, holds_if: {rate: parade, at_least: 2, to: as_of + 180 days}",
    "usual": "kind: forecast, holds_if: {count: strike, at_least: 0.5 x usual, to: as_of + 90 days}",
    "sum": "kind: forecast, holds_if: {count: force, at_least: 30, to: as_of + 90 days}",
    "share": "kind: forecast, "
    "holds_if: {answered: attack, by: strike, within: 7 days, at_least: 20 %, to: as_of + 90 days}",
    "both": "kind: forecast, holds_if: {all: [{count: attack, at_least: 25, to: as_of + 90 days}, "
    "{count: strike, at_least: 6, to: as_of + 60 days}]}",
    "if_peace": "kind: conditional, under: peace, "
    "holds_if: {count: attack, at_most: 20, from: as_of + 30 days, to: as_of + 90 days}",
    "level": "kind: forecast, holds_if: {level: push, at: as_of + 90 days, at_least: 45}",
    "reach": "kind: forecast, holds_if: {reaches: push, at_least: 60, by: as_of + 90 days}",
    "by_hand": "kind: forecast, testable: later, due: 2024-09-01, "
    "holds_if: {level: push, at: as_of + 90 days, at_least: 45}",
    "if_by_hand": "kind: forecast, testable: later, due: 2024-09-01, under: peace, "
    "holds_if: {count: demand, at_least: 9, to: as_of + 90 days}",
    "unseen": "kind: forecast, holds_if: {count: demand, at_least: 9, to: as_of + 90 days}",
    "marked": "kind: forecast, "
    "holds_if: {count: 'attack[place=east]', at_least: 9, to: as_of + 90 days}",
    "effect": "kind: conditional, under: no_strikes, holds_if: "
    "{difference: {count: attack, from: as_of, to: as_of + 90 days}, lower_by: 25 %}",
    "because": "kind: cause, holds_if: {count: attack, at_least: 25, to: as_of + 90 days}",
    "again": "kind: forecast, under: replay, "
    "holds_if: {count: attack, at_least: 1, from: replay, to: replay + 30 days}",
    "listed": "kind: history, holds_if: {recorded: {action: attack}, at_least: 10}",
    "horizons": "kind: forecast, horizons: [60 days, 120 days], "
    "holds_if: {count: attack, at_least: 18, to: horizon}",
}


LOOK = "a person must look it up and say where"


@pytest.fixture(scope="module")
def result() -> RunResult:
    return judge_case(crisis(extra=TESTS), draws=30, histories=8, seed=5)


def forecast(result: RunResult, judgment: str, part: str = "main") -> PartForecast:
    return next(f for f in result.forecasts if (f.judgment, f.part) == (judgment, part))


@pytest.mark.parametrize(
    ("judgment", "scored", "why"),
    [
        ("plain", "yes", ""),
        ("rolling", "yes", ""),
        ("pace", "yes", ""),
        ("sum", "yes", ""),
        ("share", "yes", ""),
        ("both", "yes", ""),
        ("if_peace", "if", "only if this comes about: Peace"),
        ("level", "no", "no row of a record would show “Push”"),
        ("reach", "no", "no row of a record would show “Push”"),
        ("by_hand", "by hand", f"no row of a record would show “Push”: {LOOK}"),
        (
            "if_by_hand",
            "by hand",
            f"only if this comes about: Peace; no row of a record would show “Demand”: {LOOK}",
        ),
        ("unseen", "no", "no row of a record would show “Demand”"),
        ("marked", "no", "no row of a record would show “attack by place”"),
        ("effect", "no", "it compares two worlds, of which at most one comes about"),
        ("because", "no", "a claim of kind cause is not settled by what happens next"),
        ("again", "no", "it replays days before the cut-off, which have passed"),
    ],
)
def test_what_can_be_scored_and_why_not(
    result: RunResult, judgment: str, scored: str, why: str
) -> None:
    found = forecast(result, judgment)
    assert (found.scored, found.why) == (scored, why)


def test_a_count_on_the_record_is_no_forecast(result: RunResult) -> None:
    assert "listed" not in {f.judgment for f in result.forecasts}


def test_every_simulated_part_has_its_forecast(result: RunResult) -> None:
    parts = {(j.id, p.id) for j in result.judgments for p in j.parts if p.kind != "record"}
    assert {(f.judgment, f.part) for f in result.forecasts} == parts
    assert {f.part for f in result.forecasts if f.judgment == "horizons"} == {"main@60", "main@120"}


def test_the_days_are_those_of_the_test(result: RunResult) -> None:
    as_of, day = dt.date(2024, 6, 1), dt.timedelta(days=1)
    assert (forecast(result, "plain").start, forecast(result, "plain").end) == (as_of, as_of + 90 * day)  # fmt: skip
    peace = forecast(result, "if_peace")
    assert (peace.start, peace.end) == (as_of + 30 * day, as_of + 90 * day)
    both = forecast(result, "both")
    assert [n.end for n in both.numbers] == [as_of + 90 * day, as_of + 60 * day]
    assert both.end == as_of + 90 * day


@pytest.mark.parametrize(
    ("judgment", "what", "subject", "within", "holds"),
    [
        ("plain", "events", "attack", 0, lambda n: n >= 25),
        ("rolling", "fewest events in any window", "attack", 30, lambda n: n >= 4),
        ("fullest", "most events in any window", "attack", 30, lambda n: n <= 14),
        ("pace", "events", "parade", 0, lambda n: n >= 2 * 180 / 30.4375),
        ("sum", "events", "force", 0, lambda n: n >= 30),
        ("if_peace", "events", "attack", 0, lambda n: n <= 20),
    ],
)
def test_the_numbers_give_the_very_probability(
    result: RunResult, judgment: str, what: str, subject: str, within: int, holds: object
) -> None:
    (number,) = forecast(result, judgment).numbers
    assert (number.what, number.subject, number.within) == (what, subject, within)
    main = result.judgment(judgment).main
    assert main is not None
    assert callable(holds)
    assert set(number.readings) == set(main.readings)
    for reading, found in number.readings.items():
        share = main.readings[reading]
        assert found is not None
        assert share is not None
        assert found.quantiles == {}
        assert found.histories == sum(found.counts.values()) == share.histories
        of = sum(n for value, n in found.counts.items() if holds(value)) / found.histories
        assert of == pytest.approx(share.probability, abs=1e-12)
        mean = sum(value * n for value, n in found.counts.items()) / found.histories
        assert found.mean == pytest.approx(mean)


def test_a_level_and_a_share_answered_come_as_quantiles(result: RunResult) -> None:
    for judgment, what in (("level", "level"), ("share", "share answered")):
        (number,) = forecast(result, judgment).numbers
        assert number.what == what
        found = number.readings["as_written"]
        assert found is not None
        assert found.counts == {}
        assert tuple(found.quantiles) == LEVELS
        values = list(found.quantiles.values())
        assert values == sorted(values)
        assert values[0] < found.mean < values[-1]
    assert forecast(result, "share").numbers[0].by == "strike"
    assert forecast(result, "reach").numbers == ()


def test_keeping_numbers_moves_none_of_the_others() -> None:
    case = crisis(extra=TESTS)
    with_numbers, without = plan_for(case), plan_for(case, numbers=False)
    asked = {m for part in parts_of_case(case) for m in measures_of(part.test, part.setting)}
    assert asked <= set(without.measures) < set(with_numbers.measures)
    assert with_numbers.horizon == without.horizon
    plain = parts_of(case, "plain")[0]
    (count,) = number_measures(plain.test, plain.setting)
    assert count.op is Op.COUNT
    assert [m.op for m in measures_of(plain.test, plain.setting)] == [Op.FIRST_COUNT]


VALUES = st.lists(
    st.lists(st.one_of(st.integers(0, 40).map(float), st.just(float("nan"))), min_size=3, max_size=3),
    min_size=1, max_size=8,
)  # fmt: skip


@given(VALUES)
def test_a_distribution_loses_no_history(rows: list[list[float]]) -> None:
    values = np.asarray(rows)
    for whole in (True, False):
        found = distribution(values, whole=whole)
        known = values[np.isfinite(values)]
        if found is None:
            assert known.size == 0
            continue
        assert found.histories + found.unknown == values.size
        assert found.mean == pytest.approx(known.mean())
        if whole:
            again = [value for value, n in found.counts.items() for _ in range(n)]
            assert sorted(again) == sorted(known.tolist())
        else:
            middle = float(np.median(known))
            assert found.quantiles[0.5] == pytest.approx(middle)
