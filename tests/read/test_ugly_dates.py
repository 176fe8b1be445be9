"""Dates as they come: each is read exactly, or stops with a message that says what to do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

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
from talion.errors import InputError, Problems, RecordError
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


# --- times, weeks, months of other languages ------------------------------------------------------


def dates(folder: Path, cells: list[Any], **choices: Any) -> list[str]:
    rows = [HEAD, *([cell, A, G, "raid", 1] for cell in cells)]
    return [row[0] for row in rows_of(read(text(folder, rows), **choices))]


def refused(folder: Path, cells: list[Any], **choices: Any) -> list[str]:
    rows = [HEAD, *([cell, A, G, "raid", 1] for cell in cells)]
    with pytest.raises(InputError) as caught:
        read(text(folder, rows), **choices)
    return str(caught.value).splitlines()


TIMES = [
    "2024-02-13T23:30:00-05:00", "2024-02-13 23:30:00.000", "2024-02-13 14:05:06 UTC",
    "2024-02-13T10:00+03", "2024/02/13 10:00:00 +0300", "13.02.2024 14:05 Uhr",
    "13.02.2024 um 14:05", "Feb 13, 2024, 2:05 PM EST", "13 Feb 2024 23:59 GMT+3",
    "20240213T101500", "20240213101500", "2024-02-13 10h30", "Di 13.02.2024",
]  # fmt: skip


def test_times_and_time_zones_leave_the_day_as_it_is_written(tmp_path: Path) -> None:
    assert dates(tmp_path, TIMES) == ["2024-02-13"] * len(TIMES)
    found = read(text(tmp_path, [HEAD, [TIMES[0], A, G, "raid", 1]]))
    assert "times of day in column 'Date' (A) are not used; the day counts as it is" in said(found)


def test_iso_weeks_are_seven_days_and_other_weeks_are_refused(tmp_path: Path) -> None:
    weeks = ["2024-W07", "2024W07", "KW 7 2024", "W07/2024", "2024-W07-2"]
    week = "2024-02-12/2024-02-18"
    assert dates(tmp_path, weeks) == [week, week, week, week, "2024-02-13"]
    first, second = refused(tmp_path, ["week 7, 2024", "2024-W60"])
    assert "weeks are numbered in several ways; an ISO week is written 2024-W07" in first
    assert "no such week" in second


@pytest.mark.parametrize(
    "months",
    [
        "13 février|13 févr.|1er mars|13 juill.|13 août",
        "13. Februar|13. Feb.|1. März|13. Juli|13. August",
        "13 de febrero de|13 feb|1º de marzo de|13 julio|13 agosto",
        "13 Şubat|13 ŞUBAT|1 Mart|13 Temmuz|13 AĞUSTOS",
        "13 лютого|13 лют.|1 березня|13 липня|13 серп.",
        "13 febbraio|13 feb|1 marzo|13 luglio|13 ago",
        "13 de fevereiro de|13 fev|1 de março de|13 julho|13 agosto",
    ],
)
def test_months_of_many_languages(tmp_path: Path, months: str) -> None:
    cells = [f"{day_} 2024" for day_ in months.split("|")]
    assert dates(tmp_path, cells) == [
        "2024-02-13", "2024-02-13", "2024-03-01", "2024-07-13", "2024-08-13",
    ]  # fmt: skip


def test_no_name_of_a_month_means_two_months() -> None:
    from talion.read import month_names

    seen: dict[str, int] = {}
    lines = [line.split() for line in month_names._BY_LANGUAGE]
    for names in (*lines, month_names._LEVANT, month_names._LEVANT_PLAIN):
        assert len(names) == 12
        for number, name in enumerate(names, 1):
            assert seen.setdefault(name, number) == number


# --- years ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    ["1402-11-24", "24 بهمن 1402", "۱۴۰۲/۱۱/۲۴", "24/11/1402", "3 Shaban 1445", "2567-02-13"],
)
def test_days_of_another_calendar_are_refused_and_never_taken_for_gregorian(
    tmp_path: Path, cell: str
) -> None:
    (line,) = refused(tmp_path, [cell])
    assert "A2: not read as a date" in line
    assert "of another calendar (Hijri, Jalali, Buddhist)" in line


def test_numbers_of_another_calendar_are_no_day_numbers(tmp_path: Path) -> None:
    for number, told in ((1402, "'1402'"), (14021124, "'14021124'")):
        with pytest.raises(RecordError, match="another calendar") as caught:
            read(xlsx(tmp_path, [HEAD, [number, A, G, "raid", 1]]), yes=True)
        assert told in str(caught.value)


def test_years_of_two_digits_are_told(tmp_path: Path) -> None:
    cells = ["13.02.98", "14.03.01", "15/03/69", "16 Feb '98"]
    assert dates(tmp_path, cells) == ["1998-02-13", "2001-03-14", "1969-03-15", "1998-02-16"]
    found = read(text(tmp_path, [HEAD, ["13.02.98", A, G, "raid", 1]]))
    assert "years of two digits are read as 1950 to 2049 (1 cells; 13.02.98 is 1998-02-13)" in said(
        found
    )
    assert "the day or the year is missing" in refused(tmp_path, ["Feb-24"])[0]


def test_a_month_behind_a_point_needs_two_digits(tmp_path: Path) -> None:
    """2024.10 kept as a number has become 2024.1."""
    assert dates(tmp_path, ["2024.02", "2024-2"]) == ["2024-02-01/2024-02-29"] * 2
    assert "A2: not read as a date" in refused(tmp_path, ["2024.1"])[0]


def test_a_raised_digit_is_no_part_of_a_date(tmp_path: Path) -> None:
    assert "A2: not read as a date" in refused(tmp_path, ["13.02.202²"])[0]


def test_a_last_day_that_is_still_to_come_proposes_no_cut_off(tmp_path: Path) -> None:
    path = text(tmp_path, [HEAD, ["2024-02-13", A, G, "raid", 1], ["2142-02-14", A, G, "raid", 1]])
    with pytest.raises(OpenQuestion, match="to 2142-02-14, which is still to come") as caught:
        read(path, yes=True, as_of=None)
    assert caught.value.proposal is None


# --- several columns, blank cells, said precisions -------------------------------------------------


@pytest.mark.parametrize(
    ("head", "row", "meant"),
    [
        (["Year", "Month", "Day"], [2024, 2, 13], "2024-02-13"),
        (["iyear", "imonth", "iday"], [2024, 2, 0], "2024-02-01/2024-02-29"),
        (["Jahr", "Monat", "Tag"], [2024, "März", 4], "2024-03-04"),
        (["Year", "Month"], [2024, "Feb"], "2024-02-01/2024-02-29"),
        (["Year", "Date"], [2024, "13 Feb"], "2024-02-13"),
        (["Year", "Month", "Day"], [2024, 0, 0], "2024-01-01/2024-12-31"),
    ],
)
def test_dates_in_several_columns_are_put_together(
    tmp_path: Path, head: list[str], row: list[object], meant: str
) -> None:
    rows = [[*head, "By", "Against", "Type"], [*row, A, G, "raid"]]
    for path in (text(tmp_path, rows), xlsx(tmp_path, rows)):
        found = read(path)
        assert rows_of(found) == [(meant, A, G, "raid", 1)]
        assert "dates are put together from the columns A, B" in said(found)
        name = "+".join(head)
        assert rows_of(read(path, columns={"date": name})) == [(meant, A, G, "raid", 1)]


def test_a_year_and_a_day_without_a_month_are_never_put_together(tmp_path: Path) -> None:
    rows = [["Year", "Day", "By", "Against", "Type"], [2024, 5, A, G, "raid"]]
    with pytest.raises(InputError, match=r"C2|B2: not read as a date"):
        read(text(tmp_path, rows))


def test_a_year_beside_a_whole_date_is_left_alone(tmp_path: Path) -> None:
    rows = [
        ["Year", "Month", "Incident date", "By", "Against", "Type"],
        [2024, 2, "13 Feb 2024", A, G, "raid"],
    ]
    assert rows_of(read(text(tmp_path, rows))) == [ONE]


def test_a_part_that_is_none_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    rows = [["Year", "Month", "Day", "By", "Against", "Type"], [2024, 2, 13, A, G, "raid"]]
    rows += [[2024, 2, n, A, G, "raid"] for n in range(1, 13)]
    with pytest.raises(RecordError, match=r"C15: not read as a date: .*\(got '2024-02-30'\)"):
        read(text(tmp_path, [*rows, [2024, 2, 30, A, G, "raid"]]))


def test_a_blank_date_may_mean_that_of_the_row_above(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-02-13", A, G, "raid", 1],
        ["", G, A, "raid", 2],
        ["unknown", A, G, "raid", 3],
        ["2024-02-14", A, G, "raid", 4],
    ]
    path = text(tmp_path, rows)
    with pytest.raises(OpenQuestion, match="--undated leave-out or --undated as-above"):
        read(path)
    found = read(path, undated="as-above")
    assert [(row[0][-2:], row[4]) for row in rows_of(found)] == [("13", 1), ("13", 2), ("14", 4)]
    assert "rows with a blank date take that of the row above: 1 (rows 3)" in said(found)
    assert "rows without a date are left out: row 4" in said(found)
    wrong = text(tmp_path, [*rows, ["31/02/2024", A, G, "raid", 1]])
    with pytest.raises(RecordError, match="A6: not read as a date: no such day"):
        read(wrong, undated="as-above")


def test_a_day_that_is_said_to_stand_for_a_week_or_month_is_no_exact_day(tmp_path: Path) -> None:
    rows = [
        ["Date", "Date precision", *HEAD[1:]],
        *(
            ["2024-02-13", word, A, G, "raid", 1]
            for word in ("day", "week", "month", "year", "so so", "")
        ),
    ]
    found = read(text(tmp_path, rows))
    assert [
        (row[0], e["precision"]) for row, e in zip(rows_of(found), found.made.events, strict=True)
    ] == [
        ("2024-02-13", "day"),
        ("2024-02-10/2024-02-16", "week"),
        ("2024-02-01/2024-02-29", "month"),
        ("2024-01-01/2024-12-31", "year"),
        ("2024-02-13", "day"),
        ("2024-02-13", "day"),
    ]
    assert "that are not understood: 1 (rows 6)" in said(found)
    assert found.made.period[0] == dt.date(2024, 1, 1)


# --- years that may come first ---------------------------------------------------------------------


def test_a_year_of_two_digits_that_may_come_first_is_asked_about(tmp_path: Path) -> None:
    cells = ["24-02-13", "24-02-14", "24-03-01"]
    path = text(tmp_path, [HEAD, *([cell, A, G, "raid", 1] for cell in cells)])
    with pytest.raises(OpenQuestion, match="may begin with the year or end with it") as caught:
        read(path, yes=True)
    assert caught.value.options == ("year-first", "day-first", "month-first")
    assert dates(tmp_path, cells, day_order="year-first") == [
        "2024-02-13",
        "2024-02-14",
        "2024-03-01",
    ]
    assert dates(tmp_path, cells, day_order="day-first") == [
        "2013-02-24",
        "2014-02-24",
        "2001-03-24",
    ]
    assert "--year-first" in refused(tmp_path, ["24-02-13"])[0]
    assert "--year-first" in refused(tmp_path, ["24/02/13"])[0]


def test_years_of_two_digits_that_can_only_come_first_or_last(tmp_path: Path) -> None:
    assert dates(tmp_path, ["98-02-13", "98-03-01"]) == ["1998-02-13", "1998-03-01"]
    assert dates(tmp_path, ["13-02-98", "13-03-99"]) == ["1998-02-13", "1999-03-13"]
    assert dates(tmp_path, ["13.02.24"]) == ["2024-02-13"]
    assert dates(tmp_path, ["13/02/24", "14/02/24"]) == ["2024-02-13", "2024-02-14"]
    assert dates(tmp_path, ["02/13/24"]) == ["2024-02-13"]


def test_signs_and_scripts_of_dates(tmp_path: Path) -> None:
    cells = [
        "2024‑02‑13",
        "2024–02–13",
        "13∕02∕2024",
        "'2024-02-13",
        "２０２４-０２-１３",
        "2024年2月13日",
        "2024년 2월 13일",
    ]
    assert dates(tmp_path, cells) == ["2024-02-13"] * len(cells)
    assert dates(tmp_path, ["2024年2月", "12–15 Feb 2024"]) == [
        "2024-02-01/2024-02-29",
        "2024-02-12/2024-02-15",
    ]
