"""The studies of docs/studies as modules, and the reference data they read."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def study(root: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Import a study by name, as it imports its neighbours when run."""
    folder = str(root / "docs" / "studies")
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)


@pytest.fixture(scope="session")
def conflict(shared: Path) -> Path:
    """The folder of conflict data."""
    return shared / "data" / "conflict"
