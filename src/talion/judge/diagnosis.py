"""The diagnosis of a fit: everything that one should know before believing it, in one object."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from talion.errors import FitError
from talion.fit.case.residuals import CaseResidual, case_residuals
from talion.fit.case.result import CaseFit, FittedReading, Gate
from talion.fit.case.stated import LinkChange, link_changes
from talion.judge.feedback import Stability, stability
from talion.judge.imputed import ImputedWeeks, SideBySide, imputed_weeks, sides
from talion.judge.predictive import Predictive, posterior_predictive
from talion.model.case import Case
from talion.model.compile import compile_model, past_levels

__all__ = ["ArrowEffects", "Diagnosis", "VariantEffect", "diagnose_case"]

WORST = 5  # quantities named for their convergence


@dataclass(frozen=True)
class VariantEffect:
    """An arrow's effect under one way to fit.

    Attributes:
        median: below zero (1, for times) if it lowers.
        low, high: 1-in-10 and 9-in-10.
        raises: chance that it raises; 0 or 1 where the reading fixes the sign.
    """

    median: float
    low: float
    high: float
    raises: float


@dataclass(frozen=True)
class ArrowEffects:
    """An arrow that the record can inform, under every way to fit.

    Attributes:
        link, arrow: ids.
        says: in words.
        unit: of the effects.
        before: without the record.
        by_variant: `main` and the variants in which the arrow acts.
    """

    link: str
    arrow: str
    says: str
    unit: str
    before: VariantEffect
    by_variant: Mapping[str, VariantEffect]


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Whether the chains agree, the process fits, and what the record cannot say.

    Attributes:
        case, title: of the case.
        as_of: nothing published later was used.
        start, end: first day of the window, and the day after its last.
        seed: of the checks; that of the fit unless given.
        version, method: of the fit.
        chains, sweeps, kept: of the sampler.
        tested: draws that residuals and new histories were made of.
        verdict: empty if the chains agree in every variant, else what does not.
        gates: how many quantities were looked at in the main reading.
        worst: those with the largest R-hat, worst first.
        residuals: by event type.
        predictive: histories simulated anew.
        stability: spectral radii.
        sides: dated rows only, totals only and both; empty if the fit lacks these variants.
        effects: of the arrows that the record can inform, by variant.
        silent: links that the record cannot inform: they keep what was supposed of them.
        imputed: listed and unlisted events by week.
    """

    case: str
    title: str
    as_of: dt.date
    start: dt.date
    end: dt.date
    seed: int
    version: str
    method: str
    chains: int
    sweeps: int
    kept: int
    tested: int
    verdict: str
    gates: int
    worst: tuple[Gate, ...]
    residuals: tuple[CaseResidual, ...]
    predictive: Predictive
    stability: Stability
    sides: tuple[SideBySide, ...]
    effects: tuple[ArrowEffects, ...]
    silent: tuple[str, ...]
    imputed: tuple[ImputedWeeks, ...]

    def to_json(self) -> str:
        """Return everything as JSON; numbers that do not exist are null, infinite ones "inf"."""
        return json.dumps(_plain(self), indent=1, allow_nan=False, ensure_ascii=False)


def diagnose_case(
    case: Case,
    fit: CaseFit,
    *,
    draws: int = 100,
    histories: int = 2,
    seed: int | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Diagnosis:
    """Look at a fit from every side.

    Args:
        case: as it was fitted.
        fit: of it.
        draws: of the main reading, at most so many, for residuals and new histories.
        histories: new histories of each.
        seed: of what is drawn here; the fit's own by default.
        progress: called with (done, of).

    Raises:
        FitError: the fit is of another case or record.
    """
    why = fit.mismatch(case)
    if why:
        raise FitError(f"no fit of this case: {why}", value=case.name, remedy="fit it again")
    own, given = fit.seed if seed is None else seed, fit.main.draws
    number = min(draws, given.draws)

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, 3)

    tell(0)
    residuals = case_residuals(case, given, seed=own, draws=number)
    tell(1)
    predictive = posterior_predictive(case, fit.main, seed=own, draws=number, histories=histories)
    tell(2)
    model = compile_model(
        case, given.reading, draws=number, seed=own, worlds=("baseline",), given=given
    )
    levels = past_levels(case, given.reading, given, number, own)
    epoch = dt.date(1970, 1, 1)
    found = Diagnosis(
        case=case.name,
        title=case.title,
        as_of=fit.as_of,
        start=epoch + dt.timedelta(days=fit.start),
        end=epoch + dt.timedelta(days=fit.end),
        seed=own,
        version=fit.version,
        method=fit.method,
        chains=fit.chains,
        sweeps=fit.sweeps,
        kept=fit.kept,
        tested=number,
        verdict=fit.verdict,
        gates=len(fit.main.convergence),
        worst=_worst(fit.main),
        residuals=residuals,
        predictive=predictive,
        stability=stability(case, model, levels),
        sides=sides(case, fit),
        effects=_effects(case, fit),
        silent=tuple(link for link in case.links if link not in fit.main.informed),
        imputed=imputed_weeks(case, given.past),
    )
    tell(3)
    return found


def _worst(fitted: FittedReading) -> tuple[Gate, ...]:
    """The worst by R-hat, then by effective size; what has none comes first."""

    def key(gate: Gate) -> tuple[float, float]:
        r_hat = gate[1] if math.isfinite(gate[1]) else math.inf
        return -r_hat, min(gate[2], gate[3])

    return tuple(sorted(fitted.convergence, key=key)[:WORST])


def _effects(case: Case, fit: CaseFit) -> tuple[ArrowEffects, ...]:
    found = {name: link_changes(fitted, case) for name, fitted in fit.readings()}
    by_arrow = {name: {c.arrow: c for c in changes} for name, changes in found.items()}
    return tuple(
        ArrowEffects(
            link=change.link,
            arrow=change.arrow,
            says=change.says,
            unit=change.unit,
            before=_effect(change, before=True),
            by_variant={
                name: _effect(changes[change.arrow])
                for name, changes in by_arrow.items()
                if change.arrow in changes
            },
        )
        for change in found["main"]
        if change.informed
    )


def _effect(change: LinkChange, *, before: bool = False) -> VariantEffect:
    span = change.before if before else change.after
    return VariantEffect(span.likely, span.low, span.high, span.raises)


def _plain(value: Any) -> Any:
    """Turn dataclasses, arrays and dates into what JSON holds."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(found) for key, found in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(found) for found in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
