"""The window replayed without some acts, as the report tells it: sentences, weeks, a row a type."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from talion.model.history import rows_of
from talion.report.charts import Chart
from talion.report.system import anchor, title_of
from talion.report.words import DASH, day, number, percent, series, signed

if TYPE_CHECKING:
    from talion.judge.past_effects import PastEffects
    from talion.judge.past_replays import Replay, ReplayedType, ReplayedWeek
    from talion.model.case import Case

__all__ = ["ReplayRow", "ReplayView", "build_replay"]

BEFORE = 6  # weeks shown before the first act taken out
FEW = 0.05  # events; a mean change below it is none
_CAPPED = 0.01
_STEP = dt.timedelta(days=1)


@dataclass(frozen=True)
class ReplayRow:
    """One type: what was there since, what would change by each coupling, what is kept."""

    of: str
    since: str
    kept_on: str
    afresh: str
    interval: str
    kept: str


@dataclass(frozen=True)
class ReplayView:
    """One counterfactual."""

    title: str
    because: str
    sentences: tuple[str, ...]
    chart: Chart | None
    rows: tuple[ReplayRow, ...]
    same: str
    since: str


def build_replay(case: Case, past: PastEffects, replay: Replay) -> ReplayView:
    """Return what is printed of one counterfactual."""
    most = max(replay.types, key=lambda t: sum(w.observed.mean for w in t.weeks), default=None)
    return ReplayView(
        replay.title,
        replay.because,
        tuple(_sentences(case, past, replay, most)),
        None if most is None or _unknown(most) else _chart(case, past, replay, most),
        tuple(_row(case, found) for found in replay.types if _differs(found)),
        series([title_of(case, found.type) for found in replay.types if not _differs(found)]),
        day(replay.departure),
    )


def _unknown(found: ReplayedType) -> bool:
    return math.isnan(found.monotone.mean) or math.isnan(found.afresh.mean)


def _differs(found: ReplayedType) -> bool:
    """Whether a row is worth printing: acts taken out, something unknown, or a change to be seen."""
    ends = (*_wide(found), found.monotone.mean, found.afresh.mean)
    return found.removed > 0 or _unknown(found) or max(map(abs, ends)) >= FEW


def _sentences(
    case: Case, past: PastEffects, replay: Replay, most: ReplayedType | None
) -> Iterator[str]:
    acts = series([f"{day(date)}" for date in sorted(replay.rows.values())])
    if most is None:
        yield "No type of events can differ from what was observed."
        return
    if _unknown(most):
        yield "Every replay reached the cap of events: nothing can be told."
        return
    title = title_of(case, most.type)
    low, high = _wide(most)
    yield (
        f"Without what is taken out ({acts}) there would, in this model, have been "
        f"{_change(most)} of “{title}” from {day(replay.departure)} to {day(past.last)}, where "
        f"{number(most.observed.mean, 2)} are reckoned to have happened; four draws in five lie "
        f"between {signed(low)} and {signed(high)}."
    )
    if low < 0.0 < high:
        yield "So the fit does not settle whether there would have been more or fewer."
    if most.kept_share is not None:
        yield (
            f"Of the listed ones since then, {percent(most.kept_share)} would still be there if as "
            "much of what happened is kept as the model allows (the monotone coupling)."
        )
    if replay.capped > _CAPPED:
        yield f"{percent(replay.capped)} of the replays reached the cap of events and are left out."


def _wide(found: ReplayedType) -> tuple[float, float]:
    """Return the outer ends, over couplings, of the interval of a draw's mean."""
    both = (found.monotone, found.afresh)
    return min(e.mean_p10 for e in both), max(e.mean_p90 for e in both)


def _change(found: ReplayedType) -> str:
    """Return 0.3 to 1.6 more events, whichever coupling gives which.

    The ends are means, the lower first.
    """
    low, high = sorted((found.monotone.mean, found.afresh.mean))
    if max(abs(low), abs(high)) < FEW:
        return "as many events as there were"
    if low >= 0.0 or high <= 0.0:
        ends = [number(abs(x), 2) for x in (low, high)]
        word = "more" if low >= 0.0 else "fewer"
        ends = ends if low >= 0.0 else ends[::-1]
        return f"{ends[0]} to {ends[1]} {word} events" if ends[0] != ends[1] else f"{ends[0]} {word} events"  # fmt: skip
    return f"{number(-low, 2)} fewer to {number(high, 2)} more events"


