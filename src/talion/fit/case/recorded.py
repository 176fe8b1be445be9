"""What the record says, as the sampler reads it: rows with their intervals, totals, absences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.case.options import Options
from talion.fit.case.parameters import Parameters
from talion.model.case import Case, day_number
from talion.model.classes import SourceClass
from talion.model.history import known_marks, rows_of
from talion.record.event import Count

__all__ = [
    "LISTED_BY_COVERAGE",
    "Recorded",
    "Row",
    "Total",
    "Window",
    "listed_share",
    "record_arrays",
    "recorded",
    "total_parts",
]

Triple = tuple[float, float, float]
I8 = NDArray[np.int64]

LISTED_BY_COVERAGE: dict[str, Triple] = {
    "near complete": (85.0, 95.0, 99.0),
    "partial": (40.0, 65.0, 85.0),
    "unknown": (15.0, 40.0, 70.0),
}
"""Per cent of true events that get listed, low, likely, high, where a case states no `listing`: by
the word that the record's coverage table has for the act. A convention of this project."""

_SCALE = (0.4, 1.0, 2.5)  # of the reference series' errors, events
_OTHER_SCALE = (1.0, 3.0, 9.0)
_RATIO = (0.7, 1.0, 1.45)  # of another definition to the reference

LONGEST_LAG = 2.0
"""Days by which a total may run behind its date."""


@dataclass(frozen=True)
class Window:
    """The days whose events are explained: [start, end), absolute day numbers."""

    start: int
    end: int

    @classmethod
    def of(cls, case: Case) -> Window:
        """The window of a case: from `history_from` (else a year) to the eve of `as_of`."""
        first = case.document.history_from or case.as_of - dt.timedelta(days=365)
        return cls(day_number(first), case.as_of_day)

    @property
    def days(self) -> int:
        """Number of days."""
        return self.end - self.start


@dataclass(frozen=True)
class Row:
    """A recorded row: what it may have been, and when, in days since the window's start."""

    id: str
    low: float
    high: float
    classes: tuple[int, ...]
    size: int
    after: str | None


@dataclass(frozen=True)
class Total:
    """A number said: how many events of some classes since a moment, up to a moment that may lag."""

    series: str
    reference: bool
    since: float
    moment: tuple[float, float]
    classes: tuple[int, ...]
    value: int
    lower_bound: bool
    said: str
    """Day and part, for messages."""


@dataclass(frozen=True)
class Recorded:
    """All of it, for one window and one way to fit."""

    window: Window
    types: tuple[str, ...]
    """Event types whose events are explained: those of which the record holds any row."""
    rows: tuple[Row, ...]
    totals: tuple[Total, ...]
    absences: tuple[tuple[float, float, tuple[int, ...], float], ...]
    """Start, end, classes, reliability."""


def listed_share(case: Case, type_id: str, window: Window) -> Triple | None:
    """Prior of the share that gets listed, in per cent; None where everything is.

    The case's own `listing` first; else the least complete coverage of the type's acts in the
    window; without a statement everything counts as listed.
    """
    event = case.events[type_id]
    if event.listing:
        return event.listing.share
    actions = set(event.rows.action) if event.rows else set()
    found = [
        LISTED_BY_COVERAGE[c.listing]
        for c in case.record.coverage
        if c.of in actions
        and c.listing in LISTED_BY_COVERAGE
        and day_number(c.start) < window.end
        and day_number(c.end) >= window.start
    ]
    return min(found, default=None)


