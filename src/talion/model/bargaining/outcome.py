"""The outcome of an uncertain issue under any model: a distribution over draws, never a single number.

Every model is run on the same draws, so that two of them, or an issue and a what-if, differ only by
what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.baselines import weighted_mean_draws, weighted_median_draws
from talion.model.bargaining.challenge_draws import challenge_draws
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.drawn_stakes import Drawn
from talion.model.bargaining.positions import Dimension
from talion.model.bargaining.spatial_draws import spatial_draws
from talion.model.bargaining.spatial_options import SpatialOptions

__all__ = ["METHODS", "Method", "OutcomeDraws", "baselines_of", "outcome_draws"]

F8 = NDArray[np.float64]

Method = Literal["weighted mean", "weighted median", "election", "spatial model", "challenge model"]
METHODS: tuple[Method, ...] = get_args(Method)
"""Two baselines first; `election` is the spatial model's election among the stated positions."""


@dataclass(frozen=True, eq=False)
class OutcomeDraws:
    """Where an issue ends, draw by draw.

    Attributes:
        issue: its name.
        dimensions: [K] scales.
        method: the model.
        values: [draws, K] on the scales.
        seed: of the draws.
        version: of the method.
        caveat: what a reader must know, or nothing.
    """

    issue: str
    dimensions: tuple[Dimension, ...]
    method: Method
    values: F8
    seed: int
    version: str
    caveat: str = ""

    def range(self, dimension: int = 0, share: float = 0.8) -> tuple[float, float, float]:
        """Return low, middle and high of the outcome on a dimension.

        Args:
            dimension: which.
            share: of draws between low and high, evenly on both sides.

        >>> scale = (Dimension("x"),)
        >>> even = OutcomeDraws("i", scale, "election", np.arange(101.0)[:, None], 1, "1")
        >>> [round(end, 6) for end in even.range()]
        [10.0, 50.0, 90.0]
        """
        tail = (1.0 - share) / 2.0
        low, middle, high = np.quantile(self.values[:, dimension], [tail, 0.5, 1.0 - tail])
        return float(low), float(middle), float(high)

    def share_above(self, threshold: float, dimension: int = 0) -> float:
        """Return the share of draws that end above a threshold on a dimension."""
        return float((self.values[:, dimension] > threshold).mean())


def outcome_draws(
    drawn: Drawn,
    method: Method,
    options: SpatialOptions | ChallengeOptions | None = None,
    *,
    workers: int | None = None,
) -> OutcomeDraws:
    """Run one model on every draw of an issue.

    Of the spatial model and the election, the outcome is the mean of the last places by how likely
    each is to prevail; of the challenge model, the mean weighted by capability and salience after the
    last round. On a tie the weighted median is the middle of the tie.

    Args:
        drawn: draws of an issue.
        method: which model.
        options: of that model; its defaults if None. Baselines have none.
        workers: threads; all cores if None.

    Raises:
        InputError: no such method, options of another one, a draw in which nobody has weight, several
            dimensions for the challenge model.

    >>> from talion.model.bargaining.drawn_stakes import UncertainIssue, uncertain
    >>> army, party = uncertain("Army", (10, 20, 40), 60, (1, 2, 4)), uncertain("Party", 90, 50, 1)
    >>> pause = UncertainIssue("pause", (Dimension("days"),), (army, party))
    >>> outcome_draws(pause.draw(200, seed=1), "weighted mean").values.shape
    (200, 1)
    """
    if method not in METHODS:
        remedy = f"use one of: {', '.join(METHODS)}"
        raise InputError("no such method", place="method", value=method, remedy=remedy)
    _check_options(method, options)
    values, version, caveat = _RUN[method](drawn, options, workers)
    if not np.isfinite(values).all():
        raise InputError(
            "in some draw no actor has both salience and capability",
            place=f"issue {drawn.issue.name!r}, {method}",
            remedy="raise the low end of a salience or a capability above 0",
        )
    likely = drawn.issue.likely
    scaled = likely.unscaled(values)
    return OutcomeDraws(likely.name, likely.dimensions, method, scaled, drawn.seed, version, caveat)


def baselines_of(drawn: Drawn) -> tuple[OutcomeDraws, OutcomeDraws]:
    """Return the two baselines that stand beside every model: weighted mean and weighted median."""
    return outcome_draws(drawn, "weighted mean"), outcome_draws(drawn, "weighted median")


def _check_options(method: Method, options: SpatialOptions | ChallengeOptions | None) -> None:
    wanted: dict[Method, type] = {
        "election": SpatialOptions,
        "spatial model": SpatialOptions,
        "challenge model": ChallengeOptions,
    }
    kind = wanted.get(method, type(None))
    if options is not None and not isinstance(options, kind):
        raise InputError(
            f"these are no options of the {method}",
            place="options",
            value=type(options).__name__,
            remedy="leave them out" if kind is type(None) else f"give {kind.__name__}",
        )


def _mean(drawn: Drawn, _options: object, _workers: int | None) -> tuple[F8, str, str]:
    return weighted_mean_draws(drawn.positions, drawn.weights), "weighted mean 1", ""


def _median(drawn: Drawn, _options: object, _workers: int | None) -> tuple[F8, str, str]:
    low, high = weighted_median_draws(drawn.positions, drawn.weights)
    return (low + high) / 2.0, "weighted median 1", ""


def _election(drawn: Drawn, options: object, workers: int | None) -> tuple[F8, str, str]:
    from dataclasses import replace

    chosen = options if isinstance(options, SpatialOptions) else SpatialOptions()
    return _spatial(drawn, replace(chosen, least_turns=0, most_turns=0), workers)


def _spatial(drawn: Drawn, options: object, workers: int | None) -> tuple[F8, str, str]:
    chosen = options if isinstance(options, SpatialOptions) else SpatialOptions()
    parts = (drawn.positions, drawn.salience, drawn.capability)
    found = spatial_draws(drawn.issue.likely, *parts, chosen, workers=workers)
    caveat = ""
    if chosen.most_turns > 0 and found.cut_off.any():
        share = 100.0 * float(found.cut_off.mean())
        caveat = f"{share:.3g} % of draws were cut off after {chosen.most_turns} turns"
    return found.outcome, found.version, caveat


def _challenge(drawn: Drawn, options: object, workers: int | None) -> tuple[F8, str, str]:
    chosen = options if isinstance(options, ChallengeOptions) else ChallengeOptions()
    parts = (drawn.positions, drawn.salience, drawn.capability)
    found = challenge_draws(drawn.issue.likely, *parts, chosen, workers=workers)
    moving = 100.0 * (1.0 - float(found.settled.mean()))
    caveat = (
        "the challenge model has no rule for stopping; "
        f"in {moving:.3g} % of draws someone still moved in the last of {chosen.rounds} round(s)"
    )
    return found.means[:, -1:], found.version, caveat


_RUN = {
    "weighted mean": _mean,
    "weighted median": _median,
    "election": _election,
    "spatial model": _spatial,
    "challenge model": _challenge,
}
