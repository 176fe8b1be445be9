"""The table of outcomes: what is read, and every fault with its row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from talion.errors import InputError
from talion.judge.outcomes import COLUMNS, OutcomeRow, read_outcome_rows


def table(folder: Path, text: str) -> Path:
    file = folder / "outcomes.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_are_read_with_their_defaults(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        "judgment,test,outcome,value,number,on,source,forecast,note\n"
        "J1,,YES,,,2024-09-29,the ministry,,\n"
        'J2,main@180,,14,2,2024-12-30,"press, two papers",orlan,counted\n',
    )  # fmt: skip
    first, second = read_outcome_rows(file)
    day = dt.date(2024, 9, 29)
    assert first == OutcomeRow(f"{file}, row 2", "J1", "main", "yes", None, 1, day, "the ministry")
    assert (second.test, second.value, second.number) == ("main@180", 14.0, 2)
    assert (second.source, second.forecast, second.note) == (
        "press, two papers",
        "orlan",
        "counted",
    )


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("J1,,maybe,,,2024-09-29,x", "outcome", "no outcome"),
        ("J1,,,many,,2024-09-29,x", "value", "not a number"),
        ("J1,,,nan,,2024-09-29,x", "value", "not a number"),
        ("J1,,yes,,0,2024-09-29,x", "number", "not a number from 1 on"),
        ("J1,,yes,,,29.9.2024,x", "on", "not a day"),
        ("J1,,yes,,,2024-02-30,x", "on", "not a day"),
        ("J1,,yes,,,,x", "on", "blank"),
        ("J1,,yes,,,2024-09-29,", "source", "blank"),
        (",,yes,,,2024-09-29,x", "judgment", "blank"),
        ("J1,,,,,2024-09-29,x", "outcome", "neither an outcome nor a value"),
        ("J1,,yes,,,2024-09-29,x,y", "note", "more cells than the header"),
    ],
)
def test_a_faulty_cell_is_named_with_row_and_column(
    tmp_path: Path, line: str, column: str, message: str
) -> None:
    head = "judgment,test,outcome,value,number,on,source"
    file = table(tmp_path, f"{head}\nJ0,,yes,,,2024-09-29,x\n{line}\n")
    with pytest.raises(InputError, match=f"row 3, {column}: {message}"):
        read_outcome_rows(file)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = table(tmp_path, "judgment,outcome,on,source\nJ1,x,2024-09-29,a\nJ2,yes,never,a\n")
    with pytest.raises(InputError) as caught:
        read_outcome_rows(file)
    said = str(caught.value)
    assert "row 2, outcome" in said
    assert "row 3, on" in said


def test_the_header_is_checked(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_outcome_rows(table(tmp_path, "judgement,outcome,on,on\nJ1,yes,2024-09-29,x\n"))
    said = str(caught.value)
    assert "unknown column (got 'judgement')" in said
    assert "column occurs twice" in said
    assert said.count("missing column") == 2  # judgment and source
    assert ", ".join(COLUMNS) in said
    with pytest.raises(InputError, match="no such file"):
        read_outcome_rows(tmp_path / "none.csv")
