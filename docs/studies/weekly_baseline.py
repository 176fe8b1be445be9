"""Estimate effects of strikes on daily counts, four ways; the last two differ by one term.

For theta = (log mu, beta, log a) and a weekly log-baseline w with prior N(0, P^-1), P tridiagonal:

    constant     max over theta of  log p(A | theta, w = 0) + log p(theta)
    maximised    max over theta of  log p(A | theta, w*) - w*'P w*/2 + log p(theta),  w* = w*(theta)
    integrated   the same  + (1/2) log det P - (1/2) log det (P + I(theta, w*))

with w* the best path at theta and I the information of the counts on w: Laplace's approximation of
the likelihood with w integrated out (Tierney and Kadane 1986, JASA 81, 82-86). Standard errors
are from the second derivatives of what is maximised; for `maximised` they are those of the joint
maximum. Scale and half-life of w stand on a grid, weighed by their marginal likelihood.

Priors: log mu around the plain rate with sd 1.5; beta N(0, 1); log a N(log .1, 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from daily_counts import F8, WEEK
from scipy.optimize import minimize
from weekly_path import STEPS, best_path

Baseline = Literal["constant", "maximised", "integrated"]

SCALES = (0.05, 0.5, 1.0, 1.5)
HALF_LIVES = (15.0, 40.0)
BACKGROUND_SD, EFFECT_SD, ANSWER_SD = 1.5, 1.0, 1.0
ANSWER_MEDIAN = 0.1
STEP = 1e-3  # of finite differences; theta is of order one


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts a day with what the past says of each day, in whole weeks."""

    attacks: F8
    """[W, 7]"""
    x: F8
    """[W, 7, M] decayed sums."""
    u: F8
    """[W, 7, C] what lingers of strikes."""

    @property
    def parameters(self) -> int:
        """Length of theta: log mu, C effects, M logarithms of answers."""
        return 1 + self.u.shape[2] + self.x.shape[2]


@dataclass(frozen=True, eq=False)
class Path:
    """Prior of w: AR(1) by weeks."""

    sd: float
    half_life: float
    weeks: int

    @property
    def rho(self) -> float:
        """Correlation of one week with the next."""
        return float(2.0 ** (-WEEK / self.half_life))

    def precision(self) -> tuple[F8, float, float]:
        """Diagonal of P, its constant off-diagonal, and log det P."""
        fresh = 1.0 - self.rho**2
        q = 1.0 / (self.sd**2 * fresh)
        diagonal = np.full(self.weeks, q * (1.0 + self.rho**2))
        diagonal[[0, -1]] = q if self.weeks > 1 else 1.0 / self.sd**2
        return diagonal, -q * self.rho, self.weeks * np.log(q) + np.log(fresh)


@dataclass(frozen=True, eq=False)
class Estimate:
    """Effects of strikes on the log rate, with standard errors."""

    effects: F8
    """[C] beta."""
    errors: F8
    """[C]"""
    scale: float
    """Mean of the scale of w over its grid; 0 without w."""

    @property
    def z(self) -> F8:
        """[C] estimate over its error."""
        return self.effects / self.errors


def whole_weeks(attacks: F8, x: F8, u: F8) -> Counts:
    """Cut [T], [T, M], [T, C] into weeks; days over at the end are left out."""
    weeks = len(attacks) // WEEK
    n = weeks * WEEK
    return Counts(
        attacks[:n].reshape(weeks, WEEK),
        np.ascontiguousarray(x[:n]).reshape(weeks, WEEK, -1),
        np.ascontiguousarray(u[:n]).reshape(weeks, WEEK, -1),
    )


