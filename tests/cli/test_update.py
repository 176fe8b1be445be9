"""`talion update`: rows go into a copy, the case stays as it is, and what moved is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.command import Command
from cli.two_runs import SIZES, run_into
from judge.two_types import TEXT, two_types
from talion.cli import fit as fit_verb
from talion.cli.update_copy import updated_case, write_back, write_copy
from talion.errors import InputError, OutputError, TalionError
from talion.fit.case import lookup
from talion.model.case import load_case
from talion.record.event import Coverage
from talion.record.writing import write_record
from talion.report import page

HEAD = "id,start,published,initiator,target,type,action,country,deaths,sources\n"
RAIDS = "".join(
    f"new-{d},2024-07-{d:02},2024-07-{d:02},river_guard,tolva,ASSAULT,raid,Tolva,0,orlan_post\n"
    for d in range(2, 12)
)
OLD = "raid-26,2024-06-26,2024-06-27,river_guard,tolva,ASSAULT,raid,Tolva,0,orlan_post\n"


@pytest.fixture(autouse=True)
def plain_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "render_report", lambda *_, **__: "<p>report</p>")


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_into(tmp_path_factory.mktemp("update") / "run", "starter")


def words(text: str) -> str:
    return " ".join(text.split())


def rows(tmp_path: Path, text: str = HEAD + RAIDS) -> Path:
    file = tmp_path / "new.csv"
    file.write_text(text, encoding="utf-8")
    return file


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_rows_go_into_a_copy_and_what_moved_is_said(
    talion: Command, starter: Path, tmp_path: Path
) -> None:
    before, out = bytes_of(starter), tmp_path / "out"
    ended = talion("update", starter, "--events", rows(tmp_path, HEAD + RAIDS + OLD), "--out", out, *SIZES)  # fmt: skip
    assert ended.status == 0, ended.err
    assert bytes_of(starter) == before
    copy = load_case(out / "orlan")
    assert copy.as_of.isoformat() == "2024-07-11"
    assert copy.record.period[1].isoformat() == "2024-07-11"
    assert len(copy.record.events) == 49
    said = words(ended.out)
    assert "10 new rows in a copy" in said
    assert "1 row stood there already; cut-off 11 July 2024" in said
    assert "Coverage runs on to that day for raid, shelling and talks" in said
    assert "events new-2: new, raid, 2024-07-02, river_guard, tolva" in said
    assert "as_of: 2024-06-30 → 2024-07-11" in said
    signs = said.partition("Signs given before")[2]
    assert "J1: Raid across the river:" in signs
    assert "10 listed from 30 June 2024 to 11 July 2024" in signs
    assert "It was to take J1 from" in signs
    assert "the case itself is as it was; --write puts the 10 new rows" in said
    assert (out / "after" / "results.json").is_file()
    assert (out / "before" / "results.json").is_file()


def test_a_run_on_file_serves_as_the_earlier_one(
    talion: Command, earlier: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    asked = ("update", "starter", "--events", rows(tmp_path), "--before", earlier, "--out", out)
    ended = talion(*asked, "--json", *SIZES)
    assert ended.status == 0, ended.err
    assert not (out / "before").exists()
    found = json.loads(ended.out)
    assert found["as_of"] == "2024-07-11"
    assert len(found["added"]) == 10
    assert {one["state"] for one in found["signs"]} <= {"seen", "not seen", "open", "not told"}
    assert found["signs"]
    assert found["moved"]["before"]["as_of"] == "2024-06-30"
    again = talion("update", out / "starter", "--events", rows(tmp_path, HEAD + RAIDS.replace("new-", "x-")), "--before", earlier, "--out", tmp_path / "o2", *SIZES)  # fmt: skip
    assert again.status == 2
    assert "is not a run of this case as it stands" in again.err


def test_write_puts_rows_and_cut_off_into_the_case(
    talion: Command, starter: Path, tmp_path: Path
) -> None:
    before = bytes_of(starter)
    out = tmp_path / "out"
    ended = talion("update", starter, "--events", rows(tmp_path), "--as-of", "2024-07-08", "--write", "--out", out, *SIZES)  # fmt: skip
    assert ended.status == 0, ended.err
    after = bytes_of(starter)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"case.yaml", "coverage.csv", "events.csv"}
    assert after["case.yaml"] == before["case.yaml"].replace(b"as_of: 2024-06-30", b"as_of: 2024-07-08")  # fmt: skip
    assert "not yet known: new-9, new-10 and new-11" in words(ended.out)
    written = load_case(starter)
    assert len(written.record.events) == 46  # three are published later
    assert bytes_of(out / "orlan").items() <= after.items()


def test_nothing_is_written_where_the_rows_do_not_fit(
    talion: Command, starter: Path, tmp_path: Path
) -> None:
    before = bytes_of(starter)
    out = tmp_path / "out"
    bad = rows(tmp_path, HEAD + RAIDS.replace("orlan_post", "nobody"))
    ended = talion("update", starter, "--events", bad, "--write", "--out", out, *SIZES)
    assert ended.status == 2
    assert "unknown source" in ended.err
    assert f"are those of {bad}" in ended.err
    assert bytes_of(starter) == before
    assert not out.exists()


@pytest.mark.parametrize(
    ("more", "text", "message"),
    [
        (("--as-of", "2024-06-01"), HEAD + RAIDS, "would move the cut-off back"),
        (("--as-of", "July"), HEAD + RAIDS, "not a day"),
        ((), HEAD + OLD, "no row is new: 1 of 1 stand in the record already"),
        ((), HEAD + OLD.replace("06-26", "06-25"), "another row has this id"),
        (("--as-of", "2024-08-01"), HEAD + RAIDS, "what_ifs.rain.from"),
        (("--quick",), HEAD + RAIDS, "a quick fit, or none"),
    ],
)
def test_what_is_refused(
    talion: Command, starter: Path, tmp_path: Path, more: tuple[str, ...], text: str, message: str
) -> None:
    out = tmp_path / "out"
    ended = talion("update", starter, "--events", rows(tmp_path, text), "--out", out, *more, *SIZES)  # fmt: skip
    assert ended.status == 2
    assert message in ended.err
    assert not out.exists()


def test_a_built_in_case_is_never_written_over(talion: Command, tmp_path: Path) -> None:
    ended = talion("update", "starter", "--events", rows(tmp_path), "--write", "--out", tmp_path / "o")  # fmt: skip
    assert ended.status == 2
    assert "a built-in case is never written over" in ended.err


def test_another_folder_is_not_written_over(talion: Command, starter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "orlan").mkdir(parents=True)
    (out / "orlan" / "case.yaml").write_text("mine", encoding="utf-8")
    ended = talion("update", starter, "--events", rows(tmp_path), "--out", out, *SIZES)
    assert ended.status == 2
    assert "exists already and holds something else" in ended.err
    assert (out / "orlan" / "case.yaml").read_text(encoding="utf-8") == "mine"


def test_new_sources_come_with_new_rows(
    talion: Command, earlier: Path, starter: Path, tmp_path: Path
) -> None:
    sources = tmp_path / "sources.csv"
    sources.write_text("id,title,kind\nferry,The Ferry,press\n", encoding="utf-8")
    new = rows(tmp_path, HEAD + RAIDS.replace("orlan_post", "ferry"))
    out = tmp_path / "out"
    ended = talion("update", "starter", "--events", new, "--sources", sources, "--before", earlier, "--out", out, *SIZES)  # fmt: skip
    assert ended.status == 0, ended.err
    assert load_case(out / "starter").record.source("ferry").title == "The Ferry"


def test_files_changed_meanwhile_are_not_written_over(starter: Path, tmp_path: Path) -> None:
    case = load_case(starter)
    updated = updated_case(case, rows(tmp_path))
    with (starter / "totals.csv").open("a", encoding="utf-8") as file:
        file.write("raids_ministry,raid,x,y,2024-01-01,2024-06-29,2024-06-29,31,no,ministry,\n")
    before = bytes_of(starter)
    with pytest.raises(InputError, match="changed while it was updated"):
        write_back(updated, case)
    assert bytes_of(starter) == before


def test_a_copy_that_is_there_already_is_gone_on_with(starter: Path, tmp_path: Path) -> None:
    updated = updated_case(load_case(starter), rows(tmp_path))
    first = write_copy(updated, tmp_path / "copy")
    before = bytes_of(tmp_path / "copy")
    assert write_copy(updated, tmp_path / "copy").text_hash == first.text_hash
    assert bytes_of(tmp_path / "copy") == before


# --- whole or not at all --------------------------------------------------------------------------


def test_a_copy_that_cannot_be_written_leaves_nothing(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated = updated_case(load_case(starter), rows(tmp_path))
    before, whole = set(tmp_path.iterdir()), Path.replace

    def full_disk(self: Path, target: Path) -> Path:
        if Path(target).name == "events.csv":
            raise OSError(28, "No space left on device")
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OutputError, match="No space left on device"):
        write_copy(updated, tmp_path / "copy")
    assert set(tmp_path.iterdir()) == before


def test_rows_that_do_not_fit_never_get_the_copy_s_name(starter: Path, tmp_path: Path) -> None:
    updated = updated_case(load_case(starter), rows(tmp_path, HEAD + RAIDS.replace("orlan_post", "nobody")))  # fmt: skip
    before = set(tmp_path.iterdir())
    with pytest.raises(TalionError, match=r"copy/events.csv.*unknown source"):
        write_copy(updated, tmp_path / "copy")
    assert set(tmp_path.iterdir()) == before


def test_writing_back_stages_every_file_before_the_first_is_replaced(
    starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables in a folder of their own: the case file beside them must not move on without them."""
    (starter / "record").mkdir()
    for table in starter.glob("*.csv"):
        table.rename(starter / "record" / table.name)
    text = (starter / "case.yaml").read_text(encoding="utf-8")
    assert "\nrecord: ." in text
    (starter / "case.yaml").write_text(text.replace("\nrecord: .", "\nrecord: record"), "utf-8")
    case = load_case(starter)
    updated = updated_case(case, rows(tmp_path))
    before, opened = bytes_of(starter), Path.open

    def full_disk(self: Path, *given: Any, **more: Any) -> Any:
        if self.name == "events.csv" and ".talion-new." in str(self):
            raise OSError(28, "No space left on device")
        return opened(self, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full_disk)
        with pytest.raises(OutputError, match="the old files are unchanged"):
            write_back(updated, case)
    assert bytes_of(starter) == before
    written = write_back(updated, case)
    assert {path.name for path in written} == {"case.yaml", "coverage.csv", "events.csv"}
    assert len(load_case(starter).record.events) == 49


