"""A background rate by parts of the period, as features for concave fits at fixed half-lives.

Answers and a background that moves compete for the same slow changes. `maximise_row` of
`talion.fit.newton` fits any linear form, so each part of the background is one more feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]

HOURS = 24
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> float:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 3))
    2.0
    """
    return float((day - _EPOCH).days)


def breaks(start: date, end: date, months: int) -> F8:
    """Ends of parts of so many calendar months each, in days; 0 months for one part.

    >>> np.diff(breaks(date(2004, 1, 1), date(2004, 4, 10), 1)).tolist()
    [31.0, 29.0, 31.0, 9.0]
    """
    first, last = (day.year * 12 + day.month - 1 for day in (start, end))
    inner = range(first + months, last + 1, months) if months else ()
    days = [date(m // 12, m % 12 + 1, 1) for m in inner]
    ends = [start, *(day for day in days if start < day < end), end]
    return np.array([day_number(day) for day in ends])


def by_own_hours(times: F8) -> F8:
    """Put moments on a clock of the day that runs as the events' own hours of the day do.

    Attacks keep hours, and answers to them do too: on this clock the day has no slack hours, whole
    days stay whole, and neither background nor answers are favoured. Times within a day stretch by
    day and shrink by night.

    >>> by_own_hours(np.array([0.0, 0.25, 3.5])).round(3).tolist()
    [0.0, 0.333, 3.667]
    """
    hour = np.minimum((times % 1.0 * HOURS).astype(int), HOURS - 1)
    counts = np.bincount(hour, minlength=HOURS)
    run = np.concatenate([[0.0], np.cumsum(counts)]) / counts.sum()
    found = np.floor(times) + np.interp(times % 1.0, np.linspace(0.0, 1.0, HOURS + 1), run)
    # A moment whose share rounds up to a whole day stays on its day.
    return np.minimum(found, np.nextafter(np.floor(times) + 1.0, 0.0))


@dataclass(frozen=True, eq=False)
class Background:
    """A background rate by parts of the period."""

    ends: F8
    """[P + 1] days."""

    def features(self, times: F8) -> F8:
        """[P, n] one where a part holds a moment, else zero."""
        part = np.searchsorted(self.ends, times, side="right") - 1
        found = np.zeros((len(self.ends) - 1, len(times)))
        found[part, np.arange(len(times))] = 1.0
        return found

    def expected(self, rates: F8, times: F8) -> F8:
        """[n] events expected from the background up to each moment."""
        total = np.concatenate([[0.0], np.cumsum(rates * np.diff(self.ends))])
        return np.interp(times, self.ends, total)
