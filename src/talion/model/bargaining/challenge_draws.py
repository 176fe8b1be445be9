"""The challenge model over draws of positions, saliences and capabilities, compiled."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.challenge import VERSION, one_scale
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.drawn_stakes import check_draws
from talion.model.bargaining.positions import Issue

__all__ = ["ChallengeDraws", "challenge_draws", "compiled_challenge"]

F8 = NDArray[np.float64]

_CHUNK = 128


@dataclass(frozen=True, eq=False)
class ChallengeDraws:
    """Where many draws of an issue stand after every round; positions are on 0 to 1."""

    positions: F8
    """[draws, N] last positions."""
    means: F8
    """[draws, rounds + 1] weighted means."""
    medians: F8
    """[draws, rounds + 1] weighted medians, the lower on a tie."""
    settled: NDArray[np.bool_]
    """[draws] whether nobody moved in the last round."""
    options: ChallengeOptions
    version: str


@cache
def compiled_challenge() -> Callable[..., None]:
    """The pass of `talion.model.bargaining.challenge_kernel`, compiled when first called."""
    from talion.model.bargaining.challenge_kernel import SOURCES, challenge_pass
    from talion.model.compiling import ENTRY
    from talion.model.kernel_cache import compile_cached

    return compile_cached(challenge_pass, SOURCES, ENTRY)


def _readings(options: ChallengeOptions) -> tuple[object, ...]:
    from talion.model.bargaining.challenge_kernel import (
        ACCEPTANCES,
        CAPITULATIONS,
        CHANGE_TERMS,
        DENOMINATORS,
        RESISTANCES,
        Readings,
    )

    return Readings(
        rounds=options.rounds,
        status_quo=options.status_quo,
        better=options.better,
        denominator=DENOMINATORS.index(options.denominator),
        acceptance=ACCEPTANCES.index(options.acceptance),
        capitulation=CAPITULATIONS.index(options.capitulation),
        resistance=RESISTANCES.index(options.resistance),
        change_term=CHANGE_TERMS.index(options.change_term),
    )


def challenge_draws(
    issue: Issue,
    positions: F8,
    salience: F8,
    capability: F8,
    options: ChallengeOptions | None = None,
    *,
    workers: int | None = None,
) -> ChallengeDraws:
    """Play the challenge model on every draw of an issue of one dimension.

    Args:
        issue: gives the actors; its own stakes are not used.
        positions: [draws, N, 1] 0 to 1.
        salience: [draws, N, 1] 0 to 1.
        capability: [draws, N, 1] not negative.
        options: how the model is read.
        workers: threads; all cores if None.

    Raises:
        InputError: several dimensions, arrays of another shape, numbers out of range.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> three = one_dimension("x", {"A": (0, 80, 2), "B": (40, 50, 1), "C": (100, 90, 3)})
    >>> stated = (three.scaled[None], three.salience[None], three.capability[None])
    >>> challenge_draws(three, *stated).means.shape
    (1, 11)
    """
    one_scale(issue)
    chosen = options or ChallengeOptions()
    x, s, c = (np.array(part, np.float64, order="C") for part in (positions, salience, capability))
    check_draws(issue, x, s, c)
    draws, actors = x.shape[:2]
    position, care = np.ascontiguousarray(x[:, :, 0]), np.ascontiguousarray(s[:, :, 0])
    weight = np.ascontiguousarray(c[:, :, 0] * care)
    means, medians = np.zeros((draws, chosen.rounds + 1)), np.zeros((draws, chosen.rounds + 1))
    settled = np.zeros(draws, np.int64)
    run, readings = compiled_challenge(), _readings(chosen)

    def part(begin: int) -> None:
        vectors, squares = np.zeros((3, actors)), np.zeros((2, actors, actors))
        order, end = np.zeros(actors, np.int64), min(begin + _CHUNK, draws)
        run(
            begin, end, position, care, weight, readings, vectors, squares, order,
            means, medians, settled,
        )  # fmt: skip

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        list(pool.map(part, range(0, draws, _CHUNK)))
    return ChallengeDraws(position, means, medians, settled == 1, chosen, VERSION)
