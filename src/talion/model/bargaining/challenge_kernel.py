"""The challenge model over many draws, compiled; see `talion.model.bargaining.challenge`."""

from __future__ import annotations

from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.challenge_options import (
    Acceptance,
    Capitulation,
    ChangeTerm,
    Denominator,
    Resistance,
)
from talion.model.compiling import inlined, inner

__all__ = [
    "ACCEPTANCES",
    "CAPITULATIONS",
    "CHANGE_TERMS",
    "DENOMINATORS",
    "RESISTANCES",
    "SOURCES",
    "Readings",
    "challenge_pass",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = (
    "model/bargaining/challenge_kernel.py",
    "model/bargaining/challenge_options.py",
    "model/compiling.py",
)
"""Every file the compiled pass is made of, and those whose orders it takes over."""

DENOMINATORS: tuple[str, ...] = get_args(Denominator)
ACCEPTANCES: tuple[str, ...] = get_args(Acceptance)
CAPITULATIONS: tuple[str, ...] = get_args(Capitulation)
RESISTANCES: tuple[str, ...] = get_args(Resistance)
CHANGE_TERMS: tuple[str, ...] = get_args(ChangeTerm)
_ALL_PAIRS = DENOMINATORS.index("all-pairs")
_SCHOLZ = ACCEPTANCES.index("scholz")
_STATED = CAPITULATIONS.index("stated")
_BY_RIVAL = RESISTANCES.index("rival")
_OMITTED = CHANGE_TERMS.index("omitted")
_NONE, _CONFRONTATION, _COMPROMISE, _CAPITULATION = 0, 1, 2, 3
_TIE = 1e-12


class Readings(NamedTuple):
    """How the model is read, as numbers."""

    rounds: int
    status_quo: float
    better: float
    denominator: int
    acceptance: int
    capitulation: int
    resistance: int
    change_term: int


@inlined
def _worth(share: float, r: float) -> float:
    power: float = max(share, 0.0) ** r
    return 2.0 - 4.0 * power


@inner
def _chances(x: F8, width: float, weight: F8, r: F8, o: Readings, far: F8, won: F8) -> None:
    """won[i, j]: P of the position of i against that of j."""
    n = x.shape[0]
    for k in range(n):
        for j in range(n):
            far[k, j] = weight[k] * (abs(x[k] - x[j]) / width) ** r[k]
    every = 0.0
    for i in range(n):
        for j in range(n):
            ours, both = 0.0, 0.0
            for k in range(n):
                v = far[k, j] - far[k, i]
                ours += max(v, 0.0)
                both += abs(v)
            every += both
            won[i, j] = ours
            if o.denominator != _ALL_PAIRS:
                won[i, j] = ours / both if both > 0.0 else ours
    for i in range(n):
        for j in range(n):
            if o.denominator == _ALL_PAIRS and every > 0.0:
                won[i, j] /= every
            if x[i] == x[j]:
                won[i, j] = 0.0


@inlined
def _expects(gap: float, off: float, chance: float, resists: float, r: float, o: Readings) -> float:
    """E of a challenge across a gap, by one who stands `off` the median."""
    success, failure = _worth(0.5 - 0.5 * gap, r), _worth(0.5 + 0.5 * gap, r)
    contest = chance * success + (1.0 - chance) * failure
    otherwise = o.status_quo * _worth(0.5, r)
    if o.change_term != _OMITTED:
        shift = 0.25 * (off + gap)
        better, worse = _worth(0.5 - shift, r), _worth(0.5 + shift, r)
        otherwise += (1.0 - o.status_quo) * (o.better * better + (1.0 - o.better) * worse)
    expected: float = resists * contest + (1.0 - resists) * success - otherwise
    return expected


@inner
def _exponents(
    x: F8, width: float, median: float, care: F8, won: F8, o: Readings, r: F8, danger: F8
) -> None:
    """Exponents of risk, from chances at r = 1."""
    n = x.shape[0]
    for j in range(n):
        danger[j] = 0.0
        for i in range(n):
            if i != j:
                gap, off = abs(x[i] - x[j]) / width, abs(x[i] - median) / width
                danger[j] += _expects(gap, off, won[i, j], care[j], 1.0, o)
    least, most = danger[0], danger[0]
    for j in range(n):
        least, most = min(least, danger[j]), max(most, danger[j])
    for j in range(n):
        r[j] = 1.0
        if most > least:
            attitude = (2.0 * danger[j] - most - least) / (most - least)
            r[j] = (1.0 - attitude / 3.0) / (1.0 + attitude / 3.0)


@inlined
def _kind(own: float, others: float, o: Readings) -> int:
    if others > own and own > 0.0:
        return _CONFRONTATION
    if others > 0.0 and own < 0.0:
        if others > -own:
            return _COMPROMISE
        if others < -own and o.capitulation == _STATED:
            return _CAPITULATION
    return _NONE


@inner
def _answer(
    i: int, x: F8, width: float, median: float, care: F8, won: F8, r: F8, o: Readings
) -> float:
    """Where actor i ends the round."""
    kept, best = _CAPITULATION + 1, 0.0
    end: float = x[i]
    for j in range(x.shape[0]):
        if x[j] == x[i]:
            continue
        gap = abs(x[i] - x[j]) / width
        off_i, off_j = abs(x[i] - median) / width, abs(x[j] - median) / width
        resists = care[j] if o.resistance == _BY_RIVAL else care[i]
        own = _expects(gap, off_i, won[i, j], care[j], r[i], o)
        others = _expects(gap, off_j, won[j, i], resists, r[i], o)
        kind = _kind(own, others, o)
        if kind == _NONE or kind > kept:
            continue
        to = x[j]
        if kind == _COMPROMISE:
            to = x[i] + (x[j] - x[i]) * abs(own / others)
        rank = abs(to - x[i])
        if kind == _COMPROMISE and o.acceptance == _SCHOLZ:
            rank = (abs(own) * x[i] + abs(others) * x[j]) / (abs(own) + abs(others))
        if kind < kept or rank < best:
            kept, best, end = kind, rank, to
    return end


@inner
def _centre(x: F8, weight: F8, order: I8) -> tuple[float, float]:
    """Weighted mean and lower weighted median."""
    n, total, mean = x.shape[0], 0.0, 0.0
    for i in range(n):
        total += weight[i]
        mean += weight[i] * x[i]
        at = i  # sorted by insertion: few actors
        while at > 0 and x[order[at - 1]] > x[i]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = i
    if total <= 0.0:
        return np.nan, np.nan
    reached = 0.0
    for at in range(n):
        reached += weight[order[at]]
        if reached / total >= 0.5 - _TIE:
            return mean / total, x[order[at]]
    return mean / total, x[order[n - 1]]


@inner
def _round(
    x: F8, width: float, middle: float, care: F8, weight: F8, o: Readings,
    r: F8, danger: F8, far: F8, won: F8, after: F8,
) -> bool:  # fmt: skip
    """Play one round; returns whether anyone moved."""
    n = x.shape[0]
    r[:] = 1.0
    _chances(x, width, weight, r, o, far, won)
    _exponents(x, width, middle, care, won, o, r, danger)
    _chances(x, width, weight, r, o, far, won)
    for i in range(n):
        after[i] = _answer(i, x, width, middle, care, won, r, o)
    moved = False
    for i in range(n):
        moved = moved or after[i] != x[i]
        x[i] = after[i]
    return moved


def challenge_pass(
    begin: int, end: int, position: F8, care: F8, weight: F8, o: Readings,
    vectors: F8, squares: F8, order: I8, means: F8, medians: F8, settled: I8,
) -> None:  # fmt: skip
    """Play draws `begin` to `end` - 1.

    Args:
        begin: first draw.
        end: the draw after the last.
        position: [draws, N]; the last positions on return.
        care: [draws, N] saliences, 0 to 1.
        weight: [draws, N] capability times salience.
        o: how the model is read.
        vectors: [3, N] room, one for each thread.
        squares: [2, N, N] room.
        order: [N] room.
        means: [draws, rounds + 1] out: weighted means.
        medians: [draws, rounds + 1] out: lower weighted medians.
        settled: [draws] out: 1 if nobody moved in the last round.
    """
    for draw in range(begin, end):
        x = position[draw]
        low, high, plain = x[0], x[0], 0.0
        for i in range(x.shape[0]):
            low, high = min(low, x[i]), max(high, x[i])
        for turn in range(o.rounds + 1):
            mean, median = _centre(x, weight[draw], order)
            means[draw, turn], medians[draw, turn] = mean, median
            if turn == o.rounds:
                break
            if high == low:
                settled[draw] = 1
                continue
            middle = median
            if median != median:  # nobody has weight
                plain = 0.0
                for i in range(x.shape[0]):
                    plain += x[i]
                middle = plain / x.shape[0]
            moved = _round(
                x, high - low, middle, care[draw], weight[draw], o,
                vectors[0], vectors[1], squares[0], squares[1], vectors[2],
            )  # fmt: skip
            settled[draw] = 0 if moved else 1
