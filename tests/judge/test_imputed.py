"""Listed and unlisted events by week and month, counted by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from fit.case_fits import made_fit
from talion.errors import CaseError
from talion.fit.case.key import FitSettings
from talion.fit.case.result import CaseFit
from talion.judge.imputed import imputed_weeks, sides
from talion.model.case import Case, load_case
from talion.model.past import Past


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


@pytest.fixture(scope="module")
def fit(case: Case) -> CaseFit:
    return made_fit(case, FitSettings())


def past_of(fit: CaseFit, days: list[list[float]], rows: list[list[int]]) -> Past:
    """Raids on days counted from the window's first, one list a draw."""
    flat = np.concatenate([np.asarray(d, float) for d in days])
    return Past(
        fit.start, fit.end, np.concatenate([[0], np.cumsum([len(d) for d in days])]),
        fit.start + flat, np.zeros(len(flat), np.int64),
        np.concatenate([np.asarray(r, np.int64) for r in rows]), ("x",), {},
    )  # fmt: skip


def test_weeks_are_counted_from_the_first_day(case: Case, fit: CaseFit) -> None:
    past = past_of(fit, [[0.5, 6.9, 7.0], [0.5, 8.0, 9.0]], [[0, -1, -1], [0, -1, -1]])
    (found,) = imputed_weeks(case, past)
    assert found.type == "raid"
    assert found.weeks[:2] == (dt.date(2024, 1, 1), dt.date(2024, 1, 8))
    assert len(found.weeks) == 26
    assert found.listed[:2] == (1.0, 0.0)
    assert [(s.low, s.high) for s in found.unlisted[:2]] == [
        (pytest.approx(0.1), pytest.approx(0.9)),
        (pytest.approx(1.1), pytest.approx(1.9)),
    ]
    assert found.total[0].median == 1.5


def test_months_disagree_where_intervals_do_not_meet(case: Case, fit: CaseFit) -> None:
    few, many = [[1.0, 40.0]] * 3, [[1.0, 35.0, 36.0, 40.0]] * 3
    pasts = {
        "rows_only": past_of(fit, few, [[0, 0]] * 3),
        "totals_only": past_of(fit, many, [[-1] * 4] * 3),
    }
    variants = {
        name: replace(
            fit.variants[name], draws=replace(fit.variants[name].draws, past=past, scores={}, signs={})
        )
        for name, past in pasts.items()
    }  # fmt: skip
    (side,) = sides(case, replace(fit, variants=variants))
    assert side.type == "raid"
    assert [m.month for m in side.months] == [f"2024-0{i}" for i in range(1, 7)]
    january, february = side.months[:2]
    assert not january.disagree
    assert february.disagree
    assert february.events["rows_only"].median == 1
    assert february.events["totals_only"].median == 3
    assert not any(m.disagree for m in side.months[2:])


def test_without_the_variants_there_is_no_comparison(case: Case, fit: CaseFit) -> None:
    assert sides(case, replace(fit, variants={})) == ()
    assert len(sides(case, fit)) == 1
    short = fit.variants["rows_only"]
    moved = replace(short.draws.past, end=fit.end - 1, **nothing(short.size))
    wrong = replace(short, draws=replace(short.draws, past=moved))
    with pytest.raises(CaseError, match="another window"):
        sides(case, replace(fit, variants=dict(fit.variants) | {"rows_only": wrong}))


def nothing(size: int) -> dict[str, object]:
    none = np.zeros(0, np.int64)
    offsets = np.zeros(size + 1, np.int64)
    return {
        "offsets": offsets,
        "times": np.zeros(0),
        "classes": none,
        "rows": none,
        "innovations": {},
    }
