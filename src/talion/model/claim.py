"""The test language: what must be true of simulated histories, or of the record, for a claim to hold.

A test is data, never code: a mapping with one head key (`count`, `rate`, `level`, `reaches`,
`answered`, `difference`, `all`, `any`, `given`, `recorded`, `recorded_rate`, `recorded_return`,
`sources_agree`). `parse_expression` turns what the YAML loader yields into frozen models;
whatever is wrong with it raises `ValueError` (pydantic's `ValidationError`), whose location the
case loader turns into line and column. Location items in angle brackets, such as `<count>`, name
the form chosen and are no keys of the file.

Three kinds of test exist and do not mix inside one expression:

- `share`: true or false of one simulated history; its result is a share of histories;
- `effect`: a difference between two what-ifs, one number for each draw of the parameters;
- `record`: counted on the recorded rows, without simulation.

>>> test = parse_expression({"count": "attack", "at_least": 1, "in_every": "30 days",
...                          "from": "ceasefire + 30 days", "to": "horizon"})
>>> test.kind, sorted(test.references().what_ifs)
('share', ['ceasefire'])
>>> print(test.in_words(Names({"attack": "Attacks", "ceasefire": "Gaza ceasefire"})))
Attacks: at least 1 in every 30 days, from 30 days after the start of “Gaza ceasefire” to the horizon
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
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    TypeAdapter,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

__all__ = [
    "BASELINE",
    "HEADS",
    "AllOf",
    "Answered",
    "AnyOf",
    "Bounds",
    "Count",
    "Difference",
    "Expression",
    "FreeOf",
    "Given",
    "Level",
    "Moment",
    "Names",
    "Quantity",
    "Rate",
    "Reaches",
    "Recorded",
    "RecordedRate",
    "RecordedReturn",
    "References",
    "RowFilter",
    "SeriesName",
    "SourcesAgree",
    "Threshold",
    "Window",
    "parse_expression",
]

BASELINE = "baseline"
_DAYS_PER_MONTH = 30.4375
PERIODS: Mapping[str, float] = {"day": 1.0, "week": 7.0, "month": _DAYS_PER_MONTH, "year": 365.25}
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_MOMENT = re.compile(rf"^\s*(\d{{4}}-\d{{2}}-\d{{2}}|{_NAME})\s*(?:([+-])\s*(\d+)\s*days?)?\s*$")
_SERIES = re.compile(rf"^\s*({_NAME})\s*(?:\[([^\[\]]*)\])?\s*$")
_MARK = re.compile(rf"^\s*({_NAME})\s*=\s*([A-Za-z0-9_. -]+?)\s*$")
_THRESHOLD = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*(%|x usual|points?|events?)?\s*$")
_DURATION = re.compile(r"^\s*(\d+)\s*(days?|weeks?)?\s*$")


@dataclass(frozen=True)
class Names:
    """How a test's names are said: titles of types, series, factors, what-ifs; the cut-off day.

    Args:
        titles: id -> title; an id without a title is shown with its underscores as spaces.
        as_of: the cut-off, so that "as_of + 30 days" can be printed as a date.
        horizon: how "horizon" is said, such as "11 August 2024 (180 days)".
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    as_of: dt.date | None = None
    horizon: str = "the horizon"

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


class _Form(BaseModel):
    """Base of all forms: frozen, no unknown keys, aliases for keys that are Python keywords."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class _FromText(_Form):
    """A form written as one scalar; its schema is that scalar's."""

    schema_of_text: ClassVar[dict[str, Any]] = {"type": "string"}

    @classmethod
    def __get_pydantic_json_schema__(
        cls,
        core_schema: CoreSchema,
        handler: GetJsonSchemaHandler,
    ) -> dict[str, Any]:
        return dict(cls.schema_of_text)


class Moment(_FromText):
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
        start = self.date or (names.as_of if self.anchor == "as_of" else None)
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


class SeriesName(_FromText):
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


class Threshold(_FromText):
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


def _read_days(data: object) -> object:
    found = _DURATION.match(data) if isinstance(data, str) else None
    if found is not None:
        return int(found[1]) * (7 if (found[2] or "").startswith("week") else 1)
    if isinstance(data, int) and not isinstance(data, bool):
        return data
    raise ValueError(f"{data!r} is no duration; write '30 days'")


