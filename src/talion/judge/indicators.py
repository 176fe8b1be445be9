"""What to watch: for each judgment the signs that would tell most about it, and how.

Candidates are everything that can be seen in 7, 30 and 90 days (`sights.py`), above or below bars
that stand at quantiles of what the histories show. Each is weighed by its expected information about
the judgment over the histories of the run (`information.py`); none is simulated for it. Kept are
signs that tell more than the best of so many would by chance, and that would move the probability by
five points or more.

A test of histories is weighed in the world it is asked in, and only by what is known before its
last day: what comes with the outcome warns of nothing. A comparison of what-ifs is weighed by what
the baseline shows, which tells of the parameters.
"""

from __future__ import annotations

import datetime as dt
import math
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from talion.judge.information import DEALS, Evidence, Tally, evidence_of, tally
from talion.judge.measures import measures_of
from talion.judge.parts import Part, names_of, parts_of
from talion.judge.readings import AS_WRITTEN, WATCHED, WITH_RECORD
from talion.judge.sights import (
    Sight,
    listing_shares,
    seen_counts,
    sights_of,
    watched_worlds,
)
from talion.judge.tests import verdicts
from talion.model.case import EPOCH
from talion.model.claim import BASELINE

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit
    from talion.judge.tests import Measured
    from talion.model.case import Case

__all__ = ["WORTH", "Indicator", "WatchList", "settled_by_form", "watch_lists"]

F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]

WORTH = 0.05
"""A sign moves the probability by at least this, or it is not worth watching."""
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_RAREST = 0.02  # share of histories that show a sign, or do not
_FEWEST = 20  # histories on either side
_MOST_HISTORIES = 40_000  # of a run; more would cost memory and change nothing that is printed
_PER_SUBJECT, _LONGEST_LIST = 2, 6


@dataclass(frozen=True)
class Indicator:
    """A sign to watch for, and what it would tell.

    Attributes:
        kind: `count` of listed events, `state` of a switch, `level`, or `decision`.
        subject, title: event type, factor or decision, and its title.
        sign: in words, such as "over 12 listed in the next 30 days".
        above: the sign is a number over `bar`, or a state reached; else at most `bar`, or not.
        bar: number of events or points; None for a state or decision.
        states: of a switch, those that count as reached.
        start, end: first and last day of the window.
        days: its length.
        reading: by which it is ranked, that of its list.
        evidence: reading -> what it tells; without readings under which every history shows it, or
            none.
        by_chance: probability that the best of all signs tried would tell as much by chance.
        settles: the sign is the judgment's own matter, and seen (or not seen) it decides the test.
    """

    kind: Literal["count", "state", "level", "decision"]
    subject: str
    title: str
    sign: str
    above: bool
    bar: float | None
    states: tuple[str, ...]
    start: dt.date
    end: dt.date
    days: int
    reading: str
    evidence: Mapping[str, Evidence]
    by_chance: float
    settles: bool

    @property
    def first(self) -> Evidence:
        """What it tells under the reading that the list is ranked by."""
        return self.evidence[self.reading]


@dataclass(frozen=True)
class WatchList:
    """What to watch for one judgment.

    Attributes:
        judgment, part: ids; the part is the judgment's own test.
        world: in which the signs are seen.
        reading: by which they are ranked: with the record where a fit has converged, else as written.
        indicators: most informative first.
        why_none: why there are none; "" where there are.
        tried: signs weighed.
        noise: bits that the best of them would show by chance, with 95 % certainty.
        deals: on which that rests.
    """

    judgment: str
    part: str
    world: str
    reading: str
    indicators: tuple[Indicator, ...]
    why_none: str
    tried: int
    noise: float
    deals: int


def watch_lists(
    case: Case,
    measured: Mapping[str, Measured],
    fit: CaseFit | None,
    *,
    seed: int,
) -> tuple[WatchList, ...]:
    """Return what to watch for each judgment, in the order of the case.

    Args:
        case: the case.
        measured: reading -> its histories' measures, with those of `watch_measures`.
        fit: whose posterior the reading with the record has.
        seed: of the run.
    """
    watching = _Watching(case, measured, fit, seed)
    return tuple(watching.judgment(key) for key in case.judgments)


