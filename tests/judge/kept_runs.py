"""Runs read back from what they would have left on disk, made in memory from the small crisis."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping
from pathlib import Path

from judge.crisis import JUDGMENTS, TEXT, judgment, small_record
from talion.judge.kept_results import KeptResults
from talion.judge.run import judge_case
from talion.judge.run_folder import KeptRun, record_text
from talion.model.case import parse_case
from talion.model.document import read_document
from talion.record.record import Record

SIZES = {"draws": 60, "histories": 10}

TESTS: Mapping[str, str] = {
    "parades": "kind: forecast, word: likely, holds_if: {count: parade, at_least: 6, to: horizon}, "
    "horizons: [90 days]",
    "attacks": "kind: forecast, word: likely, holds_if: {count: attack, at_least: 28, to: horizon}, "
    "horizons: [90 days]",
    "demands": "kind: forecast, word: likely, holds_if: {count: demand, at_least: 9, to: horizon}, "
    "horizons: [90 days]",
    "calm": "kind: conditional, word: likely, under: peace, horizons: [90 days], "
    "holds_if: {count: attack, at_most: 12, to: horizon}",
    "heated": "kind: forecast, testable: later, due: 2024-09-01, word: likely, "
    "holds_if: {level: push, at: as_of + 90 days, at_least: 45}",
    "rests": JUDGMENTS["rests"],
    "checked": JUDGMENTS["checked"],
    "motive": JUDGMENTS["motive"],
}


def case_text(
    *swaps: tuple[str, str], tests: Mapping[str, str] = TESTS, names: tuple[str, ...] = ()
) -> str:
    """The crisis with the named judgments, all by default, and pieces of its text swapped."""
    chosen = {name: tests[name] for name in (names or tests)}
    text = TEXT + "".join(judgment(name, said) for name, said in chosen.items())
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    return text


@functools.cache
def kept(text: str, *, seed: int = 7, record: Record | None = None) -> KeptRun:
    """Judge a case and return what the run would have kept.

    Args:
        text: of the case.
        seed: of the run.
        record: the small one if omitted.
    """
    rows = record or small_record()
    result = judge_case(parse_case(text, "crisis", rows), seed=seed, **SIZES)
    tables = json.loads(record_text(result.record))["tables"]
    return KeptRun(
        Path(f"run-{seed}"),
        KeptResults.model_validate_json(result.to_json()),
        read_document(text, "case.yaml").data,
        {name: tuple(rows) for name, rows in tables.items()},
        "ab" * 32,
    )


NOON = dt.datetime(2024, 6, 2, 12, 0, tzinfo=dt.UTC)  # the day after the crisis's cut-off