class _Days:
    """A whole number of days, written `30 days`, `2 weeks` or 30."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        from pydantic_core import core_schema

        number = core_schema.int_schema(ge=1, le=3660)
        return core_schema.no_info_before_validator_function(_read_days, number)

    @classmethod
    def __get_pydantic_json_schema__(
        cls,
        core_schema: CoreSchema,
        handler: GetJsonSchemaHandler,
    ) -> dict[str, Any]:
        return {"type": ["integer", "string"], "pattern": r"^\d+ *(days?|weeks?)?$"}


Days: TypeAlias = Annotated[int, _Days]


class Bounds(_Form):
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


class Window(_Form):
    """The days [from, to) a test looks at; from the cut-off to the horizon unless said."""

    start: Moment = Field(default=AS_OF, alias="from")
    end: Moment = Field(default=HORIZON, alias="to")

    @model_validator(mode="after")
    def _forward(self) -> Window:
        return _check_order(self, self.start, self.end)

    def window_in_words(self, names: Names) -> str:
        """Return such as "from 13 March 2024 to the horizon"."""
        return f"from {self.start.in_words(names)} to {self.end.in_words(names)}"


_AnyForm = TypeVar("_AnyForm", bound=BaseModel)


def _check_order(form: _AnyForm, start: Moment | None, end: Moment | None) -> _AnyForm:
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


def _only_units(form: Bounds, *units: str) -> None:
    for key, threshold in form.bounds().items():
        if threshold.unit not in units:
            allowed = " or ".join(f"'{u}'" if u else "a plain number" for u in units)
            raise ValueError(f"{key}: {threshold} has the wrong unit here; write {allowed}")


class Count(Bounds, Window):
    """So many events in the window, or in every rolling window of `in_every` days inside it."""

    count: SeriesName
    in_every: Days | None = None

    kind: ClassVar[str] = "share"

    @model_validator(mode="after")
    def _units(self) -> Count:
        _only_units(self, "", "events", "x usual")
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

    kind: ClassVar[str] = "share"

    @model_validator(mode="after")
    def _units(self) -> Rate:
        _only_units(self, "", "events", "x usual")
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

    kind: ClassVar[str] = "share"
    needs_bound: ClassVar[bool] = False

    @model_validator(mode="after")
    def _whole(self) -> Level:
        if not self.bounds() and self.between is None:
            raise ValueError("needs a threshold: at_least, at_most or between: [low, high]")
        if self.between is not None and not self.between[0] < self.between[1]:
            raise ValueError(f"between {list(self.between)}: the first must be the smaller")
        if self.compared_with is not None and self.between is not None:
            raise ValueError("compared_with goes with at_least or at_most in per cent, not between")
        _only_units(self, *(("%",) if self.compared_with is not None else ("", "points")))
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

    kind: ClassVar[str] = "share"

    @model_validator(mode="after")
    def _whole(self) -> Reaches:
        if len(self.bounds()) != 1 or self.more_than or self.fewer_than:
            raise ValueError("needs exactly one of at_least and at_most")
        _only_units(self, "", "points")
        return _check_order(self, self.start, self.by)

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

    kind: ClassVar[str] = "share"

    @model_validator(mode="after")
    def _units(self) -> Answered:
        _only_units(self, "%")
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


class Quantity(_Form):
    """What a difference compares: one of count, rate, level, mean_level, probability_of."""

    count: SeriesName | None = None
    rate: SeriesName | None = None
    level: str | None = None
    mean_level: str | None = None
    probability_of: Expression | None = None
    per: Literal["day", "week", "month", "year"] = "month"
    start: Moment = Field(default=AS_OF, alias="from")
    end: Moment = Field(default=HORIZON, alias="to")
    at: Moment = HORIZON

    @model_validator(mode="after")
    def _one_head(self) -> Quantity:
        heads = ("count", "rate", "level", "mean_level", "probability_of")
        given = [h for h in heads if getattr(self, h) is not None]
        if len(given) != 1:
            raise ValueError(f"compares exactly one of {', '.join(heads)}; found {given or 'none'}")
        own = {"level": {"at"}, "probability_of": set(), "rate": {"start", "end", "per"}}
        extra = self.model_fields_set - {given[0]} - own.get(given[0], {"start", "end"})
        if extra:
            keys = sorted({"start": "from", "end": "to"}.get(k, k) for k in extra)
            raise ValueError(f"{given[0]} takes no {', '.join(keys)}")
        if self.probability_of is not None and self.probability_of.kind != "share":
            raise ValueError("probability_of needs a test that is true or false of one history")
        return _check_order(self, self.start, self.end)

    @property
    def head(self) -> str:
        """Return which of the five is compared."""
        heads = ("count", "rate", "level", "mean_level", "probability_of")
        return next(h for h in heads if getattr(self, h) is not None)

    def in_words(self, names: Names) -> str:
        """Return the quantity as a phrase."""
        window = f"from {self.start.in_words(names)} to {self.end.in_words(names)}"
        if self.probability_of is not None:
            return f"the probability that [{self.probability_of.in_words(names)}]"
        if self.level is not None:
            return f"{names.of(self.level)} on {self.at.in_words(names)}"
        if self.mean_level is not None:
            return f"the mean level of {names.of(self.mean_level)} {window}"
        if self.rate is not None:
            return f"{self.rate.in_words(names)} a {self.per} {window}"
        if self.count is None:  # the validator leaves nothing else
            raise ValueError("an empty quantity")
        return f"the number of “{self.count.in_words(names)}” {window}"

    def references(self) -> References:
        """Return the names used."""
        series = (s.references() for s in (self.count, self.rate) if s is not None)
        factors = frozenset(f for f in (self.level, self.mean_level) if f is not None)
        found = References.union(series) | References(factors=factors)
        if self.probability_of is not None:
            return found | self.probability_of.references()
        if self.level is not None:
            return found | self.at.references()
        return found | self.start.references() | self.end.references()


class Difference(_Form):
    """A quantity under one what-if against another, with the smallest effect that matters.

    `higher_by`/`lower_by` state the effect; `at_least`/`at_most` state instead how much of the
    other what-if's value is left ("50 %"). A test without a size would only ask for the sign of
    what was assumed, and is refused.
    """

    difference: Quantity
    under: str | None = None
    against: str = BASELINE
    higher_by: Threshold | None = None
    lower_by: Threshold | None = None
    at_least: Threshold | None = None
    at_most: Threshold | None = None

    kind: ClassVar[str] = "effect"

    @model_validator(mode="after")
    def _sized(self) -> Difference:
        keys = ("higher_by", "lower_by", "at_least", "at_most")
        given = {k: getattr(self, k) for k in keys if getattr(self, k) is not None}
        if len(given) != 1:
            raise ValueError(
                "needs the smallest effect that matters: exactly one of higher_by and lower_by "
                "(such as 25 %), or at_least/at_most with a share of the other value; without a "
                "size it would only ask for the sign of what was assumed"
            )
        ((key, size),) = given.items()
        if not size.value > 0:
            raise ValueError(f"{key}: {size} is no effect that matters; it must be above zero")
        self._check_unit(key, size)
        if self.under is not None and self.under == self.against:
            raise ValueError(f"compares {self.under!r} with itself")
        return self

    def _check_unit(self, key: str, size: Threshold) -> None:
        head = self.difference.head
        allowed = {
            "count": ("%", "events", ""),
            "rate": ("%", "events", ""),
            "level": ("%", "points", ""),
            "mean_level": ("%", "points", ""),
            "probability_of": ("points",),
        }[head]
        if key.startswith("at_"):
            allowed = ("%",) if head != "probability_of" else ()
        if size.unit not in allowed:
            said = " or ".join(f"'{u}'" for u in allowed if u) or "no such threshold"
            raise ValueError(f"{key}: {size} does not fit {head}; write {said}")

    @property
    def size(self) -> tuple[str, Threshold]:
        """Return the key given and its threshold."""
        keys = ("higher_by", "lower_by", "at_least", "at_most")
        return next((k, getattr(self, k)) for k in keys if getattr(self, k) is not None)

    @property
    def relative(self) -> bool:
        """Return whether the effect is a ratio of means (per cent) rather than a difference."""
        return self.size[1].unit == "%"

    @property
    def smallest(self) -> float:
        """Return the signed smallest effect, in per cent or the quantity's unit.

        An effect psi meets the test if it is at least this (higher_by, at_least) or at most this
        (lower_by, at_most).
        """
        key, size = self.size
        if key.startswith("at_"):
            return size.value - 100.0
        return size.value if key == "higher_by" else -size.value

    @property
    def upward(self) -> bool:
        """Return whether the test asks for an effect above `smallest`."""
        return self.size[0] in ("higher_by", "at_least")

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        key, size = self.size
        under = f"under “{names.of(self.under or BASELINE)}”"
        other = f"“{names.of(self.against)}”"
        what = self.difference.in_words(names)
        if key.startswith("at_"):
            return f"{what}: {key.replace('_', ' ')} {size} of that under {other}, {under}"
        size_said = f"{size.value:g} points" if self.difference.head == "probability_of" else size
        return f"{what}: at least {size_said} {key.split('_')[0]} {under} than under {other}"

    def references(self) -> References:
        """Return the names used; the baseline is no name."""
        worlds = frozenset(w for w in (self.under, self.against) if w and w != BASELINE)
        return self.difference.references() | References(what_ifs=worlds)


class _Several(_Form):
    """Common part of `all` and `any`."""

    @property
    def parts(self) -> tuple[Any, ...]:
        """Return the tests joined."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _one_kind(self) -> _Several:
        kinds = sorted({p.kind for p in self.parts})
        if len(kinds) > 1:
            raise ValueError(
                f"mixes tests of kind {' and '.join(kinds)}; put them under `also` as tests of "
                "their own"
            )
        return self

    @property
    def kind(self) -> str:
        """Return the kind its parts share."""
        return str(self.parts[0].kind)

    def references(self) -> References:
        """Return the names used by the parts."""
        return References.union(p.references() for p in self.parts)


