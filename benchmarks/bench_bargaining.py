"""Bargaining over draws: seconds of the compiled models, and how many times a plain rewrite takes.

    python benchmarks/bench_bargaining.py

The plain rewrite is the readable single-draw model in Python and numpy that keeps its trace; tests
hold both equal to 1e-9. Its time for all draws is measured on a few and multiplied. Other work on the
machine only adds time, so every figure is the least of its repeats; ratios are of processor seconds,
which the number of workers leaves alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from talion.model.bargaining.baselines import (
    weighted_mean,
    weighted_mean_draws,
    weighted_median,
    weighted_median_draws,
)
from talion.model.bargaining.challenge import challenge_model
from talion.model.bargaining.challenge_draws import challenge_draws
from talion.model.bargaining.drawn_stakes import Drawn, UncertainIssue, uncertain
from talion.model.bargaining.positions import Dimension
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_draws import spatial_draws

__all__ = ["measure"]

ACTORS, DRAWS, PLAIN_DRAWS = 15, 10_000, 20


def drawn_issue(draws: int) -> Drawn:
    """Fifteen actors with wide ranges on one dimension."""
    rng = np.random.default_rng(1)
    stakes = []
    for n in range(ACTORS):
        x, s, c = rng.uniform(10, 90), rng.uniform(20, 90), float(np.exp(rng.uniform(-1, 1)))
        stakes.append(
            uncertain(f"A{n}", (x - 10, x, x + 10), (s - 10, s, s + 10), (c / 1.5, c, c * 1.5))
        )
    return UncertainIssue("benchmark", (Dimension("x"),), tuple(stakes)).draw(draws, seed=1)


def _least(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Least wall and least processor seconds (of all threads) of some repeats."""
    wall = processor = float("inf")
    for _ in range(repeats):
        start, own = time.perf_counter(), time.process_time()
        work()
        wall = min(wall, time.perf_counter() - start)
        processor = min(processor, time.process_time() - own)
    return wall, processor


def measure() -> dict[str, Any]:
    """Seconds for 10,000 draws of fifteen actors, and the ratio to the plain rewrite."""
    drawn = drawn_issue(DRAWS)
    parts = (drawn.positions, drawn.salience, drawn.capability)
    likely, cores = drawn.issue.likely, os.cpu_count() or 1
    stated = [drawn.stated(d) for d in range(PLAIN_DRAWS)]
    spatial_draws(likely, *(part[:2] for part in parts))  # compile, or load what was compiled
    challenge_draws(likely, *(part[:2] for part in parts))
    tasks: dict[str, tuple[Callable[[], object], Callable[[Any], object], int]] = {
        "weighted mean": (
            lambda: weighted_mean_draws(drawn.positions, drawn.weights),
            weighted_mean,
            20,
        ),
        "weighted median": (
            lambda: weighted_median_draws(drawn.positions, drawn.weights),
            weighted_median,
            20,
        ),
        "spatial model": (
            lambda: spatial_draws(likely, *parts, workers=cores),
            spatial_model,
            3,
        ),
        "challenge model, ten rounds": (
            lambda: challenge_draws(likely, *parts, workers=cores),
            challenge_model,
            3,
        ),
    }
    found: dict[str, Any] = {"draws": DRAWS, "actors": ACTORS, "cores": cores}
    for name, (compiled, plain, repeats) in tasks.items():
        seconds, processor = _least(compiled, repeats)
        _, slow = _least(lambda p=plain: [p(issue) for issue in stated], 3)
        rewrite = slow * DRAWS / PLAIN_DRAWS
        found[name] = {
            "seconds": seconds,
            "processor_seconds": processor,
            "plain_processor_seconds": rewrite,
            "times": rewrite / processor,
        }
    turns = spatial_draws(likely, *parts).turns
    found["turns"] = {"mean": float(turns.mean()), "largest": int(turns.max())}
    return found


if __name__ == "__main__":
    import json

    print(json.dumps(measure(), indent=2))
