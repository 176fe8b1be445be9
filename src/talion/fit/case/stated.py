"""Parameters and links in the units in which the case states them, before and after the record.

A posterior is kept as standard normal scores z; the value is x = quantile(prior, z), as in
`talion.model.quantity`, so that z = 0 is the stated likely value and 1.28 the stated high one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.result import FittedReading
from talion.model.arrows import Arrow, link_strength
from talion.model.case import Case
from talion.model.classes import classes_of
from talion.model.compile_decisions import decision_numbers
from talion.model.compile_events import LARGEST_SHARE, class_weights, event_links, usual_rates
from talion.model.compile_factors import FactorNumbers, factor_links, factor_numbers
from talion.model.echo import consequences
from talion.model.quantity import Scale, quantile_draws
from talion.model.reading import READINGS, Reading, arrow_sign
from talion.model.sampling import Sampler
from talion.model.schema import AfterState

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "LinkChange",
    "Span",
    "StatedParameter",
    "link_changes",
    "parameter_frame",
    "stated",
    "stated_throughout",
]

F8 = NDArray[np.float64]
Triple = tuple[float, float, float]
_LOW, _HIGH = 0.1, 0.9
_FORMS = ("share", "extra", "points", "per_100", "times")  # of a link's strength
_ALWAYS = 100.0  # per cent: a rule that needs no chance
_GRID = 4096  # points at which the prior of a link that may work either way is taken


@dataclass(frozen=True)
class StatedParameter:
    """A parameter as the case states it.

    Attributes:
        name: as in a posterior.
        prior: low, likely, high, in `unit`.
        scale: on which the prior is a two-piece normal.
        unit: in words.
        link: id of the link whose strength it is; None for others.
        is_strength: the strength itself, not how much more some causes count.
    """

    name: str
    prior: Triple
    scale: Scale
    unit: str
    link: str | None = None
    is_strength: bool = False

    def values(self, scores: F8, strength: float = 1.0) -> F8:
        """Return scores, shape (N,), as values in `unit`.

        Args:
            scores: standard normal under the prior.
            strength: by which strengths of links are multiplied, as in `compile_model`: shares up
                to 95 %, `times` in the logarithm.
        """
        if self.unit == "%":
            low, likely, high = (p / 100 for p in self.prior)
            found = 100.0 * quantile_draws((low, likely, high), scores, self.scale)
        else:
            found = quantile_draws(self.prior, scores, self.scale)
        if not self.is_strength:
            return found
        if self.unit == "times":
            return np.asarray(found**strength)
        if self.unit == "%":
            return np.minimum(strength * found, np.maximum(found, 100 * LARGEST_SHARE))
        return np.asarray(strength * np.maximum(found, 0.0))


class _Listener(Sampler):
    """Hears which priors a compilation asks for, and answers with their likely values."""

    def __init__(self, arrows: tuple[Arrow, ...], units: dict[str, str]) -> None:
        super().__init__(0, 3)
        self.found: dict[str, StatedParameter] = {}
        self._arrows = {arrow.name: arrow for arrow in arrows}
        self._units = units

    def sign(self, name: str) -> F8:  # noqa: ARG002 - the same for every arrow
        """Return all three, so that no part of a link is left out."""
        return np.array([1.0, -1.0, 0.0])

    def draw(self, name: str, prior: Triple, scale: Scale = "linear") -> F8:
        """Note the prior and return its likely value."""
        if name not in self.found:  # `percent` has noted it in its own unit
            unit = self._units.get(name) or _unit(name)
            self.found[name] = self._heard(name, prior, scale, unit)
        return np.full(self.draws, prior[1])

    def percent(self, name: str, prior: Triple) -> F8:
        """Note the prior, in per cent, and return its likely value."""
        self.found[name] = self._heard(name, prior, "logit", "%")
        return super().percent(name, prior)

    def _heard(self, name: str, prior: Triple, scale: Scale, unit: str) -> StatedParameter:
        arrow, _, form = name.rpartition("/")
        if arrow not in self._arrows:
            return StatedParameter(name, prior, scale, unit)
        link = self._arrows[arrow].link
        return StatedParameter(name, prior, scale, unit, link, form in _FORMS)


def _unit(name: str) -> str:
    kinds = {"usual": "events a month", "half-life": "days", "sd": "log rate"}
    kinds |= {"lag": "days", "after": "days"}
    forms = {"more": "times", "times": "times", "per_100": "points per 100", "lasts": "days"}
    first, _, rest = name.partition("/")
    return kinds.get(first) or forms.get(rest.rpartition("/")[2], "points")


def stated(case: Case, reading: str) -> dict[str, StatedParameter]:
    """Return the parameters of a reading, by the names they have in a posterior.

    They are those of rates, marks, listing, factors and links; a link that the reading leaves out
    has none. Fixed numbers are among them, with three equal quantiles.

    Args:
        case: the case.
        reading: id, see `talion.model.reading.READINGS`.

    >>> from talion.model.case import load_case
    >>> stated(load_case("baghdad-2024"), "no_view")["usual/attack"].unit
    'events a month'
    """
    supposed = READINGS[reading]
    return _heard_by(_Listener(case.arrows, _units(case)), case, supposed)[0].found


def stated_throughout(case: Case, reading: str) -> dict[str, StatedParameter]:
    """Return `stated` with the parameters that no fit informs: of decisions and of turned switches.

    Args:
        case: the case.
        reading: id, see `talion.model.reading.READINGS`.

    >>> from talion.model.case import load_case
    >>> case = load_case("baghdad-2024")
    >>> stated_throughout(case, "no_view")["lag/mission_end"].unit
    'days'
    """
    document, supposed = case.document, READINGS[reading]
    sampler, numbers = _heard_by(_Listener(case.arrows, _units(case)), case, supposed)
    decision_numbers(document, classes_of(document), supposed, sampler, numbers, tabled=False)
    for name, factor in document.factors.items():
        if isinstance(factor.then, AfterState):
            sampler.draw(f"after/{name}", factor.then.after, "log")
        for i, rule in enumerate(factor.set_by):
            if rule.chance[0] != _ALWAYS:
                sampler.percent(f"set/{name}/{i}/chance", rule.chance)
            if rule.lasts:
                sampler.draw(f"set/{name}/{i}/lasts", rule.lasts, "log")
    return sampler.found


def _heard_by(sampler: _Listener, case: Case, supposed: Reading) -> tuple[_Listener, FactorNumbers]:
    """Let a listener hear the priors of rates, marks, factors, links and listing."""
    document, classes = case.document, classes_of(case.document)
    usual, weights = usual_rates(document, sampler), class_weights(document, classes, sampler)
    numbers = factor_numbers(document, sampler)
    event_links(document, case.arrows, classes, supposed, sampler, usual, weights)
    factor_links(document, case.arrows, classes, supposed, sampler, numbers)
    for name, event in document.events.items():
        if event.listing is not None:
            sampler.percent(f"listing/{name}", event.listing.share)
    return sampler, numbers


def _units(case: Case) -> dict[str, str]:
    """Return the units that depend on the case, by name of parameter."""
    found: dict[str, str] = {}
    for name, factor in case.factors.items():
        found |= {f"{kind}/{name}": factor.unit for kind in ("rest", "noise")}
        found |= {f"dose/{name}/{state}": "of the full state" for state in factor.states or {}}
    for arrow in case.arrows:
        if arrow.kind == "event-factor":
            found[f"{arrow.name}/points"] = case.factors[arrow.effect].unit
        if arrow.kind == "factor-factor" and case.factors[arrow.cause].is_switch:
            found[f"{arrow.name}/per_100"] = "points in the full state"
        within = case.links[arrow.link].within
        if within is not None:
            found[f"{arrow.name}/extra"] = f"events in {within} days"
    return found


# --- parameters -----------------------------------------------------------------------------------


def parameter_frame(fitted: FittedReading, case: Case | None = None) -> pl.DataFrame:
    """Return a row for each parameter of a posterior; see `CaseFit.frame`."""
    import polars as pl

    draws = fitted.draws
    known = stated(case, draws.reading) if case is not None else {}
    gates = {name: gate for name, *gate in fitted.convergence}
    rows = []
    for name, scores in draws.scores.items():
        parameter = known.get(name) or StatedParameter(name, _score_prior(), "linear", "score")
        arrow = name.rpartition("/")[0]
        signs = draws.signs.get(arrow)
        gate = gates.get(name, (None, None, None))
        after = _quantiles(parameter.values(scores, draws.strength))
        before = tuple(parameter.values(np.array(_score_prior()), draws.strength).tolist())
        link = name.split("/")[0] if ">" in name else None  # only arrows have one in their name
        raises = None if signs is None else float((signs > 0).mean())
        rows.append((name, link, parameter.unit, *after, *before, raises, *gate))
    numbers = ("low", "median", "high", "prior_low", "prior_median", "prior_high", "raises")
    columns = ("name", "link", "unit", *numbers, "r_hat", "ess_bulk", "ess_tail")
    text = {"name", "link", "unit"}
    schema = {name: pl.String if name in text else pl.Float64 for name in columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _score_prior() -> Triple:
    from scipy.special import ndtri

    return float(ndtri(_LOW)), 0.0, float(ndtri(_HIGH))


def _quantiles(values: F8) -> Triple:
    low, likely, high = np.quantile(values, (_LOW, 0.5, _HIGH)).tolist()
    return low, likely, high


# --- links ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """The effect of an arrow: 1-in-10, middle and 9-in-10, below zero (1, for times) if it lowers.

    Attributes:
        low, likely, high: in the unit of the link.
        raises, lowers: chances that it does; what is left of 1 is the chance that it does nothing.
            0 or 1 where the reading fixes the sign.
    """

    low: float
    likely: float
    high: float
    raises: float
    lowers: float


@dataclass(frozen=True)
class LinkChange:
    """An arrow of a link before and after the record.

    Attributes:
        link: id.
        arrow: its name.
        says: in words.
        unit: of the effect.
        before, after: its effect; equal where the posterior holds nothing on it.
        informed: the record's likelihood depends on it.
    """

    link: str
    arrow: str
    says: str
    unit: str
    before: Span
    after: Span
    informed: bool


def link_changes(fitted: FittedReading, case: Case) -> tuple[LinkChange, ...]:
    """Return every arrow that acts in the posterior's reading, in the order of the case file.

    The prior of an arrow that may work either way, or not at all, is the mixture of its strength with
    the three signs, taken on a fine grid of quantiles, so that no random number enters.
    """
    draws = fitted.draws
    known, reading = stated(case, draws.reading), READINGS[draws.reading]
    words = [found.says for found in consequences(case)]
    listener = _Listener(case.arrows, {})
    changes = []
    for arrow, says in zip(case.arrows, words, strict=True):
        link = case.links[arrow.link]
        form, _ = link_strength(link, arrow.kind, case.document.word_strengths)
        parameter = known.get(f"{arrow.name}/{form}")
        if parameter is None:  # the reading leaves it out
            continue
        either = set(arrow_sign(reading, link, arrow, listener).tolist())
        before = after = _prior_span(parameter, either, draws.strength)
        signs = draws.signs.get(arrow.name)
        if parameter.name in draws.scores and (signs is not None or len(either) == 1):
            fixed = np.full(fitted.size, either.pop()) if signs is None else signs
            size = parameter.values(draws.scores[parameter.name], draws.strength)
            after = _span(_signed(size, fixed, parameter.unit), fixed)
        informed = arrow.link in fitted.informed
        changes.append(
            LinkChange(arrow.link, arrow.name, says, parameter.unit, before, after, informed)
        )
    return tuple(changes)


def _signed(size: F8, signs: F8, unit: str) -> F8:
    return np.asarray(size**signs if unit == "times" else size * signs)


def _span(values: F8, signs: F8) -> Span:
    return Span(*_quantiles(values), float((signs > 0).mean()), float((signs < 0).mean()))


def _prior_span(parameter: StatedParameter, signs: set[float], strength: float) -> Span:
    from scipy.special import ndtri

    size = parameter.values(ndtri((np.arange(_GRID) + 0.5) / _GRID), strength)
    found = [(_signed(size, np.full(_GRID, s), parameter.unit), np.full(_GRID, s)) for s in signs]
    return _span(np.concatenate([v for v, _ in found]), np.concatenate([s for _, s in found]))