class AllOf(_Several):
    """Every one of several tests of one kind holds."""

    all_of: tuple[Expression, ...] = Field(alias="all", min_length=1)

    @property
    def parts(self) -> tuple[Any, ...]:
        """Return the tests joined."""
        return self.all_of

    def in_words(self, names: Names) -> str:
        """Return the tests joined by "and"."""
        return "; and ".join(p.in_words(names) for p in self.all_of)


class AnyOf(_Several):
    """At least one of several tests of one kind holds."""

    any_of: tuple[Expression, ...] = Field(alias="any", min_length=1)

    @property
    def parts(self) -> tuple[Any, ...]:
        """Return the tests joined."""
        return self.any_of

    def in_words(self, names: Names) -> str:
        """Return the tests joined by "or"."""
        return "; or ".join(p.in_words(names) for p in self.any_of)


class Given(_Form):
    """The share of those histories in which `given` is true in which `holds` is true too.

    It sorts histories, so it shows association under the model, not what an act would bring about.
    """

    given: Expression
    holds: Expression

    kind: ClassVar[str] = "share"

    @model_validator(mode="after")
    def _shares(self) -> Given:
        if {self.given.kind, self.holds.kind} != {"share"}:
            raise ValueError("given and holds must each be true or false of one history")
        if isinstance(self.given, Given) or isinstance(self.holds, Given):
            raise ValueError("given inside given; join the conditions with `all`")
        return self

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        return f"{self.holds.in_words(names)}; among histories with [{self.given.in_words(names)}]"

    def references(self) -> References:
        """Return the names used."""
        return self.given.references() | self.holds.references()


