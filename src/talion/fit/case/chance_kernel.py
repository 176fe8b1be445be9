"""A chain's own random numbers: SplitMix64 (Steele, Lea and Flood 2014), a counter and a mixer."""

from __future__ import annotations

import math

import numpy as np

from talion.fit.case.arrays import Chain
from talion.model.compiling import inner

__all__ = ["normal", "uniform"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@inner
def uniform(ch: Chain) -> float:
    ch.random[0] += _GOLDEN
    z = ch.random[0]
    z = (z ^ (z >> _30)) * _MIX1
    z = (z ^ (z >> _27)) * _MIX2
    z = z ^ (z >> _31)
    return (np.float64(z >> _11) + 0.5) * (1.0 / 9007199254740992.0)


@inner
def normal(ch: Chain) -> float:
    return math.sqrt(-2.0 * math.log(uniform(ch))) * math.cos(2.0 * math.pi * uniform(ch))
