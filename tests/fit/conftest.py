"""Fixtures of the tests of fitting."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

from fit.problems import random_problem
from talion.fit.events import EventTable
from talion.fit.linear import LinearParameters


@pytest.fixture
def problem() -> tuple[EventTable, LinearParameters]:
    """Three types, two half-lives, history and ties."""
    return random_problem(5, 3, 2, 60, grid=1.0)


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the starter case's folder, without its fit, and a cache of its own beside it."""
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "orlan"
    shutil.copytree(Path(str(resources.files("talion"))) / "cases" / "starter", folder)
    (folder / "fit.npz").unlink()  # the shipped fit: tests make their own
    return folder
