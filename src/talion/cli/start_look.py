"""What `talion start` prints: how the table was read, the first look, and what an import changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from talion.cli.lines import columns, heading, say, sentence, width

if TYPE_CHECKING:
    from talion.read.first_look import FirstLook
    from talion.read.imports import Import
    from talion.read.project import Project
    from talion.read.three_ways import Changes

__all__ = ["say_changes", "say_import", "say_look"]

ROWS_SHOWN = 10
_NAMES = (2, 3, 4, 7)  # columns of texts among the rows shown: who, whom, what, where
_LONGEST, _SHORTEST = 40, 12  # characters of such a text
_PAIRS_SHOWN = 4
_LISTED = 6
_CELLS_SHOWN = 20


def say_import(imported: Import) -> None:
    """Print what each column is taken for, ten rows as they become, and every remark."""
    table, made = imported.table, imported.made
    header = ", ".join(map(str, table.header_rows))
    under = f"under the header in row {header}" if header else "without a header"
    say([f"{table.sheet.place}: {len(table.rows)} rows {under}"])
    say(heading("Columns"))
    say(columns(_column_rows(imported)))
    say(
        heading(
            f"The first {min(ROWS_SHOWN, len(made.events))} of {len(made.events)} rows as they become"
        )
    )
    say(columns(_fitted(_row_cells(imported)), numbers_from=9))  # never wrapped
    if made.totals:
        series = sorted({row["series"] for row in made.totals})
        say([f"  and {len(made.totals)} running totals: {', '.join(series)}"])
    say(heading("How it is read"))
    for remark in imported.remarks:
        say(sentence(f"- {remark}"))
    say(
        sentence(
            f"- cut-off date {made.as_of}; the record covers {made.period[0]} to {made.period[1]}"
        )
    )


def _column_rows(imported: Import) -> Iterator[tuple[str, str]]:
    layout = imported.layout
    for field, column in layout.fields.items():
        yield field, column.label
    for field, value in layout.say.items():
        yield field, f"{value!r} for all rows"
    for column, what in layout.counts:
        yield (
            column.label,
            f"counts {what.counts} of {what.type}, by {what.by} against {what.against}",
        )
    if layout.unused:
        yield "not used", ", ".join(column.label for column in layout.unused)


def _row_cells(imported: Import) -> list[tuple[str, ...]]:
    made = imported.made
    rows: list[tuple[str, ...]] = [
        ("row", "date", "by", "against", "type", "number", "killed", "place")
    ]
    for (number, _), event in zip(made.origins[:ROWS_SHOWN], made.events, strict=False):
        days = event["start"].isoformat()
        if event["end"] != event["start"]:
            days += f" to {event['end']}"
        rows.append(
            (
                str(number),
                days,
                made.names[event["initiator"]],
                made.names[event["target"]],
                made.kinds[event["action"]],
                str(event["size"]),
                _killed(event),
                " ".join(str(event["place"]).split()),
            )
        )
    return rows if any(row[-1] for row in rows[1:]) else [row[:-1] for row in rows]


def _fitted(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return rows with their texts cut, visibly, until a line has room on the screen."""
    for longest in range(_LONGEST, _SHORTEST - 1, -1):
        fitted = [
            tuple(_cut(cell, longest) if i in _NAMES else cell for i, cell in enumerate(row))
            for row in rows
        ]
        if max(map(len, columns(fitted, numbers_from=9))) <= width():
            break
    return fitted


def _cut(text: str, longest: int) -> str:
    """Return a text of at most so many characters, with a mark where it is cut.

    >>> _cut("killing of Palestinians", 12)
    'killing of…'
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _killed(event: dict[str, object]) -> str:
    best, low, high = (event.get(name) for name in ("deaths", "deaths_low", "deaths_high"))
    if best is not None:
        return str(best)
    if low is None:
        return "-"
    return f"{low}-{high}" if high is not None else f"{low}+"


def say_look(found: FirstLook) -> None:
    """Print the first look: what is recorded, timelines, gaps, counts around acts, totals."""
    from talion.read.first_look import WINDOWS
    from talion.read.first_look_text import (
        gap_line,
        meaning,
        pair_lines,
        pooled_lines,
        timelines,
        total_cells,
        type_line,
    )

    say(heading("First look, before any model"))
    for one in found.types:
        say(sentence(f"- {type_line(one)}"))
    say(["", *(f"  {line}" for line in timelines(found))])
    say(heading("Coverage and gaps"))
    for one in found.types:
        say(sentence(f"- {gap_line(one)}"))
    for pair in found.pairs[:_PAIRS_SHOWN]:
        say(heading(f"{pair.effect.title}, around each {pair.cause.title}"))
        for line in pooled_lines(pair):
            say(sentence(f"- {line}"))
        if pair.acts:
            head = ("act on", "same day", *(f"{w} days" for w in WINDOWS))
            say(columns([head, *pair_lines(pair, short=True)[:ROWS_SHOWN]], numbers_from=9))
        if len(pair.acts) > ROWS_SHOWN:
            say([f"  and {len(pair.acts) - ROWS_SHOWN} more in first-look.md and first-look.csv"])
    if len(found.pairs) > _PAIRS_SHOWN:
        say([f"  {len(found.pairs) - _PAIRS_SHOWN} more pairs of types in first-look.md"])
    for series, steps in found.totals.items():
        say(heading(f"Running total {series} against dated rows"))
        head = ("from", "to", "adds", "dated", "not dated", "listed", "")
        say(columns([head, *(total_cells(step) for step in steps[:ROWS_SHOWN])]))
        if len(steps) > ROWS_SHOWN:
            say([f"  and {len(steps) - ROWS_SHOWN} more intervals in first-look.md"])
    say(heading("What this does and does not show"))
    say(sentence(meaning(found)))


def say_changes(project: Project) -> None:
    """Print what a new import changed, table by table."""
    say(heading("What this import changed"))
    said = False
    for table, changes in project.changes.items():
        for line in _change_lines(table, changes):
            said = True
            say(sentence(f"- {line}"))
    if not said:
        say(["  - nothing: the table says what it said before"])
    for remark in project.remarks:
        say(sentence(f"- {remark}"))


def _change_lines(table: str, changes: Changes) -> Iterator[str]:
    for keys, what in (
        (changes.new, "new"),
        (changes.changed, "changed in the sheet"),
        (changes.gone, "gone from the sheet and removed"),
        (changes.kept, "with your edits, kept"),
    ):
        if keys:
            more = f" and {len(keys) - _LISTED} more" if len(keys) > _LISTED else ""
            yield f"{table}, {what}: {len(keys)} ({', '.join(keys[:_LISTED])}{more})"
    for sentences in (changes.cells, changes.conflicts):
        yield from sentences[:_CELLS_SHOWN]
        if len(sentences) > _CELLS_SHOWN:
            yield f"and {len(sentences) - _CELLS_SHOWN} more such cells"