def _row(case: Case, found: ReplayedType) -> ReplayRow:
    if _unknown(found):
        return ReplayRow(title_of(case, found.type), number(found.observed.mean, 2), *[DASH] * 4)
    low, high = _wide(found)
    note = f"; {number(found.removed, 2)} taken out" if found.removed else ""
    return ReplayRow(
        title_of(case, found.type),
        f"{number(found.observed.mean, 2)}{note}",
        _mean(found.monotone.mean),
        _mean(found.afresh.mean),
        f"{_mean(low)} to {_mean(high)}",
        DASH if found.kept_share is None else percent(found.kept_share),
    )


def _mean(x: float) -> str:
    return signed(x) if abs(x) >= FEW else "0"


def _chart(case: Case, past: PastEffects, replay: Replay, found: ReplayedType) -> Chart:
    first = next(
        (i for i, w in enumerate(found.weeks) if w.start + w.days * _STEP > replay.departure),
        len(found.weeks) - 1,
    )
    weeks = found.weeks[max(0, first - BEFORE) :]
    since = found.weeks[first:]
    title = title_of(case, found.type)
    dates = series([day(d) for d in sorted(replay.rows.values())])
    return Chart(
        id=f"past-weeks-{anchor(replay.name)}",
        template="past_weeks",
        title=f"“{title}” by week: {_change(found)} without the acts taken out, in this model",
        subtitle="Dark: observed, listed (solid from 0) and imputed (1 in 10 to 9 in 10, line: "
        "mean); blue: without them (range of the two couplings' means; faint: 1 in 10 to 9 in 10). "
        f"Dashed: what is taken out ({dates}). {past.draws} draws; cut-off {day(case.as_of)}",
        datasets={
            "seen": _seen(case, found, weeks, since),
            "other": _other(since),
            "acts": {
                "start": [d.isoformat() for d in replay.rows.values()],
                "what": list(replay.rows),
            },
        },
        sentence=f"Weekly events of {title}, observed and without the acts of {dates}: "
        f"{_change(found)} in this model.",
        data={
            "week from": [day(w.start) for w in weeks],
            "observed": [w.observed.mean for w in weeks],
            "1 in 10 to 9 in 10": [_span(w.observed.p10, w.observed.p90) for w in weeks],
            "without, monotone": [w.monotone.mean for w in weeks],
            "without, afresh": [w.afresh.mean for w in weeks],
            "1 in 10 to 9 in 10 ": [_span(*_band(w)) for w in weeks],
        },
    )


def _span(low: float, high: float) -> str:
    return f"{number(low, 2)} to {number(high, 2)}"


def _band(week: ReplayedWeek) -> tuple[float, float]:
    both = (week.monotone, week.afresh)
    return min(x.p10 for x in both), max(x.p90 for x in both)


def _seen(
    case: Case,
    found: ReplayedType,
    weeks: tuple[ReplayedWeek, ...],
    since: tuple[ReplayedWeek, ...],
) -> dict[str, list[object]]:
    """Columns of what was observed: the whole week, or its first half where the other follows."""
    rows = rows_of(case.events[found.type], case.record)
    columns: dict[str, list[object]] = {
        k: [] for k in ("start", "end", "low", "high", "mean", "listed", "zero", "week", "said")
    }
    for w in weeks:
        days = w.days * (0.5 if w in since else 1.0)
        last = w.start + w.days * _STEP
        listed = sum(r.attacks for r in rows if w.start <= r.start < last)
        values = (
            *_ends(w.start, 0.05 * w.days, days - 0.04 * w.days), w.observed.p10, w.observed.p90,
            w.observed.mean, listed, 0, f"from {day(w.start)}",
            f"{_reckoned(w)}, {listed} listed",
        )  # fmt: skip
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)
    return columns


def _other(since: tuple[ReplayedWeek, ...]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {
        k: [] for k in ("start", "end", "low", "high", "first", "second", "week", "said")
    }
    for w in since:
        low, high = _band(w)
        means = sorted((w.monotone.mean, w.afresh.mean))
        values = (
            *_ends(w.start, 0.5 * w.days, 0.95 * w.days), low, high, *means,
            f"from {day(w.start)}, without",
            f"{_both(w)} ({_span(low, high)})",
        )  # fmt: skip
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)
    return columns


def _reckoned(week: ReplayedWeek) -> str:
    seen = week.observed
    return f"{number(seen.mean, 2)} ({_span(seen.p10, seen.p90)})"


def _both(week: ReplayedWeek) -> str:
    return f"{number(week.monotone.mean, 2)} monotone, {number(week.afresh.mean, 2)} afresh"


def _ends(start: dt.date, first: float, last: float) -> tuple[str, str]:
    """Return two moments of a week, so many days after its start."""
    midnight = dt.datetime(start.year, start.month, start.day)
    return tuple(  # type: ignore[return-value]
        (midnight + dt.timedelta(days=x)).isoformat(timespec="minutes") for x in (first, last)
    )
