"""Simulated courses of events: fans over weeks with baselines beside them, and what-ifs compared.

A fan shows the weekly counts of an event type, or a level, over all draws and histories of one
reading with nothing done. Two baselines that know nothing of the model stand in each: the rate of
the last 30 days, and a negative binomial with the mean and variance of the weeks before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import effect_draws
from talion.judge.paths import SystemGraph, measured_by
from talion.judge.results import RunResult
from talion.model.case import Case
from talion.model.measure import Op
from talion.model.reading import READINGS
from talion.report.charts import Chart
from talion.report.paths import Path, sample_paths
from talion.report.record_section import Rate, events_of_type, total_rates
from talion.report.results_table import AS_WRITTEN
from talion.report.system import anchor, title_of
from talion.report.words import day, day_of, number, plural, signed

if TYPE_CHECKING:
    from talion.simulate.ensemble import Ensemble, FanHistogram

PAST_WEEKS = 17
WEEKS = 53
"""Weeks ahead that a fan shows."""
COMPARED = 6
"""Quantities on which what-ifs are compared in pictures."""
BANDS = (("50", 0.25, 0.75), ("80", 0.10, 0.90), ("95", 0.025, 0.975))
PROBABILITIES = (0.5, *(p for _, low, high in BANDS for p in (low, high)))
RARE = 1.0
"""A type with fewer simulated events a week than this is shown as a running count."""
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
        _comparisons(result, ensemble),
        f"{ensemble.n_draws} draws of the parameters, {ensemble.n_histories} histories each",
        _capped(ensemble),
    )


def _capped(ensemble: Ensemble) -> str:
    share = float(np.mean(ensemble.capped)) if ensemble.capped.size else 0.0
    if share == 0:
        return ""
    said = "fewer than 1 in 100" if share < 0.01 else f"{number(100 * share, 2)} in 100"
    return f"{said} simulated histories reached the event cap and were cut short."


def histogram_quantiles(counts: NDArray[np.int64], edges: F8, at: Sequence[float]) -> F8:
    """Return quantiles of each week's histogram, interpolated within the bin.

    A count k stands for the stretch k - 1/2 to k + 1/2, so that bands do not jump by whole events;
    the caller shifts by 1/2 and cuts at nought.

    Args:
        counts: histories per bin, shape (weeks, bins).
        edges: of the bins, shape (bins + 1,); the last may be infinite.
        at: probabilities, shape (q,).

    Returns:
        Shape (weeks, q).

    >>> histogram_quantiles(np.array([[1, 2, 1]]), np.array([0.0, 1, 2, 3]), [0.5])
    array([[1.5]])
    """
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    below = np.cumsum(counts, axis=1) / total
    upper = np.where(np.isfinite(edges[1:]), edges[1:], edges[-2])
    found = np.empty((len(counts), len(at)))
    for week, share in enumerate(below):
        for k, p in enumerate(at):
            i = min(int(np.searchsorted(share, p - 1e-12)), len(share) - 1)
            before = share[i - 1] if i else 0.0
            inside = (p - before) / max(share[i] - before, 1e-12)
            found[week, k] = edges[i] + min(max(inside, 0.0), 1.0) * (upper[i] - edges[i])
    return found


def _fan_columns(fan: FanHistogram, *, whole: bool) -> dict[str, list[Any]]:
    """Return the fan's columns; `whole` for counts of events, which stand in the middle of a bin."""
    q = histogram_quantiles(np.asarray(fan.counts), np.asarray(fan.edges), PROBABILITIES)
    if whole:
        q = np.maximum(q - 0.5, 0.0)
    return _columns([day_of(int(w)).isoformat() for w in fan.weeks[:WEEKS]], q[:WEEKS])


def _columns(days: list[str], q: F8) -> dict[str, list[Any]]:
    names = ["median", *(f"{end}{band}" for band, _, _ in BANDS for end in ("lo", "hi"))]
    return {"day": list(days), **{name: q[:, k].tolist() for k, name in enumerate(names)}}


