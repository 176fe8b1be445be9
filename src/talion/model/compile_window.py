"""The window that a fit explains, as a start and a what-if: to simulate it anew from its first day.

As in the likelihood of a fit: nothing has happened before, levels stand at their reference, latent
factors are drawn from their stationary law, and switches stand day by day where the case dates
them. No event sets a switch and no decision is taken: the record holds what came of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talion.model.arrows import Arrow
from talion.model.case import EPOCH, Case
from talion.model.compile_factors import FactorNumbers, state_on
from talion.model.compiled import PIN, Draws, Start, World
from talion.model.history import history_start, silent_types

__all__ = ["WINDOW", "acting_arrows", "window_rows", "window_start", "without_choices"]

F8 = NDArray[np.float64]

WINDOW = "window"
"""Id of the only what-if of a model compiled from the window's start."""


def acting_arrows(case: Case) -> tuple[Arrow, ...]:
    """Return the arrows that act within a fit's window: all but those from types without any row."""
    silent = silent_types(case.document, case.record)
    return tuple(arrow for arrow in case.arrows if arrow.cause not in silent)


def window_start(
    case: Case, numbers: FactorNumbers, classes: int, half_lives: int, channels: int
) -> Start:
    """Return the state at the first midnight of the window.

    Args:
        case: the case.
        numbers: of its factors.
        classes, half_lives, channels: how many.
    """
    day = history_start(case.document)
    draws = len(numbers.rest)
    date = EPOCH + dt.timedelta(days=day)
    z = numbers.reference.copy()
    for i, (name, factor) in enumerate(case.factors.items()):
        if factor.is_switch:
            z[:, i] = numbers.doses[name, state_on(factor, date)]
        elif factor.kind == "latent":
            z[:, i] = 0.0
    return Start(
        day=day,
        mass=np.zeros((draws, classes, half_lives)),
        u=np.zeros((draws, channels)),
        z=np.ascontiguousarray(z),
        latent_sd=numbers.latent_sd.copy(),
        timer_half_life=np.zeros_like(z),
        timer_value=np.zeros_like(z),
    )


def window_rows(case: Case, numbers: FactorNumbers) -> World:
    """Return a row that holds each switch where it stood, on the first day and at each change."""
    first = history_start(case.document)
    rows: list[tuple[int, int, F8]] = []
    for i, (name, factor) in enumerate(case.factors.items()):
        if not factor.is_switch:
            continue
        held = None
        for day in range(first, case.as_of_day):
            state = state_on(factor, EPOCH + dt.timedelta(days=day))
            if state != held:
                rows.append((day, i, numbers.doses[name, state]))
                held = state
    rows.sort(key=lambda row: row[:2])
    values = np.zeros((len(numbers.rest), len(rows)))
    for i, row in enumerate(rows):
        values[:, i] = row[2]
    return World(
        row_day=_ints([row[0] for row in rows]),
        row_op=np.full(len(rows), PIN, np.int64),
        row_target=_ints([row[1] for row in rows]),
        row_value=values,
    )


def without_choices(draws: Draws) -> Draws:
    """Return the draws with every chance that an event sets a switch or starts a decision at 0."""
    return draws._replace(
        sr_chance=np.zeros_like(draws.sr_chance), de_chance=np.zeros_like(draws.de_chance)
    )


def _ints(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, np.int64)
