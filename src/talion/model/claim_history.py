"""Tests that are true or false of one simulated history."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from talion.model.claim_terms import (
    AS_OF,
    HORIZON,
    Bounds,
    Days,
    Kind,
    Moment,
    Names,
    References,
    SeriesName,
    Window,
    check_order,
    only_units,
)

__all__ = ["Answered", "Count", "Level", "Rate", "Reaches"]


class Count(Bounds, Window):
    """So many events in the window, or in every rolling window of `in_every` days inside it."""

    count: SeriesName
    in_every: Days | None = None

    kind: ClassVar[Kind] = "share"

    @model_validator(mode="after")
    def _units(self) -> Count:
        only_units(self, "", "events", "x usual")
        return self

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        every = f" in every {self.in_every} days" if self.in_every else ""
        said = self.bounds_in_words().replace(" events", "")
        return f"{self.count.in_words(names)}: {said}{every}, {self.window_in_words(names)}"

    def references(self) -> References:
        """Return the names used."""
        return self.count.references() | self.start.references() | self.end.references()


class Rate(Bounds, Window):
    """So many events per day, week, month (30.4375 days) or year on average over the window."""

    rate: SeriesName
    per: Literal["day", "week", "month", "year"] = "month"

    kind: ClassVar[Kind] = "share"

    @model_validator(mode="after")
    def _units(self) -> Rate:
        only_units(self, "", "events", "x usual")
        return self

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        said = self.bounds_in_words().replace(" events", "").replace("usual number", "usual rate")
        per = "" if "usual rate" in said else f" a {self.per}"
        return f"{self.rate.in_words(names)}: {said}{per}, {self.window_in_words(names)}"

    def references(self) -> References:
        """Return the names used."""
        return self.rate.references() | self.start.references() | self.end.references()


class Level(Bounds):
    """A factor's level on one day, against numbers or against its own level on another day."""

    level: str
    at: Moment = HORIZON
    between: tuple[float, float] | None = None
    compared_with: Moment | None = None

    kind: ClassVar[Kind] = "share"
    needs_bound: ClassVar[bool] = False

    @model_validator(mode="after")
    def _whole(self) -> Level:
        if not self.bounds() and self.between is None:
            raise ValueError("needs a threshold: at_least, at_most or between: [low, high]")
        if self.between is not None and not self.between[0] < self.between[1]:
            raise ValueError(f"between {list(self.between)}: the first must be the smaller")
        if self.compared_with is not None and self.between is not None:
            raise ValueError("compared_with goes with at_least or at_most in per cent, not between")
        only_units(self, *(("%",) if self.compared_with is not None else ("", "points")))
        return self

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        said = self.bounds_in_words()
        if self.between is not None:
            said = " and ".join(
                filter(None, [f"between {self.between[0]:g} and {self.between[1]:g}", said])
            )
        if self.compared_with is not None:
            said += f" of its level on {self.compared_with.in_words(names)}"
        return f"{names.of(self.level)} on {self.at.in_words(names)}: {said}"

    def references(self) -> References:
        """Return the names used."""
        other = self.compared_with.references() if self.compared_with else References()
        return References(factors=frozenset({self.level})) | self.at.references() | other


class Reaches(Bounds):
    """A factor passes a level at least once, at the start of some day from `from` up to `by`."""

    reaches: str
    start: Moment = Field(default=AS_OF, alias="from")
    by: Moment = HORIZON

    kind: ClassVar[Kind] = "share"

    @model_validator(mode="after")
    def _whole(self) -> Reaches:
        if len(self.bounds()) != 1 or self.more_than or self.fewer_than:
            raise ValueError("needs exactly one of at_least and at_most")
        only_units(self, "", "points")
        return check_order(self, self.start, self.by)

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        when = f"at least once from {self.start.in_words(names)} to {self.by.in_words(names)}"
        return f"{names.of(self.reaches)} reaches {self.bounds_in_words()}, {when}"

    def references(self) -> References:
        """Return the names used."""
        factor = References(factors=frozenset({self.reaches}))
        return factor | self.start.references() | self.by.references()


class Answered(Bounds, Window):
    """The share of one series' events followed by an event of another within some days.

    A history in which no event calls for an answer is undetermined and counted apart.
    """

    answered: SeriesName
    by: SeriesName
    within: Days

    kind: ClassVar[Kind] = "share"

    @model_validator(mode="after")
    def _units(self) -> Answered:
        only_units(self, "%")
        if any(not 0 <= t.value <= 100 for t in self.bounds().values()):
            raise ValueError("a share of answered events lies between 0 and 100 %")
        return self

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        return (
            f"{self.bounds_in_words()} of “{self.answered.in_words(names)}” followed by "
            f"“{self.by.in_words(names)}” within {self.within} days, {self.window_in_words(names)}"
        )

    def references(self) -> References:
        """Return the names used."""
        series = self.answered.references() | self.by.references()
        return series | self.start.references() | self.end.references()
