"""Rival explanations compared: which told the coming weeks better, by how much, and where.

Analysis of competing hypotheses (Heuer 1999, ch. 8) with the model's numbers beside the analyst's
marks. A difference is of predictive log scores: it says which set of links told this record better in
advance, not which is true.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.hypothesis_scores import (
    SCORING,
    HypothesisScores,
    ScoreSettings,
    score_hypotheses,
    scores_key,
)
from talion.fit.case.key import METHOD, case_hash
from talion.judge.told_weeks import Week, weeks_told
from talion.judge.week_scores import (
    CLEAR,
    Difference,
    Weight,
    difference_of,
    island_scores,
    predictive_weights,
    summed_error,
)
from talion.model.case import Case

__all__ = [
    "NOT_DISTINGUISHABLE",
    "Compared",
    "Comparison",
    "EpisodeLeft",
    "Named",
    "Pair",
    "Week",
    "compare_hypotheses",
    "compared",
]

F8 = NDArray[np.float64]

NOT_DISTINGUISHABLE = "not distinguishable by this record"
TOO_FEW = "in no week within reach of the particles"
NOTABLE = math.log(10.0)
"""A week that does not tell at least ten times better or worse is not named for it."""
FEW, LARGEST = 20.0, 1.0
"""A week is out of reach of the particles if fewer than so many are effective, all islands together, or
their own standard error of its log score is larger than this. Its score counts, with its error, but no
verdict may hang on it."""


@dataclass(frozen=True)
class Named:
    """The observation on which a hypothesis differs most from the baseline."""

    week: int
    difference: float
    observed: str


def _turned(d: Difference) -> Difference:
    word = {"better": "worse", "worse": "better"}.get(d.verdict, d.verdict)
    return replace(d, value=-d.value, verdict=word)


@dataclass(frozen=True)
class Pair:
    """Two hypotheses compared.

    Attributes:
        one, other: their ids.
        difference: of the sums over all weeks, `one` less `other`; its verdict is `indistinguishable`
            unless the weeks within reach alone give the same.
        thin: numbers of the weeks out of reach under either; see `FEW`.
        reached: difference over the weeks within reach; None where all are, or none.
    """

    one: str
    other: str
    difference: Difference
    thin: tuple[int, ...]
    reached: Difference | None

    @property
    def turned(self) -> Pair:
        """Return the same with the two in the other order."""
        reached = None if self.reached is None else _turned(self.reached)
        return Pair(self.other, self.one, _turned(self.difference), self.thin, reached)

    @property
    def reach_in_words(self) -> str:
        """Return what the weeks out of reach do to the verdict; empty where there are none."""
        if not self.thin:
            return ""
        weeks = f"week{'s' if len(self.thin) > 1 else ''} {', '.join(map(str, self.thin))}"
        few = f"{weeks} out of reach of the particles"
        if self.reached is None:
            return f"{few}: no week is left to tell them apart"
        error, value = (
            self.reached.error,
            f"{self.reached.value:+.1f}".replace("-", "\N{MINUS SIGN}"),
        )
        said = "no error known" if error is None else f"standard error {error:.1f}"
        return f"{few}; without {'them' if len(self.thin) > 1 else 'it'} {value} ({said}), {self.reached.verdict}"


@dataclass(frozen=True)
class EpisodeLeft:
    """The comparison without the weeks that an episode touches.

    Attributes:
        id: of the episode.
        weeks: numbers of those weeks; none if they are not among those told.
        against: difference from the baseline over the other weeks, guarded as in `Pair`.
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
        effective: [weeks] effective number of particles: the smallest of each island, summed.
        against: difference from the baseline; see `Pair`.
        thin, reached: of that pair.
        best: difference from the hypothesis with the highest sum.
        weight: predictive weight.
        named: the observation on which it differs from the baseline; None if there is none.
        as_baseline: whether its links bear on nothing in the record.
        episodes: without each episode in turn.
        verdicts: what did not converge, by cut.
    """

    id: str
    title: str
    says: str
    keeps: tuple[str, ...]
    predicts: tuple[str, ...]
    scores: tuple[float, ...]
    errors: tuple[float | None, ...]
    effective: tuple[float, ...]
    against: Difference
    thin: tuple[int, ...]
    reached: Difference | None
    best: Difference
    weight: Weight
    named: Named | None
    as_baseline: bool
    episodes: tuple[EpisodeLeft, ...]
    verdicts: tuple[str, ...]

    @property
    def within(self) -> tuple[bool, ...]:
        """Return whether each week is within the particles' reach; see `FEW`."""
        return tuple(
            n >= FEW and e is not None and e <= LARGEST
            for n, e in zip(self.effective, self.errors, strict=True)
        )

    @property
    def noisy(self) -> bool:
        """Whether more than half of the variance of its difference is the particles'."""
        whole, own = self.against.error, self.against.particles
        return whole is None or own is None or (whole > 0 and own * own > whole * whole / 2)

    @property
    def difference_in_words(self) -> str:
        """Return on what it differs from the baseline, in a clause."""
        if self.named is None:
            return TOO_FEW if self.thin and not self.as_baseline else NOT_DISTINGUISHABLE
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
        method: of scoring and of the sampler.
        case_hash, record_hash: of what was compared.
        trained: weeks that only served for fitting.
        cuts: first week told after each fit, from 1.
        weeks: those told.
        hypotheses: the baseline first.
        pairs: every two of them, the baseline's first.
        marks: the analyst's, by row of the matrix and hypothesis.
        warnings: sentences.
    """

    case: str
    title: str
    as_of: dt.date
    key: str
    settings: ScoreSettings
    version: str
    method: str
    case_hash: str
    record_hash: str
    trained: int
    cuts: tuple[int, ...]
    weeks: tuple[Week, ...]
    hypotheses: tuple[Compared, ...]
    pairs: tuple[Pair, ...] = ()
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def baseline(self) -> Compared:
        """Return the hypothesis to beat."""
        return self.hypotheses[0]

    @property
    def ranked(self) -> tuple[Compared, ...]:
        """Return the hypotheses by their sums of log scores, highest first."""
        return tuple(sorted(self.hypotheses, key=lambda h: -sum(h.scores)))

    @property
    def noise_in_words(self) -> str:
        """Return how large the particles' own errors are, in a clause."""
        weeks = [e for h in self.hypotheses for e in h.errors if e is not None]
        sums = [h.against.particles for h in self.hypotheses[1:] if h.against.particles is not None]
        if not weeks or not sums:
            return "the particles' own errors are not known"
        return (
            f"the particles' own standard error is {float(np.median(weeks)):.2f} for the middle week "
            f"and {max(weeks):.1f} at the most, and {min(sums):.1f} to {max(sums):.1f} for a difference "
            "from the baseline"
        )

    def pair(self, one: str, other: str) -> Pair:
        """Return the pair of two ids, in the order in which it is kept."""
        return next(p for p in self.pairs if {p.one, p.other} == {one, other})


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
    weeks = weeks_told(case, first, table.shape[1])
    effective = np.stack(
        [np.concatenate([s.effective.sum(axis=0) for s in h.segments]) for h in scores]
    )
    names = [s.links.id for s in scores]
    around = _Around(case, settings, table, errors, [t[2] for t in told], weeks, effective, names)
    hypotheses = tuple(around.compared(i, s) for i, s in enumerate(scores))
    pairs = tuple(around.pair(j, i) for i in range(len(scores)) for j in range(i + 1, len(scores)))
    return Comparison(
        case.name, case.title, case.as_of, scores_key(case, settings), settings, __version__,
        f"{SCORING}; {METHOD}", case_hash(case), case.record.content_hash(),
        first, tuple(s.first + 1 for s in scores[0].segments), weeks, hypotheses, pairs,
        warnings=tuple(_warnings(hypotheses, weeks, len(scores[0].segments))),
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
        weeks: tuple[Week, ...], effective: F8, names: list[str],
    ) -> None:  # fmt: skip
        self.case, self.seed, self.table, self.errors, self.weeks = case, settings.seed, table, errors, weeks  # fmt: skip
        self.whole, self.effective = whole, effective
        self.within = (effective >= FEW) & (errors <= LARGEST)
        self.names = names
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

    def pair(self, i: int, j: int) -> Pair:
        """Compare two hypotheses, with the weeks out of reach and without them."""
        if i == j:
            return Pair(self.names[i], self.names[j], self._difference(i, j), (), None)
        whole, thin, reached = self._guarded(i, j, np.ones(len(self.weeks), np.bool_))
        numbers = tuple(w.number for w, few in zip(self.weeks, thin, strict=True) if few)
        return Pair(self.names[i], self.names[j], whole, numbers, reached)

    def _guarded(
        self, i: int, j: int, weeks: NDArray[np.bool_]
    ) -> tuple[Difference, NDArray[np.bool_], Difference | None]:
        """Difference over some weeks; which of them are out of reach; difference over the others."""
        thin = weeks & ~(self.within[i] & self.within[j])
        whole = self._difference(i, j, None if weeks.all() else weeks)
        if not thin.any():
            return whole, thin, None
        reached = self._difference(i, j, weeks & ~thin) if (weeks & ~thin).any() else None
        if reached is None or reached.verdict != whole.verdict:
            whole = replace(whole, verdict="indistinguishable")
        return whole, thin, reached

    def compared(self, i: int, scores: HypothesisScores) -> Compared:
        name = scores.links.id
        stated = self.case.document.hypotheses.get(name)
        against = self.pair(i, 0)
        return Compared(
            name,
            scores.links.title,
            stated.says if stated else BASELINE_SAYS,
            scores.links.keeps,
            stated.predicts if stated else (),
            tuple(self.table[i].tolist()),
            tuple(float(e) if math.isfinite(e) else None for e in self.errors[i]),
            tuple(self.effective[i].tolist()),
            against.difference,
            against.thin,
            against.reached,
            self.pair(i, self.top).difference,
            self.weights[i],
            self._named(i) if i and not scores.as_baseline else None,
            scores.as_baseline,
            tuple(self._left(i, key) for key in self.left),
            tuple(f"before week {s.first + 1}: {s.verdict}" for s in scores.segments if s.verdict),
        )

    def _named(self, i: int) -> Named | None:
        gaps = self.table[i] - self.table[0]
        noise = np.hypot(self.errors[i], self.errors[0])
        within = self.within[i] & self.within[0]
        large = (np.abs(gaps) >= NOTABLE) & (np.abs(gaps) >= CLEAR * noise)
        clear = np.flatnonzero(within & large)
        if not clear.size:
            return None
        b = int(clear[np.argmax(np.abs(gaps[clear]))])
        return Named(self.weeks[b].number, float(gaps[b]), self.weeks[b].observed)

    def _left(self, i: int, name: str) -> EpisodeLeft:
        outside, weights = self.left[name]
        touched = tuple(w.number for w, out in zip(self.weeks, outside, strict=True) if not out)
        against = self._guarded(i, 0, outside)[0] if i else self._difference(i, 0)
        return EpisodeLeft(name, touched, against, weights[i].value)