def _as_tuple(data: object) -> object:
    return (data,) if isinstance(data, str) else data


_Some: TypeAlias = tuple[str, ...]


class RowFilter(_Form):
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

    kind: ClassVar[str] = "record"

    @model_validator(mode="after")
    def _whole(self) -> Recorded:
        _only_units(self, "", "events")
        return _check_order(self, self.start, self.end)

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


class RecordedRate(_Form):
    """The recorded rate in the days after an event against the same number of days before."""

    recorded_rate: RowFilter
    after: str
    days: Days
    below: Threshold | None = None
    above: Threshold | None = None

    kind: ClassVar[str] = "record"

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
            f"{self.after}: {side} {size} of the rate in the {self.days} days before"
        )

    def references(self) -> References:
        """Return the recorded event named."""
        return References(rows=_row_names(self.after))


class RecordedReturn(_Form):
    """Whether, and in which window after an event, the recorded rate was back at the old rate."""

    recorded_return: RowFilter
    after: str
    window: Days
    to_rate_before: Days
    by: Moment = AS_OF

    kind: ClassVar[str] = "record"

    def in_words(self, names: Names) -> str:
        """Return the test as a phrase."""
        return (
            f"recorded rate of {self.recorded_return.in_words(names)}: back, in some {self.window} "
            f"days after {self.after} and by {self.by.in_words(names)}, at the rate of the "
            f"{self.to_rate_before} days before it"
        )

    def references(self) -> References:
        """Return the recorded event named."""
        return References(rows=_row_names(self.after)) | self.by.references()


