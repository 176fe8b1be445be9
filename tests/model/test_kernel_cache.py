"""Compiled code is thrown away when any file it is made of changes."""

from __future__ import annotations

import ast
import importlib
import shutil

import pytest

from talion.model.kernel_cache import cache_folder, compile_cached, source_hash

KERNELS = ("fit/linear_kernel.py", "fit/features_kernel.py", "fit/process_kernel.py")


def imported(package, name):
    """A source file and every file of the package that it imports, directly or not."""
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((package / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("talion."):
                waiting.append("/".join(str(node.module).split(".")[1:]) + ".py")
    return found


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_source_of_a_kernel_is_listed(root, kernel):
    module = importlib.import_module("talion." + kernel.removesuffix(".py").replace("/", "."))
    assert set(module.SOURCES) == imported(root / "src" / "talion", kernel)


def test_the_folder_changes_with_any_source(root, tmp_path):
    package = tmp_path / "talion"
    sources = ("model/compiling.py", "fit/linear_kernel.py")
    for name in sources:
        (package / name).parent.mkdir(parents=True)
        shutil.copy(root / "src" / "talion" / name, package / name)
    before = source_hash(sources, package)
    assert source_hash(sources, package) == before
    with (package / sources[0]).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert source_hash(sources, package) != before


def double(x):
    return 2.0 * x


def test_code_is_kept_in_the_chosen_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path))
    assert compile_cached(double, ["model/compiling.py"], {})(3.0) == 6.0
    folder = cache_folder(["model/compiling.py"])
    assert folder is not None
    assert folder.is_relative_to(tmp_path)
    assert list(folder.rglob("*.nbi"))


def test_without_a_writable_folder_it_still_compiles(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "file"))
    assert cache_folder(["model/compiling.py"]) is None
    assert compile_cached(double, ["model/compiling.py"], {})(3.0) == 6.0
