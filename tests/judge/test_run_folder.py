"""The folder of a run, written and read back: nothing lost, nothing foreign taken for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from judge.crisis import JUDGMENTS, TEXT, judgment, small_record
from record.test_tables import records
from talion.errors import CaseError, InputError
from talion.judge.apart import record_from
from talion.judge.run import judge_case
from talion.judge.run_folder import KeptRun, case_text, read_run, record_text
from talion.model.case import Case, load_case, parse_case
from talion.record.event import Event, Source
from talion.record.record import Record
from talion.record.writing import write_files, write_record

SPELT = TEXT.replace("history_from", "record: .\nhistory_from")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Path]:
    """A case of a file, judged, and the folder of its run."""
    folder = tmp_path_factory.mktemp("case")
    text = SPELT + "".join(judgment(name, JUDGMENTS[name]) for name in ("rests", "checked"))
    (folder / "case.yaml").write_bytes(f"\ufeff{text}# a comment\r\n".encode())
    write_record(small_record(), folder)
    case = load_case(folder)
    result = judge_case(case, draws=4, histories=2)
    texts = {
        "results.json": result.to_json() + "\n",
        "case-as-run.yaml": case_text(case),
        "record-as-run.json": record_text(result.record),
    }
    out = tmp_path_factory.mktemp("run")
    write_files(out, texts)
    return case, out


@pytest.fixture
def folder(written: tuple[Case, Path], tmp_path: Path) -> Path:
    """A copy of the run to spoil."""
    write_files(tmp_path, {p.name: p.read_bytes().decode() for p in written[1].iterdir()})
    return tmp_path


def edit(path: Path, **more: Any) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**found, **more}), encoding="utf-8")


def test_a_run_reads_back(written: tuple[Case, Path]) -> None:
    case, out = written
    run = read_run(out)
    assert run == read_run(out / "results.json")
    assert (out / "case-as-run.yaml").read_bytes() == (case.path or Path()).read_bytes()
    assert run.case is not None
    assert run.case["as_of"] == "2024-06-01"
    assert run.results.receipt.case_hash == case.text_hash
    assert set(run.results.judgments) == {"rests", "checked"}
    assert run.order == ("rests", "checked")  # of the case, where JSON sorts
    assert run.tables is not None
    assert len(run.tables["events"]) == 15


def test_the_rows_make_the_record_again(written: tuple[Case, Path]) -> None:
    run = read_run(written[1])
    assert run.tables is not None
    again = parse_case(written[0].path.read_text("utf-8-sig") if written[0].path else "", "case",
                       record_from(run.tables))  # fmt: skip
    assert again.record.content_hash() == run.results.receipt.record_hash


@settings(max_examples=40)
@given(records())
def test_any_record_survives_and_its_text_does_not_depend_on_order(record: Record) -> None:
    record = replace(record, sources=tuple(replace(s, shared=True) for s in record.sources))
    text = record_text(record)
    kept = json.loads(text)
    tables: Mapping[str, Any] = {name: tuple(rows) for name, rows in kept["tables"].items()}
    assert record_from(tables).content_hash() == record.unmerged().content_hash()
    backwards = replace(record, events=record.events[::-1], sources=record.sources[::-1])
    assert record_text(backwards) == text


def test_of_rows_that_may_not_be_passed_on_only_name_and_hash_are_kept() -> None:
    record = small_record()
    first, *rest = record.events
    seen = replace(first, sources=("open",), place="Open Hill")
    hidden = [replace(event, place="Hidden Valley") for event in rest]

    def text_of(*events: Event, shared: bool = False, private: tuple[str, ...] = ()) -> str:
        sources = (
            Source("log", title="A leaked list", shared=shared),
            Source("open", title="Open"),
        )
        return record_text(replace(record, sources=sources, events=events), private)

    assert "Hidden Valley" in text_of(seen, *hidden, shared=True)
    for text in (text_of(seen, *hidden), text_of(seen, *hidden, shared=True, private=("log",))):
        assert "Hidden Valley" not in text
        assert "A leaked list" not in text
        assert "Open Hill" in text
        kept = {row["id"]: row for row in json.loads(text)["tables"]["events"]}
        assert kept["attack-0"]["place"] == "Open Hill"
        assert set(kept["attack-1"]) == {"id", "withheld"}
    # That such a row changed can be told, not how.
    later = json.loads(text_of(seen, replace(hidden[0], place="Elsewhere"), *hidden[1:]))
    after = {row["id"]: row for row in later["tables"]["events"]}
    assert {key for key in kept if kept[key] != after[key]} == {hidden[0].id}


def test_the_case_must_be_what_was_loaded(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(TEXT + judgment("fixed", JUDGMENTS["fixed"]), encoding="utf-8")
    case = load_case(file)
    file.write_text(file.read_text(encoding="utf-8") + "# later\n", encoding="utf-8")
    with pytest.raises(CaseError, match="was changed while it was loaded"):
        case_text(case)
    file.unlink()
    with pytest.raises(CaseError, match="cannot be read any more"):
        case_text(case)


def refused(folder: Path, why: str, place: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        read_run(folder)
    assert place in (caught.value.place or "")
    assert caught.value.remedy


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none", "no such folder", "none")
    refused(tmp_path, "no run lies here", "results.json")
    (tmp_path / "results.json").write_bytes(b"\xff")
    refused(tmp_path, "not UTF-8", "results.json")
    (tmp_path / "results.json").write_text("{", encoding="utf-8")
    refused(tmp_path, "not readable as JSON", "results.json")
    (tmp_path / "results.json").write_text('{"judgments": {}, "title": NaN}', encoding="utf-8")
    refused(tmp_path, "NaN is no number", "results.json")
    (tmp_path / "results.json").write_text("{}", encoding="utf-8")
    refused(tmp_path, "not as a run of this version writes it", "results.json")


def test_a_run_of_an_older_version_is_named_so(folder: Path) -> None:
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    del found["forecasts"]
    (folder / "results.json").write_text(json.dumps(found), encoding="utf-8")
    refused(folder, "a run of an older version of Talion", "results.json")


def test_a_changed_number_of_the_wrong_kind_is_placed(folder: Path) -> None:
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    share = found["judgments"]["rests"]["parts"][0]["readings"]["no_view"]
    share["probability"] = 1.5
    (folder / "results.json").write_text(json.dumps(found), encoding="utf-8")
    refused(folder, "less than or equal to 1", "judgments.rests.parts.0.readings.no_view")


def test_a_case_or_record_of_another_run_is_refused(folder: Path) -> None:
    case = folder / "case-as-run.yaml"
    text = case.read_bytes()
    case.write_bytes(text + b"# edited\n")
    refused(folder, "is not the case of this run any more", "case-as-run.yaml")
    case.write_bytes(text)
    kept = json.loads((folder / "record-as-run.json").read_text(encoding="utf-8"))
    kept["tables"]["events"][0]["deaths"] = "40"
    (folder / "record-as-run.json").write_text(json.dumps(kept), encoding="utf-8")
    refused(folder, "is not the record of this run any more", "record-as-run.json")
    edit(folder / "record-as-run.json", record_hash="0" * 64)
    refused(folder, "is not the record of this run any more", "record-as-run.json")
    edit(folder / "record-as-run.json", talion_record=2)
    refused(folder, "not as a run of this version writes it", "record-as-run.json")


def test_a_run_without_its_case_still_reads(folder: Path) -> None:
    (folder / "case-as-run.yaml").unlink()
    (folder / "record-as-run.json").unlink()
    run: KeptRun = read_run(folder)
    assert run.case is None
    assert run.tables is None
