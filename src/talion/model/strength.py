"""Strengths in words, and what they stand for.

The table of words is a convention of this project; a case may override each number. A *share* is
the part of all effect events that answers this cause, so that with usual rates R an event of the
cause draws a = share x R_effect / R_cause direct answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FADES",
    "WORDS",
    "mean_suppression",
    "offspring_from_extra",
    "prevented",
    "suppression_for",
    "suppression_for_share",
]

Triple = tuple[float, float, float]

# Low, likely, high by kind of link: event to event in per cent of effect events; factor to rate as
# a multiplier; event to factor in points; factor to factor in points per 100.
WORDS: dict[str, dict[str, Triple]] = {
    "share": {"weak": (2, 5, 10), "moderate": (10, 20, 35), "strong": (35, 50, 70)},
    "times": {"weak": (1.05, 1.2, 1.5), "moderate": (1.3, 2, 3.5), "strong": (2.5, 5, 12)},
    "points": {"weak": (0.3, 1, 3), "moderate": (2, 5, 10), "strong": (8, 15, 30)},
    "per_100": {"weak": (3, 10, 20), "moderate": (15, 30, 50), "strong": (40, 60, 90)},
}
FADES: dict[str, float] = {
    "days": 2.0,
    "weeks": 7.0,
    "months": 30.0,
    "lasting": 120.0,
}  # half-lives

LARGEST_EXPONENT = 4.0  # exp(-4): at most 98 % of a rate is held down just after an event


def offspring_from_extra(
    extra: NDArray[np.float64], within: float, half_life: float
) -> NDArray[np.float64]:
    """Return a, the expected direct answers of one event, from those expected within a time.

    a = extra / (1 - 2^(-within/h)).

    Args:
        extra: answers within `within` days of one event, shape (draws,).
        within: days.
        half_life: h, days.

    >>> offspring_from_extra(np.array([1.5]), 30.0, 30.0).tolist()
    [3.0]
    """
    return np.asarray(extra / (1 - 2.0 ** (-within / half_life)))


def _ein(b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entire exponential integral, the integral of (1 - e^-x)/x from 0 to b (b >= 0)."""
    from scipy.special import exp1  # slow to import, and not needed to read a case

    safe = np.maximum(b, 1e-12)
    exact = exp1(safe) + np.log(safe) + np.euler_gamma
    return np.asarray(np.where(b < 1e-6, b, exact))


def prevented(
    b: NDArray[np.float64], rate: NDArray[np.float64], half_life: float
) -> NDArray[np.float64]:
    """Return how many events one suppressing event prevents in all.

    R times the integral over t of 1 - exp(-b 2^(-t/h)), which is R h/ln2 Ein(b).

    Args:
        b: suppression exponent just after the event, shape (draws,), not negative.
        rate: R, events per day without the suppression, shape (draws,).
        half_life: h, days.
    """
    return np.asarray(rate * half_life / np.log(2) * _ein(b))


def suppression_for(
    number: NDArray[np.float64],
    rate: NDArray[np.float64],
    half_life: float,
    within: float | None = None,
) -> NDArray[np.float64]:
    """Return the exponent b by which one event prevents `number` events, in all or within a time.

    Solves R h/ln2 [Ein(b) - Ein(b q)] = number for b, with q = 2^(-within/h) (q = 0 for all time),
    by Newton steps. A number beyond what the rate allows gives the largest exponent, 4.

    Args:
        number: events prevented by one event, shape (draws,), not negative.
        rate: R, the effect's usual events per day, shape (draws,).
        half_life: h, days.
        within: days; None for all time.

    Returns:
        b in [0, 4], shape (draws,).

    >>> b = suppression_for(np.array([0.5]), np.array([0.1]), 7.0)
    >>> prevented(b, np.array([0.1]), 7.0).round(6).tolist()
    [0.5]
    """
    goal = number * np.log(2) / (np.maximum(rate, 1e-12) * half_life)
    q = 0.0 if within is None else 2.0 ** (-within / half_life)
    b = np.minimum(goal, LARGEST_EXPONENT)
    for _ in range(60):
        safe = np.maximum(b, 1e-6)
        slope = np.maximum((np.exp(-safe * q) - np.exp(-safe)) / safe, 1e-9)
        b = np.clip(b - (_ein(b) - _ein(b * q) - goal) / slope, 0.0, LARGEST_EXPONENT)
    return np.asarray(b)


def suppression_for_share(
    share: NDArray[np.float64], rate: NDArray[np.float64], half_life: float
) -> NDArray[np.float64]:
    """Return the exponent at which a steady cause prevents a share of its effect's usual events.

    Answers that are a share p of usual events would leave R (1 - p) without their cause; prevention
    of the same size leaves R (1 + p). So b solves m(b) = 1/(1 + p), m being `mean_suppression`.

    Args:
        share: p, shape (draws,), not negative.
        rate: r, suppressing events per day, shape (draws,).
        half_life: h, days.

    Returns:
        b in [0, 4], shape (draws,); 4 where the cause is too rare to prevent so much.

    >>> b = suppression_for_share(np.array([0.2]), np.array([0.1]), 7.0)
    >>> mean_suppression(b, np.array([0.1]), 7.0).round(6).tolist() == [round(1 / 1.2, 6)]
    True
    """
    low, high = np.zeros_like(share), np.full_like(share, LARGEST_EXPONENT)
    nodes = _unit_nodes()
    for _ in range(40):
        middle = (low + high) / 2
        enough = _mean_suppression(middle, rate, half_life, nodes) <= 1 / (1 + share)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def mean_suppression(
    b: NDArray[np.float64], rate: NDArray[np.float64], half_life: float
) -> NDArray[np.float64]:
    """Return the mean of exp(-b u) when suppressing events come at random at a constant rate.

    With u = 2^(-t/h) at t after the last event and t exponential with rate r, the mean is the
    integral over x from 0 to 1 of exp(-b x^c), c = ln2/(r h); by Gauss-Legendre quadrature in
    y = x^min(c, 1), which keeps the integrand smooth.

    Args:
        b: exponents, shape (draws,), either sign.
        rate: r, suppressing events per day, shape (draws,).
        half_life: h, days.

    >>> mean_suppression(np.array([0.0]), np.array([0.1]), 7.0).round(4).tolist()  # good to 1e-5
    [1.0]
    """
    return _mean_suppression(b, rate, half_life, _unit_nodes())


Nodes = tuple[NDArray[np.float64], NDArray[np.float64]]


def _unit_nodes() -> Nodes:
    """Return Gauss-Legendre nodes and weights on (0, 1)."""
    node, weight = np.polynomial.legendre.leggauss(48)
    return (node + 1) / 2, weight / 2


def _mean_suppression(
    b: NDArray[np.float64], rate: NDArray[np.float64], half_life: float, nodes: Nodes
) -> NDArray[np.float64]:
    y, weight = nodes[0][None, :], nodes[1]
    c = np.log(2) / (np.maximum(rate, 1e-9) * half_life)
    # With x = y^m, dx = m y^(m-1) dy; m > 1 spreads out the steep start at small c.
    m = np.maximum(1.0, 1.0 / c)[:, None]
    inner = np.exp(-b[:, None] * y ** (m * c[:, None])) * m * y ** (m - 1)
    return np.asarray((inner * weight).sum(axis=1))
