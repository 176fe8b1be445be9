"""What can be seen of a world by a day: counts of listed events, states of switches, decisions.

Nobody sees the events themselves. Seen is the list, which leaves events out; so every count here is
thinned as the record is (`seen_share`). Also seen are switches whose states the case dates
(`observed`), such levels, and what a decision turns. Measured, imagined and latent factors are not
seen: a measured one shows only in the counts of its indicator events, which are here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from talion.model.claim import BASELINE
from talion.model.measure import Measure, Op
from talion.model.quantity import quantile_draws
from talion.model.sampling import Sampler

if TYPE_CHECKING:
    from talion.fit.case.result import FittedReading
    from talion.judge.tests import Values
    from talion.model.case import Case
    from talion.model.schema import Factor

__all__ = [
    "WATCH_DAYS",
    "Sight",
    "listing_shares",
    "seen_counts",
    "seen_share",
    "sights_of",
    "watch_measures",
    "watched_worlds",
]

F8 = NDArray[np.float64]
Triple = tuple[float, float, float]

WATCH_DAYS = (7, 30, 90)


@dataclass(frozen=True)
class Sight:
    """Something that can be seen of a world in its next days.

    Attributes:
        kind: `count` of listed events; `state` of a switch or `decision`, reached or not; `level`
            of an observed factor at the end.
        subject: event type or factor; for a decision its own id.
        start: day number on which the window begins.
        days: length of the window.
        measure: in which histories keep it.
        says: of a state or decision what is reached, such as "stands at agreed"; else "".
        states: of a switch, those that count as reached.
    """

    kind: Literal["count", "state", "level", "decision"]
    subject: str
    start: int
    days: int
    measure: Measure
    says: str = ""
    states: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """Day number at whose midnight it is known."""
        return self.start + self.days


def watched_worlds(case: Case) -> dict[str, int]:
    """Return world -> day from which it is watched: the baseline, and what-ifs that go forward.

    A world in which nothing is done before its what-if begins is watched from then on. Replays of
    the past are not watched.
    """
    days = {name: case.what_if_day(name) for name in (BASELINE, *case.what_ifs)}
    return {
        name: max(day, case.as_of_day)
        for name, day in days.items()
        if case.start_day(name) == case.as_of_day
    }


def sights_of(case: Case, world: str, horizon: int) -> Iterator[Sight]:
    """Yield everything that can be seen of a world within 7, 30 and 90 days.

    Args:
        case: the case.
        world: one of `watched_worlds`.
        horizon: day number at which the world's histories end; no window reaches beyond it.
    """
    start = watched_worlds(case)[world]
    for days in WATCH_DAYS:
        if start + days > horizon:
            continue
        for name, event in case.events.items():
            if event.rows is not None:
                op = Op.COUNT if event.listing is None else Op.LISTED_COUNT
                seen = Measure(op, world, series=name, start=start, end=start + days)
                yield Sight("count", name, start, days, seen)
        for name, factor in case.factors.items():
            if factor.kind == "observed":
                yield from _of_factor(name, factor, world, (start, days))
        for name, decision in case.decisions.items():
            target = decision.writes
            if decision.sets is None and case.factors[target].kind != "observed":
                agreed = decision.agreed_at_most[1]
                reached = _first(Op.FIRST_AT_MOST, target, world, (start, days), agreed)
                yield Sight(
                    "decision", name, start, days, reached, f"settled at {agreed:g} or less"
                )


def _of_factor(name: str, factor: Factor, world: str, when: tuple[int, int]) -> Iterator[Sight]:
    start, days = when
    if factor.states is None:
        at = Measure(Op.LEVEL, world, factor=name, start=start + days, end=start + days + 1)
        yield Sight("level", name, start, days, at)
        return
    for bar, lower, upper in splits_of(factor.states):
        for op, reached in ((Op.FIRST_AT_LEAST, upper), (Op.FIRST_AT_MOST, lower)):
            seen = _first(op, name, world, when, bar)
            says = f"stands at {' or '.join(reached)}"
            yield Sight("state", name, start, days, seen, says, reached)


def _first(op: Op, factor: str, world: str, when: tuple[int, int], bar: float) -> Measure:
    start, days = when
    return Measure(op, world, factor=factor, start=start, end=start + days + 1, number=bar)


def splits_of(
    states: Mapping[str, Triple],
) -> Iterator[tuple[float, tuple[str, ...], tuple[str, ...]]]:
    """Yield each dose that tells states apart: the dose, the states below it, those above.

    States whose doses overlap, or are the same, cannot be told apart by a simulated dose.

    >>> list(splits_of({"off": (0, 0, 0), "paused": (0, 0, 0), "on": (1, 1, 1)}))
    [(0.5, ('off', 'paused'), ('on',))]
    """
    ordered = sorted(states, key=lambda name: states[name][1])
    for i in range(1, len(ordered)):
        low, high = max(states[n][2] for n in ordered[:i]), min(states[n][0] for n in ordered[i:])
        if low < high:
            yield (low + high) / 2, tuple(ordered[:i]), tuple(ordered[i:])


def watch_measures(case: Case, horizon: Mapping[str, int]) -> Iterator[Measure]:
    """Yield the measures of everything that can be seen in the worlds of a plan.

    Args:
        case: the case.
        horizon: world -> day number at which its histories end.
    """
    for world in watched_worlds(case):
        if world in horizon:
            yield from (sight.measure for sight in sights_of(case, world, horizon[world]))


# --- through the list ----------------------------------------------------------------------------


def seen_share(case: Case, event: str) -> Triple | None:
    """Return the prior share of a type's events that get listed, in per cent; None if all are.

    The case's own `listing`; else by what the record's coverage says of the acts
    (`talion.fit.case.recorded.listed_share`); and where neither speaks and no row of the type is in
    the record, that of acts whose listing is unknown.
    """
    from talion.fit.case.recorded import LISTED_BY_COVERAGE, Window, listed_share
    from talion.model.history import rows_of

    stated = listed_share(case, event, Window.of(case))
    if stated is None and not rows_of(case.events[event], case.record):
        return LISTED_BY_COVERAGE["unknown"]
    return stated


def listing_shares(
    case: Case, draws: int, seed: int, fitted: FittedReading | None = None
) -> dict[str, F8]:
    """Return type -> share of its events that get listed in each draw, shape (draws,).

    From the fit where it has one, else from the prior's own stream. It is the share of ordinary
    weeks: departures of single weeks, and what deaths and places add, are left out. Types of which
    everything is listed are not among them, nor those whose listing the simulation itself decides.

    Args:
        case: the case.
        draws: D.
        seed: of the prior's streams, that of the run.
        fitted: the posterior whose draws the reading has; None for the prior.
    """
    scores: dict[str, F8] = {}
    if fitted is not None:
        scores = {**fitted.observation, **fitted.draws.scores}
    sampler = Sampler(seed, draws)
    found: dict[str, F8] = {}
    for name, event in case.events.items():
        prior = None if event.rows is None or event.listing else seen_share(case, name)
        if prior is None:
            continue
        key = f"listing/{name}"
        score = scores[key][:draws] if key in scores else sampler.normal(key)
        low, likely, high = (p / 100 for p in prior)
        found[name] = quantile_draws((low, likely, high), score, "logit")
    return found


def seen_counts(
    sights: tuple[Sight, ...], values: Values, shares: Mapping[str, F8], key: tuple[int, str]
) -> dict[Sight, F8]:
    """Return what is seen in each history, shape (D, N); NaN where not known.

    Each event is listed by chance, so a count is thinned binomially; what is seen in 7 days is part
    of what is seen in 30.

    Args:
        sights: of one world.
        values: its measures.
        shares: type -> share listed in each draw.
        key: seed and reading, of the chance to be listed.
    """
    found = {sight: values.of(sight.measure) for sight in sights}
    for name, share in shares.items():
        windows = sorted(
            (s for s in sights if s.kind == "count" and s.subject == name), key=lambda s: s.days
        )
        before, listed = (np.zeros(()) for _ in range(2))
        seed, reading = key
        rng = np.random.default_rng([seed, zlib.crc32(f"listed/{reading}/{name}".encode())])
        for sight in windows:
            count = found[sight]
            known = np.isfinite(count)
            more = np.where(known, count - before, 0.0).astype(np.int64)
            listed = listed + rng.binomial(np.maximum(more, 0), share[:, None])
            before = np.where(known, count, before)
            found[sight] = np.where(known, listed, np.nan)
    return found
