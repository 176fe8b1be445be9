"""Factors through the window, and what they do to backgrounds and marks.

Order as in the simulator: within a day events add their jumps; at midnight a level drifts from the
value with jumps, is shaken on days divisible by 7, and is clipped to its range; switches take their
dated values.
"""

from __future__ import annotations

import math

from talion.fit.case.arrays import LATENT, LEVEL, SWITCH, Chain, Specification
from talion.model.compiling import inner

__all__ = ["follow", "gamma", "levels", "load_background", "load_mix"]

_POINTS = 50.0


@inner
def gamma(s: Specification, ch: Chain, param: int, arrow: int, per: float, f: int) -> float:
    """Log multiplier per unit of the factor: a full dose, a point, or a unit of a latent one."""
    value = ch.sign[arrow] * math.log(ch.v[param]) * s.strength
    if s.f_kind[f] == LATENT:
        return float(value / ch.v[s.f_noise[f]])
    return float(value if s.f_kind[f] == SWITCH else value / per)


@inner
def _jump(s: Specification, ch: Chain, i: int) -> float:
    """Points that one event adds."""
    more = ch.v[s.j_more[i]] if s.j_more[i] >= 0 else 1.0
    return float(ch.sign[s.j_arrow[i]] * max(ch.v[s.j_param[i]], 0.0) * s.strength * more)


@inner
def _anchors(s: Specification, ch: Chain) -> None:
    """References, rests and pulls of the factors."""
    for f in range(s.f_kind.shape[0]):
        ch.pull[f] = 0.0
        ch.rest[f] = 0.0
        reference = 0.0
        if s.f_kind[f] == SWITCH:
            reference = ch.v[s.f_reference[f]]
        else:
            ch.pull[f] = 1.0 - 2.0 ** (-1.0 / ch.v[s.f_half[f]])
            if s.f_kind[f] == LEVEL:
                reference = min(max(ch.v[s.f_rest[f]], s.f_low[f]), s.f_high[f])
                ch.rest[f] = reference
        ch.moved[f] = 1 if reference != ch.z_ref[f] else 0
        ch.z_ref[f] = reference
    for c in range(s.class_type.shape[0]):
        usual = ch.rate[s.class_type[c]] * ch.weight[c]
        for i in range(s.j_start[c], s.j_start[c + 1]):
            f = s.j_factor[i]
            ch.kick[i] = _jump(s, ch, i)
            ch.rest[f] -= usual * ch.kick[i] / max(ch.pull[f], 1e-9)
    for i in range(s.i_source.shape[0]):
        size = max(ch.v[s.i_param[i]], 0.0) * s.strength / s.i_per[i]
        ch.coefficient[i] = ch.sign[s.i_arrow[i]] * size


@inner
def _enter(ch: Chain, d: int, f: int, value: float) -> None:
    """Write a factor's value at a midnight, and note whether it differs from the one there."""
    if value != ch.z[d, f]:
        ch.moved[f] = 1
        ch.z[d, f] = value


@inner
def _walk(s: Specification, ch: Chain, first: int, moving: int, known: int, classes: int) -> None:
    """Carry the factors in the first row of `route` on from midnight `first`.

    Args:
        s: what is fitted.
        ch: the chain; `route` holds the factors that move, those known for that, and the classes
            whose events make them jump.
        first: day from which on.
        moving, known, classes: how many of each.
    """
    for d in range(first, s.days):
        for i in range(known):  # switches take the new day's value before the drift
            f = ch.route[1, i]
            ch.spare[f] = ch.z[d + 1, f] if s.f_kind[f] == SWITCH else ch.z[d, f]
        for n in range(classes):
            c = ch.route[2, n]
            if ch.daily[d, c] > 0.0:
                for i in range(s.j_start[c], s.j_start[c + 1]):
                    f = s.j_factor[i]
                    value = ch.spare[f] + ch.daily[d, c] * ch.kick[i]
                    ch.spare[f] = min(max(value, s.f_low[f]), s.f_high[f])
        tick = s.tick[d + 1]
        for n in range(moving):
            f = ch.route[0, n]
            value = ch.spare[f] + (ch.rest[f] - ch.spare[f]) * ch.pull[f]
            for i in range(s.i_start[f], s.i_start[f + 1]):
                source = s.i_source[i]
                away = ch.spare[source] - ch.z_ref[source]
                value += ch.coefficient[i] * away * ch.pull[f]
            if tick > 0 and s.f_shock[f] >= 0:
                value += ch.shake[f] * ch.x[s.f_shock[f] + tick]
            _enter(ch, d + 1, f, min(max(value, s.f_low[f]), s.f_high[f]))


