"""The reading with the record end to end: labels from fits made up for a small crisis.

The crisis has attacks and strikes on the record, and demands that nobody records. Each fit is a draw
of the prior, moved so that the record says one thing; what is tested is what the rule makes of it.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from judge.crisis import TEXT, crisis
from judge.prior_fit import SILENT, Spoken, prior_fit
from talion.errors import CaseError
from talion.fit.case.result import CaseFit
from talion.judge.labels import Label
from talion.judge.results import JudgmentResult, RunResult
from talion.judge.run import judge_case
from talion.model.case import Case

ARROW = "L1/attack>strike"
STRONG = Spoken({f"{ARROW}/share": 2.0}, {ARROW: 1})  # answers are many
TURNED = Spoken({f"{ARROW}/share": 2.0}, {ARROW: -1})  # attacks hold strikes down
FAINT = Spoken({f"{ARROW}/share": -4.0}, {ARROW: 1})  # answers are next to none

# With every attack blocked, a tenth fewer strikes: asks L1 alone, both of whose ends are recorded.
ANSWERED = (
    "kind: cause, under: no_attacks, holds_if: "
    "{difference: {count: strike, from: as_of, to: as_of + 90 days}, lower_by: 12 %}"
)
UNSEEN = (
    "kind: cause, under: no_strikes, holds_if: "
    "{difference: {count: demand, from: as_of, to: as_of + 90 days}, lower_by: 25 %}"
)


def case_of(**judgments: str) -> Case:
    """The crisis without the flood, which only costs time, and with a what-if without attacks."""
    no_attacks = "  no_attacks: {title: No attacks, from: as_of, do: [{block: attack}]}"
    lines = [no_attacks if "flood:" in line else line for line in TEXT.splitlines()]
    return crisis(text="\n".join(lines) + "\n", extra=judgments)


CASE = case_of(answered=ANSWERED, unseen=UNSEEN)


def judged(fit: CaseFit | None, case: Case = CASE, draws: int = 80) -> RunResult:
    return judge_case(case, fit, draws=draws, histories=10, seed=7)


def answered(fit: CaseFit | None) -> JudgmentResult:
    return judged(fit).judgment("answered")


@pytest.fixture(scope="module")
def backed() -> RunResult:
    """The record finds the answers; the opponent's prior, updated, does not."""
    return judged(prior_fit(CASE, says=STRONG, variants={"opponent": FAINT}))


def test_backed_by_the_record(backed: RunResult) -> None:
    found = backed.judgment("answered")
    assert found.label is Label.BACKED
    assert "under the model's assumptions" in found.label_sentence
    assert found.main is not None
    assert found.main.fit is not None
    assert found.main.fit.q.value > 0.9
    before = found.main.readings["no_view"]
    assert before is not None
    assert before.probability < 0.6


def test_holds_whatever_you_assume() -> None:
    found = answered(prior_fit(CASE, says=STRONG))
    assert found.label is Label.WHATEVER
    assert found.main is not None
    assert set(found.main.variants) == {
        "half_strength",
        "double_strength",
        "without_escalation",
        "constant_listing",
        "opponent",
    }


def test_the_record_points_the_other_way() -> None:
    found = answered(prior_fit(CASE, says=TURNED))
    assert found.label is Label.OTHER_WAY
    assert found.main is not None
    assert found.main.fit is not None
    assert found.main.fit.highest is not None
    assert found.main.fit.highest.value <= 0.2


def test_too_small_to_matter() -> None:
    """One variant keeps it from being unlikely whatever is varied; in the main fit it is tiny."""
    fit = prior_fit(CASE, says=FAINT, variants={"without_escalation": STRONG})
    found = answered(fit)
    assert found.label is Label.TOO_SMALL
    assert found.main is not None
    assert found.main.fit is not None
    assert found.main.fit.small is not None
    assert found.main.fit.small.at_least(0.8)


