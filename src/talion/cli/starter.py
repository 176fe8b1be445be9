"""`talion new`: a folder with a case to go on from."""

from __future__ import annotations

import os
import shutil
from importlib import resources
from pathlib import Path

from talion.cli.lines import say
from talion.errors import CaseError, OutputError

__all__ = ["begin_case"]


def begin_case(name: str) -> None:
    """Copy the starter case into a new folder, whole or not at all.

    Args:
        name: the folder; its last part names the case.

    Raises:
        CaseError: the name is no name for a folder.
        OutputError: something of that name exists, or it cannot be written.
    """
    folder = Path(name)
    if not folder.name or not folder.name.strip(". ") or "\0" in name:
        raise CaseError("not a name for a folder", value=name, remedy="give one such as my-case")
    if folder.exists() or folder.is_symlink():
        raise OutputError("exists already", place=name, remedy="choose another name or remove it")
    _copy(folder)
    say(
        [
            f"{folder}: a starter case in {folder / 'case.yaml'}, its record in the tables beside it",
            f"next: talion check {folder}, then talion run {folder}",
        ]
    )


def _copy(folder: Path) -> None:
    staged = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged.mkdir()
        for entry in (resources.files("talion") / "cases" / "starter").iterdir():
            if entry.is_file() and not entry.name.endswith(".py"):
                (staged / entry.name).write_bytes(entry.read_bytes())
        staged.rename(folder)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror or type(error).__name__}",
            place=str(folder),
            remedy="free some space, check permissions, or choose another place",
        ) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)
