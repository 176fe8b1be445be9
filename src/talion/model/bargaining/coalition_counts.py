"""Coalitions counted by size and votes, in whole numbers of any size.

The generating function `F = prod_j (1 + y x^{w_j})` is held in one long integer: y^s x^w stands at bit
(w (n + 1) + s) b, with b bits for each coefficient (n + 1 are enough, as all coefficients together are
at most 2^n). Multiplying by 1 + y x^w is a shift and an addition. Taking member i out again is the
inverse, 1 / (1 + z) = (1 - z)(1 + z^2)(1 + z^4)..., cut off where powers of x reach the quota; what is
cut off or below zero on the way cancels, as the arithmetic is modulo a power of two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["swing_counts", "working_bits"]


def working_bits(votes: Sequence[int], quota: int) -> int:
    """Return how many bits one generating function below the quota takes."""
    n = len(votes)
    return quota * (n + 1) * (n + 2)


def swing_counts(
    votes: Sequence[int], quota: int, least_members: int = 1
) -> tuple[list[list[int]], int]:
    """Count the coalitions of others that each member turns into winning ones.

    Args:
        votes: whole votes of the n members.
        quota: votes with which a coalition wins, 1 or more.
        least_members: members that a winning coalition has at least.

    Returns:
        For each member the number of swings in coalitions of 0 to n - 1 others, (n, n), and the number
        of winning coalitions.

    >>> swing_counts([2, 1, 1], 3)
    ([[0, 2, 1], [0, 1, 0], [0, 1, 0]], 3)
    """
    n = len(votes)
    field, row = n + 2, (n + 1) * (n + 2)
    bits = quota * row
    whole = (1 << bits) - 1
    product = 1
    for w in votes:
        product = (product + (product << (w * row + field))) & whole
    losing = _by_size(product, 0, quota, row, field, n)
    winning = sum(math.comb(n, s) - losing[s] for s in range(least_members, n + 1))
    found: dict[int, list[int]] = {}
    for w in set(votes):
        others = _without(product, w * row + field, bits)
        # Votes short of the quota by w or less, and with i enough members.
        low = max(quota - w, 0)
        by_votes = _by_size(others, low, quota, row, field, n - 1)
        counts = [c if s + 1 >= least_members else 0 for s, c in enumerate(by_votes)]
        if least_members > 1:
            # Votes enough already, and i the member that was missing.
            s = least_members - 1
            counts[s] += math.comb(n - 1, s) - _by_size(others, 0, quota, row, field, n - 1)[s]
        found[w] = counts
    return [found[w] for w in votes], winning


def _without(product: int, step: int, bits: int) -> int:
    """The product divided by 1 + 2^step, modulo 2^bits."""
    whole = (1 << bits) - 1
    left = (product - (product << step)) & whole
    step *= 2
    while step < bits:
        left = (left + (left << step)) & whole
        step *= 2
    return left


def _by_size(product: int, low: int, high: int, row: int, field: int, largest: int) -> list[int]:
    """Coalitions by size, 0 to `largest`, among those with `low` to `high - 1` votes."""
    part = (product >> (low * row)) & ((1 << ((high - low) * row)) - 1)
    data = part.to_bytes((high - low) * row // 8 + 1, "little")
    total = 0
    for k in range(high - low):
        first, last = k * row, (k + 1) * row
        piece = int.from_bytes(data[first // 8 : last // 8 + 1], "little") >> (first % 8)
        total += piece & ((1 << row) - 1)
    mask = (1 << field) - 1
    return [(total >> (s * field)) & mask for s in range(largest + 1)]
