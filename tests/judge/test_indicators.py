"""What to watch: on histories made by hand the best sign is the right one, and noise is not listed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from judge.crisis import TEXT, crisis
from judge.prior_fit import prior_fit
from talion.judge.indicators import WORTH, Indicator, WatchList, watch_lists
from talion.judge.measures import plan_for
from talion.judge.run import judge_case
from talion.judge.sights import (
    listing_shares,
    seen_counts,
    seen_share,
    sights_of,
    splits_of,
    watched_worlds,
)
from talion.judge.tests import Measured
from talion.model.case import Case
from talion.model.measure import Measure, Op

DRAWS, MEMBERS = 100, 20
FORECAST = "kind: forecast, holds_if: {count: attack, at_least: 60, to: as_of + 180 days}"
Rng = np.random.Generator


def histories(
    case: Case, make: Callable[[Measure, Rng], np.ndarray], seed: int = 1, capped: float = 0.0
) -> Measured:
    """Measures of a case's plan, each made by hand."""
    plan = plan_for(case)
    rng = np.random.default_rng(seed)
    values = np.stack([make(m, rng) for m in plan.measures], axis=-1).astype(np.float32)
    worlds = {world: i for i, world in enumerate(plan.horizon)}
    cut = rng.random((DRAWS, MEMBERS, len(worlds))) < capped
    return Measured({m: i for i, m in enumerate(plan.measures)}, values, worlds, cut, {})


def is_outcome(measure: Measure) -> bool:
    return measure.op is Op.FIRST_COUNT and measure.series == "attack"


def driven_by_strikes(strength: float = 0.5) -> Callable[[Measure, Rng], np.ndarray]:
    """Strikes of the first 30 days move the outcome; nothing else has anything to do with it."""
    shape = (DRAWS, MEMBERS)
    driver = np.random.default_rng(99).poisson(6, shape)

    def make(measure: Measure, rng: Rng) -> np.ndarray:
        if is_outcome(measure):
            holds = rng.random(shape) < np.where(driver > 6, 0.5 + strength / 2, 0.5 - strength / 2)
            return np.where(holds, 100.0, np.inf)
        days = measure.end - measure.start
        if measure.series == "strike" and measure.op in (Op.COUNT, Op.LISTED_COUNT):
            early = np.random.default_rng(98).poisson(1.4, shape)
            return {7: early, 30: early + driver, 90: early + 4 * driver + rng.poisson(3, shape)}.get(
                days, driver
            )  # fmt: skip
        if measure.op.of_factor:
            return np.where(rng.random(shape) < 0.5, 3.0, np.inf)
        return rng.poisson(0.3 * days, shape).astype(float)

    return make


def watched(case: Case, measured: Measured) -> WatchList:
    (found,) = watch_lists(case, {"as_written": measured}, None, seed=5)
    return found


@cache
def by_hand() -> WatchList:
    case = crisis(extra={"J": FORECAST})
    return watched(case, histories(case, driven_by_strikes()))


def test_the_best_sign_is_the_right_one() -> None:
    best = by_hand().indicators[0]
    assert (best.subject, best.kind) == ("strike", "count")
    assert best.days in (30, 90)
    assert best.by_chance == pytest.approx(1 / 201)
    told = best.first
    assert abs(told.seen.probability - told.now.probability) > 0.15
    more = best.above
    assert (told.seen.probability > told.now.probability) is more


def test_what_has_nothing_to_do_with_it_is_not_listed() -> None:
    assert {i.subject for i in by_hand().indicators} == {"strike"}
    case = crisis(extra={"J": FORECAST})
    none = watched(case, histories(case, driven_by_strikes(strength=0.0)))
    assert none.indicators == ()
    assert "beyond chance" in none.why_none
    assert none.tried > 10


def test_seen_and_not_seen_average_back_to_the_probability() -> None:
    case = crisis(extra={"J": FORECAST})
    measured = histories(case, driven_by_strikes())
    share = np.isfinite(measured.of(next(m for m in measured.index if is_outcome(m)))).mean()
    assert by_hand().indicators
    for indicator in by_hand().indicators:
        e = indicator.first
        q = e.chance.probability
        assert e.now.probability == pytest.approx(share, abs=1e-12)
        back = q * e.seen.probability + (1 - q) * e.unseen.probability
        assert back == pytest.approx(share, abs=1e-12)


def test_through_a_list_of_thirty_per_cent_less_is_told() -> None:
    case = crisis(extra={"J": FORECAST})
    measured = histories(case, driven_by_strikes())
    sights = tuple(sights_of(case, "baseline", case.as_of_day + 180))
    whole, thin = (
        seen_counts(sights, measured, {"strike": np.full(DRAWS, p)}, (1, "x")) for p in (1.0, 0.3)
    )
    month = next(s for s in sights if s.subject == "strike" and s.days == 30)
    assert np.array_equal(whole[month], measured.of(month.measure))
    assert thin[month].mean() == pytest.approx(0.3 * whole[month].mean(), rel=0.03)
    rest = next(s for s in sights if s.subject == "strike" and s.days == 90)
    assert (thin[month] <= thin[rest]).all()  # what is seen in 30 days is part of that in 90
    best = by_hand().indicators[0].first.bits  # the crisis lists 85 to 99 % of its strikes

    def poorly(record: Case) -> Case:
        from dataclasses import replace

        coverage = tuple(replace(c, listing="unknown") for c in record.record.coverage)
        return replace(record, record=replace(record.record, coverage=coverage))

    poor = watched(poorly(case), measured)
    assert poor.indicators[0].subject == "strike"
    assert poor.indicators[0].first.bits < 0.75 * best


