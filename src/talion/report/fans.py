"""Fans over weeks: quantiles of many simulated histories, three of them, baselines, the record.

Events of a type are shown week by week, or as a running count where a week says nothing; levels as
they are. Each fan begins at the cut-off and has the record before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from talion.judge.paths import measured_by
from talion.model.case import Case
from talion.model.measure import Op
from talion.report.baselines import (
    recent_weeks,
    running_baselines,
    weekly_baselines,
    weekly_record,
)
from talion.report.charts import Chart
from talion.report.paths import Path
from talion.report.record_section import events_of_type, total_rates
from talion.report.system import anchor, title_of
from talion.report.words import day, day_of, number, plural

if TYPE_CHECKING:
    from talion.simulate.ensemble import Ensemble, FanHistogram

WEEKS = 53
"""Weeks ahead that a fan shows."""
BANDS = (("50", 0.25, 0.75), ("80", 0.10, 0.90), ("95", 0.025, 0.975))
PROBABILITIES = (0.5, *(p for _, low, high in BANDS for p in (low, high)))
RARE = 1.0
"""A type with fewer simulated events a week than this is shown as a running count."""
HEAVY_TAIL = 8.0
"""A fan whose 97.5 % line lies this many times above its highest median is drawn on a log1p axis."""
F8 = NDArray[np.float64]


def count_fans(
    case: Case, ensemble: Ensemble, paths: Sequence[Path], data: frozenset[str]
) -> Iterator[Chart]:
    """Yield a picture for each event type; `data` are the types with recorded rows."""
    for name in case.events:
        fan = ensemble.fans.get(("baseline", name))
        if fan is None:
            continue
        view = _TypeView(case, name, ensemble, fan, [p.counts.get(name, []) for p in paths])
        rare = mean_count(fan) < RARE
        columns = view.running_columns() if rare else None
        if columns is not None:
            yield view.running(columns, name in data)
        else:
            yield view.weekly(name in data)


def level_fans(case: Case, ensemble: Ensemble, paths: Sequence[Path]) -> Iterator[Chart]:
    """Yield a picture for each level that a judgment's test measures."""
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


def mean_count(fan: FanHistogram) -> float:
    """Return the mean simulated events a week over the whole fan."""
    edges = np.asarray(fan.edges)
    middle = np.where(np.isfinite(edges[1:]), (edges[:-1] + edges[1:] - 1) / 2, edges[:-1])
    counts = np.asarray(fan.counts)
    return float((counts * middle).sum() / max(counts.sum(), 1))


def _fan_columns(fan: FanHistogram, *, whole: bool) -> dict[str, list[Any]]:
    """Return the fan's columns; `whole` for counts of events, which stand in the middle of a bin."""
    q = histogram_quantiles(np.asarray(fan.counts), np.asarray(fan.edges), PROBABILITIES)
    if whole:
        q = np.maximum(q - 0.5, 0.0)
    return _columns([day_of(int(w)).isoformat() for w in fan.weeks[:WEEKS]], q[:WEEKS])


def _columns(days: list[str], q: F8) -> dict[str, list[Any]]:
    names = ["median", *(f"{end}{band}" for band, _, _ in BANDS for end in ("lo", "hi"))]
    return {"day": list(days), **{name: q[:, k].tolist() for k, name in enumerate(names)}}


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
        recent, weeks, source = recent_weeks(self.case, past, rates)
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
                "baselines": weekly_baselines(recent, weeks, columns["day"], has_data),
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
                "baselines": running_baselines(before, weeks, columns["day"], has_data),
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
