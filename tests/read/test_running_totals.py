"""Running totals: told from dated acts, with who states them and what they count."""

from __future__ import annotations

from pathlib import Path

import pytest

from read.sheets import (
    HEAD,
    A,
    G,
    book,
    day,
    read,
    said,
    save,
    text,
)
from talion.errors import RecordError
from talion.read.choices import OpenQuestion


def test_running_totals_by_name_and_by_growth(tmp_path: Path) -> None:
    rows = [HEAD, *([f"2024-02-{d:02}", A, G, "attack", 1] for d in range(1, 9))]
    totals = [
        ["2024-02-03", A, G, "attacks so far", 12],
        ["2024-02-08", A, G, "attacks so far", "more than 30"],
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
        ("attacks_so_far", "attack", 3, 12, False, ""),
        ("attacks_so_far", "attack", 8, 30, True, ""),
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


def test_the_speaker_of_a_total_is_its_source_and_never_who_acts(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "Source"],
        *([f"2024-02-{d:02}", A, G, "attack", 1, "Post"] for d in range(1, 9)),
        ["2024-02-03", A, G, "attacks so far", 12, "Ministry; Post"],
        ["2024-02-05", A, "", "Attacks so far", 20, "https://example.org/a"],
        ["2024-02-08", A, G, "attacks so far", 30, ""],
    ]
    found = read(text(tmp_path, rows), yes=True)
    assert [(t["speaker"], t["definition"], t["source"]) for t in found.made.totals] == [
        ("Ministry", "attacks so far, by Army against Guard", "ministry"),
        ("", "attacks so far, by Army against Guard", "https_example_org_a"),
        ("", "attacks so far, by Army against Guard", "events"),
    ]
    assert "running totals are stated by Ministry, by the source of their row" in said(found)


def test_a_series_that_counts_the_acts_of_two_sides_stops(tmp_path: Path) -> None:
    rows = [
        HEAD,
        *([f"2024-02-{d:02}", by, "Town", "attack", 1] for d in range(1, 9) for by in (A, G)),
        ["2024-02-03", A, "Town", "attacks so far", 12],
        ["2024-02-04", G, "Town", "attacks so far", 3],
    ]
    with pytest.raises(
        RecordError, match=r"row 19: .* by 'Army' in row 18.*\(got 'Guard'\)"
    ) as told:
        read(text(tmp_path, rows), yes=True)
    assert "'attacks so far (Guard)'" in str(told.value)
    rows[-1][3] = "attacks so far (Guard)"
    made = read(text(tmp_path, rows), yes=True).made
    assert [t["series"] for t in made.totals] == ["attacks_so_far", "attacks_so_far_guard"]


def test_the_actor_in_a_sheet_of_totals_is_no_speaker(tmp_path: Path) -> None:
    book_, _ = book([HEAD, *([f"2024-02-{d:02}", A, G, "attack", 1] for d in range(1, 9))])
    sheet = book_.create_sheet("Monitor")
    for row in [["As of", "By", "Total"], ["4 Feb 2024", A, 7], ["8 Feb 2024", A, 20]]:
        sheet.append(row)
    found = read(save(tmp_path, book_), totals_sheets={"Monitor": "attack"})
    assert [(t["speaker"], t["definition"]) for t in found.made.totals] == [
        ("", "Monitor, by Army"),
        ("", "Monitor, by Army"),
    ]


def test_spellings_of_a_total_are_one_total_and_never_acts(tmp_path: Path) -> None:
    rows = [
        HEAD,
        *([f"2024-02-{d:02}", A, G, "attack", 1] for d in range(1, 9)),
        ["2024-02-03", A, G, "attacks so far", 12],
        ["2024-02-05", A, G, "Attacks so-far", 20],
    ]
    path = text(tmp_path, rows)
    for choices in ({"yes": True}, {"total_types": {"ATTACKS SO FAR": "Attack"}}):
        made = read(path, **choices).made
        assert len(made.events) == 8
        assert [(t["series"], t["of"], t["total"]) for t in made.totals] == [
            ("attacks_so_far", "attack", 12),
            ("attacks_so_far", "attack", 20),
        ]
