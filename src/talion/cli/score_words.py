"""Scores in words: once for the terminal, once as Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from talion.cli.lines import columns, day_in_words, heading, sentence
from talion.judge.score import ItemScore, ScoreResult
from talion.judge.score_numbers import NumberScore
from talion.judge.score_summary import ENOUGH, Mean
from talion.judge.words import percent
from talion.report.words import clean, number, plural, series

__all__ = ["Section", "as_markdown", "as_text", "sections_of"]

_DASH = "–"
Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A heading, sentences under it, and a table: its first row names the columns."""

    title: str
    lines: tuple[str, ...] = ()
    table: tuple[Row, ...] = ()


def as_text(sections: Iterable[Section]) -> Iterator[str]:
    """Yield sections as lines for a terminal."""
    for section in sections:
        yield from heading(section.title)
        for line in section.lines:
            yield from sentence(line)
        yield from columns(section.table, numbers_from=1)


def as_markdown(sections: Iterable[Section]) -> str:
    """Return sections as Markdown: headings, paragraphs, tables."""
    parts: list[str] = []
    for section in sections:
        parts.append(f"## {_escaped(section.title)}")
        parts += [_escaped(line) for line in section.lines]
        if section.table:
            rows = [f"| {' | '.join(map(_escaped, row))} |" for row in section.table]
            rule = f"|---|{'---:|' * (len(section.table[0]) - 1)}"
            parts.append("\n".join([rows[0], rule, *rows[1:]]))
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    """Return a text in which no character of a name or claim acts as Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", clean(" ".join(text.split())))


def sections_of(result: ScoreResult) -> tuple[Section, ...]:
    """Return scores as sections: the files, each scored test, what is open, how to read it."""
    scored = result.of_status("scored")
    return (
        Section("Scored", tuple(_files(result))),
        *(found for item in scored for found in _item(result, item)),
        *_averages(result),
        *_open(result),
        Section("How to read this", tuple(_notes(result))),
    )


def _files(result: ScoreResult) -> Iterator[str]:
    yield f"As of {day_in_words(result.today)}."
    for file in result.files:
        forecast = file.forecast
        yield (
            f"{file.path}: {forecast.case.title}, knows what was published by "
            f"{day_in_words(forecast.as_of)}, frozen on {day_in_words(forecast.frozen_at.date())}; "
            f"not altered since, SHA-256 {forecast.sha256[:12]}."
        )
    if not result.of_status("scored"):
        yield "Nothing can be scored yet."


# --- one test ------------------------------------------------------------------------------------


def _item(result: ScoreResult, scored: ItemScore) -> Iterator[Section]:
    item = scored.item
    came = "held" if item.outcome else "did not hold"
    lines = [
        f"Claim: {item.frozen_judgment.claim} (“{item.frozen_judgment.word}”).",
        f"Test: {item.frozen.text}.",
        f"It {came}, known from {_day(scored)}, by {series(list(item.sources))}.",
    ]
    if item.frozen.scored == "by hand":
        lines.append(f"Scored by hand: {item.why}.")
    elif item.why:
        lines.append(f"Conditional: {item.why}. Giving an outcome says that it did.")
    if item.hindcast:
        lines.append(
            "A hindcast: its days had passed when it was frozen. It shows fit, not foresight."
        )
    yield Section(_title(result, scored), tuple(lines), tuple(_test_table(result, scored)))
    for index, by_name in scored.numbers.items():
        if by_name:
            yield _number_section(result, scored, index)


def _title(result: ScoreResult, scored: ItemScore) -> str:
    item = scored.item
    several = len(result.files) > 1
    of = f" of {result.files[item.file].forecast.sha256[:12]}" if several else ""
    return f"{item.judgment} {item.test}{of}"


def _day(scored: ItemScore) -> str:
    return day_in_words(scored.item.on) if scored.item.on is not None else _DASH


def _test_table(result: ScoreResult, scored: ItemScore) -> Iterator[Row]:
    yield ("", "said", "Brier", "log score")
    for who in result.forecasters:
        found = scored.tests.get(who.id)
        if found is not None:
            yield who.title, percent(found.probability), f"{found.brier:.3f}", f"{found.log:.2f}"
        elif who.id in scored.missing and who.id not in result.missing:
            yield who.title, _DASH, _DASH, _DASH


def _number_section(result: ScoreResult, scored: ItemScore, index: int) -> Section:
    asked = scored.item.frozen.numbers[index]
    by_name = scored.numbers[index]
    value = next(iter(by_name.values())).value
    title = f"{_title(result, scored)}: {asked.what}, {asked.subject.replace('_', ' ')}"
    rows: list[Row] = [("", "median", "80 % interval", "CRPS", "held by 50, 80, 90, 95 %")]
    rows += [
        (who.title, number(found.median), _interval(found), number(found.crps), _held(found))
        for who in result.forecasters
        if (found := by_name.get(who.id)) is not None
    ]
    return Section(title, (f"It came to {number(value)}.",), tuple(rows))


def _interval(found: NumberScore) -> str:
    eighty = found.intervals[0.8]
    return f"{number(eighty.low)} to {number(eighty.high)}"


def _held(found: NumberScore) -> str:
    return ", ".join("yes" if one.held else "no" for one in found.intervals.values())


# --- averages ------------------------------------------------------------------------------------


def _averages(result: ScoreResult) -> Iterator[Section]:
    summary = result.summary
    if summary is None:
        return
    rows: list[Row] = [("", "items", "Brier", "± error", "log score", "CRPS", "MCB", "DSC", "UNC")]
    for who in result.forecasters:
        brier = summary.brier.get(who.id)
        if brier is None:
            continue
        curve = summary.calibration.get(who.id)
        parts = (
            (_DASH,) * 3
            if curve is None
            else tuple(
                f"{x:.3f}" for x in (curve.miscalibration, curve.discrimination, curve.uncertainty)
            )
        )
        rows.append(
            (
                who.title,
                str(brier.items),
                f"{brier.mean:.3f}",
                _DASH if math.isnan(brier.error) else f"{brier.error:.3f}",
                f"{summary.log[who.id].mean:.2f}",
                _mean(summary.crps.get(who.id)),
                *parts,
            )
        )
    told = (
        f"Means over {plural(result.independent, 'independent item')}; hindcasts are left out. Brier "
        "= miscalibration (MCB) - discrimination (DSC) + uncertainty (UNC)."
    )
    yield Section("Together", (told,), tuple(rows))


def _mean(found: Mean | None) -> str:
    return _DASH if found is None else number(found.mean)


# --- what is open --------------------------------------------------------------------------------

_OPEN = {
    "pending": "Pending",
    "no outcome": "No outcome given",
    "void": "Void",
    "left out": "Left out",
}


def _open(result: ScoreResult) -> Iterator[Section]:
    for status, title in _OPEN.items():
        found = result.of_status(status)
        if found:
            lines = (f"{_title(result, one)}: {one.item.why}." for one in found)
            yield Section(title, tuple(lines))


def _notes(result: ScoreResult) -> Iterator[str]:
    scored = result.of_status("scored")
    yield "Lower is better. Always saying 50 % has a Brier score of 0.25 and a log score of 0.69."
    for name, why in result.missing.items():
        title = next(who.title for who in result.forecasters if who.id == name)
        yield f"Missing baseline, {title}: {why}."
    for name, verdict in result.notes.items():
        title = next(who.title for who in result.forecasters if who.id == name)
        yield f"{title}: its fit has {verdict}. Read its scores as provisional."
    for one in scored:
        for name, why in one.missing.items():
            if name not in result.missing:
                title = next((w.title for w in result.forecasters if w.id == name), name)
                yield f"{_title(result, one)} has no score of {title}: {why}."
    fair = [one for one in scored if not one.item.hindcast]
    if fair and result.summary is None:
        yield (
            f"{plural(len(fair), 'forecast')}, of which {result.independent} "
            f"{'is' if result.independent == 1 else 'are'} independent: items of one case whose days "
            f"overlap are settled by one course of events. Under {ENOUGH} independent items nothing "
            "is averaged and no calibration curve is drawn: a few hits or misses say little."
        )
    if len(fair) < len(scored):
        yield f"{plural(len(scored) - len(fair), 'hindcast')} stand apart and enter no average."
