"""Three simulated histories of the baseline, week by week, to be drawn inside the fans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from talion.judge.results import RunResult

PATHS = 3


@dataclass(frozen=True)
class Path:
    """One simulated history: weekly counts of each event type, weekly level of each factor."""

    counts: Mapping[str, list[float]]
    levels: Mapping[str, list[float]]


def sample_paths(result: RunResult, reading: str, paths: int = PATHS) -> list[Path]:
    """Return the first history of the first draws, simulated again: they are among those judged.

    A history is a pure function of seed, draw and number, so nothing need be kept of a run.
    """
    from talion.model.compile import compile_model
    from talion.simulate.history import simulate_history

    ensemble = result.ensembles[reading]
    end = max((m.end for m in ensemble.plan.measures if m.world == "baseline"), default=0)
    days = max(end, ensemble.plan.horizon.get("baseline", 0)) - result.case.as_of_day
    if days < 7:
        return []
    model = compile_model(
        result.case, reading, draws=ensemble.n_draws, seed=ensemble.seed, worlds=("baseline",)
    )
    found = []
    for draw in range(min(paths, ensemble.n_draws)):
        history = simulate_history(model, "baseline", draw, 0, days)
        weeks = days // 7
        week = ((np.asarray(history.times) - result.case.as_of_day) // 7).astype(int)
        counts = {
            name: np.bincount(
                week[(np.asarray(history.types) == k) & (week < weeks)], minlength=weeks
            )
            .astype(float)
            .tolist()
            for k, name in enumerate(model.type_ids)
        }
        levels = {
            name: np.asarray(history.levels)[: 7 * weeks : 7, f].tolist()
            for f, name in enumerate(model.factor_ids)
        }
        found.append(Path(counts, levels))
    return found
