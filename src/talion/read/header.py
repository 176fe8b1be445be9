"""Which rows of a sheet name the columns, and where the table begins and ends."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from talion.errors import Problems, RecordError
from talion.read.choices import Choices, OpenQuestion
from talion.read.day_column import looks_like_a_day
from talion.read.grid import Cell, Row, Sheet, is_blank, letter, letter_index, shown

__all__ = ["Column", "Table", "column_named", "find_table"]

LOOKED_AT = 60  # rows from the top in which a table must begin
MOST_COLUMNS = 300
_MOST_NAMED = 40
_RUN_ACROSS = 3  # dates in one row that make it the header of a pivot


@dataclass(frozen=True)
class Column:
    """One column: its place from 0, and what its header says ("" for none)."""

    index: int
    name: str

    @property
    def label(self) -> str:
        """How it is called in messages: name and letter."""
        return f"{self.name!r} ({letter(self.index)})" if self.name else letter(self.index)


@dataclass(frozen=True)
class Table:
    """The columns of a table and its rows under the header.

    Attributes:
        sheet: where it stands.
        columns: those with a header or any cell.
        rows: (row number, cells) under the header.
        header_rows: numbers of the rows that name the columns.
        remarks: what was decided, in sentences.
    """

    sheet: Sheet
    columns: tuple[Column, ...]
    rows: tuple[tuple[int, Row], ...]
    header_rows: tuple[int, ...]
    remarks: tuple[str, ...]

    def cells(self, column: Column) -> list[tuple[int, Cell]]:
        """Return (row number, cell) down a column."""
        i = column.index
        return [(number, row[i] if i < len(row) else None) for number, row in self.rows]


def find_table(sheet: Sheet, choices: Choices) -> Table:
    """Return the table of a sheet.

    Raises:
        OpenQuestion: hidden rows or columns, or the header, need a decision.
        RecordError: the sheet is empty, or holds no table.
    """
    if not sheet.rows:
        raise RecordError(
            "the sheet is empty", place=sheet.place, remedy="choose another with --sheet"
        )
    rows, skip, remarks = _visible(sheet, choices)
    header = _header_rows(sheet, rows, choices)
    last_header = max(header, default=0)
    body = [(n, row) for n, row in rows if n > last_header]
    if choices.rows is not None:
        body = [(n, row) for n, row in body if choices.rows[0] <= n <= choices.rows[1]]
    body = _without_marks(body, remarks)
    body = _without_repeated_header(body, [row for n, row in rows if n == last_header], remarks)
    if not body:
        raise RecordError(
            "no row under the header",
            place=f"{sheet.place}, row {last_header}",
            remedy="give a table that has rows, or name another header with --header-row",
        )
    columns = _columns(rows, header, body, skip)
    _refuse_too_wide(sheet, columns)
    _refuse_longer_rows(sheet, [row for n, row in rows if n in header], body)
    above = [n for n, _ in rows if n < min(header, default=0)]
    if above and choices.header_rows is None:
        remarks.append(f"rows above the header in row {min(header)} are not read: {_listed(above)}")
    if len(header) > 1:
        remarks.append(f"column names are taken from rows {min(header)} to {max(header)}")
    return Table(sheet, columns, tuple(body), header, tuple(remarks))


def _refuse_too_wide(sheet: Sheet, columns: tuple[Column, ...]) -> None:
    if len(columns) > MOST_COLUMNS:
        raise RecordError(
            f"more than {MOST_COLUMNS} columns",
            place=sheet.place,
            value=len(columns),
            remedy="remove the columns that are not needed",
        )


def _refuse_longer_rows(sheet: Sheet, header: list[Row], body: list[tuple[int, Row]]) -> None:
    """Refuse rows of a text file with more cells than its header: they have slipped sideways."""
    if sheet.name or not header:  # in a workbook every cell has its place
        return
    width = max(map(len, header))
    Problems.raise_any(
        RecordError(
            f"{len(row)} cells under a header of {width}",
            place=f"{sheet.place}, row {number}",
            value=", ".join(shown(cell) for cell in row[width:]),
            remedy="put a cell that holds the separator into quotes, or name every column",
        )
        for number, row in [
            (n, row) for n, row in body if not all(is_blank(cell) for cell in row[width:])
        ][:_MOST_NAMED]
    )


def _without_repeated_header(
    body: list[tuple[int, Row]], header: list[Row], remarks: list[str]
) -> list[tuple[int, Row]]:
    """Leave out rows that repeat the header within a table, as it is printed page by page."""
    names = [[shown(cell).strip() for cell in row if not is_blank(cell)] for row in header]
    numbers = {n for n, _ in body}
    again = {
        n
        for n, row in body
        if n - 1 in numbers and [shown(c).strip() for c in row if not is_blank(c)] in names
    }
    if again:
        remarks.append(f"rows that repeat the header are left out: {_listed(sorted(again))}")
    return [(n, row) for n, row in body if n not in again]


def _without_marks(body: list[tuple[int, Row]], remarks: list[str]) -> list[tuple[int, Row]]:
    """Leave out a row right under the header that holds tags (#date) or numbers of columns."""
    if not body:
        return body
    number, row = body[0]
    cells = [shown(cell).strip() for cell in row if not is_blank(cell)]
    tags = all(re.fullmatch(r"#[a-z]\S*(?: [+]\S+)*", cell) for cell in cells)
    counted = cells == [str(n) for n in range(1, len(cells) + 1)]
    if len(cells) < 2 or not (tags or counted):
        return body
    what = "tags" if tags else "the numbers of the columns"
    remarks.append(f"row {number} holds {what} and is left out")
    return body[1:]


def _visible(
    sheet: Sheet, choices: Choices
) -> tuple[list[tuple[int, Row]], frozenset[int], list[str]]:
    """Return the rows and the columns to leave out, after asking about what is hidden."""
    rows = list(sheet.rows)
    hidden_rows = [n for n, _ in rows if n in sheet.hidden_rows]
    hidden_columns = sorted(
        i
        for i in sheet.hidden_columns
        if i < sheet.width and any(i < len(row) and not is_blank(row[i]) for _, row in rows)
    )
    if not hidden_rows and not hidden_columns:
        return rows, frozenset(), []
    parts = []
    if hidden_rows:
        parts.append(f"{len(hidden_rows)} hidden or filtered rows ({_listed(hidden_rows)})")
    if hidden_columns:
        parts.append(f"hidden columns {', '.join(map(letter, hidden_columns))}")
    what = " and ".join(parts)
    if choices.hidden is None:
        raise OpenQuestion(
            "hidden",
            f"the sheet has {what}. Read them too?",
            "--hidden keep or --hidden leave-out",
            place=sheet.place,
            proposal="keep",
            options=("keep", "leave-out"),
        )
    if choices.hidden == "keep":
        return rows, frozenset(), [f"{what} are read like the others"]
    left = set(hidden_rows)
    return (
        [(n, row) for n, row in rows if n not in left],
        frozenset(hidden_columns),
        [f"{what} are left out"],
    )


def _listed(numbers: list[int]) -> str:
    shown_ = ", ".join(map(str, numbers[:6]))
    return shown_ + (f", ... {numbers[-1]}" if len(numbers) > 6 else "")


def _header_rows(sheet: Sheet, rows: list[tuple[int, Row]], choices: Choices) -> tuple[int, ...]:
    if choices.header_rows is not None:
        known = {n for n, _ in rows}
        for number in choices.header_rows:
            if number not in known:
                raise RecordError(
                    "no such row, or a blank one",
                    place="--header-row",
                    value=number,
                    remedy="give the number of the row that names the columns",
                )
        return tuple(sorted(choices.header_rows))  # none: columns have letters only
    first = choices.rows[0] if choices.rows else 0
    head = [(n, row) for n, row in rows if n >= first][:LOOKED_AT]
    head = [(n, row) for n, row in head if not _is_marks(row)]
    found = _guessed_header(sheet, head)
    if found is None:
        _refuse_dates_across(sheet, head)
        raise OpenQuestion(
            "header_rows",
            "no row is found that names the columns (texts, with dated rows under it). Which row "
            "does?",
            "--header-row N (N-M for several, none if there is none)",
            place=sheet.place,
        )
    return found


def _is_marks(row: Row) -> bool:
    return not _without_marks([(0, row), (0, row)], [])[1:]


def _refuse_dates_across(sheet: Sheet, head: list[tuple[int, Row]]) -> None:
    for number, row in head:
        at = [i for i, cell in enumerate(row) if looks_like_a_day(cell)]
        if len(at) >= _RUN_ACROSS:
            raise RecordError(
                "dates run across a row, not down a column: a pivot or a calendar",
                place=f"{sheet.at(number, at[0])} to {letter(at[-1])}{number}",
                remedy="turn it round, so that each row has its date (in Excel: copy, Paste Special, "
                "Transpose), and save it",
            )


def _guessed_header(sheet: Sheet, head: list[tuple[int, Row]]) -> tuple[int, ...] | None:
    """Return the text rows right above the first row that holds a date (or else a number)."""
    for is_data in (_has_day, _has_number):
        for at, (_, row) in enumerate(head):
            if at and is_data(row) and _is_texts(head[at - 1][1]):
                return _upwards(sheet, head, at - 1)
            if is_data(row):
                break  # data with no header above it
    return None


def _has_day(row: Row) -> bool:
    return sum(not is_blank(c) for c in row) >= 2 and any(map(looks_like_a_day, row))


def _has_number(row: Row) -> bool:
    return sum(not is_blank(c) for c in row) >= 2 and any(
        isinstance(c, int | float) or (isinstance(c, str) and c.strip().isdigit()) for c in row
    )


def _is_texts(row: Row) -> bool:
    cells = [c for c in row if not is_blank(c)]
    texts = [c for c in cells if isinstance(c, str) and not c.strip().isdigit()]
    return len(cells) >= 2 and len(texts) == len(cells) and not any(map(looks_like_a_day, texts))


def _upwards(sheet: Sheet, head: list[tuple[int, Row]], at: int) -> tuple[int, ...]:
    """Return the header rows from the lowest upwards.

    A row above belongs to the header if cells in it are merged, or if it names columns that the
    rows under it leave without a name (a text file keeps no merged cells).
    """
    found = [head[at][0]]
    below = head[at][1]
    while at > 0:
        number, row = head[at - 1]
        spans = [a for a in sheet.merged if a[0] <= number <= a[2] and (a[1], a[0]) != (a[3], a[2])]
        distinct = {shown(c).strip() for c in row if not is_blank(c)}
        named = any(
            not is_blank(cell) and (i >= len(below) or is_blank(below[i]))
            for i, cell in enumerate(row)
        )
        if (
            number != found[0] - 1
            or not (spans or named)
            or len(distinct) < 2
            or not _is_texts(row)
        ):
            break
        found.insert(0, number)
        below = tuple(
            cell if i >= len(below) or is_blank(below[i]) else below[i]
            for i, cell in enumerate(row)
        )
        at -= 1
    return tuple(found)


def _columns(
    rows: list[tuple[int, Row]],
    header: tuple[int, ...],
    body: list[tuple[int, Row]],
    skip: frozenset[int],
) -> tuple[Column, ...]:
    named = {n: row for n, row in rows if n in header}
    width = max(len(row) for row in (*named.values(), *(row for _, row in body)))
    used = [False] * width
    for _, row in body:
        for i, cell in enumerate(row):
            used[i] = used[i] or not is_blank(cell)
    columns = []
    for i in range(width):
        parts: list[str] = []
        for number in header:
            row = named[number]
            text = " ".join(shown(row[i]).split()) if i < len(row) and not is_blank(row[i]) else ""
            if text and text not in parts:
                parts.append(text)
        if i not in skip and (parts or used[i]):
            columns.append(Column(i, " / ".join(parts)))
    return tuple(columns)


def column_named(table: Table, name: str, flag: str) -> Column:
    """Return the column of a name or letter.

    Raises:
        RecordError: none, or several of that name.
    """
    wanted = " ".join(name.split()).casefold()
    found = [c for c in table.columns if c.name.casefold() == wanted]
    if not found:
        found = [c for c in table.columns if _last(c.name) == wanted]
    if not found and (index := letter_index(name)) is not None:
        found = [c for c in table.columns if c.index == index]
    if len(found) == 1:
        return found[0]
    if not found:
        known = ", ".join(c.label for c in table.columns)
        raise RecordError("no such column", place=flag, value=name, remedy=f"use one of: {known}")
    letters = " or ".join(letter(c.index) for c in found)
    raise RecordError(
        f"{len(found)} columns have this name",
        place=flag,
        value=name,
        remedy=f"name it by its letter: {letters}",
    )


def _last(name: str) -> str:
    return re.split(r" / ", name)[-1].casefold()


def repeated_names(table: Table) -> tuple[str, ...]:
    """Return the column names that occur more than once."""
    counts = Counter(c.name.casefold() for c in table.columns if c.name)
    return tuple(name for name, n in counts.items() if n > 1)
