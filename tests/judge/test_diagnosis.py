"""The diagnosis as an object: what it names, and what it refuses."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from fit.case_fits import made_fit
from talion.errors import FitError
from talion.fit.case.key import FitSettings
from talion.fit.case.result import CaseFit
from talion.judge.diagnosis import Diagnosis, diagnose_case
from talion.model.case import Case, load_case


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


@pytest.fixture(scope="module")
def fit(case: Case) -> CaseFit:
    made = made_fit(case, FitSettings())
    gates = (
        ("good", 1.001, 900.0, 800.0), ("stuck", math.nan, 0.0, 0.0), ("slow", 1.001, 90.0, 800.0),
        ("apart", 1.3, 900.0, 800.0), ("fine", 1.0, 900.0, 800.0), ("well", 1.0, 950.0, 800.0),
    )  # fmt: skip
    return replace(made, main=replace(made.main, convergence=gates))


@pytest.fixture(scope="module")
def found(case: Case, fit: CaseFit) -> Diagnosis:
    return diagnose_case(case, fit, draws=5, histories=1)


def test_the_worst_come_first(found: Diagnosis) -> None:
    assert [name for name, *_ in found.worst] == ["stuck", "apart", "slow", "good", "fine"]
    assert found.gates == 6


def test_links_that_the_record_cannot_inform_are_named(
    case: Case, fit: CaseFit, found: Diagnosis
) -> None:
    links = list(case.links)
    assert found.silent == tuple(links[3:])  # the made-up fit informs the first three
    assert {effect.link for effect in found.effects} == set(links[:3])
    for effect in found.effects:
        assert list(effect.by_variant) == ["main", *fit.variants]
        assert effect.by_variant["as_written"].raises in (0.0, 1.0)
        assert 0 < effect.by_variant["main"].raises < 1
        assert effect.before.raises == pytest.approx(1 / 3)


def test_it_tells_of_every_type_with_events(case: Case, found: Diagnosis) -> None:
    types = set(case.events)
    assert {r.type for r in found.residuals} == types
    assert {w.type for w in found.predictive.weekly} == types
    assert {w.type for w in found.imputed} == types
    assert len(found.stability.rows) == 4
    assert (found.tested, found.predictive.draws) == (5, 5)


def test_it_is_json_without_numbers_that_do_not_exist(found: Diagnosis) -> None:
    plain = json.loads(found.to_json())
    assert plain["as_of"] == "2024-06-30"
    assert plain["worst"][0] == ["stuck", None, 0.0, 0.0]
    assert len(plain["residuals"][0]["theory"]) == len(found.residuals[0].theory)
    assert set(plain["sides"][0]["months"][0]["events"]) == {"both", "rows_only", "totals_only"}


def test_a_fit_of_something_else_is_refused(case: Case, fit: CaseFit) -> None:
    with pytest.raises(FitError, match="the record has changed since"):
        diagnose_case(case, replace(fit, record_hash="0"))


def test_progress_ends(case: Case, fit: CaseFit) -> None:
    said: list[tuple[float, float]] = []
    diagnose_case(case, fit, draws=2, histories=1, progress=lambda *x: said.append(x))
    assert said == [(0, 3), (1, 3), (2, 3), (3, 3)]
