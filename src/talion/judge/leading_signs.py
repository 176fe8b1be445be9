"""The signs that tell most over all judgments of a run: what to watch if one can watch few things.

A sign may stand on the lists of several judgments. It is ranked by the sum over these of the bits that
it is expected to tell of each, I(S; O_j) as `indicators.py` weighs it. The sum is a rule of rank and is
not printed: where two judgments hang together it may be more or less than what is told of both.
Signs that settle a judgment by themselves warn of nothing and stand last, only where the others are
fewer than three. Of one subject in one world the best sign alone is kept, so that five lines name five things.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from talion.judge.indicators import Indicator, WatchList

__all__ = ["LEAST", "MOST", "LeadingSign", "leading_signs"]

LEAST, MOST = 3, 5
Key = tuple[object, ...]


@dataclass(frozen=True)
class LeadingSign:
    """A sign and the judgments it tells of.

    Attributes:
        world: in which it is seen.
        sign: as on the list of the judgment that it tells most of.
        moves: judgment -> the same sign on its list, most told first.
        bits: sum over them of what it is expected to tell.
    """

    world: str
    sign: Indicator
    moves: tuple[tuple[str, Indicator], ...]
    bits: float


def leading_signs(lists: Iterable[WatchList], most: int = MOST) -> tuple[LeadingSign, ...]:
    """Return the signs that tell most over all judgments, most first.

    Args:
        lists: of a run's judgments.
        most: how many at most.
    """
    told: dict[Key, list[tuple[str, str, Indicator]]] = {}
    for found in lists:
        for one in found.indicators:
            told.setdefault(_key(found.world, one), []).append((found.world, found.judgment, one))
    ranked = sorted(map(_together, told.values()), key=lambda s: (s.sign.settles, -s.bits))
    kept: dict[tuple[str, str], LeadingSign] = {}
    for sign in ranked:
        if not sign.sign.settles or len(kept) < LEAST:
            kept.setdefault((sign.world, sign.sign.subject), sign)
    return tuple(kept.values())[:most]


def _key(world: str, one: Indicator) -> Key:
    seen = (one.kind, one.subject, one.above, one.bar, one.states, one.start, one.days)
    return (world, one.settles, *seen)


def _together(same: list[tuple[str, str, Indicator]]) -> LeadingSign:
    """Return one sign with every judgment that lists it."""
    ordered = sorted(same, key=lambda item: -item[2].first.bits)
    world, _, first = ordered[0]
    moves = tuple((judgment, one) for _, judgment, one in ordered)
    return LeadingSign(world, first, moves, sum(one.first.bits for _, one in moves))
