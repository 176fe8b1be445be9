"""The built-in case's record, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from talion.record.merge import merge_reports
from talion.record.record import Record
from talion.record.tables import read_outcomes, read_record


@pytest.fixture(scope="session")
def case_folder(root: Path) -> Path:
    """Where the tables of the built-in case lie."""
    return root / "src" / "talion" / "cases" / "baghdad_2024"


@pytest.fixture(scope="session")
def record(case_folder: Path) -> Record:
    """The record as read: all reports apart."""
    return read_record(case_folder)


@pytest.fixture(scope="session")
def merged(record: Record) -> Record:
    """The record with reports of one event merged."""
    return merge_reports(record)


@pytest.fixture(scope="session")
def outcomes(case_folder: Path) -> Record:
    """What was published after the case's as_of."""
    return read_outcomes(case_folder)
