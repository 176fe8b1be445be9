"""What a person types at a question, read with patience: what is meant, or what to write instead."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

from talion.model.quantity import days

__all__ = ["day_typed", "number_words", "numbers_typed", "span_typed", "whole_typed"]

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)"
_NUMBER_ONLY = re.compile(rf"{_NUMBER}\Z")
_TWO = re.compile(rf"(?:between |from )?({_NUMBER}) ?(?:-|to|or|and|\.\.+) ?({_NUMBER})\Z")
_COMMA = re.compile(r"[-+]?\d+,\d+\Z")
_VAGUE = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|some|maybe|perhaps|nearly|almost|over|"
    r"under|at least|at most|up to|more than|less than|fewer than|[~≈<>])\s*"
)
_PER_MONTH = {"day": 30.4375, "week": 30.4375 / 7, "month": 1.0, "quarter": 1 / 3, "year": 1 / 12}
_EACH = re.compile(r"(?:\b(?:a|an|per|each|every)\s+|/\s*)(day|week|month|quarter|year)\b")
_APART = re.compile(rf"(?:every|in|each)\s+({_NUMBER})\s+(day|week|month|quarter|year)s?\b")
_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_WORDS = {
    "no": "0", "none": "0", "never": "0", "nothing": "0", "zero": "0", "once": "1", "one": "1",
    "twice": "2", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "dozen": "12",
}  # fmt: skip
_ORDER = 3  # low, likely, high


def numbers_typed(
    text: str, example: Sequence[float] = (4, 5, 6.5), *, monthly: bool = False
) -> float | list[float]:
    """Return one number, or low, likely and high, from what someone typed.

    Args:
        text: such as "4 5 6.5", "-4, -1.5, 0" or "5".
        example: an answer to this question, for messages.
        monthly: times a month are asked, so "2 a week" and "once in 10 days" are turned into them.

    Raises:
        ValueError: it is neither; the message says what to write instead.

    >>> numbers_typed("4 5 6.5"), numbers_typed("-4, -1.5, 0"), numbers_typed("5")
    ([4.0, 5.0, 6.5], [-4.0, -1.5, 0.0], 5.0)
    >>> numbers_typed("once every 10 days", monthly=True)
    3.04
    """
    plain = " ".join(text.lower().translate(_SIGNS).strip("[]() ").split())
    scale = 1.0
    if monthly:
        plain, scale = _without_time(plain)
    plain = " ".join(_WORDS.get(word, word) for word in plain.split())
    plain = re.sub(r"\btimes?\b|\bevents?\b", "", plain).strip()
    _refuse_percent(plain)
    vague = _VAGUE.match(plain)
    if vague is not None:
        _refuse_vague(text, plain[vague.end() :])
    found = [round(v * scale, 9) for v in _listed(plain, text, example)]
    if scale != 1.0:
        found = [float(f"{v:.3g}") for v in found]
    if len(found) == 1:
        return found[0]
    if found != sorted(found):
        ordered = number_words(sorted(found))
        raise ValueError(f"low, likely and high go up: did you mean {ordered}?")
    return found


_SIGNS = str.maketrans({"\u2212": "-", "–": "-", "—": "-", "‑": "-", ";": " "})


def number_words(values: Sequence[float]) -> str:
    """Return numbers as someone would type them.

    >>> number_words([4, 5.0, 6.25])
    '4 5 6.25'
    """
    return " ".join(f"{v:g}" for v in values)


def _without_time(plain: str) -> tuple[str, float]:
    """Return what is left without "a week" or "every 10 days", and what makes it a month's."""
    for adverb, unit in _ADVERBS.items():
        if plain == adverb:
            return "1", _PER_MONTH[unit]
        plain = re.sub(rf"\b{adverb}\b", f"a {unit}", plain)
    apart = _APART.search(plain)
    if apart is not None and float(apart[1]) > 0:
        left = f"{plain[: apart.start()]} {plain[apart.end() :]}".strip() or "1"
        return left, _PER_MONTH[apart[2]] / float(apart[1])
    each = _EACH.search(plain)
    if each is not None:
        left = f"{plain[: each.start()]} {plain[each.end() :]}".strip() or "1"
        return left, _PER_MONTH[each[1]]
    return plain, 1.0


