"""Rival explanations compared: which told the coming weeks better, by how much, and where.

Analysis of competing hypotheses (Heuer 1999, ch. 8) with the model's numbers beside the analyst's
marks. A difference is of predictive log scores: it says which set of links told this record better in
advance, not which is true.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.hypothesis_scores import (
    HypothesisScores,
    ScoreSettings,
    score_hypotheses,
    scores_key,
)
from talion.fit.case.options import Options
from talion.fit.case.recorded import Recorded
from talion.fit.case.specification import problem_of
from talion.fit.case.weeks import DAYS, last_day, week_of_row
from talion.judge.week_scores import (
    CLEAR,
    Difference,
    Weight,
    difference_of,
    island_scores,
    predictive_weights,
    summed_error,
)
from talion.model.case import EPOCH, Case

__all__ = [
    "NOT_DISTINGUISHABLE",
    "Compared",
    "Comparison",
    "EpisodeLeft",
    "Named",
    "Week",
    "compare_hypotheses",
    "compared",
]

F8 = NDArray[np.float64]

NOT_DISTINGUISHABLE = "not distinguishable by this record"
TOO_FEW = "too few particles to say where"
NOTABLE = math.log(10.0)
"""A week that does not tell at least ten times better or worse is not named for it."""
FEW = 10.0  # effective particles of an island below which a warning is due
_SEVEN = dt.timedelta(days=DAYS)


@dataclass(frozen=True)
class Week:
    """One week that was told in advance.

    Attributes:
        number: in the window, from 1.
        first, last: its days.
        observed: what the record shows of it, in words.
        rows: ids of its recorded rows.
    """

    number: int
    first: dt.date
    last: dt.date
    observed: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """The observation on which a hypothesis differs most from the baseline."""

    week: int
    difference: float
    observed: str


@dataclass(frozen=True)
class EpisodeLeft:
    """The comparison without the weeks that an episode touches.

    Attributes:
        id: of the episode.
        weeks: numbers of those weeks; none if they are not among those told.
        against: difference from the baseline over the other weeks.
        weight: predictive weight over the other weeks.
    """

    id: str
    weeks: tuple[int, ...]
    against: Difference
    weight: float


@dataclass(frozen=True)
class Compared:
    """One hypothesis.

    Attributes:
        id, title, says: of the case.
        keeps: links that act.
        predicts: what it leads one to expect, in the case's words.
        scores: [weeks] log scores.
        errors: [weeks] the particles' standard errors; None where one island alone carries it.
        against: difference from the baseline.
        best: difference from the hypothesis with the highest sum.
        weight: predictive weight.
        named: the observation on which it differs from the baseline; None if there is none.
        as_baseline: whether its links bear on nothing in the record.
        episodes: without each episode in turn.
        least: smallest effective number of particles of an island.
        verdicts: what did not converge, by cut.
    """

    id: str
    title: str
    says: str
    keeps: tuple[str, ...]
    predicts: tuple[str, ...]
    scores: tuple[float, ...]
    errors: tuple[float | None, ...]
    against: Difference
    best: Difference
    weight: Weight
    named: Named | None
    as_baseline: bool
    episodes: tuple[EpisodeLeft, ...]
    least: float
    verdicts: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether every week was told by enough particles for its error to mean something."""
        return self.least >= FEW

    @property
    def noisy(self) -> bool:
        """Whether more than half of the variance of its difference is the particles'."""
        whole, own = self.against.error, self.against.particles
        return whole is None or own is None or (whole > 0 and own * own > whole * whole / 2)

    @property
    def difference_in_words(self) -> str:
        """Return on what it differs from the baseline, in a clause."""
        if self.named is None:
            return NOT_DISTINGUISHABLE if self.enough or self.as_baseline else TOO_FEW
        way = "better" if self.named.difference > 0 else "worse"
        times = math.exp(min(abs(self.named.difference), 50.0))
        more = f"{times:.0f} times" if times < 1000 else "over 1000 times"
        return f"week {self.named.week} ({self.named.observed}): told {more} {way}"


