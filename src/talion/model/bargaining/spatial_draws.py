"""The Spatial Model of Politics over draws of positions, saliences and capabilities, compiled."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, SimulationError
from talion.model.bargaining.drawn_stakes import check_draws
from talion.model.bargaining.positions import Issue
from talion.model.bargaining.spatial import VERSION
from talion.model.bargaining.spatial_formulas import THEIR_SHARE
from talion.model.bargaining.spatial_options import SpatialOptions

__all__ = ["SpatialDraws", "compiled_spatial", "spatial_draws"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_CHUNK = 128
_SEED_MASK = (1 << 64) - 1


@dataclass(frozen=True, eq=False)
class SpatialDraws:
    """Where many draws of an issue end; positions are on 0 to 1."""

    positions: F8
    """[draws, N, K] last positions."""
    winning: F8
    """[draws, N] how likely each actor's last place is to prevail."""
    outcome: F8
    """[draws, K] mean of last places by how likely each is."""
    turns: I8
    """[draws]"""
    cut_off: NDArray[np.bool_]
    """[draws] whether a run was stopped by `most_turns`."""
    gave_way: F8
    """[N, N] mean number of turns of a run in which the row moved by an offer with the column."""
    options: SpatialOptions
    version: str


@cache
def compiled_spatial() -> Callable[..., None]:
    """The pass of `talion.model.bargaining.spatial_kernel`, compiled when first called."""
    from talion.model.bargaining.spatial_kernel import SOURCES, spatial_pass
    from talion.model.compiling import ENTRY
    from talion.model.kernel_cache import compile_cached

    return compile_cached(spatial_pass, SOURCES, ENTRY)


def _rules(issue: Issue, options: SpatialOptions) -> tuple[object, ...]:
    from talion.model.bargaining.condorcet_kernel import ELECTIONS, VICTORIES, VOTINGS
    from talion.model.bargaining.spatial_room import (
        CHOICES,
        COMMITMENTS,
        DIVISIONS,
        PROPOSALS,
        RISK_RANGES,
        Rules,
    )

    matrix = options.accommodation_matrix(issue)
    election = (
        VOTINGS.index(options.voting),
        VICTORIES.index(options.victory),
        ELECTIONS.index(options.election),
    )
    return Rules(
        election=np.array(election, np.int64),
        choice=CHOICES.index(options.choice),
        risk_range=RISK_RANGES.index(options.risk_range),
        their_share=THEIR_SHARE[options.perspective],
        third_parties=COMMITMENTS.index(options.third_parties),
        division=DIVISIONS.index(options.division),
        proposals=PROPOSALS.index(options.proposals),
        as_meant=options.receiver_view == "meant",
        least_turns=options.least_turns,
        most_turns=options.most_turns,
        least_change=options.least_change,
        seed=np.uint64(options.seed & _SEED_MASK),
        accommodation=matrix,
        follows=bool((matrix != np.eye(len(matrix))).any()),
        stated_risk=options.stated_risk(issue),
    )


def spatial_draws(
    issue: Issue,
    positions: F8,
    salience: F8,
    capability: F8,
    options: SpatialOptions | None = None,
    *,
    workers: int | None = None,
) -> SpatialDraws:
    """Run the Spatial Model of Politics on every draw of an issue.

    A draw gives the same numbers whatever the workers and however many draws there are. Draw d is
    `spatial_model` of these stakes with `draw=d`, to 1e-9.

    Args:
        issue: gives actors, for options that name them; its own stakes are not used.
        positions: [draws, N, K] 0 to 1.
        salience: [draws, N, K] 0 to 1, at most 1 in all for each actor.
        capability: [draws, N, K] not negative.
        options: how; the defaults of KTAB if None.
        workers: threads; all cores if None.

    Raises:
        InputError: arrays of another shape, or numbers out of range.
        SimulationError: a Markov election that does not settle.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> three = one_dimension("x", {"A": (0, 80, 2), "B": (40, 50, 1), "C": (100, 90, 3)})
    >>> stated = (three.scaled[None], three.salience[None], three.capability[None])
    >>> spatial_draws(three, *stated).outcome.shape
    (1, 1)
    """
    from talion.model.bargaining.spatial_kernel import STATUSES
    from talion.model.bargaining.spatial_room import new_room

    chosen = options or SpatialOptions()
    x, s, c = (np.array(part, np.float64, order="C") for part in (positions, salience, capability))
    check_draws(issue, x, s, c)
    _check_attention(issue, s)
    draws, actors, dimensions = x.shape
    rules = _rules(issue, chosen)
    winning, outcome = np.zeros((draws, actors)), np.zeros((draws, dimensions))
    turns, status = np.zeros(draws, np.int64), np.zeros(draws, np.int64)
    run = compiled_spatial()
    starts = range(0, draws, _CHUNK)
    gave_way = np.zeros((len(starts), actors, actors), np.int64)

    def part(number: int) -> None:
        begin = starts[number]
        end = min(begin + _CHUNK, draws)
        room = new_room(actors, dimensions)
        run(begin, end, x, s, c, rules, room, winning, outcome, turns, status, gave_way[number])

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        list(pool.map(part, range(len(starts))))
    if (status == STATUSES.index("unsettled election")).any():
        raise SimulationError(
            "a Markov election does not settle",
            place=f"issue {issue.name!r}",
            remedy="use the conditional election",
        )
    return SpatialDraws(
        positions=x,
        winning=winning,
        outcome=outcome,
        turns=turns,
        cut_off=status == STATUSES.index("most turns"),
        gave_way=gave_way.sum(axis=0) / draws,
        options=chosen,
        version=VERSION,
    )


def _check_attention(issue: Issue, salience: F8) -> None:
    total = salience.sum(axis=2).max()
    if total > 1.0 + 1e-9:
        raise InputError(
            "saliences of one actor sum to at most 1",
            place=f"issue {issue.name!r}, salience",
            value=float(total),
        )
