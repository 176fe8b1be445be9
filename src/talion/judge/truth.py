"""Truth of a test in each history, when some histories were cut short and some cannot answer.

A history that hit the event cap before a test was settled may be either: `low` counts it false,
`high` true. A history that cannot answer (no strike to be answered, a condition not met) is
`undetermined` and out of the share. Joining follows Kleene: what is already settled stays settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

__all__ = ["Truth", "all_of", "any_of", "given"]

B1 = NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """Three arrays of shape (draws, histories); `low` implies `high`; both false if undetermined."""

    low: B1
    high: B1
    undetermined: B1

    @classmethod
    def of(cls, holds: B1, known: B1, capped: B1) -> Truth:
        """Return the truth of one comparison.

        Args:
            holds: the comparison, whatever it says where the measure is not known.
            known: the measure has a value.
            capped: the history was cut short; where not known for any other reason, it
                cannot answer.
        """
        return cls(holds & known, np.where(known, holds, capped), ~known & ~capped)

    @classmethod
    def settled(cls, holds: B1) -> Truth:
        """Return a truth that is known everywhere."""
        return cls(holds, holds, np.zeros(holds.shape, bool))


def all_of(parts: Sequence[Truth]) -> Truth:
    """Return the truth of every part holding; one clear no settles it."""
    return reduce(_and, parts)


def any_of(parts: Sequence[Truth]) -> Truth:
    """Return the truth of some part holding; one clear yes settles it."""
    return _not(reduce(_and, [_not(p) for p in parts]))


def _and(a: Truth, b: Truth) -> Truth:
    no = (~a.high & ~a.undetermined) | (~b.high & ~b.undetermined)
    undetermined = (a.undetermined | b.undetermined) & ~no
    return Truth(a.low & b.low & ~undetermined, a.high & b.high & ~undetermined, undetermined)


def _not(a: Truth) -> Truth:
    return Truth(~a.high & ~a.undetermined, ~a.low & ~a.undetermined, a.undetermined)


def given(condition: Truth, holds: Truth) -> Truth:
    """Return the truth of `holds` in the histories that meet `condition`; others cannot answer.

    A history cut short before the condition was settled may be in or out; it is kept, false in
    `low` and true in `high`, the widest it can move the share.
    """
    unsure = condition.high & ~condition.low
    out = (~condition.high | holds.undetermined) & ~unsure
    return Truth(holds.low & condition.low & ~out, (holds.high | unsure) & ~out, out)
