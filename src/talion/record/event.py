"""The vocabulary of a record: sources, actors, events, totals, absences, coverage.

Everything is frozen and checks itself when made: a record that exists is well formed. Dates are
days; an event has an interval of days and a precision, never a false exact date. Harm that no
source states is `None`, which is not zero. `Record` and what can be asked of it is in
`talion.record.record`; its names can be imported from here too.

>>> from datetime import date
>>> event = Event("ain-asad-1", date(2023, 10, 18), date(2023, 10, 18), "day", date(2023, 10, 19),
...               "militias", "us_forces", "ASSAULT", "attack", country="Iraq", size=2, attacks=2)
>>> event.day, event.deaths is None
(datetime.date(2023, 10, 18), True)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from talion.record.faults import Fault, RowError, identifier_fault, text_faults

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

# Longest interval in days that a precision allows.
PRECISIONS = {"day": 1, "week": 7, "month": 31, "year": 366, "period": 200 * 366}
STATUSES = ("reported", "claimed", "disputed")
PUBLISHED_HOW = ("stated", "address", "assumed")
LISTINGS = ("near complete", "partial", "unknown")
GRADES = tuple(letter + digit for letter in "ABCDEF" for digit in "123456")
PLOVER_TYPES = (
    "ACCUSE",
    "AGREE",
    "AID",
    "ASSAULT",
    "COERCE",
    "CONSULT",
    "COOPERATE",
    "DEMAND",
    "INVESTIGATE",
    "MOBILIZE",
    "PROTEST",
    "REJECT",
    "REQUEST",
    "RETREAT",
    "SANCTION",
    "SUPPORT",
    "THREATEN",
    "YIELD",
)
# The usual PLOVER type of each native action: what a row without a type is given.
ACTION_TYPES = {
    "attack": "ASSAULT",
    "strike": "ASSAULT",
    "targeted_killing": "ASSAULT",
    "war_start": "ASSAULT",
    "raid": "COERCE",
    "vote": "DEMAND",
    "exit_demand": "DEMAND",
    "threat": "THREATEN",
    "criticism": "ACCUSE",
    "condemnation": "ACCUSE",
    "statement": "CONSULT",
    "talks": "AGREE",
    "hmc_session": "CONSULT",
    "talks_pause": "REJECT",
    "contact_us": "CONSULT",
    "contact_iran": "CONSULT",
    "iranian_visit": "CONSULT",
    "visit": "CONSULT",
    "treasury_action": "SANCTION",
    "treasury_request": "REQUEST",
    "bank_ban": "SANCTION",
    "pause": "RETREAT",
    "mission_pause": "RETREAT",
}


def _refuse(place: str, faults: Iterable[Fault]) -> None:
    found = tuple(faults)
    if found:
        raise RowError(place, found)


def _one_of(column: str, value: str, allowed: Iterable[str]) -> list[Fault]:
    words = tuple(allowed)
    if value in words:
        return []
    return [Fault(column, value, "not a known word", f"use one of {', '.join(words)}")]


def _in_order(first: str, start: date, second: str, end: date) -> list[Fault]:
    if start <= end:
        return []
    message = f"{second} {end} lies before {first} {start}"
    return [Fault(second, end.isoformat(), message, f"check both dates; {first} comes first")]


def _at_least(column: str, value: int, least: int) -> list[Fault]:
    if value >= least:
        return []
    return [Fault(column, value, f"less than {least}", f"give {least} or more")]


@dataclass(frozen=True, slots=True)
class Source:
    """A document or table: what it is, how far it is trusted, since when it could be read.

    Args:
        id: short name used by rows.
        title: what it is, in our words.
        kind: press, official, monitor, brief and the like.
        address: where it was read; "" if nowhere public.
        dated: the day the document speaks of or carries.
        published: the day it could first be read; `None` if it carries no date.
        grade: Admiralty grade, reliability A to F and credibility 1 to 6, as `B2`; or `None`.
        sha256: of the file's bytes, where a file is cited by offsets.
        note: our remarks.
    """

    id: str
    title: str = ""
    kind: str = ""
    address: str = ""
    dated: date | None = None
    published: date | None = None
    grade: str | None = None
    sha256: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a source that breaks a rule."""
        _refuse(f"source {self.id}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("id", self.id)
        texts = {"title": self.title, "kind": self.kind, "address": self.address, "note": self.note}
        yield from text_faults(**texts)
        if self.grade is not None and self.grade not in GRADES:
            yield Fault(
                "grade", self.grade, "not an Admiralty grade", "use A1 to F6 or leave blank"
            )
        if self.sha256 is not None and not _is_sha256(self.sha256):
            yield Fault("sha256", self.sha256, "not a SHA-256", "give 64 hexadecimal digits")


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A pointer into a source: characters `start` to `end` (exclusive), and its gist in our words.

    >>> Evidence("brief", 963, 1220, "85 targets struck").end
    1220
    """

    source: str
    start: int
    end: int
    gist: str = ""

    def __post_init__(self) -> None:
        """Refuse a pointer that breaks a rule."""
        _refuse(f"evidence in {self.source}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("source", self.source)
        yield from text_faults(gist=self.gist)
        yield from _at_least("start", self.start, 0)
        if self.end <= self.start:
            yield Fault(
                "end", self.end, "not after start", "offsets count characters, end excluded"
            )


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
        _refuse(f"actor {self.id}", self._faults())

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
        _refuse("harm", self._faults())

    def _faults(self) -> Iterator[Fault]:
        given = [n for n in (self.low, self.best, self.high) if n is not None]
        if not given:
            yield Fault("best", None, "states nothing", "leave the harm out where it is unknown")
        for column in ("low", "best", "high"):
            value = getattr(self, column)
            if value is not None:
                yield from _at_least(column, value, 0)
        if given != sorted(given):
            yield Fault("high", given, "low, best, high out of order", "low <= best <= high")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that disagree about one field of one event; all values are kept.

    Args:
        field: which field, as `deaths`.
        values: (value as text, source id) pairs, at least two.
        published: since when the disagreement could be known; `None`: as soon as the event.
        note: our remarks.
    """

    field: str
    values: tuple[tuple[str, str], ...]
    published: date | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a conflict that breaks a rule."""
        _refuse(f"conflict over {self.field}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("field", self.field)
        yield from text_faults(note=self.note)
        if len(self.values) < 2:
            yield Fault("value", self.values, "one value is no conflict", "give two or more")
        for value, source in self.values:
            yield from text_faults(value=value)
            yield from identifier_fault("source", source)


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
        _refuse(f"event {self.id}", (*self._faults_of_time(), *self._faults_of_act()))

    def _faults_of_time(self) -> Iterator[Fault]:
        yield from _in_order("start", self.start, "end", self.end)
        yield from _in_order("start", self.start, "published", self.published)
        if self.harm_published is not None:
            yield from _in_order("published", self.published, "harm_published", self.harm_published)
        yield from _one_of("precision", self.precision, PRECISIONS)
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
        yield from _one_of("type", self.type, PLOVER_TYPES)
        yield from _one_of("status", self.status, STATUSES)
        yield from _one_of("published_how", self.published_how, PUBLISHED_HOW)
        yield from text_faults(place=self.place, country=self.country, note=self.note)
        if self.coding:
            yield from identifier_fault("coding", self.coding)
        yield from _at_least("size", self.size, 1)
        yield from _at_least("attacks", self.attacks, 0)
        yield from _at_least("rows", self.rows, 0)
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


@dataclass(frozen=True, slots=True)
class Count:
    """A total as a measurement: who says how many there were since when.

    Totals of different series are never subtracted from one another.

    Args:
        series: id of the series it belongs to.
        of: the action counted.
        speaker: who says so.
        definition: what the speaker counts.
        since: first day counted.
        on: day up to which it counts (the first possible one, if the day is not known).
        published: the day it could first be known.
        total: the number said.
        lower_bound: "more than".
        split: (country or base, number) pairs as said, whether or not they add up.
        source: source id.
        note: our remarks.
        on_end: last possible day up to which it counts; `None`: the same as `on`.
        country: the only country counted; "" for all.
        published_how: stated, address or assumed.
    """

    series: str
    of: str
    speaker: str
    definition: str
    since: date
    on: date
    published: date
    total: int
    lower_bound: bool = False
    split: tuple[tuple[str, int], ...] = ()
    source: str = ""
    note: str = ""
    on_end: date | None = None
    country: str = ""
    published_how: str = "stated"

    def __post_init__(self) -> None:
        """Refuse a total that breaks a rule."""
        _refuse(f"total of {self.series} on {self.on}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("series", self.series)
        yield from identifier_fault("of", self.of)
        yield from _in_order("since", self.since, "on", self.on)
        yield from _in_order("on", self.on, "published", self.published)
        if self.on_end is not None:
            yield from _in_order("on", self.on, "on_end", self.on_end)
        yield from _one_of("published_how", self.published_how, PUBLISHED_HOW)
        yield from _at_least("total", self.total, 0)
        texts = {"speaker": self.speaker, "definition": self.definition, "note": self.note}
        yield from text_faults(country=self.country, **texts)
        for name, number in self.split:
            yield from identifier_fault("split", name)
            yield from _at_least("split", number, 0)

    @property
    def day(self) -> date:
        """The day it is taken to count up to: the middle of `on` and `on_end`."""
        return self.on + ((self.on_end or self.on) - self.on) // 2


@dataclass(frozen=True, slots=True)
class Absence:
    """A statement that nothing of a kind happened from `start` to `end`.

    `reliability` is our prior probability, in (0, 1], that the statement is true.
    """

    of: str
    start: date
    end: date
    speaker: str
    reliability: float
    source: str
    published: date
    country: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a statement that breaks a rule."""
        _refuse(f"absence of {self.of} from {self.start}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("of", self.of)
        yield from _in_order("start", self.start, "end", self.end)
        yield from _in_order("start", self.start, "published", self.published)
        yield from text_faults(speaker=self.speaker, country=self.country, note=self.note)
        if not 0 < self.reliability <= 1:
            yield Fault("reliability", self.reliability, "not in (0, 1]", "give a probability")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How completely a kind of act is listed from `start` to `end`: never guessed, always said."""

    of: str
    start: date
    end: date
    listing: str
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a coverage row that breaks a rule."""
        _refuse(f"coverage of {self.of} from {self.start}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("of", self.of)
        yield from _in_order("start", self.start, "end", self.end)
        yield from _one_of("listing", self.listing, LISTINGS)
        yield from text_faults(note=self.note)


def __getattr__(name: str) -> object:
    # Record is built from this vocabulary, so it is only imported when asked for.
    if name == "Record":
        from talion.record.record import Record

        return Record
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
