"""A project folder as texts: made by the first import, brought up to date by the next ones.

Nothing is written here. The texts are proved first: they are put into a folder of their own, loaded
as a case, and only then does the command line move them into place.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from talion.errors import RecordError
from talion.read.brief_text import Brief
from talion.read.case_text import case_text, in_case
from talion.read.choices import Choices
from talion.read.event_kinds import EventKind
from talion.read.imports import Import
from talion.read.mapping_file import NAME, MappingFile, mapping_text
from talion.read.row_ids import Cells, own_ids, recognised
from talion.read.three_ways import KEYS, Changes, keyed, merge_tables
from talion.record.layout import TABLES
from talion.record.sheet import LARGEST_FILE, cells_of, text_of

__all__ = ["BASE", "Project", "again", "first_time", "proposed_title"]

BASE = "last-import.jsonl"
CASE = "case.yaml"
PROPOSED = "case.proposed.yaml"


@dataclass(frozen=True)
class Project:
    """The texts of a project folder and what an import changed in it.

    Attributes:
        texts: file name -> text, of the files to write.
        kinds: event types that the record allows.
        changes: by table; empty at the first import.
        remarks: sentences on what was kept and why.
        lost_kinds: event types that the case does not hold yet.
    """

    texts: dict[str, str]
    kinds: tuple[EventKind, ...]
    changes: dict[str, Changes] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    lost_kinds: tuple[EventKind, ...] = ()


def proposed_title(choices: Choices, path: Path) -> str:
    """Return the title of the case: the user's, or the file's name."""
    return (choices.title or path.stem.replace("_", " ").strip() or "Events").strip()


def first_time(imported: Import, brief: Brief | None, folder: Path) -> Project:
    """Return the texts of a new project.

    Args:
        imported: the spreadsheet.
        brief: the brief's text, if there is one.
        folder: where it will stand, for relative paths.

    Raises:
        RecordError: two rows have one id, or a table is too large for a record.
    """
    theirs, next_number = _tables(imported, brief, {}, 1)
    rows = {table: [dict(cells) for cells in keyed_.values()] for table, keyed_ in theirs.items()}
    case = _case(imported, brief)
    texts = _record_texts(rows)
    texts[CASE] = case
    texts[BASE] = _base_text(theirs)
    texts[NAME] = mapping_text(_mapping(imported, brief, folder, next_number, case))
    if brief is not None:
        texts[brief.source.file] = brief.text
    return Project(texts, imported.kinds)


def again(imported: Import, brief: Brief | None, folder: Path, mapping: MappingFile) -> Project:
    """Return the texts of a project after a new import; edits of case and record stay.

    Args:
        imported: the spreadsheet as it is now.
        brief: the brief's text, if one is given anew.
        folder: the project.
        mapping: of the last import.

    Raises:
        RecordError, Problems: the folder's own tables cannot be read.
    """
    base = _read_base(folder / BASE)
    theirs, next_number = _tables(imported, brief, base, mapping.next_number)
    rows: dict[str, list[dict[str, str]]] = {}
    changes: dict[str, Changes] = {}
    for table in KEYS:
        columns = [column.name for column in TABLES[table]]
        mine = _read_table(folder, table)
        rows[table], changes[table] = merge_tables(
            table, columns, base.get(table, {}), mine, theirs[table]
        )
    texts = _record_texts(rows)
    texts[BASE] = _base_text(theirs)
    case = _case(imported, brief or _kept_brief(folder, mapping))
    remarks: list[str] = []
    lost = _keep_case(folder, mapping, imported.kinds, case, texts, remarks)
    written = texts.get(CASE)
    kept_hash = mapping.case_sha256 if written is None else _sha256(written)
    made = _mapping(imported, brief, folder, next_number, case)
    update = {"case_sha256": kept_hash}
    if brief is None:
        update["brief"] = mapping.brief or ""
    texts[NAME] = mapping_text(made.model_copy(update={k: v or None for k, v in update.items()}))
    if brief is not None:
        texts[brief.source.file] = brief.text
    return Project(texts, imported.kinds, changes, tuple(remarks), lost)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _keep_case(
    folder: Path,
    mapping: MappingFile,
    kinds: tuple[EventKind, ...],
    case: str,
    texts: dict[str, str],
    remarks: list[str],
) -> tuple[EventKind, ...]:
    """Put the case into the texts if nobody has edited it; else say what a fresh one would add."""
    path = folder / CASE
    if not path.exists():
        texts[CASE] = case
        remarks.append("case.yaml was gone and is written anew")
        return ()
    own = path.read_bytes()
    if own == case.encode() or hashlib.sha256(own).hexdigest() == mapping.case_sha256:
        texts[CASE] = case
        return ()
    texts[PROPOSED] = case
    remarks.append(
        "case.yaml holds your edits and is left as it is; what a fresh one would say stands in "
        f"{PROPOSED}"
    )
    text = own.decode("utf-8", errors="replace")
    return tuple(kind for kind in in_case(kinds) if f"\n  {kind.id}:" not in text)


def _case(imported: Import, brief: Brief | None) -> str:
    return case_text(
        imported.made,
        imported.kinds,
        title=proposed_title(imported.choices, imported.loaded.path),
        table=imported.loaded.sheet.place,
        brief=None if brief is None else brief.source,
    )


def _kept_brief(folder: Path, mapping: MappingFile) -> Brief | None:
    """Return the brief of an earlier import as it lies in the folder."""
    from talion.read.brief_text import read_brief

    if not mapping.brief or not (folder / mapping.brief).exists():
        return None
    return read_brief(folder / mapping.brief, mapping.choices.brief_date)


def _mapping(
    imported: Import, brief: Brief | None, folder: Path, next_number: int, case: str
) -> MappingFile:
    made, loaded = imported.made, imported.loaded
    columns = {
        field: _column_name(imported, column.index)
        for field, column in imported.layout.fields.items()
    }
    settled = Choices(columns=columns, sheet=loaded.sheet.name or None)
    return MappingFile(
        file=_relative(loaded.path, folder),
        sha256=loaded.sha256,
        brief=None if brief is None else brief.source.file,
        choices=imported.choices.over(settled),
        next_number=next_number,
        case_sha256=_sha256(case),
        acts=made.spelled["acts"],
        actors=made.spelled["actors"],
        sources=made.spelled["sources"],
    )


def _column_name(imported: Import, index: int) -> str:
    from talion.read.grid import letter

    column = next(c for c in imported.table.columns if c.index == index)
    same = [c for c in imported.table.columns if c.name.casefold() == column.name.casefold()]
    return column.name if column.name and len(same) == 1 else letter(index)


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


# --- rows as text --------------------------------------------------------------------------------


def _tables(
    imported: Import,
    brief: Brief | None,
    base: Mapping[str, Mapping[str, Cells]],
    next_number: int,
) -> tuple[dict[str, dict[str, Cells]], int]:
    """Return the rows of every table as text by key, events with ids, and the next free number."""
    made = imported.made
    events = [_as_text("events", row) for row in made.events]
    acts = [row["action"] for row in made.events]
    own = own_ids(made.origins, acts, imported.loaded.sheet.place)
    known = recognised(events, base.get("events", {}), own)
    taken = {*own, *(key for key in known if key), *base.get("events", {})}
    for cells, mine, earlier in zip(events, own, known, strict=True):
        key = mine or earlier or ""
        while not key or (not mine and not earlier and key in taken):
            key = f"{made.table}-{next_number}"
            next_number += 1
        taken.add(key)
        cells["id"] = key
    sources = [*made.sources, *_brief_source(brief)]
    rows = {
        "events": events,
        "totals": [_as_text("totals", row) for row in made.totals],
        "actors": [_as_text("actors", row) for row in made.actors],
        "sources": [_as_text("sources", row) for row in sources],
        "coverage": [_as_text("coverage", row) for row in made.coverage],
    }
    return {table: keyed(table, found) for table, found in rows.items()}, next_number


def _brief_source(brief: Brief | None) -> list[dict[str, object]]:
    if brief is None:
        return []
    source = brief.source
    return [
        {
            "id": source.id,
            "title": source.title,
            "kind": "brief",
            "address": source.file,
            "dated": source.dated,
            "published": source.dated,
            "sha256": source.sha256,
            "note": "the user's own file; offsets count its characters",
        }
    ]


def _as_text(table: str, row: Mapping[str, object]) -> dict[str, str]:
    cells = {}
    for column in TABLES[table]:
        value = row.get(column.name)
        cells[column.name] = "" if value is None else column.write(value)
    return cells


def _record_texts(rows: Mapping[str, list[dict[str, str]]]) -> dict[str, str]:
    texts = {}
    for table, found in rows.items():
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        columns = [column.name for column in TABLES[table]]
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in found)
        text = out.getvalue()
        if len(text.encode()) > LARGEST_FILE:
            raise RecordError(
                f"the record would have {len(text.encode()) / 1e6:.0f} MB; a file of a record holds "
                f"at most {LARGEST_FILE / 1e6:.0f} MB",
                place=f"{table}.csv",
                remedy="leave out long texts (--map note=-), or import a shorter period (--rows)",
            )
        texts[f"{table}.csv"] = text
    return texts


def _read_table(folder: Path, table: str) -> dict[str, Cells]:
    path = folder / f"{table}.csv"
    if not path.exists():
        return {}
    header, rows = cells_of(text_of(path), str(path))
    found = []
    for _, row in rows:
        cells = dict(zip(header, row, strict=False))
        found.append(
            {name: text.strip() if name != "note" else text for name, text in cells.items()}
        )
    return keyed(table, found)


def _base_text(tables: Mapping[str, Mapping[str, Cells]]) -> str:
    """Return the rows of an import, a line of JSON each: table, key, cells in the table's order."""
    columns = {table: [column.name for column in TABLES[table]] for table in tables}
    lines = [json.dumps({"talion_last_import": 1, "columns": columns})]
    for table, rows in tables.items():
        for key, cells in rows.items():
            texts = [cells.get(name, "") for name in columns[table]]
            lines.append(
                json.dumps([table, key, *texts], ensure_ascii=False, separators=(",", ":"))
            )
    return "\n".join(lines) + "\n"


def _read_base(path: Path) -> dict[str, dict[str, Cells]]:
    """Return the rows of the last import; without the file every row of the record is an edit."""
    found: dict[str, dict[str, Cells]] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return found
    number = 1
    try:
        columns = json.loads(lines[0])["columns"]
        for number, line in enumerate(lines[1:], 2):  # noqa: B007 - named in the error
            if line:
                table, key, *texts = json.loads(line)
                cells = dict(zip(columns[table], texts, strict=True))
                found.setdefault(table, {})[key] = cells
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(
            "damaged: not a row of the last import",
            place=f"{path}:{number}",
            remedy="restore it from `backups`, or begin anew in another folder",
        ) from error
    return found
