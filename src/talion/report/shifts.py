"""Links before and after the record: what the fit made of each, and what it cannot say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from talion.judge.results import RunResult
from talion.report.system import anchor
from talion.report.words import DASH, number, percent, plural, signed

if TYPE_CHECKING:
    from talion.fit.case.stated import LinkChange, Span

__all__ = ["ShiftRow", "Shifts", "build_shifts", "draw_shift", "ways_in_words"]

WIDTH, HEIGHT, EDGE = 150, 34, 8
_BEFORE_Y, _AFTER_Y = 10, 24
POWER_LOW = 0.5


@dataclass(frozen=True)
class ShiftRow:
    """One arrow of a link.

    `after` is empty where the record cannot inform the link; `power` is empty where the fit does
    not say.
    """

    link: str
    anchor: str
    says: str
    unit: str
    before: str
    after: str
    raises_before: str
    raises_after: str
    power: str
    picture: Markup


@dataclass(frozen=True)
class Shifts:
    """The table: arrows that the record informs, and those that keep their prior."""

    rows: tuple[ShiftRow, ...]
    silent: tuple[ShiftRow, ...]
    links_silent: int
    sentence: str
    verdict: str
    has_power: bool


def build_shifts(result: RunResult) -> Shifts | None:
    """Return the links before and after the record; None without a fit."""
    if result.fit is None:
        return None
    rows = [_row(change, result.power.get(change.link)) for change in result.links]
    total = len(result.case.links)
    informed = total - len(result.uninformed)
    return Shifts(
        tuple(row for row in rows if row.after),
        tuple(row for row in rows if not row.after),
        len(result.uninformed),
        f"The record can inform {informed} of {plural(total, 'link')}; the others stay at what was "
        "supposed of them.",
        result.fit.verdict.removeprefix("not converged: "),
        bool(result.power),
    )


def _row(change: LinkChange, power: float | None) -> ShiftRow:
    neutral = 1.0 if change.unit == "times" else 0.0
    return ShiftRow(
        change.link,
        anchor(change.link),
        change.says,
        "" if change.unit == "times" else change.unit,
        _said(change.before, change.unit),
        _said(change.after, change.unit) if change.informed else "",
        ways_in_words(change.before),
        ways_in_words(change.after) if change.informed else DASH,
        _power(power) if change.informed else "",
        draw_shift(change.before, change.after if change.informed else None, neutral),
    )


def ways_in_words(span: Span) -> str:
    """Return the chances that a link raises and that it lowers."""
    return f"{percent(span.raises)} / {percent(span.lowers)}"


def _power(power: float | None) -> str:
    if power is None:
        return ""
    if power < POWER_LOW:
        return f"{percent(power)}: this record could not have shown it"
    return percent(power)


def _said(span: Span, unit: str) -> str:
    """Return likely (low to high), signed; a factor for `times`."""
    if unit == "times":
        likely, low, high = (number(x, 2) for x in (span.likely, span.low, span.high))
        return f"×{likely} ({low} to {high})"
    return f"{signed(span.likely)} ({signed(span.low)} to {signed(span.high)})"


def draw_shift(before: Span, after: Span | None, neutral: float) -> Markup:
    """Return both intervals on one axis: before hollow, after full, a line where nothing acts.

    Args:
        before: prior.
        after: posterior; None where the record cannot inform the link.
        neutral: the value that stands for no effect: 0, or 1 for a factor, which is drawn on a
            logarithmic axis.
    """
    spans = [before] if after is None else [before, after]
    shown = [[_at(x, neutral) for x in (s.low, s.likely, s.high)] for s in spans]
    flat = [x for row in shown for x in row] + [0.0]
    low, high = min(flat), max(flat)
    room = (high - low) or 1.0

    def place(x: float) -> float:
        return round(EDGE + (x - low) / room * (WIDTH - 2 * EDGE), 1)

    parts = [
        Markup(
            '<svg class="reading-marks shift" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
            'aria-hidden="true"><line class="none-line" x1="{2}" x2="{2}" y1="2" y2="{3}"/>'
        ).format(WIDTH, HEIGHT, place(0.0), HEIGHT - 2)
    ]
    for y, style, row in zip((_BEFORE_Y, _AFTER_Y), ("none", "full"), shown, strict=False):
        first, middle, last = (place(x) for x in row)
        parts.append(
            Markup(
                '<line class="span" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
                '<circle class="ring {3}" cx="{4}" cy="{2}" r="4"/>'
            ).format(first, last, y, style, middle)
        )
    return Markup("").join([*parts, Markup("</svg>")])


def _at(value: float, neutral: float) -> float:
    """Return where a value stands: a factor by its logarithm, anything else as it is."""
    if neutral == 0.0:
        return value
    return math.log(max(value, 1e-6) / neutral)
