"""What may not be passed on: sources marked `shared: no`, the rows on them, and their texts.

A row is private if anything in it comes from a private source: its own report, one merged into it,
evidence, or one side of a conflict. A test that names such a row is private too. Aggregates over
many rows are not. The case's own sentences (claims, reasons, titles) are the user's and stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from talion.report.office.dossier import (
    ChartData,
    Dossier,
    JudgmentEntry,
    RecordTable,
    ResultLine,
    SourceLine,
)
from talion.report.words import plural, series

if TYPE_CHECKING:
    from talion.model.case import Case
    from talion.model.schema import CaseEvidence
    from talion.record.event import Event
    from talion.record.record import Record

__all__ = ["ERASED", "WITHHELD_TEST", "Private", "private_of", "rests_on", "withhold"]

ERASED = "[withheld]"
WITHHELD_TEST = "Withheld: it names rows that may not be passed on."
_SHORTEST = 4
"""Letters below which a text is no secret: a place such as "A 1" stands in too many words."""


@dataclass(frozen=True)
class Private:
    """What of a run may not be passed on.

    Attributes:
        sources: ids of sources marked `shared: no`.
        events: ids of events that rest on one of them.
        tests: (judgment, part) whose test names such an event.
        secrets: their texts, longest first, without what stands in shared texts too.
    """

    sources: frozenset[str]
    events: frozenset[str]
    tests: frozenset[tuple[str, str]]
    secrets: tuple[str, ...]

    def names(self, judgment: str, part: str) -> bool:
        """Whether a test names rows that may not be passed on; at any of its horizons."""
        return (judgment, part.partition("@")[0]) in self.tests


def private_of(case: Case, record: Record) -> Private:
    """Return what of a case and its record may not be passed on.

    Args:
        case: whose sources may be marked.
        record: as judged.
    """
    sources = frozenset(
        [
            *(s.id for s in record.sources if not s.shared),
            *(k for k, s in case.sources.items() if s.shared == "no"),
        ]
    )
    if not sources:
        return Private(frozenset(), frozenset(), frozenset(), ())
    events = frozenset(e.id for e in record.events if not sources.isdisjoint(rests_on(e)))
    tests = frozenset(_private_tests(case, record, events))
    return Private(sources, events, tests, _secrets(case, record, sources, events))


def rests_on(event: Event) -> Iterator[str]:
    """Yield the id of every source that anything in an event comes from."""
    yield from event.sources
    yield from (pointer.source for pointer in event.evidence)
    yield from (source for conflict in event.conflicts for _, source in conflict.values)
    for report in event.reports:
        yield from rests_on(report)


def _private_tests(case: Case, record: Record, events: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name, judgment in case.judgments.items():
        tests = {"main": judgment.holds_if, **{k: f.holds_if for k, f in judgment.also.items()}}
        for part, test in tests.items():
            named = () if test is None else test.references().rows
            known = (record.event(row).id for row in named if row in record.event_ids)
            if not events.isdisjoint(known):
                yield name, part


# --- secrets --------------------------------------------------------------------------------------


def _secrets(
    case: Case, record: Record, sources: frozenset[str], events: frozenset[str]
) -> tuple[str, ...]:
    hidden = set(_private_texts(case, record, sources, events))
    open_texts = "\n".join(_shared_texts(case, record, sources, events)).casefold()
    kept = {
        text.strip()
        for text in hidden
        if len(text.strip()) >= _SHORTEST and text.strip().casefold() not in open_texts
    }
    return tuple(sorted(kept, key=lambda text: (-len(text), text)))


def _private_texts(
    case: Case, record: Record, sources: frozenset[str], events: frozenset[str]
) -> Iterator[str]:
    yield from _record_texts(record, sources, events, private=True)
    for name, entry in case.sources.items():
        if name in sources:
            yield from (entry.title, entry.note, entry.file or "")
    for item in _evidence(case.document):
        if item.source in sources or not events.isdisjoint(item.rows):
            yield from (item.gist, item.quote or "")


def _record_texts(
    record: Record, sources: frozenset[str], events: frozenset[str], *, private: bool
) -> Iterator[str]:
    """Yield the texts of rows and sources that are private, or of those that are not."""
    for source in record.sources:
        if (source.id in sources) is private:
            yield from (source.title, source.address, source.note)
    for event in record.events:
        if (event.id in events) is private:
            yield from _event_texts(event)
    for count in record.counts:
        if (count.source in sources) is private:
            yield from (count.note, count.definition)
    for absence in record.absences:
        if (absence.source in sources) is private:
            yield absence.note


def _event_texts(event: Event) -> Iterator[str]:
    yield from (event.id, event.place, event.note)
    yield from (pointer.gist for pointer in event.evidence)
    for conflict in event.conflicts:
        yield conflict.note
    for report in event.reports:
        yield from _event_texts(report)


def _shared_texts(
    case: Case, record: Record, sources: frozenset[str], events: frozenset[str]
) -> Iterator[str]:
    """Yield texts that may be passed on: rows of shared sources, and the case's own sentences."""
    yield from _record_texts(record, sources, events, private=False)
    for actor in record.actors:
        yield from (actor.name, *actor.aliases)
    document = case.document.model_copy(
        update={"sources": {k: s for k, s in case.sources.items() if k not in sources}}
    )
    yield from _own_sentences(document, sources, events)


