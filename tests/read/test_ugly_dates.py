"""Dates as they come: each is read exactly, or stops with a message that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from read.sheets import (
    HEAD,
    ONE,
    A,
    G,
    book,
    day,
    read,
    rows_of,
    said,
    save,
    text,
    xlsx,
)
from talion.errors import Problems, RecordError
from talion.read.choices import OpenQuestion


def test_one_column_of_many_date_styles(tmp_path: Path) -> None:
    styles = [
        (day("2024-02-13"), "2024-02-13"),
        ("2024-02-14", "2024-02-14"),
        ("15/02/2024", "2024-02-15"),
        ("16.02.24", "2024-02-16"),
        ("17 Feb 2024", "2024-02-17"),
        ("February 18, 2024", "2024-02-18"),
        ("١٩/٠٢/٢٠٢٤", "2024-02-19"),
        ("20 февраля 2024 г.", "2024-02-20"),
        ("٢١ شباط ٢٠٢٤", "2024-02-21"),
        ("Thu, 22 Feb 2024 14:05", "2024-02-22"),
        ("2024-02-23T10:00:00Z", "2024-02-23"),
        ("Feb 2024", "2024-02-01/2024-02-29"),
        ("early February 2024", "2024-02-01/2024-02-10"),
        ("12-15 Feb 2024", "2024-02-12/2024-02-15"),
        ("03/02/2024", "2024-02-03"),
    ]
    rows = [HEAD, *([style, A, G, "raid", 1] for style, _ in styles)]
    found = read(xlsx(tmp_path, rows))
    assert [row[0] for row in rows_of(found)] == [meant for _, meant in styles]
    assert [e["precision"] for e in found.made.events][-5:-1] == ["day", "month", "month", "week"]
    assert "read day-first: 15/02/2024 leaves no other way" in said(found)


def test_ambiguous_order_is_asked_and_a_flag_decides(tmp_path: Path) -> None:
    path = text(tmp_path, [HEAD, ["03/04/2024", A, G, "raid", 1], ["05/06/2024", A, G, "raid", 1]])
    with pytest.raises(OpenQuestion, match="--day-first or --month-first") as caught:
        read(path)
    assert caught.value.proposal is None
    with pytest.raises(OpenQuestion):
        read(path, yes=True)  # nothing is proposed, so yes takes nothing
    first = [row[0] for row in rows_of(read(path, day_order="day-first"))]
    assert first == ["2024-04-03", "2024-06-05"]
    other = [row[0] for row in rows_of(read(path, day_order="month-first"))]
    assert other == ["2024-03-04", "2024-05-06"]


def test_one_row_decides_the_order_of_the_column(tmp_path: Path) -> None:
    path = text(tmp_path, [HEAD, ["03/04/2024", A, G, "raid", 1], ["04/25/2024", A, G, "raid", 1]])
    assert [row[0] for row in rows_of(read(path))] == ["2024-03-04", "2024-04-25"]


def test_a_column_that_mixes_orders_stops(tmp_path: Path) -> None:
    rows = [HEAD, *([d, A, G, "raid", 1] for d in ("25/04/2024", "04/26/2024", "03/04/2024"))]
    path = text(tmp_path, rows)
    with pytest.raises(OpenQuestion, match=r"row 2 has '25/04/2024', row 3 has '04/26/2024'"):
        read(path)
    with pytest.raises(RecordError, match=r"A3: not read as a date: no such day"):
        read(path, day_order="day-first")


def test_cells_that_excel_swapped_are_seen(tmp_path: Path) -> None:
    """Typed 03/04, 05/04 and 25/04 on an American Excel: two become dates of March and May."""
    rows = [
        HEAD,
        [day("2024-03-04"), A, G, "raid", 1],
        [day("2024-05-04"), A, G, "raid", 1],
        [day("2024-07-04"), A, G, "raid", 1],
        ["25/04/2024", A, G, "raid", 1],
    ]
    path = xlsx(tmp_path, rows)
    with pytest.raises(OpenQuestion, match="--swapped-cells"):
        read(path)
    swapped = [row[0] for row in rows_of(read(path, swapped_cells=True))]
    assert swapped == ["2024-04-03", "2024-04-05", "2024-04-07", "2024-04-25"]
    kept = [row[0] for row in rows_of(read(path, swapped_cells=False))]
    assert kept == ["2024-03-04", "2024-05-04", "2024-07-04", "2024-04-25"]


def test_day_numbers_are_asked_in_text_and_workbook(tmp_path: Path) -> None:
    rows = [HEAD, ["45335", A, G, "raid", 1], ["45336", A, G, "raid", 2]]
    path = text(tmp_path, rows)
    with pytest.raises(OpenQuestion, match="2024-02-13") as caught:
        read(path)
    assert caught.value.proposal == "1900"
    found = read(path, day_numbers="1900")
    assert [row[0] for row in rows_of(found)] == ["2024-02-13", "2024-02-14"]
    assert "2 numbers of column 'Date' (A) are read as day numbers" in said(found)
    numbers = xlsx(tmp_path, [HEAD, [45335, A, G, "raid", 1]])
    assert rows_of(read(numbers, yes=True)) == [ONE]
    assert rows_of(read(numbers, day_numbers="1904"))[0][0] == "2028-02-14"


def test_dates_of_the_1904_system(tmp_path: Path) -> None:
    made, sheet = book([])
    made.epoch = CALENDAR_MAC_1904
    for row in [HEAD, [day("2024-02-13"), A, G, "raid", 1]]:
        sheet.append(row)
    assert rows_of(read(save(tmp_path, made))) == [ONE]


def test_dates_before_1900(tmp_path: Path) -> None:
    rows = [HEAD, ["1854-10-25", A, G, "charge", 1], ["5 November 1854", G, A, "battle", 1]]
    found = read(xlsx(tmp_path, rows), as_of="1860-01-01")
    assert [row[0] for row in rows_of(found)] == ["1854-10-25", "1854-11-05"]


def test_a_month_without_year_and_a_day_that_is_none_are_faults(tmp_path: Path) -> None:
    rows = [HEAD, ["13 Feb", A, G, "raid", 1], ["31/02/2024", A, G, "raid", 1]]
    with pytest.raises(Problems) as caught:
        read(text(tmp_path, rows))
    lines = str(caught.value).splitlines()
    assert "A2: not read as a date: no year (got '13 Feb')" in lines[0]
    assert "A3: not read as a date: no such day in the calendar (got '31/02/2024')" in lines[1]
    assert all("--undated leave-out" in line for line in lines)


def test_rows_without_a_date_are_asked_about(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-02-13", A, G, "raid", 1],
        ["unknown", A, G, "raid", 4],
        ["", A, G, "raid", 5],
    ]
    path = text(tmp_path, rows)
    with pytest.raises(OpenQuestion, match=r"2 rows hold no date \(rows 3, 4\)"):
        read(path, yes=True)
    found = read(path, undated="leave-out")
    assert rows_of(found) == [ONE]
    assert "rows without a date are left out: row 3, row 4" in said(found)


def test_an_end_before_the_start_is_a_fault(tmp_path: Path) -> None:
    rows = [["Date", "End", *HEAD[1:]], ["2024-02-13", "2024-02-11", A, G, "raid", 1]]
    with pytest.raises(RecordError, match=r"B2: lies before the first, 2024-02-13"):
        read(text(tmp_path, rows))
