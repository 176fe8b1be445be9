"""Judge a case: simulate every reading once, put every test, label every judgment."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from talion.errors import Problems
from talion.judge.before_after import before_and_after
from talion.judge.checks import stop_on_faults
from talion.judge.estimate import Share
from talion.judge.labels import Grounds, Probability, label_for
from talion.judge.measures import plan_for
from talion.judge.parts import Part, names_of, parts_of
from talion.judge.paths import Path, SystemGraph, path_of
from talion.judge.readings import (
    AS_WRITTEN,
    LINKS_AT_ZERO,
    NO_VIEW,
    OPPONENT,
    draws_by_reading,
)
from talion.judge.record_checks import RecordCheck, check_on_record
from talion.judge.results import JudgmentResult, PartResult, Receipt, RunResult
from talion.judge.stability import explosive_priors, prior_behind
from talion.judge.tests import Measured, Outcome, evaluate
from talion.judge.words import (
    confidence_sentence,
    footing_sentence,
    label_sentence,
    likelihood_sentence,
    model_words,
    word_verdict,
)
from talion.model.case import Case
from talion.model.lexicon import read_word
from talion.model.reading import READINGS

if TYPE_CHECKING:
    from talion.model.compiled import CompiledModel
    from talion.simulate.ensemble import Ensemble

__all__ = ["DEFAULT_SEED", "judge_case", "measured_from"]

DEFAULT_SEED = 20240213
_PACKAGES = ("numpy", "numba", "scipy", "polars", "pydantic", "PyYAML")
_CAPPED_WORTH_SAYING = 0.01

Progress = Callable[[int, int], None]


def judge_case(
    case: Case,
    *,
    draws: int = 200,
    histories: int = 20,
    seed: int = DEFAULT_SEED,
    workers: int | None = None,
    progress: Progress | None = None,
    readings: Iterable[str] | None = None,
    command: str = "",
) -> RunResult:
    """Judge every judgment of a case.

    Each reading is simulated once, what-ifs coupled; tests of the record are counted without
    simulation. No view and as written get all the draws, the other readings half, which serve the
    label only. The outlook, from which courses over weeks are drawn and what-ifs compared, is
    kept of as written alone.

    Args:
        case: the case.
        draws: parameter sets of the two full readings.
        histories: simulated histories of each draw and what-if.
        seed: the same seed gives the same numbers, whatever the workers.
        workers: threads.
        progress: called with (histories done, of) over all readings.
        readings: ids of the readings to run; all by default. Fixed by the form can only be found
            when no view, as written, opponent and links at zero all run.
        command: how it was called, for the receipt.

    Returns:
        Results, ensembles, before-and-after table, receipt.

    Raises:
        JudgmentTestError, CaseError, Problems: a test cannot be put to histories or only asks a
            sign, actors are counted twice, or priors are explosive; see `checks.py`.
        PlanError: too few draws.
    """
    from talion.model.compile import compile_model
    from talion.model.echo import consequences
    from talion.simulate.ensemble import simulate_ensemble

    began = time.perf_counter()
    sizes = draws_by_reading(draws, readings)
    stop_on_faults(case)
    drawn = AS_WRITTEN if AS_WRITTEN in sizes else next(iter(sizes))
    plans = {reading: plan_for(case, outlook=reading == drawn) for reading in sizes}
    total = sum(sizes.values()) * histories
    ensembles: dict[str, Ensemble] = {}
    measured: dict[str, Measured] = {}
    warnings: dict[str, None] = {}
    for reading, size in sizes.items():
        done = sum(sizes[r] for r in ensembles) * histories
        step = _shifted(progress, done, total)
        model = compile_model(case, reading, draws=size, seed=seed)
        if reading == NO_VIEW:
            Problems.raise_any(explosive_priors(case, model))
        ensemble = simulate_ensemble(
            model, plans[reading], histories=histories, workers=workers, progress=step
        )
        ensembles[reading] = ensemble
        measured[reading] = measured_from(ensemble, model)
        warnings |= dict.fromkeys(model.warnings)
        warnings |= dict.fromkeys(_capped_warnings(ensemble, model))
    graph = SystemGraph(case)
    judgments = tuple(_judge(case, key, measured, graph) for key in case.judgments)
    receipt = _receipt(case, seed, draws, histories, sizes, command, time.perf_counter() - began)
    return RunResult(
        case,
        case.record,
        judgments,
        ensembles,
        consequences(case),
        before_and_after(case),
        tuple(warnings),
        receipt,
    )


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


def _capped_warnings(ensemble: Ensemble, model: CompiledModel) -> Iterable[str]:
    for index, world in enumerate(ensemble.worlds):
        share = ensemble.capped_share(world)
        if share > _CAPPED_WORTH_SAYING:
            cut: NDArray[np.bool_] = np.any(ensemble.capped[:, :, index], axis=1)
            link = prior_behind(model, cut)
            remedy = (
                f"narrow link {link}, whose strength sets them apart" if link else "narrow priors"
            )
            yield (
                f"{READINGS[ensemble.reading].title}, {world}: {round(100 * share)} % of histories "
                f"reached the cap of {ensemble.event_cap:,} events; {remedy}"
            )


# --- one judgment ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Judged:
    """A part's result with what its sentences are made of."""

    result: PartResult
    path: Path
    check: RecordCheck | None