def _refuse_percent(plain: str) -> None:
    found = re.match(rf"({_NUMBER}) ?(?:%|per cent|percent)", plain)
    if found is not None:
        share = float(found[1])
        raise ValueError(f"a number is asked, no share: {share:g} % of ten are {share / 10:g}")


def _refuse_vague(text: str, rest: str) -> None:
    if _NUMBER_ONLY.match(rest):
        middle = float(rest)
        three = number_words(sorted([round(0.7 * middle, 2), middle, round(1.4 * middle, 2)]))
        raise ValueError(
            f"“{text}” leaves room: say how much with low, likely and high, such as {three}; "
            f"{middle:g} alone is taken as certain"
        )


def _listed(plain: str, text: str, example: Sequence[float]) -> list[float]:
    """Return one or three numbers."""
    two = _TWO.match(plain)
    if two is not None:
        _refuse_two(float(two[1]), float(two[2]))
    if _COMMA.match(plain):
        _refuse_comma(plain)
    spaced = plain.replace("/", " ").replace(", ", " ")
    parts = spaced.split()
    if len(parts) == 1 and plain.count(",") == _ORDER - 1:
        parts = plain.split(",")
    if any(_COMMA.match(part) for part in parts):
        raise ValueError(f"write a decimal point: {spaced.replace(',', '.')}")
    if not parts or not all(_NUMBER_ONLY.match(part) for part in parts):
        raise ValueError(
            f"“{text}” is no number: write low, likely and high, such as {number_words(example)}, or d "
            "for don't know"
        )
    found = [float(part) for part in parts]
    if not all(math.isfinite(v) for v in found):
        raise ValueError("write finite numbers")
    if len(found) == _ORDER - 1:
        _refuse_two(found[0], found[1])
    if len(found) not in (1, _ORDER):
        raise ValueError(
            f"write one number, or three: low, likely, high, such as {number_words(example)}"
        )
    return found


def _refuse_two(low: float, high: float) -> None:
    low, high = min(low, high), max(low, high)
    middle = math.sqrt(low * high) if low > 0 else (low + high) / 2
    three = number_words([low, float(f"{middle:.2g}"), high])
    raise ValueError(f"two numbers are a range: add the likely one between them, such as {three}")


def _refuse_comma(plain: str) -> None:
    low, high = plain.split(",")
    said = f"write a decimal point: {low}.{high}"
    if len(high) == _ORDER:
        said += f", or {low}{high} if that is a thousand and more"
    elif float(low) < float(high):
        middle = float(f"{(float(low) + float(high)) / 2:.2g}")
        said += f"; for a range, three numbers: {number_words([float(low), middle, float(high)])}"
    raise ValueError(said)


def day_typed(text: str, *, after: dt.date | None = None, until: dt.date | None = None) -> dt.date:
    """Return a day written as YYYY-MM-DD.

    Args:
        text: what was typed.
        after, until: bounds; the first excluded, the second included.

    Raises:
        ValueError: it is no such day.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"“{text}” is no day: write year, month, day, such as 2024-02-01"
        ) from None
    if after is not None and day <= after:
        raise ValueError(f"name a day after {after}, the cut-off")
    if until is not None and day > until:
        raise ValueError(f"name a day up to {until}, the cut-off; a later change is a what-if")
    return day


def span_typed(text: str) -> int:
    """Return a length of time in days; a bare number is one of days.

    >>> span_typed("90"), span_typed("6 months"), span_typed("a year")
    (90, 183, 365)
    """
    plain = " ".join(text.lower().split())
    plain = re.sub(r"\A(?:a|an|one) ", "1 ", plain)
    if re.match(r"\d+\Z", plain):
        plain += " days"
    try:
        found = days(plain)
    except ValueError:
        raise ValueError(
            f"“{text}” is no length of time: write 90 days, 6 weeks or 1 year"
        ) from None
    if found < 1:
        raise ValueError("write at least one day")
    return found


def whole_typed(text: str) -> int:
    """Return a whole number, 0 or more."""
    if not re.match(r"\d+\Z", text):
        raise ValueError(f"“{text}” is no whole number: write such as 12")
    return int(text)
