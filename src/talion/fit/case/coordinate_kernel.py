"""Moves of coordinates and signs.

Coordinates are standard normal a priori, so blocks are moved by elliptical slice sampling, which
needs no step size (Murray, Adams and MacKay 2010, AISTATS 9: 541). Signs are turned by
Metropolis-Hastings steps.
"""

from __future__ import annotations

import math

from talion.fit.case.arrays import Chain, Specification
from talion.fit.case.chance_kernel import normal, uniform
from talion.fit.case.evaluate_kernel import log_likelihood, refresh
from talion.fit.case.rate_kernel import trace
from talion.fit.case.strength_kernel import natural
from talion.model.compiling import inner

__all__ = ["flip", "mirror", "respread", "slice_block", "slide", "turn_over", "turn_set"]

_SHRINKS = 60


@inner
def _block_value(s: Specification, ch: Chain, b: int) -> float:
    """Log-likelihood after the coordinates of a block have changed."""
    for i in range(s.b_start[b], s.b_start[b + 1]):
        j = s.b_index[i]
        if j < s.p_middle.shape[0]:
            ch.v[j] = natural(s, ch.x, j)
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = s.b_types[b, k]
    return refresh(s, ch, s.b_path[b], s.b_marks[b], s.b_listing[b], s.b_totals[b])


@inner
def slice_block(s: Specification, ch: Chain, b: int) -> None:
    """Move a block along an ellipse through a fresh draw of its prior."""
    floor = log_likelihood(ch) + math.log(uniform(ch))
    for i in range(s.b_start[b], s.b_start[b + 1]):
        j = s.b_index[i]
        ch.old[j] = ch.x[j]
        ch.ellipse[j] = normal(ch)
    angle = 2.0 * math.pi * uniform(ch)
    low, high = angle - 2.0 * math.pi, angle
    for tried in range(_SHRINKS):
        c, d = math.cos(angle), math.sin(angle)
        if tried == _SHRINKS - 1:
            c, d = 1.0, 0.0  # out of floating range: stay
        for i in range(s.b_start[b], s.b_start[b + 1]):
            j = s.b_index[i]
            ch.x[j] = ch.old[j] * c + ch.ellipse[j] * d
        ch.tally[0, 0] += 1
        if _block_value(s, ch, b) > floor:
            ch.tally[0, 1] += 1
            return
        if angle < 0.0:
            low = angle
        else:
            high = angle
        angle = low + (high - low) * uniform(ch)


@inner
def _sign_value(s: Specification, ch: Chain, arrow: int) -> float:
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = s.a_types[arrow, k]
    for g in range(s.g_arrow.shape[0]):
        if s.g_arrow[g] == arrow:
            trace(s, ch, g, 0, ch.cell.shape[1])
    return refresh(s, ch, s.a_path[arrow], s.a_marks[arrow], s.a_listing[arrow], 0)


@inner
def flip(s: Specification, ch: Chain, arrow: int) -> None:
    """Another of the three signs for an arrow; half of the time with a fresh strength."""
    before, p = log_likelihood(ch), s.a_strength[arrow]
    old, sign = ch.x[p], ch.sign[arrow]
    if uniform(ch) < 0.5:
        ch.x[p] = normal(ch)
        ch.v[p] = natural(s, ch.x, p)
    step = 1 if uniform(ch) < 0.5 else 2
    ch.sign[arrow] = (sign + 1 + step) % 3 - 1
    after = _sign_value(s, ch, arrow)
    ch.tally[1, 0] += 1
    if math.log(uniform(ch)) < after - before:
        ch.tally[1, 1] += 1
        return
    ch.x[p] = old
    ch.v[p] = natural(s, ch.x, p)
    ch.sign[arrow] = sign
    _sign_value(s, ch, arrow)


@inner
def turn_set(s: Specification, ch: Chain, number: int) -> None:
    """Arrows into one factor: signs and strengths afresh from their priors, all at once."""
    first, last = s.s_start[number], s.s_start[number + 1]
    before = log_likelihood(ch)
    for i in range(first, last):
        arrow = s.s_arrow[i]
        p = s.a_strength[arrow]
        ch.before[arrow] = ch.sign[arrow]
        ch.old[p] = ch.x[p]
        if s.free_arrow[arrow] == 1:
            ch.sign[arrow] = int(3.0 * uniform(ch)) - 1
        ch.x[p] = normal(ch)
        ch.v[p] = natural(s, ch.x, p)
    after = _set_value(s, ch, 2)
    ch.tally[1, 0] += 1
    if math.log(uniform(ch)) < after - before:
        ch.tally[1, 1] += 1
        return
    for i in range(first, last):
        arrow = s.s_arrow[i]
        p = s.a_strength[arrow]
        ch.sign[arrow] = ch.before[arrow]
        ch.x[p] = ch.old[p]
        ch.v[p] = natural(s, ch.x, p)
    _set_value(s, ch, 2)


