"""Priors that come near to breeding without end, though not in so many draws that a run is refused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from talion.judge.findings import Finding
from talion.judge.placed import place_in
from talion.judge.stability import spectral_radius
from talion.model.arrows import link_strength
from talion.model.case import Case
from talion.model.compiled import CompiledModel
from talion.model.echo import share_of_usual

__all__ = ["near_endless", "shares_at_high_end"]

OUTER = 0.9  # the stated high end of a prior is its 9-in-10 quantile
FEW = 0.01  # share of draws from which on it is worth saying
FULL = 100.0  # per cent of a type's events


def shares_at_high_end(case: Case) -> Iterator[Finding]:
    """Yield event types of which links claim 100 % or more at usual rates.

    At likely values shares alone are a fault of their own (`explosive_shares`); links stated as
    extra events are told here.
    """
    stated: dict[str, float] = {}
    claimed: dict[str, dict[str, tuple[float, float]]] = {}
    for arrow in case.arrows:
        if arrow.kind != "event-event" or arrow.sign < 0:
            continue
        link = case.links[arrow.link]
        form, prior = link_strength(link, arrow.kind, case.document.word_strengths)
        if form in ("share", "extra"):
            into = claimed.setdefault(arrow.effect, {})
            likely, high = into.get(arrow.link, (0.0, 0.0))
            share = share_of_usual(case, arrow, form, prior)
            into[arrow.link] = (likely + share[1], high + share[2])
        if form == "share":
            stated[arrow.effect] = stated.get(arrow.effect, 0.0) + prior[1]
    for effect, shares in claimed.items():
        likely, high = (sum(s[i] for s in shares.values()) for i in (0, 1))
        if high >= FULL > stated.get(effect, 0.0):
            end, claim = ("likely", likely) if likely >= FULL else ("high", high)
            worst = max(shares, key=lambda name: shares[name][1])
            yield Finding(
                "warning",
                "shares-at-high-end",
                place_in(case, "links", worst),
                f"at their {end} values links claim {claim:.0f} % of {effect}",
                "where they claim all of it nothing comes by itself, and the usual rate of the "
                "case is not kept",
                f"narrow or lower the largest, so that the {end} values stay under 100 % together",
                ", ".join(f"{name} {shares[name][1]:.3g} %" for name in shares),
            )


def near_endless(case: Case, no_view: CompiledModel, stated: CompiledModel) -> Iterator[Finding]:
    """Yield a branching ratio above one in the outer draws of a reading.

    The branching ratio is the spectral radius of the matrix of direct answers
    (`talion.judge.stability`).

    Args:
        case: for places.
        no_view: the reading with no view of directions.
        stated: the reading with every link as stated.
    """
    for model, said in ((stated, "as stated"), (no_view, "under no view")):
        radius = spectral_radius(model)
        share = float((radius >= 1).mean())
        outer = float(np.quantile(radius, OUTER))
        if outer >= 1 or share >= FEW:
            linked = sorted({int(i) for i in model.structure.ee_link if i >= 0})
            names = [model.link_ids[i] for i in linked]
            left = {n: float(np.quantile(spectral_radius(model, n), OUTER)) for n in names}
            # Where each link of a loop ends it alike, the one whose events draw most is named.
            worst = min(left, key=lambda name: (round(left[name], 6), -_draws_most(model, name)))
            yield Finding(
                "warning" if outer >= 1 else "note",
                "branching-ratio",
                place_in(case, "links", worst),
                f"{said}, one event breeds more than one other in {_per_cent(share)} of draws; the "
                f"branching ratio is {outer:.2g} at its 9-in-10 value",
                "in those draws answers to answers never die out, and their histories are cut short",
                f"lower or narrow {worst}: without it the 9-in-10 value is {left[worst]:.2g}",
                worst,
            )
            return


def _draws_most(model: CompiledModel, link: str) -> float:
    """Return the largest number of answers that one event draws by a link, at its 9-in-10 value."""
    mine = model.structure.ee_link == model.link_ids.index(link)
    return float(np.quantile(model.draws.ee_offspring[:, mine], OUTER, axis=0).max(initial=0.0))


def _per_cent(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{round(100 * share)} %"
