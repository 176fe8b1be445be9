"""The page on the record names every column and every action, and states the right numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from talion.record.event import ACTION_TYPES
from talion.record.layout import NEEDED, TABLES
from talion.record.record import Record


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "reference" / "record.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES)
def test_columns_stand_on_the_page_in_order(page: str, table: str) -> None:
    row = re.search(rf"^\| {table}\.csv[^|]*\| (.*) \|$", page, flags=re.MULTILINE)
    assert row is not None
    told = [name.strip() for name in row.group(1).split(",")]
    columns = [f"**{c.name}**" if c.default is NEEDED else c.name for c in TABLES[table]]
    assert told == columns


def test_actions_stand_on_the_page_with_their_type(page: str, record: Record) -> None:
    told = {}
    for names, kind in re.findall(r"^\| ([a-z_, ]+) \| ([A-Z]+) \|", page, flags=re.MULTILINE):
        told.update({name.strip(): kind for name in names.split(",")})
    assert told == ACTION_TYPES
    assert {event.action for event in record.events} <= set(told)


def test_numbers_on_the_page(page: str, record: Record, merged: Record, outcomes: Record) -> None:
    pairs = sum(event.after is not None for event in record.events)
    decisions = [e for e in record.events if e.coding == "chronology" and e.action == "attack"]
    joined = sum(bool(event.reports) for event in merged.events)
    names = {7: "Seven", 10: "ten"}
    assert f"coded for {names[pairs]} pairs" in " ".join(page.split())
    assert f"156 attack rows are {len(decisions)} decisions" in page
    assert f"{names[joined]} of them report events" in page
    assert sum(event.overlaps for event in decisions) == 6
