"""New rows added to the native tables, as text: what stood there keeps every byte it can.

Nothing is written here. `added_rows` joins a table and a file of new rows; `carried_coverage` lets the
record's period, and the statements of listing that ran to its end, run on to a later day.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from talion.errors import Problems, RecordError
from talion.record.layout import DAY, TABLES, BadCell
from talion.record.sheet import Rows, cells_of, text_of

__all__ = ["Added", "added_rows", "carried_coverage"]

_WHOLE = "*"


@dataclass(frozen=True)
class Added:
    """A table with new rows.

    Attributes:
        text: of the whole table.
        ids: of the rows added, in the order of the file.
        known: ids of rows that stood there already and say the same in every cell given anew; they are
            left as they are.
        rows: numbers of the first and last row added, as a spreadsheet shows them.
        published: id of a row added -> day it was published, by its own word, else the day after.
    """

    text: str
    ids: tuple[str, ...]
    known: tuple[str, ...]
    rows: tuple[int, int]
    published: Mapping[str, date]


def added_rows(table: str, text: str, new: Path) -> Added:
    """Return a table with the rows of another file after its own.

    The file has the table's columns, in any order, those without a value left out. A column that the
    table does not have yet is added at its end.

    Args:
        table: `events` or `sources`.
        text: of the table as it is.
        new: file with the new rows.

    Raises:
        RecordError, Problems: the file is no such table, or a row has the id of another one.
    """
    header, rows = cells_of(text, f"{table}.csv")
    names, fresh = cells_of(text_of(new), str(new))
    _refuse(table, names, str(new))
    old = {row["id"]: row for _, row in _dicts(header, rows)}
    found: list[Mapping[str, str]] = []
    known: list[str] = []
    published: dict[str, date] = {}
    errors: list[RecordError] = []
    for number, row in _dicts(names, fresh):
        place = f"{new}, row {number}"
        key = row.get("id", "")
        if not key:
            errors.append(RecordError("has no id", place=place, remedy="every row needs an id"))
        elif key in old and _same(old[key], row):
            known.append(key)
        elif key in old or any(key == other["id"] for other in found):
            remedy = "give the new row its own id; a correction is made in the table itself"
            errors.append(
                RecordError("another row has this id", place=place, value=key, remedy=remedy)
            )
        else:
            found.append(row)
            errors += _dated(table, row, place, published)
    Problems.raise_any(errors)
    ids = tuple(row["id"] for row in found)
    joined = _joined(text, header, rows, found)
    last = cells_of(joined, f"{table}.csv")[1][-1][0] if found else 0
    return Added(joined, ids, tuple(known), (last - len(found) + 1, last), published)


def _dated(
    table: str, row: Mapping[str, str], place: str, published: dict[str, date]
) -> Iterator[RecordError]:
    """Enter the day on which a row was published, if it has any; yield what is wrong with its days."""
    columns = {column.name: column for column in TABLES[table]}
    for name in ("published", "end", "start"):
        if name in columns and name in row:
            try:
                day = columns[name].read(row[name])
            except BadCell as bad:
                yield RecordError(
                    bad.message, place=f"{place}, {name}", value=row[name], remedy=bad.remedy
                )
                return
            if isinstance(day, date):
                own = name == "published" or day == date.max
                published[row["id"]] = day if own else day + timedelta(days=1)
            return


def _refuse(table: str, names: Sequence[str], place: str) -> None:
    columns = [column.name for column in TABLES[table]]
    for name in names:
        if name not in columns:
            raise RecordError(
                "unknown column",
                place=f"{place}, row 1",
                value=name,
                remedy=f"known: {', '.join(columns)}",
            )
        if list(names).count(name) > 1:
            raise RecordError(
                "column occurs twice", place=f"{place}, row 1", value=name, remedy="remove one"
            )
    if "id" not in names:
        raise RecordError(
            "missing column", place=f"{place}, row 1", value="id", remedy="add a column id"
        )


def _dicts(header: Sequence[str], rows: Rows) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows by column, blank cells left out, cells beyond the header kept under "+"."""
    for number, row in rows:
        cells = {n: c.strip() for n, c in zip(header, row, strict=False) if c.strip()}
        if len(row) > len(header):
            cells["+"] = row[len(header)]
        yield number, cells


def _same(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    return all(old.get(name) == cell for name, cell in new.items())


def _joined(
    text: str, header: Sequence[str], rows: Rows, found: Sequence[Mapping[str, str]]
) -> str:
    if not found:
        return text
    used = {name for row in found for name in row}
    more = [name for name in used if name not in header]
    if not more:
        end = "\r\n" if "\r\n" in text else "\n"
        start = text if text.endswith(("\n", "\r")) else text + end
        return start + _csv([[row.get(n, "") for n in header] for row in found], end)
    wide = [*header, *sorted(name for name in more if name != "+")]
    every = [[*row, *[""] * (len(wide) - len(row))] for _, row in rows]
    lines = [wide, *every, *([row.get(n, "") for n in wide] for row in found)]
    return _csv(lines, "\n")


def _csv(lines: Sequence[Sequence[str]], end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows(lines)
    return out.getvalue()


def carried_coverage(text: str, until: date) -> tuple[str, tuple[str, ...]]:
    """Return the coverage table with its period running on to a later day.

    Statements that ran to the period's old end run on with it: the listing is taken to stay what it
    was.

    Args:
        text: of coverage.csv.
        until: the new last day; a day before the old one changes nothing.

    Returns:
        The text, and what it speaks of in the rows carried on.

    Raises:
        RecordError: the table has no row of the whole period.
    """
    header, rows = cells_of(text, "coverage.csv")
    parsed = [dict(zip(header, row, strict=False)) for _, row in rows]
    ends = [row.get("end", "").strip() for row in parsed if row.get("of", "").strip() == _WHOLE]
    if len(ends) != 1 or not DAY.fullmatch(ends[0]):
        raise RecordError(
            f"the period is stated {len(ends)} times, not once",
            place="coverage.csv",
            remedy="give one row with of = * and the first and last day covered",
        )
    if date.fromisoformat(ends[0]) >= until:
        return text, ()
    carried: list[str] = []
    for row in parsed:
        if row.get("end", "").strip() == ends[0]:
            row["end"] = until.isoformat()
            if row["of"].strip() != _WHOLE:
                carried.append(row["of"].strip())
    lines = [header, *([row.get(n, "") for n in header] for row in parsed)]
    return _csv(lines, "\n"), tuple(dict.fromkeys(carried))
