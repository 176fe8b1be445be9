"""Compiled code: where it is kept, when it is thrown away, and that it does without a folder."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import talion
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
    assert cache.source_hash(tmp_path) == cache.source_hash(PACKAGE)
    for name in cache.SOURCES:
        file = tmp_path / name
        before, text = cache.source_hash(tmp_path), file.read_text(encoding="utf-8")
        file.write_text(text + "\n", encoding="utf-8")
        assert cache.source_hash(tmp_path) != before, name
        file.write_text(text, encoding="utf-8")


def test_the_folder_is_the_users_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "own"))
    folder = cache.cache_folder()
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "own")
    assert folder.is_dir()


def test_without_a_folder_to_write_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be: nothing can be made below it, by any user."""
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "blocked"))
    assert cache.cache_folder() is None


def test_numba_is_left_as_it_was() -> None:
    from numba import config

    before = config.CACHE_DIR  # type: ignore[attr-defined]
    assert cache.compiled_block() is cache.compiled_block()
    assert before == config.CACHE_DIR  # type: ignore[attr-defined]


@pytest.mark.slow
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