def settled_by_form(
    case: Case, lists: Sequence[WatchList], fixed: Collection[str]
) -> tuple[WatchList, ...]:
    """Return lists without signs for judgments whose form fixes the answer.

    Args:
        case: the case.
        lists: of its judgments.
        fixed: ids of those whose form fixes the answer.
    """
    why = "the form of its test fixes the answer, so nothing seen can move it"
    return tuple(
        _nothing(found.judgment, parts_of(case, found.judgment)[0].id, why)
        if found.judgment in fixed
        else found
        for found in lists
    )


@dataclass(frozen=True, eq=False)
class _Seen:
    """One world under one reading: what is seen in each history, and which ran to their end."""

    values: Mapping[Sight, F8]
    whole: B1


@dataclass(frozen=True, eq=False)
class _Sign:
    """A sight with its bar, as a truth of each history of a reading."""

    sight: Sight
    bar: float | None
    above: bool = True

    def shown(self, seen: _Seen) -> B1:
        """[D, N] whether a history shows it."""
        value = seen.values[self.sight]
        over = np.isfinite(value) if self.bar is None else value > self.bar
        return over if self.above else ~over


class _Watching:
    """A run whose judgments are looked at one after another; worlds are thinned once."""

    def __init__(
        self, case: Case, measured: Mapping[str, Measured], fit: CaseFit | None, seed: int
    ) -> None:
        self.case, self.fit, self.seed = case, fit, seed
        self.measured = {name: measured[name] for name in WATCHED if name in measured}
        self.worlds = watched_worlds(case)
        self.titles = names_of(case).titles
        self._seen: dict[tuple[str, str], _Seen] = {}

    def seen(self, reading: str, world: str) -> _Seen:
        """What is seen of a world under a reading."""
        if (reading, world) not in self._seen:
            values = self.measured[reading]
            kept = set(values.index)
            horizon = max((m.end for m in kept if m.world == world), default=0)
            sights = tuple(s for s in sights_of(self.case, world, horizon) if s.measure in kept)
            fitted = self.fit.main if self.fit is not None and reading == WITH_RECORD else None
            shares = listing_shares(self.case, values.values.shape[0], self.seed, fitted)
            counts = seen_counts(sights, values, shares, (self.seed, reading))
            self._seen[reading, world] = _Seen(counts, ~values.capped(world))
        return self._seen[reading, world]

    def readings(self) -> tuple[str, ...]:
        """Readings, that by which signs are ranked first."""
        settled = self.fit is not None and not self.fit.main.verdict
        order = (WITH_RECORD, AS_WRITTEN) if settled else (AS_WRITTEN, WITH_RECORD)
        first = [name for name in order if name in self.measured]
        return tuple(dict.fromkeys([*first, *self.measured]))

    def judgment(self, key: str) -> WatchList:
        """What to watch for one judgment."""
        judgment = self.case.judgments[key]
        parts = parts_of(self.case, key)
        if not parts or judgment.holds_if is None:
            return _nothing(key, "", "no test of its own, so nothing seen could be held against it")
        part = parts[0]
        if part.test.kind == "record":
            return _nothing(key, part.id, "the record settles it; nothing need be waited for")
        world = part.setting.world if part.test.kind == "share" else BASELINE
        readings = self.readings()
        if not readings or world not in self.worlds:
            why = "it is asked of a past that is replayed" if readings else "no reading was run"
            return _nothing(key, part.id, why, world)
        if any(world not in self.measured[name].worlds for name in readings):
            return _nothing(key, part.id, "no history of the world as it is was asked for", world)
        return self._weighed(part, world, readings)

    def _weighed(self, part: Part, world: str, readings: Sequence[str]) -> WatchList:
        first = readings[0]
        seen = self.seen(first, world)
        holds, known = _verdicts(part, self.measured[first], seen)
        why = _closed(holds, known)
        allowed = [s for s in seen.values if part.test.kind != "share" or s.end < _last_day(part)]
        if not why and not allowed:
            why = "it is settled before anything could be seen"
        if why:
            return _nothing(part.judgment, part.id, why, world, first)
        rows = _rows_used(known)
        signs = list(_signs(allowed, seen, known & rows))
        if not signs:
            why = "too few histories show anything that others do not; run more of them"
            return _nothing(part.judgment, part.id, why, world, first)
        found = self._tally(part, first, [s.shown(seen) for s in signs], (holds, known), rows)
        chosen = _chosen(signs, found, lambda s: evidence_of(s.shown(seen), holds, known, 0.0))
        told = self._evidence(part, [(signs[i], float(found.bias[i])) for i in chosen], readings)
        listed = tuple(
            self._indicator(part, signs[i], found.by_chance(i), evidence, first)
            for i, evidence in zip(chosen, told, strict=True)
        )
        why = "" if listed else _why_none(found)
        return WatchList(
            part.judgment, part.id, world, first, listed, why, len(signs), found.noise, DEALS
        )

    def _tally(
        self, part: Part, reading: str, shown: list[B1], outcome: tuple[B1, B1], rows: B1
    ) -> Tally:
        """Weigh signs against an outcome, on at most so many histories."""
        key = zlib.crc32(f"watch/{reading}/{part.judgment}/{part.id}".encode())
        rng = np.random.default_rng([self.seed, key])
        draws = rows.any(axis=1)
        members = rows.any(axis=0)
        cut = np.ix_(draws, members)
        signs = np.stack([s[cut] for s in shown])
        return tally(signs, outcome[0][cut], outcome[1][cut], deals=DEALS, rng=rng)

    def _evidence(
        self, part: Part, chosen: Sequence[tuple[_Sign, float]], readings: Sequence[str]
    ) -> list[dict[str, Evidence]]:
        """Return what each sign tells under each reading that shows it, and not everywhere.

        Args:
            chosen: signs of one world, each with its bias under the first reading.
            readings: the first is that by which the signs were chosen.
        """
        told: list[dict[str, Evidence]] = [{} for _ in chosen]
        if not chosen:
            return told
        world = chosen[0][0].sight.measure.world
        for reading in readings:
            seen = self.seen(reading, world)
            here = [i for i, (sign, _) in enumerate(chosen) if sign.sight in seen.values]
            if not here:
                continue
            outcome = _verdicts(part, self.measured[reading], seen)
            shown = [chosen[i][0].shown(seen) for i in here]
            bias = [chosen[i][1] for i in here]
            if reading != readings[0]:
                own = self._tally(part, reading, shown, outcome, _rows_used(outcome[1]))
                bias = own.bias.tolist()
            known = outcome[1]
            for i, sign, off in zip(here, shown, bias, strict=True):
                if (sign & known).any() and (~sign & known).any():
                    told[i][reading] = evidence_of(sign, *outcome, off)
        return told

    def _indicator(
        self,
        part: Part,
        sign: _Sign,
        by_chance: float,
        told: Mapping[str, Evidence],
        reading: str,
    ) -> Indicator:
        sight, first = sign.sight, told[reading]
        ends = {first.seen.probability, first.unseen.probability}
        return Indicator(
            kind=sight.kind,
            subject=sight.subject,
            title=self._title(sight),
            sign=_in_words(sign, self.worlds[sight.measure.world] > self.case.as_of_day),
            above=sign.above,
            bar=sign.bar,
            states=sight.states,
            start=_date(sight.start),
            end=_date(sight.end - 1),
            days=sight.days,
            reading=reading,
            evidence=told,
            by_chance=by_chance,
            settles=bool(ends & {0.0, 1.0}) and sight.subject in _own(self.case, part),
        )

    def _title(self, sight: Sight) -> str:
        if sight.kind == "decision":
            return self.case.decisions[sight.subject].title
        return self.titles.get(sight.subject, sight.subject)


