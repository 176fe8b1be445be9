"""Rival explanations in a case file: sets of links, and the episodes that they have to explain."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from talion.model.schema_terms import EvidenceList, Part, Strings, Title

__all__ = ["BASELINE", "Episode", "Hypothesis"]

BASELINE = "no_interaction"
"""Id of the hypothesis that is always added: what nobody recorded moves all, nobody answers."""


class Hypothesis(Part):
    """One explanation of the record: which links act, and what it leads one to expect."""

    title: Title
    says: str
    keeps: Strings = ()
    without: Strings = ()
    held: dict[str, str] = Field(default_factory=dict)
    predicts: Strings = ()
    evidence: EvidenceList = ()
    because: str = ""

    @model_validator(mode="after")
    def _one_set(self) -> Hypothesis:
        if self.keeps and self.without:
            raise ValueError("give `keeps` or `without`, not both")
        if not (self.keeps or self.without or self.held):
            raise ValueError("say which links it `keeps`, or does `without`, or what is `held`")
        return self


class Episode(Part):
    """Dated days that are left out in turn, to see what a comparison hangs on."""

    title: Title
    from_: dt.date = Field(alias="from")
    to: dt.date
    because: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Episode:
        if self.to < self.from_:
            raise ValueError("`to`, the last day, comes before `from`")
        return self
