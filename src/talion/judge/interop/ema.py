"""A case as a model of the EMA workbench: uncertainties with their priors, what-ifs as the lever.

Uncertainties are `RealParameter`s in the units of the case, with the prior as their distribution, and
a `CategoricalParameter` for what each arrow does where the reading leaves it open. The lever is the
what-if. Outcomes are means over the histories of one experiment.

Any evaluator of the workbench runs the model, one experiment at a time. `KernelEvaluator` hands all
experiments of a what-if to the kernel at once, which is many times faster; its random numbers hang on
an experiment's place among those, so the two differ by simulation noise.

References:
    Kwakkel (2017), Environmental Modelling & Software 96:239.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from talion.judge.interop import needed
from talion.judge.interop.evaluator import CaseFunction
from talion.judge.interop.parameters import SIGNS, prior_distribution
from talion.model.claim import BASELINE

if TYPE_CHECKING:
    from pathlib import Path

    from talion.model.case import Case

__all__ = ["LEVER", "ema_model", "kernel_evaluator", "write_ema_results"]

LEVER = "what_if"
_PLACE = "--ema"


def ema_model(
    case: Case,
    *,
    reading: str = "no_view",
    histories: int = 20,
    seed: int = 20240213,
    workers: int | None = None,
) -> Any:
    """Return a case as an `ema_workbench.Model`.

    Args:
        case: the case.
        reading: whose parameters vary.
        histories: of each experiment.
        seed: of the simulation.
        workers: threads of the kernel.

    Returns:
        The model; its `case_function` is what it evaluates.

    Raises:
        InputError: the workbench is not installed.
        CaseError: no such reading.
    """
    ema = needed("ema_workbench", _PLACE)
    function = CaseFunction(case, reading, histories, seed, workers)
    name = "".join(c for c in case.name if c.isalnum()) or "case"
    model = ema.Model(name, function=_one_at_a_time(function))
    model.uncertainties = [
        ema.CategoricalParameter(p.name, list(SIGNS))
        if p.is_sign
        else ema.RealParameter(p.name, -4.0, 4.0)
        if p.prior is None
        else ema.RealParameter.from_dist(p.name, prior_distribution(p.prior))
        for p in function.parameters
    ]
    if len(function.what_ifs) > 1:  # the workbench wants at least two categories
        model.levers = [ema.CategoricalParameter(LEVER, list(function.what_ifs))]
    model.outcomes = [ema.ScalarOutcome(outcome.name) for outcome in function.outcomes]
    model.case_function = function
    return model


def _one_at_a_time(function: CaseFunction) -> Callable[..., dict[str, float]]:
    def run(**experiment: Any) -> dict[str, float]:
        what_if = str(experiment.pop(LEVER, BASELINE))
        found = function.evaluate({name: [value] for name, value in experiment.items()}, what_if)
        return {name: float(values[0]) for name, values in found.items()}

    return run


def kernel_evaluator(model: Any) -> Any:
    """Return an evaluator of the workbench that runs all experiments of a what-if in one batch.

    Args:
        model: from `ema_model`.

    Raises:
        InputError: the workbench is not installed.
    """
    evaluators = needed("ema_workbench.em_framework.evaluators", _PLACE)
    points = needed("ema_workbench.em_framework.points", _PLACE)

    class KernelEvaluator(evaluators.BaseEvaluator):  # type: ignore[misc, name-defined]
        """Batches of experiments, one for each what-if."""

        def initialize(self) -> None:
            """Nothing to set up."""

        def finalize(self) -> None:
            """Nothing to take down."""

        def evaluate_experiments(
            self,
            scenarios: Any,
            policies: Any,
            callback: Callable[[Any, Mapping[str, float]], None],
            combine: str = "factorial",
        ) -> None:
            """Evaluate all experiments and hand each to the callback."""
            made = points.experiment_generator(scenarios, self._msis, policies, combine=combine)
            for experiment, outcomes in _in_batches(model.case_function, made):
                callback(experiment, outcomes)

    return KernelEvaluator(model)


def _in_batches(
    function: CaseFunction, experiments: Iterable[Any]
) -> Iterable[tuple[Any, dict[str, float]]]:
    by_world: dict[str, list[Any]] = {}
    for experiment in experiments:
        by_world.setdefault(str(experiment.policy.get(LEVER, BASELINE)), []).append(experiment)
    for world, mine in by_world.items():
        names = [p.name for p in function.parameters]
        values = {n: [_plain(e.scenario[n]) for e in mine] for n in names}
        found = function.evaluate(values, world)
        for i, experiment in enumerate(mine):
            yield experiment, {name: float(column[i]) for name, column in found.items()}


def _plain(value: Any) -> Any:
    """Return a category as its value."""
    return getattr(value, "value", value)


def write_ema_results(
    model: Any, scenarios: int, file: Path, *, seed: int = 20240213
) -> tuple[Any, dict[str, Any]]:
    """Run Latin hypercube scenarios under every what-if, and write the workbench's own archive.

    Args:
        model: from `ema_model`.
        scenarios: sets of parameters; each is run under every what-if.
        file: a `.tar.gz`, which `ema_workbench.load_results` reads.
        seed: of the sample.

    Returns:
        (experiments, outcomes) as the workbench returns them.
    """
    ema = needed("ema_workbench", _PLACE)
    policies = [
        ema.Policy(name, **({LEVER: name} if len(model.levers) else {}))
        for name in model.case_function.what_ifs
    ]
    sample = _latin_hypercube(ema, model, scenarios, seed)
    with kernel_evaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(
            scenarios=sample, policies=policies, log_progress=True
        )
    ema.save_results((experiments, outcomes), str(file))
    return experiments, outcomes


def _latin_hypercube(ema: Any, model: Any, scenarios: int, seed: int) -> list[Any]:
    """Return scenarios by Latin hypercube; the workbench's own sampler takes no seed."""
    from scipy.stats import qmc

    unit = qmc.LatinHypercube(len(model.uncertainties), rng=np.random.default_rng(seed)).random(
        scenarios
    )
    made = []
    for row, levels in enumerate(unit):
        values = {
            p.name: _at(ema, p, float(q)) for p, q in zip(model.uncertainties, levels, strict=True)
        }
        made.append(ema.Scenario(f"scenario {row}", **values))
    return made


def _at(ema: Any, parameter: Any, level: float) -> Any:
    if isinstance(parameter, ema.CategoricalParameter):
        categories = list(SIGNS)
        return categories[min(int(level * len(categories)), len(categories) - 1)]
    return float(parameter.dist.ppf(level))
