"""A CSV file of events as a table: every value that cannot be read is named by its row.

Times are ISO dates (known to the day), ISO date-times (exact) or numbers of days from any origin.
Date-times that all lie at midnight, and numbers that are all whole, are days and not moments. The
period of coverage is the caller's to give; a last day given as a date is part of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, RecordError
from talion.fit.events import EventTable, event_table
from talion.fit.table import MOST_TYPES

if TYPE_CHECKING:
    import polars as pl

__all__ = ["EventFile", "day_of", "read_event_file"]

F8 = NDArray[np.float64]

LARGEST_FILE = 1 << 30

_DATE = r"^\d{4}-\d\d-\d\d$"
_STAMP = r"^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d(?::?\d\d)?)?$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_FORMS = "write dates as 2024-02-13, date-times as 2024-02-13T21:40, or numbers of days as 12.5"


@dataclass(frozen=True, eq=False)
class EventFile:
    """A table and how it was read."""

    table: EventTable
    dated: bool
    """Whether days count from 1970-01-01; otherwise from the file's own origin."""
    notes: tuple[str, ...]
    """What was supposed of the file, in sentences."""


@dataclass(frozen=True, eq=False)
class _Moments:
    """Times of a column."""

    days: F8
    widths: F8
    dated: bool
    notes: tuple[str, ...]


