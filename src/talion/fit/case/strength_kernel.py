"""From scores to the numbers of the process: the compiled twin of `talion.model.compile`.

The same formulas for one set of parameters at a time, since a sampler asks a million times. A test
holds the two to each other for every reading of the built-in cases.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.arrays import LATENT, Chain, Specification
from talion.model.compiling import inner

__all__ = ["natural", "numbers_of_type", "shared_numbers"]

F8 = NDArray[np.float64]

_MONTH = 30.4375
_LARGEST = 4.0  # of an exponent
_LEAST = 0.02  # share of a usual rate that stays unprompted
_MOST_SHARE = 0.95
_EULER = 0.5772156649015329


@inner
def natural(s: Specification, x: F8, p: int) -> float:
    """Value of parameter `p` at its score."""
    score = x[p]
    value = s.p_middle[p] + score * (s.p_down[p] if score < 0.0 else s.p_up[p])
    if s.p_scale[p] == 1:
        return math.exp(value)
    if s.p_scale[p] == 2:
        return 1.0 / (1.0 + math.exp(-value))
    return float(value)


@inner
def _ein(b: float) -> float:
    """Entire exponential integral for 0 <= b <= 4: sum of -(-b)^n / (n n!)."""
    total, term, n = 0.0, -1.0, 0
    while n < 60:
        n += 1
        term *= -b / n
        total += term / n
        if abs(term) < 1e-17 * n:
            break
    return total


@inner
def _prevents(number: float, rate: float, half_life: float, within: float) -> float:
    """Exponent by which one event prevents `number` events within a time."""
    goal = number * math.log(2.0) / (max(rate, 1e-12) * half_life)
    q = 2.0 ** (-within / half_life)
    b = min(goal, _LARGEST)
    for _ in range(60):
        safe = max(b, 1e-6)
        slope = max((math.exp(-safe * q) - math.exp(-safe)) / safe, 1e-9)
        step = (_ein(b) - _ein(b * q) - goal) / slope
        new = min(max(b - step, 0.0), _LARGEST)
        if abs(new - b) < 1e-13:
            return new
        b = new
    return b


@inner
def _mean_left(s: Specification, b: float, rate: float, half_life: float) -> float:
    """Mean of exp(-b u) under suppressing events at a constant rate."""
    c = math.log(2.0) / (max(rate, 1e-9) * half_life)
    m = max(1.0, 1.0 / c)
    total = 0.0
    for i in range(s.node.shape[0]):
        y = s.node[i]
        total += math.exp(-b * y ** (m * c)) * m * y ** (m - 1.0) * s.node_weight[i]
    return total


@inner
def _prevents_share(s: Specification, share: float, rate: float, half_life: float) -> float:
    """Exponent at which a steady cause prevents a share; by halving the interval, then secants."""
    goal = 1.0 / (1.0 + share)
    low, high = 0.0, _LARGEST
    f_low, f_high = 1.0 - goal, _mean_left(s, _LARGEST, rate, half_life) - goal
    if f_high > 0.0:
        return _LARGEST
    side = 0
    for _ in range(60):
        b = (low * f_high - high * f_low) / (f_high - f_low) if f_high != f_low else low
        f = _mean_left(s, b, rate, half_life) - goal
        if abs(f) < 1e-13 or high - low < 1e-12:
            return b
        if f > 0.0:
            low, f_low = b, f
            if side == 1:
                f_high *= 0.5
            side = 1
        else:
            high, f_high = b, f
            if side == -1:
                f_low *= 0.5
            side = -1
    return b


@inner
def shared_numbers(s: Specification, ch: Chain) -> None:
    """Usual rates and shares of classes."""
    for k in range(s.usual.shape[0]):
        ch.rate[k] = ch.v[s.usual[k]] / _MONTH
    for c in range(s.class_type.shape[0]):
        weight = 1.0
        for i in range(s.cm_start[c], s.cm_start[c + 1]):
            at = s.cm_share[i]
            group = s.share_group[at]
            total = 0.0
            for j in range(s.share_start[group], s.share_start[group + 1]):
                total += ch.v[s.share_param[j]]
            weight *= ch.v[s.share_param[at]] / total
        ch.weight[c] = weight


@inner
def _member_rate(s: Specification, ch: Chain, g: int) -> float:
    """Usual rate of a group's cause classes, events a day."""
    total = 0.0
    for c in range(s.class_type.shape[0]):
        if s.g_member[g, c] == 1:
            total += ch.rate[s.class_type[c]] * ch.weight[c]
    return total


