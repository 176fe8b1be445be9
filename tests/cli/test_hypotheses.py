"""`talion hypotheses`: what it prints, writes and refuses; nothing is sampled."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cli.command import Command
from judge.comparisons import comparison_of
from talion.fit.case.hypothesis_scores import scores_key
from talion.judge import hypotheses
from talion.judge.hypotheses_file import write_comparison
from talion.model.case import Case, load_case

EXTRA = """
hypotheses:
  answers: {title: The army answers raids, says: Shelling follows raids, keeps: LINK}
  drought: {title: The drought alone, says: Drought sets the tempo, without: LINK}
"""
GAPS = {"answers": [1.0] * 18, "drought": [0.0] * 17 + [4.0]}


@pytest.fixture
def rivals(starter: Path) -> Path:
    """The starter with two hypotheses."""
    link = next(iter(load_case(starter).links))
    path = starter if starter.suffix == ".yaml" else starter / "case.yaml"
    path.write_text(path.read_text(encoding="utf-8") + EXTRA.replace("LINK", link), "utf-8")
    return path


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Comparisons made by hand in place of real ones; the settings asked for."""
    found: list[Any] = []

    def compare(case: Case, settings: Any, progress: Any = None) -> hypotheses.Comparison:
        found.append(settings)
        made = comparison_of(case, GAPS)
        return replace(made, settings=settings, key=scores_key(case, settings))

    monkeypatch.setattr(hypotheses, "compare_hypotheses", compare)
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "cache"))
    return found


def test_a_page_says_what_was_told_and_is_kept(
    talion: Command, rivals: Path, asked: list[Any]
) -> None:
    ended = talion("hypotheses", rivals)
    assert ended.status == 0, ended.err
    assert "no probabilities of being true" in " ".join(ended.out.split())
    assert "+18.0" in ended.out
    assert "The army answers raids (answers): not distinguishable by this record" in ended.out
    assert "told 55 times better" in ended.out
    again = talion("hypotheses", rivals)
    assert again.out == ended.out
    assert len(asked) == 1  # the second came from the cache


def test_a_shipped_comparison_is_printed_and_said_to_be_shipped(
    talion: Command, rivals: Path, asked: list[Any]
) -> None:
    case = load_case(rivals.parent)
    write_comparison(rivals.with_name("hypotheses.json"), comparison_of(case, GAPS))
    ended = talion("hypotheses", rivals.parent)
    assert ended.status == 0, ended.err
    assert asked == []
    said = " ".join(ended.out.split())
    assert "This comparison is shipped beside the case" in said
    assert "Each against each" in said
    talion("hypotheses", rivals.parent, "--seed", "5")
    assert [s.seed for s in asked] == [5]


def test_a_comparison_of_another_case_is_made_again_and_said(
    talion: Command, rivals: Path, asked: list[Any]
) -> None:
    case = load_case(rivals.parent)
    stale = replace(comparison_of(case, GAPS), key="0" * 32)
    write_comparison(rivals.with_name("hypotheses.json"), stale)
    ended = talion("hypotheses", rivals.parent)
    assert ended.status == 0, ended.err
    assert len(asked) == 1
    assert "of another case, record, set of hypotheses" in " ".join(ended.out.split())


def test_json_excel_and_marks(
    talion: Command, rivals: Path, tmp_path: Path, asked: list[Any]
) -> None:
    book, out = tmp_path / "m.xlsx", tmp_path / "told"
    ended = talion("hypotheses", rivals, "--quick", "--json", "--xlsx", book, "--out", out)
    assert ended.status == 0, ended.err
    assert asked[0].particles == 160
    told = json.loads(ended.out)
    assert [h["id"] for h in told["hypotheses"]] == ["no_interaction", "answers", "drought"]
    assert json.loads((out / "hypotheses.json").read_text("utf-8")) == told
    sheets = load_workbook(book)
    sheets["Marks"]["E2"] = "II"
    key = sheets["Marks"]["A2"].value
    sheets.save(book)
    marked = talion("hypotheses", rivals, "--quick", "--json", "--marks", book)
    assert json.loads(marked.out)["marks"] == {key: {"answers": "II"}}
    sheets["Marks"]["E2"] = "perhaps"
    sheets.save(book)
    wrong = talion("hypotheses", rivals, "--quick", "--marks", book)
    assert wrong.status == 2
    assert "sheet Marks, cell E2: no such mark (got 'perhaps')" in wrong.err


def test_a_case_without_hypotheses_says_where_to_begin(talion: Command, starter: Path) -> None:
    ended = talion("hypotheses", starter)
    assert ended.status == 2
    assert "no hypotheses" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("option", [("--sweeps", "1"), ("--particles", "3")])
def test_sizes_out_of_range_are_refused(
    talion: Command, rivals: Path, option: tuple[str, str]
) -> None:
    ended = talion("hypotheses", rivals, *option)
    assert ended.status == 2
    assert option[0] in ended.err
