"""Predictions that need no dynamics: means, medians and a constant.

They are what a model of bargaining must beat, and are shown beside every one of them; how they do on
353 decided issues of the European Union is in docs/why/bargaining.md.

    compromise  O = sum c s x / sum c s        median  smallest x at which sum of c s reaches half

with c capability, s salience and x position.

References:
    Achen (2006), "Institutional realism and bargaining models", in Thomson et al., The European Union
    Decides, chapter 4, for the compromise model as the limit of Nash's bargaining solution. Black
    (1948), Journal of Political Economy 56:23, for the median.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.positions import Issue

__all__ = [
    "Prediction",
    "constant",
    "unweighted_mean",
    "unweighted_median",
    "weighted_mean",
    "weighted_mean_draws",
    "weighted_median",
    "weighted_median_draws",
]

F8 = NDArray[np.float64]
_TIE = 1e-12  # of all weight: sums of the same numbers in another order differ by less


@dataclass(frozen=True)
class Prediction:
    """Where an issue ends, on the scale of each dimension.

    Attributes:
        issue: its name.
        method: how it was found.
        position: [K] the prediction.
        low: [K] least position that the method allows; differs from `position` only on a tie.
        high: [K] largest.
    """

    issue: str
    method: str
    position: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def _point(issue: Issue, method: str, values: F8) -> Prediction:
    point = tuple(values.tolist())
    return Prediction(issue.name, method, point, point, point)


def _weights(issue: Issue) -> F8:
    """[N, K] capability times salience."""
    weights = issue.capability * issue.salience
    for total, scale in zip(weights.sum(axis=0), issue.dimensions, strict=True):
        if total <= 0.0:
            raise InputError(
                "no actor has both salience and capability",
                place=f"issue {issue.name!r}, dimension {scale.name!r}",
                remedy="give at least one actor both, or use an unweighted baseline",
            )
    return weights


def weighted_mean(issue: Issue) -> Prediction:
    """Return the compromise: the mean position weighted by capability and salience.

    O = sum c s x / sum c s on each dimension (Achen 2006; also called the mean voter).

    Raises:
        InputError: nobody has both capability and salience on a dimension.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> weighted_mean(one_dimension("x", {"A": (0, 50, 1), "B": (90, 50, 2)})).position
    (60.0,)
    """
    weights = _weights(issue)
    return _point(
        issue, "weighted mean", (weights * issue.positions).sum(axis=0) / weights.sum(axis=0)
    )


def weighted_median(issue: Issue) -> Prediction:
    """Return the median position weighted by capability and salience, as an interval on a tie.

    Every position between `low` and `high` has at most half of the weight on either side;
    `position` is the middle of the two.

    Raises:
        InputError: nobody has both capability and salience on a dimension.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> tie = weighted_median(one_dimension("x", {"A": (0, 50, 1), "B": (90, 50, 1)}))
    >>> tie.low, tie.position, tie.high
    ((0.0,), (45.0,), (90.0,))
    """
    return _median(issue, "weighted median", _weights(issue))


def unweighted_mean(issue: Issue) -> Prediction:
    """Return the plain mean of the positions.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> unweighted_mean(one_dimension("x", {"A": (0, 50, 1), "B": (90, 50, 2)})).position
    (45.0,)
    """
    return _point(issue, "unweighted mean", issue.positions.mean(axis=0))


def unweighted_median(issue: Issue) -> Prediction:
    """Return the plain median of the positions, as an interval on a tie.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> three = one_dimension("x", {"A": (0, 50, 1), "B": (20, 1, 2), "C": (90, 50, 2)})
    >>> unweighted_median(three).position
    (20.0,)
    """
    return _median(issue, "unweighted median", np.ones_like(issue.positions))


def constant(issue: Issue, share: float = 0.5) -> Prediction:
    """Return the same place on every scale, whoever wants what: by default its middle.

    Args:
        issue: the issue.
        share: 0 for the low end to 1 for the high end.

    Raises:
        InputError: a share outside 0 to 1.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> constant(one_dimension("x", {"A": (1, 50, 1)}, high=8)).position
    (4.0,)
    """
    if not 0.0 <= share <= 1.0:
        raise InputError("a share of the scale is from 0 to 1", place="share", value=share)
    return _point(issue, "constant", issue.unscaled(np.full(len(issue.dimensions), share)))


def _median(issue: Issue, method: str, weights: F8) -> Prediction:
    pairs = [
        _median_ends(issue.positions[None, :, k], weights[None, :, k])
        for k in range(len(issue.dimensions))
    ]
    low = tuple(float(a[0]) for a, _ in pairs)
    high = tuple(float(b[0]) for _, b in pairs)
    middle = tuple((a + b) / 2.0 for a, b in zip(low, high, strict=True))
    return Prediction(issue.name, method, middle, low, high)


def _median_ends(positions: F8, weights: F8) -> tuple[F8, F8]:
    """Lower and upper weighted median of each row of [D, N]."""
    order = np.argsort(positions, axis=1, kind="stable")
    sorted_x = np.take_along_axis(positions, order, axis=1)
    sorted_w = np.take_along_axis(weights, order, axis=1)
    with np.errstate(invalid="ignore"):  # a draw in which nobody has weight
        share = np.cumsum(sorted_w, axis=1) / sorted_w.sum(axis=1, keepdims=True)
    # Positions of no weight change no share, so that none of them is a median or widens a tie.
    at_low = np.argmax(share >= 0.5 - _TIE, axis=1)
    at_high = np.argmax(share > 0.5 + _TIE, axis=1)
    rows = np.arange(len(positions))
    return sorted_x[rows, at_low], sorted_x[rows, at_high]


def weighted_mean_draws(positions: F8, weights: F8) -> F8:
    """Return the weighted mean of every draw.

    Args:
        positions: [draws, N, K].
        weights: [draws, N, K] capability times salience.

    Returns:
        [draws, K]; not a number where a draw has no weight.

    >>> weighted_mean_draws(np.array([[[0.0], [90.0]]]), np.array([[[1.0], [2.0]]])).tolist()
    [[60.0]]
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.einsum("dnk,dnk->dk", positions, weights) / np.einsum("dnk->dk", weights)
        )


def weighted_median_draws(positions: F8, weights: F8) -> tuple[F8, F8]:
    """Return the lower and upper weighted median of every draw; shapes as in `weighted_mean_draws`.

    >>> low, high = weighted_median_draws(np.array([[[0.0], [90.0]]]), np.array([[[1.0], [2.0]]]))
    >>> low.tolist(), high.tolist()
    ([[90.0]], [[90.0]])
    """
    ends = [_median_ends(positions[:, :, k], weights[:, :, k]) for k in range(positions.shape[2])]
    low = np.stack([a for a, _ in ends], axis=1)
    high = np.stack([b for _, b in ends], axis=1)
    empty = weights.sum(axis=1) <= 0.0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)
