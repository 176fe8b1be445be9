"""Every reading of a case, and every variant of a fit, simulated once and kept as measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.errors import Problems
from talion.judge.fitted import fitted_runs
from talion.judge.measures import plan_for
from talion.judge.parameters import DrawnReading
from talion.judge.readings import (
    AS_WRITTEN,
    NO_VIEW,
    WATCHED,
    histories_of,
    in_printed_order,
)
from talion.judge.stability import explosive_priors, prior_behind
from talion.judge.tests import Measured
from talion.model.case import Case
from talion.model.reading import NAMED

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit, FittedReading
    from talion.model.compiled import CompiledModel
    from talion.model.posterior import PosteriorDraws
    from talion.simulate.ensemble import Ensemble

__all__ = ["Progress", "Ready", "Simulated", "measured_from", "simulate_readings"]

_CAPPED_WORTH_SAYING = 0.01

Progress = Callable[[int, int], None]
Ready = Callable[[str, Measured, DrawnReading], None]


@dataclass(frozen=True)
class _Asked:
    """One ensemble to simulate: its name, the prior compiled, whose draws it is given."""

    name: str
    reading: str
    draws: int
    histories: int
    fitted: FittedReading | None = None
    is_variant: bool = False

    @property
    def given(self) -> PosteriorDraws | None:
        """The posterior draws it is given; None for the prior."""
        return None if self.fitted is None else self.fitted.draws


@dataclass(frozen=True)
class Simulated:
    """What was simulated: readings, and variants of the fit kept apart from them.

    `drawn` says where the draws of each reading come from.
    """

    ensembles: dict[str, Ensemble]
    measured: dict[str, Measured]
    drawn: dict[str, DrawnReading]
    varied: dict[str, Measured]
    fitted_draws: dict[str, int]
    warnings: tuple[str, ...]


def simulate_readings(
    case: Case,
    fit: CaseFit | None,
    sizes: Mapping[str, int],
    draws: int,
    histories: int,
    seed: int,
    workers: int | None,
    progress: Progress | None,
    ready: Ready | None = None,
) -> Simulated:
    """Simulate every reading and every variant of the fit.

    While one is simulated, the next is compiled.

    Args:
        case, fit, draws, histories, seed, workers, progress: as for `judge_case`.
        sizes: reading -> its draws.
        ready: called with each reading, not with variants, once it is simulated.
    """
    from talion.simulate.ensemble import simulate_ensemble

    asked = [_Asked(r, r, size, histories_of(r, histories)) for r, size in sizes.items()]
    for run in fitted_runs(fit, draws):
        reading, own = run.fitted.draws.reading, histories_of(run.name, histories)
        asked.append(_Asked(run.name, reading, run.draws, own, run.fitted, run.is_variant))
    drawn = AS_WRITTEN if AS_WRITTEN in sizes else next(iter(sizes))
    total = sum(one.draws * one.histories for one in asked)
    found = Simulated({}, {}, {}, {}, {r.name: r.draws for r in asked if r.fitted is not None}, ())
    done, warnings = 0, dict[str, None]()
    overdrawn: dict[tuple[str, bool], Mapping[str, float]] = {}
    for one, model in _compiled(case, asked, seed):
        shown = one.name == drawn and not one.is_variant
        watch = one.name in WATCHED and not one.is_variant
        plan = plan_for(case, outlook=shown, numbers=not one.is_variant, watch=watch)
        if one.name == NO_VIEW:
            Problems.raise_any(explosive_priors(case, model))
        step = _shifted(progress, done, total)
        made = simulate_ensemble(
            model, plan, histories=one.histories, workers=workers, progress=step
        )
        ensemble = replace(made, reading=one.name)
        done += one.draws * one.histories
        kept = found.varied if one.is_variant else found.measured
        kept[one.name] = measured_from(ensemble, model)
        if not one.is_variant:
            found.ensembles[one.name] = ensemble
            levels = {} if one.given is None else _levels_at(model, case.as_of_day)
            found.drawn[one.name] = DrawnReading(one.reading, one.draws, seed, one.given, levels)
            if ready is not None:
                ready(one.name, kept[one.name], found.drawn[one.name])
        overdrawn[one.name, one.is_variant] = model.overdrawn
        warnings |= dict.fromkeys(_capped_warnings(ensemble, model, is_variant=one.is_variant))
    order = in_printed_order(found.measured)
    return replace(
        found,
        ensembles={name: found.ensembles[name] for name in order},
        measured={name: found.measured[name] for name in order},
        warnings=(*_overdrawn_warnings(case, overdrawn), *warnings),
    )


def _compiled(
    case: Case, asked: Sequence[_Asked], seed: int
) -> Iterator[tuple[_Asked, CompiledModel]]:
    """Yield what is to be simulated with its model; the next is compiled meanwhile."""
    from talion.model.compile import compile_model

    def compiled(one: _Asked) -> CompiledModel:
        return compile_model(case, one.reading, draws=one.draws, seed=seed, given=one.given)

    with ThreadPoolExecutor(1, thread_name_prefix="talion-compile") as pool:
        coming = pool.submit(compiled, asked[0])
        for one, following in zip(asked, [*asked[1:], None], strict=True):
            model = coming.result()
            if following is not None:
                coming = pool.submit(compiled, following)
            yield one, model


def _levels_at(model: CompiledModel, day: int) -> dict[str, NDArray[np.float64]]:
    """Return factor -> where it stands in each draw as histories begin on a day, shape (draws,)."""
    starts = [start.z for start in model.starts if start.day == day]
    return {name: z[:, i] for z in starts for i, name in enumerate(model.factor_ids)}


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _of: progress(before + done, total)


def measured_from(ensemble: Ensemble, model: CompiledModel) -> Measured:
    """Return an ensemble's measures by what they are, with the usual rates of its series."""
    plan = ensemble.plan
    return Measured(
        {measure: i for i, measure in enumerate(plan.measures)},
        ensemble.values,
        {world: i for i, world in enumerate(ensemble.worlds)},
        ensemble.capped,
        _usual_rates(model, plan.series),
    )


