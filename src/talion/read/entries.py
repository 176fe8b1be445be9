"""What was read of a table: its entries, each with its row, and what is to be said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from talion.read.amounts import Amount
from talion.read.days import Span

__all__ = ["NOT_STATED", "UNKNOWN", "Entry", "Reading"]

UNKNOWN = "unknown"
NOT_STATED = Amount(None, None)


@dataclass(frozen=True)
class Entry:
    """One row, or one cell of a table with a column for each kind of act.

    Attributes:
        row: number of the row.
        span: days.
        by, against, kind: as written; `unknown` where the sheet does not say.
        number: how many acts, or the running total.
        deaths, injuries: people; both ends None where not stated.
        published: day it could first be known.
        place, country, note: text.
        sources: who reports it.
        speaker: who states a running total, where a column of its own says so.
        key: the row's own id, "" if none.
    """

    row: int
    span: Span
    by: str
    against: str
    kind: str
    number: Amount
    deaths: Amount = NOT_STATED
    injuries: Amount = NOT_STATED
    published: date | None = None
    place: str = ""
    country: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()
    key: str = ""
    speaker: str = ""


@dataclass
class Reading:
    """What was read of a table.

    Attributes:
        entries: in the order of the sheet.
        remarks: what was left out and decided, in sentences.
        unstated: kind of act -> days on which its column is blank, in tables of counts.
        days: first and last day of all dated rows, those of zero included.
    """

    entries: list[Entry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unstated: dict[str, list[date]] = field(default_factory=dict)
    days: tuple[date, date] = (date.max, date.min)
