"""Placebo fits: causes at days on which they cannot have acted, and a type they cannot act on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from talion.errors import InputError
from talion.fit.case.options import Options
from talion.fit.case.partial import Partial, partial_of
from talion.fit.case.recorded import Window
from talion.fit.case.result import CaseFit
from talion.fit.case.sampler import THIN, sample_reading
from talion.fit.case.selection import LinkPlacebo, PlaceboStudy
from talion.fit.case.signs import judged_arrows, raises
from talion.fit.case.specification import problem_of
from talion.model.arrows import Arrow, parse_arrow
from talion.model.case import Case, day_number
from talion.model.history import rows_of
from talion.model.schema import Link

__all__ = ["FEWEST_ROWS", "foreign_type", "placebo_fits", "recorded_rows"]

FEWEST_ROWS = 5
"""Rows in the window that a type needs to be displaced."""
FOREIGN = "placebo"
METHOD = (
    "rows of a cause moved earlier (what follows them cannot be its effect), put at uniform random "
    "days, and its rows as they are with a link to a type to which no path leads; totals, absences "
    "and coded order of a displaced type are left out."
)


@dataclass(frozen=True)
class _Fit:
    """One placebo fit: a name under which it is kept, the case, options, and arrows to look at."""

    name: str
    case: Case
    options: Options
    arrows: tuple[str, ...]


def recorded_rows(case: Case, name: str) -> int:
    """Return the number of recorded rows of a type in the window of a fit."""
    window = Window.of(case)
    return sum(
        day_number(row.start) < window.end and day_number(row.end) >= window.start
        for row in rows_of(case.events[name], case.record)
    )


def foreign_type(case: Case, source: str) -> str | None:
    """Return the type on which a source cannot act, or None.

    Of the types with at least `FEWEST_ROWS` rows in the window to which no path of arrows leads
    from the source, through types or factors, the one with the most rows; the first of equals.
    """
    reached, grown = {source}, True
    while grown:
        more = {a.effect for a in case.arrows if a.cause in reached} - reached
        reached |= more
        grown = bool(more)
    free = {n: recorded_rows(case, n) for n in case.events if n not in reached}
    best = max(free, key=lambda name: free[name], default=None)
    return best if best is not None and free[best] >= FEWEST_ROWS else None


def placebo_fits(
    case: Case,
    fit: CaseFit,
    *,
    seed: int,
    lead: int = 14,
    shuffles: int = 5,
    chains: int = 2,
    sweeps: int = 400,
    burn: int = 200,
    cores: int = 2,
    progress: Callable[[float, float], None] | None = None,
    keep_partial: bool = True,
) -> PlaceboStudy:
    """Fit a case with each cause displaced, and report what its arrows then seem to do.

    A cause is an event type with at least `FEWEST_ROWS` rows in the window and an arrow to another
    type whose sign the record can inform.

    Args:
        case: with its record.
        fit: its fit, to compare with.
        seed: of all fits and of the random days.
        lead: days by which rows are moved earlier.
        shuffles: fits with rows at random days.
        chains, sweeps, burn: of each fit.
        cores: threads.
        progress: called with (fits done, of).
        keep_partial: keep each fit's chances in the user's cache, and take from there what is done.

    Raises:
        InputError: `lead` or `shuffles` is not positive.
        FitError: the record cannot be had under the model.
    """
    if lead < 1 or shuffles < 1:
        raise InputError("a lead of a day and one shuffle at least", value=(lead, shuffles))
    arrows = [
        a
        for a in judged_arrows(problem_of(case))
        if a.kind == "event-event" and a.cause != a.effect
    ]
    sources = [n for n in case.events if any(a.cause == n for a in arrows)]
    sources = [n for n in sources if recorded_rows(case, n) >= FEWEST_ROWS]
    plan, notes = _plan(case, arrows, sources, lead, shuffles, seed)
    settings = {"seed": seed, "chains": chains, "sweeps": sweeps, "burn": burn, "lead": lead}
    kept = partial_of(fit, "placebos", settings) if keep_partial else Partial(None)
    found: dict[str, dict[str, float]] = {}
    for number, part in enumerate(plan):
        result = kept.get(part.name)
        if result is None:
            sampled = sample_reading(
                problem_of(part.case, part.options),
                seed=seed + 104729 * (number + 1),
                chains=chains,
                sweeps=sweeps,
                burn=burn,
                keep=chains * (sweeps // THIN),
                cores=cores,
            )
            result = {name: raises(sampled, name) for name in part.arrows}
            kept.put(part.name, result)
        found[part.name] = result
        if progress is not None:
            progress(number + 1, len(plan))
    links = [
        *_displaced_links(fit, arrows, sources, found, lead, shuffles),
        *_foreign_links(sources, found),
    ]
    return PlaceboStudy(seed, chains, sweeps, tuple(notes), METHOD, tuple(links))


def _plan(
    case: Case, arrows: list[Arrow], sources: list[str], lead: int, shuffles: int, seed: int
) -> tuple[list[_Fit], list[str]]:
    plan: list[_Fit] = []
    notes: list[str] = []
    for source in sources:
        own = tuple(a.name for a in arrows if a.cause == source)
        plan.append(_Fit(f"{source}-lead", case, Options(moved=(source, -lead)), own))
        for i in range(shuffles):
            days = int(np.random.SeedSequence([seed, i]).generate_state(1)[0])
            shuffled = Options(shuffled=(source, days))
            plan.append(_Fit(f"{source}-shuffled-{i}", case, shuffled, own))
        effect = foreign_type(case, source)
        if effect is None:
            notes.append(f"{source}: every type with {FEWEST_ROWS} rows can be reached from it")
            continue
        linked, arrow = _with_foreign_link(case, source, effect)
        plan.append(_Fit(f"{source}-foreign-{effect}", linked, Options(), (arrow.name,)))
    return plan, notes


def _with_foreign_link(case: Case, source: str, effect: str) -> tuple[Case, Arrow]:
    """Return the case with one more link, of moderate strength and free sign."""
    stated: dict[str, Any] = {
        "says": f"{source} raises {effect}", "strength": "moderate", "origin": "analyst",
        "because": "a placebo: no path leads there",
    }  # fmt: skip
    links = {**case.links, FOREIGN: Link.model_validate(stated)}
    document = case.document.model_copy(update={"links": links})
    arrow = parse_arrow(document, FOREIGN, stated["says"])
    return replace(case, document=document, arrows=(*case.arrows, arrow)), arrow


def _displaced_links(
    fit: CaseFit,
    arrows: list[Arrow],
    sources: list[str],
    found: dict[str, dict[str, float]],
    lead: int,
    shuffles: int,
) -> list[LinkPlacebo]:
    out = []
    for arrow in arrows:
        if arrow.cause not in sources:
            continue
        main, source = raises(fit.main, arrow.name), arrow.cause
        led = (found[f"{source}-lead"][arrow.name],)
        mixed = tuple(found[f"{source}-shuffled-{i}"][arrow.name] for i in range(shuffles))
        out.append(LinkPlacebo(arrow.link, arrow.name, "lead", source, lead, led, main))
        out.append(LinkPlacebo(arrow.link, arrow.name, "shuffled", source, 0, mixed, main))
    return out


def _foreign_links(sources: list[str], found: dict[str, dict[str, float]]) -> list[LinkPlacebo]:
    return [
        LinkPlacebo(FOREIGN, name, "foreign", source, 0, (chance,), math.nan)
        for source in sources
        for key, result in found.items()
        if key.startswith(f"{source}-foreign-")
        for name, chance in result.items()
    ]
