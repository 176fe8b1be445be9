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
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

__all__ = ["SOURCES", "cache_folder", "compiled_block"]

SOURCES = (
    "model/compiled.py",
    "model/measure.py",
    "simulate/arrays.py",
    "simulate/block.py",
    "simulate/cells.py",
    "simulate/compiling.py",
    "simulate/kernel.py",
    "simulate/measures_kernel.py",
    "simulate/random.py",
    "simulate/rows.py",
    "simulate/state.py",
    "simulate/wiring.py",
)
"""Every file compiled code is made of; a test compares this with what the entry imports."""


def _user_cache() -> Path:
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


def source_hash(package: Path) -> str:
    """Hash of the sources, numba, Python and the processor."""
    import numba
    from llvmlite import binding

    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(name.encode() + b"\0" + (package / name).read_bytes() + b"\0")
    machine = (numba.__version__, platform.python_version(), platform.machine())
    processor = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    digest.update("\0".join(machine + processor).encode())
    return digest.hexdigest()[:20]


def cache_folder() -> Path | None:
    """The folder for this build's compiled code, made if need be; None where none can be written.

    Without one the kernel is compiled anew in every process, which takes some seconds and changes
    nothing else.
    """
    try:
        folder = _user_cache() / "kernels" / source_hash(Path(__file__).parents[1])
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # read-only, full, or no home folder
        return None


@cache
def compiled_block() -> Callable[..., int]:
    """The entry point `talion.simulate.block.run_block`, compiled when first called."""
    from numba import config, njit

    from talion.simulate.block import run_block
    from talion.simulate.compiling import ENTRY

    folder, settings = cache_folder(), cast("Any", config)
    if folder is None:
        return cast("Callable[..., int]", njit(**ENTRY)(run_block))
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)  # read once, when the function below is made
    try:
        return cast("Callable[..., int]", njit(cache=True, **ENTRY)(run_block))
    finally:
        settings.CACHE_DIR = before