def test_only_what_is_known_before_the_outcome_is_listed() -> None:
    case = crisis(extra={"J": FORECAST.replace("180", "90")})
    assert {i.days for i in watched(case, histories(case, driven_by_strikes())).indicators} <= {
        7,
        30,
    }
    short = crisis(extra={"J": FORECAST.replace("180", "7")})
    found = watched(short, histories(short, driven_by_strikes()))
    assert found.why_none == "it is settled before anything could be seen"


def test_what_nobody_records_cannot_be_seen() -> None:
    case = crisis(extra={"J": FORECAST})
    subjects = {s.subject for s in sights_of(case, "baseline", case.as_of_day + 180)}
    assert "demand" not in subjects  # no rows
    assert "push" not in subjects  # imagined
    assert {"attack", "strike", "parade", "war"} <= subjects
    assert seen_share(case, "strike") == (85.0, 95.0, 99.0)
    assert seen_share(case, "parade") == (15.0, 40.0, 70.0)  # no row yet, and no word on listing


def test_shares_listed_come_from_the_fit_where_it_has_them() -> None:
    case = crisis(extra={"J": FORECAST})
    fit = prior_fit(case, draws=30).main
    prior = listing_shares(case, 30, 4)
    assert listing_shares(case, 30, 4, fit)["strike"].tolist() == prior["strike"].tolist()
    fit.observation["listing/strike"] = np.full(30, 0.0)  # type: ignore[index]
    fitted = listing_shares(case, 30, 4, fit)
    assert fitted["strike"] == pytest.approx(np.full(30, 0.95))
    assert fitted["parade"].tolist() == prior["parade"].tolist()


def test_states_that_overlap_are_not_told_apart() -> None:
    states = {"active": (1.0, 1.0, 1.0), "truce": (0.0, 0.2, 0.6), "ended": (0.0, 0.0, 0.0)}
    assert list(splits_of(states)) == [(0.8, ("ended", "truce"), ("active",))]


def test_replays_are_not_watched_and_later_worlds_from_their_day() -> None:
    case = crisis(extra={"J": FORECAST})
    assert "replay" not in watched_worlds(case)
    assert watched_worlds(case)["peace"] == case.as_of_day


def test_histories_cut_short_are_left_out() -> None:
    case = crisis(extra={"J": FORECAST})
    measured = histories(case, driven_by_strikes(), capped=0.3)
    best = watched(case, measured).indicators[0]
    assert best.first.histories == int((~measured.cut[:, :, measured.worlds["baseline"]]).sum())


# --- simulated -----------------------------------------------------------------------------------

SIMULATED = {
    "many": "kind: forecast, holds_if: {count: attack, at_least: 62, to: as_of + 180 days}",
    "checked": "kind: history, holds_if: {recorded: {action: attack}, at_least: 10}",
    "sure": "kind: forecast, holds_if: {count: attack, at_least: 1, to: as_of + 180 days}",
    "effect": "kind: cause, under: no_strikes, holds_if: "
    "{difference: {count: demand, from: as_of, to: as_of + 90 days}, lower_by: 75 %}",
    "none": "kind: forecast, holds_if: {count: attack, at_most: 0, to: as_of + 30 days}",
}


@cache
def simulated(listing: str = "") -> dict[str, WatchList]:
    text = TEXT.replace("    usual: [8, 10, 12]", f"    usual: [8, 10, 12]{listing}")
    assert (text == TEXT) is not bool(listing)
    run = judge_case(crisis(text=text, extra=SIMULATED), draws=80, histories=12, seed=7)
    return {w.judgment: w for w in run.watch}


def test_a_run_keeps_what_to_watch() -> None:
    found = simulated()
    many = found["many"]
    assert many.indicators[0].subject == "attack"
    assert not {"parade"} & {i.subject for i in many.indicators}
    for indicator in many.indicators:
        assert set(indicator.evidence) <= {"as_written", "no_view"}
        e = indicator.first
        moved = max(abs(c.probability - e.now.probability) for c in (e.seen, e.unseen))
        assert moved >= WORTH
        assert e.chance.probability <= 0.5  # the rarer side is the sign
        assert not indicator.settles
    assert found["checked"].why_none.startswith("the record settles it")
    assert "form of its test" in found["sure"].why_none


def test_the_simulated_list_thins_what_is_seen() -> None:
    """With `listing` in the case the simulation itself lists; less is told by the list than by all."""
    whole = best_count(simulated()["many"])
    thin = best_count(simulated("\n    listing: {share: 30}")["many"])
    assert whole.bar is not None
    assert thin.bar is not None
    assert thin.bar < 0.5 * whole.bar
    assert thin.first.bits < 0.7 * whole.first.bits


def best_count(found: WatchList) -> Indicator:
    return next(i for i in found.indicators if i.subject == "attack" and i.days == 90)


def test_indicators_change_no_other_number() -> None:
    """Measures for indicators lie beside the others and move none of them."""
    case = crisis(extra={"many": SIMULATED["many"]})
    with_, without = (plan_for(case, outlook=False, watch=w) for w in (True, False))
    assert with_.horizon == without.horizon
    assert with_.measures[: len(without.measures)] == without.measures
    assert len(with_.measures) > len(without.measures)


def test_lists_do_not_depend_on_the_workers() -> None:
    case = crisis(extra={"many": SIMULATED["many"]})
    one, two = (judge_case(case, draws=40, histories=6, seed=7, workers=w).watch for w in (1, 2))
    assert one == two
    assert one[0].tried > 0
