"""Events and history-years a second of the simulator, and whether cost is linear in both.

    python benchmarks/bench_simulate.py

Other work on the machine only adds time, so every figure is the least of its repeats; processor
seconds stand beside wall seconds.
"""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np
from reference_model import DAYS, reference_model, reference_plan

from talion.simulate.ensemble import Ensemble, simulate_ensemble

__all__ = ["measure", "slopes"]

DRAWS = 100


def timed(histories: int, workers: int, days: int = DAYS, repeats: int = 8) -> dict[str, float]:
    """Least wall and processor seconds of some repeats, with events and history-years."""
    model = reference_model(DRAWS)
    plan = reference_plan(days)
    wall, processor = np.inf, np.inf
    ensemble: Ensemble | None = None
    for _ in range(repeats):
        clock, own = time.perf_counter(), time.process_time()
        ensemble = simulate_ensemble(model, plan, histories=histories, workers=workers)
        wall = min(wall, time.perf_counter() - clock)
        processor = min(processor, time.process_time() - own)
    assert ensemble is not None
    years = DRAWS * histories * len(ensemble.worlds) * days / 365
    return {
        "workers": workers,
        "seconds": wall,
        "processor_seconds": processor,
        "events": ensemble.events_simulated,
        "history_years": years,
        "events_per_second": ensemble.events_simulated / wall,
        "events_per_processor_second": ensemble.events_simulated / processor,
        "history_years_per_second": years / wall,
        "history_years_per_processor_second": years / processor,
        "capped": int(ensemble.capped.sum()),
    }


def _fit(x: list[float], y: list[float]) -> dict[str, float]:
    """Straight line by least squares, with the share of variance it explains."""
    slope, intercept = np.polyfit(x, y, 1)
    left = np.array(y) - np.polyval([slope, intercept], x)
    return {
        "slope_microseconds": 1e6 * slope,
        "intercept_milliseconds": 1e3 * intercept,
        "r_squared": 1.0 - left.var() / np.var(y),
    }


def slopes() -> dict[str, Any]:
    """Processor seconds against histories (at one length) and against events (at many)."""
    by_histories = [timed(n, 1, repeats=6) for n in (2, 4, 8, 16)]
    by_days = [timed(4, 1, days, repeats=6) for days in (91, 182, 364, 728)]
    seconds = "processor_seconds"
    return {
        "per_history_year": _fit(
            [r["history_years"] for r in by_histories], [r[seconds] for r in by_histories]
        ),
        "per_event": _fit([r["events"] for r in by_days], [r[seconds] for r in by_days]),
    }


def measure() -> dict[str, Any]:
    """All figures of the simulator."""
    timed(1, 1, repeats=1)  # compile, or load what was compiled
    cores = os.cpu_count() or 1
    return {
        "one_worker": timed(20, 1),
        "two_workers": timed(20, min(2, cores)),
        "slopes": slopes(),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(measure(), indent=2))
