"""Factors through the window, and what they do to backgrounds and marks.

Order as in the simulator: within a day events add their jumps; at midnight a level drifts from the
value with jumps, is shaken on days divisible by 7, and is clipped to its range; switches take their
dated values.
"""

from __future__ import annotations

import math

from talion.fit.case.arrays import LATENT, LEVEL, SWITCH, Chain, Specification
from talion.fit.compiling import inner

__all__ = ["gamma", "levels", "load_background", "load_mix"]

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
def levels(  # noqa: C901 - the tick, told once
    s: Specification, ch: Chain, first: int
) -> None:
    """The path of every factor at each midnight from day `first` on, after the tick.

    `moved` says which factors differ from what they were. From a later day on only what events do
    is worked out again: parameters are then taken to stand.
    """
    n = s.f_kind.shape[0]
    if first == 0:
        _anchors(s, ch)
        for f in range(n):
            if s.f_kind[f] == SWITCH:
                for d in range(s.days + 1):
                    _enter(ch, d, f, ch.v[s.f_dose[d, f]])
            elif s.f_kind[f] == LATENT:
                shock = s.f_shock[f]
                _enter(ch, 0, f, ch.v[s.f_noise[f]] * ch.x[shock] if shock >= 0 else 0.0)
            else:
                _enter(ch, 0, f, ch.z_ref[f])
        for f in range(n):
            if s.f_kind[f] != SWITCH:
                keep = (1.0 - ch.pull[f]) ** 7
                ch.shake[f] = max(ch.v[s.f_noise[f]], 0.0) * math.sqrt(1.0 - keep * keep)
    else:
        for f in range(n):
            ch.moved[f] = 0
    for d in range(first, s.days):
        for f in range(n):  # switches take the new day's value before the drift
            ch.spare[f] = ch.z[d + 1, f] if s.f_kind[f] == SWITCH else ch.z[d, f]
        for c in range(s.class_type.shape[0]):
            if ch.daily[d, c] > 0.0:
                for i in range(s.j_start[c], s.j_start[c + 1]):
                    f = s.j_factor[i]
                    value = ch.spare[f] + ch.daily[d, c] * ch.kick[i]
                    ch.spare[f] = min(max(value, s.f_low[f]), s.f_high[f])
        tick = s.tick[d + 1]
        for f in range(n):
            if s.f_kind[f] == SWITCH:
                continue
            value = ch.spare[f] + (ch.rest[f] - ch.spare[f]) * ch.pull[f]
            for i in range(s.i_start[f], s.i_start[f + 1]):
                source = s.i_source[i]
                away = ch.spare[source] - ch.z_ref[source]
                value += ch.coefficient[i] * away * ch.pull[f]
            if tick > 0 and s.f_shock[f] >= 0:
                value += ch.shake[f] * ch.x[s.f_shock[f] + tick]
            _enter(ch, d + 1, f, min(max(value, s.f_low[f]), s.f_high[f]))


@inner
def load_background(s: Specification, ch: Chain, k: int) -> None:
    """Background of a type on each day."""
    for i in range(s.r_start[k], s.r_start[k + 1]):
        f = s.r_factor[i]
        ch.gain[i] = gamma(s, ch, s.r_param[i], s.r_arrow[i], s.r_per[i], f)
    before = 0.0
    rate = ch.mu[k]
    for d in range(s.days):
        total = 0.0
        for i in range(s.r_start[k], s.r_start[k + 1]):
            f = s.r_factor[i]
            total += ch.gain[i] * (ch.z[d, f] - ch.z_ref[f])
        if d == 0 or total != before:
            rate = ch.mu[k] * math.exp(total)
            before = total
        ch.base[k, d] = rate


@inner
def load_mix(s: Specification, ch: Chain, k: int) -> None:
    """Probability of each class within its type on each day."""
    first, last = s.class_start[k], s.class_start[k + 1]
    moved = s.m_start[last] > s.m_start[first]
    for i in range(s.m_start[first], s.m_start[last]):
        f = s.m_factor[i]
        ch.mix_gain[i] = gamma(s, ch, s.m_param[i], s.m_arrow[i], s.m_per[i], f)
    for d in range(s.days):
        if d > 0 and not moved:
            for c in range(first, last):
                ch.mix[d, c] = ch.mix[0, c]
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
