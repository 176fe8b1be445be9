"""Escalation alone as a baseline: what acts in it, what it says on a simulated truth, and why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from judge.frozen_crisis import YEAR_ON, file_of, row
from judge.prior_fit import prior_fit
from judge.two_types import TEXT, two_types
from talion.errors import FitError
from talion.judge.parts import parts_of
from talion.judge.score import ESCALATION_ALONE, score_forecasts
from talion.judge.score_baselines import baseline_forecast
from talion.judge.score_escalation import (
    EscalationAlone,
    EscalationSettings,
    RecordedOnly,
    escalation_alone,
    without_links,
)
from talion.model.case import Case
from talion.model.compile import compile_model
from talion.model.hypotheses import baseline_links

JUDGED = """
what_ifs:
  quiet: {title: No raids, from: as_of, do: [{block: raid}]}
horizon: [60 days]
judgments:
  J1: {claim: Replies go on, kind: forecast, word: likely, testable: later, due: 2024-07-01,
       holds_if: {count: reply, at_least: 24, to: horizon}}
  J2: {claim: They go on without raids, kind: conditional, word: likely, under: quiet,
       holds_if: {count: reply, at_least: 24, to: horizon}}
"""
SMALL = EscalationSettings(chains=2, sweeps=400, longest=400, histories=20)


def judged_case(text: str = TEXT, raids: int = 50) -> Case:
    return two_types(raids=raids, text=text + JUDGED)


def probability(case: Case, values: RecordedOnly, judgment: str) -> float:
    found = baseline_forecast(values, parts_of(case, judgment)[0])
    assert found.share is not None
    return found.share.probability


def test_links_left_out_act_in_no_draw_and_the_others_as_they_did() -> None:
    case = judged_case()
    kept = baseline_links(case)
    assert kept == ("L1",)
    given = prior_fit(case, draws=30).main.draws
    cut = without_links(case, given, ("S1", "W1"))
    assert all((cut.signs[a.name] == 0).all() for a in case.arrows if a.link in ("S1", "W1"))
    same = [a.name for a in case.arrows if a.link == "L1"]
    assert all(np.array_equal(cut.signs[name], given.signs[name]) for name in same)
    compile_model(case, "no_view", draws=30, seed=1, given=cut).draws  # noqa: B018 - no name is unknown to it


@pytest.fixture(scope="module")
def fitted() -> tuple[Case, EscalationAlone]:
    case = judged_case()
    return case, escalation_alone(case, SMALL, seed=3)


def test_on_a_simulated_truth_it_keeps_the_rate_and_knows_no_answers(
    fitted: tuple[Case, EscalationAlone],
) -> None:
    """Most replies of this record answer raids; without raids few would come. It cannot know that."""
    case, found = fitted
    assert found.why == ""
    assert found.values is not None
    listed = sum(event.action == "reply" for event in case.record.events)
    part = parts_of(case, "J1")[0]
    (spread,) = baseline_forecast(found.values, part).numbers
    assert spread is not None
    days = (case.as_of - case.record.period[0]).days
    assert spread.mean == pytest.approx(60 * listed / days, rel=0.2)
    with_raids, without = (probability(case, found.values, name) for name in ("J1", "J2"))
    assert without == with_raids  # what-ifs share their chance, and no answer is left to block


def test_it_is_the_same_again_and_another_with_another_seed(
    fitted: tuple[Case, EscalationAlone],
) -> None:
    case, first = fitted
    again = escalation_alone(case, SMALL, seed=3)
    other = escalation_alone(case, SMALL, seed=4)
    assert first.values is not None
    assert again.values is not None
    assert other.values is not None
    assert np.array_equal(
        first.values.measured.values, again.values.measured.values, equal_nan=True
    )
    assert not np.array_equal(
        first.values.measured.values, other.values.measured.values, equal_nan=True
    )


def test_without_a_latent_factor_there_is_no_escalation_to_fit() -> None:
    text = TEXT[: TEXT.index("  L1: ")].replace(
        "factors:\n  mood: {kind: latent, title: Mood, sd: [0.1, 0.2, 0.4], half_life: [10, 20, 40]}\n",
        "",
    )
    found = escalation_alone(judged_case(text), SMALL, seed=3)
    assert found.values is None
    assert found.why == "no latent factor of the case moves anything"


def test_a_case_that_cannot_be_fitted_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise FitError("the record cannot be had under the model")

    monkeypatch.setattr("talion.fit.case.sampler.sample_reading", cannot)
    found = escalation_alone(judged_case(), SMALL, seed=3)
    assert found.values is None
    assert found.why == (
        "the case cannot be fitted to its record: the record cannot be had under the model"
    )


def test_what_the_record_does_not_list_it_does_not_forecast(
    fitted: tuple[Case, EscalationAlone],
) -> None:
    case, found = fitted
    assert found.values is not None
    silent = replace(found.values, unlisted=frozenset({"reply"}))
    said = baseline_forecast(silent, parts_of(case, "J1")[0])
    assert (said.share, said.why) == (None, "no row of the record is a reply")


# --- in a score ----------------------------------------------------------------------------------


def test_it_is_computed_only_if_asked_for_and_says_so() -> None:
    scored = score_forecasts([file_of()], [row("attacks", "yes")], YEAR_ON)
    assert scored.missing[ESCALATION_ALONE] == (
        "not computed: the record as known then is not at hand"
    )
    pending = score_forecasts([file_of()], [], dt.date(2024, 6, 2))
    assert pending.missing[ESCALATION_ALONE] == "not computed: nothing can be scored yet"


def test_asked_for_it_is_scored_like_every_other_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    from judge.frozen_crisis import case_behind_it
    from talion.judge.measures import plan_for
    from talion.judge.simulated import measured_from
    from talion.simulate.ensemble import simulate_ensemble

    case = case_behind_it()
    model = compile_model(case, "links_at_zero", draws=10, seed=1)
    measured = measured_from(simulate_ensemble(model, plan_for(case), histories=10), model)
    values = RecordedOnly(measured, case.document, frozenset())
    asked: list[int] = []

    def given(found: Case, _: EscalationSettings, *, seed: int) -> EscalationAlone:
        assert found.text_hash == case.text_hash
        asked.append(seed)
        return EscalationAlone(values, verdict="not converged: R-hat of usual/attack is 1.20")

    monkeypatch.setattr("talion.judge.score.escalation_alone", given)
    rows = [row("attacks", "yes", 30.0), row("pace", "no", 14.0)]
    scored = score_forecasts([file_of()], rows, YEAR_ON, cases=[case], escalation=SMALL)
    assert asked == [file_of().forecast.run.seed]  # once a file
    assert ESCALATION_ALONE not in scored.missing
    assert scored.notes[ESCALATION_ALONE].startswith("not converged")
    item = next(one for one in scored.items if one.item.judgment == "attacks")
    part = parts_of(case, "attacks")[0]
    share = baseline_forecast(values, part).share
    assert share is not None
    p = (share.probability * share.histories + 0.5) / (share.histories + 1)
    assert item.tests[ESCALATION_ALONE].probability == pytest.approx(p)
    assert item.numbers[0][ESCALATION_ALONE].value == 30.0
