"""Tests of the record itself: what was recorded, counted without any simulation."""

from __future__ import annotations

import re
from typing import ClassVar, TypeAlias

from pydantic import Field, field_validator, model_validator

from talion.model.claim_terms import (
    AS_OF,
    Bounds,
    Days,
    Form,
    Kind,
    Moment,
    Names,
    References,
    Threshold,
    check_order,
    only_units,
)

__all__ = [
    "FreeOf",
    "Recorded",
    "RecordedRate",
    "RecordedReturn",
    "RowFilter",
    "SourcesAgree",
]


def _as_tuple(data: object) -> object:
    return (data,) if isinstance(data, str) else data


_Some: TypeAlias = tuple[str, ...]


class RowFilter(Form):
    """Which recorded rows count: each key lists accepted values; a key left out accepts all."""

    action: _Some = ()
    initiator: _Some = ()
    target: _Some = ()
    country: _Some = ()

    @field_validator("action", "initiator", "target", "country", mode="before")
    @classmethod
    def _one_or_more(cls, data: object) -> object:
        return _as_tuple(data)

    @model_validator(mode="after")
    def _not_empty(self) -> RowFilter:
        if not any((self.action, self.initiator, self.target, self.country)):
            raise ValueError(
                "says no action, initiator, target or country: it would count all rows"
            )
        return self

    def in_words(self, names: Names) -> str:
        """Return such as "attack on US forces, in Iraq"."""

        def said(values: tuple[str, ...]) -> str:
            return " or ".join(names.of(v) for v in values)

        parts = [
            said(self.action) if self.action else "any act",
            f"by {said(self.initiator)}" if self.initiator else "",
            f"against {said(self.target)}" if self.target else "",
            f"in {said(self.country)}" if self.country else "",
        ]
        return " ".join(p for p in parts if p)


class FreeOf(RowFilter):
    """Rows that must be absent in the days before a counted row."""

    days: Days


class Recorded(Bounds):
    """So many recorded rows, in the window or in every rolling window inside it."""

    recorded: RowFilter
    start: Moment | None = Field(default=None, alias="from")
    end: Moment = Field(default=AS_OF, alias="to")
    free_of: FreeOf | None = None
    in_every: Days | None = None

    kind: ClassVar[Kind] = "record"

    @model_validator(mode="after")
    def _whole(self) -> Recorded:
        only_units(self, "", "events")
        return check_order(self, self.start, self.end)

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        start = self.start.in_words(names) if self.start else "the start of the record"
        every = f" in every {self.in_every} days" if self.in_every else ""
        text = (
            f"recorded rows of {self.recorded.in_words(names)}: {self.bounds_in_words()}{every}, "
            f"from {start} to {self.end.in_words(names)}"
        )
        if self.free_of is not None:
            free = f"{self.free_of.in_words(names)} in the {self.free_of.days} days before"
            text += f", counting only those with no {free}"
        return text

    def references(self) -> References:
        """Return the names used."""
        start = self.start.references() if self.start else References()
        return start | self.end.references()


class RecordedRate(Form):
    """The recorded rate in the days after an event against the same number of days before."""

    recorded_rate: RowFilter
    after: str
    days: Days
    below: Threshold | None = None
    above: Threshold | None = None

    kind: ClassVar[Kind] = "record"

    @model_validator(mode="after")
    def _whole(self) -> RecordedRate:
        given = [t for t in (self.below, self.above) if t is not None]
        if len(given) != 1 or given[0].unit != "%" or given[0].value <= 0:
            raise ValueError("needs exactly one of below and above, as '75 %' of the rate before")
        return self

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        side, size = ("below", self.below) if self.below else ("above", self.above)
        return (
            f"recorded rate of {self.recorded_rate.in_words(names)} in the {self.days} days after "
            f"{names.of(self.after)}: {side} {size} of the rate in the {self.days} days before"
        )

    def references(self) -> References:
        """Return the recorded event named."""
        return References(rows=_row_names(self.after))


class RecordedReturn(Form):
    """Whether, and in which window after an event, the recorded rate was back at the old rate."""

    recorded_return: RowFilter
    after: str
    window: Days
    to_rate_before: Days
    by: Moment = AS_OF

    kind: ClassVar[Kind] = "record"

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        return (
            f"recorded rate of {self.recorded_return.in_words(names)}: back, in some {self.window} "
            f"days after {names.of(self.after)} and by {self.by.in_words(names)}, at the rate of the "
            f"{self.to_rate_before} days before it"
        )

    def references(self) -> References:
        """Return the recorded event named."""
        return References(rows=_row_names(self.after)) | self.by.references()


class SourcesAgree(Form):
    """The sources behind the recorded rows named do not contradict each other."""

    sources_agree: tuple[str, ...] = Field(min_length=1)

    kind: ClassVar[Kind] = "record"

    @field_validator("sources_agree", mode="before")
    @classmethod
    def _one_or_more(cls, data: object) -> object:
        return _as_tuple(data)

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        rows = " and ".join(names.of(row) for row in self.sources_agree)
        return f"the sources agree on {rows}"

    def references(self) -> References:
        """Return the recorded events named."""
        return References(rows=frozenset(self.sources_agree))


def _row_names(after: str) -> frozenset[str]:
    """Return the row id named, or nothing if a date is named instead."""
    return frozenset() if re.fullmatch(r"\d{4}-\d{2}-\d{2}", after) else frozenset({after})