def recorded(case: Case, classes: Sequence[SourceClass], options: Options) -> Recorded:
    """Collect what a fit reads of the record.

    Args:
        case: the case; its record holds what was published by `as_of`.
        classes: of the case.
        options: whether dated rows and totals are used, and what is displaced.

    Raises:
        InputError: a displaced or explained type is none of the case's.
    """
    window = Window.of(case)
    for part in (options.moved, options.shuffled):
        _known_types(case, () if part is None else (part[0],))
    _known_types(case, options.explained)
    displaced = {part[0] for part in (options.moved, options.shuffled) if part is not None}
    types = tuple(
        name
        for name, event in case.events.items()
        if name in options.explained or rows_of(event, case.record)
    )
    rows: list[Row] = []
    totals: list[Total] = []
    absences: list[tuple[float, float, tuple[int, ...], float]] = []
    for name in types:
        mine = [c for c in classes if c.type == name]
        if options.rows or not case.events[name].totals:
            rows.extend(_displaced(_rows(case, name, mine, window), name, window, options))
        if options.totals != "none" and name not in displaced:
            totals.extend(_totals(case, name, mine, window, options.totals == "reference"))
            absences.extend(_absences(case, name, mine, window))
    lost = {row.id for row in rows if classes[row.classes[0]].type in displaced}
    rows = [replace(row, after=None) if row.after in lost else row for row in rows]
    if options.same_day:
        rows = _in_turn(rows, classes, reverse=options.same_day == "reversed")
    return Recorded(window, types, tuple(rows), tuple(totals), tuple(absences))


def _in_turn(rows: Sequence[Row], classes: Sequence[SourceClass], *, reverse: bool) -> list[Row]:
    """Rows of one day and several types, each type in its own part of the day, in turn.

    What is coded of the order between types gives way; within a type it stays.
    """
    type_of = {row.id: classes[row.classes[0]].type for row in rows}
    days: dict[float, list[str]] = {}
    for row in rows:
        kinds = days.setdefault(row.low, [])
        if row.high - row.low == 1.0 and type_of[row.id] not in kinds:
            kinds.append(type_of[row.id])
    out = []
    for row in rows:
        kinds = days[row.low][::-1] if reverse else days[row.low]
        if row.high - row.low == 1.0 and len(kinds) > 1:
            part = 1.0 / len(kinds)
            low = row.low + part * kinds.index(type_of[row.id])
            own = type_of.get(row.after or "") == type_of[row.id]
            row = replace(row, low=low, high=low + part, after=row.after if own else None)
        out.append(row)
    return out


def _known_types(case: Case, names: Sequence[str]) -> None:
    for name in names:
        if name not in case.events:
            known = ", ".join(case.events)
            raise InputError("no such event type", value=name, remedy=f"use one of: {known}")


def _displaced(rows: Iterator[Row], name: str, window: Window, options: Options) -> Iterator[Row]:
    """Rows at other days where the options say so: moved, or at random."""
    moved, shuffled = options.moved, options.shuffled
    if moved is not None and moved[0] == name:
        for row in rows:
            low, high = max(row.low + moved[1], 0.0), min(row.high + moved[1], float(window.days))
            if low < high:
                yield replace(row, low=low, high=high, after=None)
    elif shuffled is not None and shuffled[0] == name:
        rng = np.random.default_rng(shuffled[1])
        for row in rows:
            length = row.high - row.low
            low = float(rng.integers(0, int(window.days - length) + 1))
            yield replace(row, low=low, high=low + length, after=None)
    else:
        yield from rows


def _rows(case: Case, name: str, classes: Sequence[SourceClass], window: Window) -> Iterator[Row]:
    event_type = case.events[name]
    for row in rows_of(event_type, case.record):
        low = max(day_number(row.start), window.start) - window.start
        high = min(day_number(row.end) + 1, window.end) - window.start
        if low >= high or row.attacks < 1:
            continue
        known = known_marks(event_type, row)
        allowed = tuple(
            c.index for c in classes if all(dict(c.marks)[m] == v for m, v in known.items())
        )
        yield Row(row.id, float(low), float(high), allowed, row.attacks, row.after)


def _in_country(case: Case, name: str, classes: Sequence[SourceClass], country: str) -> list[int]:
    """Classes of a type in a country; every class where no mark tells countries."""
    marks = [m for m, column in case.events[name].row_marks.items() if column == "country"]
    if not country or not marks:
        return [c.index for c in classes]
    wanted = country.lower().replace(" ", "_")
    return [c.index for c in classes if dict(c.marks)[marks[0]] == wanted]


