"""How much of a Word page a text takes, reckoned by letters: no layout engine is at hand.

A line holds width / (size x 0.49) letters: in sans serif faces running text takes about half its size
a letter. For a template's face more is reckoned, since a machine may lack it and show a wider one. So the
page rather keeps a line free than runs over.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from talion.report.office.word_template import TABLE_TEXT

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

__all__ = ["PageRoom"]

_LETTER, _STRANGE_LETTER = 0.49, 0.56
"""Width of a letter in units of its size: in our face, and in one that we do not know."""
_LINE = 1.16
"""Height of a line in units of the size of its type, spaced singly."""
_POINT = 12700  # EMU
_CELL_SIDES, _CELL_ENDS, _RULE = 7.0, 2.5, 0.5
"""Points that a cell loses at its sides, at top and bottom, and to a rule."""
_NOTE_LINE = 8.0
_PLAIN_SIZE = 10.0  # points; what Word takes where a document says nothing
_SPARE = 8.0


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
        self._letter = _LETTER if own else _STRANGE_LETTER
        self._defaults = _defaults(document)
        self._width = (across - left - right) / _POINT
        self._left = (down - top - bottom) / _POINT - _SPARE
        self._columns = [share * self._width for share in shares]

    @property
    def is_full(self) -> bool:
        """Whether more was put on the page than it holds."""
        return self._left < 0

    def holds(self, texts: Sequence[tuple[str, str]]) -> bool:
        """Whether further paragraphs, each with its style, would fit."""
        return sum(self._height(text, style) for text, style in texts) <= self._left

    def text(self, text: str, style: str) -> None:
        """Put a paragraph on the page."""
        if text:
            self._left -= self._height(text, style)

    def row(self, cells: Sequence[str]) -> None:
        """Put a row of the table on the page."""
        size = self._size(TABLE_TEXT)
        lines = max(
            sum(self._lines(part, width - _CELL_SIDES, size) for part in cell.split("\n"))
            for cell, width in zip(cells, self._columns, strict=True)
        )
        self._left -= lines * size * _LINE + _CELL_ENDS + _RULE

    def notes_begin(self) -> None:
        """Put the line above the footnotes on the page."""
        self._left -= _NOTE_LINE

    def note(self, text: str) -> None:
        """Put a footnote on the page."""
        if text:
            self._left -= self._height(f"00 {text}", "footnote text")

    def _height(self, text: str, style: str) -> float:
        size, found = self._size(style), self._style(style)
        ends = self._space(found, "space_before") + self._space(found, "space_after")
        line = size * _LINE * self._spacing(found, size)
        return self._lines(text, self._width, size) * line + ends

    def _lines(self, text: str, width: float, size: float) -> int:
        letters = max(4, int(width / (size * self._letter)))
        return len(textwrap.wrap(text, letters)) or 1

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
                return found if isinstance(found, float) else max(1.0, found.pt / (size * _LINE))
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
