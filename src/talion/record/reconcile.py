"""Totals against dated rows: what each interval of a series adds, and how much of it is listed.

For consecutive totals C of ONE series on days d_0 < d_1 < ... (the first is held against 0 on the
eve of `since`), the interval (d_{j-1}, d_j] has

    increment = C(d_j) - C(d_{j-1}),   dated = sum of attacks of dated rows in it,
    remainder = max(0, increment - dated),   share = dated / increment.

Totals of different series are never held against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from talion.errors import RecordError
from talion.record.event import Count, Event
from talion.record.record import Names, Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["HistoryMass", "Increment", "history_mass", "increments", "series_of"]

LONGEST = "longest"
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Increment:
    """What one series adds in one interval, against the dated rows in it.

    Args:
        series: id of the series.
        start, end: first and last day of the interval.
        increment: what the totals add; negative where a total decreased.
        dated: attacks of the dated rows in the interval (aggregates left out).
        remainder: counted but not listed, at least 0.
        share: dated / increment; `None` where the increment is not positive.
        lower_bound: a total at its end is only a lower bound ("more than").
        slack: days by which its ends are uncertain.
        conflicts: what does not fit, in words.
    """

    series: str
    start: date
    end: date
    increment: int
    dated: int
    remainder: int
    share: float | None
    lower_bound: bool
    slack: int
    conflicts: tuple[str, ...]

    @property
    def days(self) -> int:
        """Number of days of the interval."""
        return (self.end - self.start).days + 1


def series_of(record: Record, action: str) -> dict[str, tuple[Count, ...]]:
    """Return the totals of an action by series, each in order of day."""
    table: dict[str, list[Count]] = {}
    for count in sorted(record.counts, key=lambda c: (c.day, c.published, c.total)):
        if count.of == action:
            table.setdefault(count.series, []).append(count)
    return {series: tuple(counts) for series, counts in table.items()}


def increments(
    record: Record, series: str, *, initiator: Names = None, target: Names = None
) -> tuple[Increment, ...]:
    """Return the intervals of one series in order.

    Args:
        record: the record; merge it first, so that no event is counted twice.
        series: id of the series.
        initiator, target: which dated rows it counts, as in `Record.select`. The country is the
            series' own.

    Raises:
        RecordError: there is no such series.
    """
    counts = [count for count in record.counts if count.series == series]
    if not counts:
        known = ", ".join(sorted({count.series for count in record.counts})) or "none"
        raise RecordError("no such series of totals", value=series, remedy=f"known: {known}")
    counts.sort(key=lambda c: (c.day, c.published, c.total))
    rows = record.select(
        counts[0].of,
        initiator=initiator,
        target=target,
        country=counts[0].country or None,
        countable=True,
    )
    made = []
    before: Count | None = None
    for count in counts:
        made.append(_increment(before, count, rows))
        before = count
    return tuple(made)


def _increment(before: Count | None, count: Count, rows: tuple[Event, ...]) -> Increment:
    eve = count.since - timedelta(days=1) if before is None else before.day
    start = min(eve + timedelta(days=1), count.day)
    grown = count.total - (before.total if before else 0)
    dated = sum(row.attacks for row in rows if eve < row.day <= count.day)
    return Increment(
        series=count.series,
        start=start,
        end=count.day,
        increment=grown,
        dated=dated,
        remainder=max(0, grown - dated),
        share=dated / grown if grown > 0 else None,
        lower_bound=count.lower_bound or (before is not None and before.lower_bound),
        slack=_slack(count) + (_slack(before) if before else 0),
        conflicts=tuple(_conflicts(before, count, grown, dated)),
    )


def _slack(count: Count) -> int:
    return ((count.on_end or count.on) - count.on).days


def _conflicts(before: Count | None, count: Count, grown: int, dated: int) -> Iterator[str]:
    if grown < 0 and before is not None:
        yield f"the total falls from {before.total} on {before.day} to {count.total} on {count.day}"
    if before is not None and before.since != count.since:
        yield f"counts since {count.since}, the total before it since {before.since}"
    parts = sum(number for _, number in count.split)
    if count.split and parts != count.total:
        shown = " + ".join(str(number) for _, number in count.split)
        yield f"the split {shown} = {parts} on {count.day} does not add up to {count.total}"
    if grown < dated and not count.lower_bound:
        yield f"{dated} dated attacks where the total adds {grown}"


@dataclass(frozen=True, slots=True)
class HistoryMass:
    """Expected events per day: what a history of one action starts from.

    Args:
        days: int64, days since 1970-01-01, ascending, each day with mass once.
        mass: float64, expected events on that day: `dated + spread`.
        dated: float64, of dated rows; each decision weighs 1, spread over its interval.
        spread: float64, of unlisted ones: each remainder evenly over its interval.
        series: the series of totals used, "" if none.
    """

    days: NDArray[np.int64]
    mass: NDArray[np.float64]
    dated: NDArray[np.float64]
    spread: NDArray[np.float64]
    series: str


def history_mass(
    record: Record,
    action: Names,
    until: date,
    *,
    series: str | None = LONGEST,
    initiator: Names = None,
    target: Names = None,
    country: Names = None,
    attacks_per_event: float = 1.0,
) -> HistoryMass:
    """Return the mass per day that an action's recorded past gives a history.

    The rule: a dated decision weighs 1, whatever its size, on its day (evenly over its interval, if
    not dated to the day). The remainder of each interval of the series is spread evenly over the
    interval's days. Days outside the totals carry dated rows only; intervals that end in a mere
    lower bound, and falling totals, add nothing. Only what was published and had happened by
    `until` is used.

    Args:
        record: the record; merge it first.
        action: native action or several.
        until: last day used; later rows and totals, and later publications, are ignored.
        series: series of totals; "longest" takes the one with most totals known; `None` none.
        initiator, target, country: which rows, as in `Record.select`.
        attacks_per_event: attacks that one unlisted decision makes; divides the remainder.

    Raises:
        RecordError: an unknown series, or `attacks_per_event` under 1.
    """
    import numpy as np

    if not attacks_per_event >= 1:
        remedy = "give 1 or more"
        raise RecordError(
            "a decision makes at least one attack", value=attacks_per_event, remedy=remedy
        )
    known = record.known_by(until)
    rows = known.select(action, initiator=initiator, target=target, country=country, countable=True)
    dated: dict[int, float] = {}
    for row in rows:
        _add(dated, row.start, min(row.end, until), 1.0)
    chosen = _chosen_series(record, known, action, series)
    spread: dict[int, float] = {}
    if chosen:
        for step in increments(known, chosen, initiator=initiator, target=target):
            if step.remainder and not step.lower_bound and step.end <= until:
                _add(spread, step.start, step.end, step.remainder / attacks_per_event)
    days = sorted(dated.keys() | spread.keys())
    one = np.array([dated.get(day, 0.0) for day in days], dtype=np.float64)
    other = np.array([spread.get(day, 0.0) for day in days], dtype=np.float64)
    return HistoryMass(np.array(days, dtype=np.int64), one + other, one, other, chosen)


def _chosen_series(record: Record, known: Record, action: Names, series: str | None) -> str:
    if series is None:
        return ""
    by_length = {
        name: len(counts)
        for one in sorted({count.of for count in known.counts})
        if action is None or one == action or (not isinstance(action, str) and one in action)
        for name, counts in series_of(known, one).items()
    }
    if series == LONGEST:
        return max(sorted(by_length), key=by_length.__getitem__, default="")
    if series not in {count.series for count in record.counts}:
        remedy = "use the id of a series of totals"
        raise RecordError("no such series of totals", value=series, remedy=remedy)
    return series if series in by_length else ""  # none of its totals was known yet


def _add(table: dict[int, float], start: date, end: date, mass: float) -> None:
    """Spread `mass` evenly over the days from `start` to `end`."""
    if end < start:
        return
    first, last = (start - EPOCH).days, (end - EPOCH).days
    for day in range(first, last + 1):
        table[day] = table.get(day, 0.0) + mass / (last - first + 1)
