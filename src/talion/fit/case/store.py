"""Fits on file: one compressed `.npz` each, written whole or not at all, read with suspicion.

The member `header` is JSON in UTF-8; the others are plain arrays (see `packing.py`). Nothing in a
file is ever run: no pickles are read.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError, FitError, OutputError
from talion.fit.case.packing import FORMAT, pack, unpack
from talion.fit.case.result import CaseFit

__all__ = ["quantised", "read_fit", "write_fit"]

_MOST_BYTES = 2**31  # unpacked; a larger file is no fit, or meant to fill the memory
_AGAIN = "fit again: talion fit CASE --refit"


def quantised(fit: CaseFit) -> CaseFit:
    """Return a fit with its numbers rounded as a file keeps them, so that both are the same.

    Raises:
        ValueError: the fit contradicts itself; see `packing.pack`.
    """
    return unpack(*pack(fit))


def write_fit(path: Path | str, fit: CaseFit) -> CaseFit:
    """Write a fit, or leave what was there.

    Args:
        path: a file; its folder is made if need be.
        fit: to write.

    Returns:
        The fit as `read_fit` will return it; use it from here on.

    Raises:
        OutputError: the folder or disk takes no file.
        ValueError: the fit contradicts itself; see `packing.pack`.
    """
    header, arrays = pack(fit)
    stored = unpack(header, arrays)
    text = json.dumps(header, ensure_ascii=True, allow_nan=False).encode()
    buffer = io.BytesIO()
    # Through `Any`: the stubs take names of arrays for the function's own options.
    save: Any = np.savez_compressed
    save(buffer, header=np.frombuffer(text, np.uint8), **arrays)
    _write(Path(path), buffer.getvalue())
    return stored


def read_fit(path: Path | str) -> CaseFit:
    """Read a fit.

    Raises:
        FitError: no such file, no fit, of another format, or damaged.
    """
    place = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = _members(archive)
        header = json.loads(bytes(arrays.pop("header")).decode())
        version = header["talion_fit"]
        if version == FORMAT:
            return unpack(header, arrays)
    except FileNotFoundError:
        raise FitError("no such fit", place=place, remedy="make one: talion fit CASE") from None
    except (
        zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, KeyError, TypeError,
        ValueError, OverflowError, RuntimeError, MemoryError, CaseError,
    ) as error:  # fmt: skip
        why = f"{type(error).__name__}: {error}"
        message = "damaged, or no fit written by Talion"
        raise FitError(message, place=place, value=why, remedy=_AGAIN) from None
    message = f"a fit of another format; this Talion reads format {FORMAT}"
    raise FitError(message, place=place, value=version, remedy=_AGAIN)


def _members(archive: zipfile.ZipFile) -> dict[str, NDArray[Any]]:
    """Read every member whole, by which its checksum is compared, and only then as an array."""
    found = archive.infolist()
    if sum(member.file_size for member in found) > _MOST_BYTES:
        raise ValueError("it would unpack to more than 2 GB")
    if any(m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in found):
        raise ValueError("it is packed by another method")
    arrays: dict[str, NDArray[Any]] = {}
    for member in found:
        stream = io.BytesIO(archive.read(member))
        name = member.filename.removesuffix(".npy")
        arrays[name] = np.lib.format.read_array(stream, allow_pickle=False)
    return arrays


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        message = f"cannot write the fit: {error.strerror or error}"
        remedy = "free some space or choose another file with --out; an older one is unchanged"
        raise OutputError(message, place=str(path), remedy=remedy) from error
    finally:
        with suppress(OSError):  # its folder may not even be one
            part.unlink()
