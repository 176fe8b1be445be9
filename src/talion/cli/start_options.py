"""The options of `talion start`, each under a name of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = [
    "Again",
    "AsOf",
    "Brief",
    "BriefDate",
    "ByActor",
    "Columns",
    "Counts",
    "Covers",
    "DayFirst",
    "DayNumbers",
    "Delimiter",
    "Encoding",
    "Events",
    "HeaderRow",
    "Hidden",
    "Listing",
    "MonthFirst",
    "Out",
    "Plover",
    "Ranges",
    "Rows",
    "Say",
    "Sheet",
    "SwappedCells",
    "Texts",
    "Title",
    "TotalTypes",
    "TotalsSheets",
    "TotalsSince",
    "Undated",
    "YearFirst",
    "Yes",
]

Texts = list[str]


def _option(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, help=text)


Events = Annotated[
    Path | None,
    typer.Argument(metavar="EVENTS", help="the table of events: .xlsx, .csv or .tsv"),
]
Brief = Annotated[
    Path | None,
    typer.Argument(metavar="[BRIEF]", help="the brief: .docx, .txt or .md; kept as it is"),
]
Out = Annotated[Path | None, _option("FOLDER", "where to write  [default: the name of EVENTS]")]
Again = Annotated[
    Path | None,
    _option("FOLDER", "bring a folder made earlier up to date; your edits stay"),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="take what is proposed and ask nothing")]
AsOf = Annotated[str | None, _option("DAY", "cut-off date: nothing known later is used")]
Columns = Annotated[
    Texts | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="which column is date, end, precision, by, against, type, number, deaths, injuries, place, country, published, source, note, id; - for none; repeatable",
    ),
]
Say = Annotated[
    Texts | None,
    _option("FIELD=VALUE", "one value for all rows, such as by=Army; repeatable"),
]
Counts = Annotated[
    Texts | None,
    _option(
        "COLUMN=TYPE,BY,AGAINST",
        "a column that counts one kind of act; add ,deaths or ,injuries if it counts people; repeatable",
    ),
]
Sheet = Annotated[str | None, _option("NAME", "sheet of the workbook")]
HeaderRow = Annotated[
    str | None, _option("N", "row that names the columns; N-M for several, none if none does")
]
Rows = Annotated[
    str | None, _option("N-M", "first and last row, where a sheet holds several tables")
]
DayFirst = Annotated[bool, typer.Option("--day-first", help="03/04/2024 is the 3rd of April")]
YearFirst = Annotated[bool, typer.Option("--year-first", help="24-02-13 is in the year 2024")]
MonthFirst = Annotated[bool, typer.Option("--month-first", help="03/04/2024 is the 4th of March")]
DayNumbers = Annotated[
    str | None,
    _option("SYSTEM", "numbers in the date column are Excel's day numbers: 1900 or 1904"),
]
SwappedCells = Annotated[
    str | None, _option("yes|no", "whether Excel swapped day and month in date cells")
]
Hidden = Annotated[str | None, _option("WHAT", "hidden rows and columns: keep or leave-out")]
Undated = Annotated[
    str | None,
    _option("WHAT", "rows without a date: leave-out, or as-above (the date of the row above)"),
]
Ranges = Annotated[
    str | None, _option("END", "end of a range that is the number of acts: low or high")
]
Encoding = Annotated[
    str | None, _option("NAME", "of a text file, such as utf-8, cp1252, cp1251, cp1256")
]
Delimiter = Annotated[str | None, _option("NAME", "between cells: comma, semicolon, tab or pipe")]
TotalTypes = Annotated[
    str | None,
    _option(
        "TYPE=ACT",
        "kinds of row that are running totals, and which act each counts, with ; between several; or none",
    ),
]
TotalsSheets = Annotated[
    Texts | None,
    _option("SHEET=ACT", "a sheet of running totals, and which act it counts; repeatable"),
]
TotalsSince = Annotated[str | None, _option("DAY", "first day that running totals count")]
Covers = Annotated[
    str | None,
    _option("DAY:DAY", "first and last day covered  [default: first row to cut-off]"),
]
Listing = Annotated[
    str | None, _option("HOW", "near-complete, partial or unknown  [default: unknown]")
]
ByActor = Annotated[
    bool | None,
    typer.Option(
        "--by-actor/--not-by-actor",
        help="one event type for each actor of a kind of act  [default: for two to four actors]",
    ),
]
Plover = Annotated[Texts | None, _option("TYPE=CODE", "PLOVER code of a kind of act; repeatable")]
Title = Annotated[str | None, _option("TEXT", "title of the case")]
BriefDate = Annotated[str | None, _option("DAY", "day the brief carries")]
