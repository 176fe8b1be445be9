"""Text files of the user, read and written whole: a bad one is named, a good one is never half written."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from talion.errors import InputError, OutputError

__all__ = ["read_text_file", "write_text_file"]


def read_text_file(path: str | Path, *, largest: int = 20_000_000) -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Args:
        path: the file.
        largest: bytes; a larger file is refused unread.

    Raises:
        InputError: no such file, not readable, too large, or not UTF-8 (naming the line).
    """
    file = Path(path)
    try:
        size = file.stat().st_size
        if size > largest:
            raise InputError(
                f"the file has {size / 1e6:.1f} MB; at most {largest / 1e6:.1f} MB are read",
                place=str(file), remedy="check that it is the right file",
            )  # fmt: skip
        data = file.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", place=str(file), remedy="check the path") from None
    except (OSError, ValueError) as error:  # a ValueError: a path that holds a null character
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"cannot be read: {reason}", place=str(file), remedy="give a text file"
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "not UTF-8", place=f"{file}:{data.count(10, 0, error.start) + 1}",
            value=data[error.start : error.start + 4], remedy="save it as UTF-8",
        ) from None  # fmt: skip


def write_text_file(path: str | Path, text: str) -> None:
    """Write a UTF-8 file: it is replaced whole, or left as it was.

    Raises:
        OutputError: the folder or the disk takes no file.
    """
    file = Path(path)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(
            f"cannot be written: {reason}", place=str(file),
            remedy="choose a folder that takes files; an older file is unchanged",
        ) from None  # fmt: skip
    finally:
        with suppress(OSError, ValueError):  # its folder may not even be one
            part.unlink()
