"""The terms tests are made of: days, series, thresholds, durations, windows, and the names to say.

Each reads the scalar that a case file holds and raises `ValueError` if it cannot be read.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from talion.model.quantity import days

__all__ = [
    "AS_OF",
    "BASELINE",
    "HORIZON",
    "PERIODS",
    "Bounds",
    "Days",
    "Form",
    "FromText",
    "Kind",
    "Moment",
    "Names",
    "References",
    "SeriesName",
    "Threshold",
    "Window",
    "check_order",
    "only_units",
]

BASELINE = "baseline"
Kind: TypeAlias = Literal["share", "effect", "record"]
"""What a test is put to: single histories, pairs of what-ifs by draw, or the record."""
_DAYS_PER_MONTH = 30.4375

PERIODS: Mapping[str, float] = {"day": 1.0, "week": 7.0, "month": _DAYS_PER_MONTH, "year": 365.25}
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_MOMENT = re.compile(rf"^\s*(\d{{4}}-\d{{2}}-\d{{2}}|{_NAME})\s*(?:([+-])\s*(\d+)\s*days?)?\s*$")
_SERIES = re.compile(rf"^\s*({_NAME})\s*(?:\[([^\[\]]*)\])?\s*$")
_MARK = re.compile(rf"^\s*({_NAME})\s*=\s*([A-Za-z0-9_. -]+?)\s*$")
_THRESHOLD = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*(%|x usual|points?|events?)?\s*$")


@dataclass(frozen=True)
class Names:
    """How a test's names are said: titles of types, series, factors, what-ifs; the cut-off day.

    Args:
        titles: id -> title; an id without a title is shown with its underscores as spaces.
        as_of: the cut-off, so that "as_of + 30 days" can be printed as a date.
        horizon: how "horizon" is said, such as "11 August 2024 (180 days)".
        starts: what-if -> the day it begins, so that moments after it are printed as dates.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    as_of: dt.date | None = None
    horizon: str = "the horizon"
    starts: Mapping[str, dt.date] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the title of `name`."""
        if name == BASELINE and name not in self.titles:
            return "nothing done"
        return self.titles.get(name, name.replace("_", " "))


@dataclass(frozen=True)
class References:
    """Every name a test uses, so that the loader can say which of them does not exist.

    `names` are event types or named series; `marks` are (event type, mark, value).
    """

    names: frozenset[str] = frozenset()
    marks: frozenset[tuple[str, str, str]] = frozenset()
    factors: frozenset[str] = frozenset()
    what_ifs: frozenset[str] = frozenset()
    moments: frozenset[Moment] = frozenset()
    rows: frozenset[str] = frozenset()

    def __or__(self, other: References) -> References:
        """Return what either uses."""
        return References(*(getattr(self, f.name) | getattr(other, f.name) for f in fields(self)))

    @staticmethod
    def union(parts: Iterable[References]) -> References:
        """Return what any of `parts` uses."""
        total = References()
        for part in parts:
            total |= part
        return total


def _say_date(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


class Form(BaseModel):
    """Base of all forms: frozen, no unknown keys, aliases for keys that are Python keywords."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class FromText(Form):
    """A form written as one scalar; its schema is that scalar's."""

    schema_of_text: ClassVar[dict[str, Any]] = {"type": "string"}

    @classmethod
    def __get_pydantic_json_schema__(
        cls,
        core_schema: CoreSchema,
        handler: GetJsonSchemaHandler,
    ) -> dict[str, Any]:
        return dict(cls.schema_of_text)


