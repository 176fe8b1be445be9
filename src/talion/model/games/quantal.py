"""Quantal response: players who take better moves more often, not always.

With precision lambda, a player who faces moves worth v_1 .. v_m takes move k with chance

    exp(lambda v_k) / sum_j exp(lambda v_j),

where each v is the expected payoff of the player when all later players choose in that way too. In a
tree with perfect information this agent quantal response equilibrium is unique and found backward.
Precision 0 is chance; as it grows, choices come to be best replies. It has the inverse unit of the
payoffs: doubling all payoffs is doubling the precision, so only the product has a meaning.

Reference: McKelvey and Palfrey (1998), "Quantal response equilibria for extensive form games",
    Experimental Economics 1:9. For crises: Signorino (1999), American Political Science Review 93:279.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.games.solve import Solution, best_replies, induct
from talion.model.games.tree import Game, likely_payoffs

__all__ = ["QuantalCurve", "quantal_curve", "quantal_response"]

F8 = NDArray[np.float64]

MOST_PRECISION = 1e12


def quantal_response(game: Game, precision: float | F8, payoffs: F8 | None = None) -> Solution:
    """Return choices and values when every player responds by logit.

    Args:
        game: the tree.
        precision: lambda, 0 or more, one for all or one for each draw, (draws,); infinite for best
            replies with equal chances among equally good moves.
        payoffs: (draws, places, players); the likely ones by default.

    Raises:
        InputError: a precision that is negative or no number, or another number of them than draws.

    Reference: McKelvey and Palfrey (1998); see the module.

    >>> from talion.model.games.tree import Game, decision, outcome
    >>> game = Game("g", ("A",), decision("A", {"x": outcome("one", 0), "y": outcome("two", 1)}))
    >>> round(quantal_response(game, 1.0).choice()["y"], 4)
    0.7311
    """
    found = likely_payoffs(game) if payoffs is None else payoffs
    rates = np.atleast_1d(np.asarray(precision, dtype=np.float64))
    if np.isnan(rates).any() or (rates < 0).any():
        raise InputError(
            "precision must be 0 or more", place="precision", value=precision,
            remedy="0 for choice by chance, larger for fewer mistakes",
        )  # fmt: skip
    if (rates[np.isfinite(rates)] > MOST_PRECISION).any():
        raise InputError(
            "precision beyond 1e12", place="precision", value=precision,
            remedy="give infinity for best replies",
        )  # fmt: skip
    if rates.shape not in ((1,), (len(found),)):
        raise InputError(
            "one precision, or one for each draw", place="precision", value=rates.shape,
            remedy=f"there are {len(found)} draws",
        )  # fmt: skip
    if np.isinf(rates).all():
        return best_replies(game, found)
    if np.isinf(rates).any():
        raise InputError("some precisions are infinite", place="precision", value=precision)
    column = rates[:, None]

    def choose(values: F8) -> F8:
        # The largest is taken off first, so that no exponential overflows.
        weight = np.exp(column * (values - values.max(axis=1, keepdims=True)))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    return induct(game, found, choose, "agent quantal response, logit")


@dataclass(frozen=True, eq=False)
class QuantalCurve:
    """How the chances of the outcomes change with precision.

    Attributes:
        outcomes: names, (O,).
        precision: (L,).
        chances: (L, O).
        values: expected payoffs of the players at the start, (L, players).
    """

    outcomes: tuple[str, ...]
    precision: F8
    chances: F8
    values: F8


def quantal_curve(game: Game, precision: Sequence[float] | F8) -> QuantalCurve:
    """Solve at several precisions, at the likely payoffs.

    Args:
        game: the tree.
        precision: finite, 0 or more, (L,).

    Raises:
        InputError: as in `quantal_response`, or none given.

    >>> from talion.model.games.tree import Game, decision, outcome
    >>> game = Game("g", ("A",), decision("A", {"x": outcome("one", 0), "y": outcome("two", 1)}))
    >>> quantal_curve(game, [0, 1, 50]).chances[:, 1].round(3).tolist()
    [0.5, 0.731, 1.0]
    """
    rates = np.asarray(precision, dtype=np.float64)
    if rates.ndim != 1 or not len(rates) or not np.isfinite(rates).all():
        raise InputError("give one or more finite precisions", place="precision", value=precision)
    once = likely_payoffs(game)
    solved = quantal_response(game, rates, np.repeat(once, len(rates), axis=0))
    return QuantalCurve(game.outcomes, rates, solved.chances, solved.values[:, 0, :])
