"""An issue and the stakes in it: who wants what, how much it matters to them, what they can do.

A dimension is a scale with two ends that mean something. An actor's stake on it is a position (where it
stands in public), a salience (the share of its attention that it gives to it, in per cent) and a
capability (what it could bring to bear, in any unit that is the same for all).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, Problems

__all__ = ["MOST_SALIENCE", "Dimension", "Issue", "Stake", "one_dimension", "stake", "stake_faults"]

F8 = NDArray[np.float64]
MOST_SALIENCE = 100.0
"""All of an actor's attention, in per cent."""


@dataclass(frozen=True)
class Dimension:
    """A scale on which actors take positions.

    Attributes:
        name: what is at issue, such as `months until withdrawal`.
        low: the number at one end.
        high: the number at the other end, larger than `low`.
        low_means: what `low` stands for, in words.
        high_means: what `high` stands for, in words.

    Raises:
        InputError: no name, or the ends are not two finite numbers in ascending order.

    >>> Dimension("withdrawal", 0, 24, "at once", "in two years").width
    24
    """

    name: str
    low: float = 0.0
    high: float = 100.0
    low_means: str = ""
    high_means: str = ""

    def __post_init__(self) -> None:
        """Refuse a scale without a name or without length."""
        if not self.name.strip():
            raise InputError("a dimension needs a name", value=self.name)
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise InputError(
                "the ends of a scale must be two finite numbers, the lower one first",
                place=f"dimension {self.name!r}",
                value=(self.low, self.high),
            )

    @property
    def width(self) -> float:
        """The length of the scale."""
        return self.high - self.low


@dataclass(frozen=True)
class Stake:
    """What an actor wants on each dimension of an issue; `stake` makes one from single numbers.

    Attributes:
        actor: its name or id.
        position: [K] on the scale of each dimension.
        salience: [K] 0 to 100, share of its attention in per cent.
        capability: [K] not negative; what it can bring to bear on that dimension.
        description: who it is, in words.
    """

    actor: str
    position: tuple[float, ...]
    salience: tuple[float, ...]
    capability: tuple[float, ...]
    description: str = ""


def stake(
    actor: str,
    position: float | Sequence[float],
    salience: float | Sequence[float],
    capability: float | Sequence[float],
    description: str = "",
) -> Stake:
    """Make a stake from numbers or sequences; one capability stands for all dimensions.

    >>> stake("Army", [20, 60], [30, 40], 2.5).capability
    (2.5, 2.5)
    """
    places = _numbers(position)
    power = _numbers(capability)
    if len(power) == 1:
        power *= len(places)
    return Stake(actor, places, _numbers(salience), power, description)


def _numbers(value: float | Sequence[float]) -> tuple[float, ...]:
    given = value if isinstance(value, Sequence | np.ndarray) else (value,)
    return tuple(float(v) for v in given)


