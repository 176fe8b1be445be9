"""The model-free table: recorded rows before and after each act, with the listing of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from talion.judge.before_after import PairTable
from talion.judge.results import RunResult
from talion.record.before_after import Around, SameDay, Window
from talion.report.evidence import EvidenceReader
from talion.report.system import title_of
from talion.report.words import DASH, day, plural


@dataclass(frozen=True)
class AroundCell:
    """One window of one act: counts, the ratio of rates with its interval, the listed shares."""

    counts: str
    ratio: str
    listed: str


@dataclass(frozen=True)
class AroundRow:
    """One act and its windows; `same_day` counts what happened on the day itself."""

    day: str
    event: str
    same_day: str
    cells: tuple[AroundCell, ...]


@dataclass(frozen=True)
class AroundTable:
    """All acts of one type, with the rows of another type around them."""

    cause: str
    effect: str
    windows: tuple[int, ...]
    rows: tuple[AroundRow, ...]
    sentence: str


def build_around(result: RunResult, reader: EvidenceReader) -> tuple[AroundTable, ...]:
    """Return a table for each pair of types, those with most acts first."""
    pairs = sorted(result.before_after, key=lambda pair: -len(pair.acts))
    return tuple(_table(result, reader, pair) for pair in pairs)


def _table(result: RunResult, reader: EvidenceReader, pair: PairTable) -> AroundTable:
    windows = tuple(window.days for window in pair.acts[0].windows)
    rows = tuple(
        AroundRow(
            day(around.event.day),
            reader.describe(around.event, dated=False),
            _same_day(around.same_day),
            tuple(_cell(window) for window in around.windows),
        )
        for around in pair.acts
    )
    titles = title_of(result.case, pair.cause), title_of(result.case, pair.effect)
    return AroundTable(*titles, windows, rows, _sentence(pair.acts))


def _same_day(same: SameDay) -> str:
    total = same.before + same.after + same.unknown
    if not total:
        return DASH
    told = f"{same.before} before, {same.after} after" if same.before + same.after else ""
    open_ = f"{same.unknown} in unknown order" if same.unknown else ""
    return ", ".join(part for part in (told, open_) if part)


def _cell(window: Window) -> AroundCell:
    if window.days_before < 1 or window.days_after < 1:
        return AroundCell(DASH, "", "")
    cut = ""
    if window.truncated:
        cut = f" (cut: {window.days_before} and {window.days_after} days)"
    return AroundCell(f"{window.before} → {window.after}{cut}", _ratio(window), _listed(window))


def _ratio(window: Window) -> str:
    if window.ratio is None or window.low is None:
        return ""
    high = "no limit" if window.high is None else _times(window.high)
    return f"{_times(window.ratio)} ({_times(window.low)} to {high})"


def _times(value: float) -> str:
    return f"×{value:.0f}" if value >= 10 else f"×{value:.1f}"


def _listed(window: Window) -> str:
    shares = (window.coverage_before, window.coverage_after)
    if shares == (None, None):
        return ""
    said = ("?" if share is None else f"{round(100 * share)} %" for share in shares)
    return "listed " + " → ".join(said)


def _sentence(acts: Sequence[Around]) -> str:
    """Return how often fewer rows follow than precede, over windows that are whole."""
    parts = []
    for i, window in enumerate(acts[0].windows):
        whole = [a.windows[i] for a in acts if not a.windows[i].truncated]
        fewer = sum(w.after < w.before for w in whole)
        more = sum(w.after > w.before for w in whole)
        parts.append(f"{window.days} days: fewer after {fewer}, more after {more}, of {len(whole)}")
    return f"{plural(len(acts), 'act')}. {'; '.join(parts)}."
