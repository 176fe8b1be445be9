"""From a run to its dossier: everything is asked of the functions that write the report."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from talion.model.reading import NAMED
from talion.record.layout import TABLES
from talion.record.writing import rows_of
from talion.report.assumptions import SourceRow, build_footing
from talion.report.evidence import EvidenceReader
from talion.report.judgments import build_judgments, lexicon_note
from talion.report.office.chart_data import collect_charts
from talion.report.office.dossier import (
    Assumption,
    Cell,
    CitedSource,
    Dossier,
    FlipLine,
    JudgmentEntry,
    LeadingSignLine,
    LinchpinLine,
    LinkChangeEntry,
    LinkRange,
    ReadingSaid,
    RecordTable,
    ResultLine,
    SignLine,
    SourceLine,
    Tally,
)
from talion.report.office.private import Private, private_of
from talion.report.office.rivals import build_rivals
from talion.report.rests import shown_slices
from talion.report.results_table import SHOWN, build_results, is_fitted
from talion.report.top import build_top
from talion.report.watch import share_told
from talion.report.words import DASH, day, percent, plural

if TYPE_CHECKING:
    from talion.fit.case.stated import LinkChange, Span
    from talion.judge.results import PartResult, RunResult
    from talion.model.schema import CaseEvidence
    from talion.report.judgments import JudgmentView
    from talion.report.results_table import ResultRow

__all__ = ["build_dossier"]


def build_dossier(result: RunResult, results_json: str) -> Dossier:
    """Return everything that exports of a run print.

    Args:
        result: what `judge_case` returned.
        results_json: the very text of the run's `results.json`, whose hash ties the two together.
    """
    reader = EvidenceReader(result.case, {})  # no one's text: exports hold pointers and gists only
    private = private_of(result.case, result.record)
    top, footing = build_top(result), build_footing(result, reader)
    receipt = result.receipt
    return Dossier(
        format=3,
        results_sha256=hashlib.sha256(results_json.encode()).hexdigest(),
        title=top.title,
        as_of=receipt.as_of,
        as_of_note=top.as_of_note,
        finding=top.finding,
        confidence=top.confidence,
        holds=top.holds,
        lacks=top.lacks,
        whose=top.whose,
        method=_method(result),
        tally=tuple(Tally(sign=k.sign, words=k.words, count=n) for k, n in top.tally),
        findings=tuple(found.text for found in top.findings),
        signs_lead=top.signs_lead,
        signs=tuple(
            LeadingSignLine(
                judgments=s.judgments,
                title=s.title,
                sign=s.sign,
                would=s.would,
                chance=s.chance,
                text=s.text,
            )
            for s in top.signs
        ),
        watch=top.watch,
        warnings=footing.warnings,
        fitted=is_fitted(result),
        judgments=tuple(_judgments(result, reader, private)),
        results=tuple(_results(result, private)),
        assumptions=tuple(
            Assumption(what=p.what, value=p.value, means=p.means, because=p.because)
            for p in footing.priors
        ),
        links=tuple(_link(result, change) for change in result.links),
        tables=tuple(_tables(result, private)),
        sources=tuple(_source(result, row, private) for row in footing.sources),
        charts=collect_charts(result, reader, private),
        version=receipt.version,
        seed=receipt.seed,
        window=receipt.window,
        case_hash=receipt.case_hash,
        record_hash=receipt.record_hash,
        command=receipt.command,
        receipt=(
            *footing.receipt,
            ("Scale of words", footing.lexicon),
            *((f"Package {name}", number) for name, number in footing.packages),
        ),
        rivals=build_rivals(result.case),
        secrets=private.secrets,
    )


def _method(result: RunResult) -> str:
    """Return how the numbers were made, in a line."""
    r, fit = result.receipt, result.fit
    first, last = r.window
    fitted = (
        "not fitted to the record"
        if fit is None
        else f"fitted to the record with seed {fit.seed}"
        + (", not converged" if fit.verdict else "")
    )
    return (
        f"Talion {r.version}; {plural(r.draws, 'draw')} of {r.histories} simulated histories, seed "
        f"{r.seed}; {fitted}; record {day(first)} to {day(last)}; words by {lexicon_note(result)}; "
        f"case {r.case_hash[:12]}, record {r.record_hash[:12]}."
    )


# --- judgments ------------------------------------------------------------------------------------


def _judgments(
    result: RunResult, reader: EvidenceReader, private: Private
) -> Iterator[JudgmentEntry]:
    rows, views = build_results(result).rows, build_judgments(result, reader)
    for row, view in zip(rows, views, strict=True):
        yield _judgment(result, row, view, private)


def _judgment(
    result: RunResult, row: ResultRow, view: JudgmentView, private: Private
) -> JudgmentEntry:
    stated = result.case.judgments[row.id]
    evidence = (*stated.evidence, *stated.evidence_for, *stated.evidence_against)
    main = result.judgment(row.id).main
    # Where the form fixes the answer it rests on no assumption, and nothing would change it.
    open_to = main if main is not None and main.gives_chance else None
    names = {name: reading for reading, name, _ in SHOWN}
    return JudgmentEntry(
        id=row.id,
        claim=row.claim,
        bottom_line=(view.bottom_line.stands, view.bottom_line.turns_on),
        holder=row.holder,
        word=row.word,
        word_says=row.word_says,
        readings=tuple(
            ReadingSaid(id=names[r.name], name=r.name, said=r.said) for r in row.readings
        ),
        sign=row.label.sign,
        label=row.label.words,
        outcome=row.outcome,
        no_data=bool(row.no_data),
        test="" if main is None else main.text,
        test_note=row.test_note,
        label_sentence=view.label_sentence,
        record_sentence="" if main is None or main.record is None else main.record.sentence,
        likelihood=view.likelihood,
        confidence=view.confidence,
        footing=view.footing,
        rests=tuple(_linchpins(open_to)),
        flips=tuple(_flips(open_to)),
        signs=tuple(_signs(result, row.id)),
        signs_none="" if view.look_out is None else view.look_out.why_none,
        watch=view.watch,
        cites=tuple(_cites(result, evidence)),
        names_private_rows=main is not None and private.names(row.id, main.id),
    )


def _linchpins(main: PartResult | None) -> Iterator[LinchpinLine]:
    """Yield what a judgment's test rests on, the readings in the order of the report."""
    for reading, name, _ in SHOWN:
        if main is None or reading not in main.linchpins:
            continue
        for one in main.linchpins[reading].found:
            yield LinchpinLine(
                reading=name,
                says=one.says,
                link=one.link,
                share=one.share,
                low=one.low,
                high=one.high,
                slices=tuple((s.says, percent(s.probability)) for s in shown_slices(one)),
            )


