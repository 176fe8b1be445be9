"""The probabilistic Condorcet election of `talion.model.bargaining.condorcet`, compiled.

Choices are numbers here, in the order of the tuples below. Utilities lie with the option first and
the actor last, so that loops over actors run along memory. Nothing is allocated and nothing raises.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.condorcet import (
    BINARY_SHARE,
    BINARY_STEP,
    ELECTION_STEPS,
    LEAST_SUPPORT,
    SURE_LOSS,
    SURE_RATIO,
    TOLERANCE,
    Election,
    Victory,
    Voting,
)
from talion.model.compiling import inlined, inner

__all__ = ["ELECTIONS", "SETTLED", "UNSETTLED", "VICTORIES", "VOTINGS", "election_pass", "vote"]

F8 = NDArray[np.float64]

VOTINGS: tuple[str, ...] = get_args(Voting)
VICTORIES: tuple[str, ...] = get_args(Victory)
ELECTIONS: tuple[str, ...] = get_args(Election)
SETTLED, UNSETTLED = 0, 1

_PROPORTIONAL = VOTINGS.index("proportional")
_CUBIC = VOTINGS.index("cubic")
_PROPORTIONAL_CUBIC = VOTINGS.index("proportional-cubic")
_BINARY = VOTINGS.index("binary")
_PROSPECT = VOTINGS.index("prospect")
_SURE_OR_NOT = VICTORIES.index("binary")
_SQUARE, _QUARTIC, _OCTIC = (VICTORIES.index(name) for name in ("square", "quartic", "octic"))
_CONDITIONAL = ELECTIONS.index("conditional")
_UNIFORM = ELECTIONS.index("markov-uniform")
_UNIFORM_TOLERANCE = TOLERANCE["markov-uniform"]
_INCENTIVE_TOLERANCE = TOLERANCE["markov-incentive"]
_IDLE = 1e-10


@inlined
def vote(x: float, rule: int) -> float:
    """f of a difference of utilities."""
    if rule == _PROPORTIONAL:
        return x
    if rule == _CUBIC:
        return x * x * x
    if rule == _PROPORTIONAL_CUBIC:
        return 0.5 * x + 0.5 * (x * x * x)
    if rule == _PROSPECT:
        return 2.0 * x / 3.0 if x > 0.0 else x
    step = min(1.0, max(-1.0, x / BINARY_STEP))
    if rule == _BINARY:
        return step
    return (1.0 - BINARY_SHARE) * x + BINARY_SHARE * step


@inlined
def _won(ours: float, theirs: float, model: int) -> float:
    """P of the side with the strength `ours`."""
    if model == _SURE_OR_NOT:
        sure = 1.0 / (1.0 + SURE_LOSS)
        if theirs >= SURE_RATIO * ours:
            return 1.0 - sure
        if ours >= SURE_RATIO * theirs:
            return sure
        share = ours / (ours + theirs)
        between = (share * (SURE_RATIO + 1.0) - 1.0) / (SURE_RATIO - 1.0)
        return min(1.0, max(0.0, between))
    ratio = theirs / ours
    if model in (_SQUARE, _QUARTIC, _OCTIC):
        ratio = ratio * ratio
    if model in (_QUARTIC, _OCTIC):
        ratio = ratio * ratio
    if model == _OCTIC:
        ratio = ratio * ratio
    return 1.0 / (1.0 + ratio)


@inner
def _conditional(won: F8, options: int, chance: F8) -> None:
    chance[:options] = 1.0
    for b in range(options):
        largest = 0.0
        for a in range(options):
            chance[a] *= won[a, b]
            largest = max(largest, chance[a])
        if largest > 0.0:
            for a in range(options):
                chance[a] /= largest
    total = 0.0
    for a in range(options):
        total += chance[a]
    for a in range(options):
        chance[a] = chance[a] / total if total > 0.0 else 1.0 / options


@inner
def _challenges(won: F8, strength: F8, options: int, uniform: bool, challenge: F8) -> None:
    """challenge[b, a]: the chance that a challenges b, given that b is in favour."""
    for b in range(options):
        total = 0.0
        for a in range(options):
            incentive = strength[a, b] * won[a, b]
            if a == b:
                incentive += _IDLE
            challenge[b, a] = incentive
            total += incentive
        for a in range(options):
            challenge[b, a] = 1.0 / options if uniform else challenge[b, a] / total


@inner
def _markov(
    won: F8, challenge: F8, options: int, tolerance: float, chance: F8, following: F8
) -> int:
    chance[:options] = 1.0 / options
    for _ in range(ELECTION_STEPS):
        change = 0.0
        for a in range(options):
            total = 0.0
            for b in range(options):
                met = chance[a] * challenge[a, b] + chance[b] * challenge[b, a]
                total += won[a, b] * met
            following[a] = total
            change = max(change, abs(total - chance[a]))
        for a in range(options):
            chance[a] = (chance[a] + following[a]) / 2.0
        if change <= tolerance:
            return SETTLED
    return UNSETTLED


@inner
def election_pass(
    utility: F8,
    rows: NDArray[np.int64],
    options: int,
    weights: F8,
    rules: NDArray[np.int64],
    strength: F8,
    won: F8,
    challenge: F8,
    following: F8,
    chance: F8,
) -> int:
    """How likely each of some options is to prevail.

    Args:
        utility: [M, N] what each option is worth to each actor.
        rows: [at least `options`] which rows of it are the options.
        options: how many.
        weights: [N].
        rules: [3] voting, victory, election.
        strength: [at least options, the same] room: C.
        won: like it, room: P.
        challenge: like it, room.
        following: [at least options] room.
        chance: [at least options] out: how likely each is.

    Returns:
        SETTLED or UNSETTLED.
    """
    actors = weights.shape[0]
    voting, model, rule = rules[0], rules[1], rules[2]
    # Under `prospect` each side counts its own gains, so that both are scaled alike.
    scale = 2.0 / 3.0 if voting == _PROSPECT else 1.0
    if voting == _PROSPECT:
        voting = np.int64(_PROPORTIONAL)
    for a in range(options):
        strength[a, a] = LEAST_SUPPORT
        won[a, a] = 0.5
        for b in range(a):
            one, other = rows[a], rows[b]
            ours, theirs = 0.0, 0.0
            for k in range(actors):
                cast = weights[k] * vote(utility[one, k] - utility[other, k], voting)
                ours += 0.5 * (abs(cast) + cast)
                theirs += 0.5 * (abs(cast) - cast)
            strength[a, b] = LEAST_SUPPORT + scale * ours
            strength[b, a] = LEAST_SUPPORT + scale * theirs
            won[a, b] = _won(strength[a, b], strength[b, a], model)
            won[b, a] = _won(strength[b, a], strength[a, b], model)
    if rule == _CONDITIONAL:
        _conditional(won, options, chance)
        return SETTLED
    uniform = rule == _UNIFORM
    _challenges(won, strength, options, uniform, challenge)
    tolerance = _UNIFORM_TOLERANCE if uniform else _INCENTIVE_TOLERANCE
    return _markov(won, challenge, options, tolerance, chance, following)