@inner
def turn_over(s: Specification, ch: Chain, f: int) -> None:
    """A level's innovations and the signs of all its arrows: what it does stays nearly the same.

    Not quite, since its range is not the same to both sides; so it may be refused.
    """
    before = log_likelihood(ch)
    _mirrored(s, ch, f)
    after = _set_value(s, ch, 1)
    ch.tally[1, 0] += 1
    if math.log(uniform(ch)) < after - before:
        ch.tally[1, 1] += 1
        return
    _mirrored(s, ch, f)
    _set_value(s, ch, 1)


@inner
def _mirrored(s: Specification, ch: Chain, f: int) -> None:
    for i in range(s.o_start[f], s.o_start[f + 1]):
        ch.sign[s.o_arrow[i]] = -ch.sign[s.o_arrow[i]]
    for j in range(s.f_shock[f], s.f_shock[f] + s.shocks):
        ch.x[j] = -ch.x[j]


@inner
def _set_value(s: Specification, ch: Chain, listing: int) -> float:
    """Log-likelihood after arrows into or out of factors have changed."""
    for k in range(s.usual.shape[0]):
        ch.dirty[k] = 0
    return refresh(s, ch, 1, 2, listing, 0)


@inner
def respread(s: Specification, ch: Chain, k: int) -> None:
    """The sd of a type's weekly listing, its weeks held: the innovations make up for it.

    Beside moves that hold the innovations this keeps both ends of the sd within reach: ancillarity
    and sufficiency interweaved (Yu and Meng 2011, Journal of Computational and Graphical Statistics
    20: 531).
    """
    p, first, weeks = s.l_spread[k], s.l_weekly[k], ch.weekly.shape[1]
    if s.p_up[p] == 0.0:
        return
    old, sd, squares = ch.x[p], ch.v[p], 0.0
    for j in range(first, first + weeks):
        squares += ch.x[j] * ch.x[j]
    ch.x[p] = old + 0.7 * normal(ch)
    ch.v[p] = natural(s, ch.x, p)
    ratio = sd / ch.v[p]
    chance = (old * old - ch.x[p] * ch.x[p] + squares * (1.0 - ratio * ratio)) / 2.0
    if math.log(uniform(ch)) < chance + weeks * math.log(ratio):
        for j in range(first, first + weeks):
            ch.x[j] *= ratio
    else:
        ch.x[p] = old
        ch.v[p] = sd


@inner
def slide(s: Specification, ch: Chain, number: int) -> None:
    """Along a direction of the terms of listing: a fresh draw of the prior on a line."""
    first, last = s.d_start[number], s.d_start[number + 1]
    along, length = 0.0, 0.0
    for i in range(first, last):
        along += s.d_weight[i] * ch.x[s.d_index[i]]
        length += s.d_weight[i] * s.d_weight[i]
    step = normal(ch) / math.sqrt(length) - along / length
    before = log_likelihood(ch)
    for i in range(first, last):
        j = s.d_index[i]
        ch.old[j] = ch.x[j]
        ch.x[j] += step * s.d_weight[i]
        ch.v[j] = natural(s, ch.x, j)
    after = refresh(s, ch, 0, 0, 1, 0)
    if math.log(uniform(ch)) < after - before:
        return
    for i in range(first, last):
        j = s.d_index[i]
        ch.x[j] = ch.old[j]
        ch.v[j] = natural(s, ch.x, j)
    refresh(s, ch, 0, 0, 1, 0)


@inner
def mirror(s: Specification, ch: Chain, f: int) -> None:
    """A latent factor and all that it drives, turned over: nothing that is seen tells them apart."""
    for i in range(s.r_arrow.shape[0]):
        if s.r_factor[i] == f:
            ch.sign[s.r_arrow[i]] = -ch.sign[s.r_arrow[i]]
    for j in range(s.f_shock[f], s.f_shock[f] + s.shocks):
        ch.x[j] = -ch.x[j]