def _nothing(
    judgment: str, part: str, why: str, world: str = BASELINE, reading: str = ""
) -> WatchList:
    return WatchList(judgment, part, world, reading, (), why, 0, 0.0, 0)


def _verdicts(part: Part, values: Measured, seen: _Seen) -> tuple[B1, B1]:
    """Verdicts of a test; histories cut short before their end show nothing and are left out."""
    holds, known = verdicts(part.test, part.setting, values)
    return np.asarray(holds & seen.whole, np.bool_), np.asarray(known & seen.whole, np.bool_)


def _closed(holds: B1, known: B1) -> str:
    """Return why an outcome cannot be told more of; "" if it can."""
    number, hits = int(known.sum()), int((holds & known).sum())
    if not number:
        return "no simulated history can answer the test"
    if hits in (0, number):
        return f"it {'holds' if hits else 'fails'} in every history, so nothing seen can move it"
    return ""


def _last_day(part: Part) -> int:
    """Return the day number at whose midnight a test is decided at the latest."""
    return max((m.start if m.end == m.start + 1 and m.factor else m.end)
               for m in measures_of(part.test, part.setting))  # fmt: skip


def _why_none(found: Tally) -> str:
    """Return why no sign is listed though some were weighed."""
    if bool((found.corrected > found.noise).any()):
        return f"nothing that can be seen within 90 days moves it by {100 * WORTH:.0f} points"
    return "nothing that can be seen within 90 days tells of it beyond chance"


