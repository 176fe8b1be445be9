"""What stands on a slide: boxes of text, native tables, texts for those who cannot see a shape.

python-pptx publishes types for a part of what it does, so that its shapes pass here as `Any`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from talion.report.charts import GAP, GRID, INK
from talion.report.office.slide_room import height_of_row
from talion.report.words import clean

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide
    from pptx.util import Length

__all__ = ["FONT", "Place", "add_table", "add_texts", "inches", "look", "set_alt", "widen"]

FONT = "Arial"
Place: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height in inches."""
_INCH = 914_400
_STRETCH = 1.5
_TITLE = 0  # number of a title's place


def inches(x: float) -> Length:
    """Return a length given in inches, whole in the library's own unit."""
    from pptx.util import Emu

    return Emu(int(x * _INCH))


def widen(deck: Presentation, width: float, *, title: Place) -> None:
    """Stretch the places of the library's 4:3 master and layouts to a wider slide.

    Args:
        deck: new, with the library's own template, ten inches wide.
        width: of the slides, in inches.
        title: where titles stand.
    """
    from pptx.oxml.ns import qn

    master: Any = deck.slide_master
    for layout in (master, *deck.slide_layouts):
        for shape in layout.placeholders:
            if shape._element.spPr.find(qn("a:xfrm")) is None:  # noqa: SLF001 - inherited places follow
                continue
            shape.left = int(shape.left * width / 10)
            shape.width = int(shape.width * width / 10)
            if layout is master and shape.placeholder_format.idx == _TITLE:
                shape.left, shape.top, shape.width, shape.height = map(inches, title)


def set_alt(shape: Any, text: str) -> None:
    """Give a picture or a table the text that stands for it unseen."""
    properties = shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001 - the library has no call for it
    properties.set("descr", clean(text))


def look(paragraph: Any, size: float, colour: str, *, bold: bool = False) -> None:
    """Set face, size, colour and weight of a paragraph, at the left."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.font.size, paragraph.font.bold, paragraph.font.name = Pt(size), bold, FONT
    paragraph.font.color.rgb = _colour(colour)


def add_texts(
    slide: Slide, lines: Sequence[tuple[str, float, str]], place: Place, *, bullets: bool = False
) -> None:
    """Put a box of paragraphs on a slide; each has its text, size and colour. Nothing for no lines."""
    from pptx.util import Pt

    if not lines:
        return
    box: Any = slide.shapes.add_textbox(*map(inches, place)).text_frame
    box.word_wrap = True
    for number, (text, size, colour) in enumerate(lines):
        paragraph = box.paragraphs[0] if number == 0 else box.add_paragraph()
        paragraph.text = f"• {clean(text)}" if bullets else clean(text)
        paragraph.space_after = Pt(7)
        look(paragraph, size, colour)


def add_table(
    slide: Slide,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    shares: Sequence[float],
    place: Place,
    alt: str,
    size: int,
) -> float:
    """Put a native table on a slide, in a plain look, and return its height in inches.

    Args:
        slide: to put it on.
        heads: of its columns.
        rows: of cells; a new line where a paragraph begins.
        shares: of the width.
        place: of the table; rows take more than they need where it has room, up to half as much.
        alt: the text that stands for it unseen.
        size: of its type.
    """
    left, top, width, room = place
    needed = [height_of_row(tuple(row), shares, width, size) for row in (heads, *rows)]
    stretch = min(_STRETCH, max(1.0, (room - needed[0]) / max(sum(needed[1:]), 0.1)))
    needed[1:] = [stretch * high for high in needed[1:]]
    whole = sum(needed)
    frame: Any = slide.shapes.add_table(
        len(rows) + 1, len(heads), *map(inches, (left, top, width, whole))
    )
    set_alt(frame, alt)
    table = frame.table
    table.horz_banding = False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = inches(width * share / sum(shares))
    for line, cells in enumerate((heads, *rows)):
        table.rows[line].height = inches(needed[line])
        for number, text in enumerate(cells):
            _fill(table.cell(line, number), text, size, head=line == 0)
    return whole


def _fill(cell: Any, text: str, size: int, *, head: bool) -> None:
    cell.margin_top = cell.margin_bottom = inches(0.035)
    cell.margin_left = cell.margin_right = inches(0.07)
    cell.text_frame.text = clean(text).replace(" %", "\u00a0%")
    cell.fill.solid()
    cell.fill.fore_color.rgb = _colour(GRID if head else "#ffffff")
    for paragraph in cell.text_frame.paragraphs:
        look(paragraph, size, INK, bold=head)
    _rule_below(cell)


def _rule_below(cell: Any) -> None:
    """Draw a thin line below a cell; the schema wants it before the fill."""
    from pptx.oxml import parse_xml

    about = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - borders have no call of their own
    line = (
        '<a:lnB xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="6350">'
        f'<a:solidFill><a:srgbClr val="{GAP.lstrip("#").upper()}"/></a:solidFill></a:lnB>'
    )
    about.insert(0, parse_xml(line))


def _colour(text: str) -> Any:
    """Return a colour written as #rrggbb."""
    from pptx.dml.color import RGBColor

    kind: Any = RGBColor
    return kind.from_string(text.lstrip("#").upper())
