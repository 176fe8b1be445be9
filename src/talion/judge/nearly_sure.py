"""Tests on counts that hardly ever fail or hold, told from the usual rate alone, before any run.

Events are taken as a Poisson process of a constant rate, which is the model with its links at zero.
With windows, a bound on every rolling window of w days within T days is asked of the emptiest one
(or the fullest). For "at least one", of the gaps that begin in T days lambda T exp(-lambda w) are
expected to be longer than w, and one window may be empty from the start; other bounds are tried on
histories drawn from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, exp, floor
from typing import Literal

import numpy as np

from talion.judge.findings import Finding
from talion.judge.parts import Part
from talion.judge.placed import place_of, readable_parts
from talion.model.case import Case
from talion.model.claim import BASELINE, PERIODS, Count, Rate, Threshold
from talion.model.compile_events import DAYS_PER_MONTH

__all__ = ["Pace", "nearly_sure", "pace_of", "sharper"]

SURE = 1e-3  # chance under which a test hardly ever comes out the other way
AT_USUAL = 0.01  # the same where the rate is the usual one: what the label Fixed by the form asks
TAMED, SWOLLEN = 0.5, 2.0  # of the low and the high usual rate, for a test that is sure far from it
WEIGHTS = (0.3, 0.4, 0.3)  # of low, likely and high: of the prior, by Swanson's rule
HISTORIES, SEED = 4000, 20240213
PARTS_OF_PACE = (0.5, 0.75, 0.9)  # of the usual pace, tried in this order as a sharper reading
LEAST_CHANCE = 0.02  # to fail, for a reading to be called sharper

LEAST = ("at_least", "more_than")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Pace:
    """How a bound on a count stands to the usual rate of what it counts.

    Attributes:
        bound: as written, such as "at_least: 1".
        expected: events that are usual in a window, or in all where there are none.
        days: of that window.
        fails, holds: chance that the bound is missed, or met, at the usual rate.
        fails_far: chance that it is missed at half the low usual rate, or at twice the high one,
            whichever is nearer to the bound.
    """

    bound: str
    expected: float
    days: int
    fails: float
    holds: float
    fails_far: float

    @property
    def verdict(self) -> Literal["fails", "holds", ""]:
        """What the test hardly ever does; "" where it may come out either way."""
        if min(self.fails, self.fails_far) < SURE or self.fails < AT_USUAL:
            return "fails"
        return "holds" if self.holds < AT_USUAL else ""

    def in_words(self) -> str:
        """Return what is usual, and what the test hardly ever does then, as a clause."""
        number = f"{self.expected:.2g}" if self.expected < 10 else f"{self.expected:.0f}"
        usual = f"{number} in {self.days} days are usual"
        chance = self.fails if self.verdict == "fails" else self.holds
        rare = "under one history in a thousand" if chance < SURE else "under one in a hundred"
        return f"{usual}, and at that rate it {self.verdict or 'holds'} in {rare}"


def nearly_sure(case: Case) -> Iterator[Finding]:
    """Yield counts that the usual rate, or even one far from it, settles nearly always."""
    seen: set[str] = set()
    for part in readable_parts(case):
        pace = pace_of(case, part)
        if pace is None or not pace.verdict or part.setting.place in seen:
            continue
        seen.add(part.setting.place)
        yield _finding(case, part, pace)


def _finding(case: Case, part: Part, pace: Pace) -> Finding:
    far = pace.verdict == "fails" and pace.fails_far < SURE
    least = pace.bound.startswith(LEAST)
    if far:
        said = (
            f"this test hardly ever fails: at {'half its low' if least else 'twice its high'} usual "
            "rate in under one history in a thousand"
        )
    else:
        said = f"this test hardly ever {pace.verdict}: {pace.in_words()}"
    remedy = "choose a threshold nearer to the usual number, if the claim allows it"
    better = sharper(case, part) if pace.verdict == "fails" else None
    if better is not None:
        remedy += f", such as `at_least: {better[0]}`"
    return Finding(
        "note",
        "nearly-sure",
        place_of(case, part),
        said,
        "whatever the links do short of that, the result hardly moves"
        if far
        else "only links that take the rate far from the usual one can change the result",
        remedy,
        pace.bound,
    )


def pace_of(case: Case, part: Part) -> Pace | None:
    """Return how a test stands to the usual rate; None if that does not tell what it comes to.

    A count or rate of whole event types, where nothing is done.
    """
    test = part.test
    if part.setting.world != BASELINE or not isinstance(test, Count | Rate):
        return None
    rates = _usual(case, test)
    days = part.setting.day(test.end) - part.setting.day(test.start)
    if rates is None or days <= 0:
        return None
    told = (_pace(test, key, threshold, rates, days) for key, threshold in test.bounds().items())
    paces = [pace for pace in told if pace is not None]
    if not paces:
        return None
    # Every bound must be met: one that hardly ever holds settles the test, else the least sure one.
    return next((p for p in paces if p.verdict == "holds"), max(paces, key=lambda p: p.fails))


def _pace(
    test: Count | Rate, key: str, threshold: Threshold, rates: Triple, days: int
) -> Pace | None:
    every = test.in_every if isinstance(test, Count) else None
    window = every or days
    limit = threshold.value
    if isinstance(test, Rate):
        limit *= days / PERIODS[test.per]
    moves = threshold.unit == "x usual"
    if moves:
        limit = threshold.value * rates[1] * window
    if limit <= 0:
        return None
    missed = [_missed(key, limit, rate, days, every) for rate in rates]
    fails = sum(w * p for w, p in zip(WEIGHTS, missed, strict=True))
    far_rate = TAMED * rates[0] if key in LEAST else SWOLLEN * rates[2]
    fails_far = 1.0 if moves else _missed(key, limit, far_rate, days, every)
    return Pace(f"{key}: {threshold}", rates[1] * window, window, fails, 1.0 - fails, fails_far)


def _usual(case: Case, test: Count | Rate) -> Triple | None:
    """Return low, likely and high usual events a day of what is counted; None for part of a type."""
    series = test.count if isinstance(test, Count) else test.rate
    members = dict.fromkeys(case.series.get(series.name, (series.name,)))
    if series.marks or any("[" in member for member in members):
        return None
    low, likely, high = (
        sum(case.events[m].usual[i] for m in members) / DAYS_PER_MONTH for i in range(3)
    )
    return low, likely, high


def _missed(key: str, limit: float, rate: float, days: int, every: int | None) -> float:
    """Return the chance that a Poisson process of a constant rate misses a bound."""
    from scipy.special import pdtr, pdtrc

    least = key in LEAST
    # The largest number that misses a lower bound, or meets an upper one.
    edge = ceil(limit) - 1 if key in ("at_least", "fewer_than") else floor(limit)
    if every is None or every >= days:
        return float(pdtr(edge, rate * days) if least else pdtrc(edge, rate * days))
    if least and edge == 0:
        return min(1.0, (1 + rate * (days - every)) * exp(-rate * every))
    found = _extreme_windows(rate, days, every, emptiest=least)
    return float((found <= edge).mean() if least else (found > edge).mean())


def _extreme_windows(rate: float, days: int, every: int, *, emptiest: bool) -> np.ndarray:
    """Return the number of events in the emptiest (fullest) rolling window of each drawn history."""
    rng = np.random.default_rng(SEED)
    found = np.empty(HISTORIES, np.int64)
    for i, number in enumerate(rng.poisson(rate * days, HISTORIES)):
        times = np.sort(rng.uniform(0, days, number))
        # A window gets emptier only as an event leaves it, fuller only as one comes in.
        opens = times[times <= days - every] if emptiest else np.maximum(times - every, 0.0)
        opens = np.concatenate(([0.0, days - every], opens))
        side: Literal["left", "right"] = "right" if emptiest else "left"
        inside = np.searchsorted(times, opens + every, "right") - np.searchsorted(
            times, opens, side
        )
        found[i] = inside.min() if emptiest else inside.max()
    return found


def sharper(case: Case, part: Part) -> tuple[int, float] | None:
    """Return a number a window that a test of going on could ask for, and its chance to fail.

    Half the usual pace, or more where half would still hardly ever be missed. None where it asks
    for no windows, for more than one event already, or where no part of the pace is sharper.
    """
    test, pace = part.test, pace_of(case, part)
    if pace is None or not isinstance(test, Count) or test.in_every is None:
        return None
    key, threshold = next(iter(test.bounds().items()))
    rates = _usual(case, test)
    if key != "at_least" or threshold.value > 1 or threshold.unit == "x usual" or rates is None:
        return None
    days = part.setting.day(test.end) - part.setting.day(test.start)
    for share in PARTS_OF_PACE:
        number = max(2, round(share * pace.expected))
        chance = _missed("at_least", number, rates[1], days, test.in_every)
        if chance >= LEAST_CHANCE:
            return number, chance
    return None
