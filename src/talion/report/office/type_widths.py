"""How wide letters are, and so how many lines a text takes: no layout engine is at hand.

Letters have the widths of Arial, which our files ask for; lines are broken as office programs do.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LINE", "fits_words", "line_height", "wrapped_lines"]

_WIDTHS = {
    0.222: "ijl'|", 0.278: " !,./:;I[]\\ft", 0.333: "()-`r{}“”‘’", 0.45: '"*^', 0.5: "cksvxyzJ",
    0.556: "abdeghnopqu0123456789#$?_L–", 0.611: "FTZ+<=>~", 0.667: "ABEKPSVXY&", 0.722: "wCDHNRU",
    0.778: "GOQ", 0.833: "mM", 0.889: "%", 1.0: "W@—…",
}  # fmt: skip
"""Width in units of the size of the type -> the signs that have it, in Arial."""
_BREAKS = re.compile(r"\s+|(?<=\w-)(?=\w)")
"""Where lines may break: at spaces and behind hyphens."""
_WIDTH = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
_OTHER, _OTHER_CAPITAL, _FULL = 0.6, 0.75, 1.05
"""Widths of other letters, of capitals among them, and of signs of East Asia and pictures."""
LINE = 1.16
"""Height of a line in units of the size of its type, spaced singly."""
_TALL_LINE = 1.8
"""The same where letters come from a face for other scripts, with longer strokes or marks above."""
_TALL = re.compile("[\u0590-\u1fff\u2e80-\ufaff\ufb1d-\ufeff\U00010000-\U0010ffff]")


def wrapped_lines(text: str, width: float) -> int:
    """Return how many lines a text takes where a line is so wide, in units of the size of its type.

    >>> wrapped_lines("ab cd ef", 3), wrapped_lines("aaaaaaaa", 2), wrapped_lines("", 9)
    (2, 3, 1)
    """
    lines, used, space = 1, 0.0, _WIDTH[" "]
    for part in _BREAKS.split(text.strip()):
        word = part.strip()
        size = sum(map(_width, word))
        if used and used + space + size > width:
            lines, used = lines + 1, 0.0
        while size > width:  # too long for any line, so that it is cut
            lines, size = lines + 1, size - width
        used += size + (space if used else 0.0)
    return lines


def line_height(text: str) -> float:
    """Return the height of a line of a text in units of the size of its type, spaced singly."""
    return _TALL_LINE if _TALL.search(text) else LINE


def _width(sign: str) -> float:
    """Return the width of a sign in units of the size of its type."""
    known = _WIDTH.get(sign)
    if known is not None:
        return known
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF" or ord(sign) > 0xFFFF:
        return _FULL
    return _OTHER_CAPITAL if sign.isupper() else _OTHER


def fits_words(text: str, width: float) -> bool:
    """Whether no word of a text is wider than a line, in units of the size of its type.

    >>> fits_words("as judgments", 3), fits_words("as judgments", 9)
    (False, True)
    """
    return all(sum(map(_width, part.strip())) <= width for part in _BREAKS.split(text.strip()))
