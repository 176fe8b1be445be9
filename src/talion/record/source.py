"""Where it is said: sources, pointers into them, and sources that disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from talion.record.faults import Fault, identifier_fault, text_faults
from talion.record.terms import GRADES, at_least, refuse

__all__ = ["Conflict", "Evidence", "Source"]


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
        shared: whether its rows and texts may be passed on; a licence or a promise may forbid it.
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
    shared: bool = True

    def __post_init__(self) -> None:
        """Refuse a source that breaks a rule."""
        refuse(f"source {self.id}", self._faults())

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
        refuse(f"evidence in {self.source}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("source", self.source)
        yield from text_faults(gist=self.gist)
        yield from at_least("start", self.start, 0)
        if self.end <= self.start:
            yield Fault(
                "end", self.end, "not after start", "offsets count characters, end excluded"
            )


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
        refuse(f"conflict over {self.field}", self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from identifier_fault("field", self.field)
        yield from text_faults(note=self.note)
        if len(self.values) < 2:
            yield Fault("value", self.values, "one value is no conflict", "give two or more")
        for value, source in self.values:
            yield from text_faults(value=value)
            yield from identifier_fault("source", source)