def _flips(main: PartResult | None) -> Iterator[FlipLine]:
    for reading, name, _ in SHOWN:
        box = None if main is None else main.boxes.get(reading)
        if box is not None:
            yield FlipLine(
                reading=name,
                says=box.sentence,
                mass=box.mass,
                probability=box.probability,
                overall=box.overall,
            )


def _signs(result: RunResult, judgment: str) -> Iterator[SignLine]:
    """Yield the signs of one judgment under every reading in which they tell anything."""
    found = next((w for w in result.watch if w.judgment == judgment), None)
    for one in () if found is None else found.indicators:
        for reading, told in one.evidence.items():
            yield SignLine(
                title=one.title,
                sign=one.sign,
                first_day=one.start,
                last_day=one.end,
                reading=NAMED[reading].title,
                chance=told.chance.probability,
                now=told.now.probability,
                seen=told.seen.probability,
                unseen=told.unseen.probability,
                tells=share_told(told),
                settles=one.settles,
            )


def _cites(result: RunResult, evidence: tuple[CaseEvidence, ...]) -> Iterator[CitedSource]:
    """Yield each source that a judgment's evidence points into or rests its rows on, once.

    Several pointers into one source stand in one entry.
    """
    places: dict[str, list[str]] = {}
    gists: dict[str, list[str]] = {}
    rows: dict[str, list[str]] = {}
    reader = EvidenceReader(result.case, {})
    for item in evidence:
        if item.source:
            pointer = reader.pointer(item)
            places.setdefault(item.source, []).append(pointer.place)
            gists.setdefault(item.source, []).append(pointer.gist)
        for name in item.rows:
            if name not in result.record.event_ids:
                continue
            for source in result.record.event(name).sources:
                rows.setdefault(source, []).append(name)
    for source in dict.fromkeys((*places, *rows)):
        yield CitedSource(
            source=source,
            place=", ".join(dict.fromkeys(filter(None, places.get(source, ())))),
            gist="; ".join(dict.fromkeys(filter(None, gists.get(source, ())))),
            rows=tuple(dict.fromkeys(rows.get(source, ()))),
        )


def _results(result: RunResult, private: Private) -> Iterator[ResultLine]:
    for row in result.frame().to_dicts():
        numbers = {k: _finite(v) for k, v in row.items()}
        named = row["part"] is not None and private.names(row["judgment"], row["part"])
        yield ResultLine(**numbers, names_private_rows=named)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


# --- assumptions, record, sources -----------------------------------------------------------------


def _link(result: RunResult, change: LinkChange) -> LinkChangeEntry:
    return LinkChangeEntry(
        link=change.link,
        says=change.says,
        unit=change.unit,
        before=_range(change.before),
        after=_range(change.after) if change.informed else None,
        power=_finite(result.power.get(change.link)),
    )


def _range(span: Span) -> LinkRange:
    names = ("low", "likely", "high", "raises", "lowers")
    return LinkRange(**{name: _finite(float(getattr(span, name))) for name in names})


_SHOWN_TABLES = ("events", "totals", "absences", "coverage")


def _tables(result: RunResult, private: Private) -> Iterator[RecordTable]:
    found = rows_of(result.record)
    for name in _SHOWN_TABLES:
        columns = TABLES[name]
        rows = found[name]
        if not rows:
            continue
        yield RecordTable(
            name=name,
            columns=tuple((c.name, c.kind) for c in columns),
            rows=tuple(tuple(_cell(row.get(c.name), c.write) for c in columns) for row in rows),
            private=tuple(i for i, row in enumerate(rows) if _is_private(name, row, private)),
        )


def _is_private(table: str, row: Mapping[str, Any], private: Private) -> bool:
    if table == "events":
        return row["id"] in private.events
    return row.get("source") in private.sources


def _cell(value: object, write: Any) -> Cell:
    """Return a value as a number, a flag or text; lists and splits as their column writes them."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    return str(write(value))


def _source(result: RunResult, row: SourceRow, private: Private) -> SourceLine:
    entry = result.case.sources.get(row.id)
    found = entry if entry is not None else result.record.source(row.id)
    return SourceLine(
        id=row.id,
        title=row.title,
        kind=row.kind,
        grade="" if row.grade == DASH else row.grade,
        dated=found.dated,
        published=found.published,
        address=row.address,
        note=row.note,
        supports=tuple(name for name, _ in row.supports),
        events=row.events,
        shared=row.id not in private.sources,
    )
