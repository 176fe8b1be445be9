"""Insurgent attacks in Iraq, 2004 to 2006, by city: how much of the violence answers violence?

    python docs/studies/iraq.py ../shared/data/conflict/sigacts_iraq.parquet

Three fits of the linear process to each city, with one background rate, one for each quarter and
one for each month, and residuals of each. A background that cannot move forces slow changes into
the answers, and one that moves too freely takes answers away: the range is the result.

At given half-life the fit is concave: a background by parts is one more column of features for
each part, so `talion.fit.newton.maximise_row` finds its maximum as it does for the plain fit.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from talion.fit.events import EventTable, event_table
from talion.fit.features import linear_features
from talion.fit.newton import RowMaximum, maximise_row

if TYPE_CHECKING:
    import polars as pl

F8 = NDArray[np.float64]

START, END = date(2004, 1, 1), date(2006, 11, 1)
"""Before the reports changed their layout in November 2006: Baghdad's jump from 710 to 1,717 rows."""
CITIES = ("Baghdad", "Ramadi", "Mosul", "Baqubah", "Basrah", "Fallujah")
HEADERS = ("Attack Type", "City", "Target", "Target   City")
SEARCH = (1.0 / 24.0, 180.0)
"""Days between which the half-life is sought."""
TRIED = 13
NINE_TENTHS = float(np.log2(10.0))
"""Half-lives within which nine tenths of the direct answers come."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Cleaned:
    """Rows kept, and why others were not."""

    frame: pl.DataFrame
    """time, event_type, city; one row for each report, ascending."""
    read: int
    headers: int
    """Lines of column titles that came in as rows."""
    repeated: int
    """Rows equal to another in time, type, target and city."""


def clean(path: Path) -> Cleaned:
    """Read the reports, without headers and repeated rows.

    A row is a header if it has no time and its type is a column's title; a row without time that
    is no header stops the reading, as nothing here says what it is.
    """
    import polars as pl

    raw = pl.read_parquet(path)
    header = pl.col("time").is_null() & pl.col("event_type").is_in(HEADERS)
    kept = raw.filter(~header)
    if kept["time"].null_count():
        raise ValueError(f"{kept['time'].null_count()} rows without time that are no headers")
    unique = kept.unique(maintain_order=True)
    return Cleaned(
        frame=unique.select("time", "event_type", "city").sort("time", maintain_order=True),
        read=len(raw),
        headers=len(raw) - len(kept),
        repeated=len(kept) - len(unique),
    )


def day_number(day: date) -> float:
    """Days since 1970-01-01."""
    return float((day - EPOCH).days)


def of_city(cleaned: Cleaned, city: str, rng: np.random.Generator) -> EventTable:
    """Events of one city as exact times in days.

    Stamps are whole minutes and mostly fives of minutes; a time is drawn within the five minutes
    that begin at its stamp, so that reports of one stamp are not taken to be unable to answer.
    """
    import polars as pl

    own = cleaned.frame.filter(
        (pl.col("city") == city) & (pl.col("time") >= START) & (pl.col("time") < END)
    )
    minutes = own["time"].dt.epoch("us").to_numpy() / 60e6
    times = (minutes + 5.0 * rng.random(len(minutes))) / 1440.0
    end = day_number(END)
    return event_table(
        np.minimum(times, np.nextafter(end, 0.0)), start=day_number(START), end=end, names=[city]
    )


def breaks(months: int) -> F8:
    """Ends of parts of so many months each, in days, from START to END; 0 for one part."""
    first = START.year * 12 + START.month - 1
    last = END.year * 12 + END.month - 1
    ends = [*range(first, last, months or last - first), last]
    return np.array([day_number(date(m // 12, m % 12 + 1, 1)) for m in ends])


@dataclass(frozen=True, eq=False)
class CityFit:
    """One city, one choice of background."""

    city: str
    events: int
    months: int
    """Of each part of the background; 0 for one part."""
    half_life: float
    """Days."""
    answers: float
    """a: direct answers of an event, and the share of events that are answers."""
    error: float
    """Standard error of a at this half-life."""
    log_likelihood: float
    parameters: int
    gap_p: float
    """Kolmogorov-Smirnov p-value of the gaps on the process's own clock."""
    gap_statistic: float
    drift_p: float
    drift_statistic: float
    at_edge: bool
    """Whether the half-life is at an end of the range searched."""

    @property
    def nine_tenths(self) -> float:
        """Days within which nine tenths of the direct answers come."""
        return self.half_life * NINE_TENTHS

    @property
    def aic(self) -> float:
        """Akaike's criterion; less is better."""
        return 2.0 * self.parameters - 2.0 * self.log_likelihood


