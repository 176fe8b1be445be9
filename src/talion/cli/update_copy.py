"""A copy of a case with new rows in its record and a later cut-off: made as texts, then written.

Only native tables and the case file are copied. What may be written back into the user's own files
is the same texts, after a check that those files are still what was read.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talion.errors import InputError, OutputError
from talion.judge.run_folder import case_text
from talion.model.case import Case, cases_folder, load_case
from talion.record.adding import Added, added_rows, carried_coverage
from talion.record.replacing import replace_together
from talion.record.sheet import text_of
from talion.record.writing import write_files

__all__ = ["UpdatedCase", "updated_case", "write_back", "write_copy"]

_AS_OF = re.compile(r"^(as_of:[ \t]*)([^\s#]+)", re.MULTILINE)


@dataclass(frozen=True)
class UpdatedCase:
    """Texts of a case with new rows.

    Attributes:
        file: name of the case file.
        record: the record's folder, relative to the case file; "." for the same folder.
        texts: file relative to the case's folder -> its new text, every file of the copy.
        read: the same as it was read.
        as_of: the new cut-off.
        events: rows added.
        carried: acts whose coverage was carried on to the new cut-off.
        later: ids of new rows published after it, which stay out until it moves on.
    """

    file: str
    record: str
    texts: Mapping[str, str]
    read: Mapping[str, str]
    as_of: dt.date
    events: Added
    carried: tuple[str, ...]
    later: tuple[str, ...]


def updated_case(
    case: Case, events: Path, *, sources: Path | None = None, as_of: dt.date | None = None
) -> UpdatedCase:
    """Return the texts of a case with new rows and a later cut-off.

    Args:
        case: as loaded from its file.
        events: file with new rows of events.
        sources: file with new rows of sources.
        as_of: the new cut-off; by default the last day on which a new row was published.

    Raises:
        InputError, RecordError, Problems: the case has no record of its own, a file is no table, no
            row is new, or the cut-off would move back.
    """
    if case.path is None or case.document.record_folder is None:
        raise InputError(
            "this case has no tables to add rows to",
            place=str(case.path or case.name),
            remedy="give it a record: `record: .` and the tables beside it",
        )
    relative = Path(case.document.record_folder)
    if relative.is_absolute() or ".." in relative.parts:
        raise InputError(
            "the record lies outside the case's folder",
            place=f"{case.path}, record",
            value=case.document.record_folder,
            remedy="copy case and tables into one folder first",
        )
    old = {f.name: text_of(f) for f in sorted((case.path.parent / relative).glob("*.csv"))}
    new = dict(old)
    added = added_rows("events", old["events.csv"], events)
    new["events.csv"] = added.text
    if sources is not None:
        new["sources.csv"] = added_rows("sources", old["sources.csv"], sources).text
    if not added.ids:
        raise InputError(
            f"no row is new: {len(added.known)} of {len(added.known)} stand in the record already",
            place=str(events),
            remedy="add the rows that are new",
        )
    published = added.published
    day = as_of or max(case.as_of, *published.values())
    if day < case.as_of:
        raise InputError(
            "would move the cut-off back",
            place="--as-of",
            value=day.isoformat(),
            remedy=f"give a day from {case.as_of.isoformat()} on",
        )
    new["coverage.csv"], carried = carried_coverage(old["coverage.csv"], day)
    case_text(case)  # refuses a file that was changed since it was loaded
    text = text_of(case.path)
    moved = _moved(text, day, case.path)
    before = {case.path.name: text} | {str(relative / n): t for n, t in old.items()}
    after = {case.path.name: moved} | {str(relative / n): t for n, t in new.items()}
    return UpdatedCase(
        case.path.name,
        str(relative),
        after,
        before,
        day,
        added,
        carried,
        tuple(key for key, when in published.items() if when > day),
    )


def _moved(text: str, day: dt.date, path: Path) -> str:
    """Return the case file's text with another cut-off, and nothing else changed."""
    found = list(_AS_OF.finditer(text))
    if len(found) != 1:
        raise InputError(
            "the cut-off does not stand on a line of its own",
            place=str(path),
            remedy="write `as_of: 2024-06-30` at the start of a line",
        )
    return _AS_OF.sub(lambda m: f"{m[1]}{day.isoformat()}", text)


def write_copy(updated: UpdatedCase, folder: Path) -> Case:
    """Write the copy into a folder and load it: the whole copy, or nothing.

    It is written beside its place and gets its name when it is complete and can be loaded. A folder
    that holds this very copy already is left as it is, so that a stopped update can go on.

    Raises:
        OutputError: the folder holds anything else, or cannot be written.
        TalionError: the new rows do not fit the record, or the case cannot stand at the new cut-off.
    """
    if folder.exists() and any(folder.iterdir()):
        if not _holds(updated, folder):
            raise OutputError(
                "exists already and holds something else",
                place=str(folder),
                remedy="choose another folder with --out, or remove this one",
            )
        return load_case(folder / updated.file)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    stage = beside / folder.name  # so that messages name the case as it will be called
    try:
        write_files(stage, updated.texts)
        load_case(stage / updated.file)  # what cannot be loaded never gets the copy's name
        if folder.exists():
            folder.rmdir()  # empty, as was asked above
        stage.replace(folder)
    except OSError as error:
        message = f"cannot write the copy: {error.strerror or error}"
        remedy = "free some space or choose another folder with --out"
        raise OutputError(message, place=str(folder), remedy=remedy) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return load_case(folder / updated.file)


def _holds(updated: UpdatedCase, folder: Path) -> bool:
    try:
        return all((folder / n).read_bytes() == t.encode() for n, t in updated.texts.items())
    except OSError:
        return False


def write_back(updated: UpdatedCase, case: Case) -> tuple[Path, ...]:
    """Write the changed files over the user's own, all or none; return them.

    Raises:
        InputError: the case is a built-in one, or a file was changed since it was read.
        OutputError: a file cannot be written.
    """
    assert case.path is not None  # noqa: S101 - `updated_case` refused others
    folder = case.path.parent
    refuse_built_in(case)
    if any(text_of(folder / name) != text for name, text in updated.read.items()):
        raise InputError(
            "the case or its tables were changed while it was updated",
            place=str(folder),
            remedy="nothing was written over; update again",
        )
    changed = {n: t for n, t in updated.texts.items() if updated.read.get(n) != t}
    replace_together(folder, changed)
    return tuple(folder / name for name in changed)


def refuse_built_in(case: Case) -> None:
    """Raise InputError for a case that belongs to the package: it is never written over."""
    if case.path is not None and cases_folder() in case.path.resolve().parents:
        raise InputError(
            "a built-in case is never written over",
            place="--write",
            value=case.name,
            remedy="leave out --write; the updated copy is yours",
        )
