"""The case file's vocabulary: what may stand in `case.yaml`, as pydantic models.

These models check form. `names.py` checks that names meet; `case.py` loads. Parts:
`schema_terms.py`, `schema_process.py`, `schema_decisions.py`, `schema_what_ifs.py`,
`schema_past.py`, `schema_hypotheses.py`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from talion.model.claim import Expression, parse_expression
from talion.model.quantity import Days, Prior
from talion.model.schema_decisions import (
    Call,
    Consent,
    Decision,
    Executes,
    Issue,
    Position,
    SetsSwitch,
)
from talion.model.schema_hypotheses import Episode, Hypothesis
from talion.model.schema_past import Counterfactual, Rival
from talion.model.schema_process import (
    AfterState,
    EventType,
    Factor,
    Link,
    Listing,
    MoreWhen,
    Origin,
    SetBy,
    Word,
)
from talion.model.schema_terms import (
    ActorEntry,
    CaseEvidence,
    EvidenceList,
    OneOrMore,
    Part,
    SourceEntry,
    Strings,
    Title,
    several,
)
from talion.model.schema_what_ifs import VERBS, Operation, WhatIf

__all__ = [
    "VERBS",
    "ActorEntry",
    "AfterState",
    "Call",
    "CaseDocument",
    "CaseEvidence",
    "Consent",
    "Counterfactual",
    "Decision",
    "Episode",
    "EventType",
    "Executes",
    "Factor",
    "FurtherTest",
    "Hypothesis",
    "Issue",
    "Judgment",
    "Link",
    "Listing",
    "MoreWhen",
    "Operation",
    "Origin",
    "Part",
    "Position",
    "Rival",
    "SetBy",
    "SetsSwitch",
    "SourceEntry",
    "Strings",
    "WhatIf",
    "Word",
]


def _test(value: Any) -> Any:
    return None if value is None or value == "none" else parse_expression(value)


TestExpression = Annotated[Expression | None, BeforeValidator(_test)]


class FurtherTest(Part):
    """A test printed beside a judgment's own."""

    title: Title = ""
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
    also: dict[str, FurtherTest] = Field(default_factory=dict)
    evidence_for: EvidenceList = ()
    evidence_against: EvidenceList = ()
    shows: dict[str, str] = Field(default_factory=dict)
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
    title: Title
    as_of: dt.date
    as_of_note: str = ""
    horizon: Annotated[tuple[Days, ...], BeforeValidator(several), OneOrMore()] = (180, 365)
    lexicon: Literal["icd203", "phia"] = "icd203"
    record_folder: str | None = Field(default=None, alias="record")
    history_from: dt.date | None = None
    sources: dict[str, SourceEntry] = Field(default_factory=dict)
    actors: dict[str, ActorEntry] = Field(default_factory=dict)
    events: dict[str, EventType]
    series: dict[str, Strings] = Field(default_factory=dict)
    factors: dict[str, Factor] = Field(default_factory=dict)
    links: dict[str, Link] = Field(default_factory=dict)
    issues: dict[str, Issue] = Field(default_factory=dict)
    decisions: dict[str, Decision] = Field(default_factory=dict)
    what_ifs: dict[str, WhatIf] = Field(default_factory=dict)
    counterfactuals: dict[str, Counterfactual] = Field(default_factory=dict)
    rivals: tuple[Rival, ...] = ()
    hypotheses: dict[str, Hypothesis] = Field(default_factory=dict)
    episodes: dict[str, Episode] = Field(default_factory=dict)
    judgments: dict[str, Judgment] = Field(default_factory=dict)
    notes: Strings = ()
    leads: Strings = ()
    word_strengths: dict[str, dict[Word, Prior]] = Field(
        default={}, description="overrides of the table of strengths in words"
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_parts(cls, data: Any) -> Any:
        """A part with nothing behind its key, such as `links:`, is an empty one."""
        if not isinstance(data, dict):
            return data
        may_be_empty = {
            name for name, part in cls.model_fields.items() if part.default_factory is not None
        }
        return {k: v for k, v in data.items() if v is not None or k not in may_be_empty}
