"""The small runs that tests of the report share."""

from __future__ import annotations

import pytest

from report.fixtures import hand_made, judged
from talion.judge.results import RunResult


@pytest.fixture(scope="session")
def calm() -> RunResult:
    """The small crisis, judged."""
    return judged("calm")


@pytest.fixture(scope="session")
def hostile() -> RunResult:
    """The same with hostile texts in case and record."""
    return judged("hostile")


@pytest.fixture(scope="session")
def by_hand() -> RunResult:
    """The run with every number written by hand."""
    return hand_made()
