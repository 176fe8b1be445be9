"""The run as slides, 16:9: each has its finding as title, and what bears it out below.

Tables are tables. A chart is a picture with its own title, measure, source and cut-off inside it, so that it
stands alone when copied out, and with a text for those who cannot see it. Type is as large as the slide
allows and never below 12 points; what would not fit stands in the workbook.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from talion.report.charts import INK, MUTED
from talion.report.office.brief_plan import by_weight, shortened
from talion.report.office.citations import source_in_full, source_in_words
from talion.report.office.container import moment, repack
from talion.report.office.dossier import ChartData, Dossier, Rivals, SourceLine
from talion.report.office.pictures import Picture, draw_picture, picture_templates
from talion.report.office.rivals import RIVAL_HEADS, RIVAL_NOTE, rival_cells
from talion.report.office.slide_room import Row, fitting_size, height_of_texts, spread
from talion.report.office.slide_shapes import add_table, add_texts, inches, look, set_alt, widen
from talion.report.office.table_words import NOT_A_FORECAST, OWN_LINES, TableWords, as_of_line
from talion.report.words import clean, plural, series

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

__all__ = ["draw_for_slides", "write_slides"]

_WIDTH, _HEIGHT = 13.333, 7.5
_LEFT, _TOP, _ROOM = 0.55, 1.3, 5.55
_ACROSS = _WIDTH - 2 * _LEFT
_PIXELS = 82
"""Pixels of a picture for each inch of a slide: type of 14 pixels is then of 12 points."""
_CHART_TYPE = {"title": 17, "subtitle": 15, "source": 14, "label": 15}
_PAIR_SHARES = (0.3, 0.7)
_WATCH_SHARES = (0.24, 0.3, 0.12, 0.34)
_RIVAL_SHARES = (0.36, 0.18, 0.26, 0.20)
_SIZES = (20, 18, 16, 14, 13, 12)
"""Of type in tables and lists: the largest that needs no more slides than the smallest."""
_SMALL = 12
_PARTS: Mapping[str, str] = {
    "record": "the record",
    "past": "what the fit says of the past",
    "future": "simulated courses of events",
    "what-ifs": "what-ifs compared",
}
_MOST_OFTEN = re.compile(r" \(most often [^)]*\)")
_SOURCES = 14
_LONG_TITLE, _MOST_TITLE = 62, 150
_TITLE_ONLY = 5  # layout of the library's own template


def draw_for_slides(dossier: Dossier) -> dict[str, Picture]:
    """Return chart id -> picture in a slide's proportions, for every chart that goes on a slide.

    The finding of a chart is the title of its slide; inside stand the case, what is drawn, and by
    which measure.

    Args:
        dossier: of a run.
    """
    made = picture_templates()
    size = round(_ACROSS * _PIXELS), round(_ROOM * _PIXELS)
    found = {}
    for chart in dossier.charts:
        if chart.on_slide:
            named = chart.model_copy(update={"title": _inside(dossier, chart)})
            found[chart.id] = draw_picture(named, made, fitted=size, sizes=_CHART_TYPE)
    return found


def _inside(dossier: Dossier, chart: ChartData) -> str:
    subject = chart.title.partition(": ")[0] if ": " in chart.title else ""
    return f"{dossier.title}: {_PARTS[chart.part]}{f', {subject}' if subject else ''}"


def write_slides(dossier: Dossier, pictures: Mapping[str, Picture]) -> bytes:
    """Return the slides as the bytes of a .pptx file.

    Args:
        dossier: of a run.
        pictures: chart id -> its picture, for every chart that goes on a slide.
    """
    import pptx

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = inches(_WIDTH), inches(_HEIGHT)
    widen(deck, _WIDTH, title=(_LEFT, 0.35, _ACROSS, 0.85))
    writer = _Slides(deck, dossier)
    writer.finding()
    if dossier.judgments:
        writer.judgments()
        writer.bottom_lines()
    for chart in dossier.charts:
        if chart.on_slide:
            writer.chart(chart.title, pictures[chart.id])
    if dossier.rivals is not None:
        writer.rivals(dossier.rivals)
    writer.watch_and_caveats()
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
        lines = [
            (as_of_line(d), _SMALL, MUTED), (d.finding, 24, INK), (d.confidence, 18, INK),
            (f"The record: {d.holds}", 14, MUTED),
        ]  # fmt: skip
        high = height_of_texts(lines, _ACROSS)
        add_texts(slide, lines, (_LEFT, _TOP, _ACROSS, high))
        top = _TOP + high + 0.1
        room = _TOP + _ROOM - top
        rows = [(f"{t.sign} {t.words}", str(t.count)) for t in d.tally]
        if rows:
            self._table(
                slide, ("Label", "Judgments"), rows, (0.75, 0.25), (_LEFT, top, 5.6, room),
                "How many judgments have each label",
            )  # fmt: skip
        left = _LEFT + (6.1 if rows else 0.0)
        self._list(slide, "What stands out", d.findings, (left, top, _WIDTH - _LEFT - left, room))

    def judgments(self) -> None:
        """Every judgment in native tables, as many to a slide as stay readable."""
        rows = [self.words.cells(j) for j in self.dossier.judgments]
        whole = [self.words.heads(), *rows]
        size = fitting_size(whole, self.words.shares, _ACROSS, _ROOM, _SIZES)
        pages = spread(rows, self.words.shares, _ACROSS, _ROOM, size)
        every = plural(len(rows), "judgment")
        said = ", ".join(f"{t.words.lower()} ({t.count})" for t in self.dossier.tally)
        for number, page in enumerate(pages, 1):
            part = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
            slide = self._slide(shortened(f"{every}: {said}", _MOST_TITLE - len(part)) + part)
            self._table(
                slide, self.words.heads(), page, self.words.shares, (_LEFT, _TOP, _ACROSS, _ROOM),
                f"{plural(len(page), 'judgment')}: author’s word, readings, label", size,
            )  # fmt: skip

    def bottom_lines(self) -> None:
        """Every judgment in two sentences, those that tell most first; a slide's title says which."""
        ranked = by_weight(self.dossier.judgments)
        rows = [(f"{j.id}. {j.claim}", "\n".join(j.bottom_line)) for j in ranked]
        size = fitting_size(rows, _PAIR_SHARES, _ACROSS, _ROOM, _SIZES)
        done = 0
        for page in spread(rows, _PAIR_SHARES, _ACROSS, _ROOM, size):
            here = ranked[done : done + len(page)]
            done += len(page)
            labels: dict[str, list[str]] = {}
            for j in here:
                labels.setdefault(j.label, []).append(j.id)
            title = "; ".join(f"{series(ids)}: {label.lower()}" for label, ids in labels.items())
            self._table(
                self._slide(title), ("Judgment", "How it stands, and on what that turns"), page,
                _PAIR_SHARES, (_LEFT, _TOP, _ACROSS, _ROOM),
                f"{plural(len(page), 'judgment')} in two sentences each", size,
            )  # fmt: skip

    def chart(self, title: str, picture: Picture) -> None:
        """One chart over the whole slide, below its finding."""
        slide = self._slide(title)
        wide, high = picture.size
        scale = min(_ACROSS / wide, _ROOM / high)
        width, height = wide * scale, high * scale
        left = _LEFT + (_ACROSS - width) / 2
        shown = slide.shapes.add_picture(
            io.BytesIO(picture.png), *map(inches, (left, _TOP, width, height))
        )
        shown.name = f"Chart {picture.id}"
        set_alt(shown, picture.alt)

    def rivals(self, rivals: Rivals) -> None:
        """The comparison of rival explanations: the finding, a native table, what weights are not."""
        head, _, rest = rivals.finding.partition(". ")
        slide = self._slide(head.removesuffix(".") + ".")
        note = [(f"{RIVAL_NOTE} Weeks of {rivals.span}.", _SMALL, MUTED)]
        told = [(rest, 16, INK)] if rest else []
        above, below = height_of_texts(told, _ACROSS), height_of_texts(note, _ACROSS)
        add_texts(slide, told, (_LEFT, _TOP, _ACROSS, above))
        rows = [rival_cells(entry, brief=True) for entry in rivals.entries]
        self._table(
            slide, RIVAL_HEADS, rows, _RIVAL_SHARES,
            (_LEFT, _TOP + above, _ACROSS, _ROOM - above - below - 0.1),
            "Rival explanations: difference, verdict, predictive weight",
        )  # fmt: skip
        add_texts(slide, note, (_LEFT, _TOP + _ROOM - below, _ACROSS, below))

    def watch_and_caveats(self) -> None:
        """What to watch and what the record lacks: on one slide if both have room, else on two."""
        d = self.dossier
        lacks = [*d.lacks, d.whose]
        if d.warnings:
            lacks.append(
                f"The run gave {plural(len(d.warnings), 'warning')}: see the report or the workbook."
            )
        lacks += [d.withheld] if d.withheld else []
        own = [f"{name}: {text}" for name, text in d.watch]
        if not d.signs:
            slide = self._slide(d.confidence)
            self._caveats(slide, [*lacks, *([OWN_LINES, *own] if own else [])], _TOP, _ROOM)
            return
        first = d.signs[0]
        title = f"Watch “{first.title}” first: if {first.sign}, it {first.would}"
        if len(title) > _MOST_TITLE:
            title = f"Watch “{first.title}” first: it {first.would}"
        slide = self._slide(title)
        rows = [(s.title, s.sign, s.chance, s.would) for s in d.signs]
        high = 0.8 + 0.7 * len(rows) if len(rows) <= 3 else _ROOM * 0.62
        lead = [(d.signs_lead, 14, MUTED)]
        add_texts(slide, lead, (_LEFT, _TOP, _ACROSS, 0.35))
        used = 0.45 + self._table(
            slide, ("Watch", "If", "Chance to see that", "It then"), rows, _WATCH_SHARES,
            (_LEFT, _TOP + 0.45, _ACROSS, high), f"{plural(len(rows), 'sign')} to watch",
        )  # fmt: skip
        left = _ROOM - used - 0.2
        if own:
            used += 0.2 + self._list(
                slide, OWN_LINES, own, (_LEFT, _TOP + used + 0.2, _ACROSS, left)
            )
            left = _ROOM - used - 0.2
        lines = [(f"• {text}", 14.0, INK) for text in lacks]
        if height_of_texts([("Caveats", 14, MUTED), *lines], _ACROSS) <= left:
            self._caveats(slide, lacks, _TOP + used + 0.2, left, head=True)
        else:
            self._caveats(self._slide(d.confidence), lacks, _TOP, _ROOM)

    def _caveats(
        self, slide: Slide, lines: Sequence[str], top: float, room: float, *, head: bool = False
    ) -> None:
        title = "Caveats: what the record lacks" if head else ""
        self._list(slide, title, lines, (_LEFT, top, _ACROSS, room), bullets=True)

    def sources(self) -> None:
        """The record, the sources that most of it rests on, how many more there are, the method."""
        d = self.dossier
        ranked = sorted(d.sources, key=_weight)
        shown = ranked[:_SOURCES]
        more = len(ranked) - len(shown)
        slide = self._slide(f"The record: {_MOST_OFTEN.sub('', d.holds)}")
        method = f"Method. {d.method}"
        if more:
            most = f"The {len(shown)} of {len(ranked)} sources that most rests on; the workbook has all of them."
            method = f"{most} {method}"
        foot = [(method, float(_SMALL), MUTED)]
        below = height_of_texts(foot, _ACROSS)
        add_texts(slide, foot, (_LEFT, _TOP + _ROOM - below, _ACROSS, below))
        room = _ROOM - below - 0.1
        half = (len(shown) + 1) // 2 if len(shown) > 7 else len(shown)
        width = (_ACROSS - 0.4) / 2 if half < len(shown) else _ACROSS
        said = [_source_said(s, in_full=half == len(shown)) for s in shown]
        size = min(_list_size(part, width, room) for part in (said[:half], said[half:]) if part)
        for number, part in enumerate((said[:half], said[half:])):
            lines = [(text, size, INK) for text in part]
            add_texts(slide, lines, (_LEFT + number * (width + 0.4), _TOP, width, room))

    def _table(
        self,
        slide: Slide,
        heads: Row,
        rows: Sequence[Row],
        shares: Sequence[float],
        place: tuple[float, float, float, float],
        alt: str,
        size: int = 0,
    ) -> float:
        """Add a table in the largest type that its place holds; return its height."""
        left, top, width, room = place
        size = size or fitting_size([heads, *rows], shares, width, room, _SIZES)
        return add_table(slide, heads, rows, shares, (left, top, width, room), alt, size)

    def _list(
        self,
        slide: Slide,
        head: str,
        texts: Sequence[str],
        place: tuple[float, float, float, float],
        *,
        bullets: bool = False,
    ) -> float:
        """Add a list in the largest type that its place holds, or its first ones; return its height."""
        left, top, width, room = place
        above = [(head, 14.0, MUTED)] if head else []
        said = [f"• {text}" if bullets else text for text in texts]
        size = _list_size(said, width, room - height_of_texts(above, width))
        lines = list(above)
        for text in said:
            more = [*lines, (text, size, INK)]
            if height_of_texts(more, width) > room:
                break
            lines = more
        if len(lines) == len(above):
            return 0.0
        high = height_of_texts(lines, width)
        add_texts(slide, lines, (left, top, width, high))
        return high

    def _slide(self, title: str) -> Slide:
        slide: Slide = self.deck.slides.add_slide(self.deck.slide_layouts[_TITLE_ONLY])
        head = slide.shapes.title
        assert head is not None  # noqa: S101 - the layout has one
        said = shortened(clean(title), _MOST_TITLE)
        head.text_frame.text = said
        head.text_frame.word_wrap = True
        for paragraph in head.text_frame.paragraphs:
            look(paragraph, 26 if len(said) < _LONG_TITLE else 20, INK, bold=True)
        foot = f"{shortened(self.dossier.title, 90)}. {NOT_A_FORECAST} {len(self.deck.slides)}"
        add_texts(slide, [(foot, _SMALL, MUTED)], (_LEFT, _HEIGHT - 0.5, _ACROSS, 0.35))
        return slide


def _list_size(texts: Sequence[str], width: float, room: float) -> float:
    """Return the largest type in which these lines fit, else the smallest."""
    for size in _SIZES:
        if height_of_texts([(text, size, INK) for text in texts], width) <= room:
            return size
    return _SIZES[-1]


def _weight(source: SourceLine) -> tuple[int, int, str]:
    return -len(source.supports), -source.events, source.id


def _source_said(source: SourceLine, *, in_full: bool) -> str:
    used = [f"{plural(len(source.supports), 'place')} of the case"] if source.supports else []
    used += [plural(source.events, "row") + " of the record"] if source.events else []
    said = source_in_full(source) if in_full else source_in_words(source)
    return f"{said}: {' and '.join(used)}" if used else said
