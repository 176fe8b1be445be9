"""The Word brief: real table, real footnotes, schema order, templates, one page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from report.office.runs import ARABIC, all_text, awkward, fitted, licensed, parts, watched
from talion.errors import InputError
from talion.report.office.citations import source_in_full
from talion.report.office.dossier import ChartData, CitedSource, Dossier
from talion.report.office.pictures import Picture
from talion.report.office.table_words import TableWords
from talion.report.office.word import draw_for_page, write_annex, write_word
from talion.report.office.workbook import write_workbook

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CLAIM = "The groups across the river go on with attacks of about the same size until the end of May"


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "0000000500015e0af3360000000049454e44ae426082"
)


def dot(chart: ChartData, wide: float, high: float) -> Picture:
    """A picture of the right shape that takes no time to draw."""
    return Picture(chart.id, PIXEL, "", (round(10 * wide), round(10 * high)), chart.sentence)


def opened(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def tree(data: bytes, part: str) -> etree._Element:
    return etree.fromstring(parts(data)[part])


def with_judgments(dossier: Dossier, count: int, claim: str = CLAIM) -> Dossier:
    """Return a dossier with so many judgments of ordinary length, each with a source of its own."""
    some = dossier.judgments[0]
    source = dossier.sources[0]
    sources = [source.model_copy(update={"id": f"s{i}", "title": f"Report number {i} of the watchers"}) for i in range(count)]  # fmt: skip
    judgments = [
        some.model_copy(
            update={
                "id": f"Q{i}", "claim": claim, "no_data": True,
                "cites": (CitedSource(source=f"s{i}", place="characters 1,000 to 2,000"),),
            }
        )
        for i in range(count)
    ]  # fmt: skip
    return dossier.model_copy(update={"judgments": tuple(judgments), "sources": tuple(sources)})


# --- table and styles -----------------------------------------------------------------------------


def test_the_table_is_a_table_with_the_words_of_the_report() -> None:
    dossier = fitted().dossier
    document = opened(write_word(dossier))
    (table,) = document.tables
    words = TableWords(dossier)
    found = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
    assert found == [list(words.heads()), *(list(words.cells(j)) for j in dossier.judgments)]
    assert found[0] == [
        "Judgment", "Author’s word", "No view", "As written", "With the record", "Label",
    ]  # fmt: skip
    assert table.style.name == "Table Grid"


def test_without_a_fit_the_readings_are_no_view_and_as_written() -> None:
    (table,) = opened(write_word(awkward().dossier)).tables
    assert [cell.text for cell in table.rows[0].cells][2:4] == ["No view", "As written"]


def test_the_page_holds_finding_two_caveats_and_method() -> None:
    dossier = fitted().dossier
    document = opened(write_word(dossier))
    styled = [(p.style.name, p.text) for p in document.paragraphs]
    assert styled[0] == ("Heading 1", dossier.title)
    texts = [text for _, text in styled]
    assert dossier.finding in texts
    assert dossier.confidence in texts
    assert f"Method. {dossier.method}" in texts
    at = texts.index("Caveats: what the record lacks")
    assert [style for style, _ in styled[at:]][1:3] == ["List Bullet", "List Bullet"]
    assert set(texts[at + 1 : at + 3]) == {dossier.lacks[0], dossier.lacks[-1]}
    assert not texts[at + 3].startswith(tuple(dossier.lacks))
    assert f"The record: {dossier.holds}" in texts


def test_the_annex_holds_what_the_page_has_no_room_for() -> None:
    dossier = fitted().dossier
    document = opened(write_annex(dossier))
    words = TableWords(dossier)
    found = [[c.text.replace("\u00a0", " ") for c in row.cells] for row in document.tables[0].rows]
    assert found == [list(words.heads()), *(list(words.cells(j)) for j in dossier.judgments)]
    texts = [p.text for p in document.paragraphs]
    for text in (*dossier.findings, *dossier.lacks, dossier.whose, dossier.holds):
        assert text in texts
    for source in dossier.sources:
        assert any(text.startswith(source_in_full(source)) for text in texts)


def test_in_the_annex_each_judgment_stands_in_two_sentences() -> None:
    dossier = watched(fitted().dossier)
    document = opened(write_annex(dossier))
    texts = [p.text for p in document.paragraphs]
    at = texts.index("What to watch")
    assert texts[at + 1] == "From the model: what tells most."
    assert texts[at + 2] == dossier.signs[0].text
    at = texts.index("The judgments one by one, in two sentences each")
    for j in dossier.judgments:
        place = texts.index(f"{j.id}  {j.claim}")
        assert place > at
        assert texts[place + 1] == " ".join(j.bottom_line)
    first = texts.index(f"J1  {dossier.judgments[0].claim}")
    assert [text.partition(":")[0] for text in texts[first + 2 : first + 5]] == [
        "Rests on, as written, with its share", "What would change it, no view", "Watch",
    ]  # fmt: skip


# --- footnotes ------------------------------------------------------------------------------------


def test_the_brief_cites_the_text_it_judges_and_the_sources_of_the_record() -> None:
    dossier = licensed().dossier
    uncited = tuple(j.model_copy(update={"cites": ()}) for j in dossier.judgments)
    dossier = dossier.model_copy(update={"judgments": uncited})
    data = write_word(dossier, draw=dot)
    judged, record = (
        "".join(n.itertext()) for n in tree(data, "word/footnotes.xml") if not n.get(f"{W}type")
    )
    assert judged.startswith(" Conversation with a minister (grade B3, 30 May 2024)")
    assert "Note on the Guard (grade C3, 1 Jun 2024)" in judged
    assert "Ledger of a trader (grade A1, 1 Jan 2024), https://ledger.example/private?id=7: 2 rows" in record  # fmt: skip
    marked = [p for p in opened(data).paragraphs if p._p.findall(f".//{W}footnoteReference")]
    assert [p.text for p in marked] == [dossier.finding, f"The record: {dossier.holds}"]


def test_every_reference_has_its_footnote_and_every_footnote_its_reference() -> None:
    data = write_annex(licensed().dossier)
    notes = {n.get(f"{W}id"): n for n in tree(data, "word/footnotes.xml")}
    references = [
        r.get(f"{W}id") for r in tree(data, "word/document.xml").iter(f"{W}footnoteReference")
    ]
    lines = [key for key, n in notes.items() if n.get(f"{W}type")]
    assert lines == ["-1", "0"]
    assert sorted(references) == sorted(notes.keys() - set(lines))
    assert len(references) == sum(bool(j.cites) for j in licensed().dossier.judgments) == 3
    for key in references:
        note = notes[key]
        assert note.find(f".//{W}footnoteRef") is not None
        assert note.find(f".//{W}pStyle").get(f"{W}val") == "FootnoteText"
    said = "".join(notes[references[0]].itertext())
    assert said == " Note on the Guard (grade C3, 1 Jun 2024), here “note”, characters 0 to 24."
    assert (
        "Ledger of a trader (grade A1, 1 Jan 2024), https://ledger.example/private?id=7, here “ledger”, 1 row "
        in "".join(notes[references[2]].itertext())
    )


def test_a_source_is_given_in_full_once_and_then_by_its_id() -> None:
    dossier = fitted().dossier
    cited = dossier.judgments[0].cites
    twice = tuple(j.model_copy(update={"cites": cited}) for j in dossier.judgments[:2])
    data = write_annex(dossier.model_copy(update={"judgments": twice}))
    first, second = (
        "".join(n.itertext()) for n in tree(data, "word/footnotes.xml") if not n.get(f"{W}type")
    )
    assert first.startswith(" Note on the Guard (grade C3, 1 Jun 2024), here “note”")
    assert second == " “note”, characters 0 to 24."


def test_the_part_is_told_in_types_relationships_and_settings() -> None:
    found = parts(write_word(fitted().dossier))
    types = found["[Content_Types].xml"].decode()
    assert (
        '/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"'
        in types
    )
    relations = etree.fromstring(found["word/_rels/document.xml.rels"])
    targets = [r.get("Target") for r in relations if r.get("Type").endswith("/footnotes")]
    assert targets == ["footnotes.xml"]
    settings = etree.fromstring(found["word/settings.xml"])
    told = settings.find(f"{W}footnotePr")
    assert [n.get(f"{W}id") for n in told] == ["-1", "0"]
    names = {
        s.find(f"{W}name").get(f"{W}val"): s.get(f"{W}type")
        for s in etree.fromstring(found["word/styles.xml"]).iter(f"{W}style")
    }
    assert names["footnote text"] == "paragraph"
    assert names["footnote reference"] == "character"


# ECMA-376 part 1: children in the order their schema types name them (those that can occur here).
ORDER = {
    "settings": (
        "writeProtection view zoom removePersonalInformation mirrorMargins alignBordersAndEdges "
        "proofState formsDesign attachedTemplate linkStyles stylePaneFormatFilter documentType "
        "trackRevisions defaultTabStop evenAndOddHeaders characterSpacingControl savePreviewPicture "
        "updateFields hdrShapeDefaults footnotePr endnotePr compat docVars rsids mathPr "
        "themeFontLang clrSchemeMapping doNotAutoCompressPictures shapeDefaults decimalSymbol "
        "listSeparator docId defaultImageDpi"
    ),
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs spacing ind contextualSpacing jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps color spacing kern sz szCs u vertAlign lang",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "footnote": "p",
    "sectPr": "headerReference footerReference footnotePr pgSz pgMar cols docGrid",
}  # fmt: skip


def disorder(data: bytes) -> list[str]:
    """Elements whose children stand in another order than the schema's, or are not in it."""
    faults = []
    for name, part in parts(data).items():
        if not re.fullmatch(
            r"word/(document|settings|styles|footnotes|footer\d*|header\d*)\.xml", name
        ):
            continue
        for element in etree.fromstring(part).iter(f"{W}*"):
            kind = etree.QName(element).localname
            if kind not in ORDER:
                continue
            if kind == "style" and element.get(f"{W}type") == "table":
                continue  # the library's own, but for the one tested below
            order = ORDER[kind].split()
            children = [etree.QName(c).localname for c in element]
            unknown = [c for c in children if c not in order]
            places = [order.index(c) for c in children if c in order]
            if unknown or places != sorted(places):
                faults.append(f"{name}: {kind}: {children}")
    return sorted(set(faults))


