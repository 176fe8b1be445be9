"""Tables as they come: each is read exactly, or stops with a message that says what to do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from read.sheets import HEAD, book, read, rows_of, said, save, text, with_stored_results, xlsx
from talion.errors import InputError, Problems, RecordError
from talion.read.choices import OpenQuestion

A, G = "Army", "Guard"
ONE = ("2024-02-13", A, G, "raid", 1)


def day(text_: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text_)


# --- dates ---------------------------------------------------------------------------------------


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


# --- where the table is --------------------------------------------------------------------------


def test_sums_and_remarks_at_the_foot_are_left_out_aloud(tmp_path: Path) -> None:
    rows = [
        ["Incidents on the river, compiled by the desk"],
        [],
        HEAD,
        ["2024-02-13", A, G, "raid", 1],
        ["2024-02-14", G, A, "shelling", 3],
        ["Total", None, None, None, 4],
        [],
        ["Source: desk notes"],
    ]
    found = read(xlsx(tmp_path, rows))
    assert rows_of(found) == [ONE, ("2024-02-14", G, A, "shelling", 3)]
    assert "sums are left out: row 6 (Total)" in said(found)
    assert "row 8 (Source: desk notes)" in said(found)
    assert "rows above the header in row 3 are not read: 1" in said(found)


def test_a_sum_in_another_language_and_column(tmp_path: Path) -> None:
    rows = [
        ["Дата", "Кто", "Против", "Тип", "Количество"],
        ["13.02.2024", "Армия", "Стража", "обстрел", 2],
        [None, None, None, "Итого:", 2],
    ]
    found = read(xlsx(tmp_path, rows))
    assert rows_of(found) == [("2024-02-13", "Армия", "Стража", "обстрел", 2)]
    assert "row 3 (Итого:)" in said(found)


def test_two_tables_below_each_other_stop_and_can_be_named(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-02-13", A, G, "raid", 1],
        [],
        HEAD,
        ["2023-01-01", "X", "Y", "talks", 9],
    ]
    path = xlsx(tmp_path, rows)
    with pytest.raises(
        RecordError, match=r"row 4: looks like the header of a second table.*--rows 1-3"
    ):
        read(path)
    assert rows_of(read(path, rows=(1, 3))) == [ONE]
    assert rows_of(read(path, rows=(4, 5))) == [("2023-01-01", "X", "Y", "talks", 9)]


def test_two_tables_side_by_side_stop_and_can_be_named(tmp_path: Path) -> None:
    rows = [
        [*HEAD, None, *HEAD],
        ["2024-02-13", A, G, "raid", 1, None, "2023-01-01", "X", "Y", "talks", 9],
    ]
    path = xlsx(tmp_path, rows)
    with pytest.raises(OpenQuestion, match=r"'Date' \(A\) or 'Date' \(G\)"):
        read(path, yes=True)
    right = dict(zip(("date", "by", "against", "type", "number"), "GHIJK", strict=True))
    assert rows_of(read(path, columns=right)) == [("2023-01-01", "X", "Y", "talks", 9)]
    left = dict(zip(("date", "by", "against", "type", "number"), "ABCDE", strict=True))
    found = read(path, columns=left)
    assert rows_of(found) == [ONE]
    assert [column.index for column in found.layout.unused] == [6, 7, 8, 9, 10]


def test_duplicate_column_names_must_be_told_apart(tmp_path: Path) -> None:
    rows = [["Date", "Actor", "Actor", "Type"], ["2024-02-13", A, G, "raid"]]
    path = text(tmp_path, rows)
    with pytest.raises(RecordError, match=r"--map by: 2 columns have this name.*B or C"):
        read(path, columns={"by": "Actor"})
    found = read(path, columns={"by": "B", "against": "C"})
    assert rows_of(found) == [ONE]
    assert "column names that occur more than once: actor" in said(found)


def test_merged_header_cells_over_two_rows(tmp_path: Path) -> None:
    made, sheet = book(
        [
            ["When", "Sides", None, "Act", None],
            [None, "By", "Against", "Type", "Number"],
            ["2024-02-13", A, G, "raid", 1],
        ]
    )
    for area in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(area)
    found = read(save(tmp_path, made))
    assert rows_of(found) == [ONE]
    assert [c.name for c in found.table.columns] == [
        "When",
        "Sides / By",
        "Sides / Against",
        "Act / Type",
        "Act / Number",
    ]
    assert "column names are taken from rows 1 to 2" in said(found)


def test_a_header_over_two_rows_in_a_text_file(tmp_path: Path) -> None:
    rows = [
        ["Desk file, not for release", "", "", "", ""],
        ["When", "Sides", "", "Act", "Number"],
        ["", "By", "Against", "Type", ""],
        ["2024-02-13", A, G, "raid", 1],
    ]
    found = read(text(tmp_path, rows))
    assert rows_of(found) == [ONE]
    assert found.table.header_rows == (2, 3)


def test_merged_cells_in_the_body_hold_for_all_their_rows(tmp_path: Path) -> None:
    rows = [HEAD, ["2024-02-13", A, G, "raid", 1], [None, None, G, "raid", 2]]
    made, sheet = book(rows)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    assert rows_of(read(save(tmp_path, made))) == [ONE, ("2024-02-13", A, G, "raid", 2)]


def test_no_header_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(OpenQuestion, match="--header-row"):
        read(
            text(tmp_path, [["2024-02-13", A, G, "raid", 1], ["2024-02-14", A, G, "raid", 1]]),
            yes=True,
        )


def test_trailing_blank_rows_and_columns(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[*HEAD, "", ""], [*ONE[:1], A, G, "raid", 1, " ", ""]]
    rows += [[" ", "\u200f", "", None, "  "] for _ in range(50)]
    found = read(xlsx(tmp_path, rows))
    assert rows_of(found) == [ONE]
    assert len(found.table.rows) == 1


def test_hidden_rows_and_columns_are_told_and_asked(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "Killed"],
        ["2024-02-13", A, G, "raid", 1, 7],
        ["2024-02-14", A, G, "raid", 2, 8],
    ]
    made, sheet = book(rows)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["F"].hidden = True
    path = save(tmp_path, made)
    with pytest.raises(OpenQuestion, match=r"1 hidden or filtered rows \(3\) and hidden columns F"):
        read(path)
    kept = read(path, yes=True)
    assert [(e["start"].day, e["deaths"]) for e in kept.made.events] == [(13, 7), (14, 8)]
    left = read(path, hidden="leave-out")
    assert rows_of(left) == [ONE]
    assert left.made.events[0]["deaths"] is None
    assert "are left out" in said(left)


def test_several_sheets(tmp_path: Path) -> None:
    made, _ = book([HEAD, ["2024-02-13", A, G, "raid", 1]])
    notes = made.create_sheet("Notes")
    notes.append(["Written by the desk"])
    alone = read(save(tmp_path, made))
    assert rows_of(alone) == [ONE]
    assert "the only sheet with a table is Events; not read: Notes" in said(alone)
    other = made.create_sheet("Second")
    for row in [["Day", "Attacker", "Target", "Kind"], ["2023-01-01", "X", "Y", "talks"]]:
        other.append(row)
    path = save(tmp_path, made)
    with pytest.raises(OpenQuestion, match="--sheet NAME") as caught:
        read(path, yes=True)
    assert caught.value.options == ("Events", "Second")
    assert rows_of(read(path, sheet="second")) == [("2023-01-01", "X", "Y", "talks", 1)]
    with pytest.raises(RecordError, match=r"no such sheet.*Events, Notes, Second"):
        read(path, sheet="Third")
    other.sheet_state = "hidden"
    hidden = read(save(tmp_path, made))
    assert rows_of(hidden) == [ONE]
    assert "hidden sheets are not read: Second" in said(hidden)


# --- cells ---------------------------------------------------------------------------------------


def test_formulas_are_read_by_their_stored_results(tmp_path: Path) -> None:
    rows = [HEAD, [day("2024-02-13"), A, G, "raid", "=2+3"]]
    path = xlsx(tmp_path, rows)
    with pytest.raises(RecordError, match=r"E2: a formula without a stored result"):
        read(path)
    with_stored_results(path, {"E2": "5"})
    found = read(path)
    assert rows_of(found) == [("2024-02-13", A, G, "raid", 5)]
    assert "1 cells in column E are formulas; their stored results are used" in said(found)


def test_errors_of_excel_are_faults(tmp_path: Path) -> None:
    rows = [HEAD, ["2024-02-13", A, G, "raid", "#REF!"], ["2024-02-14", A, G, "raid", "#N/A"]]
    with pytest.raises(RecordError, match=r"E2: an error of Excel's instead of a value"):
        read(xlsx(tmp_path, rows))


def test_texts_that_a_spreadsheet_would_run_are_made_harmless(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://example.org","x")'
    rows = [[*HEAD, "Note"], ["2024-02-13", "@army", G, "raid", 1, evil]]
    found = read(text(tmp_path, rows))
    assert found.made.events[0]["note"] == f"'{evil}"
    assert found.made.actors[0]["name"] == "'@army"
    assert "begin with an apostrophe: 1" in said(found)


def test_negative_numbers_and_fractions_are_faults(tmp_path: Path) -> None:
    rows = [HEAD, *(["2024-02-13", A, G, "raid", n] for n in ("-2", "1.5", "1,5"))]
    with pytest.raises(Problems) as caught:
        read(text(tmp_path, rows))
    lines = str(caught.value).splitlines()
    assert "E2: not read as a number: a negative number (got '-2')" in lines[0]
    assert "E3: not read as a number: not a whole number (got '1.5')" in lines[1]
    assert "E4: not read as a number: not a whole number (got '1,5')" in lines[2]
    with pytest.raises(RecordError, match="E2: not read as a number: a negative"):
        read(xlsx(tmp_path, [HEAD, ["2024-02-13", A, G, "raid", -2]]))


def test_thousands_marks_and_other_digits(tmp_path: Path) -> None:
    numbers = ["1,234", "1 234", "1\u00a0234", "1'234", "١٢", "10.0", "2"]
    rows = [HEAD, *(["2024-02-13", A, G, "raid", n] for n in numbers)]
    assert [row[4] for row in rows_of(read(text(tmp_path, rows)))] == [
        1234,
        1234,
        1234,
        1234,
        12,
        10,
        2,
    ]


def test_ranges_bounds_and_words_of_harm(tmp_path: Path) -> None:
    killed = ["12-15 killed", "at least 5", "about 20", "dozens", "unknown", "", "0"]
    rows = [["Date", "By", "Against", "Type", "Killed"]]
    rows += [["2024-02-13", A, G, "raid", n] for n in killed]
    found = read(text(tmp_path, rows))
    harm = [(e.get("deaths_low"), e.get("deaths"), e.get("deaths_high")) for e in found.made.events]
    nothing = (None, None, None)
    assert harm == [
        (12, None, 15),
        (5, None, None),
        (None, 20, None),
        nothing,
        nothing,
        nothing,
        (None, 0, None),
    ]
    assert [e["note"] for e in found.made.events] == [
        "deaths: 12-15 killed",
        "",
        "deaths: about 20",
        "deaths: dozens",
        "",
        "",
        "",
    ]
    assert "words beside or instead of a number, kept in the note: 3 (rows 2, 4, 5)" in said(found)


def test_a_range_of_acts_needs_a_decision(tmp_path: Path) -> None:
    path = text(tmp_path, [HEAD, ["2024-02-13", A, G, "raid", "2-3"]])
    with pytest.raises(OpenQuestion, match="--ranges low or --ranges high"):
        read(path, yes=True)
    assert rows_of(read(path, ranges="high")) == [("2024-02-13", A, G, "raid", 3)]


def test_blank_and_unknown_stay_missing_and_zero_is_no_event(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-02-13", "", "Unknown", "raid", ""],
        ["2024-02-14", A, G, "n/a", "?"],
        ["2024-02-15", A, G, "raid", 0],
    ]
    found = read(text(tmp_path, rows))
    assert rows_of(found) == [
        ("2024-02-13", "Unknown", "Unknown", "raid", 1),
        ("2024-02-14", A, G, "unknown", 1),
    ]
    assert "rows that say 0 are no events and are left out: 1 (rows 4)" in said(found)
    assert "who acts is not stated, kept as unknown: 1 (rows 2)" in said(found)
    assert "which act is not stated, kept as unknown: 1 (rows 3)" in said(found)
    assert [kind.id for kind in found.kinds if kind.usual] == ["raid"]


def test_names_in_three_scripts_stay_as_they_are(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-02-13", "حزب الله", "Армия обороны", "قصف", 1],
        ["2024-02-14", "Армия обороны", "حزب الله", "обстрел", 2],
        ["2024-02-15", "Peshmerga à l’est", "حزب الله", "Clash", 1],
    ]
    for path in (xlsx(tmp_path, rows), text(tmp_path, rows)):
        found = read(path)
        assert rows_of(found) == [tuple(row) for row in rows[1:]]
        assert [a["id"] for a in found.made.actors] == [
            "hzb_allh",
            "armiya_oborony",
            "peshmerga_a_l_est",
        ]
        assert list(found.made.kinds) == ["qsf", "obstrel", "clash"]
        assert {e["type"] for e in found.made.events} == {"ASSAULT"}


def test_spellings_of_one_name_are_one_actor_aloud(tmp_path: Path) -> None:
    rows = [
        HEAD,
        *(
            ["2024-02-13", by, G, kind, 1]
            for by, kind in [("ISIS", "raid"), ("ISIS", "Raid "), ("Isis", "raid")]
        ),
    ]
    found = read(text(tmp_path, rows))
    assert [row[1] for row in rows_of(found)] == ["ISIS"] * 3
    assert found.made.actors[0]["aliases"] == ("Isis",)
    assert "one actor: 'ISIS' and 'Isis'" in said(found)


def test_own_ids_are_kept_and_must_differ(tmp_path: Path) -> None:
    from talion.read.project import first_time

    rows = [
        ["ID", *HEAD],
        ["A/1", "2024-02-13", A, G, "raid", 1],
        ["7", "2024-02-14", A, G, "raid", 1],
    ]
    found = read(text(tmp_path, rows))
    table = first_time(found, None, tmp_path).texts["events.csv"]
    assert [line.split(",")[0] for line in table.splitlines()[1:]] == ["a_1", "7"]
    again = read(text(tmp_path, [*rows, ["7", "2024-02-15", A, G, "raid", 1]]))
    with pytest.raises(RecordError, match=r"row 4: the id of row 3 stands in row 4 too"):
        first_time(again, None, tmp_path)


# --- columns -------------------------------------------------------------------------------------


def test_missing_sides_are_asked_for(tmp_path: Path) -> None:
    path = text(tmp_path, [["Date", "Type"], ["2024-02-13", "raid"]])
    with pytest.raises(Problems) as caught:
        read(path)
    assert "--say by=NAME" in str(caught.value)
    assert "--say against=NAME" in str(caught.value)
    assert rows_of(read(path, say={"by": A, "against": G})) == [ONE]
    assert rows_of(read(path, yes=True))[0][1] == "Unknown"


def test_columns_of_counts(tmp_path: Path) -> None:
    rows = [
        ["day", "shells", "dead"],
        ["2024-02-12", 0, 0],
        ["2024-02-13", 3, None],
        ["2024-02-14", None, 2],
        ["2024-02-15", 0, 0],
    ]
    path = xlsx(tmp_path, rows)
    with pytest.raises(OpenQuestion, match="--count 'shells=TYPE,BY,AGAINST'"):
        read(path)
    counts = {
        "shells": {"type": "shelling", "by": A, "against": G},
        "dead": {"type": "killing", "by": G, "against": A, "counts": "deaths"},
    }
    found = read(path, counts=counts, as_of="2024-02-16")
    assert rows_of(found) == [
        ("2024-02-13", A, G, "shelling", 3),
        ("2024-02-14", G, A, "killing", 1),
    ]
    assert found.made.events[1]["deaths"] == 2
    assert found.made.period == (dt.date(2024, 2, 12), dt.date(2024, 2, 16))
    notes = {row["of"]: row.get("note") for row in found.made.coverage}
    assert notes["shelling"] == "1 days blank in the sheet, 2024-02-14 to 2024-02-14"
    assert "no number in column 'shells' (B): not stated, which is not zero: 1 (rows 4)" in said(
        found
    )


def test_a_table_of_an_event_data_set(tmp_path: Path) -> None:
    """Columns called as ACLED calls them, filled with rows of our own."""
    names = "event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 assoc_actor_1 actor2 country location source notes fatalities"
    row = [
        "ORL1",
        "13 February 2024",
        2024,
        1,
        "x",
        "Battles",
        "Armed clash",
        A,
        "",
        G,
        "Orlan",
        "Kessa",
        "Post",
        "boats",
        3,
    ]
    found = read(text(tmp_path, [names.split(), row]), columns={"type": "sub_event_type"})
    assert rows_of(found) == [("2024-02-13", A, G, "Armed clash", 1)]
    event = found.made.events[0]
    assert (event["deaths"], event["place"], event["country"], event["note"]) == (
        3,
        "Kessa",
        "Orlan",
        "boats",
    )
    assert found.made.origins == [(2, "ORL1")]
    assert [s["title"] for s in found.made.sources[1:]] == ["Post"]


def test_running_totals_by_name_and_by_growth(tmp_path: Path) -> None:
    rows = [HEAD, *([f"2024-02-{d:02}", A, G, "attack", 1] for d in range(1, 9))]
    totals = [
        ["2024-02-03", "Ministry", G, "attacks so far", 12],
        ["2024-02-08", "Ministry", G, "attacks so far", "more than 30"],
    ]
    path = text(tmp_path, [*rows, *totals])
    with pytest.raises(OpenQuestion, match="look like running totals") as caught:
        read(path)
    assert caught.value.proposal == "attacks so far=attack"
    found = read(path, yes=True)
    assert len(found.made.events) == 8
    assert [
        (t["series"], t["of"], t["on"].day, t["total"], t["lower_bound"], t["speaker"])
        for t in found.made.totals
    ] == [
        ("attacks_so_far", "attack", 3, 12, False, "Ministry"),
        ("attacks_so_far", "attack", 8, 30, True, "Ministry"),
    ]
    as_acts = read(path, total_types={}, ranges="low")
    assert len(as_acts.made.events) == 10
    growing = [[f"2024-03-{n:02}", A, G, "claims", n] for n in (2, 5, 9, 14, 20)]
    with pytest.raises(OpenQuestion, match="never fall, from 2 to 20") as caught:
        read(text(tmp_path, [*rows, *growing]), yes=True)
    assert caught.value.proposal is None


def test_a_sheet_of_totals_beside_the_events(tmp_path: Path) -> None:
    made, _ = book([HEAD, *([f"2024-02-{d:02}", A, G, "attack", 1] for d in range(1, 9))])
    totals = made.create_sheet("Pentagon")
    for row in [
        ["As of", "Total", "Speaker", "Source"],
        [day("2024-02-04"), 7, "Ryder", "Post"],
        ["8 Feb 2024", "over 20", "Singh", "Post"],
    ]:
        totals.append(row)
    path = save(tmp_path, made)
    with pytest.raises(OpenQuestion, match="--sheet"):
        read(path)
    found = read(path, totals_sheets={"Pentagon": "attack"}, totals_since="2024-01-15")
    assert len(found.made.events) == 8
    assert [
        (
            t["series"],
            t["of"],
            str(t["since"]),
            t["on"].day,
            t["total"],
            t["lower_bound"],
            t["speaker"],
        )
        for t in found.made.totals
    ] == [
        ("pentagon", "attack", "2024-01-15", 4, 7, False, "Ryder"),
        ("pentagon", "attack", "2024-01-15", 8, 20, True, "Singh"),
    ]
    assert [(kind.id, kind.totals) for kind in found.kinds] == [("attack", "pentagon")]
    with pytest.raises(RecordError, match="no such sheet beside that of the events"):
        read(path, sheet="Events", totals_sheets={"Elsewhere": "attack"})


def test_two_totals_of_one_day_stop(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-02-01", A, G, "attack", 1],
        *(["2024-02-03", A, G, "total", n] for n in (5, 6)),
    ]
    with pytest.raises(
        RecordError, match="row 4: two totals of 'total' for 2024-02-03: also in row 3"
    ):
        read(text(tmp_path, rows), total_types={"total": "attack"})


# --- text files ----------------------------------------------------------------------------------

RUSSIAN = [
    ["Дата", "Кто", "Против", "Тип"],
    ["13.02.2024", "Армия Тольвы", "Речная стража", "обстрел деревни"],
]
ARABIC = [["التاريخ", "المنفذ", "الهدف", "النوع"], ["2024-02-13", "الجيش", "حرس النهر", "قصف"]]
# Words too short to tell by their vowels: as Cyrillic they would have capitals in the middle.
SHORT = [["Date", "By", "Against", "Type"], ["2024-02-13", "لجنة", "لجنة", "لجنة"]]
FRENCH = [
    ["Date", "Auteur", "Cible", "Type"],
    ["13/02/2024", "Armée", "Fédérés", "Enlèvement"],
    ["14/02/2024", "Armée", "Forêt", "Négociations"],
]


@pytest.mark.parametrize(
    ("rows", "encoding", "delimiter"),
    [
        (RUSSIAN, "utf-8", ";"),
        (RUSSIAN, "utf-8-sig", ","),
        (RUSSIAN, "cp1251", ";"),
        (RUSSIAN, "utf-16", "\t"),
        (RUSSIAN, "utf-16-le", ";"),
        (ARABIC, "cp1256", ","),
        (ARABIC, "utf-16", ","),
        (SHORT, "cp1256", ","),
        (FRENCH, "cp1252", ";"),
        (FRENCH, "utf-8", "\t"),
    ],
)
def test_encodings_and_separators(
    tmp_path: Path, rows: list[list[str]], encoding: str, delimiter: str
) -> None:
    found = read(text(tmp_path, rows, encoding=encoding, delimiter=delimiter))
    assert [row[1:4] for row in rows_of(found)] == [tuple(row[1:4]) for row in rows[1:]]
    assert rows_of(found)[0][0] == "2024-02-13"
    if encoding.startswith("cp"):
        assert f"read as {encoding}" in said(found)


def test_an_encoding_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    polish = [HEAD, ["2024-02-13", "Łódź", "Żołnierze", "raid", 1]]
    path = text(tmp_path, polish, encoding="cp1250")
    with pytest.raises(RecordError, match=r"its encoding cannot be told.*--encoding"):
        read(path, yes=True)
    assert rows_of(read(path, encoding="cp1250"))[0][1:3] == ("Łódź", "Żołnierze")
    with pytest.raises(RecordError, match="the text is not utf-8"):
        read(path, encoding="utf-8")
    with pytest.raises(RecordError, match="no such encoding"):
        read(path, encoding="cp9999")


def test_separators_that_cannot_be_told_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("Date;By,Type\n2024-02-13;Army,raid\n2024-02-14;Army,raid\n", encoding="utf-8")
    with pytest.raises(RecordError, match="say --delimiter"):
        read(path)


def test_quoted_cells_with_line_breaks_keep_row_numbers(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "Note"],
        ["2024-02-13", A, G, "raid", 1, "two\nlines, one cell"],
        ["2024-02-14", A, G, "raid", "-1", ""],
    ]
    with pytest.raises(RecordError, match="E3"):
        read(text(tmp_path, rows))


# --- files that are no tables --------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("old.xls", OLE, "Excel before 2007"),
        ("renamed.xlsx", OLE, "Excel before 2007"),
        ("locked.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("broken.xlsx", b"PK\x03\x04" + b"\0" * 100, "damaged or not one"),
        ("page.xls", b"<html><table><tr><td>Date</td></tr></table></html>", "a web page"),
        ("empty.csv", b"", "the file is empty"),
        ("blank.csv", b"\r\n  \r\n", "the file is empty"),
        ("binary.csv", b"a,b\n\x00\x01\x02,\x00", "not a text file"),
        ("rubbish.xlsx", b"\x00\x01\x02" * 50, "damaged or not one"),
    ],
)
def test_files_that_are_no_tables_are_named(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(RecordError, match=message) as caught:
        read(path, yes=True)
    assert name in str(caught.value)


def test_workbooks_without_a_table(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="the sheet is empty"):
        read(xlsx(tmp_path, []))
    with pytest.raises(InputError, match="no row under the header"):
        read(xlsx(tmp_path, [HEAD]), header_rows=(1,))
    with pytest.raises(RecordError, match="cannot be read: No such file"):
        read(tmp_path / "absent.xlsx")


def test_a_cut_workbook_is_damaged(tmp_path: Path) -> None:
    whole = xlsx(
        tmp_path, [HEAD, *([f"2024-01-{d:02}", A, G, "raid", 1] for d in range(1, 29))]
    ).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordError, match="damaged or not one"):
        read(cut)


def test_a_word_file_in_place_of_the_table(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph("A brief")
    document.save(str(tmp_path / "brief.docx"))
    with pytest.raises(RecordError, match="a Word document, not a workbook"):
        read(tmp_path / "brief.docx")