class Moment(FromText):
    """A day: an ISO date, `as_of`, `horizon` or a what-if's start, plus or minus whole days.

    >>> Moment.model_validate("ceasefire + 30 days").day(0, 180, {"ceasefire": 17})
    47
    """

    anchor: str
    days: int = 0

    schema_of_text: ClassVar[dict[str, Any]] = {
        "type": "string",
        "description": "a date, as_of, horizon or the name of a what-if, plus or minus N days",
        "pattern": rf"^(\d{{4}}-\d{{2}}-\d{{2}}|{_NAME})( *[+-] *\d+ days?)?$",
    }

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if isinstance(data, dict | Moment):
            return data
        found = _MOMENT.match(data) if isinstance(data, str) else None
        if found is None:
            raise ValueError(
                f"{data!r} is no day; write a date (2024-03-01), as_of, horizon or a what-if's "
                "name, if need be with '+ 30 days'"
            )
        anchor, sign, days = found.groups()
        return {"anchor": anchor, "days": int(f"{sign or '+'}{days or 0}")}

    @field_validator("anchor")
    @classmethod
    def _real_date(cls, anchor: str) -> str:
        if anchor[0].isdigit():
            dt.date.fromisoformat(anchor)
        return anchor

    @property
    def date(self) -> dt.date | None:
        """Return the anchor as a date, or None if it is a name."""
        return dt.date.fromisoformat(self.anchor) if self.anchor[0].isdigit() else None

    @property
    def what_if(self) -> str | None:
        """Return the what-if whose start is meant, or None."""
        known = self.date is not None or self.anchor in ("as_of", "horizon")
        return None if known else self.anchor

    def day(self, as_of: int, horizon: int, what_ifs: Mapping[str, int]) -> int:
        """Return the absolute day number (days since 1970-01-01).

        Args:
            as_of: day number of the cut-off.
            horizon: day number of the end of the horizon.
            what_ifs: what-if -> day number of its start.

        Raises:
            ValueError: the anchor names no what-if in `what_ifs`.
        """
        if self.date is not None:
            start = (self.date - dt.date(1970, 1, 1)).days
        elif self.anchor in ("as_of", "horizon"):
            start = as_of if self.anchor == "as_of" else horizon
        elif self.anchor in what_ifs:
            start = what_ifs[self.anchor]
        else:
            raise ValueError(f"no what-if is called {self.anchor!r}")
        return start + self.days

    def in_words(self, names: Names) -> str:
        """Return the day as text, as a date where it can be known."""
        start = self.date or names.starts.get(self.anchor)
        if self.anchor == "as_of":
            start = names.as_of
        if start is not None:
            return _say_date(start + dt.timedelta(days=self.days))
        anchors = {"as_of": "the cut-off", "horizon": names.horizon}
        place = anchors.get(self.anchor, f"the start of “{names.of(self.anchor)}”")
        if self.days == 0:
            return place
        return f"{abs(self.days)} days {'after' if self.days > 0 else 'before'} {place}"

    def references(self) -> References:
        """Return the what-if used, if any, and the moment itself."""
        used = frozenset({self.what_if} - {None})
        return References(what_ifs=used, moments=frozenset({self}))  # type: ignore[arg-type]

    def __str__(self) -> str:
        """Return the moment as written in a case file."""
        sign = "+" if self.days > 0 else "-"
        return self.anchor if not self.days else f"{self.anchor} {sign} {abs(self.days)} days"


AS_OF = Moment(anchor="as_of")
HORIZON = Moment(anchor="horizon")


class SeriesName(FromText):
    """What is counted: an event type or a named sum, if need be only some marks of a type.

    >>> SeriesName.model_validate("attack[place=iraq]").marks
    (('place', 'iraq'),)
    """

    name: str
    marks: tuple[tuple[str, str], ...] = ()

    schema_of_text: ClassVar[dict[str, Any]] = {
        "type": "string",
        "description": "an event type, a name in `series`, or type[mark=value]",
        "pattern": rf"^{_NAME}(\[[^\[\]]+\])?$",
    }

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if isinstance(data, dict | SeriesName):
            return data
        found = _SERIES.match(data) if isinstance(data, str) else None
        marks = [_MARK.match(p) for p in (found[2] or "").split(",")] if found else []
        if found is None or (found[2] is not None and not all(marks)):
            raise ValueError(
                f"{data!r} is no series; write an event type, a name from `series`, or "
                "type[mark=value] such as attack[place=iraq]"
            )
        return {"name": found[1], "marks": tuple(m.group(1, 2) for m in marks if m)}

    def in_words(self, names: Names) -> str:
        """Return the series' title, with its marks in brackets."""
        title = names.of(self.name)
        return title + (f" ({', '.join(f'{k}: {v}' for k, v in self.marks)})" if self.marks else "")

    def references(self) -> References:
        """Return the type or series named and its marks."""
        marks = frozenset((self.name, k, v) for k, v in self.marks)
        return References(names=frozenset({self.name}), marks=marks)

    def __str__(self) -> str:
        """Return the series as written in a case file."""
        return self.name + (
            f"[{', '.join(f'{k}={v}' for k, v in self.marks)}]" if self.marks else ""
        )


