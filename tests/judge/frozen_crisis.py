"""Forecast files of the small crisis, made in memory, with judgments that can be scored."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path

from judge.crisis import JUDGMENTS, small_record
from judge.kept_runs import NOON, case_text, kept
from talion.judge.frozen import freeze_run
from talion.judge.frozen_schema import FrozenForecast
from talion.judge.outcomes import OutcomeRow, Settled
from talion.judge.score_items import ScoredFile
from talion.model.case import Case, parse_case

LATER = "testable: later, due: 2024-08-30, horizons: [90 days]"
TESTS: Mapping[str, str] = {
    "attacks": f"kind: forecast, word: likely, {LATER}, "
    "holds_if: {count: attack, at_least: 28, to: horizon}",
    "pace": f"kind: forecast, word: seemingly, {LATER}, "
    "holds_if: {rate: attack, at_least: 10, at_most: 12, to: horizon}",
    "often": f"kind: forecast, word: likely, {LATER}, "
    "holds_if: {count: strike, at_least: 1, at_most: 9, in_every: 30 days, to: horizon}",
    "usual": f"kind: forecast, word: likely, {LATER}, "
    "holds_if: {count: attack, at_least: 1 x usual, to: horizon}",
    "calm": f"kind: conditional, word: unlikely, under: peace, {LATER}, "
    "holds_if: {count: attack, at_most: 12, to: horizon}",
    "autumn": "kind: forecast, word: likely, testable: later, due: 2024-11-28, "
    "holds_if: {count: strike, at_least: 8, from: as_of + 90 days, to: as_of + 180 days}",
    "push": f"kind: forecast, word: likely, {LATER}, "
    "holds_if: {level: push, at_least: 40, at: horizon}",
    "unmarked": "kind: forecast, word: likely, horizons: [90 days], "
    "holds_if: {count: attack, at_least: 20, to: horizon}",
    "rests": JUDGMENTS["rests"],
    "checked": JUDGMENTS["checked"],
    "motive": JUDGMENTS["motive"],
}
TEXT = case_text(tests=TESTS)
DUE = dt.date(2024, 8, 30)  # 90 days after the cut-off: the first day after the window
YEAR_ON = dt.date(2025, 6, 1)


@functools.cache
def frozen(now: dt.datetime = NOON, *, seed: int = 7) -> FrozenForecast:
    """Freeze a run of the crisis."""
    return freeze_run(kept(TEXT, seed=seed), now)


def file_of(forecast: FrozenForecast | None = None, name: str = "a.json") -> ScoredFile:
    return ScoredFile(Path(name), forecast or frozen())


def case_behind_it() -> Case:
    return parse_case(TEXT, "crisis", small_record())


def row(
    judgment: str,
    outcome: Settled | None = None,
    value: float | None = None,
    *,
    test: str = "main",
    number: int = 1,
    on: dt.date = DUE,
    forecast: str = "",
) -> OutcomeRow:
    return OutcomeRow(
        "o.csv, row 2", judgment, test, outcome, value, number, on, "a daily log", forecast
    )
