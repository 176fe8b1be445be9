"""Whether events breed without end: the offspring matrix of each draw and its spectral radius.

M[k, j] is the expected number of direct answers of type k to one event of type j (Hawkes 1971). If
the largest modulus of its eigenvalues reaches 1, answers to answers never die out and histories
run into the event cap. Draws beyond 1 are kept, since escalation is real, but when more than 5 %
of no-view draws are, a prior was set too wide or too high and is named.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.model.arrows import link_strength
from talion.model.case import Case
from talion.model.compiled import CompiledModel

__all__ = [
    "SUPERCRITICAL",
    "explosive_priors",
    "explosive_shares",
    "offspring_matrix",
    "prior_behind",
    "spectral_radius",
]

SUPERCRITICAL = 0.05  # share of no-view draws that may breed without end
_FULL = 100.0  # per cent of a type's events

F8 = NDArray[np.float64]


def offspring_matrix(model: CompiledModel, without: str | None = None) -> F8:
    """Return M of each draw, shape (draws, types, types): answers of type k to one event of j.

    An event of type j is of each class with the class's weight.

    Args:
        model: a compiled reading.
        without: id of a link to leave out.
    """
    structure, draws = model.structure, model.draws
    types = len(model.type_ids)
    matrix = np.zeros((model.n_draws, types, types))
    skip = model.link_ids.index(without) if without is not None else -2
    for source in range(structure.class_type.size):
        for entry in range(structure.ee_start[source], structure.ee_start[source + 1]):
            if structure.ee_link[entry] == skip:
                continue
            answers = draws.class_weight[:, source] * draws.ee_offspring[:, entry]
            matrix[:, structure.ee_target[entry], structure.class_type[source]] += answers
    return matrix


def spectral_radius(model: CompiledModel, without: str | None = None) -> F8:
    """Return the spectral radius of the offspring matrix of each draw, shape (draws,)."""
    values = np.linalg.eigvals(offspring_matrix(model, without))
    return np.asarray(np.abs(values).max(axis=1), np.float64)


def explosive_priors(case: Case, model: CompiledModel) -> Iterator[CaseError]:
    """Yield an error if more than 5 % of a model's draws breed without end.

    It names the link whose removal makes the fewest draws do so.

    Args:
        case: for places.
        model: its no-view reading.
    """
    share = float((spectral_radius(model) >= 1).mean())
    if share <= SUPERCRITICAL:
        return
    structure = model.structure
    linked = sorted({int(i) for i in structure.ee_link if i >= 0})
    left = {
        model.link_ids[i]: float((spectral_radius(model, model.link_ids[i]) >= 1).mean())
        for i in linked
    }
    worst = min(left, key=lambda name: (left[name], name))
    yield CaseError(
        f"the priors let events breed without end in {round(100 * share)} % of draws",
        place=_place(case, worst),
        value=worst,
        remedy=f"lower or narrow its strength: without it {round(100 * left[worst])} % would",
    )


def prior_behind(model: CompiledModel, capped: NDArray[np.bool_]) -> str | None:
    """Return the link whose strength best tells capped draws from the others.

    For each link and each of its parameters: |mean of capped draws - mean of the others| / sd over
    all draws; the link with the largest is named.

    Args:
        model: the reading simulated.
        capped: whether any history of the draw was cut short, shape (draws,).
    """
    if capped.all() or not capped.any():
        return None
    structure, draws = model.structure, model.draws
    tables = (
        (structure.ee_link, draws.ee_offspring),
        (structure.ch_link, draws.ch_b),
        (structure.fr_link, draws.fr_gamma),
        (structure.ef_link, draws.ef_jump),
        (structure.ff_link, draws.ff_coef),
    )
    apart: dict[int, float] = {}
    for links, values in tables:
        sd = values.std(axis=0)
        gap = np.abs(values[capped].mean(axis=0) - values[~capped].mean(axis=0))
        told = np.divide(gap, sd, out=np.zeros_like(gap), where=sd > 0)
        for link, size in zip(links.tolist(), told.tolist(), strict=True):
            apart[link] = max(apart.get(link, 0.0), size)
    apart.pop(-1, None)
    best = max(apart, key=lambda link: apart[link], default=None)
    return None if best is None or apart[best] <= 0 else model.link_ids[best]


def explosive_shares(case: Case) -> Iterator[CaseError]:
    """Yield an error for each event type of which links claim 100 % or more at likely values."""
    claimed: dict[str, dict[str, float]] = {}
    for arrow in case.arrows:
        if arrow.kind != "event-event" or arrow.sign < 0:
            continue
        link = case.links[arrow.link]
        form, prior = link_strength(link, arrow.kind, case.document.word_strengths)
        if form == "share":
            into = claimed.setdefault(arrow.effect, {})
            into[arrow.link] = into.get(arrow.link, 0.0) + prior[1]
    for effect, shares in claimed.items():
        if sum(shares.values()) >= _FULL:
            worst = max(shares, key=lambda name: shares[name])
            yield CaseError(
                f"links claim {sum(shares.values()):.0f} % of {effect} at their likely values",
                place=_place(case, worst),
                value=", ".join(shares),
                remedy="their shares must stay under 100 % together; lower the largest",
            )


def _place(case: Case, link: str) -> str:
    path = ("links", link)
    return case.marks.place(path) if case.marks is not None else f"{case.name}, links.{link}"
