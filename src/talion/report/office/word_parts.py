"""What stands in a Word document of ours: lines, tables that can be edited, pictures, a footer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from talion.report.office.container import moment
from talion.report.office.dossier import Dossier
from talion.report.office.pictures import Picture
from talion.report.office.table_words import NOT_A_FORECAST, as_of_line
from talion.report.office.word_template import TABLE_TEXT
from talion.report.words import clean

if TYPE_CHECKING:
    from docx.document import Document
    from docx.shared import Length
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph

__all__ = [
    "add_footer", "add_line", "add_picture", "add_row", "add_table", "set_properties", "set_widths",
]  # fmt: skip


def add_line(document: Document, text: str, style: str = "Normal", *, lead: str = "") -> Paragraph:
    """Add a paragraph.

    Args:
        document: to add it to.
        text: of it; control characters are shown.
        style: of the document, by name.
        lead: words before it, in bold.
    """
    paragraph = document.add_paragraph("" if lead else clean(text), style=style)
    if style.startswith("Heading"):
        paragraph.paragraph_format.keep_with_next = True
    if not lead:
        return paragraph
    paragraph.add_run(clean(lead)).bold = True
    paragraph.add_run(clean(f" {text}").replace(" %", "\u00a0%"))
    return paragraph


def add_picture(document: Document, picture: Picture, width: float, above: float) -> None:
    """Add a chart as a picture, with a text for those who cannot see it.

    Args:
        document: to add it to.
        picture: the chart, drawn.
        width: across, in points.
        above: free space over it, in points.
    """
    from docx.shared import Pt

    wide, high = picture.size
    shown = document.add_picture(io.BytesIO(picture.png), Pt(width), Pt(width * high / wide))
    document.paragraphs[-1].paragraph_format.space_before = Pt(above)
    about = shown._inline.docPr  # noqa: SLF001 - the library has no call for these two
    about.set("descr", clean(picture.alt))
    about.set("name", f"Chart {picture.id}")


def add_table(document: Document, heads: Sequence[str]) -> Table:
    """Add a table with a head that stands again on each page."""
    table: Table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.autofit = False
    _margins(table)
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        _fill(cell, head, bold=True)
        _shade(cell)
    _repeat(table)
    return table


def add_row(table: Table, texts: Sequence[str]) -> _Row:
    """Return a new row of a table, that is kept on one page."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    _keep_whole(row)
    for cell, text in zip(row.cells, texts, strict=True):
        _fill(cell, text)
    return row


def set_widths(document: Document, table: Table, shares: Sequence[float]) -> None:
    """Set the columns of a table to shares of the width between the margins."""
    for column, width in zip(table.columns, _widths(document, shares), strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def add_footer(document: Document, dossier: Dossier) -> None:
    """Write title, what the numbers are not, and the page's number at the foot of each page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    line = document.sections[0].footer.paragraphs[0]
    line.style = document.styles["Footer"]
    line.add_run(f"{clean(dossier.title)[:120]}. {NOT_A_FORECAST} Page ")
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = line.add_run()
        if kind:
            run._r.append(OxmlElement("w:fldChar", {qn("w:fldCharType"): kind}))  # noqa: SLF001 - a field has no call of its own
        else:
            code = OxmlElement("w:instrText", {qn("xml:space"): "preserve"})
            code.text = text
            run._r.append(code)  # noqa: SLF001 - the same


def set_properties(document: Document, dossier: Dossier, title: str) -> None:
    """Set the properties of the file; nothing of a template's stays."""
    about = document.core_properties
    at = moment(dossier.as_of)
    about.title, about.subject = clean(title)[:255], as_of_line(dossier)[:255]
    about.author = about.last_modified_by = f"Talion {dossier.version}"
    about.comments = clean(NOT_A_FORECAST)
    about.keywords = about.category = ""
    about.created = about.modified = at
    about.revision = 1


# --- cells ----------------------------------------------------------------------------------------


def _widths(document: Document, shares: Sequence[float]) -> list[Length]:
    from docx.shared import Emu

    page = document.sections[-1]
    sizes = (page.page_width, page.left_margin, page.right_margin)
    whole, left, right = (0 if size is None else int(size) for size in sizes)
    return [Emu(int((whole - left - right) * share)) for share in shares]


def _fill(cell: _Cell, text: str, *, bold: bool = False) -> None:
    """Write a cell, a paragraph for each line of the text."""
    held = clean(text).replace(" %", "\u00a0%")  # a number and its sign on one line
    for number, line in enumerate(held.split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.style = TABLE_TEXT
        run = paragraph.add_run(line)
        run.bold = True if bold else None


def _shade(cell: _Cell) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement(
        "w:shd", {qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): "E4E7EA"}
    )
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - shading has no call of its own


def _repeat(table: Table) -> None:
    """Let the first row stand again at the head of each page."""
    from docx.oxml import OxmlElement

    about = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - no call of its own
    about.append(OxmlElement("w:cantSplit"))
    about.append(OxmlElement("w:tblHeader"))


def _keep_whole(row: object) -> None:
    from docx.oxml import OxmlElement
    from docx.table import _Row

    assert isinstance(row, _Row)  # noqa: S101 - the library's own type, which it does not export
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - no call of its own


def _margins(table: Table) -> None:
    """Give cells narrow margins; they stand before tblLook, as the schema says."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    about = table._tbl.tblPr  # noqa: SLF001 - margins have no call of their own
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 25), ("left", 70), ("bottom", 25), ("right", 70)):
        margins.append(OxmlElement(f"w:{side}", {qn("w:w"): str(width), qn("w:type"): "dxa"}))
    look = about.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        about.append(margins)
