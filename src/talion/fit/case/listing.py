"""How likely an event is to be listed: the observation model's parameters.

    logit r = r_type + r_week + r_harm + r_place + load (z_attention - reference)

r_type has the case's prior (or that of the record's coverage); r_week, only for types with totals,
is a stationary autoregression over weeks with a half-life of four weeks; r_harm raises the odds of
events that killed; r_place differs by country; the load on attention is the case's own link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.options import Options
from talion.fit.case.parameters import Parameters
from talion.fit.case.recorded import Recorded, listed_share
from talion.model.case import Case
from talion.model.classes import SourceClass

__all__ = ["Listing", "listing_of"]

I8 = NDArray[np.int64]

_SPREAD = (0.6, 1.2, 2.4)  # sd of weekly log-odds, low, likely, high
_KEEP = 2.0 ** (-7.0 / 28.0)
_HARM = (0.7, 2.0, 3.3)  # log-odds added by deaths
_PLACE = (-0.65, 0.0, 0.65)


@dataclass(frozen=True, eq=False)
class Listing:
    """Arrays of the observation model.

    Attributes:
        arrays: by the names of `arrays.Specification`.
        weekly: [K] 1 where listing varies by week.
    """

    arrays: dict[str, Any]
    weekly: I8

    def weekly_places(self, first: int, days: int) -> I8:
        """[K] first coordinate of each type's weekly innovations, -1 without."""
        weeks = -(-days // 7)
        out = np.full(len(self.weekly), -1, np.int64)
        for n, k in enumerate(np.flatnonzero(self.weekly)):
            out[k] = first + n * weeks
        return out


def listing_of(
    case: Case,
    classes: Sequence[SourceClass],
    record: Recorded,
    options: Options,
    parameters: Parameters,
) -> Listing:
    """Enter the observation model of every explained type."""
    types = list(case.events)
    share, spread = np.full(len(types), -1, np.int64), np.full(len(types), -1, np.int64)
    harm, place = np.full(len(classes), -1, np.int64), np.full(len(classes), -1, np.int64)
    weekly, unlisted, tries = np.zeros(len(types), np.int64), [], []
    listed = _listed(classes, record)
    for k, name in enumerate(types):
        event = case.events[name]
        prior = listed_share(case, name, record.window) if name in record.types else None
        if prior is None:
            continue
        rowless = event.totals is not None and not options.rows
        counted = max(
            (t.value for t in record.totals if _is_of(t.classes, classes, name)), default=0
        )
        left_out = (100 - prior[1]) / max(prior[1], 1.0)  # unlisted for each listed one
        expected = max(counted - listed[name], listed[name] * left_out)
        unlisted.append(k)
        tries.append(int(6 + 2.25 * min(expected, 400)))
        if rowless:  # no rows, so nothing is said about which are listed
            continue
        share[k] = parameters.percent(f"listing/{name}", prior)
        if event.totals is None:
            continue
        if options.weekly_listing and options.totals != "none":
            weekly[k] = 1
            spread[k] = parameters.add(f"fit/listing-spread/{name}", _SPREAD, "log")
        for c in classes:
            if c.type == name:
                _class_terms(case, c, parameters, harm, place)
    return Listing(
        {
            "l_param": share, "l_spread": spread, "l_keep": _KEEP, "l_class": harm,
            "l_place": place, "unlisted_type": np.array(unlisted, np.int64),
            "unlisted_tries": np.array(tries, np.int64),
        },
        weekly,
    )  # fmt: skip


def _listed(classes: Sequence[SourceClass], record: Recorded) -> dict[str, int]:
    out = dict.fromkeys({c.type for c in classes}, 0)
    for row in record.rows:
        out[classes[row.classes[0]].type] += row.size
    return out


def _is_of(members: Sequence[int], classes: Sequence[SourceClass], name: str) -> bool:
    return bool(members) and classes[members[0]].type == name


def _class_terms(case: Case, c: SourceClass, parameters: Parameters, harm: I8, place: I8) -> None:
    """Terms of a class: deaths and country, by what its marks are read from."""
    columns = case.events[c.type].row_marks
    for mark, value in c.marks:
        if columns.get(mark) == "deaths" and value == "yes":
            harm[c.index] = parameters.add(f"fit/listing-harm/{c.type}", _HARM)
        elif columns.get(mark) == "country":
            place[c.index] = parameters.add(f"fit/listing-place/{c.type}/{value}", _PLACE)
