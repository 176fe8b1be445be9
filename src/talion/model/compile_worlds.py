"""What-ifs as rows of operations, each at the midnight (or noon) of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talion.model import compiled as c
from talion.model.case import Case, day_number
from talion.model.classes import SourceClass, matching
from talion.model.compile_factors import FactorNumbers, state_on
from talion.model.schema import Operation

__all__ = ["world_rows"]

F8 = NDArray[np.float64]
Row = tuple[int, int, int, F8]


def world_rows(
    case: Case, name: str, classes: Sequence[SourceClass], numbers: FactorNumbers, shift: int = 0
) -> c.World:
    """Return the rows of one what-if, sorted by day.

    Args:
        name: the what-if; `baseline` has no rows.
        shift: days by which its start is moved.
    """
    rows: list[Row] = []
    if name != "baseline":
        start = case.what_if_day(name) + shift
        for operation in case.what_ifs[name].do:
            day = _day(case, operation, start, shift)
            rows.extend(_rows(case, operation, day, classes, numbers))
    rows.sort(key=lambda row: row[0])
    draws = numbers.rest.shape[0]
    values = np.zeros((draws, len(rows)))
    for i, row in enumerate(rows):
        values[:, i] = row[3]
    integers = np.array([row[:3] for row in rows], dtype=np.int64).reshape(len(rows), 3)
    days, ops, targets = (np.ascontiguousarray(integers[:, i]) for i in range(3))
    return c.World(days, ops, targets, values)


def _day(case: Case, operation: Operation, start: int, shift: int) -> int:
    """Return the day of an operation: the what-if's own, `+ N days` after it, or a date."""
    if operation.at is None:
        return start
    if operation.at == "as_of":
        return case.as_of_day + shift
    if operation.at[0].isdigit():
        return day_number(dt.date.fromisoformat(operation.at)) + shift
    return start + int(operation.at.replace("+", "").split()[0])


def _rows(
    case: Case,
    operation: Operation,
    day: int,
    classes: Sequence[SourceClass],
    numbers: FactorNumbers,
) -> list[Row]:
    end = None if operation.for_ is None else day + operation.for_
    begin, undo = _pair(case, operation, classes, numbers)
    rows = [(day, *begin)]
    if end is not None and undo is not None:
        rows.append((end, *undo))
    return rows


Action = tuple[int, int, F8]


def _pair(
    case: Case, operation: Operation, classes: Sequence[SourceClass], numbers: FactorNumbers
) -> tuple[Action, Action | None]:
    """Return what an operation does and what undoes it at the end of `for`."""
    verb, subject = operation.verb, operation.subject
    draws = numbers.rest.shape[0]
    one = np.ones(draws)
    by = np.full(draws, float(operation.by or 0.0))
    if verb in ("block", "unblock"):
        target = list(case.events).index(subject)
        ops = (c.BLOCK, c.UNBLOCK) if verb == "block" else (c.UNBLOCK, c.BLOCK)
        return (ops[0], target, one), (ops[1], target, one)
    if verb == "add":
        chosen = _class_for(case, operation, classes)
        return (c.ADD_EVENT, chosen, one), None
    if verb == "scale":
        if subject in case.events:
            target = list(case.events).index(subject)
            return (c.SCALE_TYPE, target, by), (c.SCALE_TYPE, target, one)
        target = list(case.links).index(subject)
        return (c.SCALE_LINK, target, by), (c.SCALE_LINK, target, one)
    target = list(case.factors).index(subject)
    if verb == "shift":
        return (c.SHIFT, target, by), (c.SHIFT, target, -by)
    to = operation.to
    value = numbers.doses[subject, to] if isinstance(to, str) else np.full(draws, float(to or 0.0))
    if verb == "pin":
        return (c.PIN, target, value), (c.UNPIN, target, value)
    before = numbers.doses[subject, state_on(case.factors[subject], case.as_of)]
    return (c.SET, target, value), (c.SET, target, before)


def _class_for(case: Case, operation: Operation, classes: Sequence[SourceClass]) -> int:
    """Return the class of a forced event: the marks given, and the likeliest of the others."""
    event = case.events[operation.subject]
    marks = dict(operation.marks)
    for mark, values in event.marks.items():
        if mark not in marks:
            marks[mark] = max(values, key=lambda value: values[value][1])
    return matching(classes, operation.subject, marks)[0]
