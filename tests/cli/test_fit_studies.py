"""`talion fit --power N --placebos`: computed once, kept in the fit's file, printed by each link."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.command import Command
from fit.case_fits import made_fit
from talion.fit.case.key import FitSettings
from talion.fit.case.selection import (
    ConfoundingStudy,
    LinkConfounding,
    LinkPlacebo,
    LinkPower,
    PlaceboStudy,
    PowerStudy,
    Rate,
)
from talion.fit.case.store import read_fit, write_fit
from talion.model.case import load_case


@pytest.fixture(autouse=True)
def studies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, starter: Path) -> list[str]:
    """A fit beside the case, made-up studies in place of hours of fitting, and which were made."""
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "cache"))
    case = load_case(starter)
    write_fit(starter / "fit.npz", made_fit(case, FitSettings(seed=5, variants=())))
    shown, made = case.arrows[0], list[str]()
    rate = Rate(3, 10)

    def power_of(_case: Any, fit: Any, *, replicates: int, seed: int, **_: Any) -> PowerStudy:
        assert seed == fit.seed
        made.append("power")
        found = LinkPower(shown.link, shown.name, rate, Rate(4, 9), rate, Rate(8, 10), Rate(1, 5))
        return PowerStudy(replicates, 5, 0, 400, seed, 2, 400, "truths drawn", (found,))

    def placebo_fits(*_: Any, seed: int, **__: Any) -> PlaceboStudy:
        made.append("placebos")
        moved = LinkPlacebo(shown.link, shown.name, "lead", shown.cause, 14, (0.55,), 0.9)
        mixed = LinkPlacebo(shown.link, shown.name, "shuffled", shown.cause, 0, (0.15, 0.6), 0.9)
        return PlaceboStudy(seed, 2, 400, ("x: every type",), "rows moved", (moved, mixed))

    def confounding_fits(*_: Any, seed: int, **__: Any) -> ConfoundingStudy:
        made.append("confounding")
        loads, r, p = (1.0, 4.0), (0.0, 0.5), (0.9, 0.6)
        tied = LinkConfounding(shown.link, shown.name, "x", "tension", 0.9, 0.95, loads, r, p)
        return ConfoundingStudy(seed, 2, 400, "loadings held", (tied,))

    monkeypatch.setattr("talion.judge.power.power_of", power_of)
    monkeypatch.setattr("talion.fit.case.placebo.placebo_fits", placebo_fits)
    monkeypatch.setattr("talion.fit.case.confounding.confounding_fits", confounding_fits)
    return made


def test_they_are_kept_with_the_fit_and_printed_beside_the_link(
    talion: Command, starter: Path, studies: list[str]
) -> None:
    ended = talion("fit", starter, "--power", "10", "--placebos")
    assert ended.status == 0, ended.err
    assert studies == ["power", "placebos", "confounding"]
    out = " ".join(ended.out.split())
    for told in (
        (
            "power: 30 ± 13 % if it raises, 44 ± 14 % if it lowers; wrong side 30 ± 13 %; the 80 % "
            "interval covers 80 ± 12 %; shown without any effect 20 ± 16 %. By these, this record "
            "could not have shown it."
        ),
        "14 days earlier, no sure side (in the fit raises in 90 %)",
        "at random days, lowers in 1, no sure side in 1 of 2 (in the fit raises in 90 %)",
        (
            "without tension raises in 95 %; with it raises in 90 %; a correlation of 0.50 with "
            "tension undoes it."
        ),
        "Power: 10 simulated records, 5 of them with no link; seed 5",
        "No type it cannot act on: x: every type",
    ):
        assert told in out, told
    first = load_case(starter).arrows[0]
    assert out.index(f"{first.link} ") < out.index("power: 30 ± 13 %")
    kept = read_fit(starter / "fit.npz")
    assert kept.power is not None
    assert kept.power.replicates == 10
    assert kept.placebos is not None
    assert kept.confounding is not None


def test_what_the_fit_holds_is_shown_and_not_made_again(
    talion: Command, starter: Path, studies: list[str]
) -> None:
    talion("fit", starter, "--power", "10")
    assert studies == ["power"]
    shown = talion("fit", starter)
    assert "this record could not have shown it" in " ".join(shown.out.split())
    talion("fit", starter, "--power", "10", "--placebos")
    assert studies == ["power", "placebos", "confounding"]
    talion("fit", starter, "--power", "12")
    assert studies[3:] == ["power"]


def test_json_holds_them(talion: Command, starter: Path) -> None:
    plain = json.loads(talion("fit", starter, "--json").out)
    assert plain["power"] is None
    told = json.loads(talion("fit", starter, "--power", "10", "--placebos", "--json").out)
    assert told["power"]["links"][0]["power_raises"] == {"count": 3, "of": 10}
    assert told["placebos"]["links"][1]["raises"] == [0.15, 0.6]
    assert told["confounding"]["links"][0]["correlations"] == [0.0, 0.5]


def test_a_fit_in_a_folder_that_takes_no_file_says_so(
    talion: Command, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from talion.errors import OutputError

    def full(*_: Any) -> None:
        raise OutputError("cannot write the fit", place="fit.npz", remedy="free some space")

    monkeypatch.setattr("talion.fit.case.store.write_fit", full)
    ended = talion("fit", starter, "--power", "10")
    assert ended.status == 0
    assert "this record could not have shown it" in " ".join(ended.out.split())
    assert "the studies could not be kept with the fit" in ended.out + ended.err


def test_options_that_do_not_fit_are_refused(talion: Command, starter: Path) -> None:
    few = talion("fit", starter, "--power", "1")
    assert few.status != 0
    assert "--power" in few.err
    table = starter.parent / "my.csv"
    shutil.copy(starter / "case.yaml", table)
    wrong = talion("fit", "--events", table, "--placebos")
    assert wrong.status != 0
    assert "--placebos" in wrong.err
