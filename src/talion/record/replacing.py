"""Files of a folder replaced together, though the machine stops in between.

The new files are first written, whole and synced, into a folder beside the old ones. One rename
gives that folder the name by which it counts; from then on the change is decided, and whoever opens
the folder next completes it. What was cut off before that rename never happened.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from talion.errors import OutputError

__all__ = ["clear_leftovers", "finish_replacing", "holds_nothing", "replace_together"]

_DECIDED = ".talion-new"  # a folder of files that take the place of those of their name


def replace_together(folder: Path, contents: Mapping[str, str]) -> None:
    """Write files of a folder, all or none, even if the process is killed; texts as UTF-8.

    Args:
        folder: made if need be.
        contents: name, or path below the folder such as `record/events.csv`, -> text.

    Raises:
        OutputError: the folder or disk takes no files; nothing is changed then.
    """
    try:
        finish_replacing(folder)
        folder.mkdir(parents=True, exist_ok=True)
        stage = folder / f"{_DECIDED}.{os.getpid()}.part"
        try:
            stage.mkdir()
            for name, text in contents.items():
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                with (stage / name).open("wb") as file:
                    file.write(text.encode())
                    file.flush()
                    os.fsync(file.fileno())
            stage.rename(folder / _DECIDED)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"cannot write the files: {error.strerror or error}",
            place=str(folder),
            remedy="free some space or choose another folder; the old files are unchanged",
        ) from error
    finish_replacing(folder)


def finish_replacing(folder: Path) -> bool:
    """Complete a change of a folder that was decided and then cut off; return whether there was one.

    Two processes may do so at once: each file is moved by one of them.

    Raises:
        OutputError: the files cannot be moved.
    """
    decided = folder / _DECIDED
    if not decided.is_dir():
        return False
    try:
        for path in sorted(decided.rglob("*"), reverse=True):  # what a folder holds, before it
            final = folder / path.relative_to(decided)
            with suppress(FileNotFoundError):  # another process has moved it
                if path.is_dir():
                    path.rmdir()
                    continue
                final.parent.mkdir(parents=True, exist_ok=True)
                path.replace(final)
        with suppress(FileNotFoundError):
            decided.rmdir()
    except OSError as error:
        raise OutputError(
            f"a change that was cut off cannot be completed: {error.strerror or error}",
            place=str(folder),
            remedy="make the folder writable and use it again; nothing is lost",
        ) from error
    return True


def holds_nothing(folder: Path) -> bool:
    """Return whether a folder is empty but for what a killed process left."""
    return not any(p for p in folder.iterdir() if not p.name.startswith(f"{_DECIDED}."))


def clear_leftovers(folder: Path, beginning: str = _DECIDED) -> None:
    """Remove what killed processes left unfinished in a folder: `BEGINNING.NUMBER.part`."""
    if not folder.is_dir():
        return
    for path in folder.glob(f"{beginning}.*.part"):
        number = path.name[len(beginning) + 1 : -len(".part")]
        if number.isdecimal() and not _runs(int(number)):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    """Return whether a process of this number runs; where that cannot be asked, it may."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
