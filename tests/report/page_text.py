"""A page as a reader without a browser sees it: its elements, its text, its packed data."""

from __future__ import annotations

import base64
import gzip
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree

VOID = {"meta", "br", "input", "img", "link", "hr"}
BLOCKS = {"p", "h1", "h2", "h3", "h4", "li", "tr", "dt", "dd", "summary", "article", "section",
          "header", "footer", "figure", "table", "div", "nav", "caption"}  # fmt: skip


@dataclass
class Reading(HTMLParser):
    """The elements with their attributes, and the text in lines, drawings left out."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    _skip: int = 0
    _name: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines.append("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.elements.append((tag, known))
        if tag in ("script", "style", "svg"):
            self._skip += 1
            self._name = known.get("id") or tag
        if tag in BLOCKS:
            self.lines.append(f"{tag}: " if tag in ("h1", "h2", "h3", "h4") else "")
        if tag in ("td", "th"):
            self.lines[-1] += " | "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "svg"):
            self._skip -= 1
        if tag in BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self._skip:
            self.raw[self._name] = self.raw.get(self._name, "") + data
        else:
            self.lines[-1] += re.sub(r"\s+", " ", data)

    @property
    def text(self) -> str:
        """The page's text, a line a block."""
        return "\n".join(line for line in map(str.strip, self.lines) if line.strip(" |")) + "\n"

    def unpack(self, name: str) -> str:
        """Return a packed part of the page."""
        return gzip.decompress(base64.b64decode(self.raw[f"packed-{name}"])).decode()


def read_page(page: str) -> Reading:
    """Parse a page."""
    reading = Reading()
    reading.feed(page)
    reading.close()
    return reading


def parse_svg(svg: str) -> ElementTree.Element:
    """Return a drawing as a tree; it fails if it is not well formed."""
    return ElementTree.fromstring(str(svg))  # noqa: S314 - our own drawing
