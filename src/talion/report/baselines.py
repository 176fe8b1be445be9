"""Baselines that know nothing of the model: the last 30 days' rate, and a negative binomial.

Both are computed from the weeks before the cut-off: from reported totals, spread evenly over their
intervals, where a type has them, else from dated rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.model.case import Case
from talion.report.record_section import Rate, events_of_type

F8 = NDArray[np.float64]
PAST_WEEKS = 17
"""Weeks before the cut-off that a picture shows and a baseline is computed from."""
_NAMES = (
    "rate of the last 30 days",
    "negative binomial, 1 in 10 below",
    "negative binomial, 1 in 10 above",
)


def weekly_record(case: Case, name: str) -> dict[str, list[Any]]:
    """Return recorded events of a type in each of the last weeks before the cut-off."""
    as_of = case.as_of
    starts = [as_of - timedelta(days=7 * k) for k in range(PAST_WEEKS, 0, -1)]
    counts = [0] * PAST_WEEKS
    for event in events_of_type(case, name):
        k = (as_of - event.day).days
        if 0 < k <= 7 * PAST_WEEKS:
            counts[PAST_WEEKS - 1 - (k - 1) // 7] += 1
    return {
        "day": [s.isoformat() for s in starts],
        "end": [(s + timedelta(days=7)).isoformat() for s in starts],
        "count": list(counts),
        "zero": [0] * PAST_WEEKS,
    }


def recent_weeks(
    case: Case, past: Mapping[str, Sequence[Any]], rates: Sequence[Rate]
) -> tuple[float, F8, str]:
    """Return events a week over the last 30 days, the past weeks' counts, and where both are from."""
    if rates:
        daily = _daily_rates(case, rates)
        weeks = daily.reshape(-1, 7).sum(axis=1)
        return 7 * float(daily[-30:].mean()), weeks, "baselines from reported totals"
    weeks = np.asarray(past["count"], float)
    return _last_30(weeks), weeks, "baselines from dated rows"


def _last_30(weeks: F8) -> float:
    """Return events a week over the last 30 days: four weeks and two sevenths of the fifth."""
    return float(weeks[-4:].sum() + weeks[-5] * 2 / 7) * 7 / 30


def _daily_rates(case: Case, rates: Sequence[Rate]) -> F8:
    """Spread reported totals evenly over their intervals; days without one are nought."""
    days = 7 * PAST_WEEKS
    first = case.as_of - timedelta(days=days)
    daily = np.zeros(days)
    for r in rates:
        a, b = (r.start - first).days, (r.end - first).days
        daily[max(a, 0) : max(min(b, days), 0)] = r.rate
    return daily


def negative_binomial_range(weeks: F8, ahead: float = 1.0) -> tuple[float, float]:
    """Return the 1-in-10 and 9-in-10 quantiles of a negative binomial with the weeks' moments.

    The sum of `ahead` independent weeks has mean and variance `ahead` times as large. Poisson where
    the variance does not exceed the mean.

    >>> negative_binomial_range(np.array([2.0, 2.0, 2.0, 2.0]))
    (0.0, 4.0)
    """
    from scipy.stats import nbinom, poisson

    mean, variance = ahead * float(weeks.mean()), ahead * float(weeks.var(ddof=1))
    if mean <= 0:
        return 0.0, 0.0
    if variance <= mean * (1 + 1e-9):
        low, high = poisson.ppf([0.1, 0.9], mean)
    else:
        low, high = nbinom.ppf([0.1, 0.9], mean**2 / (variance - mean), mean / variance)
    return float(low), float(high)


def weekly_baselines(
    recent: float, weeks: F8, days: Sequence[str], has_data: bool
) -> dict[str, list[Any]]:
    """Return both baselines by week; none for a type without data, of which the past says nothing."""
    if not has_data:
        return _baseline_columns([], [[], [], []])
    low, high = negative_binomial_range(weeks)
    return _baseline_columns([days[0], days[-1]], [[recent] * 2, [low] * 2, [high] * 2])


def running_baselines(
    before: float, weeks: F8, days: Sequence[str], has_data: bool
) -> dict[str, list[Any]]:
    """Return the same two baselines for a running count: a sum of independent weeks."""
    if not has_data:
        return _baseline_columns([], [[], [], []])
    start = date.fromisoformat(days[0])
    ahead = [(date.fromisoformat(d) - start).days / 7 for d in days]
    ranges = [negative_binomial_range(weeks, n) for n in ahead]
    lines = [
        [before + _last_30(weeks) * n for n in ahead],
        [before + low for low, _ in ranges],
        [before + high for _, high in ranges],
    ]
    return _baseline_columns(days, lines)


def _baseline_columns(
    days: Sequence[str], lines: Sequence[Sequence[float]]
) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"day": [], "value": [], "name": [], "dash": []}
    for name, dash, values in zip(_NAMES, ("rate", "nb", "nb"), lines, strict=True):
        columns["day"] += list(days)
        columns["value"] += list(values)
        columns["name"] += [name] * len(days)
        columns["dash"] += [dash] * len(days)
    return columns
