"""The case file's vocabulary: what may stand in `case.yaml`, as pydantic models.

These models check form. `names.py` checks that names meet; `case.py` loads.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema

from talion.model.claim import Expression, parse_expression
from talion.model.quantity import Days, Prior

__all__ = [
    "ActorEntry",
    "CaseDocument",
    "Decision",
    "EventType",
    "Evidence_",
    "Factor",
    "Issue",
    "Judgment",
    "Link",
    "Operation",
    "WhatIf",
]


class Part(BaseModel):
    """Every part of a case: unknown keys are errors, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _several(value: Any) -> Any:
    """One value stands for a list of one; `none` and nothing for an empty list."""
    if value is None or value == "none":
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


class _OneOrMore:
    """Tells the published schema that a single value, or `none`, may stand for a list."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        listed = handler(core)
        one = handler.resolve_ref_schema(listed)["items"]
        return {"anyOf": [listed, one, {"const": "none"}, {"type": "null"}]}


Strings = Annotated[tuple[str, ...], BeforeValidator(_several), _OneOrMore()]
Word = Literal["weak", "moderate", "strong"]
Origin = Literal["brief", "record", "analyst"]
_POINTER = re.compile(
    r'\s*(?P<source>[\w-]+)\s+(?:"(?P<quote>[^"]+)"|(?P<date>\d{4}-\d\d-\d\d))\s*\Z'
)


class _OrText(Part):
    """A part that may also be written as one line of text."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(core))
        return {"title": cls.__name__, "anyOf": [{"type": "string"}, whole]}


class Evidence_(_OrText):  # noqa: N801 - `Evidence` is the record's; this is how a case writes one
    """A pointer into a source by character offsets, quoted words or date, or to rows of the record."""

    source: str | None = None
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=1)
    quote: str | None = None
    date: dt.date | None = None
    rows: Strings = ()
    gist: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = _POINTER.match(value)
        if match is None:
            raise ValueError(
                'write {source: ID, start: N, end: N, gist: ...} or: ID "quoted words" or: ID 2024-01-31'
            )
        return {k: v for k, v in match.groupdict().items() if v}

    @model_validator(mode="after")
    def _whole(self) -> Evidence_:
        if not self.source and not self.rows and not self.gist:
            raise ValueError("name a source or rows of the record")
        if (self.start is None) != (self.end is None):
            raise ValueError("give both start and end")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("end must come after start")
        return self


EvidenceList = Annotated[tuple[Evidence_, ...], BeforeValidator(_several), _OneOrMore()]


class SourceEntry(Part):
    """A text that evidence points into. The text itself is never part of the project."""

    file: str | None = None
    title: str = ""
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    dated: dt.date | None = None
    published: dt.date | None = None
    grade: str | None = Field(default=None, pattern=r"^[A-F][1-6]$")
    note: str = ""


class ActorEntry(_OrText):
    """Who acts: a state, agency, armed group, faction, public or firm."""

    name: str
    kind: str = ""
    part_of: Strings = ()
    tie: str = ""
    where: Strings = ()
    note: str = ""
    evidence: EvidenceList = ()

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class RowFilter(Part):
    """Which recorded events count as this type; an omitted key matches all."""

    action: Strings = ()
    initiator: Strings = ()
    target: Strings = ()
    country: Strings = ()


class Listing(Part):
    """Observation model of one type: the share of true events that get listed, in per cent."""

    share: Prior
    raised_by: str | None = None


class EventType(Part):
    """A kind of event that the process makes, and the recorded rows that are of this kind."""

    title: str
    by: Strings = ()
    against: Strings = ()
    rows: RowFilter | None = None
    usual: Prior = Field(description="events per month at usual_when")
    usual_when: dict[str, str] = {}
    marks: dict[str, dict[str, Prior]] = {}
    row_marks: dict[str, Literal["country", "deaths"]] = {}
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
    when: dict[str, str] = {}
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
    title: str = ""
    states: dict[str, Prior] | None = None
    values: dict[dt.date, str] = {}
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
    when: dict[str, str] = {}
    more_when: MoreWhen | None = None
    strength: Word | None = None
    share: Prior | None = None
    extra: Prior | None = None
    within: Days | None = None
    times: Prior | None = None
    per: float | None = Field(default=None, gt=0)
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
    title: str = ""

    @model_validator(mode="before")
    @classmethod
    def _per_points(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("per"), str):
            number = str(value["per"]).split()[0]
            return {**value, "per": number}
        return value

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


class Position(Part):
    """Where an actor stands on an issue, how much it can do and how much it cares (all 0 to 100)."""

    at: Prior
    power: Prior
    salience: Prior
    moved_by: dict[str, Prior] = {}
    because: str = ""
    evidence: EvidenceList = ()


class Issue(Part):
    """A question on a scale of 0 to 100 on which actors take positions."""

    title: str
    scale: dict[str, str]
    positions: dict[str, Position]
    because: str = ""
    evidence: EvidenceList = ()


class Call(Part):
    """An event that may settle a decision, with the chance per event in per cent."""

    event: str
    when: dict[str, str] = {}
    chance: Prior


class SetsSwitch(Part):
    """The switch a decision turns when a timetable is agreed."""

    factor: str
    to: str


class Executes(Part):
    """How an agreed outcome becomes fact: level by outcome, lag (half-life, days), reversal (%)."""

    factor: str
    outcome_to_level: dict[str, float]
    lag: Prior
    reversal: Prior