def test_a_claim_that_little_happens_is_not_too_small_to_matter() -> None:
    """ "Most strikes would have come without attacks": a tiny effect bears it out."""
    case = case_of(answered=ANSWERED.replace("lower_by: 12 %", "at_least: 25 %"))
    fit = prior_fit(case, says=FAINT, variants={"without_escalation": STRONG})
    found = judged(fit, case).judgment("answered")
    assert found.label in (Label.BACKED, Label.WHATEVER, Label.RESTS, Label.UNRESOLVED)
    assert found.main is not None
    assert found.main.fit is not None
    assert found.main.fit.q.at_least(0.8)
    assert found.main.fit.small is None


def test_one_variant_that_differs_withholds_the_stronger_label() -> None:
    fit = prior_fit(CASE, says=STRONG, variants={"constant_listing": TURNED})
    assert answered(fit).label is Label.BACKED


def test_a_fit_that_says_nothing_changes_no_label() -> None:
    without, silent = judged(None), judged(prior_fit(CASE, says=SILENT))
    for one, other in zip(without.judgments, silent.judgments, strict=True):
        assert one.label is other.label
    main = silent.judgment("answered").main
    assert main is not None
    assert main.fit is not None
    assert "neither moves" in silent.judgment("answered").label_sentence or (
        main.label is Label.UNRESOLVED
    )


def test_a_fit_leaves_the_readings_of_the_prior_as_they_were(backed: RunResult) -> None:
    without = judged(None)
    for name in ("answered", "unseen"):
        one, other = without.judgment(name).main, backed.judgment(name).main
        assert one is not None
        assert other is not None
        kept = {k: v for k, v in other.readings.items() if k != "with_record"}
        assert kept == dict(one.readings)
        assert list(other.readings)[:3] == ["no_view", "as_written", "with_record"]


@pytest.mark.parametrize("says", [STRONG, TURNED, FAINT], ids=["strong", "turned", "faint"])
def test_no_link_without_data_yields_a_label_of_the_record(says: Spoken) -> None:
    """Even if the fit says it is sure of L2, whose effect nobody records, and calls it informed."""
    loud = Spoken(
        {**says.scores, "L2/strike>demand/share": 2.0},
        {**says.signs, "L2/strike>demand": -says.signs[ARROW]},
    )
    found = judged(prior_fit(CASE, says=loud)).judgment("unseen")
    assert not found.label.claims_the_record
    assert "no data here" in found.label_sentence or found.no_data


def test_a_link_that_the_fit_does_not_inform_yields_none_either() -> None:
    result = judged(prior_fit(CASE, says=STRONG, informed=["L4"]))
    found = result.judgment("answered")
    assert not found.label.claims_the_record
    assert result.uninformed == ("L1", "L2", "L3")
    assert "the record cannot inform it" in found.footing_sentence
    assert "the record can inform no link on its path" in found.confidence_sentence


def test_a_fit_that_has_not_converged_marks_every_result() -> None:
    result = judged(prior_fit(CASE, says=STRONG, verdict="r-hat of L1 is 1.4"))
    assert any("has not converged (r-hat of L1 is 1.4)" in w for w in result.warnings)
    assert result.fit is not None
    assert "r-hat of L1" in result.fit.verdict
    for found in result.judgments:
        assert not found.label.claims_the_record
        assert "labels that credit the record are withheld" in found.label_sentence
        assert "Confidence is low" in found.confidence_sentence
    main = result.judgment("answered").main
    assert main is not None
    assert main.readings["with_record"] is not None  # shown, not hidden


def test_a_variant_that_has_not_converged_withholds_what_asks_all_of_them() -> None:
    fit = prior_fit(CASE, says=STRONG, unconverged=["half_strength"])
    result = judged(fit)
    found = result.judgment("answered")
    assert found.label is Label.BACKED
    assert any("half strength" in warning for warning in result.warnings)
    assert found.main is not None
    assert found.main.fit is not None
    assert found.main.fit.lowest is None
    assert "could not all be asked" in found.confidence_sentence
    turned = prior_fit(CASE, says=TURNED, unconverged=["half_strength"])
    assert answered(turned).label is not Label.OTHER_WAY


