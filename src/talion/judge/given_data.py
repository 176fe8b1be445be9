"""Sensitivity from given data: which inputs of a simulation tell its draws apart, and by how much.

Nothing is simulated for it: D draws of many inputs and one noisy output each are all there is. Each
input is told by a few features (`features_of`), an input that may be of either sign by its sign and
its signed size together. The draws' outputs are regressed on one input after another; the best is
kept, its part taken out, and the rest asked again, as long as the best of them does better than the
best of all inputs does on shuffled outputs in 95 of 100 shuffles (the permutation null of the
maximum: Westfall and Young 1993; residuals are shuffled once something has been taken out, Freedman
and Lane 1983). So many inputs cost no false finds, and an input that is merely like another one is
not found beside it.

The share of variance that an input accounts for is its first-order index
S = Var(E[y|x]) / Var(y) (Sobol' 1993; Saltelli and others 2008), estimated from the same regression,
with the degrees of freedom taken off the numerator and the members' noise off the denominator
(compare Plischke, Borgonovo and Smith 2013, who take classes of x instead of features).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LEAST_DRAWS",
    "LEVEL",
    "Even",
    "Explained",
    "Find",
    "Output",
    "Resampling",
    "explained_by",
    "explained_share",
    "features_of",
    "search",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

LEAST_DRAWS = 25
LEVEL = 0.05  # chance of a find among inputs that do nothing
SHUFFLES = 199
MOST = 5  # finds
RESAMPLES = 200
INTERVAL = (0.10, 0.90)
_WIDTH = 4  # features of an input
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Output:
    """One number of each draw, with its weight and its noise.

    Attributes:
        values: y, shape (D,).
        weights: how much each draw counts, positive, shape (D,).
        noise: variance of each value that is the members' and not the draw's own, shape (D,).
    """

    values: F8
    weights: F8
    noise: F8

    @property
    def mean(self) -> float:
        """The weighted mean."""
        return float(np.average(self.values, weights=self.weights))


@dataclass(frozen=True, eq=False)
class Resampling:
    """Shuffles and bootstrap samples of D draws, the same for every question put to them.

    Attributes:
        orders: shuffles, shape (B, D).
        counts: how often each draw is in each bootstrap sample, shape (R, D).
    """

    orders: I8
    counts: F8

    @classmethod
    def of(cls, draws: int, seed: int) -> Resampling:
        """Return 199 shuffles and 200 samples."""
        rng = np.random.default_rng([seed % 2**63, draws])
        orders = rng.permuted(np.tile(np.arange(draws), (SHUFFLES, 1)), axis=1)
        counts = rng.multinomial(draws, np.full(draws, 1.0 / draws), size=RESAMPLES)
        return cls(orders, counts.astype(np.float64))

    def among(self, used: NDArray[np.bool_]) -> Resampling:
        """Return the same for some of the draws, the others left out; used has shape (D,)."""
        if used.all():
            return self
        place = np.cumsum(used) - 1
        kept = self.orders[used[self.orders]].reshape(len(self.orders), -1)
        return Resampling(np.asarray(place[kept], np.int64), self.counts[:, used])


@dataclass(frozen=True, eq=False)
class Even:
    """Inputs of draws that all count the same, made ready for the first step of `search`.

    It is the same for every question put to the same draws, and that step is the dearest, since most
    questions end with it.

    Attributes:
        told: features less their means, shape (G, D, 4).
        frames, degrees: of them, as `_frames` returns them.
    """

    told: F8
    frames: F8
    degrees: I8

    @classmethod
    def of(cls, features: F8) -> Even:
        """Return features, shape (G, D, 4), made ready."""
        told = _outside(_span(np.ones(features.shape[1])), features)
        return cls(told, *_frames(told))

    def among(self, inputs: Sequence[int]) -> Even:
        """Return the same of some inputs."""
        chosen = list(inputs)
        return Even(self.told[chosen], self.frames[chosen], self.degrees[chosen])


@dataclass(frozen=True)
class Find:
    """One input that was found: its place, and the chance that shuffles do as well."""

    index: int
    p_value: float


@dataclass(frozen=True)
class Explained:
    """A share of the variance between draws, with its 80 % bootstrap interval."""

    share: float
    low: float
    high: float


def features_of(scores: F8, signs: F8 | None = None) -> F8:
    """Return what an input is told by, shape (D, 4), unused columns 0.

    With t the rank of the score, from -1 to 1: t and (3 t^2 - 1)/2, which sees what rises, falls, or
    turns once. With signs s of +1, -1 or 0: [s = 1], [s = -1], s t and |s| t.

    Args:
        scores: the input, or its size where it has a sign, shape (D,).
        signs: +1, -1 or 0, shape (D,).

    >>> features_of(np.array([0.3, -2.0, 9.0]))[:, 0].round(2).tolist()
    [0.0, -0.67, 0.67]
    """
    from scipy.stats import rankdata  # slow to import

    t = (2.0 * rankdata(scores) - 1.0) / scores.size - 1.0
    out = np.zeros((scores.size, _WIDTH))
    if signs is None:
        out[:, 0], out[:, 1] = t, 1.5 * t**2 - 0.5
        return out
    out[:, 0], out[:, 1] = signs > 0, signs < 0
    out[:, 2], out[:, 3] = signs * t, np.abs(signs) * t
    return out


def search(
    features: F8,
    output: Output,
    resampling: Resampling,
    *,
    level: float = LEVEL,
    most: int = MOST,
    even: Even | None = None,
) -> tuple[Find, ...]:
    """Return the inputs that tell draws apart beyond chance, the strongest first.

    Args:
        features: of every input, shape (G, D, 4).
        output: of the same draws.
        resampling: of the same draws.
        level: chance of a first find if no input does anything, all of them together.
        most: finds.
        even: the same features made ready, if at hand; used where all draws count the same.

    References:
        Westfall and Young (1993), Resampling-Based Multiple Testing.
        Freedman and Lane (1983), Journal of Business and Economic Statistics 1:292.

    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(3, 100))
    >>> y = x[1] + 0.5 * rng.normal(size=100)
    >>> told = np.stack([features_of(row) for row in x])
    >>> output = Output(y, np.ones(100), np.zeros(100))
    >>> [find.index for find in search(told, output, Resampling.of(100, seed=1))]
    [1]
    """
    root = np.sqrt(output.weights / output.weights.mean())
    span = _span(root)  # [D, what is taken out]
    rest = _without(span, root * output.values)
    if float(rest @ rest) <= _TINY * max(1.0, float(output.values @ output.values)):
        return ()
    if even is None or bool((root != 1.0).any()):
        told = _outside(span, features * root[:, None])
        frames, degrees = _frames(told)
    else:
        told, frames, degrees = even.told, even.frames, even.degrees
    found: list[Find] = []
    while len(found) < min(most, len(features)):
        held = span.shape[1]
        columns = _columns(frames, degrees)
        parts = _parts(columns, degrees, rest[:, None])
        scores = _deviates(parts[:, 0], degrees, rest.size - held - degrees, float(rest @ rest))
        best = int(scores.argmax())
        if not np.isfinite(scores[best]):
            break
        shuffled = _without(span, rest[resampling.orders].T)
        by_chance = _best_by_chance(columns, degrees, rest.size - held, shuffled)
        p_value = (1.0 + float((by_chance >= scores[best]).sum())) / (1.0 + by_chance.size)
        if p_value > level:
            break
        found.append(Find(best, p_value))
        taken = frames[best][:, : int(degrees[best])]
        span = np.concatenate([span, taken], axis=1)
        rest = _without(taken, rest)
        told = _outside(taken, told)
        told[best] = 0.0
        if float(rest @ rest) <= _TINY:
            break
        frames, degrees = _frames(told)
    return tuple(found)


def _span(root: F8) -> F8:
    """Return the unit vector of what is taken out first, the mean, as a column; root has shape (D,)."""
    return np.asarray((root / np.linalg.norm(root))[:, None], np.float64)


def _without(span: F8, values: F8) -> F8:
    """Return values, shape (D,) or (D, B), less their part in the columns of `span`."""
    return np.asarray(values - span @ (span.T @ values), np.float64)


def _outside(span: F8, told: F8) -> F8:
    """Return features, [G, D, 4], less their part in the columns of `span`; a new array."""
    return np.asarray(told - span @ (span.T @ told), np.float64)


def _frames(told: F8) -> tuple[F8, I8]:
    """Return an orthonormal basis of each input's features, [G, D, 4], and its size, [G].

    The columns of a basis that are not used come last and are 0.
    """
    values, vectors = np.linalg.eigh(told.transpose(0, 2, 1) @ told)
    values, vectors = values[:, ::-1], vectors[:, :, ::-1]
    largest = np.maximum(values[:, :1], _TINY)
    kept = (values > 1e-7 * largest) & (values > 1e-6)
    scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return told @ (vectors * scale[:, None, :]), kept.sum(axis=1)


def _columns(frames: F8, degrees: I8) -> F8:
    """Return the columns of all bases that are used, one after another, [features in all, D]."""
    used = np.arange(frames.shape[2]) < degrees[:, None]
    return np.asarray(frames.transpose(0, 2, 1)[used], np.float64)


def _parts(columns: NDArray[Any], degrees: I8, outputs: NDArray[Any]) -> F8:
    """Return the squared length of each output in each input's features, [G, B]; outputs [D, B]."""
    squares = np.zeros((len(columns) + 1, outputs.shape[1]), columns.dtype)
    np.square(columns @ outputs, out=squares[:-1])
    starts = np.cumsum(degrees) - degrees
    sums = np.add.reduceat(squares, starts, axis=0)
    return np.where((degrees > 0)[:, None], sums, 0.0).astype(np.float64)


