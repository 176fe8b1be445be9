"""The baseline *escalation alone*: nobody answers anybody; usual rates, moved by what nobody recorded.

The case is fitted to its record without any link by which one side answers another
(`talion.model.hypotheses.baseline_links`): latent factors stay, campaigns of one kind of act stay, and
so does what bears on listing alone. Draws of that fit are then simulated ahead with the same links left
out, and the tests are put to these histories. It is the strongest baseline that knows no interaction: to
beat it, a forecast must get something out of who answers whom.

Like the other baselines it answers only tests of what the record lists: where a type has no row, or a
test asks for a factor, the fit would hand back its prior, and that is no forecast from the record.

It takes a fit of its own, minutes for a large case, so it is computed only if asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import TalionError
from talion.judge.measures import plan_for
from talion.judge.readings import NO_VIEW
from talion.judge.score_baselines import NotRecordedError
from talion.judge.simulated import measured_from
from talion.judge.tests import Measured
from talion.model.case import Case
from talion.model.classes import classes_of, series_classes
from talion.model.history import daily_history
from talion.model.hypotheses import baseline_links
from talion.model.measure import Measure
from talion.model.posterior import PosteriorDraws
from talion.model.schema import CaseDocument

__all__ = [
    "EscalationAlone",
    "EscalationSettings",
    "RecordedOnly",
    "escalation_alone",
    "without_links",
]

Progress = Callable[[float, float], None]
DRAWS = 60


@dataclass(frozen=True)
class EscalationSettings:
    """Sizes of the baseline.

    Attributes:
        chains, sweeps: of the fit.
        longest: sweeps up to which chains that have not converged are run on.
        histories: simulated of each of its draws.
        progress: called with (done, of) while it is fitted.
    """

    chains: int = 4
    sweeps: int = 1000
    longest: int = 15_000
    histories: int = 40
    progress: Progress | None = None


@dataclass(frozen=True, eq=False)
class RecordedOnly:
    """Measures of histories, refused where the record lists nothing of what they count.

    Attributes:
        measured: of the histories.
        document: of the case.
        unlisted: event types without recorded rows.
    """

    measured: Measured
    document: CaseDocument
    unlisted: frozenset[str]

    def of(self, measure: Measure) -> NDArray[np.float64]:
        """Return a measure of every history.

        Raises:
            NotRecordedError: it is of a factor, or counts a type without recorded rows.
        """
        if measure.op.of_factor:
            raise NotRecordedError(f"no row of a record shows {measure.factor}")
        classes = classes_of(self.document)
        for series in filter(None, (measure.series, measure.other)):
            for index in series_classes(self.document, series):
                if classes[index].type in self.unlisted:
                    raise NotRecordedError(f"no row of the record is a {classes[index].type}")
        return self.measured.of(measure)

    def capped(self, world: str) -> NDArray[np.bool_]:
        """Return which histories of a world were cut short."""
        return self.measured.capped(world)

    def usual(self, series: str) -> NDArray[np.float64]:
        """Return a series' usual rate in each draw."""
        return self.measured.usual(series)


@dataclass(frozen=True)
class EscalationAlone:
    """What the baseline can be asked, or why it cannot.

    Attributes:
        values: measures of its histories; None where it cannot be had.
        why: it cannot be had; "" if it can.
        verdict: of its fit; "" if it has converged.
    """

    values: RecordedOnly | None
    why: str = ""
    verdict: str = ""


def escalation_alone(case: Case, settings: EscalationSettings, *, seed: int) -> EscalationAlone:
    """Fit a case without its interactions, and simulate that ahead.

    Args:
        case: with the record as known on its cut-off.
        settings: of fit and simulation.
        seed: of both.
    """
    kept = set(baseline_links(case))
    if not any(
        case.factors[a.cause].kind == "latent" for a in case.arrows if a.cause in case.factors
    ):
        return EscalationAlone(None, "no latent factor of the case moves anything")
    without = tuple(link for link in case.links if link not in kept)
    try:
        draws, verdict = _fitted(case, without, settings, seed)
        return EscalationAlone(_simulated(case, draws, settings, seed), verdict=verdict)
    except TalionError as error:
        return EscalationAlone(None, f"the case cannot be fitted to its record: {error}")


def _fitted(
    case: Case, without: tuple[str, ...], settings: EscalationSettings, seed: int
) -> tuple[PosteriorDraws, str]:
    """Return draws of the fit without these links, and its verdict."""
    from talion.fit.case.options import Options
    from talion.fit.case.sampler import FOR_SIXTY_DRAWS, sample_reading
    from talion.fit.case.specification import problem_of

    done = 0

    def tell(sweeps: int, to_do: int) -> None:
        nonlocal done
        done += sweeps
        if settings.progress is not None:
            settings.progress(done, done + to_do)

    found = sample_reading(
        problem_of(case, Options(without=without)),
        seed=seed,
        chains=settings.chains,
        sweeps=settings.sweeps,
        longest=settings.longest,
        keep=DRAWS,
        gate=FOR_SIXTY_DRAWS,
        progress=tell,
    )
    return without_links(case, found.draws, without), found.verdict


def without_links(case: Case, draws: PosteriorDraws, without: tuple[str, ...]) -> PosteriorDraws:
    """Return draws of the no-view reading in which no arrow of these links acts.

    Args:
        case: the case.
        draws: of a fit that left the links out.
        without: ids of links.
    """
    from talion.model.compile import parameter_names

    _, free = parameter_names(case, NO_VIEW)
    names = (arrow.name for arrow in case.arrows if arrow.link in without)
    none = {name: np.zeros(draws.draws) for name in names if name in free}
    return replace(draws, signs={**draws.signs, **none})


def _simulated(
    case: Case, draws: PosteriorDraws, settings: EscalationSettings, seed: int
) -> RecordedOnly:
    from talion.model.compile import compile_model
    from talion.simulate.ensemble import simulate_ensemble

    model = compile_model(case, NO_VIEW, draws=min(DRAWS, draws.draws), seed=seed, given=draws)
    ensemble = simulate_ensemble(model, plan_for(case), histories=settings.histories)
    classes = classes_of(case.document)
    past = daily_history(case.document, case.record, classes, case.as_of_day)
    return RecordedOnly(measured_from(ensemble, model), case.document, frozenset(past.silent))
