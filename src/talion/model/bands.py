"""Bands of the Poisson embedding: how the heights of a type's point measure are cut.

Their edges depend on the type's stated reference rate alone, so that no what-if, draw or worker can
move a point. Bands badly scaled to a type's rate cost most of a quiet year, hence one scale a type.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BANDS", "bands"]

BANDS = 48
_FIRST = 2.0  # the first band reaches twice the reference rate
_GROWTH = 0.6  # each further band is this share of the height so far


def bands(
    reference: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return edges, widths and probabilities of an empty daily cell, each (types, 48).

    Args:
        reference: reference rate of each type, events per day, shape (types,), positive.

    >>> edge, width, empty = bands(np.array([0.5]))
    >>> edge[0, :3].tolist(), width[0, :2].round(9).tolist(), float(empty[0, 0].round(6))
    ([0.0, 1.0, 1.6], [1.0, 0.6], 0.367879)
    """
    first = _FIRST * np.asarray(reference, dtype=np.float64)
    upper = first[:, None] * (1 + _GROWTH) ** np.arange(BANDS)
    edge = np.concatenate([np.zeros((len(first), 1)), upper[:, :-1]], axis=1)
    width = upper - edge
    return edge, width, np.exp(-width)
