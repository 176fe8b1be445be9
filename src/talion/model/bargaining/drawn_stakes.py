"""Stakes that are not known for sure: ranges for position, salience and capability, and draws of them.

A range is (low, likely, high): the 1-in-10, middle and 9-in-10 quantiles, as everywhere in a case (see
`talion.model.quantity`). Positions and saliences are drawn on a linear scale and cut off at its ends,
so that an actor may stand at an end; capabilities are drawn on a logarithmic one. Where drawn saliences
of one actor exceed all of its attention, they are scaled down to it.

Every number has a random stream of its own, named by actor, part and dimension: taking an actor out or
moving one number leaves all others as they were drawn, so that what-ifs differ only by what they change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, Problems
from talion.model.bargaining.positions import (
    MOST_SALIENCE,
    Dimension,
    Issue,
    Stake,
    stake_faults,
)
from talion.model.quantity import Scale, prior
from talion.model.sampling import Sampler

__all__ = ["Drawn", "UncertainIssue", "UncertainStake", "check_draws", "uncertain"]

F8 = NDArray[np.float64]
Triple = tuple[float, float, float]
Stated = float | tuple[float, float, float] | list[float]


@dataclass(frozen=True)
class UncertainStake:
    """What an actor may want; `uncertain` makes one from numbers and triples.

    Attributes:
        actor: its name or id.
        position: [K] (low, likely, high) on each scale.
        salience: [K] (low, likely, high), 0 to 100.
        capability: (low, likely, high), not negative.
    """

    actor: str
    position: tuple[Triple, ...]
    salience: tuple[Triple, ...]
    capability: Triple

    @property
    def likely(self) -> Stake:
        """The stake with every number at its middle."""
        return self.at(1)

    def at(self, place: int) -> Stake:
        """The stake with every number low (0), likely (1) or high (2)."""
        return Stake(
            self.actor,
            tuple(p[place] for p in self.position),
            tuple(s[place] for s in self.salience),
            (self.capability[place],) * len(self.position),
        )


def uncertain(
    actor: str,
    position: Stated | list[Triple],
    salience: Stated | list[Triple],
    capability: Stated,
) -> UncertainStake:
    """Make an uncertain stake; a list of triples for several dimensions.

    Raises:
        InputError: something that is neither a number nor three numbers in ascending order.

    >>> uncertain("Army", (10, 20, 40), 60, (1, 2, 4)).salience
    ((60.0, 60.0, 60.0),)
    """
    return UncertainStake(
        actor,
        _triples(position, f"actor {actor!r}, position"),
        _triples(salience, f"actor {actor!r}, salience"),
        _triple(capability, f"actor {actor!r}, capability"),
    )


def _triples(value: object, place: str) -> tuple[Triple, ...]:
    if isinstance(value, list) and any(isinstance(each, list | tuple) for each in value):
        return tuple(_triple(each, place) for each in value)
    return (_triple(value, place),)


def _triple(value: object, place: str) -> Triple:
    try:
        return prior(value)
    except ValueError as error:
        raise InputError(str(error), place=place, value=value) from None


@dataclass(frozen=True)
class UncertainIssue:
    """An issue of which stakes are known as ranges.

    Attributes:
        name: what is bargained over.
        dimensions: [K] scales.
        stakes: [N] one for each actor.

    Raises:
        InputError, Problems: as for an `Issue`, for the low, likely and high end of every range.

    >>> army = uncertain("Army", (10, 20, 40), 60, (1, 2, 4))
    >>> pause = UncertainIssue("pause", (Dimension("days"),), (army, uncertain("Party", 90, 50, 1)))
    >>> pause.draw(4, seed=1).positions.shape
    (4, 2, 1)
    """

    name: str
    dimensions: tuple[Dimension, ...]
    stakes: tuple[UncertainStake, ...]

    def __post_init__(self) -> None:
        """Check the likely issue as a whole, and both ends of every range."""
        Problems.raise_any(self._faults())

    def _faults(self) -> Iterable[InputError]:
        try:
            self.likely  # noqa: B018 - it is made to be checked
        except Problems as problems:
            yield from (e for e in problems if isinstance(e, InputError))
        except InputError as error:
            yield error
        where = f"issue {self.name!r}"
        for each in self.stakes:
            for place, end in ((0, "low"), (2, "high")):
                if each.at(place) != each.likely:
                    yield from stake_faults(each.at(place), self.dimensions, f"{where}, {end} end")

    @property
    def likely(self) -> Issue:
        """The issue with every number at its middle."""
        return Issue(self.name, self.dimensions, tuple(each.likely for each in self.stakes))

    def without(self, actor: str) -> UncertainIssue:
        """Return the issue as it would be if an actor kept out of it.

        Raises:
            InputError: no such actor, or it is the only one.
        """
        gone = self.likely.index(actor)
        return replace(self, stakes=self.stakes[:gone] + self.stakes[gone + 1 :])

    def with_stake(self, changed: UncertainStake) -> UncertainIssue:
        """Return the issue with the stake of one of its actors replaced.

        Raises:
            InputError: no such actor, or the new stake does not fit.
        """
        at = self.likely.index(changed.actor)
        return replace(self, stakes=(*self.stakes[:at], changed, *self.stakes[at + 1 :]))

    def draw(self, draws: int, seed: int) -> Drawn:
        """Draw every number.

        Args:
            draws: how many, at least 1.
            seed: any integer.

        Raises:
            InputError: no draws.
        """
        if draws < 1:
            raise InputError("at least one draw is needed", place="draws", value=draws)
        sampler = Sampler(seed, draws)
        likely = self.likely
        positions = np.stack([self._column(sampler, s, "position") for s in self.stakes], axis=1)
        salience = np.stack([self._column(sampler, s, "salience") for s in self.stakes], axis=1)
        capability = np.stack(
            [self._drawn(sampler, f"{s.actor}/capability", s.capability) for s in self.stakes],
            axis=1,
        )
        low = np.array([d.low for d in self.dimensions])
        scaled = np.clip((positions - low) / likely.widths, 0.0, 1.0)
        care = np.clip(salience / MOST_SALIENCE, 0.0, 1.0)
        care /= np.maximum(care.sum(axis=2, keepdims=True), 1.0)
        power = np.repeat(capability[:, :, None], len(self.dimensions), axis=2)
        return Drawn(self, scaled, care, power, seed)

    def _column(self, sampler: Sampler, each: UncertainStake, part: str) -> F8:
        ranges = each.position if part == "position" else each.salience
        parts = [
            self._drawn(sampler, f"{each.actor}/{part}/{scale.name}", triple, "linear")
            for scale, triple in zip(self.dimensions, ranges, strict=True)
        ]
        return np.stack(parts, axis=1)

    def _drawn(self, sampler: Sampler, name: str, triple: Triple, scale: Scale = "log") -> F8:
        return sampler.draw(f"bargaining/{self.name}/{name}", triple, scale)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws of an uncertain issue.

    Attributes:
        issue: what was drawn from.
        positions: [draws, N, K] 0 to 1.
        salience: [draws, N, K] 0 to 1.
        capability: [draws, N, K] not negative.
        seed: of the draws.
    """

    issue: UncertainIssue
    positions: F8
    salience: F8
    capability: F8
    seed: int

    @property
    def weights(self) -> F8:
        """[draws, N, K] capability times salience."""
        return np.asarray(self.capability * self.salience)

    def stated(self, draw: int) -> Issue:
        """Return one draw as an issue, for the models that keep every intermediate.

        >>> army = uncertain("Army", (10, 20, 40), 60, (1, 2, 4))
        >>> drawn = UncertainIssue("pause", (Dimension("days"),), (army,)).draw(3, seed=1)
        >>> drawn.stated(2).actors
        ('Army',)
        """
        issue = self.issue.likely
        ends = [(d.low, d.high) for d in issue.dimensions]
        low, high = np.array(ends).T
        places = np.clip(issue.unscaled(self.positions[draw]), low, high)
        return Issue(
            issue.name,
            issue.dimensions,
            tuple(
                Stake(
                    actor,
                    tuple(places[n].tolist()),
                    tuple((self.salience[draw, n] * MOST_SALIENCE).tolist()),
                    tuple(self.capability[draw, n].tolist()),
                )
                for n, actor in enumerate(issue.actors)
            ),
        )


def check_draws(issue: Issue, positions: F8, salience: F8, capability: F8) -> None:
    """Refuse arrays that are no draws of an issue.

    Raises:
        InputError: another shape, or numbers out of range.
    """
    shape = (len(issue.stakes), len(issue.dimensions))
    parts = (("positions", positions), ("salience", salience), ("capability", capability))
    for name, part in parts:
        place = f"issue {issue.name!r}, {name}"
        if (
            part.ndim != 3
            or part.shape[1:] != shape
            or part.shape != positions.shape
            or not len(part)
        ):
            message = f"draws of shape (draws, {shape[0]}, {shape[1]}) are needed"
            raise InputError(message, place=place, value=part.shape)
        if not (np.isfinite(part).all() and part.min() >= 0.0):
            raise InputError("draws must be finite and not negative", place=place)
        if name != "capability" and part.max() > 1.0:
            raise InputError("draws must be at most 1", place=place, value=float(part.max()))
