"""`talion diagnose`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cli.command import Command
from fit.case_fits import made_fit
from talion.fit.case.key import FitSettings
from talion.fit.case.result import CaseFit
from talion.fit.case.store import write_fit
from talion.model.case import Case, load_case

FEW = ("--draws", "4", "--histories", "1")


@pytest.fixture(autouse=True)
def sampler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A made-up sampler in place of the real one, a cache of its own, and what was asked of it."""
    asked: list[str] = []

    def fit_case(case: Case, **settings: Any) -> CaseFit:
        settings.pop("progress")
        asked.append(case.name)
        return made_fit(case, FitSettings(**settings))

    module = ModuleType("talion.fit.case.fit")
    module.fit_case = fit_case  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "talion.fit.case.fit", module)
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "cache"))
    return asked


def test_one_page_says_it_all(talion: Command, starter: Path, sampler: list[str]) -> None:
    ended = talion("diagnose", starter, *FEW)
    assert ended.status == 0, ended.err
    out = " ".join(ended.out.split())
    order = [
        "Did the chains agree?", "Yes, in every variant", "The worst:",
        "Do events come as the process says?", "these p-values are too high",
        "Would the process make such a record?", "raids_ministry",
        "Does it breed without end?", "with factors at the worst ends of their ranges",
        "Dated rows only, totals only, both", "2024-01", "Each link under every way to fit",
        "What this record cannot say",
    ]  # fmt: skip
    places = [out.find(text) for text in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    case = load_case(starter)
    assert out.endswith("what was supposed of them " + ", ".join(list(case.links)[3:]))
    assert len(ended.out.splitlines()) < 90
    talion("diagnose", starter, *FEW)
    assert len(sampler) == 1  # the fit is found again


def test_a_fit_that_did_not_converge_is_said_first(talion: Command, starter: Path) -> None:
    bad = made_fit(load_case(starter), FitSettings(), verdict="not converged: R-hat of x is 1.4")
    write_fit(starter / "fit.npz", bad)
    out = " ".join(talion("diagnose", starter, *FEW).out.split())
    assert "NOT CONVERGED: R-hat of x is 1.4. Read what follows as provisional." in out
    assert "Yes, in every variant" not in out


def test_out_and_json(talion: Command, starter: Path, tmp_path: Path) -> None:
    page = talion("diagnose", starter, *FEW, "--out", tmp_path / "made")
    written = sorted(file.name for file in (tmp_path / "made").iterdir())
    assert written == ["diagnosis.json", "diagnosis.txt"]
    text = (tmp_path / "made" / "diagnosis.txt").read_text(encoding="utf-8")
    assert page.out.startswith(text)
    printed = talion("diagnose", starter, *FEW, "--json").out
    assert printed == (tmp_path / "made" / "diagnosis.json").read_text(encoding="utf-8")
    assert json.loads(printed)["case"] == "orlan"


def test_without_variants_it_says_so(talion: Command, starter: Path) -> None:
    plain = made_fit(load_case(starter), FitSettings(variants=()))
    write_fit(starter / "fit.npz", plain)
    out = " ".join(talion("diagnose", starter, *FEW).out.split())
    assert "the fit was made without these variants" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["CASE", "--draws", "1"], "--draws: out of range"),
        (["CASE", "--histories", "0"], "--histories: out of range"),
        (["no-such-case"], "no case of this name"),
    ],
)
def test_wrong_options_are_refused_in_a_line(
    talion: Command, starter: Path, arguments: list[str], says: str, sampler: list[str]
) -> None:
    ended = talion("diagnose", *[starter if a == "CASE" else a for a in arguments])
    assert ended.status == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1
    assert sampler == []


def test_a_folder_that_takes_no_files_is_found_out_before_fitting(
    talion: Command, starter: Path, tmp_path: Path, sampler: list[str]
) -> None:
    (tmp_path / "a-file").write_text("in the way")
    ended = talion("diagnose", starter, "--out", tmp_path / "a-file")
    assert ended.status == 2
    assert "cannot be written to" in ended.err
    assert sampler == []
