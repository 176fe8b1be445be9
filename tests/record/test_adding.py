"""New rows after a table's own: what stood there keeps its bytes, what does not fit is named."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from talion.errors import Problems, RecordError
from talion.record.adding import added_rows, carried_coverage

OLD = (
    "id,start,initiator,target,type,action,note\n"
    'a1,2024-01-05,red,blue,ASSAULT,raid,"two, or more"\n'
    "a2,2024-01-09,red,blue,ASSAULT,raid,\n"
)


def told(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "new.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_go_after_the_old_ones_which_keep_their_bytes(tmp_path: Path) -> None:
    new = told(tmp_path, "action,id,start,published\nraid,a3,2024-02-01,2024-02-04\n")
    # `published` is new to the table: its column is added at the end
    found = added_rows("events", OLD, new)
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert found.ids == ("a3",)
    assert rows[-1]["published"] == "2024-02-04"
    assert [r["id"] for r in rows] == ["a1", "a2", "a3"]
    assert rows[0]["note"] == "two, or more"
    assert found.rows == (4, 4)
    assert found.published == {"a3": date(2024, 2, 4)}
    same = added_rows("events", OLD, told(tmp_path, "id,start,action\na3,2024-02-01,raid\n"))
    assert same.text.startswith(OLD)
    assert same.text.removeprefix(OLD) == "a3,2024-02-01,,,,raid,\n"
    assert same.published == {"a3": date(2024, 2, 2)}  # the day after, where the row does not say


def test_a_last_line_without_an_end_gets_one(tmp_path: Path) -> None:
    new = told(tmp_path, "id,start\na3,2024-02-01\n")
    for end in ("\n", "\r\n"):
        text = OLD.replace("\n", end).removesuffix(end)
        found = added_rows("events", text, new)
        assert found.text == f"{text}{end}a3,2024-02-01,,,,,{end}"


def test_a_row_told_again_is_left_as_it_is(tmp_path: Path) -> None:
    new = told(tmp_path, "id,start,action\na1,2024-01-05,raid\na3,2024-02-01,raid\n")
    found = added_rows("events", OLD, new)
    assert (found.ids, found.known) == (("a3",), ("a1",))
    nothing = added_rows("events", OLD, told(tmp_path, "id,start\na1,2024-01-05\n"))
    assert (nothing.text, nothing.ids) == (OLD, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,start\na1,2024-01-06\n", "another row has this id"),
        ("id,start\nb1,2024-01-06\nb1,2024-01-07\n", "another row has this id"),
        ("id,start\n,2024-01-06\n", "has no id"),
        ("id,day\nb1,2024-01-06\n", "unknown column"),
        ("id,start,start\nb1,2024-01-06,2024-01-06\n", "column occurs twice"),
        ("start\n2024-01-06\n", "missing column"),
        ("id,start\nb1,6 January\n", "not a day"),
        ("id;start\nb1;2024-01-06\n", "separated by ';'"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, message: str) -> None:
    new = told(tmp_path, text)
    with pytest.raises((RecordError, Problems), match=message) as found:
        added_rows("events", OLD, new)
    assert str(new) in str(found.value)


def test_coverage_that_ran_to_the_end_runs_on() -> None:
    text = (
        "of,start,end,listing,note\n*,2024-01-01,2024-06-30,,\n"
        "raid,2024-01-01,2024-06-30,partial,\nraid,2023-01-01,2023-12-31,unknown,\n"
    )
    later, carried = carried_coverage(text, date(2024, 7, 20))
    assert carried == ("raid",)
    assert later == text.replace("2024-06-30", "2024-07-20")
    assert carried_coverage(text, date(2024, 6, 30)) == (text, ())
    with pytest.raises(RecordError, match="stated 0 times"):
        carried_coverage("of,start,end\nraid,2024-01-01,2024-06-30\n", date(2024, 7, 20))
