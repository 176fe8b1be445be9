"""Fixtures of the tests of fitting."""

from __future__ import annotations

import pytest

from fit.problems import random_problem
from talion.fit.events import EventTable
from talion.fit.linear import LinearParameters


@pytest.fixture
def problem() -> tuple[EventTable, LinearParameters]:
    """Three types, two half-lives, history and ties."""
    return random_problem(5, 3, 2, 60, grid=1.0)