def _at(table: EventTable, ends: F8, half_life: float) -> tuple[RowMaximum, F8]:
    """Best background of each part and answers, at one half-life; and the features."""
    seen = linear_features(table, np.array([half_life]))
    part = np.searchsorted(ends, table.times, side="right") - 1
    parts = np.zeros((len(ends) - 1, len(table.times)))
    parts[part, np.arange(len(part))] = 1.0
    matrix = np.concatenate([parts, seen.of_type[0][1:]])
    exposure = np.concatenate([np.diff(ends), seen.exposure[1:]])
    start = np.concatenate([0.5 * parts.sum(axis=1) / np.diff(ends) + 1e-9, [0.5]])
    return maximise_row(matrix, exposure, start), matrix


def own_times(table: EventTable, ends: F8, x: F8, half_life: float) -> tuple[F8, float]:
    """The compensator at each event and at the end."""
    rate = np.log(2.0) / half_life
    free = np.concatenate([[0.0], np.cumsum(x[:-1] * np.diff(ends))])
    left, last, spent = np.empty(len(table.times)), table.start, 0.0
    alive = 0.0  # events whose answers are still to come, weighed
    for i, t in enumerate(table.times):
        kept = alive * np.exp(-rate * (t - last))
        spent += alive - kept
        left[i], alive, last = spent, kept + 1.0, t
    total = spent + alive * -np.expm1(-rate * (table.end - last))
    clock = np.interp(table.times, ends, free) + x[-1] * left
    return clock, float(free[-1] + x[-1] * total)


def fit_city(table: EventTable, months: int) -> CityFit:
    """Fit one city with a background by parts of so many months, and test its residuals."""
    from scipy.optimize import minimize_scalar
    from scipy.stats import kstest

    ends = breaks(months)

    def loss(log_half: float) -> float:
        return -_at(table, ends, float(np.exp(log_half)))[0].value

    grid = np.linspace(*np.log(SEARCH), TRIED)
    best = int(np.argmin([loss(g) for g in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, TRIED - 1)]
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    half_life = float(np.exp(found.x))
    row, _ = _at(table, ends, half_life)
    if not row.converged:
        raise ArithmeticError(f"{table.names[0]}: not converged at half-life {half_life}")
    free = np.flatnonzero(row.free)
    covariance = np.linalg.inv(row.information[np.ix_(free, free)])
    clock, total = own_times(table, ends, row.x, half_life)
    gaps = kstest(np.diff(clock, prepend=0.0), "expon")
    drift = kstest(clock / total, "uniform")
    return CityFit(
        city=table.names[0], events=len(table.times), months=months, half_life=half_life,
        answers=float(row.x[-1]),
        error=float(np.sqrt(covariance[-1, -1])) if row.free[-1] else float("nan"),
        log_likelihood=row.value, parameters=len(row.x) + 1,
        gap_p=float(gaps.pvalue), gap_statistic=float(gaps.statistic),
        drift_p=float(drift.pvalue), drift_statistic=float(drift.statistic),
        at_edge=not 1.02 * SEARCH[0] < half_life < SEARCH[1] / 1.02,
    )  # fmt: skip


def main() -> None:
    """Print the cleaning and the table of docs/why/real-data.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cleaned = clean(given.path)
    print(
        f"{cleaned.read} rows: {cleaned.headers} headers, {cleaned.repeated} repeated, "
        f"{len(cleaned.frame)} kept"
    )
    for city in CITIES:
        table = of_city(cleaned, city, np.random.default_rng(given.seed))
        for months in (0, 3, 1):
            f = fit_city(table, months)
            print(
                f"| {city} | {f.events} | {months or 'one'} | {f.answers:.2f} ({f.error:.2f}) | "
                f"{f.half_life:.2f}{' (edge)' if f.at_edge else ''} | {f.nine_tenths:.1f} | "
                f"{f.aic:.0f} | {f.gap_statistic:.3f} {f.gap_p:.2g} | "
                f"{f.drift_statistic:.3f} {f.drift_p:.2g} |"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
