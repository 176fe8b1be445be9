"""A crisis in daily counts: attacks that escalate, and strikes that answer attacks.

The process of the design in steps of a day. Excitation adds and deterrence scales:

    rate_t = [ mu exp(w_week) + sum_m a_m x_m,t ] exp( sum_c beta_c u_c,t ),   A_t ~ Poisson(rate_t)

x is a decayed sum of earlier events whose weights add up to one, so that `a` is the number of
direct answers expected; u is in [0, 1], 1 at a strike, and halves every h days; beta = -b is the
change of the log rate just after a strike: below zero strikes deter, above zero they provoke. w is
a weekly Ornstein-Uhlenbeck path. A day with strikes comes with probability
1 - exp(-readiness * attacks of the last three days): strikes answer attacks, and never w itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]

WEEK = 7
LOOK_BACK = 3  # days of attacks that a strike answers


@dataclass(frozen=True)
class Truth:
    """Parameters of a simulated crisis."""

    background: float = 0.12
    """mu, attacks a day at w = 0."""
    escalation_sd: float = 1.0
    """Stationary standard deviation of w; 0 for none."""
    escalation_half_life: float = 25.0
    """Days."""
    self_excitation: float = 0.3
    """Direct answers of an attack, at a half-life of 7 days."""
    fast: float = 0.0
    """beta at a half-life of 2 days."""
    provoked: float = 0.0
    """Attacks that a strike draws directly, at a half-life of 30 days."""
    readiness: float = 0.1
    """Strikes for each attack of the last three days, a day."""
    foresight: float = 0.0
    """How strikes follow the escalation itself, as someone with other sources would."""
    weeks: int = 215


@dataclass(frozen=True, eq=False)
class Crisis:
    """Counts of one simulated crisis."""

    attacks: F8
    """[T]"""
    strikes: F8
    """[T] 0 or 1."""


def decayed_sum(counts: F8, half_life: float) -> F8:
    """[T] x: earlier events, the event of k days before weighing (2^(1/h) - 1) 2^(-k/h).

    Days before the first are unknown and taken to be average ones. Taken as empty, they make the
    first weeks look calm before any strike, and strikes look like the end of what followed.

    >>> [round(float(v), 3) for v in decayed_sum(np.array([2.0, 0, 1]), 1.0)]
    [1.0, 1.5, 0.75]
    """
    keep, found, state = 2.0 ** (-1.0 / half_life), np.zeros(len(counts)), float(counts.mean())
    for t, n in enumerate(counts):
        found[t] = state
        state = state * keep + n * (1.0 - keep)
    return found


def lingering(strikes: F8, half_life: float) -> F8:
    """[T] u: 1 at a strike, halving every `half_life` days; the day's own strike not counted.

    >>> lingering(np.array([1.0, 0, 1, 0]), 1.0).tolist()
    [0.0, 0.5, 0.25, 0.5]
    """
    keep, found, state = 2.0 ** (-1.0 / half_life), np.zeros(len(strikes)), 0.0
    for t, n in enumerate(strikes):
        found[t] = state
        state = (1.0 if n > 0 else state) * keep
    return found


def escalation(truth: Truth, rng: np.random.Generator) -> F8:
    """[weeks] a path of w from its stationary start."""
    rho = 2.0 ** (-WEEK / truth.escalation_half_life)
    fresh = rng.normal(size=truth.weeks)
    w = np.empty(truth.weeks)
    w[0] = fresh[0]
    for i in range(1, truth.weeks):
        w[i] = rho * w[i - 1] + np.sqrt(1.0 - rho**2) * fresh[i]
    return truth.escalation_sd * w


def simulate(truth: Truth, rng: np.random.Generator) -> Crisis:
    """Draw one crisis."""
    days = truth.weeks * WEEK
    w = np.repeat(escalation(truth, rng), WEEK)
    free, ready = truth.background * np.exp(w), truth.readiness * np.exp(truth.foresight * w)
    attacks, strikes = np.zeros(days), np.zeros(days)
    own, provoked, u = 0.0, 0.0, 0.0
    k_own, k_provoked, k_u = (2.0 ** (-1.0 / h) for h in (7.0, 30.0, 2.0))
    for t in range(days):
        drawn = truth.self_excitation * own + truth.provoked * provoked
        attacks[t] = rng.poisson((free[t] + drawn) * np.exp(truth.fast * u))
        recent = attacks[max(0, t - LOOK_BACK) : t].sum()
        strikes[t] = rng.random() < -np.expm1(-ready[t] * recent)
        own = own * k_own + attacks[t] * (1.0 - k_own)
        provoked = provoked * k_provoked + strikes[t] * (1.0 - k_provoked)
        u = (1.0 if strikes[t] else u) * k_u
    return Crisis(attacks, strikes)
