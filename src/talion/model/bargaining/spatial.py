"""The Spatial Model of Politics: actors challenge, bargain and move until little moves.

Each turn every actor looks for the challenge from which it expects most and puts a bargain to that
actor; each then takes, of the offers before it and its own position, the one that would prevail in a
probabilistic Condorcet election among all. This is the readable version: one draw, in numpy, keeping
every intermediate. `talion.model.bargaining.spatial_draws` runs many draws compiled.

    gain_ij = (1 - S_j) 2 u_ii + S_j (P 2 u_ii + (1 - P) 2 u_ij) - (u_ii + u_ij)

is what i expects from challenging j, with S_j the salience of j summed over dimensions and P its
chance of victory: a target that does not care gives way without a contest.

What a user should know: positions can leap within one turn; an election does not count how many
stand at a place; the stopping rule compares with the first turn, so a quiet start runs long.

References:
    "Multidimensional bargaining using KTAB", KAPSARC discussion paper; the program KTAB.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.condorcet import condorcet_election
from talion.model.bargaining.positions import Issue
from talion.model.bargaining.spatial_formulas import (
    distances,
    divide,
    draw_unit,
    perceived_risk,
    risk_attitudes,
    utilities,
    victory_chance,
)
from talion.model.bargaining.spatial_options import SpatialOptions
from talion.model.bargaining.spatial_trace import Move, Offer, SpatialRun, Turn

__all__ = [
    "LEAST_GAIN",
    "RATIO_FLOOR",
    "SAME_PLACE",
    "VERSION",
    "check_attention",
    "general_capability",
    "spatial_model",
]

F8 = NDArray[np.float64]

VERSION = "spatial model of politics 1"
LEAST_GAIN = 1e-5
"""A challenge must promise more than this."""
SAME_PLACE = 1e-3
"""Positions nearer than this, on 0 to 1, are one."""
RATIO_FLOOR = 1e-4
_FULL_ATTENTION = 1.0 + 1e-9


def check_attention(issue: Issue) -> None:
    """Refuse an issue on which an actor spends more than all of its attention.

    Raises:
        InputError: saliences of one actor sum to more than 100.
    """
    for each, total in zip(issue.stakes, issue.salience.sum(axis=1), strict=True):
        if total > _FULL_ATTENTION:
            raise InputError(
                "saliences over all dimensions of an issue sum to at most 100",
                place=f"issue {issue.name!r}, actor {each.actor!r}, salience",
                value=round(100.0 * float(total), 6),
                remedy="scale them down: they are shares of one actor's attention",
            )


def general_capability(capability: F8, salience: F8) -> F8:
    """Return one capability for each actor, [..., N], from those by dimension, [..., N, K].

    c = sum_k c_k s_k / sum_k s_k, and the plain mean for an actor without salience. Where an actor
    has one capability for all dimensions it is that.

    >>> general_capability(np.array([[2.0, 4.0]]), np.array([[0.1, 0.3]])).round(6).tolist()
    [3.5]
    """
    total = salience.sum(axis=-1)
    scale = np.where(total > 0.0, total, 1.0)
    weighed = (capability * salience).sum(axis=-1) / scale
    mixed = np.where(total > 0.0, weighed, capability.mean(axis=-1))
    same = (capability == capability[..., :1]).all(axis=-1)
    return np.where(same, capability[..., 0], mixed)


class _Spatial:
    """The fixed parts of a run: stakes as arrays, options, random numbers by what they are for."""

    def __init__(self, issue: Issue, options: SpatialOptions, draw: int) -> None:
        check_attention(issue)
        self.issue, self.options, self.draw = issue, options, draw
        self.salience = issue.salience
        self.attention = self.salience.sum(axis=1)
        self.capability = general_capability(issue.capability, self.salience)
        self.weights = self.capability * self.attention
        self.accommodation = options.accommodation_matrix(issue)
        self.stated_risk = options.stated_risk(issue)

    def election(self, utility: F8) -> F8:
        """Chances of options, [M], from what they are worth to each actor, [N, M]."""
        o = self.options
        return condorcet_election(
            utility, self.capability, voting=o.voting, victory_model=o.victory, election=o.election
        )

    def look(self, positions: F8, ideals: F8) -> Turn:
        """Everything that actors know before they act."""
        o = self.options
        distance = distances(ideals, positions, self.salience)
        neutral = self.election(utilities(distance, np.zeros((len(positions), 1))))
        inferred = risk_attitudes(neutral, o.risk_range)
        risk = np.where(np.isnan(self.stated_risk), inferred, self.stated_risk)
        actors = range(len(positions))
        perceived = np.stack([perceived_risk(risk, h, o.perspective) for h in actors])
        utility = np.stack([utilities(distance, perceived[h][:, None]) for h in actors])
        chance, gain = self._prospects(utility)
        winning, places = self._winning(positions, utilities(distance, risk[:, None]))
        return Turn(
            positions=positions,
            ideals=ideals,
            distance=distance,
            neutral_chance=neutral,
            risk=risk,
            perceived=perceived,
            utility=utility,
            chance=chance,
            gain=gain,
            winning=winning,
            places=places,
        )

    def chance(self, utility: F8, first: int, second: int) -> float:
        o = self.options
        return victory_chance(utility, self.weights, first, second, o.voting, o.third_parties)

    def gain(self, utility: F8, first: int, second: int, whose: int, chance: float) -> float:
        """What a challenge of `second` by `first` promises to `whose` in the eyes behind `utility`."""
        to_first, to_second = float(utility[whose, first]), float(utility[whose, second])
        care = float(self.attention[second])
        contest = chance * 2.0 * to_first + (1.0 - chance) * 2.0 * to_second
        return (1.0 - care) * 2.0 * to_first + care * contest - (to_first + to_second)

    def _prospects(self, utility: F8) -> tuple[F8, F8]:
        n = len(utility)
        chance, gain = np.full((n, n), 0.5), np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                if i != j:
                    chance[i, j] = self.chance(utility[i], i, j)
                    gain[i, j] = self.gain(utility[i], i, j, i, chance[i, j])
        return chance, gain

    def _winning(self, positions: F8, own: F8) -> tuple[F8, tuple[int, ...]]:
        """How likely each actor's place is to prevail, and the first actor at each place."""
        places: list[int] = []
        for n, at in enumerate(positions):
            earlier = (m for m in sorted(set(places)) if _norm(positions[m] - at) < SAME_PLACE)
            places.append(next(earlier, n))
        unique = sorted(set(places))
        chances = dict(zip(unique, self.election(own[:, unique]), strict=True))
        return np.array([chances[place] for place in places]), tuple(places)

    def offers(self, turn: Turn) -> tuple[Offer, ...]:
        """The bargains of a turn, in the order of their initiators."""
        found: list[Offer] = []
        for i in range(len(turn.positions)):
            gains = np.where(np.arange(len(turn.gain)) == i, -np.inf, turn.gain[i])
            j = int(np.argmax(gains))
            if gains[j] > LEAST_GAIN:
                found += self._bargains(turn, i, j)
        return tuple(found)

    def _bargains(self, turn: Turn, i: int, j: int) -> list[Offer]:
        o = self.options
        ours, theirs = float(turn.chance[i, j]), self.chance(turn.utility[j], i, j)
        stakes = (self.salience[i], self.salience[j])
        x_i, x_j, gain = turn.positions[i], turn.positions[j], float(turn.gain[i, j])
        here = divide(x_i, x_j, stakes, ours, o.division)
        if o.proposals == "initiator":
            return [Offer(i, j, "initiator", ours, theirs, gain, *here)]
        part = theirs
        if o.receiver_view == "program":
            part = min(1.0, max(0.0, self.gain(turn.utility[j], i, j, i, theirs)))
        there = divide(x_i, x_j, stakes, part, o.division)
        if o.proposals == "both":
            return [
                Offer(i, j, "initiator", ours, theirs, gain, *here),
                Offer(i, j, "receiver", ours, theirs, gain, *there),
            ]
        scale = self.weights if o.receiver_view == "meant" else self.attention
        total = float(scale[i] + scale[j])
        share = float(scale[i]) / total if total > 0.0 else 0.5
        mixed = [share * a + (1.0 - share) * b for a, b in zip(here, there, strict=True)]
        return [Offer(i, j, "both", ours, theirs, gain, mixed[0], mixed[1])]

    def offer_utilities(self, turn: Turn, offers: tuple[Offer, ...]) -> F8:
        """[N, 1 + offers] mean utility of all positions to each actor: as they are, then by offer."""
        own = utilities(turn.distance, turn.risk[:, None])
        total = own.sum(axis=1)
        columns = [total]
        for offer in offers:
            moved = np.stack([offer.initiator_to, offer.receiver_to])
            new = utilities(distances(turn.ideals, moved, self.salience), turn.risk[:, None])
            i, j = offer.initiator, offer.receiver
            columns.append(total - own[:, i] - own[:, j] + new[:, 0] + new[:, 1])
        return np.stack(columns, axis=1) / len(own)

    def move(self, turn: Turn, offers: tuple[Offer, ...], worth: F8, k: int, number: int) -> Move:
        """What actor k takes of the offers before it."""
        mine = [m for m, offer in enumerate(offers) if k in (offer.initiator, offer.receiver)]
        queue: tuple[int | None, ...] = (None, *mine)
        chances = self.election(worth[:, [0, *(m + 1 for m in mine)]])
        taken = queue[self.choose(chances, number, k)]
        end = turn.positions[k]
        if taken is not None:
            offer = offers[taken]
            end = offer.initiator_to if offer.initiator == k else offer.receiver_to
        return Move(k, turn.positions[k], end, taken, queue, chances)

    def choose(self, chances: F8, number: int, k: int) -> int:
        """The place in a queue that is taken: the likeliest, or one drawn."""
        if self.options.choice == "deterministic":
            return int(np.argmax(chances))
        point = draw_unit(self.options.seed, self.draw, number, k)
        reached = 0.0
        for at, chance in enumerate(chances):
            reached += float(chance)
            if point < reached:
                return at
        return len(chances) - 1

    def follow(self, ideals: F8, positions: F8) -> F8:
        """New ideals: a_ij x_j summed, and what is left of each row stays with the old ideal."""
        stay = np.maximum(0.0, 1.0 - self.accommodation.sum(axis=1))
        return np.asarray(self.accommodation @ positions + stay[:, None] * ideals)


