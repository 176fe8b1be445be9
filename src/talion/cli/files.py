"""The folder that results go to: made and tried before any work is done."""

from __future__ import annotations

import os
from pathlib import Path

from talion.errors import OutputError

__all__ = ["output_folder"]


def output_folder(folder: Path) -> Path:
    """Make `folder` if need be and make sure that a file can be written there.

    Asked before a long simulation, not after it.

    Raises:
        OutputError: it cannot be made, or nothing can be written in it.
    """
    probe = folder / f".talion-{os.getpid()}.probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"talion")
        probe.unlink()
    except OSError as error:
        probe.unlink(missing_ok=True) if folder.is_dir() else None
        raise OutputError(
            f"cannot be written to: {error.strerror or type(error).__name__}",
            place=str(folder),
            remedy="free some space, check its permissions, or choose another folder with --out",
        ) from None
    return folder
