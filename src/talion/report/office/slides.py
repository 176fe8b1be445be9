"""The run as slides, 16:9: finding, judgments, a few charts, caveats and sources.

Tables are tables. A chart is a picture with title, source and cut-off inside it, so that it stands
alone when copied out, and with a text for those who cannot see it.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from talion.report.charts import INK, MUTED
from talion.report.office.citations import source_in_words
from talion.report.office.container import moment, repack
from talion.report.office.dossier import Dossier, JudgmentEntry, Rivals, SourceLine
from talion.report.office.pictures import Picture
from talion.report.office.rivals import RIVAL_HEADS, RIVAL_NOTE, rival_cells
from talion.report.office.slide_shapes import add_table, add_texts, inches, look, set_alt, widen
from talion.report.office.table_words import NOT_A_FORECAST, TableWords, as_of_line
from talion.report.words import clean, plural

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

__all__ = ["write_slides"]

_WIDTH, _HEIGHT = 13.333, 7.5
_LEFT, _TOP, _ROOM = 0.55, 1.25, 5.55
_ACROSS = _WIDTH - 2 * _LEFT
_SHARES = (0.40, 0.13, 0.155, 0.155, 0.16)
_PAIR_SHARES = (0.3, 0.7)
_WATCH_SHARES = (0.24, 0.28, 0.12, 0.36)
_RIVAL_SHARES = (0.36, 0.18, 0.26, 0.20)
Row: TypeAlias = tuple[str, ...]
_LETTERS = 0.0069
"""Inches that a letter takes, for each point of its size."""
_TABLE_SIZES = (16, 14, 13, 12)
"""Of type in tables: the largest at which all judgments fit on one slide, else the smallest."""
_TEXT_SIZE, _SMALL = 18, 11
_PARTS: Mapping[str, str] = {
    "record": "The record",
    "past": "What the fit says of the past",
    "future": "Simulated courses of events",
    "what-ifs": "What-ifs compared",
}
_SOURCES = 14
_HEAD = 0.42  # inches of a table's first row
_TITLE_ONLY = 5  # layout of the library's own template


def write_slides(dossier: Dossier, pictures: Mapping[str, Picture]) -> bytes:
    """Return the slides as the bytes of a .pptx file.

    Args:
        dossier: of a run.
        pictures: chart id -> its picture, for every chart that goes on a slide.
    """
    import pptx

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = inches(_WIDTH), inches(_HEIGHT)
    widen(deck, _WIDTH, title=(_LEFT, 0.35, _ACROSS, 0.8))
    writer = _Slides(deck, dossier)
    writer.finding()
    writer.judgments()
    writer.bottom_lines()
    writer.watch()
    for chart in dossier.charts:
        if chart.on_slide:
            writer.chart(_PARTS[chart.part], pictures[chart.id])
    if dossier.rivals is not None:
        writer.rivals(dossier.rivals)
    writer.caveats()
    writer.sources()
    about = deck.core_properties
    about.title, about.author = clean(dossier.title)[:255], f"Talion {dossier.version}"
    about.last_modified_by, about.comments = about.author, NOT_A_FORECAST
    about.subject = as_of_line(dossier)[:255]
    about.created = about.modified = moment(dossier.as_of)
    out = io.BytesIO()
    deck.save(out)
    return repack(out.getvalue(), dossier.as_of)


class _Slides:
    """The slides of one run being made."""

    def __init__(self, deck: Presentation, dossier: Dossier) -> None:
        self.deck = deck
        self.dossier = dossier
        self.words = TableWords(dossier)

    def finding(self) -> None:
        """The first slide: title, cut-off, what was found, in how many judgments, how far to trust it."""
        d = self.dossier
        slide = self._slide(d.title)
        lines = [(as_of_line(d), _SMALL + 1, MUTED), (d.finding, 24, INK), (d.confidence, 18, INK)]
        add_texts(slide, lines, (_LEFT, _TOP, _ACROSS, 3.0))
        rows = [(f"{t.sign} {t.words}", str(t.count)) for t in d.tally]
        height = min(0.36 * (len(rows) + 1), _HEIGHT - 4.3 - 0.7)
        add_table(
            slide, ("Label", "Judgments"), rows, (0.8, 0.2), (_LEFT, 4.3, 6.2, height),
            "How many judgments have each label", _TABLE_SIZES[1],
        )  # fmt: skip
        add_texts(slide, self._standing_out(), (7.3, 4.2, _WIDTH - _LEFT - 7.3, 2.7))

    def _standing_out(self) -> list[tuple[str, float, str]]:
        """Return the findings that there is room for beside the labels."""
        found: list[tuple[str, float, str]] = [("What stands out", 14, MUTED)]
        left = 10
        for text in self.dossier.findings:
            left -= _lines(text, _WIDTH - _LEFT - 7.5, 13)
            if left < 0:
                break
            found.append((text, 13, INK))
        return found if len(found) > 1 else []

    def judgments(self) -> None:
        """Every judgment in native tables, as many to a slide as stay readable."""
        size, pages = _paged(self.words, self.dossier.judgments)
        for number, page in enumerate(pages, 1):
            part = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
            slide = self._slide(f"Judgments{part}")
            rows = [self.words.cells(j) for j in page]
            add_table(
                slide, self.words.heads(), rows, _SHARES, (_LEFT, _TOP, _ACROSS, 0.4),
                f"{plural(len(page), 'judgment')}: author’s word, readings, label", size,
            )  # fmt: skip

    def bottom_lines(self) -> None:
        """Every judgment in two sentences, as many to a slide as stay readable."""
        rows = [(f"{j.id}. {j.claim}", "\n".join(j.bottom_line)) for j in self.dossier.judgments]
        pages = _spread(rows, _PAIR_SHARES, _TABLE_SIZES[-1])
        for number, page in enumerate(pages, 1):
            part = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
            slide = self._slide(f"In two sentences each{part}")
            add_table(
                slide, ("Judgment", "How it stands, and on what that turns"), page, _PAIR_SHARES,
                (_LEFT, _TOP, _ACROSS, 0.4), f"{plural(len(page), 'judgment')} in two sentences each",
                _TABLE_SIZES[-1],
            )  # fmt: skip

    def watch(self) -> None:
        """The signs that tell most over all judgments; no slide where there is none."""
        d = self.dossier
        if not d.signs:
            return
        slide = self._slide("What to watch")
        add_texts(slide, [(d.signs_lead, _SMALL + 3, MUTED)], (_LEFT, _TOP, _ACROSS, 0.4))
        rows = [(s.title, s.sign, s.chance, s.would) for s in d.signs]
        add_table(
            slide, ("Watch", "If", "Chance to see that", "It then"), rows, _WATCH_SHARES,
            (_LEFT, _TOP + 0.5, _ACROSS, 0.4), f"{plural(len(rows), 'sign')} to watch",
            _TABLE_SIZES[1],
        )  # fmt: skip

    def chart(self, title: str, picture: Picture) -> None:
        """One chart as large as the slide allows."""
        slide = self._slide(title)
        wide, high = picture.size
        scale = min(_ACROSS / wide, _ROOM / high)
        width, height = wide * scale, high * scale
        left, top = _LEFT + (_ACROSS - width) / 2, _TOP + (_ROOM - height) / 2
        shown = slide.shapes.add_picture(
            io.BytesIO(picture.png), *map(inches, (left, top, width, height))
        )
        shown.name = f"Chart {picture.id}"
        set_alt(shown, picture.alt)

    def rivals(self, rivals: Rivals) -> None:
        """The comparison of rival explanations: the finding, a native table, what weights are not."""
        slide = self._slide("Rival explanations")
        add_texts(slide, [(rivals.finding, 16, INK)], (_LEFT, _TOP, _ACROSS, 1.3))
        rows = [rival_cells(entry, brief=True) for entry in rivals.entries]
        add_table(
            slide, RIVAL_HEADS, rows, _RIVAL_SHARES, (_LEFT, _TOP + 1.45, _ACROSS, 0.4),
            "Rival explanations: difference, verdict, predictive weight", _TABLE_SIZES[-1],
        )  # fmt: skip
        note = [(f"{RIVAL_NOTE} Weeks of {rivals.span}.", _SMALL, MUTED)]
        add_texts(slide, note, (_LEFT, _TOP + _ROOM - 0.6, _ACROSS, 0.6))

    def caveats(self) -> None:
        """What the record lacks, whose reading it is, what the run warned of, what was withheld."""
        d = self.dossier
        lines = [(text, _TEXT_SIZE, INK) for text in (*d.lacks, d.whose)]
        if d.warnings:
            said = f"The run gave {plural(len(d.warnings), 'warning')}: see the report or the workbook."
            lines.append((said, _TEXT_SIZE, INK))
        if d.withheld:
            lines.append((d.withheld, _TEXT_SIZE, INK))
        left = 11 - sum(_lines(text, _ACROSS, _TEXT_SIZE) for text, _, _ in lines)
        watch = d.watch[: max(0, left)]
        lines += [(f"To watch ({name}): {text}", _TEXT_SIZE, INK) for name, text in watch]
        title = "Caveats, and what to watch" if watch else "Caveats: what the record lacks"
        slide = self._slide(title)
        add_texts(slide, lines, (_LEFT, _TOP, _ACROSS, _ROOM - 0.9), bullets=True)
        method = [(f"Method. {d.method}", _SMALL + 1, MUTED)]
        add_texts(slide, method, (_LEFT, _TOP + _ROOM - 0.75, _ACROSS, 0.6))

    def sources(self) -> None:
        """The sources that most rests on, and how many more there are."""
        d = self.dossier
        ranked = sorted(d.sources, key=_weight)
        shown = ranked[:_SOURCES]
        more = len(ranked) - len(shown)
        slide = self._slide("Sources")
        half = (len(shown) + 1) // 2 if len(shown) > 7 else len(shown)
        width = (_ACROSS - 0.4) / 2 if half < len(shown) else _ACROSS
        size = _SMALL + 2 if half < len(shown) else _TEXT_SIZE - 2
        for number, part in enumerate((shown[:half], shown[half:])):
            if not part:
                continue
            lines = [(_source_said(s), size, INK) for s in part]
            add_texts(slide, lines, (_LEFT + number * (width + 0.4), _TOP, width, _ROOM - 0.5))
        if more:
            said = f"The {len(shown)} of {len(ranked)} sources that most rests on; the workbook has all of them."
            add_texts(slide, [(said, _SMALL, MUTED)], (_LEFT, _TOP + _ROOM - 0.35, _ACROSS, 0.35))

    def _slide(self, title: str) -> Slide:
        slide: Slide = self.deck.slides.add_slide(self.deck.slide_layouts[_TITLE_ONLY])
        head = slide.shapes.title
        assert head is not None  # noqa: S101 - the layout has one
        head.text_frame.text = clean(title)
        head.text_frame.word_wrap = True
        for paragraph in head.text_frame.paragraphs:
            look(paragraph, 26 if len(title) < 70 else 20, INK, bold=True)
        foot = f"{self.dossier.title}. {NOT_A_FORECAST} {len(self.deck.slides)}"
        add_texts(slide, [(foot, 10, MUTED)], (_LEFT, _HEIGHT - 0.5, _ACROSS, 0.35))
        return slide


def _weight(source: SourceLine) -> tuple[int, int, str]:
    return -len(source.supports), -source.events, source.id


def _source_said(source: SourceLine) -> str:
    used = [f"{plural(len(source.supports), 'place')} of the case"] if source.supports else []
    used += [plural(source.events, "row") + " of the record"] if source.events else []
    return f"{source_in_words(source)}: {' and '.join(used)}" if used else source_in_words(source)


def _paged(
    words: TableWords, judgments: Sequence[JudgmentEntry]
) -> tuple[int, list[Sequence[JudgmentEntry]]]:
    """Return the size of type, and the judgments of each slide: about as many on each."""
    cells = [words.cells(j) for j in judgments]
    for size in _TABLE_SIZES:
        if _HEAD + sum(_height(row, _SHARES, size) for row in cells) <= _ROOM:
            return size, [judgments]
    counts = [len(page) for page in _spread(cells, _SHARES, _TABLE_SIZES[-1])]
    ends = [sum(counts[: n + 1]) for n in range(len(counts))]
    pages = [judgments[end - count : end] for count, end in zip(counts, ends, strict=True)]
    return _TABLE_SIZES[-1], pages


def _spread(rows: Sequence[Row], shares: Sequence[float], size: int) -> list[Sequence[Row]]:
    """Return the rows of each slide: as few slides as have room, about as many rows on each."""
    for count in range(1, len(rows) + 1):
        pages = [rows[i * len(rows) // count : (i + 1) * len(rows) // count] for i in range(count)]
        if all(_HEAD + sum(_height(row, shares, size) for row in page) <= _ROOM for page in pages):
            return pages
    return [[row] for row in rows]


def _height(row: Row, shares: Sequence[float], size: int) -> float:
    """Return the inches that a row takes in its table, reckoned by letters."""
    lines = max(
        _lines(cell, share * _ACROSS - 0.14, size) for cell, share in zip(row, shares, strict=True)
    )
    return lines * size * 1.2 / 72 + 0.08


def _lines(text: str, width: float, size: float) -> int:
    letters = max(4, int(width / (_LETTERS * size)))
    return sum(len(textwrap.wrap(part, letters)) or 1 for part in text.split("\n"))
