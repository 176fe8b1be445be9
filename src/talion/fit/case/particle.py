"""A particle: one state of all that nobody saw, at the beginning of a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Particle"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Particle:
    """One state: coordinates, signs, and all events before today.

    Attributes:
        x: [X] coordinates, those of the future drawn from their prior.
        sign: [A].
        times: [n] days since the window's start.
        kinds, rows, sizes: [n] class, recorded row (-1 for none), events at the moment.
    """

    x: F8
    sign: I8
    times: F8
    kinds: I8
    rows: I8
    sizes: I8