def _count_fans(
    result: RunResult, ensemble: Ensemble, paths: Sequence[Path], data: frozenset[str]
) -> Iterator[Chart]:
    for name in result.case.events:
        fan = ensemble.fans.get(("baseline", name))
        if fan is None:
            continue
        view = _TypeView(result.case, name, ensemble, fan, [p.counts.get(name, []) for p in paths])
        rare = mean_count(fan) < RARE
        columns = view.running_columns() if rare else None
        if columns is not None:
            yield view.running(columns, name in data)
        else:
            yield view.weekly(name in data)


def mean_count(fan: FanHistogram) -> float:
    """Return the mean simulated events a week over the whole fan."""
    edges = np.asarray(fan.edges)
    middle = np.where(np.isfinite(edges[1:]), (edges[:-1] + edges[1:] - 1) / 2, edges[:-1])
    counts = np.asarray(fan.counts)
    return float((counts * middle).sum() / max(counts.sum(), 1))


@dataclass(frozen=True)
class _TypeView:
    """One event type, to be drawn week by week or as a running count."""

    case: Case
    name: str
    ensemble: Ensemble
    fan: FanHistogram
    paths: list[list[float]]

    @property
    def title(self) -> str:
        return self.case.events[self.name].title

    def _subtitle(self, first: str, baseline: str, has_data: bool) -> str:
        said = f"orange: {baseline}" if has_data else "so no baseline either"
        return f"{first}; {said}. Record to {day(self.case.as_of)}, then simulated"

    def _known(self) -> dict[str, list[Any]]:
        return {"day": [self.case.as_of.isoformat()], "label": ["known until here"]}

    def weekly(self, has_data: bool) -> Chart:
        """Return the fan of events a week."""
        columns = _fan_columns(self.fan, whole=True)
        past = weekly_record(self.case, self.name)
        rates = total_rates(self.case, self.name)
        recent, weeks, source = _recent(self.case, past, rates)
        rows = "bars: dated rows" if has_data else "no data in the record"
        rows += "; outline: reported totals" if rates else ""
        median, high = (np.asarray(columns[c], float) for c in ("median", "hi95"))
        heavy = high.max() > 30 and high.max() > HEAVY_TAIL * max(median.max(), 1.0)
        first = date.fromisoformat(past["day"][0])
        shown = [(max(r.start, first), r) for r in rates if r.end > first]
        return Chart(
            id=f"fan-{anchor(self.name)}",
            template="fan_log" if heavy else "fan",
            title=_weekly_title(self.title, columns),
            subtitle=self._subtitle(f"A week; {rows}", source, has_data),
            datasets={
                "fan": columns,
                "record": {k: past[k] for k in ("day", "end", "count", "zero")},
                "reported": {
                    "start": [start.isoformat() for start, _ in shown],
                    "end": [r.end.isoformat() for _, r in shown],
                    "rate": [7 * r.rate for _, r in shown],
                    "zero": [0] * len(shown),
                },
                "paths": _path_columns(self.paths, columns["day"]),
                "baselines": _weekly_baselines(recent, weeks, columns["day"], has_data),
                "known": self._known(),
            },
            sentence=_fan_sentence(self.title, columns, "a week"),
            data=_table(columns),
        )

    def running_columns(self) -> dict[str, list[Any]] | None:
        """Return quantiles of recorded plus simulated events at each day the run counted to."""
        as_of = self.case.as_of_day
        ends = {
            m.end - as_of: i
            for i, m in enumerate(self.ensemble.plan.measures)
            if m.op is Op.COUNT and (m.world, m.series, m.start) == ("baseline", self.name, as_of)
        }
        if len(ends) < 2:
            return None
        before = sum(weekly_record(self.case, self.name)["count"])
        rows = [np.full(len(PROBABILITIES), float(before))]
        for days in sorted(ends):
            values = np.asarray(self.ensemble.values[:, :, ends[days]], np.float64)
            known = values[np.isfinite(values)]
            if not known.size:
                return None
            rows.append(before + np.quantile(known, PROBABILITIES))
        days_said = [day_of(as_of + d).isoformat() for d in (0, *sorted(ends))]
        return _columns(days_said, np.array(rows))

    def running(self, columns: dict[str, list[Any]], has_data: bool) -> Chart:
        """Return the running count: recorded rows up to the cut-off, then the fan on top of them."""
        past = weekly_record(self.case, self.name)
        before = sum(past["count"])
        first = date.fromisoformat(past["day"][0])
        rows = sorted(e.day for e in events_of_type(self.case, self.name) if e.day >= first)
        steps = [
            (first, 0),
            *((d, k + 1) for k, d in enumerate(rows)),
            (self.case.as_of, len(rows)),
        ]
        low, high = (round(columns[c][-1] - before) for c in ("lo80", "hi80"))
        until = day(date.fromisoformat(columns["day"][-1]))
        said = "stepped line: dated rows" if has_data else "no data in the record"
        weeks = np.asarray(past["count"], float)
        return Chart(
            id=f"fan-{anchor(self.name)}",
            template="total",
            title=f"{self.title}: {_how_many(low, high)} more by {until}",
            subtitle=self._subtitle(
                f"Count from {day(first)}; {said}", "baselines from dated rows", has_data
            ),
            datasets={
                "fan": columns,
                "record": {
                    "day": [d.isoformat() for d, _ in steps],
                    "value": [n for _, n in steps],
                },
                "paths": self._running_paths(before, columns["day"]),
                "baselines": _running_baselines(before, weeks, columns["day"], has_data),
                "known": self._known(),
            },
            sentence=f"{self.title}: {plural(before, 'dated row')} since {day(first)}; four "
            f"histories in five have {_how_many(low, high)} more by {until}.",
            data=_table(columns, step=1),
        )

    def _running_paths(self, before: float, days: Sequence[str]) -> dict[str, list[Any]]:
        start, end = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
        weeks = [
            (start + timedelta(days=7 * w)).isoformat() for w in range((end - start).days // 7)
        ]
        summed = [[before, *(before + np.cumsum(p)).tolist()] for p in self.paths]
        return _path_columns(summed, weeks)


def _how_many(low: int, high: int) -> str:
    if high == 0:
        return "probably none"
    return str(high) if low == high else f"{low} to {high}"


def _weekly_title(title: str, columns: Mapping[str, Sequence[Any]]) -> str:
    mid, low, high = (
        float(np.mean(np.asarray(columns[c], float)[-8:])) for c in ("median", "lo80", "hi80")
    )
    return (
        f"{title}: about {number(mid, 2)} a week at the end ({number(low, 2)} to {number(high, 2)})"
    )


def _fan_sentence(title: str, columns: Mapping[str, Sequence[Any]], unit: str) -> str:
    first, last = (number(float(columns["median"][i]), 2) for i in (0, -1))
    lo, hi = (number(float(columns[c][-1]), 2) for c in ("lo80", "hi80"))
    return (
        f"{title}: the simulated median goes from {first} to {last} {unit}; in the last week four "
        f"histories in five lie between {lo} and {hi}."
    )


def _table(columns: Mapping[str, Sequence[Any]], step: int = 4) -> dict[str, list[Any]]:
    """Return every fourth week (or every row) for the table behind a fan."""
    heads = {
        "day": "day",
        "median": "median",
        "lo80": "1 in 10 below",
        "hi80": "1 in 10 above",
        "lo95": "1 in 40 below",
        "hi95": "1 in 40 above",
    }
    return {head: list(columns[key][::step]) for key, head in heads.items()}


def _path_columns(values: Sequence[Sequence[float]], days: Sequence[str]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"day": [], "value": [], "path": []}
    for i, path in enumerate(values):
        n = min(len(path), len(days))
        columns["day"] += list(days[:n])
        columns["value"] += list(path[:n])
        columns["path"] += [i] * n
    return columns


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


def _recent(
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


_NAMES = (
    "rate of the last 30 days",
    "negative binomial, 1 in 10 below",
    "negative binomial, 1 in 10 above",
)


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


def _weekly_baselines(
    recent: float, weeks: F8, days: Sequence[str], has_data: bool
) -> dict[str, list[Any]]:
    """Return both baselines by week; none for a type without data, of which the past says nothing."""
    if not has_data:
        return _baseline_columns([], [[], [], []])
    low, high = negative_binomial_range(weeks)
    return _baseline_columns([days[0], days[-1]], [[recent] * 2, [low] * 2, [high] * 2])


def _running_baselines(
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


def _level_fans(result: RunResult, ensemble: Ensemble, paths: Sequence[Path]) -> Iterator[Chart]:
    case = result.case
    for name in _key_levels(case, ensemble):
        factor, fan = case.factors[name], ensemble.fans["baseline", name]
        columns = _fan_columns(fan, whole=False)
        title, start, end = title_of(case, name), columns["median"][0], columns["median"][-1]
        kind = "imagined: no data" if factor.kind == "imagined" else factor.kind
        yield Chart(
            id=f"level-{anchor(name)}",
            template="level",
            title=f"{title}: {_course(float(start), float(end))}",
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


def _key_levels(case: Case, ensemble: Ensemble) -> list[str]:
    """Return the levels that a judgment's test measures; all of them if none does."""
    tested: set[str] = set()
    for judgment in case.judgments.values():
        tests = [judgment.holds_if, *(further.holds_if for further in judgment.also.values())]
        tested |= {name for test in tests if test is not None for name in measured_by(case, test)}
    levels = [name for name in case.factors if ("baseline", name) in ensemble.fans]
    return [name for name in levels if name in tested] or levels


def _course(start: float, end: float) -> str:
    change = end - start
    if abs(change) < 2:
        return f"stays near {number(end, 2)}"
    return f"{'rises' if change > 0 else 'falls'} from {number(start, 2)} to {number(end, 2)}"


def _stays(columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    start = columns["median"][0]
    return {
        "day": [columns["day"][0], columns["day"][-1]],
        "value": [start, start],
        "name": ["stays as it is"] * 2,
        "dash": ["rate"] * 2,
    }


Row = tuple[str, float, float, float]  # what-if, mean difference, 80 % interval


def _comparisons(result: RunResult, ensemble: Ensemble) -> tuple[Comparison, ...]:
    """Compare what-ifs with nothing done on the quantities they move most often, named sums first."""
    case, days = result.case, result.case.horizons[0]
    found = {
        name: sorted(_differences(case, ensemble, name, days), key=lambda r: r[1])
        for name in (*case.series, *case.events)
    }
    moved = {name: sum(map(_is_clear, rows)) for name, rows in found.items() if rows}
    chosen = sorted(moved, key=lambda n: (n not in case.series, -moved[n]))[:COMPARED]
    return tuple(_comparison(case, name, found[name], days) for name in chosen)


def _series_title(case: Case, name: str) -> str:
    """Return an event type's title, or a named sum with its members."""
    if name not in case.series:
        return title_of(case, name)
    members = " + ".join(title_of(case, m.partition("[")[0]) for m in case.series[name])
    return f"{name.replace('_', ' ').capitalize()} ({members})"


def _is_clear(row: Row) -> bool:
    return row[2] > 0 or row[3] < 0


def _comparison(case: Case, name: str, rows: Sequence[Row], days: int) -> Comparison:
    title, end = _series_title(case, name), day(case.as_of + timedelta(days=days))
    said = [_said(*r[1:]) for r in rows]
    chart = Chart(
        id=f"effects-{anchor(name)}",
        template="effects",
        title=_effect_title(title, rows),
        subtitle=f"Events by {end} ({days} days), compared with nothing done; mean and 80 % "
        "interval over draws",
        datasets={
            "effects": {
                "name": [r[0] for r in rows],
                "mean": [r[1] for r in rows],
                "low": [r[2] for r in rows],
                "high": [r[3] for r in rows],
                "said": said,
            },
            "zero": {"at": [0]},
        },
        sentence=f"{title}, what-ifs compared: "
        + "; ".join(f"{r[0]} {s}" for r, s in zip(rows, said, strict=True))
        + ".",
        data={"what if": [r[0] for r in rows], "difference": said},
    )
    return Comparison(anchor(name), title, chart)


def _said(mean: float, low: float, high: float) -> str:
    return f"{_events(mean)} ({_events(low)} to {_events(high)})"


def _events(x: float) -> str:
    """Return a difference in events to a tenth, or whole from ten on."""
    return signed(round(x, 1) if abs(x) < 9.95 else round(x), 6)


def _effect_title(title: str, rows: Sequence[Row]) -> str:
    clear = [r for r in rows if _is_clear(r)]
    if not clear:
        return f"{title}: no what-if has a clear effect"
    most = max(clear, key=lambda r: abs(r[1]))
    return f"{title}: “{most[0]}” moves it most, {_events(most[1])} events"


def _differences(case: Case, ensemble: Ensemble, series: str, days: int) -> Iterator[Row]:
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
