"""The brief as a Word document: a first page that stands alone, and behind it the judgments one by one.

The first page has finding, judgments in a table, caveats, method and sources. The table is a table and
the notes are footnotes, so that both can be edited. If all judgments do not fit on it, it says how many
follow. Behind it stands each judgment in two sentences, what it rests on, what would change it and
what to watch.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from talion.report.office.citations import Citations
from talion.report.office.container import moment, repack
from talion.report.office.dossier import Dossier, JudgmentEntry, Rivals
from talion.report.office.footnotes import Footnotes
from talion.report.office.page_room import PageRoom
from talion.report.office.rivals import RIVAL_HEADS, RIVAL_NOTE, rival_cells
from talion.report.office.table_words import (
    NOT_A_FORECAST,
    TableWords,
    as_of_line,
    details_said,
)
from talion.report.office.word_template import NOTE_TEXT, TABLE_TEXT, open_template, plain_document
from talion.report.words import clean, plural

if TYPE_CHECKING:
    from docx.document import Document
    from docx.shared import Length
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph

__all__ = ["write_word"]

_CAVEATS = 2
_CAVEATS_HEAD = "Caveats: what the record lacks"
_ONE_BY_ONE = "The judgments one by one, in two sentences each"
_SHARES = (0.37, 0.14, 0.16, 0.16, 0.17)
"""Of the width of the table: judgment, author's word, two readings, label."""
_RIVAL_SHARES = (0.35, 0.18, 0.27, 0.20)
"""Of the width of the table of rival explanations: title, difference, verdict, weight."""


def write_word(dossier: Dossier, template: Path | None = None) -> bytes:
    """Return the brief as the bytes of a .docx file.

    Args:
        dossier: of a run.
        template: a Word document whose styles and page are used; ours if omitted.

    Raises:
        InputError: the template is no Word document.
    """
    document = plain_document() if template is None else open_template(template)
    brief = _Brief(document, dossier, own=template is None)
    brief.write()
    _properties(document, dossier)
    out = io.BytesIO()
    document.save(out)
    return repack(out.getvalue(), dossier.as_of)


