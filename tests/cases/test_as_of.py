"""Nothing published after the cut-off moves a number, bit by bit."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from talion.judge.run import judge_case
from talion.model.case import Case, load_case
from talion.simulate.ensemble import Ensemble

SIZE = {"draws": 6, "histories": 3, "seed": 5}


@pytest.fixture(scope="module")
def built_in() -> Case:
    return load_case("baghdad-2024")


@pytest.fixture
def copy(built_in: Case, tmp_path: Path) -> Path:
    assert built_in.path is not None
    folder = tmp_path / "baghdad_2024"
    shutil.copytree(built_in.path.parent, folder)
    return folder


def numbers(case: Case) -> tuple[dict[str, Ensemble], list[dict[str, object]]]:
    result = judge_case(case, **SIZE)
    return dict(result.ensembles), result.frame().to_dicts()


def same(one: Case, two: Case) -> bool:
    ensembles, rows = numbers(one)
    others, other_rows = numbers(two)
    equal = all(
        np.array_equal(e.values, others[k].values, equal_nan=True) for k, e in ensembles.items()
    )
    return equal and repr(rows) == repr(other_rows)


def test_deleting_what_came_later_changes_nothing(built_in: Case, copy: Path) -> None:
    later = sorted(copy.glob("outcomes*.csv"))
    assert later
    for file in later:
        file.unlink()
    assert same(built_in, load_case(copy))


def test_a_row_published_later_is_not_read(built_in: Case, copy: Path) -> None:
    """An attack of 12 February that became known on the 14th stays out; known on the 13th it is in."""

    def with_attack(published: str) -> Case:
        with (copy / "events.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows = [r for r in rows if r["id"] != "late-attack"]
        model = next(r for r in rows if r["action"] == "attack" and r["start"] == "2024-02-04")
        extra = {"id": "late-attack", "start": "2024-02-12", "end": "2024-02-12"}
        rows.append({**model, **extra, "published": published, "published_how": "stated"})
        with (copy / "events.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return load_case(copy)

    assert same(built_in, with_attack("2024-02-14"))
    assert not same(built_in, with_attack("2024-02-13"))
