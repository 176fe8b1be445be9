"""Which actor, and which number, the outcome of an issue turns on; what would change it.

All comparisons share their draws: an issue and a what-if differ only by what the what-if changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.baselines import weighted_median_draws
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.drawn_stakes import Drawn, UncertainIssue
from talion.model.bargaining.outcome import Method, OutcomeDraws, outcome_draws
from talion.model.bargaining.positions import MOST_SALIENCE
from talion.model.bargaining.spatial import SAME_PLACE
from talion.model.bargaining.spatial_draws import spatial_draws
from talion.model.bargaining.spatial_options import SpatialOptions

__all__ = [
    "CoalitionMap",
    "Difference",
    "Driver",
    "TippingActor",
    "coalition_map",
    "drivers",
    "fitting_options",
    "pivotal_shares",
    "shifted",
    "tipping_actors",
    "what_if",
]

F8 = NDArray[np.float64]
Triple = tuple[float, float, float]
Options = SpatialOptions | ChallengeOptions | None


@dataclass(frozen=True, eq=False)
class Difference:
    """A what-if against the issue as stated, draw by draw.

    Attributes:
        stated: outcome of the issue as stated.
        changed: outcome of the what-if, from the same draws.
    """

    stated: OutcomeDraws
    changed: OutcomeDraws

    @property
    def shifts(self) -> F8:
        """[draws, K] what-if less stated, on the scales."""
        return np.asarray(self.changed.values - self.stated.values)

    def range(self, dimension: int = 0, share: float = 0.8) -> Triple:
        """Return low, middle and high of the shift on a dimension."""
        return replace(self.stated, values=self.shifts).range(dimension, share)

    def crossing(self, threshold: float, dimension: int = 0) -> float:
        """Return the share of draws in which the two end on different sides of a threshold."""
        one = self.stated.values[:, dimension] > threshold
        return float((one != (self.changed.values[:, dimension] > threshold)).mean())


def what_if(
    issue: UncertainIssue,
    changed: UncertainIssue,
    method: Method,
    *,
    draws: int,
    seed: int,
    options: Options = None,
) -> Difference:
    """Compare an issue with a changed one under one model, on the same draws.

    Args:
        issue: as stated.
        changed: the same issue with an actor taken out (`without`), a stake replaced (`with_stake`) or
            a number moved (`shifted`).
        method: which model.
        draws: how many.
        seed: of the draws.
        options: of the model.

    Raises:
        InputError: issues of different name or scales, whose draws would have nothing in common.

    >>> from talion.model.bargaining.drawn_stakes import uncertain
    >>> from talion.model.bargaining.positions import Dimension
    >>> army, party = uncertain("Army", 20, 60, (1, 2, 4)), uncertain("Party", 90, 50, 1)
    >>> pause = UncertainIssue("pause", (Dimension("days"),), (army, party))
    >>> alone = what_if(pause, pause.without("Army"), "weighted mean", draws=50, seed=1)
    >>> bool((alone.changed.values == 90.0).all()), alone.range()[1] > 0
    (True, True)
    """
    if (issue.name, issue.dimensions) != (changed.name, changed.dimensions):
        raise InputError(
            "a what-if keeps the name and the scales of its issue",
            place=f"issue {issue.name!r}",
            value=changed.name,
            remedy="change its stakes alone",
        )
    return Difference(
        outcome_draws(issue.draw(draws, seed), method, options),
        outcome_draws(changed.draw(draws, seed), method, _fitting(options, changed)),
    )


def _fitting(options: Options, issue: UncertainIssue) -> Options:
    return fitting_options(options, issue) if isinstance(options, SpatialOptions) else options


def fitting_options(options: SpatialOptions, issue: UncertainIssue) -> SpatialOptions:
    """Return options without what they say of actors that are not on an issue.

    >>> from talion.model.bargaining.drawn_stakes import uncertain
    >>> from talion.model.bargaining.positions import Dimension
    >>> alone = UncertainIssue("pause", (Dimension("days"),), (uncertain("Army", 20, 60, 1),))
    >>> fitting_options(SpatialOptions(risk=(("Army", 0.5), ("Party", 0.0))), alone).risk
    (('Army', 0.5),)
    """
    there = set(issue.likely.actors)
    return replace(
        options,
        risk=tuple(entry for entry in options.risk if entry[0] in there),
        accommodation=tuple(
            entry for entry in options.accommodation if {entry.actor, entry.toward} <= there
        ),
    )


def shifted(
    issue: UncertainIssue, actor: str, part: str, by: float, dimension: int = 0
) -> UncertainIssue:
    """Return an issue in which a position or salience is moved, or a capability multiplied.

    Args:
        issue: as stated.
        actor: whose number.
        part: `position` (moved by points of its scale), `salience` (by points of 100) or `capability`
            (multiplied).
        by: how much. Low, likely and high move alike and stop at the ends of the scale.
        dimension: on which scale; a capability is the same on all.

    Raises:
        InputError: no such actor, part or dimension, or a capability multiplied by a negative number.

    >>> from talion.model.bargaining.drawn_stakes import uncertain
    >>> from talion.model.bargaining.positions import Dimension
    >>> pause = UncertainIssue("pause", (Dimension("days"),), (uncertain("Army", 20, 60, 1),))
    >>> shifted(pause, "Army", "salience", 15).stakes[0].salience
    ((75.0, 75.0, 75.0),)
    """
    old = issue.stakes[issue.likely.index(actor)]
    if not 0 <= dimension < len(issue.dimensions):
        raise InputError("no such dimension", place=f"issue {issue.name!r}", value=dimension)
    scale = issue.dimensions[dimension]
    if part == "position":
        places = _replaced(old.position, dimension, by, scale.low, scale.high)
        return issue.with_stake(replace(old, position=places))
    if part == "salience":
        care = _replaced(old.salience, dimension, by, 0.0, MOST_SALIENCE)
        return issue.with_stake(replace(old, salience=care))
    if part == "capability":
        low, likely, high = (by * c for c in old.capability)
        return issue.with_stake(replace(old, capability=(low, likely, high)))
    remedy = "use position, salience or capability"
    raise InputError("no such part of a stake", place="part", value=part, remedy=remedy)


def _replaced(
    ranges: tuple[Triple, ...], at: int, by: float, least: float, most: float
) -> tuple[Triple, ...]:
    low, likely, high = (min(most, max(least, value + by)) for value in ranges[at])
    return (*ranges[:at], (low, likely, high), *ranges[at + 1 :])


@dataclass(frozen=True)
class TippingActor:
    """What the outcome would be without an actor.

    Attributes:
        actor: who is taken out.
        shift: low, middle and high of the outcome without it less the outcome with it, on the scale.
        matters: share of draws in which that is more than the smallest shift that matters.
        crossing: share of draws in which the outcome changes sides of the threshold; None without one.
        pivotal: share of draws in which its stated position is the weighted median.
    """

    actor: str
    shift: Triple
    matters: float
    crossing: float | None
    pivotal: float


def tipping_actors(
    issue: UncertainIssue,
    method: Method,
    *,
    draws: int,
    seed: int,
    options: Options = None,
    dimension: int = 0,
    threshold: float | None = None,
    smallest: float = 0.05,
) -> tuple[TippingActor, ...]:
    """Take each actor out in turn; the one whose absence shifts the outcome most comes first.

    Args:
        issue: as stated, with at least two actors.
        method: which model.
        draws: how many.
        seed: of the draws.
        options: of the model.
        dimension: on which scale shifts are measured.
        threshold: a place on that scale, the two sides of which mean different things.
        smallest: the smallest shift that matters, as a share of the scale.

    Raises:
        InputError: fewer than two actors.

    >>> from talion.model.bargaining.drawn_stakes import uncertain
    >>> from talion.model.bargaining.positions import Dimension
    >>> army, party = uncertain("Army", 20, 60, (4, 6, 8)), uncertain("Party", 90, 50, 1)
    >>> pause = UncertainIssue("pause", (Dimension("days"),), (party, army))
    >>> [t.actor for t in tipping_actors(pause, "weighted mean", draws=50, seed=1)]
    ['Army', 'Party']
    """
    if len(issue.stakes) < 2:
        place = f"issue {issue.name!r}"
        raise InputError("at least two actors are needed", place=place, value=len(issue.stakes))
    drawn = issue.draw(draws, seed)
    stated = outcome_draws(drawn, method, options)
    pivots = pivotal_shares(drawn, dimension)
    width = issue.dimensions[dimension].width
    found = []
    for each, pivotal in zip(issue.stakes, pivots.tolist(), strict=True):
        left = issue.without(each.actor)
        without = outcome_draws(left.draw(draws, seed), method, _fitting(options, left))
        difference = Difference(stated, without)
        large = np.abs(difference.shifts[:, dimension]) > smallest * width
        found.append(
            TippingActor(
                each.actor,
                difference.range(dimension),
                float(large.mean()),
                None if threshold is None else difference.crossing(threshold, dimension),
                pivotal,
            )
        )
    return tuple(sorted(found, key=lambda tip: -abs(tip.shift[1])))


def pivotal_shares(drawn: Drawn, dimension: int = 0) -> F8:
    """Return the share of draws in which each actor's position is the weighted median, [N].

    Actors at the same place are pivotal together, and so is everyone at either end of a tie.

    >>> from talion.model.bargaining.drawn_stakes import uncertain
    >>> from talion.model.bargaining.positions import Dimension
    >>> three = [uncertain("A", 0, 50, 1), uncertain("B", 40, 50, 1), uncertain("C", 90, 50, 1)]
    >>> pivotal_shares(UncertainIssue("x", (Dimension("x"),), tuple(three)).draw(5, seed=1)).tolist()
    [0.0, 1.0, 0.0]
    """
    low, high = weighted_median_draws(drawn.positions, drawn.weights)
    at = drawn.positions[:, :, dimension]
    is_low, is_high = at == low[:, None, dimension], at == high[:, None, dimension]
    return np.asarray((is_low | is_high).mean(axis=0))


@dataclass(frozen=True)
class Driver:
    """How far one uncertain number decides the outcome.

    Attributes:
        actor: whose number.
        part: position, salience or capability.
        dimension: name of the scale.
        correlation: Spearman's rank correlation with the outcome over draws, -1 to 1.
    """

    actor: str
    part: str
    dimension: str
    correlation: float


def drivers(drawn: Drawn, outcome: OutcomeDraws, dimension: int = 0) -> tuple[Driver, ...]:
    """Rank uncertain numbers by their rank correlation with the outcome; fixed ones are left out.

    Args:
        drawn: the draws.
        outcome: what a model made of them.
        dimension: of the outcome.

    Raises:
        InputError: an outcome of other draws.
    """
    if len(outcome.values) != len(drawn.positions) or outcome.seed != drawn.seed:
        raise InputError("the outcome is not of these draws", place=f"issue {outcome.issue!r}")
    target = _ranks(outcome.values[:, dimension])
    issue, found = drawn.issue, []
    parts = {"position": drawn.positions, "salience": drawn.salience}
    for n, each in enumerate(issue.stakes):
        for k, scale in enumerate(issue.dimensions):
            for part, values in parts.items():
                found.append(Driver(each.actor, part, scale.name, _rank(values[:, n, k], target)))
        power = _rank(drawn.capability[:, n, 0], target)
        found.append(Driver(each.actor, "capability", "", power))
    known = [each for each in found if np.isfinite(each.correlation)]
    return tuple(sorted(known, key=lambda each: -abs(each.correlation)))


def _ranks(values: F8) -> F8:
    from scipy.stats import rankdata

    return np.asarray(rankdata(values), np.float64)


def _rank(values: F8, target: F8) -> float:
    """Spearman's correlation with ranks; not a number where either never changes."""
    one = _ranks(values)
    a, b = one - one.mean(), target - target.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0.0 else float("nan")