def _totals(
    case: Case, name: str, classes: Sequence[SourceClass], window: Window, reference_only: bool
) -> Iterator[Total]:
    event = case.events[name]
    actions = event.rows.action if event.rows else ()
    for count in case.record.counts:
        own = count.series == event.totals
        since = day_number(count.since) - window.start
        last = day_number(count.on_end or count.on) + 1 - window.start
        if count.of not in actions or event.totals is None or (reference_only and not own):
            continue
        if since < 0 or last <= since or last > window.days + 1:
            continue
        first = day_number(count.on) + 1 - window.start
        moment = (max(first - LONGEST_LAG, float(since)), float(last))
        for members, value, part in total_parts(case, name, classes, count):
            yield Total(
                count.series, own, float(since), moment, tuple(members), value,
                count.lower_bound, f"{count.on} {part}".strip(),
            )  # fmt: skip


def total_parts(
    case: Case, name: str, classes: Sequence[SourceClass], count: Count
) -> Iterator[tuple[list[int], int, str]]:
    """The parts by country where they add up to the total; else the total."""
    whole = _in_country(case, name, classes, count.country)
    split = [(_in_country(case, name, classes, place), n, place) for place, n in count.split]
    by_country = bool(split) and all(0 < len(members) < len(classes) for members, _, _ in split)
    if by_country and sum(n for _, n, _ in split) == count.total:
        yield from split
    elif whole:
        yield whole, count.total, count.country


def _absences(
    case: Case, name: str, classes: Sequence[SourceClass], window: Window
) -> Iterator[tuple[float, float, tuple[int, ...], float]]:
    event = case.events[name]
    for absence in case.record.absences:
        low = max(day_number(absence.start), window.start) - window.start
        high = min(day_number(absence.end) + 1, window.end) - window.start
        if event.rows and absence.of in event.rows.action and low < high:
            members = tuple(_in_country(case, name, classes, absence.country))
            yield float(low), float(high), members, absence.reliability


def record_arrays(record: Recorded, parameters: Parameters, classes: int) -> dict[str, Any]:
    """Return rows, totals and absences by the names of `arrays.Specification`.

    Args:
        record: what is read.
        parameters: takes up the scales and ratios of the series of totals.
        classes: how many there are.
    """
    rows, totals, absences = record.rows, record.totals, record.absences
    place = {row.id: i for i, row in enumerate(rows)}
    moments = sorted({(t.series, t.moment) for t in totals})
    scales = [
        parameters.add(
            f"fit/total-scale/{t.series}", _SCALE if t.reference else _OTHER_SCALE, "log"
        )
        for t in totals
    ]
    ratios = [
        -1 if t.reference else parameters.add(f"fit/total-ratio/{t.series}", _RATIO, "log")
        for t in totals
    ]
    return {
        "row_low": np.array([r.low for r in rows], np.float64),
        "row_high": np.array([r.high for r in rows], np.float64),
        "row_allowed": _members([r.classes for r in rows], classes),
        "row_weight": np.array([r.size for r in rows], np.int64),
        "row_after": np.array([place.get(r.after or "", -1) for r in rows], np.int64),
        "t_since": np.array([t.since for t in totals], np.float64),
        "t_member": _members([t.classes for t in totals], classes),
        "t_value": np.array([t.value for t in totals], np.float64),
        "t_moment": np.array([moments.index((t.series, t.moment)) for t in totals], np.int64),
        "t_scale": np.array(scales, np.int64),
        "t_ratio": np.array(ratios, np.int64),
        "t_lower": np.array([int(t.lower_bound) for t in totals], np.int64),
        "q_low": np.array([m[0] for _, m in moments], np.float64),
        "q_high": np.array([m[1] for _, m in moments], np.float64),
        "a_start": np.array([a[0] for a in absences], np.float64),
        "a_end": np.array([a[1] for a in absences], np.float64),
        "a_member": _members([a[2] for a in absences], classes),
        "a_miss": np.array([np.log(max(1 - a[3], 1e-6)) for a in absences], np.float64),
    }


def _members(rows: Sequence[Sequence[int]], width: int) -> I8:
    """Rows of class indices as a table of ones."""
    out = np.zeros((len(rows), width), np.int64)
    for i, row in enumerate(rows):
        out[i, list(row)] = 1
    return out
