"""Whether the fitted process breeds without end: through events alone, and through factors too.

The offspring matrix M (`talion.judge.stability`) counts direct answers. An event can also move a
factor that raises a rate. A jump J of factor f fades with half-life h, and through other factors:
the area under the paths of all factors is (I - C)^-1 J / pull, C being the inputs of factors to
rests, which is J h/ln2 for a factor alone. Its offspring of type k are then

    sum_f gamma_kf x rate_k x area_f,

rate_k being the background under the factors. It grows with the factors, so it is taken at their
references, at the worst midnight of the fitted past, and at the worst ends of their ranges. The
last is a bound: it lets every factor stand at its worst at once.

References:
    Bremaud and Massoulie (1996), Annals of Probability 24: 1563, for stability of nonlinear Hawkes
    processes by the spectral radius.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.residuals import Spread
from talion.judge.stability import offspring_matrix
from talion.model.case import Case
from talion.model.compiled import CompiledModel

__all__ = ["RadiusRow", "Stability", "extended_matrix", "stability", "worst_levels"]

F8 = NDArray[np.float64]

_LATENT_ENDS = 2.0  # stationary sds to which a latent factor, which has no range, is taken
_LARGEST = 50.0  # of the logarithm of what factors do to a rate: no radius overflows


@dataclass(frozen=True)
class RadiusRow:
    """Spectral radius over draws.

    Attributes:
        what: which matrix, and where the factors stand.
        radius: over draws; infinite where factors feed each other without end.
        above: share of draws at 1 or above.
        link: id of the link whose removal lowers the 9-in-10 quantile most; None if none does.
        without: the 9-in-10 quantile without that link.
    """

    what: str
    radius: Spread
    above: float
    link: str | None
    without: float


@dataclass(frozen=True)
class Stability:
    """Rows from events alone to the worst ends of the factors' ranges."""

    rows: tuple[RadiusRow, ...]


def stability(case: Case, model: CompiledModel, levels: F8) -> Stability:
    """Return spectral radii of a fitted model.

    Args:
        case: which of its factors are latent.
        model: compiled with posterior draws.
        levels: [D, days + 1, F] factors along the fitted past.
    """
    reference = model.draws.z_ref
    places = (
        ("with factors at their references", reference),
        ("with factors at their worst in the fitted past", _worst_reached(model, levels)),
        ("with factors at the worst ends of their ranges", worst_levels(case, model)),
    )
    rows = [_row(model, "events alone", None)]
    rows += [_row(model, what, at) for what, at in places]
    return Stability(tuple(rows))


def _row(model: CompiledModel, what: str, at: F8 | None) -> RadiusRow:
    def radii(without: str | None) -> F8:
        if at is None:
            return _radius(offspring_matrix(model, without))
        found = _radius(extended_matrix(model, at, without))
        return np.where(_loop_gain(model, without) < 1.0, found, np.inf)

    own = radii(None)
    high = _high(own)
    left = {link: _high(radii(link)) for link in _links(model, factors=at is not None)}
    best = min(left, key=lambda link: (left[link], link), default=None)
    if best is not None and not left[best] < high - 1e-9:
        best = None
    without = high if best is None else left[best]
    spread = Spread(*np.quantile(own, (0.1, 0.5, 0.9), method="nearest").tolist())
    return RadiusRow(what, spread, float((own >= 1).mean()), best, without)


def _high(radius: F8) -> float:
    return float(np.quantile(radius, 0.9, method="nearest"))


def _links(model: CompiledModel, *, factors: bool) -> list[str]:
    s = model.structure
    parts = (s.ee_link, s.fr_link, s.ef_link, s.ff_link) if factors else (s.ee_link,)
    return [model.link_ids[i] for i in sorted({int(i) for p in parts for i in p if i >= 0})]


def _radius(matrix: F8) -> F8:
    return np.asarray(np.abs(np.linalg.eigvals(matrix)).max(axis=1), np.float64)


def _loop_gain(model: CompiledModel, without: str | None) -> F8:
    """[D] by how much factors feed themselves through each other; at 1 they need no event to grow."""
    s, dr = model.structure, model.draws
    skip = model.link_ids.index(without) if without is not None else -2
    inputs = _table(s.ff_start, s.ff_source, s.ff_link, dr.ff_coef, skip, dr.z_ref.shape[1])
    return _radius(inputs)


