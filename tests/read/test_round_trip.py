"""Whatever table is imported: every row comes back, and the case that is written checks."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from read.sheets import read, text, xlsx
from talion.errors import InputError, RecordError
from talion.judge.checks import check_case
from talion.model.case import load_case
from talion.read.column_words import plain_words
from talion.read.day_column import is_unknown
from talion.read.grid import is_blank, tidy
from talion.read.project import first_time
from talion.record.writing import write_files

WORDS = st.sampled_from(
    ["Army", "River Guard", "حرس النهر", "Армия", "no", "true", "null", "O'Neil: \"x\"", "#1", "a,b;c", "- x", "=1+1", "İstanbul", "部隊", "🚩", "1e5", "as_of", "{x}", "unknown"]
) | st.text(
    st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
)  # fmt: skip
DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2024, 12, 31))
NUMBERS = st.none() | st.integers(1, 5)
ROW = st.tuples(
    DAYS,
    WORDS,
    WORDS,
    WORDS,
    NUMBERS,
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
)


def plain(name: str) -> str:
    """A name as ids are made of it."""
    tidied = " ".join(tidy(name).split())
    return "unknown" if is_unknown(name) else plain_words(tidied) or tidied.casefold()


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # each example compiles a case


@settings(max_examples=40, phases=QUICK)
@given(rows=st.lists(ROW, min_size=1, max_size=8), as_text=st.booleans())
def test_every_row_comes_back_and_the_case_checks(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]], as_text: bool
) -> None:
    folder = tmp_path_factory.mktemp("any")
    names = [str(cell) for row in rows for cell in row[1:4]]
    assume(all(not is_blank(name) for name in names))
    assume(any(not is_unknown(str(row[3])) for row in rows))  # else refused, as the next test says
    head = ["Date", "By", "Against", "Type", "Number", "Note"]
    cells = [[*row[:5], _without_controls(str(row[5]))] for row in rows]
    table = [head, *([str(c[0]), *c[1:]] for c in cells)]
    path = text(folder, table) if as_text else xlsx(folder, table, literal=True)
    found = read(path, as_of="2025-06-01", total_types={}, delimiter="comma" if as_text else None)
    kept = [_as_imported(row) for row in cells]
    made = [
        (
            str(e["start"]),
            plain(found.made.names[e["initiator"]]),
            plain(found.made.names[e["target"]]),
            plain(found.made.kinds[e["action"]]),
            e["size"],
        )
        for e in found.made.events
    ]
    assert made == kept
    project = first_time(found, None, folder / "x")
    write_files(folder / "x", project.texts)
    case = load_case(folder / "x")
    assert sorted(e.start.isoformat() for e in case.record.events) == sorted(k[0] for k in kept)
    assert [str(fault) for fault in check_case(case, draws=20)[0]] == []


def _without_controls(note: str) -> str:
    """What a workbook can hold at all."""
    return "".join(c for c in note if c in "\t\n" or (c.isprintable() and ord(c) < 0xFFFE))


def _as_imported(row: list[object]) -> tuple[str, str, str, str, object]:
    by, against, kind = (plain(str(cell)) for cell in row[1:4])
    return str(row[0]), by, against, kind, row[4] or 1


def test_a_table_whose_every_act_is_unknown_is_refused(tmp_path: Path) -> None:
    table = [["Date", "By", "Against", "Type"], ["2024-01-03", "A", "B", "unknown"]]
    with pytest.raises(RecordError, match="does not say what kind of act"):
        read(xlsx(tmp_path, table), as_of="2025-06-01")


@settings(max_examples=60)
@given(data=st.binary(min_size=1, max_size=200), name=st.sampled_from(["e.csv", "e.xlsx", "e.tsv"]))
def test_any_bytes_are_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(data)
    with suppress(InputError):  # any other error fails the test
        assert read(path, yes=True).made.events


@pytest.mark.timeout(60)  # a pattern that tries every way to fail would take years
@pytest.mark.parametrize(
    "cell",
    [
        "Coordination of the Committees of the Upper and the Lower River (B)",
        "x" * 3000 + " (",
        "a b" * 2000 + "(",
        "#a" + "+a" * 200 + " x",
        "1" * 6000,
        "1 to " * 2000,
        "mid " * 1500,
        "12 Feb " * 1000,
    ],
)
def test_long_cells_are_read_or_refused_at_once(tmp_path: Path, cell: str) -> None:
    head = ["Date", "By", "Against", "Type", "Number", "Place"]
    named = read(xlsx(tmp_path, [head, ["2024-02-13", cell, "B", "raid", 1, cell]]))
    assert named.made.names[named.made.events[0]["initiator"]] == cell.strip()
    assert first_time(named, None, tmp_path / "x").texts["case.yaml"]
    for row in (["2024-02-13", "A", "B", "raid", cell, ""], [cell, "A", "B", "raid", 1, ""]):
        with suppress(InputError):
            read(xlsx(tmp_path, [head, row]))


def test_a_table_of_many_rows(tmp_path: Path) -> None:
    day = dt.date(2012, 1, 1)
    rows = [[day + dt.timedelta(days=i % 4000), "A", "B", "raid"] for i in range(3000)]
    found = read(xlsx(tmp_path, [["Date", "By", "Against", "Type"], *rows]))
    assert [(e["start"]) for e in found.made.events] == [row[0] for row in rows]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_two_hundred_thousand_rows(tmp_path: Path) -> None:
    import openpyxl

    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("Events")
    sheet.append(["Date", "By", "Against", "Type"])
    day = dt.datetime(2010, 1, 1)
    for i in range(200_000):
        sides = ("A", "B") if i % 2 else ("B", "A")
        sheet.append([day + dt.timedelta(days=i % 5000), *sides, "raid"])
    path = tmp_path / "many.xlsx"
    made.save(path)
    found = read(path)
    assert len(found.made.events) == 200_000
    last = found.made.events[-1]
    assert (last["start"], last["initiator"]) == (
        (day + dt.timedelta(days=199_999 % 5000)).date(),
        "a",
    )
    project = first_time(found, None, tmp_path / "x")
    write_files(tmp_path / "x", project.texts)
    assert len(load_case(tmp_path / "x").record.events) == 200_000
