"""Exchange, power indices and crisis games: milliseconds, beside plain Python where that is the rival.

    python benchmarks/bench_games.py

Least of some repeats, in processor time. The rivals do the same work and must give the same numbers,
or the benchmark fails: swings counted over all coalitions, and a game solved draw by draw.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from talion.model.bargaining.exchange import equal_gain_exchange
from talion.model.bargaining.exchange_table import exchange_table
from talion.model.bargaining.power import VotingBody, power_indices, voting_body
from talion.model.games.shares import outcome_shares
from talion.model.games.tree import Game, Node, Outcome, decision, outcome, payoff_draws

__all__ = ["measure"]

DRAWS = 10_000
PLAIN_DRAWS = 500  # the rival's; its time is scaled up


def timed(call: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """Least processor milliseconds of some calls after a first, and what the last returned."""
    result = call()
    best = np.inf
    for _ in range(repeats):
        began = time.process_time()
        result = call()
        best = min(best, time.process_time() - began)
    return 1e3 * best, result


def body(members: int) -> VotingBody:
    """A parliament of unequal parties."""
    rng = np.random.default_rng(1)
    return voting_body({f"m{k}": int(v) for k, v in enumerate(rng.integers(1, 20, members))})


def ladder(rungs: int) -> Game:
    """Two sides climb in turn; every end has uncertain worth."""
    node: Node = outcome("war", [-9, -6, -3], [-8, -5, -2])
    for k in reversed(range(rungs)):
        stop = outcome(f"stop {k}", [-1.0 - 0.1 * k, -0.1 * k, 0.5], [-0.5, 0.1 * k, 1 + 0.1 * k])
        node = decision("AB"[k % 2], {"stop": stop, "climb": node})
    return Game("ladder", ("A", "B"), node)


def plain_shares(game: Game, payoffs: np.ndarray) -> dict[str, float]:
    """Shares of the outcomes, one draw after the other, as one would first write it."""
    count = dict.fromkeys(game.outcomes, 0)

    def solve(node: Node, worth: dict[int, Any]) -> tuple[Any, str]:
        if isinstance(node, Outcome):
            return worth[id(node)], node.name
        found = [solve(below, worth) for _, below in node.moves]
        return max(found, key=lambda x: x[0][game.players.index(node.player)])

    ends = [(p.index, id(p.node)) for p in game.places if isinstance(p.node, Outcome)]
    for draw in payoffs:
        count[solve(game.root, {key: draw[index] for index, key in ends})[1]] += 1
    return {name: n / len(payoffs) for name, n in count.items()}


def plain_swings(votes: tuple[int, ...], quota: int) -> list[int]:
    """Swings of each member, over all coalitions."""
    swings = [0] * len(votes)
    for size in range(1, len(votes) + 1):
        for coalition in itertools.combinations(range(len(votes)), size):
            total = sum(votes[k] for k in coalition)
            if total >= quota:
                for k in coalition:
                    swings[k] += total - votes[k] < quota
    return swings


def measure() -> dict[str, Any]:
    """Milliseconds of each task, and how many times as long plain Python takes."""
    found: dict[str, Any] = {}
    parliament = body(100)
    ms, _ = timed(lambda: power_indices(parliament))
    found["power, exact, 100 members"] = {"ms": ms}
    ms, _ = timed(lambda: power_indices(parliament, method="sampled"))
    found["power, 100,000 samples, 100 members"] = {"ms": ms}

    small = body(15)
    ms, indices = timed(lambda: power_indices(small))
    plain, swings = timed(lambda: plain_swings(small.votes, small.quota), 1)
    assert [m * 2**14 for m in indices.banzhaf_measure] == swings
    found["power, exact, 15 members"] = {"ms": ms, "times": plain / ms}

    rng = np.random.default_rng(2)
    stakes = {
        (f"a{i}", f"p{p}"): (
            float(rng.integers(0, 101)),
            float(rng.random()),
            float(rng.integers(1, 9)),
        )
        for i in range(15)
        for p in range(13)
    }
    table = exchange_table({f"p{p}": (0, 100) for p in range(13)}, stakes)
    ms, _ = timed(lambda: equal_gain_exchange(table))
    found["exchange, 15 actors, 13 issues, a round"] = {"ms": ms}

    game = ladder(12)
    ms, shares = timed(lambda: outcome_shares(game, draws=DRAWS, seed=1))
    payoffs = payoff_draws(game, DRAWS, 1)
    plain, counted = timed(lambda: plain_shares(game, payoffs[:PLAIN_DRAWS]), 1)
    ours = dict(zip(shares.outcomes, shares.chances[:PLAIN_DRAWS].mean(axis=0), strict=True))
    assert all(abs(counted[name] - ours[name]) < 1e-9 for name in counted)
    found["game of 25 nodes, 10,000 draws"] = {
        "ms": ms,
        "times": plain * DRAWS / PLAIN_DRAWS / ms,
    }
    return found


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