def extended_matrix(model: CompiledModel, at: F8, without: str | None = None) -> F8:
    """Return direct and factor-mediated answers, [D, K, K]: of type k to one event of type j.

    A path through factors that lowers a rate counts as none: no number of answers is negative.

    Args:
        model: a compiled reading.
        at: [D, K, F] or [D, F] where the factors stand, for each type or for all.
        without: id of a link to leave out.
    """
    s, dr = model.structure, model.draws
    skip = model.link_ids.index(without) if without is not None else -2
    gamma = _table(s.fr_start, s.fr_factor, s.fr_link, dr.fr_gamma, skip, dr.z_ref.shape[1])
    jump = _table(s.ef_start, s.ef_factor, s.ef_link, dr.ef_jump, skip, dr.z_ref.shape[1])
    inputs = _table(s.ff_start, s.ff_source, s.ff_link, dr.ff_coef, skip, dr.z_ref.shape[1])
    where = at if at.ndim == 3 else np.broadcast_to(at[:, None, :], gamma.shape)
    away = where - dr.z_ref[:, None, :]
    load = np.minimum((gamma * away).sum(axis=2), _LARGEST)
    rate = dr.background * np.exp(load)  # [D, K]
    moves = (s.is_level == 1) & (dr.pull > 0)
    area = np.where(moves, 1.0 / np.where(dr.pull > 0, dr.pull, 1.0), 0.0)  # of a jump of 1
    spread = np.linalg.inv(np.eye(inputs.shape[1]) - inputs * moves[:, :, None])
    reached = np.einsum("dfg,dcg->dcf", spread, jump * area[:, None, :])  # [D, S, F]
    answers = np.maximum(np.einsum("dkf,dcf->dkc", gamma, reached), 0.0) * rate[:, :, None]
    matrix = offspring_matrix(model, without)
    for c, source in enumerate(s.class_type):
        matrix[:, :, source] += dr.class_weight[:, c, None] * answers[:, :, c]
    return matrix


def _table(
    start: NDArray[np.int64],
    column: NDArray[np.int64],
    link: NDArray[np.int64],
    values: F8,
    skip: int,
    width: int,
) -> F8:
    """Entries in compressed form as [D, rows, width]."""
    out = np.zeros((len(values), len(start) - 1, width))
    row = np.repeat(np.arange(len(start) - 1), np.diff(start))
    for i in np.flatnonzero(link != skip):
        out[:, row[i], column[i]] += values[:, i]
    return out


def worst_levels(case: Case, model: CompiledModel) -> F8:
    """Return for each draw, type and factor the end of its range that raises the type, [D, K, F].

    A switch stays at its reference: no event moves it here. A latent factor goes two stationary sds.
    """
    s, dr = model.structure, model.draws
    gamma = _table(s.fr_start, s.fr_factor, s.fr_link, dr.fr_gamma, -2, dr.z_ref.shape[1])
    latent = np.array([factor.kind == "latent" for factor in case.factors.values()], np.bool_)
    keep = (1.0 - dr.pull) ** 7
    sd = dr.noise / np.sqrt(np.maximum(1.0 - keep**2, 1e-12))
    ranged = (s.is_level == 1) & ~latent
    far = np.where(latent, _LATENT_ENDS * sd, 0.0)
    low = np.where(ranged, s.lo, dr.z_ref - far)
    high = np.where(ranged, s.hi, dr.z_ref + far)
    return np.asarray(np.where(gamma > 0, high[:, None], low[:, None]))


def _worst_reached(model: CompiledModel, levels: F8) -> F8:
    """[D, K, F] factors on the midnight at which each type's background stood highest."""
    s, dr = model.structure, model.draws
    gamma = _table(s.fr_start, s.fr_factor, s.fr_link, dr.fr_gamma, -2, dr.z_ref.shape[1])
    load = np.einsum("dkf,dtf->dkt", gamma, levels)
    when = load.argmax(axis=2)  # [D, K]
    return np.asarray(levels[np.arange(len(levels))[:, None], when])
