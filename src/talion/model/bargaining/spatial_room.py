"""Choices as numbers, and room for one draw: what the compiled Spatial Model of Politics works on.

Everything about positions lies with the place first and the actor last: `far[j, n]` is how far the
position of j is from the ideal of n.
"""

from __future__ import annotations

from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.spatial_options import (
    Choice,
    Commitment,
    Division,
    Proposals,
    RiskRange,
)

__all__ = [
    "CHOICES",
    "COMMITMENTS",
    "DIVISIONS",
    "PROPOSALS",
    "RISK_RANGES",
    "Room",
    "Rules",
    "new_room",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

CHOICES: tuple[str, ...] = get_args(Choice)
COMMITMENTS: tuple[str, ...] = get_args(Commitment)
DIVISIONS: tuple[str, ...] = get_args(Division)
PROPOSALS: tuple[str, ...] = get_args(Proposals)
RISK_RANGES: tuple[str, ...] = get_args(RiskRange)


class Rules(NamedTuple):
    """All choices as numbers."""

    election: I8
    """[3] voting, victory, election."""
    choice: int
    risk_range: int
    their_share: float
    third_parties: int
    division: int
    proposals: int
    as_meant: bool
    least_turns: int
    most_turns: int
    least_change: float
    seed: np.uint64
    accommodation: F8
    """[N, N]"""
    follows: bool
    """Whether ideals differ from positions at all."""
    stated_risk: F8
    """[N] or not a number."""


class Room(NamedTuple):
    """Room for one draw at a time; N actors, K dimensions."""

    ideal: F8
    """[N, K]"""
    capability: F8
    """[N] one for all dimensions."""
    attention: F8
    """[N] saliences summed."""
    square: F8
    """[N] saliences squared and summed."""
    weight: F8
    """[N] capability times attention."""
    far: F8
    """[N place, N actor]"""
    risk: F8
    """[N]"""
    seen: F8
    """[N] attitudes in the eyes of one."""
    worth: F8
    """[N place, N actor] utility, neutral first, then own."""
    sight: F8
    """[N place, N actor] utility in the eyes of one."""
    own: F8
    """[N] of it: of each actor's own position to itself."""
    value: F8
    """[1 + 2N offers, N actor] mean utility of all positions, as they are and by offer."""
    towards: F8
    """[2N offers, 2 parties, K]"""
    mixed: F8
    """[2, K] where a bargain would lead in the eyes of the receiver."""
    parties: I8
    """[2N offers, 2] initiator, receiver."""
    queue: I8
    """[1 + 2N] rows of an election."""
    places: I8
    """[N] the first actor at each actor's place."""
    gone: F8
    """[N, K] positions after the turn."""
    strength: F8
    """[1 + 2N, the same]"""
    won: F8
    challenge: F8
    chance: F8
    """[1 + 2N]"""
    following: F8
    cast: F8
    """[N]"""
    third: F8
    """[N] weights as third parties."""
    other: F8
    """[N]"""


def new_room(actors: int, dimensions: int) -> Room:
    """Room for issues of this size."""
    n, k, m = actors, dimensions, 2 * actors + 1
    return Room(
        ideal=np.zeros((n, k)), capability=np.zeros(n), attention=np.zeros(n), square=np.zeros(n),
        weight=np.zeros(n), far=np.zeros((n, n)), risk=np.zeros(n), seen=np.zeros(n),
        worth=np.zeros((n, n)), sight=np.zeros((n, n)), own=np.zeros(n), value=np.zeros((m, n)),
        towards=np.zeros((2 * n, 2, k)), mixed=np.zeros((2, k)),
        parties=np.zeros((2 * n, 2), np.int64), queue=np.zeros(m, np.int64),
        places=np.zeros(n, np.int64), gone=np.zeros((n, k)), strength=np.zeros((m, m)),
        won=np.zeros((m, m)), challenge=np.zeros((m, m)), chance=np.zeros(m),
        following=np.zeros(m), cast=np.zeros(n), third=np.zeros(n), other=np.zeros(n),
    )  # fmt: skip
