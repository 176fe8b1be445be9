"""How much of a slide texts and tables take, reckoned by letters, and which type fits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from talion.report.office.type_widths import LINE, fits_words, line_height, wrapped_lines
from talion.report.words import clean

__all__ = ["Row", "fitting_size", "height_of_row", "height_of_texts", "lines_of", "spread"]

Row: TypeAlias = tuple[str, ...]
_LOOSE = 1.03
"""What widths are multiplied with: programs differ a little."""
_LINE = 1.03 / 72  # inches of a line, for each point of its type and unit of its height
_SIDES, _ENDS = 0.16, 0.08
"""Inches that a cell of a table loses at its sides, and at top and bottom."""
_BOX_SIDES, _BOX_ENDS, _AFTER = 0.2, 0.1, 7 / 72
"""The same of a box of text, and what stands below each of its paragraphs."""


def lines_of(text: str, width: float, size: float) -> int:
    """Return how many lines a text takes in so many inches, in type of so many points."""
    room = _in_type(width, size)
    return sum(wrapped_lines(part, room) for part in clean(text).split("\n"))


def _in_type(width: float, size: float) -> float:
    """Return a width in inches in units of the size of a type."""
    return max(1.0, width * 72 / (size * _LOOSE))


def _height(text: str, width: float, size: float) -> float:
    return lines_of(text, width, size) * size * line_height(text) * _LINE


def height_of_texts(lines: Sequence[tuple[str, float, str]], width: float) -> float:
    """Return the inches that a box of paragraphs takes; each has its text, size and colour."""
    if not lines:
        return 0.0
    found = (_height(text, width - _BOX_SIDES, size) + _AFTER for text, size, _ in lines)
    return sum(found) + _BOX_ENDS


def height_of_row(row: Row, shares: Sequence[float], width: float, size: float) -> float:
    """Return the inches that a row takes in a table so many inches wide."""
    whole = sum(shares)
    cells = zip(row, shares, strict=True)
    return _ENDS + max(_height(c, s / whole * width - _SIDES, size) for c, s in cells)


def spread(
    rows: Sequence[Row], shares: Sequence[float], width: float, room: float, size: float
) -> list[Sequence[Row]]:
    """Return the rows of each slide: as few slides as have room, about as many rows on each."""
    high = [height_of_row(row, shares, width, size) for row in rows]
    head = 2 * size * LINE * _LINE + _ENDS
    for count in range(1, len(rows) + 1):
        ends = [i * len(rows) // count for i in range(count + 1)]
        if all(head + sum(high[a:b]) <= room for a, b in pairwise(ends)):
            return [rows[a:b] for a, b in pairwise(ends)]
    return [[row] for row in rows]


def fitting_size(
    rows: Sequence[Row], shares: Sequence[float], width: float, room: float, sizes: Sequence[int]
) -> int:
    """Return the largest type that cuts no word and needs no more slides than the smallest.

    Args:
        rows: of a table.
        shares: of its width, for its columns.
        width: of the table, in inches.
        room: of a slide, in inches.
        sizes: of type, the largest first.
    """
    fewest = len(spread(rows, shares, width, room, sizes[-1]))
    for size in sizes[:-1]:
        whole = all(
            fits_words(clean(cell), _in_type(share / sum(shares) * width - _SIDES, size))
            for row in rows
            for cell, share in zip(row, shares, strict=True)
        )
        if whole and len(spread(rows, shares, width, room, size)) == fewest:
            return size
    return sizes[-1]