def _best_by_chance(columns: F8, degrees: I8, free: int, outputs: F8) -> F8:
    """Return the score of the best input for each shuffled output, [B]; outputs [D, B]."""
    # Single precision halves the time of the one step that costs any, and decides nothing.
    parts = _parts(columns.astype(np.float32), degrees, outputs.astype(np.float32))
    best = np.full(outputs.shape[1], -np.inf)
    lengths = (outputs**2).sum(axis=0)
    for size in np.unique(degrees[degrees > 0]):
        most = parts[degrees == size].max(axis=0)
        sizes = np.full(most.size, size)
        best = np.maximum(best, _deviates(most, sizes, free - sizes, lengths))
    return best


def _deviates(parts: F8, degrees: I8, free: I8, whole: F8 | float) -> F8:
    """Return how well inputs explain outputs, as a normal deviate of F.

    Inputs have features of different number; the cube root of F (Paulson 1942) puts them on one
    scale. Shuffles make the test exact, so that only the scale has to be fair.

    Args:
        parts: squared length of the output in the input's features.
        degrees, free: features of the input, and degrees of freedom left to the rest.
        whole: squared length of the output.
    """
    explained = np.minimum(parts / np.maximum(whole, _TINY), 1.0 - 1e-12)
    first, second = np.maximum(degrees, 1), np.maximum(free, 1)
    ratio = np.cbrt(explained / first / ((1.0 - explained) / second))
    a, b = 2.0 / (9.0 * first), 2.0 / (9.0 * second)
    deviate = ((1.0 - b) * ratio - (1.0 - a)) / np.sqrt(b * ratio**2 + a)
    return np.where((degrees > 0) & (free > 0), deviate, -np.inf)