class _Brief:
    """One brief being written."""

    def __init__(self, document: Document, dossier: Dossier, *, own: bool) -> None:
        self.document = document
        self.dossier = dossier
        self.own = own
        self.notes = Footnotes(document)
        self.citations = Citations(dossier, named=2)
        self.words = TableWords(dossier)
        # Written once: the words of a source depend on whether it was cited before.
        self.cited = {j.id: self.citations.note(j) for j in dossier.judgments}

    def write(self) -> None:
        d = self.dossier
        judgments = d.judgments
        first, further = self._fitting()
        self._line(d.title, "Heading 1")
        self._line(as_of_line(d), NOTE_TEXT)
        self._line("Finding", "Heading 2")
        self._line(d.finding)
        self._line(d.confidence)
        self._line("Judgments", "Heading 2")
        self._table(judgments[:first])
        if first < len(judgments):
            self._line(self._rest(first), NOTE_TEXT)
        for text, style in further:
            self._line(text, style)
        self._line(_CAVEATS_HEAD, "Heading 2")
        for caveat in self._caveats():
            self._line(caveat, "List Bullet")
        self._line(f"Method. {d.method}", NOTE_TEXT)
        if d.withheld:
            self._line(d.withheld, NOTE_TEXT)
        if first < len(judgments):
            heading = self._line("Judgments, continued", "Heading 2")
            heading.paragraph_format.page_break_before = True
            self._table(judgments[first:])
        self._one_by_one(new_page=first == len(judgments))
        if d.rivals is not None:
            self._rivals(d.rivals)
        if self.own:
            self._footer()

    def _one_by_one(self, *, new_page: bool) -> None:
        """Each judgment in two sentences; under them what it rests on and what to watch."""
        from docx.shared import Pt

        d = self.dossier
        heading = self._line(_ONE_BY_ONE, "Heading 2")
        heading.paragraph_format.page_break_before = new_page
        if d.signs:
            self._line(f"What to watch. {d.signs_lead}")
            for sign in d.signs:
                self._line(sign.text, "List Bullet")
        for judgment in d.judgments:
            claim = self._line("")
            claim.add_run(clean(f"{judgment.id}  {judgment.claim}")).bold = True
            claim.paragraph_format.keep_with_next = True
            claim.paragraph_format.space_before = Pt(7)
            self._line(" ".join(judgment.bottom_line)).paragraph_format.keep_with_next = bool(
                details_said(judgment)
            )
            for said in details_said(judgment):
                self._line(said.replace(" %", "\u00a0%"), NOTE_TEXT)  # a number and its sign

    def _caveats(self) -> tuple[str, ...]:
        """Return the two that weigh most: on the listing first, on the fit last."""
        lacks = self.dossier.lacks
        return (*lacks[:-1][:1], *lacks[-1:], self.dossier.whose)[:_CAVEATS]

    def _rest(self, first: int) -> str:
        rest = len(self.dossier.judgments) - first
        return (
            f"{first} of {plural(len(self.dossier.judgments), 'judgment')}; the other {rest} "
            f"{'stands' if rest == 1 else 'stand'} on the following pages."
        )

    def _fitting(self) -> tuple[int, list[tuple[str, str]]]:
        """Return how many judgments go on the first page, and what else the page has room for.

        All judgments go there or as many as surely fit; findings and things to watch only if there is
        room below all of them.
        """
        d, room = self.dossier, PageRoom(self.document, _SHARES, own=self.own)
        self._put_frame(room)
        fitting, told = 0, 0
        for number, judgment in enumerate(d.judgments, 1):
            room.row(self.words.cells(judgment))
            room.note(self.cited[judgment.id])
            if room.is_full:
                break
            fitting = number
            # The line that counts the rest needs room of its own.
            if room.holds([(self._rest(number), NOTE_TEXT)]):
                told = number
        if fitting < len(d.judgments):
            return max(1, told), []
        return fitting, self._further(room)

    def _put_frame(self, room: PageRoom) -> None:
        """Put everything but the judgments on the page."""
        d = self.dossier
        room.text(d.title, "Heading 1")
        room.text(as_of_line(d), NOTE_TEXT)
        for text in ("Finding", "Judgments", _CAVEATS_HEAD):
            room.text(text, "Heading 2")
        for text in (d.finding, d.confidence):
            room.text(text, "Normal")
        for caveat in self._caveats():
            room.text(caveat, "List Bullet")
        room.text(f"Method. {d.method}", NOTE_TEXT)
        room.text(d.withheld, NOTE_TEXT)
        room.row(self.words.heads())
        room.notes_begin()

    def _further(self, room: PageRoom) -> list[tuple[str, str]]:
        d = self.dossier
        watch = [*(sign.text for sign in d.signs), *(f"{name}: {line}" for name, line in d.watch)]
        found: list[tuple[str, str]] = []
        for head, lines in (("What stands out", d.findings), ("What to watch", watch)):
            section = [(head, "Heading 2"), *((line, "List Bullet") for line in lines)]
            if lines and room.holds(section):
                found += section
                for text, style in section:
                    room.text(text, style)
        return found

    # --- parts of the page ------------------------------------------------------------------------

    def _line(self, text: str, style: str = "Normal") -> Paragraph:
        return self.document.add_paragraph(clean(text), style=style)

    def _table(self, judgments: Sequence[JudgmentEntry]) -> None:
        table = self._headed(self.words.heads())
        for judgment in judgments:
            row = _filled(table, self.words.cells(judgment))
            note = self.cited[judgment.id]
            if note:
                self.notes.add(row.cells[0].paragraphs[-1], note)
        _set_widths(table, _widths(self.document, _SHARES))

    def _headed(self, heads: Sequence[str]) -> Table:
        """A table with a head that stands again on each page."""
        table: Table = self.document.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.autofit = False
        _margins(table)
        for cell, head in zip(table.rows[0].cells, heads, strict=True):
            _fill(cell, head, bold=True)
            _shade(cell)
        _repeat(table)
        return table

    def _rivals(self, rivals: Rivals) -> None:
        """The comparison of rival explanations, after the judgments."""
        self._line("Rival explanations", "Heading 2")
        self._line(rivals.finding)
        table = self._headed(RIVAL_HEADS)
        for entry in rivals.entries:
            _filled(table, rival_cells(entry))
        _set_widths(table, _widths(self.document, _RIVAL_SHARES))
        self._line(f"{RIVAL_NOTE} Weeks of {rivals.span}; {rivals.made}.", NOTE_TEXT)

    def _footer(self) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        line = self.document.sections[0].footer.paragraphs[0]
        line.style = self.document.styles["Footer"]
        line.add_run(f"{clean(self.dossier.title)}. {NOT_A_FORECAST} Page ")
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = line.add_run()
            if kind:
                run._r.append(OxmlElement("w:fldChar", {qn("w:fldCharType"): kind}))  # noqa: SLF001 - a field has no call of its own
            else:
                code = OxmlElement("w:instrText", {qn("xml:space"): "preserve"})
                code.text = text
                run._r.append(code)  # noqa: SLF001 - the same