def _usual_rates(
    model: CompiledModel, series: Mapping[str, tuple[int, ...]]
) -> dict[str, NDArray[np.float64]]:
    """Return series -> usual events per day of its classes, shape (draws,)."""
    by_class = model.usual[:, model.structure.class_type] * model.draws.class_weight
    return {name: by_class[:, list(classes)].sum(axis=1) for name, classes in series.items()}


def _called(name: str, *, is_variant: bool) -> str:
    """Return what a reading, or a variant of a fit, is called inside a sentence."""
    if is_variant:
        return f"variant of the fit “{name.replace('_', ' ')}”"
    return NAMED[name].title[0].lower() + NAMED[name].title[1:]


def _overdrawn_warnings(
    case: Case, found: Mapping[tuple[str, bool], Mapping[str, float]]
) -> Iterator[str]:
    """Say of each type once where links claim more of it than there usually is.

    Args:
        case: with the titles of its types.
        found: name of a reading or variant, and which it is -> type -> share of its draws.
    """
    for type_id, event in case.events.items():
        shares = {one: drawn[type_id] for one, drawn in found.items() if type_id in drawn}
        if not shares:
            continue
        low, high = (f"{100 * share:.0f}" for share in (min(shares.values()), max(shares.values())))
        span = high if low == high else f"{low} to {high}"
        told = [
            f"{_called(name, is_variant=False)} {100 * share:.0f} %"
            for (name, is_variant), share in shares.items()
            if not is_variant
        ]
        varied = [
            f"{name.replace('_', ' ')} {100 * share:.0f} %"
            for (name, is_variant), share in shares.items()
            if is_variant
        ]
        if varied:
            told.append(f"variant{'' if len(varied) == 1 else 's'} of the fit: {', '.join(varied)}")
        yield (
            f"{event.title}: in {span} % of draws other events draw more of these than its usual rate; "
            f"it then comes more often than stated ({'; '.join(told)})"
        )


def _capped_warnings(
    ensemble: Ensemble, model: CompiledModel, *, is_variant: bool
) -> Iterable[str]:
    title = _called(ensemble.reading, is_variant=is_variant)
    title = title[0].upper() + title[1:]
    for index, world in enumerate(ensemble.worlds):
        share = ensemble.capped_share(world)
        if share > _CAPPED_WORTH_SAYING:
            cut: NDArray[np.bool_] = np.any(ensemble.capped[:, :, index], axis=1)
            link = prior_behind(model, cut)
            remedy = (
                f"narrow link {link}, whose strength sets them apart" if link else "narrow priors"
            )
            yield (
                f"{title}, {world}: {round(100 * share)} % of histories "
                f"reached the cap of {ensemble.event_cap:,} events; {remedy}"
            )
