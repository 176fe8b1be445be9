"""Two runs compared: what moved, and which change it may be because of.

A probability moved if its two values lie farther apart than chance explains:

    |p1 - p2| > t sqrt(s1^2 + s2^2),  t = Student's quantile of 1 - 0.05 / (2 m)

with s the Monte Carlo errors stated by the runs, one degree of freedom less than the fewer draws,
and m the numbers compared (Bonferroni), so that of a hundred comparisons of equal runs with other
seeds at most about five show any move at all. Runs with one seed share random numbers, so that they differ by less than this allows; a small move may
then be real and is still called noise. Where the fits differ, the error of their own sampling is not
in s.

A change is named as the reason only if it is the only one that can bear on what moved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Literal

from talion.errors import InputError
from talion.judge.changes import MOVES, Change, changes_between
from talion.judge.kept_results import KeptEffect, KeptJudgment, KeptPart, KeptShare
from talion.judge.readings import WITH_RECORD
from talion.judge.run_folder import KeptRun
from talion.judge.words import percent
from talion.model.lexicon import LEXICONS

__all__ = ["Comparison", "JudgmentMoves", "Move", "PartMoves", "compare_runs", "noise_limit"]

_FALSE_ALARMS = 0.05  # of comparisons of runs that differ by chance alone
_EIGHTY = 2 * NormalDist().inv_cdf(0.9)  # width of an 80 % interval in standard deviations


@dataclass(frozen=True)
class Move:
    """One number of one test under one reading, before and after.

    Attributes:
        reading: its id.
        what: `share`, a probability; or `effect`, the mean of an effect.
        before, after: None where that run has none.
        error: Monte Carlo error of the difference.
        allowed: how far apart chance alone may put them, all numbers compared allowed for.
        unit: of an effect; "" for a share.
        beyond_noise: it moved by more than chance explains.
        words: the estimative words before and after; "" where there is no share.
    """

    reading: str
    what: Literal["share", "effect"]
    before: float | None
    after: float | None
    error: float
    allowed: float
    unit: str
    beyond_noise: bool
    words: tuple[str, str] = ("", "")

    @property
    def shows(self) -> bool:
        """Whether it moved beyond noise and would be printed with another number."""
        if not self.beyond_noise or self.before is None or self.after is None:
            return False
        if self.what == "share":
            return percent(self.before) != percent(self.after)
        return f"{self.before:.2g}" != f"{self.after:.2g}"

    @property
    def crosses(self) -> bool:
        """Whether the estimative word or words changed."""
        return self.words[0] != self.words[1] and all(self.words)


@dataclass(frozen=True)
class PartMoves:
    """One test of one judgment in both runs.

    Attributes:
        id, title: of the later run.
        asks: `same`; `other dates`, the same test on other days; or `another test`.
        text: the test in words, before and after.
        label: before and after.
        moves: readings in the order of the later run, then those it lacks.
    """

    id: str
    title: str
    asks: Literal["same", "other dates", "another test"]
    text: tuple[str, str]
    label: tuple[str, str]
    moves: tuple[Move, ...]

    @property
    def relabelled(self) -> bool:
        """Whether the label changed."""
        return self.label[0] != self.label[1]

    @property
    def shows(self) -> bool:
        """Whether there is anything to say: a label, a test or a number beyond noise changed."""
        return (
            self.relabelled or self.asks == "another test" or any(move.shows for move in self.moves)
        )


@dataclass(frozen=True)
class JudgmentMoves:
    """One judgment in both runs.

    Attributes:
        id: in the later run.
        was: its id in the earlier run, if it had another; else "".
        claim, word: before and after.
        label: of the judgment, before and after.
        parts: tests in both runs.
        parts_added, parts_gone: ids of tests in one run alone.
        reasons: units of the changes that can bear on what moved; empty if nothing did.
    """

    id: str
    was: str
    claim: tuple[str, str]
    word: tuple[str, str]
    label: tuple[str, str]
    parts: tuple[PartMoves, ...]
    parts_added: tuple[str, ...] = ()
    parts_gone: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def reworded(self) -> bool:
        """Whether claim or word are not what they were."""
        return self.claim[0] != self.claim[1] or self.word[0] != self.word[1]

    @property
    def moved(self) -> bool:
        """Whether a label, a test or a number beyond noise changed."""
        return bool(
            self.label[0] != self.label[1]
            or self.parts_added
            or self.parts_gone
            or any(part.shows for part in self.parts)
        )

    @property
    def equal(self) -> bool:
        """Whether every number is the same to the last digit."""
        return all(m.before == m.after for part in self.parts for m in part.moves)


@dataclass(frozen=True)
class Comparison:
    """What `compare_runs` found.

    Attributes:
        before, after: the runs.
        judgments: those in both, in the order of the later run.
        added, gone: ids of judgments in one run alone.
        changes: what the runs were made of, where it differs.
        compared: numbers compared.
        limit: how many errors apart they had to be, with many draws.
    """

    before: KeptRun = field(repr=False)
    after: KeptRun = field(repr=False)
    judgments: tuple[JudgmentMoves, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    changes: tuple[Change, ...]
    compared: int
    limit: float

    @property
    def bearing(self) -> tuple[Change, ...]:
        """The changes that can move a number other than by chance."""
        return tuple(change for change in self.changes if change.weight == MOVES)


def compare_runs(before: KeptRun, after: KeptRun) -> Comparison:
    """Compare two runs.

    Args:
        before, after: as `read_run` returns them; of one case or of two.

    Returns:
        What moved, what changed, and which changes can bear on what moved.

    Raises:
        InputError: the runs have no judgment in common.
    """
    one, two = before.results, after.results
    was = _same_judgments(before, after)
    if not was and one.judgments and two.judgments:
        raise InputError(
            "the runs have no judgment in common",
            place=f"{before.folder}, {after.folder}",
            remedy="compare runs of one case, or of a case and its changed copy",
        )
    changes = changes_between(before, after)
    pairs = [(one.judgments[old], two.judgments[new]) for new, old in was.items()]
    compared = max(1, sum(1 for pair in pairs for _ in _numbers(*pair)))
    judged = [_judgment(before, after, pair, compared) for pair in pairs]
    return Comparison(
        before,
        after,
        tuple(
            _with_reasons(moves, pair, changes, same_fit=one.fit == two.fit)
            for moves, pair in zip(judged, pairs, strict=True)
        ),
        tuple(name for name in after.order if name not in was),
        tuple(name for name in before.order if name not in was.values()),
        changes,
        compared,
        noise_limit(compared),
    )


def noise_limit(compared: int, freedom: float = math.inf) -> float:
    """Return how many errors apart two of `compared` pairs must be to count as moved.

    Student's quantile by the expansion about the normal one (Abramowitz and Stegun 1964, 26.7.5).

    Args:
        compared: numbers compared.
        freedom: degrees of freedom of the errors.

    >>> round(noise_limit(1), 2), round(noise_limit(100), 2), round(noise_limit(1, 10), 2)
    (1.96, 3.48, 2.23)
    """
    z = NormalDist().inv_cdf(1 - _FALSE_ALARMS / (2 * compared))
    v = max(freedom, 1.0)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


# --- what belongs together -----------------------------------------------------------------------


def _same_judgments(before: KeptRun, after: KeptRun) -> dict[str, str]:
    """Return id in the later run -> id in the earlier; one renamed keeps its claim and its kind."""
    one, two = before.results.judgments, after.results.judgments
    found = {name: name for name in two if name in one}
    left = [name for name in before.order if name not in two]
    for name in after.order:
        if name in found:
            continue
        claims = [old for old in left if one[old].judgment.claim == two[name].judgment.claim]
        if len(claims) == 1:
            found[name] = claims[0]
            left.remove(claims[0])
    return {name: found[name] for name in after.order if name in found}


def _parts(before: KeptJudgment, after: KeptJudgment) -> Iterator[tuple[KeptPart, KeptPart]]:
    """Yield the tests that both have, at the same horizon."""
    old = {_part_key(part): part for part in before.parts}
    for part in after.parts:
        if _part_key(part) in old:
            yield old[_part_key(part)], part


def _part_key(part: KeptPart) -> tuple[str, str]:
    """Return a test's key and its horizon in days: `main` is `main@180` where it is the only one."""
    days = (part.horizon or "").split(" days", maxsplit=1)[0]
    return part.id.split("@", maxsplit=1)[0], days