def test_children_stand_in_the_order_of_the_schema() -> None:
    assert disorder(write_word(fitted().dossier)) == []


def test_disorder_is_seen() -> None:
    data = write_word(fitted().dossier)
    settings = tree(data, "word/settings.xml")
    settings.append(settings.find(f"{W}footnotePr"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, part in parts(data).items():
            packed.writestr(name, etree.tostring(settings) if name == "word/settings.xml" else part)
    assert [fault.split(":")[0] for fault in disorder(out.getvalue())] == ["word/settings.xml"]


# --- templates ------------------------------------------------------------------------------------


def template(folder: Path, change: Callable[[Any], None] = lambda _: None) -> Path:
    document = docx.Document()
    heading = document.styles["Heading 1"]
    heading.font.name, heading.font.color.rgb = "Georgia", RGBColor(0xAA, 0x11, 0x22)
    document.sections[0].page_width = Mm(250)
    document.sections[0].header.paragraphs[0].text = "House of Analysts"
    document.add_paragraph("OLD TEXT of the template")
    document.add_table(2, 2).cell(0, 0).text = "OLD CELL"
    document.core_properties.author = "Somebody Else"
    change(document)
    file = folder / "house.docx"
    document.save(str(file))
    return file


def test_a_template_gives_styles_page_and_header_and_loses_its_text(tmp_path: Path) -> None:
    data = write_word(fitted().dossier, template(tmp_path))
    document = opened(data)
    assert document.styles["Heading 1"].font.name == "Georgia"
    assert round(document.sections[0].page_width.mm) == 250
    assert document.sections[0].header.paragraphs[0].text == "House of Analysts"
    assert document.paragraphs[0].style.name == "Heading 1"
    assert document.paragraphs[0].text == "A small crisis"
    assert len(document.tables) == 1
    text = "".join(all_text(data))
    assert "OLD" not in text
    assert "Somebody Else" not in text
    assert disorder(data) == []


def test_pictures_links_and_comments_of_a_template_go_with_its_text(tmp_path: Path) -> None:
    def full(document: Any) -> None:
        document.add_picture(io.BytesIO(PIXEL))
        run = document.add_paragraph().add_run("OLD")
        document.add_comment(run, text="OLD REMARK", author="Somebody Else")
        document.part.relate_to("https://old.example/x", RT.HYPERLINK, is_external=True)

    file = template(tmp_path, full)
    before = parts(file.read_bytes())
    assert {"word/media/image1.png", "word/comments.xml"} <= before.keys()
    data = write_word(fitted().dossier, file)
    assert not any(name.startswith("word/media") or "comments" in name for name in parts(data))
    text = "".join(all_text(data))
    assert "OLD" not in text
    assert "old.example" not in text


def test_a_template_without_our_styles_gets_them(tmp_path: Path) -> None:
    def bare(document: Any) -> None:
        for name in ("Heading 1", "Heading 2", "List Bullet", "Table Grid"):
            document.styles[name].delete()

    document = opened(write_word(fitted().dossier, template(tmp_path, bare)))
    assert document.paragraphs[0].style.name == "Heading 1"
    assert document.tables[0].style.name == "Table Grid"
    borders = document.styles["Table Grid"].element.find(f".//{W}tblBorders")
    assert len(borders) == 6


def test_the_style_of_the_tables_type_may_be_the_templates(tmp_path: Path) -> None:
    def own(document: Any) -> None:
        style = document.styles.add_style("Judgment Table", 1)
        style.font.size = Pt(14)

    document = opened(write_word(fitted().dossier, template(tmp_path, own)))
    cell = document.tables[0].cell(1, 0)
    assert cell.paragraphs[0].style.font.size == Pt(14)


def test_an_exported_brief_may_be_the_template_of_the_next(tmp_path: Path) -> None:
    first = tmp_path / "first.docx"
    first.write_bytes(write_word(licensed().dossier))
    data = write_annex(fitted().dossier, first)
    notes = tree(data, "word/footnotes.xml")
    assert [n.get(f"{W}type") for n in notes][:2] == ["separator", "continuationSeparator"]
    assert len(notes) == 2 + sum(bool(j.cites) for j in fitted().dossier.judgments)
    assert "Ledger" not in "".join(all_text(data))
    relations = parts(data)["word/_rels/document.xml.rels"].decode()
    assert relations.count("relationships/footnotes") == 1
    assert parts(data)["word/settings.xml"].count(b"<w:footnotePr") == 1


def test_older_files_number_their_lines_otherwise(tmp_path: Path) -> None:
    old = tmp_path / "old.docx"
    with zipfile.ZipFile(old, "w") as packed:
        for name, part in parts(write_word(fitted().dossier)).items():
            if name == "word/footnotes.xml":
                part = part.replace(b'w:id="0"', b'w:id="1"').replace(b'w:id="-1"', b'w:id="0"')
            packed.writestr(name, part)
    data = write_word(fitted().dossier, old)
    ids = [n.get(f"{W}id") for n in tree(data, "word/footnotes.xml")]
    assert ids[:2] == ["0", "1"]
    assert len(set(ids)) == len(ids)
    references = {
        r.get(f"{W}id") for r in tree(data, "word/document.xml").iter(f"{W}footnoteReference")
    }
    assert references == set(ids[2:])


def test_a_dotx_is_a_template_too(tmp_path: Path) -> None:
    file = tmp_path / "house.dotx"
    kind = b"wordprocessingml.document.main+xml"
    with zipfile.ZipFile(file, "w") as packed:
        for name, part in parts(template(tmp_path).read_bytes()).items():
            packed.writestr(name, part.replace(kind, b"wordprocessingml.template.main+xml"))
    data = write_word(fitted().dossier, file)
    assert opened(data).styles["Heading 1"].font.name == "Georgia"
    assert kind in parts(data)["[Content_Types].xml"]


def test_what_is_no_template_is_refused(tmp_path: Path) -> None:
    macros = tmp_path / "house.docm"
    with zipfile.ZipFile(macros, "w") as packed:
        for name, part in parts(template(tmp_path).read_bytes()).items():
            packed.writestr(
                name, part.replace(b"officedocument.wordprocessingml.document.main", b"ms-word.document.macroEnabled.main")
            )  # fmt: skip
    cut = tmp_path / "cut.docx"
    cut.write_bytes(template(tmp_path).read_bytes()[:4000])
    torn = tmp_path / "torn.docx"
    with zipfile.ZipFile(torn, "w") as packed:
        for name, part in parts(template(tmp_path).read_bytes()).items():
            packed.writestr(name, b"<w:docu" if name == "word/document.xml" else part)
    plain = tmp_path / "plain.docx"
    plain.write_text("no Word file", encoding="utf-8")
    locked = tmp_path / "locked.docx"
    locked.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    sheet = tmp_path / "sheet.docx"
    sheet.write_bytes(write_workbook(fitted().dossier.model_copy(update={"charts": ()})))
    empty = tmp_path / "empty.docx"
    with zipfile.ZipFile(empty, "w") as packed:
        packed.writestr("a.txt", "x")
    for file, said in (
        (locked, "protected by a password"), (sheet, "it is not a Word file"),
        (macros, "it holds macros"), (cut, "no Word document"), (torn, "no Word document"),
        (plain, "no Word document"), (empty, "no Word document"), (tmp_path, "cannot be read"),
        (tmp_path / "none.docx", "cannot be read: No such file"),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            write_word(fitted().dossier, file)
        assert str(caught.value).startswith(f"{file}: ")
        assert said in str(caught.value)


# --- texts and pages ------------------------------------------------------------------------------


def test_names_stay_as_they_are_and_controls_are_shown() -> None:
    dossier = awkward().dossier
    (table,) = opened(write_word(dossier)).tables
    assert "=HYPERLINK(0)" in table.cell(1, 0).text
    turned = dossier.model_copy(update={"title": f"{ARABIC} \u202egnorw\x07"})
    document = opened(write_word(turned))
    assert document.paragraphs[0].text == f"{ARABIC} [U+202E]gnorw[U+0007]"


def of_page(folder: Path, change: Callable[[Any], None]) -> Path:
    """A house template with this change."""
    folder.mkdir()
    return template(folder, change)


def small_page(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(148), Mm(210)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(18)


def wide_page(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(279.4), Mm(215.9)


def large_type(document: Any) -> None:
    document.styles["Normal"].font.size = Pt(14)
    document.styles["Normal"].font.name = "Verdana"


def two_columns(document: Any) -> None:
    columns = document.sections[0]._sectPr.find(f"{W}cols")
    columns.set(f"{W}num", "2")


def high_header(document: Any) -> None:
    header = document.sections[0].header
    header.paragraphs[0].add_run().add_picture(io.BytesIO(PIXEL), width=Mm(30), height=Mm(45))
    document.sections[0].footer.paragraphs[0].text = "one\ntwo\nthree\nfour\nfive"


LONG = f"{CLAIM}, and so on. " * 6
STRANGE = f"{ARABIC} \U0001f680 & < > \" ' \t tab\x07 " * 4


def test_the_brief_is_one_page_whatever_the_case_and_the_template(
    tmp_path: Path, to_pdf: Any
) -> None:
    dossier = fitted().dossier
    made: dict[str, bytes] = {}
    for count in (0, 1, 5, 12, 23, 60):
        made[f"own-{count}.docx"] = write_word(with_judgments(dossier, count), draw=dot)
    for name, claim in (("long", LONG), ("strange", STRANGE), ("loud", CLAIM.upper() * 2)):
        long = with_judgments(dossier, 23, claim)
        titled = long.model_copy(update={"title": f"{dossier.title} {claim}"[:400]})
        made[f"{name}.docx"] = write_word(titled, draw=dot)
    pages = (small_page, wide_page, large_type, high_header, two_columns)
    for change in pages:
        file = of_page(tmp_path / change.__name__, change)
        for count in (1, 23):
            data = write_word(with_judgments(dossier, count), file, draw=dot)
            made[f"{change.__name__}-{count}.docx"] = data
    drawn = to_pdf(made)
    assert {name: len(pages) for name, pages in drawn.items()} == dict.fromkeys(made, 1)
    for name, (page,) in drawn.items():
        assert "Finding" in page, name
        shown = len(re.findall(r"\bQ\d+\.", page))
        said = re.search(r"(\d+) of (\d+) judgments, those that tell most; the other (\d+) ", page)
        if said:
            assert int(said[1]) == shown == int(said[2]) - int(said[3]), name
    assert len(re.findall(r"\bQ\d+\.", drawn["own-12.docx"][0])) == 12
    assert len(re.findall(r"\bQ\d+\.", drawn["own-23.docx"][0])) >= 12
    assert len(re.findall(r"\bQ\d+\.", drawn["small_page-23.docx"][0])) >= 1


def test_of_more_than_fit_those_stay_that_tell_most(to_pdf: Any) -> None:
    many = with_judgments(fitted().dossier, 40)
    labels = ["Not testable"] * 20 + ["Unresolved"] * 18 + ["Backed by the record"] * 2
    judgments = tuple(
        j.model_copy(update={"label": label})
        for j, label in zip(many.judgments, labels, strict=True)
    )
    dossier = many.model_copy(update={"judgments": judgments})
    document = opened(write_word(dossier, draw=dot))
    shown = [row.cells[0].text.partition(".")[0] for row in document.tables[0].rows][1:]
    assert shown[-2:] == ["Q38", "Q39"]
    assert shown == [f"Q{i}" for i in (*range(20, 20 + len(shown) - 2), 38, 39)]
    (annex,) = opened(write_annex(dossier)).tables
    assert len(annex.rows) == 41
    assert any("stand in the annex" in p.text for p in document.paragraphs)


def test_a_small_case_has_sentences_and_a_chart_on_its_page(to_pdf: Any) -> None:
    dossier = fitted().dossier
    few = dossier.model_copy(update={"judgments": dossier.judgments[:2], "findings": ()})
    asked: list[tuple[str, float, float]] = []

    def draw(chart: ChartData, wide: float, high: float) -> Picture:
        asked.append((chart.id, wide, high))
        return dot(chart, wide, high)

    document = opened(write_word(few, draw=draw))
    ((name, wide, high),) = asked
    assert name == "fan-attack"
    assert 135 <= high <= 300
    (shape,) = document.inline_shapes
    assert (round(shape.width.pt), round(shape.height.pt)) == (round(wide), round(high))
    about = shape._inline.docPr
    assert about.get("descr") == next(c.sentence for c in few.charts if c.id == name)
    told = [p.text.replace("\u00a0", " ") for p in document.paragraphs]
    for j in few.judgments:
        assert any(text.startswith(f"{j.id} {j.bottom_line[0]}") for text in told)


def test_the_chart_on_the_page_has_its_size_title_source_and_cut_off() -> None:
    chart = next(c for c in fitted().dossier.charts if c.id == "fan-attack")
    picture = draw_for_page(chart, 500, 160)
    wide, high = picture.size
    assert abs(wide / high - 500 / 160) < 0.1
    said = " ".join(re.sub(r"<[^>]*>", " ", picture.svg).split())
    for text in (chart.title, chart.subtitle, chart.source):
        assert text in said
    assert "Cut-off 1 Jun 2024" in said


def test_without_a_judgment_the_page_has_the_record_and_a_chart() -> None:
    dossier = fitted().dossier.model_copy(update={"judgments": (), "tally": ()})
    document = opened(write_word(dossier, draw=dot))
    assert not document.tables
    assert len(document.inline_shapes) == 1
    assert "Judgments" not in [p.text for p in document.paragraphs]
    assert not opened(write_annex(dossier)).tables
