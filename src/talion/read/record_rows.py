"""Entries as rows of the record's own tables: events, totals, actors, sources, coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from talion.errors import RecordError
from talion.read.act_codes import plover_of
from talion.read.amounts import Amount
from talion.read.choices import Choices, OpenQuestion
from talion.read.entries import UNKNOWN, Entry, Reading
from talion.read.grid import harmless
from talion.read.running_totals import total_kinds
from talion.read.spelling import Spelling, identifier, spell
from talion.read.total_rows import add_totals

__all__ = ["RecordRows", "make_rows"]

_MANY, _FAR = 50, 10  # acts of one row, and how many times those of any other, that are remarked
MOST_KINDS = 400  # more kinds of act than this are texts, not kinds


@dataclass
class RecordRows:
    """The tables of a record as rows of values by column, and what was decided on the way.

    Attributes:
        events: without ids; `row` and `key` say where each comes from.
        totals, actors, sources, coverage: as in the native tables.
        kinds: id of an act -> how it is printed.
        names: id of an actor -> how it is printed.
        spelled: word of the sheet -> id, for acts and actors, kept for the next import.
        table: id of the source that the spreadsheet is.
        as_of: cut-off date.
        period: first and last day covered.
        remarks: sentences.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    origins: list[tuple[int, str]] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)
    actors: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    coverage: list[dict[str, Any]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    spelled: dict[str, dict[str, str]] = field(default_factory=dict)
    table: str = ""
    as_of: date = date.min
    period: tuple[date, date] = (date.min, date.max)
    remarks: list[str] = field(default_factory=list)


def make_rows(
    reading: Reading,
    choices: Choices,
    file: Path,
    place: str,
    sha256: str,
    known: Mapping[str, Mapping[str, str]] | None = None,
) -> RecordRows:
    """Return the tables of a record made of what was read.

    Args:
        reading: entries of the sheet.
        choices: the user's decisions.
        file: the spreadsheet.
        place: file and sheet, for messages.
        sha256: of the file.
        known: ids given at earlier imports, `acts` and `actors` by word.

    Raises:
        OpenQuestion: running totals, ranges or the cut-off date need a decision.
        RecordError, Problems: rows that no record can hold.
    """
    if not reading.entries:
        raise RecordError(
            "no row is an event", place=place, remedy="check --map, --rows and --header-row"
        )
    made = RecordRows(remarks=list(reading.remarks))
    totals = total_kinds(reading.entries, choices, place)
    _spell(made, reading.entries, totals, choices, known or {}, place)
    made.table = _table_id(file)
    earlier = (known or {}).get("sources", {})
    _add_sources(made, reading.entries, file, place, sha256, earlier)
    _add_events(made, [e for e in reading.entries if e.kind not in totals], choices, place)
    _decide_period(made, reading, choices, place)
    add_totals(made, [e for e in reading.entries if e.kind in totals], totals, choices, place)
    _add_coverage(made, reading, choices)
    return made


def _table_id(file: Path) -> str:
    return identifier(file.stem)[:24].rstrip("_") or "table"


def _spell(
    made: RecordRows,
    entries: Sequence[Entry],
    totals: Mapping[str, str],
    choices: Choices,
    known: Mapping[str, Mapping[str, str]],
    place: str,
) -> None:
    kinds = [entry.kind for entry in entries] + list(totals.values())
    acts = spell(kinds, "act", known.get("acts"))
    if len({s.id for s in acts.values()}) > MOST_KINDS:
        raise RecordError(
            f"more than {MOST_KINDS} kinds of act",
            place=place,
            value=len({s.id for s in acts.values()}),
            remedy="name another column with --map type=COLUMN, or say --say type=WORD",
        )
    doers = [
        name for entry in entries for name in (entry.by, entry.against) if entry.kind not in totals
    ]
    actors = spell(
        [name for name in doers if name.casefold() != UNKNOWN], "actor", known.get("actors")
    )
    unknown = Spelling(UNKNOWN, "Unknown")
    actors.update({name: unknown for name in doers if name.casefold() == UNKNOWN})
    made.spelled = {
        "acts": {word: s.id for word, s in acts.items()},
        "actors": {word: s.id for word, s in actors.items()},
    }
    made.kinds = {s.id: s.name for s in acts.values()}
    made.names = {s.id: s.name for s in actors.values()}
    for what, spellings in (("actor", actors), ("kind of act", acts)):
        for one in {s.id: s for s in spellings.values() if s.others}.values():
            others = ", ".join(map(repr, one.others[:5]))
            made.remarks.append(f"one {what}: {one.name!r} and {others}")
    made.remarks += _garbled([*actors, *acts])
    several = sorted(name for name in actors if ";" in name)
    if several:
        made.remarks.append(
            f"names that list several are read as one actor each: {', '.join(map(repr, several[:6]))}"
        )
    unclear = [n for i, n in made.kinds.items() if not plover_of(n, i, choices.plover)[1]]
    if unclear:
        made.remarks.append(
            f"no PLOVER code fits {', '.join(map(repr, sorted(unclear)[:6]))}: CONSULT is written; "
            "--plover WORD=CODE changes it"
        )
    by_id = {s.id: s for s in actors.values()}
    made.actors = [
        {
            "id": s.id,
            "name": harmless(s.name),
            "aliases": tuple(o for o in s.others if ";" not in o),
        }
        for s in by_id.values()
    ]


def _garbled(names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence on names that were read in a wrong encoding before they came here."""
    found = []
    for name in dict.fromkeys(names):
        try:
            meant = name.encode("cp1252").decode("utf-8")
        except UnicodeError:
            meant = name
        if meant != name or "\ufffd" in name:
            found.append(f"{name!r}" + (f" (perhaps {meant!r})" if meant != name else ""))
    if found:
        yield f"names look garbled, and are kept as they stand: {', '.join(found[:6])}"


def _add_sources(
    made: RecordRows,
    entries: Iterable[Entry],
    file: Path,
    place: str,
    sha256: str,
    earlier: Mapping[str, str],
) -> None:
    words = [source for entry in entries for source in entry.sources]
    spelled = spell(words, "source", {**earlier, "": made.table})
    made.spelled["sources"] = {word: s.id for word, s in spelled.items()}
    made.sources = [
        {"id": made.table, "title": place, "kind": "table", "sha256": sha256, "address": file.name}
    ]
    for one in {s.id: s for s in spelled.values()}.values():
        is_address = one.name.startswith(("http://", "https://"))
        made.sources.append(
            {
                "id": one.id,
                "title": harmless(one.name),
                "address": one.name if is_address else "",
            }
        )


def _add_events(made: RecordRows, entries: Sequence[Entry], choices: Choices, place: str) -> None:
    zero: list[int] = []
    least: list[int] = []
    codes = {act: plover_of(word, act, choices.plover)[0] for act, word in made.kinds.items()}
    escaped = 0
    for entry in entries:
        number = _number(entry, choices, place, least)
        if number == 0 and (entry.deaths.low or entry.injuries.low):
            raise RecordError(
                "says 0 acts, and people killed or hurt by them",
                place=f"{place}, row {entry.row}",
                value=entry.deaths.low or entry.injuries.low,
                remedy="clear the number of acts if it is not known, or mend the row",
            )
        if number == 0:
            zero.append(entry.row)
            continue
        act = made.spelled["acts"][entry.kind]
        texts = {name: getattr(entry, name) for name in ("place", "country", "note")}
        safe = {name: harmless(text) for name, text in texts.items()}
        escaped += safe != texts
        made.events.append(
            {
                "start": entry.span.start,
                "end": entry.span.end,
                "precision": entry.span.precision,
                "published": entry.published,
                "published_how": "stated" if entry.published else "",
                "initiator": made.spelled["actors"][entry.by],
                "target": made.spelled["actors"][entry.against],
                "type": codes[act],
                "action": act,
                **safe,
                **_harm("deaths", entry.deaths),
                **_harm("injuries", entry.injuries),
                "size": number,
                "attacks": number,
                "rows": 1,
                "status": "reported",
                "sources": (made.table, *(made.spelled["sources"][s] for s in entry.sources)),
                "coding": made.table,
            }
        )
        made.origins.append((entry.row, entry.key))
    _say_of_events(made, zero, least, escaped)
    _say_outliers(made)
    if not made.events:
        raise RecordError(
            "no row is a dated act", place=place, remedy="check --map and --total-types"
        )


def _say_of_events(made: RecordRows, zero: list[int], least: list[int], escaped: int) -> None:
    for rows, what in (
        (zero, "rows that say 0 are no events and are left out"),
        (least, "a lower bound is taken as the number of acts"),
    ):
        if rows:
            listed = ", ".join(map(str, rows[:8])) + (", ..." if len(rows) > 8 else "")
            made.remarks.append(f"{what}: {len(rows)} (rows {listed})")
    if escaped:
        made.remarks.append(
            f"texts that a spreadsheet would take for a formula begin with an apostrophe: {escaped}"
        )


def _say_outliers(made: RecordRows) -> None:
    """Say where one row stands for far more acts than any other of its kind: people, perhaps."""
    by_kind: dict[str, list[tuple[int, int]]] = {}
    for (row, _), event in zip(made.origins, made.events, strict=True):
        by_kind.setdefault(event["action"], []).append((event["size"], row))
    for kind, sizes in by_kind.items():
        (second, _), (largest, row) = sorted([(1, 0), *sizes])[-2:]
        if largest >= _MANY and largest >= _FAR * second:
            made.remarks.append(
                f"row {row} stands for {largest} acts of {made.kinds[kind]!r}, and no other for more "
                f"than {second}: check that its number counts acts"
            )


def _number(entry: Entry, choices: Choices, place: str, least: list[int]) -> int:
    """Return how many acts an entry stands for; one where no number is stated."""
    amount = entry.number
    if amount.low is None:
        return 1
    if amount.high is None:
        least.append(entry.row)
        return amount.low
    if amount.low == amount.high:
        return amount.low
    if choices.ranges is None:
        raise OpenQuestion(
            "ranges",
            f"row {entry.row} gives a range for the number of acts, {amount.low} to {amount.high}; "
            "an event has one number. Which end is taken?",
            "--ranges low or --ranges high",
            place=place,
            options=("low", "high"),
        )
    return amount.low if choices.ranges == "low" else amount.high


def _harm(name: str, amount: Amount) -> dict[str, int | None]:
    if amount.low == amount.high:
        return {name: amount.low}
    return {f"{name}_low": amount.low, f"{name}_high": amount.high}


def _decide_period(made: RecordRows, reading: Reading, choices: Choices, place: str) -> None:
    first = min(reading.days[0], *(entry.span.start for entry in reading.entries))
    last = max(reading.days[1], *(entry.span.end for entry in reading.entries))
    if choices.as_of is None:
        ahead = last > date.today()
        raise OpenQuestion(
            "as_of",
            f"the rows run from {first} to {last}{', which is still to come' if ahead else ''}. What "
            "is the cut-off date: the last day on which something could be known that may be used?",
            "--as-of YYYY-MM-DD",
            place=place,
            proposal=None if ahead else (last + timedelta(days=1)).isoformat(),
        )
    made.as_of = choices.as_of
    made.period = choices.covers or (first, max(made.as_of, first))
    if made.period[1] < made.period[0]:
        raise RecordError(
            "the period ends before it begins",
            place="--covers",
            value=f"{made.period[0]} to {made.period[1]}",
            remedy="write FIRST:LAST",
        )
    if made.period[0] > made.as_of or first > made.as_of:
        raise RecordError(
            f"lies before everything in the table, which begins on {max(first, made.period[0])}",
            place="--as-of",
            value=made.as_of.isoformat(),
            remedy="give a later day",
        )
    late = sum(_known_on(row) > made.as_of for row in made.events)
    if late == len(made.events):
        raise RecordError(
            "no row could be known by then",
            place="--as-of",
            value=made.as_of.isoformat(),
            remedy="give a later day; a row without a publication date is known the day after it",
        )
    if late:
        made.remarks.append(
            f"{late} rows could be known only after {made.as_of}: they stay in events.csv and enter "
            "no number"
        )
    outside = sum(not made.period[0] <= row["start"] <= made.period[1] for row in made.events)
    if outside:
        made.remarks.append(
            f"{outside} rows lie outside the period covered, {made.period[0]} to {made.period[1]}"
        )


def _known_on(row: Mapping[str, Any]) -> date:
    published: date | None = row["published"]
    end: date = row["end"]
    return published or (end + timedelta(days=1) if end < date.max else end)


def _add_coverage(made: RecordRows, reading: Reading, choices: Choices) -> None:
    start, end = made.period
    made.coverage = [{"of": "*", "start": start, "end": end}]
    counts = Counter(row["action"] for row in made.events)
    unstated = {
        made.spelled["acts"][kind]: days
        for kind, days in reading.unstated.items()
        if kind in made.spelled["acts"]
    }
    for act in made.kinds:
        if not counts[act] and act not in {row["of"] for row in made.totals}:
            continue  # a running total, listed among the totals
        days = sorted(unstated.get(act, []))
        note = f"{len(days)} days blank in the sheet, {days[0]} to {days[-1]}" if days else ""
        made.coverage.append(
            {"of": act, "start": start, "end": end, "listing": choices.listing, "note": note}
        )
