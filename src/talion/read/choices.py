"""What the user decides about a spreadsheet, and the question asked where a decision is missing.

Reading never guesses in silence: where a table can be read in two ways, an `OpenQuestion` says so
with the flag that answers it. A terminal may ask it; a script is told the flag.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from talion.errors import InputError

__all__ = ["FIELDS", "Choices", "CountColumn", "OpenQuestion"]

# What a column of a spreadsheet may become, in the order in which it is asked for.
FIELDS = {
    "date": "day on which it happened, or the first of several",
    "end": "last day, if a column of its own says so",
    "by": "who acts",
    "against": "against whom",
    "precision": "how exact the day is: day, week, month or year",
    "type": "what kind of act",
    "number": "how many such acts the row stands for",
    "deaths": "people killed",
    "injuries": "people hurt",
    "place": "where",
    "country": "in which country",
    "published": "day it could first be known",
    "source": "who reports it",
    "note": "free text",
    "id": "the row's own id",
}


class OpenQuestion(InputError):  # noqa: N818 - asks before it is an error
    """A decision that the table leaves open and that nobody has taken yet.

    Args:
        key: which choice it is, as `as_of`.
        text: the question, as a sentence for a person.
        flag: the option of the command line that answers it.
        place: file and sheet.
        proposal: the answer proposed; None where none is better than another.
        options: the answers allowed; empty for free text.
    """

    def __init__(
        self,
        key: str,
        text: str,
        flag: str,
        *,
        place: str,
        proposal: str | None = None,
        options: tuple[str, ...] = (),
    ) -> None:
        self.key = key
        self.text = text
        self.flag = flag
        self.proposal = proposal
        self.options = options
        remedy = f"say {flag}"
        if proposal is not None:
            remedy += f", or --yes to take what is proposed: {proposal}"
        super().__init__(text, place=place, remedy=remedy)


class CountColumn(BaseModel):
    """A column that counts one kind of act, a number in each row.

    Attributes:
        type: the kind of act.
        by, against: who acts, against whom.
        counts: what the numbers are: acts, people killed or people hurt.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    by: str = "unknown"
    against: str = "unknown"
    counts: Literal["events", "deaths", "injuries"] = "events"


class Choices(BaseModel):
    """Every decision about one spreadsheet; what is None is decided by the table or asked.

    Attributes:
        sheet: name of the sheet.
        header_rows: numbers of the rows that hold the column names.
        rows: first and last row of the table, where a sheet holds more than one.
        columns: field -> column, by its name or its letter; `-` for none.
        say: field -> one value for all rows.
        counts: column -> what it counts, for tables with a column for each kind of act.
        day_order: which comes first in dates such as 03/04/2024.
        day_numbers: the epoch of dates given as Excel's day numbers.
        swapped_cells: whether Excel swapped day and month in the cells it took for dates.
        hidden: what becomes of hidden rows and columns.
        encoding, delimiter: of a text file.
        ranges: which end of "2 to 3 attacks" is taken as the number of acts.
        undated: what becomes of rows that hold no date.
        total_types: kinds of row that are running totals -> the kind of act they count.
        totals_sheets: sheets of running totals -> the kind of act each counts.
        totals_since: first day that the totals count.
        as_of: cut-off date.
        covers: first and last day that the table covers.
        listing: how completely the acts are listed.
        apart: whether one kind of act by several actors becomes one event type for each.
        plover: kind of act -> PLOVER code.
        title: of the case.
        brief_date: day the brief carries.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: str | None = None
    header_rows: tuple[int, ...] | None = None
    rows: tuple[int, int] | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    say: dict[str, str] = Field(default_factory=dict)
    counts: dict[str, CountColumn] = Field(default_factory=dict)
    day_order: Literal["day-first", "month-first", "year-first"] | None = None
    day_numbers: Literal["1900", "1904"] | None = None
    swapped_cells: bool | None = None
    hidden: Literal["keep", "leave-out"] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    ranges: Literal["low", "high"] | None = None
    undated: Literal["leave-out", "as-above"] | None = None
    total_types: dict[str, str] | None = None
    totals_sheets: dict[str, str] = Field(default_factory=dict)
    totals_since: dt.date | None = None
    as_of: dt.date | None = None
    covers: tuple[dt.date, dt.date] | None = None
    listing: Literal["near complete", "partial", "unknown"] = "unknown"
    apart: bool | None = None
    plover: dict[str, str] = Field(default_factory=dict)
    title: str | None = None
    brief_date: dt.date | None = None

    def over(self, earlier: Choices) -> Choices:
        """Return these choices on top of earlier ones: what is not decided here stays as it was.

        >>> Choices(sheet="B").over(Choices(sheet="A", hidden="keep")).model_dump(exclude_unset=True)
        {'sheet': 'B', 'hidden': 'keep'}
        """
        mine = self.model_dump(exclude_unset=True, exclude_none=True)
        base = earlier.model_dump(exclude_unset=True, exclude_none=True)
        for key in ("columns", "say", "plover", "counts", "totals_sheets"):
            if key in mine or key in base:
                mine[key] = {**base.get(key, {}), **mine.get(key, {})}
        ordered = {key: mine.get(key, base.get(key)) for key in (*base, *mine)}
        return Choices.model_validate(ordered)