def explained_share(features: Sequence[F8], output: Output) -> float:
    """Return the share of variance between draws that some inputs account for together.

    With R^2 of the weighted regression on all their features, k of them independent, V the variance
    of y over draws and v the mean of its noise:
    S = [1 - (1 - R^2)(D - 1)/(D - 1 - k)] V / (V - v), cut to [0, 1].

    Args:
        features: of each input, shape (D, 4).
        output: of the same draws.

    >>> x = np.linspace(-1.0, 1.0, 101)
    >>> round(explained_share([features_of(x)], Output(x, np.ones(101), np.zeros(101))), 3)
    1.0
    """
    return float(_shares(_data(features, output), output.weights[None], output.noise)[0])


def explained_by(features: Sequence[F8], output: Output, resampling: Resampling) -> Explained:
    """Return `explained_share` with the interval of a bootstrap of draws, moved so that its mean is S.

    Args:
        features: of each input, shape (D, 4).
        output, resampling: of the same draws.

    >>> rng = np.random.default_rng(2)
    >>> x, e = rng.normal(size=(2, 400))
    >>> output = Output(x + e, np.ones(400), np.zeros(400))
    >>> found = explained_by([features_of(x)], output, Resampling.of(400, seed=1))
    >>> 0.4 < found.low < found.share < found.high < 0.6
    True
    """
    weights = np.concatenate([output.weights[None], resampling.counts * output.weights])
    shares = _shares(_data(features, output), weights, output.noise)
    low, high = np.quantile(shares[1:], INTERVAL) - shares[1:].mean() + shares[0]
    inside = np.clip([shares[0], low, high], 0.0, 1.0)
    return Explained(*(float(x) for x in inside))


def _data(features: Sequence[F8], output: Output) -> F8:
    """Return the columns 1, independent features, y; shape (D, k + 2)."""
    told = np.concatenate(features, axis=1)
    told = told - np.average(told, axis=0, weights=output.weights)
    basis, size = _frames(told[None])
    columns = basis[0][:, : int(size[0])] * np.sqrt(told.shape[0])  # each of variance about 1
    return np.concatenate([np.ones((told.shape[0], 1)), columns, output.values[:, None]], axis=1)


def _shares(data: F8, weights: F8, noise: F8) -> F8:
    """Return S for each set of weights, [R]; data as `_data` returns it."""
    draws, width = data.shape
    total = weights.sum(axis=1)
    moments = weights @ (data[:, :, None] * data[:, None, :]).reshape(draws, width * width)
    moments = moments.reshape(-1, width, width) / total[:, None, None]
    left, right = moments[:, :-1, :-1], moments[:, :-1, -1:]
    ridge = 1e-10 * np.eye(width - 1)
    fitted = (right * np.linalg.solve(left + ridge, right)).sum(axis=(1, 2))
    mean, square = moments[:, 0, -1], moments[:, -1, -1]
    whole = np.maximum(square - mean**2, _TINY)
    plain = np.clip((fitted - mean**2) / whole, 0.0, 1.0)
    less = max(draws - 1 - (width - 2), 1)
    adjusted = 1.0 - (1.0 - plain) * (draws - 1) / less
    whole = whole * draws / (draws - 1)
    own = whole - weights @ noise / total
    explained = np.maximum(adjusted, 0.0) * whole
    return np.asarray(np.minimum(explained / np.maximum(own, np.maximum(explained, _TINY)), 1.0))
