"""What the compiled kernel takes for granted, checked once before it runs.

Compiled code does not check bounds: an index outside its array would read what is not there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from talion.errors import SimulationError
from talion.model.compiled import ADD_EVENT, AXES, NODES, SCALE_LINK, UNBLOCK, CompiledModel

__all__ = ["check_model"]

_MOST_BANDS = 64
_SHORTEST = 0.05  # days; the series of the decays is exact to 1e-12 from here on


def _fail(what: str, place: str, value: object) -> None:
    raise SimulationError(what, place=place, value=value)


def _check_arrays(model: CompiledModel) -> None:
    """Kinds, layout and finiteness of every array: one signature, no NaN."""
    start_tuples: list[tuple[str, Any]] = [
        (f"starts[{i}]", start) for i, start in enumerate(model.starts)
    ]
    world_tuples: list[tuple[str, Any]] = [
        (f"what-if {spec.id}", spec.rows) for spec in model.worlds
    ]
    named: list[tuple[str, Any]] = [("structure", model.structure), ("draws", model.draws)]
    for place, group in [*named, *start_tuples, *world_tuples]:
        for field, array in group._asdict().items():
            if not isinstance(array, np.ndarray):
                continue
            if array.dtype not in (np.float64, np.int64, np.uint64):
                _fail(
                    "an array has another type than int64, uint64, float64",
                    f"{place}.{field}",
                    array.dtype,
                )
            if not (array.flags.c_contiguous and array.flags.writeable):
                _fail("an array is not C-contiguous and writable", f"{place}.{field}", array.shape)
            if (
                array.dtype == np.float64
                and not np.isfinite(array).all()
                and field not in ("lo", "hi")
            ):
                _fail("a number is not finite", f"{place}.{field}", array[~np.isfinite(array)][0])


def _check_offsets(model: CompiledModel) -> None:
    """Every offset array ends where its entries end; every index lies in its range."""
    s = model.structure
    types, classes, factors = len(s.type_hash), len(s.class_type), len(s.factor_hash)
    halves, channels, decisions = len(s.half_life), len(s.ch_half), len(s.de_hash)
    positions = len(s.po_move_start) - 1
    offsets = {
        "class_start": (types, classes), "ee_start": (classes, len(s.ee_target)),
        "ch_start": (types, channels), "fr_start": (types, len(s.fr_factor)),
        "mm_start": (classes, len(s.mm_factor)), "ef_start": (classes, len(s.ef_factor)),
        "ff_start": (factors, len(s.ff_source)), "sr_start": (classes, len(s.sr_factor)),
        "dc_start": (classes, len(s.dc_decision)), "de_pos_start": (decisions, positions),
        "po_move_start": (positions, len(s.po_factor)), "sm_start": (positions, len(s.sm_factor)),
        "ve_start": (decisions, len(s.ve_position)),
    }  # fmt: skip
    for field, (rows, entries) in offsets.items():
        start = getattr(s, field)
        if (
            len(start) != rows + 1
            or start[0] != 0
            or start[-1] != entries
            or (np.diff(start) < 0).any()
        ):
            _fail(
                f"offsets must rise from 0 to {entries} over {rows} rows",
                f"structure.{field}",
                start.tolist(),
            )
    ranges = {
        "class_type": (0, types), "ee_target": (0, types), "ee_half": (0, halves),
        "ee_link": (-1, s.n_links), "ee_channel": (-1, channels), "ch_half": (0, halves),
        "ch_link": (-1, s.n_links), "fr_factor": (0, factors), "fr_link": (-1, s.n_links),
        "mm_factor": (0, factors), "mm_link": (-1, s.n_links), "ef_factor": (0, factors),
        "ef_link": (-1, s.n_links), "ff_source": (0, factors), "ff_link": (-1, s.n_links),
        "sr_factor": (0, factors), "dc_decision": (0, decisions), "de_write": (-1, factors),
        "de_sets": (-1, factors), "de_exec": (-1, factors), "de_need": (-1, factors),
        "po_factor": (0, factors), "listing_type": (-2, factors), "sm_factor": (0, factors),
        "ve_position": (0, positions), "de_axis": (-1, 2 * positions), "de_held": (0, 2),
        "dc_binds": (0, 2),
    }  # fmt: skip
    for field, (low, high) in ranges.items():
        index = getattr(s, field)
        if ((index < low) | (index >= high)).any():
            _fail(f"an index outside {low}..{high - 1}", f"structure.{field}", index.tolist())


def _check_shapes(model: CompiledModel) -> None:  # noqa: C901 - a list of shapes
    """Second axes of the draws, and the sizes of starts."""
    s, dr = model.structure, model.draws
    types, classes, factors = len(s.type_hash), len(s.class_type), len(s.factor_hash)
    halves, channels, decisions = len(s.half_life), len(s.ch_half), len(s.de_hash)
    sizes = {
        "background": types, "ee_offspring": len(s.ee_target), "ch_b": channels,
        "fr_gamma": len(s.fr_factor), "mm_gamma": len(s.mm_factor), "ef_jump": len(s.ef_factor),
        "ff_coef": len(s.ff_source), "class_weight": classes, "listing_logit": types,
        "listing_load": types, "de_chance": len(s.dc_decision), "po_move": len(s.po_factor),
        "sm_move": len(s.sm_factor), "ve_within": len(s.ve_position),
        "de_node": decisions * AXES * NODES, "de_departure": decisions * NODES**AXES,
    }  # fmt: skip
    for field, array in dr._asdict().items():
        if field in ("z_ref", "rest", "pull", "noise"):
            size = factors
        elif field.startswith("sr_"):
            size = len(s.sr_factor)
        elif field.startswith("po_") and field != "po_move":
            size = len(s.po_move_start) - 1
        else:
            size = sizes.get(field, decisions)
        if array.shape != (model.n_draws, size):
            _fail(f"must have shape {(model.n_draws, size)}", f"draws.{field}", array.shape)
    for i, start in enumerate(model.starts):
        wanted = {"mass": (model.n_draws, classes, halves), "u": (model.n_draws, channels)}
        for field in ("z", "latent_sd", "timer_half_life", "timer_value"):
            wanted[field] = (model.n_draws, factors)
        for field, shape in wanted.items():
            if getattr(start, field).shape != shape:
                _fail(
                    f"must have shape {shape}", f"starts[{i}].{field}", getattr(start, field).shape
                )
    for field in ("is_level", "lo", "hi"):
        if getattr(s, field).shape != (factors,):
            _fail(f"must have shape {(factors,)}", f"structure.{field}", getattr(s, field).shape)
    if s.de_axis.shape != (decisions, AXES) or s.dc_binds.shape != s.dc_decision.shape:
        _fail("a table's axes or a call's bond are missing", "structure.de_axis", s.de_axis.shape)
    if s.ee_step.shape != s.ee_target.shape or s.de_table_x.shape != s.de_table_y.shape:
        _fail("entries of one kind differ in number", "structure", s.ee_step.shape)


def _check_values(model: CompiledModel, event_cap: int) -> None:
    """Ranges of the numbers the algorithm relies on."""
    s, dr = model.structure, model.draws
    if s.half_life.size and s.half_life.min() < _SHORTEST:
        _fail(f"a half-life below {_SHORTEST} days", "structure.half_life", s.half_life.min())
    if ((s.ee_step < 0.0) | (s.ee_step > 1.0)).any():
        _fail("a step outside 0..1", "structure.ee_step", s.ee_step.tolist())
    if dr.ee_offspring.size and dr.ee_offspring.min() < 0.0:
        _fail("a negative number of offspring", "draws.ee_offspring", dr.ee_offspring.min())
    if dr.background.min() < 0.0:
        _fail("a negative background rate", "draws.background", dr.background.min())
    for start in model.starts:
        if start.mass.size and start.mass.min() < 0.0:
            _fail("a negative mass", "starts.mass", start.mass.min())
        if start.u.size and not (start.u.min() >= 0.0 and start.u.max() <= 1.0):
            _fail("a suppression state outside 0..1", "starts.u", start.u.tolist())
    if s.band_edge.shape[1] > _MOST_BANDS:
        _fail(f"more than {_MOST_BANDS} bands", "structure.band_edge", s.band_edge.shape[1])
    reached = (s.band_edge[:, -1] + s.band_width[:, -1]).min()
    if s.band_edge[:, 0].any() or reached < event_cap:
        _fail(
            f"bands must reach from 0 to the event cap of {event_cap} a day",
            "structure.band_edge",
            reached,
        )
    joined = np.allclose(s.band_edge[:, 1:], (s.band_edge + s.band_width)[:, :-1], rtol=1e-12)
    if not joined or not np.allclose(s.band_p0, np.exp(-s.band_width)):
        _fail(
            "bands must join, each with exp(-width)", "structure.band_width", s.band_width.tolist()
        )
    whole = np.add.reduceat(dr.class_weight, s.class_start[:-1], axis=1)
    if not np.allclose(whole, 1.0) or dr.class_weight.min() < 0.0:
        _fail("class weights must sum to 1 within a type", "draws.class_weight", whole.min())


def _check_worlds(model: CompiledModel) -> None:
    """Rows sorted by day, with operations and targets that exist."""
    s = model.structure
    types, factors = len(s.type_hash), len(s.factor_hash)
    limit = {0: factors, 1: factors, 2: factors, 3: factors, 4: types, 5: s.n_links}
    limit |= {6: len(s.class_type), 7: types, 8: types}
    for spec in model.worlds:
        rows, place = spec.rows, f"what-if {spec.id}"
        if (np.diff(rows.row_day) < 0).any():
            _fail("rows must be sorted by day", place, rows.row_day.tolist())
        if rows.row_value.shape != (model.n_draws, len(rows.row_day)):
            _fail("row values must have shape (draws, rows)", place, rows.row_value.shape)
        first = model.starts[spec.start_index].day
        for day, op, target in zip(rows.row_day, rows.row_op, rows.row_target, strict=True):
            if not 0 <= op <= UNBLOCK or not 0 <= target < limit[int(op)]:
                _fail("a row's operation or target does not exist", place, (int(op), int(target)))
            if op == ADD_EVENT and day < first:
                _fail("an event is added before the what-if starts", place, int(day))
        added = rows.row_value[:, rows.row_op == ADD_EVENT]
        if (added != 1.0).any():
            _fail("an added event has value 1", place, added.tolist())
        scales = rows.row_value[:, (rows.row_op == SCALE_LINK) | (rows.row_op == SCALE_LINK - 1)]
        if (scales < 0.0).any():
            _fail("a negative multiplier", place, scales.min())


def check_model(model: CompiledModel, event_cap: int) -> None:
    """Check a compiled model before it is simulated.

    Args:
        model: what `compile_model` made.
        event_cap: events after which a history stops; the bands must reach it in a day.

    Raises:
        SimulationError: naming the array and what is wrong with it.
    """
    _check_arrays(model)
    _check_offsets(model)
    _check_shapes(model)
    _check_values(model, event_cap)
    _check_worlds(model)