# --- with a fit -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_with_a_fit_the_new_rows_are_fitted_and_what_moved_is_said(
    talion: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small crisis whose raids multiply: the sampler runs twice, and the forecast rises."""
    monkeypatch.setattr(lookup, "cached_path", lambda case, _: tmp_path / f"{case.as_of}.npz")
    monkeypatch.setattr(fit_verb, "QUICK_SWEEPS", 120)
    case = raids_case(tmp_path / "raids")
    new = tmp_path / "new.csv"
    new.write_text(
        "id,start,published,initiator,target,type,action,sources\n"
        + "".join(
            f"late-{n},2024-05-{1 + n // 8:02},2024-05-{2 + n // 8:02},south,north,ASSAULT,raid,log\n"
            for n in range(200)
        ),
        encoding="utf-8",
    )
    out = tmp_path / "out"
    sizes = ("--draws", "40", "--histories", "8", "--seed", "3")
    ended = talion("update", case, "--events", new, "--quick", "--out", out, "--json", *sizes)
    assert ended.status == 0, ended.err
    assert {p.name for p in tmp_path.glob("*.npz")} == {"2024-05-01.npz", "2024-05-26.npz"}
    found = json.loads(ended.out)
    assert len(found["added"]) == 200
    runs = [json.loads((out / name / "results.json").read_text("utf-8")) for name in ("before", "after")]  # fmt: skip
    fits = [run["fit"] for run in runs]
    assert all(fit is not None and fit["sweeps"] == 120 for fit in fits)
    assert fits[0]["record_hash"] != fits[1]["record_hash"]
    first, second = (
        run["judgments"]["J1"]["parts"][0]["readings"]["with_record"]["probability"] for run in runs
    )
    assert second > first + 0.2
    (judged,) = (j for j in found["moved"]["judgments"] if j["id"] == "J1")
    moves = {m["reading"]: m for part in judged["parts"] for m in part["moves"]}
    assert moves["with_record"]["beyond_noise"]
    assert moves["with_record"]["after"] == second
    again = talion("update", case, "--events", new, "--quick", "--out", out, *sizes)
    assert again.status == 0, again.err
    assert "fitting the case" not in again.err  # both fits were kept
    said = words(again.out)
    assert "J1" in said
    assert "with the record" in said.lower()


def raids_case(folder: Path) -> Path:
    """Raids and replies of `judge.two_types` as a case folder with one forecast."""
    folder.mkdir()
    record = two_types(raids=30).record
    listed = (Coverage(act, *record.period, "near complete") for act in ("raid", "reply", "storm"))
    write_record(replace(record, coverage=tuple(listed)), folder)
    (folder / "case.yaml").write_text(
        TEXT.strip()
        + """
record: .
horizon: [30 days]
judgments:
  J1: {claim: Raids are frequent, kind: forecast, word: likely,
       holds_if: {count: raid, at_least: 20, to: horizon}}
""",
        encoding="utf-8",
    )
    return folder