def _norm(gap: F8) -> float:
    return float(np.sqrt((gap**2).sum()))


def spatial_model(
    issue: Issue, options: SpatialOptions | None = None, *, draw: int = 0
) -> SpatialRun:
    """Run the Spatial Model of Politics on an issue and keep every intermediate.

    Args:
        issue: stakes of all actors; saliences of one actor sum to at most 100.
        options: how; the defaults of KTAB if None.
        draw: which draw of stochastic choice; of no effect on deterministic choice.

    Returns:
        All turns, positions on the scales of the issue, and how likely each is to prevail.

    Raises:
        InputError: options that do not fit the issue, or saliences above 100.
        SimulationError: a Markov election that does not settle.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> three = one_dimension("x", {"A": (0, 80, 2), "B": (40, 50, 1), "C": (100, 90, 3)})
    >>> run = spatial_model(three)
    >>> run.stopped, 0 < run.outcome[0] < 100
    ('quiet', True)
    """
    chosen = options or SpatialOptions()
    model = _Spatial(issue, chosen, draw)
    positions = issue.scaled
    ideals = positions.copy()
    turns: list[Turn] = []
    first = 0.0
    while True:
        turn = model.look(positions, ideals)
        number = len(turns)
        if number >= chosen.least_turns:
            last = turns[-1].change if turns else math.inf
            quiet = last / (first + RATIO_FLOOR) < chosen.least_change
            if quiet or number >= chosen.most_turns:
                break
        offers = model.offers(turn)
        worth = model.offer_utilities(turn, offers)
        moves = tuple(model.move(turn, offers, worth, k, number) for k in range(len(positions)))
        positions = np.stack([move.end for move in moves])
        ideals = model.follow(ideals, positions)
        change = float(sum(_norm(move.end - move.start) for move in moves))
        first = change if number == 0 else first
        turns.append(replace(turn, offers=offers, moves=moves, change=change))
    stopped: Literal["quiet", "most turns"] = "quiet" if quiet else "most turns"
    return SpatialRun(issue, chosen, (*turns, turn), stopped, draw, VERSION)
