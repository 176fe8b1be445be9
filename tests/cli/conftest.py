"""Fixtures for the command line: run it in this process, on a copy of the starter case."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

from cli.command import Command, Ended
from talion.cli import main


@pytest.fixture
def talion(capsys: pytest.CaptureFixture[str]) -> Command:
    """`talion("check", path)` runs a command and returns how it ended."""

    def run(*arguments: object) -> Ended:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ended(status, printed.out, printed.err)

    return run


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A copy of the starter case's folder, without its fit."""
    folder = tmp_path / "orlan"
    shutil.copytree(Path(str(resources.files("talion"))) / "cases" / "starter", folder)
    (folder / "fit.npz").unlink()  # the shipped fit: tests make their own
    return folder
