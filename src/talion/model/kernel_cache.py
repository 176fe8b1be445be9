"""Where compiled code is kept between runs, and when it is thrown away.

Numba renews a cached function when the file of that function changes, not when a function it calls
in another file does. So the folder is named by a hash of every source the kernel is made of, the
versions of numba and Python, and the processor.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["cache_folder", "compile_cached", "source_hash", "user_cache"]

_ONE_AT_A_TIME = threading.Lock()  # numba reads where to cache from a setting of the whole process


def user_cache() -> Path:
    """The user's cache folder, by the habit of the system; TALION_CACHE_DIR overrides it."""
    chosen = os.environ.get("TALION_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) / "talion" if local else Path.home() / "AppData/Local/talion"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/talion"
    xdg = os.environ.get("XDG_CACHE_HOME")
    return (Path(xdg) if xdg else Path.home() / ".cache") / "talion"


def source_hash(sources: Sequence[str], package: Path) -> str:
    """Hash of the sources (paths within the package), numba, Python and the processor."""
    import numba
    from llvmlite import binding

    digest = hashlib.sha256()
    for name in sources:
        digest.update(name.encode() + b"\0" + (package / name).read_bytes() + b"\0")
    machine = (numba.__version__, platform.python_version(), platform.machine())
    processor = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    digest.update("\0".join(machine + processor).encode())
    return digest.hexdigest()[:20]


def cache_folder(sources: Sequence[str]) -> Path | None:
    """The folder for code compiled from these sources, made if need be; None if none is writable.

    Without one a kernel is compiled anew in every process, which takes some seconds and changes
    nothing else.
    """
    try:
        folder = user_cache() / "kernels" / source_hash(sources, Path(__file__).parents[1])
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # read-only, full, or no home folder
        return None


def compile_cached(
    function: Callable[..., Any], sources: Sequence[str], options: Mapping[str, Any]
) -> Callable[..., Any]:
    """Return `function` as a numba dispatcher whose machine code is kept in `cache_folder`.

    Args:
        function: the entry point, plain Python.
        sources: every file of the package it is compiled from.
        options: passed on to `numba.njit`.
    """
    import numba

    folder = cache_folder(sources)
    if folder is None:
        compiled: Callable[..., Any] = numba.njit(**options)(function)
        return compiled
    settings: Any = numba.config
    with _ONE_AT_A_TIME:
        before = settings.CACHE_DIR
        settings.CACHE_DIR = str(folder)  # read once, when the function below is made
        try:
            compiled = numba.njit(cache=True, **options)(function)
        finally:
            settings.CACHE_DIR = before
    return compiled