@dataclass(frozen=True)
class Comparison:
    """All of them.

    Attributes:
        case, title, as_of: of the case.
        key: hash of what was compared and how.
        settings: seed and sizes.
        version: of Talion.
        trained: weeks that only served for fitting.
        cuts: first week told after each fit, from 1.
        weeks: those told.
        hypotheses: the baseline first.
        marks: the analyst's, by row of the matrix and hypothesis.
        warnings: sentences.
    """

    case: str
    title: str
    as_of: dt.date
    key: str
    settings: ScoreSettings
    version: str
    trained: int
    cuts: tuple[int, ...]
    weeks: tuple[Week, ...]
    hypotheses: tuple[Compared, ...]
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def baseline(self) -> Compared:
        """Return the hypothesis to beat."""
        return self.hypotheses[0]


def compare_hypotheses(
    case: Case,
    settings: ScoreSettings | None = None,
    *,
    cores: int = 2,
    kept: bool = True,
    progress: Callable[[float, float], None] | None = None,
) -> Comparison:
    """Fit and score every hypothesis of a case, and compare them.

    Args:
        case: with the record as known on `as_of`.
        settings: seed and sizes; the usual ones by default.
        cores: threads.
        kept: whether parts are kept in the user's cache and read from there.
        progress: called with (done, of).

    Raises:
        InputError: no hypotheses, or a window too short.
        FitError: the record cannot be had under one.
    """
    chosen = settings or ScoreSettings()
    scores = score_hypotheses(case, chosen, cores=cores, kept=kept, progress=progress)
    return compared(case, chosen, scores)


def compared(case: Case, settings: ScoreSettings, scores: Sequence[HypothesisScores]) -> Comparison:
    """Compare hypotheses that have been scored.

    Args:
        case: of which.
        settings: with which.
        scores: the baseline first.
    """
    from talion import __version__

    told = [_sums(s) for s in scores]
    table = np.stack([t[0] for t in told])
    errors = np.stack([t[1] for t in told])
    first = scores[0].segments[0].first
    weeks = _weeks(case, first, table.shape[1])
    around = _Around(case, settings, table, errors, [t[2] for t in told], weeks)
    least = [min(s.least for s in h.segments) for h in scores]
    around.enough = [min(x, least[0]) >= FEW for x in least]
    hypotheses = tuple(around.compared(i, s) for i, s in enumerate(scores))
    return Comparison(
        case.name, case.title, case.as_of, scores_key(case, settings), settings, __version__,
        first, tuple(s.first + 1 for s in scores[0].segments), weeks, hypotheses,
        warnings=tuple(_warnings(hypotheses, len(weeks), len(scores[0].segments))),
    )  # fmt: skip


def _sums(scores: HypothesisScores) -> tuple[F8, F8, float]:
    parts = [island_scores(s.log) for s in scores.segments]
    return (
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        summed_error([p[2] for p in parts]),
    )


class _Around:
    """What each hypothesis is compared with."""

    def __init__(
        self, case: Case, settings: ScoreSettings, table: F8, errors: F8, whole: list[float],
        weeks: tuple[Week, ...],
    ) -> None:  # fmt: skip
        self.case, self.seed, self.table, self.errors, self.weeks = case, settings.seed, table, errors, weeks  # fmt: skip
        self.whole = whole
        self.enough = [True] * len(whole)
        self.top = int(np.argmax(table.sum(axis=1)))
        self.weights = predictive_weights(table, errors, self.seed)
        self.left = {name: self._without(name) for name in case.document.episodes}

    def _without(self, name: str) -> tuple[NDArray[np.bool_], tuple[Weight, ...]]:
        episode = self.case.document.episodes[name]
        outside = np.array([w.last < episode.from_ or w.first > episode.to for w in self.weeks])
        if not outside.any():
            return outside, self.weights
        own = predictive_weights(self.table[:, outside], self.errors[:, outside], self.seed)
        return outside, own

    def _difference(self, i: int, j: int, weeks: NDArray[np.bool_] | None = None) -> Difference:
        if i == j:
            return Difference(0.0, 0.0, 0.0, "indistinguishable")
        particles = summed_error([self.whole[i], self.whole[j]])
        if weeks is not None:
            particles = summed_error([*self.errors[i, weeks], *self.errors[j, weeks]])
        return difference_of(self.table[i], self.table[j], particles, self.seed, weeks)

    def compared(self, i: int, scores: HypothesisScores) -> Compared:
        name = scores.links.id
        stated = self.case.document.hypotheses.get(name)
        against = self._difference(i, 0)
        return Compared(
            name,
            scores.links.title,
            stated.says if stated else BASELINE_SAYS,
            scores.links.keeps,
            stated.predicts if stated else (),
            tuple(self.table[i].tolist()),
            tuple(float(e) if math.isfinite(e) else None for e in self.errors[i]),
            against,
            self._difference(i, self.top),
            self.weights[i],
            self._named(i) if i and not scores.as_baseline and self.enough[i] else None,
            scores.as_baseline,
            tuple(self._left(i, key) for key in self.left),
            min(s.least for s in scores.segments),
            tuple(f"before week {s.first + 1}: {s.verdict}" for s in scores.segments if s.verdict),
        )

    def _named(self, i: int) -> Named | None:
        gaps = self.table[i] - self.table[0]
        noise = np.hypot(self.errors[i], self.errors[0])
        clear = np.flatnonzero((np.abs(gaps) >= NOTABLE) & (np.abs(gaps) >= CLEAR * noise))
        if not clear.size:
            return None
        b = int(clear[np.argmax(np.abs(gaps[clear]))])
        return Named(self.weeks[b].number, float(gaps[b]), self.weeks[b].observed)

    def _left(self, i: int, name: str) -> EpisodeLeft:
        outside, weights = self.left[name]
        touched = tuple(w.number for w, out in zip(self.weeks, outside, strict=True) if not out)
        return EpisodeLeft(name, touched, self._difference(i, 0, outside), weights[i].value)


