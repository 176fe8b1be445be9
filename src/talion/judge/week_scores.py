"""Sums and differences of log scores by week: their errors, and stacking weights.

A hypothesis has a log score for each week told in advance, from islands of particles. The score of a
week is the difference of cumulated log means over islands, so that islands count by how well they told
the weeks before; the error of particles is the jackknife's over islands. The error of a sum of
differences is that of a circular block bootstrap over weeks (Politis and Romano 1992), with the
particles' own error added in quadrature.

Stacking weights maximise the sum over weeks of the log of the weighted mean of predictive densities
(Yao, Vehtari, Simpson and Gelman 2018, Bayesian Analysis 13: 917). They say how to mix the hypotheses
to tell the next week best. They are no probabilities of being true.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CLEAR",
    "LEAST_DIFFERENCE",
    "Difference",
    "Weight",
    "block_length",
    "difference_of",
    "island_scores",
    "predictive_weights",
    "summed_error",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

LEAST_DIFFERENCE = 4.0
"""Differences below this, or below two standard errors, are called indistinguishable."""
CLEAR = 3.0
"""Standard errors of the particles within which one week's difference says nothing: these errors come
from few islands and are themselves uncertain."""
REPLICATES = 2000
_ITERATIONS = 400
_WEIGHTED = 400  # bootstrap replicates of weights


@dataclass(frozen=True)
class Difference:
    """A sum of log-score differences over weeks.

    Attributes:
        value: of a hypothesis minus that of another; above 0 it told the weeks better.
        error: standard error, block bootstrap and particles together; None where it has none.
        particles: the particles' share of it.
        verdict: `better`, `worse` or `indistinguishable`.
    """

    value: float
    error: float | None
    particles: float | None
    verdict: str


@dataclass(frozen=True)
class Weight:
    """A predictive weight and its bootstrap interval, 1-in-10 to 9-in-10; in 0 to 1."""

    value: float
    low: float
    high: float


def block_length(weeks: int) -> int:
    """Return the length of bootstrap blocks: the cube root of the weeks, two at least.

    >>> block_length(12), block_length(64)
    (2, 4)
    """
    return min(weeks, max(2, round(math.cbrt(weeks))))


def island_scores(log: F8) -> tuple[F8, F8, float]:
    """Return log scores of weeks, their errors, and the error of their sum.

    Args:
        log: [islands, weeks] log mean weight of each week given the weeks before, by island.

    Returns:
        [weeks] scores, [weeks] jackknife errors, error of the sum. Errors are infinite where one
        island alone carries the score.

    >>> scores, errors, whole = island_scores(np.log([[0.2, 0.5], [0.2, 0.5]]))
    >>> np.exp(scores).round(3).tolist(), whole
    ([0.2, 0.5], 0.0)
    """
    islands = len(log)
    whole = _combined(log)
    parts = np.stack([_combined(np.delete(log, i, axis=0)) for i in range(islands)])
    if not np.isfinite(parts).all():
        held = np.isfinite(parts).all(axis=0)
        errors = np.where(held, _jackknife(np.where(np.isfinite(parts), parts, 0.0)), np.inf)
        return whole, errors, math.inf
    return whole, _jackknife(parts), float(_jackknife(parts.sum(axis=1)[:, None])[0])


def _combined(log: F8) -> F8:
    """[weeks] log of the islands' mean up to each week, less that up to the week before."""
    sums = np.cumsum(log, axis=1)
    top = sums.max(axis=0)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        mean = safe + np.log(np.exp(sums - safe).mean(axis=0))
    steps = mean.copy()
    steps[1:] = np.where(np.isfinite(mean[1:]), mean[1:] - mean[:-1], -np.inf)
    return np.asarray(steps)


def _jackknife(parts: F8) -> F8:
    n = len(parts)
    return np.asarray(np.sqrt((n - 1) / n * ((parts - parts.mean(axis=0)) ** 2).sum(axis=0)))


def difference_of(
    a: F8, b: F8, particles: float, seed: int, weeks: NDArray[np.bool_] | None = None
) -> Difference:
    """Return the sum over weeks of one hypothesis's scores less another's, and what to call it.

    Args:
        a, b: [weeks] log scores.
        particles: standard error of the sum that particles cause.
        seed: of the bootstrap.
        weeks: [weeks] which count; all by default.
    """
    gaps = a - b if weeks is None else (a - b)[weeks]
    value = float(gaps.sum())
    if len(gaps) < 2 or not math.isfinite(particles):
        return Difference(value, None, None, "indistinguishable")
    drawn = gaps[_blocks(len(gaps), REPLICATES, seed)].sum(axis=1)
    error = math.hypot(float(drawn.std(ddof=1)), particles)
    clear = abs(value) >= LEAST_DIFFERENCE and abs(value) >= 2 * error
    word = ("better" if value > 0 else "worse") if clear else "indistinguishable"
    return Difference(value, error, particles, word)


def _blocks(weeks: int, replicates: int, seed: int) -> I8:
    """[replicates, weeks] places of weeks in circular blocks."""
    rng, length = np.random.default_rng(seed), block_length(weeks)
    starts = rng.integers(0, weeks, (replicates, -(-weeks // length)))
    places = (starts[:, :, None] + np.arange(length)) % weeks
    return np.asarray(places.reshape(replicates, -1)[:, :weeks])


def predictive_weights(scores: F8, errors: F8, seed: int) -> tuple[Weight, ...]:
    """Return stacking weights with bootstrap intervals.

    Args:
        scores: [hypotheses, weeks] log scores.
        errors: [hypotheses, weeks] of the particles; the bootstrap moves the scores by them.
        seed: of the bootstrap.

    >>> even = predictive_weights(np.zeros((2, 6)), np.zeros((2, 6)), 1)
    >>> [w.value for w in even]
    [0.5, 0.5]
    """
    many, weeks = scores.shape
    rng = np.random.default_rng(seed)
    safe = np.where(np.isfinite(errors), errors, 10.0)  # as good as unknown
    chosen = _blocks(weeks, _WEIGHTED, seed)
    noise = rng.standard_normal((_WEIGHTED, many, weeks)) * safe
    moved = np.take_along_axis(scores + noise, chosen[:, None, :].repeat(many, 1), axis=2)
    value = _stacked(scores[None])[0]
    low, high = np.quantile(_stacked(moved), (0.1, 0.9), axis=0)
    return tuple(
        Weight(float(v), float(a), float(b)) for v, a, b in zip(value, low, high, strict=True)
    )


def _stacked(scores: F8) -> F8:
    """[B, hypotheses] weights of [B, hypotheses, weeks] scores, by EM for mixture weights.

    The sum is concave in the weights, and each step raises it (Dempster, Laird and Rubin 1977).
    """
    density = np.exp(scores - scores.max(axis=1, keepdims=True))
    weight = np.full(scores.shape[:2], 1.0 / scores.shape[1])
    for _ in range(_ITERATIONS):
        mixed = weight[:, :, None] * density
        weight = (mixed / mixed.sum(axis=1, keepdims=True)).mean(axis=2)
    return np.asarray(weight)


def summed_error(errors: Sequence[float]) -> float:
    """Return the error of a sum of independent terms.

    >>> summed_error([3.0, 4.0])
    5.0
    """
    return math.sqrt(sum(e * e for e in errors))
