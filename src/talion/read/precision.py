"""How exact a date is, where a column of its own says so: a day that stands for a week or a month."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta

from talion.read.column_words import plain_words
from talion.read.days import Span

__all__ = ["codes_of", "widened"]

_WORDS = {
    **dict.fromkeys(("day", "exact", "exact day", "d", "день", "يوم", "jour", "tag"), "day"),
    **dict.fromkeys(("week", "w", "неделя", "أسبوع", "semaine", "woche"), "week"),
    **dict.fromkeys(("month", "m", "месяц", "شهر", "mois", "monat"), "month"),
    **dict.fromkeys(("year", "y", "год", "سنة", "annee", "jahr"), "year"),
}
_ACLED = {"1": "day", "2": "week", "3": "month"}


def codes_of(column: str) -> Mapping[str, str]:
    """Return what the numbers in a column of precisions stand for: known for ACLED's own only."""
    return _ACLED if plain_words(column) == "time precision" else {}


def widened(span: Span, cell: str, codes: Mapping[str, str]) -> Span | None:
    """Return the days meant by a day and its precision; None if the precision is not understood.

    >>> day = Span(date(2024, 2, 13), date(2024, 2, 13), "day")
    >>> widened(day, "month", {}).end.isoformat(), widened(day, "vague", {}) is None
    ('2024-02-29', True)
    """
    word = _WORDS.get(plain_words(cell)) or codes.get(cell.strip().removesuffix(".0"))
    if word is None or span.precision != "day" or word == "day":
        return span if word else None
    day = span.start
    if word == "week":  # which week is not said: the three days before and after
        return Span(day - timedelta(days=3), day + timedelta(days=3), "week")
    if word == "month":
        last = calendar.monthrange(day.year, day.month)[1]
        return Span(day.replace(day=1), day.replace(day=last), "month")
    return Span(date(day.year, 1, 1), date(day.year, 12, 31), "year")
