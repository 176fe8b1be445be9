"""Which column becomes which field: proposed by name, decided by the user, checked on the cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from talion.errors import RecordError
from talion.read.amounts import NotANumber, read_amount
from talion.read.choices import FIELDS, Choices, CountColumn, OpenQuestion
from talion.read.column_words import is_running, is_total, proposed_fields
from talion.read.day_column import is_unknown, looks_like_a_day
from talion.read.grid import Cell, letter
from talion.read.header import Column, Table, column_named
from talion.read.known_layouts import KnownLayout, known_layout

__all__ = ["NONE", "Layout", "decide_layout"]

NONE = "-"  # a field that no column gives
ENOUGH = 0.6  # share of cells that must be days, for a column whose name tells nothing


@dataclass(frozen=True)
class Layout:
    """What each column becomes.

    Attributes:
        fields: field -> column.
        say: field -> one value for all rows.
        counts: columns that count one kind of act each, with what they count.
        unused: columns that are not imported.
        labels: words for codes in the column of the kind of act.
        remarks: what was decided, in sentences.
    """

    fields: Mapping[str, Column]
    say: Mapping[str, str]
    counts: tuple[tuple[Column, CountColumn], ...]
    unused: tuple[Column, ...]
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def decide_layout(table: Table, choices: Choices) -> Layout:
    """Return what each column of a table becomes.

    Raises:
        OpenQuestion: a field that is needed may be several columns, or none.
        RecordError: a choice names a field or column that is not there.
    """
    _check_names(choices)
    counted = tuple(
        (column_named(table, name, "--count"), what) for name, what in choices.counts.items()
    )
    fields = {
        field: column_named(table, name, f"--map {field}")
        for field, name in choices.columns.items()
        if name != NONE
    }
    closed = {*choices.columns, *choices.say}
    if counted:
        closed |= {"type", "by", "against", "number", "deaths", "injuries"} - {*fields}
    known = None if counted else known_layout(table.columns)
    if known is not None:
        closed |= _take(known, table, fields, closed)
    _propose(table, fields, closed, {c.index for c, _ in counted})
    if "date" not in fields:
        fields["date"] = _dated_column(table)
    if not counted:
        _ask_for_missing(table, choices, fields)
        if known is None:
            _ask_for_number(table, choices, fields)
    used = {c.index for c in fields.values()} | {c.index for c, _ in counted}
    _refuse_double_use(fields, counted)
    unused = tuple(c for c in table.columns if c.index not in used)
    order = {field: fields[field] for field in FIELDS if field in fields}
    if known is None:
        return Layout(order, dict(choices.say), counted, unused)
    coded = fields.get("type") == known.columns(table.columns).get("type")
    said = f"the columns are those of {known.name}: {known.caution}"
    labels = known.labels if coded else {}
    return Layout(order, dict(choices.say), counted, unused, labels, (said,))


def _take(
    known: KnownLayout, table: Table, fields: dict[str, Column], closed: set[str]
) -> set[str]:
    """Add the fields that a known layout gives; return those that are then settled."""
    used = {column.index for column in fields.values()}
    for name, column in known.columns(table.columns).items():
        if name not in closed and column.index not in used:
            fields[name] = column
            used.add(column.index)
    return set(FIELDS) - {"date", "by", "against", "type"}


def _check_names(choices: Choices) -> None:
    for flag, names in (("--map", choices.columns), ("--say", choices.say)):
        for field in names:
            if field not in FIELDS:
                raise RecordError(
                    "no such field",
                    place=flag,
                    value=field,
                    remedy=f"use one of {', '.join(FIELDS)}",
                )
    for field in ("date", "end", "precision", "id", "number", "deaths", "injuries", "published"):
        if field in choices.say:
            raise RecordError(
                "cannot be the same for all rows",
                place="--say",
                value=field,
                remedy=f"name its column with --map {field}=COLUMN",
            )


def _propose(table: Table, fields: dict[str, Column], closed: set[str], taken: set[int]) -> None:
    """Add the fields whose column is clear by its name; ask where two are equally good."""
    used = {column.index for column in fields.values()} | taken
    free = tuple(c for c in table.columns if c.name and c.index not in used)
    proposed = proposed_fields(free)
    typed = "type" in closed or "type" in fields or "type" in proposed
    for field, candidates in proposed.items():
        if field in closed or field in fields:
            continue
        if not typed and field in ("number", "deaths", "injuries") and len(candidates) > 1:
            continue  # several columns of numbers and none of kinds: each may count one kind
        candidates = _without_running(table, field, candidates)
        if len(candidates) > 1:
            names = [c.name for c in candidates]
            alike = len(set(names)) < len(names) or field == "date"
            listed = " or ".join(c.label for c in candidates)
            raise OpenQuestion(
                f"columns.{field}",
                f"which column says: {FIELDS[field]}? It may be {listed}",
                f"--map {field}={letter(candidates[0].index)} (or another; {field}={NONE} for none)",
                place=table.sheet.place,
                proposal=None if alike else letter(candidates[0].index),
                options=tuple(letter(c.index) for c in candidates),
            )
        fields[field] = candidates[0]


def _without_running(
    table: Table, field: str, candidates: tuple[Column, ...]
) -> tuple[Column, ...]:
    """Return the columns that are no running total by their name; ask if all are."""
    if field not in ("number", "deaths", "injuries"):
        return candidates
    kept = tuple(c for c in candidates if not is_running(c.name))
    if kept:
        return kept
    column = candidates[0]
    raise OpenQuestion(
        f"columns.{field}",
        f"column {column.label} seems to be a running total, and a row needs its own number of: "
        f"{FIELDS[field]}. Is it left out?",
        f"--map {field}={NONE} to leave it out, or {field}={letter(column.index)} if each row has "
        "its own number",
        place=table.sheet.place,
        proposal=NONE,
        options=(NONE, letter(column.index)),
    )


def _ask_for_number(table: Table, choices: Choices, fields: Mapping[str, Column]) -> None:
    """Ask of a column such as Total, where none says how many acts a row stands for."""
    if "number" in fields or "number" in choices.columns:
        return
    for column in _free(table, fields):
        of_harm = {"deaths", "injuries"} & proposed_fields((column,)).keys()
        if is_total(column.name) and not of_harm and _share(table, column, _is_amount) >= ENOUGH:
            raise OpenQuestion(
                "columns.number",
                f"no column says how many acts a row stands for, and {column.label} holds numbers. "
                "Is it that?",
                f"--map number={letter(column.index)}, or number={NONE} if each row is one act",
                place=table.sheet.place,
                options=(letter(column.index), NONE),
            )


def _dated_column(table: Table) -> Column:
    found = [c for c in table.columns if _share(table, c, looks_like_a_day) >= ENOUGH]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(c.label for c in (found or table.columns))
    raise OpenQuestion(
        "columns.date",
        f"which column holds the dates? The columns are {listed}",
        "--map date=COLUMN",
        place=table.sheet.place,
        options=tuple(letter(c.index) for c in table.columns),
    )


def _share(table: Table, column: Column, holds: object) -> float:
    cells = [cell for _, cell in table.cells(column)[:500] if not is_unknown(cell)]
    if not callable(holds) or not cells:
        return 0.0
    return sum(bool(holds(cell)) for cell in cells) / len(cells)


def _ask_for_missing(table: Table, choices: Choices, fields: dict[str, Column]) -> None:
    place = table.sheet.place
    if "type" not in fields and "type" not in choices.say:
        others = {k: c for k, c in fields.items() if k not in ("number", "deaths", "injuries")}
        numeric = [c for c in _free(table, others) if _share(table, c, _is_amount) >= ENOUGH]
        listed = ", ".join(c.label for c in table.columns)
        if numeric:
            first = numeric[0]
            raise OpenQuestion(
                "counts",
                "no column says what kind of act a row is. Columns that hold numbers are "
                f"{', '.join(c.label for c in numeric)}. Which of them count acts of one kind?",
                f"--count '{first.name or letter(first.index)}=TYPE,BY,AGAINST' for each that does "
                "(with ,deaths or ,injuries at its end if it counts people), or --map type=COLUMN, "
                "or --say type=WORD for one kind in all rows",
                place=place,
                options=tuple(c.name or letter(c.index) for c in numeric),
            )
        raise OpenQuestion(
            "columns.type",
            f"which column says what kind of act a row is? The columns are {listed}",
            "--map type=COLUMN, or --say type=WORD for one kind in all rows",
            place=place,
        )
    for field in ("by", "against"):
        if field not in fields and field not in choices.say and field not in choices.columns:
            raise OpenQuestion(
                f"say.{field}",
                f"no column is found that says {FIELDS[field]}. Is it one name for all rows?",
                f"--map {field}=COLUMN, or --say {field}=NAME",
                place=place,
                proposal="unknown",
            )


def _free(table: Table, fields: Mapping[str, Column]) -> list[Column]:
    used = {column.index for column in fields.values()}
    return [column for column in table.columns if column.index not in used]


def _is_amount(cell: Cell) -> bool:
    try:
        return read_amount(cell).low is not None
    except NotANumber:
        return False


def _refuse_double_use(
    fields: Mapping[str, Column], counts: tuple[tuple[Column, CountColumn], ...]
) -> None:
    seen: dict[int, str] = {}
    uses = [(field, column) for field, column in fields.items()]
    uses += [(f"count of {what.type}", column) for column, what in counts]
    for use, column in uses:
        if column.index in seen:
            raise RecordError(
                f"is used twice, as {seen[column.index]} and as {use}",
                place=f"column {column.label}",
                remedy=f"say --map {use}={NONE} or name another column",
            )
        seen[column.index] = use
