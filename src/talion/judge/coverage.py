"""What the record could have shown: how completely acts are listed over a period, and the gaps."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from talion.record.event import Coverage, Record

__all__ = ["Listing", "listing_of", "say_days"]

COMPLETE = "near complete"
_UNSTATED = "not stated"
_OUTSIDE = "outside the record"


@dataclass(frozen=True)
class Listing:
    """How some acts are listed over a period.

    Attributes:
        complete: every day of it is near completely listed.
        kinds: the sorts of listing met, in order of time, without repeats.
        gaps: one sentence for each stretch that is not near completely listed.
    """

    complete: bool
    kinds: tuple[str, ...]
    gaps: tuple[str, ...]


def say_days(start: dt.date, end: dt.date) -> str:
    """Return a stretch of days in words.

    >>> say_days(dt.date(2024, 2, 3), dt.date(2024, 2, 13))
    '3 to 13 February 2024'
    """
    if start == end:
        return f"{start.day} {start:%B %Y}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day} to {end.day} {end:%B %Y}"
    first = f"{start.day} {start:%B}" + ("" if start.year == end.year else f" {start.year}")
    return f"{first} to {end.day} {end:%B %Y}"


def listing_of(record: Record, actions: Iterable[str], start: dt.date, end: dt.date) -> Listing:
    """Return how the acts are listed from `start` to `end`, both included.

    A day that no coverage row speaks of is "not stated"; a day outside the record's period is said
    to be so. Of several coverage rows on one day the last one in the record counts.

    Args:
        record: the record.
        actions: native actions; without any, no listing can be stated.
        start, end: first and last day.
    """
    stretches: list[tuple[str, dt.date, dt.date, str]] = []
    for action in actions:
        rows = [row for row in record.coverage if row.of == action]
        stretches += [(action, *s) for s in _stretches(record, rows, start, end)]
    if not stretches:
        stretches = [("these acts", start, end, _UNSTATED)]
    gaps = tuple(
        f"listing of {action.replace('_', ' ')} is {kind}, {say_days(first, last)}"
        for action, first, last, kind in stretches
        if kind != COMPLETE
    )
    kinds = tuple(dict.fromkeys(kind for *_, kind in sorted(stretches, key=lambda s: s[1])))
    return Listing(not gaps, kinds, gaps)


def _stretches(
    record: Record, rows: list[Coverage], start: dt.date, end: dt.date
) -> list[tuple[dt.date, dt.date, str]]:
    """Return runs of days with one sort of listing; only days at which it may change are visited."""
    step = dt.timedelta(days=1)
    edges = {start, end + step, record.period[0], record.period[1] + step}
    edges |= {row.start for row in rows} | {row.end + step for row in rows}
    marks = sorted(e for e in edges if start <= e <= end + step)
    found: list[tuple[dt.date, dt.date, str]] = []
    for day, following in itertools.pairwise(marks):
        kind = _kind_on(record, rows, day)
        if found and found[-1][2] == kind:
            found[-1] = (found[-1][0], following - step, kind)
        else:
            found.append((day, following - step, kind))
    return found


def _kind_on(record: Record, rows: list[Coverage], day: dt.date) -> str:
    if not record.period[0] <= day <= record.period[1]:
        return _OUTSIDE
    listed = [row.listing for row in rows if row.start <= day <= row.end]
    return listed[-1] if listed else _UNSTATED