class Threshold(FromText):
    """A number with its unit: plain, `%`, `x usual`, `points` or `events`.

    >>> Threshold.model_validate("1.5 x usual")
    Threshold(value=1.5, unit='x usual')
    """

    value: float
    unit: Literal["", "%", "x usual", "points", "events"] = ""

    schema_of_text: ClassVar[dict[str, Any]] = {
        "type": ["number", "string"],
        "description": "a number; or a number with %, x usual, points or events",
        "pattern": r"^[+-]?\d+(\.\d+)? *(%|x usual|points?|events?)?$",
    }

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if isinstance(data, dict | Threshold):
            return data
        if isinstance(data, int | float) and not isinstance(data, bool) and math.isfinite(data):
            return {"value": float(data)}
        found = _THRESHOLD.match(data) if isinstance(data, str) else None
        if found is None:
            raise ValueError(
                f"{data!r} is no threshold; write a number, '25 %', '10 points', '2 events' or "
                "'1.5 x usual'"
            )
        units = {"point": "points", "event": "events", None: ""}
        return {"value": float(found[1]), "unit": units.get(found[2], found[2])}

    def __str__(self) -> str:
        """Return number and unit, without a needless decimal."""
        unit = "times the usual number" if self.unit == "x usual" else self.unit
        return f"{self.value:g} {unit}".strip()


Days: TypeAlias = Annotated[
    int,
    BeforeValidator(days),
    Field(ge=1, le=3660),
    WithJsonSchema({"type": ["integer", "string"], "description": "such as 30 days"}),
]
"""A duration of at least one whole day."""


class Bounds(Form):
    """The thresholds a number must meet; at least one of the four."""

    at_least: Threshold | None = None
    at_most: Threshold | None = None
    more_than: Threshold | None = None
    fewer_than: Threshold | None = None

    needs_bound: ClassVar[bool] = True

    @model_validator(mode="after")
    def _some_bound(self) -> Bounds:
        if self.needs_bound and not self.bounds():
            raise ValueError("needs a threshold: at_least, at_most, more_than or fewer_than")
        low, high = self.at_least or self.more_than, self.at_most or self.fewer_than
        if low and high and low.unit == high.unit and low.value > high.value:
            raise ValueError(f"cannot be at least {low} and at most {high} at once")
        return self

    def bounds(self) -> dict[str, Threshold]:
        """Return the thresholds given, by key."""
        keys = ("at_least", "at_most", "more_than", "fewer_than")
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not None}

    def bounds_in_words(self, after: str = "") -> str:
        """Return such as "at least 3 and at most 8"."""
        said = (f"{k.replace('_', ' ')} {v}{after}" for k, v in self.bounds().items())
        return " and ".join(said)


class Window(Form):
    """The days [from, to) a test looks at; from the cut-off to the horizon unless said."""

    start: Moment = Field(default=AS_OF, alias="from")
    end: Moment = Field(default=HORIZON, alias="to")

    @model_validator(mode="after")
    def _forward(self) -> Window:
        return check_order(self, self.start, self.end)

    def window_in_words(self, names: Names) -> str:
        """Return such as "from 13 March 2024 to the horizon"."""
        return f"from {self.start.in_words(names)} to {self.end.in_words(names)}"


AnyForm = TypeVar("AnyForm", bound=BaseModel)


def check_order(form: AnyForm, start: Moment | None, end: Moment | None) -> AnyForm:
    """Return `form`, or raise if the end is known not to be after the start."""
    if start is None or end is None:
        return form
    if start.date and end.date:
        shift = dt.timedelta
        reversed_ = start.date + shift(start.days) >= end.date + shift(end.days)
    else:
        reversed_ = start.anchor == end.anchor and start.days >= end.days
    if reversed_:
        raise ValueError(f"ends at {end}, which is not after its start {start}")
    return form


def only_units(form: Bounds, *units: str) -> None:
    for key, threshold in form.bounds().items():
        if threshold.unit not in units:
            allowed = " or ".join(f"'{u}'" if u else "a plain number" for u in units)
            raise ValueError(f"{key}: {threshold} has the wrong unit here; write {allowed}")