@inner
def levels(s: Specification, ch: Chain) -> None:
    """The path of every factor at each midnight, after the tick, from the chain's parameters.

    `moved` says which factors differ from what they were.
    """
    n, moving, classes = s.f_kind.shape[0], 0, 0
    _anchors(s, ch)
    for f in range(n):
        ch.route[1, f] = f
        if s.f_kind[f] == SWITCH:
            for d in range(s.days + 1):
                _enter(ch, d, f, ch.v[s.f_dose[d, f]])
            continue
        ch.route[0, moving] = f
        moving += 1
        if s.f_kind[f] == LATENT:
            shock = s.f_shock[f]
            _enter(ch, 0, f, ch.v[s.f_noise[f]] * ch.x[shock] if shock >= 0 else 0.0)
        else:
            _enter(ch, 0, f, ch.z_ref[f])
        keep = (1.0 - ch.pull[f]) ** 7
        ch.shake[f] = max(ch.v[s.f_noise[f]], 0.0) * math.sqrt(1.0 - keep * keep)
    for c in range(s.class_type.shape[0]):
        if s.j_start[c + 1] > s.j_start[c]:
            ch.route[2, classes] = c
            classes += 1
    _walk(s, ch, 0, moving, n, classes)


@inner
def follow(s: Specification, ch: Chain, c: int, other: int, first: int) -> None:
    """The path after events of two classes have come, gone or moved on day `first` or later.

    Only what they reach is worked out again; `moved` says which factors differ.
    """
    moving, known, classes = 0, 0, 0
    for f in range(s.f_kind.shape[0]):
        ch.moved[f] = 0
        if s.c_moves[c, f] == 1 or s.c_moves[other, f] == 1:
            ch.route[0, moving] = f
            moving += 1
        if s.c_needs[c, f] == 1 or s.c_needs[other, f] == 1:
            ch.route[1, known] = f
            known += 1
    for cause in range(s.class_type.shape[0]):
        for i in range(s.j_start[cause], s.j_start[cause + 1]):
            f = s.j_factor[i]
            if s.c_needs[c, f] == 1 or s.c_needs[other, f] == 1:
                ch.route[2, classes] = cause
                classes += 1
                break
    _walk(s, ch, first, moving, known, classes)


@inner
def load_background(s: Specification, ch: Chain, k: int, first: int) -> None:
    """Background of a type on each day from `first` on."""
    for i in range(s.r_start[k], s.r_start[k + 1]):
        f = s.r_factor[i]
        ch.gain[i] = gamma(s, ch, s.r_param[i], s.r_arrow[i], s.r_per[i], f)
    before = 0.0
    rate = ch.mu[k]
    for d in range(first, s.days):
        total = 0.0
        for i in range(s.r_start[k], s.r_start[k + 1]):
            f = s.r_factor[i]
            total += ch.gain[i] * (ch.z[d, f] - ch.z_ref[f])
        if d == first or total != before:
            rate = ch.mu[k] * math.exp(total)
            before = total
        ch.base[k, d] = rate


@inner
def load_mix(s: Specification, ch: Chain, k: int, since: int) -> None:
    """Probability of each class within its type on each day from `since` on."""
    first, last = s.class_start[k], s.class_start[k + 1]
    moved = s.m_start[last] > s.m_start[first]
    for i in range(s.m_start[first], s.m_start[last]):
        f = s.m_factor[i]
        ch.mix_gain[i] = gamma(s, ch, s.m_param[i], s.m_arrow[i], s.m_per[i], f)
    for d in range(since, s.days):
        if d > since and not moved:
            for c in range(first, last):
                ch.mix[d, c] = ch.mix[since, c]
            continue
        total = 0.0
        for c in range(first, last):
            load = 0.0
            for i in range(s.m_start[c], s.m_start[c + 1]):
                f = s.m_factor[i]
                load += ch.mix_gain[i] * (ch.z[d, f] - ch.z_ref[f])
            ch.mix[d, c] = ch.weight[c] * math.exp(load)
            total += ch.mix[d, c]
        for c in range(first, last):
            ch.mix[d, c] /= total
