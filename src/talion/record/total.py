"""How many, and how completely: totals as measurements, statements of absence, coverage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from talion.record.faults import Fault, identifier_fault, text_faults
from talion.record.terms import LISTINGS, PUBLISHED_HOW, at_least, in_order, one_of, refuse

__all__ = ["Absence", "Count", "Coverage"]


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
        refuse(f"total of {self.series} on {self.on}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("series", self.series)
        yield from identifier_fault("of", self.of)
        yield from in_order("since", self.since, "on", self.on)
        yield from in_order("on", self.on, "published", self.published)
        if self.on_end is not None:
            yield from in_order("on", self.on, "on_end", self.on_end)
        yield from one_of("published_how", self.published_how, PUBLISHED_HOW)
        yield from at_least("total", self.total, 0)
        texts = {"speaker": self.speaker, "definition": self.definition, "note": self.note}
        yield from text_faults(country=self.country, **texts)
        for name, number in self.split:
            yield from identifier_fault("split", name)
            yield from at_least("split", number, 0)

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
        refuse(f"absence of {self.of} from {self.start}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("of", self.of)
        yield from in_order("start", self.start, "end", self.end)
        yield from in_order("start", self.start, "published", self.published)
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
        refuse(f"coverage of {self.of} from {self.start}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("of", self.of)
        yield from in_order("start", self.start, "end", self.end)
        yield from one_of("listing", self.listing, LISTINGS)
        yield from text_faults(note=self.note)
