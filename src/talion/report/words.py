"""Numbers, dates and names as the report says them.

The rules: never 0 or 100 %, never decimals of a per cent, "under 5 %" and "over 95 %" at the ends;
units and dates always; controls that would reorder or hide text are shown, not obeyed.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import date, timedelta

DASH = "–"
_KEPT = {"\n", "\t"}
_JOINERS = {"\u200c", "\u200d"}  # needed by Persian, Arabic and Indic spelling


def clean(text: str) -> str:
    """Return text with control and direction characters made visible.

    Arabic and Hebrew letters are untouched; only characters that steer the layout are named.

    >>> clean("ab\\u202ecd")
    'ab[U+202E]cd'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(c) for c in text)


def _shown(c: str) -> str:
    if c in _KEPT or c in _JOINERS:
        return c
    if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return f"[U+{ord(c):04X}]"
    return c


def percent(p: float | None) -> str:
    """Return a share as whole per cent, never 0 or 100.

    >>> percent(0.934), percent(0.004), percent(0.999), percent(None)
    ('93 %', 'under 5 %', 'over 95 %', '–')
    """
    if p is None or math.isnan(p):
        return DASH
    if p < 0.05:
        return "under 5 %"
    return "over 95 %" if p > 0.95 else f"{round(100 * p)} %"


def percent_range(low: float | None, high: float | None) -> str:
    """Return an interval of shares in words.

    >>> percent_range(0.35, 0.84), percent_range(0.01, 0.6), percent_range(0.7, 0.99)
    ('35 to 84 %', 'under 5 to 60 %', '70 to over 95 %')
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return DASH
    if percent(low) == percent(high):
        return percent(low)
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def in_hundred(p: float) -> str:
    """Return a share as a count of a hundred histories.

    >>> in_hundred(0.93), in_hundred(0.001)
    ('93 of 100', 'fewer than 5 of 100')
    """
    if p < 0.05:
        return "fewer than 5 of 100"
    return "more than 95 of 100" if p > 0.95 else f"{round(100 * p)} of 100"


def day(value: date | None) -> str:
    """Return a date as 13 Feb 2024."""
    return DASH if value is None else f"{value.day} {value:%b %Y}"


def day_of(number: int) -> date:
    """Return the date of an absolute day number (days since 1970-01-01)."""
    return date(1970, 1, 1) + timedelta(days=int(number))


def number(x: float | None, digits: int = 3) -> str:
    """Return a number with at most `digits` significant digits (whole numbers whole), a true minus.

    >>> number(1234.5), number(-0.5), number(0.01234), number(None)
    ('1,234', '−0.5', '0.0123', '–')
    """
    if x is None or math.isnan(x):
        return DASH
    if math.isinf(x):
        return "never" if x > 0 else "−∞"
    if x == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(x))))
    text = f"{abs(x):,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"−{text}" if x < 0 and text != "0" else text


def amount(x: float | None, unit: str) -> str:
    """Return an effect's size: two significant digits, but whole per cents and points.

    >>> amount(0.95, "%"), amount(-12.4, "points"), amount(0.95, "events")
    ('1', '−12', '0.95')
    """
    if unit in ("%", "points") and x is not None and math.isfinite(x):
        return number(round(x), 12)
    return number(x, 2)


def signed(x: float | None, digits: int = 2) -> str:
    """Return a difference with its sign always shown.

    >>> signed(3.2), signed(-1.0), signed(0.0)
    ('+3.2', '−1', '0')
    """
    text = number(x, digits)
    return f"+{text}" if x is not None and x > 0 and text != "0" else text


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    >>> plural(1, "gap"), plural(3, "gap"), plural(0, "entry", "entries")
    ('1 gap', '3 gaps', 'no entries')
    """
    return f"{n if n else 'no'} {one if n == 1 else many or one + 's'}"


def sentence(text: str, *, lower: bool = False) -> str:
    """Return a clause as a sentence: with a capital (or not, after a colon) and a full stop.

    >>> sentence("the interval is wide"), sentence("Done."), sentence("the day", lower=True)
    ('The interval is wide.', 'Done.', 'the day.')
    """
    text = text.strip()
    if not text:
        return ""
    head = text if lower else text[0].upper() + text[1:]
    return head if head[-1] in ".!?…”" else f"{head}."


def series(items: list[str]) -> str:
    """Return items as a list in a sentence.

    >>> series(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
