"""Factors and the links to and from them as numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.model.arrows import Arrow, link_strength
from talion.model.classes import SourceClass, matching
from talion.model.quantity import Scale
from talion.model.reading import Reading, arrow_sign
from talion.model.sampling import Sampler
from talion.model.schema import CaseDocument, Factor

__all__ = [
    "FactorLink",
    "FactorNumbers",
    "factor_links",
    "factor_numbers",
    "factor_range",
    "settle_rests",
    "state_on",
]

F8 = NDArray[np.float64]
POINTS_PER_TIMES = 50.0  # `times` on a level is per this many points


@dataclass(frozen=True)
class FactorLink:
    """One entry of a sparse table: which row it belongs to, what it reads, its value in each draw."""

    row: int
    column: int
    link: int
    value: F8


@dataclass
class FactorNumbers:
    """Factors of one set of draws, each array (draws, factors)."""

    doses: dict[tuple[str, str], F8]
    reference: F8
    rest: F8
    pull: F8
    noise: F8
    latent_sd: F8


def state_on(factor: Factor, day: dt.date) -> str:
    """Return the state of a switch on a day: its last dated value, else where it always stands."""
    dated = [value for when, value in sorted(factor.values.items()) if when <= day]
    if dated:
        return dated[-1]
    if isinstance(factor.then, str):
        return factor.then
    # Before the first dated value a switch stands in its last listed state, by convention "none".
    return list(factor.states or {})[-1]


def factor_range(factor: Factor) -> tuple[float, float]:
    """Return the lowest and highest value that a factor may take."""
    if factor.kind == "latent":
        return (-50.0, 50.0)
    if factor.is_switch:
        doses = [p for prior in (factor.states or {}).values() for p in prior]
        return (min(doses) - 1.0, max(doses) + 1.0)
    return (float(factor.range[0]), float(factor.range[1]))


def factor_numbers(case: CaseDocument, sampler: Sampler) -> FactorNumbers:
    """Return doses of switches, rests, pulls and noise of levels.

    A level's daily pull is 1 - 2^(-1/h). Its weekly noise has the sd that gives the stated
    stationary sd: s sqrt(1 - phi^2), phi = (1 - pull)^7.
    """
    shape = (sampler.draws, len(case.factors))
    out = FactorNumbers({}, *(np.zeros(shape) for _ in range(5)))
    for i, (name, factor) in enumerate(case.factors.items()):
        if factor.is_switch:
            for state, dose in (factor.states or {}).items():
                out.doses[name, state] = sampler.draw(f"dose/{name}/{state}", dose)
            out.reference[:, i] = out.rest[:, i] = out.doses[name, state_on(factor, case.as_of)]
            continue
        half_life = sampler.draw(f"half-life/{name}", factor.half_life, "log")
        out.pull[:, i] = 1 - 2.0 ** (-1 / half_life)
        keep = (1 - out.pull[:, i]) ** 7
        if factor.kind == "latent":
            sd = sampler.draw(f"sd/{name}", factor.sd or (1.0, 1.0, 1.0), "log")
            out.latent_sd[:, i] = sd
        else:
            sd = np.maximum(sampler.draw(f"noise/{name}", factor.noise), 0.0)
            rest = sampler.draw(f"rest/{name}", factor.rest or (0.0, 0.0, 0.0))
            out.rest[:, i] = out.reference[:, i] = np.clip(rest, *factor.range)
        out.noise[:, i] = sd * np.sqrt(1 - keep**2)
    return out


def settle_rests(
    tables: dict[str, list[FactorLink]],
    numbers: FactorNumbers,
    usual_by_class: F8,
) -> None:
    """Lower each rest by what usual events add, so that a level stands where the case says.

    `rest` in a case is where a level stands in usual times; usual events of rate r and jump J hold
    it r J / pull above the rest it would have without them.
    """
    for entry in tables["jump"]:
        inflow = usual_by_class[:, entry.row] * entry.value
        numbers.rest[:, entry.column] -= inflow / np.maximum(numbers.pull[:, entry.column], 1e-9)


def factor_links(
    case: CaseDocument,
    arrows: Sequence[Arrow],
    classes: Sequence[SourceClass],
    reading: Reading,
    sampler: Sampler,
    numbers: FactorNumbers,
    strength: float = 1.0,
) -> dict[str, list[FactorLink]]:
    """Return the sparse entries of every arrow that begins or ends at a factor.

    `strength` multiplies points, points per 100 and logarithms of multipliers.

    Keys: `rate` (row type, column factor), `mix` (row class, column factor), `jump` (row class,
    column factor), `input` (row target factor, column source factor), `listing` (row type, column
    factor).
    """
    tables: dict[str, list[FactorLink]] = {
        k: [] for k in ("rate", "mix", "jump", "input", "listing")
    }
    links, types, factors = list(case.links), list(case.events), list(case.factors)
    for arrow in arrows:
        if arrow.kind == "event-event":
            continue
        link = case.links[arrow.link]
        form, prior = link_strength(link, arrow.kind, case.word_strengths)
        if link.origin not in reading.origins:
            continue
        sign = arrow_sign(reading, link, arrow, sampler)
        number = links.index(arrow.link)

        def add(table: str, row: int, column: int, value: F8, number: int = number) -> None:
            tables[table].append(FactorLink(row, column, number, value))

        if arrow.kind == "event-factor":
            jump = sign * strength * _magnitude(sampler, arrow.name, form, prior)
            _add_jumps(add, case, arrow, classes, sampler, factors.index(arrow.effect), jump)
        elif arrow.kind == "factor-factor":
            source = case.factors[arrow.cause]
            per = 1.0 if source.is_switch else 100.0
            coefficient = sign * strength * _magnitude(sampler, arrow.name, form, prior) / per
            add("input", factors.index(arrow.effect), factors.index(arrow.cause), coefficient)
        else:
            gamma = sign * strength * _log_times(case, arrow, sampler, prior, numbers)
            column = factors.index(arrow.cause)
            if arrow.kind == "factor-listing":
                add("listing", types.index(arrow.effect), column, gamma)
            elif arrow.kind == "factor-mark":
                for c in matching(classes, arrow.effect, dict(arrow.effect_marks)):
                    add("mix", c, column, gamma)
            else:
                add("rate", types.index(arrow.effect), column, gamma)
    for table in tables.values():
        table.sort(key=lambda entry: entry.row)
    return tables


def _add_jumps(
    add: Callable[[str, int, int, F8], None],
    case: CaseDocument,
    arrow: Arrow,
    classes: Sequence[SourceClass],
    sampler: Sampler,
    column: int,
    jump: F8,
) -> None:
    link = case.links[arrow.link]
    more = link.more_when
    strong = set(matching(classes, arrow.cause, more.marks)) if more else set()
    times = (
        sampler.draw(f"{arrow.name}/more", more.times, "log") if more else np.ones(sampler.draws)
    )
    for c in matching(classes, arrow.cause, dict(arrow.cause_marks)):
        add("jump", c, column, jump * times if c in strong else jump)


def _magnitude(sampler: Sampler, name: str, form: str, prior: tuple[float, float, float]) -> F8:
    scale: Scale = "log" if prior[0] > 0 else "linear"
    return np.maximum(sampler.draw(f"{name}/{form}", prior, scale), 0.0)


def _log_times(
    case: CaseDocument,
    arrow: Arrow,
    sampler: Sampler,
    prior: tuple[float, float, float],
    numbers: FactorNumbers,
) -> F8:
    """Return log multiplier per unit of the factor: a full dose, a point, or a unit of latent."""
    log_times = np.log(sampler.draw(f"{arrow.name}/times", prior, "log"))
    factor = case.factors[arrow.cause]
    if factor.kind == "latent":
        return np.asarray(log_times / numbers.latent_sd[:, list(case.factors).index(arrow.cause)])
    if factor.is_switch:
        return np.asarray(log_times)
    return np.asarray(log_times / (case.links[arrow.link].per or POINTS_PER_TIMES))
