"""The native tables of a record: a folder of CSV files, read whole or not at all, written whole.

| file | what | |
|---|---|---|
| sources.csv | documents and tables | needed |
| events.csv | dated acts | needed |
| coverage.csv | the period (`of` = `*`) and how completely each kind is listed | needed |
| actors.csv, totals.csv, absences.csv, evidence.csv, conflicts.csv | the rest | may be left out |

Reading reports every fault of every file at once, each with file, row, column, value and remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from talion.errors import Problems, RecordError, TalionError
from talion.record.event import (
    ACTION_TYPES,
    Absence,
    Actor,
    Conflict,
    Count,
    Coverage,
    Event,
    Evidence,
    Harm,
    Source,
)
from talion.record.faults import Fault, RowError
from talion.record.layout import NEEDED, TABLES, BadCell, Column
from talion.record.record import Record
from talion.record.replacing import finish_replacing
from talion.record.sheet import cells_of, text_of

__all__ = ["read_outcomes", "read_record"]

NEEDED_TABLES = ("sources", "events", "coverage")
MOST_PROBLEMS = 200
WHOLE = "*"  # the coverage row that states the record's period
Cells = dict[str, Any]


@dataclass
class _Reading:
    """What is found while one folder is read: rows of each table, where they stand, all faults."""

    folder: Path
    files: Mapping[str, tuple[str, ...]]
    errors: list[TalionError] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)
    broken: set[object] = field(default_factory=set)  # ids of rows that exist but cannot be read
    lost_table: bool = False  # a whole table cannot be read, so any name may be in it

    def is_lost(self, name: object) -> bool:
        """Whether a name that seems unknown may stand in what could not be read."""
        return self.lost_table or name in self.broken

    def blame(self, place: str, faults: Iterable[Fault]) -> None:
        self.errors.extend(
            RecordError(f.message, place=f"{place}, {f.column}", value=f.value, remedy=f.remedy)
            for f in faults
        )

    def rows(self, table: str) -> list[tuple[str, Cells]]:
        """Return the readable rows of a table, each with its place."""
        found: list[tuple[str, Cells]] = []
        for name in self.files.get(table, ()):
            path = self.folder / f"{name}.csv"
            if not path.exists() and table not in NEEDED_TABLES:
                continue
            try:
                found.extend(self._sheet(table, path))
            except RecordError as error:
                self.errors.append(error)
                self.lost_table = True
        return found

    def _sheet(self, table: str, path: Path) -> list[tuple[str, Cells]]:
        header, rows = cells_of(text_of(path), str(path))
        columns = {column.name: column for column in TABLES[table]}
        self._check_header(path, header, columns)
        needed = {column.name for column in columns.values() if column.default is NEEDED}
        whole = needed <= set(header)
        found = []
        for number, row in rows:
            place = f"{path}, row {number}"
            cells, faults = _row_cells(header, row, columns)
            self.blame(place, faults)
            if whole and not faults:
                found.append((place, cells))
            else:
                self.broken.add(dict(zip(header, row, strict=False)).get("id", "").strip())
        return found

    def _check_header(self, path: Path, header: list[str], columns: Mapping[str, Column]) -> None:
        place = f"{path}, row 1"
        known = ", ".join(columns)
        for name in header:
            if name not in columns:
                self.blame(place, [Fault(name, name, "unknown column", f"known: {known}")])
            elif header.count(name) > 1:
                self.blame(place, [Fault(name, name, "column occurs twice", "remove one")])
        for column in columns.values():
            if column.default is NEEDED and column.name not in header:
                fault = Fault(column.name, "", "missing column", f"add a column {column.name}")
                self.blame(place, [fault])

    def build(self, table: str, make: Callable[[Cells], Any]) -> list[Any]:
        """Return the objects of a table; rows that break a rule are blamed and left out."""
        made, places = [], []
        for place, cells in self.rows(table):
            try:
                made.append(make(cells))
                places.append(place)
            except RowError as error:
                self.blame(place, error.faults)
                self.broken.add(cells.get("id"))
        self.places[table] = places
        return made


def _row_cells(
    header: list[str], row: list[str], columns: Mapping[str, Column]
) -> tuple[Cells, list[Fault]]:
    cells: Cells = {name: None if c.default is NEEDED else c.default for name, c in columns.items()}
    faults = []
    if len(row) > len(header):
        remedy = "quote cells that hold a comma"
        faults.append(Fault("last", row[len(header)], "more cells than the header", remedy))
    texts = dict(zip(header, row, strict=False))
    for name, column in columns.items():
        cell = texts.get(name, "")
        text = cell if column.read is str else cell.strip()
        if not text.strip():
            if column.default is NEEDED and name in header:
                faults.append(Fault(name, cell, "blank", f"every row needs a {name}"))
            elif text and column.read is str:
                cells[name] = text
            continue
        try:
            cells[name] = column.read(text)
        except BadCell as bad:
            faults.append(bad.fault(name, cell))
    return cells, faults


def read_record(folder: Path | str) -> Record:
    """Read a record from a folder of native tables.

    Args:
        folder: where sources.csv, events.csv, coverage.csv and the rest lie.

    Raises:
        RecordError: one fault. Problems: several, all of them (the first 200 in full).
    """
    finish_replacing(Path(folder))
    return _read(Path(folder), {table: (table,) for table in TABLES})


def read_outcomes(folder: Path | str) -> Record:
    """Read the rows of a case that were published after its as_of; they may only score it.

    The files are outcomes.csv (events), outcomes_totals.csv, outcomes_absences.csv,
    outcomes_evidence.csv, outcomes_conflicts.csv and outcomes_coverage.csv; sources and actors are
    those of the record plus outcomes_sources.csv and outcomes_actors.csv.

    Raises:
        RecordError, Problems: as `read_record`.
    """
    path = Path(folder)
    files = {table: (f"outcomes_{table}",) for table in TABLES} | {"events": ("outcomes",)}
    for table in ("sources", "actors"):
        later = (f"outcomes_{table}",) if (path / f"outcomes_{table}.csv").exists() else ()
        files[table] = (table, *later)
    return _read(path, files)


def _read(folder: Path, files: Mapping[str, tuple[str, ...]]) -> Record:
    if not folder.is_dir():
        raise RecordError("no such folder", place=str(folder), remedy="give the record's folder")
    reading = _Reading(folder, files)
    sources = reading.build("sources", lambda cells: Source(**cells))
    actors = reading.build("actors", lambda cells: Actor(**cells))
    events = reading.build("events", _event)
    counts = reading.build("totals", _count)
    absences = reading.build("absences", _absence)
    coverage = reading.build("coverage", _coverage)
    period = _period(reading, coverage)
    parts = _attach(reading, events)
    if period is None:
        _stop(reading.errors)
    record = _unchecked(
        period=period,
        sources=tuple(sources),
        actors=tuple(actors),
        events=tuple(parts),
        counts=tuple(counts),
        absences=tuple(absences),
        coverage=tuple(row for row in coverage if isinstance(row, Coverage)),
    )
    for table, index, fault in record._faults():  # noqa: SLF001 - to place each in its file
        if not (fault.message.startswith("unknown") and reading.is_lost(fault.value)):
            reading.blame(reading.places[table][index], [fault])
    _stop(reading.errors)
    return record


def _unchecked(**parts: Any) -> Record:
    """Make a record without its check: the reader checks it itself, to name file and row."""
    record = object.__new__(Record)
    for name, value in parts.items():
        object.__setattr__(record, name, value)
    return record


def _stop(errors: list[TalionError]) -> None:
    if len(errors) > MOST_PROBLEMS:
        more = RecordError(
            f"and {len(errors) - MOST_PROBLEMS} more faults", remedy="mend these first"
        )
        errors = [*errors[:MOST_PROBLEMS], more]
    Problems.raise_any(errors)


def _published(cells: Cells, last: date) -> None:
    """Fill in the publication date: the day after, assumed, unless the row gives one."""
    if cells["published"] is None:
        cells["published"] = last + timedelta(days=1) if last < date.max else last
        cells["published_how"] = cells.get("published_how") or "assumed"


def _event(cells: Cells) -> Event:
    cells["end"] = cells["end"] or cells["start"]
    cells["precision"] = cells["precision"] or _precision(cells["start"], cells["end"])
    _published(cells, cells["end"])
    cells["published_how"] = cells["published_how"] or "stated"
    cells["type"] = cells["type"] or ACTION_TYPES.get(cells["action"], "")
    for name in ("deaths", "injuries"):
        low, best, high = cells.pop(f"{name}_low"), cells[name], cells.pop(f"{name}_high")
        known = any(n is not None for n in (low, best, high))
        try:
            cells[name] = Harm(low, best, high) if known else None
        except RowError as error:
            columns = {"low": f"{name}_low", "best": name, "high": f"{name}_high"}
            faults = [f._replace(column=columns[f.column]) for f in error.faults]
            raise RowError(f"event {cells['id']}", faults) from error
    return Event(**cells)


def _precision(start: date, end: date) -> str:
    return "day" if start >= end else "period"


def _count(cells: Cells) -> Count:
    _published(cells, cells["on_end"] or cells["on"])
    cells["published_how"] = cells["published_how"] or "stated"
    return Count(**cells)


def _absence(cells: Cells) -> Absence:
    _published(cells, cells["end"])
    cells.pop("published_how", None)
    return Absence(**cells)


@dataclass(frozen=True)
class _Whole:
    """The coverage row that states the period."""

    start: date
    end: date


def _coverage(cells: Cells) -> Coverage | _Whole:
    if cells["of"] != WHOLE:
        return Coverage(**cells)
    if cells["listing"] or cells["note"]:
        column = "listing" if cells["listing"] else "note"
        remedy = "state listings for each action in rows of their own"
        message = "the row of the whole period states only its dates"
        raise RowError("coverage", [Fault(column, cells[column], message, remedy)])
    if cells["end"] < cells["start"]:
        fault = Fault("end", str(cells["end"]), "the period ends before it starts", "swap them")
        raise RowError("coverage", [fault])
    return _Whole(cells["start"], cells["end"])


def _period(reading: _Reading, coverage: list[Any]) -> tuple[date, date] | None:
    wholes = [row for row in coverage if isinstance(row, _Whole)]
    places = reading.places["coverage"]
    reading.places["coverage"] = [
        place for place, row in zip(places, coverage, strict=True) if isinstance(row, Coverage)
    ]
    if len(wholes) == 1:
        return wholes[0].start, wholes[0].end
    if not any("coverage" in (error.place or "") for error in reading.errors) or wholes:
        name = reading.files["coverage"][0]
        message = f"the period is stated {len(wholes)} times, not once"
        remedy = "give one row with of = * and the first and last day covered"
        reading.errors.append(
            RecordError(message, place=f"{reading.folder / name}.csv", remedy=remedy)
        )
    return None


def _attach(reading: _Reading, events: list[Event]) -> list[Event]:
    """Return the events with their evidence and conflicts."""
    from dataclasses import replace

    evidence = _by_event(reading, "evidence", events)
    conflicts = _by_event(reading, "conflicts", events)
    attached = []
    for event in events:
        pointers = tuple(
            _made(reading, place, Evidence, c) for place, c in evidence.get(event.id, [])
        )
        disputes = _conflicts(reading, conflicts.get(event.id, []))
        parts = [part for part in pointers if part is not None]
        attached.append(
            replace(event, evidence=tuple(parts), conflicts=disputes)
            if parts or disputes
            else event
        )
    return attached


def _by_event(
    reading: _Reading, table: str, events: list[Event]
) -> dict[str, list[tuple[str, Cells]]]:
    groups: dict[str, list[tuple[str, Cells]]] = {event.id: [] for event in events}
    for place, cells in reading.rows(table):
        key = cells.pop("event")
        if key in groups:
            groups[key].append((place, cells))
        elif not reading.is_lost(key):
            fault = Fault("event", key, "unknown event", "use the id of a row of the events")
            reading.blame(place, [fault])
    return groups


def _made(reading: _Reading, place: str, make: Callable[..., Any], cells: Cells) -> Any:
    try:
        return make(**cells)
    except RowError as error:
        reading.blame(place, error.faults)
        return None


def _conflicts(reading: _Reading, rows: list[tuple[str, Cells]]) -> tuple[Conflict, ...]:
    fields: dict[str, list[tuple[str, Cells]]] = {}
    for place, cells in rows:
        fields.setdefault(cells["field"], []).append((place, cells))
    made = []
    for name, group in fields.items():
        place, first = group[0]
        values = tuple((cells["value"], cells["source"]) for _, cells in group)
        parts = {"field": name, "values": values, "note": first["note"]}
        made.append(_made(reading, place, Conflict, parts | {"published": first["published"]}))
    return tuple(conflict for conflict in made if conflict is not None)
