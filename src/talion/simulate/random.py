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

__all__ = ["GOLDEN", "history_key", "mix", "normal", "normal_quantile", "open_unit", "unit", "word"]

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
    # Signed on purpose: processors turn signed integers into floats in one instruction.
    return np.float64(np.int64(bits >> _S11)) * _TO_UNIT


@inlined
def open_unit(bits: np.uint64) -> float:
    """Uniform on (0, 1): never 0, so that a logarithm of it is finite."""
    return (np.float64(np.int64(bits >> _S11)) + 0.5) * _TO_UNIT


@inlined
def _ratio(
    r: float,
    a0: float, a1: float, a2: float, a3: float, a4: float, a5: float, a6: float, a7: float,
    b1: float, b2: float, b3: float, b4: float, b5: float, b6: float, b7: float,
) -> float:  # fmt: skip
    """Ratio of two polynomials of degree 7 in r; the lower one begins with 1."""
    upper = ((((((a7 * r + a6) * r + a5) * r + a4) * r + a3) * r + a2) * r + a1) * r + a0
    lower = ((((((b7 * r + b6) * r + b5) * r + b4) * r + b3) * r + b2) * r + b1) * r + 1.0
    return upper / lower


@inner
def normal_quantile(p: float) -> float:
    """Quantile of the standard normal (Wichura 1988, algorithm AS 241, 16 digits)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(
            0.180625 - q * q,
            3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
            1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
            3.3430575583588128105e4, 2.5090809287301226727e3,
            4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
            2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
            5.2264952788528545610e3,
        )  # fmt: skip
    r = math.sqrt(-math.log(min(p, 1.0 - p)))
    if r <= 5.0:
        tail = _ratio(
            r - 1.6,
            1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
            3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
            2.27238449892691845833e-2, 7.74545014278341407640e-4,
            2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
            1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        )  # fmt: skip
    else:
        tail = _ratio(
            r - 5.0,
            6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
            2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
            2.71155556874348757815e-5, 2.01033439929228813265e-7,
            5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        )  # fmt: skip
    return -tail if q < 0.0 else tail


@inner
def normal(key: np.uint64, counter: int) -> float:
    """Standard normal from one word of the key's stream, by inversion."""
    return normal_quantile(open_unit(word(key, counter)))


@inner
def history_key(seed: int, draw: int, history: int) -> np.uint64:
    """The key of one history: of logical numbers, not of positions in a chunk."""
    key = mix(np.uint64(seed) * GOLDEN + _DRAW)
    key = mix(key + np.uint64(draw) * _DRAW)
    return mix(key + np.uint64(history) * _HISTORY)
