"""Files as they come: encodings, separators, and what is no table at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from read.sheets import (
    HEAD,
    A,
    G,
    read,
    rows_of,
    said,
    text,
    xlsx,
)
from talion.errors import InputError, RecordError

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


# --- files that are no tables ----------------------------------------------------------------------

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


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"ARROW1\0\0", "an Arrow file"),
        (b"\x1f\x8b\x08\0\0", "a packed file"),
        (b"%PDF-1.4\n", "a PDF"),
        (b"SQLite format 3\0", "a database"),
        (b"<stata_dta><header>", "a file of a statistics program"),
        (b"$FL2@(#) SPSS", "a file of a statistics program"),
        (b'[{"date": "2024-02-13"}]', "a JSON file"),
        (b'{"type": "FeatureCollection"}', "a JSON file"),
        (b'<?xml version="1.0"?><Workbook/>', "an XML file"),
    ],
)
def test_files_of_other_programs_are_called_what_they_are(
    tmp_path: Path, data: bytes, what: str
) -> None:
    for name in ("events.csv", "events.xlsx"):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(RecordError, match=what) as caught:
            read(path, yes=True)
        assert caught.value.remedy


def test_archives_that_are_no_workbooks(tmp_path: Path) -> None:
    import zipfile

    for part, what in (
        ("events.csv", "an archive .* that holds no workbook"),
        ("xl/workbook.bin", "binary workbook"),
    ):
        path = tmp_path / "events.xlsx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(part, "x")
        with pytest.raises(RecordError, match=what):
            read(path)


@pytest.mark.parametrize("name", ["events.csv", "events.xls", "events", "events.tmp"])
def test_a_workbook_is_told_by_its_bytes_not_its_name(tmp_path: Path, name: str) -> None:
    path = xlsx(tmp_path, [HEAD, ["2024-02-13", A, G, "raid", 1]])
    assert rows_of(read(path.rename(tmp_path / name))) == [("2024-02-13", A, G, "raid", 1)]


def test_a_mark_of_utf8_semicolons_quotes_and_line_breaks_together(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    body = 'Date;By;Against;Type;Number;Note\r\n13.02.2024;Army;Guard;raid;"1,0";"a;b ""q""\r\nmore"\r\n'
    path.write_bytes(("\ufeffsep=;\r\n" + body).encode())
    found = read(path)
    assert rows_of(found) == [("2024-02-13", A, G, "raid", 1)]
    assert found.made.events[0]["note"] == 'a;b "q"\nmore'
