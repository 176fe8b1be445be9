"""`talion fit`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from cli.command import Command
from fit.case_fits import contents, made_fit
from talion.fit.case.key import FitSettings
from talion.fit.case.result import CaseFit
from talion.fit.case.store import read_fit, write_fit
from talion.model.case import Case, load_case


@pytest.fixture(autouse=True)
def sampler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """A made-up sampler in place of the real one, a cache of its own, and what was asked of it."""
    asked: list[dict[str, Any]] = []

    def fit_case(case: Case, **settings: Any) -> CaseFit:
        progress = settings.pop("progress")
        progress(0, 10)
        progress(10, 10)
        asked.append(settings)
        verdict = "not converged: R-hat of usual/raid is 1.20" if settings["sweeps"] == 51 else ""
        return made_fit(case, FitSettings(**settings), verdict=verdict)

    module = ModuleType("talion.fit.case.fit")
    module.fit_case = fit_case  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "talion.fit.case.fit", module)
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "cache"))
    return asked


def test_it_says_whether_it_converged_and_what_the_record_did(
    talion: Command, starter: Path, sampler: list[dict[str, Any]]
) -> None:
    ended = talion("fit", starter, "--seed", "5")
    assert ended.status == 0, ended.err
    case = load_case(starter)
    out = " ".join(ended.out.split())
    assert "The sampler converged: R-hat at most 1.001" in out
    assert f"seed 5, 4 chains of {FitSettings().sweeps} sweeps" in out
    told, silent = out.split("What this record cannot say")
    links = list(case.links)
    assert all(f"{link} " in told for link in links[:3])  # the made-up fit informs these
    assert silent.split(": these links keep what was supposed of them ")[1].startswith(
        ", ".join(links[3:])
    )
    kept = list((starter.parent / "cache" / "fits").iterdir())
    assert len(kept) == 1
    assert f"written: {kept[0]}" in ended.out
    rows = [line.split() for line in ended.out.splitlines()]
    told_arrows = sum(arrow.link in links[:3] for arrow in case.arrows)
    for when in ("before", "after"):
        found = [row for row in rows if row[:1] == [when]]
        assert len(found) == told_arrows
        for row in found:  # three numbers in order, a chance, a unit
            low, likely, high = map(float, row[1:4])
            assert low <= likely <= high
            assert row[4].startswith("(")


def test_it_fits_once(talion: Command, starter: Path, sampler: list[dict[str, Any]]) -> None:
    talion("fit", starter)
    again = talion("fit", starter)
    assert "from the cache" in " ".join(again.out.split())
    assert "written: " not in again.out
    assert len(sampler) == 1
    assert "made now" in " ".join(talion("fit", starter, "--refit").out.split())
    assert len(sampler) == 2


def test_out_writes_the_fit_where_a_run_finds_it(
    talion: Command, starter: Path, sampler: list[dict[str, Any]]
) -> None:
    first = talion("fit", starter, "--out", starter / "fit.npz")
    assert first.status == 0
    assert "beside the case" in " ".join(talion("fit", starter).out.split())
    fit = read_fit(starter / "fit.npz")
    assert fit.matches(load_case(starter))
    cached = next((starter.parent / "cache" / "fits").iterdir())
    assert contents(read_fit(cached)) == contents(fit)


def test_a_fit_of_an_older_record_is_refused_aloud(
    talion: Command, starter: Path, sampler: list[dict[str, Any]]
) -> None:
    talion("fit", starter, "--out", starter / "fit.npz")
    events = starter / "events.csv"
    lines = events.read_text(encoding="utf-8").splitlines(keepends=True)
    events.write_text("".join(lines[:-1]), encoding="utf-8")
    ended = talion("fit", starter)
    assert ended.status == 0
    assert "warning: fit refused: " in ended.out
    assert "the record has changed since" in ended.out
    assert len(sampler) == 2


def test_not_converged_is_said_first(talion: Command, starter: Path) -> None:
    ended = talion("fit", starter, "--sweeps", "51")
    assert "NOT CONVERGED: R-hat of usual/raid is 1.20" in " ".join(ended.out.split())
    assert json.loads(talion("fit", starter, "--sweeps", "51", "--json").out)["converged"] is False


def test_quick_and_sizes_reach_the_sampler(
    talion: Command, starter: Path, sampler: list[dict[str, Any]]
) -> None:
    talion("fit", starter, "--quick")
    talion("fit", starter, "--quick", "--sweeps", "99")
    talion("fit", starter, "--chains", "3")
    sizes = [(s["chains"], s["sweeps"], len(s["variants"]), s["patience"]) for s in sampler]
    usual = FitSettings()
    assert sizes == [
        (2, 400, 0, 1.0),
        (2, 99, 0, 1.0),
        (3, usual.sweeps, len(usual.variants), usual.patience),
    ]


def test_json_holds_links_of_every_reading(talion: Command, starter: Path) -> None:
    ended = talion("fit", starter, "--json")
    found = json.loads(ended.out)
    case = load_case(starter)
    assert (found["case"], found["converged"], found["origin"]) == ("orlan", True, "made")
    assert found["record_hash"] == case.record.content_hash()
    assert list(found["readings"]) == ["main", *FitSettings().variants]
    links = found["readings"]["main"]["links"]
    assert len(links) == len(case.arrows)
    assert set(links[0]["before"]) == {"low", "likely", "high", "raises", "lowers"}
    assert found["written"][0] in ended.err  # nothing but JSON on standard output


def test_export_writes_tables(talion: Command, starter: Path, tmp_path: Path) -> None:
    ended = talion("fit", starter, "--quick", "--export", tmp_path / "tables")
    assert ended.status == 0
    table = pl.read_parquet(tmp_path / "tables" / "parameters.parquet")
    assert "events a month" in table["unit"].to_list()
    assert (tmp_path / "tables" / "events.parquet").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a case, or a table with --events FILE"),
        (["CASE", "--events", "a.csv"], "not both"),
        (["CASE", "--start", "2024-01-01"], "--start: is for a table"),
        (["CASE", "--draws", "500"], "--draws: is for a table"),
        (["--events", "a.csv", "--quick"], "--quick: is for a case"),
        (["--events", "a.csv", "--export", "x"], "--export: is for a case"),
        (["CASE", "--sweeps", "1"], "--sweeps: out of range"),
        (["CASE", "--chains", "1"], "--chains: out of range"),
        (["CASE", "--seed", "-1"], "--seed: out of range"),
        (["no-such-case"], "no case of this name"),
    ],
)
def test_wrong_options_are_refused_in_a_line(
    talion: Command, starter: Path, arguments: list[str], says: str, sampler: list[dict[str, Any]]
) -> None:
    ended = talion("fit", *[starter if a == "CASE" else a for a in arguments])
    assert ended.status == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1
    assert sampler == []


def test_a_folder_that_takes_no_files_is_found_out_before_fitting(
    talion: Command, starter: Path, tmp_path: Path, sampler: list[dict[str, Any]]
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    for option, target in (("--out", blocked / "fit.npz"), ("--export", blocked)):
        ended = talion("fit", starter, option, target)
        assert ended.status == 2
        assert "cannot be written to" in ended.err
    assert sampler == []


def test_a_table_goes_to_its_own_fit(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Path, dict[str, Any]]] = []
    module = ModuleType("talion.cli.fit_table")
    module.fit_events = lambda file, **options: calls.append((file, options))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "talion.cli.fit_table", module)
    file = tmp_path / "my.csv"
    assert talion("fit", "--events", file).status == 0
    chosen = ["--start", "2024-01-01", "--end", "2024-02-01", "--time-column", "day"]
    chosen += ["--type-column", "kind", "--draws", "200", "--seed", "3", "--json"]
    assert talion("fit", "--events", file, *chosen, "--out", tmp_path / "x").status == 0
    usual = {"start": None, "end": None, "time": "date", "type_": None, "seed": 20240213,
             "draws": 1000, "as_json": False, "out": None}  # fmt: skip
    asked = {"start": "2024-01-01", "end": "2024-02-01", "time": "day", "type_": "kind", "seed": 3,
             "draws": 200, "as_json": True, "out": tmp_path / "x"}  # fmt: skip
    assert calls == [(file, usual), (file, asked)]


def test_a_damaged_fit_beside_the_case_is_said_and_replaced_by_a_new_one(
    talion: Command, starter: Path
) -> None:
    write_fit(starter / "fit.npz", made_fit(load_case(starter), FitSettings()))
    content = (starter / "fit.npz").read_bytes()
    (starter / "fit.npz").write_bytes(content[: len(content) // 2])
    ended = talion("fit", starter)
    assert ended.status == 0
    assert "damaged, or no fit written by Talion" in " ".join(ended.out.split())
    assert "made now" in " ".join(ended.out.split())
