"""The Poisson embedding told again in plain integers, to check the compiled one point by point."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from talion.model.compiled import CompiledModel

ALL = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
DRAW = 0xD1342543DE82EF95
HISTORY = 0xAF251AF3B0F025B5


def mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & ALL
    return z ^ (z >> 31)


def word(key: int, counter: int) -> int:
    return mix((key + counter * GOLDEN) & ALL)


def unit(bits: int) -> float:
    return (bits >> 11) * 2.0**-53


def history_key(seed: int, draw: int, history: int) -> int:
    key = mix((seed * GOLDEN + DRAW) & ALL)
    key = mix((key + draw * DRAW) & ALL)
    return mix((key + history * HISTORY) & ALL)


@dataclass(frozen=True)
class Point:
    type: int
    time: float
    height: float


def _cell(key: int, width: float) -> Iterator[tuple[float, float]]:
    """(time of day, height) of a cell's points, each 0..1."""
    if width < 8.0:
        u, p, i = unit(key), math.exp(-width), 1
        below = p
        while u >= below:
            bits = word(key, i)
            yield ((bits >> 32) + 0.5) / 2**32, ((bits & 0xFFFFFFFF) + 0.5) / 2**32
            p *= width / i
            below += p
            i += 1
        return
    x, i = 0.0, 0
    while True:
        x -= math.log(((word(key, 2 * i + 1) >> 11) + 0.5) * 2.0**-53) / width
        if x >= 1.0:
            return
        low = word(key, 2 * i + 2) & 0xFFFFFFFF
        yield (int(x * 2**32) + 0.5) / 2**32, (low + 0.5) / 2**32
        i += 1


def points(
    model: CompiledModel, draw: int, history: int, day: int, below: float
) -> Iterator[Point]:
    """Every point of a day whose band begins below a height, of all types."""
    s = model.structure
    own = history_key(model.seed, draw, history)
    for k in range(len(s.type_hash)):
        key = mix(own ^ int(s.type_hash[k]))
        for band in range(s.band_edge.shape[1]):
            edge, width = float(s.band_edge[k, band]), float(s.band_width[k, band])
            if edge >= below:
                break
            for x, v in _cell(word(key, day * 64 + band), width):
                yield Point(k, day + x, edge + width * v)
