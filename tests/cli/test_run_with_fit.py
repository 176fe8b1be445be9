"""`talion run` and the fit of a case: found, made, refused, done without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.command import Command
from judge.prior_fit import prior_fit
from talion.errors import CaseError
from talion.fit.case import lookup
from talion.fit.case.store import write_fit
from talion.model.case import load_case
from talion.report import page

SMALL = ("--draws", "6", "--histories", "2", "--seed", "3", "--json")
Made = list[str]


@pytest.fixture(autouse=True)
def plain_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without charts: it is not what is tested."""
    monkeypatch.setattr(page, "render_report", lambda *_, **__: "<p>report</p>")


@pytest.fixture
def shipped(starter: Path) -> Path:
    """The starter case with a made-up fit beside it."""
    write_fit(starter / "fit.npz", prior_fit(load_case(str(starter)), draws=8))
    return starter


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Made:
    """Fits made instead of sampled, and an empty cache; returns the cases fitted."""
    fitted: Made = []

    def make(case: Any, *_: object) -> Any:
        fitted.append(case.name)
        return prior_fit(case, draws=8)

    monkeypatch.setattr(lookup, "_make", make)
    monkeypatch.setattr(lookup, "cached_path", lambda *_: tmp_path / "cache" / "fit.npz")
    return fitted


def test_a_fit_beside_the_case_is_used(talion: Command, shipped: Path, made: Made) -> None:
    ended = talion("run", shipped, *SMALL)
    assert ended.status == 0, ended.err
    result = json.loads(ended.out)
    assert result["fit"]["origin"] == "shipped beside the case"
    assert result["receipt"]["reading_draws"]["with_record"] == 6
    assert made == []
    assert "fitting the case" not in ended.err


def test_the_table_has_the_third_reading(talion: Command, shipped: Path, tmp_path: Path) -> None:
    ended = talion("run", shipped, *SMALL[:-1], "--out", tmp_path / "out")
    assert ended.status == 0, ended.err
    assert "With" in ended.out.splitlines()[0]
    rows = (tmp_path / "out" / "results.csv").read_text(encoding="utf-8")
    assert ",with_record," in rows


def test_one_is_made_where_none_is_and_found_by_the_next_run(
    talion: Command, starter: Path, made: Made
) -> None:
    first = talion("run", starter, *SMALL)
    assert first.status == 0, first.err
    assert "fitting the case to its record, there is no fit of it as it stands" in first.err
    second = talion("run", starter, *SMALL)
    assert "fitting the case" not in second.err
    assert len(made) == 1
    one, other = json.loads(first.out), json.loads(second.out)
    assert one["fit"]["origin"] == "made in this run"
    assert other["fit"]["origin"] == "found in this user's cache"
    assert one["judgments"] == other["judgments"]


def test_refit_makes_it_anew(talion: Command, shipped: Path, made: Made) -> None:
    ended = talion("run", shipped, *SMALL, "--refit")
    assert ended.status == 0, ended.err
    assert "fitting the case to its record, as asked" in ended.err
    assert json.loads(ended.out)["fit"]["origin"] == "made in this run"
    assert len(made) == 1


def test_no_fit_does_without(talion: Command, shipped: Path, made: Made) -> None:
    ended = talion("run", shipped, *SMALL, "--no-fit")
    assert ended.status == 0, ended.err
    result = json.loads(ended.out)
    assert result["fit"] is None
    assert "with_record" not in result["receipt"]["reading_draws"]
    assert made == []


def test_both_at_once_are_refused(talion: Command, starter: Path) -> None:
    ended = talion("run", starter, "--refit", "--no-fit")
    assert ended.status == 2
    assert "--refit, --no-fit: say one thing" in ended.err


def test_a_fit_of_the_case_as_it_was_is_refused_with_the_reason(
    talion: Command, shipped: Path, made: Made
) -> None:
    file = shipped / "case.yaml"
    text = file.read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if "usual:" in line)
    number = first.split("usual: [")[1].split(",")[0]
    changed = text.replace(f"usual: [{number},", f"usual: [{0.9 * float(number)},", 1)
    file.write_text(changed, encoding="utf-8")
    ended = talion("run", shipped, *SMALL)
    assert ended.status == 0, ended.err
    assert len(made) == 1
    warnings = json.loads(ended.out)["warnings"]
    assert any("fit refused" in w and "have changed since" in w for w in warnings)


def test_a_case_that_cannot_be_fitted_runs_without_and_says_so(
    talion: Command, starter: Path, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise CaseError("no row of any event type", place="record")

    monkeypatch.setattr(lookup, "_make", refuse)
    ended = talion("run", starter, *SMALL)
    assert ended.status == 0, ended.err
    result = json.loads(ended.out)
    assert result["fit"] is None
    assert any("could not be fitted to its record: record: no row" in w for w in result["warnings"])
    asked = talion("run", starter, *SMALL, "--refit")
    assert asked.status == 2
    assert "no row of any event type" in asked.err
    assert made == []
