"""`talion diff`: two runs compared, in words, as Markdown or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from talion.cli.lines import say
from talion.cli.progress import Progress
from talion.cli.sizes import within
from talion.errors import InputError

if TYPE_CHECKING:
    from talion.judge.apart import Apart
    from talion.judge.moved import Comparison, JudgmentMoves
    from talion.judge.run_folder import KeptRun

__all__ = ["diff_json", "diff_runs"]


def diff_runs(
    before: Path,
    after: Path,
    *,
    as_json: bool = False,
    markdown: bool = False,
    apart: bool = False,
    workers: int | None = None,
) -> None:
    """Print what moved between two runs and what changed.

    Args:
        before, after: folders that `talion run` wrote.
        apart: run each change alone.
        workers: threads for that.
        as_json: print JSON.
        markdown: print Markdown.

    Raises:
        InputError: a folder holds no run, or the runs have no judgment in common.
    """
    from talion.cli.diff_words import as_markdown, as_text, blocks_of
    from talion.judge.moved import compare_runs
    from talion.judge.run_folder import read_run

    if as_json and markdown:
        message = "say one thing: JSON or Markdown"
        raise InputError(message, place="--json, --md", remedy="leave out one of them")
    if workers is not None:
        within("--workers", workers, 1, 1, 1024)
    found = compare_runs(read_run(before), read_run(after))
    alone = _apart(found, workers) if apart else ()
    if as_json:
        typer.echo(diff_json(found, alone))
    elif markdown:
        typer.echo(as_markdown(blocks_of(found, alone)), nl=False)
    else:
        say(as_text(blocks_of(found, alone)))


def _apart(found: Comparison, workers: int | None) -> tuple[Apart, ...]:
    from talion.judge.apart import run_apart, units_apart

    turns = len(units_apart(found)) + 1
    with Progress("running changes apart") as progress:
        begun: dict[str, None] = {}

        def step(unit: str, done: int, of: int) -> None:
            begun[unit] = None
            progress((len(begun) - 1) * of + done, turns * of)

        return run_apart(found, workers=workers, progress=step)


def diff_json(comparison: Comparison, apart: Sequence[Apart] = ()) -> str:
    """Return a comparison as JSON: keys sorted, every change and every number."""
    from talion.judge.results import plain

    document = {
        "before": _run(comparison.before),
        "after": _run(comparison.after),
        "added": list(comparison.added),
        "gone": list(comparison.gone),
        "judgments": [_moves(judged) for judged in comparison.judgments],
        "changes": plain(comparison.changes),
        "apart": [
            {
                "unit": one.unit,
                "why": one.why,
                "judgments": []
                if one.comparison is None
                else [_moves(judged) for judged in one.comparison.judgments],
            }
            for one in apart
        ],
        "compared": comparison.compared,
        "limit": comparison.limit,
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)


def _moves(judged: JudgmentMoves) -> dict[str, Any]:
    from talion.judge.results import plain

    told = {"moved": judged.moved, "reworded": judged.reworded, "equal": judged.equal}
    return {**plain(judged), **told}


def _run(run: KeptRun) -> dict[str, Any]:
    receipt = run.results.receipt
    return {
        "folder": str(run.folder),
        "case": run.results.case,
        "title": run.results.title,
        "as_of": receipt.as_of.isoformat(),
        "case_hash": receipt.case_hash,
        "record_hash": receipt.record_hash,
        "results_hash": run.results_hash,
        "version": receipt.version,
        "seed": receipt.seed,
        "draws": receipt.draws,
        "histories": receipt.histories,
        "fitted": run.results.fit is not None,
    }