BASELINE_SAYS = (
    "Nobody answers anybody: an escalation that nobody recorded, campaigns of one kind of act and "
    "uneven listing make the record."
)


def _warnings(hypotheses: tuple[Compared, ...], told: tuple[Week, ...], fits: int) -> list[str]:
    found, weeks = [], len(told)
    if weeks < 30:
        found.append(
            f"{weeks} weeks were told in advance: errors taken from so few are rough, and too small "
            "more often than too large."
        )
    few = [
        f"“{h.title}” (week{'' if len(own) == 1 else 's'} {', '.join(map(str, own))})"
        for h in hypotheses
        if (own := [w.number for w, near in zip(told, h.within, strict=True) if not near])
    ]
    if few:
        found.append(
            f"Weeks out of reach of the particles, with fewer than {FEW:.0f} effective ones or an error above "
            f"{LARGEST:g}: {'; '.join(few)}. They count, but a verdict stands only if the other weeks "
            "alone give the same."
        )
    noisy = [f"“{h.title}”" for h in hypotheses[1:] if h.noisy]
    if noisy:
        found.append(
            f"Most of the error of the difference from the baseline is the particles' own, not the "
            f"record's, for {', '.join(noisy)}: what is indistinguishable here may be told apart with "
            "more of them."
        )
    missed = [f"“{h.title}”, {v}" for h in hypotheses for v in h.verdicts]
    if missed:
        found.append(
            f"{len(missed)} of {fits * len(hypotheses)} fits did not converge by their gate, so "
            f"that particles start from rough draws. The first: {missed[0]}."
        )
    found += [
        f"“{h.title}”: its links bear on nothing that the record holds; it is the baseline under another "
        "name."
        for h in hypotheses
        if h.as_baseline
    ]
    return found
