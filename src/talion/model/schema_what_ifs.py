"""What-ifs in a case file: named interventions and what each does."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from talion.model.quantity import Days
from talion.model.schema_terms import Part, Title

__all__ = ["VERBS", "Operation", "WhatIf"]


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
    marks: dict[str, str] = Field(default_factory=dict)
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

    title: Title = ""
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