def _own_sentences(part: Any, sources: frozenset[str], events: frozenset[str]) -> Iterator[str]:
    """Yield every text of a part of the case, save evidence in private sources and names of rows."""
    from talion.model.schema import CaseEvidence

    if isinstance(part, CaseEvidence):
        if part.source not in sources and events.isdisjoint(part.rows):
            yield part.gist
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            if name not in ("holds_if", "remove"):  # these name rows by id
                yield from _own_sentences(getattr(part, name), sources, events)
    elif isinstance(part, dict):
        for value in part.values():
            yield from _own_sentences(value, sources, events)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _own_sentences(value, sources, events)
    elif isinstance(part, str):
        yield part


def _evidence(part: Any) -> Iterator[CaseEvidence]:
    """Yield every pointer of a case, wherever it stands."""
    from talion.model.schema import CaseEvidence

    if isinstance(part, CaseEvidence):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _evidence(getattr(part, name))
    elif isinstance(part, dict):
        for value in part.values():
            yield from _evidence(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _evidence(value)


# --- withholding ----------------------------------------------------------------------------------


def withhold(dossier: Dossier) -> Dossier:
    """Return the dossier without rows and texts that may not be passed on, saying what is left out.

    Private sources lose title, address, note and place, and are named by number; their rows go, and
    with them charts that show rows one by one; tests that name such a row lose their words. As a last
    step each private text is erased wherever else it stands.
    """
    gone = [s for s in dossier.sources if not s.shared]
    if not gone:
        said = "Nothing was withheld: no source of this case is marked “shared: no”."
        return dossier.model_copy(update={"withheld": said})
    alias = {s.id: f"withheld source {n}" for n, s in enumerate(gone, 1)}
    cut = dossier.model_copy(
        update={
            "sources": tuple(_source(s, alias) for s in dossier.sources),
            "tables": tuple(map(_table, dossier.tables)),
            "charts": _charts(dossier),
            "judgments": tuple(_judgment(dossier, j, alias) for j in dossier.judgments),
            "results": tuple(map(_result, dossier.results)),
            "withheld": _said(dossier, len(gone)),
            "secrets": (),
        }
    )
    return Dossier.model_validate(_erased(cut.model_dump(), dossier.secrets))


def _said(dossier: Dossier, sources: int) -> str:
    rows = sum(len(table.private) for table in dossier.tables)
    charts = sum(c.private for c in dossier.charts)
    tests = sum(j.names_private_rows for j in dossier.judgments)
    parts = [f"title and texts of {plural(sources, 'source')}"]
    parts += [plural(rows, "row") + " of the record"] if rows else []
    parts += [f"{plural(charts, 'chart')} that would show such rows one by one"] if charts else []
    parts += [f"the words of {plural(tests, 'test')} that would name them"] if tests else []
    return (
        f"Withheld, since a licence or promise forbids passing them on: {series(parts)}. The results "
        "were computed with them."
    )


def _source(source: SourceLine, alias: dict[str, str]) -> SourceLine:
    if source.shared:
        return source
    name = alias[source.id]
    return source.model_copy(
        update={"id": name, "title": name, "address": "", "note": "", "dated": None, "published": None}
    )  # fmt: skip


def _table(table: RecordTable) -> RecordTable:
    private = set(table.private)
    rows = tuple(row for i, row in enumerate(table.rows) if i not in private)
    return table.model_copy(update={"rows": rows, "private": ()})


def _charts(dossier: Dossier) -> tuple[ChartData, ...]:
    """Return the charts that may be shown; the first left of a section takes the place on slides."""
    kept = [c for c in dossier.charts if not c.private]
    served = {c.part for c in kept if c.on_slide}
    lost = {c.part for c in dossier.charts if c.on_slide} - served
    found = []
    for chart in kept:
        takes = chart.part in lost
        lost.discard(chart.part)
        found.append(chart.model_copy(update={"on_slide": True}) if takes else chart)
    return tuple(found)


def _judgment(dossier: Dossier, j: JudgmentEntry, alias: dict[str, str]) -> JudgmentEntry:
    private_rows = {
        table.rows[i][0] for table in dossier.tables if table.name == "events" for i in table.private
    }  # fmt: skip
    cites = tuple(
        c.model_copy(update={"source": alias[c.source], "place": "", "gist": "", "rows": ()})
        if c.source in alias
        else c.model_copy(update={"rows": tuple(r for r in c.rows if r not in private_rows)})
        for c in j.cites
    )
    changes: dict[str, object] = {"cites": cites}
    if j.names_private_rows:
        changes |= {"test": WITHHELD_TEST, "record_sentence": WITHHELD_TEST}
    return j.model_copy(update=changes)


def _result(line: ResultLine) -> ResultLine:
    return line.model_copy(update={"test": WITHHELD_TEST}) if line.names_private_rows else line


def _erased(value: Any, secrets: tuple[str, ...]) -> Any:
    """Return the value with each secret replaced in every text of it."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, ERASED)
        return value
    if isinstance(value, dict):
        return {key: _erased(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_erased(item, secrets) for item in value)
    return value
