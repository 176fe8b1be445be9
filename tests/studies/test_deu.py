"""Decided issues of the European Union: what is read, and which predictor did how well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def deu(study: Callable[[str], ModuleType]) -> ModuleType:
    return study("deu")


@pytest.fixture
def table(shared: Path) -> Path:
    return shared / "data" / "bargaining" / "deu3_blksv.csv"


def test_all_decided_issues_are_read(deu: ModuleType, table: Path) -> None:
    decided = deu.read(table)
    # Counts of the data's README and notes.
    assert len(decided) == 353
    assert sum("position of the Commission" in d.stated for d in decided) == 348
    assert sum("position of the Parliament" in d.stated for d in decided) == 305
    assert sum("status quo" in d.stated for d in decided) == 253
    first = decided[0]
    assert (first.proposal, first.name, first.outcome) == ("d00032", "d00032i1", 100.0)
    assert first.gdp.stakes[first.gdp.index("com")].capability == (4.1,)
    assert first.equal.stakes[first.equal.index("at")].capability == (1.0,)


def test_errors_of_baselines_and_models(deu: ModuleType, table: Path) -> None:
    rows = {row.name: row for row in deu.scores(deu.read(table), resamples=200)}
    # The data's README: compromise 23.2, salience-weighted 23.7, constant 28.0, weighted median 28.4.
    assert rows["mean weighted by GDP and salience"].mean_error == pytest.approx(23.2, abs=0.05)
    assert rows["mean weighted by salience"].mean_error == pytest.approx(23.7, abs=0.05)
    assert rows["constant 50"].mean_error == pytest.approx(28.0, abs=0.05)
    assert rows["median weighted by salience"].mean_error == pytest.approx(28.4, abs=0.05)
    # Notes on the same data: unweighted mean 23.7, Parliament 34.2, Commission 37.7, status quo 51.1.
    assert rows["unweighted mean"].mean_error == pytest.approx(23.7, abs=0.05)
    assert rows["position of the Parliament"].mean_error == pytest.approx(34.2, abs=0.05)
    assert rows["position of the Commission"].mean_error == pytest.approx(37.7, abs=0.05)
    assert rows["status quo"].mean_error == pytest.approx(51.1, abs=0.05)
    # Ours, as docs/why/bargaining.md prints them.
    ours = {
        "election among stated positions, mean, GDP": 23.6,
        "spatial model, one turn, mean, equal power": 24.6,
        "spatial model to its stop, mean, equal power": 24.9,
        "spatial model to its stop, mean, GDP": 25.9,
        "challenge model, one round, mean, GDP": 26.3,
        "challenge model, ten rounds, mean, equal power": 27.9,
    }
    for name, error in ours.items():
        assert rows[name].mean_error == pytest.approx(error, abs=0.05), name
    best = min(rows.values(), key=lambda row: row.mean_error)
    assert best.name == "mean weighted by GDP and salience"
    moving = [row for row in rows.values() if "model" in row.name]
    assert len(moving) == 14
    assert all(row.worse > 0 for row in moving)


def test_the_interval_resamples_whole_proposals(deu: ModuleType, table: Path) -> None:
    decided = deu.read(table)[:40]
    gap = {n: float(n % 7) for n in range(40)}
    sums, counts = deu._by_proposal(gap, decided)
    assert counts.sum() == 40
    assert len(counts) == len({d.proposal for d in decided})
    assert sums.sum() == pytest.approx(sum(gap.values()))
    assert np.all(counts >= 1)


@pytest.mark.slow
def test_the_page_prints_the_table_of_the_study(deu: ModuleType, table: Path, root: Path) -> None:
    page = (root / "docs" / "why" / "bargaining.md").read_text(encoding="utf-8")
    for line in deu.lines(deu.scores(deu.read(table), deu.exchange(table))):
        assert line in page


@pytest.mark.slow
def test_exchange_has_the_issues_in_the_same_order(
    deu: ModuleType, study: Callable[[str], ModuleType], table: Path
) -> None:
    other = study("exchange_decisions")
    theirs = other.errors(other.read(table, equal=False), orders=0).mean
    compromise = deu.predictors()["mean weighted by GDP and salience"]
    ours = [abs(compromise(d) - d.outcome) for d in deu.read(table)]
    assert ours == pytest.approx(theirs, abs=1e-9)
