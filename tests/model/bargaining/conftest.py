"""Reference data for tests of bargaining."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def ktab(shared: Path) -> Path:
    """Scenarios and a run of the program KTAB."""
    return shared / "data" / "ktab"


@pytest.fixture(scope="session")
def bargaining(shared: Path) -> Path:
    """Reference numbers of the challenge model and decided issues of the European Union."""
    return shared / "data" / "bargaining"
