"""What could be known on a day: nothing published later enters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from talion.errors import RecordError
from talion.record.event import Absence, Conflict, Count, Event

if TYPE_CHECKING:
    from talion.record.record import Record

__all__ = ["known_by"]


def known_by(record: Record, as_of: date) -> Record:
    """Return the record as it could be known on `as_of` (see `Record.known_by`)."""
    from talion.record.merge import merge_reports

    start, end = record.period
    if start > as_of:
        remedy = f"give a day from {start} on"
        raise RecordError(
            "the record begins after as_of", place="as_of", value=as_of.isoformat(), remedy=remedy
        )
    raw = record.unmerged()
    sources = tuple(s for s in raw.sources if s.published is None or s.published <= as_of)
    names = {source.id for source in sources}
    kept = [
        e for e in raw.events if e.published <= as_of and (not e.sources or names & {*e.sources})
    ]
    ids = {event.id for event in kept}
    events = tuple(_known_event(event, as_of, names, ids) for event in kept)
    counts = tuple(c for c in raw.counts if c.published <= as_of and _has_source(c, names))
    absences = tuple(a for a in raw.absences if a.published <= as_of and _has_source(a, names))
    cited = {count.source for count in counts} | {absence.source for absence in absences}
    cited.update(source for event in events for source in _cited(event))
    known = replace(
        raw,
        period=(start, min(end, as_of)),
        # An undated source is known by being cited in what is known.
        sources=tuple(s for s in sources if s.published is not None or s.id in cited),
        events=events,
        counts=counts,
        absences=absences,
        coverage=tuple(replace(c, end=min(c.end, as_of)) for c in raw.coverage if c.start <= as_of),
    )
    return merge_reports(known) if record.is_merged else known


def _has_source(row: Count | Absence, sources: set[str]) -> bool:
    return not row.source or row.source in sources


def _cited(event: Event) -> Iterator[str]:
    yield from event.sources
    yield from (pointer.source for pointer in event.evidence)
    yield from (source for conflict in event.conflicts for _, source in conflict.values)


def _known_event(event: Event, as_of: date, sources: set[str], events: set[str]) -> Event:
    harm_known = event.harm_published is None or event.harm_published <= as_of
    conflicts = (_known_conflict(conflict, as_of, sources) for conflict in event.conflicts)
    return replace(
        event,
        sources=tuple(s for s in event.sources if s in sources),
        evidence=tuple(e for e in event.evidence if e.source in sources),
        conflicts=tuple(conflict for conflict in conflicts if conflict is not None),
        after=event.after if event.after in events else None,
        deaths=event.deaths if harm_known else None,
        injuries=event.injuries if harm_known else None,
        harm_published=event.harm_published if harm_known else None,
    )


def _known_conflict(conflict: Conflict, as_of: date, sources: set[str]) -> Conflict | None:
    if conflict.published is not None and conflict.published > as_of:
        return None
    values = tuple(pair for pair in conflict.values if pair[1] in sources)
    return replace(conflict, values=values) if len(values) > 1 else None
