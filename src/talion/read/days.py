"""A date as people write it, read as an interval of days with a precision.

"13 Feb 2024" is a day; "Feb 2024" and "early February 2024" are intervals, never a false exact day.
Dates of three numbers whose order does not show (03/04/2024) need to be told which comes first.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from talion.read.grid import UNSEEN
from talion.read.month_names import MONTHS, PARTS, WEEKDAYS

__all__ = ["NotADate", "Span", "TwoWays", "day_and_month", "read_span"]

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day-first", "month-first", "year-first"


class NotADate(ValueError):  # noqa: N818 - a cell, not an error class of the tree
    """Text that is no date; says why."""


class TwoWays(NotADate):
    """A date of numbers whose day and month cannot be told apart."""


@dataclass(frozen=True)
class Span:
    """The days on which something may have happened, and how exactly that is known."""

    start: date
    end: date
    precision: str

    @classmethod
    def over(cls, start: date, end: date) -> Span:
        """Return the span with the finest precision that its length allows.

        >>> Span.over(date(2024, 2, 1), date(2024, 2, 10)).precision
        'month'
        """
        if end < start:
            raise NotADate("the last day lies before the first")
        length = (end - start).days + 1
        steps = ((1, "day"), (7, "week"), (31, "month"), (366, "year"))
        word = next((word for longest, word in steps if length <= longest), "period")
        return cls(start, end, word)


# A time of day after the date, with or without a zone: the day counts as it is written.
_TIME = re.compile(
    r"(?<=\d)(?:t|[ t]+(?:at |um |à |a las |в )?)"
    r"(\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?|\d{6}|(?<=t)\d{4})"
    r"(?: ?(?:[ap]\.?m\.?|uhr|hrs?|h))?"
    r"(?: ?(?:z|(?:utc|gmt)(?: ?[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{1,2}(?::?\d{2})?|[a-z]{2,4}t))?$"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})\.?")
_COMPACT = re.compile(r"(1[6-9]\d\d|2[01]\d\d)(\d\d)(\d\d)(?:[0-2]\d[0-5]\d[0-5]\d)?")
# "2024.1" may be what is left of October in a number: after a point a month has two digits.
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/](\d{1,2})|\.(\d{2}))")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_YEAR = re.compile(r"1[5-9]\d\d|2[01]\d\d")
_ISO_WEEK = re.compile(r"(\d{4})[- ]?w(\d{2})(?:-?([1-7]))?|(?:kw|w) ?(\d{1,2})[ /-]+(\d{4})")
_ANY_WEEK = re.compile(r"(?:week|semaine|woche|semana|неделя)\b.*\d")
_OTHER_YEAR = re.compile(r"\b(1[34]\d\d|2[3-6]\d\d)\b")
_CJK = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日일])?")
_QUARTER = re.compile(r"q([1-4]) (\d{4})|(\d{4}) ?-?q([1-4])")
_RANGE = re.compile(
    r" ?(?:–|—|−|-|/| to | until | till | bis | au | al | or | по | до | إلى | الى ) ?"
)
_WEEK = re.compile(r"(?:the )?(?:week (?:of|from|beginning|starting)|w/c|wc) (?:the )?(.+)")
_PARTED = re.compile(
    rf"(?:the )?({'|'.join(map(re.escape, sorted(PARTS, key=len, reverse=True)))})[ -]?(?:of |de )?(.+)"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|º|ª|-?го)\b")
_NAMES = "|".join(map(re.escape, sorted(MONTHS, key=len, reverse=True)))
_DAY_NAME_YEAR = re.compile(
    rf"(\d{{1,2}})[ ./-]*(?:of |de |d')?({_NAMES})[ ./-]*(?:of |de |del )?(\d{{4}}|'?\d{{2}})?"
)
_NAME_DAY_YEAR = re.compile(rf"({_NAMES})[ .-]*(\d{{1,2}})(?:[ .-]+(\d{{4}}))?")
_YEAR_NAME_DAY = re.compile(rf"(\d{{4}})[ .-]*({_NAMES})[ .-]*(\d{{1,2}})")
_NAME_YEAR = re.compile(rf"({_NAMES})[ .'-]*(?:of |de |del )?(\d{{4}}|\d{{2}})")
_WEEKDAY = re.compile(rf"(?:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})\b\.?[ ]*")
_SHORT_WEEKDAY = re.compile(r"(?:mo|di|mi|do|fr|sa|so|пн|вт|ср|чт|пт|сб|вс)\b\.? *(?=\d)")
_SIGNS = str.maketrans("‐‑‒–—―−∕⁄", "-------//")
_LONGEST = 200  # characters of a text that may be a date
_FIRST_YEAR, _LAST_YEAR = 1500, 2199  # of dates in the Gregorian calendar, or close to it


def read_span(text: str, order: str | None = None) -> Span:
    """Return the days that a text names.

    Args:
        text: as it stands in the cell.
        order: `day-first`, `month-first` or `year-first` (24-02-13), for dates of three numbers; None
            if not known.

    Raises:
        TwoWays: day and month could be swapped, and `order` is None.
        NotADate: no date, no year, or no such day.

    >>> read_span("13 Feb 2024").start.isoformat(), read_span("early February 2024").end.day
    ('2024-02-13', 10)
    """
    if len(text) > _LONGEST:
        raise NotADate("too long a text")
    plain = _plain(text)
    if not plain:
        raise NotADate("no day of a month and year")
    week = _WEEK.fullmatch(plain)
    if week:
        first = _single(week[1], order)
        if first.precision != "day":
            raise NotADate("a week needs the day on which it begins")
        return Span(first.start, first.start + timedelta(days=6), "week")
    try:
        return _single(plain, order)
    except TwoWays:
        raise
    except NotADate as error:
        found = _from_to(plain, order)
        if found is None:
            raise error
        return found


def has_time(text: str) -> bool:
    """Return whether a time of day other than midnight stands after a date.

    >>> has_time("2024-02-13T23:30:00-05:00"), has_time("2024-02-13 00:00:00.000")
    (True, False)
    """
    found = _TIME.search(_folded(text)) or re.fullmatch(r"\s*\d{8}(\d{6})\s*", text)
    clock = found[found.re.groups] if found else ""
    return any(c in "123456789" for c in clock)


def short_year(text: str) -> bool:
    """Return whether the year of a date has two digits only.

    >>> short_year("13.02.98"), short_year("13 Feb '98"), short_year("2024-02-13")
    (True, True, False)
    """
    plain = _plain(text)
    found = _NUMBERS.fullmatch(plain), _DAY_NAME_YEAR.fullmatch(plain)
    return any(m and len((m[m.re.groups] or "0000").strip("'")) == 2 for m in found)


def day_and_month(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date of three numbers whose year comes last, or None.

    >>> day_and_month("03/04/2024"), day_and_month("2024-03-04")
    ((3, 4), None)
    """
    plain = _plain(text)
    match = _NUMBERS.search(plain)
    if match is None or _YEAR_FIRST.search(plain):
        return None
    return int(match[1]), int(match[3])


