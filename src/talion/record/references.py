"""Whether the rows of a record fit together: every reference known, no id twice, no circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from talion.record.event import Event
from talion.record.faults import Fault
from talion.record.record import RowFault

if TYPE_CHECKING:
    from talion.record.record import Record

__all__ = ["reference_faults"]


def reference_faults(record: Record) -> Iterator[RowFault]:
    """Yield every fault of reference in a record, table by table, row by row."""
    yield from _repeated("sources", "id", [source.id for source in record.sources])
    yield from _repeated("actors", "id", [actor.id for actor in record.actors])
    yield from _repeated("events", "id", [event.id for event in record.events])
    keys = [f"{count.series}, {count.on}, {count.source}" for count in record.counts]
    yield from _repeated("totals", "series", keys)
    yield from _actor_faults(record)
    yield from _event_faults(record)
    sources = {source.id for source in record.sources}
    for index, count in enumerate(record.counts):
        if count.source:
            yield from _unknown("totals", index, "source", [count.source], sources)
    for index, absence in enumerate(record.absences):
        if absence.source:
            yield from _unknown("absences", index, "source", [absence.source], sources)


def _repeated(table: str, column: str, keys: Sequence[str]) -> Iterator[RowFault]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            fault = Fault(column, key, "occurs twice", "give each row its own id, or remove one")
            yield RowFault(table, index, fault)
        seen.add(key)


def _unknown(
    table: str, index: int, column: str, names: Iterable[str], known: set[str]
) -> Iterator[RowFault]:
    kind = {"sources": "source", "source": "source", "after": "event"}.get(column, "actor")
    for name in names:
        if name not in known:
            remedy = f"add it to the {kind}s table or correct the id"
            yield RowFault(table, index, Fault(column, name, f"unknown {kind}", remedy))


def _actor_faults(record: Record) -> Iterator[RowFault]:
    wholes = {actor.id: actor.part_of for actor in record.actors}
    for index, actor in enumerate(record.actors):
        if actor.part_of:
            yield from _unknown("actors", index, "part_of", [actor.part_of], set(wholes))
        yield from _unknown("actors", index, "tie", (other for other, _ in actor.ties), set(wholes))
        if _is_circle(actor.id, wholes):
            fault = Fault("part_of", actor.part_of, "parts in a circle", "an actor has one whole")
            yield RowFault("actors", index, fault)


def _event_faults(record: Record) -> Iterator[RowFault]:
    actors = {actor.id for actor in record.actors}
    sources = {source.id for source in record.sources}
    events = {event.id: event for event in record.events}
    order = {event.id: event.after or "" for event in record.events}
    for index, event in enumerate(record.events):
        if actors:  # without a table of actors, any name is one
            yield from _unknown("events", index, "initiator", [event.initiator], actors)
            yield from _unknown("events", index, "target", [event.target], actors)
        yield from _unknown("events", index, "sources", event.sources, sources)
        cited = [evidence.source for evidence in event.evidence]
        said = [source for conflict in event.conflicts for _, source in conflict.values]
        yield from _unknown("events", index, "sources", {*cited, *said} - {*event.sources}, sources)
        yield from _order_faults(index, event, events, order)


def _order_faults(
    index: int, event: Event, events: dict[str, Event], order: dict[str, str]
) -> Iterator[RowFault]:
    if event.after is None:
        return
    yield from _unknown("events", index, "after", [event.after], set(events))
    earlier = events.get(event.after)
    if earlier is not None and earlier.start > event.end:
        message = f"follows an event that begins later, on {earlier.start}"
        yield RowFault("events", index, Fault("after", event.after, message, "correct one of them"))
    if _is_circle(event.id, order):
        fault = Fault(
            "after", event.after, "events after each other in a circle", "leave one blank"
        )
        yield RowFault("events", index, fault)


def _is_circle(start: str, step: dict[str, str]) -> bool:
    """Whether following `step` from `start` comes back to `start`."""
    seen: set[str] = set()
    at = step.get(start, "")
    while at and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = step.get(at, "")
    return False
