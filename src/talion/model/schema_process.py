"""The process in a case file: event types, factors and links."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from talion.model.claim_record import RowFilter
from talion.model.quantity import Days, Prior
from talion.model.schema_terms import EvidenceList, Part, Strings, Title

__all__ = ["AfterState", "EventType", "Factor", "Link", "Listing", "MoreWhen", "SetBy", "Word"]

Word = Literal["weak", "moderate", "strong"]
Origin = Literal["brief", "record", "analyst", "nobody"]


class Listing(Part):
    """Observation model of one type: the share of true events that get listed, in per cent."""

    share: Prior
    raised_by: str | None = None


class EventType(Part):
    """A kind of event that the process makes, and the recorded rows that are of this kind."""

    title: Title
    by: Strings = ()
    against: Strings = ()
    rows: RowFilter | None = None
    usual: Prior = Field(description="events per month at usual_when")
    usual_when: dict[str, str] = Field(default_factory=dict)
    marks: dict[str, dict[str, Prior]] = Field(default_factory=dict)
    row_marks: dict[str, Literal["country", "deaths"]] = Field(default_factory=dict)
    listing: Listing | None = None
    totals: str | None = None
    group: str = ""
    because: str = ""
    evidence: EvidenceList = ()


class AfterState(Part):
    """What a switch turns to, and after how many days (half-life); none for staying."""

    to: str
    after: Prior


class SetBy(Part):
    """An event that turns a switch, with its chance in per cent and how long it lasts (half-life)."""

    event: str
    when: dict[str, str] = Field(default_factory=dict)
    to: str
    chance: Prior = (100.0, 100.0, 100.0)
    lasts: Prior | None = None
    then: str | None = None


class Factor(Part):
    """A slow state: a switch with named states, a level in points, or latent escalation.

    `observed` has dated values, `measured` has indicator events, `imagined` has no data, `latent`
    is noise common to several types.
    """

    kind: Literal["observed", "measured", "imagined", "latent"]
    title: Title = ""
    states: dict[str, Prior] | None = None
    values: dict[dt.date, str] = Field(default_factory=dict)
    then: str | AfterState | None = None
    set_by: tuple[SetBy, ...] = ()
    indicators: Strings = ()
    unit: str = "points"
    range: tuple[float, float] = (0.0, 100.0)
    rest: Prior | None = None
    half_life: Prior = (60.0, 60.0, 60.0)
    noise: Prior = (0.0, 0.0, 0.0)
    sd: Prior | None = None
    group: str = ""
    because: str = ""
    evidence: EvidenceList = ()

    @property
    def is_switch(self) -> bool:
        """True for a factor with named states."""
        return self.states is not None

    @model_validator(mode="after")
    def _form(self) -> Factor:
        if self.kind == "latent":
            if self.sd is None or self.states is not None or self.rest is not None:
                raise ValueError("a latent factor has `sd` and `half_life`, no states and no rest")
        elif self.is_switch:
            _check_switch(self)
        elif self.rest is None:
            raise ValueError("give `states` (a switch) or `rest` (a level)")
        elif self.values or self.then is not None or self.set_by:
            raise ValueError("`values`, `then` and `set_by` are for factors with `states`")
        if self.kind == "measured" and not self.indicators:
            raise ValueError("a measured factor names its `indicators` (event types)")
        if self.range[0] >= self.range[1]:
            raise ValueError("`range` must ascend")
        if self.half_life[0] <= 0:
            raise ValueError("`half_life` must be positive")
        return self


def _check_switch(factor: Factor) -> None:
    """A switch needs a state from the start, and every state it is sent to must exist."""
    states = factor.states or {}
    named = [*factor.values.values(), *(rule.to for rule in factor.set_by)]
    named += [rule.then for rule in factor.set_by if rule.then]
    if isinstance(factor.then, AfterState):
        named.append(factor.then.to)
    elif factor.then is not None:
        named.append(factor.then)
    for name in named:
        if name not in states:
            raise ValueError(f"no such state: {name} (states: {', '.join(states)})")
    if not factor.values and not isinstance(factor.then, str):
        raise ValueError("give dated `values`, or `then: STATE` for one that always holds")
    for rule in factor.set_by:
        if (rule.lasts is None) != (rule.then is None):
            raise ValueError("`lasts` and `then` go together")


def _points(value: Any) -> Any:
    """Read `25 points` or 25."""
    number = float(value.split()[0]) if isinstance(value, str) else value
    if not isinstance(number, int | float) or isinstance(number, bool) or number <= 0:
        raise ValueError("give a positive number of points, such as `25 points`")
    return float(number)


Points = Annotated[
    float,
    BeforeValidator(_points),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}),
]


class MoreWhen(Part):
    """A link that is stronger for cause events of some mark."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the flat form: marks and `times` side by side."""
        times = handler.resolve_ref_schema(handler(core))["properties"]["times"]
        return {
            "title": "MoreWhen",
            "type": "object",
            "properties": {"times": times},
            "required": ["times"],
            "additionalProperties": {"type": "string"},
        }

    marks: dict[str, str]
    times: Prior

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        if isinstance(value, dict) and "marks" not in value:
            marks = {k: v for k, v in value.items() if k != "times"}
            return {"marks": marks, "times": value.get("times")}
        return value


class Link(Part):
    """What drives what: one or more arrows under one id, with strength, tempo, reason, evidence."""

    says: Strings
    when: dict[str, str] = Field(default_factory=dict)
    more_when: MoreWhen | None = None
    strength: Word | None = None
    share: Prior | None = None
    extra: Prior | None = None
    within: Days | None = None
    times: Prior | None = None
    per: Points | None = None
    points: Prior | None = None
    per_100: Prior | None = None
    fades: Literal["days", "weeks", "months", "lasting"] | None = None
    saturates: float = Field(default=1.0, gt=0, le=1)
    origin: Origin
    held_by: str = "author"
    contested: str | None = None
    evidence: EvidenceList = ()
    because: str = ""
    tempo: str = ""
    title: Title = ""

    @model_validator(mode="after")
    def _one_strength(self) -> Link:
        forms = ("strength", "share", "extra", "times", "points", "per_100")
        given = [form for form in forms if getattr(self, form) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of {', '.join(forms)}; got {', '.join(given) or 'none'}"
            )
        if (self.extra is None) != (self.within is None):
            raise ValueError("`extra` and `within` go together")
        if not self.because:
            raise ValueError("every link states its reason in `because`")
        return self
