"""Draws with a known answer: parameters of a made-up reading, and truths that follow from some."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import DrawTruth
from talion.judge.given_data import Resampling
from talion.judge.linchpins import Linchpins, Told, find_linchpins
from talion.judge.parameters import Parameter

F8 = NDArray[np.float64]
EVERYWHERE = frozenset({"attack"})


def plain(name: str, values: F8) -> Parameter:
    """A usual rate, in events a month."""
    scores = (values - values.mean()) / values.std()
    said = f"the usual rate of {name}"
    return Parameter(
        name, name, None, "attack", "rate", "plain", said, "events a month", values, scores
    )


def arrow(name: str, size: F8, signs: F8 | None = None, form: str = "share") -> Parameter:
    """An arrow of a link of the same name; `size` is positive."""
    scores = (size - size.mean()) / size.std()
    values = size if signs is None else signs * size
    title = f"{name} (War → Attack)"
    return Parameter(name, name, name, "attack", "link", form, title, "%", values, scores, signs)


def signs(rng: np.random.Generator, draws: int) -> F8:
    return rng.integers(-1, 2, draws).astype(np.float64)


def told(parameters: list[Parameter], seed: int = 1) -> Told:
    return Told.of(parameters, seed)


def histories(rng: np.random.Generator, chance: F8, number: int = 20) -> DrawTruth:
    """Truths of histories that each hold with their draw's chance."""
    return DrawTruth(
        rng.binomial(number, chance).astype(np.float64), np.full(chance.size, float(number))
    )


def single(holds: NDArray[np.bool_]) -> DrawTruth:
    """Truths of an effect: one answer a draw."""
    return DrawTruth(holds.astype(np.float64), np.ones(holds.size))


def found_in(parameters: list[Parameter], truth: DrawTruth, seed: int = 1) -> Linchpins:
    resampling = Resampling.of(truth.answers.size, seed)
    return find_linchpins(told(parameters, seed), EVERYWHERE, truth, resampling)


def false_share(experiment: Callable[[np.random.Generator], bool], times: int, seed: int) -> float:
    """Share of experiments that give something."""
    rng = np.random.default_rng(seed)
    return sum(experiment(rng) for _ in range(times)) / times
