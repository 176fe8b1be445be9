"""Dates that stand in several columns, year and month and day, put together in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from talion.read.choices import Choices
from talion.read.column_words import plain_words, proposed_fields
from talion.read.day_column import looks_like_a_day
from talion.read.grid import Cell, Row, is_blank, letter, shown
from talion.read.header import Column, Table, column_named
from talion.read.month_names import MONTHS

__all__ = ["with_joined_dates"]

_YEAR = frozenset(
    [
        "year",
        "iyear",
        "год",
        "год события",
        "سنة",
        "السنة",
        "jahr",
        "annee",
        "ano",
        "año",
        "yil",
        "yıl",
        "рік",
        "event year",
    ]
)
_MONTH = frozenset(
    [
        "month",
        "imonth",
        "месяц",
        "شهر",
        "الشهر",
        "monat",
        "mois",
        "mes",
        "mês",
        "ay",
        "місяць",
        "event month",
    ]
)
_DAY = frozenset(
    [
        "day",
        "iday",
        "день",
        "يوم",
        "اليوم",
        "tag",
        "jour",
        "dia",
        "día",
        "gun",
        "gün",
        "event day",
        "day of month",
        "date",
    ]
)
_SHARE = 0.9  # of cells that must be years and days, where nobody says which columns they are
_LOOKED_AT = 500


def with_joined_dates(table: Table, choices: Choices) -> tuple[Table, Choices]:
    """Return the table with one column of dates where it has one for the year and others for the rest.

    The choices returned with it name that column.
    The joined column stands where the last of them stood. `--map date=Year+Month+Day` names them.

    Raises:
        RecordError: a column that is named is not there.
    """
    named = choices.columns.get("date", "")
    if named and any(
        " ".join(c.name.split()).casefold() == named.casefold() for c in table.columns
    ):
        return table, choices
    if "+" in named:
        parts = [column_named(table, name.strip(), "--map date") for name in named.split("+")]
    else:
        parts = [] if named else _parts(table)
    if not 2 <= len(parts) <= 3:
        return table, choices
    at = parts[-1].index
    rows = tuple((number, _joined(row, parts, at)) for number, row in table.rows)
    name = "+".join(part.name or letter(part.index) for part in parts)
    left = {part.index for part in parts[:-1]}
    columns = tuple(
        replace(column, name=name) if column.index == at else column
        for column in table.columns
        if column.index not in left
    )
    letters = ", ".join(letter(part.index) for part in parts)
    remark = f"dates are put together from the columns {letters} ({name})"
    joined = replace(table, columns=columns, rows=rows, remarks=(*table.remarks, remark))
    return joined, Choices(columns={"date": name}).over(choices)


def _parts(table: Table) -> list[Column]:
    """Return the columns of year, month and day, by their names and what they hold."""
    found: list[Column | None] = []
    for words, fits in ((_YEAR, _is_year), (_MONTH, _is_month), (_DAY, _is_day)):
        plain = {plain_words(word) for word in words}
        named = [
            c for c in table.columns if plain_words(c.name) in plain and _holds(table, c, fits)
        ]
        found.append(named[0] if len(named) == 1 else None)
    year, month, day = found
    if day is not None and month is None and _holds(table, day, _number_or_none):
        day = None  # a year and a day of no month
    if year is None or (month is None and day is None) or _has_whole_dates(table):
        return []
    return [part for part in (year, month, day) if part is not None]


def _has_whole_dates(table: Table) -> bool:
    """Return whether a column holds whole days and is none for another purpose."""
    others = proposed_fields(table.columns)
    taken = {c for name, columns in others.items() if name != "date" for c in columns}
    return any(c not in taken and _holds(table, c, looks_like_a_day) for c in table.columns)


def _number_or_none(cell: Cell) -> bool:
    return _number(cell) is not None


def _holds(table: Table, column: Column, fits: Callable[[Cell], bool]) -> bool:
    cells = [cell for _, cell in table.cells(column)[:_LOOKED_AT] if not is_blank(cell)]
    return bool(cells) and sum(map(fits, cells)) >= _SHARE * len(cells)


def _number(cell: Cell) -> int | None:
    text = shown(cell).strip()
    text = text.removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) <= 4 else None


def _is_year(cell: Cell) -> bool:
    number = _number(cell)
    return number is not None and 1300 <= number < 2700


def _is_month(cell: Cell) -> bool:
    number = _number(cell)
    return 0 <= number <= 12 if number is not None else _month(cell) is not None


def _is_day(cell: Cell) -> bool:
    """Return whether a cell is a day of a month: 13, or 13 Feb where the year stands elsewhere."""
    number = _number(cell)
    if number is not None:
        return 0 <= number <= 31
    words = shown(cell).casefold().replace(".", " ").split()
    return len(words) == 2 and any(word in MONTHS for word in words)


def _month(cell: Cell) -> int | None:
    return MONTHS.get(shown(cell).strip().casefold().rstrip("."))


def _joined(row: Row, parts: list[Column], at: int) -> Row:
    cells = [row[part.index] if part.index < len(row) else None for part in parts]
    joined = _date_text(cells)
    padded = [*row, *([None] * (at + 1 - len(row)))]
    padded[at] = joined
    return tuple(padded)


def _date_text(cells: list[Cell]) -> str | None:
    """Return year, month and day as one text; 0 and blank are a part that is not known.

    >>> _date_text([2024, "Feb", 13]), _date_text([2024, 2, 0]), _date_text([2024, "13 Feb"])
    ('2024-02-13', '2024-02', '13 Feb 2024')
    """
    if all(map(is_blank, cells)):
        return None
    texts = [shown(cell).strip().removesuffix(".0") for cell in cells]
    numbers = [_number(cell) for cell in cells]
    if len(cells) == 3 and numbers[1] is None and (named := _month(cells[1])) is not None:
        numbers[1] = named
    known = [n if n else None for n in numbers]
    blank = [is_blank(cell) or number == 0 for cell, number in zip(cells, numbers, strict=True)]
    if known[0] is None or any(n is None and not b for n, b in zip(known, blank, strict=True)):
        year, *rest = texts
        return " ".join([*reversed(rest), year]).strip()  # read, or refused, as it stands
    while known and known[-1] is None:
        known.pop()
    if None in known:  # a day without a month
        return " ".join(texts)
    return "-".join(f"{n:02}" for n in known)
