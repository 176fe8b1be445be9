"""Cells as they come: numbers, names, formulas; nothing is guessed and nothing is lost in silence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from read.sheets import (
    HEAD,
    A,
    G,
    day,
    read,
    rows_of,
    said,
    text,
    with_stored_results,
    xlsx,
)
from talion.errors import Problems, RecordError
from talion.read.choices import OpenQuestion


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


def killed(folder: Path, cell: object) -> dict[str, Any]:
    rows = [["Date", "By", "Against", "Type", "Killed"], ["2024-02-13", A, G, "raid", cell]]
    event = read(text(folder, rows)).made.events[0]
    names = ("deaths_low", "deaths", "deaths_high")
    return {name: event[name] for name in names if event.get(name) is not None}


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("1.234", {"deaths": 1234}),
        ("1.234,0", {"deaths": 1234}),
        ("1\u202f234", {"deaths": 1234}),
        ("٣٬٤٥٦", {"deaths": 3456}),
        ("۳۴", {"deaths": 34}),
        ("5–7", {"deaths_low": 5, "deaths_high": 7}),
        (">10", {"deaths_low": 10}),
        ("<5", {"deaths_low": 0, "deaths_high": 4}),
        ("up to 5", {"deaths_low": 0, "deaths_high": 5}),
        ("не более 3", {"deaths_low": 0, "deaths_high": 3}),
        ("NaN", {}),
        ("dozens", {}),
    ],
)
def test_numbers_as_they_are_written(tmp_path: Path, cell: str, meant: dict[str, int]) -> None:
    assert killed(tmp_path, cell) == meant


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.234,5", "not a whole number"),
        ("2 mln", "a word that multiplies it"),
        ("3 dozen", "a word that multiplies it"),
        ("12²", "the mark of a footnote"),
        ("5 injured", "its words do not say deaths"),
        ("5 (2 children)", "more than one number"),
        ("50%", "cannot be told apart"),
    ],
)
def test_numbers_that_would_be_read_wrongly_stop(tmp_path: Path, cell: str, why: str) -> None:
    with pytest.raises(RecordError, match=f"E2: not read as a number: .*{why}"):
        killed(tmp_path, cell)


@pytest.mark.parametrize(
    "cell", ["#SPILL!", "#CALC!", "#GETTING_DATA", "#BEZUG!", "#WERT!", "#¿NOMBRE?"]
)
def test_errors_of_any_excel_are_no_names_and_no_numbers(tmp_path: Path, cell: str) -> None:
    for place, row in (
        ("B2", ["2024-02-13", cell, G, "raid", 1]),
        ("E2", ["2024-02-13", A, G, "raid", cell]),
    ):
        with pytest.raises(RecordError, match=f"{place}: an error of Excel's"):
            read(text(tmp_path, [HEAD, row]))
    with pytest.raises(RecordError, match=r"A2: the sign of a column too narrow.*widen the column"):
        read(text(tmp_path, [HEAD, ["########", A, G, "raid", 1]]))


def test_a_truth_value_is_no_number(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="E2: not read as a number"):
        read(xlsx(tmp_path, [HEAD, ["2024-02-13", A, G, "raid", True]]))


def test_one_name_however_it_is_typed(tmp_path: Path) -> None:
    spelled = [
        "River\nGuard",
        "River\u00a0Guard",
        "River\u200b Guard",
        "River  Guard",
        "Rivеr Guard",
    ]
    arabic = ["حزب الله", "حِزْبُ الله", "حزب اللـه", "\u202bحزب الله\u202c"]
    rows = [
        HEAD,
        *([f"2024-02-{n:02}", name, G, "raid", 1] for n, name in enumerate([*spelled, *arabic], 1)),
    ]
    found = read(xlsx(tmp_path, rows))
    assert (
        len({e["initiator"] for e in found.made.events[: len(spelled)]}) == 1
    )  # one е is Cyrillic
    assert len({e["initiator"] for e in found.made.events[len(spelled) :]}) == 1
    assert said(found).count("one actor: ") == 2


def test_two_names_that_only_differ_by_a_hamza_stay_two(tmp_path: Path) -> None:
    rows = [HEAD, ["2024-02-13", "سأل", G, "raid", 1], ["2024-02-14", "سال", G, "raid", 1]]
    assert len({e["initiator"] for e in read(text(tmp_path, rows)).made.events}) == 2


def test_garbled_names_are_told(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["2024-02-13", "ArmÃ©e", G, "raid", 1],
        ["2024-02-14", "Arm\ufffde", "Forêt", "raid", 1],
    ]
    found = read(text(tmp_path, rows))
    assert (
        "names look garbled, and are kept as they stand: 'ArmÃ©e' (perhaps 'Armée'), 'Arm\ufffde'"
        in said(found)
    )
    assert "Forêt'" not in said(found)


def test_rows_that_repeat_another_are_told(tmp_path: Path) -> None:
    row = ["2024-02-13", A, G, "raid", 1]
    found = read(text(tmp_path, [HEAD, row, row, ["2024-02-14", *row[1:]]]))
    assert len(found.made.events) == 3
    assert (
        "rows that repeat another cell by cell are read as acts of their own: 1 (rows 3)"
        in said(found)
    )


def test_deaths_that_only_rise_are_asked_about(tmp_path: Path) -> None:
    rows = [
        [*HEAD[:4], "Killed"],
        *([f"2024-02-{n:02}", A, G, "raid", 30 * n] for n in range(1, 10)),
    ]
    path = text(tmp_path, rows)
    with pytest.raises(OpenQuestion, match="never fall, from 30 to 270: a running total"):
        read(path, yes=True)
    assert read(path, columns={"deaths": "Killed"}).made.events[0]["deaths"] == 30
    assert read(path, columns={"deaths": "-"}).made.events[0].get("deaths") is None
    named = text(tmp_path, [[*HEAD[:4], "Killed (cumulative)"], *rows[1:]])
    with pytest.raises(OpenQuestion, match="seems to be a running total") as caught:
        read(named)
    assert caught.value.proposal == "-"


def test_a_column_of_totals_is_asked_about_and_never_left_out_in_silence(tmp_path: Path) -> None:
    rows = [[*HEAD[:4], "Total"], *([f"2024-02-{n:02}", A, G, "raid", 3] for n in range(1, 6))]
    path = text(tmp_path, rows)
    with pytest.raises(
        OpenQuestion, match=r"'Total' \(E\) holds numbers. Is it that\? Say --map number=E"
    ):
        read(path, yes=True)
    assert {row[4] for row in rows_of(read(path, columns={"number": "E"}))} == {3}
    assert {row[4] for row in rows_of(read(path, columns={"number": "-"}))} == {1}


def test_no_acts_that_killed_people_are_a_fault(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "Killed"],
        ["2024-02-13", A, G, "raid", 1, 0],
        ["2024-02-14", A, G, "raid", 0, 5],
    ]
    with pytest.raises(RecordError, match=r"row 3: says 0 acts, and people killed.*\(got 5\)"):
        read(text(tmp_path, rows))


def test_a_range_that_excel_took_for_a_date_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        RecordError, match=r"E2: not read as a number: a date; Excel takes a range such as 5-7"
    ):
        read(xlsx(tmp_path, [HEAD, ["2024-02-13", A, G, "raid", dt.datetime(2024, 5, 7)]]))


def test_several_actors_in_one_cell_are_told(tmp_path: Path) -> None:
    found = read(
        text(tmp_path, [HEAD, ["2024-02-13", "Army; Police", G, "raid", 1]], delimiter=",")
    )
    assert "names that list several are read as one actor each: 'Army; Police'" in said(found)


def test_one_row_with_far_more_acts_than_any_other_is_told(tmp_path: Path) -> None:
    rows = [HEAD, *(["2024-02-13", A, G, "march", n] for n in (1, 3, 2400))]
    found = read(text(tmp_path, rows))
    assert "row 4 stands for 2400 acts of 'march', and no other for more than 3" in said(found)
    assert "stands for" not in said(
        read(text(tmp_path, [*rows[:3], ["2024-02-13", A, G, "march", 20]]))
    )
