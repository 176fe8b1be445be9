"""Spreadsheets made by the tests, and what they are read as."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from talion.read.answers import settled
from talion.read.choices import Choices, CountColumn
from talion.read.imports import Import, load, make_import

HEAD = ["Date", "By", "Against", "Type", "Number"]
A, G = "Army", "Guard"
ONE = ("2024-02-13", A, G, "raid", 1)


def day(text_: str) -> dt.datetime:
    """A date as a workbook holds it."""
    return dt.datetime.fromisoformat(text_)


def book(rows: Iterable[Sequence[object]], title: str = "Events") -> tuple[Workbook, Worksheet]:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return made, sheet


def save(folder: Path, made: Workbook, name: str = "events.xlsx") -> Path:
    path = folder / name
    made.save(path)
    return path


def xlsx(
    folder: Path,
    rows: Iterable[Sequence[object]],
    name: str = "events.xlsx",
    *,
    literal: bool = False,
) -> Path:
    """A workbook on disk; `literal` writes texts that begin with = as texts, not as formulas."""
    made, sheet = book(rows)
    for row in sheet.iter_rows() if literal else ():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    return save(folder, made, name)


def text(
    folder: Path,
    rows: Iterable[Sequence[object]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    name: str = "events.csv",
) -> Path:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path = folder / name
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def with_stored_results(path: Path, results: Mapping[str, str]) -> None:
    """Give formulas their stored results, as Excel does when it saves."""
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    key = "xl/worksheets/sheet1.xml"
    sheet = parts[key].decode()
    for cell, result in results.items():
        sheet, n = re.subn(
            rf'(<c r="{cell}"[^>]*>.*?<f>[^<]*</f>)(<v ?/>|<v></v>)', rf"\1<v>{result}</v>", sheet
        )
        assert n == 1, f"no formula in {cell}"
    parts[key] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)


def read(path: Path, *, yes: bool = False, **choices: Any) -> Import:
    """Import a table with some choices; questions that stay open are raised."""
    counts = {k: CountColumn(**v) for k, v in choices.pop("counts", {}).items()}
    choices.setdefault("as_of", "2030-01-01")
    given = Choices.model_validate({**choices, "counts": counts})
    loaded, given = settled(lambda c: load(path, c), given, yes=yes, ask=None)
    return settled(lambda c: make_import(loaded, c), given, yes=yes, ask=None)[0]


def rows_of(found: Import) -> list[tuple[str, str, str, str, int]]:
    """Day or days, who, against whom, what, how many: of every event."""
    made = found.made
    return [
        (
            days(event),
            made.names[event["initiator"]],
            made.names[event["target"]],
            made.kinds[event["action"]],
            event["size"],
        )
        for event in made.events
    ]


def days(event: Mapping[str, Any]) -> str:
    start, end = event["start"], event["end"]
    return str(start) if start == end else f"{start}/{end}"


def said(found: Import) -> str:
    """Every remark, a line each."""
    return "\n".join(found.remarks)