@inner
def _strength(s: Specification, ch: Chain, g: int, effect: float) -> None:
    """Answers or exponent of a group."""
    half_life = s.half_life[s.g_half[g]]
    times = ch.v[s.g_more[g]] if s.g_more[g] >= 0 else 1.0
    size = max(ch.v[s.g_param[g]], 0.0) * s.strength
    ch.a[g] = 0.0
    raises = ch.sign[s.g_arrow[g]] > 0
    if ch.sign[s.g_arrow[g]] >= 0:
        ch.b[g] = 0.0
        ch.asked[g, 0] = -1.0
    if ch.sign[s.g_arrow[g]] == 0:
        return
    if s.g_share[g] == 0:
        extra = size * times
        if raises:
            ch.a[g] = extra / (1.0 - 2.0 ** (-s.g_within[g] / half_life))
        elif _news(ch, g, 0, extra, effect):
            ch.b[g] = _prevents(extra, effect, half_life, s.g_within[g])
        return
    size = min(size, max(size / s.strength, _MOST_SHARE))
    every = 0.0
    for other in range(s.g_first[g], s.g_last[g] + 1):
        more = ch.v[s.g_more[other]] if s.g_more[other] >= 0 else 1.0
        every += _member_rate(s, ch, other) * more
    if raises:
        ch.a[g] = size * times * effect / every
    else:
        own = _member_rate(s, ch, g)
        share = size * times * own / every
        if _news(ch, g, 0, share, own):
            ch.b[g] = _prevents_share(s, share, own * s.g_step[g], half_life)


@inner
def _news(ch: Chain, g: int, at: int, size: float, rate: float) -> bool:
    """Whether a costly number of a group is asked for anew; solving and integrating take longest."""
    if ch.asked[g, at] == size and ch.asked[g, at + 1] == rate:
        return False
    ch.asked[g, at] = size
    ch.asked[g, at + 1] = rate
    return True


@inner
def numbers_of_type(s: Specification, ch: Chain, k: int) -> None:
    """Strengths of all groups into a type, and its background at the reference."""
    effect = ch.rate[k]
    answered, held = 0.0, 1.0
    for g in range(s.g_start[k], s.g_start[k + 1]):
        _strength(s, ch, g, effect)
        if ch.a[g] > 0.0:
            answered += ch.a[g] * _member_rate(s, ch, g)
        if ch.b[g] != 0.0:
            feeding = _member_rate(s, ch, g) * s.g_step[g]
            if _news(ch, g, 2, ch.b[g], feeding):
                ch.left[g] = _mean_left(s, ch.b[g], feeding, s.half_life[s.g_half[g]])
            held *= ch.left[g]
    mu = max(effect / held - answered, _LEAST * effect)
    for i in range(s.r_start[k], s.r_start[k + 1]):
        f = s.r_factor[i]
        log_times = math.log(ch.v[s.r_param[i]]) * s.strength
        if s.f_kind[f] == LATENT:
            mu *= math.exp(-0.5 * (ch.sign[s.r_arrow[i]] * log_times) ** 2)
        for w in range(s.w_type.shape[0]):
            if s.w_type[w] == k and s.w_factor[w] == f:
                away = ch.v[s.w_param[w]] - ch.v[s.f_reference[f]]
                mu *= math.exp(-ch.sign[s.r_arrow[i]] * log_times * away)
    ch.mu[k] = mu
