"""Judge a case: simulate every reading once, put every test, label every judgment."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Literal

from talion.judge.bargains import (
    Bargain,
    bargain_sentence,
    bargains_of,
    decisions_behind,
    shares_of,
    table_warnings,
)
from talion.judge.before_after import before_and_after
from talion.judge.by_reading import Answer, Answers, Beside
from talion.judge.checks import stop_on_faults
from talion.judge.confidence import ConfidenceGrounds, confidence_for, confidence_sentence
from talion.judge.estimate import Effect, Share
from talion.judge.fitted import (
    check_fit,
    fit_receipt,
    fit_warnings,
    power_of,
    probability_of,
    record_fit,
)
from talion.judge.forecasts import forecast_of
from talion.judge.imputed import imputed_weeks
from talion.judge.indicators import settled_by_form
from talion.judge.labels import Grounds, Label, RecordFit, label_for, record_speaks
from talion.judge.parts import Part, names_of, parts_of, parts_of_case
from talion.judge.paths import Path, SystemGraph, path_of
from talion.judge.readings import (
    AS_WRITTEN,
    LINKS_AT_ZERO,
    NO_VIEW,
    OPPONENT,
    WITH_RECORD,
    draws_by_reading,
)
from talion.judge.record_checks import RecordCheck, check_on_record
from talion.judge.rests import rests_sentence
from talion.judge.results import JudgmentResult, PartResult, Receipt, RunResult
from talion.judge.simulated import Progress, simulate_readings
from talion.judge.sourcing import sourcing_of, sourcing_of_rows
from talion.judge.tests import Measured, Outcome, evaluate
from talion.judge.wording import word_fit
from talion.judge.words import (
    FIXED_FORM,
    FitSays,
    fit_sentence,
    footing_sentence,
    label_sentence,
    likelihood_sentence,
)
from talion.model.case import Case
from talion.model.lexicon import read_word

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit

__all__ = ["DEFAULT_SEED", "judge_case"]

DEFAULT_SEED = 20240213
_PACKAGES = ("numpy", "numba", "scipy", "polars", "pydantic", "PyYAML")


def judge_case(
    case: Case,
    fit: CaseFit | None = None,
    *,
    draws: int = 200,
    histories: int = 20,
    seed: int = DEFAULT_SEED,
    workers: int | None = None,
    progress: Progress | None = None,
    readings: Iterable[str] | None = None,
    command: str = "",
    fit_origin: str = "given by the caller",
    notes: Iterable[str] = (),
) -> RunResult:
    """Judge every judgment of a case.

    Each reading is simulated once, what-ifs coupled; tests of the record are counted without
    simulation. No view and as written get all the draws and histories, the other readings half of
    both, since they serve the label only. The outlook, from which courses over weeks are drawn and what-ifs compared, is
    kept of as written alone.

    With a fit, the reading *with the record* is simulated too, over the first draws of its
    posterior, and each variant of the fit over 60 draws with half the histories, for the label only;
    and the questions of the case to its past are put to those draws (`past_effects.py`).

    Args:
        case: the case.
        fit: of this case to its record; None leaves out the record's say.
        draws: parameter sets of the full readings.
        histories: simulated histories of each draw and what-if.
        seed: the same seed gives the same numbers, whatever the workers.
        workers: threads.
        progress: called with (histories done, of) over all readings and variants.
        readings: ids of the readings to run beside that with the record; all by default. Fixed by
            the form can only be found when no view, as written, opponent and links at zero all
            run, and a label that credits the record when no view does.
        command: how it was called, for the receipt.
        fit_origin: where the fit is from, for its receipt.
        notes: warnings to stand first, such as why a fit was refused.

    Returns:
        Results, ensembles, before-and-after table, receipts.

    Raises:
        JudgmentTestError, CaseError, Problems: a test cannot be put to histories or only asks a
            sign, actors are counted twice, priors are explosive (see `checks.py`), or the fit is
            of another case or record.
        PlanError: too few draws.
    """
    from talion.model.echo import consequences

    began = time.perf_counter()
    sizes = draws_by_reading(draws, readings)
    stop_on_faults(case)
    if fit is not None:
        check_fit(case, fit)
    graph = SystemGraph(case)
    names = (*sizes, *(() if fit is None else (WITH_RECORD,)))
    with Beside(case, graph, names, fit, draws=draws, seed=seed, workers=workers) as beside:
        simulated = simulate_readings(
            case, fit, sizes, draws, histories, seed, workers, progress, beside.take
        )
        answers, told, watch = beside.answers(), beside.past(), beside.watch()
    in_order = {name: answers[name] for name in simulated.measured}
    bargains = bargains_of(case, max(draws, *sizes.values()), seed)
    judging = _Judging(case, in_order, simulated.varied, graph, fit, bargains)
    judgments = tuple(_judge(judging, key) for key in case.judgments)
    warnings = dict.fromkeys(
        [*notes, *fit_warnings(fit, draws), *simulated.warnings, *table_warnings(bargains, case)]
    )
    fixed = [j.id for j in judgments if j.label is Label.FIXED]
    drawn = {name: e.n_draws for name, e in simulated.ensembles.items()}
    forecasts = (forecast_of(case, part, simulated.measured) for part in parts_of_case(case))
    receipt = _receipt(case, seed, draws, histories, drawn, command, time.perf_counter() - began)
    return RunResult(
        case,
        case.record,
        judgments,
        simulated.ensembles,
        consequences(case),
        before_and_after(case),
        tuple(warnings),
        receipt,
        **_of_fit(case, fit, simulated.fitted_draws, fit_origin),
        past_effects=told,
        imputed=() if fit is None else imputed_weeks(case, fit.main.draws.past),
        forecasts=tuple(f for f in forecasts if f is not None),
        watch=settled_by_form(case, watch, fixed),
        bargains=bargains,
    )


def _of_fit(
    case: Case, fit: CaseFit | None, simulated: Mapping[str, int], origin: str
) -> dict[str, Any]:
    """Return the fields of a run's result that a fit fills."""
    if fit is None:
        return {}
    from talion.fit.case.stated import link_changes

    informed = frozenset(fit.main.informed)
    return {
        "fit": fit_receipt(fit, simulated, origin),
        "links": link_changes(fit.main, case),
        "power": power_of(fit),
        "uninformed": tuple(name for name in case.links if name not in informed),
    }


