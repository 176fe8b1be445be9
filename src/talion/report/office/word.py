"""The brief as one Word page, and its annex with all that did not fit on it.

The page has finding, record, a table of judgments, caveats and method, and what else it has room for.
The annex has every judgment with its sources, in two sentences, what it rests on, what would change it
and what to watch, the whole record's gaps and sources. Tables are tables and notes are footnotes, so that both can
be edited.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from talion.report.office.brief_plan import (
    CAVEATS_HEAD,
    PICTURE_SPACE,
    STANDING_HEAD,
    plan_page,
)
from talion.report.office.citations import Citations, source_in_full
from talion.report.office.container import repack
from talion.report.office.dossier import ChartData, Dossier, JudgmentEntry, Rivals
from talion.report.office.footnotes import Footnotes
from talion.report.office.pictures import Picture, draw_picture, picture_templates
from talion.report.office.rivals import RIVAL_HEADS, RIVAL_NOTE, rival_cells
from talion.report.office.table_words import OWN_LINES, TableWords, as_of_line, details_said
from talion.report.office.word_parts import (
    add_footer,
    add_line,
    add_picture,
    add_row,
    add_table,
    set_properties,
    set_widths,
)
from talion.report.office.word_template import NOTE_TEXT, open_template, plain_document
from talion.report.words import clean, plural

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["Draw", "draw_for_page", "write_annex", "write_word"]

Draw: TypeAlias = Callable[[ChartData, float, float], Picture]
"""A chart and its size in points -> its picture."""
_RIVAL_SHARES = (0.35, 0.18, 0.27, 0.20)
"""Of the width of the table of rival explanations: title, difference, verdict, weight."""
_PIXELS = 1.4
"""Pixels of a picture for each point on the page: type of 11 pixels is then of 8 points."""


def draw_for_page(chart: ChartData, wide: float, high: float) -> Picture:
    """Return a chart drawn for a place on a page, given in points."""
    return draw_picture(
        chart, picture_templates(), fitted=(round(wide * _PIXELS), round(high * _PIXELS))
    )


def write_word(dossier: Dossier, template: Path | None = None, draw: Draw = draw_for_page) -> bytes:
    """Return the brief, one page, as the bytes of a .docx file.

    Args:
        dossier: of a run.
        template: a Word document whose styles and page are used; ours if omitted.
        draw: draws the chart, where there is room for one.

    Raises:
        InputError: the template is no Word document.
    """
    document = _begin(template)
    _Brief(document, dossier, own=template is None).write(draw)
    return _end(document, dossier, template, dossier.title)


def write_annex(dossier: Dossier, template: Path | None = None) -> bytes:
    """Return the annex of the brief as the bytes of a .docx file; arguments as for `write_word`."""
    document = _begin(template)
    _Annex(document, dossier).write()
    return _end(document, dossier, template, f"{dossier.title}: annex")


def _begin(template: Path | None) -> Document:
    return plain_document() if template is None else open_template(template)


def _end(document: Document, dossier: Dossier, template: Path | None, title: str) -> bytes:
    if template is None:
        add_footer(document, dossier)
    set_properties(document, dossier, title)
    out = io.BytesIO()
    document.save(out)
    return repack(out.getvalue(), dossier.as_of)


class _Brief:
    """One brief being written."""

    def __init__(self, document: Document, dossier: Dossier, *, own: bool) -> None:
        self.document = document
        self.dossier = dossier
        self.notes = Footnotes(document)
        self.plan = plan_page(document, dossier, own=own)

    def write(self, draw: Draw) -> None:
        d, plan = self.dossier, self.plan
        add_line(self.document, plan.title, "Heading 1")
        add_line(self.document, as_of_line(d), NOTE_TEXT)
        add_line(self.document, "Finding", "Heading 2")
        judged = add_line(self.document, d.finding)
        add_line(self.document, d.confidence)
        record = add_line(self.document, plan.record)
        for paragraph, note in ((judged, plan.judged), (record, plan.made_of)):
            if note:
                self.notes.add(paragraph, note)
        if d.judgments:
            self._judgments()
        for head, lines in plan.sections:
            self._section(head, lines)
        if plan.chart is not None:
            wide, high = plan.chart_size
            add_picture(self.document, draw(plan.chart, wide, high), wide, PICTURE_SPACE)
        if plan.caveats:
            self._section(CAVEATS_HEAD, plan.caveats)
        for text in (plan.method, d.withheld):
            if text:
                add_line(self.document, text, NOTE_TEXT)

    def _judgments(self) -> None:
        plan = self.plan
        add_line(self.document, "Judgments", "Heading 2")
        if plan.judgments:
            _judgments_table(self.document, self.dossier, plan.judgments, self.notes, plan.notes)
        if plan.rest:
            add_line(self.document, plan.rest, NOTE_TEXT)
        if plan.standing:
            add_line(self.document, STANDING_HEAD, "Heading 2")
        for line in plan.standing:
            add_line(self.document, line.text, lead=line.id)

    def _section(self, head: str, lines: Sequence[str]) -> None:
        add_line(self.document, head, "Heading 2")
        for line in lines:
            add_line(self.document, line, "List Bullet")


class _Annex:
    """One annex being written."""

    def __init__(self, document: Document, dossier: Dossier) -> None:
        self.document = document
        self.dossier = dossier
        self.notes = Footnotes(document)
        self.citations = Citations(dossier, named=2, addresses=True)

    def write(self) -> None:
        d = self.dossier
        self._line(f"{d.title}: annex", "Heading 1")
        self._line(as_of_line(d), NOTE_TEXT)
        if d.judgments:
            self._line("All judgments", "Heading 2")
            cited = {j.id: self.citations.note(j) for j in d.judgments}
            _judgments_table(self.document, d, d.judgments, self.notes, cited)
        self._bullets("What stands out", d.findings)
        self._watch()
        self._one_by_one()
        if d.rivals is not None:
            self._rivals(d.rivals)
        warned = [f"The run gave {plural(len(d.warnings), 'warning')}: see its report."]
        self._bullets(CAVEATS_HEAD, (*d.lacks, d.whose, *(warned if d.warnings else [])))
        self._sources()
        for text in (f"Method. {d.method}", d.withheld):
            if text:
                self._line(text, NOTE_TEXT)

    def _line(self, text: str, style: str = "Normal") -> None:
        add_line(self.document, text, style)

    def _bullets(self, head: str, lines: Sequence[str]) -> None:
        if lines:
            self._line(head, "Heading 2")
        for line in lines:
            self._line(line, "List Bullet")

    def _watch(self) -> None:
        d = self.dossier
        if d.signs or d.watch:
            self._line("What to watch", "Heading 2")
        if d.signs:
            self._line(d.signs_lead)
        for sign in d.signs:
            self._line(sign.text, "List Bullet")
        if d.watch:
            self._line(OWN_LINES)
        for name, text in d.watch:
            self._line(f"{name}: {text}", "List Bullet")

    def _one_by_one(self) -> None:
        """Each judgment in two sentences; under them what it rests on and what to watch."""
        from docx.shared import Pt

        if self.dossier.judgments:
            self._line("The judgments one by one, in two sentences each", "Heading 2")
        for judgment in self.dossier.judgments:
            claim = add_line(self.document, "")
            claim.add_run(clean(f"{judgment.id}  {judgment.claim}")).bold = True
            claim.paragraph_format.keep_with_next = True
            claim.paragraph_format.space_before = Pt(7)
            told = add_line(self.document, " ".join(judgment.bottom_line))
            told.paragraph_format.keep_with_next = bool(details_said(judgment))
            told.paragraph_format.keep_together = True
            for said in details_said(judgment):
                self._line(said.replace(" %", "\u00a0%"), NOTE_TEXT)  # a number and its sign

    def _rivals(self, rivals: Rivals) -> None:
        """The comparison of rival explanations, after the judgments."""
        self._line("Rival explanations", "Heading 2")
        self._line(rivals.finding)
        table = add_table(self.document, RIVAL_HEADS)
        for entry in rivals.entries:
            add_row(table, rival_cells(entry))
        set_widths(self.document, table, _RIVAL_SHARES)
        self._line(f"{RIVAL_NOTE} Weeks of {rivals.span}; {rivals.made}.", NOTE_TEXT)

    def _sources(self) -> None:
        d = self.dossier
        self._line("The record and its sources", "Heading 2")
        self._line(d.holds)
        for source in d.sources:
            rows = f": {plural(source.events, 'row')} of the record" if source.events else ""
            self._line(f"{source_in_full(source)}{rows}", NOTE_TEXT)


def _judgments_table(
    document: Document,
    dossier: Dossier,
    judgments: Sequence[JudgmentEntry],
    notes: Footnotes,
    cited: dict[str, str],
) -> None:
    """Add the table of judgments, each with the note of its sources where it has one."""
    words = TableWords(dossier)
    table = add_table(document, words.heads())
    for judgment in judgments:
        row = add_row(table, words.cells(judgment))
        if cited.get(judgment.id):
            notes.add(row.cells[0].paragraphs[-1], cited[judgment.id])
    set_widths(document, table, words.shares)
