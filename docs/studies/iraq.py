"""Insurgent attacks in Iraq, 2004 to 2006, by city: how much of the violence answers violence?

    python docs/studies/iraq.py ../shared/data/conflict/sigacts_iraq.parquet

The linear process with answers at two half-lives, one of hours and one of days, and a background
that is one rate, one for each quarter or one for each month. Attacks keep hours of the day, so time
runs on the city's own (`by_own_hours`).
A background that cannot move forces slow changes into the answers; one that moves freely takes
slow answers away. The range between is the result.

At given half-lives the fit is concave: each part of the background is one more column of features,
so `talion.fit.newton.maximise_row` finds its maximum as it does for the plain fit.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from moving_background import F8, Background, breaks, by_own_hours, day_number

from talion.fit.events import EventTable, event_table
from talion.fit.features import linear_features
from talion.fit.newton import RowMaximum, maximise_row

if TYPE_CHECKING:
    import polars as pl

START, END = date(2004, 1, 1), date(2006, 11, 1)
"""Before the reports changed their layout in November 2006: Baghdad's jump from 710 to 1,717 rows."""
CITIES = ("Baghdad", "Ramadi", "Mosul", "Baqubah", "Basrah", "Fallujah")
HEADERS = ("Attack Type", "City", "Target", "Target   City")
FAST, SLOW = (1.0 / 48.0, 0.5), (1.0, 90.0)
"""Days between which the half-life of fast and of slow answers is sought."""
BEGIN = (0.1, 7.0)
NINE_TENTHS = float(np.log2(10.0))
"""Half-lives within which nine tenths of the direct answers come."""


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


def of_city(cleaned: Cleaned, city: str, rng: np.random.Generator) -> EventTable:
    """Events of one city as exact times in days, on the city's own hours.

    Stamps are whole minutes and mostly fives of minutes; a time is drawn within the five minutes
    that begin at its stamp, so that reports of one stamp are not taken to be unable to answer.
    """
    import polars as pl

    own = cleaned.frame.filter(
        (pl.col("city") == city) & (pl.col("time") >= START) & (pl.col("time") < END)
    )
    minutes = own["time"].dt.epoch("us").to_numpy() / 60e6
    times = (minutes + 5.0 * rng.random(len(minutes))) / 1440.0
    start, end = day_number(START), day_number(END)
    times = by_own_hours(np.minimum(times, np.nextafter(end, 0.0)))
    return event_table(times, start=start, end=end, names=[city])


@dataclass(frozen=True, eq=False)
class CityFit:
    """One city, one choice of background."""

    city: str
    events: int
    months: int
    """Of each part of the background; 0 for one part."""
    half_lives: F8
    """[2] days, of fast and of slow answers."""
    answers: F8
    """[2] direct answers of an event; their sum is the share of events that are answers."""
    errors: F8
    """[2] standard errors at these half-lives; NaN at zero."""
    log_likelihood: float
    parameters: int
    gap: tuple[float, float]
    """Kolmogorov-Smirnov statistic of the gaps on the process's own clock, and its p-value."""
    drift: tuple[float, float]
    """The same of the times."""

    @property
    def share(self) -> float:
        """Share of events that answer earlier ones."""
        return float(self.answers.sum())

    @property
    def nine_tenths(self) -> float:
        """Days within which nine tenths of the slow direct answers come."""
        return float(self.half_lives[1]) * NINE_TENTHS

    @property
    def aic(self) -> float:
        """Akaike's criterion; less is better."""
        return 2.0 * self.parameters - 2.0 * self.log_likelihood


def _at(table: EventTable, free: Background, half_lives: F8) -> RowMaximum:
    """Best background and answers at given half-lives, the parts first."""
    seen = linear_features(table, half_lives)
    parts, days = free.features(table.times), np.diff(free.ends)
    matrix = np.concatenate([parts, seen.of_type[0][1:]])
    exposure = np.concatenate([days, seen.exposure[1:]])
    start = np.concatenate([0.5 * (parts > 0).sum(axis=1) / days + 1e-9, [0.2, 0.2]])
    return maximise_row(matrix, exposure, start)


def answered(table: EventTable, half_life: float) -> tuple[F8, float]:
    """[n] answers expected up to each event, for one of each event in all; and up to the end."""
    rate = np.log(2.0) / half_life
    found, last, spent, alive = np.empty(len(table.times)), table.start, 0.0, 0.0
    for i, t in enumerate(table.times):
        kept = alive * np.exp(-rate * (t - last))
        spent += alive - kept
        found[i], alive, last = spent, kept + 1.0, t
    return found, spent + alive * -np.expm1(-rate * (table.end - last))