def _judge(
    case: Case, key: str, measured: Mapping[str, Measured], graph: SystemGraph
) -> JudgmentResult:
    judgment = case.judgments[key]
    word = read_word(judgment.word, case.document.lexicon)
    judged = [_judge_part(case, part, measured, graph) for part in parts_of(case, key)]
    main = judged[0] if judged and judgment.holds_if is not None else None
    parts = tuple(j.result for j in judged)
    if main is None:
        label = label_for(Grounds(nature="untestable"))
        said = label_sentence(label, Path((), (), (), ()), {}, None)
        return JudgmentResult(
            key, judgment, label, said, parts, None, False, (), word.range, "", "",
            "No confidence is stated, since nothing was tested.",
            "Footing: the evidence listed for and against.",
        )  # fmt: skip
    result, shares = main.result, main.result.readings
    written = shares.get(AS_WRITTEN)
    return JudgmentResult(
        key,
        judgment,
        result.label,
        result.label_sentence + _at_other_horizons(result, parts),
        parts,
        result,
        result.no_data,
        result.path,
        word.range,
        "" if main.check is not None else word_verdict(word, written),
        "" if main.check is not None else model_words(written, case.document.lexicon),
        confidence_sentence(shares, main.path, main.check),
        footing_sentence(main.path, main.check),
    )


def _at_other_horizons(main: PartResult, parts: tuple[PartResult, ...]) -> str:
    """Return a clause for each other horizon of the main test that has another label."""
    others = [p for p in parts if p.id.startswith("main@") and p.label is not main.label]
    return "".join(f" At {p.horizon}: {p.label.value}." for p in others)


def _judge_part(
    case: Case, part: Part, measured: Mapping[str, Measured], graph: SystemGraph
) -> _Judged:
    names = names_of(case, part.horizon)
    kind: Literal["share", "effect", "record"] = part.test.kind
    path = path_of(graph, part)
    check = None
    outcomes: dict[str, Outcome] = {}
    if kind == "record":
        check = check_on_record(part.test, part.setting, case.record, names)
    else:
        outcomes = {r: evaluate(part.test, part.setting, m) for r, m in measured.items()}
    shares = {r: o.share for r, o in outcomes.items()}
    effects = {r: o.effect for r, o in outcomes.items() if o.effect is not None}
    label = label_for(_grounds(kind, shares, path))
    result = PartResult(
        id=part.id,
        title=part.title,
        text=part.test.in_words(names),
        kind=kind,
        horizon=_horizon_words(part, names.horizon),
        world=part.setting.world,
        readings=shares,
        effect=effects,
        record=check,
        label=label,
        label_sentence=label_sentence(label, path, shares, check),
        likelihood_sentence=likelihood_sentence(kind, shares, effects) if check is None else "",
        no_data=check is None and path.no_data,
        path=path.links,
    )
    return _Judged(result, path, check)


def _horizon_words(part: Part, said: str) -> str | None:
    return (
        None if part.horizon is None else f"{part.horizon} days, {said.split(' (', maxsplit=1)[0]}"
    )


def _grounds(kind: str, shares: Mapping[str, Share | None], path: Path) -> Grounds:
    if kind == "record":
        return Grounds(nature="record")
    return Grounds(
        links_at_zero=_probability(shares.get(LINKS_AT_ZERO)),
        no_view=_probability(shares.get(NO_VIEW)),
        as_written=_probability(shares.get(AS_WRITTEN)),
        opponent=_probability(shares.get(OPPONENT)),
        data_on_path=path.has_data,
    )


def _probability(share: Share | None) -> Probability | None:
    if share is None:
        return None
    return Probability(share.probability, share.mcse, share.capped_low, share.capped_high)


# --- receipt -------------------------------------------------------------------------------------


def _receipt(
    case: Case,
    seed: int,
    draws: int,
    histories: int,
    sizes: Mapping[str, int],
    command: str,
    seconds: float,
) -> Receipt:
    import talion

    call = f"judge_case(case, draws={draws}, histories={histories}, seed={seed})"
    return Receipt(
        version=talion.__version__,
        seed=seed,
        draws=draws,
        histories=histories,
        reading_draws=dict(sizes),
        as_of=case.as_of,
        window=case.record.period,
        case_hash=case.text_hash,
        record_hash=case.record.content_hash(),
        command=command or call,
        seconds=seconds,
        packages=_packages(),
    )


def _packages() -> dict[str, str]:
    found: dict[str, Any] = {"python": platform.python_version(), "platform": sys.platform}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
