"""Where a fit comes from: beside the case, the cache, or made; and why one is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fit.case_fits import contents, made_fit
from talion.errors import SimulationError
from talion.fit.case.key import FitSettings
from talion.fit.case.lookup import cached_path, find_fit, obtain_fit, shipped_path
from talion.fit.case.result import CaseFit
from talion.fit.case.store import read_fit, write_fit
from talion.model.case import Case, load_case, parse_case

QUICK = FitSettings(seed=7, chains=2, sweeps=50, variants=(), patience=1.0)


@pytest.fixture
def case(starter: Path) -> Case:
    return load_case(starter)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The fits that were really asked for; a made-up sampler answers them."""
    asked: list[dict[str, Any]] = []

    def fit_case(case: Case, **settings: Any) -> CaseFit:
        asked.append(settings)
        progress: Callable[[float, float], None] | None = settings.pop("progress")
        if progress is not None:
            progress(1, 1)
        return made_fit(case, FitSettings(**settings))

    module = ModuleType("talion.fit.case.fit")
    module.fit_case = fit_case  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "talion.fit.case.fit", module)
    return asked


def test_a_fit_is_made_once_kept_and_found_again(case: Case, calls: list[dict[str, Any]]) -> None:
    assert find_fit(case, QUICK) == (None, ())
    made = obtain_fit(case, QUICK)
    assert (made.origin, made.path) == ("made", cached_path(case, QUICK))
    again = obtain_fit(case, QUICK)
    assert (again.origin, again.notes) == ("cache", ())
    assert contents(again.fit) == contents(made.fit)  # the very numbers, not nearly
    settings = {"seed": 7, "chains": 2, "sweeps": 50, "variants": (), "patience": 1.0}
    assert calls == [settings]
    assert obtain_fit(case, replace(QUICK, seed=8)).origin == "made"
    assert obtain_fit(case, QUICK, refit=True).origin == "made"
    assert len(calls) == 3


def test_the_fit_beside_the_case_comes_first(case: Case, calls: list[dict[str, Any]]) -> None:
    obtain_fit(case)
    place = shipped_path(case)
    assert place is not None
    assert place.name == "fit.npz"
    write_fit(place, made_fit(case, QUICK))
    found = obtain_fit(case)  # no settings asked for: those it was made with will do
    assert (found.origin, found.path, found.fit.seed) == ("shipped", place, 7)
    assert obtain_fit(case, QUICK).origin == "shipped"
    assert len(calls) == 1


def test_other_settings_than_the_shipped_ones_are_said_and_fitted(
    case: Case, calls: list[dict[str, Any]]
) -> None:
    place = shipped_path(case)
    assert place is not None
    write_fit(place, made_fit(case, QUICK))
    other = obtain_fit(case, replace(QUICK, sweeps=60))
    assert other.origin == "made"
    assert other.notes == (f"fit refused: {place}: made with sweeps 50, where 60 is asked for",)
    more = obtain_fit(case, replace(QUICK, variants=("opponent",)))
    assert more.notes == (f"fit refused: {place}: made without variants",)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"case_hash": "0"}, "the case's events, factors, links or priors have changed since"),
        ({"record_hash": "0"}, "the record has changed since"),
        ({"method": "case-fit 0"}, "made by method 'case-fit 0'"),
        ({"end": 5}, "it knows the record of"),
    ],
)
def test_a_shipped_fit_of_something_else_is_refused_with_the_reason(
    case: Case, calls: list[dict[str, Any]], spoil: dict[str, Any], why: str
) -> None:
    place = shipped_path(case)
    assert place is not None
    fit = replace(made_fit(case, FitSettings()), **spoil)
    write_fit(place, fit)
    assert not fit.matches(case)
    found = obtain_fit(case)
    assert found.origin == "made"
    assert len(found.notes) == 1
    assert found.notes[0].startswith(f"fit refused: {place}: {why}")
    assert found.fit.matches(case)
    assert obtain_fit(case).origin == "cache"  # and it says so again
    assert obtain_fit(case).notes == found.notes


def test_an_edited_case_is_fitted_anew_and_a_reworded_one_is_not(
    starter: Path, calls: list[dict[str, Any]]
) -> None:
    file = starter / "case.yaml"
    case = load_case(starter)
    obtain_fit(case)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(case.title, "Another title"), encoding="utf-8")
    assert load_case(starter).title == "Another title"
    assert obtain_fit(load_case(starter)).origin == "cache"
    events = starter / "events.csv"
    lines = events.read_text(encoding="utf-8").splitlines(keepends=True)
    events.write_text("".join(lines[:-1]), encoding="utf-8")
    assert obtain_fit(load_case(starter)).origin == "made"


@pytest.mark.parametrize("content", [b"", b"PK no fit"])
def test_a_damaged_fit_in_the_cache_is_made_anew(
    case: Case, calls: list[dict[str, Any]], content: bytes
) -> None:
    path = obtain_fit(case).path
    assert path is not None
    path.write_bytes(content)
    found = obtain_fit(case)
    assert found.origin == "made"
    assert "damaged" in found.notes[0]
    assert obtain_fit(case).notes == ()
    read_fit(path)


def test_a_cache_that_cannot_be_written_costs_only_time(
    case: Case, calls: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    monkeypatch.setenv("TALION_CACHE_DIR", str(blocked))
    found = obtain_fit(case)
    assert (found.origin, found.path) == ("made", None)
    assert "could not be kept" in found.notes[0]
    assert (found.fit.main.draws.past.times * 2**20 % 1 == 0).all()  # rounded as if it were kept


def test_without_a_home_folder_there_is_no_cache(
    case: Case, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("TALION_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    found = obtain_fit(case)
    assert (found.origin, found.path) == ("made", None)
    assert "no home folder" in found.notes[0]


def test_a_failed_fit_leaves_nothing_behind(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def fit_case(case: Case, **settings: Any) -> CaseFit:
        raise SimulationError("the sampler stands still")

    module = ModuleType("talion.fit.case.fit")
    module.fit_case = fit_case  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "talion.fit.case.fit", module)
    with pytest.raises(SimulationError, match="stands still"):
        obtain_fit(case)
    path = cached_path(case, FitSettings())
    assert path is not None
    assert not path.exists()


def test_a_case_in_memory_has_no_fit_beside_it(starter: Path) -> None:
    case = load_case(starter)
    text = (starter / "case.yaml").read_text(encoding="utf-8")
    assert shipped_path(parse_case(text, record=case.record)) is None
    other = starter / "other.yaml"
    other.write_text(text, encoding="utf-8")
    beside = shipped_path(load_case(other))
    assert beside is not None
    assert beside.name == "other.fit.npz"
