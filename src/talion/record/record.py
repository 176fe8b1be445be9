"""The record: everything known, its period, and exact questions about it.

    N(action; start, end) = number of countable events whose day lies in [start, end]

A record checks its references when made, so that no row speaks of an unknown actor or source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from talion.errors import Problems, RecordError
from talion.record.event import Absence, Actor, Count, Coverage, Event, Source
from talion.record.faults import Fault

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Names", "Record", "RowFault"]

Names: TypeAlias = str | Iterable[str] | None
_Row = TypeVar("_Row")


class RowFault(NamedTuple):
    """A fault of one row of a record: its table, its place in that table (from 0), the fault."""

    table: str
    row: int
    fault: Fault


@dataclass(frozen=True)
class Record:
    """Sources, actors, events, totals, absences and coverage of one period.

    As read, two reports of one event are two events: `merge_reports` joins them, and a record
    should be merged before anything is counted.

    Args:
        period: first and last day covered at all.
        sources, actors, events, counts, absences, coverage: the rows.

    Raises:
        Problems, RecordError: a row names an unknown actor, source or event, or an id occurs twice.
    """

    period: tuple[date, date]
    sources: tuple[Source, ...] = ()
    actors: tuple[Actor, ...] = ()
    events: tuple[Event, ...] = ()
    counts: tuple[Count, ...] = ()
    absences: tuple[Absence, ...] = ()
    coverage: tuple[Coverage, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a record whose parts do not fit together."""
        errors = [
            RecordError(
                fault.message,
                place=f"{table} {row + 1}, {fault.column}",
                value=fault.value,
                remedy=fault.remedy,
            )
            for table, row, fault in self._faults()
        ]
        Problems.raise_any(errors)

    def _faults(self) -> Iterator[RowFault]:
        from talion.record.references import reference_faults

        if self.period[1] < self.period[0]:
            fault = Fault("end", self.period[1].isoformat(), "the period ends early", "swap them")
            yield RowFault("period", 0, fault)
        yield from reference_faults(self)

    # --- who ---------------------------------------------------------------------------------

    @cached_property
    def _actor(self) -> Mapping[str, Actor]:
        return {actor.id: actor for actor in self.actors}

    @cached_property
    def _event(self) -> Mapping[str, Event]:
        merged = {report.id: event for event in self.events for report in event.reports}
        return merged | {event.id: event for event in self.events}

    @cached_property
    def _source(self) -> Mapping[str, Source]:
        return {source.id: source for source in self.sources}

    def event(self, key: str) -> Event:
        """Return the event of that id; the id of a report finds the event it was merged into.

        Raises:
            RecordError: there is none.
        """
        return _found(self._event, key, "event")

    @property
    def event_ids(self) -> frozenset[str]:
        """All ids that `event` finds, those of merged reports included."""
        return frozenset(self._event)

    def source(self, key: str) -> Source:
        """Return the source of that id.

        Raises:
            RecordError: there is none.
        """
        return _found(self._source, key, "source")

    def actor(self, key: str) -> Actor:
        """Return the actor of that id.

        Raises:
            RecordError: there is none.
        """
        return _found(self._actor, key, "actor")

    def belongs(self, actor: str) -> tuple[str, ...]:
        """Return the actor and all it is part of, innermost first: kh, militias."""
        chain = [actor]
        while (whole := self._actor[chain[-1]].part_of if chain[-1] in self._actor else "") != "":
            chain.append(whole)
        return tuple(chain)

    def camp(self, actor: str) -> str:
        """Return the outermost actor it is part of."""
        return self.belongs(actor)[-1]

    # --- what --------------------------------------------------------------------------------

    def select(
        self,
        action: Names = None,
        *,
        initiator: Names = None,
        target: Names = None,
        country: Names = None,
        start: date | None = None,
        end: date | None = None,
        countable: bool = False,
    ) -> tuple[Event, ...]:
        """Return the events that fit, in order of day, order within the day and id.

        Args:
            action: native action or several; `None` for all, as below.
            initiator, target: actor ids; an actor stands for all that is part of it.
            country: country names as in the rows.
            start, end: first and last `Event.day`.
            countable: leave out aggregates that count dated rows again.
        """
        actions, countries = _set_of(action), _set_of(country)
        doers, aims = _set_of(initiator), _set_of(target)
        return tuple(
            event
            for event in self.ordered
            if (actions is None or event.action in actions)
            and (countries is None or event.country in countries)
            and (doers is None or not doers.isdisjoint(self.belongs(event.initiator)))
            and (aims is None or not aims.isdisjoint(self.belongs(event.target)))
            and (start is None or event.day >= start)
            and (end is None or event.day <= end)
            and not (countable and event.overlaps)
        )

    def count(
        self,
        action: Names,
        start: date,
        end: date,
        *,
        sizes: bool = False,
        initiator: Names = None,
        target: Names = None,
        country: Names = None,
    ) -> int:
        """Count the events of an action with `start <= day <= end`, aggregates left out.

        Args:
            action, initiator, target, country: as in `select`.
            start, end: first and last day, both included.
            sizes: count reported attacks (`Event.attacks`) instead of decisions.
        """
        events = self.select(
            action,
            initiator=initiator,
            target=target,
            country=country,
            start=start,
            end=end,
            countable=True,
        )
        return sum(event.attacks for event in events) if sizes else len(events)

    @cached_property
    def ordered(self) -> tuple[Event, ...]:
        """The events by day, then by `after` within the day, then by id."""
        return tuple(sorted(self.events, key=lambda e: (e.day, self._depth(e), e.id)))

    def _depth(self, event: Event) -> int:
        depth = 0
        while event.after is not None and event.after in self._event:
            event, depth = self._event[event.after], depth + 1
        return depth

    def follows(self, later: Event, earlier: Event) -> bool:
        """Whether `later` is coded, directly or through others, as after `earlier`."""
        step: Event | None = later
        while step is not None and step.after is not None:
            if step.after == earlier.id:
                return True
            step = self._event.get(step.after)
        return False

    # --- when it was known -------------------------------------------------------------------

    def known_by(self, as_of: date) -> Record:
        """Return what could be known on `as_of`: nothing published later is left in it.

        Later sources, the events that rest on them alone, later totals, statements of absence,
        conflicts and harm figures all go; merged events fall back to the reports known by then.

        Raises:
            RecordError: the record's period begins after `as_of`.
        """
        from talion.record.knowledge import known_by

        return known_by(self, as_of)

    def unmerged(self) -> Record:
        """Return the record with every merged event replaced by the reports it was made from."""
        if not self.is_merged:
            return self
        events = (report for event in self.events for report in event.reports or (event,))
        return replace(self, events=tuple(events))

    @property
    def is_merged(self) -> bool:
        """Whether any event was made from several reports."""
        return any(event.reports for event in self.events)

    # --- elsewhere ---------------------------------------------------------------------------

    def to_frames(self) -> dict[str, pl.DataFrame]:
        """Return one polars frame per table, dates as dates, unknown as null."""
        from talion.record.frames import to_frames

        return to_frames(self)

    def content_hash(self) -> str:
        """Return the SHA-256 of the content: the same for any order of rows, on any machine."""
        from talion.record.content import content_hash

        return content_hash(self)


def _set_of(names: Names) -> frozenset[str] | None:
    if names is None:
        return None
    return frozenset({names} if isinstance(names, str) else names)


def _found(table: Mapping[str, _Row], key: str, kind: str) -> _Row:
    if key not in table:
        remedy = f"use the id of a row of the {kind}s table"
        raise RecordError(f"no such {kind} in the record", value=key, remedy=remedy)
    return table[key]
