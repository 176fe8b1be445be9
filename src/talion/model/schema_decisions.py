"""Issues and decisions in a case file: who wants what, when it is settled, what follows."""

from __future__ import annotations

from pydantic import Field

from talion.model.quantity import Prior
from talion.model.schema_terms import EvidenceList, Part

__all__ = ["Call", "Decision", "Executes", "Issue", "Position", "SetsSwitch"]


class Position(Part):
    """Where an actor stands on an issue, how much it can do and how much it cares (all 0 to 100)."""

    at: Prior
    power: Prior
    salience: Prior
    moved_by: dict[str, Prior] = Field(default_factory=dict)
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
    when: dict[str, str] = Field(default_factory=dict)
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
    needs: dict[str, str] = Field(default_factory=dict)
    error: Prior
    writes: str
    agreed_at_most: Prior
    sets: SetsSwitch | None = None
    executes: Executes | None = None
    because: str = ""
    evidence: EvidenceList = ()
