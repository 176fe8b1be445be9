"""Hindsight: frozen forecasts scored once their days have passed, beside baselines that know less.

A test that held or not is scored by Brier (p - y)^2 and by log score -ln p(y); a number by CRPS, by the
interval score of its 80 % interval, and by whether its central intervals held it (Gneiting and
Raftery 2007, JASA 102:359), all through `scoringrules`. Lower is better. A share of n histories is
taken as (k + 1/2) / (n + 1), so that no history more or less makes a log score infinite.

Items of one case whose days overlap are one draw of history: they are counted as one *independent*
item. Under 30 independent items nothing is averaged and no calibration curve is drawn: each item
stands by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from talion.errors import InputError
from talion.judge.case_behind import case_behind
from talion.judge.forecasts import Distribution
from talion.judge.frozen_schema import FrozenDistribution, FrozenShare, FrozenTest
from talion.judge.outcomes import OutcomeRow
from talion.judge.parts import parts_of
from talion.judge.score_baselines import BASELINES, BaselineForecast, RecordPaths, baseline_forecast
from talion.judge.score_escalation import (
    EscalationAlone,
    EscalationSettings,
    escalation_alone,
)
from talion.judge.score_items import Item, ScoredFile, items_of
from talion.judge.score_numbers import NumberScore, TestScore, score_number, score_test
from talion.judge.score_summary import ENOUGH, Summary, independent_groups, summarise
from talion.model.case import Case

__all__ = [
    "AUTHOR",
    "ESCALATION_ALONE",
    "EVEN",
    "Forecaster",
    "ItemScore",
    "ScoreResult",
    "score_forecasts",
]

AUTHOR, EVEN, ESCALATION_ALONE = "author", "even", "escalation_alone"


@dataclass(frozen=True)
class Forecaster:
    """Who forecasts: a reading of the file, the author's word, or a baseline.

    Attributes:
        id: in results.
        title: as printed.
        kind: reading, author or baseline.
        says: what it does, for a baseline.
    """

    id: str
    title: str
    kind: str
    says: str = ""


@dataclass(frozen=True)
class ItemScore:
    """One test with its scores.

    Attributes:
        item: what is known of it.
        group: number of the independent group it belongs to, from 1; 0 unless scored.
        tests: forecaster -> probability, Brier and log score; empty unless scored.
        numbers: for each number with an outcome, forecaster -> CRPS, intervals, interval score.
        missing: forecaster -> why it has no score here.
    """

    item: Item
    group: int = 0
    tests: Mapping[str, TestScore] = field(default_factory=dict)
    numbers: Mapping[int, Mapping[str, NumberScore]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoreResult:
    """What hindsight says of some forecast files.

    Attributes:
        today: the day on which was scored.
        files: the forecast files, none altered.
        forecasters: readings first, then the author, then baselines.
        items: every test of every file.
        independent: how many independent items were scored, hindcasts left out.
        summary: averages and calibration; None under 30 independent items.
        missing: baseline -> why no item has it.
        notes: baseline -> what to be careful with.
        versions: of talion and scoringrules.
    """

    today: dt.date
    files: tuple[ScoredFile, ...]
    forecasters: tuple[Forecaster, ...]
    items: tuple[ItemScore, ...]
    independent: int
    summary: Summary | None
    missing: Mapping[str, str]
    versions: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)

    def of_status(self, status: str) -> tuple[ItemScore, ...]:
        """Return the items of a status."""
        return tuple(found for found in self.items if found.item.status == status)


def score_forecasts(
    files: Sequence[ScoredFile],
    rows: Iterable[OutcomeRow],
    today: dt.date,
    *,
    cases: Iterable[Case] = (),
    every_forecast: bool = False,
    escalation: EscalationSettings | None = None,
) -> ScoreResult:
    """Score frozen forecasts.

    Args:
        files: as `frozen.verify_forecast` found them unaltered.
        rows: of the table of outcomes.
        today: the day on which is scored; what has not passed by then is pending.
        cases: from which baselines may be computed, found by hash.
        every_forecast: score also judgments that the case does not mark `testable: later`.
        escalation: how to compute the baseline *escalation alone* of files that hold no such
            reading; None to leave it out, for it takes a fit of its own.

    Raises:
        InputError, Problems: no file, one given twice, or a row is wrong.
    """
    _refuse_doubles(files)
    items = items_of(files, rows, today, every_forecast=every_forecast)
    scored = [item for item in items if item.status == "scored"]
    groups = independent_groups(scored, [file.forecast.case.name for file in files])
    behind = [case_behind(file.forecast, tuple(cases)) for file in files]
    baselines = _Baselines(files, [case for case, _ in behind], scored, escalation)
    found = tuple(
        _scored(item, groups[id(item)], baselines) if item.status == "scored" else ItemScore(item)
        for item in items
    )
    fair = {s.group for s in found if s.group and not s.item.hindcast}
    return ScoreResult(
        today,
        tuple(files),
        _forecasters(files),
        found,
        len(fair),
        summarise([s for s in found if s.group and not s.item.hindcast])
        if len(fair) >= ENOUGH
        else None,
        _missing(files, [why for _, why in behind], baselines),
        {name: version(name) for name in ("talion", "scoringrules")},
        baselines.notes(),
    )


def _refuse_doubles(files: Sequence[ScoredFile]) -> None:
    if not files:
        remedy = "give files that `talion freeze` wrote"
        raise InputError("no forecast file to score", place="talion score", remedy=remedy)
    seen: dict[str, ScoredFile] = {}
    for file in files:
        first = seen.setdefault(file.forecast.sha256, file)
        if first is not file:
            raise InputError(
                f"the same forecast as {first.path}", place=str(file.path), remedy="give it once"
            )


def _forecasters(files: Sequence[ScoredFile]) -> tuple[Forecaster, ...]:
    readings = {
        name: Forecaster(name, reading.title, "reading", reading.says)
        for file in files
        for name, reading in file.forecast.readings.items()
        if name != ESCALATION_ALONE
    }
    return (
        *readings.values(),
        Forecaster(AUTHOR, "The author's word", "author", "the middle of what the word claims"),
        *(Forecaster(b.id, b.title, "baseline", b.says) for b in BASELINES),
        Forecaster(
            ESCALATION_ALONE,
            "Escalation alone",
            "baseline",
            "a fit in which no side answers another, simulated ahead",
        ),
        Forecaster(EVEN, "Always 50 %", "baseline", "one half, whatever is asked"),
    )


def _missing(
    files: Sequence[ScoredFile], reasons: Sequence[str], baselines: _Baselines
) -> dict[str, str]:
    """Return why a baseline is missing for all files."""
    found: dict[str, str] = {}
    if all(reasons):
        found |= {b.id: "; ".join(dict.fromkeys(reasons)) for b in BASELINES}
    if not any(ESCALATION_ALONE in file.forecast.readings for file in files):
        why = baselines.why_no_escalation()
        if why:
            found[ESCALATION_ALONE] = f"not computed: {why}"
    return found


# --- one item ------------------------------------------------------------------------------------


class _Baselines:
    """What baselines say of the scored items of each file; courses are made once a file."""

    def __init__(
        self,
        files: Sequence[ScoredFile],
        cases: Sequence[Case | None],
        scored: Sequence[Item],
        escalation: EscalationSettings | None,
    ) -> None:
        self._files, self._cases, self._escalation = files, cases, escalation
        self._alone: dict[int, EscalationAlone] = {}
        self._scored = {item.file for item in scored}
        self._days: dict[int, int] = {}
        for item in scored:
            if item.frozen.end is not None:
                ahead = (item.frozen.end - files[item.file].forecast.as_of).days
                self._days[item.file] = max(self._days.get(item.file, 1), ahead)
        self._paths: dict[tuple[int, str], RecordPaths] = {}

    def of(self, item: Item, baseline: str) -> BaselineForecast:
        """Return what a baseline says of an item."""
        case = self._cases[item.file]
        if case is None:
            return BaselineForecast(None, (), "the record as known then is not at hand")
        parts = {part.id: part for part in parts_of(case, item.judgment)}
        return baseline_forecast(self._courses(item.file, baseline, case), parts[item.test])

    def all_of(self, item: Item) -> dict[str, BaselineForecast]:
        """Return what every baseline says of an item."""
        found = {baseline.id: self.of(item, baseline.id) for baseline in BASELINES}
        if ESCALATION_ALONE not in item.frozen.probabilities:
            found[ESCALATION_ALONE] = self.alone(item)
        return found

    def alone(self, item: Item) -> BaselineForecast:
        """Return what escalation alone says of an item."""
        case, found = self._cases[item.file], self._of_escalation(item.file)
        if case is None or found.values is None:
            return BaselineForecast(None, (), found.why)
        parts = {part.id: part for part in parts_of(case, item.judgment)}
        return baseline_forecast(found.values, parts[item.test])

    def why_no_escalation(self) -> str:
        """Return why escalation alone says nothing of any item; "" where it says something."""
        reasons = [self._of_escalation(file).why for file in sorted(self._scored)]
        if not reasons:
            return "nothing can be scored yet"
        return "; ".join(dict.fromkeys(reasons)) if all(reasons) else ""

    def notes(self) -> dict[str, str]:
        """Return what to be careful with, by baseline."""
        open_ = dict.fromkeys(found.verdict for found in self._alone.values() if found.verdict)
        return {ESCALATION_ALONE: "; ".join(open_)} if open_ else {}

    def _of_escalation(self, file: int) -> EscalationAlone:
        if file not in self._alone:
            case = self._cases[file]
            if case is None:
                return EscalationAlone(None, "the record as known then is not at hand")
            if self._escalation is None:
                return EscalationAlone(None, "it takes a fit of its own; ask for it (--escalation)")
            seed = self._files[file].forecast.run.seed
            self._alone[file] = escalation_alone(case, self._escalation, seed=seed)
        return self._alone[file]

    def _courses(self, file: int, baseline: str, case: Case) -> RecordPaths:
        key = (file, baseline)
        if key not in self._paths:
            seed = self._files[file].forecast.run.seed
            # One day more: a level is read at the midnight after the last day.
            self._paths[key] = RecordPaths(case, baseline, seed, self._days[file] + 1)
        return self._paths[key]


def _scored(item: Item, group: int, baselines: _Baselines) -> ItemScore:
    held = bool(item.outcome)
    tests: dict[str, TestScore] = {}
    numbers: dict[int, dict[str, NumberScore]] = {number: {} for number in item.values}
    missing: dict[str, str] = {}
    for name, share in item.frozen.probabilities.items():
        if share is None:
            missing[name] = "no simulated history can answer"
        else:
            tests[name] = score_test(share.probability, _size(share, item.frozen), held)
    for number, value in item.values.items():
        for name, spread in item.frozen.numbers[number].readings.items():
            if spread is not None:
                numbers[number][name] = score_number(_distribution(spread), value)
    stated = item.frozen_judgment.word_range
    if stated is None:
        missing[AUTHOR] = "the author's words claim no probability"
    elif item.test != item.frozen_judgment.main:
        missing[AUTHOR] = "the author's word is of the judgment's own test"
    else:
        tests[AUTHOR] = score_test(sum(stated) / 2, None, held)
    for name, forecast in baselines.all_of(item).items():
        if forecast.share is None:
            missing[name] = forecast.why
        else:
            tests[name] = score_test(forecast.share.probability, forecast.share.histories, held)
        for number, spread_of in enumerate(forecast.numbers):
            if spread_of is not None and number in item.values:
                numbers[number][name] = score_number(spread_of, item.values[number])
    tests[EVEN] = score_test(0.5, None, held)
    return ItemScore(item, group, tests, numbers, missing)


def _size(share: FrozenShare, test: FrozenTest) -> int:
    """Return how many answers a share is of: histories, or draws for an effect."""
    return share.draws if test.kind == "effect" else share.histories


def _distribution(spread: FrozenDistribution) -> Distribution:
    return Distribution(
        spread.mean,
        spread.histories,
        spread.unknown,
        {int(value): times for value, times in spread.counts.items()},
        {float(level): value for level, value in spread.quantiles.items()},
    )