# --- one judgment ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Judged:
    """A part's result with what its sentences are made of."""

    result: PartResult
    path: Path
    check: RecordCheck | None
    fit: FitSays | None


@dataclass(frozen=True)
class _Judging:
    """What every judgment is judged by: answers of readings, measures of variants, graph, fit."""

    case: Case
    answers: Mapping[str, Answers]
    varied: Mapping[str, Measured]
    graph: SystemGraph
    fit: CaseFit | None
    bargains: tuple[Bargain, ...]


def _judge(judging: _Judging, key: str) -> JudgmentResult:
    case = judging.case
    judgment = case.judgments[key]
    word = read_word(judgment.word, case.document.lexicon)
    judged = [_judge_part(judging, part) for part in parts_of(case, key)]
    main = judged[0] if judged and judgment.holds_if is not None else None
    parts = tuple(j.result for j in judged)
    if main is None:
        label = label_for(Grounds(nature="untestable"))
        said = label_sentence(label, Path((), (), (), ()), {}, None)
        derived = next((part for part in parts if part.bargained), None)
        if derived is not None:
            said += f" {bargain_sentence(derived.bargains)}"
        return JudgmentResult(
            key, judgment, label, said, parts, None, False, (), word.range, "", "",
            "No confidence is stated, since nothing was tested.",
            "Footing: the evidence listed for and against.",
        )  # fmt: skip
    result, shares = main.result, main.result.readings
    words = {name: word_fit(word, share, case.document.lexicon) for name, share in shares.items()}
    written, recorded = words.get(AS_WRITTEN), words.get(WITH_RECORD)
    confidence = confidence_for(_confidence_grounds(case, main))
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
        "" if written is None else written.sentence,
        "" if written is None else written.model_words,
        confidence_sentence(confidence),
        footing_sentence(main.path, main.check, main.fit),
        "" if recorded is None else recorded.sentence,
        "" if recorded is None else recorded.model_words,
        words,
        confidence,
        rests_sentence(result.label, result.linchpins),
    )