def own_clock(table: EventTable, free: Background, x: F8, half_lives: F8) -> tuple[F8, float]:
    """The compensator at each event and at the end."""
    clock = free.expected(x[:-2], np.append(table.times, table.end))
    for a, half_life in zip(x[-2:], half_lives, strict=True):
        at, end = answered(table, half_life)
        clock += a * np.append(at, end)
    return clock[:-1], float(clock[-1])


def fit_city(table: EventTable, months: int) -> CityFit:
    """Fit one city with a background by parts of so many months, and test its residuals."""
    from scipy.optimize import minimize
    from scipy.stats import kstest

    free = Background(breaks(START, END, months))
    bounds = [tuple(np.log(FAST)), tuple(np.log(SLOW))]
    found = minimize(
        lambda x: -_at(table, free, np.exp(x)).value,
        np.log(BEGIN),
        method="Nelder-Mead",
        bounds=bounds,
        options={"xatol": 0.02, "fatol": 0.02, "maxfev": 120},
    )
    half_lives = np.exp(found.x)
    row = _at(table, free, half_lives)
    if not (row.converged and found.success):
        raise ArithmeticError(f"{table.names[0]}: no maximum found near half-lives {half_lives}")
    held = np.flatnonzero(row.free)
    errors = np.full(len(row.x), np.nan)
    errors[held] = np.sqrt(np.diag(np.linalg.inv(row.information[np.ix_(held, held)])))
    clock, total = own_clock(table, free, row.x, half_lives)
    gaps, drift = kstest(np.diff(clock, prepend=0.0), "expon"), kstest(clock / total, "uniform")
    return CityFit(
        city=table.names[0], events=len(table.times), months=months, half_lives=half_lives,
        answers=row.x[-2:], errors=errors[-2:], log_likelihood=row.value,
        parameters=len(row.x) + 2,
        gap=(float(gaps.statistic), float(gaps.pvalue)),
        drift=(float(drift.statistic), float(drift.pvalue)),
    )  # fmt: skip


def simulate_city(
    background: float, answers: F8, half_lives: F8, rng: np.random.Generator
) -> EventTable:
    """Draw a city whose background never moves, generation by generation."""
    start, end = day_number(START), day_number(END)
    born = start + (end - start) * rng.random(rng.poisson(background * (end - start)))
    every = [born]
    while len(born):
        later = [np.repeat(born, rng.poisson(a, len(born))) for a in answers]
        born = np.concatenate(
            [
                t + rng.exponential(h / np.log(2.0), len(t))
                for t, h in zip(later, half_lives, strict=True)
            ]
        )
        born = born[born < end]
        every.append(born)
    return event_table(np.concatenate(every), start=start, end=end, names=["simulated"])


def recovery(replicates: int) -> list[list[CityFit]]:
    """[replicate][0, 3, 1 months] fits to cities with .20 fast and .40 slow answers at 5 days."""
    found = []
    for seed in range(replicates):
        table = simulate_city(
            1.6, np.array([0.2, 0.4]), np.array([1.0 / 24.0, 5.0]), np.random.default_rng(seed)
        )
        found.append([fit_city(table, months) for months in (0, 3, 1)])
    return found


def main() -> None:
    """Print the cleaning and the table of docs/why/real-data.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recovery", type=int, default=0, help="simulated cities fitted as well")
    given = parser.parse_args()
    for fits in recovery(given.recovery):
        print(
            *(
                f"{f.months}: {f.answers[0]:.2f} {f.answers[1]:.2f} {f.half_lives[1]:.1f}"
                for f in fits
            )
        )
    cleaned = clean(given.path)
    print(
        f"{cleaned.read} rows: {cleaned.headers} headers, {cleaned.repeated} repeated, "
        f"{len(cleaned.frame)} kept"
    )
    for city in CITIES:
        table = of_city(cleaned, city, np.random.default_rng(given.seed))
        for months in (0, 3, 1):
            f = fit_city(table, months)
            fast, slow = (f"{a:.2f} ({e:.2f})" for a, e in zip(f.answers, f.errors, strict=True))
            print(
                f"| {city} | {f.events} | {months or 'one'} | {fast} | {24 * f.half_lives[0]:.1f} | "
                f"{slow} | {f.half_lives[1]:.1f} | {f.nine_tenths:.0f} | {f.share:.2f} | "
                f"{f.aic:.0f} | {f.gap[0]:.3f} {f.gap[1]:.2g} | {f.drift[0]:.3f} {f.drift[1]:.2g} |"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
