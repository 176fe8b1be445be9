"""Word files as their readers see them: changes accepted, boxes once, marks said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from talion.read.brief_text import read_brief


def add(document: object, inner: str) -> None:
    """Append a paragraph of raw XML before the section's properties."""
    body = document.element.body  # type: ignore[attr-defined]
    body.insert(len(body) - 1, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_tracked_changes_are_taken_as_accepted(tmp_path: Path) -> None:
    document = docx.Document()
    deleted = '<w:del w:id="1" w:author="x"><w:r><w:delText>never </w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" w:author="x">{run("always ")}</w:ins>'
    moved = f'<w:moveFrom w:id="3" w:author="x">{run("gone ")}</w:moveFrom>'
    add(document, run("They will ") + deleted + inserted + moved + run("attack."))
    path = tmp_path / "Orlan.docx"
    document.save(str(path))
    brief = read_brief(path, dt.date(2024, 6, 20))
    assert brief.text == "They will always attack.\n"
    assert brief.remarks == ("Orlan.docx: tracked changes are taken as accepted",)
    assert (brief.source.id, brief.source.file, brief.source.dated) == (
        "brief_orlan",
        "orlan.txt",
        dt.date(2024, 6, 20),
    )


def test_tabs_breaks_and_links_are_text(tmp_path: Path) -> None:
    document = docx.Document()
    link = f"<w:hyperlink>{run('a link')}</w:hyperlink>"
    add(document, run("one") + "<w:r><w:tab/></w:r>" + link + "<w:r><w:br/></w:r>" + run("two"))
    document.save(str(tmp_path / "brief.docx"))
    assert read_brief(tmp_path / "brief.docx", None).text == "one\ta link\ntwo\n"


def test_plain_text_is_kept_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_bytes("# Налёты\r\n\r\nThey *will* go on.\r\n".encode("cp1251"))
    brief = read_brief(path, None)
    assert brief.text == "# Налёты\n\nThey *will* go on.\n"
    assert brief.source.file == "note.md"
    assert brief.remarks == ("note.md: read as cp1251, kept as UTF-8",)
