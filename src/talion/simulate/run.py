"""The public call: a case, a reading, and the courses of events that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from talion.model.case import Case
from talion.model.compile import compile_model
from talion.model.outlook import outlook_plan
from talion.simulate.ensemble import Ensemble, Progress, simulate_ensemble

__all__ = ["simulate_case"]


def simulate_case(
    case: Case,
    reading: str = "as_written",
    *,
    what_ifs: Sequence[str] | None = None,
    shifts: Mapping[str, int] | None = None,
    draws: int = 200,
    histories: int = 20,
    seed: int = 20240213,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Simulate a case from its cut-off under one reading, with the record as history.

    Args:
        case: from `load_case`.
        reading: `no_view`, `as_written`, `as_written_ours`, `opponent` or `links_at_zero`.
        what_ifs: which what-ifs; all by default. The baseline always runs.
        shifts: days by which what-ifs start later than written.
        draws: parameter sets.
        histories: simulated courses of each.
        seed: same seed, same numbers, whatever the workers.
        workers: threads; one a core by default.
        progress: called with (histories done, histories in all).

    Returns:
        Counts of every series after 30, 90, 180 and 365 days, and weekly courses.

    Raises:
        CaseError: no such reading or what-if.
        SimulationError: the sizes cannot be run.

    >>> from talion.model.case import load_case
    >>> ensemble = simulate_case(load_case("baghdad-2024"), what_ifs=[], draws=2, histories=2)
    >>> ensemble.values.shape[:2]
    (2, 2)
    """
    names = ("baseline", *(case.what_ifs if what_ifs is None else what_ifs))
    model = compile_model(
        case, reading, draws=draws, seed=seed, worlds=names, shifts=dict(shifts or {})
    )
    plan = outlook_plan(case, names)
    return simulate_ensemble(model, plan, histories=histories, workers=workers, progress=progress)
