"""A whole column of dates: what its cells together say about the order of day and month.

A single 03/04/2024 tells nothing, a column with 25/04/2024 in it does. What the column does not
decide is asked, never assumed. Known traps are looked for: a workbook in which Excel took 03/04 for
a date and left 25/04 as text has swapped every date it took.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from talion.read.choices import Choices, OpenQuestion
from talion.read.days import (
    NotADate,
    Span,
    day_and_month,
    has_time,
    read_span,
    short_year,
    three_short,
)
from talion.read.grid import Cell, is_blank, shown

__all__ = ["DayColumn", "DayFault", "looks_like_a_day", "read_days"]

UNKNOWN = frozenset(
    [
        "unknown",
        "unk",
        "n/a",
        "na",
        "n.a.",
        "nan",
        "nat",
        "<na>",
        "#n/a",
        "#nv",
        "#n/d",
        "#nd",
        "?",
        "-",
        "–",
        "—",
        "--",
        "none",
        "null",
        "nil",
        "tbd",
        "tbc",
        "неизвестно",
        "н/д",
        "مجهول",
        "inconnu",
        "unbekannt",
        "desconocido",
    ]
) | {"not known", "not stated", "no data", "нет данных", "غير معروف"}
_EXCEL_START = {"1900": dt.date(1899, 12, 30), "1904": dt.date(1904, 1, 1)}
_FIRST_NUMBER, _LAST_NUMBER = 1_000, 80_000  # day numbers of 1902 to 2119
_EARLY, _LATE = 1, 73_050


@dataclass(frozen=True)
class DayFault:
    """A cell of a date column that names no day: its row, what stands there, why not."""

    row: int
    text: str
    why: str


@dataclass(frozen=True)
class DayColumn:
    """What a column of dates says.

    Attributes:
        spans: row number -> days; rows whose cell is blank or unknown have none.
        blank: numbers of rows with a blank cell or "unknown".
        faults: cells that name no day.
        remarks: how the column was read.
    """

    spans: dict[int, Span]
    blank: tuple[int, ...]
    faults: tuple[DayFault, ...]
    remarks: tuple[str, ...]


@dataclass
class _Kinds:
    """The cells of a column by how they tell a day."""

    dates: dict[int, dt.date] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, float] = field(default_factory=dict)
    blank: list[int] = field(default_factory=list)
    faults: list[DayFault] = field(default_factory=list)
    timed: int = 0


def is_unknown(cell: Cell) -> bool:
    """Return whether a cell is blank or says that nothing is known.

    >>> is_unknown("N/A"), is_unknown(0)
    (True, False)
    """
    return is_blank(cell) or (isinstance(cell, str) and cell.strip().casefold() in UNKNOWN)


def looks_like_a_day(cell: Cell) -> bool:
    """Return whether a cell by itself names a day, month or interval (a bare year does not)."""
    if isinstance(cell, dt.date):  # a datetime is one too
        return True
    if not isinstance(cell, str) or not any(c.isdigit() for c in cell) or len(cell) > 60:
        return False
    try:
        return read_span(cell, "day-first").precision != "year"
    except NotADate:
        try:
            return read_span(cell, "month-first").precision != "year"
        except NotADate:
            return False


def read_days(
    cells: Iterable[tuple[int, Cell]], choices: Choices, *, name: str, place: str, epoch: str
) -> DayColumn:
    """Return the days of a column.

    Args:
        cells: (row number, cell).
        choices: the user's decisions.
        name: of the column.
        place: file and sheet.
        epoch: of the workbook's day numbers.

    Raises:
        OpenQuestion: the order of day and month, day numbers or swapped cells need a decision.
    """
    kinds = _sorted_by_kind(cells)
    remarks: list[str] = []
    dates = _unswapped(kinds, choices, name, place, remarks)
    order = _order(kinds.texts, choices, name, place, remarks)
    spans = {row: Span(day, day, "day") for row, day in dates.items()}
    known: dict[str, Span | str] = {}
    for row, text in kinds.texts.items():
        if text not in known:
            known[text] = _read(text, order)
        found = known[text]
        if isinstance(found, Span):
            spans[row] = found
        else:
            kinds.faults.append(DayFault(row, text, found))
    _add_numbers(kinds, spans, choices, name, place, epoch, remarks)
    _say_of_texts(kinds, spans, name, remarks)
    rough = sum(span.precision != "day" for span in spans.values())
    if rough:
        remarks.append(f"{rough} rows are dated to an interval, not to a day")
    faults = tuple(sorted(kinds.faults, key=lambda fault: fault.row))
    return DayColumn(spans, tuple(kinds.blank), faults, tuple(remarks))


def _say_of_texts(kinds: _Kinds, spans: dict[int, Span], name: str, remarks: list[str]) -> None:
    read = {row: text for row, text in kinds.texts.items() if row in spans}
    timed = kinds.timed + sum(map(has_time, read.values()))
    if timed:
        remarks.append(
            f"times of day in column {name} are not used; the day counts as it is written, in "
            f"whatever time zone ({timed} cells)"
        )
    short = [(row, text) for row, text in read.items() if short_year(text)]
    if short:
        row, text = short[0]
        remarks.append(
            f"years of two digits are read as 1950 to 2049 ({len(short)} cells; {text} is "
            f"{spans[row].start})"
        )


def _read(text: str, order: str | None) -> Span | str:
    try:
        return read_span(text, order)
    except NotADate as error:
        return str(error)


def _sorted_by_kind(cells: Iterable[tuple[int, Cell]]) -> _Kinds:
    kinds = _Kinds()
    for row, cell in cells:
        if is_unknown(cell):
            kinds.blank.append(row)
        elif isinstance(cell, dt.datetime):
            kinds.timed += (cell.hour, cell.minute, cell.second) != (0, 0, 0)
            kinds.dates[row] = cell.date()
        elif isinstance(cell, dt.date):
            kinds.dates[row] = cell
        elif isinstance(cell, bool | dt.time | dt.timedelta):
            kinds.faults.append(DayFault(row, shown(cell), "a time or a truth value, not a date"))
        elif isinstance(cell, int | float):
            kinds.numbers[row] = float(cell)
        elif _is_number(str(cell)):
            kinds.numbers[row] = float(str(cell).strip())
        else:
            kinds.texts[row] = str(cell)
    return kinds


def _is_number(text: str) -> bool:
    """Return whether a text is a bare number of Excel's days: five digits, as 45335."""
    bare, _, part = text.strip().partition(".")
    return len(bare) == 5 and bare.isdigit() and (not part or part.isdigit())


