"""How well each rival explanation tells the coming weeks, fitted again at a few dates.

Leave-future-out (Buerkner, Gabry and Vehtari 2020, J Stat Comput Simul 90: 2499): a hypothesis is
fitted to the weeks before a cut, tells the weeks up to the next cut one by one (`particles.py`), and
is fitted again there. Between cuts particles are reweighted by what came, which is what importance
weights do in that paper, with events and levels carried on. The first weeks serve for fitting only.

Parts are kept as they are made, so that work that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.case.key import DEFAULT_SEED, METHOD, case_hash
from talion.fit.case.moves import BLURS
from talion.fit.case.options import Options
from talion.fit.case.partial import Partial
from talion.fit.case.particles import from_fit, score_weeks
from talion.fit.case.recorded import Window
from talion.fit.case.sampler import FOR_SIXTY_DRAWS, THIN, sample_reading
from talion.fit.case.specification import Problem, problem_of
from talion.fit.case.weeks import DAYS, weeks_of
from talion.model.case import Case
from talion.model.hypotheses import LinkSet, link_sets
from talion.model.kernel_cache import user_cache

__all__ = [
    "SCORING",
    "HypothesisScores",
    "ScoreSettings",
    "Segment",
    "cut_weeks",
    "score_hypotheses",
    "scores_key",
]

# Raise the number with any change that moves the scores of an unchanged case.
SCORING = "week-scores 2"
LEAST_WEEKS = 6
_TRAINING = 0.3  # share of the weeks that only serve for fitting

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class ScoreSettings:
    """Seed and sizes.

    Attributes:
        seed: of all random numbers.
        chains, sweeps: of the sampler, for each fit.
        particles: of each hypothesis.
        islands: groups of particles, whose spread tells the error.
        cuts: how often each hypothesis is fitted.
        moves: sweeps of the sampler in each move of a particle at a week's end.
    """

    seed: int = DEFAULT_SEED
    chains: int = 4
    sweeps: int = 1200
    particles: int = 640
    islands: int = 4
    cuts: int = 3
    moves: int = 1


@dataclass(frozen=True, eq=False)
class Segment:
    """The weeks from one cut to the next.

    Attributes:
        first: number of the first week told, from 0.
        log: [islands, weeks] log mean weight of each week given the weeks before.
        effective: [islands, weeks] smallest effective number of particles of each.
        verdict: empty if the fit at the cut passed its gate, else what did not.
    """

    first: int
    log: F8
    effective: F8
    verdict: str


@dataclass(frozen=True, eq=False)
class HypothesisScores:
    """One hypothesis, told week by week.

    Attributes:
        links: its link set.
        as_baseline: whether the links it adds bear on nothing that the record holds, so that it is
            the baseline under another name.
        segments: in order.
    """

    links: LinkSet
    as_baseline: bool
    segments: tuple[Segment, ...]


def cut_weeks(weeks: int, cuts: int) -> tuple[int, ...]:
    """Return the weeks at which a window is cut: fits are of the weeks before each.

    Args:
        weeks: of the window.
        cuts: at most so many.

    Raises:
        InputError: too few weeks, or no cut.

    >>> cut_weeks(17, 3)
    (5, 9, 13)
    """
    if weeks < LEAST_WEEKS or cuts < 1:
        raise InputError(
            f"at least {LEAST_WEEKS} weeks and one cut are needed to tell some of them in advance",
            place="history_from", value=f"{weeks} weeks, {cuts} cuts",
            remedy="let `history_from` reach further back",
        )  # fmt: skip
    first = max(3, round(_TRAINING * weeks))
    each = (weeks - first) / min(cuts, weeks - first)
    return tuple(round(first + i * each) for i in range(min(cuts, weeks - first)))


def scores_key(case: Case, settings: ScoreSettings) -> str:
    """Return the name under which the scores of a case are kept: 32 hexadecimal digits.

    The sampler's own version is no part of it: another one gives other draws of the same law, and so
    the same scores within their errors.
    """
    return _digest(
        case, settings, [[s.id, s.without, s.held] for s in link_sets(case)]
    )  # titles are prose


def _digest(case: Case, settings: ScoreSettings, what: object) -> str:
    parts = {
        "scoring": [SCORING, BLURS], "case": case_hash(case),
        "record": case.record.content_hash(), "settings": asdict(settings), "what": what,
    }  # fmt: skip
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def score_hypotheses(
    case: Case,
    settings: ScoreSettings | None = None,
    *,
    cores: int = 2,
    kept: bool = True,
    progress: Callable[[float, float], None] | None = None,
) -> tuple[HypothesisScores, ...]:
    """Fit every hypothesis of a case at each cut and tell the weeks after it.

    Args:
        case: with the record as known on `as_of`.
        settings: seed and sizes; the usual ones by default.
        cores: threads; the numbers do not depend on it.
        kept: whether parts are read from the user's cache and put there.
        progress: called with (done, of) in parts of a hypothesis.

    Returns:
        Scores, the baseline first.

    Raises:
        InputError: the case has no hypotheses, or its window is too short.
        FitError: the record cannot be had under a hypothesis.
    """
    chosen = settings or ScoreSettings()
    if not case.document.hypotheses:
        raise InputError(
            "the case has no hypotheses", place=case.name, remedy="add some under `hypotheses:`"
        )
    sets = link_sets(case)
    weeks = weeks_of(Window.of(case).days)
    cuts = cut_weeks(weeks, chosen.cuts)
    whole, done = float(len(sets) * len(cuts)), 0.0

    def tell(share: float) -> None:
        nonlocal done
        done += share
        if progress is not None:
            progress(min(done, whole), whole)

    acting = {s.id: _acting(case, s) for s in sets}
    found = []
    for links in sets:
        parts = _partial(case, chosen, links) if kept else Partial(None)
        segments = tuple(
            _segment(case, links, chosen, cut, end, parts, cores, tell)
            for cut, end in zip(cuts, (*cuts[1:], weeks), strict=True)
        )
        same = links is not sets[0] and acting[links.id] == acting[sets[0].id]
        found.append(HypothesisScores(links, same, segments))
    return tuple(found)


def _options(links: LinkSet, until: int | None = None) -> Options:
    return Options(without=links.without, held=links.held, until=until)


def _acting(case: Case, links: LinkSet) -> tuple[object, ...]:
    """What tells two link sets apart in the likelihood: arrows that bear on the record, and doses."""
    problem = problem_of(case, _options(links))
    held = tuple((f, s) for f, s in links.held if f in problem.factors)
    return tuple(a.name for a in problem.arrows), held


def _partial(case: Case, settings: ScoreSettings, links: LinkSet) -> Partial:
    key = _digest(case, settings, [METHOD, links.id, links.without, links.held])
    try:
        return Partial(user_cache() / "hypotheses" / key)
    except RuntimeError:
        return Partial(None)


def _segment(
    case: Case,
    links: LinkSet,
    settings: ScoreSettings,
    cut: int,
    end: int,
    parts: Partial,
    cores: int,
    tell: Callable[[float], None],
) -> Segment:
    """One hypothesis from one cut to the next, from the cache or made now."""
    name = f"from-{cut}-to-{end}"
    known = _read(parts.get(name), cut, (settings.islands, end - cut))
    if known is not None:
        tell(1.0)
        return known
    made = _told(case, links, settings, cut, end, cores, tell)
    log = [[x if np.isfinite(x) else None for x in row] for row in made.log.tolist()]
    effective = made.effective.tolist()
    parts.put(name, {"log": log, "effective": effective, "verdict": made.verdict})
    return made


def _told(
    case: Case, links: LinkSet, settings: ScoreSettings, cut: int, end: int, cores: int,
    tell: Callable[[float], None],
) -> Segment:  # fmt: skip
    days = Window.of(case).days
    seeds = np.random.SeedSequence([settings.seed, zlib.crc32(links.id.encode()), cut])
    fit_seed, start_seed, own_seed = (int(x) for x in seeds.generate_state(3))
    before = problem_of(case, _options(links, DAYS * cut))
    problem = problem_of(case, _options(links, min(DAYS * end, days)))
    burn = max(THIN, settings.sweeps // 4)
    half = 0.5 / (settings.chains * (burn + settings.sweeps // THIN * THIN))
    fitted = sample_reading(
        before, seed=fit_seed, chains=settings.chains, sweeps=settings.sweeps,
        keep=settings.particles, gate=FOR_SIXTY_DRAWS, cores=cores,
        progress=lambda sweeps, _: tell(half * sweeps),
    )  # fmt: skip
    starts = from_fit(problem, fitted, settings.particles, np.random.default_rng(start_seed))
    share = 0.5 / (settings.particles * _days(problem, cut))
    made = score_weeks(
        problem, starts, first=cut, islands=settings.islands, seed=own_seed, moves=settings.moves,
        cores=cores,
        progress=lambda particles: tell(share * particles),
    )  # fmt: skip
    return Segment(cut, made.log, made.effective, fitted.verdict)


def _days(problem: Problem, cut: int) -> int:
    return problem.arrays.days - DAYS * cut


def _read(kept: object, first: int, shape: tuple[int, int]) -> Segment | None:
    """Return a kept part if it is whole; a damaged one is made again."""
    if not isinstance(kept, dict) or not {"log", "effective", "verdict"} <= set(kept):
        return None
    try:
        log = np.array(list(_floats(kept["log"])), np.float64).reshape(shape)
        effective = np.array(kept["effective"], np.float64).reshape(shape)
        return Segment(first, log, effective, str(kept["verdict"]))
    except (TypeError, ValueError):
        return None


def _floats(rows: list[list[float | None]]) -> Iterator[float]:
    for row in rows:
        yield from (-np.inf if x is None else float(x) for x in row)
