"""The formulas of one turn of the Spatial Model of Politics, each on its own, in numpy.

Positions and saliences are on 0 to 1 here. The compiled kernel must agree with these to 1e-9.

References:
    "Multidimensional bargaining using KTAB", KAPSARC discussion paper; the program KTAB, version of
    2019-11-17, whose logs of 30 May 2017 the tests meet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.condorcet import Voting, votes
from talion.model.bargaining.spatial_options import Commitment, Division, Perspective, RiskRange

__all__ = [
    "THEIR_SHARE",
    "distances",
    "divide",
    "draw_unit",
    "perceived_risk",
    "risk_attitudes",
    "utilities",
    "victory_chance",
]

F8 = NDArray[np.float64]

THEIR_SHARE: dict[Perspective, float] = {
    "own": 0.0,
    "one-third": 1.0 / 3.0,
    "half": 0.5,
    "two-thirds": 2.0 / 3.0,
    "theirs": 1.0,
}
EVEN = 1e-12
"""Chances that differ by less differ by rounding alone."""
ALONE = 1e-10  # support that each principal of a contest has whatever it wants
NUDGE = 1e-6  # keeps a bargain of two who do not care where it is
_WORD = (1 << 64) - 1


def distances(ideals: F8, positions: F8, salience: F8) -> F8:
    """Return how far each position is from each actor's ideal, weighted by its saliences.

    d_ij = sqrt( sum_k (s_ik (ideal_ik - x_jk))^2 / sum_k s_ik^2 ), and 0 for an actor without salience.

    Args:
        ideals: [N, K] 0 to 1.
        positions: [M, K] 0 to 1.
        salience: [N, K] 0 to 1.

    Returns:
        [N, M]

    >>> ideal, there = np.array([[0.0, 0.0]]), np.array([[0.6, 0.8]])
    >>> float(distances(ideal, there, np.array([[0.5, 0.5]]))[0, 0].round(9))
    0.707106781
    """
    gap = salience[:, None, :] * (ideals[:, None, :] - positions[None, :, :])
    total = (salience**2).sum(axis=1)
    scale = np.where(total > 0.0, total, 1.0)
    return np.asarray(np.sqrt((gap**2).sum(axis=2) / scale[:, None]))


def utilities(distance: F8, risk: F8) -> F8:
    """Return what a position at a distance is worth, by attitude to risk.

    u = (1 - d)(1 + d R) for d up to 1, (1 - d)(1 + R) beyond; R > 0 shuns risk (concave).

    >>> utilities(np.array([0.5, 0.5, 0.5]), np.array([-0.5, 0.0, 1.0])).tolist()
    [0.375, 0.5, 0.75]
    """
    return np.asarray((1.0 - distance) * (1.0 + np.minimum(distance, 1.0) * risk))


def risk_attitudes(chance: F8, span: RiskRange) -> F8:
    """Infer attitudes to risk from how likely each actor's position is to prevail as things stand.

    The likeliest shuns risk, the least likely seeks it, linearly between. Where all are equally
    likely, as when everyone agrees, nobody has reason to do either and R is 0 for all.

    Args:
        chance: [N] summing to one.
        span: `min` 0 to 1, `mid` -1/2 to 1, `max` -1 to 1.

    >>> risk_attitudes(np.array([0.2, 0.4, 0.6]), "mid").round(6).tolist()
    [-0.5, 0.25, 1.0]
    """
    least, most = chance.min(), chance.max()
    if most - least <= EVEN:
        return np.zeros_like(chance)
    share = (chance - least) / (most - least)
    low = {"min": 0.0, "mid": -0.5, "max": -1.0}[span]
    return np.asarray(low + (1.0 - low) * share)


def perceived_risk(risk: F8, observer: int, view: Perspective) -> F8:
    """Return the attitudes to risk that an observer sees, [N]: its own mixed with theirs.

    >>> perceived_risk(np.array([1.0, -0.5]), 0, "one-third").round(6).tolist()
    [1.0, 0.5]
    """
    share = THEIR_SHARE[view]
    seen = (1.0 - share) * risk[observer] + share * risk
    seen[observer] = risk[observer]
    return np.asarray(seen)


def victory_chance(
    utility: F8, weights: F8, first: int, second: int, voting: Voting, staked: Commitment
) -> float:
    """Return the chance that `first` wins if it challenges `second`, as one observer sees it.

    The two principals vote with what is at stake for them. Each third party n reckons the chance p of
    the side of `first` with itself and the two principals alone, and votes by the difference of

        V_first = p (2 u_n,first + u_nn) + (1 - p) 3 u_n,second
        V_second = p 3 u_n,first + (1 - p)(2 u_n,second + u_nn)

    under `semi` commitment. Under `none` and `full` the two are equal and third parties do not count.

    Args:
        utility: [N, N] what the position of the column is worth to the row, as the observer sees it.
        weights: [N] capability times salience.
        first: who challenges.
        second: who is challenged.
        voting: how votes follow utility.
        staked: commitment of third parties.

    >>> worth = np.array([[1.0, 0.2, 0.5], [0.2, 1.0, 0.5], [0.9, 0.1, 1.0]])
    >>> round(victory_chance(worth, np.array([1.0, 3.0, 2.0]), 0, 1, "proportional", "none"), 6)
    0.25
    """
    to_first, to_second, to_self = utility[:, first], utility[:, second], np.diag(utility)
    cast = weights * votes(to_first - to_second, voting)
    principals = cast[[first, second]]
    ours = ALONE + float(np.maximum(principals, 0.0).sum())
    theirs = ALONE + float(np.maximum(-principals, 0.0).sum())
    if staked == "semi":
        chance = (ours + np.maximum(cast, 0.0)) / (ours + theirs + np.abs(cast))
        gain = chance * (to_self - to_first) + (1.0 - chance) * (to_second - to_self)
        third = weights * votes(gain, voting)
        third[[first, second]] = 0.0
        ours += float(np.maximum(third, 0.0).sum())
        theirs += float(np.maximum(-third, 0.0).sum())
    return ours / (ours + theirs)


def divide(
    first: F8, second: F8, salience: tuple[F8, F8], chance: float, rule: Division
) -> tuple[F8, F8]:
    """Return where the two parties of a bargain are to move, by salience and chance of victory.

    s2p2 and s1p1, with n = 2 or 1, w_i = (s_i P)^n and w_j = (s_j (1 - P))^n, e = 1e-6:

        b_i = ((w_i + e) x_i + w_j x_j) / (w_i + e + w_j),  b_j likewise,  to four decimals

    s2pmax: only the weaker side moves; with D_i = max(0, 1 - 2P) its fraction of the way is
    D_i s_j^2 / (D_i s_j^2 + e + (1 - D_i) s_i^2), and likewise for the other.

    Args:
        first: [K] position of the initiator, 0 to 1.
        second: [K] position of the receiver.
        salience: [K] of each of the two, 0 to 1.
        chance: P, of the initiator's victory.
        rule: one of the three.

    Returns:
        [K] new position of the initiator, [K] of the receiver.

    >>> one, other = divide(np.array([0.2]), np.array([0.5]), (np.ones(1), np.ones(1)), 0.5, "s2p2")
    >>> one.tolist(), other.tolist()
    ([0.35], [0.35])
    """
    s_i, s_j = salience
    if rule == "s2pmax":
        d_i, d_j = max(0.0, 1.0 - 2.0 * chance), max(0.0, 2.0 * chance - 1.0)
        f_i = d_i * s_j**2 / (d_i * s_j**2 + NUDGE + (1.0 - d_i) * s_i**2)
        f_j = d_j * s_i**2 / (d_j * s_i**2 + NUDGE + (1.0 - d_j) * s_j**2)
        return first + f_i * (second - first), second + f_j * (first - second)
    w_i, w_j = s_i * chance, s_j * (1.0 - chance)
    if rule == "s2p2":
        w_i, w_j = w_i * w_i, w_j * w_j
    total = w_i + NUDGE + w_j
    b_i = ((w_i + NUDGE) * first + w_j * second) / total
    b_j = (w_i * first + (NUDGE + w_j) * second) / total
    return np.floor(b_i * 10_000.0 + 0.5) / 10_000.0, np.floor(b_j * 10_000.0 + 0.5) / 10_000.0


def draw_unit(seed: int, draw: int, turn: int, actor: int) -> float:
    """Return a uniform number on [0, 1) that depends on what it is for and on nothing else.

    The splitmix64 finaliser (Steele, Lea and Flood 2014) of seed, draw, turn and actor in turn.

    >>> draw_unit(1, 0, 0, 0) == draw_unit(1, 0, 0, 0) != draw_unit(1, 0, 0, 1)
    True
    """
    key = _scramble((seed * 0x9E3779B97F4A7C15 + 0xD1342543DE82EF95) & _WORD)
    for part in (draw, turn, actor):
        key = _scramble((key + (part + 1) * 0x9E3779B97F4A7C15) & _WORD)
    return (key >> 11) / 9007199254740992.0


def _scramble(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
    return z ^ (z >> 31)
