"""Scores against arithmetic done here, baselines against their laws, averages only where there are many."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from judge.crisis import small_record
from judge.frozen_crisis import TEXT, YEAR_ON, case_behind_it, file_of, frozen, row
from judge.kept_runs import NOON
from talion.errors import InputError
from talion.judge.forecasts import Distribution
from talion.judge.parts import parts_of
from talion.judge.score import AUTHOR, ESCALATION_ALONE, EVEN, ItemScore, score_forecasts
from talion.judge.score_baselines import RecordPaths, baseline_forecast
from talion.judge.score_numbers import TestScore, score_number, score_test
from talion.judge.score_summary import ENOUGH, calibration, summarise
from talion.model.case import parse_case
from talion.model.measure import Measure, Op

START = case_behind_it().as_of_day


def score_of(judgment: str, *rows: object, **more: object) -> ItemScore:
    found = score_forecasts([file_of()], rows, YEAR_ON, **more)  # type: ignore[arg-type]
    return next(one for one in found.items if one.item.judgment == judgment)


# --- scores --------------------------------------------------------------------------------------


def test_a_share_is_scored_as_so_many_of_its_histories() -> None:
    share = frozen().judgments["attacks"].tests[0].probabilities["as_written"]
    p = (share.probability * share.histories + 0.5) / (share.histories + 1)
    for outcome, held in (("yes", 1.0), ("no", 0.0)):
        found = score_of("attacks", row("attacks", outcome)).tests["as_written"]
        assert found.probability == pytest.approx(p)
        assert found.brier == pytest.approx((p - held) ** 2)
        assert found.log == pytest.approx(-math.log(p if held else 1 - p))


def test_no_forecast_of_histories_gives_an_infinite_log_score() -> None:
    assert score_test(0.0, 4000, True).log == pytest.approx(math.log(4001 / 0.5))
    assert math.isfinite(score_test(1.0, 4000, False).log)


@given(
    st.dictionaries(st.integers(0, 40), st.integers(1, 9), min_size=1, max_size=8),
    st.integers(0, 60),
)
def test_the_crps_of_counts_is_that_of_their_sample(counts: dict[int, int], value: int) -> None:
    # Gneiting and Raftery (2007), eq. 21: E|X - y| - E|X - X'| / 2 over the sample itself.
    x = np.repeat(list(counts), list(counts.values())).astype(float)
    expected = np.abs(x - value).mean() - np.abs(x[:, None] - x[None, :]).mean() / 2
    found = score_number(Distribution(float(x.mean()), x.size, 0, counts, {}), value)
    assert found.crps == pytest.approx(expected, abs=1e-9)


def test_intervals_are_of_the_sample_and_cover_what_they_hold() -> None:
    forecast = Distribution(10.5, 20, 0, dict.fromkeys(range(1, 21), 1), {})
    found = score_number(forecast, 18)
    assert found.median == 10
    eighty = found.intervals[0.8]  # the 2nd and the 18th of twenty
    assert (eighty.low, eighty.high, eighty.held) == (2, 18, True)
    assert not found.intervals[0.5].held
    assert found.interval_score == 16
    out = score_number(forecast, 20)
    assert out.interval_score == pytest.approx(16 + 2 / 0.2 * 2)


def test_other_numbers_are_scored_by_their_quantiles() -> None:
    levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
    forecast = Distribution(0.5, 100, 0, {}, {q: q for q in levels})
    pinball = [(q * (0.8 - q) if q <= 0.8 else (1 - q) * (q - 0.8)) for q in levels]
    found = score_number(forecast, 0.8)
    assert found.crps == pytest.approx(2 * np.mean(pinball))
    assert (found.intervals[0.8].low, found.intervals[0.8].high) == (0.1, 0.9)


def test_the_authors_word_is_scored_by_the_middle_of_its_range() -> None:
    found = score_of("attacks", row("attacks", "yes"))
    assert found.tests[AUTHOR].probability == pytest.approx((0.55 + 0.80) / 2)
    assert found.tests[EVEN].brier == 0.25
    hedged = score_of("pace", row("pace", "yes"))
    assert hedged.missing[AUTHOR] == "the author's words claim no probability"


def test_a_reading_of_escalation_alone_is_a_baseline_where_a_file_has_it() -> None:
    missing = score_forecasts([file_of()], [], YEAR_ON).missing
    assert missing[ESCALATION_ALONE] == "not computed: nothing can be scored yet"
    document = frozen().model_dump()
    document["readings"][ESCALATION_ALONE] = {"title": "Escalation alone", "says": "no links"}
    for test in document["judgments"]["attacks"]["tests"]:
        test["probabilities"][ESCALATION_ALONE] = test["probabilities"]["no_view"]
    other = type(frozen()).model_validate(document)
    found = score_forecasts([file_of(other)], [row("attacks", "yes")], YEAR_ON)
    assert ESCALATION_ALONE not in found.missing
    kinds = {who.id: who.kind for who in found.forecasters}
    assert kinds[ESCALATION_ALONE] == "baseline"
    item = next(one for one in found.items if one.item.judgment == "attacks")
    assert item.tests[ESCALATION_ALONE] == item.tests["no_view"]


def test_the_same_forecast_twice_is_refused() -> None:
    with pytest.raises(InputError, match=r"the same forecast as a.json"):
        score_forecasts([file_of(), file_of(name="b.json")], [], YEAR_ON)
    with pytest.raises(InputError, match="no forecast file"):
        score_forecasts([], [], YEAR_ON)


# --- baselines -----------------------------------------------------------------------------------


def paths(baseline: str, days: int = 90, count: int = 4000) -> RecordPaths:
    return RecordPaths(case_behind_it(), baseline, 7, days, count)


def count(series: str, first: int, last: int) -> Measure:
    return Measure(Op.COUNT, "baseline", series=series, start=START + first, end=START + last)


def test_the_last_30_days_are_a_poisson_process() -> None:
    # One attack of the record, that of 6 May, falls in the 30 days before 1 June.
    values = paths("last_30_days").of(count("attack", 0, 90))[0]
    law = stats.poisson(3.0)
    assert values.mean() == pytest.approx(3.0, abs=0.12)
    for k in range(1, 9):
        assert (values >= k).mean() == pytest.approx(law.sf(k - 1), abs=0.03)


def test_climatology_is_made_of_the_records_own_days() -> None:
    # One attack every 14 days until 6 May: any 30 days hold two or three, the last ones fewer.
    values = paths("climatology").of(count("attack", 0, 30))[0]
    days = case_behind_it().record.events
    dated = [e.start for e in days if e.action == "attack"]
    first = dt.date(2024, 1, 1)
    sums = [
        sum(0 <= (d - first).days - start < 30 for d in dated)
        for start in range((dt.date(2024, 6, 1) - first).days - 30 + 1)
    ]
    assert set(values.astype(int)) == set(sums)
    assert values.mean() == pytest.approx(np.mean(sums), abs=0.05)


def test_the_negative_binomial_has_the_moments_of_the_last_17_weeks() -> None:
    case = case_behind_it()
    burst = [replace(e, attacks=6) for e in case.record.events]  # six acts a row: overdispersed
    made = RecordPaths(
        replace(case, record=replace(case.record, events=tuple(burst))),
        "negative_binomial",
        7,
        90,
        8000,
    )
    ended = [(case.as_of - e.start).days for e in burst if e.action == "attack"]
    weeks = np.array([6 * sum(7 * k < d <= 7 * (k + 1) for d in ended) for k in range(17)], float)
    assert weeks.var(ddof=1) > 2 * weeks.mean()
    values = made.of(count("attack", 0, 7))[0]
    assert values.mean() == pytest.approx(weeks.mean(), rel=0.08)
    assert values.var() == pytest.approx(weeks.var(ddof=1), rel=0.12)
    thin = paths("negative_binomial").of(count("attack", 0, 7))[0]  # one act a row: Poisson
    assert thin.var() == pytest.approx(thin.mean(), rel=0.1)


def test_marks_divide_a_type_without_changing_it() -> None:
    for baseline in ("last_30_days", "climatology", "negative_binomial"):
        made = paths(baseline, count=1500)
        whole = made.series("attack")
        east, west = made.series("attack[place=east]"), made.series("attack[place=west]")
        assert (east + west == whole).all()
        assert east.sum() / whole.sum() == pytest.approx(0.6, abs=0.03)  # no row tells: as usual


def test_courses_hang_on_the_seed_alone() -> None:
    one, two = paths("negative_binomial"), paths("negative_binomial")
    two.of(count("strike", 0, 30))  # asked before: it changes nothing
    assert (one.of(count("attack", 0, 60)) == two.of(count("attack", 0, 60))).all()
    assert (
        one.of(count("attack", 0, 60))
        != replace(one, seed=8, _counts={}).of(count("attack", 0, 60))
    ).any()


def test_windows_firsts_and_sums_agree_with_the_daily_counts() -> None:
    made = paths("negative_binomial", count=300)
    daily = made.series("force")
    assert (daily == made.series("attack") + made.series("strike")).all()
    window = Measure(
        Op.MAX_WINDOW, "baseline", series="force", start=START, end=START + 90, number=14
    )
    by_hand = [max(d[i : i + 14].sum() for i in range(77)) for d in daily]
    assert made.of(window)[0].tolist() == by_hand
    first = Measure(
        Op.FIRST_COUNT, "baseline", series="force", start=START, end=START + 90, number=5
    )
    reached = [next((i for i, n in enumerate(np.cumsum(d)) if n >= 5), math.inf) for d in daily]
    assert made.of(first)[0].tolist() == reached


def test_a_baseline_answers_the_very_test_that_was_frozen() -> None:
    case = case_behind_it()
    (part,) = parts_of(case, "attacks")
    made = paths("last_30_days", 91)
    found = baseline_forecast(made, part)
    assert found.share.probability == pytest.approx(
        float((made.of(count("attack", 0, 90)) >= 28).mean())
    )
    assert sum(found.numbers[0].counts.values()) == 4000


def test_what_no_row_shows_has_no_baseline() -> None:
    (part,) = parts_of(case_behind_it(), "rests")
    made = paths("last_30_days")
    with pytest.raises(ValueError, match="no row of the record is a demand"):
        made.of(count("demand", 0, 30))
    level = Measure(Op.LEVEL, "baseline", factor="push", start=START, end=START + 1)
    with pytest.raises(ValueError, match="no row of a record shows push"):
        made.of(level)
    assert part.test.kind == "effect"


def test_a_level_looked_up_is_scored_without_baselines() -> None:
    found = score_of("push", row("push", "no", 31.5), cases=[case_behind_it()])
    assert found.missing["climatology"] == "no row of a record shows push"
    assert {"as_written", EVEN} <= set(found.tests)
    crps = found.numbers[0]["as_written"].crps
    assert 0 < crps < 31.5


def test_baselines_need_the_record_as_it_was_known() -> None:
    with_case = score_of("attacks", row("attacks", "yes"), cases=[case_behind_it()])
    assert {"last_30_days", "climatology", "negative_binomial"} <= set(with_case.tests)
    assert "last_30_days" in with_case.numbers.get(0, {}) or not with_case.numbers
    without = score_forecasts([file_of()], [row("attacks", "yes")], YEAR_ON)
    assert "no case or run folder was given" in without.missing["climatology"]
    fewer = small_record()
    changed = parse_case(TEXT, "crisis", replace(fewer, events=fewer.events[1:]))
    found = score_forecasts([file_of()], [row("attacks", "yes")], YEAR_ON, cases=[changed])
    assert "not the one that was known then" in found.missing["climatology"]
    edited = parse_case(TEXT + "# a remark\n", "crisis", small_record())
    found = score_forecasts([file_of()], [row("attacks", "yes")], YEAR_ON, cases=[edited])
    assert "was changed since" in found.missing["climatology"]


# --- many items ----------------------------------------------------------------------------------


def test_items_of_one_case_whose_days_overlap_are_one() -> None:
    rows = [row("attacks", "yes"), row("pace", "yes"), row("autumn", "yes", on=YEAR_ON)]
    found = score_forecasts([file_of()], rows, YEAR_ON)
    groups = {s.item.judgment: s.group for s in found.items if s.group}
    assert groups["attacks"] == groups["pace"] != groups["autumn"]
    assert found.independent == 2
    assert found.summary is None


def test_hindcasts_count_for_nothing_together() -> None:
    late = frozen(dt.datetime(2025, 5, 1, tzinfo=dt.UTC))
    found = score_forecasts([file_of(late)], [row("attacks", "yes")], YEAR_ON)
    assert found.independent == 0
    assert len(found.of_status("scored")) == 1


def many(probabilities: list[float], held: list[bool], groups: list[int]) -> list[ItemScore]:
    base = score_of("attacks", row("attacks", "yes"))
    return [
        ItemScore(
            replace(base.item, outcome=h),
            g,
            {"a": score_test(p, None, h), EVEN: score_test(0.5, None, h)},
        )
        for p, h, g in zip(probabilities, held, groups, strict=True)
    ]


def test_under_thirty_independent_items_no_curve_is_drawn() -> None:
    p = [0.1 + 0.02 * i for i in range(36)]
    held = [i % 2 == 0 for i in range(36)]
    dependent = [min(i, ENOUGH - 2) for i in range(36)]
    assert summarise(many(p, held, dependent)).calibration == {}
    assert set(summarise(many(p, held, list(range(36)))).calibration) == {"a", EVEN}


def test_averages_and_skill_are_those_of_the_items() -> None:
    rng = np.random.default_rng(3)
    p = rng.random(60).tolist()
    held = (rng.random(60) < p).tolist()
    found = summarise(many(p, held, list(range(60))))
    brier = np.mean([(q - h) ** 2 for q, h in zip(p, held, strict=True)])
    assert found.brier["a"].mean == pytest.approx(brier)
    assert found.skill["a"][EVEN] == pytest.approx(1 - brier / 0.25)
    assert found.brier[EVEN].error == 0
    # One group a pair: items that always agree carry half the information.
    twice = summarise(many(p + p, held + held, [*range(60), *range(60)]))
    assert twice.brier["a"].error == pytest.approx(found.brier["a"].error)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.8, 0.95]), st.booleans()), min_size=2))
def test_the_brier_score_splits_into_its_three_parts(pairs: list[tuple[float, bool]]) -> None:
    p, y = (np.array(x, float) for x in zip(*pairs, strict=True))
    found = calibration(p, y)
    brier = float(((p - y) ** 2).mean())
    parts = found.miscalibration - found.discrimination + found.uncertainty
    assert parts == pytest.approx(brier)
    assert found.miscalibration >= -1e-12
    assert found.discrimination >= -1e-12
    assert list(found.observed) == sorted(found.observed)


def test_a_calibrated_forecaster_has_little_miscalibration() -> None:
    rng = np.random.default_rng(5)
    p = rng.random(4000)
    y = (rng.random(4000) < p).astype(float)
    assert calibration(p, y).miscalibration < 0.01
    assert calibration(p**3, y).miscalibration > 0.03


def test_a_probability_is_scored_as_stated_where_no_histories_stand_behind_it() -> None:
    assert score_test(0.5, None, True) == TestScore(0.5, 0.25, pytest.approx(math.log(2)))
    assert NOON.date() < YEAR_ON
