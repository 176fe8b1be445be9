"""`talion start`: a spreadsheet of events becomes a project folder, and a first look at it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from talion.cli.start_options import (
    Again,
    AsOf,
    Brief,
    BriefDate,
    ByActor,
    Columns,
    Counts,
    Covers,
    DayFirst,
    DayNumbers,
    Delimiter,
    Encoding,
    Events,
    HeaderRow,
    Hidden,
    Listing,
    MonthFirst,
    Out,
    Plover,
    Ranges,
    Rows,
    Say,
    Sheet,
    SwappedCells,
    Texts,
    Title,
    TotalsSheets,
    TotalsSince,
    TotalTypes,
    Undated,
    YearFirst,
    Yes,
)

if TYPE_CHECKING:
    from talion.read.choices import Choices

__all__ = ["start"]


def start(
    events: Events = None,
    brief: Brief = None,
    out: Out = None,
    again: Again = None,
    yes: Yes = False,
    as_of: AsOf = None,
    column: Columns = None,
    say: Say = None,
    count: Counts = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    rows: Rows = None,
    day_first: DayFirst = False,
    month_first: MonthFirst = False,
    year_first: YearFirst = False,
    day_numbers: DayNumbers = None,
    swapped_cells: SwappedCells = None,
    hidden: Hidden = None,
    undated: Undated = None,
    ranges: Ranges = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    total_types: TotalTypes = None,
    totals_sheet: TotalsSheets = None,
    totals_since: TotalsSince = None,
    covers: Covers = None,
    listing: Listing = None,
    by_actor: ByActor = None,
    plover: Plover = None,
    title: Title = None,
    brief_date: BriefDate = None,
) -> None:
    """Begin a case from a table of events, with a first look at it before any model.

    Five columns suffice: date, by, against, type, number. What each column is taken for is shown and,
    in a terminal, asked; a script says it by options, or takes what is proposed with --yes. What can
    be read in two ways is never guessed. With --again, or on a folder made earlier, the table is
    imported anew: your edits to case and record stay, and what is overwritten is kept in `backups`.
    """
    from talion.cli.start_project import begin

    texts = {
        "as_of": as_of,
        "sheet": sheet,
        "header_rows": header_row,
        "day_numbers": day_numbers,
        "swapped_cells": swapped_cells,
        "hidden": hidden,
        "undated": undated,
        "ranges": ranges,
        "total_types": total_types,
    }
    typed = _choices(texts, column, say, count, plover, totals_sheet)
    typed = _more(typed, rows, covers, totals_since, listing, brief_date)
    orders = {"day-first": day_first, "month-first": month_first, "year-first": year_first}
    typed = _order(typed, [order for order, said in orders.items() if said])
    plain = {"encoding": encoding, "delimiter": delimiter, "title": title, "apart": by_actor}
    given = {key: value for key, value in plain.items() if value is not None}
    choices = type(typed)(**given).over(typed)
    begin(events, brief, out=out, again=again, choices=choices, yes=yes, terminal=_is_terminal())


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _choices(
    texts: dict[str, str | None],
    columns: Texts | None,
    say: Texts | None,
    counts: Texts | None,
    plover: Texts | None,
    totals_sheets: Texts | None,
) -> Choices:
    from talion.errors import InputError
    from talion.read.answers import count_column, pairs, with_answer
    from talion.read.choices import Choices

    counted = {}
    for text in counts or ():
        name, what = count_column(text)
        if name in counted:
            raise InputError("given twice", place="--count", value=name, remedy="keep one")
        counted[name] = what
    made = Choices(
        columns=pairs(columns or (), "--map"),
        say=pairs(say or (), "--say"),
        counts=counted,
        plover=pairs(plover or (), "--plover"),
        totals_sheets=pairs(totals_sheets or (), "--totals-sheet"),
    )
    for key, value in texts.items():
        if value is not None:
            made = with_answer(made, key, value)
    return made


def _more(
    choices: Choices,
    rows: str | None,
    covers: str | None,
    totals_since: str | None,
    listing: str | None,
    brief_date: str | None,
) -> Choices:
    from talion.errors import InputError
    from talion.read.answers import day, row_range
    from talion.read.choices import Choices

    made: dict[str, Any] = {}
    if rows is not None:
        made["rows"] = row_range(rows, "--rows")
    if covers is not None:
        first, colon, last = covers.partition(":")
        if not colon:
            raise InputError(
                "not two days", place="--covers", value=covers, remedy="write FIRST:LAST"
            )
        made["covers"] = (day(first, "--covers"), day(last, "--covers"))
    if totals_since is not None:
        made["totals_since"] = day(totals_since, "--totals-since")
    if brief_date is not None:
        made["brief_date"] = day(brief_date, "--brief-date")
    if listing is not None:
        words = {"near-complete": "near complete", "partial": "partial", "unknown": "unknown"}
        word = words.get(listing.strip().casefold().replace(" ", "-"))
        if word is None:
            remedy = "say near-complete, partial or unknown"
            raise InputError("not a listing", place="--listing", value=listing, remedy=remedy)
        made["listing"] = word
    return Choices.model_validate(made).over(choices)


def _order(choices: Choices, said: list[str]) -> Choices:
    from talion.errors import InputError
    from talion.read.answers import with_answer

    if len(said) > 1:
        raise InputError(
            "say one of them",
            place=", ".join(f"--{order}" for order in said),
            remedy="leave out the others",
        )
    return with_answer(choices, "day_order", said[0]) if said else choices
