"""`talion what-if`: the differences printed are those of coupled simulations, at the dates asked."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cli.command import Command
from talion.cli.compare import parse_request
from talion.model.case import day_number, load_case
from talion.model.compile import compile_model
from talion.model.measure import Measure, MeasurePlan, Op
from talion.simulate.ensemble import simulate_ensemble

SMALL = ("--draws", "12", "--histories", "6", "--seed", "5")


def row(text: str, title: str, table: int = 0) -> list[str]:
    """The cells of a printed row."""
    lines = [line for line in text.splitlines() if line.startswith(f"  {title}  ")]
    return re.split(r"\s{2,}", lines[table].strip())[1:]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_what_is_blocked_is_gone_and_what_it_cannot_reach_is_untouched(talion: Command) -> None:
    ended = talion("what-if", "starter", "talks_suspended", "rain", *SMALL)
    assert ended.status == 0, ended.err
    suspended, rain = ended.out.split("The rains come (rain)")
    talks = row(suspended, "Meeting of the Joint Border Commission")
    assert talks[-1] == talks[3].split()[0].lstrip("-")
    assert re.search(r"No difference in any history:.*Meeting", " ".join(rain.split()))
    assert row(suspended, "Trust between the banks")[0].startswith("-")
    raids = row(suspended, "Raid across the river")
    assert raids[3].startswith("+")


def test_the_numbers_are_those_of_the_simulation(talion: Command) -> None:
    out = talion("what-if", "starter", "no_shelling@2024-08-01", *SMALL).out
    case = load_case("starter")
    begins = day_number(case.as_of.replace(month=8, day=1))
    shift = begins - case.what_if_day("no_shelling")
    model = compile_model(
        case, "as_written", draws=12, seed=5, worlds=["baseline", "no_shelling"],
        shifts={"no_shelling": shift},
    )  # fmt: skip
    measures = tuple(
        Measure(Op.COUNT, world, series="shelling", start=begins, end=begins + 365)
        for world in ("no_shelling", "baseline")
    )
    plan = MeasurePlan(
        measures,
        {"shelling": tuple(c for c, label in enumerate(model.class_labels) if label == "shelling")},
        (),
        {m.world: begins + 365 for m in measures},
    )
    values = simulate_ensemble(model, plan, histories=6).values
    assert np.all(values[:, :, 0] == 0)
    printed = row(out, "Artillery fire on Guard camps")
    assert float(printed[-1]) == pytest.approx(values[:, :, 1].mean(), abs=0.5)
    assert float(printed[3].split()[0]) == pytest.approx(-values[:, :, 1].mean(), abs=0.5)
    assert "no_shelling), from 1 August 2024" in out


def test_workers_change_nothing_and_readings_and_seeds_do(talion: Command) -> None:
    def ask(*options: str) -> str:
        return talion("what-if", "starter", "rain", *SMALL[:4], *options).out

    first = ask("--seed", "5", "--workers", "1")
    assert first == ask("--seed", "5", "--workers", "3")
    assert first != ask("--seed", "6", "--workers", "1")
    zero = ask("--seed", "5", "--reading", "links_at_zero")
    assert "No difference in any history" in zero
    assert "Raid across the river  " not in zero


def test_the_same_what_if_can_begin_on_two_days(talion: Command) -> None:
    out = talion("what-if", "starter", "rain@2024-07-01", "rain@2024-09-01", *SMALL).out
    assert "from 1 July 2024" in out
    assert "from 1 September 2024" in out
    one, two = (row(out, "Raid across the river", table) for table in (0, 1))
    assert one != two
    assert one[0].startswith("-")
    assert two[0].startswith("-")


def test_a_replay_is_compared_with_nothing_done_from_its_day(
    talion: Command, starter: Path
) -> None:
    file = starter / "case.yaml"
    text = file.read_text(encoding="utf-8")
    replay = (
        "what_ifs:\n  april: {title: April again, from: 2024-04-01, history_until: 2024-04-01, "
        "do: [{block: shelling}]}\n"
    )
    file.write_text(text.replace("what_ifs:\n", replay), encoding="utf-8")
    request = parse_request(load_case(starter), "april")
    assert request.against != "baseline"
    ended = talion("what-if", starter, "april", *SMALL)
    assert ended.status == 0, ended.err
    assert "April again (april), from 1 April 2024" in ended.out
    assert row(ended.out, "Artillery fire on Guard camps")[0].startswith("-")


def test_a_link_that_the_reading_leaves_out_is_named(talion: Command, starter: Path) -> None:
    path = starter / "case.yaml"
    text = path.read_text(encoding="utf-8")
    ours = text.replace("drought raises raid", "drought raises talks")
    path.write_text(ours, encoding="utf-8")
    brief = talion("what-if", starter, "rain", *SMALL).out
    assert "leaves out" not in brief  # the brief's own link moves what it leads to
    start = ours.index("says: drought raises talks")
    path.write_text(ours[:start] + ours[start:].replace("origin: brief", "origin: analyst", 1))
    said = " ".join(talion("what-if", starter, "rain", *SMALL).out.split())
    assert "This reading leaves out L3, of which the brief says nothing" in said
    taken = talion("what-if", starter, "rain", "--reading", "as_written_ours", *SMALL).out
    assert "leaves out" not in taken
