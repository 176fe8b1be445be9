"""The fits that ship with the built-in cases are fits of these cases, and can be made again."""

from __future__ import annotations

import numpy as np
import pytest

from talion.fit.case.fit import rival_variants
from talion.fit.case.lookup import find_fit
from talion.fit.case.options import VARIANTS
from talion.fit.case.sampler import sample_reading
from talion.fit.case.specification import problem_of
from talion.model.case import load_case
from talion.model.compile import parameter_names

WORTH = 100  # independent draws that either fit is worth at the least


def shipped(name):
    case = load_case(name)
    found, notes = find_fit(case)
    assert notes == ()
    assert found is not None
    assert found.origin == "shipped"
    return case, found.fit


@pytest.mark.parametrize("name", ["baghdad-2024", "starter"])
def test_it_is_of_the_case_and_record_as_they_stand(name):
    case, fit = shipped(name)
    assert fit.mismatch(case) == ""
    assert set(fit.variants) == {*VARIANTS, *rival_variants(case)}
    assert fit.verdict == ""  # of the main reading and of every variant
    assert max(gate[1] for gate in fit.main.convergence) < 1.01
    assert min(min(gate[2:]) for gate in fit.main.convergence) > 400


@pytest.mark.parametrize("name", ["baghdad-2024", "starter"])
def test_it_holds_every_parameter_that_the_record_can_move(name):
    case, fit = shipped(name)
    problem = problem_of(case)
    known, turned = parameter_names(case, "no_view")
    wanted = {n for n, s in zip(problem.parameters, problem.sampled, strict=True) if s}
    assert set(fit.main.draws.scores) == wanted & set(known)
    free = {a.name for a, f in zip(problem.arrows, problem.arrays.free_arrow, strict=True) if f}
    assert set(fit.main.draws.signs) == free & set(turned)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_new_fit_finds_the_same():
    """Signs and scores of the built-in case within 4.5 Monte Carlo errors of a fit by another seed.

    With some 170 comparisons a true difference of none passes with probability .998.
    """
    case, fit = shipped("baghdad-2024")
    again = sample_reading(problem_of(case), seed=99, sweeps=1400).draws
    error = np.sqrt(2.0 / WORTH)
    for name, signs in fit.main.draws.signs.items():
        for value in (-1, 1):
            both = np.array([(signs == value).mean(), (again.signs[name] == value).mean()])
            spread = np.sqrt(max(both.mean() * (1 - both.mean()), 0.01))
            assert abs(np.diff(both)[0]) < 4.5 * error * spread, name
    for name, scores in fit.main.draws.scores.items():
        other = again.scores[name]
        spread = max(scores.std(), other.std())
        assert abs(scores.mean() - other.mean()) < 4.5 * error * spread, name
    counts = [np.diff(d.past.offsets) for d in (fit.main.draws, again)]
    assert abs(counts[0].mean() - counts[1].mean()) < 4.5 * error * counts[0].std()
