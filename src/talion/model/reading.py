"""Readings: what one supposes about the links before looking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.model.arrows import Arrow
from talion.model.sampling import Sampler
from talion.model.schema import Link

__all__ = ["NAMED", "READINGS", "WITH_RECORD", "Reading", "arrow_sign"]


@dataclass(frozen=True)
class Reading:
    """One way to suppose the signs of links.

    Attributes:
        id: as in files.
        title: as on pages.
        says: one sentence of what it supposes.
        origins: links of these origins act.
        signs: `stated`, `either` (raises, lowers or nothing, a third each, for each arrow and draw) or `reversed` (stated, but
            contested links the other way round).
    """

    id: str
    title: str
    says: str
    origins: frozenset[str]
    signs: str


_ALL = frozenset({"brief", "record", "analyst"})
# A link of which nobody says which way it works acts only where every link may work either way.
_EITHER = _ALL | {"nobody"}

READINGS: dict[str, Reading] = {
    reading.id: reading
    for reading in (
        Reading(
            "no_view",
            "No view",
            "every link may work either way, or not at all, at the stated scale",
            _EITHER,
            "either",
        ),
        Reading(
            "as_written",
            "As written",
            "the brief's own links work the way it says; nothing else does",
            frozenset({"brief"}),
            "stated",
        ),
        Reading(
            "as_written_ours",
            "As written, with our links",
            "the brief's links and those we added from the record or as analysts, as stated",
            _ALL,
            "stated",
        ),
        Reading(
            "opponent",
            "The author's opponent",
            "as written, but every contested link works the other way",
            frozenset({"brief"}),
            "reversed",
        ),
        Reading("links_at_zero", "Links at zero", "no link acts at all", frozenset(), "stated"),
    )
}

# The prior of no view, updated on the record by a fit. It is no prior that a model is compiled under:
# such a model is compiled under `no_view` with the fit's draws given.
WITH_RECORD = Reading(
    "with_record",
    "With the record",
    "no view, updated by fitting the model to the record",
    _EITHER,
    "either",
)

NAMED: dict[str, Reading] = {**READINGS, WITH_RECORD.id: WITH_RECORD}
"""Every reading that a result can be named after."""


def arrow_sign(reading: Reading, link: Link, arrow: Arrow, sampler: Sampler) -> NDArray[np.float64]:
    """Return the sign of an arrow in each draw: +1, -1, or 0 where the reading leaves it out."""
    if link.origin not in reading.origins:
        return np.zeros(sampler.draws)
    if reading.signs == "either":
        return sampler.sign(arrow.name)
    turned = -1 if reading.signs == "reversed" and link.contested else 1
    return np.full(sampler.draws, float(arrow.sign * turned))
