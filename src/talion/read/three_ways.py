"""A changed spreadsheet and an edited record brought together: the last import tells who changed what.

For every cell, with `base` as last imported, `mine` as it stands in the record and `theirs` as the
sheet has it now: what only the sheet changed is taken over, what only the analyst changed stays, and
where both did, the analyst's stays and the sheet's is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from talion.read.row_ids import Cells

__all__ = ["KEYS", "Changes", "keyed", "merge_tables"]

KEYS: dict[str, tuple[str, ...]] = {
    "events": ("id",),
    "totals": ("series", "on", "source"),
    "actors": ("id",),
    "sources": ("id",),
    "coverage": ("of",),
}


@dataclass
class Changes:
    """What a new import changed in one table.

    Attributes:
        new, changed, gone: keys of rows that the sheet added, changed and no longer has.
        kept: keys of rows that hold edits of the analyst, or are the analyst's own.
        cells: what became of the cells that the sheet changed, in sentences.
        conflicts: cells that both changed, in sentences.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def keyed(table: str, rows: Iterable[Cells]) -> dict[str, Cells]:
    """Return rows by key; rows of one key are told apart by their order.

    >>> list(keyed("coverage", [{"of": "raid"}, {"of": "raid"}]))
    ['raid', 'raid (2)']
    """
    found: dict[str, Cells] = {}
    for row in rows:
        base = ", ".join(row.get(column, "") for column in KEYS[table])
        key, n = base, 1
        while key in found:
            n += 1
            key = f"{base} ({n})"
        found[key] = row
    return found


def merge_tables(
    table: str,
    columns: Sequence[str],
    base: Mapping[str, Cells],
    mine: Mapping[str, Cells],
    theirs: Mapping[str, Cells],
) -> tuple[list[dict[str, str]], Changes]:
    """Return the rows of a table after an import, and what changed.

    Args:
        table: name of the table.
        columns: its columns.
        base: rows as last imported, by key.
        mine: rows as they stand in the record.
        theirs: rows of the new import.
    """
    changes = Changes()
    rows: list[dict[str, str]] = []
    for key, new in theirs.items():
        if key in mine and key in base:
            rows.append(_merged(key, columns, base[key], mine[key], new, changes))
        elif key in mine:  # the analyst had written this row before the sheet did
            rows.append(_merged(key, columns, {}, mine[key], new, changes))
        elif key in base:
            if _differs(columns, base[key], new):
                changes.conflicts.append(
                    f"{table} {key}: removed by you, changed in the sheet; it stays out"
                )
            changes.kept.append(key)
        else:
            rows.append({column: new.get(column, "") for column in columns})
            changes.new.append(key)
    for key, own in mine.items():
        if key in theirs:
            continue
        edited = key not in base or _differs(columns, base[key], own)
        if not edited:
            changes.gone.append(key)
            continue
        rows.append({column: own.get(column, "") for column in columns})
        changes.kept.append(key)
        if key in base:
            changes.conflicts.append(
                f"{table} {key}: gone from the sheet, but edited by you; it stays"
            )
    return rows, changes


def _differs(columns: Sequence[str], one: Cells, other: Cells) -> bool:
    return any(one.get(column, "") != other.get(column, "") for column in columns)


def _merged(
    key: str,
    columns: Sequence[str],
    base: Cells,
    mine: Cells,
    theirs: Cells,
    changes: Changes,
) -> dict[str, str]:
    row: dict[str, str] = {}
    taken = edited = False
    for column in columns:
        was, own, new = base.get(column, ""), mine.get(column, ""), theirs.get(column, "")
        if own == new:
            row[column] = own
        elif own == was:
            row[column] = new
            taken = True
            if column != "sha256":  # says only that the file is another
                changes.cells.append(f"{key}, {column}: {_short(own)} is now {_short(new)}")
        else:
            row[column] = own
            edited = True
            if new != was:
                changes.conflicts.append(
                    f"{key}, {column}: the sheet says {_short(new)}, you wrote {_short(own)}; yours stays"
                )
    if taken:
        changes.changed.append(key)
    if edited:
        changes.kept.append(key)
    return row


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...") if text else "nothing"
