"""Draws of stated priors, each from a random stream of its own.

A parameter's stream is keyed by the seed and the parameter's name, so that adding a link, an actor
or more draws changes no other number, and every reading shares the same magnitudes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from talion.model.quantity import Scale, quantile_draws

__all__ = ["Sampler", "columns", "name_hash"]

Triple = tuple[float, float, float]


def name_hash(name: str) -> int:
    """Return a 64-bit number for a name, the same on every machine and in every process.

    >>> name_hash("attack") == name_hash("attack") != name_hash("strike")
    True
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


class Sampler:
    """Draws parameters by name.

    Args:
        seed: any integer.
        draws: how many.

    >>> bool((Sampler(1, 3).normal("x") == Sampler(1, 9).normal("x")[:3]).all())
    True
    """

    def __init__(self, seed: int, draws: int) -> None:
        self.seed = seed
        self.draws = draws

    def _stream(self, name: str) -> np.random.Generator:
        key = hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))

    def normal(self, name: str) -> NDArray[np.float64]:
        """Return standard normal numbers, shape (draws,)."""
        return self._stream(name).standard_normal(self.draws)

    def sign(self, name: str) -> NDArray[np.float64]:
        """Return +1, -1 or 0, each with equal chance, shape (draws,).

        Nothing is among them: a prior that makes every link do something makes a record that knows
        nothing of it choose a side.
        """
        return np.floor(3.0 * self._stream(f"{name}/sign").random(self.draws)) - 1.0

    def draw(self, name: str, prior: Triple, scale: Scale = "linear") -> NDArray[np.float64]:
        """Return draws of a prior; see `quantile_draws`. A fixed number needs no randomness."""
        if prior[0] == prior[2]:
            return np.full(self.draws, prior[1])
        return quantile_draws(prior, self.normal(name), scale)

    def percent(self, name: str, prior: Triple) -> NDArray[np.float64]:
        """Return draws of a share stated in per cent, as numbers from 0 to 1."""
        low, likely, high = (p / 100 for p in prior)
        return self.draw(name, (low, likely, high), "logit")


def columns(parts: Iterable[NDArray[np.float64]], draws: int) -> NDArray[np.float64]:
    """Stack vectors of shape (draws,) into a writable C-contiguous array (draws, number)."""
    found = list(parts)
    if not found:
        return np.zeros((draws, 0))
    return np.ascontiguousarray(np.stack(found, axis=1), dtype=np.float64)
