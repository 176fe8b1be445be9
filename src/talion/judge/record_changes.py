"""What differs between the records of two runs: rows added, withdrawn and changed, cell by cell.

Rows that became known only because the cut-off moved belong to the change of the cut-off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from talion.judge.changes import MOVES, Change, Weight, short
from talion.judge.run_folder import ROW_KEYS, WITHHELD, KeptRun, Row, Tables

__all__ = ["record_changes", "rows_by_key"]

_PROSE = frozenset(
    {"note", "title", "address", "gist", "kind", "name", "aliases", "tie", "sha256", "speaker"}
    | {"definition"}
)
_IDLE = frozenset({"evidence"})
_SHOWN = ("action", "start", "on", "total", "initiator", "target")


@dataclass(frozen=True)
class _CutOff:
    """Both cut-offs, to tell which rows one of the runs could not know."""

    before: dt.date
    after: dt.date

    def explains(self, table: str, row: Row) -> bool:
        """Whether a row is in one run alone because the other's cut-off is earlier."""
        if self.before == self.after:
            return False
        if table == "coverage":  # its periods end with the cut-off
            return True
        published = row.get("published", "")
        return published > min(self.before, self.after).isoformat()


def record_changes(before: KeptRun, after: KeptRun) -> Iterator[Change]:
    """Yield every difference of two runs' records."""
    one, two = before.results.receipt, after.results.receipt
    if before.tables is None or after.tables is None:
        if one.record_hash != two.record_hash:
            ends = (one.record_hash[:12], two.record_hash[:12])
            yield Change("record", "record", "its rows", "changed", *ends, MOVES)
        return
    cut = _CutOff(one.as_of, two.as_of)
    for table in dict.fromkeys([*before.tables, *after.tables]):
        yield from _table(table, before.tables, after.tables, cut)


def _table(table: str, before: Tables, after: Tables, cut: _CutOff) -> Iterator[Change]:
    old, new = (rows_by_key(table, tables.get(table, ())) for tables in (before, after))
    for key in dict.fromkeys([*old, *new]):
        name = f"{table} {key}"
        if key not in new or key not in old:
            row = old[key] if key in old else new[key]
            unit = "as_of" if cut.explains(table, row) else "record"
            weight: Weight = "none" if table in _IDLE | {"sources", "actors"} else MOVES
            if key in new:
                yield Change("record", unit, name, "added", "", _row(row), weight)
            else:
                yield Change("record", unit, name, "removed", _row(row), "", weight)
        elif old[key] != new[key]:
            yield from _cells(table, name, old[key], new[key], cut)


def _cells(table: str, name: str, old: Row, new: Row, cut: _CutOff) -> Iterator[Change]:
    unit = "as_of" if table == "coverage" and cut.before != cut.after else "record"
    for column in dict.fromkeys([*old, *new]):
        one, two = old.get(column, ""), new.get(column, "")
        if one != two:
            weight: Weight = "none" if column in _PROSE or table in _IDLE else MOVES
            if column == WITHHELD:  # a hash, which says that it changed and not how
                one, two = (f"text {text[:8]}" if text else "shown" for text in (one, two))
            ends = (short(one) or "blank", short(two) or "blank")
            yield Change("record", unit, f"{name}, {column}", "changed", *ends, weight)


def rows_by_key(table: str, rows: tuple[Row, ...]) -> dict[str, Row]:
    """Return rows by what names them; of rows with one name the later ones get a number."""
    found: dict[str, Row] = {}
    columns = ROW_KEYS.get(table, ("id",))
    for row in rows:
        key = " ".join(row[column] for column in columns if column in row)
        unique, turn = key, 2
        while unique in found:
            unique, turn = f"{key} ({turn})", turn + 1
        found[unique] = row
    return found


def _row(row: Row) -> str:
    """Return a row in a few words."""
    if WITHHELD in row:
        return "its text withheld"
    shown = [row[column] for column in _SHOWN if column in row]
    return short(", ".join(shown)) or short(row)
