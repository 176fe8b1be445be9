"""Small games for tests: random trees, and a ladder of escalation between two fictional sides."""

from __future__ import annotations

import numpy as np

from talion.model.games.tree import Game, Node, chance, decision, outcome

PLAYERS = ("A", "B", "C")


def random_game(seed: int, depth: int = 4, values: int = 3, odds: float = 0.2) -> Game:
    """A tree whose payoffs are whole numbers from a few, so that ties occur."""
    rng = np.random.default_rng(seed)
    players = PLAYERS[: int(rng.integers(1, 4))]
    count = iter(range(10**6))

    def grow(left: int) -> Node:
        if left == 0 or (left < depth and rng.random() < 0.25):
            worth = rng.integers(0, values, len(players)).tolist()
            return outcome(f"end {next(count)}", *worth)
        below = [grow(left - 1) for _ in range(int(rng.integers(1, 4)))]
        if rng.random() < odds:
            weights = rng.integers(1, 5, len(below))
            shares = (weights / weights.sum()).tolist()
            return chance(
                {f"c{k}": (p, n) for k, (p, n) in enumerate(zip(shares, below, strict=True))}
            )
        mover = players[int(rng.integers(len(players)))]
        return decision(mover, {f"m{k}": n for k, n in enumerate(below)})

    return Game(f"random {seed}", players, grow(depth))


def ladder() -> Game:
    """Two sides, an attack that chance makes deadly or not, and a tie in the likely payoffs."""
    harmless = decision(
        "State",
        {
            "absorb": outcome("harassment", 1, -1),
            "strike": outcome("limited exchange", [-2, -0.5, 1], [-2, -1, 0]),
        },
        name="after a harmless attack",
    )
    widen = {
        "stop": outcome("pause after strikes", -2, 0),
        "widen": outcome("war", -5, [-9, -6, -3]),
    }
    deadly = decision(
        "State",
        {
            "absorb": outcome("deaths unanswered", 2, -4),
            "strike leaders": decision("Militia", widen),
        },
    )
    attack = chance({"no deaths": (0.9, harmless), "deaths": (0.1, deadly)})
    first = {"pause": outcome("pause", [-1, 0, 1], 1), "attack": attack}
    return Game("ladder", ("Militia", "State"), decision("Militia", first))
