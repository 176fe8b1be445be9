"""Provenance as PROV-JSON: sources, record, case, fit, run, judgments, and what was made of what.

    sources -> coding -> record ------+-> fitting -> fit --+
    brief   -> claim of a judgment ---+                    +-> judging -> result of a judgment
                       case ----------+--------------------+

Names are stable: hashes identify what was used, and nothing says when or where unless the run does.

References:
    PROV-DM, W3C Recommendation, 30 April 2013; PROV-JSON, W3C Member Submission, 24 April 2013.
"""

from __future__ import annotations

from typing import Any

from talion.judge.interop.annotations import private_sources
from talion.judge.run_folder import KeptRun
from talion.model.case import Case

__all__ = ["provenance"]

_NAMESPACE = "urn:talion:"
Part = dict[str, Any]


def provenance(case: Case, run: KeptRun | None = None) -> dict[str, Part]:
    """Return the provenance of a case, and of a run of it, as a PROV-JSON document.

    Args:
        case: the case.
        run: as its folder keeps it; without one neither fit nor results are told.
    """
    made = _Document()
    _sources(made, case)
    record, text = "talion:record", "talion:case"
    made.entity(
        record, "Record as known on the cut-off", sha256=case.record.content_hash(),
        as_of=case.as_of.isoformat(),
    )  # fmt: skip
    made.entity(text, case.title, sha256=case.text_hash)
    made.activity("talion:coding", "Coding of sources as a record")
    made.relate("wasGeneratedBy", entity=record, activity="talion:coding")
    for source in case.record.sources:
        made.relate("used", activity="talion:coding", entity=_source(source.id))
        made.relate("wasDerivedFrom", generatedEntity=record, usedEntity=_source(source.id))
    _claims(made, case)
    if run is not None:
        _run(made, case, run)
    return made.parts


class _Document:
    """Collects parts and numbers relations."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {"prefix": {"talion": _NAMESPACE}}

    def entity(self, name: str, label: str, **attributes: str | int | None) -> None:
        self._add("entity", name, label, attributes)

    def activity(self, name: str, label: str, **attributes: str | int | None) -> None:
        self._add("activity", name, label, attributes)

    def agent(self, name: str, label: str, **attributes: str | int | None) -> None:
        software = {"prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}}
        self._add("agent", name, label, attributes, software)

    def _add(
        self,
        kind: str,
        name: str,
        label: str,
        attributes: dict[str, str | int | None],
        more: Part | None = None,
    ) -> None:
        told = {f"talion:{k}": v for k, v in attributes.items() if v not in (None, "")}
        self.parts.setdefault(kind, {})[name] = {"prov:label": label, **(more or {}), **told}

    def relate(self, kind: str, **ends: str) -> None:
        relations = self.parts.setdefault(kind, {})
        told = {f"prov:{role}": name for role, name in ends.items()}
        if told not in relations.values():
            relations[f"_:{kind}{len(relations) + 1}"] = told


def _source(name: str) -> str:
    return f"talion:source/{name}"


def _sources(made: _Document, case: Case) -> None:
    """Texts of the case and sources of the record; addresses and hashes, no text.

    Of a source marked `shared: no` the id alone.
    """
    private = private_sources(case)
    for name in sorted(private):
        made.entity(_source(name), name, withheld="this source may not be passed on")
    for source in case.record.sources:
        if source.id in private:
            continue
        made.entity(
            _source(source.id), source.title or source.id, sha256=source.sha256,
            address=source.address, grade=source.grade,
            published=None if source.published is None else source.published.isoformat(),
        )  # fmt: skip
    for name, entry in case.sources.items():
        if name in private:
            continue
        made.entity(
            _source(name), entry.title or name, sha256=entry.sha256, grade=entry.grade,
            published=None if entry.published is None else entry.published.isoformat(),
        )  # fmt: skip


def _claims(made: _Document, case: Case) -> None:
    for key, judgment in case.judgments.items():
        claim = f"talion:claim/{key}"
        made.entity(claim, judgment.claim, word=judgment.word, kind=judgment.kind)
        made.relate("wasDerivedFrom", generatedEntity="talion:case", usedEntity=claim)
        cited = {item.source for item in judgment.evidence if item.source in case.sources}
        for source in sorted(name for name in cited if name):
            made.relate("wasDerivedFrom", generatedEntity=claim, usedEntity=_source(source))


def _run(made: _Document, case: Case, run: KeptRun) -> None:
    results, receipt, fit = run.results, run.results.receipt, run.results.fit
    judging = "talion:judging"
    _software(made, receipt.version)
    if fit is not None:
        _software(made, fit.version)
        made.entity(
            "talion:fit", "Fit of the case to its record", method=fit.method, seed=fit.seed,
            case_sha256=fit.case_hash, record_sha256=fit.record_hash,
            verdict=fit.verdict or "converged",
        )  # fmt: skip
        made.activity("talion:fitting", "Fitting", chains=fit.chains, sweeps=fit.sweeps)
        made.relate("wasGeneratedBy", entity="talion:fit", activity="talion:fitting")
        made.relate(
            "wasAssociatedWith", activity="talion:fitting", agent=f"talion:version/{fit.version}"
        )
        for used in ("talion:case", "talion:record"):
            made.relate("used", activity="talion:fitting", entity=used)
            made.relate("wasDerivedFrom", generatedEntity="talion:fit", usedEntity=used)
        made.relate("used", activity=judging, entity="talion:fit")
    made.activity(
        judging, "Simulating and judging", seed=receipt.seed, draws=receipt.draws,
        histories=receipt.histories,
    )  # fmt: skip
    made.relate("wasAssociatedWith", activity=judging, agent=f"talion:version/{receipt.version}")
    for used in ("talion:case", "talion:record"):
        made.relate("used", activity=judging, entity=used)
    made.entity("talion:results", "Results of the run", sha256=run.results_hash)
    made.relate("wasGeneratedBy", entity="talion:results", activity=judging)
    for name, judged in results.judgments.items():
        result = f"talion:result/{name}"
        made.entity(result, f"Result of {name}", rests_on=judged.label)
        made.relate("wasGeneratedBy", entity=result, activity=judging)
        made.relate("hadMember", collection="talion:results", entity=result)
        if name in case.judgments:
            made.relate("wasDerivedFrom", generatedEntity=result, usedEntity=f"talion:claim/{name}")


def _software(made: _Document, version: str) -> None:
    made.agent(f"talion:version/{version}", f"Talion {version}", version=version)