def _numbers(before: KeptJudgment, after: KeptJudgment) -> Iterator[None]:
    """Yield once for each number that both runs have."""
    for old, new in _parts(before, after):
        for mine, other in ((old.readings, new.readings), (old.effect, new.effect)):
            yield from (None for r in mine if mine[r] is not None and other.get(r) is not None)


# --- one judgment --------------------------------------------------------------------------------


def _judgment(
    before: KeptRun, after: KeptRun, pair: tuple[KeptJudgment, KeptJudgment], compared: int
) -> JudgmentMoves:
    old, new = pair
    shared = list(_parts(old, new))
    kept_old, kept_new = ({p[i].id for p in shared} for i in (0, 1))
    return JudgmentMoves(
        new.id,
        "" if old.id == new.id else old.id,
        (old.judgment.claim, new.judgment.claim),
        (old.judgment.word, new.judgment.word),
        (old.label, new.label),
        tuple(_part(before, after, pair, parts, compared) for parts in shared),
        tuple(part.id for part in new.parts if part.id not in kept_new),
        tuple(part.id for part in old.parts if part.id not in kept_old),
    )


def _part(
    before: KeptRun,
    after: KeptRun,
    judgments: tuple[KeptJudgment, KeptJudgment],
    parts: tuple[KeptPart, KeptPart],
    compared: int,
) -> PartMoves:
    old, new = parts
    tests = (_asked(before, judgments[0], old), _asked(after, judgments[1], new))
    return PartMoves(
        new.id,
        new.title,
        _asks(tests, parts),
        (old.text, new.text),
        (_label(old), _label(new)),
        tuple(_moves(parts, compared, (before.results.lexicon, after.results.lexicon))),
    )


