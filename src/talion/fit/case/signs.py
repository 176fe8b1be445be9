"""Signs and signed sizes of arrows in posterior draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.result import FittedReading
from talion.fit.case.specification import Problem
from talion.fit.case.stated import stated
from talion.model.arrows import Arrow, link_strength
from talion.model.case import Case
from talion.model.posterior import PosteriorDraws

__all__ = ["found_sizes", "judged_arrows", "raises", "strength_names"]

F8 = NDArray[np.float64]


def strength_names(case: Case) -> dict[str, str]:
    """Return the parameter of each arrow's strength, by the arrow's name."""
    document = case.document
    found = {}
    for arrow in case.arrows:
        form, _ = link_strength(case.links[arrow.link], arrow.kind, document.word_strengths)
        found[arrow.name] = f"{arrow.name}/{form}"
    return found


def judged_arrows(problem: Problem) -> tuple[Arrow, ...]:
    """Return the arrows of free sign whose link the record can inform."""
    s, informed = problem.arrays, set(problem.informed)
    return tuple(
        arrow
        for a, arrow in enumerate(problem.arrows)
        if s.free_arrow[a] == 1 and arrow.link in informed
    )


def raises(fitted: FittedReading, arrow: str) -> float:
    """Return how surely an arrow raises; .5 where the fit has no sign.

    The chance that it raises or one less the chance that it lowers, whichever is farther from
    nothing being known: at least .80 if and only if it raises in 80 % of draws, at most .20 if and
    only if it lowers in as many.
    """
    signs = fitted.draws.signs.get(arrow)
    if signs is None:
        return 0.5
    up, down = float((signs > 0).mean()), float((signs < 0).mean())
    return up if up >= down else 1.0 - down


def found_sizes(case: Case, draws: PosteriorDraws) -> dict[str, F8]:
    """Return the signed size of each arrow whose sign and strength are drawn, [N] by name.

    In the case's units, negative where it lowers; `times` as logarithms, so that 0 is no effect.
    """
    known = stated(case, draws.reading)
    found: dict[str, F8] = {}
    for arrow, name in strength_names(case).items():
        signs, scores = draws.signs.get(arrow), draws.scores.get(name)
        if name not in known or signs is None:
            continue
        at = np.zeros(draws.draws) if scores is None else scores  # without scores: a known number
        size = known[name].values(at, draws.strength)
        found[arrow] = signs * (np.log(size) if known[name].unit == "times" else size)
    return found
