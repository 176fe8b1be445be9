"""A case as a function: chosen parameters in, means over simulated histories out, many at once.

N sets of parameters are N draws of one compiled model, so that N evaluations cost one compilation
and one call of the kernel. Random numbers hang on seed, position in the batch and history: a batch
gives the same numbers whatever the threads, and two what-ifs of one batch share theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.judge.interop.parameters import SIGNS, UncertainParameter, uncertain_parameters
from talion.judge.measures import measures_of
from talion.judge.parts import Part, parts_of_case
from talion.judge.simulated import measured_from
from talion.judge.tests import Measured, truth_of
from talion.model.case import Case
from talion.model.claim import BASELINE
from talion.model.classes import series_classes
from talion.model.measure import Measure, MeasurePlan
from talion.model.outlook import outlook_measures
from talion.model.posterior import chosen_draws
from talion.model.reading import READINGS

__all__ = ["CaseFunction", "Outcome"]

F8 = NDArray[np.float64]
Values = Mapping[str, Sequence[float] | Sequence[str] | F8]


@dataclass(frozen=True)
class Outcome:
    """What is kept of a set of parameters: a mean over its histories.

    Attributes:
        name: `events/SERIES/DAYS`, or `share/JUDGMENT/TEST`: share of histories in which it holds.
        unit: `events` or `share`.
        title: in words.
    """

    name: str
    unit: str
    title: str


@dataclass
class CaseFunction:
    """A case under one reading, to be evaluated at chosen parameters.

    Args:
        case: the case.
        reading: whose parameters vary; under `no_view` what each arrow does varies too.
        histories: of each set of parameters.
        seed: the same seed gives the same numbers.
        workers: threads; they change no number.

    Raises:
        CaseError: no such reading.
    """

    case: Case
    reading: str = "no_view"
    histories: int = 20
    seed: int = 20240213
    workers: int | None = None
    parameters: tuple[UncertainParameter, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Find what is uncertain, and what can be kept."""
        self.parameters = uncertain_parameters(self.case, self.reading)
        self._parts = tuple(_askable(self.case))

    @property
    def what_ifs(self) -> tuple[str, ...]:
        """The baseline and every what-if that begins at the cut-off or later, as the baseline does."""
        later = (n for n in self.case.what_ifs if self.case.start_day(n) == self.case.as_of_day)
        return (BASELINE, *later)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is kept: counts after 30, 90, 180 and 365 days, and the shares of tests."""
        start = self.case.as_of_day
        counts = (
            Outcome(
                f"events/{m.series}/{m.end - start}",
                "events",
                f"{m.series.replace('_', ' ')} in {m.end - start} days",
            )
            for m in outlook_measures(self.case, (BASELINE,))
        )
        shares = (
            Outcome(f"share/{p.judgment}/{p.id}", "share", f"{p.judgment}, test {p.id}")
            for p in self._parts
        )
        return (*counts, *shares)

    def evaluate(self, values: Values, what_if: str = BASELINE) -> dict[str, F8]:
        """Return every outcome at N sets of parameters.

        Args:
            values: name of a parameter -> N values in its unit, or N of `raises`, `lowers`,
                `nothing` for a sign; a parameter that is not named keeps its prior draws.
            what_if: one of `what_ifs`.

        Returns:
            name of an outcome -> its N values; NaN where no history can answer a test.

        Raises:
            InputError: no such parameter, what-if or sign, or unequal lengths.
        """
        from talion.model.compile import compile_model
        from talion.simulate.ensemble import simulate_ensemble

        self._check(values, what_if)
        size = len(next(iter(values.values())))
        given = chosen_draws(self.reading, self._scores(values), self._signs(values), size)
        model = compile_model(
            self.case, self.reading, draws=size, seed=self.seed, worlds=(what_if,), given=given
        )
        ensemble = simulate_ensemble(
            model, self._plan(what_if), histories=self.histories, workers=self.workers
        )
        return self._kept(measured_from(ensemble, model), what_if)

    def _check(self, values: Values, what_if: str) -> None:
        known = {p.name for p in self.parameters}
        for name in values:
            if name not in known:
                remedy = f"a case's parameters are listed in `parameters`, under {self.reading}"
                raise InputError("no such uncertain parameter", value=name, remedy=remedy)
        if what_if not in self.what_ifs:
            remedy = f"use one of {', '.join(self.what_ifs)}"
            raise InputError("no such what-if from the cut-off on", value=what_if, remedy=remedy)
        sizes = {len(found) for found in values.values()}
        if len(sizes) != 1 or 0 in sizes:
            remedy = "give as many values of each, at least one"
            raise InputError(
                "parameters of unequal or no length", value=sorted(sizes), remedy=remedy
            )

    def _scores(self, values: Values) -> dict[str, F8]:
        return {
            p.name: p.scores(np.asarray(values[p.name], np.float64))
            for p in self.parameters
            if p.name in values and not p.is_sign
        }

    def _signs(self, values: Values) -> dict[str, F8]:
        if READINGS[self.reading].signs != "either":
            return {}
        found = {}
        for p in self.parameters:
            if p.is_sign and p.name in values:
                stated = [str(value) for value in values[p.name]]
                for value in stated:
                    if value not in SIGNS:
                        remedy = f"use one of {', '.join(SIGNS)}"
                        raise InputError("no sign", place=p.name, value=value, remedy=remedy)
                found[p.name.removeprefix("sign/")] = np.array([SIGNS[v] for v in stated])
        return found

    def _plan(self, world: str) -> MeasurePlan:
        found: dict[Measure, None] = dict.fromkeys(outlook_measures(self.case, (world,)))
        for part in self._parts:
            found |= dict.fromkeys(measures_of(part.test, part.setting.within(world)))
        names = {m.series for m in found} | {m.other for m in found}
        series = {n: series_classes(self.case.document, n) for n in sorted(names - {""})}
        return MeasurePlan(tuple(found), series, (), {world: max(m.end for m in found)})

    def _kept(self, measured: Measured, world: str) -> dict[str, F8]:
        kept = [_mean(measured.of(measure)) for measure in outlook_measures(self.case, (world,))]
        for part in self._parts:
            truth = truth_of(part.test, part.setting.within(world), measured)
            settled = ~truth.undetermined & (truth.low == truth.high)
            kept.append(_mean(np.where(settled, truth.low, np.nan)))
        return {o.name: values for o, values in zip(self.outcomes, kept, strict=True)}


def _askable(case: Case) -> Iterator[Part]:
    """Yield the tests of single histories that are asked from the cut-off on."""
    for part in parts_of_case(case):
        forward = part.setting.starts[part.setting.world] == case.as_of_day
        if part.test.kind == "share" and forward:
            yield part


def _mean(values: F8) -> F8:
    """Return the mean over histories, shape (N,); NaN where none has the value."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))
