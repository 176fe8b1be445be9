"""Judgments about what happened, counted on the record: no model, no simulation.

A count has two ends: rows certainly inside the window, and rows whose dates only overlap it.
What is not listed may still have happened, so a claim that fewer acts took place than listed fails
for certain, but a claim that needs more acts than are listed can only be answered where the
listing is near complete. If the answer changes when rows that sources dispute are left out, it is
contested.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Literal

import numpy as np

from talion.judge.coverage import listing_of, say_days
from talion.judge.parts import Setting
from talion.model.case import EPOCH, day_number
from talion.model.claim import (
    AllOf,
    AnyOf,
    FreeOf,
    Names,
    Recorded,
    RecordedRate,
    RecordedReturn,
    RowFilter,
    SourcesAgree,
)
from talion.record.event import Event, Record
from talion.record.rate_ratio import RateRatio, power_to_see, rate_ratio

__all__ = ["Outcome", "RecordCheck", "check_on_record"]

Outcome = Literal["holds", "fails", "contested", "cannot tell"]

# A conflict over one of these makes it doubtful whether the row counts; over harm it does not.
_IDENTITY = frozenset(
    {"action", "type", "initiator", "target", "country", "start", "end", "day", "happened", "act"}
)


@dataclass(frozen=True)
class RecordCheck:
    """The answer of the record to one test.

    Attributes:
        outcome: holds, fails, contested or cannot tell.
        sentence: counts and dates behind it, in words.
        counts: the numbers, by name.
        gaps: what is not, or not surely, listed; one sentence each.
        rows: ids of the rows counted.
    """

    outcome: Outcome
    sentence: str
    counts: Mapping[str, float] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@singledispatch
def check_on_record(test: object, setting: Setting, record: Record, names: Names) -> RecordCheck:  # noqa: ARG001 - the general form
    """Return what the record says of a test of kind `record`.

    Args:
        test: the test.
        setting: what its moments stand for.
        record: as known on the cut-off.
        names: for the sentence.

    Raises:
        TypeError: the test is none of the record.
    """
    raise TypeError(f"{type(test).__name__} is no test of the record")


# --- counts --------------------------------------------------------------------------------------


@check_on_record.register
def _(test: Recorded, setting: Setting, record: Record, names: Names) -> RecordCheck:
    start = _date(setting.day(test.start)) if test.start is not None else record.period[0]
    end = min(_date(setting.day(test.end)), names.as_of or record.period[1])
    rows = [e for e in _rows(record, test.recorded) if e.end >= start and e.start <= end]
    if test.free_of is not None:
        rows = [e for e in rows if _is_free(e, test.free_of, record)]
    listing = listing_of(record, test.recorded.action, start, end)
    gaps = listing.gaps
    if test.free_of is not None:
        free_from = start - dt.timedelta(days=test.free_of.days)
        gaps += listing_of(record, test.free_of.action, free_from, end).gaps

    def answer(kept: Sequence[Event]) -> tuple[Outcome, int, int]:
        low, high = _count_ends(test, kept, start, end)
        return _against_bounds(test, low, high, listing.complete), low, high

    outcome, low, high = answer(rows)
    doubtful = [e for e in rows if _is_doubtful(e)]
    if doubtful and answer([e for e in rows if not _is_doubtful(e)])[0] != outcome:
        outcome = "contested"
    sentence = _count_sentence(test, names, (low, high), (start, end), len(doubtful))
    counts = {"at_least": float(low), "at_most": float(high), "disputed": float(len(doubtful))}
    return RecordCheck(outcome, sentence, counts, gaps, tuple(e.id for e in rows))


def _count_ends(
    test: Recorded, rows: Sequence[Event], start: dt.date, end: dt.date
) -> tuple[int, int]:
    """Return the lowest and highest count that the rows' dates allow.

    With `in_every`, those of the emptiest window for a lower bound, of the fullest for an upper.
    """
    if test.in_every is None:
        return sum(start <= e.start and e.end <= end for e in rows), len(rows)
    first = [day_number(max(start, e.start)) for e in rows]
    last = [day_number(min(end, e.end)) for e in rows]
    opens = np.arange(day_number(start), day_number(end) - test.in_every + 2)
    if opens.size == 0:
        return 0, 0
    closes = opens + test.in_every - 1
    a, b = np.array(first, np.int64)[:, None], np.array(last, np.int64)[:, None]
    inside = ((opens <= a) & (b <= closes)).sum(axis=0)
    touching = ((opens <= b) & (a <= closes)).sum(axis=0)
    lower_bound = test.at_least is not None or test.more_than is not None
    pick: Callable[..., np.int64] = np.min if lower_bound else np.max
    return int(pick(inside)), int(pick(touching))


_MEETS: Mapping[str, Callable[[int, float], bool]] = {
    "at_least": operator.ge,
    "more_than": operator.gt,
    "at_most": operator.le,
    "fewer_than": operator.lt,
}


def _against_bounds(test: Recorded, low: int, high: int, complete: bool) -> Outcome:
    verdicts: set[Outcome] = set()
    for key, threshold in test.bounds().items():
        meets, need = _MEETS[key], threshold.value
        side = _lower if key in ("at_least", "more_than") else _upper
        verdicts.add(side(meets(low, need), meets(high, need), complete))
    return _all(verdicts)


def _lower(low_meets: bool, high_meets: bool, complete: bool) -> Outcome:
    """Answer "at least": enough rows settle it; too few settle it only in a complete listing."""
    if low_meets:
        return "holds"
    return "fails" if complete and not high_meets else "cannot tell"


def _upper(low_meets: bool, high_meets: bool, complete: bool) -> Outcome:
    """Answer "at most": too many rows settle it; few rows settle it only in a complete listing."""
    if not low_meets:
        return "fails"
    return "holds" if complete and high_meets else "cannot tell"


def _count_sentence(
    test: Recorded,
    names: Names,
    ends: tuple[int, int],
    window: tuple[dt.date, dt.date],
    doubtful: int,
) -> str:
    low, high = ends
    number = str(low) if low == high else f"{low} to {high}"
    noun = "row" if number == "1" else "rows"
    what = test.recorded.in_words(names)
    if test.free_of is not None:
        what += f" with no {test.free_of.in_words(names)} in the {test.free_of.days} days before"
    if test.in_every is None:
        text = f"The record lists {number} {noun} of {what}, {say_days(*window)}"
    else:
        side = "fewest" if test.at_least is not None or test.more_than is not None else "most"
        text = (
            f"The {side} in any {test.in_every} days, {say_days(*window)}, are {number} {noun} "
            f"of {what}"
        )
    return text + (f"; sources dispute {doubtful} of them." if doubtful else ".")


def _rows(record: Record, wanted: RowFilter) -> list[Event]:
    """Return the countable rows that a filter accepts, in order of time."""
    return list(
        record.select(
            wanted.action or None,
            initiator=wanted.initiator or None,
            target=wanted.target or None,
            country=wanted.country or None,
            countable=True,
        )
    )


def _is_free(event: Event, free: FreeOf, record: Record) -> bool:
    """Whether no row of `free` fell in the days before, or on the day unless known to be later."""
    since = event.start - dt.timedelta(days=free.days)
    for other in _rows(record, free):
        if other.id == event.id or other.end < since or other.start > event.end:
            continue
        if other.start >= event.start and record.follows(other, event):
            continue
        return False
    return True


def _is_doubtful(event: Event) -> bool:
    return event.status == "disputed" or any(c.field in _IDENTITY for c in event.conflicts)


# --- rates ---------------------------------------------------------------------------------------


@check_on_record.register
def _(test: RecordedRate, setting: Setting, record: Record, names: Names) -> RecordCheck:  # noqa: ARG001
    day = _anchor(test.after, record)
    found, gaps, alike = _before_after(record, test.recorded_rate, day, test.days, test.days, 1)
    threshold = (test.below or test.above).value / 100  # type: ignore[union-attr]
    below = test.below is not None
    true = 0.5 if below else 2.0
    power = power_to_see(true * threshold, threshold, found.before, test.days, test.days)
    outcome: Outcome = "cannot tell"
    if found.before and alike and (found.high < threshold or found.low > threshold):
        outcome = "holds" if (found.high < threshold) == below else "fails"
    sentence = (
        f"{_ratio_words(found, test.days, test.recorded_rate, names)} Had the rate truly "
        f"{'fallen to half' if below else 'risen to twice'} the threshold, counts of this size "
        f"would show it in {round(100 * min(max(power, 0.01), 0.99))} of 100 cases"
        + ("; this record could hardly have shown it." if power < 0.5 else ".")
    )
    counts = {**_ratio_counts(found), "power": power}
    return RecordCheck(outcome, sentence, counts, gaps)


@check_on_record.register
def _(test: RecordedReturn, setting: Setting, record: Record, names: Names) -> RecordCheck:
    day = _anchor(test.after, record)
    until = min(_date(setting.day(test.by)), record.period[1])
    number = 0
    gaps: tuple[str, ...] = ()
    wanted, length = test.recorded_return, test.window
    before_days = test.to_rate_before
    while day + dt.timedelta(days=(number + 1) * length) <= until:
        first = number * length + 1
        found, gaps, alike = _before_after(record, wanted, day, before_days, length, first)
        if found.before and found.ratio >= 1:
            start = day + dt.timedelta(days=first)
            end = start + dt.timedelta(days=length - 1)
            what = wanted.in_words(names)
            sentence = (
                f"First {length}-day window with {what} back at the rate of the {before_days} days "
                f"before: {say_days(start, end)}, {found.after} rows against {found.before} in "
                f"{before_days} days; ratio {found.ratio:.2g}, 80 % interval {_interval(found)}. "
                "Windows follow one another from the day after."
            )
            counts = {**_ratio_counts(found), "window": float(number + 1)}
            return RecordCheck("holds" if alike else "cannot tell", sentence, counts, gaps)
        number += 1
    before = _count(
        record, wanted, day - dt.timedelta(days=before_days), day - dt.timedelta(days=1)
    )
    listed = listing_of(record, wanted.action, day - dt.timedelta(days=before_days), until)
    outcome: Outcome = "fails" if before and number and listed.complete else "cannot tell"
    why = (
        f"The rate of the {before_days} days before ({before} rows) was not reached again in any of "
        f"{number} {'window' if number == 1 else 'windows'} of {length} days up to {say_days(until, until)}."
        if before
        else f"No row of {wanted.in_words(names)} is listed in the {before_days} days before."
    )
    return RecordCheck(outcome, why, {"before": float(before)}, gaps or listed.gaps)


def _before_after(
    record: Record, wanted: RowFilter, day: dt.date, before: int, after: int, first: int
) -> tuple[RateRatio, tuple[str, ...], bool]:
    """Return the ratio of rates around a day, the gaps, and whether both sides are listed alike.

    Before: the `before` days up to the eve. After: `after` days from the `first` day after. The day
    itself is in neither, since the order within it is not known.
    """
    one = dt.timedelta(days=1)
    sides = (
        (day - before * one, day - one),
        (day + first * one, day + (first + after - 1) * one),
    )
    counts = [_count(record, wanted, *side) for side in sides]
    listings = [listing_of(record, wanted.action, *side) for side in sides]
    inside = record.period[0] <= sides[0][0] and sides[1][1] <= record.period[1]
    alike = inside and listings[0].kinds == listings[1].kinds
    gaps = tuple(dict.fromkeys(g for listing in listings for g in listing.gaps))
    return rate_ratio(counts[1], counts[0], after, before), gaps, alike


def _count(record: Record, wanted: RowFilter, start: dt.date, end: dt.date) -> int:
    return sum(start <= e.day <= end for e in _rows(record, wanted))


def _anchor(after: str, record: Record) -> dt.date:
    """Return the day of a recorded event, or the date written."""
    if len(after) == 10 and after[4] == after[7] == "-":
        return dt.date.fromisoformat(after)
    return record.event(after).day


def _ratio_words(found: RateRatio, days: int, wanted: RowFilter, names: Names) -> str:
    rows = "row" if found.after == 1 else "rows"
    counts = (
        f"The record lists {found.after} {rows} of {wanted.in_words(names)} in the {days} days after "
        f"and {found.before} in the {days} days before"
    )
    if not found.before:
        return counts + ", so no ratio can be formed."
    return f"{counts}: {round(100 * found.ratio)} % of the rate, 80 % interval {_interval(found)}."


def _interval(found: RateRatio) -> str:
    high = "no upper end" if found.high == float("inf") else f"{round(100 * found.high)} %"
    return f"{round(100 * found.low)} % to {high}"


def _ratio_counts(found: RateRatio) -> dict[str, float]:
    return {
        "after": float(found.after),
        "before": float(found.before),
        "ratio": found.ratio,
        "low": found.low,
        "high": found.high,
    }


# --- sources, and several tests -------------------------------------------------------------------


@check_on_record.register
def _(test: SourcesAgree, setting: Setting, record: Record, names: Names) -> RecordCheck:  # noqa: ARG001
    rows = [record.event(key) for key in test.sources_agree]
    sources = sorted({source for row in rows for source in row.sources})
    conflicts = [(row, c) for row in rows for c in row.conflicts]
    disputed = [row for row in rows if row.status == "disputed"]
    counts = {"sources": float(len(sources)), "conflicts": float(len(conflicts))}
    ids = tuple(row.id for row in rows)
    if conflicts or disputed:
        said = [
            f"{row.id}, {c.field}: " + " against ".join(f"{v} ({s})" for v, s in c.values)
            for row, c in conflicts
        ]
        said += [f"{row.id} is disputed" for row in disputed]
        return RecordCheck("contested", f"Sources differ on {'; '.join(said)}.", counts, (), ids)
    if len(sources) < 2:
        sentence = (
            f"It rests on {len(sources) or 'no'} source, so nothing can confirm or contest it."
        )
        return RecordCheck("cannot tell", sentence, counts, (), ids)
    sentence = f"{len(sources)} sources report it and none contradicts another."
    return RecordCheck("holds", sentence, counts, (), ids)


@check_on_record.register(AllOf)
@check_on_record.register(AnyOf)
def _(test: AllOf | AnyOf, setting: Setting, record: Record, names: Names) -> RecordCheck:
    checks = [check_on_record(part, setting, record, names) for part in test.parts]
    outcomes = {c.outcome for c in checks}
    outcome = _all(outcomes) if isinstance(test, AllOf) else _any(outcomes)
    sentence = " ".join(c.sentence for c in checks)
    counts = {f"{i + 1}.{k}": v for i, c in enumerate(checks) for k, v in c.counts.items()}
    gaps = tuple(dict.fromkeys(g for c in checks for g in c.gaps))
    return RecordCheck(outcome, sentence, counts, gaps, tuple(r for c in checks for r in c.rows))


def _all(outcomes: set[Outcome]) -> Outcome:
    order: tuple[Outcome, ...] = ("fails", "contested", "cannot tell")
    return next((o for o in order if o in outcomes), "holds")


def _any(outcomes: set[Outcome]) -> Outcome:
    order: tuple[Outcome, ...] = ("holds", "contested", "cannot tell")
    return next((o for o in order if o in outcomes), "fails")


def _date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)
