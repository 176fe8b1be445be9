"""The results as a table of plain text, for a terminal or a log."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from talion.judge.bottom_line import BottomLine
from talion.judge.results import JudgmentResult, RunResult
from talion.report.labels import look
from talion.report.results_table import (
    AS_WRITTEN,
    NO_VIEW,
    WITH_RECORD,
    is_provisional,
    word_range_said,
)
from talion.report.top import finding_sentence
from talion.report.words import DASH, clean, percent

__all__ = ["console_table"]

WIDTH, LEAST = 100, 96
_HEADS = ("", "Claim", "Author's word", "No view", "As written", "With record", "Label")
_INDENT = 5  # width of the first column
_FIXED = (_INDENT, None, 15, 9, 9, 11, 20)  # columns; the claim takes what is left
_SPACE = "  "


def console_table(result: RunResult, width: int = WIDTH) -> str:
    """Return every judgment in a row: claim, word, readings, label; under it its two sentences.

    No colours, no markup.

    Args:
        result: of a run.
        width: in columns, at least 96.
    """
    left = max(width, LEAST) - sum(w or 0 for w in _FIXED) - len(_SPACE) * (len(_FIXED) - 1)
    widths = [w or left for w in _FIXED]
    lines = [*_row(_HEADS, widths), "-" * (sum(widths) + len(_SPACE) * (len(widths) - 1))]
    for j in result.judgments:
        lines += _row(_cells(j, provisional=is_provisional(result)), widths)
        lines += ["", *_bottom_line(result.bottom_line(j.id), max(width, LEAST)), ""]
    ends = [finding_sentence(result), "Model output, not a forecast."]
    lines += [
        *(line for text in ends for line in textwrap.wrap(clean(text), max(width, LEAST))),
    ]
    return "\n".join(lines)


def _bottom_line(found: BottomLine, width: int) -> list[str]:
    """Return a judgment's two sentences, each from a line of its own, under its claim."""
    indent = " " * (_INDENT + len(_SPACE))
    said = [clean(found.stands), clean(found.turns_on)]
    lines = [
        textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + _SPACE)
        for text in said
    ]
    return [line for wrapped in lines for line in wrapped]


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return a row as lines, each cell wrapped in its column."""
    wrapped = [
        [line for part in clean(cell).split("\n") for line in textwrap.wrap(part, w) or [""]]
        for cell, w in zip(cells, widths, strict=True)
    ]
    return [
        _SPACE.join(text.ljust(w) for text, w in zip(line, widths, strict=True)).rstrip()
        for line in zip_longest(*wrapped, fillvalue="")
    ]


def _cells(j: JudgmentResult, *, provisional: bool) -> tuple[str, ...]:
    label = look(j.label).words
    if j.main is not None and j.main.record is not None:
        label += f": {j.main.record.outcome}"
    if j.no_data:
        label += "\nno data here"
    recorded = _share(j, WITH_RECORD)
    if provisional and recorded != DASH:
        recorded += "\nprovisional"
    return (
        j.id,
        j.judgment.claim,
        f"{j.judgment.word}\n{word_range_said(j.word_range)}",
        _share(j, NO_VIEW),
        _share(j, AS_WRITTEN),
        recorded,
        label,
    )


def _share(j: JudgmentResult, reading: str) -> str:
    """Return a share in words; a dash where no chance is given."""
    if j.main is None or not j.gives_chance:
        return DASH
    share = j.main.readings.get(reading)
    return DASH if share is None else percent(share.probability)
