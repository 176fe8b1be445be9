"""What a record shows by a day of the window, each piece of it put into one week.

A row belongs to the week in which the middle of its interval lies and happened within that week; a
total and a statement of absence belong to the week of their last day. So weeks can be told one after
the other, each given those before it.
"""

from __future__ import annotations

from dataclasses import replace

from talion.errors import InputError
from talion.fit.case.recorded import Recorded, Row, Total, Window

__all__ = ["DAYS", "last_day", "shown_until", "week_of_row", "weeks_of"]

DAYS = 7  # of a week


def weeks_of(days: int) -> int:
    """Return how many weeks a window has; the last may be shorter.

    >>> weeks_of(119), weeks_of(120)
    (17, 18)
    """
    return -(-days // DAYS)


def week_of_row(row: Row) -> int:
    """Return the week in which the middle of a row's interval lies."""
    return int((row.low + row.high) / 2 // DAYS)


def last_day(total: Total, days: int) -> int:
    """Return the day, from the window's start, at whose end a total is known."""
    return min(int(total.moment[1]) - 1, days - 1)


def shown_until(record: Recorded, until: int) -> Recorded:
    """Return what the first days of a window show, as if there were no later ones.

    Args:
        record: of the whole window.
        until: days, whole weeks unless it is the whole window.

    Raises:
        InputError: `until` is no such number.
    """
    days = record.window.days
    if not 0 < until <= days or (until % DAYS and until != days):
        raise InputError("must be whole weeks within the window", place="until", value=until)
    week = {row.id: week_of_row(row) for row in record.rows}
    rows = []
    for row in record.rows:
        first = DAYS * week[row.id]
        if first >= until:
            continue
        low, high = max(row.low, float(first)), min(row.high, float(min(first + DAYS, days)))
        same = week.get(row.after or "") == week[row.id]  # other weeks are in order as they are
        rows.append(replace(row, low=low, high=high, after=row.after if same else None))
    return replace(
        record,
        window=Window(record.window.start, record.window.start + until),
        rows=tuple(rows),
        totals=tuple(t for t in record.totals if last_day(t, days) < until),
        absences=tuple(a for a in record.absences if a[1] <= until),
    )
