"""The uncertain parameters of a case under a reading, each with its prior, for tools that vary them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.case.stated import StatedParameter, stated
from talion.model.case import Case
from talion.model.compile import parameter_names
from talion.model.quantity import Scale, quantile_draws

if TYPE_CHECKING:
    from scipy.stats import rv_continuous

__all__ = ["SIGNS", "WIDEST", "UncertainParameter", "prior_distribution", "uncertain_parameters"]

F8 = NDArray[np.float64]
SIGNS: Mapping[str, float] = {"raises": 1.0, "lowers": -1.0, "nothing": 0.0}
"""What an arrow may do where the reading leaves it open, and the sign that says so."""
WIDEST = 4.0
"""Scores beyond which priors are cut: 6 draws of 100,000."""


@dataclass(frozen=True)
class UncertainParameter:
    """A parameter as another tool may vary it.

    Attributes:
        name: as in a posterior; `sign/ARROW` for what an arrow does.
        group: id of its link, else the first part of its name.
        prior: in the units of the case; None for a sign, and for parameters of decisions and
            positions, which are told as standard normal scores.
    """

    name: str
    group: str
    prior: StatedParameter | None = None

    @property
    def is_sign(self) -> bool:
        """Whether it says what an arrow does."""
        return self.name.startswith("sign/")

    @property
    def unit(self) -> str:
        """Return its unit in words."""
        if self.is_sign:
            return "direction"
        return self.prior.unit if self.prior is not None else "score"

    def values(self, scores: F8) -> F8:
        """Return standard normal scores, shape (N,), as values in its unit."""
        if self.prior is None:
            return scores
        quantiles, one = _as_told(self.prior)
        return np.asarray(one * quantile_draws(quantiles, scores, self.prior.scale))

    def scores(self, values: F8) -> F8:
        """Return values in its unit, shape (N,), as standard normal scores."""
        if self.prior is None:
            return np.asarray(values, np.float64)
        return _scores(self.prior, np.asarray(values, np.float64))


def uncertain_parameters(case: Case, reading: str) -> tuple[UncertainParameter, ...]:
    """Return the uncertain parameters of a case: strengths, rates and the rest, then signs.

    Args:
        case: the case.
        reading: id, see `talion.model.reading.READINGS`.

    Raises:
        CaseError: no such reading.

    >>> from talion.model.case import load_case
    >>> found = uncertain_parameters(load_case("starter"), "no_view")
    >>> found[0].name, found[0].unit, found[-1].is_sign
    ('usual/raid', 'events a month', True)
    """
    names, signs = parameter_names(case, reading)
    known = stated(case, reading)
    links = {arrow.name: arrow.link for arrow in case.arrows}
    found = [
        UncertainParameter(name, _group(name, known.get(name)), known.get(name)) for name in names
    ]
    told = (
        UncertainParameter(f"sign/{name}", links.get(name) or _group(name, None)) for name in signs
    )
    return (*found, *told)  # what moves a position has a sign and is no link's arrow


def _group(name: str, prior: StatedParameter | None) -> str:
    return prior.link if prior is not None and prior.link else "/".join(name.split("/")[:2])


def _as_told(prior: StatedParameter) -> tuple[tuple[float, float, float], float]:
    """Return the quantiles in the unit that the scale is of, and what one of it is in the unit."""
    one = 100.0 if prior.unit == "%" else 1.0
    low, likely, high = (x / one for x in prior.prior)
    return (low, likely, high), one


def _scores(prior: StatedParameter, values: F8) -> F8:
    """Return the scores at which a prior has these values, cut at +-4.

    The inverse of `talion.model.quantity.quantile_draws`.
    """
    quantiles, one = _as_told(prior)
    ends = quantile_draws(quantiles, np.array([-WIDEST, WIDEST]), prior.scale)
    x = np.clip(values / one, ends[0], ends[1])
    low, likely, high = quantile_draws(
        quantiles, np.array([-1.0, 0.0, 1.0]), prior.scale
    )  # steps of one score on either side
    middle = _on_scale(likely, prior.scale)
    down, up = middle - _on_scale(low, prior.scale), _on_scale(high, prior.scale) - middle
    away = _on_scale(x, prior.scale) - middle
    step = np.where(away < 0, down, up)
    found = np.divide(away, step, out=np.zeros_like(away), where=step > 0)
    return np.asarray(np.clip(found, -WIDEST, WIDEST))


def _on_scale(x: F8, scale: Scale) -> F8:
    if scale == "log":
        return np.asarray(np.log(x))
    return np.asarray(np.log(x) - np.log1p(-x)) if scale == "logit" else x


def prior_distribution(prior: StatedParameter) -> Any:
    """Return a prior as a frozen SciPy distribution in the units of the case, cut at +-4 scores.

    >>> from talion.model.case import load_case
    >>> usual = stated(load_case("starter"), "no_view")["usual/raid"]
    >>> prior_distribution(usual).ppf([0.1, 0.5, 0.9]).round(3).tolist()
    [4.0, 5.0, 6.5]
    """
    low, _, high = prior.prior
    if not low < high:
        message = "a fixed number has no distribution"
        raise InputError(message, place=prior.name, value=prior.prior)
    return _distribution(prior)()


def _distribution(prior: StatedParameter) -> rv_continuous:
    from scipy.special import ndtr, ndtri
    from scipy.stats import rv_continuous

    quantiles, one = _as_told(prior)
    least, whole = float(ndtr(-WIDEST)), float(ndtr(WIDEST) - ndtr(-WIDEST))

    class TwoPieceNormal(rv_continuous):  # type: ignore[misc]
        """A two-piece normal on the prior's scale; SciPy asks for a class."""

        def _ppf(self, q: F8) -> F8:
            score = np.clip(ndtri(least + np.asarray(q) * whole), -WIDEST, WIDEST)
            return one * quantile_draws(quantiles, score, prior.scale)

        def _cdf(self, x: F8) -> F8:
            return np.asarray((ndtr(_scores(prior, np.asarray(x))) - least) / whole)

    ends = one * quantile_draws(quantiles, np.array([-WIDEST, WIDEST]), prior.scale)
    return TwoPieceNormal(a=float(ends[0]), b=float(ends[1]), name="two_piece_normal")
