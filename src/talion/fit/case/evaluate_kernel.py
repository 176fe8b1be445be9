"""The log-likelihood of a chain's state, whole or after a change: only what depends on it."""

from __future__ import annotations

from talion.fit.case.arrays import ABSENCES, LISTING, MARKS, TOTALS, Chain, Specification
from talion.fit.case.observation_kernel import (
    absence_part,
    count_totals,
    listing_part,
    load_listing,
    mark_part,
    total_part,
)
from talion.fit.case.path_kernel import levels, load_background, load_mix
from talion.fit.case.rate_kernel import trace, type_part
from talion.fit.case.strength_kernel import natural, numbers_of_type, shared_numbers
from talion.model.compiling import inner

__all__ = ["driven", "everything", "listed_by", "log_likelihood", "mixed", "refresh"]


@inner
def log_likelihood(ch: Chain) -> float:
    total = 0.0
    for i in range(ch.part.shape[0]):
        total += ch.part[i]
    return total


@inner
def driven(s: Specification, ch: Chain, k: int) -> bool:
    """Whether a factor on the type's rate has moved."""
    found = False
    for i in range(s.r_start[k], s.r_start[k + 1]):
        found = found or ch.moved[s.r_factor[i]] == 1
    return found


@inner
def mixed(s: Specification, ch: Chain, k: int) -> bool:
    """Whether a factor on the mix of the type's marks has moved."""
    for i in range(s.m_start[s.class_start[k]], s.m_start[s.class_start[k + 1]]):
        if ch.moved[s.m_factor[i]] == 1:
            return True
    return False


@inner
def listed_by(s: Specification, ch: Chain) -> bool:
    """Whether a factor on the listing of some type has moved."""
    for k in range(s.l_factor.shape[0]):
        if s.l_factor[k] >= 0 and ch.moved[s.l_factor[k]] == 1:
            return True
    return False


@inner
def refresh(s: Specification, ch: Chain, path: int, marks: int, listing: int, totals: int) -> float:
    """Evaluate the types marked dirty and the parts asked for; return the log-likelihood.

    Marks and listing: 0 not, 1 yes, 2 where a factor that they hang on has moved.
    """
    fresh = False
    types = s.usual.shape[0]
    shared_numbers(s, ch)
    if path == 1:
        levels(s, ch)
    for k in range(types):
        if s.fitted[k] == 0:
            continue
        if ch.dirty[k] == 1:
            numbers_of_type(s, ch, k)
        if ch.dirty[k] == 1 or (path == 1 and driven(s, ch, k)):
            load_background(s, ch, k, 0)
            ch.part[k] = type_part(s, ch, k, 0, ch.cell.shape[1])
        ch.dirty[k] = 0
        if s.class_start[k + 1] - s.class_start[k] > 1 and (
            marks == 1 or (marks == 2 and mixed(s, ch, k))
        ):
            load_mix(s, ch, k, 0)
            fresh = True
    if fresh or marks == 1:
        ch.part[types + MARKS] = mark_part(ch)
    if listing == 1 or (listing == 2 and listed_by(s, ch)):
        load_listing(s, ch)
        ch.part[types + LISTING] = listing_part(s, ch)
    if totals == 1:
        ch.part[types + TOTALS] = total_part(s, ch)
    return log_likelihood(ch)


@inner
def everything(s: Specification, ch: Chain) -> float:
    """Evaluate all from the coordinates, signs and events."""
    for p in range(s.p_middle.shape[0]):
        ch.v[p] = natural(s, ch.x, p)
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = s.fitted[k]
        for c in range(s.class_start[k], s.class_start[k + 1]):
            for d in range(s.days):
                ch.mix[d, c] = 1.0
    for g in range(s.g_arrow.shape[0]):
        trace(s, ch, g, 0, ch.cell.shape[1])
    count_totals(s, ch)
    ch.part[s.usual.shape[0] + ABSENCES] = absence_part(s, ch)
    return refresh(s, ch, 1, 1, 1, 1)
