"""Simulated courses of events: fans over weeks with baselines beside them, and what-ifs compared.

A fan shows the weekly counts of an event type, or a level, over all draws and histories of one
reading with nothing done. Two baselines that know nothing of the model stand in each: the rate of
the last 30 days, and a negative binomial with the mean and variance of the weeks before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import effect_draws
from talion.judge.paths import SystemGraph
from talion.judge.results import RunResult
from talion.model.case import Case
from talion.model.measure import Op
from talion.model.reading import READINGS
from talion.report.charts import Chart
from talion.report.paths import Path, sample_paths
from talion.report.record_section import Rate, events_of_type, total_rates
from talion.report.results_table import AS_WRITTEN
from talion.report.system import anchor, title_of
from talion.report.words import day, day_of, number, signed

if TYPE_CHECKING:
    from talion.simulate.ensemble import Ensemble, FanHistogram

PAST_WEEKS = 17
BANDS = (("50", 0.25, 0.75), ("80", 0.10, 0.90), ("95", 0.025, 0.975))
HEAVY_TAIL = 8.0
"""A fan whose 97.5 % line lies this many times above its highest median is drawn on a log1p axis."""
F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """What-ifs compared on one quantity: the chart and the sentence above it."""

    id: str
    title: str
    chart: Chart


@dataclass(frozen=True)
class Futures:
    """Section 5."""

    reading: str
    reading_says: str
    counts: tuple[Chart, ...]
    levels: tuple[Chart, ...]
    comparisons: tuple[Comparison, ...]
    size: str
    capped: str


def build_futures(result: RunResult) -> Futures | None:
    """Return section 5, or None for a run that simulated nothing."""
    reading = AS_WRITTEN if AS_WRITTEN in result.ensembles else next(iter(result.ensembles), None)
    if reading is None:
        return None
    ensemble = result.ensembles[reading]
    paths = sample_paths(result, reading)
    data = SystemGraph(result.case).with_data
    return Futures(
        READINGS[reading].title if reading in READINGS else reading,
        READINGS[reading].says if reading in READINGS else "",
        tuple(_count_fans(result, ensemble, paths, data)),
        tuple(_level_fans(result, ensemble, paths)),
        tuple(_comparisons(result, ensemble)),
        f"{ensemble.n_draws} draws of the parameters, {ensemble.n_histories} histories each",
        _capped(ensemble),
    )


def _capped(ensemble: Ensemble) -> str:
    share = float(np.mean(ensemble.capped)) if ensemble.capped.size else 0.0
    if share == 0:
        return ""
    said = "fewer than 1 in 100" if share < 0.01 else f"{number(100 * share, 2)} in 100"
    return f"{said} simulated histories reached the event cap and were cut short."


def histogram_quantiles(
    counts: NDArray[np.int64], edges: F8, at: Sequence[float], *, whole: bool
) -> F8:
    """Return quantiles of each week's histogram.

    Args:
        counts: histories per bin, shape (weeks, bins).
        edges: of the bins, shape (bins + 1,).
        at: probabilities, shape (q,).
        whole: counts of events (the bin's lower edge) rather than a level (within the bin).

    Returns:
        Shape (weeks, q).

    >>> histogram_quantiles(np.array([[1, 2, 1]]), np.array([0.0, 1, 2, 3]), [0.5], whole=True)
    array([[1.]])
    """
    total = counts.sum(axis=1, keepdims=True)
    below = np.cumsum(counts, axis=1) / np.maximum(total, 1)
    last = edges[-2] if not np.isfinite(edges[-1]) else edges[-1]
    upper = np.where(np.isfinite(edges[1:]), edges[1:], last)
    found = np.empty((len(counts), len(at)))
    for week, share in enumerate(below):
        for k, p in enumerate(at):
            i = int(np.searchsorted(share, p - 1e-12))
            i = min(i, len(share) - 1)
            before = share[i - 1] if i else 0.0
            inside = 0.0 if whole else (p - before) / max(share[i] - before, 1e-12)
            found[week, k] = edges[i] + min(max(inside, 0.0), 1.0) * (upper[i] - edges[i])
    return found


def _fan_columns(fan: FanHistogram, start: int, *, whole: bool) -> dict[str, list[object]]:
    probabilities = [0.5, *(p for _, low, high in BANDS for p in (low, high))]
    q = histogram_quantiles(
        np.asarray(fan.counts), np.asarray(fan.edges), probabilities, whole=whole
    )
    columns: dict[str, list[object]] = {
        "day": [day_of(start + 7 * w).isoformat() for w in range(len(q))],
        "median": q[:, 0].tolist(),
    }
    for k, (band, _, _) in enumerate(BANDS):
        columns[f"lo{band}"] = q[:, 1 + 2 * k].tolist()
        columns[f"hi{band}"] = q[:, 2 + 2 * k].tolist()
    return columns


def _count_fans(
    result: RunResult, ensemble: Ensemble, paths: Sequence[Path], data: frozenset[str]
) -> Iterator[Chart]:
    case = result.case
    for name, event in case.events.items():
        fan = ensemble.fans.get(("baseline", name))
        if fan is None:
            continue
        columns = _fan_columns(fan, case.start_day("baseline"), whole=True)
        past = weekly_record(case, name)
        rates = total_rates(case, name)
        base, source = _baselines(case, past, rates, columns["day"])
        rows = "no data in the record" if name not in data else "bars: dated rows"
        rows += "; outline: reported totals" if rates else ""
        end = float(np.mean(np.asarray(columns["median"], float)[-8:]))
        median, high = (np.asarray(columns[c], float) for c in ("median", "hi95"))
        heavy = high.max() > 30 and high.max() > HEAVY_TAIL * max(median.max(), 1.0)
        yield Chart(
            id=f"fan-{anchor(name)}",
            template="fan_log" if heavy else "fan",
            title=_count_title(event.title, end, columns),
            subtitle=f"A week; {rows}; orange: {source}. Record to {day(case.as_of)}, then simulated",
            datasets={
                "fan": columns,
                "record": {k: past[k] for k in ("day", "end", "count", "zero")},
                "reported": {
                    "start": [r.start.isoformat() for r in rates],
                    "end": [r.end.isoformat() for r in rates],
                    "rate": [7 * r.rate for r in rates],
                    "zero": [0] * len(rates),
                },
                "paths": _path_columns([p.counts.get(name, []) for p in paths], columns["day"]),
                "baselines": base,
                "known": {"day": [case.as_of.isoformat()], "label": ["known until here"]},
            },
            sentence=_fan_sentence(event.title, columns, "a week"),
            data=_table(columns),
        )


def _count_title(title: str, end: float, columns: Mapping[str, Sequence[object]]) -> str:
    low, high = (float(np.mean(np.asarray(columns[c], float)[-8:])) for c in ("lo80", "hi80"))
    if high < 0.5:
        return f"{title}: rare; most weeks none"
    return f"{title}: {number(end, 2)} a week at the end ({number(low, 2)} to {number(high, 2)})"


def _fan_sentence(title: str, columns: Mapping[str, Sequence[object]], unit: str) -> str:
    first, last = (number(float(columns["median"][i]), 2) for i in (0, -1))  # type: ignore[arg-type]
    lo, hi = (number(float(columns[c][-1]), 2) for c in ("lo80", "hi80"))  # type: ignore[arg-type]
    return (
        f"{title}: the simulated median goes from {first} to {last} {unit}; in the last week four "
        f"histories in five lie between {lo} and {hi}."
    )


def _table(columns: Mapping[str, Sequence[object]]) -> dict[str, list[object]]:
    """Return every fourth week for the table behind a fan."""
    heads = {"day": "week of", "median": "median", "lo80": "1 in 10 below", "hi80": "1 in 10 above",
             "lo95": "1 in 40 below", "hi95": "1 in 40 above"}  # fmt: skip
    return {head: list(columns[key][::4]) for key, head in heads.items()}


def _path_columns(
    values: Sequence[Sequence[float]], days: Sequence[object]
) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {"day": [], "value": [], "path": []}
    for i, path in enumerate(values):
        n = min(len(path), len(days))
        columns["day"] += list(days[:n])
        columns["value"] += list(path[:n])
        columns["path"] += [i] * n
    return columns


def weekly_record(case: Case, name: str) -> dict[str, list[object]]:
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


def _baselines(
    case: Case, past: Mapping[str, Sequence[object]], rates: Sequence[Rate], days: Sequence[object]
) -> tuple[dict[str, list[object]], str]:
    """Return the last 30 days' rate and a negative binomial's 80 % range, per week, and their source."""
    if rates:
        daily = _daily_rates(case, rates)
        recent, weeks = 7 * float(daily[-30:].mean()), daily.reshape(-1, 7).sum(axis=1)
        source = "baselines from reported totals"
    else:
        weeks = np.asarray(past["count"], float)
        recent = float(weeks[-4:].sum() + weeks[-5] * 2 / 7) * 7 / 30
        source = "baselines from dated rows"
    low, high = negative_binomial_range(weeks)
    ends = [days[0], days[-1]]
    columns: dict[str, list[object]] = {"day": [], "value": [], "name": [], "dash": []}
    lines = (
        ("rate of the last 30 days", "rate", recent),
        ("negative binomial, 1 in 10 below", "nb", low),
        ("negative binomial, 1 in 10 above", "nb", high),
    )
    for said, dash, value in lines:
        columns["day"] += ends
        columns["value"] += [value, value]
        columns["name"] += [said, said]
        columns["dash"] += [dash, dash]
    return columns, source


def _daily_rates(case: Case, rates: Sequence[Rate]) -> F8:
    """Spread reported totals evenly over their intervals; days without one are nought."""
    days = 7 * PAST_WEEKS
    first = case.as_of - timedelta(days=days)
    daily = np.zeros(days)
    for r in rates:
        a, b = (r.start - first).days, (r.end - first).days
        daily[max(a, 0) : max(min(b, days), 0)] = r.rate
    return daily


def negative_binomial_range(weeks: F8) -> tuple[float, float]:
    """Return the 1-in-10 and 9-in-10 quantiles of a negative binomial with the weeks' moments.

    Poisson where the variance does not exceed the mean.

    >>> negative_binomial_range(np.array([2.0, 2.0, 2.0, 2.0]))
    (0.0, 4.0)
    """
    from scipy.stats import nbinom, poisson

    mean, variance = float(weeks.mean()), float(weeks.var(ddof=1))
    if mean == 0:
        return 0.0, 0.0
    if variance <= mean:
        low, high = poisson.ppf([0.1, 0.9], mean)
    else:
        low, high = nbinom.ppf([0.1, 0.9], mean**2 / (variance - mean), mean / variance)
    return float(low), float(high)


def _level_fans(result: RunResult, ensemble: Ensemble, paths: Sequence[Path]) -> Iterator[Chart]:
    case = result.case
    for name, factor in case.factors.items():
        fan = ensemble.fans.get(("baseline", name))
        if fan is None:
            continue
        columns = _fan_columns(fan, case.start_day("baseline"), whole=False)
        title, start, end = title_of(case, name), columns["median"][0], columns["median"][-1]
        kind = "imagined: no data" if factor.kind == "imagined" else factor.kind
        yield Chart(
            id=f"level-{anchor(name)}",
            template="level",
            title=f"{title}: {_course(float(start), float(end))}",  # type: ignore[arg-type]
            subtitle=f"{factor.unit} on our scale; {kind}; simulated from {day(case.as_of)}; "
            "orange: stays as it is",
            datasets={
                "fan": columns,
                "paths": _path_columns([p.levels.get(name, []) for p in paths], columns["day"]),
                "baselines": _stays(columns),
                "known": {"day": [case.as_of.isoformat()], "label": ["known until here"]},
            },
            sentence=_fan_sentence(title, columns, factor.unit),
            data=_table(columns),
        )


def _course(start: float, end: float) -> str:
    change = end - start
    if abs(change) < 2:
        return f"stays near {number(end, 2)}"
    return f"{'rises' if change > 0 else 'falls'} from {number(start, 2)} to {number(end, 2)}"


def _stays(columns: Mapping[str, Sequence[object]]) -> dict[str, list[object]]:
    start = columns["median"][0]
    return {
        "day": [columns["day"][0], columns["day"][-1]],
        "value": [start, start],
        "name": ["stays as it is"] * 2,
        "dash": ["rate"] * 2,
    }


def _comparisons(result: RunResult, ensemble: Ensemble) -> Iterator[Comparison]:
    """Compare every what-if that begins at the cut-off with nothing done, series by series."""
    case = result.case
    days = case.horizons[0]
    end = case.as_of + timedelta(days=days)
    for series in (*case.events, *case.series):
        rows = list(_differences(case, ensemble, series, days))
        if not rows:
            continue
        rows.sort(key=lambda r: r[1])
        title = title_of(case, series)
        yield Comparison(
            anchor(series),
            title,
            Chart(
                id=f"effects-{anchor(series)}",
                template="effects",
                title=_effect_title(title, rows),
                subtitle=f"Events by {day(end)} ({days} days), compared with nothing done; mean "
                "and 80 % interval over draws",
                datasets={
                    "effects": {
                        "name": [r[0] for r in rows],
                        "mean": [r[1] for r in rows],
                        "low": [r[2] for r in rows],
                        "high": [r[3] for r in rows],
                        "said": [_said(*r[1:]) for r in rows],
                    },
                    "zero": {"at": [0]},
                },
                sentence=f"{title}, what-ifs compared: "
                + "; ".join(f"{r[0]} {_said(*r[1:])}" for r in rows)
                + ".",
                data={"what if": [r[0] for r in rows], "difference": [_said(*r[1:]) for r in rows]},
            ),
        )


def _said(mean: float, low: float, high: float) -> str:
    return f"{signed(mean)} ({signed(low)} to {signed(high)})"


def _effect_title(title: str, rows: Sequence[tuple[str, float, float, float]]) -> str:
    clear = [r for r in rows if r[2] > 0 or r[3] < 0]
    if not clear:
        return f"{title}: no what-if has a clear effect"
    most = max(clear, key=lambda r: abs(r[1]))
    return f"{title}: “{most[0]}” moves it most, {signed(most[1])} events"


def _differences(
    case: Case, ensemble: Ensemble, series: str, days: int
) -> Iterator[tuple[str, float, float, float]]:
    at = {
        (m.world, m.end - m.start): i
        for i, m in enumerate(ensemble.plan.measures)
        if m.op is Op.COUNT and m.series == series and m.start == case.as_of_day
    }
    baseline = at.get(("baseline", days))
    if baseline is None:
        return
    nothing = np.asarray(ensemble.values[:, :, baseline], np.float64)
    for world, what_if in case.what_ifs.items():
        index = at.get((world, days))
        if index is None or case.start_day(world) != case.as_of_day:
            continue
        done = np.asarray(ensemble.values[:, :, index], np.float64)
        psi, _, _ = effect_draws(done, nothing, False)
        known = psi[np.isfinite(psi)]
        if known.size:
            low, high = np.quantile(known, (0.1, 0.9))
            yield (
                what_if.title or world.replace("_", " "),
                float(known.mean()),
                float(low),
                float(high),
            )
