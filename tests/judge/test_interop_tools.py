"""What is handed to other tools, opened by the tools themselves."""

from __future__ import annotations

import builtins
import datetime as dt
import hashlib
import io
import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

from judge.crisis import crisis
from judge.frozen_crisis import TEXT
from judge.kept_runs import kept
from judge.prior_fit import prior_fit
from talion.errors import CaseError, InputError
from talion.judge.case_behind import case_of_run
from talion.judge.interop import needed
from talion.judge.interop.annotations import evidence_annotations, source_iri
from talion.judge.interop.datasets import (
    events_dataset,
    events_table,
    month_id,
    simulated_counts,
    views_table,
)
from talion.judge.interop.ema import ema_model, kernel_evaluator, write_ema_results
from talion.judge.interop.evaluator import CaseFunction
from talion.judge.interop.provenance import provenance
from talion.judge.interop.salib import evaluate_sample, salib_problem
from talion.model.case import Case, load_case
from talion.model.schema import CaseEvidence


@pytest.fixture(scope="module")
def starter() -> Case:
    return load_case("starter")


@pytest.fixture(scope="module")
def ema() -> ModuleType:
    """The workbench. It warns at import that it found no ipyparallel, a cluster that we do not need."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="ipyparallel not installed")
        return pytest.importorskip("ema_workbench")


# --- EMA workbench -------------------------------------------------------------------------------


def test_the_workbench_runs_a_case_one_experiment_at_a_time(starter: Case, ema: Any) -> None:
    model = ema_model(starter, histories=3)
    kinds = {type(p).__name__ for p in model.uncertainties}
    assert kinds == {"RealParameter", "CategoricalParameter"}
    assert [c.name for c in model.levers[0].categories] == ["baseline", *starter.what_ifs]
    with ema.SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(
            scenarios=3, policies=2, log_progress=True
        )
    assert len(experiments) == 6
    assert set(outcomes) == {o.name for o in model.case_function.outcomes}
    assert np.isfinite(outcomes["events/raid/90"]).all()
    usual = experiments["usual/raid"].astype(float)
    law = next(p for p in model.uncertainties if p.name == "usual/raid").dist
    assert usual.between(*law.support()).all()


def test_the_kernel_evaluator_does_the_same_in_batches(starter: Case, ema: Any) -> None:
    model = ema_model(starter, histories=30)
    scenarios = [
        ema.Scenario(f"s{i}", **{
            p.name: "raises" if p.name.startswith("sign/") else float(p.dist.ppf(q))
            for p in model.uncertainties
        })
        for i, q in enumerate((0.3, 0.7))
    ]  # fmt: skip
    policies = [ema.Policy(w, what_if=w) for w in ("baseline", "no_shelling")]
    asked = {"scenarios": scenarios, "policies": policies, "log_progress": True}
    with kernel_evaluator(model) as evaluator:
        experiments, batch = evaluator.perform_experiments(**asked)
    with ema.SequentialEvaluator(model) as evaluator:
        again, single = evaluator.perform_experiments(**asked)
    assert list(experiments["scenario"]) == list(again["scenario"])
    assert list(experiments["policy"]) == list(again["policy"])
    # The first of a batch has the random numbers of one alone; the others differ by noise only.
    first = np.flatnonzero((experiments["scenario"] == "s0").to_numpy())
    for name, values in batch.items():
        assert values[first] == pytest.approx(single[name][first], nan_ok=True)
    blocked = (experiments["policy"] == "no_shelling").to_numpy()
    assert (batch["events/shelling/180"][blocked] == 0).all()
    assert (batch["events/shelling/180"][~blocked] > 0).all()
    assert batch["events/raid/180"] == pytest.approx(single["events/raid/180"], rel=0.5)


def test_experiments_are_kept_in_the_workbenchs_own_archive(
    starter: Case, ema: Any, tmp_path: Path
) -> None:
    model = ema_model(starter, reading="as_written", histories=2)
    experiments, outcomes = write_ema_results(model, 4, tmp_path / "r.tar.gz", seed=1)
    read, kept_outcomes = ema.load_results(str(tmp_path / "r.tar.gz"))
    assert len(read) == len(experiments) == 4 * len(model.case_function.what_ifs)
    assert kept_outcomes["events/raid/90"] == pytest.approx(outcomes["events/raid/90"])
    again, _ = write_ema_results(model, 4, tmp_path / "s.tar.gz", seed=1)
    assert (again["usual/raid"] == experiments["usual/raid"]).all()
    # A Latin hypercube: each quarter of each prior once.
    law = next(p for p in model.uncertainties if p.name == "usual/raid").dist
    mine = experiments[experiments["policy"] == "baseline"]["usual/raid"].astype(float)
    assert sorted((law.cdf(mine.to_numpy()) * 4).astype(int)) == [0, 1, 2, 3]


# --- SALib ---------------------------------------------------------------------------------------


def test_salib_samples_and_analyses_a_case(starter: Case) -> None:
    pytest.importorskip("SALib")
    from SALib.analyze import rbd_fast
    from SALib.sample import latin, sobol

    function = CaseFunction(starter, "as_written", histories=20, seed=3)
    problem = salib_problem(function)
    sample = latin.sample(problem, 300, seed=3)
    assert np.abs(sample).max() <= 4.0
    column = problem["names"].index("usual/raid")
    assert abs(sample[:, column].mean()) < 0.05
    assert sample[:, column].std() == pytest.approx(1.0, abs=0.05)
    outcome = evaluate_sample(function, sample)["events/raid/180"]
    found = rbd_fast.analyze(problem, sample, outcome, num_resamples=10, seed=3)
    order = np.argsort(found["S1"])[::-1]
    assert "usual/raid" in [problem["names"][i] for i in order[:3]]
    small = sobol.sample(salib_problem(function, grouped=True), 4, calc_second_order=False, seed=1)
    assert len(evaluate_sample(function, small)["events/raid/90"]) == len(small)


def test_signs_are_the_thirds_of_a_uniform_number(starter: Case) -> None:
    function = CaseFunction(starter, "no_view", histories=30, seed=3)
    problem = salib_problem(function)
    names = problem["names"]
    assert problem["dists"][names.index("sign/L5/trust>raid")] == "unif"
    base = np.zeros((3, len(names)))
    base[:, [i for i, d in enumerate(problem["dists"]) if d == "unif"]] = 0.5  # nothing acts
    base[:, names.index("sign/L3/drought>raid")] = [0.1, 0.5, 0.9]
    usual = evaluate_sample(function, base, "rain")["events/raid/180"]
    assert (
        usual[0] > usual[1] > usual[2]
    )  # drought lowers raids, nothing, raises them: the rain turns it


def test_a_sample_of_another_problem_is_refused(starter: Case) -> None:
    with pytest.raises(InputError, match="has so many columns"):
        evaluate_sample(CaseFunction(starter), np.zeros((4, 2)))


# --- data sets -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def counts(starter: Case) -> Any:
    return simulated_counts(starter, ["as_written", "no_view"], draws=6, histories=4, seed=9)


def test_xarray_opens_what_was_written(counts: Any, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    events_dataset(counts).to_netcdf(tmp_path / "events.nc", engine="scipy")
    with xarray.open_dataset(tmp_path / "events.nc") as found:
        assert dict(found.sizes) == {
            "reading": 2, "what_if": 4, "series": 4, "days": 4, "draw": 6, "history": 4
        }  # fmt: skip
        one = found["events"].sel(reading="no_view", what_if="no_shelling", series="shelling")
        assert float(one.sum()) == 0
        raids = found["events"].sel(reading="as_written", what_if="baseline", days=180)
        both = raids.sel(series="raid") + raids.sel(series="shelling")
        assert (both == raids.sel(series="violence")).all()
        assert found.attrs["as_of"] == "2024-06-30"
        assert found.attrs["seed"] == 9


def test_the_table_holds_the_same_numbers(counts: Any) -> None:
    table = events_table(counts)
    assert table.height == counts.events.size
    picked = table.filter(
        (pl.col("reading") == "no_view") & (pl.col("what_if") == "rain")
        & (pl.col("series") == "raid") & (pl.col("days") == 365) & (pl.col("draw") == 3)
    )  # fmt: skip
    expected = counts.events[1, counts.worlds.index("rain"), 0, 3, 3]
    assert picked.sort("history")["events"].to_list() == expected.astype(int).tolist()


def test_views_draws_are_whole_months_that_sum_to_their_days(counts: Any) -> None:
    table = views_table(counts, "as_written")
    assert table.columns == ["month_id", "series", "draw", "prediction"]
    assert month_id(dt.date(2024, 7, 1)) == 535  # ViEWS counts January 1980 as 1
    months = table["month_id"].unique().sort().to_list()
    assert months == list(range(535, 546))  # July 2024 to May 2025, within a year of 30 June
    raids = table.filter(pl.col("series") == "raid")
    assert raids.height == 11 * 24
    assert raids["draw"].n_unique() == 24
    july = raids.filter(pl.col("month_id") == 535).sort("draw")["prediction"].to_list()
    assert july == counts.monthly[0, 0, 0].ravel().astype(int).tolist()
    whole = counts.events[0, 0, 0, 3].sum()
    assert 0.8 * whole < raids["prediction"].sum() <= whole


def test_the_reading_with_the_record_needs_a_fit() -> None:
    case = crisis("rests")
    with pytest.raises(CaseError, match="needs a fit"):
        simulated_counts(case, ["with_record"], draws=4, histories=2)
    fit = prior_fit(case, draws=8, fitted=())
    found = simulated_counts(case, ["with_record"], draws=4, histories=2, fit=fit)
    assert found.events.shape[0] == 1
    assert np.isfinite(found.events[0, 0]).all()  # nothing done; the flood runs into the cap


# --- annotations ---------------------------------------------------------------------------------


def annotations_of(document: Any) -> Iterator[Any]:
    yield from document["first"]["items"]


def test_evidence_points_by_characters_and_holds_no_text(starter: Case) -> None:
    found = evidence_annotations(starter)
    items = list(annotations_of(found.document))
    assert found.count == len(items) == 12
    link = next(i for i in items if i["id"] == "urn:talion:starter:links.L1:evidence:1")
    assert link["target"]["selector"] == [
        {"type": "TextPositionSelector", "start": 253, "end": 319}
    ]
    assert link["target"]["source"] == source_iri(starter, "note")
    assert link["body"][0]["value"] == "many raids are answered within days"
    assert "TextQuoteSelector" not in json.dumps(found.document)
    assert link["type"] == "Annotation"
    assert found.document["@context"] == "http://www.w3.org/ns/anno.jsonld"


def test_a_text_that_the_user_holds_is_quoted_exactly(starter: Case) -> None:
    text = (Path(str(starter.path)).parent / "note.txt").read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() == starter.sources["note"].sha256
    for item in annotations_of(evidence_annotations(starter, {"note": text}).document):
        position, quote = item["target"]["selector"]
        exact = text[position["start"] : position["end"]]
        assert quote["exact"] == exact
        at = text.index(quote.get("prefix", "") + exact + quote.get("suffix", ""))
        assert at + len(quote.get("prefix", "")) == position["start"]
    with pytest.raises(InputError, match="points at characters"):
        evidence_annotations(starter, {"note": text[:100]})


def test_quoted_words_are_selected_by_themselves_or_by_their_place(starter: Case) -> None:
    text = (Path(str(starter.path)).parent / "note.txt").read_text(encoding="utf-8")
    words = " ".join(text.split()[4:9])
    quoted = CaseEvidence(source="note", quote=words)
    gapped = CaseEvidence(source="note", quote=f"{words} ... {text.split()[12]}")

    def cited(pointer: CaseEvidence) -> Case:
        link = starter.links["L1"].model_copy(update={"evidence": (pointer,)})
        links = {**starter.links, "L1": link}
        return replace(starter, document=starter.document.model_copy(update={"links": links}))

    def selectors(pointer: CaseEvidence, **texts: str) -> list[dict[str, object]]:
        items = annotations_of(evidence_annotations(cited(pointer), texts).document)
        found = [i for i in items if i["id"] == "urn:talion:starter:links.L1:evidence:1"]
        return found[0]["target"]["selector"] if found else []

    assert selectors(quoted) == [{"type": "TextQuoteSelector", "exact": words}]
    assert selectors(gapped) == []
    for pointer in (quoted, gapped):
        place, quote = selectors(pointer, note=text)
        assert text[place["start"] : place["end"]] == quote["exact"]  # type: ignore[misc]
        assert str(quote["exact"]).split()[:5] == words.split()
    with pytest.raises(InputError, match="words that note lacks"):
        selectors(CaseEvidence(source="note", quote="never written"), note=text)


def test_the_built_in_case_says_nothing_of_its_sources_words() -> None:
    found = evidence_annotations(load_case("baghdad-2024"))
    assert found.count > 50
    assert found.left_out > 0
    assert "TextQuoteSelector" not in json.dumps(found.document)
    stances = [b["value"] for i in annotations_of(found.document) for b in i["body"]
               if b.get("purpose") == "classifying"]  # fmt: skip
    assert set(stances) <= {"for", "against"}


def test_a_source_that_may_not_be_passed_on_is_withheld(starter: Case) -> None:
    text = (Path(str(starter.path)).parent / "note.txt").read_text(encoding="utf-8")
    note = starter.sources["note"].model_copy(update={"shared": "no"})
    document = starter.document.model_copy(update={"sources": {"note": note}})
    first, *others = starter.record.sources
    record = replace(starter.record, sources=(replace(first, shared=False), *others))
    case = replace(starter, document=document, record=record)
    found = evidence_annotations(case, {"note": text})
    assert (found.count, found.withheld) == (0, 12)
    told = provenance(case)["entity"]
    assert set(told["talion:source/note"]) == {"prov:label", "talion:withheld"}
    assert set(told[f"talion:source/{first.id}"]) == {"prov:label", "talion:withheld"}
    if first.title:
        assert first.title not in json.dumps(told)


# --- provenance ----------------------------------------------------------------------------------


def test_prov_reads_the_provenance_of_a_run(tmp_path: Path) -> None:
    model = pytest.importorskip("prov.model")
    run = replace(kept(TEXT), folder=tmp_path)
    (tmp_path / "case-as-run.yaml").write_bytes(TEXT.encode())
    case = case_of_run(run)
    assert case.text_hash == run.results.receipt.case_hash
    assert case.record.content_hash() == run.results.receipt.record_hash
    text = json.dumps(provenance(case, run))
    document = model.ProvDocument.deserialize(io.StringIO(text), format="json")
    entities = {str(e.identifier): e for e in document.get_records(model.ProvEntity)}
    assert {"talion:case", "talion:record", "talion:results", "talion:claim/attacks",
            "talion:result/attacks", "talion:source/log"} <= set(entities)  # fmt: skip
    activities = {str(a.identifier) for a in document.get_records(model.ProvActivity)}
    assert activities == {"talion:coding", "talion:judging"}
    used = {
        tuple(str(v) for _, v in r.formal_attributes[:2])
        for r in document.get_records(model.ProvUsage)
    }
    assert ("talion:judging", "talion:record") in used
    assert ("talion:coding", "talion:source/log") in used
    derived = {
        tuple(str(v) for _, v in r.formal_attributes[:2])
        for r in document.get_records(model.ProvDerivation)
    }
    assert ("talion:result/attacks", "talion:claim/attacks") in derived
    assert str(next(iter(document.get_records(model.ProvAgent))).identifier).startswith(
        "talion:version/"
    )


def test_a_fit_stands_between_record_and_run(starter: Case) -> None:
    run = kept(TEXT)
    fit = {
        "seed": 1, "version": "0.1.0", "method": "m", "window": ("2024-01-01", "2024-06-01"),
        "verdict": "", "case_hash": "a" * 64, "record_hash": "b" * 64, "chains": 2, "sweeps": 9, "kept": 5,
    }  # fmt: skip
    results = type(run.results).model_validate({**run.results.model_dump(), "fit": fit})
    made = provenance(starter, replace(run, results=results))
    assert made["entity"]["talion:fit"]["talion:verdict"] == "converged"
    used = [
        u["prov:entity"] for u in made["used"].values() if u["prov:activity"] == "talion:judging"
    ]
    assert "talion:fit" in used
    assert "talion:fit" not in provenance(starter)["entity"]


# --- packages that are not there -----------------------------------------------------------------


def test_a_missing_package_is_named_with_its_remedy(
    starter: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str, *_: Any) -> ModuleType:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr("importlib.import_module", refuse)
    for call in (lambda: ema_model(starter), lambda: needed("xarray.core", "--xarray")):
        with pytest.raises(InputError, match=r"pip install 'talion\[interop\]'"):
            call()
    assert builtins.__import__ is not refuse