@dataclass(frozen=True, eq=False)
class CoalitionMap:
    """Who ends with whom under the spatial model, over draws.

    Attributes:
        actors: [N] names.
        together: [N, N] share of draws in which the two end at one place.
        gave_way: [N, N] mean number of turns in which the row moved by an offer with the column.
        winning: [N] mean chance that the place where the actor ends prevails.
        seed: of the draws.
    """

    actors: tuple[str, ...]
    together: F8
    gave_way: F8
    winning: F8
    seed: int

    def blocs(self, share: float = 0.5) -> tuple[tuple[str, ...], ...]:
        """Return groups in which each ends with some other member in at least a share of draws.

        >>> even = np.eye(3)
        >>> even[0, 2] = even[2, 0] = 0.7
        >>> CoalitionMap(("A", "B", "C"), even, even, np.ones(3), 1).blocs()
        (('A', 'C'), ('B',))
        """
        left, groups = list(range(len(self.actors))), []
        while left:
            group, edge = [], [left.pop(0)]
            while edge:
                at = edge.pop()
                group.append(at)
                near = [m for m in left if self.together[at, m] >= share]
                left = [m for m in left if m not in near]
                edge += near
            groups.append(tuple(self.actors[m] for m in sorted(group)))
        return tuple(groups)


def coalition_map(drawn: Drawn, options: SpatialOptions | None = None) -> CoalitionMap:
    """Run the spatial model on every draw and count who ends with whom, and who moved by whose offer.

    Args:
        drawn: draws of an issue.
        options: of the model.

    >>> from talion.model.bargaining.drawn_stakes import uncertain
    >>> from talion.model.bargaining.positions import Dimension
    >>> two = (uncertain("A", 30, 50, 1), uncertain("B", 30, 50, 2))
    >>> same = coalition_map(UncertainIssue("x", (Dimension("x"),), two).draw(4, seed=1))
    >>> same.together.tolist(), same.blocs()
    ([[1.0, 1.0], [1.0, 1.0]], (('A', 'B'),))
    """
    issue = drawn.issue.likely
    found = spatial_draws(issue, drawn.positions, drawn.salience, drawn.capability, options)
    together = _share_of(found.positions, lambda gap: (gap**2).sum(axis=-1) < SAME_PLACE**2)
    return CoalitionMap(
        issue.actors, together, found.gave_way, found.winning.mean(axis=0), drawn.seed
    )


def _share_of(positions: F8, near: Callable[[F8], NDArray[np.bool_]]) -> F8:
    """[N, N] share of draws in which two positions are near; row by row, to save memory."""
    actors = positions.shape[1]
    return np.stack([near(positions - positions[:, n : n + 1]).mean(axis=0) for n in range(actors)])
