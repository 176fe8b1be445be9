"""A real fit, small, from the sampler to its diagnosis; and the sampler's rates beside ours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from talion.fit.case.chain import enter_events, evaluate, new_chain
from talion.fit.case.compensator import type_clocks
from talion.fit.case.fit import fit_case
from talion.fit.case.result import CaseFit
from talion.fit.case.specification import problem_of
from talion.judge.diagnosis import diagnose_case
from talion.model.case import Case, load_case
from talion.model.compile import compile_model, past_levels

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the sampler compiles once


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


@pytest.fixture(scope="module")
def fit(case: Case) -> CaseFit:
    return fit_case(case, seed=1, chains=2, sweeps=400, variants=("rows_only", "totals_only"))


def test_the_sampler_and_the_residuals_have_the_same_expected_events(
    case: Case, fit: CaseFit
) -> None:
    """The sampler multiplies means over cells of six hours where suppression acts: 1 % is allowed."""
    problem, given = problem_of(case), fit.main.draws
    s = problem.arrays
    model = compile_model(case, "no_view", draws=20, seed=1, given=given, from_window_start=True)
    levels = past_levels(case, "no_view", given, 20, 1, from_window_start=True)
    for d in range(20):
        times, classes, rows = given.past.of(d)
        ch = new_chain(problem, len(times))
        for i, name in enumerate(problem.parameters):
            ch.x[i] = given.scores[name][d] if name in given.scores else 0.0
        for f, name in enumerate(problem.factors):
            if s.f_shock[f] >= 0:
                first = int(s.f_shock[f])
                ch.x[first : first + s.shocks] = given.past.innovations[name][d]
        for a, arrow in enumerate(problem.arrows):
            ch.sign[a] = int(given.signs[arrow.name][d])
        enter_events(ch, times - s.start, classes, rows, np.ones(len(times), np.int64))
        evaluate(problem, ch)
        clocks = type_clocks(model, d, levels[d], times, classes)
        for k in np.flatnonzero(s.fitted):
            own = range(int(s.g_start[k]), int(s.g_start[k + 1]))
            width = 1.0 / (ch.cell.shape[1] / s.days)
            rate = np.repeat(ch.base[k], round(1 / width)) * width
            held = np.exp(-sum((ch.b[g] * ch.cell[g] for g in own), np.zeros(len(rate))))
            rate = (rate + sum(ch.a[g] * ch.cell[g] for g in own)) * held
            assert clocks[k].end == pytest.approx(rate.sum(), rel=0.01)


def test_a_small_fit_is_diagnosed(case: Case, fit: CaseFit) -> None:
    found = diagnose_case(case, fit, draws=40)
    rows = {name: sum(e.countable for e in case.record.events if e.action == name) for name in case.events}  # fmt: skip
    for weeks in found.imputed:
        assert sum(weeks.listed) == pytest.approx(rows[weeks.type])
    raids = {r.type: r for r in found.residuals}["raid"]
    # The prior and the record agree on raids, so neither check finds a fault.
    assert raids.gap_p.median > 0.01
    assert abs(raids.events.median - raids.expected.median) < 12
    listed = [r for r in found.predictive.discrepancies if r.what == "listed events"]
    assert all(0.02 < r.p < 0.98 for r in listed)
    assert all(0.02 < t.p < 0.98 for t in found.predictive.totals)
    assert [side.type for side in found.sides] == ["raid"]
    assert set(found.silent).isdisjoint(fit.main.informed)


def test_events_doubled_are_found_in_its_residuals(case: Case, fit: CaseFit) -> None:
    """The same parameters with every event twice: expected numbers no longer fit."""
    past = fit.main.draws.past
    twice = replace(
        past, offsets=2 * past.offsets, times=np.repeat(past.times, 2),
        classes=np.repeat(past.classes, 2), rows=np.repeat(past.rows, 2),
    )  # fmt: skip
    main = replace(fit.main, draws=replace(fit.main.draws, past=twice))
    raids = {r.type: r for r in diagnose_case(case, replace(fit, main=main), draws=40).residuals}
    assert raids["raid"].rejected > 0.9
