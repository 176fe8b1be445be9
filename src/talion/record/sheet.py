"""One CSV file as cells: encoding, size, header and shape, with every fault placed.

>>> list(cells_of("id,name\\nkh,Kata'ib Hezbollah\\n", "actors.csv")[1])
[(2, ['kh', "Kata'ib Hezbollah"])]
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from talion.errors import RecordError

__all__ = ["LARGEST_FILE", "Rows", "cells_of", "text_of"]

LARGEST_FILE = 32 * 1024 * 1024
Rows: TypeAlias = Sequence[tuple[int, list[str]]]


def text_of(file: Path) -> str:
    """Return the text of a UTF-8 file of at most 32 MB.

    Raises:
        RecordError: missing, not readable, too large or not UTF-8.
    """
    name = str(file)
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE:
            message = (
                f"the file has {size / 1e6:.0f} MB; at most {LARGEST_FILE / 1e6:.0f} MB are read"
            )
            raise RecordError(message, place=name, remedy="split it, or keep only the rows needed")
        data = file.read_bytes()
    except FileNotFoundError as error:
        remedy = "add the file or correct the folder"
        raise RecordError("no such file", place=name, remedy=remedy) from error
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise RecordError(message, place=name, remedy="check the path and its rights") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        remedy = "save it as UTF-8 (in Excel: CSV UTF-8)"
        bad = data[error.start : error.start + 4]
        raise RecordError("not UTF-8", place=f"{name}:{line}", value=bad, remedy=remedy) from error


def cells_of(text: str, name: str) -> tuple[list[str], Rows]:
    """Return the header and the rows, each with its number as a spreadsheet shows it.

    Raises:
        RecordError: no header, or the text is not CSV.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for number, row in enumerate(reader, 1):
            if any(cell.strip() for cell in row):
                rows.append((number, row))
    except csv.Error as error:
        message, remedy = (
            f"not CSV: {error}",
            'check the quotes; a quote inside a cell is written ""',
        )
        raise RecordError(message, place=f"{name}:{reader.line_num}", remedy=remedy) from error
    if not rows or rows[0][0] != 1:
        raise RecordError("no header row", place=name, remedy="put the column names in row 1")
    header = [cell.strip() for cell in rows[0][1]]
    if len(header) == 1 and ";" in header[0]:
        remedy = "save it with commas between the cells"
        raise RecordError("cells are separated by ';'", place=name, remedy=remedy)
    return header, rows[1:]
