"""What `talion fit --power N --placebos` adds to a fit, and how it is printed beside each link."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from talion.cli.lines import sentence
from talion.cli.progress import Progress
from talion.errors import OutputError

if TYPE_CHECKING:
    from talion.fit.case.lookup import FoundFit
    from talion.fit.case.result import CaseFit
    from talion.fit.case.selection import LinkPlacebo
    from talion.model.case import Case

__all__ = ["selection_lines", "study_lines", "with_studies"]

SURE = 0.8  # share of draws that must agree, as for the labels


def with_studies(found: FoundFit, case: Case, *, power: int | None, placebos: bool) -> FoundFit:
    """Return the fit with the studies asked for, kept in its own file where it has one.

    A study that the fit holds already is not made again, nor are parts of one that was stopped.

    Args:
        found: the fit.
        case: of it.
        power: simulated records; None for no such study.
        placebos: whether placebos and confounding are wanted.

    Raises:
        TalionError: nothing could be computed.
    """
    fit = found.fit
    has_power = fit.power is not None and fit.power.replicates + fit.power.failed == power
    if power is not None and not has_power:
        from talion.judge.power import power_of

        with Progress("simulated records fitted") as progress:
            study = power_of(case, fit, replicates=power, seed=fit.seed, progress=progress)
        fit = replace(fit, power=study)
    if placebos and fit.placebos is None:
        from talion.fit.case.placebo import placebo_fits

        with Progress("placebos fitted") as progress:
            displaced = placebo_fits(case, fit, seed=fit.seed, progress=progress)
        fit = replace(fit, placebos=displaced)
    if placebos and fit.confounding is None:
        from talion.fit.case.confounding import confounding_fits

        with Progress("confounding fitted") as progress:
            tied = confounding_fits(case, fit, seed=fit.seed, progress=progress)
        fit = replace(fit, confounding=tied)
    return found if fit is found.fit else _kept(found, fit)


def _kept(found: FoundFit, fit: CaseFit) -> FoundFit:
    from talion.fit.case.store import quantised, write_fit

    if found.path is None:
        return replace(found, fit=quantised(fit))
    try:
        return replace(found, fit=write_fit(found.path, fit))
    except OutputError as error:
        note = f"the studies could not be kept with the fit: {error}"
        return replace(found, fit=quantised(fit), notes=(*found.notes, note))


def selection_lines(fit: CaseFit, arrow: str) -> Iterator[str]:
    """Yield what was found of one arrow by the studies of a fit."""
    if fit.power is not None and (known := fit.power.of(arrow)) is not None:
        yield from sentence(
            f"power: {known.power_raises} if it raises, {known.power_lowers} if it lowers; wrong "
            f"side {known.wrong}; the 80 % interval covers {known.coverage}; shown without any "
            f"effect {known.false}. By these, {known.sentence}."
        )
    if fit.placebos is not None:
        own = [p for p in fit.placebos.links if p.arrow == arrow]
        if own:
            yield from sentence(f"placebos: {'; '.join(map(_placebo, own))}.")
    if fit.confounding is not None:
        for tied in (c for c in fit.confounding.links if c.arrow == arrow):
            yield from sentence(
                f"without {tied.latent} {_side(tied.without)}; with it {_side(tied.main)}; "
                f"{tied.sentence}."
            )


def study_lines(fit: CaseFit) -> Iterator[str]:
    """Yield how the studies were made, and the placebos that belong to no link of the case."""
    if fit.power is not None:
        p = fit.power
        left = f", {p.failed} left out (over {p.event_cap} events, or no fit)" if p.failed else ""
        yield from sentence(
            f"Power: {p.replicates} simulated records{left}, {p.null} of them with no link; seed "
            f"{p.seed}, {p.chains} chains of {p.sweeps} sweeps; {p.method}."
        )
    if fit.placebos is not None:
        yield from sentence(
            f"Placebos: {fit.placebos.method}. A side is sure where four draws in five agree on it."
        )
        for placebo in (p for p in fit.placebos.links if p.kind == "foreign"):
            yield from sentence(f"{placebo.arrow}: {_placebo(placebo)}")
        for note in fit.placebos.notes:
            yield from sentence(f"No type it cannot act on: {note}")
    if fit.confounding is not None:
        yield from sentence(f"Confounding: {fit.confounding.method}.")


def _placebo(placebo: LinkPlacebo) -> str:
    sides = Counter(_side(surely, share=False) for surely in placebo.raises)
    if len(placebo.raises) == 1:
        found = _side(placebo.raises[0])
    else:
        said = [f"{side} in {n}" for side, n in sorted(sides.items())]
        found = f"{', '.join(said)} of {len(placebo.raises)}"
    what = {
        "lead": f"{placebo.source} {placebo.days} days earlier",
        "shuffled": f"{placebo.source} at random days",
        "foreign": "where no path leads",
    }[placebo.kind]
    main = "" if math.isnan(placebo.main) else f" (in the fit {_side(placebo.main)})"
    return f"{what}, {found}{main}"


def _side(surely: float, *, share: bool = True) -> str:
    """The side on which four draws in five agree, and in how many; see `talion.fit.case.signs.raises`."""
    if surely >= SURE:
        return f"raises in {100 * surely:.0f} %" if share else "raises"
    if surely <= 1 - SURE:
        return f"lowers in {100 * (1 - surely):.0f} %" if share else "lowers"
    return "no sure side"
