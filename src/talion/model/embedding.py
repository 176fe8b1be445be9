"""Band edges of the Poisson embedding, from each type's stated reference rate and nothing else.

What-ifs share random numbers only if they cut the embedding alike, so the edges may depend on the
case (its usual rates), never on a draw, a what-if or a reading. Where the edges lie changes the
cost of a simulation, not its law.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Bands", "cut_bands"]

FIRST = 1.5
"""Width of the lowest band in reference rates: covers a quiet day in one cell."""
NEXT = 0.5
"""Least width of the others, in reference rates."""
GROWTH = 0.5
"""Width of a band as a share of its lower edge, from where that is the larger."""
TOP = 20_000.0
"""Events per day the bands must reach: the kernel stops a history before."""


class Bands(NamedTuple):
    """Arrays [K, B] of `talion.model.compiled.Structure`."""

    edge: NDArray[np.float64]
    width: NDArray[np.float64]
    p0: NDArray[np.float64]


def cut_bands(rate_per_day: ArrayLike, top: float = TOP) -> Bands:
    """Cut each type's heights into bands that widen upwards until all reach `top`.

    Args:
        rate_per_day: [K] reference rates, events per day; each above 0.
        top: height to reach, events per day; at least the event cap of the simulation.

    Returns:
        Lower edges, widths and probabilities of an empty cell, [K, B] each.

    Raises:
        ValueError: a rate that is not positive and finite, or so small that more than 64 bands
            would be needed.

    >>> bands = cut_bands([0.1, 1.0], top=100.0)
    >>> bands.edge[:, 0].tolist(), bool((bands.edge[:, -1] + bands.width[:, -1] >= 100.0).all())
    ([0.0, 0.0], True)
    >>> bool(np.allclose(bands.edge[:, 1:], (bands.edge + bands.width)[:, :-1]))
    True
    """
    rate = np.asarray(rate_per_day, np.float64)
    if rate.ndim != 1 or not (np.isfinite(rate) & (rate > 0.0)).all():
        raise ValueError(f"reference rates must be positive and finite, got {rate.tolist()}")
    edges, widths = [np.zeros_like(rate)], [FIRST * rate]
    while (edges[-1] + widths[-1] < top).any():
        edges.append(edges[-1] + widths[-1])
        widths.append(np.maximum(NEXT * rate, GROWTH * edges[-1]))
        if len(edges) > 64:
            raise ValueError(f"a reference rate of {rate.min():g} a day is too small to cut bands")
    width = np.ascontiguousarray(np.stack(widths, axis=1))
    return Bands(np.ascontiguousarray(np.stack(edges, axis=1)), width, np.exp(-width))
