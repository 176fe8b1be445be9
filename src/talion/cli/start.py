"""`talion start`: a spreadsheet of events becomes a project folder, and a first look at it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from talion.read.choices import Choices

__all__ = ["start"]

Texts = list[str]


def _option(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, help=text)


def start(
    events: Annotated[
        Path | None,
        typer.Argument(metavar="EVENTS", help="the table of events: .xlsx, .csv or .tsv"),
    ] = None,
    brief: Annotated[
        Path | None,
        typer.Argument(metavar="[BRIEF]", help="the brief: .docx, .txt or .md; kept as it is"),
    ] = None,
    out: Annotated[
        Path | None, _option("FOLDER", "where to write  [default: the name of EVENTS]")
    ] = None,
    again: Annotated[
        Path | None,
        _option("FOLDER", "bring a folder made earlier up to date; your edits stay"),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="take what is proposed and ask nothing")
    ] = False,
    as_of: Annotated[
        str | None, _option("DAY", "cut-off date: nothing known later is used")
    ] = None,
    column: Annotated[
        Texts | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="which column is date, end, by, against, type, number, deaths, injuries, place, country, published, source, note, id; - for none; repeatable",
        ),
    ] = None,
    say: Annotated[
        Texts | None,
        _option("FIELD=VALUE", "one value for all rows, such as by=Army; repeatable"),
    ] = None,
    count: Annotated[
        Texts | None,
        _option(
            "COLUMN=TYPE,BY,AGAINST",
            "a column that counts one kind of act; add ,deaths or ,injuries if it counts people; repeatable",
        ),
    ] = None,
    sheet: Annotated[str | None, _option("NAME", "sheet of the workbook")] = None,
    header_row: Annotated[
        str | None, _option("N", "row that names the columns; N-M for several")
    ] = None,
    rows: Annotated[
        str | None, _option("N-M", "first and last row, where a sheet holds several tables")
    ] = None,
    day_first: Annotated[
        bool, typer.Option("--day-first", help="03/04/2024 is the 3rd of April")
    ] = False,
    month_first: Annotated[
        bool, typer.Option("--month-first", help="03/04/2024 is the 4th of March")
    ] = False,
    day_numbers: Annotated[
        str | None,
        _option("SYSTEM", "numbers in the date column are Excel's day numbers: 1900 or 1904"),
    ] = None,
    swapped_cells: Annotated[
        str | None, _option("yes|no", "whether Excel swapped day and month in date cells")
    ] = None,
    hidden: Annotated[
        str | None, _option("WHAT", "hidden rows and columns: keep or leave-out")
    ] = None,
    undated: Annotated[str | None, _option("leave-out", "leave out rows without a date")] = None,
    ranges: Annotated[
        str | None, _option("END", "end of a range that is the number of acts: low or high")
    ] = None,
    encoding: Annotated[
        str | None, _option("NAME", "of a text file, such as utf-8, cp1252, cp1251, cp1256")
    ] = None,
    delimiter: Annotated[
        str | None, _option("NAME", "between cells: comma, semicolon, tab or pipe")
    ] = None,
    total_types: Annotated[
        str | None,
        _option(
            "TYPE=ACT",
            "kinds of row that are running totals, and which act each counts, with ; between several; or none",
        ),
    ] = None,
    totals_sheet: Annotated[
        Texts | None,
        _option("SHEET=ACT", "a sheet of running totals, and which act it counts; repeatable"),
    ] = None,
    totals_since: Annotated[
        str | None, _option("DAY", "first day that running totals count")
    ] = None,
    covers: Annotated[
        str | None,
        _option("DAY:DAY", "first and last day covered  [default: first row to cut-off]"),
    ] = None,
    listing: Annotated[
        str | None, _option("HOW", "near-complete, partial or unknown  [default: unknown]")
    ] = None,
    by_actor: Annotated[
        bool | None,
        typer.Option(
            "--by-actor/--not-by-actor",
            help="one event type for each actor of a kind of act  [default: for two to four actors]",
        ),
    ] = None,
    plover: Annotated[
        Texts | None, _option("TYPE=CODE", "PLOVER code of a kind of act; repeatable")
    ] = None,
    title: Annotated[str | None, _option("TEXT", "title of the case")] = None,
    brief_date: Annotated[str | None, _option("DAY", "day the brief carries")] = None,
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
    typed = _order(typed, day_first, month_first)
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


def _order(choices: Choices, day_first: bool, month_first: bool) -> Choices:
    from talion.errors import InputError
    from talion.read.answers import with_answer

    if day_first and month_first:
        raise InputError(
            "say one of them", place="--day-first, --month-first", remedy="leave out one"
        )
    if not (day_first or month_first):
        return choices
    return with_answer(choices, "day_order", "day-first" if day_first else "month-first")