class SourcesAgree(_Form):
    """The sources behind the recorded rows named do not contradict each other."""

    sources_agree: tuple[str, ...] = Field(min_length=1)

    kind: ClassVar[str] = "record"

    @field_validator("sources_agree", mode="before")
    @classmethod
    def _one_or_more(cls, data: object) -> object:
        return _as_tuple(data)

    def in_words(self, names: Names) -> str:  # noqa: ARG002 - row ids are said as they are
        """Return the test as a phrase."""
        return f"the sources agree on recorded rows {', '.join(self.sources_agree)}"

    def references(self) -> References:
        """Return the recorded events named."""
        return References(rows=frozenset(self.sources_agree))


def _row_names(after: str) -> frozenset[str]:
    """Return the row id named, or nothing if a date is named instead."""
    return frozenset() if re.fullmatch(r"\d{4}-\d{2}-\d{2}", after) else frozenset({after})


HEADS: tuple[str, ...] = (
    "count", "rate", "level", "reaches", "answered", "difference", "all", "any", "given",
    "recorded", "recorded_rate", "recorded_return", "sources_agree",
)  # fmt: skip
_TAG_OF_CLASS = {
    "Count": "count", "Rate": "rate", "Level": "level", "Reaches": "reaches",
    "Answered": "answered", "Difference": "difference", "AllOf": "all", "AnyOf": "any",
    "Given": "given", "Recorded": "recorded", "RecordedRate": "recorded_rate",
    "RecordedReturn": "recorded_return", "SourcesAgree": "sources_agree",
}  # fmt: skip


def _form_of(data: object) -> str | None:
    """Return the tag of the form meant, or None if no single head key is given."""
    if isinstance(data, dict):
        heads = [h for h in HEADS if h in data]
        return f"<{heads[0]}>" if len(heads) == 1 else None
    name = _TAG_OF_CLASS.get(type(data).__name__)
    return f"<{name}>" if name else None


Expression: TypeAlias = Annotated[
    Annotated[Count, Tag("<count>")]
    | Annotated[Rate, Tag("<rate>")]
    | Annotated[Level, Tag("<level>")]
    | Annotated[Reaches, Tag("<reaches>")]
    | Annotated[Answered, Tag("<answered>")]
    | Annotated[Difference, Tag("<difference>")]
    | Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Given, Tag("<given>")]
    | Annotated[Recorded, Tag("<recorded>")]
    | Annotated[RecordedRate, Tag("<recorded_rate>")]
    | Annotated[RecordedReturn, Tag("<recorded_return>")]
    | Annotated[SourcesAgree, Tag("<sources_agree>")],
    Discriminator(
        _form_of,
        custom_error_type="no_such_test",
        custom_error_message=f"is no test; give exactly one of the keys {', '.join(HEADS)}",
    ),
]

for _form in (Quantity, Difference, AllOf, AnyOf, Given):
    _form.model_rebuild()


def parse_expression(data: object) -> Expression:
    """Return the test that `data`, as the YAML loader yields it, writes down.

    Args:
        data: a mapping with one head key, of plain dicts, lists, strings and numbers.

    Raises:
        ValueError: (pydantic's ValidationError) the mapping is no test; it holds every mistake
            found with its location.

    >>> parse_expression({"difference": {"count": "attack"}, "under": "ceasefire"})
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for ...
    """
    adapter: TypeAdapter[Expression] = TypeAdapter(Expression)
    return adapter.validate_python(data)
