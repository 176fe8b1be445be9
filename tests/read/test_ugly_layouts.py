"""Tables as they lie on a sheet: where they begin and end, what is hidden, which column is which."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from read.sheets import (
    HEAD,
    ONE,
    A,
    G,
    book,
    read,
    rows_of,
    said,
    save,
    text,
    xlsx,
)
from talion.errors import Problems, RecordError
from talion.read.choices import OpenQuestion


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


# --- columns ---------------------------------------------------------------------------------------


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


# --- rows that are no acts -------------------------------------------------------------------------


def test_sums_between_months_are_left_out_aloud(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-01-13", A, G, "raid", 1],
        ["January total", None, None, None, 1],
        ["2024-02-13", A, G, "raid", 4],
        ["2024-02", None, None, None, 4],
        ["2024-02-29", None, None, "Subtotal", 4],
        ["Zwischensumme Februar", None, None, None, 4],
        ["Σ", None, None, None, 5],
    ]
    found = read(xlsx(tmp_path, rows))
    assert [(row[0], row[4]) for row in rows_of(found)] == [("2024-01-13", 1), ("2024-02-13", 4)]
    assert (
        "sums are left out: row 3 (January total), row 5 (2024-02), row 6 (2024-02-29), "
        "row 7 (Zwischensumme Februar), row 8 (Σ)"
    ) in said(found)


def test_an_act_of_a_front_called_total_is_no_sum(tmp_path: Path) -> None:
    rows = [HEAD, ["2024-02-13", "Total Resistance", G, "raid", 1], ["2024-02-14", A, G, "", 2]]
    assert [row[1] for row in rows_of(read(text(tmp_path, rows)))] == ["Total Resistance", A]


def test_a_header_repeated_on_every_page_is_left_out(tmp_path: Path) -> None:
    rows = [HEAD, ["2024-02-13", A, G, "raid", 1], HEAD, ["2024-02-14", A, G, "raid", 2]]
    found = read(text(tmp_path, rows))
    assert [row[4] for row in rows_of(found)] == [1, 2]
    assert "rows that repeat the header are left out: 3" in said(found)


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        (["#date+occurred", "#org", "#affected", "#event", "#indicator +num"], "row 2 holds tags"),
        ([1, 2, 3, 4, 5], "row 2 holds the numbers of the columns"),
    ],
)
def test_a_row_of_tags_or_numbers_under_the_header(
    tmp_path: Path, marks: list[object], told: str
) -> None:
    found = read(xlsx(tmp_path, [HEAD, marks, [*ONE]]))
    assert rows_of(found) == [ONE]
    assert f"{told} and is left out" in said(found)


def test_units_under_the_header(tmp_path: Path) -> None:
    rows = [HEAD, ["(dd.mm.yyyy)", "", "", "", "(acts)"], ["13.02.2024", A, G, "raid", 1]]
    assert rows_of(read(xlsx(tmp_path, rows))) == [ONE]


def test_a_pivot_with_dates_across_is_named(tmp_path: Path) -> None:
    rows = [["Row Labels", "Jan 2024", "Feb 2024", "Mar 2024", "Grand Total"], ["raid", 1, 2, 3, 6]]
    with pytest.raises(RecordError, match=r"B1 to D1: dates run across a row.*Transpose"):
        read(xlsx(tmp_path, rows), yes=True)
    turned = [[row[i] for row in rows] for i in range(5)]
    counts = {"raid": {"type": "raid", "by": A, "against": G}}
    found = read(xlsx(tmp_path, turned), counts=counts)
    assert [row[4] for row in rows_of(found)] == [1, 2, 3]


def test_cells_that_slipped_sideways_stop(tmp_path: Path) -> None:
    """A comma without quotes shifts every cell after it."""
    path = tmp_path / "events.csv"
    head = "Date,By,Against,Type,Number,Note\n"
    good = "2024-02-13,Army,Guard,raid,1,fine\n"
    path.write_text(head + good + "2024-02-14,Army, north,Guard,raid,1,shifted\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"row 3: 7 cells under a header of 6 \(got 'shifted'\)"):
        read(path)
    path.write_text(head + good + '2024-02-14,"Army, north",Guard,raid,1,well\n', encoding="utf-8")
    assert rows_of(read(path))[1][1] == "Army, north"


def test_a_table_without_a_header_is_read_by_letters(tmp_path: Path) -> None:
    path = text(tmp_path, [[*ONE], ["2024-02-14", G, A, "raid", 2]])
    with pytest.raises(OpenQuestion, match="none if there is none"):
        read(path)
    letters = dict(zip(("date", "by", "against", "type", "number"), "ABCDE", strict=True))
    found = read(path, header_rows=(), columns=letters)
    assert rows_of(found) == [ONE, ("2024-02-14", G, A, "raid", 2)]


def test_blank_columns_do_not_count_as_columns(tmp_path: Path) -> None:
    made, sheet = book([HEAD, [*ONE]])
    sheet.cell(2, 16384).value = " "
    assert rows_of(read(save(tmp_path, made))) == [ONE]
    wide = [[*(f"c{i}" for i in range(400)), *HEAD], [*range(400), *ONE]]
    with pytest.raises(RecordError, match=r"more than 300 columns \(got 405\)"):
        read(xlsx(tmp_path, wide))


def test_comments_on_cells_are_said_not_to_be_read(tmp_path: Path) -> None:
    from openpyxl.comments import Comment

    made, sheet = book([HEAD, [*ONE]])
    sheet["A2"].comment = Comment("really the 14th", "desk")
    found = read(save(tmp_path, made))
    assert rows_of(found) == [ONE]
    assert "comments on cells are not read" in said(found)


def test_a_heading_merged_across_the_table_is_no_act(tmp_path: Path) -> None:
    rows = [HEAD, ["2024-01-13", A, G, "raid", 1], ["February 2024", *[None] * 4], [*ONE]]
    made, sheet = book(rows)
    sheet.merge_cells("A3:E3")
    found = read(save(tmp_path, made))
    assert [row[0] for row in rows_of(found)] == ["2024-01-13", "2024-02-13"]
    assert "row 3 (February 2024)" in said(found)