def _confidence_grounds(case: Case, main: _Judged) -> ConfidenceGrounds:
    sourcing = (
        sourcing_of(case, main.path.measured)
        if main.check is None
        else sourcing_of_rows(case.record, main.check.rows)
    )
    return ConfidenceGrounds(main.path, main.result.readings, sourcing, main.check, main.fit)


def _at_other_horizons(main: PartResult, parts: tuple[PartResult, ...]) -> str:
    """Return a clause for each other horizon of the main test that has another label."""
    others = [p for p in parts if p.id.startswith("main@") and p.label is not main.label]
    return "".join(f" At {p.horizon}: {p.label.value}." for p in others)


def _judge_part(judging: _Judging, part: Part) -> _Judged:
    case, fit = judging.case, judging.fit
    names = names_of(case, part.horizon)
    kind: Literal["share", "effect", "record"] = part.test.kind
    path = path_of(judging.graph, part)
    if fit is not None:
        path = path.with_fit(fit.main.informed)
    check = None
    said: dict[str, Answer] = {}
    varied: dict[str, Outcome] = {}
    if kind == "record":
        check = check_on_record(part.test, part.setting, case.record, names)
    else:
        said = {name: told[part.judgment, part.id] for name, told in judging.answers.items()}
        varied = {n: evaluate(part.test, part.setting, m) for n, m in judging.varied.items()}
    outcomes = {name: answer.outcome for name, answer in said.items()}
    shares = {r: o.share for r, o in outcomes.items()}
    effects = {r: o.effect for r, o in outcomes.items() if o.effect is not None}
    simulated = fit is not None and check is None
    found = record_fit(fit, part.test, outcomes, varied) if fit is not None and simulated else None
    behind = decisions_behind(case, part)
    owed = shares_of(judging.bargains, behind, outcomes)
    grounds = replace(_grounds(kind, shares, path, found), bargained=bool(behind))
    label, says = _labelled(grounds, path, fit if simulated else None, kind)
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
        label_sentence=label_sentence(label, path, shares, check, says)
        + (f" {bargain_sentence(owed)}" if behind else ""),
        likelihood_sentence=_likelihood(label, kind, shares, effects) if check is None else "",
        no_data=check is None and path.no_data,
        path=path.links,
        fit=found,
        variants={name: outcome.share for name, outcome in varied.items()},
        fit_sentence=fit_sentence(says),
        linchpins={name: a.linchpins for name, a in said.items() if a.linchpins is not None},
        boxes={name: a.box for name, a in said.items() if a.linchpins is not None},
        bargained=bool(behind),
        bargains=owed,
    )
    return _Judged(result, path, check, says)


def _likelihood(
    label: Label,
    kind: str,
    shares: Mapping[str, Share | None],
    effects: Mapping[str, Effect | None],
) -> str:
    return FIXED_FORM if label is Label.FIXED else likelihood_sentence(kind, shares, effects)


def _labelled(
    grounds: Grounds, path: Path, fit: CaseFit | None, kind: str
) -> tuple[Label, FitSays | None]:
    """Return the label, and what sentences need of the fit.

    A fit that has not converged gives no label: what it says is shown, and the rule is put as if it
    were not there.
    """
    if fit is None:
        return label_for(grounds), None
    converged = not fit.main.verdict
    known = power_of(fit)
    powers = [known[link] for link in path.fitted if link in known] if kind == "effect" else []
    power = min(powers) if powers else None
    says = FitSays(grounds.fit, record_speaks(grounds), converged, power)
    return label_for(grounds if converged else replace(grounds, fit=None)), says


def _horizon_words(part: Part, said: str) -> str | None:
    return (
        None if part.horizon is None else f"{part.horizon} days, {said.split(' (', maxsplit=1)[0]}"
    )


def _grounds(
    kind: str, shares: Mapping[str, Share | None], path: Path, fit: RecordFit | None
) -> Grounds:
    if kind == "record":
        return Grounds(nature="record")
    return Grounds(
        links_at_zero=probability_of(shares.get(LINKS_AT_ZERO)),
        no_view=probability_of(shares.get(NO_VIEW)),
        as_written=probability_of(shares.get(AS_WRITTEN)),
        opponent=probability_of(shares.get(OPPONENT)),
        fit=fit,
        data_on_path=path.record_bears,
    )


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
