"""The work of `talion start`: read, show, ask, prove, write; and the same again for a changed table."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talion.cli.lines import say
from talion.cli.start_flags import flags
from talion.cli.start_look import say_changes, say_import, say_look
from talion.cli.start_questions import Interview
from talion.errors import InputError, OutputError, Problems, RecordError, TalionError
from talion.record.replacing import (
    clear_leftovers,
    finish_replacing,
    holds_nothing,
    replace_together,
)

if TYPE_CHECKING:
    from talion.model.case import Case
    from talion.read.brief_text import Brief
    from talion.read.choices import Choices
    from talion.read.first_look import FirstLook
    from talion.read.imports import Import
    from talion.read.mapping_file import MappingFile
    from talion.read.project import Project

__all__ = ["begin"]

_LARGE = 5_000_000  # bytes of a table that takes long to read
LOOK, LOOK_TABLE, BACKUPS = "first-look.md", "first-look.csv", "backups"


def begin(
    events: Path | None,
    brief: Path | None,
    *,
    out: Path | None,
    again: Path | None,
    choices: Choices,
    yes: bool,
    terminal: bool,
) -> None:
    """Import a table of events into a new project folder, or anew into one made earlier.

    Args:
        events: the table; with `again` the one of the last import if omitted.
        brief: the brief, if there is one.
        out: folder to write; the table's name if omitted.
        again: folder made earlier.
        choices: decisions given as options.
        yes: take what is proposed.
        terminal: whether a person can be asked.

    Raises:
        InputError, Problems: something is wrong with the table or undecided.
        OutputError: the folder cannot be written.
    """
    folder, mapping = _target(events, out, again)
    table = events if events is not None else _earlier_table(folder, mapping)
    if mapping is not None:
        choices = _with_own_cut_off(folder, mapping, choices).over(mapping.choices)
    if table.is_file() and table.stat().st_size > _LARGE:
        say([f"reading {table.name}, {table.stat().st_size / 1e6:.0f} MB; this takes a while"])
    interview = Interview(choices) if terminal and not yes else None
    try:
        imported = _imported(table, choices, mapping, yes=yes, interview=interview)
    except (InputError, typer.Abort):
        _say_answers([table, *filter(None, [brief])], interview, out=out, again=again)
        raise
    text = _brief(brief, imported.choices)
    if mapping is None:
        _write_new(folder, imported, text)
    else:
        _write_again(folder, imported, text, mapping)


def _target(
    events: Path | None, out: Path | None, again: Path | None
) -> tuple[Path, MappingFile | None]:
    """Return the project folder, and its mapping if an earlier import made it."""
    from talion.read.mapping_file import NAME, read_mapping
    from talion.read.spelling import identifier

    if again is not None:
        if out is not None and out != again:
            raise InputError("say one folder", place="--again, --out", remedy="leave out --out")
        _finish(_named(again))
        return _named(again), read_mapping(again)
    if events is None:
        raise InputError(
            "no table of events is given",
            place="EVENTS",
            remedy="give a .xlsx, .csv or .tsv file, or --again FOLDER",
        )
    folder = _named(out or Path(identifier(events.stem) or "events"))
    _finish(folder)
    if (folder / NAME).exists():
        mapping = read_mapping(folder)
        if (folder / mapping.file).resolve() != events.resolve():
            raise InputError(
                f"was made of another table, {mapping.file}, whose rows this one would replace",
                place=str(folder),
                value=str(events),
                remedy=f"say --again {folder} if it is the same table under a new name, or choose "
                "another folder with --out",
            )
        return folder, mapping
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and holds_nothing(folder))):
        raise OutputError(
            "exists already, and was not made by `talion start`",
            place=str(folder),
            remedy="choose another folder with --out",
        )
    return folder, None


def _finish(folder: Path) -> None:
    """Complete an import that was killed while it wrote, and remove what others left."""
    if finish_replacing(folder):
        say([f"{folder}: an import that was cut off is completed first"])
    clear_leftovers(folder)


def _named(folder: Path) -> Path:
    """Return a folder by its name: `.` and `..` have none, and texts are proved in one beside it."""
    return folder if folder.name not in ("", "..") else folder.resolve()


def _earlier_table(folder: Path, mapping: MappingFile | None) -> Path:
    table = folder / (mapping.file if mapping else "")
    if not table.is_file():
        raise InputError(
            "the table of the last import is not there any more",
            place=str(table),
            remedy="give it: talion start EVENTS --again FOLDER",
        )
    return table


def _with_own_cut_off(folder: Path, mapping: MappingFile, choices: Choices) -> Choices:
    """Take the cut-off date from the case where the analyst has edited the case."""
    from talion.model.document import read_document_file
    from talion.read.answers import with_answer

    path = folder / "case.yaml"
    if choices.as_of is not None or not path.exists():
        return choices
    if hashlib.sha256(path.read_bytes()).hexdigest() == mapping.case_sha256:
        return choices
    data = read_document_file(path).data
    if isinstance(data, dict) and isinstance(data.get("as_of"), str):
        return with_answer(choices, "as_of", data["as_of"])
    return choices


def _imported(
    table: Path,
    choices: Choices,
    mapping: MappingFile | None,
    *,
    yes: bool,
    interview: Interview | None,
) -> Import:
    from talion.read.answers import settled
    from talion.read.imports import load, make_import

    known = (
        {}
        if mapping is None
        else {"acts": mapping.acts, "actors": mapping.actors, "sources": mapping.sources}
    )
    ask, retry = (interview.ask, interview.retry) if interview else (None, None)
    loaded, choices = settled(lambda c: load(table, c), choices, yes=yes, ask=ask, retry=retry)
    if interview:
        interview.begin_anew(choices)
    while True:
        imported, choices = settled(
            lambda c: make_import(loaded, c, known), choices, yes=yes, ask=ask, retry=retry
        )
        say_import(imported)
        changed = interview.confirmed(choices) if interview else None
        if changed is None:
            return imported
        choices = changed


def _say_answers(
    files: list[Path], interview: Interview | None, *, out: Path | None, again: Path | None
) -> None:
    """Say how to go on with what a person has answered before the import stopped."""
    if interview is None:
        return
    say(["", "Nothing has been written."])
    if interview.last == interview.start:
        return
    where = [f"--{name} {shlex.quote(str(p))}" for name, p in (("out", out), ("again", again)) if p]
    words = ["talion start", *(shlex.quote(str(p)) for p in files), *where, flags(interview.last)]
    say(["To go on with your answers:", f"  {' '.join(words)}"])


def _brief(path: Path | None, choices: Choices) -> Brief | None:
    from talion.read.brief_text import read_brief

    if path is None:
        return None
    brief = read_brief(path, choices.brief_date)
    say(brief.remarks)
    if choices.brief_date is None:
        say(
            [f"{path.name}: no date is given; --brief-date DAY or `dated` in sources.csv states it"]
        )
    return brief


# --- writing -------------------------------------------------------------------------------------


@contextmanager
def _stage(folder: Path) -> Iterator[Path]:
    """Give a folder beside the project in which its texts are proved; it is gone afterwards."""
    from talion.record.writing import write_files

    clear_leftovers(folder.parent, f".{folder.name}")
    stage = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        write_files(stage, {})
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _proved(stage: Path, folder: Path) -> Case:
    """Load what is to be written as a case; name files by where they will stand."""
    from talion.model.case import load_case

    try:
        return load_case(stage)
    except TalionError as error:
        found = error.errors if isinstance(error, Problems) else (error,)
        Problems.raise_any(
            RecordError(
                one.message,
                place=(one.place or "").replace(str(stage), str(folder)),
                value=one.value,
                remedy=f"{one.remedy or 'mend it'}; nothing has been written",
            )
            for one in found
        )
        raise


def _looked(case: Case, imported: Import, project: Project) -> tuple[FirstLook, dict[str, str]]:
    from talion.read.first_look import look
    from talion.read.first_look_text import csv_text, markdown

    found = look(case.title, case.record, project.kinds, case.as_of)
    remarks = (*_columns_in_words(imported), *imported.remarks, *project.remarks)
    texts = {
        LOOK: markdown(found, remarks, imported.loaded.sheet.place),
        LOOK_TABLE: csv_text(found),
    }
    return found, texts


def _columns_in_words(imported: Import) -> list[str]:
    layout = imported.layout
    said = [f"{name} is column {column.label}" for name, column in layout.fields.items()]
    said += [f"{name} is {value!r} for all rows" for name, value in layout.say.items()]
    said += [f"column {c.label} counts {w.type} ({w.counts})" for c, w in layout.counts]
    if layout.unused:
        said.append(f"columns not used: {', '.join(c.label for c in layout.unused)}")
    return said


def _write_new(folder: Path, imported: Import, brief: Brief | None) -> None:
    from talion.read.project import first_time
    from talion.record.writing import write_files

    project = first_time(imported, brief, folder)
    with _stage(folder) as stage:
        write_files(stage, project.texts)
        found, texts = _looked(_proved(stage, folder), imported, project)
        if folder.is_dir():  # an empty one, as looked at before
            replace_together(folder, {**project.texts, **texts})
        else:
            write_files(stage, texts)
            _move(stage, folder)
    say_look(found)
    _say_end(folder, project, len(project.texts) + len(texts), "ask")


def _move(stage: Path, folder: Path) -> None:
    try:
        stage.rename(folder)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror or type(error).__name__}",
            place=str(folder),
            remedy="free some space, check permissions, or choose another folder with --out",
        ) from error


def _write_again(folder: Path, imported: Import, brief: Brief | None, mapping: MappingFile) -> None:
    from talion.read.project import again
    from talion.record.writing import write_files

    project = again(imported, brief, folder, mapping)
    with _stage(folder) as stage:
        _copy_rest(folder, stage, project.texts)
        write_files(stage, project.texts)
        found, texts = _looked(_proved(stage, folder), imported, project)
    changed = {
        name: text
        for name, text in {**project.texts, **texts}.items()
        if not (folder / name).exists() or (folder / name).read_bytes() != text.encode()
    }
    backup = _back_up(folder, [name for name in changed if (folder / name).exists()])
    replace_together(folder, changed)
    say_look(found)
    say_changes(project)
    _say_end(folder, project, len(changed), "check")
    if backup is not None:
        say([f"what was overwritten is kept in {backup}"])


def _copy_rest(folder: Path, stage: Path, texts: Mapping[str, str]) -> None:
    """Copy the files of the case that the import does not write, so that the whole can be proved."""
    for path in folder.iterdir():
        if path.suffix in (".csv", ".yaml") and path.name not in texts and path.is_file():
            shutil.copyfile(path, stage / path.name)


def _back_up(folder: Path, names: Sequence[str]) -> Path | None:
    """Copy files that are about to be overwritten; nothing if there are none."""
    if not names:
        return None
    kept = folder / BACKUPS
    numbers = [int(p.name) for p in kept.iterdir() if p.name.isdigit()] if kept.is_dir() else []
    target = kept / f"{max(numbers, default=0) + 1:04d}"
    clear_leftovers(kept, "copy")
    stage = kept / f"copy.{os.getpid()}.part"
    try:
        stage.mkdir(parents=True)
        for name in names:
            shutil.copy2(folder / name, stage / name)
        stage.rename(target)
    except OSError as error:
        shutil.rmtree(stage, ignore_errors=True)
        raise OutputError(
            f"no copy can be kept: {error.strerror or type(error).__name__}",
            place=str(target),
            remedy="free some space or check permissions; nothing has been changed",
        ) from error
    return target


def _say_end(folder: Path, project: Project, files: int, then: str) -> None:
    say(
        [
            "",
            f"{folder}: {files} file{'' if files == 1 else 's'} written"
            if files
            else f"{folder}: nothing to write, all is as it was",
        ]
    )
    say([f"next: read {folder / LOOK}, then talion {then} {folder}"])
    if project.lost_kinds:
        names = ", ".join(kind.id for kind in project.lost_kinds)
        say(
            [
                f"event types of the table that case.yaml does not hold: {names}; case.proposed.yaml has them"
            ]
        )
