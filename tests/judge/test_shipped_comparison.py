"""The comparison that ships with the built-in case is of this case, and its pages say its numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from talion.fit.case.hypothesis_scores import SCORING, cut_weeks, scores_key
from talion.fit.case.key import case_hash
from talion.fit.case.recorded import Window
from talion.fit.case.weeks import weeks_of
from talion.judge.hypotheses import FEW, LARGEST, Comparison
from talion.judge.hypotheses_file import comparison_beside, find_comparison
from talion.judge.told_weeks import weeks_told
from talion.judge.week_scores import LEAST_DIFFERENCE
from talion.model.case import Case, load_case
from talion.model.hypotheses import link_sets
from talion.report.hypotheses import build_hypotheses
from talion.report.words import signed

PAGE = Path(__file__).parents[2] / "docs" / "why" / "hypotheses.md"


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("baghdad-2024")


@pytest.fixture(scope="module")
def shipped(case: Case) -> Comparison:
    found = find_comparison(case)
    assert found is not None
    assert found.origin == "shipped"
    assert found.path == comparison_beside(case)
    return found.comparison


def test_it_is_of_the_case_record_and_hypotheses_as_they_stand(
    case: Case, shipped: Comparison
) -> None:
    assert shipped.key == scores_key(case, shipped.settings)
    assert shipped.case_hash == case_hash(case)
    assert shipped.record_hash == case.record.content_hash()
    assert shipped.method.startswith(f"{SCORING}; case-fit ")
    assert shipped.as_of == case.as_of
    sets = link_sets(case)
    assert [h.id for h in shipped.hypotheses] == [s.id for s in sets]
    assert [h.keeps for h in shipped.hypotheses] == [s.keeps for s in sets]
    weeks = weeks_of(Window.of(case).days)
    cuts = cut_weeks(weeks, shipped.settings.cuts)
    assert shipped.cuts == tuple(c + 1 for c in cuts)
    assert shipped.weeks == weeks_told(case, cuts[0], weeks - cuts[0])


def test_another_record_or_set_of_links_does_not_take_it(case: Case) -> None:
    record = replace(case.record, events=case.record.events[1:])
    own = dict(case.document.hypotheses)
    own["gaza_alone"] = own["gaza_alone"].model_copy(update={"keeps": ("A8", "A1")})
    document = case.document.model_copy(update={"hypotheses": own})
    for other in (replace(case, record=record), replace(case, document=document)):
        found = find_comparison(other)
        assert found is None or found.origin == "cache"


def test_sums_verdicts_and_weights_follow_from_its_scores(shipped: Comparison) -> None:
    table = {h.id: np.array(h.scores) for h in shipped.hypotheses}
    assert all(np.isfinite(row).all() and len(row) == len(shipped.weeks) for row in table.values())
    assert len(shipped.pairs) == math.comb(len(table), 2)
    for pair in shipped.pairs:
        gap, d = float((table[pair.one] - table[pair.other]).sum()), pair.difference
        assert d.value == pytest.approx(gap, abs=1e-6)
        assert d.error is not None
        clear = abs(gap) >= max(LEAST_DIFFERENCE, 2 * d.error)
        agreed = pair.reached is None or pair.reached.verdict == ("better" if gap > 0 else "worse")
        assert (d.verdict != "indistinguishable") == (clear and agreed)
        both = [h for h in shipped.hypotheses if h.id in (pair.one, pair.other)]
        thin = [
            week.number
            for i, week in enumerate(shipped.weeks)
            if any(h.effective[i] < FEW or (h.errors[i] or math.inf) > LARGEST for h in both)
        ]
        assert list(pair.thin) == thin
    assert sum(h.weight.value for h in shipped.hypotheses) == pytest.approx(1.0)
    for hypothesis in shipped.hypotheses:
        assert hypothesis.weight.low <= hypothesis.weight.high


def test_the_report_says_its_numbers_and_that_it_is_shipped(
    case: Case, shipped: Comparison
) -> None:
    section = build_hypotheses(case)
    assert section is not None
    assert section.origin.startswith("This comparison is shipped beside the case: Talion ")
    assert f"seed {shipped.settings.seed}" in section.origin
    lines = {line.id: line for line in section.rivals}
    for hypothesis in shipped.hypotheses[1:]:
        line = lines[hypothesis.id]
        assert line.difference.startswith(signed(hypothesis.against.value))
        assert line.verdict == hypothesis.against.verdict
    assert [line.id for line in section.rivals] == [h.id for h in shipped.ranked]


def test_the_page_of_reasons_says_its_numbers(shipped: Comparison) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for hypothesis in shipped.ranked:
        base, w = hypothesis is shipped.baseline, hypothesis.weight
        d = hypothesis.against
        said = "0" if base else f"{d.value:+.1f} ± {d.error:.1f}"
        verdict = "the baseline" if base else d.verdict
        weight = f"{100 * w.value:.0f} ({100 * w.low:.0f} to {100 * w.high:.0f})"
        assert f"| {hypothesis.title} | {said} | {verdict} | {weight} |" in text
    s = shipped.settings
    sizes = f"seed {s.seed}, {s.chains} chains of {s.sweeps} sweeps, {s.particles} particles in {s.islands} islands"
    assert sizes in " ".join(text.split())


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_another_seed_finds_the_same_weeks(case: Case, shipped: Comparison) -> None:
    """The baseline's first weeks, told anew: within four errors of both, half a log at the least."""
    from talion.fit.case.hypothesis_scores import _told
    from talion.judge.week_scores import island_scores

    first, end = shipped.cuts[0] - 1, shipped.cuts[1] - 1
    settings = replace(shipped.settings, seed=99)
    again = _told(case, link_sets(case)[0], settings, first, end, 2, lambda share: None)
    scores, errors, _ = island_scores(again.log)
    for i in range(end - first):
        other = shipped.baseline.errors[i]
        assert other is not None
        allowed = max(0.5, 4 * math.hypot(float(errors[i]), other))
        assert abs(scores[i] - shipped.baseline.scores[i]) < allowed, shipped.weeks[i].number
