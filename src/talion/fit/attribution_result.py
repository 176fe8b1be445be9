"""What attribution finds, over posterior draws: shares, necessity, groups, events prevented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.errors import InputError

__all__ = ["DELAYS", "Attribution", "Group", "Interval", "Label", "Removal"]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]

DELAYS = ("0-3 days", "4-14 days", "15-30 days", "31 days or more")
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Interval:
    """A number over posterior draws: mean and 10, 50, 90 % points."""

    mean: float
    p10: float
    p50: float
    p90: float

    @classmethod
    def of(cls, values: ArrayLike) -> Interval:
        """Summarise one number a draw.

        >>> Interval.of([1.0, 2.0, 3.0]).p50
        2.0
        """
        array = np.asarray(values, np.float64)
        low, middle, high = np.quantile(array, (0.1, 0.5, 0.9))
        return cls(float(array.mean()), float(low), float(middle), float(high))


@dataclass(frozen=True)
class Label:
    """What events are matched by across draws: a recorded row, or a type's unlisted ones of a week."""

    type: str
    row: str = ""
    """Id of the recorded row, or "" for unlisted events."""
    week: int = -1
    """Absolute day on which the week starts, for unlisted events."""

    def __str__(self) -> str:
        """Return such as `E17` or `attack, unlisted, week of 2024-01-29`."""
        if self.row:
            return self.row
        return f"{self.type}, unlisted, week of {_EPOCH + dt.timedelta(days=self.week)}"


@dataclass(frozen=True, eq=False)
class Group:
    """Events and links taken away together, beside single removal.

    Give events by recorded rows, by types, or one mask a draw; links by id (all they do at this
    step: answers, suppression, what factors do to rates and events to factors). All that is given is
    joined.
    """

    name: str
    rows: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    events: tuple[NDArray[np.bool_], ...] | None = None


@dataclass(frozen=True, eq=False)
class Removal:
    """What the rates would be without a group, everything else as it happened."""

    name: str
    through_factors: bool
    necessity: F8
    """[D, rows] sum over a label's events of max(0, 1 - rate without / rate)."""
    net: F8
    """[D, rows] the same sum of 1 - rate without / rate: negative where the group held down."""
    owed: F8
    """[D, K, weeks] events owed to it: integral of what the rate would fall."""
    prevented: F8
    """[D, K, weeks] events it prevented: integral of what the rate would rise."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """Shares of events owed to earlier events and links, over D posterior draws.

    Rows are the labels of target events, columns those of causes. What belongs to a label is summed
    over its events: of a recorded row mostly one; of a week's unlisted ones as many as the draw has.
    """

    reading: str
    start: int
    end: int
    targets: tuple[str, ...]
    type_ids: tuple[str, ...]
    shares: tuple[str, ...]
    """Names of the last axis of `owed`: link ids, "no named link", "background", "before the
    window"."""
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    events: F8
    """[D, rows] number of events of each row."""
    direct: F4
    """[D, rows, columns] one-step necessity, factors held as they were."""
    through: F4
    """[D, rows, columns] one-step necessity with the factors' part."""
    owed: F8
    """[D, rows, shares] additive shares; they sum to `events`."""
    by_delay: F8
    """[D, K, links + 1, 4] the links' shares of the targets' events, by delay (`DELAYS`)."""
    prevented: F8
    """[D, K, links] events prevented by each link: the integral over the window of the rate without
    the link less the rate with it, where that is positive; 0 for links that never hold down. NaN if
    it was not asked for."""
    removals: Mapping[str, Removal]
    method: str
    version: str

    def total(self, share: str, types: Sequence[str] | None = None) -> Interval:
        """Events of some target types (all by default) owed to a share, by name.

        Raises:
            InputError: no such share.
        """
        if share not in self.shares:
            known = ", ".join(self.shares)
            raise InputError("no such share", value=share, remedy=f"use one of: {known}")
        wanted = self.targets if types is None else types
        rows = [i for i, label in enumerate(self.rows) if label.type in wanted]
        return Interval.of(self.owed[:, rows, self.shares.index(share)].sum(axis=1))

    def necessity(self, target: str, cause: str, *, through: bool = False) -> Interval:
        """One-step necessity of one label for another, by their names.

        Raises:
            InputError: no such label.
        """
        table = self.through if through else self.direct
        i, j = _position(self.rows, target), _position(self.columns, cause)
        return Interval.of(table[:, i, j])


def _position(labels: Sequence[Label], name: str) -> int:
    for i, label in enumerate(labels):
        if str(label) == name:
            return i
    raise InputError(
        "no such event", value=name, remedy="name a recorded row, or unlisted ones by their week"
    )
