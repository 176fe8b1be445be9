"""Compiled passes for one row of the whole process: what each moment saw, value and gradient.

Nothing is allocated here and nothing raises.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.model.compiling import inlined

__all__ = ["SOURCES", "row_pass", "trace_pass"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = ("model/compiling.py", "fit/process_kernel.py")
"""Every file the compiled passes are made of."""


@inlined
def _move(gap: float, rate: F8, state: F8) -> None:
    for i in range(state.shape[0]):
        state[i] *= math.exp(-rate[i] * gap)


def trace_pass(
    t: F8, c: I8, moments: F8, weight: F8, a_rate: F8, step: F8, c_rate: F8, s: F8, n: F8, u: F8,
    out_s: F8, out_n: F8, out_u: F8,
) -> None:  # fmt: skip
    """Left limits of excitation and suppression at ascending moments.

    Args:
        t: [n] event times, ascending.
        c: [n] class of each event.
        moments: [Q] ascending.
        weight: [classes, M] size with which an event of a class enters an answer term.
        a_rate: [M] ln2 / half-life of the terms.
        step: [classes, C] step of each suppression channel at an event of a class.
        c_rate: [C] ln2 / half-life of the channels.
        s, n, u: [M], [M], [C] room.
        out_s: [Q, M] out: decayed sums.
        out_n: [Q, M] out: sums without decay.
        out_u: [Q, C] out: suppression states.
    """
    s[:] = 0.0
    n[:] = 0.0
    u[:] = 0.0
    e = 0
    now = moments[0] if t.shape[0] == 0 else min(moments[0], t[0])
    for q in range(moments.shape[0]):
        while e < t.shape[0] and t[e] < moments[q]:
            _move(t[e] - now, a_rate, s)
            _move(t[e] - now, c_rate, u)
            now = t[e]
            for i in range(s.shape[0]):
                s[i] += weight[c[e], i]
                n[i] += weight[c[e], i]
            for i in range(u.shape[0]):
                u[i] += (1.0 - u[i]) * step[c[e], i]
            e += 1
        _move(moments[q] - now, a_rate, s)
        _move(moments[q] - now, c_rate, u)
        now = moments[q]
        for i in range(s.shape[0]):
            out_s[q, i] = s[i]
            out_n[q, i] = n[i]
        for i in range(u.shape[0]):
            out_u[q, i] = u[i]


@inlined
def _dot(matrix: F8, r: int, x: F8) -> float:
    total = 0.0
    for i in range(x.shape[0]):
        total += matrix[r, i] * x[i]
    return total


@inlined
def _add(y: F8, c: float, matrix: F8, r: int) -> None:
    for i in range(y.shape[0]):
        y[i] += c * matrix[r, i]


def row_pass(
    events: int, z: F8, week: I8, length: F8, x: F8, u: F8, log_mu: float, gamma: F8, delta: F8,
    a: F8, b: F8, w: F8, g_mu: F8, g_gamma: F8, g_delta: F8, g_a: F8, g_b: F8, g_w: F8,
) -> float:  # fmt: skip
    """Log-likelihood of one target type and its gradient.

    Rows are moments: the first `events` are events of the type, the rest carry the compensator. A
    row's rate, or its part of the compensator, is

        [length mu exp(gamma z + w) + exp(delta z) a x] exp(-b u)

    Args:
        events: how many rows are events.
        z: [R, F] factors less their references.
        week: [R] index into w.
        length: [R] 1 at an event; days carried by the row elsewhere.
        x: [R, M] excitation; times days elsewhere than at an event.
        u: [R, C] suppression states.
        log_mu: log background.
        gamma, delta, a, b, w: [F], [F], [M], [C], [W] parameters.
        g_mu: [1] out, and so on: the gradient.

    Returns:
        The log-likelihood; -inf if the rate at some event is not positive.
    """
    g_mu[:] = 0.0
    g_gamma[:] = 0.0
    g_delta[:] = 0.0
    g_a[:] = 0.0
    g_b[:] = 0.0
    g_w[:] = 0.0
    value = 0.0
    for r in range(z.shape[0]):
        free = length[r] * math.exp(log_mu + w[week[r]] + _dot(z, r, gamma))
        lift = math.exp(_dot(z, r, delta))
        drawn = lift * _dot(x, r, a)
        left = math.exp(-_dot(u, r, b))
        rate = (free + drawn) * left
        if r < events:
            if not rate > 0.0:
                return -np.inf
            value += math.log(rate)
            c = 1.0 / rate
        else:
            value -= rate
            c = -1.0
        g_mu[0] += c * free * left
        g_w[week[r]] += c * free * left
        _add(g_gamma, c * free * left, z, r)
        _add(g_delta, c * drawn * left, z, r)
        _add(g_a, c * lift * left, x, r)
        _add(g_b, -c * rate, u, r)
    return value
