"""How much of a Word page a text takes, reckoned by letters: no layout engine is at hand.

Letters have the widths of our face, Arial. For a template's face more is reckoned, since we do not know it
and a machine may lack it and show a wider one. So the page rather keeps a line free than runs over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from talion.report.office.type_widths import LINE, line_height, wrapped_lines
from talion.report.office.word_template import TABLE_TEXT
from talion.report.words import clean

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.styles.style import ParagraphStyle

__all__ = ["PageRoom"]

_OURS, _STRANGE, _BOLD = 1.02, 1.18, 1.07
"""What widths are multiplied with: in our face, in one that we do not know, in headings."""
_POINT = 12700  # EMU
_CELL_SIDES, _CELL_ENDS, _RULE = 7.0, 2.5, 0.5
"""Points that a cell loses at its sides, at top and bottom, and to a rule."""
_NOTE_LINE = 14.0
_PLAIN_SIZE = 10.0  # points; what Word takes where a document says nothing
_SPARE = 0.03
"""Share of the page that stays free: programs differ in how they break and space lines."""
_LIST_INDENT = 20.0


class PageRoom:
    """The first page of a document, being filled.

    Args:
        document: its page and styles.
        shares: of the width, of the columns of the table.
        own: the document is ours, so that its face is known.
    """

    def __init__(self, document: Document, shares: Sequence[float], *, own: bool = True) -> None:
        page = document.sections[0]
        sizes = (page.page_width, page.left_margin, page.right_margin)
        across, left, right = (0 if s is None else int(s) for s in sizes)
        ends = (page.page_height, page.top_margin, page.bottom_margin)
        down, top, bottom = (0 if s is None else int(s) for s in ends)
        self._document = document
        self._face = _OURS if own else _STRANGE
        self._defaults = _defaults(document)
        self._width = (across - left - right) / _POINT
        body = (down - top - bottom) / _POINT - self._beside(page)
        self._left = body * (1 - _SPARE)
        self._columns = [share * self._width for share in shares]

    @property
    def left(self) -> float:
        """Points that are free; below zero if more was put on the page than it holds."""
        return self._left

    @property
    def width(self) -> float:
        """Points across, between the margins."""
        return self._width

    def take(self, points: float) -> bool:
        """Put something of this height on the page, if it fits; whether it did."""
        if points > self._left:
            return False
        self._left -= points
        return True

    def text(self, text: str, style: str) -> float:
        """Return the height of a paragraph; none for no text."""
        return self._height(text, style) if text else 0.0

    def row(self, cells: Sequence[str]) -> float:
        """Return the height of a row of the table."""
        size = self._size(TABLE_TEXT)
        high = max(
            sum(
                self._lines(part, width - _CELL_SIDES, size) * line_height(part)
                for part in clean(cell).split("\n")
            )
            for cell, width in zip(cells, self._columns, strict=True)
        )
        return high * size + _CELL_ENDS + _RULE

    def notes(self, texts: Sequence[str]) -> float:
        """Return the height of footnotes with the line above them."""
        return _NOTE_LINE + sum(self.note(text) for text in texts)

    def note(self, text: str) -> float:
        """Return the height of a footnote; none for no text."""
        return self._height(f"00 {text}", "footnote text") if text else 0.0

    def _beside(self, page: Section) -> float:
        """Return by how much a high header or footer pushes the text into the page."""
        found = 0.0
        for part, edge, margin in (
            (page.header, page.header_distance, page.top_margin),
            (page.footer, page.footer_distance, page.bottom_margin),
        ):
            lines = sum(
                self._height(p.text, p.style.name if p.style is not None else "Normal")
                for p in part.paragraphs
                if p.text or len(part.paragraphs) > 1
            )
            lines += sum(LINE * self._size("Normal") * len(table.rows) for table in part.tables)
            pictures = part._element.xpath(".//wp:extent/@cy")  # noqa: SLF001 - no call for them
            high = lines + sum(int(cy) for cy in pictures) / _POINT
            found += max(0.0, high + (int(edge or 0) - int(margin or 0)) / _POINT)
        return found

    def _height(self, text: str, style: str) -> float:
        text = clean(text)
        size, found = self._size(style), self._style(style)
        ends = self._space(found, "space_before") + self._space(found, "space_after")
        line = size * line_height(text) * self._spacing(found, size)
        width = self._width - (_LIST_INDENT if style.startswith("List") else 0.0)
        width /= _BOLD if style.startswith("Heading") else 1.0
        return self._lines(text, width, size) * line + ends

    def _lines(self, text: str, width: float, size: float) -> int:
        return wrapped_lines(text, max(1.0, width / (size * self._face)))

    def _style(self, name: str) -> ParagraphStyle | None:
        wanted = name.casefold()
        styles = self._document.styles
        return next((s for s in styles if (s.name or "").casefold() == wanted), None)

    def _size(self, name: str) -> float:
        """Return the size of a style's type in points, taken from what it is based on if need be."""
        style = self._style(name)
        while style is not None:
            if style.font.size is not None:
                return float(style.font.size.pt)
            style = style.base_style
        return self._defaults.size

    def _space(self, style: ParagraphStyle | None, end: str) -> float:
        while style is not None:
            found = getattr(style.paragraph_format, end)
            if found is not None:
                return float(found.pt)
            style = style.base_style
        return self._defaults.after if end == "space_after" else self._defaults.before

    def _spacing(self, style: ParagraphStyle | None, size: float) -> float:
        """Return the distance of lines in units of single spacing."""
        while style is not None:
            found = style.paragraph_format.line_spacing
            if found is not None:
                return found if isinstance(found, float) else max(1.0, found.pt / (size * LINE))
            style = style.base_style
        return self._defaults.spacing


@dataclass(frozen=True)
class _Defaults:
    """What holds where no style says otherwise: points, and lines in units of single spacing."""

    size: float
    before: float
    after: float
    spacing: float


def _defaults(document: Document) -> _Defaults:
    """Read the defaults of a document (w:docDefaults); sizes are in half points, distances in 20ths."""
    from docx.oxml.ns import qn

    told = document.styles.element.find(qn("w:docDefaults"))
    size = None if told is None else told.find(f".//{qn('w:sz')}")
    space = None if told is None else told.find(f".//{qn('w:spacing')}")

    def distance(name: str, otherwise: float) -> float:
        said = None if space is None else space.get(qn(f"w:{name}"))
        return otherwise if said is None else float(said)

    exact = space is not None and space.get(qn("w:lineRule")) in ("exact", "atLeast")
    return _Defaults(
        _PLAIN_SIZE if size is None else float(size.get(qn("w:val"))) / 2,
        distance("before", 0) / 20,
        distance("after", 0) / 20,
        1.0 if exact else distance("line", 240) / 240,
    )
