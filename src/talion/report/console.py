"""The results as a table of plain text, for a terminal or a log."""

from __future__ import annotations

import io

from talion.judge.labels import Label
from talion.judge.results import JudgmentResult, RunResult
from talion.report.labels import look
from talion.report.results_table import AS_WRITTEN, NO_VIEW, word_range_said
from talion.report.top import finding_sentence
from talion.report.words import DASH, clean, percent

__all__ = ["console_table"]

WIDTH = 100


def console_table(result: RunResult, width: int = WIDTH) -> str:
    """Return every judgment in a row: claim, word, readings, label. No colours, no markup.

    Args:
        result: of a run.
        width: in columns.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, width=width)
    for head, least, most in _COLUMNS:
        table.add_column(head, min_width=least, max_width=most, overflow="fold")
    for j in result.judgments:
        table.add_row(*(Text(clean(cell)) for cell in _cells(j)))
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False)
    console.print(table)
    console.print(Text(clean(finding_sentence(result))))
    console.print(Text("Model output, not a forecast."))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


# Heading, narrowest and widest column.
_COLUMNS: tuple[tuple[str, int, int | None], ...] = (
    ("", 3, 5),
    ("Claim", 24, None),
    ("Word", 11, 14),
    ("As written", 7, 10),
    ("No view", 7, 10),
    ("Label", 16, 26),
)


def _cells(j: JudgmentResult) -> tuple[str, ...]:
    label = look(j.label).words
    if j.main is not None and j.main.record is not None:
        label += f": {j.main.record.outcome}"
    if j.no_data:
        label += " (no data here)"
    claimed = word_range_said(j.word_range)
    return (
        j.id,
        j.judgment.claim,
        f"{j.judgment.word}, {claimed}",
        _share(j, AS_WRITTEN),
        _share(j, NO_VIEW),
        label,
    )


def _share(j: JudgmentResult, reading: str) -> str:
    """Return a share in words; nothing where the form fixes the answer, so that it earns no credit."""
    if j.main is None or j.main.kind == "record" or j.label is Label.FIXED:
        return DASH
    share = j.main.readings.get(reading)
    return DASH if share is None else percent(share.probability)