def _unswapped(
    kinds: _Kinds, choices: Choices, name: str, place: str, remarks: list[str]
) -> dict[int, dt.date]:
    """Return the date cells, day and month swapped back where Excel had swapped them."""
    if choices.swapped_cells is None and _looks_swapped(kinds):
        raise OpenQuestion(
            "swapped_cells",
            f"in column {name} every date cell has a day of at most 12, and every text such as "
            f"{next(iter(kinds.texts.values()))!r} a day over 12: Excel seems to have swapped day "
            "and month in the cells that it took for dates. Were they swapped?",
            "--swapped-cells yes or no",
            place=place,
            options=("yes", "no"),
        )
    if not choices.swapped_cells:
        return kinds.dates
    if any(day.day > 12 for day in kinds.dates.values()):
        row = next(row for row, day in kinds.dates.items() if day.day > 12)
        kinds.faults.append(
            DayFault(
                row, kinds.dates[row].isoformat(), "cannot be swapped: no month of that number"
            )
        )
        return {}
    remarks.append(f"day and month swapped back in {len(kinds.dates)} date cells of column {name}")
    return {row: dt.date(d.year, d.day, d.month) for row, d in kinds.dates.items()}


def _looks_swapped(kinds: _Kinds) -> bool:
    firsts = [pair for text in set(kinds.texts.values()) if (pair := day_and_month(text))]
    if not firsts or len(kinds.dates) < 3:
        return False
    return all(a > 12 for a, _ in firsts) and all(day.day <= 12 for day in kinds.dates.values())


def _order(
    texts: dict[int, str], choices: Choices, name: str, place: str, remarks: list[str]
) -> str | None:
    """Return which of day and month comes first in dates of three numbers."""
    if choices.day_order is not None:
        return choices.day_order
    pairs = {row: pair for row, text in texts.items() if (pair := day_and_month(text)) is not None}
    if not pairs:
        return None
    if _year_comes_first(texts, name, place, remarks):
        return "year-first"
    day_first = next((row for row, (a, _) in pairs.items() if a > 12), None)
    month_first = next((row for row, (_, b) in pairs.items() if b > 12), None)
    sample = texts[next(iter(pairs))]
    if day_first is not None and month_first is not None:
        raise OpenQuestion(
            "day_order",
            f"column {name} mixes orders: row {day_first} has {texts[day_first]!r}, row "
            f"{month_first} has {texts[month_first]!r}; no single order reads both. Which order do "
            "the others have? (These are then named, to be mended.)",
            "--day-first or --month-first",
            place=place,
            options=("day-first", "month-first"),
        )
    if day_first is None and month_first is None:
        if all(a == b for a, b in pairs.values()):
            return "day-first"  # 03/03/2024 reads the same
        row = next(row for row, (a, b) in pairs.items() if a != b)
        raise OpenQuestion(
            "day_order",
            f"dates such as {texts[row]!r} in column {name} can be read in two ways. Which comes "
            "first, the day or the month?",
            "--day-first or --month-first",
            place=place,
            options=("day-first", "month-first"),
        )
    order = "day-first" if day_first is not None else "month-first"
    proof = texts[day_first if day_first is not None else month_first or 0]
    remarks.append(f"dates such as {sample} are read {order}: {proof} leaves no other way")
    return order


