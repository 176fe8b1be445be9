"""Questions put to the past in a case file: rows taken out of it, and rival explanations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from talion.model.schema_terms import Part, Strings, Title

__all__ = ["Counterfactual", "Rival"]

OneAtLeast = Annotated[Strings, Field(min_length=1)]


class Counterfactual(Part):
    """The observed window with some recorded events taken out of it, needs a fit."""

    title: Title
    remove: OneAtLeast
    because: str = ""


class Rival(Part):
    """Links to be fitted with and without another explanation of the same events."""

    links: OneAtLeast
    without: OneAtLeast
    because: str = ""

    @property
    def variant(self) -> str:
        """Return the name of the fit without the rival.

        >>> Rival(links="A3", without="R2").variant
        'without_R2'
        """
        return "_".join(["without", *self.without])

    @model_validator(mode="after")
    def _apart(self) -> Rival:
        both = sorted(set(self.links) & set(self.without))
        if both:
            raise ValueError(f"link {both[0]} stands on both sides; leave it out of one of them")
        return self
