"""Simulated courses of events: fans over weeks with baselines beside them, and what-ifs compared.

A what-if shares its random numbers with the baseline, so that differences are taken history by
history; their spread over draws, with the noise of few histories taken out, is the interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from talion.judge.estimate import effect_draws
from talion.judge.paths import SystemGraph
from talion.judge.results import RunResult
from talion.model.case import Case
from talion.model.measure import Op
from talion.model.reading import READINGS
from talion.report.charts import Chart
from talion.report.fans import count_fans, level_fans
from talion.report.paths import sample_paths
from talion.report.results_table import AS_WRITTEN
from talion.report.system import anchor, title_of
from talion.report.words import day, number, signed

if TYPE_CHECKING:
    from talion.simulate.ensemble import Ensemble

COMPARED = 6
"""Quantities on which what-ifs are compared in pictures."""
Row = tuple[
    str, float, float, float
]  # what-if, mean difference, 80 % interval  # what-if, mean difference, 80 % interval


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
        tuple(count_fans(result.case, ensemble, paths, data)),
        tuple(level_fans(result.case, ensemble, paths)),
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
