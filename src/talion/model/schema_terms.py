"""Terms that all parts of a case file share: lists of one, evidence, sources, actors."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema

__all__ = [
    "ActorEntry",
    "CaseEvidence",
    "EvidenceList",
    "OneOrMore",
    "Part",
    "SourceEntry",
    "Strings",
    "Title",
    "as_title",
    "several",
]


class Part(BaseModel):
    """Every part of a case: unknown keys are errors, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def several(value: Any) -> Any:
    """One value stands for a list of one; `none` and nothing for an empty list."""
    if value is None or value == "none":
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


class OneOrMore:
    """Tells the published schema that a single value, or `none`, may stand for a list."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        listed = handler(core)
        one = handler.resolve_ref_schema(listed)["items"]
        return {"anyOf": [listed, one, {"const": "none"}, {"type": "null"}]}


_INNER = str.maketrans("“”„", "‘’‚")


def as_title(text: str) -> str:
    """Return a title as it stands inside quotes: in one line, its own quotes single.

    >>> as_title("Without  “Air strike”")
    'Without ‘Air strike’'
    """
    return " ".join(text.translate(_INNER).split())


Title = Annotated[str, AfterValidator(as_title)]
Strings = Annotated[tuple[str, ...], BeforeValidator(several), OneOrMore()]
Word = Literal["weak", "moderate", "strong"]
Origin = Literal["brief", "record", "analyst", "nobody"]
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


class CaseEvidence(_OrText):
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
    def _whole(self) -> CaseEvidence:
        if not self.source and not self.rows and not self.gist:
            raise ValueError("name a source or rows of the record")
        if (self.start is None) != (self.end is None):
            raise ValueError("give both start and end")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("end must come after start")
        return self


EvidenceList = Annotated[tuple[CaseEvidence, ...], BeforeValidator(several), OneOrMore()]


class SourceEntry(Part):
    """A text that evidence points into. The text itself is never part of the project."""

    file: str | None = None
    title: str = ""
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    dated: dt.date | None = None
    published: dt.date | None = None
    grade: str | None = Field(default=None, pattern=r"^[A-F][1-6]$")
    note: str = ""
    shared: Literal["yes", "no"] = Field(
        default="yes",
        description="`no`: `talion export --no-rows` withholds its rows and texts",
    )


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
