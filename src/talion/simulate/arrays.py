"""What the kernel reads and writes beside the compiled model, as tuples of plain arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "STATUS_BANDS",
    "STATUS_CAPPED",
    "STATUS_OK",
    "STATUS_QUEUE",
    "PlanArrays",
    "Tape",
]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

STATUS_OK = 0
STATUS_CAPPED = 1  # the event cap was reached, or the bound on one type's rate passed it in a day
STATUS_QUEUE = 2  # a day's candidates do not fit: run again with a longer queue
STATUS_BANDS = 3  # a bound above the last band: the model has too few bands


class PlanArrays(NamedTuple):
    """The part of a measure plan that concerns one what-if; days count from its start day."""

    op: I8
    series: I8
    """[m] row of `member`, or -1."""
    factor: I8
    """[m] column of the stored levels, or -1."""
    start: I8
    end: I8
    number: F8
    other: I8
    """[m] row of `member` that answers, or -1."""
    column: I8
    """[m] column of the ensemble's values."""
    member: I8
    """[series, S] 1 where the series counts the class."""
    cs_start: I8
    """[S+1] series by class."""
    cs_series: I8
    stored: I8
    """[f] factors whose daily level is kept while the history lasts."""
    fan_series: I8
    fan_factor: I8
    """[fans] row of `member` or column of the stored levels; the other is -1."""
    fan_start: I8
    fan_weeks: I8
    fan_bins: I8
    fan_offset: I8
    """[fans] where the fan's weeks x bins begin in the flat histogram."""
    fan_lo: F8
    fan_per_unit: F8
    """[fans] bins per unit of the factor."""
    count_edges: F8


class Tape(NamedTuple):
    """One history as it runs; overwritten by the next."""

    time: F8
    """[cap] absolute days."""
    event_class: I8
    """[cap]"""
    listed: I8
    """[cap]"""
    set_time: F8
    """[log] when an event set a factor; of length 0 where no log is wanted."""
    set_factor: I8
    set_value: F8
    level: F8
    """[days + 1, stored] each stored factor at 00:00, after the tick."""
