"""What a fit to the record adds to each test: the reading *with the record* and its variants.

The main fit updates the no-view prior (R). Its variants change what else was assumed: the scale of the
prior, the latent escalation, the listing, the definitions of contested counts; together with R they
are the set Pi (`options.SENSITIVITY`). `opponent` is the opponent's prior updated (O1). The other
variants of a fit are shown with it; no label rests on them and they are not simulated.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.fit.case.options import SENSITIVITY
from talion.judge.estimate import Share, share_of_draws
from talion.judge.labels import ERRORS, Probability, RecordFit
from talion.judge.readings import NO_VIEW, OPPONENT, VARIANT_DRAWS, WITH_RECORD
from talion.judge.results import FitReceipt
from talion.judge.sensitivity import Sensitivity, likelihood_sensitivity
from talion.judge.tests import Outcome
from talion.model.case import EPOCH
from talion.model.claim import Difference, Expression

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit, FittedReading
    from talion.model.case import Case

__all__ = [
    "FittedRun",
    "check_fit",
    "fit_receipt",
    "fit_warnings",
    "fitted_runs",
    "power_of",
    "probability_of",
    "record_fit",
]

F8 = NDArray[np.float64]
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True)
class FittedRun:
    """One ensemble over posterior draws.

    Attributes:
        name: `with_record`, or the variant's name in the fit.
        fitted: whose draws.
        draws: how many of them, the first ones.
    """

    name: str
    fitted: FittedReading
    draws: int

    @property
    def is_variant(self) -> bool:
        """Whether it serves the label only."""
        return self.name != WITH_RECORD


def check_fit(case: Case, fit: CaseFit) -> None:
    """Raise CaseError if a fit is not one of this case and record, or not of the no-view prior."""
    why = fit.mismatch(case)
    remedy = "fit it again: `talion run CASE --refit`"
    if why:
        raise CaseError("the fit is not of this case", place="fit", value=why, remedy=remedy)
    reading = fit.main.draws.reading
    if reading != NO_VIEW:
        raise CaseError(
            "the main fit must update the no-view prior", place="fit", value=reading, remedy=remedy
        )


def fitted_runs(fit: CaseFit | None, draws: int) -> tuple[FittedRun, ...]:
    """Return the ensembles that a fit asks for: with the record in full, each variant with 60 draws.

    Args:
        fit: None for none.
        draws: of the full readings.
    """
    if fit is None:
        return ()
    runs = [FittedRun(WITH_RECORD, fit.main, min(draws, fit.main.draws.draws))]
    runs += [
        FittedRun(name, reading, min(draws, VARIANT_DRAWS, reading.draws.draws))
        for name, reading in fit.variants.items()
        if name in (*SENSITIVITY, OPPONENT)
    ]
    return tuple(runs)


def fit_warnings(fit: CaseFit | None, draws: int) -> Iterator[str]:
    """Yield what the reader should know of a fit."""
    if fit is None:
        return
    if fit.main.verdict:
        yield (
            f"the fit to the record has not converged ({_why(fit.main)}): every result with the "
            "record is provisional, and no label credits the record"
        )
    open_ = [n for n, r in fit.variants.items() if r.verdict and n in (*SENSITIVITY, OPPONENT)]
    if open_:
        named = ", ".join(f"“{name.replace('_', ' ')}”" for name in open_)
        lead = "a variant" if len(open_) == 1 else f"{len(open_)} variants"
        yield (
            f"{lead} of the fit ha{'s' if len(open_) == 1 else 've'} not converged ({named}; first: "
            f"{_why(fit.variants[open_[0]])}): labels that ask every variant are withheld"
        )
    if fit.main.draws.draws < draws:
        yield (
            f"the fit has {fit.main.draws.draws} draws, fewer than the {draws} asked for; the "
            "reading with the record uses them all"
        )


def power_of(fit: CaseFit) -> Mapping[str, float]:
    """Return link -> chance that this record would show an effect of the stated size.

    Empty for a fit that was not asked for it.
    """
    if fit.power is None:
        return {}
    found: dict[str, float] = {}
    for one in fit.power.links:  # of a link's arrows the one that is seen worst
        if one.power.of:
            found[one.link] = min(found.get(one.link, 1.0), one.power.share)
    return found


def fit_receipt(fit: CaseFit, simulated: Mapping[str, int], origin: str) -> FitReceipt:
    """Return how a fit was made.

    Args:
        fit: the fit.
        simulated: main and variants -> draws simulated.
        origin: where it is from, in words.
    """
    step = dt.timedelta(days=1)
    return FitReceipt(
        origin=origin,
        seed=fit.seed,
        version=fit.version,
        method=fit.method,
        window=(EPOCH + fit.start * step, EPOCH + (fit.end - 1) * step),
        verdict=fit.verdict,
        case_hash=fit.case_hash,
        record_hash=fit.record_hash,
        chains=fit.chains,
        sweeps=fit.sweeps,
        kept=fit.kept,
        readings=dict(simulated),
        seconds=sum(reading.seconds for _, reading in fit.readings()),
    )


def _why(reading: FittedReading) -> str:
    return reading.verdict.removeprefix("not converged: ")


def probability_of(share: Share | None) -> Probability | None:
    """Return a share as the rule takes it."""
    if share is None:
        return None
    return Probability(share.probability, share.mcse, share.capped_low, share.capped_high)


def record_fit(
    fit: CaseFit,
    test: Expression,
    outcomes: Mapping[str, Outcome],
    varied: Mapping[str, Outcome],
) -> RecordFit | None:
    """Return what a fit says of one test, as the rule takes it.

    Args:
        fit: whose draws were simulated.
        test: the test.
        outcomes: reading -> outcome of the test, with `with_record`.
        varied: variant -> outcome of the test.

    Returns:
        None where no history with the record can answer the test.
    """
    main = outcomes[WITH_RECORD]
    q = probability_of(main.share)
    if q is None:
        return None
    lowest, highest = _ends_over_variants(fit, q, varied)
    ratio, felt = 1.0, 0.0
    before = outcomes[NO_VIEW].psi if NO_VIEW in outcomes else None
    if main.psi is not None and before is not None:
        relative = main.effect is not None and main.effect.unit == "%"
        after = _evened(main.psi, relative)
        ratio = _variance_ratio(after, _evened(before, relative))
        felt = sensitivity_of(fit, after).felt
    return RecordFit(
        q, lowest, highest, _opponent(fit, varied), _small(test, main), ratio, felt
    )  # fmt: skip


def sensitivity_of(fit: CaseFit, psi: F8) -> Sensitivity:
    """Return the likelihood power-scaling sensitivity of a quantity of the fit's first draws."""
    return likelihood_sensitivity(psi, fit.main.log_likelihood[: psi.size], seed=fit.seed)