def _label(part: KeptPart) -> str:
    """Return a label, and for a count on the record what it came to."""
    return part.label if part.record is None else f"{part.label}: {part.record.outcome}"


def _asked(run: KeptRun, judgment: KeptJudgment, part: KeptPart) -> object:
    """Return a test as the case file has it, with its world; None if the run kept no case."""
    if run.case is None:
        return None
    entry = run.case["judgments"][judgment.id]
    key = part.id.split("@", maxsplit=1)[0]
    own = entry if key == "main" else entry["also"][key]
    return own.get("holds_if"), part.world


def _asks(
    tests: tuple[object, object], parts: tuple[KeptPart, KeptPart]
) -> Literal["same", "other dates", "another test"]:
    old, new = parts
    if None in tests:
        return "same" if (old.text, old.world) == (new.text, new.world) else "another test"
    if tests[0] != tests[1]:
        return "another test"
    return "same" if old.text == new.text else "other dates"


def _moves(
    parts: tuple[KeptPart, KeptPart], compared: int, lexicons: tuple[str, str]
) -> Iterator[Move]:
    old, new = parts
    for reading in dict.fromkeys([*new.readings, *old.readings]):
        first, second = old.readings.get(reading), new.readings.get(reading)
        if first is not None or second is not None:
            yield _share_move(reading, (first, second), compared, lexicons)
        one, two = old.effect.get(reading), new.effect.get(reading)
        if one is not None and two is not None and first is not None and second is not None:
            yield _effect_move(reading, (one, two), (first.draws, second.draws), compared)


