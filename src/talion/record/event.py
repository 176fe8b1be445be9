"""The vocabulary of a record: actors and events here, and by name all the rest.

Everything is frozen and checks itself when made: a record that exists is well formed. Dates are
days; an event has an interval of days and a precision, never a false exact date. Harm that no
source states is `None`, which is not zero. `Record` and what can be asked of it is in
`talion.record.record`, sources in `source`, totals in `total`, the words in `terms`; all of these
names can be imported from here.

>>> from datetime import date
>>> event = Event("ain-asad-1", date(2023, 10, 18), date(2023, 10, 18), "day", date(2023, 10, 19),
...               "militias", "us_forces", "ASSAULT", "attack", country="Iraq", size=2, attacks=2)
>>> event.day, event.deaths is None
(datetime.date(2023, 10, 18), True)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from talion.record.faults import Fault, identifier_fault, text_faults
from talion.record.source import Conflict, Evidence, Source
from talion.record.terms import (
    ACTION_TYPES,
    GRADES,
    LISTINGS,
    PLOVER_TYPES,
    PRECISIONS,
    PUBLISHED_HOW,
    STATUSES,
    at_least,
    in_order,
    one_of,
    refuse,
)
from talion.record.total import Absence, Count, Coverage

if TYPE_CHECKING:
    from talion.record.record import Record

__all__ = [
    "ACTION_TYPES",
    "GRADES",
    "LISTINGS",
    "PLOVER_TYPES",
    "PRECISIONS",
    "STATUSES",
    "Absence",
    "Actor",
    "Conflict",
    "Count",
    "Coverage",
    "Event",
    "Evidence",
    "Harm",
    "Record",
    "Source",
]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a state, agency, armed group, faction, public or firm.

    Args:
        id: short name used by rows.
        name: as printed.
        kind: state, military, armed group and the like.
        part_of: the actor it belongs to; its acts are acts of that one too. "" if none.
        tie: looser ties, `other: word; other: word`.
        aliases: names under which sources speak of it.
    """

    id: str
    name: str
    kind: str = ""
    part_of: str = ""
    tie: str = ""
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an actor that breaks a rule."""
        refuse(f"actor {self.id}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("id", self.id)
        yield from text_faults(name=self.name, kind=self.kind, tie=self.tie)
        if not self.name.strip():
            yield Fault("name", self.name, "blank", "give the name as it is to be printed")
        if self.part_of == self.id:
            yield Fault("part_of", self.part_of, "part of itself", "leave part_of blank")
        for alias in self.aliases:
            yield from text_faults(aliases=alias)
            if ";" in alias or alias != alias.strip() or not alias:
                yield Fault("aliases", alias, "not an alias", "aliases are separated by ';'")
        for piece in filter(None, self.tie.split(";")):
            if ":" not in piece:
                yield Fault("tie", self.tie, "not a tie", "write other: word; other: word")

    @property
    def ties(self) -> tuple[tuple[str, str], ...]:
        """The looser ties as (other actor, word).

        >>> Actor("coalition", "US-led coalition", tie="us: leads; iraq_gov: hosts").ties
        (('us', 'leads'), ('iraq_gov', 'hosts'))
        """
        pieces = (piece.partition(":") for piece in self.tie.split(";") if piece)
        return tuple((other.strip(), word.strip()) for other, _, word in pieces)


@dataclass(frozen=True, slots=True)
class Harm:
    """Killed or hurt, as low, best, high; what no source states is `None`, never 0.

    >>> Harm(None, 6, 7).low is None
    True
    """

    low: int | None = None
    best: int | None = None
    high: int | None = None

    def __post_init__(self) -> None:
        """Refuse negative or disordered numbers, and a harm that states nothing."""
        refuse("harm", self._faults())

    def _faults(self) -> Iterator[Fault]:
        given = [n for n in (self.low, self.best, self.high) if n is not None]
        if not given:
            yield Fault("best", None, "states nothing", "leave the harm out where it is unknown")
        for column in ("low", "best", "high"):
            value = getattr(self, column)
            if value is not None:
                yield from at_least(column, value, 0)
        if given != sorted(given):
            yield Fault("high", given, "low, best, high out of order", "low <= best <= high")


@dataclass(frozen=True, slots=True)
class Event:
    """One act of one actor towards another, as sources report it.

    Args:
        id: short name.
        start, end: first and last day on which it may have happened.
        precision: how exactly it is dated: day, week, month, year or period.
        published: the day it could first be known.
        initiator, target: actor ids.
        type: PLOVER code.
        action: the native word, such as `attack`.
        place, country: where; "" if not stated.
        deaths, injuries: `None` if not stated.
        size: how many attacks or sites one decision covers; a salvo is ONE decision with a size.
        after: id of an event of about the same day that it is known to follow.
        status: reported, claimed (rests on one side's word) or disputed.
        sources: ids of the sources.
        evidence: pointers into them.
        overlaps: an aggregate that counts dated rows again; left out of all counting.
        note: our words.
        conflicts: where sources disagree.
        attacks: how many attacks a running total would count for it.
        rows: how many rows of the coding it stands for.
        coding: the list it was coded in; rows of one coding are never two reports of one event.
        published_how: stated by the source, read from its address, or assumed by rule.
        harm_published: since when the harm could be known, if later than the event.
        reports: the reports a merged event was made from; empty otherwise.
    """

    id: str
    start: date
    end: date
    precision: str
    published: date
    initiator: str
    target: str
    type: str
    action: str
    place: str = ""
    country: str = ""
    deaths: Harm | None = None
    injuries: Harm | None = None
    size: int = 1
    after: str | None = None
    status: str = "reported"
    sources: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    overlaps: bool = False
    note: str = ""
    conflicts: tuple[Conflict, ...] = ()
    attacks: int = 1
    rows: int = 1
    coding: str = ""
    published_how: str = "stated"
    harm_published: date | None = None
    reports: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an event that breaks a rule."""
        refuse(f"event {self.id}", (*self._faults_of_time(), *self._faults_of_act()))

    def _faults_of_time(self) -> Iterator[Fault]:
        yield from in_order("start", self.start, "end", self.end)
        yield from in_order("start", self.start, "published", self.published)
        if self.harm_published is not None:
            yield from in_order("published", self.published, "harm_published", self.harm_published)
        yield from one_of("precision", self.precision, PRECISIONS)
        longest = PRECISIONS.get(self.precision, 0)
        if longest and (self.end - self.start).days + 1 > longest:
            message = f"{self.start} to {self.end} is longer than a {self.precision}"
            remedy = "use a coarser precision or a shorter interval"
            yield Fault("precision", self.precision, message, remedy)
        if self.after is not None:
            yield from identifier_fault("after", self.after)
        if self.after == self.id:
            yield Fault("after", self.after, "after itself", "name another event or leave blank")

    def _faults_of_act(self) -> Iterator[Fault]:
        yield from identifier_fault("id", self.id)
        yield from identifier_fault("action", self.action)
        yield from one_of("type", self.type, PLOVER_TYPES)
        yield from one_of("status", self.status, STATUSES)
        yield from one_of("published_how", self.published_how, PUBLISHED_HOW)
        yield from text_faults(place=self.place, country=self.country, note=self.note)
        if self.coding:
            yield from identifier_fault("coding", self.coding)
        yield from at_least("size", self.size, 1)
        yield from at_least("attacks", self.attacks, 0)
        yield from at_least("rows", self.rows, 0)
        fields = [conflict.field for conflict in self.conflicts]
        if len(set(fields)) < len(fields):
            yield Fault("conflicts", fields, "a field twice", "give all values in one conflict")

    @property
    def day(self) -> date:
        """The day it is counted on: the middle of its interval (the earlier of two)."""
        return self.start + (self.end - self.start) // 2

    @property
    def countable(self) -> bool:
        """Whether it counts: aggregates that count dated rows again do not."""
        return not self.overlaps


def __getattr__(name: str) -> object:
    # Record is built from this vocabulary, so it is only imported when asked for.
    if name == "Record":
        from talion.record.record import Record

        return Record
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