def three_short(text: str) -> tuple[int, int, int, str] | None:
    """Return the three numbers of a date that all have two digits, and the sign between them.

    >>> three_short("24-02-13"), three_short("13.02.2024")
    ((24, 2, 13, '-'), None)
    """
    match = re.fullmatch(r"(\d\d)([-/.])(\d\d)\2(\d\d)", _plain(text))
    return (int(match[1]), int(match[3]), int(match[4]), match[2]) if match else None


def _folded(text: str) -> str:
    if any(unicodedata.decomposition(c)[:5] in ("<supe", "<sub>") for c in text if c not in "ºª"):
        return "a raised sign"  # 13.2.2024² names no day: the mark of a footnote is no digit
    folded = unicodedata.normalize("NFKC", text.replace("º", "").replace("ª", ""))
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in folded)
    bare = "".join(" " if c == "\u00a0" else c for c in digits if c not in UNSEEN)
    bare = bare.translate(_SIGNS).strip().removeprefix("'")  # the mark of a text in a cell
    lower = bare.replace("،", ",").casefold().replace("\u0307", "")  # İ leaves a dot of its own
    return " ".join(lower.replace(",", " ").split())


def _plain(text: str) -> str:
    spaced = _folded(text)
    spaced = _WEEKDAY.sub("", spaced) if _starts_with_weekday(spaced) else spaced
    spaced = _ORDINAL.sub("", re.sub(r"^(?:the|on|am|le|el) (?=\d)", "", spaced))
    spaced = _TIME.sub("", " ".join(_SHORT_WEEKDAY.sub("", spaced, count=1).split()))
    return re.sub(r"(?<=\d) ?(?:г|года|року|р|م|ad|ce)\.?$", "", spaced)


