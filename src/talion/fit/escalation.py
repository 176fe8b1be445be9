"""The prior of the weekly log-escalation w: an Ornstein-Uhlenbeck process seen once a week.

    w_1 ~ N(0, sd^2),   w_i | w_{i-1} ~ N(rho w_{i-1}, sd^2 (1 - rho^2)),   rho = 2^(-7/h)

Stationary, mean zero. w is to be sampled, never maximised: maximised jointly with the links it
makes false slow deterrence.

Uhlenbeck and Ornstein (1930), Phys. Rev. 36, 823.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError

__all__ = ["EscalationDensity", "escalation_density"]

F8 = NDArray[np.float64]

_WEEK = 7.0
_LN2 = float(np.log(2.0))


class EscalationDensity(NamedTuple):
    """Log density of a path and its derivatives."""

    value: float
    weekly: F8
    """[W] by w."""
    log_sd: float
    """By log sd."""
    log_half_life: float
    """By log half-life."""


def escalation_density(weekly: F8, sd: float, half_life: float) -> EscalationDensity:
    """Log density of a path of weekly log-escalation, with its gradient.

    Args:
        weekly: [W] w.
        sd: stationary standard deviation, on the log scale.
        half_life: days in which a departure halves.

    Raises:
        InputError: sd or half-life is not positive.

    >>> found = escalation_density(np.zeros(1), 1.0, 10.0)
    >>> bool(np.isclose(found.value, -0.5 * np.log(2 * np.pi)))
    True
    """
    if not (0.0 < sd < np.inf and 0.0 < half_life < np.inf):
        raise InputError("sd and half-life must be positive", value=(sd, half_life))
    w = np.asarray(weekly, np.float64)
    k = len(w)
    rho = 2.0 ** (-_WEEK / half_life)
    fresh = -np.expm1(-2.0 * _WEEK * _LN2 / half_life)  # 1 - rho^2
    left = w[1:] - rho * w[:-1]
    squares = float(w[0] ** 2 + (left**2).sum() / fresh) if k else 0.0
    value = -0.5 * (k * np.log(2 * np.pi * sd**2) + max(k - 1, 0) * np.log(fresh))
    value -= 0.5 * squares / sd**2
    slope = np.zeros(k)
    if k:
        slope[0] = -w[0]
        slope[1:] -= left / fresh
        slope[:-1] += rho * left / fresh
    by_rho = float(
        rho * max(k - 1, 0) / fresh
        + (left @ w[:-1]) / fresh / sd**2
        - rho * (left @ left) / fresh**2 / sd**2
    )
    return EscalationDensity(
        value=float(value),
        weekly=slope / sd**2,
        log_sd=float(squares / sd**2 - k),
        log_half_life=by_rho * rho * _LN2 * _WEEK / half_life,
    )
