"""Excel workbooks as sheets: stored values, and what the screen hides.

openpyxl gives the values (dates as dates, in either date system); the sheet's own XML says which
rows and columns are hidden, which areas are merged and which cells are formulas.
"""

from __future__ import annotations

import posixpath
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree

from talion.errors import RecordError
from talion.read.grid import Area, Cell, Row, Sheet, filled, is_blank

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

__all__ = ["OLE_MAGIC", "ZIP_MAGIC", "SheetName", "read_sheet", "refuse_ole", "sheet_names"]

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST = 2_000_000_000  # bytes unpacked; a million rows of twenty cells have about half of it
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    NotImplementedError,
)
# Errors of Excel's in any language (#REF!, #BEZUG!, #SPILL!), and a column too narrow to show a date.
_ERROR = re.compile(r"#¿?[A-ZÀ-Þ][A-ZÀ-Þ0-9/_]*[!?]|#GETTING_DATA|#{3,}")


@dataclass(frozen=True)
class SheetName:
    """A sheet of a workbook: its name, and whether it is hidden."""

    name: str
    hidden: bool


def refuse_ole(path: Path, head: bytes) -> None:
    """Refuse what is no .xlsx though it may be called so.

    Raises:
        RecordError: password-protected, or a workbook of Excel before 2007.
    """
    if "EncryptedPackage".encode("utf-16-le") in head:
        raise RecordError(
            "the workbook is protected by a password",
            place=str(path),
            remedy="open it in Excel, remove the password (File, Info, Protect Workbook), save it",
        )
    raise RecordError(
        "a workbook of Excel before 2007 (.xls), whatever its name says",
        place=str(path),
        remedy="open it in Excel or LibreOffice and save it as .xlsx or as CSV UTF-8",
    )


def sheet_names(path: Path) -> tuple[SheetName, ...]:
    """Return the sheets of a workbook in order.

    Raises:
        RecordError: damaged, or no workbook.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _refuse_others(path, package)
            found = tuple(SheetName(name, hidden) for name, hidden, _ in _sheets(package))
    except DAMAGE as error:
        raise _damaged(path, error) from error
    if not found:
        raise RecordError(
            "the workbook has no sheet with cells", place=str(path), remedy="give another file"
        )
    return found


def read_sheet(path: Path, name: str, most_rows: int | None = None) -> Sheet:
    """Return one sheet of a workbook.

    Args:
        path: the .xlsx file.
        name: of the sheet.
        most_rows: only so many rows, for a first look.

    Raises:
        RecordError: damaged, or no workbook.
    """
    try:
        with path.open("rb") as stream, zipfile.ZipFile(path) as package:
            structure = _structure(package, name, most_rows)
            commented = any("comments" in part.lower() for part in package.namelist())
            book = _open(stream)
            try:
                epoch = "1904" if book.epoch.year == 1904 else "1900"
                raw = _rows(book, name, most_rows)
                rows = tuple(
                    (number, row)
                    for number, row in filled(raw, structure.merged)
                    if not all(map(is_blank, row))
                )
            finally:
                book.close()
    except DAMAGE as error:
        raise _damaged(path, error) from error
    return Sheet(
        path.name,
        name,
        rows,
        frozenset(structure.hidden_rows),
        frozenset(structure.hidden_columns),
        tuple(structure.merged),
        frozenset(structure.formulas),
        frozenset(structure.unstored),
        epoch,
        ("comments on cells are not read",) if commented else (),
    )


def _open(stream: IO[bytes]) -> Workbook:
    """Open a workbook by its bytes: openpyxl would refuse one by the ending of its name."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on styles and validations that no value depends on
        return openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)


def _refuse_others(path: Path, package: zipfile.ZipFile) -> None:
    """Refuse packages that hold something else, or far too much."""
    names = set(package.namelist())
    if "mimetype" in names and b"opendocument" in package.read("mimetype"):
        raise RecordError(
            "an OpenDocument file, not an Excel workbook",
            place=str(path),
            remedy="save it as .xlsx or as CSV UTF-8",
        )
    if "xl/workbook.bin" in names:
        raise RecordError(
            "a binary workbook (.xlsb)",
            place=str(path),
            remedy="open it in Excel or LibreOffice and save it as .xlsx",
        )
    if not any(name.startswith("xl/") for name in names) and "word/document.xml" not in names:
        raise RecordError(
            "an archive (.zip) that holds no workbook",
            place=str(path),
            value=", ".join(sorted(names)[:3]),
            remedy="unpack it and give the table in it",
        )
    if "word/document.xml" in names:
        raise RecordError(
            "a Word document, not a workbook",
            place=str(path),
            remedy="give the spreadsheet first and the brief second",
        )
    if sum(info.file_size for info in package.infolist()) > LARGEST:
        raise RecordError(
            "the workbook unpacks to more than 2 GB",
            place=str(path),
            remedy="save the sheet that is needed as CSV",
        )