BASELINE_SAYS = (
    "Nobody answers anybody: an escalation that nobody recorded, campaigns of one kind of act and "
    "uneven listing make the record."
)


def _warnings(hypotheses: tuple[Compared, ...], weeks: int, fits: int) -> list[str]:
    found = []
    if weeks < 30:
        found.append(
            f"{weeks} weeks were told in advance: errors taken from so few are rough, and too small "
            "more often than too large."
        )
    few = [h.id for h in hypotheses if h.least < FEW]
    if few:
        found.append(
            f"Some weeks were told by fewer than {FEW:.0f} effective particles of an island "
            f"({', '.join(few)}): those scores are noisy, and their stated errors with them."
        )
    if any(h.noisy for h in hypotheses[1:]):
        found.append(
            "Most of the error of a difference is the particles' own, not the record's: what is "
            "indistinguishable here may be told apart with more of them."
        )
    missed = [f"{h.id}, {v}" for h in hypotheses for v in h.verdicts]
    if missed:
        found.append(
            f"{len(missed)} of {fits * len(hypotheses)} fits did not converge by their gate, so "
            f"that particles start from rough draws. The first: {missed[0]}."
        )
    found += [
        f"{h.id}: its links bear on nothing that the record holds; it is the baseline under another "
        "name."
        for h in hypotheses
        if h.as_baseline
    ]
    return found


# --- what was observed --------------------------------------------------------------------------


def _weeks(case: Case, first: int, number: int) -> tuple[Week, ...]:
    days = problem_of(case).record.window.days
    record = problem_of(case, Options(until=days)).record
    start = EPOCH + dt.timedelta(days=record.window.start)
    end = EPOCH + dt.timedelta(days=record.window.end - 1)
    types = {row.id: _type_of(case, row.classes) for row in record.rows}
    found = []
    for w in range(first, first + number):
        low = start + w * _SEVEN
        rows = tuple(row.id for row in record.rows if week_of_row(row) == w)
        told = _observed(case, record, types, w)
        found.append(Week(w + 1, low, min(low + _SEVEN - dt.timedelta(days=1), end), told, rows))
    return tuple(found)


def _type_of(case: Case, classes: tuple[int, ...]) -> str:
    from talion.model.classes import classes_of

    return classes_of(case.document)[classes[0]].type


def _observed(case: Case, record: Recorded, types: dict[str, str], week: int) -> str:
    counts: dict[str, int] = {}
    for row in record.rows:
        if week_of_row(row) == week:
            counts[types[row.id]] = counts.get(types[row.id], 0) + row.size
    said = [f"{case.events[name].title}: {n}" for name, n in counts.items()]
    totals: dict[str, list[str]] = {}
    for total in record.totals:
        if last_day(total, record.window.days) // DAYS == week:
            over = "over " if total.lower_bound else ""
            totals.setdefault(total.series, []).append(f"{over}{total.value}")
    said += [f"totals of {series}: {', '.join(values)}" for series, values in totals.items()]
    absent = sum((math.ceil(a[1]) - 1) // DAYS == week for a in record.absences)
    said += [f"{absent} statement{'s' if absent > 1 else ''} of absence"] if absent else []
    return "; ".join(said) or "no row, no total: silence"
