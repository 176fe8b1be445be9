"""Event types of the case that an imported record allows: who does what to whom, and how often."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from talion.errors import RecordError
from talion.model.limits import HIGHEST_RATE
from talion.read.choices import Choices
from talion.read.entries import UNKNOWN
from talion.read.record_rows import RecordRows

__all__ = ["EventKind", "event_kinds"]

MOST = 12  # event types of a case at first; more is more than anyone reads
MOST_DOERS = 4  # a kind of act by more actors than this is not taken apart
DAYS_PER_MONTH = 30.4375
_Z90 = 1.2815515655446004


@dataclass(frozen=True)
class EventKind:
    """An event type as it will stand in the case.

    Attributes:
        id: in the case.
        title: as printed.
        act: the action of its rows.
        by, against: actor ids.
        own: whether only the rows of `by` are of this type.
        rows: recorded rows.
        acts: acts that these rows stand for.
        usual: low, likely, high per month, or None where the rows allow none.
        totals: series of running totals, "" if none.
        why: where the rate comes from, or why the type is not in the case.
    """

    id: str
    title: str
    act: str
    by: tuple[str, ...]
    against: tuple[str, ...]
    own: bool
    rows: int
    acts: int
    usual: tuple[float, float, float] | None
    totals: str
    why: str


def event_kinds(made: RecordRows, choices: Choices) -> tuple[EventKind, ...]:
    """Return the event types of a record, those with most rows first.

    A kind of act by two to four actors becomes a type for each of them, unless a running total
    counts them together or the user says otherwise. The rate is the mean over the period; its range
    allows for the spread of the months (quasi-Poisson): likely x exp(-+ 1.28 sqrt(phi / n)).

    Raises:
        RecordError: no type has a rate that a case may hold.
    """
    usable = [row for row in made.events if _in_period(row, made)]
    series = {row["of"]: row["series"] for row in reversed(made.totals)}
    by_act: dict[str, list[dict[str, Any]]] = {}
    for row in usable:
        by_act.setdefault(row["action"], []).append(row)
    kinds: list[EventKind] = []
    used = set(by_act)
    for act, rows in by_act.items():
        doers = Counter(row["initiator"] for row in rows)
        several = 2 <= len(doers) <= MOST_DOERS
        apart = several if choices.apart is None else choices.apart and len(doers) > 1
        if apart and act not in series:
            for doer in doers:
                own = [row for row in rows if row["initiator"] == doer]
                kinds.append(_kind(made, act, own, _own_id(act, doer, used), True, ""))
        else:
            kinds.append(_kind(made, act, rows, act, False, series.get(act, "")))
    for act, name in series.items():
        if act not in by_act:
            kinds.append(_counted_only(made, act, name))
    kinds.sort(key=lambda kind: (-kind.rows, kind.id))
    if not any(kind.usual for kind in kinds[:MOST]):
        raise RecordError(
            "no kind of act can stand in a case: " + kinds[0].why if kinds else "no row is usable",
            place="the table",
            remedy="count rows instead with --map number=-, give each row a narrower kind with "
            "--map type=COLUMN, or a longer period with --covers",
        )
    return tuple(kinds)


def _in_period(row: Mapping[str, Any], made: RecordRows) -> bool:
    known = row["published"] or _next(row["end"])
    return bool(known <= made.as_of and made.period[0] <= row["start"] <= made.period[1])


def _next(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _own_id(act: str, doer: str, used: set[str]) -> str:
    key = f"{act}_by_{doer}"
    while key in used:
        key += "_2"
    used.add(key)
    return key


def _kind(
    made: RecordRows, act: str, rows: Sequence[dict[str, Any]], key: str, own: bool, totals: str
) -> EventKind:
    by = tuple(name for name, _ in Counter(row["initiator"] for row in rows).most_common(8))
    against = tuple(name for name, _ in Counter(row["target"] for row in rows).most_common(8))
    acts = sum(row["attacks"] for row in rows)
    usual: tuple[float, float, float] | None
    usual, why = _usual(made, rows, acts)
    if totals:
        usual, why = _usual_with_totals(made, totals, usual, why)
    title = made.kinds[act] + (f" by {made.names[by[0]]}" if own else "")
    if act == UNKNOWN:
        usual, why = None, "the sheet does not say what kind of act these rows are"
    if usual and usual[2] > HIGHEST_RATE:
        why = f"{usual[1]:.0f} a month is more than the {HIGHEST_RATE:g} that a case may simulate"
        usual = None
    return EventKind(key, title, act, by, against, own, len(rows), acts, usual, totals, why)


def _counted_only(made: RecordRows, act: str, series: str) -> EventKind:
    usual, why = _usual_with_totals(made, series, None, "")
    return EventKind(act, made.kinds[act], act, (), (), False, 0, 0, usual, series, why)


def _months(period: tuple[date, date], as_of: date) -> float:
    return max(((min(period[1], as_of) - period[0]).days + 1) / DAYS_PER_MONTH, 1 / DAYS_PER_MONTH)


def _usual(
    made: RecordRows, rows: Sequence[Mapping[str, Any]], acts: int
) -> tuple[tuple[float, float, float], str]:
    months = _months(made.period, made.as_of)
    spread = _overdispersion(rows, made)
    likely = acts / months
    factor = math.exp(_Z90 * math.sqrt(spread / max(len(rows), 1)))
    usual = (_short(likely / factor), _short(likely), _short(likely * factor))
    return usual, f"{acts} in {months:.1f} months"


def _overdispersion(rows: Sequence[Mapping[str, Any]], made: RecordRows) -> float:
    """Return variance over mean of the counts in months of 30 days, at least 1."""
    last = min(made.period[1], made.as_of)
    length = max(((last - made.period[0]).days + 1) // 30, 1)
    if length < 3:
        return 1.0
    counts = [0] * length
    for row in rows:
        at = (row["start"] - made.period[0]).days // 30
        if at < length:
            counts[at] += 1
    mean = sum(counts) / length
    variance = sum((n - mean) ** 2 for n in counts) / (length - 1)
    return max(1.0, variance / mean) if mean else 1.0


def _usual_with_totals(
    made: RecordRows, series: str, usual: tuple[float, float, float] | None, why: str
) -> tuple[tuple[float, float, float] | None, str]:
    """Return the rate by the totals, if it is higher than that of the dated rows."""
    known = [
        row
        for row in made.totals
        if row["series"] == series
        and (row["published"] or _next(row["on_end"] or row["on"])) <= made.as_of
    ]
    if not known:
        return usual, why or "its totals were not yet known"
    latest = max(known, key=lambda row: (row["on"], row["total"]))
    months = ((latest["on"] - latest["since"]).days + 1) / DAYS_PER_MONTH
    likely = latest["total"] / months
    if latest["total"] < 1 or (usual and usual[1] >= likely):
        return usual, why or "its totals count nothing"
    factor = math.exp(_Z90 * math.sqrt(1 / latest["total"]))
    found = (_short(likely / factor), _short(likely), _short(likely * factor))
    return found, f"{latest['total']} by the running total, in {months:.1f} months"


def _short(rate: float) -> float:
    """Return a rate with three digits that count.

    >>> _short(12.3456), _short(0.0123456)
    (12.3, 0.0123)
    """
    return float(f"{rate:.3g}")