def _rows_used(known: B1) -> B1:
    """Return the histories that signs are weighed on: all, or the first so many of each draw."""
    draws, members = known.shape
    most = max(1, _MOST_HISTORIES // draws)
    used = np.zeros(known.shape, np.bool_)
    used[:_MOST_HISTORIES, : min(members, most)] = True
    return used


def _signs(sights: Sequence[Sight], seen: _Seen, known: B1) -> Iterator[_Sign]:
    """Yield every sign that some histories show and others do not."""
    least = max(_FEWEST, math.ceil(_RAREST * int(known.sum())))
    for sight in sights:
        value = seen.values[sight]
        bars: list[float | None] = [None]
        if sight.kind in ("count", "level"):
            here = value[known & np.isfinite(value)]
            if not here.size:
                continue
            bars = [float(bar) for bar in _bars(here, whole=sight.kind == "count")]
        for bar in bars:
            sign = _Sign(sight, bar)
            number = int((sign.shown(seen) & known).sum())
            if least <= number <= int(known.sum()) - least:
                yield sign if number <= known.sum() / 2 else _Sign(sight, bar, above=False)


def _bars(values: F8, *, whole: bool) -> F8:
    """Return bars at quantiles of what is seen; of counts both sides of each quantile."""
    cuts = np.round(np.quantile(values, _QUANTILES))
    bars = np.unique([*cuts, *(cuts - 1)] if whole else cuts)
    return np.asarray(bars[bars >= 0] if whole else bars, np.float64)


def _chosen(
    signs: Sequence[_Sign], found: Tally, evidence: Callable[[_Sign], Evidence]
) -> list[int]:
    """Return the signs to list: beyond noise and worth it, one a window, few a subject."""
    bits = found.corrected
    kept: list[int] = []
    for i in np.argsort(-bits, kind="stable").tolist():
        if bits[i] <= found.noise or len(kept) == _LONGEST_LIST:
            break
        sight = signs[i].sight
        same = [signs[j].sight for j in kept if signs[j].sight.subject == sight.subject]
        if len(same) >= _PER_SUBJECT or any(s.days == sight.days for s in same):
            continue
        told = evidence(signs[i])
        now = told.now.probability
        if max(abs(c.probability - now) for c in (told.seen, told.unseen)) >= WORTH:
            kept.append(i)
    return kept


def _own(case: Case, part: Part) -> set[str]:
    """Return the event types and factors that a test itself is about."""
    from talion.model.classes import classes_of, series_classes

    types = [c.type for c in classes_of(case.document)]
    own: set[str] = set()
    for measure in measures_of(part.test, part.setting):
        own.add(measure.factor)
        for series in filter(None, (measure.series, measure.other)):
            own |= {types[c] for c in series_classes(case.document, series)}
    return own


def _in_words(sign: _Sign, later: bool) -> str:
    """Return a sign in words.

    >>> from talion.model.measure import Measure, Op
    >>> seen = Measure(Op.COUNT, "baseline", series="raid", start=19766, end=19796)
    >>> _in_words(_Sign(Sight("count", "raid", 19766, 30, seen), 12.0), later=False)
    'over 12 listed in the next 30 days'
    """
    sight, bar = sign.sight, sign.bar
    when = f"in the next {sight.days} days"
    if later:
        day = _date(sight.start)
        when = f"in the {sight.days} days from {day.day} {day:%B %Y}"
    if bar is None:
        return f"{'' if sign.above else 'not: '}{sight.says} at some time {when}"
    if sight.kind == "level":
        return f"{'over' if sign.above else 'at most'} {bar:g} at the end, {when}"
    if bar == 0:
        return f"{'at least one' if sign.above else 'none'} listed {when}"
    return f"{'over' if sign.above else 'at most'} {bar:g} listed {when}"


def _date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)
