"""Imputed events on the timeline: what a fit adds to the rows, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from talion.judge.imputed import ImputedWeeks
from talion.model.case import Case
from talion.report.charts import Chart
from talion.report.record_section import total_rates
from talion.report.system import anchor
from talion.report.words import day, number

__all__ = ["imputed_charts"]

_LEAST = 1.0  # imputed events, in the middle, below which a chart would show rows alone


def imputed_charts(case: Case, found: Sequence[ImputedWeeks]) -> tuple[Chart, ...]:
    """Return a chart for each type of which the fit imputes events that no row reports.

    Args:
        case: the case.
        found: events by week of its fit; empty without one.
    """
    return tuple(_chart(case, weeks) for weeks in found if _hidden(weeks) >= _LEAST)


def _hidden(weeks: ImputedWeeks) -> float:
    return sum(spread.median for spread in weeks.unlisted)


def _chart(case: Case, found: ImputedWeeks) -> Chart:
    title = case.events[found.type].title
    listed, hidden = round(sum(found.listed)), _hidden(found)
    ends = _ends(case, found)
    rates = total_rates(case, found.type)
    return Chart(
        id=f"imputed-{anchor(found.type)}",
        template="imputed",
        title=f"{title}: {listed} listed, about {number(hidden, 2)} more imputed by the fit",
        subtitle="A week; solid: listed rows; tinted: imputed besides, middle over draws; bar: 80 % "
        "of draws of all events; orange: reported totals, as a rate over their interval. "
        f"To {day(case.as_of)}",
        datasets={
            "weeks": {
                "start": [start.isoformat() for start in found.weeks],
                "middle": [_middle(a, b) for a, b in zip(found.weeks, ends, strict=True)],
                "end": [end.isoformat() for end in ends],
                "listed": list(found.listed),
                "unlisted": [spread.median for spread in found.unlisted],
                "all": [n + s.median for n, s in zip(found.listed, found.unlisted, strict=True)],
                "low": [spread.low for spread in found.total],
                "high": [spread.high for spread in found.total],
                "zero": [0] * len(found.weeks),
            },
            "reported": {
                "start": [rate.start.isoformat() for rate in rates],
                "end": [rate.end.isoformat() for rate in rates],
                "rate": [7 * rate.rate for rate in rates],
                "interval": [rate.interval for rate in rates],
                "reported": [rate.reported for rate in rates],
            },
        },
        sentence=f"{title} week by week: {listed} listed rows, and about {number(hidden, 2)} events "
        "that no row reports, imputed by the fit.",
        data={
            "week of": [day(start) for start in found.weeks],
            "listed rows": [number(n, 2) for n in found.listed],
            "imputed besides": [number(spread.median, 2) for spread in found.unlisted],
            "all, 1 in 10 below": [number(spread.low, 2) for spread in found.total],
            "all, 1 in 10 above": [number(spread.high, 2) for spread in found.total],
        },
    )


def _ends(case: Case, found: ImputedWeeks) -> list[date]:
    return [min(start + timedelta(days=7), case.as_of) for start in found.weeks]


def _middle(start: date, end: date) -> str:
    hours = (end - start).days * 12
    return f"{start + timedelta(days=hours // 24)}T{hours % 24:02d}:00:00"
