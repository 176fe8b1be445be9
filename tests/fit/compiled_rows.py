"""Rows of the fit made from a compiled model and one simulated history of it."""

from __future__ import annotations

import numpy as np

from talion.fit.events import EventTable, event_table
from talion.fit.process import (
    Answer,
    Channel,
    FactorPath,
    ProcessParameters,
    ProcessRow,
    factor_path,
    process_row,
)
from talion.model.compiled import CompiledModel
from talion.simulate.history import History


def table_of(model: CompiledModel, history: History) -> EventTable:
    s = model.structure
    return event_table(
        history.times,
        history.types,
        marks=history.classes - s.class_start[history.types],
        start=history.start,
        end=history.end,
        names=model.type_ids,
    )


def path_of(model: CompiledModel, history: History) -> FactorPath:
    """All factors, at midnights and as events set them in between."""
    midnights = history.level_days.astype(float)
    changes = np.concatenate([midnights, history.set_times])
    rank = np.argsort(changes, kind="stable")
    values, z = [], history.levels[0].copy()
    for i in rank:
        if i < len(midnights):
            z = history.levels[i].copy()
        else:
            z = z.copy()
            z[history.set_factors[i - len(midnights)]] = history.set_values[i - len(midnights)]
        values.append(z)
    return factor_path(changes[rank], values, model.draws.z_ref[history.draw])


def row_of(
    model: CompiledModel, history: History, target: int
) -> tuple[ProcessRow, ProcessParameters]:
    """The row of one type and the true parameters of the history's draw."""
    s, dr, d = model.structure, model.draws, history.draw
    answers, sizes, steps = [], [], {}
    for c in range(len(s.class_type)):
        source = int(s.class_type[c])
        mark = c - int(s.class_start[source])
        for i in range(s.ee_start[c], s.ee_start[c + 1]):
            if s.ee_target[i] != target:
                continue
            answers.append(Answer(float(s.half_life[s.ee_half[i]]), ((source, mark, 1.0),)))
            sizes.append(dr.ee_offspring[d, i])
            if s.ee_channel[i] >= 0:
                entry = (source, mark, float(s.ee_step[i]))
                steps.setdefault(int(s.ee_channel[i]), []).append(entry)
    own = range(int(s.ch_start[target]), int(s.ch_start[target + 1]))
    channels = [Channel(float(s.half_life[s.ch_half[c]]), tuple(steps[c])) for c in own]
    gamma = np.zeros(len(s.factor_hash))
    for i in range(s.fr_start[target], s.fr_start[target + 1]):
        gamma[s.fr_factor[i]] += dr.fr_gamma[d, i]
    row = process_row(
        table_of(model, history),
        target,
        answers=answers,
        channels=channels,
        factors=path_of(model, history),
    )
    return row, row.parameters(
        dr.background[d, target],
        gamma=gamma,
        answers=sizes or 0.0,
        suppression=dr.ch_b[d, own.start : own.stop] if own else 0.0,
    )
