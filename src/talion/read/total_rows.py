"""Running totals as rows of the record: who states each, what it counts, since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from talion.errors import Problems, RecordError, TalionError
from talion.read.choices import Choices
from talion.read.column_words import same_name
from talion.read.entries import UNKNOWN, Entry
from talion.read.grid import harmless

if TYPE_CHECKING:
    from talion.read.record_rows import RecordRows

__all__ = ["add_totals"]


def add_totals(
    made: RecordRows,
    entries: Sequence[Entry],
    totals: Mapping[str, str],
    choices: Choices,
    place: str,
) -> None:
    """Add the running totals among the entries to the rows of a record.

    Args:
        made: rows so far; its period and ids are decided.
        entries: the totals.
        totals: kind of row -> the kind of act that it counts.
        choices: the user's decisions.
        place: file and sheet, for messages.

    Raises:
        RecordError, Problems: totals without a number, or two that contradict each other.
    """
    ids = made.spelled["acts"]
    of_series: dict[str, list[Entry]] = {}
    for entry in entries:
        of_series.setdefault(ids[entry.kind], []).append(entry)
    faults: list[TalionError] = []
    for own in of_series.values():
        faults += _mixed_sides(own, place)
    seen: dict[tuple[str, date, str], Entry] = {}
    since = choices.totals_since or made.period[0]
    definitions = {key: _definition(made.kinds[key], own) for key, own in of_series.items()}
    for entry in entries:
        source = made.spelled["sources"][entry.sources[0]] if entry.sources else made.table
        key = (ids[entry.kind], entry.span.start, source)
        fault = _total_fault(entry, since, seen.get(key), place)
        if fault is not None:
            faults.append(fault)
        elif key in seen:
            made.remarks.append(
                f"row {entry.row} repeats the total of row {seen[key].row} and is left out"
            )
        else:
            seen[key] = entry
            made.totals.append(
                {
                    "series": ids[entry.kind],
                    "of": ids[totals[entry.kind]],
                    "definition": definitions[ids[entry.kind]],
                    "since": since,
                    "source": source,
                    **_cells(entry),
                }
            )
    Problems.raise_any(faults)
    _say(made, since, choices)


def _cells(entry: Entry) -> dict[str, Any]:
    return {
        "speaker": harmless(_speaker(entry)),
        "on": entry.span.start,
        "on_end": entry.span.end if entry.span.end != entry.span.start else None,
        "published": entry.published,
        "published_how": "stated" if entry.published else "",
        "total": entry.number.low,
        "lower_bound": entry.number.high is None,
        "note": harmless(entry.note),
    }


def _say(made: RecordRows, since: date, choices: Choices) -> None:
    if not made.totals:
        return
    if choices.totals_since is None:
        made.remarks.append(
            f"running totals are taken to count since {since}; --totals-since changes it"
        )
    speakers = sorted({row["speaker"] for row in made.totals if row["speaker"]})
    who = f"are stated by {', '.join(speakers)}" if speakers else "name no one who states them"
    made.remarks.append(f"running totals {who}, by the source of their row")


def _mixed_sides(entries: Sequence[Entry], place: str) -> Iterator[RecordError]:
    """Yield a fault for each row of a series that counts other sides' acts than those before."""
    first: dict[str, Entry] = {}
    for entry in entries:
        for side, name in (("by", entry.by), ("against", entry.against)):
            if name.casefold() == UNKNOWN:
                continue
            known = first.setdefault(side, entry)
            if same_name(getattr(known, side)) != same_name(name):
                yield RecordError(
                    f"the running total {entry.kind!r} is of acts {side} {getattr(known, side)!r} "
                    f"in row {known.row}, and here {side} another: one series counts one thing",
                    place=f"{place}, row {entry.row}",
                    value=name,
                    remedy=f"call the kind otherwise here, such as {f'{entry.kind} ({name})'!r}",
                )


def _speaker(entry: Entry) -> str:
    """Return who states a total: never who acts. An address names a page and no speaker."""
    named = (source for source in entry.sources if "://" not in source)
    return entry.speaker or next(named, "")


def _definition(kind: str, own: Sequence[Entry]) -> str:
    """Return what the totals of a kind count: the kind, and whose acts if any row says so."""
    sides = {"by": [e.by for e in own], "against": [e.against for e in own]}
    known = (
        (side, next((n for n in names if n.casefold() != UNKNOWN), ""))
        for side, names in sides.items()
    )
    said = " ".join(f"{side} {name}" for side, name in known if name)
    return harmless(f"{kind}, {said}" if said else kind)


def _total_fault(
    entry: Entry, since: date, earlier: Entry | None, place: str
) -> RecordError | None:
    where = f"{place}, row {entry.row}"
    if entry.number.low is None or (
        entry.number.high is not None and entry.number.high != entry.number.low
    ):
        return RecordError(
            "a running total needs one number", place=where, remedy="write the number, such as 150"
        )
    if entry.span.start < since:
        return RecordError(
            f"a total before the day since which totals count, {since}",
            place=where,
            value=entry.span.start.isoformat(),
            remedy="say --totals-since with an earlier day",
        )
    if earlier is not None and earlier.number.low != entry.number.low:
        return RecordError(
            f"two totals of {entry.kind!r} for {entry.span.start}: also in row {earlier.row}",
            place=where,
            value=entry.number.low,
            remedy="keep one, or say in a column who reports each",
        )
    return None
