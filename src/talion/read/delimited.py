"""Text files as sheets: encoding, what stands between cells, rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from talion.errors import RecordError
from talion.read.encoding import decoded
from talion.read.grid import Row, Sheet, is_blank

__all__ = ["DELIMITERS", "read_text_table"]

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
LARGEST = 512 * 1024 * 1024
_LOOKED_AT = 200  # rows by which the delimiter is told


def read_text_table(path: Path, data: bytes, encoding: str | None, delimiter: str | None) -> Sheet:
    """Return a CSV or TSV file as a sheet; every cell is text.

    Args:
        path: the file, for messages and its ending.
        data: its bytes.
        encoding: given by the user; None to decide.
        delimiter: comma, semicolon, tab or pipe; None to decide.

    Raises:
        RecordError: empty, not text, or read in two ways; the message names the flag.
    """
    place = str(path)
    if not data.strip():
        raise RecordError("the file is empty", place=place, remedy="give a table of events")
    if data[:200].lstrip().lower().startswith((b"<html", b"<!doctype html", b"<table")):
        raise RecordError(
            "a web page, whatever its name says",
            place=place,
            remedy="open it in Excel or LibreOffice and save it as .xlsx",
        )
    text, used = decoded(data, place, encoding)
    if "\0" in text:
        raise RecordError(
            "not a text file: it holds zero bytes",
            place=place,
            remedy="give a .xlsx, .csv or .tsv file",
        )
    said = [] if used == "utf-8" else [f"read as {used}"]
    if delimiter is None:
        mark = _sniffed(text, place)
        if mark != ",":
            name = next(name for name, sign in DELIMITERS.items() if sign == mark)
            said.append(f"cells are separated by a {name}")
    elif delimiter in DELIMITERS or delimiter in DELIMITERS.values():
        mark = DELIMITERS.get(delimiter, delimiter)
    else:
        raise RecordError(
            "no such separator",
            place="--delimiter",
            value=delimiter,
            remedy=f"use one of {', '.join(DELIMITERS)}",
        )
    rows = tuple(
        (number, row) for number, row in _numbered(text, mark, place) if not all(map(is_blank, row))
    )
    return Sheet(path.name, "", rows, remarks=tuple(said))


def _numbered(text: str, mark: str, place: str) -> list[tuple[int, Row]]:
    """Return rows, numbered as a spreadsheet that opened the file would number them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[tuple[int, Row]] = []
    try:
        for number, cells in enumerate(reader, 1):
            rows.append((number, tuple(cell if cell.strip() else None for cell in cells)))
    except csv.Error as error:
        raise RecordError(
            f"not a table of text: {error}",
            place=f"{place}, line {reader.line_num}",
            remedy='check the quotes; a quote inside a cell is written ""',
        ) from error
    return rows


def _sniffed(text: str, place: str) -> str:
    """Return the sign that cuts most rows into the same number of cells, two or more."""
    scores = {mark: _regularity(text, mark) for mark in DELIMITERS.values()}
    best = max(scores.values())
    marks = [mark for mark, score in scores.items() if score == best]
    if best[0] == 0:
        return ","  # one column, or no order at all: the header will be missed next, and named
    if len(marks) > 1:
        raise RecordError(
            "cells may be separated by " + " or by ".join(map(repr, marks)),
            place=place,
            remedy="say --delimiter comma, semicolon, tab or pipe",
        )
    return marks[0]


def _regularity(text: str, mark: str) -> tuple[float, int]:
    """Return the share of rows with the usual number of cells, in tenths, and that number."""
    rows = csv.reader(io.StringIO(text[:400_000], newline=""), delimiter=mark)
    widths: Counter[int] = Counter()
    try:
        for number, row in enumerate(rows):
            if number >= _LOOKED_AT:
                break
            if any(cell.strip() for cell in row):
                widths[len(row)] += 1
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    width, rows_of_it = widths.most_common(1)[0]
    if width < 2:
        return 0.0, 0
    return round(rows_of_it / sum(widths.values()), 1), width