def _text(file: Path) -> str:
    name = str(file)
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE:
            raise RecordError(
                f"the file has {size / 1e9:.1f} GB; at most {LARGEST_FILE / 1e9:.1f} GB are read",
                place=name, remedy="keep only the columns of times and types",
            )  # fmt: skip
        data = file.read_bytes()
    except FileNotFoundError:
        raise RecordError("no such file", place=name, remedy="check the path") from None
    except OSError as error:
        raise RecordError(
            f"cannot be read: {error.strerror or error}", place=name, remedy="give a CSV file"
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(
            "not UTF-8", place=f"{name}:{data.count(10, 0, error.start) + 1}",
            value=data[error.start : error.start + 4],
            remedy="save it as UTF-8 (in Excel: CSV UTF-8)",
        ) from None  # fmt: skip


def _cells(file: Path) -> pl.DataFrame:
    """The file as text, with the row of each line as a spreadsheet shows it in column ''."""
    import polars as pl

    text = _text(file)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    mark = max(",;\t", key=first.count)  # a comma where there is none of them
    header = [name.strip() for name in next(csv.reader([first], delimiter=mark), [])]
    if text[:1] in {"\r", "\n", ""} or not any(header):
        raise RecordError("no header row", place=str(file), remedy="put the column names in row 1")
    if "" in header or len(set(header)) < len(header):
        raise RecordError(
            "columns need names that differ", place=f"{file}, row 1", value=header,
            remedy="name every column once",
        )  # fmt: skip
    if not text.split("\n", 1)[1:] or not text.split("\n", 1)[1].strip():
        return pl.DataFrame(schema={"": pl.Int64, **dict.fromkeys(header, pl.String)})
    try:
        frame = pl.read_csv(
            text.encode(), separator=mark, infer_schema=False, has_header=False, skip_rows=1,
            new_columns=header, row_index_name="", row_index_offset=2,
        )  # fmt: skip
        whole = len(frame.columns) == len(header) + 1
    except pl.exceptions.PolarsError:
        whole = False
    if not whole:
        raise _ragged(text, mark, len(header), str(file))
    return frame.filter(~pl.all_horizontal(pl.col(header).is_null()))


def _ragged(text: str, mark: str, width: int, name: str) -> RecordError:
    """The first row that has another number of cells than the header."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    quotes = 'check its quotes: a quote inside a cell is written ""'
    try:
        for number, row in enumerate(reader, 1):
            if row and len(row) != width:
                return RecordError(
                    f"{len(row)} cells where the header has {width}",
                    place=f"{name}, row {number}", value=mark.join(row),
                    remedy="put cells that hold a separator in quotes",
                )  # fmt: skip
    except csv.Error as error:
        return RecordError(f"not CSV: {error}", place=f"{name}:{reader.line_num}", remedy=quotes)
    return RecordError("not CSV", place=name, remedy=quotes)


def _column(frame: pl.DataFrame, name: str, file: Path, option: str) -> pl.Series:
    known = frame.columns[1:]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise RecordError(
            "no such column", place=str(file), value=name,
            remedy=f"{guess}give {option}; there are: {', '.join(known)}",
        )  # fmt: skip
    column = frame[name].str.strip_chars()
    missing = (column.is_null() | (column == "")).fill_null(value=True).to_numpy()
    if missing.any():
        raise RecordError(
            "a value is missing", place=_place(frame, int(missing.argmax()), file, name),
            remedy="fill it in, or leave the row out and say so",
        )  # fmt: skip
    return column


def _place(frame: pl.DataFrame, at: int, file: Path, column: str) -> str:
    return f"{file}, row {frame[''][at]}, column {column}"


def _clock(texts: pl.Series) -> tuple[F8, NDArray[np.bool_]]:
    """Days since each date's midnight in UTC (NaN where there is no such hour), and which have a zone."""
    import polars as pl

    parts = texts.str.extract_groups(_STAMP).struct.unnest()
    hour, minute, second = (
        parts[name].cast(pl.Float64).fill_null(0.0).to_numpy() for name in parts.columns[1:4]
    )
    zone = parts[parts.columns[4]]
    digits = zone.str.replace("Z", "+00").str.replace(":", "").fill_null("+00")
    offset = digits.str.slice(1, 2).cast(pl.Float64) * 60 + (
        digits.str.slice(3, 2).replace("", "0").cast(pl.Float64)
    )
    sign = np.where(digits.str.starts_with("-").to_numpy(), -1.0, 1.0)
    within = (hour * 60 + minute + second / 60 - sign * offset.to_numpy()) / 1440
    good = (hour < 24) & (minute < 60) & (second < 60)
    return np.where(good, within, np.nan), zone.is_not_null().to_numpy()


def _dates(texts: pl.Series) -> F8:
    """Days since 1970-01-01; NaN where there is no such day."""
    import polars as pl

    found = texts.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return np.array(found.cast(pl.Int32).cast(pl.Float64).fill_null(float("nan")).to_numpy())


class _Refused(ValueError):  # noqa: N818 - no error of its own: it becomes one with a place
    """The first value that cannot be read."""

    def __init__(self, at: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.at, self.message, self.remedy = at, message, remedy


def _refuse(bad: NDArray[np.bool_], message: str, remedy: str) -> None:
    if bad.any():
        raise _Refused(int(bad.argmax()), message, remedy)


def _moments(texts: pl.Series) -> _Moments:
    """Read times of one kind."""
    import polars as pl

    n = len(texts)
    date, stamp, number = (texts.str.contains(form).to_numpy() for form in (_DATE, _STAMP, _NUMBER))
    _refuse(~(date | stamp | number), "not a time", _FORMS)
    if n and number[0]:
        _refuse(~number, "a date among numbers of days", "write all times in one way")
        days = texts.cast(pl.Float64).to_numpy()
        _refuse(~np.isfinite(days), "a finite number of days is needed", _FORMS)
        whole = bool((days == np.floor(days)).all())
        note = "All times are whole numbers: taken as days, not as moments."
        return _Moments(days, np.full(n, float(whole)), False, (note,) if whole else ())
    _refuse(number, "a number among dates", "write all times in one way")
    days, widths, notes = _dates(texts), date.astype(np.float64), []
    if stamp.any():
        of_stamps = texts.filter(pl.Series(stamp))
        within, zoned = _clock(of_stamps)
        if zoned.any() and not zoned.all():
            odd = np.zeros(n, np.bool_)
            odd[np.flatnonzero(stamp)[zoned != zoned[0]]] = True
            _refuse(odd, "some times have a zone and others none", "give all of them a zone")
        days[stamp] += within
        if stamp.all() and not zoned.any() and not within.any():
            widths[:] = 1.0
            notes.append("All times lie at midnight: taken as days, not as moments.")
        if zoned.any():
            notes.append("Times with a zone are counted in UTC.")
    _refuse(np.isnan(days), "no such day or time", _FORMS)
    return _Moments(days, widths, True, tuple(notes))


def _edge(text: str, option: str, *, last: bool) -> tuple[float, bool]:
    """A given end of the period in days, and whether it is a date; a last day counts whole."""
    import polars as pl

    try:
        found = _moments(pl.Series([text.strip()], dtype=pl.String))
    except _Refused as refused:
        raise InputError(refused.message, place=option, value=text, remedy=_FORMS) from None
    is_day = found.dated and len(text.strip()) == len("2024-02-13")
    return float(found.days[0]) + (1.0 if last and is_day else 0.0), found.dated


def _period(
    start: str | None, end: str | None, texts: pl.Series, moments: _Moments
) -> tuple[float, float]:
    """The period in days, of the same kind as the times.

    Raises:
        InputError: it is not given, or is none.
    """
    if start is None or end is None:
        lacking = " and ".join(o for o, v in (("--start", start), ("--end", end)) if v is None)
        seen = ""
        if len(texts):
            low, high = texts[int(moments.days.argmin())], texts[int(moments.days.argmax())]
            seen = f"; the file's times run from {low} to {high}, which need not be the period"
        raise InputError(
            f"the period is not given: {lacking}", place="--start, --end",
            remedy="give the first and last day on which events would have been listed: "
            f"silence counts, so it is not guessed{seen}",
        )  # fmt: skip
    (begin, dated), (stop, also) = (
        _edge(start, "--start", last=False),
        _edge(end, "--end", last=True),
    )
    if dated is not also or (len(texts) and dated is not moments.dated):
        kind = "dates" if (moments.dated if len(texts) else dated) else "numbers of days"
        raise InputError(
            "the period and the times are not of one kind", place="--start, --end",
            value=f"{start} to {end}", remedy=f"give {kind}",
        )  # fmt: skip
    if not begin < stop:
        raise InputError(
            "the period ends before it begins", place="--start, --end", value=f"{start} to {end}",
            remedy="give the earlier first",
        )  # fmt: skip
    return begin, stop


def _kinds(
    frame: pl.DataFrame, type_: str | None, file: Path
) -> tuple[NDArray[np.int64], list[str]]:
    """Number of each row's type, and the names in order."""
    if type_ is None:
        return np.zeros(len(frame), np.int64), ["events"]
    column = _column(frame, type_, file, "--type-column")
    names = column.unique().sort()
    if len(names) > MOST_TYPES:
        raise RecordError(
            f"{len(names)} different types; at most {MOST_TYPES} can be fitted, each pair by a link",
            place=f"{file}, column {type_}", value=names[0],
            remedy="choose a column with fewer values, or merge types",
        )  # fmt: skip
    return names.search_sorted(column).to_numpy().astype(np.int64), names.to_list() or ["events"]


def read_event_file(
    file: Path | str,
    *,
    start: str | None,
    end: str | None,
    time: str = "time",
    type: str | None = None,  # noqa: A002 - the name of the column
) -> EventFile:
    """Read a CSV file of events: UTF-8, with a header, cells parted by comma, semicolon or tab.

    Args:
        file: one row for each event.
        start: first moment of the period in which every event would have been listed: a date, a
            date-time, or a number of days where the file's times are such.
        end: its end; a date counts as its last day, a date-time or number as the moment after it.
        time: column of times.
        type: column of type names; None for a single type.

    Returns:
        The table; events before the period are its history, events after it are left out and
        counted in a note.

    Raises:
        RecordError: something in the file cannot be read; row 1 is the header.
        InputError: the period is missing or impossible.
    """
    path = Path(file)
    frame = _cells(path)
    texts = _column(frame, time, path, "--time-column")
    types, names = _kinds(frame, type, path)
    try:
        moments = _moments(texts)
    except _Refused as refused:
        place = _place(frame, refused.at, path, time)
        raise RecordError(
            refused.message, place=place, value=texts[refused.at], remedy=refused.remedy
        ) from None
    begin, stop = _period(start, end, texts, moments)
    dated = moments.dated if len(texts) else _edge(str(start), "--start", last=False)[1]
    kept, notes = moments.days < stop, list(moments.notes)
    if not kept.all():
        at = int((~kept).argmax())
        notes.append(
            f"{int((~kept).sum())} events after the period are left out, the first in row "
            f"{frame[''][at]} ({texts[at]})."
        )
    days = moments.days[kept]
    before = int((days < begin).sum())
    if before:
        notes.append(f"{before} events before the period draw others and are not explained.")
    table = event_table(
        days, types[kept], start=begin, end=stop, names=names, widths=moments.widths[kept],
        history_start=min(begin, float(days.min(initial=begin))),
    )  # fmt: skip
    return EventFile(table, dated, tuple(notes))


def day_of(days: float) -> dt.date:
    """The date of a number of days since 1970-01-01."""
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(np.floor(days)))
