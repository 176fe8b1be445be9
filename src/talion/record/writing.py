"""Writing the native tables: all files of a record or none.

Each file is first written beside its final place and synced; only when all are there are they
renamed over the old ones. A full disk leaves the old files as they were. What must never be replaced
is written once: whole, under a name that nothing has, and read-only.
"""

from __future__ import annotations

import csv
import io
import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talion.errors import OutputError
from talion.record.event import Event, Harm
from talion.record.layout import TABLES

if TYPE_CHECKING:
    from talion.record.record import Record

__all__ = ["rows_of", "table_text", "write_files", "write_once", "write_record"]


def write_record(record: Record, folder: Path | str) -> None:
    """Write a record as native tables into a folder, made if need be.

    A merged record is written as the reports it was made from: merging is a rule that is applied
    after reading. All tables are written, so that no older file of the folder mixes in.

    Raises:
        OutputError: the folder or disk takes no files; nothing is changed then.
    """
    rows = rows_of(record.unmerged())
    texts = {f"{table}.csv": table_text(table, rows[table]) for table in TABLES}
    write_files(Path(folder), texts)


def rows_of(record: Record) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each native table as values by column name."""
    whole = {"of": "*", "start": record.period[0], "end": record.period[1]}
    return {
        "sources": [_cells(row) for row in record.sources],
        "actors": [_cells(row) for row in record.actors],
        "events": [_event_cells(row) for row in record.events],
        "evidence": [{"event": e.id, **_cells(p)} for e in record.events for p in e.evidence],
        "conflicts": list(_conflict_cells(record.events)),
        "totals": [_cells(row) for row in record.counts],
        "absences": [_cells(row) for row in record.absences],
        "coverage": [whole, *(_cells(row) for row in record.coverage)],
    }


def table_text(table: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the CSV text of a table from rows of values by column name."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    columns = TABLES[table]
    writer.writerow([column.name for column in columns])
    for row in rows:
        cells = (row.get(column.name) for column in columns)
        writer.writerow(
            ["" if v is None else c.write(v) for c, v in zip(columns, cells, strict=True)]
        )
    return out.getvalue()


def _cells(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _event_cells(event: Event) -> dict[str, Any]:
    cells = _cells(event)
    for name in ("deaths", "injuries"):
        harm: Harm | None = cells[name]
        cells[name] = harm.best if harm else None
        cells[f"{name}_low"] = harm.low if harm else None
        cells[f"{name}_high"] = harm.high if harm else None
    return cells


def _conflict_cells(events: Iterable[Event]) -> Iterable[dict[str, Any]]:
    for event in events:
        for conflict in event.conflicts:
            shared = {"event": event.id, "field": conflict.field, "note": conflict.note}
            for value, source in conflict.values:
                yield shared | {"value": value, "source": source, "published": conflict.published}


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write several files into a folder, all or none; texts as UTF-8.

    The files are complete on disk before the first is renamed. Should the system then refuse a
    rename midway, the error names the files that are already new.

    Args:
        folder: made if need be.
        contents: name, or path below the folder such as `record/events.csv`, -> content.

    Raises:
        OutputError: the folder or disk takes no files.
    """
    staged: dict[Path, Path] = {}
    done: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            final = folder / name
            final.parent.mkdir(parents=True, exist_ok=True)
            part = final.with_name(f".{final.name}.{os.getpid()}.part")
            staged[part] = final
            with part.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
        for part, final in staged.items():
            part.replace(final)
            done.append(final.name)
    except OSError as error:
        message = f"cannot write the files: {error.strerror or error}"
        state = f"already new: {', '.join(done)}" if done else "the old files are unchanged"
        remedy = f"free some space or choose another folder; {state}"
        raise OutputError(message, place=str(folder), remedy=remedy) from error
    finally:
        for part in staged:
            with suppress(OSError):  # a disk that takes no files need not let go of any either
                part.unlink(missing_ok=True)


def write_once(path: Path, text: str) -> None:
    """Write a new file, whole, synced and read-only; one that exists is never touched.

    The file is complete on disk before it gets its name, and the name is taken only if it is free
    (a hard link; where the file system has none, an exclusive open).

    Raises:
        OutputError: something of that name exists, or the folder or disk takes no file.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    data = text.encode("utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # left by a killed process of this number
        try:
            _write_new(part, data)
            _take_name(part, path, data)
        finally:
            part.unlink(missing_ok=True)
        path.chmod(0o444)  # last, since the part was the same file
    except OSError as error:
        message = f"cannot write the file: {error.strerror or type(error).__name__}"
        remedy = "free some space, check permissions, or choose another place with --out"
        raise OutputError(message, place=str(path), remedy=remedy) from error


def _take_name(part: Path, path: Path, data: bytes) -> None:
    """Give a finished file its name, if that is free.

    Raises:
        OutputError: it is not. OSError: the file cannot be written.
    """
    try:
        try:
            os.link(part, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            _write_new(path, data)
    except FileExistsError:
        raise OutputError(
            "exists already and is never replaced",
            place=str(path),
            remedy="choose another name with --out",
        ) from None


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist; nothing is left of it if that fails."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