def _starts_with_weekday(text: str) -> bool:
    first = re.match(r"[^\W\d_]+", text)
    return bool(first) and first[0] in WEEKDAYS if first else False


def _single(text: str, order: str | None) -> Span:
    """Read a text that names one day, month, quarter or year."""
    text = _TIME.sub("", text)
    for pattern, make in _FORMS:
        match = pattern.fullmatch(text)
        if match:
            return make(match)
    match = _NUMBERS.fullmatch(text)
    if match and order == YEAR_FIRST and len(match[4]) == 2:
        return _one_day(_year(match[1]), int(match[3]), int(match[4]))
    if match:
        return _one_day(*_ordered(int(match[1]), int(match[3]), _year(match[4]), order))
    parted = _PARTED.fullmatch(text)
    if parted:
        return _part(PARTS[parted[1]], _single(parted[2], order))
    if re.fullmatch(rf"\d{{1,2}}[ .-]*(?:{_NAMES})|(?:{_NAMES})[ .-]*\d{{1,2}}|(?:{_NAMES})", text):
        raise NotADate("no year")
    if _ANY_WEEK.match(text):
        raise NotADate("weeks are numbered in several ways; an ISO week is written 2024-W07")
    _refuse_other_calendar(_OTHER_YEAR.search(text))
    raise NotADate("not a date")


def _refuse_other_calendar(year: re.Match[str] | None) -> None:
    if year is not None:
        raise NotADate(
            f"the year {year[0]} is of another calendar (Hijri, Jalali, Buddhist), or mistyped; "
            "only Gregorian days are read"
        )


def _ordered(a: int, b: int, year: int, order: str | None) -> tuple[int, int, int]:
    """Return year, month, day of two numbers and a year."""
    if order == DAY_FIRST:
        return year, b, a
    if order == MONTH_FIRST:
        return year, a, b
    if a > 12 or a == b:
        return year, b, a
    if b > 12:
        return year, a, b
    raise TwoWays("day and month could be swapped")


def _year(text: str) -> int:
    number = int(text.strip("'"))
    if number >= 100:
        return number
    return 1900 + number if number >= 50 else 2000 + number


def _one_day(year: int, month: int, day: int) -> Span:
    _known_year(year)
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise NotADate("no such day in the calendar") from error
    return Span(found, found, "day")


def _known_year(year: int) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        _refuse_other_calendar(re.match(r"\d+", str(year)))


def _iso_week(match: re.Match[str]) -> Span:
    year, week = int(match[1] or match[5]), int(match[2] or match[4])
    _known_year(year)
    try:
        first = date.fromisocalendar(year, week, int(match[3] or 1))
    except ValueError as error:
        raise NotADate("no such week") from error
    return Span(first, first, "day") if match[3] else Span(first, first + timedelta(6), "week")


def _month(year: int, month: int) -> Span:
    _known_year(year)
    if not 1 <= month <= 12:
        raise NotADate("no such month")
    last = calendar.monthrange(year, month)[1]
    return Span(date(year, month, 1), date(year, month, last), "month")


