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

from typing import Annotated, Any, ClassVar, Literal, TypeAlias, cast

from pydantic import Discriminator, Field, Tag, TypeAdapter, model_validator

from talion.model.claim_history import Answered, Count, Level, Rate, Reaches
from talion.model.claim_record import (
    FreeOf,
    Recorded,
    RecordedRate,
    RecordedReturn,
    RowFilter,
    SourcesAgree,
)
from talion.model.claim_terms import (
    AS_OF,
    BASELINE,
    HORIZON,
    PERIODS,
    Bounds,
    Form,
    Kind,
    Moment,
    Names,
    References,
    SeriesName,
    Threshold,
    Window,
    check_order,
)

__all__ = [
    "BASELINE",
    "HEADS",
    "PERIODS",
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


class Quantity(Form):
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
        return check_order(self, self.start, self.end)

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


class Difference(Form):
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

    kind: ClassVar[Kind] = "effect"

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

    @property
    def met_by_no_effect(self) -> bool:
        """Return whether no effect at all meets the test, as "at least 25 % is left" does."""
        return self.smallest < 0.0 if self.upward else self.smallest > 0.0

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


class _Several(Form):
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
    def kind(self) -> Kind:
        """Return the kind its parts share."""
        return cast("Kind", self.parts[0].kind)

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


class Given(Form):
    """The share of those histories in which `given` is true in which `holds` is true too.

    It sorts histories, so it shows association under the model, not what an act would bring about.
    """

    given: Expression
    holds: Expression

    kind: ClassVar[Kind] = "share"

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
