"""Baselines from the record as known on the cut-off: what someone would forecast without the model.

Each draws courses of daily counts and puts the same test to them as was put to the histories.

- *Last 30 days*: a Poisson process at the rate of the 30 days before the cut-off.
- *Climatology*: blocks of 30 days of the record, drawn with replacement and put end to end, the same
  days for every type (moving blocks, Künsch 1989).
- *Negative binomial*: independent weeks with mean and variance of the last 17 weeks, each week's
  events on its days at random; Poisson where the variance does not exceed the mean.

Daily counts are the record's: dated rows over their days, and what totals say beyond them spread
over their intervals (`talion.model.history`). Fractions are made whole without bias. Counts are drawn
by event type; each event has its marks as often as the record's had, in climatology as that day's.
Types are drawn apart from each other, but for the days that climatology takes. A type without recorded
rows has no past to go by, so a test that counts it has no such baseline. A what-if is not known to
them: they forecast the same under any.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import Share
from talion.judge.forecasts import Distribution, distribution
from talion.judge.measures import number_measures
from talion.judge.parts import Part
from talion.judge.tests import Values, evaluate
from talion.model.case import Case
from talion.model.classes import classes_of, series_classes
from talion.model.history import DailyHistory, daily_history
from talion.model.measure import Measure, Op

__all__ = [
    "BASELINES",
    "PATHS",
    "Baseline",
    "BaselineForecast",
    "RecordPaths",
    "baseline_forecast",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
PATHS = 2000
_RECENT = 30  # days
_BLOCK = 30  # days
_WEEKS = 17  # whose moments the negative binomial has


@dataclass(frozen=True)
class Baseline:
    """A baseline: its id in files, its title, what it does in a sentence."""

    id: str
    title: str
    says: str


BASELINES: tuple[Baseline, ...] = (
    Baseline("last_30_days", "Last 30 days", "a Poisson process at the rate of the last 30 days"),
    Baseline("climatology", "Climatology", "blocks of 30 days of the record, drawn at random"),
    Baseline(
        "negative_binomial",
        "Negative binomial",
        "independent weeks with mean and variance of the last 17",
    ),
)


@dataclass(frozen=True)
class BaselineForecast:
    """What a baseline says of one test.

    Attributes:
        share: of courses in which the test holds; None where it cannot be asked.
        numbers: of each number of the test.
        why: why it cannot be asked; "" if it can.
    """

    share: Share | None
    numbers: tuple[Distribution | None, ...] = ()
    why: str = ""


class NotRecordedError(ValueError):
    """A test asks of a baseline what no recorded row shows."""


@dataclass
class RecordPaths:
    """Courses of daily counts after the cut-off, as a test may ask them (`tests.Values`).

    Args:
        case: the case; its record is the past.
        baseline: id of a baseline.
        seed: of the courses; a class's course does not hang on which others are asked.
        paths: how many courses.
        days: how far they go.
    """

    case: Case
    baseline: str
    seed: int
    days: int
    paths: int = PATHS
    _counts: dict[int, I8] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Read the record as daily counts."""
        self.classes = classes_of(self.case.document)
        self.past: DailyHistory = daily_history(
            self.case.document, self.case.record, self.classes, self.case.as_of_day
        )

    def of(self, measure: Measure) -> F8:
        """Return a measure of every course, shape (1, paths).

        Raises:
            NotRecordedError: it is of a factor, or of a type without recorded rows.
        """
        if measure.op.of_factor:
            raise NotRecordedError(f"no row of a record shows {measure.factor}")
        first = measure.start - self.case.as_of_day
        last = measure.end - self.case.as_of_day
        counts = self.series(measure.series)[:, first:last]
        if measure.op in (Op.COUNT, Op.LISTED_COUNT):
            return np.asarray(counts.sum(axis=1), np.float64)[None, :]
        if measure.op in (Op.MIN_WINDOW, Op.MAX_WINDOW):
            return _window(counts, int(measure.number), lowest=measure.op is Op.MIN_WINDOW)
        if measure.op is Op.FIRST_COUNT:
            reached = np.cumsum(counts, axis=1) >= measure.number
            day = np.where(reached.any(axis=1), reached.argmax(axis=1), np.inf)
            return np.asarray(day, np.float64)[None, :]
        other = self.series(measure.other)[:, first:last]
        return _answered(counts, other, measure.number, self._stream("within the day"))

    def capped(self, world: str) -> NDArray[np.bool_]:  # noqa: ARG002 - the same in every world
        """Return that no course is cut short, shape (1, paths)."""
        return np.zeros((1, self.paths), np.bool_)

    def usual(self, series: str) -> F8:
        """Return the usual rate of a series as the case states it, events per day, shape (1,)."""
        from talion.model.compile import compile_model

        model = compile_model(
            self.case, "links_at_zero", draws=64, seed=self.seed, worlds=("baseline",)
        )
        by_class = model.usual[:, model.structure.class_type] * model.draws.class_weight
        members = list(series_classes(self.case.document, series))
        return np.array([float(np.median(by_class[:, members].sum(axis=1)))])

    def series(self, name: str) -> I8:
        """Return the daily counts of a series, shape (paths, days).

        Raises:
            NotRecordedError: it counts a type without recorded rows.
        """
        members = series_classes(self.case.document, name)
        silent = [c for c in members if self.classes[c].type in self.past.silent]
        if silent:
            raise NotRecordedError(f"no row of the record is a {self.classes[silent[0]].type}")
        if not len(self.past.mass):
            raise NotRecordedError("the record holds no day before the cut-off")
        return np.asarray(sum(self._class_counts(c) for c in members), np.int64)

    def _class_counts(self, index: int) -> I8:
        if index not in self._counts:
            kind = self.classes[index].type
            mine = [c.index for c in self.classes if c.type == kind]
            make = {
                "last_30_days": self._last_30_days,
                "climatology": self._climatology,
                "negative_binomial": self._negative_binomial,
            }[self.baseline]
            found = make(self.past.mass[:, mine], self._stream(kind))
            self._counts |= dict(zip(mine, found, strict=True))
        return self._counts[index]

    def _stream(self, name: str) -> np.random.Generator:
        key = hashlib.blake2b(f"{self.seed}/{self.baseline}/{name}".encode(), digest_size=16)
        return np.random.Generator(np.random.Philox(key=int.from_bytes(key.digest(), "little")))

    def _last_30_days(self, mass: F8, rng: np.random.Generator) -> list[I8]:
        recent = mass[-_RECENT:]
        counts = rng.poisson(recent.sum() / len(recent), (self.paths, self.days))
        return _split(counts, _shares(mass)[:, None, None], rng)

    def _climatology(self, mass: F8, rng: np.random.Generator) -> list[I8]:
        length = min(_BLOCK, len(mass))
        blocks = -(-self.days // length)
        # From a stream of its own: every type takes the same days.
        starts = self._stream("blocks").integers(0, len(mass) - length + 1, (self.paths, blocks))
        days = (starts[:, :, None] + np.arange(length)).reshape(self.paths, -1)[:, : self.days]
        total = mass.sum(axis=1)
        usual = np.broadcast_to(_shares(mass), mass.shape)  # of a day on which nothing was listed
        shares = np.divide(mass, total[:, None], out=usual.copy(), where=total[:, None] > 0)
        return _split(_whole(total[days], rng), shares.T[:, days], rng)

    def _negative_binomial(self, mass: F8, rng: np.random.Generator) -> list[I8]:
        weeks = _weekly(mass.sum(axis=1))
        mean = float(weeks.mean())
        variance = float(weeks.var(ddof=1)) if weeks.size > 1 else 0.0
        shape = (self.paths, -(-self.days // 7))
        rates = np.full(shape, mean)
        if variance > mean * (1 + 1e-9) > 0:
            rates = rng.gamma(mean**2 / (variance - mean), (variance - mean) / mean, shape)
        # Given its rate a week is Poisson, so its days are independent Poisson counts.
        counts = rng.poisson(np.repeat(rates / 7, 7, axis=1)[:, : self.days])
        return _split(counts, _shares(mass)[:, None, None], rng)


def _shares(mass: F8) -> F8:
    """Return how a type's events divide among its classes over the whole record, shape (classes,)."""
    total = float(mass.sum())
    return mass.sum(axis=0) / total if total > 0 else np.full(mass.shape[1], 1 / mass.shape[1])


def _split(counts: NDArray[np.integer], shares: F8, rng: np.random.Generator) -> list[I8]:
    """Divide counts, shape (paths, days), among classes: multinomial, one binomial a class.

    Args:
        counts: of the type.
        shares: (classes, paths or 1, days or 1); they sum to 1 over classes.
    """
    left, rest, found = np.asarray(counts, np.int64), np.ones_like(shares[0]), []
    for share in shares[:-1]:
        chance = np.clip(np.divide(share, rest, out=np.zeros_like(rest), where=rest > 0), 0, 1)
        taken = np.asarray(rng.binomial(left, chance), np.int64)
        found.append(taken)
        left, rest = left - taken, rest - share
    return [*found, left]


def _weekly(mass: F8) -> F8:
    """Return the sums of the last weeks before the cut-off, at most 17, oldest first."""
    weeks = min(_WEEKS, len(mass) // 7)
    if not weeks:
        return np.array([mass.sum()])
    return np.asarray(mass[len(mass) - 7 * weeks :].reshape(weeks, 7).sum(axis=1))


def _whole(daily: F8, rng: np.random.Generator) -> I8:
    """Return daily counts made whole, each sum over days kept to less than one event.

    floor(S + u) of the running sum S, with one u from (0, 1) a course, is unbiased on every day.
    """
    running = np.cumsum(daily, axis=1) + rng.random((len(daily), 1))
    return np.diff(np.floor(running + 1e-9), axis=1, prepend=0.0).astype(np.int64)


def _window(counts: I8, length: int, *, lowest: bool) -> F8:
    running = np.concatenate(
        [np.zeros((len(counts), 1), np.int64), np.cumsum(counts, axis=1)], axis=1
    )
    sums = running[:, length:] - running[:, :-length]
    found = sums.min(axis=1) if lowest else sums.max(axis=1)
    return np.asarray(found, np.float64)[None, :]


def _answered(counts: I8, other: I8, within: float, rng: np.random.Generator) -> F8:
    """Return the share of events that another follows within so many days, times at random."""
    found = np.full(len(counts), np.nan)
    for path in range(len(counts)):
        mine, theirs = (_times(x[path], rng) for x in (counts, other))
        mine = mine[mine < counts.shape[1] - within]
        if mine.size:
            following = np.searchsorted(theirs, mine, side="right")
            padded = np.append(theirs, np.inf)
            found[path] = float((padded[following] - mine <= within).mean())
    return found[None, :]


def _times(daily: I8, rng: np.random.Generator) -> F8:
    days = np.repeat(np.arange(daily.size), daily)
    return np.sort(days + rng.random(days.size))


def baseline_forecast(values: Values, part: Part) -> BaselineForecast:
    """Return what a baseline says of one test.

    Args:
        values: its courses, which reach to the end of the test, or its simulated histories.
        part: the test and where it is put.
    """
    try:
        share = evaluate(part.test, part.setting, values).share
        numbers = tuple(
            distribution(values.of(m), whole=m.op is not Op.ANSWERED)
            for m in number_measures(part.test, part.setting)
        )
    except NotRecordedError as error:
        return BaselineForecast(None, (), str(error))
    return BaselineForecast(share, numbers, "" if share is not None else "no course can answer")
