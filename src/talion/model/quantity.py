"""Quantities as people state them: three quantiles, and durations in days.

A prior is stated as low, likely and high: its 1-in-10, middle and 9-in-10 quantiles. Between and
beyond them it is a two-piece normal on a scale that fits the quantity: linear for points, logarithmic
for rates and multipliers, log-odds for shares. So the three stated quantiles hold exactly.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, WithJsonSchema

__all__ = ["Days", "Prior", "Scale", "days", "prior", "quantile_draws"]

Scale = Literal["linear", "log", "logit"]
_Z90 = 1.2815515655446004  # the normal distribution's 9-in-10 quantile


def prior(value: Any) -> tuple[float, float, float]:
    """Return (low, likely, high) from a number or a list of three in ascending order.

    Raises:
        ValueError: neither, or not ascending, or not finite.

    >>> prior(2), prior([1, 2, 5])
    ((2.0, 2.0, 2.0), (1.0, 2.0, 5.0))
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = (value, value, value)
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ValueError("give one number or [low, likely, high]")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value):
        raise ValueError("low, likely and high must be numbers")
    low, likely, high = (float(v) for v in value)
    if not all(math.isfinite(v) for v in (low, likely, high)):
        raise ValueError("low, likely and high must be finite")
    if not low <= likely <= high:
        raise ValueError("low, likely, high must ascend")
    return low, likely, high


Prior = Annotated[
    tuple[float, float, float],
    BeforeValidator(prior),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number"},
                {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3},
            ],
            "description": "a number, or [low, likely, high]: 1-in-10, middle, 9-in-10",
        }
    ),
]

_UNITS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_DURATION = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(day|week|month|year)s?\s*\Z")


def days(value: Any) -> int:
    """Return a duration such as `30 days`, `6 months` or a bare number of days, in whole days.

    >>> days("30 days"), days("2 weeks"), days(90)
    (30, 14, 90)
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("give a duration such as `30 days`, `6 weeks` or `1 year`")
    return round(float(match[1]) * _UNITS[match[2]])


Days = Annotated[
    int,
    BeforeValidator(days),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]}),
]


def _forward(value: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    if scale == "log":
        return np.log(value)
    if scale == "logit":
        return np.asarray(np.log(value) - np.log1p(-value))
    return value


def quantile_draws(
    quantiles: tuple[float, float, float], normal: NDArray[np.float64], scale: Scale
) -> NDArray[np.float64]:
    """Turn standard normal numbers into draws of a prior.

    With f the scale, m = f(likely), l = f(low), h = f(high) and q = 1.2816:
    f(x) = m + (m - l)/q * z for z < 0, m + (h - m)/q * z otherwise.

    Args:
        quantiles: low, likely, high; positive for `log`, within (0, 1) for `logit`. A prior
            whose low end is 0 (or high end 1) on such a scale is moved to 1e-4 (1 - 1e-4).
        normal: z, shape (draws,).
        scale: `linear`, `log` or `logit`.

    Returns:
        Draws, shape (draws,).

    >>> quantile_draws((1.0, 2.0, 5.0), np.array([-1.2815515655446004, 0, 1.2815515655446004]),
    ...                "log").round(6).tolist()
    [1.0, 2.0, 5.0]
    """
    low, likely, high = quantiles
    if low == high:
        return np.full(normal.shape, likely)
    edges = np.array(quantiles)
    if scale == "log":
        edges = np.maximum(edges, 1e-4 * max(high, 1e-12))
    elif scale == "logit":
        edges = np.clip(edges, 1e-4, 1 - 1e-4)
    low_, likely_, high_ = _forward(edges, scale)
    step = np.where(normal < 0, likely_ - low_, high_ - likely_) / _Z90
    drawn = likely_ + step * normal
    if scale == "log":
        return np.asarray(np.exp(drawn))
    if scale == "logit":
        return np.asarray(1 / (1 + np.exp(-drawn)))
    return np.asarray(drawn)
