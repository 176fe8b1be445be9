"""What can be chosen in the Spatial Model of Politics, with the defaults of KTAB.

The program calls its choices by other names; `talion.model.bargaining.ktab` has the table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, Problems
from talion.model.bargaining.condorcet import Election, Victory, Voting
from talion.model.bargaining.positions import Issue

__all__ = [
    "Accommodation",
    "Choice",
    "Commitment",
    "Division",
    "Perspective",
    "Proposals",
    "ReceiverView",
    "RiskRange",
    "SpatialOptions",
]

F8 = NDArray[np.float64]

Choice = Literal["deterministic", "stochastic"]
RiskRange = Literal["min", "mid", "max"]
Perspective = Literal["own", "one-third", "half", "two-thirds", "theirs"]
Commitment = Literal["none", "semi", "full"]
Division = Literal["s1p1", "s2p2", "s2pmax"]
Proposals = Literal["initiator", "both", "compromise"]
ReceiverView = Literal["meant", "program"]

_SUM = 1e-9  # shares of an actor's accommodation may exceed one by rounding


@dataclass(frozen=True)
class Accommodation:
    """How far an actor's ideal follows a position each turn.

    Attributes:
        actor: whose ideal.
        toward: whose position; the actor itself for its own.
        share: 0 to 1; the shares of one actor sum to at most 1, and the rest stays with its old ideal.
    """

    actor: str
    toward: str
    share: float


@dataclass(frozen=True)
class SpatialOptions:
    """Every choice of the Spatial Model of Politics.

    Attributes:
        voting: how strongly an actor takes a side as its difference of utility grows.
        victory: how strength turns into victory in a contest of two.
        election: how contests of two make one winner.
        choice: take the most probable offer, or draw one.
        risk_range: attitudes to risk between -1/2 and 1 (`mid`), 0 and 1 (`min`) or -1 and 1 (`max`).
        perspective: whose attitude to risk an actor sees in another: its `own`, `theirs`, or
            `one-third`, `half` or `two-thirds` of theirs and the rest of its own.
        third_parties: what a third party stakes on a contest: nothing (`none`), its position if it
            backs the loser (`semi`), or its position either way (`full`). As the program has it, only
            `semi` lets third parties count: the others give both sides the same.
        division: how a bargain divides the difference: by salience times probability (`s1p1`), by
            their squares (`s2p2`), or only the weaker side moves (`s2pmax`).
        proposals: an offer is tabled as its initiator sees it, as `both` see it, or as a compromise.
        receiver_view: how the receiver's view of an offer is reckoned where `proposals` asks for it.
            `meant`: by its estimate of the initiator's chance, and a compromise of the two views by
            capability times salience. `program`: as KTAB has it, which takes the initiator's gain for
            its chance (here kept within 0 and 1) and weighs the two views by salience alone.
        accommodation: how ideals follow positions; an actor without an entry keeps to its own
            position, as do all by default.
        risk: (actor, attitude) from -1 (seeks risk) to 1 (shuns it); others are inferred.
        least_turns: turns before the model may stop.
        most_turns: turns after which it stops; 0 for an election among the stated positions alone.
        least_change: it stops once a turn moves less than this share of what the first moved.
        seed: of stochastic choice.

    Raises:
        InputError, Problems: a choice that is none, or a number out of range.

    >>> SpatialOptions(voting="cubic").victory
    'linear'
    """

    voting: Voting = "proportional"
    victory: Victory = "linear"
    election: Election = "conditional"
    choice: Choice = "deterministic"
    risk_range: RiskRange = "mid"
    perspective: Perspective = "one-third"
    third_parties: Commitment = "semi"
    division: Division = "s2p2"
    proposals: Proposals = "initiator"
    receiver_view: ReceiverView = "meant"
    accommodation: tuple[Accommodation, ...] = ()
    risk: tuple[tuple[str, float], ...] = ()
    least_turns: int = 2
    most_turns: int = 100
    least_change: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no choice."""
        Problems.raise_any(self._faults())

    def _faults(self) -> Iterable[InputError]:
        hints = get_type_hints(SpatialOptions)
        for field in fields(self):
            known = get_args(hints[field.name])
            value = getattr(self, field.name)
            if isinstance(field.default, str) and value not in known:
                remedy = f"choose one of: {', '.join(known)}"
                yield InputError("no such choice", place=field.name, value=value, remedy=remedy)
        if not 0 <= self.least_turns <= self.most_turns:
            yield InputError(
                "turns must satisfy 0 <= least_turns <= most_turns",
                place="least_turns, most_turns",
                value=(self.least_turns, self.most_turns),
            )
        if not (math.isfinite(self.least_change) and self.least_change >= 0.0):
            yield InputError(
                "must be a number of at least 0", place="least_change", value=self.least_change
            )
        for actor, attitude in self.risk:
            if not -1.0 <= attitude <= 1.0:
                yield InputError(
                    "an attitude to risk is from -1 to 1", place=f"risk, {actor}", value=attitude
                )

    def accommodation_matrix(self, issue: Issue) -> F8:
        """Return how far the ideal of the row follows the position of the column, [N, N].

        Raises:
            InputError: an unknown actor, a share outside 0 to 1, shares of an actor above 1.
        """
        matrix = np.eye(len(issue.stakes))
        named = {issue.index(entry.actor) for entry in self.accommodation}
        # As in the program, a row that is given still has 1 for the actor itself unless that is given.
        for entry in self.accommodation:
            if not 0.0 <= entry.share <= 1.0:
                raise InputError(
                    "a share of accommodation is from 0 to 1",
                    place=f"accommodation, {entry.actor} toward {entry.toward}",
                    value=entry.share,
                )
            matrix[issue.index(entry.actor), issue.index(entry.toward)] = entry.share
        for row in sorted(named):
            if matrix[row].sum() > 1.0 + _SUM:
                raise InputError(
                    "the shares of one actor's accommodation exceed 1",
                    place=f"accommodation, {issue.actors[row]}",
                    value=float(matrix[row].sum()),
                    remedy="state how far it follows its own position as well; unstated, that is 1",
                )
        return matrix

    def stated_risk(self, issue: Issue) -> F8:
        """Return the stated attitudes to risk, [N]; not a number where one is to be inferred.

        Raises:
            InputError: an unknown actor.
        """
        found = np.full(len(issue.stakes), np.nan)
        for actor, attitude in self.risk:
            found[issue.index(actor)] = attitude
        return found