def test_without_variants_nothing_holds_under_every_one() -> None:
    assert answered(prior_fit(CASE, says=STRONG, fitted=())).label is Label.BACKED


def test_a_narrowed_effect_speaks_only_if_the_likelihood_did_it() -> None:
    """The sign is settled before the record; the record then narrows the size, or does not."""
    fit = prior_fit(CASE, draws=200, says=Spoken({f"{ARROW}/share": 1.0}, {ARROW: 1}, sd=0.5))
    main = judged(fit, draws=200).judgment("answered").main
    assert main is not None
    assert main.fit is not None
    assert main.fit.variance_ratio < 0.5
    assert main.fit.sensitivity >= 0.05
    flat = replace(fit, main=replace(fit.main, log_likelihood=np.zeros(200)))
    flattened = judged(flat, draws=200).judgment("answered").main
    assert flattened is not None
    assert flattened.fit is not None
    assert flattened.fit.sensitivity == 0.0


def test_the_frame_and_json_have_the_third_reading_and_the_fits_receipt(backed: RunResult) -> None:
    frame = backed.frame()
    rows = frame.filter(frame["reading"] == "with_record")
    assert rows["judgment"].to_list() == ["answered", "unseen"]
    assert rows["draws"].to_list() == [80, 80]
    found = json.loads(backed.to_json(), parse_constant=pytest.fail)
    receipt = found["fit"]
    assert receipt["origin"] == "given by the caller"
    assert receipt["window"] == ["2024-01-01", "2024-05-31"]
    assert receipt["readings"]["with_record"] == 80
    assert receipt["readings"]["half_strength"] == 60
    assert "as_written" not in receipt["readings"]
    assert found["uninformed"] == []
    assert found["judgments"]["answered"]["parts"][0]["fit"]["q"]["value"] > 0.9
    shifts = {row["arrow"]: row for row in found["links"]}
    assert shifts[ARROW]["before"]["raises"] == pytest.approx(1 / 3)
    assert shifts[ARROW]["after"]["raises"] == 1.0


def test_the_same_fit_and_seed_give_the_same_numbers_with_any_workers(backed: RunResult) -> None:
    fit = prior_fit(CASE, says=STRONG, variants={"opponent": FAINT})
    again = judge_case(CASE, fit, draws=80, histories=10, seed=7, workers=1)
    assert again.frame().equals(backed.frame())
    assert again.judgments == backed.judgments


def test_progress_covers_readings_and_variants() -> None:
    seen: list[tuple[int, int]] = []
    fit = prior_fit(CASE, draws=6)
    judge_case(CASE, fit, draws=4, histories=2, progress=lambda d, of: seen.append((d, of)))
    whole = 4 * (3 * 2 + (3 + 5) * 1)  # as written, updated, is not simulated
    assert seen[-1] == (whole, whole)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_fewer_draws_in_the_fit_are_said() -> None:
    result = judge_case(CASE, prior_fit(CASE, draws=6), draws=8, histories=2)
    assert any("the fit has 6 draws, fewer than the 8 asked for" in w for w in result.warnings)
    assert result.ensembles["with_record"].n_draws == 6


def test_the_fit_of_another_case_is_refused() -> None:
    other = case_of(answered=ANSWERED)
    judge_case(other, prior_fit(CASE, draws=6), draws=4, histories=2)  # judgments are not fitted
    changed = crisis("fixed", text=TEXT.replace("usual: [8, 10, 12]", "usual: [8, 10, 13]"))
    with pytest.raises(CaseError, match="not of this case"):
        judge_case(changed, prior_fit(CASE, draws=6), draws=4, histories=2)
