"""The probabilistic Condorcet election: how likely each of several options is to prevail.

    vote        v_k(a, b) = w_k f(u_ka - u_kb)
    coalition   C(a, b)   = 1e-8 + sum over k of max(v_k(a, b), 0)
    victory     P(a > b)  = C(a, b)^e / (C(a, b)^e + C(b, a)^e)
    election    p_a       from all P(a > b), by one of three rules

Every actor k lends its weight w to one side of each contest between two options, by how much the one
is worth more to it than the other. It says how likely an option is, not how long the contest takes.

References:
    "An introduction to the KAPSARC Toolkit for Behavioral Analysis (KTAB)" and "Multidimensional
    bargaining using KTAB", KAPSARC discussion papers; the program KTAB, whose logs the tests meet.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talion.errors import SimulationError

__all__ = [
    "ELECTION_STEPS",
    "LEAST_SUPPORT",
    "Election",
    "Victory",
    "Voting",
    "coalitions",
    "condorcet_election",
    "elect",
    "victory",
    "votes",
]

F8 = NDArray[np.float64]

Voting = Literal[
    "proportional",
    "cubic",
    "proportional-cubic",
    "binary",
    "proportional-binary",
    "prospect",
]
Victory = Literal["linear", "square", "quartic", "octic", "binary"]
Election = Literal["conditional", "markov-uniform", "markov-incentive"]

LEAST_SUPPORT = 1e-8
"""Support that every side of a contest has, so that a contest of nobody against nobody is even."""
ELECTION_STEPS = 100_000
"""Steps after which a Markov election counts as never settling."""
BINARY_STEP = 1e-8
BINARY_SHARE = 0.2
SURE_RATIO = 1.10
SURE_LOSS = 1e-6
EXPONENTS: dict[Victory, int] = {"linear": 1, "square": 2, "quartic": 4, "octic": 8}
TOLERANCE: dict[Election, float] = {"markov-uniform": 1e-6, "markov-incentive": 1e-8}
_IDLE = 1e-10  # incentive of an option to stay where it is


def votes(difference: F8, rule: Voting) -> F8:
    """Return f of a difference of utilities: how strongly an actor takes a side.

    proportional x; cubic x^3; proportional-cubic (x + x^3) / 2; binary x / 1e-8 within -1 to 1;
    proportional-binary 0.8 x + 0.2 binary; prospect x below 0 and 2x/3 above. In an election each side
    of a contest counts its own gains, so that there `prospect` comes to `proportional`; the program
    KTAB takes the option listed later for the gain instead, and its result depends on the order.

    >>> votes(np.array([-0.3, 0.3]), "prospect").round(3).tolist()
    [-0.3, 0.2]
    """
    x = difference
    if rule == "proportional":
        return x
    if rule == "cubic":
        return np.asarray(x * x * x)
    if rule == "proportional-cubic":
        return np.asarray(0.5 * x + 0.5 * (x * x * x))
    if rule == "prospect":
        return np.where(x > 0.0, 2.0 * x / 3.0, x)
    step = np.clip(x / BINARY_STEP, -1.0, 1.0)
    if rule == "binary":
        return np.asarray(step)
    return np.asarray((1.0 - BINARY_SHARE) * x + BINARY_SHARE * step)


def coalitions(utility: F8, weights: F8, rule: Voting) -> F8:
    """Return the strength of the coalition for each option against each other.

    Args:
        utility: [N, M] what each option is worth to each actor.
        weights: [N] not negative.
        rule: how votes follow utility.

    Returns:
        [M, M] C, for the row against the column; 1e-8 on the diagonal.

    >>> coalitions(np.array([[1.0, 0.0], [0.0, 0.5]]), np.array([1.0, 4.0]), "proportional").round(3)
    array([[0., 1.],
           [2., 0.]])
    """
    cast = weights[:, None, None] * votes(utility[:, :, None] - utility[:, None, :], rule)
    return np.asarray(LEAST_SUPPORT + np.maximum(cast, 0.0).sum(axis=0))


def victory(coalition: F8, model: Victory) -> F8:
    """Return the probability that each option defeats each other.

    linear, square, quartic and octic are C^e / (C^e + C'^e) with e = 1, 2, 4, 8. binary is certain
    once one side is 1.10 times as strong as the other, and linear in the share of strength between.

    Args:
        coalition: [M, M] from `coalitions`.
        model: how strength turns into victory.

    Returns:
        [M, M] P of the row over the column; one half on the diagonal.

    >>> victory(np.array([[1.0, 3.0], [1.0, 1.0]]), "square").round(6).tolist()
    [[0.5, 0.9], [0.1, 0.5]]
    """
    other = coalition.T
    if model == "binary":
        share = coalition / (coalition + other)
        between = (share * (SURE_RATIO + 1.0) - 1.0) / (SURE_RATIO - 1.0)
        won = np.clip(between, 0.0, 1.0)
        sure = 1.0 / (1.0 + SURE_LOSS)
        won = np.where(coalition >= SURE_RATIO * other, sure, won)
        return np.where(other >= SURE_RATIO * coalition, 1.0 - sure, won)
    power = EXPONENTS[model]
    return np.asarray(1.0 / (1.0 + (other / coalition) ** power))


def elect(won: F8, coalition: F8, rule: Election) -> F8:
    """Return the probability that each option prevails over all others.

    conditional: p_a proportional to the product over b of P(a > b): a wins every contest, given that
    somebody does. markov-uniform: the state in which challenges by options drawn evenly balance.
    markov-incentive: the same with challengers drawn by C(a, b) P(a > b), their incentive.

    Args:
        won: [M, M] from `victory`.
        coalition: [M, M] from `coalitions`.
        rule: one of the three.

    Returns:
        [M] summing to one.

    Raises:
        SimulationError: the challenges do not balance within 100,000 steps.

    >>> even = np.full((3, 3), 0.5)
    >>> elect(even, even, "markov-uniform").round(6).tolist()
    [0.333333, 0.333333, 0.333333]
    """
    if rule == "conditional":
        return _conditional(won)
    return _markov(won, challenge_chances(won, coalition, rule), TOLERANCE[rule])


def _conditional(won: F8) -> F8:
    chance = np.ones(len(won))
    for column in won.T:  # scaled at each step, so that forty small factors do not vanish
        chance = chance * column
        largest = chance.max()
        if largest > 0.0:
            chance = chance / largest
    total = chance.sum()
    return np.asarray(chance / total) if total > 0.0 else np.full(len(won), 1.0 / len(won))


def challenge_chances(won: F8, coalition: F8, rule: Election) -> F8:
    """[M, M] chance that the row challenges the column, given that the column is in favour."""
    if rule == "markov-uniform":
        return np.full(won.shape, 1.0 / len(won))
    incentive = coalition * won + _IDLE * np.eye(len(won))
    return np.asarray(incentive / incentive.sum(axis=0))


def _markov(won: F8, challenge: F8, tolerance: float) -> F8:
    now = np.full(len(won), 1.0 / len(won))
    for _ in range(ELECTION_STEPS):
        met = now[:, None] * challenge.T  # a is in favour and b challenges it
        following = (won * (met + met.T)).sum(axis=1)
        change = np.abs(following - now).max()
        now = (now + following) / 2.0
        if change <= tolerance:
            return np.asarray(now)
    raise SimulationError(
        "the challenges of a Markov election do not balance",
        place="probabilistic Condorcet election",
        value=float(change),
        remedy="use the conditional election",
    )


def condorcet_election(
    utility: F8,
    weights: F8,
    *,
    voting: Voting = "proportional",
    victory_model: Victory = "linear",
    election: Election = "conditional",
) -> F8:
    """Return how likely each option is to prevail among actors with given utilities.

    Args:
        utility: [N, M] what each option is worth to each actor, 0 to 1.
        weights: [N] not negative.
        voting: how votes follow utility.
        victory_model: how strength turns into victory.
        election: how contests of two make one winner.

    Returns:
        [M] summing to one.

    >>> worth = np.array([[1.0, 0.2], [0.4, 1.0], [0.4, 1.0]])
    >>> condorcet_election(worth, np.ones(3)).round(3).tolist()
    [0.4, 0.6]
    """
    strength = coalitions(utility, weights, voting)
    return elect(victory(strength, victory_model), strength, election)
