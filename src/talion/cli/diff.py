"""`talion diff`: two runs compared, in words, as Markdown or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from talion.cli.lines import say
from talion.errors import InputError

if TYPE_CHECKING:
    from talion.judge.moved import Comparison
    from talion.judge.run_folder import KeptRun

__all__ = ["diff_json", "diff_runs"]


def diff_runs(before: Path, after: Path, *, as_json: bool = False, markdown: bool = False) -> None:
    """Print what moved between two runs and what changed.

    Args:
        before, after: folders that `talion run` wrote.
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
    found = compare_runs(read_run(before), read_run(after))
    if as_json:
        typer.echo(diff_json(found))
    elif markdown:
        typer.echo(as_markdown(blocks_of(found)), nl=False)
    else:
        say(as_text(blocks_of(found)))


def diff_json(comparison: Comparison) -> str:
    """Return a comparison as JSON: keys sorted, every change and every number."""
    from talion.judge.results import plain

    document = {
        "before": _run(comparison.before),
        "after": _run(comparison.after),
        "added": list(comparison.added),
        "gone": list(comparison.gone),
        "judgments": [
            {
                **plain(judged),
                "moved": judged.moved,
                "reworded": judged.reworded,
                "equal": judged.equal,
            }
            for judged in comparison.judgments
        ],
        "changes": plain(comparison.changes),
        "compared": comparison.compared,
        "limit": comparison.limit,
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)


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
