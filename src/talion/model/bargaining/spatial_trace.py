"""What a run of the Spatial Model of Politics leaves behind: every intermediate of every turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.positions import Issue
from talion.model.bargaining.spatial_options import SpatialOptions

__all__ = ["Move", "Offer", "SpatialRun", "Turn"]

F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Offer:
    """A bargain that one actor puts to another; positions are on 0 to 1."""

    initiator: int
    receiver: int
    seen_by: Literal["initiator", "receiver", "both"]
    """Whose estimate of victory divides the difference; `both` for a compromise of the two."""
    chance: float
    """The initiator's chance of victory as the initiator sees it."""
    chance_seen_by_receiver: float
    gain: float
    """What the initiator expects to gain by a challenge, in its own utility."""
    initiator_to: F8
    """[K]"""
    receiver_to: F8
    """[K]"""


@dataclass(frozen=True, eq=False)
class Move:
    """What one actor did in a turn, having offers before it."""

    actor: int
    start: F8
    """[K] 0 to 1."""
    end: F8
    """[K]"""
    offer: int | None
    """Which offer of the turn it took; None if it kept to its position."""
    queue: tuple[int | None, ...]
    """The offers before it; None, the first, is to keep to its position."""
    chances: F8
    """[len(queue)] how likely each was to prevail among all actors."""

    @property
    def moved(self) -> bool:
        """Whether it ended elsewhere than it began."""
        return bool((self.start != self.end).any())


@dataclass(frozen=True, eq=False)
class Turn:
    """One state and what was done in it; of the last state nothing is done and no offers are kept."""

    positions: F8
    """[N, K] 0 to 1."""
    ideals: F8
    """[N, K]"""
    distance: F8
    """[N, N] of the column's position from the row's ideal."""
    neutral_chance: F8
    """[N] how likely each position is to prevail among actors neutral to risk."""
    risk: F8
    """[N] attitudes, inferred from these or stated."""
    perceived: F8
    """[N, N] the attitude of the column as the row sees it."""
    utility: F8
    """[N, N, N] of the last index's position to the middle one, as the first sees it."""
    chance: F8
    """[N, N] the row's chance against the column, as the row sees it."""
    gain: F8
    """[N, N] what the row expects from challenging the column."""
    winning: F8
    """[N] how likely each actor's position is to prevail; actors at one place share the number."""
    places: tuple[int, ...]
    """[N] the first actor that stands where each one stands."""
    offers: tuple[Offer, ...] = ()
    moves: tuple[Move, ...] = ()
    change: float = 0.0
    """Sum over actors of how far they moved, on 0 to 1."""

    @property
    def outcome(self) -> F8:
        """[K] mean position, each place by how likely it is to prevail."""
        own = np.array([n == place for n, place in enumerate(self.places)])
        return np.asarray(self.winning[own] @ self.positions[own])

    @property
    def likeliest(self) -> int:
        """The first actor whose position is the likeliest to prevail."""
        return int(np.argmax(self.winning))


@dataclass(frozen=True, eq=False)
class SpatialRun:
    """A run of the Spatial Model of Politics.

    Attributes:
        issue: what was bargained over.
        options: how.
        turns: [T + 1] states from the one stated to the last.
        stopped: `quiet` if the last turn hardly moved anyone, `most turns` if it was cut off.
        draw: which draw of stochastic choice.
        version: of the method.
    """

    issue: Issue
    options: SpatialOptions
    turns: tuple[Turn, ...]
    stopped: Literal["quiet", "most turns"]
    draw: int
    version: str

    @property
    def positions(self) -> F8:
        """[T + 1, N, K] on the scales of the dimensions."""
        return self.issue.unscaled(np.stack([t.positions for t in self.turns]))

    @property
    def winning(self) -> F8:
        """[T + 1, N] how likely each actor's position is to prevail."""
        return np.stack([t.winning for t in self.turns])

    @property
    def change_ratios(self) -> F8:
        """[T] change of each turn over that of the first plus 1e-4."""
        changes = np.array([t.change for t in self.turns[:-1]])
        return np.asarray(changes / (changes[:1] + 1e-4))

    @property
    def outcome(self) -> tuple[float, ...]:
        """[K] mean of the last positions by how likely each is to prevail, on the scales."""
        return tuple(self.issue.unscaled(self.turns[-1].outcome).tolist())

    @property
    def initial_outcome(self) -> tuple[float, ...]:
        """[K] the same of the positions as stated: an election without bargaining."""
        return tuple(self.issue.unscaled(self.turns[0].outcome).tolist())
