"""Questions put to the past of a small crisis, whose fit no sampler made."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from judge.crisis import TEXT, small_record
from judge.prior_fit import Spoken, prior_fit
from talion.fit.attribution import attribute
from talion.fit.attribution_result import Group
from talion.fit.case.result import CaseFit
from talion.fit.case.stated import link_changes
from talion.judge.past_effects import PAST_DRAWS, PastEffects, past_effects
from talion.judge.past_shares import BACKGROUND, from_nought, targets_of
from talion.judge.results import plain
from talion.judge.run import judge_case
from talion.model.case import Case, parse_case
from talion.model.compile import compile_model, past_levels
from talion.model.observed import ObservedWindow, window_of_past

ASKED = """
counterfactuals:
  calm: {title: Without two attacks, remove: [attack-4, attack-5]}
rivals:
  - {links: L1, without: L4, because: both explain strikes}
"""
JUDGED = "  fixed: {claim: it goes on, word: unhedged, kind: forecast, holds_if: {count: attack, at_least: 1}}\n"  # fmt: skip
ARROW = "L1/attack>strike"
ANSWERED = Spoken(
    {f"{ARROW}/share": 2.0, "L4/war>attack/times": 0.5}, {ARROW: 1, "L4/war>attack": 1}
)
HELD = Spoken({f"{ARROW}/share": 2.0}, {ARROW: -1})
DRAWS = 40


def case_of(asked: str = ASKED) -> Case:
    return parse_case(TEXT + JUDGED + asked.lstrip("\n"), "crisis", small_record())


CASE = case_of()


def fit_of(says: Spoken, **more: object) -> CaseFit:
    return prior_fit(CASE, draws=DRAWS, says=says, fitted=("without_L4",), **more)  # type: ignore[arg-type]


def told(fit: CaseFit, workers: int = 1) -> PastEffects:
    return past_effects(CASE, fit, draws=100, seed=3, workers=workers)


@pytest.fixture(scope="module")
def answered() -> PastEffects:
    return told(fit_of(ANSWERED))


def test_only_recorded_types_at_which_events_arrive_are_targets() -> None:
    assert targets_of(CASE) == ("strike",)  # nobody records demands; attacks answer no event


def test_shares_add_up_to_the_events(answered: PastEffects) -> None:
    assert answered.draws == DRAWS <= PAST_DRAWS
    assert answered.shares is not None
    (strikes,) = answered.shares.targets
    assert strikes.events.mean == strikes.listed.mean == 5.0
    assert sum(s.events.mean for s in strikes.shares) == pytest.approx(5.0)
    assert [s.of for s in strikes.shares] == [BACKGROUND, "L1"]
    link = strikes.shares[1]
    assert sum(link.by_delay) == pytest.approx(link.events.mean)
    assert link.events.mean > 0.5


def test_what_would_be_without_a_link_is_what_its_sign_says() -> None:
    for says, way in ((ANSWERED, "owed"), (HELD, "prevented")):
        found = told(fit_of(says)).shares
        assert found is not None
        rows = {(r.kind, r.name): r for r in found.removed if r.target == "strike"}
        assert set(rows) == {
            ("type", "attack"), ("link", "L1"), ("row", "attack-4"), ("row", "attack-5"),
        }  # fmt: skip
        other = {"owed": "prevented", "prevented": "owed"}[way]
        for row in rows.values():
            assert getattr(row, way).mean > 0.01
            assert getattr(row, other).mean == pytest.approx(0.0, abs=1e-9)
        # one link from one type: taking away the one is taking away the other
        assert getattr(rows["type", "attack"], way).mean == pytest.approx(
            getattr(rows["link", "L1"], way).mean
        )


def window_under(fit: CaseFit) -> tuple[object, ObservedWindow]:
    given = fit.main.draws
    model = compile_model(CASE, given.reading, draws=DRAWS, seed=3, given=given)
    levels = past_levels(CASE, given.reading, given, DRAWS, 3)
    return model, window_of_past(model, given.past, levels)


def test_a_switch_is_referred_to_dose_nought_and_no_rate_moves() -> None:
    """The war is on all along; without L4 attacks run at their rate without war."""
    model, window = window_under(fit_of(ANSWERED))
    moved = from_nought(model)  # type: ignore[arg-type]
    group = [Group("war", links=("L4",))]
    before = attribute(model, window, ["attack", "strike"], groups=group)  # type: ignore[arg-type]
    after = attribute(moved, window, ["attack", "strike"], groups=group)
    np.testing.assert_allclose(after.owed, before.owed, atol=1e-9)
    np.testing.assert_allclose(after.direct, before.direct, atol=1e-6)
    k = moved.type_ids.index("attack")
    assert before.removals["war"].owed[:, k].sum() == pytest.approx(0.0, abs=1e-9)
    rate = model.draws.background[:, k]  # type: ignore[attr-defined]
    times = np.exp(model.draws.fr_gamma[:, 0])  # type: ignore[attr-defined]
    expected = rate * (1.0 - 1.0 / times) * window.days
    np.testing.assert_allclose(after.removals["war"].owed[:, k].sum(axis=1), expected, rtol=1e-9)


def test_without_two_attacks_fewer_strikes_and_as_many_other_attacks(
    answered: PastEffects,
) -> None:
    (calm,) = answered.counterfactuals
    assert calm.departure.isoformat() == "2024-02-26"  # attack-4
    assert set(calm.rows) == {"attack-4", "attack-5"}
    strikes, attacks = calm.of("strike"), calm.of("attack")
    assert strikes is not None
    assert attacks is not None
    assert strikes.monotone.mean < -0.1  # 2 attacks, each answered by some tenths of a strike
    assert strikes.afresh.mean < -0.1
    assert (attacks.removed, attacks.monotone.mean, attacks.afresh.mean) == (2.0, 0.0, 0.0)
    assert attacks.observed.mean == 4.0  # attack-6 to attack-9
    assert attacks.kept_share == 1.0
    assert [row.row for row in attacks.kept] == [f"attack-{i}" for i in range(6, 10)]
    assert strikes.kept_share is not None
    assert strikes.kept_share < 1.0
    assert calm.of("parade") is None


def test_before_the_first_act_taken_out_nothing_differs(answered: PastEffects) -> None:
    (calm,) = answered.counterfactuals
    strikes, attacks = calm.of("strike"), calm.of("attack")
    assert strikes is not None
    assert attacks is not None
    early = [w for w in strikes.weeks if w.start < calm.departure and w.monotone == w.observed]
    assert len(early) == 8
    assert all(w.afresh == w.observed for w in early)
    assert sum(w.observed.mean for w in strikes.weeks) == 5.0
    assert sum(w.observed.mean for w in attacks.weeks) == 8.0  # the two taken out in neither
    assert sum(w.days for w in strikes.weeks) == 152
    for way in ("monotone", "afresh"):
        by_week = sum(getattr(w, way).mean - w.observed.mean for w in strikes.weeks)
        # cut off at none, a week can only lose less than the mean effect says
        assert by_week >= getattr(strikes, way).mean - 1e-9


def test_workers_change_no_number(answered: PastEffects) -> None:
    assert plain(told(fit_of(ANSWERED), workers=3)) == plain(answered)


def test_a_rival_shows_its_links_as_each_fit_has_them() -> None:
    fit = fit_of(ANSWERED, variants={"without_L4": HELD})
    (rival,) = told(fit).rivals
    (row,) = rival.rows
    beside = {c.arrow: c for c in link_changes(fit.main, CASE)}[ARROW]
    alone = {c.arrow: c for c in link_changes(fit.variants["without_L4"], CASE)}[ARROW]
    assert (row.beside, row.prior, row.alone) == (beside.after, beside.before, alone.after)
    assert (row.beside.raises, alone.after.raises) == (1.0, 0.0)
    assert (rival.fitted, rival.verdict, rival.variant) == (True, "", "without_L4")


def test_a_fit_without_the_variant_says_so() -> None:
    fit = fit_of(ANSWERED)
    (rival,) = told(replace(fit, variants={})).rivals
    assert not rival.fitted
    assert rival.rows[0].alone is None
    (open_,) = told(fit_of(ANSWERED, unconverged=["without_L4"])).rivals
    assert open_.verdict == "r-hat 1.4"


def test_a_run_with_a_fit_tells_its_past_and_without_one_does_not(answered: PastEffects) -> None:
    result = judge_case(CASE, fit_of(ANSWERED), draws=DRAWS, histories=2, seed=3)
    assert result.past_effects is not None
    assert plain(result.past_effects) == plain(answered)
    kept = json.loads(result.to_json(), parse_constant=pytest.fail)["past_effects"]
    assert kept["counterfactuals"][0]["types"][0]["type"] == "attack"
    assert kept["rivals"][0]["rows"][0]["alone"]["raises"] == 1.0
    assert judge_case(CASE, draws=4, histories=2, seed=3).past_effects is None


def test_a_case_that_asks_nothing_is_told_its_shares_alone() -> None:
    case = case_of("")
    fit = prior_fit(case, draws=8, says=ANSWERED, fitted=())
    found = past_effects(case, fit, draws=8, seed=3)
    assert found.shares is not None
    assert (found.counterfactuals, found.rivals) == ((), ())


def test_replays_that_all_reach_the_cap_are_told_as_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from talion.simulate import counterfactual

    whole = counterfactual.counterfactual_history
    monkeypatch.setattr(
        counterfactual, "counterfactual_history", lambda *a, **k: whole(*a, **k, event_cap=1)
    )
    (calm,) = told(fit_of(ANSWERED)).counterfactuals
    strikes = calm.of("strike")
    assert calm.capped == 1.0
    assert strikes is not None
    assert math.isnan(strikes.monotone.mean)
    assert all(math.isnan(w.afresh.mean) for w in strikes.weeks)
    assert plain(strikes)["afresh"]["mean"] is None
