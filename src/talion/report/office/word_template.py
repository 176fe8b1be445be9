"""The Word document that a brief is written into: our own, or a template of the user's.

A template gives its styles, page, header and footer; its text goes. Styles that it lacks are added.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talion.errors import InputError
from talion.report.charts import INK, MUTED

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

__all__ = ["BODY", "FONT", "NOTE_TEXT", "SMALL", "TABLE_TEXT", "open_template", "plain_document"]

FONT = "Arial"
BODY, SMALL = 9.5, 8.0
TABLE_TEXT, NOTE_TEXT = "Judgment Table", "Brief Note"
"""Our paragraph styles of cells, and of cut-off, method and remarks; a template may define them."""
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}.main+xml"
_DOCUMENT, _TEMPLATE = _MAIN.format("document"), _MAIN.format("template")
_OLD_TEXT = (
    "/image", "/hyperlink", "/chart", "/oleObject", "/package", "/comments", "/commentsExtended",
    "/commentsIds", "/commentsExtensible", "/diagramData", "/diagramLayout",
)  # fmt: skip
"""Ends of the kinds of relationship that belong to a document's text and go with it."""
_FOOTNOTE_SIZE = 7.5
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of older office programs begin, and newer ones that are locked."""
_ADDRESS = re.compile(r"file '<[^>]*>'")
# What zipfile, zlib and the XML reader raise for a file that is damaged, locked or something else.
_BROKEN = (ValueError, KeyError, OSError, RuntimeError, SyntaxError, zipfile.BadZipFile, zlib.error)


def plain_document() -> Document:
    """Return an empty A4 document with our styles: one sans serif face, small, in ink and grey."""
    import docx
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Mm, Pt, RGBColor

    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(16)
    page.top_margin, page.bottom_margin = Mm(13), Mm(13)
    page.header_distance = page.footer_distance = Mm(7)
    ink, grey = (RGBColor.from_string(c.lstrip("#").upper()) for c in (INK, MUTED))
    looks: tuple[tuple[str, float, bool, Any, float, float], ...] = (
        ("Normal", BODY, False, ink, 0, 3),
        ("Heading 1", 16, True, ink, 0, 1),
        ("Heading 2", 10.5, True, ink, 5, 1.5),
        ("List Bullet", BODY, False, ink, 0, 1),
        ("Footer", 7.5, False, grey, 0, 0),
    )
    for name, size, bold, colour, before, after in looks:
        style = _paragraph_style(document, name)
        _one_face(style)
        style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, colour
        shape = style.paragraph_format
        shape.space_before, shape.space_after = Pt(before), Pt(after)
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _add_styles(document)
    _paragraph_style(document, NOTE_TEXT).font.color.rgb = grey
    _footnote_styles(document, size=_FOOTNOTE_SIZE)
    zoom = document.settings.element.find(_qn("w:zoom"))
    if zoom is not None:
        zoom.set(_qn("w:percent"), "100")  # the schema wants it; the library's own file lacks it
    _without_thumbnail(document)
    return document


def open_template(file: Path) -> Document:
    """Return a user's template without its text, with every style that a brief needs.

    Args:
        file: .docx or .dotx.

    Raises:
        InputError: it cannot be read, or is no Word document without macros.
    """
    import docx

    remedy = "give a .docx or .dotx file, saved by Word or LibreOffice"
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"the template cannot be read: {error.strerror or error}"
        raise InputError(message, place=str(file), remedy=remedy) from None
    if data.startswith(_OLE):
        message = (
            "the template is protected by a password, or a document of Word before 2007 (.doc)"
        )
        raise InputError(message, place=str(file), remedy=remedy)
    try:
        document = docx.Document(io.BytesIO(_as_document(data)))
    except _BROKEN as error:
        why = _ADDRESS.sub("it", " ".join(str(error).split()))[:80]
        message = f"the template is no Word document: {why}"
        raise InputError(message, place=str(file), remedy=remedy) from None
    _empty(document)
    _one_column(document)
    _add_styles(document)
    _footnote_styles(document, size=None)
    _without_thumbnail(document)
    return document


def _as_document(data: bytes) -> bytes:
    """Return a .dotx as a .docx: the two differ in one word of their list of parts.

    Raises:
        ValueError: it holds macros, which a brief does not pass on.
    """
    from talion.report.office.container import repack

    types = "[Content_Types].xml"
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        told = parts.read(types).decode("utf-8", errors="replace")
        when = parts.getinfo(types).date_time
    if "macroEnabled" in told or "vbaProject" in told:
        raise ValueError("it holds macros")
    if _TEMPLATE not in told:
        return data
    import datetime as dt

    day = dt.date(max(when[0], 1980), when[1], when[2])
    renamed = told.replace(_TEMPLATE, _DOCUMENT).encode()
    return repack(data, day, {types: lambda _: renamed})


def _empty(document: Document) -> None:
    """Take out the text of a document and what only the text uses; page and header stay."""
    body = document.element.body
    for child in list(body):
        if child.tag != _qn("w:sectPr"):
            body.remove(child)
    left = document.element.xml
    for key, rel in list(document.part.rels.items()):
        if rel.reltype.endswith(_OLD_TEXT) and f'"{key}"' not in left:
            del document.part.rels[key]


def _one_column(document: Document) -> None:
    """Let text run over the whole width: a table of judgments has no room in half of it."""
    for columns in document.element.body.iter(_qn("w:cols")):
        for name in ("num", "equalWidth"):
            columns.attrib.pop(_qn(f"w:{name}"), None)
        for child in list(columns):
            columns.remove(child)


def _add_styles(document: Document) -> None:
    """Add the styles that a document lacks, each based on its own Normal."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    known = {(style.name or "").casefold() for style in document.styles}
    if "table grid" not in known:
        _bordered_table(document)
    sizes = {"Heading 1": 16.0, "Heading 2": 11.0, NOTE_TEXT: SMALL, TABLE_TEXT: SMALL + 0.5}
    for name, size in sizes.items():
        if name.casefold() in known:
            continue
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = Pt(size)
        style.font.bold = True if name.startswith("Heading") else None
        ends = Pt(2 if name == NOTE_TEXT else 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = ends
        style.paragraph_format.line_spacing = 1.0
    if "list bullet" not in known:
        style = document.styles.add_style("List Bullet", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]


def _footnote_styles(document: Document, size: float | None) -> None:
    """Add the two styles of footnotes under the names that Word gives them."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    known = {(style.name or "").casefold() for style in document.styles}
    if "footnote text" not in known:
        text = document.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        text.style_id = "FootnoteText"
        text.base_style = document.styles["Normal"]
        text.font.size = Pt(size or 8.0)
        text.paragraph_format.space_after = text.paragraph_format.space_before = Pt(0)
        text.paragraph_format.line_spacing = 1.0
    if "footnote reference" not in known:
        mark = document.styles.add_style(
            "footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True
        )
        mark.style_id = "FootnoteReference"
        mark.font.superscript = True


def _bordered_table(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml

    style = document.styles.add_style("Table Grid", WD_STYLE_TYPE.TABLE, builtin=True)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    style.element.append(
        parse_xml(
            '<w:tblPr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:tblBorders>{sides}</w:tblBorders></w:tblPr>"
        )
    )


def _paragraph_style(document: Document, name: str) -> ParagraphStyle:
    style: ParagraphStyle = document.styles[name]
    return style


def _one_face(style: ParagraphStyle) -> None:
    """Set the face of a style for every script, and no theme's instead."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(_qn(f"w:{name}"), FONT)


def _without_thumbnail(document: Document) -> None:
    """Drop the small picture of the first page: it is of another text."""
    rels = document.part.package.rels
    for key, rel in list(rels.items()):
        if rel.reltype.endswith("/thumbnail"):
            del rels[key]


def _qn(name: str) -> str:
    from docx.oxml.ns import qn

    return qn(name)