class Decision(Part):
    """When an issue is settled, what is agreed, and whether it is carried out."""

    title: str
    issue: str
    called_by: tuple[Call, ...]
    needs: dict[str, str] = {}
    error: Prior
    writes: str
    agreed_at_most: Prior
    sets: SetsSwitch | None = None
    executes: Executes | None = None
    because: str = ""
    evidence: EvidenceList = ()


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d|as_of|\s*\+\s*\d+\s*days?")


def _moment(value: Any) -> Any:
    if value is not None and not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        raise ValueError("write a date such as 2024-03-01, `as_of`, or `+ 30 days`")
    if value and value[0].isdigit():
        dt.date.fromisoformat(value)
    return value


class Operation(Part):
    """One thing a what-if does: set, pin, shift, scale, block, unblock or add."""

    set: str | None = None
    pin: str | None = None
    shift: str | None = None
    scale: str | None = None
    block: str | None = None
    unblock: str | None = None
    add: str | None = None
    to: str | float | None = None
    by: float | None = None
    marks: dict[str, str] = {}
    for_: Days | None = Field(default=None, alias="for")
    at: Annotated[str | None, BeforeValidator(_moment)] = None

    @property
    def verb(self) -> str:
        """Return which of the seven operations this is."""
        return next(v for v in VERBS if getattr(self, v) is not None)

    @property
    def subject(self) -> str:
        """Return what it acts on."""
        return str(getattr(self, self.verb))

    @model_validator(mode="after")
    def _one_verb(self) -> Operation:
        given = [v for v in VERBS if getattr(self, v) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(VERBS)}")
        needs = {"set": "to", "pin": "to", "shift": "by", "scale": "by"}.get(given[0])
        if needs and getattr(self, needs) is None:
            raise ValueError(f"`{given[0]}` needs `{needs}`")
        if given[0] == "scale" and self.by is not None and self.by < 0:
            raise ValueError("`by` must not be negative")
        return self


VERBS = ("set", "pin", "shift", "scale", "block", "unblock", "add")


class WhatIf(Part):
    """A named intervention from a date on."""

    title: str = ""
    from_: str = Field(default="as_of", alias="from")
    history_until: dt.date | None = None
    do: tuple[Operation, ...]
    because: str = ""
    note: str = ""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the short form with one operation beside the whole one."""
        whole = handler.resolve_ref_schema(handler(core))
        verbs = {verb: {"type": "string"} for verb in VERBS}
        rest = {k: v for k, v in whole["properties"].items() if k != "do"}
        others = {"to": {}, "by": {"type": "number"}, "marks": {"type": "object"}, "for": {}}
        short = {
            "type": "object",
            "properties": {**rest, **verbs, **others},
            "additionalProperties": False,
            "not": {"required": ["do"]},
        }
        return {"title": "WhatIf", "anyOf": [whole, short]}

    @model_validator(mode="before")
    @classmethod
    def _inline(cls, value: Any) -> Any:
        """Allow `{set: gaza_war, to: ended, from: 2024-03-01}` for a single operation."""
        if isinstance(value, dict) and "do" not in value:
            keys = {*VERBS, "to", "by", "marks", "for"}
            operation = {k: v for k, v in value.items() if k in keys}
            return {**{k: v for k, v in value.items() if k not in keys}, "do": [operation]}
        return value


def _test(value: Any) -> Any:
    return None if value is None or value == "none" else parse_expression(value)


TestExpression = Annotated[Expression | None, BeforeValidator(_test)]


class FurtherTest(Part):
    """A test printed beside a judgment's own."""

    title: str = ""
    holds_if: TestExpression
    under: str | None = None
    horizons: tuple[Days, ...] = ()


class Judgment(Part):
    """A claim of the brief, in our words, and what it means as a test."""

    claim: str
    where: Strings = ()
    evidence: EvidenceList = ()
    held_by: str = "author"
    kind: Literal["history", "cause", "forecast", "conditional", "motive", "preference"]
    word: str = "unhedged"
    testable: Literal["now", "later", "never"] = "now"
    due: dt.date | None = None
    under: str = "baseline"
    horizons: tuple[Days, ...] = ()
    holds_if: TestExpression = None
    also: dict[str, FurtherTest] = {}
    evidence_for: EvidenceList = ()
    evidence_against: EvidenceList = ()
    shows: dict[str, str] = {}
    because: str = ""
    watch: Strings = ()

    @model_validator(mode="after")
    def _consistent(self) -> Judgment:
        if self.testable == "never" and self.holds_if is not None:
            raise ValueError("`testable: never` takes no test; put derived tests under `also`")
        if self.testable == "later" and self.due is None:
            raise ValueError("`testable: later` needs `due`, the date it can be checked")
        return self


class CaseDocument(Part):
    """The whole of a case file."""

    talion: Literal[1]
    title: str
    as_of: dt.date
    as_of_note: str = ""
    horizon: Annotated[tuple[Days, ...], BeforeValidator(_several), _OneOrMore()] = (180, 365)
    lexicon: str = "icd203"
    record_folder: str | None = Field(default=None, alias="record")
    history_from: dt.date | None = None
    sources: dict[str, SourceEntry] = {}
    actors: dict[str, ActorEntry] = {}
    events: dict[str, EventType]
    series: dict[str, Strings] = {}
    factors: dict[str, Factor] = {}
    links: dict[str, Link] = {}
    issues: dict[str, Issue] = {}
    decisions: dict[str, Decision] = {}
    what_ifs: dict[str, WhatIf] = {}
    judgments: dict[str, Judgment] = {}
    notes: Strings = ()
    leads: Strings = ()
    word_strengths: dict[str, dict[Word, Prior]] = Field(
        default={}, description="overrides of the table of strengths in words"
    )
