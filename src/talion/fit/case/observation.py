"""How events are seen under one draw of a fit: chances of listing, totals with their errors.

The observation model of `talion.fit.case.listing` and `recorded`, at given numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.specification import Problem
from talion.model.compiled import CompiledModel

__all__ = ["ObservationModel", "attention_odds", "natural_values"]

F8 = NDArray[np.float64]
Rng = np.random.Generator


def natural_values(problem: Problem, scores: Mapping[str, float], rng: Rng) -> dict[str, float]:
    """Return every parameter of a fit on its natural scale; scores not given come from the prior.

    Args:
        problem: what is fitted.
        scores: standard normal scores by name.
        rng: for the others.
    """
    s = problem.arrays
    found: dict[str, float] = {}
    for i, name in enumerate(problem.parameters):
        fresh = float(rng.standard_normal())  # always drawn: others do not shift with what is given
        z = scores.get(name, fresh)
        value = s.p_middle[i] + (s.p_up[i] if z > 0 else s.p_down[i]) * z
        kind = s.p_scale[i]
        found[name] = float(np.exp(value) if kind == 1 else value)
        if kind == 2:
            found[name] = float(1 / (1 + np.exp(-value)))
    return found


@dataclass(frozen=True, eq=False)
class ObservationModel:
    """What a fit's observers do, at one set of numbers.

    Attributes:
        problem: the fit whose observers they are.
        values: parameters by name, on their natural scales.
        weekly: [K, weeks] departures of the log-odds of listing.
    """

    problem: Problem
    values: Mapping[str, float]
    weekly: F8

    @classmethod
    def of(cls, problem: Problem, scores: Mapping[str, float], rng: Rng) -> ObservationModel:
        """Return the model of a draw.

        Args:
            problem: what is fitted.
            scores: of its parameters, as in `FittedReading.observation` and the draws; those not
                given are drawn from their priors.
            rng: for the others.
        """
        values = natural_values(problem, scores, rng)
        return cls(problem, values, _weekly(problem, values, scores, rng))

    def listed(self, c: int, day: int, attention: float) -> float:
        """Probability that an event of class `c` on a day of the window is listed.

        Args:
            c: class.
            day: since the window's start.
            attention: log-odds that the case's attention adds.
        """
        s, names = self.problem.arrays, self.problem.parameters
        k = int(s.class_type[c])
        if s.l_param[k] < 0:
            return 1.0
        share = self.values[names[int(s.l_param[k])]]
        odds = np.log(share) - np.log1p(-share) + self.weekly[k, day // 7] + attention
        odds += sum(self.values[names[int(p)]] for p in (s.l_class[c], s.l_place[c]) if p >= 0)
        return float(1 / (1 + np.exp(-odds)))

    def said(self, series: str, number: int, lower_bound: bool, rng: Rng) -> int:
        """Return what a series says of `number` events: rho N + e, e discrete Laplace.

        The difference of two geometric numbers has P(e) proportional to exp(-|e| / scale). A lower
        bound lies |e| below.
        """
        scale = self.values[f"fit/total-scale/{series}"]
        ratio = self.values.get(f"fit/total-ratio/{series}", 1.0)
        success = -np.expm1(-1.0 / scale)
        error = int(rng.geometric(success)) - int(rng.geometric(success))
        return max(round(ratio * number) + (-abs(error) if lower_bound else error), 0)


def _weekly(
    problem: Problem, values: Mapping[str, float], scores: Mapping[str, float], rng: Rng
) -> F8:
    """[K, weeks] departures of the log-odds of listing, an autoregression started at rest."""
    s = problem.arrays
    weeks = -(-s.days // 7)
    out = np.zeros((len(s.usual), weeks))
    for k, name in enumerate(problem.case.events):
        if s.l_weekly[k] < 0:
            continue
        sd = values[problem.parameters[int(s.l_spread[k])]]
        fresh, shocks = np.sqrt(1 - s.l_keep**2), rng.standard_normal(weeks)
        for w in range(weeks):
            shock = scores.get(f"fit/listing-week/{name}/{w + 1}", shocks[w])
            before = s.l_keep * out[k, w - 1] + fresh * sd * shock
            out[k, w] = sd * shock if w == 0 else before
    return out


def attention_odds(model: CompiledModel, draw: int, levels: F8) -> F8:
    """Return [days, K] log-odds that the case's attention adds to the listing of each type.

    Args:
        model: compiled from the window's first day.
        draw: of its parameters.
        levels: [days, F] factors at each midnight.
    """
    out = np.zeros((len(levels), len(model.type_ids)))
    for k, factor in enumerate(model.structure.listing_type):
        if factor >= 0:
            away = levels[:, factor] - model.draws.z_ref[draw, factor]
            out[:, k] = model.draws.listing_load[draw, k] * away
    return out
