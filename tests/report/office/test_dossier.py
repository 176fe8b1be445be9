"""The dossier says what the report says, with the numbers of results.json; a wrong one is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from report.office.runs import Made, fitted, licensed
from talion.errors import InputError
from talion.judge.results import RunResult
from talion.model.case import load_case
from talion.report.office.chart_data import chart_of
from talion.report.office.dossier import Dossier, ResultLine, dossier_text, read_run
from talion.report.results_table import build_results
from talion.report.top import build_top, finding_sentence
from talion.report.words import percent, percent_range

NUMBERS = ("probability", "low", "high", "mcse", "between_sd", "within_sd", "undetermined", "draws")


@pytest.fixture(scope="module", params=["fitted", "licensed"])
def run(request: pytest.FixtureRequest) -> Made:
    return {"fitted": fitted, "licensed": licensed}[request.param]()


def test_every_number_of_a_result_is_that_of_the_results(run: Made) -> None:
    shares = {
        (name, part["id"], reading): share
        for name, j in run.numbers["judgments"].items()
        for part in j["parts"]
        for reading, share in part["readings"].items()
        if share is not None
    }
    lines = {(x.judgment, x.part, x.reading): x for x in run.dossier.results}
    assert len(shares) > 15
    for key, share in shares.items():
        line = lines[key]
        assert [getattr(line, n) for n in NUMBERS] == [share[n] for n in NUMBERS]
    effects = {
        (name, part["id"], reading): effect
        for name, j in run.numbers["judgments"].items()
        for part in j["parts"]
        for reading, effect in part["effect"].items()
    }
    assert effects
    for key, effect in effects.items():
        line = lines[key]
        found = (line.effect_mean, line.effect_low, line.effect_high, line.smallest_effect)
        assert found == tuple(effect[n] for n in ("mean", "low", "high", "smallest"))


def test_the_lines_are_the_columns_of_the_table() -> None:
    columns = fitted().result.frame().columns
    assert list(ResultLine.model_fields) == [*columns, "names_private_rows"]


def test_what_is_said_of_a_reading_is_its_number_in_words(run: Made) -> None:
    said = 0
    for j in run.dossier.judgments:
        kept = run.numbers["judgments"][j.id]
        main = next((p for p in kept["parts"] if p["id"] == kept["main"]), None)
        for reading in j.readings:
            share = main["readings"].get(reading.id) if main else None
            if share is None:
                continue
            if main["label"] == "Fixed by the form":
                assert reading.said == "–"
                continue
            assert reading.said.startswith(percent(share["probability"]))
            spread = percent_range(share["low"], share["high"])
            if share["low"] < share["high"] and spread != percent(share["probability"]):
                assert f"({spread})" in reading.said
            said += 1
    assert said > 3


def test_words_are_those_of_the_report(run: Made) -> None:
    table, top = build_results(run.result), build_top(run.result)
    for row, j in zip(table.rows, run.dossier.judgments, strict=True):
        assert (j.label, j.sign, j.outcome) == (row.label.words, row.label.sign, row.outcome)
        assert [r.said for r in j.readings] == [r.said for r in row.readings]
        assert (j.word_says, j.claim) == (row.word_says, row.claim)
        assert run.numbers["judgments"][j.id]["label"] == j.label
        assert run.numbers["judgments"][j.id]["confidence_sentence"] == j.confidence
    assert run.dossier.finding == finding_sentence(run.result)
    assert run.dossier.lacks == top.lacks


def test_links_hold_the_numbers_of_the_results() -> None:
    run = fitted()
    kept = run.numbers["links"]
    assert len(kept) == len(run.dossier.links) > 2
    for entry, change in zip(run.dossier.links, kept, strict=True):
        assert entry.before.model_dump() == change["before"]
        assert (entry.after is not None) is change["informed"]
        if entry.after is not None:
            assert entry.after.model_dump() == change["after"]


def test_charts_can_be_drawn_again_and_at_most_one_of_each_section_is_for_slides() -> None:
    dossier = fitted().dossier
    chosen = [c.part for c in dossier.charts if c.on_slide]
    assert sorted(chosen) == ["future", "past", "record", "what-ifs"]
    for data in dossier.charts:
        chart = chart_of(data)
        assert (chart.title, chart.template, chart.sentence) == (
            data.title, data.template, data.sentence,
        )  # fmt: skip
        assert "Cut-off 1 Jun 2024" in data.source


def test_the_record_is_the_one_judged(by_hand: RunResult) -> None:
    events = next(t for t in fitted().dossier.tables if t.name == "events")
    record = by_hand.case.record
    at = [name for name, _ in events.columns].index("start")
    assert {row[0]: row[at] for row in events.rows} == {
        e.id: e.start.isoformat() for e in record.events
    }


def test_written_and_read_it_is_the_same(tmp_path: Path) -> None:
    folder = fitted().write(tmp_path)
    found = read_run(folder)
    assert found == fitted().dossier
    assert dossier_text(found) == (folder / "dossier.json").read_text(encoding="utf-8")


def test_sources_cited_are_those_of_evidence_and_its_rows() -> None:
    cited = {j.id: j.cites for j in licensed().dossier.judgments}
    assert [(c.source, c.place) for c in cited["J1"]] == [("note", "characters 0 to 24")]
    assert [(c.source, c.rows) for c in cited["J2"]] == [("list", ("s1",))]
    assert [(c.source, c.rows) for c in cited["J5"]] == [
        ("talk", ()), ("ledger", ("p1",)), ("list", ("a1",)),
    ]  # fmt: skip


# --- refused --------------------------------------------------------------------------------------


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_run(folder)
    return str(caught.value)


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    said = refused(tmp_path / "none")
    assert said.startswith(f"{tmp_path / 'none'}: no such folder; give the folder that `talion run")
    assert "no run here" in refused(tmp_path)
    file = tmp_path / "results.json"
    file.write_text("{}", encoding="utf-8")
    assert "this is a file, not the folder of a run" in refused(file)


def test_a_run_of_an_older_version_says_how_to_run_it_again(tmp_path: Path) -> None:
    folder = fitted().write(tmp_path)
    (folder / "dossier.json").unlink()
    said = refused(folder)
    assert "made by an older version of Talion and has no dossier.json" in said
    assert "run it again: talion run small" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 0}, "its format is not 3 (got 0); run it again: talion run small"),
        ({"format": None}, "its format is not 3 (got None)"),
        ({"seed": "three"}, "dossier.json, seed: damaged"),
        ({"more": 1}, "dossier.json, more: damaged"),
        ({"results_sha256": "0" * 64}, "results.json is not the one this file was written with"),
    ],
)
def test_a_dossier_of_another_version_damaged_or_of_another_run(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    folder = fitted().write(tmp_path)
    data = json.loads(dossier_text(fitted().dossier)) | change
    (folder / "dossier.json").write_text(json.dumps(data), encoding="utf-8")
    assert said in refused(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "\ufffd\x00", '"x"'])
def test_a_dossier_that_is_none(tmp_path: Path, text: str) -> None:
    folder = fitted().write(tmp_path)
    (folder / "dossier.json").write_text(text, encoding="utf-8")
    assert "run it again: talion run small" in refused(folder)


def test_edited_results_are_refused(tmp_path: Path) -> None:
    folder = fitted().write(tmp_path)
    file = folder / "results.json"
    file.write_text(fitted().results.replace('"title"', '"titel"'), encoding="utf-8")
    assert "one was edited" in refused(folder)


def test_a_source_is_marked_in_the_case_file(starter_folder: Path) -> None:
    file = starter_folder / "case.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("    grade: C3 ", "    shared: no\n    grade: C3 "), encoding="utf-8"
    )
    assert load_case(str(starter_folder)).sources["note"].shared == "no"
    file.write_text(
        text.replace("    grade: C3 ", "    shared: maybe\n    grade: C3 "), encoding="utf-8"
    )
    with pytest.raises(InputError, match="shared"):
        load_case(str(starter_folder))


def test_a_dossier_holds_no_text_of_a_source() -> None:
    """Whoever gives `--text` shows lines in the report; the dossier is made without."""
    assert "Strikes anger it" not in dossier_text(fitted().dossier)
    assert Dossier.model_fields.keys().isdisjoint({"texts", "lines"})