class Objective:
    """Minus the log posterior of theta, w maximised or integrated out; keeps w to start from."""

    def __init__(self, counts: Counts, path: Path | None, *, integrate: bool) -> None:
        self.counts, self.path, self.integrate = counts, path, integrate
        self.w = np.zeros(len(counts.attacks))
        mean = max(float(counts.attacks.mean()), 1e-3)
        c, m = counts.u.shape[2], counts.x.shape[2]
        self.centre = np.r_[np.log(mean), np.zeros(c), np.full(m, np.log(ANSWER_MEDIAN))]
        self.spread = np.r_[BACKGROUND_SD, np.full(c, EFFECT_SD), np.full(m, ANSWER_SD)]
        self.log_det = np.nan
        self.precision = path.precision() if path else (np.zeros(0), 0.0, 0.0)

    def _parts(self, theta: F8) -> tuple[float, F8, F8]:
        c = self.counts.u.shape[2]
        drawn = self.counts.x @ np.exp(theta[1 + c :])
        return float(theta[0]), drawn, np.exp(self.counts.u @ theta[1 : 1 + c])

    def __call__(self, theta: F8) -> float:
        """Minus the log posterior at theta, up to a constant."""
        prior = -0.5 * float((((theta - self.centre) / self.spread) ** 2).sum())
        log_mu, drawn, scale = self._parts(theta)
        if self.path is None:
            rate = (np.exp(log_mu) + drawn) * scale
            return -(float((self.counts.attacks * np.log(rate) - rate).sum()) + prior)
        diagonal, off, log_det_p = self.precision
        value, log_det, steps = best_path()(
            self.counts.attacks, log_mu, drawn, scale, diagonal, off, self.w
        )
        if steps == STEPS or not np.isfinite(value):
            raise FloatingPointError(f"no best path found at theta = {theta}")
        self.log_det = log_det_p - log_det
        return -(value + prior + (0.5 * self.log_det if self.integrate else 0.0))


def second_derivatives(objective: Objective, theta: F8) -> F8:
    """Matrix of second derivatives by central differences."""
    n = len(theta)
    step = np.eye(n) * 10 * STEP
    found = np.empty((n, n))
    centre = objective(theta)
    for i in range(n):
        ends = objective(theta + step[i]), objective(theta - step[i])
        found[i, i] = sum(ends) - 2.0 * centre
        for j in range(i):
            corners = [
                s * r * objective(theta + s * step[i] + r * step[j])
                for s in (1, -1)
                for r in (1, -1)
            ]
            found[i, j] = found[j, i] = sum(corners) / 4.0
    return found / (10 * STEP) ** 2


def _one(objective: Objective, start: F8) -> tuple[F8, F8, float]:
    """Best theta, its covariance and the log marginal likelihood, theta and w integrated."""
    found = minimize(objective, start, method="BFGS", options={"eps": STEP, "gtol": 1e-2})
    curve = second_derivatives(objective, found.x)
    values, vectors = np.linalg.eigh(curve)
    # Laplace's second derivatives can fail along a flat ridge; no posterior is wider than its prior.
    values = np.maximum(values, 1.0 / BACKGROUND_SD**2)
    covariance = (vectors / values) @ vectors.T
    value = -float(objective(found.x)) - 0.5 * float(np.log(values).sum())
    if objective.path is not None and not objective.integrate:
        value += 0.5 * objective.log_det
    return found.x, covariance, value


def estimate(counts: Counts, baseline: Baseline) -> Estimate:
    """Estimate the effects of strikes.

    Args:
        counts: attacks a day, and what the past says.
        baseline: what is done with the weekly log-baseline.
    """
    c = counts.u.shape[2]
    effects = slice(1, 1 + c)
    start = Objective(counts, None, integrate=False).centre.copy()
    start[0] -= 0.5
    if baseline == "constant":
        theta, covariance, _ = _one(Objective(counts, None, integrate=False), start)
        return Estimate(theta[effects], np.sqrt(np.diag(covariance)[effects]), 0.0)
    weeks, found = len(counts.attacks), []
    for half_life in HALF_LIVES:
        for scale in SCALES:
            path = Path(scale, half_life, weeks)
            theta, covariance, value = _one(
                Objective(counts, path, integrate=baseline == "integrated"), start
            )
            start = theta
            found.append((theta[effects], np.diag(covariance)[effects], value, scale))
    values = np.array([one[2] for one in found])
    weights = np.exp(values - values.max())
    weights /= weights.sum()
    means = np.array([one[0] for one in found])
    mean = weights @ means
    variance = weights @ (np.array([one[1] for one in found]) + (means - mean) ** 2)
    return Estimate(mean, np.sqrt(variance), float(weights @ np.array([one[3] for one in found])))
