"""Counter-based random numbers: every number is a pure function of what it is for.

A word is the splitmix64 finaliser (Steele, Lea, Flood 2014; constants of Stafford's mix 13) of a
key and a counter. Keys are built from (seed, draw, history) and the hash of the type, factor or
decision; counters are absolute days, weeks and positions. So nothing depends on the what-if, on
the worker or on the order of work.
"""

from __future__ import annotations

import math

import numpy as np

from talion.simulate.compiling import inlined, inner

__all__ = ["GOLDEN", "history_key", "mix", "normal", "open_unit", "unit", "word"]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_DRAW = np.uint64(0xD1342543DE82EF95)
_HISTORY = np.uint64(0xAF251AF3B0F025B5)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2^-53


@inlined
def mix(z: np.uint64) -> np.uint64:
    """Scramble 64 bits; a bijection."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@inlined
def word(key: np.uint64, counter: int) -> np.uint64:
    """The `counter`-th word of a key's stream."""
    return mix(key + np.uint64(counter) * GOLDEN)


@inlined
def unit(bits: np.uint64) -> float:
    """Uniform on [0, 1), 53 bits."""
    return np.float64(bits >> _S11) * _TO_UNIT


@inlined
def open_unit(bits: np.uint64) -> float:
    """Uniform on (0, 1): never 0, so that a logarithm of it is finite."""
    return (np.float64(bits >> _S11) + 0.5) * _TO_UNIT


@inner
def normal(key: np.uint64, counter: int) -> float:
    """Standard normal (Box and Muller 1958) from two words of the key's stream."""
    radius = math.sqrt(-2.0 * math.log(open_unit(word(key, 2 * counter))))
    return radius * math.cos(2.0 * math.pi * unit(word(key, 2 * counter + 1)))


@inner
def history_key(seed: int, draw: int, history: int) -> np.uint64:
    """The key of one history: of logical numbers, not of positions in a chunk."""
    key = mix(np.uint64(seed) * GOLDEN + _DRAW)
    key = mix(key + np.uint64(draw) * _DRAW)
    return mix(key + np.uint64(history) * _HISTORY)
