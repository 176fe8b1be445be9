"""Listing that varies looks like an effect: a constant true rate, seen through coverage that is not.

    python docs/studies/listing.py --replicates 400

Attacks happen at one constant rate and strikes do nothing. Strikes are those of the case
`baghdad-2024`, on their dates; attacks are listed with a probability that is constant, or that of
the record (attacks dated over attacks counted by the Pentagon, by interval), or higher for some
days after a strike, as press attention is. The four estimators of `confounding.py` read the list.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from confounding import Found, experiment, lines
from daily_counts import F8, Crisis, lingering

if TYPE_CHECKING:
    from talion.record.record import Record

START = date(2023, 10, 17)
DAYS = 112
"""16 weeks: to 5 February 2024."""
SERIES = "attacks_pentagon"
EDGES = tuple(
    date.fromisoformat(day)
    for day in ("2023-10-24", "2023-11-30", "2023-12-08", "2023-12-21",
                "2024-01-06", "2024-01-23", "2024-01-26")
)  # fmt: skip
"""Days of totals between which coverage is taken; between closer ones the day of a total matters."""
ATTENTION, ATTENTION_HALF_LIFE = 0.35, 5.0
"""Listing long after a strike, and days in which its doubling halves."""
SEED = 7_000


def case_record() -> Record:
    """The record that Talion ships."""
    from talion.model.case import load_case

    return load_case("baghdad-2024").record


def strike_days(record: Record) -> F8:
    """[DAYS] 1 on days with strikes or killings by US forces."""
    found = np.zeros(DAYS)
    for event in record.select(
        ("strike", "targeted_killing"),
        initiator="us_forces",
        start=START,
        end=START + timedelta(DAYS - 1),
    ):
        found[(event.day - START).days] = 1.0
    return found


def coverage(record: Record) -> list[tuple[date, date, int, int]]:
    """First day, last day, attacks dated and attacks counted of each interval between totals."""
    totals = {c.on: c.total for c in record.counts if c.series == SERIES}
    found, first, before = [], START, 0
    for last in EDGES:
        dated = record.count("attack", first, last, sizes=True)
        found.append((first, last, dated, totals[last] - before))
        first, before = last + timedelta(1), totals[last]
    return found


def listing(record: Record) -> F8:
    """[DAYS] share of attacks that are dated, at most 1; the mean after the last total."""
    parts = coverage(record)
    share = np.full(DAYS, sum(p[2] for p in parts) / sum(p[3] for p in parts))
    for first, last, dated, counted in parts:
        share[(first - START).days : (last - START).days + 1] = min(dated / counted, 1.0)
    return share


def gaps(record: Record) -> F8:
    """[DAYS] coverage of the record in autumn and in its two gaps, two fifths elsewhere."""
    found = np.full(DAYS, 0.4)
    for first, last, dated, counted in coverage(record):
        if counted > 20:  # shares of smaller totals are left to chance
            found[(first - START).days : (last - START).days + 1] = dated / counted
    return found


def rate(record: Record) -> float:
    """Attacks counted a day up to the last total."""
    parts = coverage(record)
    return sum(p[3] for p in parts) / ((EDGES[-1] - START).days + 1)


def probabilities(record: Record) -> dict[str, F8]:
    """[DAYS] probability that an attack is listed, by story."""
    seen, strikes = listing(record), strike_days(record)
    return {
        "all listed": np.ones(DAYS),
        "one share of all": np.full(DAYS, seen.mean()),
        "as in the record": seen,
        "autumn and two gaps of it": gaps(record),
        "press attention": ATTENTION * (1.0 + lingering(strikes, ATTENTION_HALF_LIFE)),
    }


def listed(strikes: F8, mean: F8, seed: int) -> Callable[[int], Crisis]:
    """Make replicates of the list: Poisson counts a day of these means."""
    return lambda i: Crisis(np.random.default_rng(seed + i).poisson(mean).astype(float), strikes)


def study(record: Record, story: str, replicates: int) -> list[Found]:
    """What each estimator finds in replicates of one story."""
    stories = probabilities(record)
    seed = SEED + 1_000 * list(stories).index(story)
    mean = rate(record) * stories[story]
    return experiment(listed(strike_days(record), mean, seed), replicates)[0]


def main() -> None:
    """Print the coverage found and the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=400)
    given = parser.parse_args()
    record = case_record()
    for first, last, dated, counted in coverage(record):
        print(f"| {first} to {last} | {dated} | {counted} |")
    print(f"strike days {strike_days(record).sum():.0f}; rate {rate(record):.2f} a day")
    for story in probabilities(record):
        found = study(record, story, given.replicates)
        print(f"\n## {story}: {found[0].replicates} replicates")
        print("\n".join(lines(found)), flush=True)


if __name__ == "__main__":
    main()