@dataclass(frozen=True)
class Issue:
    """One issue of one or more dimensions, with the stakes of all actors in it.

    Attributes:
        name: what is bargained over.
        dimensions: [K] scales.
        stakes: [N] one for each actor.
        description: the issue in words.

    Raises:
        InputError, Problems: no dimension or actor, a name twice, or a stake that does not fit: another
            number of dimensions, a position off its scale, a salience outside 0 to 100, a negative
            capability, something that is not a finite number. All faults are named together.

    >>> week = Issue("pause", (Dimension("days"),), (stake("A", 10, 50, 1), stake("B", 90, 50, 3)))
    >>> week.actors, week.scaled.tolist()
    (('A', 'B'), [[0.1], [0.9]])
    """

    name: str
    dimensions: tuple[Dimension, ...]
    stakes: tuple[Stake, ...]
    description: str = ""

    def __post_init__(self) -> None:
        """Check everything and name every fault."""
        Problems.raise_any(self._faults())

    def _faults(self) -> Iterable[InputError]:
        where = f"issue {self.name!r}"
        if not self.dimensions:
            yield InputError("an issue needs a dimension", place=where)
        if not self.stakes:
            yield InputError("an issue needs an actor", place=where)
        yield from _repeated((d.name for d in self.dimensions), "dimension", where)
        yield from _repeated((s.actor for s in self.stakes), "actor", where)
        for each in self.stakes:
            yield from stake_faults(each, self.dimensions, where)

    @property
    def actors(self) -> tuple[str, ...]:
        """[N] names."""
        return tuple(s.actor for s in self.stakes)

    @property
    def positions(self) -> F8:
        """[N, K] on the scales of the dimensions."""
        return np.array([s.position for s in self.stakes], np.float64)

    @property
    def scaled(self) -> F8:
        """[N, K] positions with each scale brought to 0 (low) to 1 (high)."""
        low = np.array([d.low for d in self.dimensions], np.float64)
        return (self.positions - low) / self.widths

    @property
    def salience(self) -> F8:
        """[N, K] 0 to 1."""
        return np.array([s.salience for s in self.stakes], np.float64) / MOST_SALIENCE

    @property
    def capability(self) -> F8:
        """[N, K]"""
        return np.array([s.capability for s in self.stakes], np.float64)

    @property
    def widths(self) -> F8:
        """[K] lengths of the scales."""
        return np.array([d.width for d in self.dimensions], np.float64)

    def unscaled(self, values: F8) -> F8:
        """Bring numbers [..., K] from 0 to 1 back to the scales of the dimensions."""
        low = np.array([d.low for d in self.dimensions], np.float64)
        return np.asarray(low + values * self.widths)

    def index(self, actor: str) -> int:
        """Return the place of an actor.

        Raises:
            InputError: no such actor.
        """
        if actor in self.actors:
            return self.actors.index(actor)
        near = get_close_matches(actor, self.actors, n=1)
        raise InputError(
            "no such actor",
            place=f"issue {self.name!r}",
            value=actor,
            remedy=f"did you mean {near[0]!r}?" if near else f"it has {', '.join(self.actors)}",
        )

    def without(self, actor: str) -> Issue:
        """Return the issue as it would be if an actor kept out of it.

        Raises:
            InputError: no such actor, or it is the only one.
        """
        gone = self.index(actor)
        return replace(self, stakes=self.stakes[:gone] + self.stakes[gone + 1 :])

    def with_stake(self, changed: Stake) -> Issue:
        """Return the issue with the stake of one of its actors replaced.

        Raises:
            InputError: no such actor, or the new stake does not fit.
        """
        at = self.index(changed.actor)
        return replace(self, stakes=(*self.stakes[:at], changed, *self.stakes[at + 1 :]))


def one_dimension(
    name: str,
    stakes: Mapping[str, tuple[float, float, float]],
    *,
    low: float = 0.0,
    high: float = 100.0,
    low_means: str = "",
    high_means: str = "",
) -> Issue:
    """Make an issue of one dimension from (position, salience, capability) of each actor.

    >>> one_dimension("cars", {"Belgium": (7, 40, 0.08), "UK": (10, 90, 0.16)}, high=10).actors
    ('Belgium', 'UK')
    """
    scale = Dimension(name, low, high, low_means, high_means)
    return Issue(name, (scale,), tuple(stake(actor, *given) for actor, given in stakes.items()))


def _repeated(names: Iterable[str], what: str, where: str) -> Iterable[InputError]:
    seen: set[str] = set()
    for name in names:
        if not name.strip():
            yield InputError(f"{what} without a name", place=where, value=name)
        elif name in seen:
            yield InputError(
                f"{what} named twice",
                place=where,
                value=name,
                remedy="rename or remove one",
            )
        seen.add(name)


def stake_faults(
    each: Stake, dimensions: tuple[Dimension, ...], where: str
) -> Iterable[InputError]:
    place = f"{where}, actor {each.actor!r}"
    parts = {"position": each.position, "salience": each.salience, "capability": each.capability}
    for part, values in parts.items():
        if len(values) != len(dimensions):
            yield InputError(
                f"{part} is needed for each of {len(dimensions)} dimension(s)",
                place=place,
                value=values,
            )
            continue
        for value, scale in zip(values, dimensions, strict=True):
            wrong, remedy = _number_fault(part, value, scale)
            if wrong:
                at = f"{place}, {part} on {scale.name!r}"
                yield InputError(wrong, place=at, value=value, remedy=remedy)


def _number_fault(part: str, value: float, scale: Dimension) -> tuple[str, str]:
    if not math.isfinite(value):
        return "must be a finite number", "correct it"
    if part == "position" and not scale.low <= value <= scale.high:
        ends = f"{scale.low:g} to {scale.high:g}"
        return f"off the scale of {ends}", "move it onto the scale, or widen the scale"
    if part == "salience" and not 0.0 <= value <= MOST_SALIENCE:
        return "must be from 0 to 100", "give the share of attention in per cent"
    if part == "capability" and value < 0.0:
        return "must not be negative", "give 0 for an actor that can do nothing"
    return "", ""
