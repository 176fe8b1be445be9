"""A decision of a case as drawn: positions, powers, saliences, what moves them, and the model of each draw.

Which model of bargaining a draw follows is a parameter like any other, with a random stream of its own:
draws differ in it as they differ in positions, and what results owe to either can be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import AXES, EXACT, MEDIAN, TABLED
from talion.model.quantity import Prior
from talion.model.reading import Reading
from talion.model.sampling import Sampler
from talion.model.schema import CaseDocument, Issue
from talion.model.schema_decisions import BargainingModel

__all__ = ["FACTOR_REACH", "Axis", "DrawnBargain", "DrawnIssue", "drawn_bargain"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mover = tuple[int, F8]
Axis = tuple[int, Literal["at", "salience"]]

FACTOR_REACH = 25.0  # points by which a factor is away from its usual state, seldom more
_Z90 = NormalDist().inv_cdf(0.9)
_RULES: dict[BargainingModel, float] = {"weighted_mean": EXACT, "weighted_median": MEDIAN}


@dataclass(frozen=True, eq=False)
class DrawnIssue:
    """Stakes in an issue, draw by draw.

    Attributes:
        name: id of the issue.
        actors: [N] ids.
        at, power, salience: [D, N] 0 to 100.
    """

    name: str
    actors: tuple[str, ...]
    at: F8
    power: F8
    salience: F8


@dataclass(frozen=True, eq=False)
class DrawnBargain(DrawnIssue):
    """A decision's issue, draw by draw, in the state in which every factor is at its reference.

    Attributes:
        decision: id of the decision.
        seed: of the draws.
        models: those with a weight.
        shares: chance of each.
        chosen: [D] place in `models` of the model that the draw follows.
        concession: [D] points by which an actor gives way at most in one session.
        at_movers, salience_movers: of each actor: factor's index, and [D] points per 100 units of it.
        axes: up to three numbers along which outcomes are tabled: the actor's place, and what moves.
        others: issues across which votes are exchanged.
    """

    decision: str
    seed: int
    models: tuple[BargainingModel, ...]
    shares: tuple[float, ...]
    chosen: I8
    concession: F8
    at_movers: tuple[tuple[Mover, ...], ...]
    salience_movers: tuple[tuple[Mover, ...], ...]
    axes: tuple[Axis, ...]
    others: tuple[DrawnIssue, ...]

    @property
    def rule(self) -> F8:
        """[D] how the kernel finds the outcome: EXACT, MEDIAN or TABLED."""
        rules = np.array([_RULES.get(name, TABLED) for name in self.models])
        return rules[self.chosen]

    def movers(self, axis: Axis) -> tuple[Mover, ...]:
        """Return what moves the number of an axis."""
        return (self.at_movers if axis[1] == "at" else self.salience_movers)[axis[0]]


def drawn_bargain(
    case: CaseDocument, decision: str, reading: Reading, sampler: Sampler
) -> DrawnBargain:
    """Draw a decision's issue, the issues it is traded against, and its model.

    Args:
        case: the parsed case.
        decision: id.
        reading: rules the signs of what moves positions and saliences; without links nothing moves.
        sampler: of the parameters.

    >>> from talion.model.case import load_case
    >>> from talion.model.reading import READINGS
    >>> case = load_case("baghdad-2024").document
    >>> found = drawn_bargain(case, "mission_end", READINGS["as_written"], Sampler(1, 5))
    >>> found.at.shape[0], found.chosen.shape
    (5, (5,))
    """
    stated = case.decisions[decision]
    name = stated.issue
    issue, factors = case.issues[name], list(case.factors)
    own = _drawn_issue(name, issue, sampler)
    shares = stated.model_shares()
    movers: dict[str, tuple[tuple[Mover, ...], ...]] = {}
    for part, key in (("at", "moved_by"), ("salience", "salience_moved_by")):
        rows = []
        for actor, position in issue.positions.items():
            stem = f"position/{name}/{actor}" + ("/salience" if part == "salience" else "")
            moved = getattr(position, key).items()
            rows.append(
                tuple(
                    (factors.index(f), _move(f"{stem}/{f}", p, reading, sampler)) for f, p in moved
                )
            )
        movers[part] = tuple(rows)
    concession = sampler.draw(f"concession/{decision}", stated.largest_concession)
    return DrawnBargain(
        own.name, own.actors, own.at, own.power, own.salience,
        decision=decision,
        seed=sampler.seed,
        models=tuple(shares),
        shares=tuple(shares.values()),
        chosen=_choice(f"model/{decision}", tuple(shares.values()), sampler),
        concession=np.maximum(concession, 0.0),
        at_movers=movers["at"],
        salience_movers=movers["salience"],
        axes=_axes(issue),
        others=tuple(_drawn_issue(n, case.issues[n], sampler) for n in stated.trades_with),
    )  # fmt: skip


def _drawn_issue(name: str, issue: Issue, sampler: Sampler) -> DrawnIssue:
    columns: dict[str, list[F8]] = {"at": [], "power": [], "salience": []}
    for actor, position in issue.positions.items():
        for part, found in columns.items():
            drawn = sampler.draw(f"position/{name}/{actor}/{part}", getattr(position, part))
            found.append(np.clip(drawn, 0.0, 100.0))
    stacked = {part: np.stack(found, axis=1) for part, found in columns.items()}
    return DrawnIssue(name, tuple(issue.positions), **stacked)


def _move(name: str, prior: Prior, reading: Reading, sampler: Sampler) -> F8:
    """Return how a factor moves a number; a link like any other, so the reading rules its sign."""
    if not reading.origins:
        return np.zeros(sampler.draws)
    drawn = sampler.draw(name, prior)
    return drawn * sampler.sign(name) if reading.signs == "either" else drawn


def _choice(name: str, shares: Sequence[float], sampler: Sampler) -> I8:
    """Return which of several possibilities each draw takes, in the proportion of their shares."""
    if len(shares) == 1:
        return np.zeros(sampler.draws, np.int64)
    score = sampler.draw(
        name, (-_Z90, 0.0, _Z90)
    )  # a standard normal number, as parameters are kept
    edges = [NormalDist().inv_cdf(min(float(c), 1.0 - 1e-12)) for c in np.cumsum(shares)[:-1]]
    return np.searchsorted(edges, score, side="right").astype(np.int64)


def _axes(issue: Issue) -> tuple[Axis, ...]:
    """Choose the moved numbers that shift the weighted mean most, at likely values.

    The same in every draw and reading, so that a table has one shape.
    """
    likely = {
        part: np.array([getattr(p, part)[1] for p in issue.positions.values()])
        for part in ("at", "power", "salience")
    }
    weight = likely["power"] * likely["salience"]
    total = max(float(weight.sum()), 1e-9)
    mean = float((weight * likely["at"]).sum()) / total
    found: list[tuple[float, int, Axis]] = []
    for n, position in enumerate(issue.positions.values()):
        slopes: tuple[tuple[Literal["at", "salience"], dict[str, Prior], float], ...] = (
            ("at", position.moved_by, weight[n] / total),
            ("salience", position.salience_moved_by, likely["power"][n] * (likely["at"][n] - mean) / total),
        )  # fmt: skip
        for part, moved, slope in slopes:
            reach = float(
                np.hypot.reduce([p[1] * FACTOR_REACH / 100.0 for p in moved.values()] or [0.0])
            )
            if moved:
                found.append((-abs(slope) * reach, len(found), (n, part)))
    return tuple(axis for *_, axis in sorted(found)[:AXES])
