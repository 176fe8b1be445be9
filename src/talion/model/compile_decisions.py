"""Decisions as numbers: who calls them, where actors stand, what follows from an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.drawn_bargain import DrawnBargain, drawn_bargain
from talion.model.classes import SourceClass, matching
from talion.model.compile_factors import FactorNumbers
from talion.model.compiled import AXES, NODES
from talion.model.reading import Reading
from talion.model.sampling import Sampler, columns, name_hash
from talion.model.schema import CaseDocument, Decision

__all__ = ["DecisionNumbers", "decision_numbers"]

F8 = NDArray[np.float64]
_NO_CONSENT = -1.0  # no outcome is under it


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
    *,
    tabled: bool = True,
) -> DecisionNumbers:
    """Return every decision as arrays; see `talion.model.compiled` for names and shapes.

    Args:
        case: the parsed case.
        classes: of its events.
        reading: rules the signs of what moves positions and saliences.
        sampler: of the parameters.
        numbers: of the factors.
        tabled: run the models of bargaining for their tables; else these are left at 0, where no
            decision will be taken or only the parameters are asked for.
    """
    out = DecisionNumbers()
    _calls(out, case, classes, sampler)
    _outcomes(out, case, sampler, numbers)
    bargains = [drawn_bargain(case, name, reading, sampler) for name in case.decisions]
    _positions(out, bargains, sampler.draws)
    _consent(out, case, sampler)
    _tables(out, bargains, sampler.draws, tabled=tabled)
    return out


def _factor(case: CaseDocument, name: str | None) -> int:
    return -1 if name is None else list(case.factors).index(name)


def _calls(
    out: DecisionNumbers, case: CaseDocument, classes: Sequence[SourceClass], sampler: Sampler
) -> None:
    found: list[tuple[int, int, int, F8]] = []
    for m, (name, decision) in enumerate(case.decisions.items()):
        for i, call in enumerate(decision.called_by):
            chance = sampler.percent(f"chance/{name}/{i}", call.chance)
            if call.chance[1] in (0.0, 100.0) and call.chance[0] == call.chance[2]:
                chance = np.full(sampler.draws, call.chance[1] / 100)
            binds = int(call.binds == "yes")
            found.extend((c, m, binds, chance) for c in matching(classes, call.event, call.when))
    found.sort(key=lambda entry: entry[0])
    starts = np.searchsorted([c for c, *_ in found], np.arange(len(classes) + 1))
    out.structure["dc_start"] = starts.astype(np.int64)
    out.structure["dc_decision"] = np.array([m for _, m, _, _ in found], dtype=np.int64)
    out.structure["dc_binds"] = np.array([binds for *_, binds, _ in found], dtype=np.int64)
    out.draws["de_chance"] = columns((chance for *_, chance in found), sampler.draws)


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


def _positions(out: DecisionNumbers, bargains: Sequence[DrawnBargain], draws: int) -> None:
    """Enter positions with what moves them, and the saliences in the same way."""
    sizes = [0, *np.cumsum([b.at.shape[1] for b in bargains])]
    out.structure["de_pos_start"] = np.array(sizes, dtype=np.int64)
    parts = {"po_at": "at", "po_power": "power", "po_salience": "salience"}
    for name, part in parts.items():
        arrays = [getattr(b, part) for b in bargains]
        whole = np.concatenate(arrays, axis=1) if arrays else np.zeros((draws, 0))
        out.draws[name] = np.ascontiguousarray(whole, np.float64)
    for start, factor, move, part in (
        ("po_move_start", "po_factor", "po_move", "at_movers"),
        ("sm_start", "sm_factor", "sm_move", "salience_movers"),
    ):
        rows = [movers for b in bargains for movers in getattr(b, part)]
        entries = [mover for movers in rows for mover in movers]
        out.structure[start] = np.array([0, *np.cumsum([len(r) for r in rows])], dtype=np.int64)
        out.structure[factor] = np.array([f for f, _ in entries], dtype=np.int64)
        out.draws[move] = columns((moved for _, moved in entries), draws)


def _consent(out: DecisionNumbers, case: CaseDocument, sampler: Sampler) -> None:
    """Enter whose consent an outcome low on the scale needs."""
    starts, positions, held, begin = [0], [], [], 0
    below: list[F8] = []
    within: list[F8] = []
    for name, decision in case.decisions.items():
        actors = list(case.issues[decision.issue].positions)
        consent = decision.needs_consent
        if consent is None:
            below.append(np.full(sampler.draws, _NO_CONSENT))
            held.append(0)
        else:
            below.append(sampler.draw(f"consent/{name}", consent.below))
            held.append(int(consent.otherwise == "held"))
            for actor in consent.of:
                positions.append(begin + actors.index(actor))
                drawn = sampler.draw(f"within/{name}/{actor}", consent.within)
                within.append(np.maximum(drawn, 0.0))
        starts.append(len(positions))
        begin += len(actors)
    out.structure["ve_start"] = np.array(starts, dtype=np.int64)
    out.structure["ve_position"] = np.array(positions, dtype=np.int64)
    out.structure["de_held"] = np.array(held, dtype=np.int64)
    out.draws["de_consent"] = columns(below, sampler.draws)
    out.draws["ve_within"] = columns(within, sampler.draws)


def _tables(
    out: DecisionNumbers, bargains: Sequence[DrawnBargain], draws: int, *, tabled: bool
) -> None:
    """Enter each draw's model and, where it moves positions, the table of its outcomes."""
    from talion.model.bargaining.tabled import table_of

    starts, positions = out.structure["de_pos_start"], int(out.structure["de_pos_start"][-1])
    axes = np.full((len(bargains), AXES), -1, np.int64)
    model = np.zeros((draws, len(bargains)))
    node = np.zeros((draws, len(bargains), AXES, NODES))
    departure = np.zeros((draws, len(bargains), NODES**AXES))
    for m, bargain in enumerate(bargains):
        begin = int(starts[m])
        for a, (actor, part) in enumerate(bargain.axes):
            axes[m, a] = begin + actor + (positions if part == "salience" else 0)
        model[:, m] = bargain.rule
        if tabled:
            node[:, m], departure[:, m] = table_of(bargain)
    out.structure["de_axis"] = axes
    out.draws["de_model"] = model
    out.draws["de_node"] = node.reshape(draws, -1)
    out.draws["de_departure"] = departure.reshape(draws, -1)