def _damaged(path: Path, error: BaseException) -> RecordError:
    return RecordError(
        f"the workbook is damaged or not one: {type(error).__name__}",
        place=str(path),
        value=str(error)[:60],
        remedy="open it in Excel or LibreOffice and save it anew as .xlsx",
    )


def _rows(book: Workbook, name: str, most_rows: int | None) -> Iterator[tuple[int, Row]]:
    sheet = book[name]
    sheet.reset_dimensions()  # some writers state a smaller area than they fill
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a day number out of range stays a number, seen later
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if most_rows is not None and number > most_rows:
                return
            yield number, row


@dataclass
class _Structure:
    """What a sheet's XML says beyond its values."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    unstored: set[tuple[int, int]] = field(default_factory=set)


def _structure(package: zipfile.ZipFile, name: str, most_rows: int | None) -> _Structure:
    found = _Structure()
    with package.open(_part_of(package, name)) as stream:
        row_number = 0
        # The same file has just been parsed by openpyxl; expat itself limits entity expansion.
        for _, element in ElementTree.iterparse(stream):  # noqa: S314
            tag = element.tag.rpartition("}")[2]
            if tag == "row":
                row_number = int(element.get("r") or row_number + 1)
                if most_rows is None or row_number <= most_rows:
                    _note_row(found, element, row_number)
                element.clear()
            elif tag == "col" and _is_set(element.get("hidden")):
                first, last = int(element.get("min", 1)), int(element.get("max", 1))
                found.hidden_columns.update(range(first - 1, min(last, 16384)))
            elif tag == "mergeCell":
                found.merged.append(_area(element.get("ref", "")))
    return found


def _note_row(found: _Structure, element: ElementTree.Element, number: int) -> None:
    if _is_set(element.get("hidden")):
        found.hidden_rows.add(number)
    for column, cell in enumerate(element):
        children = {child.tag.rpartition("}")[2]: child for child in cell}
        if "f" not in children:
            continue
        place = (number, _column(cell.get("r", ""), column))
        value = children.get("v")
        if (value is None or not value.text) and cell.get("t") != "str":
            found.unstored.add(place)
        else:
            found.formulas.add(place)


def _is_set(flag: str | None) -> bool:
    return flag in ("1", "true")


def _column(reference: str, default: int) -> int:
    letters = reference.rstrip("0123456789")
    if not letters:
        return default
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def _area(reference: str) -> Area:
    first, _, last = reference.replace("$", "").partition(":")
    last = last or first
    rows = [int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for cell in (first, last)]
    return rows[0], _column(first, 0), rows[1], _column(last, 0)


def _part_of(package: zipfile.ZipFile, name: str) -> str:
    """Return the path of a sheet inside the package."""
    return next(part for sheet, _, part in _sheets(package) if sheet == name)


def _sheets(package: zipfile.ZipFile) -> Iterator[tuple[str, bool, str]]:
    """Yield the name of each worksheet, whether it is hidden, and its path inside the package."""
    root = _parse(package.open("_rels/.rels"))
    start = next(r.get("Target", "") for r in root if r.get("Type", "").endswith("/officeDocument"))
    book = start.lstrip("/")
    folder, file = posixpath.split(book)
    links = {link.get("Id"): link for link in _parse(package.open(f"{folder}/_rels/{file}.rels"))}
    for sheet in _parse(package.open(book)).iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        key = next(v for k, v in sheet.attrib.items() if k.rpartition("}")[2] == "id")
        target = links[key].get("Target", "")
        if links[key].get("Type", "").endswith("/worksheet"):  # a chart has no cells
            part = target.lstrip("/") if target[:1] == "/" else posixpath.join(folder, target)
            yield sheet.get("name", ""), sheet.get("state", "visible") != "visible", part


def _parse(stream: IO[bytes]) -> ElementTree.Element:
    with stream:
        return ElementTree.parse(stream).getroot()  # noqa: S314 - as above


def is_error(cell: Cell) -> bool:
    """Return whether a cell holds an error of Excel's; `#N/A` says that nothing is known."""
    return isinstance(cell, str) and bool(_ERROR.fullmatch(cell.strip()))