def _quarter(year: int, quarter: int) -> Span:
    last = _month(year, 3 * quarter).end
    return Span(date(year, 3 * quarter - 2, 1), last, "period")


def _part(word: str, whole: Span) -> Span:
    """Return the first, second or last third of a month (days 1 to 10, 11 to 20, 21 to the end)."""
    if (whole.start.day, whole.precision) != (1, "month"):
        raise NotADate("early, middle and late are read for months only")
    first, last = {"early": (1, 10), "middle": (11, 20), "late": (21, whole.end.day)}[word]
    return Span(whole.start.replace(day=first), whole.start.replace(day=last), "month")


def _named(year: str | None, month: str, day: str) -> Span:
    if not year:
        raise NotADate("no year")
    return _one_day(_year(year), MONTHS[month], int(day))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Span]], ...] = (
    (_YEAR_FIRST, lambda m: _one_day(int(m[1]), int(m[3]), int(m[4]))),
    (_COMPACT, lambda m: _one_day(int(m[1]), int(m[2]), int(m[3]))),
    (_ISO_WEEK, _iso_week),
    (_CJK, lambda m: _one_day(*map(int, m.groups())) if m[3] else _month(int(m[1]), int(m[2]))),
    (_YEAR_MONTH, lambda m: _month(int(m[1]), int(m[2] or m[3]))),
    (_MONTH_YEAR, lambda m: _month(int(m[2]), int(m[1]))),
    (_YEAR, lambda m: Span(date(int(m[0]), 1, 1), date(int(m[0]), 12, 31), "year")),
    (_QUARTER, lambda m: _quarter(int(m[2] or m[3]), int(m[1] or m[4]))),
    (_DAY_NAME_YEAR, lambda m: _named(m[3], m[2], m[1])),
    (_NAME_YEAR, lambda m: _month_of(m[1], m[2])),
    (_NAME_DAY_YEAR, lambda m: _named(m[3], m[1], m[2])),
    (_YEAR_NAME_DAY, lambda m: _named(m[1], m[2], m[3])),
)


def _month_of(name: str, year: str) -> Span:
    if len(year) == 2:  # "Feb 24" may be the year 2024 or the 24th of February
        raise NotADate("a month and two digits: the day or the year is missing")
    return _month(int(year), MONTHS[name])


def _from_to(text: str, order: str | None) -> Span | None:
    """Read a text that names a first and a last day; None if it is none."""
    for sign in _RANGE.finditer(text):
        left, right = text[: sign.start()].strip(), text[sign.end() :].strip()
        for first, last in _completed(left, right):
            shown = order or _proof(first) or _proof(last)  # one end tells for both
            try:
                start, end = _single(first, shown), _single(last, shown)
            except TwoWays:
                raise
            except NotADate:
                continue
            return Span.over(start.start, end.end)
    return None


def _proof(text: str) -> str | None:
    match = _NUMBERS.fullmatch(text)
    if match is None or (int(match[1]) > 12) == (int(match[3]) > 12):
        return None
    return DAY_FIRST if int(match[1]) > 12 else MONTH_FIRST


def _completed(left: str, right: str) -> list[tuple[str, str]]:
    """Return what two ends of a range may stand for: what one leaves out, the other says."""
    found = [(left, right)]
    if re.fullmatch(r"\d{1,2}\.?", left):  # 12-15 Feb 2024, 12-15.02.2024
        rest = re.sub(r"^\d{1,2}", "", right)
        found.append((left.rstrip(".") + rest, right))
    if re.fullmatch(r"\d{1,2} \d{4}", right):  # Feb 12-15 2024
        name = re.match(rf"({_NAMES})[ .]*\d{{1,2}}$", left)
        day, year = right.split()
        if name:
            found.append((f"{left} {year}", f"{name[1]} {day} {year}"))
    year_at_end = re.search(r"[ .](\d{4})$", right)
    if year_at_end and not re.search(r"\d{4}", left):  # 12 Feb - 3 Mar 2024
        found.append((f"{left} {year_at_end[1]}", right))
    return found
