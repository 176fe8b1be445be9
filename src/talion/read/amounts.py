"""A number as people write it in a cell: a whole number, a lower bound, a range, or words.

What is not stated stays unknown, which is not zero.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from talion.read.day_column import is_unknown
from talion.read.grid import Cell, shown

__all__ = ["Amount", "NotANumber", "counts_others", "read_amount"]

LARGEST = 10**9


class NotANumber(ValueError):  # noqa: N818 - a cell, not an error class of the tree
    """A cell that states no whole number of acts or people; says why."""


@dataclass(frozen=True)
class Amount:
    """How many: low and high are the same where one number is stated.

    Attributes:
        low, high: the least and the most; `high` is None for a lower bound ("more than 30": 30).
        about: said to be approximate.
        words: what stands beside the number, or instead of it.
    """

    low: int | None
    high: int | None
    about: bool = False
    words: str = ""

    @property
    def exact(self) -> int | None:
        """The number, if one is stated."""
        return self.low if self.low == self.high else None


_DIGITS = r"\d{1,3}(?:[ ,.'’٬]\d{3})+(?!\d)|\d+"
# Words that multiply what stands before them: "2 million" is not 2.
_MULTIPLIES = re.compile(
    r"(?:k|m|mln|mio|bn|million|millions|thousand|thousands|hundred|hundreds|dozen|dozens|lakh|crore|%"
    r"|percent|per cent|тыс|тысяч\w*|млн|сотн\w*|ألف|الف|آلاف|مليون|مئة|mille|tausend|millionen|mil)\b"
    r"|%"
)
_OF_KILLED = re.compile(r"killed|dead|death|fatal|погиб|убит|قتيل|قتلى|شهيد|شهداء|tot|mort|muert")
_OF_HURT = re.compile(r"wound|injur|hurt|ранен|جريح|جرحى|مصاب|verletzt|bless|herid")
_ONE = re.compile(rf"({_DIGITS})")
_FULL = re.compile(
    r"(?:(?P<least>at least|min(?:imum)? ?|more than|over|>=?|≥|не менее|более|свыше|أكثر من|على الأقل)"
    r"|(?P<most>up to|at most|no more than|max(?:imum)? ?|<=|≤|не более|jusqu'à|bis zu|hasta)"
    r"|(?P<below>less than|fewer than|under|below|<|менее|weniger als|moins de|menos de|أقل من))?"
    rf" ?(?P<about>about|around|approx\.?|approximately|some|circa|ca?\.?|~|≈|около|حوالي|نحو)?"
    rf" ?(?P<low>{_DIGITS})(?: ?(?:-|–|—|to|до|إلى) ?(?P<high>{_DIGITS}))?(?P<plus>\+| or more| at least)?"
    rf"(?P<words>[ (].*)?"
)


def read_amount(cell: Cell) -> Amount:
    """Return the number that a cell states; both ends None where it states none.

    Raises:
        NotANumber: negative, a fraction, too large, or a number that can be read in two ways.

    >>> read_amount("12-15 killed")
    Amount(low=12, high=15, about=False, words='killed')
    >>> read_amount("1,234").exact, read_amount("unknown").exact, read_amount("5+").high
    (1234, None, None)
    """
    if is_unknown(cell):
        return Amount(None, None)
    if isinstance(cell, dt.date):
        raise NotANumber("a date; Excel takes a range such as 5-7 for one")
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise NotANumber("not a number")
    if isinstance(cell, int | float):
        return _of_number(cell)
    if any(unicodedata.decomposition(c).startswith(("<sup", "<sub", "<fra", "<cir")) for c in cell):
        raise NotANumber("a raised, small or circled digit, perhaps the mark of a footnote")
    text = re.sub(r"^(\d{1,3}(?:([ ,.'’])\d{3})(?:\2\d{3})*)(?!\2)[.,]0+$", r"\1", _plain(cell))
    if re.match(r"[-−]\d", text):
        raise NotANumber("a negative number")
    if re.fullmatch(r"\d+[.,]0+", text) and not re.fullmatch(r"\d{1,3}[.,]000", text):
        return _of_number(float(text.replace(",", ".")))
    if re.match(r"\d+[.,]\d+", text) and not re.match(rf"(?:{_DIGITS})(?!\d)(?![.,]\d)", text):
        raise NotANumber("not a whole number")
    match = _FULL.fullmatch(text)
    if match is None:
        if any(c.isdigit() for c in text):
            raise NotANumber("a number and words that cannot be told apart")
        return Amount(None, None, words=shown(cell).strip())
    return _of_match(match)


def _of_match(match: re.Match[str]) -> Amount:
    low = _whole(match["low"])
    words = (match["words"] or "").strip(" ()")
    if _MULTIPLIES.match(words):
        raise NotANumber("a number and a word that multiplies it: write it out in digits")
    if _ONE.search(words):
        raise NotANumber("more than one number")
    if match["high"]:
        high = _whole(match["high"])
        if high < low:
            raise NotANumber("a range whose end lies below its beginning")
        return Amount(low, high, bool(match["about"]), words)
    if match["least"] or match["plus"]:
        return Amount(low, None, words=words)
    if match["most"] or match["below"]:
        return Amount(0, max(low - bool(match["below"]), 0), bool(match["about"]), words)
    return Amount(low, low, bool(match["about"]), words)


def counts_others(field: str, words: str) -> bool:
    """Return whether words beside a number say that it counts the hurt among the killed, or so.

    >>> counts_others("deaths", "injured"), counts_others("deaths", "killed, some injured")
    (True, False)
    """
    killed, hurt = (bool(p.search(words)) for p in (_OF_KILLED, _OF_HURT))
    return (field == "deaths" and hurt and not killed) or (
        field == "injuries" and killed and not hurt
    )


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().strip("\u200e\u200f")
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in folded)
    return " ".join(digits.casefold().split())


def _of_number(number: float) -> Amount:
    if number < 0:
        raise NotANumber("a negative number")
    if number != number or number > LARGEST:
        raise NotANumber("too large a number")
    if number != int(number):
        raise NotANumber("not a whole number")
    return Amount(int(number), int(number))


def _whole(text: str) -> int:
    digits = re.sub(r"\D", "", text)
    number = int(digits) if len(digits) <= len(str(LARGEST)) else LARGEST + 1
    if number > LARGEST:
        raise NotANumber("too large a number")
    return number
