"""The compiled simulator: what it is made of, and when compiled code is thrown away."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import talion
from talion.model.kernel_cache import source_hash
from talion.simulate import cache

PACKAGE = Path(talion.__file__).parent


def _imports(file: Path) -> set[str]:
    """Modules of the package a file imports, as paths within the package."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("talion."):
            found.add(str(node.module).removeprefix("talion.").replace(".", "/") + ".py")
    return found


def test_the_hash_covers_every_file_the_kernel_is_made_of() -> None:
    """From the entry point on, along its imports."""
    reached, waiting = set(), {"simulate/block.py"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= _imports(PACKAGE / name) - reached
    assert reached == set(cache.SOURCES)


def test_a_change_in_any_source_is_another_folder(tmp_path: Path) -> None:
    for name in cache.SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / name, tmp_path / name)
    unchanged = source_hash(cache.SOURCES, PACKAGE)
    assert source_hash(cache.SOURCES, tmp_path) == unchanged
    for name in cache.SOURCES:
        file = tmp_path / name
        text = file.read_text(encoding="utf-8")
        file.write_text(text + "\n", encoding="utf-8")
        assert source_hash(cache.SOURCES, tmp_path) != unchanged, name
        file.write_text(text, encoding="utf-8")


def test_numba_is_left_as_it_was() -> None:
    from numba import config

    before = config.CACHE_DIR  # type: ignore[attr-defined]
    assert cache.compiled_block() is cache.compiled_block()
    assert before == config.CACHE_DIR  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.timeout(900)  # compiles everything once, on a machine that others use too
def test_a_second_process_finds_the_code_compiled(tmp_path: Path) -> None:
    """Compiles in an empty folder, then loads from it: at least five times sooner."""
    code = (
        "import time, talion.simulate.warm as w; t = time.process_time(); w.warm();"
        "print(time.process_time() - t)"
    )
    environment = {**os.environ, "TALION_CACHE_DIR": str(tmp_path)}
    seconds = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        seconds.append(float(done.stdout))
    assert list(tmp_path.rglob("*.nbi"))
    assert seconds[1] < seconds[0] / 5
