"""A draw's events on the clocks of their types: the compensators of the process along a past.

For each type, Lambda_k(t) is the integral of its rate over (start, t) as the draw's parameters,
factors and events have it; see `talion.model.process`, which tells the same slowly and which a test
holds this to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talion.fit.residuals import Clock
from talion.model.compiled import CompiledModel

__all__ = ["type_clocks"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_NODES = 8  # Gauss-Legendre on pieces of at most a day
_LN2 = float(np.log(2.0))


def type_clocks(
    model: CompiledModel, draw: int, levels: F8, times: F8, classes: I8
) -> tuple[Clock, ...]:
    """Put the events of one draw on the clock of each type.

    Args:
        model: compiled `from_window_start`; nothing acts from before.
        draw: which draw.
        levels: [days + 1, F] factors at each midnight of the window, after the tick.
        times: [n] events, absolute days, ascending.
        classes: [n] their classes.

    Returns:
        One clock for each event type, in the model's order.
    """
    start = model.starts[0].day
    days = len(levels) - 1
    midnights = start + np.arange(days + 1, dtype=np.float64)
    inner = times[(times > start) & (times < start + days)]
    edges = np.unique(np.concatenate([midnights, inner]))
    left, length = edges[:-1], np.diff(edges)
    base = _background(model, draw, levels)[np.floor(left).astype(np.int64) - start]
    excited = _excitation(model, draw, left, times, classes)
    own = model.structure.class_type[classes]
    clocks = []
    for k in range(len(model.type_ids)):
        piece = _integral(
            model, draw, k, base[:, k], excited[:, :, k], left, length, times, classes
        )
        run = np.concatenate([[0.0], np.cumsum(piece)])
        at = np.searchsorted(edges, times[own == k], side="left")
        clocks.append(Clock(run[at], float(run[-1])))
    return tuple(clocks)


def _background(model: CompiledModel, draw: int, levels: F8) -> F8:
    """[days, K] background rates with the factors of each day."""
    s, dr = model.structure, model.draws
    away = levels[:-1] - dr.z_ref[draw]
    out = np.empty((len(away), len(model.type_ids)))
    for k in range(out.shape[1]):
        entries = slice(int(s.fr_start[k]), int(s.fr_start[k + 1]))
        total = away[:, s.fr_factor[entries]] @ dr.fr_gamma[draw, entries]
        out[:, k] = dr.background[draw, k] * np.exp(total)
    return out


def _excitation(model: CompiledModel, draw: int, left: F8, times: F8, classes: I8) -> F8:
    """[P, H, K] excitation just after the beginning of each piece."""
    s, dr = model.structure, model.draws
    jump = np.zeros((len(s.half_life), len(s.class_type), len(model.type_ids)))
    source = np.repeat(np.arange(len(s.class_type)), np.diff(s.ee_start))
    size = dr.ee_offspring[draw] * _LN2 / s.half_life[s.ee_half]
    np.add.at(jump, (s.ee_half, source, s.ee_target), size)
    out = np.zeros((len(left), len(s.half_life), len(model.type_ids)))
    for h, half_life in enumerate(s.half_life):
        acting = jump[h, classes].any(axis=1)
        if acting.any():
            out[:, h] = _faded(left, times[acting], float(half_life)) @ jump[h, classes[acting]]
    return out


def _faded(left: F8, times: F8, half_life: float) -> F8:
    """[P, n] 2^(-age/h) of each event at each moment; 0 for later ones."""
    age = left[:, None] - times
    return np.asarray(np.where(age >= 0, 2.0 ** (-np.maximum(age, 0.0) / half_life), 0.0))


def _suppression(model: CompiledModel, channel: int, left: F8, times: F8, classes: I8) -> F8:
    """[P] state u of a channel just after the beginning of each piece.

    It is the sum over its events of step x (1 - step)^(events since) x 2^(-age/h).
    """
    s = model.structure
    source = np.repeat(np.arange(len(s.class_type)), np.diff(s.ee_start))
    fed = s.ee_channel == channel
    if not fed.any():
        return np.zeros(len(left))
    step = float(s.ee_step[fed][0])
    mine = times[np.isin(classes, source[fed])]
    since = np.searchsorted(mine, left, side="right")[:, None] - 1 - np.arange(len(mine))
    share = step * (1.0 - step) ** np.maximum(since, 0)
    faded = _faded(left, mine, float(s.half_life[s.ch_half[channel]]))
    return np.asarray((share * faded).sum(axis=1))


def _integral(
    model: CompiledModel,
    draw: int,
    k: int,
    base: F8,
    excited: F8,
    left: F8,
    length: F8,
    times: F8,
    classes: I8,
) -> F8:
    """[P] integral of a type's rate over each piece.

    Args:
        base: [P] background.
        excited: [P, H] excitation just after the piece's beginning.
    """
    s = model.structure
    rate = _LN2 / s.half_life
    channels = [
        c for c in range(int(s.ch_start[k]), int(s.ch_start[k + 1])) if model.draws.ch_b[draw, c]
    ]
    if not channels:
        answers = excited * -np.expm1(-np.outer(length, rate)) / rate
        return np.asarray(base * length + answers.sum(axis=1))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    x = np.outer(length, (nodes + 1.0) / 2.0)
    value = np.broadcast_to(base[:, None], x.shape).copy()
    for h in range(len(rate)):
        value += excited[:, h, None] * np.exp(-rate[h] * x)
    exponent = np.zeros_like(x)
    for c in channels:
        u = _suppression(model, c, left, times, classes)
        exponent += model.draws.ch_b[draw, c] * u[:, None] * np.exp(-rate[s.ch_half[c]] * x)
    return np.asarray((value * np.exp(-exponent)) @ weights * length / 2.0)
