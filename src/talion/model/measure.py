"""What to keep of a history: a plan of measures, filled while the histories are simulated.

Judgments, indicators and charts compile to one frozen plan; the simulation fills it and forgets
the histories. Days are absolute day numbers; a range is [start, end).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["COUNT_EDGES", "LEVEL_BINS", "Fan", "Measure", "MeasurePlan", "Op", "level_edges"]


class Op(IntEnum):
    """The operation of a measure. A count is a number of events of `series`.

    A window is a run of whole days that begins at a midnight.
    """

    COUNT = 0
    """Events in [start, end)."""
    MIN_WINDOW = 1
    """Fewest events in any window of `number` days inside [start, end)."""
    MAX_WINDOW = 2
    """Most events in any such window."""
    LEVEL = 3
    """`factor` at 00:00 of `start`, after the tick."""
    MIN_LEVEL = 4
    """Lowest value of `factor` at the midnights of [start, end)."""
    MAX_LEVEL = 5
    """Highest such value."""
    MEAN_LEVEL = 6
    """Mean of such values."""
    FIRST_AT_MOST = 7
    """Days from `start` to the first midnight before `end` with `factor` <= `number`; else inf."""
    FIRST_AT_LEAST = 8
    """The same for >=."""
    FIRST_COUNT = 9
    """Days from `start` to the day on which the count from `start` reaches `number`; else inf."""
    ANSWERED = 10
    """Share of events of `series` in [start, end - number) that an event of `other` follows, later
    in time and within `number` days; NaN where there is no event to answer."""
    LISTED_COUNT = 11
    """Listed events in [start, end)."""

    @property
    def of_factor(self) -> bool:
        """Whether the operation reads a factor rather than a series."""
        return Op.LEVEL <= self <= Op.FIRST_AT_LEAST


@dataclass(frozen=True)
class Measure:
    """One number kept of each history of one what-if.

    >>> Measure(Op.COUNT, "baseline", series="attack", start=19766, end=19946).op.name
    'COUNT'
    """

    op: Op
    world: str
    series: str = ""
    factor: str = ""
    start: int = 0
    end: int = 0
    number: float = 0.0
    """Window length in days, threshold, count, or days within which to answer."""
    other: str = ""
    """The series that answers."""


@dataclass(frozen=True)
class Fan:
    """A course over weeks, kept as one histogram a week over all draws and histories.

    Of a series: its events in each week. Of a factor: its value at each week's first midnight.
    """

    world: str
    series: str = ""
    factor: str = ""
    start: int = 0
    weeks: int = 0


@dataclass(frozen=True)
class MeasurePlan:
    """Everything to keep: measures in the order of the ensemble's last axis, series, fans."""

    measures: tuple[Measure, ...]
    series: Mapping[str, tuple[int, ...]]
    """Class indices that each series counts."""
    fans: tuple[Fan, ...] = ()
    horizon: Mapping[str, int] = field(default_factory=dict)
    """What-if -> the day at whose midnight its histories end."""


LEVEL_BINS = 101
COUNT_EDGES: tuple[float, ...] = (
    *map(float, range(102)),
    *map(float, range(111, 202, 10)),
    *map(float, range(301, 1002, 100)),
    *map(float, range(2001, 20002, 1000)),
    float("inf"),
)
"""Edges of the histogram of weekly counts: one bin a count up to 100, then coarser; last open."""


def level_edges(lo: float, hi: float) -> NDArray[np.float64]:
    """Edges of the histogram of a factor: 101 equal bins from lo to hi.

    >>> len(level_edges(0.0, 100.0))
    102
    """
    return np.linspace(lo, hi, LEVEL_BINS + 1)
