"""The text of a brief, kept beside the case so that evidence can point at its characters.

Word files are read as a reader of the final version would see them: what tracked changes delete is
left out, what they insert is in. Nothing is understood, only kept.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from talion.errors import RecordError
from talion.read.case_text import BriefSource
from talion.read.encoding import decoded
from talion.read.grid import tidy
from talion.read.spelling import identifier
from talion.read.workbook import OLE_MAGIC, ZIP_MAGIC

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["Brief", "read_brief"]

LARGEST = 64 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


@dataclass(frozen=True)
class Brief:
    """A brief's text and how it is cited.

    Attributes:
        text: as kept in the project folder.
        source: as the case cites it.
        remarks: what of the file is not in the text.
    """

    text: str
    source: BriefSource
    remarks: tuple[str, ...]


def read_brief(path: Path, dated: date | None, encoding: str | None = None) -> Brief:
    """Read the text of a .docx, .txt or .md file.

    Args:
        path: the file.
        dated: day the brief carries, if known.
        encoding: of a text file; None to decide.

    Raises:
        RecordError: missing, damaged, empty, or of another kind.
    """
    data = _bytes(path)
    if data.startswith(ZIP_MAGIC):
        text, remarks = _word_text(path)
    elif data.startswith((OLE_MAGIC, b"%PDF", b"{\\rtf")):
        raise RecordError(
            "a brief is read from .docx, .txt or .md",
            place=str(path),
            remedy="save it as .docx or as plain text (UTF-8)",
        )
    else:
        text, used = decoded(data, str(path), encoding)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in text:
            raise RecordError("not a text file", place=str(path), remedy="give .docx, .txt or .md")
        remarks = () if used == "utf-8" else (f"{path.name}: read as {used}, kept as UTF-8",)
    if not text.strip():
        raise RecordError("the brief holds no text", place=str(path), remedy="give another file")
    name = f"{identifier(path.stem) or 'brief'}{'.md' if path.suffix == '.md' else '.txt'}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    source = BriefSource(_source_id(path), name, path.stem.strip() or "Brief", digest, dated)
    return Brief(text, source, remarks)


def _source_id(path: Path) -> str:
    found = identifier(path.stem)[:24].rstrip("_") or "brief"
    return found if "brief" in found else f"brief_{found}".rstrip("_")


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise RecordError(
                "more than 64 MB", place=str(path), remedy="give the text without its pictures"
            )
        return path.read_bytes()
    except OSError as error:
        raise RecordError(
            f"cannot be read: {error.strerror or error}",
            place=str(path),
            remedy="check the path and its rights",
        ) from error


def _word_text(path: Path) -> tuple[str, tuple[str, ...]]:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(str(path))
    except (
        PackageNotFoundError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        ParseError,
        SyntaxError,
    ) as error:
        raise RecordError(
            f"not a Word document, or a damaged one: {type(error).__name__}",
            place=str(path),
            remedy="open it in Word or LibreOffice and save it anew as .docx",
        ) from error
    text = "\n".join(_blocks(document))
    body = document.element.body
    remarks = []
    if any(True for _ in body.iter(f"{_W}ins", f"{_W}del")):
        remarks.append(f"{path.name}: tracked changes are taken as accepted")
    if any(True for _ in body.iter(f"{_W}footnoteReference", f"{_W}endnoteReference")):
        remarks.append(f"{path.name}: footnotes and endnotes are not in the text")
    return tidy(text) + "\n", tuple(remarks)


def _blocks(document: Document) -> Iterator[str]:
    """Yield the paragraphs in order; a row of a table is a line with tabs between its cells."""
    for block in document.element.body:
        if block.tag == f"{_W}tbl":
            for row in block.iter(f"{_W}tr"):
                yield "\t".join(
                    " ".join(filter(None, map(_paragraph, cell.iter(f"{_W}p"))))
                    for cell in row.iterchildren(f"{_W}tc")
                )
        elif block.tag == f"{_W}p":
            yield _paragraph(block)
        else:  # content controls and the like hold paragraphs of their own
            yield from map(_paragraph, block.iter(f"{_W}p"))


def _paragraph(element: object) -> str:
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: object, pieces: list[str]) -> None:
    for child in element:  # type: ignore[attr-defined] # lxml publishes no types
        tag = child.tag
        if tag == f"{_W}t":
            pieces.append(child.text or "")
        elif tag in (f"{_W}tab", f"{_W}ptab"):
            pieces.append("\t")
        elif tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif tag in (f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback", f"{_W}pPr", f"{_W}rPr"):
            continue  # deleted, moved away, told twice, or no text
        else:
            _collect(child, pieces)
