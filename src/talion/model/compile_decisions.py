"""Decisions as numbers: who calls them, where actors stand, what follows from an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.model.classes import SourceClass, matching
from talion.model.compile_factors import FactorNumbers
from talion.model.reading import Reading
from talion.model.sampling import Sampler, columns, name_hash
from talion.model.schema import CaseDocument, Decision

__all__ = ["DecisionNumbers", "decision_numbers"]

F8 = NDArray[np.float64]


@dataclass
class DecisionNumbers:
    """The decision parts of `Structure` and `Draws`, under the same names."""

    structure: dict[str, NDArray[np.int64] | F8 | NDArray[np.uint64]] = field(default_factory=dict)
    draws: dict[str, F8] = field(default_factory=dict)


def decision_numbers(
    case: CaseDocument,
    classes: Sequence[SourceClass],
    reading: Reading,
    sampler: Sampler,
    numbers: FactorNumbers,
) -> DecisionNumbers:
    """Return every decision as arrays; see `talion.model.compiled` for names and shapes."""
    out = DecisionNumbers()
    _calls(out, case, classes, sampler)
    _outcomes(out, case, sampler, numbers)
    _positions(out, case, reading, sampler)
    return out


def _factor(case: CaseDocument, name: str | None) -> int:
    return -1 if name is None else list(case.factors).index(name)


def _calls(
    out: DecisionNumbers, case: CaseDocument, classes: Sequence[SourceClass], sampler: Sampler
) -> None:
    found: list[tuple[int, int, F8]] = []
    for m, (name, decision) in enumerate(case.decisions.items()):
        for i, call in enumerate(decision.called_by):
            chance = sampler.percent(f"chance/{name}/{i}", call.chance)
            if call.chance[1] in (0.0, 100.0) and call.chance[0] == call.chance[2]:
                chance = np.full(sampler.draws, call.chance[1] / 100)
            found.extend((c, m, chance) for c in matching(classes, call.event, call.when))
    found.sort(key=lambda entry: entry[0])
    starts = np.searchsorted([c for c, _, _ in found], np.arange(len(classes) + 1))
    out.structure["dc_start"] = starts.astype(np.int64)
    out.structure["dc_decision"] = np.array([m for _, m, _ in found], dtype=np.int64)
    out.draws["de_chance"] = columns((chance for _, _, chance in found), sampler.draws)


def _table(decision: Decision, points: int) -> tuple[F8, F8]:
    pairs = decision.executes.outcome_to_level if decision.executes else {"0": 0.0}
    x, y = zip(*sorted((float(k), v) for k, v in pairs.items()), strict=True)
    pad = points - len(x)
    return np.array([*x, *(x[-1] + 1 + i for i in range(pad))]), np.array([*y, *[y[-1]] * pad])


def _outcomes(
    out: DecisionNumbers, case: CaseDocument, sampler: Sampler, numbers: FactorNumbers
) -> None:
    decisions = case.decisions
    d = sampler.draws
    zero = np.zeros(d)
    points = max(
        (len(x.executes.outcome_to_level) for x in decisions.values() if x.executes), default=1
    )
    tables = [_table(decision, points) for decision in decisions.values()]
    out.structure["de_table_x"] = np.array([x for x, _ in tables]).reshape(len(decisions), points)
    out.structure["de_table_y"] = np.array([y for _, y in tables]).reshape(len(decisions), points)
    ids: dict[str, list[int]] = {k: [] for k in ("de_write", "de_sets", "de_exec", "de_need")}
    value: dict[str, list[F8]] = {
        k: []
        for k in (
            "de_error",
            "de_sets_value",
            "de_threshold",
            "de_lag",
            "de_reversal",
            "de_need_value",
        )
    }
    for name, decision in decisions.items():
        need = next(iter(decision.needs.items()), None)
        ids["de_write"].append(_factor(case, decision.writes))
        ids["de_sets"].append(_factor(case, decision.sets.factor if decision.sets else None))
        ids["de_exec"].append(
            _factor(case, decision.executes.factor if decision.executes else None)
        )
        ids["de_need"].append(_factor(case, need[0] if need else None))
        value["de_error"].append(np.maximum(sampler.draw(f"error/{name}", decision.error), 0.0))
        value["de_threshold"].append(sampler.draw(f"agreed/{name}", decision.agreed_at_most))
        value["de_need_value"].append(numbers.doses[need] if need else zero)
        sets = decision.sets
        value["de_sets_value"].append(numbers.doses[sets.factor, sets.to] if sets else zero)
        executes = decision.executes
        value["de_lag"].append(
            sampler.draw(f"lag/{name}", executes.lag, "log") if executes else zero
        )
        value["de_reversal"].append(
            sampler.percent(f"reversal/{name}", executes.reversal) if executes else zero
        )
    out.structure.update({k: np.array(v, dtype=np.int64) for k, v in ids.items()})
    out.structure["de_hash"] = np.array(
        [name_hash(f"decision/{n}") for n in decisions], dtype=np.uint64
    )
    out.draws.update({k: columns(v, d) for k, v in value.items()})


def _positions(
    out: DecisionNumbers, case: CaseDocument, reading: Reading, sampler: Sampler
) -> None:
    starts, move_starts, movers = [0], [0], []
    value: dict[str, list[F8]] = {k: [] for k in ("po_at", "po_power", "po_salience", "po_move")}
    for decision in case.decisions.values():
        issue = decision.issue
        for actor, position in case.issues[issue].positions.items():
            key = f"position/{issue}/{actor}"
            value["po_at"].append(np.clip(sampler.draw(f"{key}/at", position.at), 0, 100))
            value["po_power"].append(np.clip(sampler.draw(f"{key}/power", position.power), 0, 100))
            value["po_salience"].append(
                np.clip(sampler.draw(f"{key}/salience", position.salience), 0, 100)
            )
            for factor, prior in position.moved_by.items():
                movers.append(_factor(case, factor))
                value["po_move"].append(_move(f"{key}/{factor}", prior, reading, sampler))
            move_starts.append(len(movers))
        starts.append(len(move_starts) - 1)
    out.structure["de_pos_start"] = np.array(starts, dtype=np.int64)
    out.structure["po_move_start"] = np.array(move_starts, dtype=np.int64)
    out.structure["po_factor"] = np.array(movers, dtype=np.int64)
    out.draws.update({k: columns(v, sampler.draws) for k, v in value.items()})


def _move(name: str, prior: tuple[float, float, float], reading: Reading, sampler: Sampler) -> F8:
    """Return how a factor moves a position; a link like any other, so the reading rules its sign."""
    if not reading.origins:
        return np.zeros(sampler.draws)
    drawn = sampler.draw(name, prior)
    return drawn * sampler.sign(name) if reading.signs == "either" else drawn