def _year_comes_first(texts: dict[int, str], name: str, place: str, remarks: list[str]) -> bool:
    """Return whether dates such as 24-02-13 begin with the year; ask if it may be so.

    Years change least down a column: where the first numbers vary less than the last ones, the first
    ones may be the years.
    """
    found = [(three, text) for text in texts.values() if (three := three_short(text)) is not None]
    if not found or any(three[1] > 12 or three[2] > 31 for three, _ in found):
        return False
    sample = found[0][1]
    if any(three[0] > 31 for three, _ in found):
        remarks.append(
            f"dates such as {sample} begin with the year: one has a number over 31 there"
        )
        return True
    first, last = ({three[i] for three, _ in found} for i in (0, 2))
    dotted = all(three[3] == "." for three, _ in found)  # 13.02.24 ends with the year
    if len(first) < len(last) or (not dotted and len(first) == len(last)):
        raise OpenQuestion(
            "day_order",
            f"dates such as {sample!r} in column {name} may begin with the year or end with it. Which "
            "comes first, the year, the day or the month?",
            "--year-first, --day-first or --month-first",
            place=place,
            options=("year-first", "day-first", "month-first"),
        )
    return False


def _add_numbers(
    kinds: _Kinds,
    spans: dict[int, Span],
    choices: Choices,
    name: str,
    place: str,
    epoch: str,
    remarks: list[str],
) -> None:
    """Read numbers as Excel's day numbers (only if the user says so) or as years."""
    days = {row: n for row, n in kinds.numbers.items() if not 1500 <= n < 2200}
    for row, number in kinds.numbers.items():
        if row in days:
            continue
        if number.is_integer():
            year = int(number)
            spans[row] = Span(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")
        else:
            kinds.faults.append(DayFault(row, str(number), "neither a year nor a day number"))
    compact = {row: n for row, n in days.items() if n >= 13_000_101}
    for row, number in compact.items():  # 20240213, and 14021124 of another calendar
        found = _read(_as_day(int(number)), None)
        if isinstance(found, Span):
            spans[row] = found
        else:
            kinds.faults.append(DayFault(row, str(int(number)), found))
    days = {row: n for row, n in days.items() if row not in compact}
    if choices.day_numbers is None:
        days = _without_other_years(kinds, days)
    if not days:
        return
    if choices.day_numbers is None and all(_EARLY <= n <= _LATE for n in days.values()):
        row, number = next(iter(days.items()))
        meant = _EXCEL_START[epoch] + dt.timedelta(days=int(number))
        raise OpenQuestion(
            "day_numbers",
            f"column {name} holds numbers such as {number:g} (row {row}); as a day number of Excel "
            f"that is {meant}. Are these day numbers, and of which system?",
            "--day-numbers 1900 or 1904",
            place=place,
            proposal=epoch
            if all(_FIRST_NUMBER <= n <= _LAST_NUMBER for n in days.values())
            else None,
            options=("1900", "1904"),
        )
    start = _EXCEL_START[choices.day_numbers or epoch]
    _place_numbers(kinds, spans, days, start)
    if choices.day_numbers:
        remarks.append(
            f"{len(days)} numbers of column {name} are read as day numbers of Excel "
            f"({choices.day_numbers} system)"
        )


def _as_day(number: int) -> str:
    text = str(number)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 else text


def _without_other_years(kinds: _Kinds, days: dict[int, float]) -> dict[int, float]:
    """Return the numbers that are no year such as 1402 or 1445; those are faults."""
    for row, number in days.items():
        if 1300 <= number < 1500:
            why = "a year of another calendar (Hijri, Jalali), or a day number: say --day-numbers"
            kinds.faults.append(DayFault(row, f"{number:g}", why))
    return {row: n for row, n in days.items() if not 1300 <= n < 1500}


def _place_numbers(
    kinds: _Kinds, spans: dict[int, Span], days: dict[int, float], start: dt.date
) -> None:
    for row, number in days.items():
        if not _EARLY <= number <= _LATE:
            kinds.faults.append(DayFault(row, f"{number:g}", "not a date"))
        elif number <= 60 and start.year == 1899:
            # Excel believes in a 29 February 1900; what it calls day 1 to 60 is off by one.
            kinds.faults.append(DayFault(row, f"{number:g}", "a day number before March 1900"))
        else:
            day = start + dt.timedelta(days=int(number))
            spans[row] = Span(day, day, "day")
