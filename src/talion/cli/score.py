"""`talion score`: frozen forecasts against what came, in words, as Markdown or as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from talion.cli.lines import say
from talion.cli.progress import Progress
from talion.errors import InputError, Problems, TalionError

if TYPE_CHECKING:
    from talion.judge.score import ItemScore, ScoreResult
    from talion.judge.score_items import ScoredFile

__all__ = ["score_files", "score_json"]


def score_files(
    files: Sequence[Path],
    *,
    outcomes: Path,
    cases: Sequence[str] = (),
    today: str | None = None,
    every_forecast: bool = False,
    escalation: bool = False,
    as_json: bool = False,
    markdown: bool = False,
) -> None:
    """Score forecast files and print what hindsight says of them.

    Args:
        files: that `talion freeze` wrote.
        outcomes: table of what came.
        cases: cases or folders of runs, for the baselines.
        today: the day on which is scored, as YYYY-MM-DD; the present day if omitted.
        every_forecast: score also judgments that the case does not mark `testable: later`.
        escalation: compute the baseline *escalation alone*, which takes a fit of its own.
        as_json, markdown: how to print.

    Raises:
        InputError, Problems: a file was altered, the table is wrong, or a day is none.
    """
    from talion.cli.score_words import as_markdown, as_text, sections_of
    from talion.judge.case_behind import read_cases
    from talion.judge.outcomes import read_outcome_rows
    from talion.judge.score import score_forecasts
    from talion.judge.score_escalation import EscalationSettings

    if as_json and markdown:
        message = "say one thing: JSON or Markdown"
        raise InputError(message, place="--json, --md", remedy="leave out one of them")
    with Progress("fitting") if escalation else nullcontext() as progress:
        result = score_forecasts(
            _read(files),
            read_outcome_rows(outcomes),
            _day(today),
            cases=read_cases(cases),
            every_forecast=every_forecast,
            escalation=EscalationSettings(progress=progress) if escalation else None,
        )
    if as_json:
        typer.echo(score_json(result))
    elif markdown:
        typer.echo(as_markdown(sections_of(result)), nl=False)
    else:
        say(as_text(sections_of(result)))


def _read(files: Sequence[Path]) -> list[ScoredFile]:
    """Read every forecast file; all that are altered are named at once."""
    from talion.judge.frozen import read_forecast
    from talion.judge.score_items import ScoredFile

    found, faults = [], []
    for path in files:
        try:
            found.append(ScoredFile(path, read_forecast(path)))
        except TalionError as error:
            faults.append(error)
    Problems.raise_any(faults)
    return found


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.date.today()
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        remedy = "write it as YYYY-MM-DD"
        raise InputError("not a day", place="--today", value=text, remedy=remedy) from None


def score_json(result: ScoreResult) -> str:
    """Return scores as JSON: keys sorted, every item with what became of it."""
    from talion.judge.results import plain

    document = {
        "talion_score": 1,
        "today": result.today.isoformat(),
        "files": [
            {
                "path": str(file.path),
                "sha256": file.forecast.sha256,
                "case": file.forecast.case.name,
                "as_of": file.forecast.as_of.isoformat(),
                "frozen_at": file.forecast.frozen_at.isoformat(),
            }
            for file in result.files
        ],
        "forecasters": plain(result.forecasters),
        "items": [_item(found) for found in result.items],
        "independent": result.independent,
        "summary": plain(result.summary),
        "missing": dict(result.missing),
        "notes": dict(result.notes),
        "versions": dict(result.versions),
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)


def _item(found: ItemScore) -> dict[str, Any]:
    from talion.judge.results import plain

    item = found.item
    told = ("file", "judgment", "test", "status", "why", "outcome", "hindcast", "sources")
    return {
        **{name: plain(getattr(item, name)) for name in told},
        "claim": item.frozen_judgment.claim,
        "text": item.frozen.text,
        "world": item.frozen.world,
        "start": plain(item.frozen.start),
        "end": plain(item.frozen.end),
        "on": plain(item.on),
        "group": found.group,
        "tests": plain(found.tests),
        "numbers": [
            {
                "number": index + 1,
                "what": item.frozen.numbers[index].what,
                "subject": item.frozen.numbers[index].subject,
                "scores": plain(by_name),
            }
            for index, by_name in found.numbers.items()
        ],
        "missing": dict(found.missing),
    }
