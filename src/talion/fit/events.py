"""The table of events that a fit reads: times, types, marks and an explicit period of coverage.

Within the period [start, end) every event counts in the likelihood; between `history_start` and
`start` events are known too and excite what follows, but are not themselves explained. Nothing
here is guessed from the data: a quiet month at the end of a record is evidence, so the caller says
where coverage ends.

Times are absolute days (days since 1970-01-01) or days since any origin of the caller's; fits
depend on differences alone. `width` is the length in days of the interval [time, time + width) in
which an event is known to lie: 0 for an exact stamp, 1 for a date without an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.errors import Problems, RecordError, TalionError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["EventTable", "event_table", "read_frame"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_SECONDS = 86_400.0


@dataclass(frozen=True, eq=False)
class EventTable:
    """Events in order of time, with the period they cover. Make one with `event_table`.

    The arrays are the table's own and are writable only because compiled code asks for that; do
    not write to them.
    """

    times: F8
    """[n] days, ascending."""
    types: I8
    """[n] index into `names`."""
    marks: I8
    """[n] class of the event within its type (size, harm, place); 0 where there is one class."""
    widths: F8
    """[n] days; 0 for an exact time."""
    names: tuple[str, ...]
    """[K] names of the event types."""
    start: float
    """First moment of the period, in days."""
    end: float
    """The moment after its last, in days."""
    history_start: float
    """From when earlier events are known; equals `start` if none are."""
    first: int
    """Index of the first event in the period: rows before it are history."""

    @property
    def length(self) -> float:
        """Days in the period."""
        return self.end - self.start

    @property
    def counts(self) -> I8:
        """[K] events of each type in the period, history apart."""
        return np.bincount(self.types[self.first :], minlength=len(self.names)).astype(np.int64)

    @property
    def is_exact(self) -> bool:
        """Whether every event has an exact time."""
        return not self.widths.any()

    def tie_groups(self) -> I8:
        """Offsets of the groups of events at one moment: group g is rows [o[g], o[g + 1]).

        >>> event_table([0.5, 0.5, 2.0], [0, 1, 0], start=0, end=3).tie_groups().tolist()
        [0, 2, 3]
        """
        if not len(self.times):
            return np.zeros(1, np.int64)
        breaks = np.flatnonzero(np.diff(self.times)) + 1
        return np.concatenate([[0], breaks, [len(self.times)]]).astype(np.int64)

    def tied(self) -> int:
        """How many events share their moment with another.

        >>> event_table([0.5, 0.5, 2.0], [0, 1, 0], start=0, end=3).tied()
        2
        """
        sizes = np.diff(self.tie_groups())
        return int(sizes[sizes > 1].sum())

    def spread(self, rng: np.random.Generator) -> EventTable:
        """Return the table with every inexact time drawn evenly from its interval.

        One such draw keeps the share of answered events but makes memory look longer than it is
        where it is shorter than the interval: an analysis of sensitivity, no substitute for
        sampling the times together with the parameters.

        Args:
            rng: source of randomness.

        >>> coarse = event_table([3, 3, 8], [0, 0, 0], widths=1.0, start=0, end=10)
        >>> fine = coarse.spread(np.random.default_rng(1))
        >>> fine.is_exact, fine.tied(), (fine.times // 1).astype(int).tolist()
        (True, 0, [3, 3, 8])
        """
        low = self.times
        high = np.minimum(low + self.widths, np.where(low < self.start, self.start, self.end))
        drawn = low + (high - low) * rng.random(len(low))
        # A draw that rounds up to the interval's end would leave the period.
        drawn = np.where(drawn < high, drawn, np.nextafter(high, low)) * (self.widths > 0) + (
            low * (self.widths == 0)
        )
        return self.at_times(drawn)

    def at_times(self, times: ArrayLike) -> EventTable:
        """Return the table with every event at an exact time, such as one that was imputed.

        Args:
            times: [n] days, in the order of the rows; the result is sorted anew.

        >>> coarse = event_table([3, 3], [0, 1], widths=1.0, start=0, end=10)
        >>> coarse.at_times([3.7, 3.2]).types.tolist()
        [1, 0]
        """
        found = np.asarray(times, np.float64)
        order = np.argsort(found, kind="stable")
        return replace(
            self,
            times=found[order],
            types=self.types[order],
            marks=self.marks[order],
            widths=np.zeros(len(found)),
        )


def _column(values: ArrayLike, kind: type[Any], n: int, name: str) -> NDArray[Any]:
    """Return `values` as a fresh one-dimensional array of `n`; a single number serves all rows."""
    try:
        found = np.asarray(values)
        whole = kind is np.int64 and found.size > 0 and found.dtype.kind == "f"
        if whole and not bool(np.all(found == np.round(found))):
            raise RecordError("whole numbers are needed", place=name, value=values)
        array = np.array(found, dtype=kind)
    except (TypeError, ValueError):
        raise RecordError("numbers are needed", place=name, value=values) from None
    if array.ndim == 0:
        array = np.full(n, array, dtype=kind)
    if array.shape != (n,):
        raise RecordError(
            f"there must be one value for each of the {n} events",
            place=name,
            value=array.shape,
            remedy="give arrays of one length",
        )
    return array


def _row_fault(bad: NDArray[np.bool_], values: NDArray[Any], name: str) -> tuple[str, object]:
    """Where the first bad value stands, and it."""
    row = int(np.flatnonzero(bad)[0])
    return f"{name}, row {row}", values[row].item()


def _period_faults(start: float, end: float, history_start: float) -> list[TalionError]:
    given = {"start": start, "end": end, "history_start": history_start}
    faults: list[TalionError] = [
        RecordError("a finite day is needed", place=name, value=value)
        for name, value in given.items()
        if not np.isfinite(value)
    ]
    if not faults and not start < end:
        faults.append(
            RecordError(
                "the period ends before it begins",
                place="start, end",
                value=(start, end),
                remedy="give the days between which events would have been recorded",
            )
        )
    if not faults and history_start > start:
        faults.append(
            RecordError(
                "history must begin before the period",
                place="history_start",
                value=history_start,
                remedy=f"give a day no later than {start:g}, or leave it out",
            )
        )
    return faults


def _event_faults(
    times: F8, types: I8, marks: I8, widths: F8, names: tuple[str, ...], span: tuple[float, float]
) -> list[TalionError]:
    low, high = span
    checks: tuple[tuple[NDArray[np.bool_], NDArray[Any], str, str, str], ...] = (
        (~np.isfinite(times), times, "times", "a finite day is needed",
         "leave events without a date out, or give them an interval"),
        (times < low, times, "times", f"before the first known day, {low:g}",
         "give history_start, the day from which events are known"),
        (times >= high, times, "times", f"not before the end of the period, {high:g}",
         "give the end of coverage; the end itself is outside"),
        ((types < 0) | (types >= len(names)), types, "types", f"no such type of {len(names)}",
         "types count from 0 and need a name each"),
        (marks < 0, marks, "marks", "a mark cannot be negative", "marks count from 0"),
        (~(widths >= 0) | ~np.isfinite(widths), widths, "widths", "an interval cannot be negative",
         "give 0 for an exact time, 1 for a date"),
    )  # fmt: skip
    faults: list[TalionError] = []
    for bad, values, name, message, remedy in checks:
        if bad.any():
            place, value = _row_fault(bad, values, name)
            faults.append(RecordError(message, place=place, value=value, remedy=remedy))
    return faults


def event_table(
    times: ArrayLike,
    types: ArrayLike = 0,
    *,
    start: float,
    end: float,
    history_start: float | None = None,
    marks: ArrayLike = 0,
    widths: ArrayLike = 0.0,
    names: Sequence[str] | None = None,
) -> EventTable:
    """Make a table of events from arrays, in any order.

    Args:
        times: [n] days; any origin, the same for `start` and `end`.
        types: [n] type of each event, counted from 0; one number for all.
        start: first moment of the period for which events are complete.
        end: the moment after its last. An event at `end` is outside.
        history_start: from when events before `start` are known; needed if there are any.
        marks: [n] class within the type, counted from 0.
        widths: [n] days within which each time is known; 0 for exact, 1 for a date.
        names: [K] names of the types; "0", "1", ... if not given.

    Returns:
        The table, sorted by time; events at one moment keep their order.

    Raises:
        RecordError: a value is missing, not a number or out of its range, by row; `Problems` if
            there are several.

    >>> table = event_table([2.5, 0.25, 4.0], [0, 1, 0], start=1, end=5, history_start=0)
    >>> table.times.tolist(), table.first, table.counts.tolist()
    ([0.25, 2.5, 4.0], 1, [2, 0])
    """
    n = np.size(np.asarray(times))
    t = _column(times, np.float64, n, "times")
    k = _column(types, np.int64, n, "types")
    m = _column(marks, np.int64, n, "marks")
    w = _column(widths, np.float64, n, "widths")
    known = tuple(names) if names is not None else tuple(map(str, range(int(k.max(initial=0)) + 1)))
    begin = start if history_start is None else history_start
    faults = _period_faults(start, end, begin)
    if len(set(known)) < len(known) or not known:
        faults.append(RecordError("types need names that differ", place="names", value=known))
    faults += _event_faults(t, k, m, w, known, (begin, end))
    Problems.raise_any(faults)
    order = np.argsort(t, kind="stable")
    t = t[order]
    return EventTable(
        times=t,
        types=k[order],
        marks=m[order],
        widths=w[order],
        names=known,
        start=float(start),
        end=float(end),
        history_start=float(begin),
        first=int(np.searchsorted(t, start, side="left")),
    )


def _days(column: pl.Series) -> tuple[F8, float]:
    """A time column as absolute days, and the width its type implies."""
    import polars as pl

    if column.dtype == pl.Date:
        return column.cast(pl.Int32).cast(pl.Float64).to_numpy(), 1.0
    if isinstance(column.dtype, pl.Datetime):
        micro = column.dt.epoch("us").to_numpy()
        return micro / (_SECONDS * 1e6), 0.0
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).to_numpy(), 0.0
    raise RecordError(
        "times must be dates, date-times or days",
        place=f"column {column.name}",
        value=str(column.dtype),
        remedy="parse the column first, for example with str.to_date",
    )


def read_frame(
    frame: pl.DataFrame,
    *,
    start: float,
    end: float,
    history_start: float | None = None,
    time: str = "time",
    type: str | None = "type",  # noqa: A002 - the name of the column
    mark: str | None = None,
    width: str | None = None,
    names: Sequence[str] | None = None,
) -> EventTable:
    """Make a table of events from a polars frame.

    A date column counts as known to the day (width 1) and a date-time as exact, both in days since
    1970-01-01 UTC; a column of numbers is taken as days.

    Args:
        frame: one row for each event.
        start: first moment of the period for which events are complete.
        end: the moment after its last.
        history_start: from when events before `start` are known.
        time: column of times.
        type: column of type names; None for a single type.
        mark: column of whole numbers, the class within the type.
        width: column of days within which each time is known; overrides what `time` implies.
        names: order of the types; sorted if not given.

    Raises:
        RecordError: a column is missing or empty in some row, or a value is refused.

    >>> import datetime as dt, polars as pl
    >>> days = [dt.date(2024, 1, 3), dt.date(2024, 1, 5)]
    >>> table = read_frame(pl.DataFrame({"time": days, "type": ["raid", "reply"]}),
    ...                    start=19723, end=19754)
    >>> table.names, table.times.tolist(), table.is_exact
    (('raid', 'reply'), [19725.0, 19727.0], False)
    """
    wanted = [c for c in (time, type, mark, width) if c is not None]
    for column in wanted:
        if column not in frame.columns:
            raise RecordError(
                "no such column", place="frame", value=column, remedy=f"columns: {frame.columns}"
            )
        if frame[column].null_count():
            row = int(frame[column].is_null().arg_true()[0])
            raise RecordError("a value is missing", place=f"column {column}, row {row}")
    days, implied = _days(frame[time])
    found = [str(v) for v in frame[type]] if type is not None else ["events"] * len(frame)
    known = tuple(names) if names is not None else tuple(sorted(set(found))) or ("events",)
    number = {name: i for i, name in enumerate(known)}
    for row, name in enumerate(found):
        if name not in number:
            raise RecordError(
                "a type without a name", place=f"column {type}, row {row}", value=name,
                remedy=f"names given: {', '.join(known)}",
            )  # fmt: skip
    return event_table(
        days,
        np.array([number[name] for name in found], np.int64),
        start=start,
        end=end,
        history_start=history_start,
        marks=frame[mark].to_numpy() if mark else 0,
        widths=frame[width].to_numpy() if width else implied,
        names=known,
    )
