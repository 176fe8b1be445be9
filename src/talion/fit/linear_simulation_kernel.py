"""Compiled simulation of the linear process forward in time, by thinning (Ogata 1981).

Between events every rate falls, so the total rate after an event bounds it until the next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from talion.fit.latent_kernel import uniform

__all__ = ["OPTIONS", "SOURCES", "simulation_pass"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]

SOURCES = ("fit/latent_kernel.py", "fit/linear_simulation_kernel.py")
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


@njit(**OPTIONS)
def _total(background: F8, drawn: F8) -> float:
    """The rate of all types together."""
    total = 0.0
    for k in range(background.shape[0]):
        total += background[k]
        for h in range(drawn.shape[0]):
            total += drawn[h, k]
    return total


@njit(**OPTIONS)
def _type_under(point: float, background: F8, drawn: F8) -> int:
    """The type whose share of the total rate holds this point; -1 above all of them."""
    total = 0.0
    for k in range(background.shape[0]):
        total += background[k]
        for h in range(drawn.shape[0]):
            total += drawn[h, k]
        if point < total:
            return k
    return -1


def simulation_pass(
    background: F8,
    jumps: F8,
    rate: F8,
    start: float,
    end: float,
    drawn: F8,
    random: U8,
    times: F8,
    types: I8,
    count: I8,
) -> int:
    """Draw one history of the period.

    Args:
        background: [K] mu.
        jumps: [K source, H, K target] r a: what an event adds to each rate.
        rate: [H] ln2 / half-life.
        start: of the period.
        end: the moment after its last.
        drawn: [H, K] what the past adds to each rate at `start`; changed.
        random: [1] the generator's counter; changed.
        times: [most] out, ascending.
        types: [most] out.
        count: [1] out: how many events.

    Returns:
        0, or 1 if there are more than `most`: the history stops at the last time that is given.
    """
    now, n = start, 0
    total = _total(background, drawn)
    while total > 0.0:
        wait = -math.log(uniform(random)) / total
        if not now + wait < end:
            break
        now += wait
        for h in range(rate.shape[0]):
            drawn[h] *= math.exp(-rate[h] * wait)
        # A point under the total of before: it names the type, or none where rates have fallen.
        chosen = _type_under(uniform(random) * total, background, drawn)
        if chosen >= 0:
            if n == times.shape[0]:
                count[0] = n
                return 1
            times[n], types[n] = now, chosen
            n += 1
            drawn += jumps[chosen]
        total = _total(background, drawn)
    count[0] = n
    return 0
