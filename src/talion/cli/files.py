"""The folder that results go to: made and tried before any work is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from talion.errors import OutputError

__all__ = ["output_folder"]


@contextmanager
def output_folder(folder: Path) -> Iterator[Path]:
    """Make `folder` if need be and make sure that a file can be written there.

    Asked before a long simulation, not after it. What was made and is still empty when an error or
    Ctrl-C ends the work is removed again.

    Raises:
        OutputError: it cannot be made, or nothing can be written in it.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        _try(folder)
        yield folder
    except BaseException:
        for place in made:
            with suppress(OSError):  # it holds something by now, or was never made
                place.rmdir()
        raise


def _try(folder: Path) -> None:
    probe = folder / f".talion-{os.getpid()}.probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            probe.write_bytes(b"talion")
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot be written to: {error.strerror or type(error).__name__}",
            place=str(folder),
            remedy="free some space, check its permissions, or choose another folder with --out",
        ) from None
