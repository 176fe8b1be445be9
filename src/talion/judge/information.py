"""How much one thing seen tells about another, from draws x histories, and what noise alone tells.

The expected information of a sign S about an outcome O is their mutual information,

    I(S; O) = sum_so p(s, o) log2 [p(s, o) / (p(s) p(o))],

in bits (Shannon 1948; Cover and Thomas 2006, 2.3). From finitely many histories it comes out too
high, even where S and O have nothing to do with each other. How much too high is measured here on
the histories themselves: the outcomes are dealt anew to whole draws, so that what the histories of
one draw share stays together, and the mean over such deals is taken off (the permutation form of
the correction of Miller 1955). The largest value of each deal over all signs is what the best of so
many signs would show by chance (Westfall and Young 1993); a sign below its 95 % quantile is noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DEALS",
    "NOISE_QUANTILE",
    "Chance",
    "Evidence",
    "Tally",
    "chance_of",
    "dealt",
    "entropy",
    "evidence_of",
    "mutual_information",
    "tally",
]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]

DEALS = 200
NOISE_QUANTILE = 0.95
_EIGHTY = 1.2815515655446004  # half an 80 % interval in standard errors


@dataclass(frozen=True)
class Chance:
    """A probability with what the number of histories leaves open of it.

    Attributes:
        probability: 0 to 1.
        low, high: 80 % interval of Monte Carlo error, draws being the independent units.
    """

    probability: float
    low: float
    high: float


@dataclass(frozen=True)
class Evidence:
    """What one sign tells about one outcome under one reading.

    Attributes:
        now: probability of the outcome.
        seen, unseen: the same in the histories that show the sign, and in the others; with `chance`
            as weights they average to `now`.
        chance: probability to see the sign.
        bits: expected information, bias taken off, never below 0.
        bits_low, bits_high: 80 % interval of its Monte Carlo error.
        doubt: entropy of the outcome, bits; what there is to be told.
        histories: that were counted.
    """

    now: Chance
    seen: Chance
    unseen: Chance
    chance: Chance
    bits: float
    bits_low: float
    bits_high: float
    doubt: float
    histories: int


@dataclass(frozen=True, eq=False)
class Tally:
    """Information of many signs about one outcome, and what noise would show.

    Attributes:
        bits: [C] mutual information as counted.
        bias: [C] its mean over the deals.
        noise: NOISE_QUANTILE of the best corrected value in a deal.
        best: [deals] that best value, ascending.
    """

    bits: F8
    bias: F8
    noise: float
    best: F8

    @property
    def corrected(self) -> F8:
        """[C] bits with the bias taken off, never below 0."""
        return np.maximum(self.bits - self.bias, 0.0)

    def by_chance(self, sign: int) -> float:
        """Probability that the best of all signs would tell as much by chance; at least 1/(deals + 1)."""
        reached = self.best.size - np.searchsorted(self.best, self.bits[sign] - self.bias[sign])
        return float((1 + reached) / (1 + self.best.size))


def mutual_information(both: F8, seen: F8, holds: F8, number: F8) -> F8:
    """Return the mutual information of two binary variables in bits.

    Args:
        both, seen, holds: how often sign and outcome, the sign, and the outcome occur.
        number: of histories; all broadcast together.

    >>> n = np.array(100.0)
    >>> float(mutual_information(np.array(50.0), np.array(50.0), np.array(50.0), n))
    1.0
    >>> float(mutual_information(np.array(25.0), np.array(50.0), np.array(50.0), n))
    0.0
    """
    s, o, n = seen / number, holds / number, both / number
    cells = ((n, s, o), (s - n, s, 1 - o), (o - n, 1 - s, o), (1 - s - o + n, 1 - s, 1 - o))
    total = np.zeros(np.broadcast_shapes(n.shape, s.shape, o.shape))
    for joint, row, column in cells:
        expected = row * column
        usable = (joint > 1e-12) & (expected > 1e-300)
        ratio = np.where(usable, joint, 1.0) / np.where(usable, expected, 1.0)
        total += np.where(usable, joint * np.log2(ratio), 0.0)
    return np.maximum(total, 0.0)


def dealt(outcome: B1, known: B1, deals: int, rng: np.random.Generator) -> tuple[F4, F4]:
    """Return outcomes dealt anew to whole draws, histories of a draw in one other order.

    Args:
        outcome, known: shape (D, N).
        deals: how many.
        rng: of the deals.

    Returns:
        Outcomes that hold, and those known; both shape (D N, deals).
    """
    shape = (deals, *outcome.shape)
    holds, has = np.empty(shape, np.float32), np.ones(shape, np.float32)
    true = (outcome & known).astype(np.float32)
    some_unknown = not bool(known.all())
    for i in range(deals):
        order = np.ix_(rng.permutation(outcome.shape[0]), rng.permutation(outcome.shape[1]))
        holds[i] = true[order]
        if some_unknown:
            has[i] = known[order]
    return holds.reshape(deals, -1).T, has.reshape(deals, -1).T


def tally(signs: B1, outcome: B1, known: B1, *, deals: int, rng: np.random.Generator) -> Tally:
    """Return the information of many signs about one outcome, with what chance alone would show.

    Args:
        signs: shape (C, D, N).
        outcome, known: shape (D, N).
        deals: of the outcome to other draws.
        rng: of the deals.
    """
    flat = signs.reshape(len(signs), -1).astype(np.float32)
    truth, has = (outcome & known).ravel(), known.ravel()
    bits = _information(flat, truth[:, None].astype(np.float32), has[:, None].astype(np.float32))
    random = _information(flat, *dealt(outcome, known, deals, rng))
    bias = random.mean(axis=1)
    best = np.sort((random - bias[:, None]).max(axis=0, initial=0.0))
    return Tally(bits[:, 0], bias, float(np.quantile(best, NOISE_QUANTILE)), best)


def _information(signs: F4, holds: F4, known: F4) -> F8:
    """[C, P] information of signs [C, M] about outcomes [M, P]."""
    both = np.asarray(signs @ holds, np.float64)
    everywhere = bool(known.all())
    seen = signs.sum(axis=1, dtype=np.float64)[:, None] if everywhere else signs @ known
    held, number = (x.sum(axis=0, dtype=np.float64)[None, :] for x in (holds, known))
    return mutual_information(both, np.asarray(seen, np.float64), held, np.maximum(number, 1.0))


def chance_of(holds: B1, among: B1) -> Chance:
    """Return the share of histories that hold among those that count, with its 80 % interval.

    The share is a ratio of sums over draws; its error is that of the draws' residuals (Cochran
    1977, 2.11), with that of (k + 1/2) / (n + 1) as the least.

    Args:
        holds, among: shape (D, N).
    """
    hits, size = (holds & among).sum(axis=1), among.sum(axis=1)
    number = int(size.sum())
    if number == 0:
        return Chance(math.nan, math.nan, math.nan)
    share = float(hits.sum() / number)
    draws = len(size)
    residual = (hits - share * size) / (number / draws)
    error = float(np.std(residual, ddof=1)) / math.sqrt(draws) if draws > 1 else 0.0
    nearer = (share * number + 0.5) / (number + 1)
    error = max(error, math.sqrt(nearer * (1 - nearer) / number))
    return Chance(share, max(0.0, share - _EIGHTY * error), min(1.0, share + _EIGHTY * error))


def evidence_of(sign: B1, outcome: B1, known: B1, bias: float) -> Evidence:
    """Return what one sign tells about one outcome.

    Args:
        sign, outcome, known: shape (D, N).
        bias: bits to take off.
    """
    shown, hidden = sign & known, ~sign & known
    number = float(known.sum())
    counts = (float((outcome & shown).sum()), float(shown.sum()), float((outcome & known).sum()))
    bits = float(mutual_information(*(np.array(x) for x in (*counts, max(number, 1.0)))))
    corrected, error = max(bits - bias, 0.0), _error_of_bits(sign, outcome, known, counts, bits)
    return Evidence(
        now=chance_of(outcome, known),
        seen=chance_of(outcome, shown),
        unseen=chance_of(outcome, hidden),
        chance=chance_of(sign, known),
        bits=corrected,
        bits_low=max(corrected - _EIGHTY * error, 0.0),
        bits_high=corrected + _EIGHTY * error,
        doubt=entropy(counts[2] / max(number, 1.0)),
        histories=int(number),
    )


def _error_of_bits(
    sign: B1, outcome: B1, known: B1, counts: tuple[float, float, float], bits: float
) -> float:
    """Return the error of the information over draws, by its derivative in each history."""
    both, seen, holds = counts
    number, draws = float(known.sum()), len(known)
    if number == 0 or draws < 2:
        return 0.0
    each = np.zeros(known.shape)
    for s, o, joint in (
        (True, True, both),
        (True, False, seen - both),
        (False, True, holds - both),
        (False, False, number - seen - holds + both),
    ):
        row, column = (seen if s else number - seen), (holds if o else number - holds)
        if joint > 0:
            cell = known & (sign == s) & (outcome == o)
            each[cell] = math.log2(joint * number / (row * column)) - bits
    residual = each.sum(axis=1) / (number / draws)
    return float(np.std(residual, ddof=1)) / math.sqrt(draws)


def entropy(probability: float) -> float:
    """Return the entropy of an outcome in bits.

    >>> entropy(0.5), entropy(0.0)
    (1.0, 0.0)
    """
    parts = (probability, 1.0 - probability)
    return sum(p * math.log2(1.0 / p) for p in parts if p > 0)
