"""Deaths on both sides, Israel and Palestine, 2002 to 2008: Granger's test beside point processes.

    python docs/studies/deaths.py ../shared/data/conflict/btselem_daily_counts.csv

An event of the point process is a *day with deaths* of a side, whatever their number; its hour is
unknown. Three fits: the linear process with times within the day sampled (`sample_latent`), and the
same process by maximum likelihood over drawings of the times, with a background that is one rate or
one for each quarter or month.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from moving_background import F8, Background, breaks, day_number

from talion.fit.events import EventTable, event_table
from talion.fit.features import linear_features
from talion.fit.granger import GrangerTest, granger_test
from talion.fit.newton import RowMaximum, maximise_row

START, END = date(2002, 1, 1), date(2008, 12, 27)
"""Up to 26 December 2008, the eve of the Gaza war."""
LAGS = 7
NAMES = ("Palestinians killed", "Israelis killed")
SEARCH = (0.5, 60.0)
"""Days between which a half-life is sought."""


@dataclass(frozen=True, eq=False)
class Deaths:
    """Deaths a day."""

    palestinians: F8
    """[T] killed by Israelis."""
    israelis: F8
    """[T] killed by Palestinians."""


def read(path: Path) -> Deaths:
    """Deaths a day from START to the day before END; every day must be there once."""
    import polars as pl

    frame = (
        pl.read_csv(path, try_parse_dates=True)
        .filter((pl.col("date") >= START) & (pl.col("date") < END))
        .sort("date")
    )
    days = (END - START).days
    if len(frame) != days or frame["date"].n_unique() != days:
        raise ValueError(f"{len(frame)} rows for {days} days")
    return Deaths(
        frame["pal_killed_by_isr"].to_numpy().astype(float),
        frame["isr_killed_by_pal"].to_numpy().astype(float),
    )


def granger(
    deaths: Deaths, kind: str = "counts", *, robust: bool = False
) -> dict[str, GrangerTest]:
    """Both directions: what Israeli deaths predict of Palestinian ones, and the reverse.

    Args:
        deaths: both series.
        kind: "counts", "logs" (of one more than the count) or "days" (any deaths or none).
        robust: as in `granger_test`.
    """
    change = {"counts": lambda v: v, "logs": np.log1p, "days": lambda v: (v > 0).astype(float)}
    p, i = change[kind](deaths.palestinians), change[kind](deaths.israelis)
    return {
        "Israeli -> Palestinian": granger_test(i, p, LAGS, robust=robust),
        "Palestinian -> Israeli": granger_test(p, i, LAGS, robust=robust),
    }


def days_with_deaths(deaths: Deaths) -> EventTable:
    """Days with deaths of each side as events known to the day."""
    own = [np.flatnonzero(v > 0) for v in (deaths.palestinians, deaths.israelis)]
    return event_table(
        np.concatenate(own) + day_number(START),
        np.repeat([0, 1], [len(v) for v in own]),
        widths=1.0,
        start=day_number(START),
        end=day_number(END),
        names=NAMES,
    )


@dataclass(frozen=True, eq=False)
class RowFit:
    """One target side, one choice of background: means over drawings of the times."""

    target: str
    months: int
    half_life: float
    own: float
    """Direct answers of a day of the same side."""
    other: float
    """Direct answers of a day of the other side."""
    other_error: float
    """Standard error: mean within drawings and spread between them, put together."""
    gain: float
    """Log-likelihood that the other side's days add."""
    p_value: float
    """Of no answers to the other side, half a chi-squared of one degree beyond twice the gain."""


def _row(table: EventTable, ends: F8, target: int, half_life: float, keep: list[int]) -> RowMaximum:
    seen = linear_features(table, np.array([half_life]))
    own = table.times[table.types == target]
    parts = Background(ends).features(own)
    columns = [1 + j for j in keep]
    matrix = np.concatenate([parts, seen.of_type[target][columns]])
    exposure = np.concatenate([np.diff(ends), seen.exposure[columns]])
    start = 0.5 * (parts > 0).sum(axis=1) / np.diff(ends) + 1e-9
    return maximise_row(matrix, exposure, np.concatenate([start, np.full(len(keep), 0.2)]))


def _best(table: EventTable, ends: F8, target: int, keep: list[int]) -> tuple[float, RowMaximum]:
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda h: -_row(table, ends, target, float(np.exp(h)), keep).value,
        bounds=tuple(np.log(SEARCH)),
        method="bounded",
        options={"xatol": 1e-2},
    )
    half_life = float(np.exp(found.x))
    return half_life, _row(table, ends, target, half_life, keep)


def fit_side(
    table: EventTable, target: int, months: int, rng: np.random.Generator, drawings: int = 10
) -> RowFit:
    """Fit one side over drawings of the times within the day."""
    from scipy.stats import chi2

    ends = breaks(START, END, months)
    rows = []
    for _ in range(drawings):
        exact = table.spread(rng)
        half_life, full = _best(exact, ends, target, [target, 1 - target])
        _, less = _best(exact, ends, target, [target])
        free = np.flatnonzero(full.free)
        variance = np.zeros(len(full.x))
        variance[free] = np.diag(np.linalg.inv(full.information[np.ix_(free, free)]))
        rows.append(
            (half_life, full.x[-2], full.x[-1], variance[-1], max(full.value - less.value, 0.0))
        )
    h, own, other, within, gain = np.mean(rows, axis=0)
    between = np.var([r[2] for r in rows], ddof=1) * (1.0 + 1.0 / drawings)
    return RowFit(
        target=NAMES[target], months=months, half_life=float(h), own=float(own),
        other=float(other), other_error=float(np.sqrt(within + between)), gain=float(gain),
        p_value=float(0.5 * chi2.sf(2.0 * gain, 1)),
    )  # fmt: skip


def main() -> None:
    """Print the tables of docs/why/real-data.md."""
    from talion.fit.latent_times import sample_latent

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    given = parser.parse_args()
    deaths = read(given.path)
    for kind in ("counts", "logs", "days"):
        for robust in (False, True):
            for way, t in granger(deaths, kind, robust=robust).items():
                print(
                    f"| {kind} | {way} | {robust} | {t.statistic:.2f} | {t.p_value:.2g} | {t.total:.3f} |"
                )
    table = days_with_deaths(deaths)
    print(dict(zip(NAMES, table.counts.tolist(), strict=True)))
    for months in (0, 3, 1):
        for target in (0, 1):
            print(fit_side(table, target, months, np.random.default_rng(1)), flush=True)
    fit = sample_latent(table, seed=1, draws=given.draws, tune=1000)
    print(fit.verdict)
    for name, values in zip(fit.quantities, fit.values(), strict=True):
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        print(f"| {name} | {middle:.3f} | {low:.3f} to {high:.3f} |")


if __name__ == "__main__":
    main()
