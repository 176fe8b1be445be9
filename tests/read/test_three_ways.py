"""A changed sheet and an edited record: what each did is kept, whatever the other did elsewhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from talion.read.row_ids import recognised
from talion.read.three_ways import merge_tables

COLUMNS = ["id", "a", "b"]
CELL = st.sampled_from(["", "x", "y", "z"])
TABLE = st.dictionaries(
    st.sampled_from(["1", "2", "3", "4"]), st.fixed_dictionaries({"a": CELL, "b": CELL})
)


def with_ids(table: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {key: {"id": key, **cells} for key, cells in table.items()}


@given(base=TABLE, mine=TABLE, theirs=TABLE)
def test_every_cell_is_decided_by_who_changed_it(
    base: dict[str, dict[str, str]],
    mine: dict[str, dict[str, str]],
    theirs: dict[str, dict[str, str]],
) -> None:
    base, mine, theirs = with_ids(base), with_ids(mine), with_ids(theirs)
    rows, changes = merge_tables("events", COLUMNS, base, mine, theirs)
    merged = {row["id"]: row for row in rows}
    assert len(merged) == len(rows)
    for key in {*base, *mine, *theirs}:
        was, own, new = base.get(key), mine.get(key), theirs.get(key)
        if own == was:  # the analyst did nothing: the sheet decides
            assert merged.get(key) == new
        elif new == was:  # the sheet did nothing: the analyst decides
            assert merged.get(key) == own
        elif own is not None:  # both did: the analyst's cells stand
            for column in COLUMNS:
                if own[column] != (was or {}).get(column, ""):
                    assert merged[key][column] == own[column]
        else:
            assert key not in merged
    assert set(changes.gone) == {k for k in mine if k not in theirs and mine[k] == base.get(k)}


@given(base=TABLE, theirs=TABLE)
def test_without_edits_the_record_becomes_the_sheet(
    base: dict[str, dict[str, str]], theirs: dict[str, dict[str, str]]
) -> None:
    base, theirs = with_ids(base), with_ids(theirs)
    rows, changes = merge_tables("events", COLUMNS, base, base, theirs)
    assert rows == list(theirs.values())
    assert changes.conflicts == []


def test_what_the_sheet_changed_is_told_cell_by_cell() -> None:
    base = with_ids({"1": {"a": "x", "b": "x"}, "2": {"a": "x", "b": ""}})
    mine = with_ids({"1": {"a": "x", "b": "mine"}, "2": {"a": "x", "b": ""}})
    theirs = with_ids({"1": {"a": "y", "b": "y"}, "2": {"a": "", "b": "z"}})
    changes = merge_tables("events", COLUMNS, base, mine, theirs)[1]
    assert changes.cells == [
        "1, a: 'x' is now 'y'",
        "2, a: 'x' is now nothing",
        "2, b: nothing is now 'z'",
    ]
    assert changes.conflicts == ["1, b: the sheet says 'y', you wrote 'mine'; yours stays"]


def event(start: str, act: str = "raid", place: str = "", attacks: str = "1") -> dict[str, str]:
    return {
        "start": start,
        "initiator": "a",
        "target": "b",
        "action": act,
        "place": place,
        "attacks": attacks,
    }


def test_rows_are_recognised_moved_changed_and_redated() -> None:
    base = {
        "r1": event("2024-01-01"),
        "r2": event("2024-01-02", place="Kessa"),
        "r3": event("2024-01-03"),
        "r4": event("2024-01-04", act="talks"),
    }
    new = [
        event("2024-01-03"),  # moved up
        event("2024-01-01", attacks="5"),  # changed
        event("2024-01-09", place="Kessa"),  # redated, in its old place
        event("2024-02-02", act="vote", place="Elsewhere", attacks="9"),  # new
    ]
    assert recognised(new, base, [""] * 4) == ["r3", "r1", "r2", None]


def test_equal_rows_keep_their_own_ids_in_order() -> None:
    base = {"r1": event("2024-01-01"), "r2": event("2024-01-01")}
    assert recognised([event("2024-01-01")] * 3, base, [""] * 3) == ["r1", "r2", None]
    assert recognised([event("2025-05-05")], base, ["r2"]) == ["r2"]
