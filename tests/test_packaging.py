"""The built wheel holds the data files and runs away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the checkout, built with the locked backend."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*command, "--no-build-isolation", "-w", folder, root], check=True)
    return next(folder.glob("talion-*.whl"))


def tracked(root: Path) -> set[str]:
    """Files of the package under version control, as the wheel names them."""
    listed = subprocess.run(
        ["git", "ls-files", "src/talion"], cwd=root, capture_output=True, text=True, check=True
    )
    return {line.removeprefix("src/") for line in listed.stdout.splitlines()}


def test_every_tracked_file_of_the_package_is_in_the_wheel(root: Path, wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert tracked(root) <= inside
    cases = ("talion/cases/baghdad_2024/case.yaml", "talion/cases/starter/note.txt")
    for needed in ("talion/py.typed", *cases):
        assert needed in inside, needed
    assert any(name.startswith("talion/report/") and name.endswith(".html.j2") for name in inside)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"talion", next(t for t in tops if t.endswith(".dist-info"))}


def test_an_installed_wheel_lists_and_checks_its_cases(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target]
    subprocess.run([*install, wheel], check=True)
    code = (
        "import sys, talion; from talion.cli import main; "
        "print(talion.__file__, file=sys.stderr); sys.argv = ['talion', 'cases']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(target) in done.stderr
    assert "baghdad-2024" in done.stdout