def _share_move(
    reading: str,
    shares: tuple[KeptShare | None, KeptShare | None],
    compared: int,
    lexicons: tuple[str, str],
) -> Move:
    first, second = shares
    ends = tuple(None if share is None else share.probability for share in shares)
    words = tuple(_words(s, name) for s, name in zip(shares, lexicons, strict=True))
    error, allowed, beyond = 0.0, 0.0, False
    if first is not None and second is not None:
        error = math.hypot(first.mcse, second.mcse)
        allowed = error * noise_limit(compared, min(first.draws, second.draws) - 1)
        beyond = abs(second.probability - first.probability) > allowed
    return Move(
        reading, "share", ends[0], ends[1], error, allowed, "", beyond, (words[0], words[1])
    )


def _words(share: KeptShare | None, lexicon: str) -> str:
    if share is None or lexicon not in LEXICONS:
        return ""
    return " to ".join(LEXICONS[lexicon].words_for(share.low, share.high))


def _effect_move(
    reading: str, effects: tuple[KeptEffect, KeptEffect], draws: tuple[int, int], compared: int
) -> Move:
    """Return how the mean of an effect moved."""
    one, two = effects
    error = math.hypot(*map(_error_of_mean, effects, draws))
    allowed = error * noise_limit(compared, min(draws) - 1)
    beyond = one.unit == two.unit and abs(two.mean - one.mean) > allowed
    return Move(reading, "effect", one.mean, two.mean, error, allowed, two.unit, beyond)


def _error_of_mean(effect: KeptEffect, draws: int) -> float:
    """Return the Monte Carlo error of an effect's mean.

    Where a run of an older version does not state it: that of the mean of as many normal draws with
    this 80 % interval; for per cent, whose mean is that of the logarithms of ratios, by way of those.
    """
    if effect.mcse is not None:
        return effect.mcse
    low, high, scale = effect.low, effect.high, 1.0
    if effect.unit == "%" and low > -100:
        low, high = (math.log1p(end / 100) for end in (low, high))
        scale = 100 + effect.mean
    return scale * (high - low) / _EIGHTY / math.sqrt(max(draws, 1))


# --- because of what -----------------------------------------------------------------------------


def _with_reasons(
    judged: JudgmentMoves,
    pair: tuple[KeptJudgment, KeptJudgment],
    changes: tuple[Change, ...],
    *,
    same_fit: bool,
) -> JudgmentMoves:
    """Return a judgment with the units of the changes that can bear on what moved in it."""
    if not judged.moved:
        return judged
    acting = [change for change in changes if change.weight == MOVES]
    own = {f"judgments.{name}" for name in (judged.id, judged.was) if name}
    units = dict.fromkeys(c.unit for c in acting if c.unit in own)
    if judged.parts_added or judged.parts_gone:
        units |= dict.fromkeys(c.unit for c in acting if c.unit == "horizon")
    tests = {new.id: (old, new) for old, new in _parts(*pair)}
    for moved in judged.parts:
        if moved.shows:
            bears = (c.unit for c in acting if _bears(c, moved, tests[moved.id], same_fit))
            units |= dict.fromkeys(bears)
    return replace(judged, reasons=tuple(units))


def _bears(
    change: Change, moved: PartMoves, tests: tuple[KeptPart, KeptPart], same_fit: bool
) -> bool:
    """Whether a change can bear on what moved in a test; the judgment's own changes are told before.

    Told apart are: other judgments; what-ifs that the test does not name; horizons it does not use;
    and for a share of histories the links on none of its paths, unless what moved is the reading
    with the record, or the label that uses it, and the fits differ: a fit sees every link.
    """
    section, _, name = change.unit.partition(".")
    kind, worlds = tests[1].kind, {test.world for test in tests}
    by_record = moved.relabelled or any(m.shows and m.reading == WITH_RECORD for m in moved.moves)
    if section == "judgments":
        return False
    if kind == "record":
        return section in ("record", "as_of", "version", "case", "actors")
    if section == "what_ifs":
        return kind == "effect" or name in worlds
    if section == "horizon":
        return any(test.horizon is not None for test in tests)
    if section == "fit":
        return by_record
    if section == "links" and name and kind == "share":
        return any(name in test.path for test in tests) or (by_record and not same_fit)
    return True
