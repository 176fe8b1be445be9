"""What happened before a simulation starts, in each of many posterior draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.errors import CaseError
from talion.model.classes import SourceClass

__all__ = ["DAYS_PER_TICK", "Past", "noisy_midnights"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

DAYS_PER_TICK = 7  # noise enters at midnights whose absolute day number this divides


def noisy_midnights(start: int, end: int) -> I8:
    """Return the midnights m with start < m <= end at which noise enters the factors.

    Args:
        start, end: absolute day numbers (days since 1 January 1970).

    Returns:
        Absolute day numbers, ascending; every one is divisible by 7.

    >>> noisy_midnights(14, 28).tolist()
    [21, 28]
    """
    first = (start // DAYS_PER_TICK + 1) * DAYS_PER_TICK
    return np.arange(first, end + 1, DAYS_PER_TICK, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Past:
    """Events and innovations of the days [start, end) in each of N posterior draws.

    Listed events stand at a time within the interval their row gives; unlisted ones are imputed.
    The arrays are not copied and must not be written to afterwards.

    Attributes:
        start: absolute day number (days since 1 January 1970) of the first day, the case's
            `history_from`.
        end: absolute day number of `as_of`; events lie in [start, end).
        offsets: [N+1] events of draw d are rows offsets[d] : offsets[d+1], ascending in time.
        times: [E] absolute days.
        classes: [E] index of the class, as in `talion.model.classes.classes_of`.
        rows: [E] index into `row_ids` of the recorded row that the event is; -1 for an unlisted
            one.
        row_ids: ids of recorded rows.
        innovations: factor id -> [N, 1+W] standard normal numbers, W being the number of
            `noisy_midnights(start, end)`. Column 0 is the start of a latent factor from its
            stationary law, z(start) = sd x column 0; levels start at their reference and do not
            read it. Column 1+j enters at the j-th noisy midnight, z += noise x column. Factors that
            are not named follow their mean path.

    Raises:
        CaseError: arrays that do not fit each other, events out of order or outside [start, end).

    >>> past = Past(0, 10, [0, 1, 3], [2.5, 1.0, 9.0], [0, 1, 0], [-1, 0, -1], ("E1",), {})
    >>> past.draws, [part.tolist() for part in past.of(1)]
    (2, [[1.0, 9.0], [1, 0], [0, -1]])
    >>> past.before(9).offsets.tolist()
    [0, 1, 2]
    """

    start: int
    end: int
    offsets: I8
    times: F8
    classes: I8
    rows: I8
    row_ids: tuple[str, ...]
    innovations: Mapping[str, F8]

    def __post_init__(self) -> None:
        """Bring the arrays to their types and check them."""
        for name in ("offsets", "classes", "rows"):
            object.__setattr__(self, name, _whole(getattr(self, name), f"past.{name}"))
        object.__setattr__(self, "times", _finite(self.times, "past.times"))
        object.__setattr__(self, "row_ids", tuple(self.row_ids))
        parts = {f: _finite(x, f"past.innovations.{f}") for f, x in self.innovations.items()}
        object.__setattr__(self, "innovations", parts)
        self._check_sizes()
        self._check_events()
        self._check_innovations()

    @property
    def draws(self) -> int:
        """Number of draws, N."""
        return len(self.offsets) - 1

    @property
    def days(self) -> int:
        """Whole days of the window."""
        return self.end - self.start

    def of(self, draw: int) -> tuple[F8, I8, I8]:
        """Return times, classes and rows of one draw's events, ascending in time."""
        own = slice(int(self.offsets[draw]), int(self.offsets[draw + 1]))
        return self.times[own], self.classes[own], self.rows[own]

    def draw_of(self) -> I8:
        """Return the draw of each event, [E]."""
        return np.repeat(np.arange(self.draws, dtype=np.int64), np.diff(self.offsets))

    def first(self, draws: int) -> Past:
        """Return the first draws alone.

        Raises:
            CaseError: more than there are.
        """
        if not 0 < draws <= self.draws:
            raise CaseError("no so many draws of the past", place="past", value=draws)
        n = int(self.offsets[draws])
        parts = {name: values[:draws] for name, values in self.innovations.items()}
        return Past(
            self.start,
            self.end,
            self.offsets[: draws + 1],
            self.times[:n],
            self.classes[:n],
            self.rows[:n],
            self.row_ids,
            parts,
        )

    def before(self, day: int) -> Past:
        """Return what happened before the midnight of `day`, for worlds that start earlier.

        The noise of that very midnight stays: a start's factors are those after its tick.

        Raises:
            CaseError: `day` lies outside the window.
        """
        if not self.start <= day <= self.end:
            raise CaseError(
                "no such day in the past of this fit",
                place="past",
                value=day,
                remedy=f"choose a day from {self.start} to {self.end}",
            )
        kept = self.times < day
        counts = np.concatenate([[0], np.cumsum(kept)])
        columns = 1 + len(noisy_midnights(self.start, day))
        return Past(
            self.start,
            day,
            counts[self.offsets],
            self.times[kept],
            self.classes[kept],
            self.rows[kept],
            self.row_ids,
            {name: values[:, :columns] for name, values in self.innovations.items()},
        )

    def daily(self, classes: Sequence[SourceClass]) -> F8:
        """Return the number of events of each draw, day and class, [N, days, S].

        Args:
            classes: every class of the case, S of them.

        Raises:
            CaseError: an event of a class beyond those.
        """
        self.check_classes(len(classes))
        shape = (self.draws, self.days, len(classes))
        day = np.floor(self.times).astype(np.int64) - self.start
        index = np.ravel_multi_index((self.draw_of(), day, self.classes), shape)
        return np.bincount(index, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)

    def check_classes(self, number: int) -> None:
        """Raise CaseError unless every class index is below `number`."""
        if self.classes.size and self.classes.max() >= number:
            raise CaseError(
                f"an event of a class beyond the case's {number}",
                place="past.classes",
                value=int(self.classes.max()),
                remedy="fit this case again",
            )

    def _check_sizes(self) -> None:
        _demand(self.end >= self.start, "ends before it starts", "past.end", self.end)
        o = self.offsets
        rising = o.ndim == 1 and len(o) >= 2 and o[0] == 0 and bool((np.diff(o) >= 0).all())
        _demand(rising, "offsets rise from 0 over at least one draw", "past.offsets", o.tolist())
        for name in ("times", "classes", "rows"):
            shape = getattr(self, name).shape
            right = shape == (int(o[-1]),)
            _demand(right, f"must have shape ({int(o[-1])},)", f"past.{name}", shape)

    def _check_events(self) -> None:
        t = self.times
        outside = t[(t < self.start) | (t >= self.end)]
        message = f"an event outside the days from {self.start} to {self.end}"
        _demand(not outside.size, message, "past.times", outside[:1].tolist())
        back = np.flatnonzero((np.diff(t) < 0) & (np.diff(self.draw_of()) == 0)) + 1
        message = "the events of a draw are not in order of time"
        _demand(not back.size, message, "past.times", t[back[:1]].tolist())
        _demand(not (self.classes < 0).any(), "a negative class", "past.classes", "below 0")
        none = (self.rows < -1) | (self.rows >= len(self.row_ids))
        message = f"a row outside -1..{len(self.row_ids) - 1}"
        _demand(not none.any(), message, "past.rows", self.rows[none][:1].tolist())

    def _check_innovations(self) -> None:
        wanted = (self.draws, 1 + len(noisy_midnights(self.start, self.end)))
        for name, values in self.innovations.items():
            place = f"past.innovations.{name}"
            _demand(values.shape == wanted, f"must have shape {wanted}", place, values.shape)


def _demand(holds: bool, message: str, place: str, value: object) -> None:
    if not holds:
        raise CaseError(message, place=place, value=value)


def _whole(values: ArrayLike, place: str) -> I8:
    array = np.asarray(values)
    _demand(array.size == 0 or array.dtype.kind in "iu", "not whole numbers", place, array.dtype)
    return array.astype(np.int64, copy=False)


def _finite(values: ArrayLike, place: str) -> F8:
    array = np.asarray(values, dtype=np.float64)
    bad = array[~np.isfinite(array)]
    _demand(not bad.size, "a number is not finite", place, bad[:1].tolist())
    return array
