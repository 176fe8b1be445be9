"""From a file and the user's choices to the rows of a record: every step of one import."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talion.errors import RecordError
from talion.read.choices import Choices, OpenQuestion
from talion.read.delimited import read_text_table
from talion.read.event_kinds import EventKind, event_kinds
from talion.read.fields import Layout, decide_layout
from talion.read.grid import Sheet
from talion.read.header import Table, find_table, repeated_names
from talion.read.other_files import refuse_other_files
from talion.read.record_rows import RecordRows, make_rows
from talion.read.rows import read_rows
from talion.read.split_dates import with_joined_dates
from talion.read.totals_sheet import read_totals
from talion.read.workbook import OLE_MAGIC, ZIP_MAGIC, read_sheet, refuse_ole, sheet_names

__all__ = ["Import", "Loaded", "load", "make_import"]

_PEEK = 80  # rows by which a sheet shows whether it holds a table


@dataclass(frozen=True)
class Loaded:
    """A file as read: the sheet, the file's hash, how it was chosen, and sheets of totals."""

    path: Path
    sheet: Sheet
    sha256: str
    remarks: tuple[str, ...]
    totals: tuple[Sheet, ...] = ()


@dataclass(frozen=True)
class Import:
    """One import, complete.

    Attributes:
        loaded: the file and its sheet.
        table: columns and rows.
        layout: what each column becomes.
        made: rows of the record's tables.
        kinds: event types of the case.
        choices: the decisions it was made with.
        remarks: everything to be said of it, in sentences.
    """

    loaded: Loaded
    table: Table
    layout: Layout
    made: RecordRows
    kinds: tuple[EventKind, ...]
    choices: Choices
    remarks: tuple[str, ...]


def load(path: Path, choices: Choices) -> Loaded:
    """Read the sheet of a file.

    Raises:
        RecordError: missing, damaged, empty, or of another kind.
        OpenQuestion: several sheets hold a table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(
            f"cannot be read: {error.strerror or error}",
            place=str(path),
            remedy="check the path and its rights",
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(OLE_MAGIC):
        refuse_ole(path, data)
    refuse_other_files(path, data[:2000])
    if not data.startswith(ZIP_MAGIC):
        if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods") and b"\0" in data[:4000]:
            raise RecordError(
                "the workbook is damaged or not one",
                place=str(path),
                remedy="open it in Excel or LibreOffice and save it anew as .xlsx",
            )
        if choices.sheet is not None and path.suffix.lower() in (".csv", ".tsv", ".txt"):
            raise RecordError(
                "a text file has no sheets",
                place="--sheet",
                value=choices.sheet,
                remedy="leave it out",
            )
        if choices.totals_sheets:
            raise RecordError(
                "a text file has no sheets", place="--totals-sheet", remedy="leave it out"
            )
        sheet = read_text_table(path, data, choices.encoding, choices.delimiter)
        return Loaded(path, sheet, digest, sheet.remarks)
    name, remarks = _chosen_sheet(path, choices)
    totals = tuple(_totals_sheet(path, sheet, name) for sheet in choices.totals_sheets)
    read = read_sheet(path, name)
    return Loaded(path, read, digest, (*remarks, *read.remarks), totals)


def _totals_sheet(path: Path, name: str, events: str) -> Sheet:
    names = [sheet.name for sheet in sheet_names(path)]
    if name not in names or name == events:
        raise RecordError(
            "no such sheet beside that of the events",
            place="--totals-sheet",
            value=name,
            remedy=f"use one of: {', '.join(n for n in names if n != events)}",
        )
    return read_sheet(path, name)


def _chosen_sheet(path: Path, choices: Choices) -> tuple[str, tuple[str, ...]]:
    sheets = sheet_names(path)
    names = [sheet.name for sheet in sheets]
    if choices.sheet is not None:
        exact = [name for name in names if name == choices.sheet]
        near = [
            name for name in names if name.strip().casefold() == choices.sheet.strip().casefold()
        ]
        if not (exact or near):
            raise RecordError(
                "no such sheet",
                place="--sheet",
                value=choices.sheet,
                remedy=f"use one of: {', '.join(names)}",
            )
        return (exact or near)[0], ()
    hidden = [sheet.name for sheet in sheets if sheet.hidden]
    said = (f"hidden sheets are not read: {', '.join(hidden)}",) if hidden else ()
    visible = [sheet.name for sheet in sheets if not sheet.hidden]
    if len(names) == 1:
        return names[0], ()
    others = [name for name in visible if name not in choices.totals_sheets]
    tables = [name for name in others if _holds_table(path, name)]
    if len(tables) == 1:
        rest = [name for name in others if name != tables[0]]
        more = (f"the only sheet with a table is {tables[0]}; not read: {', '.join(rest)}",)
        return tables[0], said + (more if rest else ())
    raise OpenQuestion(
        "sheet",
        f"which sheet holds the events? The workbook has {', '.join(visible)}"
        + (f" (hidden: {', '.join(hidden)})" if hidden else ""),
        "--sheet NAME",
        place=str(path),
        options=tuple(tables or visible or names),
    )


def _holds_table(path: Path, name: str) -> bool:
    peek = read_sheet(path, name, _PEEK)
    if not peek.rows:
        return False
    try:
        find_table(peek, Choices(hidden="keep"))
    except RecordError:
        return False
    except OpenQuestion:  # no header is found: notes, a chart's data, a list of words
        return False
    return True


def make_import(
    loaded: Loaded, choices: Choices, known: Mapping[str, Mapping[str, str]] | None = None
) -> Import:
    """Return the rows of a record that a loaded sheet becomes.

    Args:
        loaded: from `load`.
        choices: the user's decisions.
        known: ids of earlier imports, `acts`, `actors` and `sources` by word.

    Raises:
        OpenQuestion: a decision is missing.
        RecordError, Problems: cells that cannot be read, each with its place.
    """
    table, of_columns = with_joined_dates(find_table(loaded.sheet, choices), choices)
    layout = decide_layout(table, of_columns)
    reading = read_rows(table, layout, choices)
    place = loaded.sheet.place
    for sheet in loaded.totals:
        own = read_totals(sheet, choices)
        reading.entries += own.entries
        reading.remarks += own.remarks
    made = make_rows(reading, choices, loaded.path, place, loaded.sha256, known)
    remarks = [*loaded.remarks, *table.remarks, *layout.remarks, *made.remarks]
    twice = repeated_names(table)
    if twice:
        remarks.append(f"column names that occur more than once: {', '.join(twice)}")
    kinds = event_kinds(made, choices)
    return Import(loaded, table, layout, made, kinds, choices, tuple(remarks))
