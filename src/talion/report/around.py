"""The model-free table: recorded rows before and after each act, with the listing of both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from talion.judge.before_after import BeforeAfter
from talion.judge.results import RunResult
from talion.record.record import Record
from talion.report.evidence import EvidenceReader
from talion.report.system import title_of
from talion.report.words import DASH, day, plural

LONGEST = 60
"""A pair with more acts than this is left to results.json: counting around 150 attacks shows little."""


@dataclass(frozen=True)
class AroundRow:
    """One act: (before, after) rows in each window, and how both sides are listed at the longest."""

    day: str
    event: str
    counts: tuple[tuple[str, str], ...]
    listing: str


@dataclass(frozen=True)
class AroundTable:
    """All acts of one type, with the rows of another type around them."""

    cause: str
    effect: str
    windows: tuple[int, ...]
    rows: tuple[AroundRow, ...]
    left_out: str
    sentence: str


def build_around(result: RunResult, reader: EvidenceReader) -> tuple[AroundTable, ...]:
    """Return a table for each pair of types, shortest first left out only where too long."""
    pairs: dict[tuple[str, str], dict[tuple[date, str], list[BeforeAfter]]] = {}
    for row in result.before_after:
        acts = pairs.setdefault((row.cause, row.effect), {})
        acts.setdefault((row.day, row.event), []).append(row)
    return tuple(_table(result, reader, *pair, acts) for pair, acts in pairs.items())


def _table(
    result: RunResult,
    reader: EvidenceReader,
    cause: str,
    effect: str,
    acts: dict[tuple[date, str], list[BeforeAfter]],
) -> AroundTable:
    titles = title_of(result.case, cause), title_of(result.case, effect)
    windows = tuple(sorted({r.days for rows in acts.values() for r in rows}))
    too_long = len(acts) > LONGEST
    left_out = f"{len(acts)} acts; counted in results.json" if too_long else ""
    shown = () if too_long else tuple(_rows(result.record, acts, reader, windows))
    return AroundTable(*titles, windows, shown, left_out, _sentence(acts, windows))


def _rows(
    record: Record,
    acts: dict[tuple[date, str], list[BeforeAfter]],
    reader: EvidenceReader,
    windows: tuple[int, ...],
) -> Iterator[AroundRow]:
    for (when, event), rows in acts.items():
        by_days = {r.days: r for r in rows}
        counts = tuple((_count(by_days[w].before), _count(by_days[w].after)) for w in windows)
        last = by_days[windows[-1]]
        listing = last.listing_before
        if last.listing_after != listing:
            listing = (
                f"before: {listing or 'not stated'}; after: {last.listing_after or 'not stated'}"
            )
        yield AroundRow(
            day(when),
            reader.describe(record.event(event), dated=False),
            counts,
            listing or "not stated",
        )


def _count(n: int | None) -> str:
    return DASH if n is None else str(n)


def _sentence(acts: dict[tuple[date, str], list[BeforeAfter]], windows: tuple[int, ...]) -> str:
    """Return how often fewer rows follow than precede, window by window."""
    parts = []
    for window in windows:
        both = [
            (r.before, r.after)
            for rows in acts.values()
            for r in rows
            if r.days == window and r.before is not None and r.after is not None
        ]
        fewer = sum(after < before for before, after in both)
        more = sum(after > before for before, after in both)
        parts.append(f"{window} days: fewer after {fewer}, more after {more}, of {len(both)}")
    return f"{plural(len(acts), 'act')}. {'; '.join(parts)}."