def _properties(document: Document, dossier: Dossier) -> None:
    about = document.core_properties
    at = moment(dossier.as_of)
    about.title, about.subject = clean(dossier.title)[:255], as_of_line(dossier)[:255]
    about.author = about.last_modified_by = f"Talion {dossier.version}"
    about.comments = clean(NOT_A_FORECAST)
    about.keywords = about.category = ""
    about.created = about.modified = at
    about.revision = 1


# --- cells ----------------------------------------------------------------------------------------


def _filled(table: Table, texts: Sequence[str]) -> _Row:
    """Return a new row of a table, that is kept on one page."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    _keep_whole(row)
    for cell, text in zip(row.cells, texts, strict=True):
        _fill(cell, text)
    return row


def _set_widths(table: Table, widths: Sequence[Length]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def _widths(document: Document, shares: Sequence[float]) -> list[Length]:
    from docx.shared import Emu

    page = document.sections[-1]
    sizes = (page.page_width, page.left_margin, page.right_margin)
    whole, left, right = (0 if size is None else int(size) for size in sizes)
    return [Emu(int((whole - left - right) * share)) for share in shares]


def _fill(cell: _Cell, text: str, *, bold: bool = False) -> None:
    """Write a cell, a paragraph for each line of the text."""
    held = clean(text).replace(" %", "\u00a0%")  # a number and its sign on one line
    for number, line in enumerate(held.split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.style = TABLE_TEXT
        run = paragraph.add_run(line)
        run.bold = True if bold else None


def _shade(cell: _Cell) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement(
        "w:shd", {qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): "E4E7EA"}
    )
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - shading has no call of its own


def _repeat(table: Table) -> None:
    """Let the first row stand again at the head of each page."""
    from docx.oxml import OxmlElement

    about = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - no call of its own
    about.append(OxmlElement("w:cantSplit"))
    about.append(OxmlElement("w:tblHeader"))


def _keep_whole(row: object) -> None:
    from docx.oxml import OxmlElement
    from docx.table import _Row

    assert isinstance(row, _Row)  # noqa: S101 - the library's own type, which it does not export
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - no call of its own


def _margins(table: Table) -> None:
    """Give cells narrow margins; they stand before tblLook, as the schema says."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    about = table._tbl.tblPr  # noqa: SLF001 - margins have no call of their own
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 25), ("left", 70), ("bottom", 25), ("right", 70)):
        margins.append(OxmlElement(f"w:{side}", {qn("w:w"): str(width), qn("w:type"): "dxa"}))
    look = about.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(margins)
    else:
        about.append(margins)
