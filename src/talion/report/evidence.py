"""Evidence as the report shows it: a pointer, its gist in our words, and the real lines if given.

The project holds no one's text. Where the user supplies the file (`texts`), its bytes are checked
against the case's SHA-256 and the lines at the pointer's characters are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from talion.errors import InputError
from talion.model.case import Case
from talion.model.schema import CaseEvidence
from talion.record.event import Event
from talion.report.words import day


@dataclass(frozen=True)
class Row:
    """A recorded event that evidence names, in a line."""

    id: str
    line: str


@dataclass(frozen=True)
class Pointer:
    """One piece of evidence: where it stands, its gist, the real lines ("" if not supplied)."""

    source: str
    grade: str
    place: str
    gist: str
    lines: str
    rows: tuple[Row, ...]


class EvidenceReader:
    """Turns evidence of the case into what the page shows."""

    def __init__(self, case: Case, texts: Mapping[str, str]) -> None:
        self.case = case
        self.texts = texts
        self._events = {event.id: event for event in case.record.events}
        self._grades = {s.id: s.grade or "" for s in case.record.sources}
        self._titles = {s.id: s.title for s in case.record.sources}

    def pointers(self, evidence: Iterable[CaseEvidence]) -> tuple[Pointer, ...]:
        """Return each piece of evidence ready to print."""
        return tuple(self.pointer(item) for item in evidence)

    def pointer(self, item: CaseEvidence) -> Pointer:
        """Return one piece of evidence ready to print.

        Raises:
            InputError: it points beyond the end of the supplied text.
        """
        rows = tuple(Row(r, self.event_line(r)) for r in item.rows)
        name = item.source or ""
        entry = self.case.sources.get(name)
        title = (entry.title if entry else self._titles.get(name, "")) or name
        grade = (entry.grade if entry else self._grades.get(name)) or ""
        return Pointer(title, grade, _place(item), item.gist, self._lines(item), rows)

    def _lines(self, item: CaseEvidence) -> str:
        text = self.texts.get(item.source or "")
        if text is None or item.start is None or item.end is None:
            return ""
        if item.end > len(text):
            raise InputError(
                f"the case points at characters {item.start} to {item.end} of {item.source}",
                value=f"{len(text)} characters",
                remedy="correct the offsets in the case",
            )
        return text[item.start : item.end].strip()

    def event_line(self, event_id: str) -> str:
        """Return a recorded event in a line, or its bare id if the record has no such row."""
        event = self._events.get(event_id)
        return event_id if event is None else self.describe(event)

    def describe(self, event: Event, *, dated: bool = True) -> str:
        """Return date (or not), actors, action, place and our note."""
        where = ", ".join(filter(None, (event.place, event.country)))
        said = f"{self.name(event.initiator)}, {event.action.replace('_', ' ')}"
        if dated:
            said = f"{when(event)}: {said}"
        if event.target:
            said += f" → {self.name(event.target)}"
        if where:
            said += f" ({where})"
        return f"{said}. {event.note}" if event.note else said

    def name(self, actor: str) -> str:
        """Return an actor's printed name."""
        entry = self.case.actors.get(actor)
        if entry is not None:
            return entry.name
        return next((a.name for a in self.case.record.actors if a.id == actor), actor)


def when(event: Event) -> str:
    """Return the event's date, or its interval where the day is not known."""
    if event.start == event.end:
        return day(event.start)
    return f"{day(event.start)} to {day(event.end)}"


def _place(item: CaseEvidence) -> str:
    if item.start is not None:
        return f"characters {item.start:,} to {item.end:,}"
    if item.quote:
        return f"“{item.quote}”"
    return day(item.date) if item.date else ""
