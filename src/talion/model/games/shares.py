"""From ranges of payoffs to shares: in how many draws each outcome is where the game ends.

Payoffs are an analyst's judgment and are given as ranges. Each draw takes one value from each range
and solves the game; a share says how often an outcome comes of it, given these ranges. It is no
probability that the world takes that path: it says how far the stated ranges settle the matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.games.quantal import quantal_response
from talion.model.games.solve import Solution, best_replies
from talion.model.games.tree import Game, Outcome, payoff_draws
from talion.model.quantity import prior
from talion.model.sampling import Sampler

__all__ = ["Leverage", "OutcomeShares", "outcome_shares"]

F8 = NDArray[np.float64]
Range = tuple[float, float, float]


@dataclass(frozen=True)
class Leverage:
    """How much one uncertain payoff moves one outcome.

    Attributes:
        outcome: whose payoff it is.
        player: to whom.
        moves: outcome whose share it moves most.
        when_low: share of that outcome in the third of draws with the lowest payoff.
        when_high: the same in the third with the highest.
    """

    outcome: str
    player: str
    moves: str
    when_low: float
    when_high: float

    def sentence(self) -> str:
        """Return it in words.

        >>> Leverage("war", "C", "war", 0.02, 0.4).sentence()
        'Worth of war to C: war in 2 % of draws where it is low, 40 % where it is high.'
        """
        return (
            f"Worth of {self.outcome} to {self.player}: {self.moves} in {100 * self.when_low:.0f} % "
            f"of draws where it is low, {100 * self.when_high:.0f} % where it is high."
        )


@dataclass(frozen=True, eq=False)
class OutcomeShares:
    """Shares of draws, and how they were found.

    Attributes:
        game: with ranges.
        outcomes: names, (O,).
        share: mean over draws of each outcome's chance, (O,).
        error: standard error of it, (O,).
        low, high: the share if every draw with a tie were settled against or for the outcome, (O,);
            both are `share` where no draw had a tie.
        chances: in each draw, (draws, O).
        values: expected payoffs at the start, (draws, players).
        tied: share of draws in which two moves were equally good somewhere in the tree.
        leverage: of each payoff that has a range, the strongest first.
        method: how each draw was solved.
        seed: of the draws.
    """

    game: Game
    outcomes: tuple[str, ...]
    share: F8
    error: F8
    low: F8
    high: F8
    chances: F8
    values: F8
    tied: float
    leverage: tuple[Leverage, ...]
    method: str
    seed: int


def outcome_shares(
    game: Game,
    *,
    draws: int = 2000,
    seed: int = 1,
    precision: float | Range | None = None,
) -> OutcomeShares:
    """Solve a game for many draws of its payoffs.

    Args:
        game: with payoffs as ranges.
        draws: how many.
        seed: of the payoffs' draws, which do not depend on how the draws are solved.
        precision: None solves by backward induction, a number by quantal response with that
            precision, a range (low, likely, high, all above 0) draws the precision as well.

    Raises:
        InputError: no draw, more than fit into memory, a precision out of range.

    >>> from talion.model.games.tree import Game, decision, outcome
    >>> game = Game("g", ("A",), decision("A", {"x": outcome("one", 0), "y": outcome("two", [-1, 0.5, 2])}))
    >>> found = outcome_shares(game, draws=4000)
    >>> bool(abs(found.share[1] - 0.67) < 0.02)  # P(two is worth more than 0)
    True
    """
    payoffs = payoff_draws(game, draws, seed)
    solved = _solved(game, payoffs, precision, seed)
    chances = solved.chances
    share = chances.mean(axis=0)
    ties = _ties(solved) if precision is None else np.zeros(draws, dtype=bool)
    settled = (chances * ~ties[:, None]).mean(axis=0)
    tied = float(ties.mean())
    return OutcomeShares(
        game,
        game.outcomes,
        share,
        chances.std(axis=0) / np.sqrt(draws),
        settled if tied else share,
        settled + tied if tied else share,
        chances,
        solved.values[:, 0, :],
        tied,
        _leverage(game, payoffs, chances),
        solved.method,
        seed,
    )


def _solved(game: Game, payoffs: F8, precision: float | Range | None, seed: int) -> Solution:
    if precision is None:
        return best_replies(game, payoffs)
    try:
        stated = prior(list(precision) if isinstance(precision, tuple | list) else precision)
    except ValueError as error:
        raise InputError(str(error), place="precision", value=precision) from None
    if stated[0] == stated[2]:
        return quantal_response(game, stated[1], payoffs)
    if stated[0] <= 0:
        raise InputError(
            "a range of precision must lie above 0", place="precision", value=precision,
            remedy="give low, likely, high",
        )  # fmt: skip
    return quantal_response(
        game, Sampler(seed, len(payoffs)).draw("precision", stated, "log"), payoffs
    )


def _ties(solved: Solution) -> NDArray[np.bool_]:
    """In which draws two moves of a decision were equally good, (draws,)."""
    tied = np.zeros(len(solved.chosen), dtype=bool)
    for place in solved.game.places:
        if solved.game.player_of(place) >= 0:
            odds = solved.chosen[:, list(place.children)]
            tied |= ((odds > 0.0) & (odds < 1.0)).any(axis=1)
    return tied


def _leverage(game: Game, payoffs: F8, chances: F8) -> tuple[Leverage, ...]:
    third = len(payoffs) // 3
    if not third:
        return ()
    found: dict[tuple[str, str], Leverage] = {}
    for place in game.places:
        node = place.node
        if not isinstance(node, Outcome):
            continue
        for k, (player, (low, _, high)) in enumerate(zip(game.players, node.payoffs, strict=True)):
            if low == high or (node.name, player) in found:
                continue
            order = np.argsort(payoffs[:, place.index, k], kind="stable")
            below = chances[order[:third]].mean(axis=0)
            above = chances[order[-third:]].mean(axis=0)
            most = int(np.abs(above - below).argmax())
            found[node.name, player] = Leverage(
                node.name, player, game.outcomes[most], float(below[most]), float(above[most])
            )
    return tuple(sorted(found.values(), key=lambda x: -abs(x.when_high - x.when_low)))
