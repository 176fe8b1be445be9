"""Small drawings inside the results table: intervals of the readings on one axis of 0 to 100 %.

Readings differ by shape and fill, never by colour alone: no view is a hollow ring, as written a
half-filled one, with the record a full one. The author's word is a band behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from talion.report.words import percent

WIDTH, LEFT, RIGHT = 236, 10, 10
ROW, TOP = 15, 9


@dataclass(frozen=True)
class Mark:
    """One reading of a test: its name, style (`none`, `half`, `full`), value and interval in 0..1.

    `why` says why there is no value, where there is none.
    """

    name: str
    style: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


def _x(p: float) -> float:
    return round(LEFT + min(max(p, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)


def draw_marks(
    marks: Sequence[Mark], word: tuple[float, float] | None, *, axis: bool = False
) -> Markup:
    """Return the marks of one judgment, one above the other, over the range of the author's word.

    >>> svg = draw_marks([Mark("No view", "none", 0.5, 0.2, 0.8)], (0.9, 1.0))
    >>> "ring none" in svg and "50 %" in svg
    True
    """
    shown = [m for m in marks if m.value is not None]
    height = TOP + ROW * max(1, len(shown)) + 4
    foot = 14 if axis else 0
    parts = [
        Markup(
            '<svg class="reading-marks" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        ).format(WIDTH, height + foot, WIDTH, height + foot, _sentence(marks, word))
    ]
    for p in (0, 0.25, 0.5, 0.75, 1):
        parts.append(
            Markup('<line class="tick" x1="{0}" x2="{0}" y1="2" y2="{1}"/>').format(
                _x(p), height - 2
            )
        )
    if word is not None:
        parts.append(
            Markup('<rect class="word" x="{}" y="2" width="{}" height="{}"/>').format(
                _x(word[0]), max(3.0, _x(word[1]) - _x(word[0])), height - 4
            )
        )
    if axis:
        parts += [
            Markup('<text class="axis" x="{}" y="{}" text-anchor="{}">{}</text>').format(
                _x(p), height + 10, anchor, said
            )
            for p, anchor, said in ((0, "start", "0"), (0.5, "middle", "50"), (1, "end", "100 %"))
        ]
    for row, mark in enumerate(shown):
        parts.append(_mark(mark, TOP + ROW * row + 3))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _mark(mark: Mark, y: float) -> Markup:
    assert mark.value is not None  # noqa: S101 - only drawn marks come here
    x = _x(mark.value)
    line = Markup("")
    if mark.low is not None and mark.high is not None:
        line = Markup('<line class="span" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
            _x(mark.low), _x(mark.high), y, y
        )
    ring = Markup('<circle class="ring {}" cx="{}" cy="{}" r="4.6"/>').format(mark.style, x, y)
    if mark.style == "half":
        ring += Markup('<path class="half-side" d="M{0} {1}a4.6 4.6 0 0 0 0 9.2z"/>').format(
            x, round(y - 4.6, 1)
        )
    return line + ring


def draw_word(word: tuple[float, float] | None) -> Markup:
    """Return the range of the author's word as a bar on 0 to 100 %, or nothing where it has none.

    >>> "90" in draw_word((0.9, 1.0))
    True
    """
    if word is None:
        return Markup("")
    return Markup(
        '<svg class="word-bar" viewBox="0 0 84 12" width="84" height="12" role="img" '
        'aria-label="{} to {} per cent"><line class="axis" x1="2" x2="82" y1="6" y2="6"/>'
        '<rect class="word" x="{:.1f}" y="1.5" width="{:.1f}" height="9"/></svg>'
    ).format(
        round(100 * word[0]),
        round(100 * word[1]),
        2 + 80 * word[0],
        max(2.0, 80 * (word[1] - word[0])),
    )


def _sentence(marks: Sequence[Mark], word: tuple[float, float] | None) -> str:
    said = [
        f"{m.name}: {percent(m.value) if m.value is not None else m.why or 'none'}" for m in marks
    ]
    if word is not None:
        said.insert(0, f"author's word: {round(100 * word[0])} to {round(100 * word[1])} %")
    return "; ".join(said)