def _evened(psi: F8, relative: bool) -> F8:
    """Return effects in per cent as logarithms of ratios, lest a few large ones carry a variance."""
    return np.log1p(psi / 100.0) if relative else psi


def _variance_ratio(after: F8, before: F8) -> float:
    known, prior = after[np.isfinite(after)], before[np.isfinite(before)]
    if known.size < 2 or prior.size < 2:
        return 1.0
    whole = float(np.var(prior, ddof=1))
    return float(np.var(known, ddof=1)) / whole if whole > _LEAST_VARIANCE else 1.0


def _small(test: Expression, main: Outcome) -> Probability | None:
    """Return P(|psi| < delta) over draws.

    None for a forecast, which has no effect size, and for a claim that there is no large effect:
    a small one bears it out.
    """
    if main.effect is None or main.psi is None:
        return None
    if isinstance(test, Difference) and test.met_by_no_effect:
        return None
    unknown = ~np.isfinite(main.psi)
    small = np.abs(np.where(unknown, 0.0, main.psi)) < abs(main.effect.smallest)
    return probability_of(share_of_draws(small & ~unknown, unknown, 1))


def _opponent(fit: CaseFit, varied: Mapping[str, Outcome]) -> Probability | None:
    found = varied.get(OPPONENT)
    if found is None or fit.variants[OPPONENT].verdict:
        return None
    return probability_of(found.share)


def _ends_over_variants(
    fit: CaseFit, q: Probability, varied: Mapping[str, Outcome]
) -> tuple[Probability | None, Probability | None]:
    """Return the variants whose q less (plus) 1.64 errors is lowest (highest).

    None for both where there is no variant, one has not converged or one cannot answer: what holds
    under every variant is not known then.
    """
    names = [name for name in varied if name != OPPONENT]
    found = [probability_of(varied[name].share) for name in names]
    known = [p for p in found if p is not None]
    if not names or len(known) < len(names) or any(fit.variants[n].verdict for n in names):
        return None, None
    return _extreme([q, *known], -1), _extreme([q, *known], 1)


def _extreme(found: list[Probability], way: int) -> Probability:
    """Return the probability that is farthest one way, errors allowed for.

    Its capped ends are those at which *any* of them would be farthest.
    """
    far = max(found, key=lambda p: way * p.value + ERRORS * p.mcse)

    def end(counted: str) -> float:
        values = (way * _or(getattr(p, counted), p.value) + ERRORS * p.mcse for p in found)
        return way * (max(values) - ERRORS * far.mcse)

    low, high = end("capped_low"), end("capped_high")
    if math.isclose(low, far.value, abs_tol=1e-9) and math.isclose(high, far.value, abs_tol=1e-9):
        return Probability(far.value, far.mcse)
    return Probability(far.value, far.mcse, min(low, high), max(low, high))


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
