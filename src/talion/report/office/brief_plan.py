"""What stands on the one page of a brief: the largest information first, as much as surely fits.

Finding, record and judgments always stand there. Where there is room follow how each judgment stands,
what to watch, a chart, on what each turns, the sources of each, what stands out. Of more judgments than fit those that
tell most stay. What does not fit stands in the annex, which has everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from talion.judge.labels import Label
from talion.report.office.citations import Citations
from talion.report.office.dossier import ChartData, Dossier, JudgmentEntry
from talion.report.office.page_room import PageRoom
from talion.report.office.table_words import TableWords, as_of_line
from talion.report.office.word_template import NOTE_TEXT
from talion.report.words import plural

if TYPE_CHECKING:
    from docx.document import Document

__all__ = [
    "CAVEATS_HEAD", "PICTURE_SPACE", "STANDING_HEAD", "Plan", "Standing", "by_weight", "plan_page",
    "shortened",
]  # fmt: skip

CAVEATS_HEAD = "Caveats: what the record lacks"
STANDING_HEAD = "How each stands"
_CAVEATS = 2
_LONG = 180
"""Letters of a claim, or of a title, beyond which it is cut where space is short."""
_LEAST_HIGH, _MOST_HIGH = 135.0, 300.0
"""Points of a chart on the page."""
_LEAST_WIDE = 300.0
PICTURE_SPACE = 5.0
"""Points above a picture."""
_ORDER = (
    Label.WHATEVER, Label.BACKED, Label.OTHER_WAY, Label.TOO_SMALL, Label.CHECKED, Label.RESTS,
    Label.UNRESOLVED, Label.NOT_COMPUTABLE, Label.FIXED, Label.NOT_TESTABLE,
)  # fmt: skip
"""Labels by how much they tell: what the record says first, what no run could tell last."""
_RANK = {label.value: rank for rank, label in enumerate(_ORDER)}


def by_weight(judgments: Sequence[JudgmentEntry]) -> list[JudgmentEntry]:
    """Return judgments with those first that tell most; equal ones in their order."""
    return sorted(judgments, key=lambda j: _RANK[j.label])


def shortened(text: str, most: int = _LONG) -> str:
    """Return a text cut at a word, with a sign that it goes on.

    >>> shortened("one two three", 9), shortened("one", 9)
    ('one two …', 'one')
    """
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return f"{head.rpartition(' ')[0] or head} …"


@dataclass(frozen=True)
class Standing:
    """A judgment below the table: its id, and one or two sentences."""

    id: str
    text: str


@dataclass
class Plan:
    """What stands on the page, in its order.

    Attributes:
        title: of the page, cut if it is very long and space is short.
        record, judged, made_of: the line on the record, and notes on the text judged and on sources.
        judgments: those in the table, in the order of the case.
        rest: how many more there are, in words; "" if all stand there.
        notes: judgment -> its sources; empty where there is no room for them.
        standing: below the table.
        sections: further ones, a head and lines each.
        chart: one of the run's; None without one or without room.
        chart_size: points across and down.
        caveats, method: at the end; "" where a small page has no room.
    """

    title: str
    record: str
    judged: str
    made_of: str
    caveats: tuple[str, ...]
    method: str
    judgments: tuple[JudgmentEntry, ...] = ()
    rest: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    standing: tuple[Standing, ...] = ()
    sections: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    chart: ChartData | None = None
    chart_size: tuple[float, float] = (0.0, 0.0)


def plan_page(document: Document, dossier: Dossier, *, own: bool) -> Plan:
    """Return what goes on the page of a brief.

    Args:
        document: whose page and styles are used.
        dossier: of a run.
        own: the document is ours, so that its face is known.
    """
    made = _Planning(document, dossier, own=own)
    for frame in _frames(dossier):
        if made.put_frame(frame) and made.put_judgments():
            break
    made.put_further()
    return made.plan


def _frames(d: Dossier) -> Iterator[Plan]:
    """Yield what stands on the page besides judgments: all of it, then less for smaller pages."""
    citations = Citations(d, addresses=True)
    judged, made_of = citations.judged(), citations.record()
    caveats = (*d.lacks[:-1][:1], *d.lacks[-1:], d.whose)[:_CAVEATS]
    record = f"The record: {d.holds}"
    method = f"Method. {d.method}"
    for some, told in ((caveats, method), (caveats[:1], method), ((), method), ((), "")):
        yield Plan(d.title, record, judged, made_of, some, told)
    yield Plan(shortened(d.title), record, shortened(judged), shortened(made_of), (), "")


class _Planning:
    """A page being planned: each thing is put there if it fits."""

    def __init__(self, document: Document, dossier: Dossier, *, own: bool) -> None:
        self.dossier = dossier
        self.words = TableWords(dossier)
        self._room: Callable[[], PageRoom] = lambda: PageRoom(document, self.words.shares, own=own)
        self.room = self._room()

    def put_frame(self, plan: Plan) -> bool:
        """Begin a new page with all but the judgments; whether it fits."""
        d, room = self.dossier, self._room()
        self.plan, self.room = plan, room
        texts = [
            (plan.title, "Heading 1"), (as_of_line(d), NOTE_TEXT), ("Finding", "Heading 2"),
            (d.finding, "Normal"), (d.confidence, "Normal"), (plan.record, "Normal"),
            ("Judgments" if d.judgments else "", "Heading 2"),
            *((caveat, "List Bullet") for caveat in plan.caveats),
            (CAVEATS_HEAD if plan.caveats else "", "Heading 2"), (plan.method, NOTE_TEXT),
            (d.withheld, NOTE_TEXT),
        ]  # fmt: skip
        high = sum(room.text(text, style) for text, style in texts)
        high += room.row(self.words.heads()) if d.judgments else 0.0
        notes = [note for note in (plan.judged, plan.made_of) if note]
        return room.take(high + (room.notes(notes) if notes else 0.0))

    def put_judgments(self) -> bool:
        """Put all judgments in the table, or as many as fit; whether any does."""
        every = self.dossier.judgments
        if not every:
            return True
        left = self.room.left
        whole = self._fitting(every, left)
        cut = [j.model_copy(update={"claim": shortened(j.claim)}) for j in every]
        less = self._fitting(cut, left) if len(whole) < len(every) else whole
        chosen = less if len(less) > len(whole) else whole
        kept = {j.id for j in chosen}
        self.plan.judgments = tuple(j for j in (cut if chosen is less else every) if j.id in kept)
        self.plan.rest = self._rest(len(kept))
        high = sum(self.room.row(self.words.cells(j)) for j in self.plan.judgments)
        return self.room.take(high + self.room.text(self.plan.rest, NOTE_TEXT)) and bool(kept)

    def _fitting(self, judgments: Sequence[JudgmentEntry], left: float) -> list[JudgmentEntry]:
        """Return the judgments for which there is room, those that tell most."""
        high = [self.room.row(self.words.cells(j)) for j in by_weight(judgments)]
        if sum(high) <= left:
            return list(judgments)
        left -= self.room.text(self._rest(0), NOTE_TEXT)  # the line that counts the rest
        found, used = [], 0.0
        for judgment, row in zip(by_weight(judgments), high, strict=True):
            if used + row > left:
                continue
            used += row
            found.append(judgment)
        return found

    def _rest(self, shown: int) -> str:
        every = len(self.dossier.judgments)
        rest = every - shown
        if not rest:
            return ""
        if not shown:
            return f"All {every} judgments stand in the annex: no table has room here."
        return (
            f"{shown} of {plural(every, 'judgment')}, those that tell most; the other {rest} "
            f"{'stands' if rest == 1 else 'stand'} in the annex."
        )

    def put_further(self) -> None:
        """Put what else there is room for."""
        d = self.dossier
        if d.judgments and not (self.plan.judgments and self._stand(1, some=True)):
            return
        signs = tuple(sign.text for sign in d.signs)
        self._section("What to watch", signs or tuple(f"{name}: {line}" for name, line in d.watch))
        if self.plan.rest:
            return
        self._chart()
        if d.judgments:
            self._stand(2)
            self._notes()
        self._section("What stands out", d.findings)
        if self.plan.chart is not None:  # it takes what is left
            wide, high = self.plan.chart_size
            more = min(self.room.left, _MOST_HIGH - high)
            self.room.take(more)
            self.plan.chart_size = (wide, high + more)

    def _stand(self, sentences: int, *, some: bool = False) -> bool:
        """Put how each judgment stands, in so many sentences; whether all do.

        Args:
            sentences: of the two of each judgment.
            some: put those that tell most if there is no room for all.
        """
        held = {j.id: j for j in self.dossier.judgments}
        lines = [
            Standing(j.id, " ".join(held[j.id].bottom_line[:sentences]))
            for j in by_weight(self.plan.judgments)
        ]
        room, before = self.room, self.plan.standing
        head = 0.0 if before else room.text(STANDING_HEAD, "Heading 2")
        high = [room.text(f"{line.id} {line.text}", "Normal") for line in lines]
        old = sum(room.text(f"{line.id} {line.text}", "Normal") for line in before)
        fitting = len(lines) if room.take(head + sum(high) - old) else 0
        if not fitting and some and room.take(head + sum(high[:2])):
            fitting = 2
            while room.take(high[fitting]):
                fitting += 1
        if fitting:
            shown = {line.id: line for line in lines[:fitting]}
            self.plan.standing = tuple(shown[j.id] for j in self.plan.judgments if j.id in shown)
        return fitting == len(lines)

    def _section(self, head: str, lines: Sequence[str]) -> None:
        high = self.room.text(head, "Heading 2")
        high += sum(self.room.text(line, "List Bullet") for line in lines)
        if lines and self.room.take(high):
            self.plan.sections.append((head, tuple(lines)))

    def _notes(self) -> None:
        """Put the sources of each judgment below the page, if there is room for all of them."""
        citations = Citations(self.dossier, named=2, addresses=True)
        citations.judged(), citations.record()  # cited before
        notes = {j.id: citations.note(j) for j in self.plan.judgments}
        if self.room.take(sum(self.room.note(note) for note in notes.values())):
            self.plan.notes = {key: note for key, note in notes.items() if note}

    def _chart(self) -> None:
        """Put a chart: of the future where there is one, else the first of those for slides."""
        shown = [c for c in self.dossier.charts if c.on_slide]
        chosen = next((c for c in shown if c.part == "future"), shown[0] if shown else None)
        wide = self.room.width
        beside = PICTURE_SPACE + self.room.text("x", "Normal")
        if chosen is None or wide < _LEAST_WIDE or not self.room.take(_LEAST_HIGH + beside):
            return
        self.plan.chart, self.plan.chart_size = chosen, (wide, _LEAST_HIGH)
