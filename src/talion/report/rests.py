"""What a judgment rests on, as bars with the probability at both ends, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from talion.judge.linchpins import Linchpin, Linchpins, Slice
from talion.judge.results import PartResult
from talion.report.results_table import SHOWN
from talion.report.system import anchor
from talion.report.words import percent

__all__ = ["RestsRow", "RestsView", "build_rests", "draw_share", "share_said", "shown_slices"]

WIDTH, HEIGHT, EDGE = 132, 18, 4
_SCALE = WIDTH - 2 * EDGE


@dataclass(frozen=True)
class RestsRow:
    """One assumption on which a judgment rests under one reading."""

    says: str
    link: tuple[str, str] | None
    share: str
    picture: Markup
    slices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RestsReading:
    """What a judgment rests on under one reading, and where it flips."""

    name: str
    rows: tuple[RestsRow, ...]
    none: str
    together: str
    flips: str


@dataclass(frozen=True)
class RestsView:
    """Both blocks of a judgment's section: a reading each, and whether any flips."""

    readings: tuple[RestsReading, ...]
    any_box: bool


def build_rests(part: PartResult | None, *, provisional: bool = False) -> RestsView | None:
    """Return both blocks for a judgment's main test; None where nothing was simulated.

    Args:
        part: the main test.
        provisional: the fit behind the reading with the record has not converged.
    """
    if part is None or not part.linchpins:
        return None
    readings = tuple(
        _reading(part, reading, _named(name, reading, provisional=provisional))
        for reading, name, _ in SHOWN
        if reading in part.linchpins
    )
    return RestsView(readings, any(reading.flips for reading in readings))


def _named(name: str, reading: str, *, provisional: bool) -> str:
    return f"{name}, provisional" if provisional and reading == SHOWN[-1][0] else name


def _reading(part: PartResult, reading: str, name: str) -> RestsReading:
    rests, box = part.linchpins[reading], part.boxes.get(reading)
    return RestsReading(
        name,
        tuple(_row(one) for one in rests.found),
        "" if rests.found else rests.sentence,
        _together(rests),
        "" if box is None else box.sentence[0].lower() + box.sentence[1:],
    )


def _together(rests: Linchpins) -> str:
    if len(rests.found) < 2:
        return ""
    return f"together {share_said(rests.together)}"


def _row(one: Linchpin) -> RestsRow:
    return RestsRow(
        one.says,
        None if one.link is None else (one.link, anchor(one.link)),
        f"{share_said(one.share)} ({_span(one)})",
        draw_share(one.share, one.low, one.high),
        tuple((piece.says, percent(piece.probability)) for piece in shown_slices(one)),
    )


def shown_slices(one: Linchpin) -> Sequence[Slice]:
    """Return the slices that show best what it does: signs if the sign matters, then the ends."""
    ends = [piece for piece in one.thirds if "middle third" not in piece.says]
    if "sign" not in one.part:
        return ends
    if "strength" not in one.part:
        return one.signs
    return [*one.signs, *(piece for piece in ends if piece.sign == "raises")]


def share_said(share: float) -> str:
    """Return a share of variance as printed, whole per cent, never 0 or 100.

    >>> share_said(0.416), share_said(0.001)
    ('42 %', 'under 1 %')
    """
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{round(100 * share)} %"


def _span(one: Linchpin) -> str:
    low, high = share_said(one.low), share_said(one.high)
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def draw_share(share: float, low: float, high: float) -> Markup:
    """Return a share of variance as a bar on 0 to 100 %, with its interval as a line.

    >>> "rect" in draw_share(0.4, 0.3, 0.5)
    True
    """
    middle = HEIGHT / 2

    def place(x: float) -> float:
        return round(EDGE + _SCALE * min(max(x, 0.0), 1.0), 1)

    return Markup(
        '<svg class="reading-marks share-bar" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
        'aria-hidden="true"><line class="tick" x1="{2}" x2="{3}" y1="{4}" y2="{4}"/>'
        '<rect class="bar" x="{2}" y="{5}" width="{6}" height="8"/>'
        '<line class="span" x1="{7}" x2="{8}" y1="{4}" y2="{4}"/></svg>'
    ).format(
        WIDTH, HEIGHT, place(0), place(1), middle, middle - 4,
        max(1.5, round(place(share) - place(0), 1)), place(low), place(high),
    )  # fmt: skip
