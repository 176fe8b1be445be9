"""Issues and decisions in a case file: who wants what, when it is settled, what follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from talion.model.quantity import Prior
from talion.model.schema_terms import EvidenceList, Part, Strings, Title

__all__ = [
    "BARGAINING_MODELS",
    "MODEL_TITLES",
    "BargainingModel",
    "Call",
    "Consent",
    "Decision",
    "Executes",
    "Issue",
    "Position",
    "SetsSwitch",
]

BargainingModel = Literal[
    "weighted_mean", "weighted_median", "election", "spatial", "challenge", "exchange"
]
BARGAINING_MODELS: tuple[BargainingModel, ...] = (
    "weighted_mean",
    "weighted_median",
    "election",
    "spatial",
    "challenge",
    "exchange",
)
MODEL_TITLES: Mapping[BargainingModel, str] = {
    "weighted_mean": "weighted mean",
    "weighted_median": "weighted median",
    "election": "election",
    "spatial": "spatial model",
    "challenge": "challenge model",
    "exchange": "exchange of votes",
}
_MIXED: tuple[BargainingModel, ...] = ("spatial", "challenge")
_MOST_POINTS = 100.0


class Position(Part):
    """Where an actor stands on an issue, how much it can do and how much it cares (all 0 to 100)."""

    at: Prior
    power: Prior
    salience: Prior
    moved_by: dict[str, Prior] = Field(default_factory=dict)
    salience_moved_by: dict[str, Prior] = Field(
        default_factory=dict, description="factor -> points of salience for 100 points of it"
    )
    because: str = ""
    evidence: EvidenceList = ()


class Issue(Part):
    """A question on a scale of 0 to 100 on which actors take positions."""

    title: Title
    scale: dict[str, str]
    positions: dict[str, Position]
    because: str = ""
    evidence: EvidenceList = ()


class Call(Part):
    """An event that may settle a decision, with the chance per event in per cent.

    What a call that does not bind comes to is written down, and nothing else follows from it.
    """

    event: str
    when: dict[str, str] = Field(default_factory=dict)
    chance: Prior
    binds: Literal["yes", "no"] = Field(
        default="yes", description="`no`: its outcome is written and neither sets nor executes"
    )


class Consent(Part):
    """Whose consent an outcome low on the scale needs, and what follows without it."""

    of: Annotated[Strings, Field(min_length=1)]
    below: Prior = Field(description="outcomes under this need consent")
    within: Prior = Field(
        default=(25.0, 25.0, 25.0),
        description="an actor consents down to so many points below its own position",
    )
    otherwise: Literal["open", "held"] = Field(
        default="open",
        description="`open`: nothing is settled by that call; `held`: the outcome is `below`",
    )


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


def _plain_mean() -> dict[BargainingModel, float]:
    return {"weighted_mean": 1.0}


def _models(value: Any) -> Any:
    return {} if value == "mixed" else value


Models = Annotated[
    dict[BargainingModel, float],
    BeforeValidator(_models),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "mixed"},
                {
                    "type": "object",
                    "propertyNames": {"enum": list(BARGAINING_MODELS)},
                    "additionalProperties": {"type": "number", "minimum": 0},
                },
            ],
            "description": "weight of each model of what is agreed; `mixed`: half weighted mean and "
            "median, half the models that move positions",
        }
    ),
]


class Decision(Part):
    """When an issue is settled, what is agreed, and whether it is carried out."""

    title: Title
    issue: str
    called_by: tuple[Call, ...]
    needs: dict[str, str] = Field(default_factory=dict)
    models: Models = Field(default_factory=_plain_mean)
    trades_with: Strings = Field(
        default=(), description="further issues across which votes are exchanged"
    )
    largest_concession: Prior = Field(
        default=(_MOST_POINTS, _MOST_POINTS, _MOST_POINTS),
        description="points by which an actor gives way at most in one session",
    )
    needs_consent: Consent | None = None
    error: Prior
    writes: str
    agreed_at_most: Prior
    sets: SetsSwitch | None = None
    executes: Executes | None = None
    because: str = ""
    evidence: EvidenceList = ()

    @field_validator("models", mode="after")
    @classmethod
    def _weights(cls, value: dict[BargainingModel, float]) -> dict[BargainingModel, float]:
        if not all(math.isfinite(weight) and weight >= 0.0 for weight in value.values()):
            raise ValueError("weights of models must be numbers of at least 0")
        if value and sum(value.values()) <= 0.0:
            raise ValueError("at least one model needs a weight above 0")
        return value

    def model_shares(self) -> dict[BargainingModel, float]:
        """Return the chance of each model, in the order of `BARGAINING_MODELS`; those without are left out.

        `mixed` is half weighted mean and median, a quarter each, and half spatial, challenge and,
        where there is another issue to trade with, exchange, in equal parts.
        """
        given = dict(self.models)
        if not given:
            moving = [*_MIXED, "exchange"] if self.trades_with else [*_MIXED]
            given = {"weighted_mean": 0.25, "weighted_median": 0.25}
            given |= {name: 0.5 / len(moving) for name in moving}
        total = sum(given.values())
        return {m: given[m] / total for m in BARGAINING_MODELS if given.get(m, 0.0) > 0.0}
