"""Drawings of a bargain: stakes on a scale, outcomes by model, positions round by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

__all__ = ["Path", "draw_axis", "draw_course", "draw_outcome", "draw_stake"]

WIDTH, EDGE, ROW = 340, 14, 34
LARGEST = 14.0  # radius of the weightiest actor
_COURSE_WIDTH, _COURSE_LEFT, _COURSE_RIGHT, _COURSE_HEIGHT, _COURSE_TOP = 760, 34, 284, 330, 12
_LEAST_ARROW = 7.0  # what is shorter has no room for its tip
_GAP = 15.0  # between labels
_STEPS = (0, 25, 50, 75, 100)


def _x(place: float) -> float:
    return round(EDGE + (WIDTH - 2 * EDGE) * min(max(place, 0.0), 100.0) / 100.0, 1)


def _open(height: float, said: str, kind: str) -> Markup:
    return Markup(
        '<svg class="reading-marks {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
    ).format(kind, WIDTH, height, WIDTH, height, said)


def _ticks(height: float, lines: Sequence[tuple[float, str]] = ()) -> Markup:
    parts = [
        Markup('<line class="tick" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(_x(p), height)
        for p in _STEPS
    ]
    parts += [
        Markup('<line class="base {2}" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(
            _x(p), height, kind
        )
        for p, kind in lines
    ]
    return Markup("").join(parts)


def draw_axis() -> Markup:
    """Return the scale's numbers, as wide as the rows under it.

    >>> "100" in draw_axis()
    True
    """
    said = [
        Markup('<text class="axis" x="{}" y="11" text-anchor="middle">{}</text>').format(_x(p), p)
        for p in _STEPS
    ]
    return _open(14, "scale from 0 to 100", "axis-row") + Markup("").join(said) + Markup("</svg>")


def draw_stake(
    span: tuple[float, float, float],
    weight: float,
    after: float,
    said: str,
    lines: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Return one actor: its range as a line, a bubble of its weight, an arrow to where a session leaves it.

    Args:
        span: 1-in-10, likely and 9-in-10 position.
        weight: share of that of the weightiest actor, 0 to 1; the bubble's area.
        after: position after one session.
        said: the same in words.
        lines: places marked across all rows, with their kind.

    >>> 'r="14.0"' in draw_stake((0, 5, 20), 1.0, 30, "Army at 5")
    True
    """
    y, low, middle, high = ROW / 2, *(_x(p) for p in span)
    radius = round(max(2.5, LARGEST * min(max(weight, 0.0), 1.0) ** 0.5), 1)
    parts = [_open(ROW, said, "stake"), _ticks(ROW, lines)]
    parts.append(
        Markup('<line class="span" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(low, high, y, y)
    )
    parts.append(
        Markup('<circle class="bubble" cx="{}" cy="{}" r="{}"/>').format(middle, y, radius)
    )
    end = _x(after)
    if abs(end - middle) > _LEAST_ARROW:
        back = -7.0 if end > middle else 7.0
        parts.append(
            Markup(
                '<line class="moves" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
                '<path class="tip" d="M{3} {2}l{4} -4v8z"/>'
            ).format(middle, round(end + back, 1), y, end, back)
        )
    parts.append(Markup('<circle class="dot" cx="{}" cy="{}" r="1.8"/></svg>').format(middle, y))
    return Markup("").join(parts)


def draw_outcome(
    quantiles: Sequence[float],
    said: str,
    *,
    baseline: bool,
    lines: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Return a model's outcomes: a thin line for 8 draws in 10, a thick one for 5, a mark in the middle.

    Args:
        quantiles: at 10, 25, 50, 75 and 90 of 100.
        said: the same in words.
        baseline: drawn hollow.
        lines: places marked across all rows, with their kind.

    >>> "ring none" in draw_outcome([10, 20, 30, 40, 50], "mean", baseline=True)
    True
    """
    low, first, middle, last, high = (_x(q) for q in quantiles)
    height, y = 24, 12.0
    return Markup("").join(
        (
            _open(height, said, "outcome"),
            _ticks(height, lines),
            Markup('<line class="span" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(low, high, y, y),
            Markup('<line class="half-span" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                first, last, y, y
            ),
            Markup('<circle class="ring {}" cx="{}" cy="{}" r="4.6"/></svg>').format(
                "none" if baseline else "full", middle, y
            ),
        )
    )


@dataclass(frozen=True)
class Path:
    """Positions of an actor, or of several that end together, from round to round."""

    name: str
    places: tuple[float, ...]


def draw_course(paths: Sequence[Path], said: str, *, others: Sequence[Path] = ()) -> Markup:
    """Return positions round by round, a line for each actor, with its name where the line ends.

    Args:
        paths: all of the same length, at least two places.
        said: the picture in words.
        others: lines without a name, since they end where a named one does.

    >>> svg = draw_course([Path("A", (10, 40)), Path("B", (90, 41))], "two actors")
    >>> svg.count("<polyline"), "stated" in svg
    (2, True)
    """
    rounds = len(paths[0].places)
    width, right = _COURSE_WIDTH, _COURSE_WIDTH - _COURSE_RIGHT
    height = _COURSE_HEIGHT + _COURSE_TOP

    def at(r: int) -> float:
        return round(_COURSE_LEFT + (right - _COURSE_LEFT) * r / (rounds - 1), 1)

    def level(place: float) -> float:
        return round(_COURSE_TOP + (_COURSE_HEIGHT - 2 * _COURSE_TOP) * (1.0 - place / 100.0), 1)

    parts = [
        Markup(
            '<svg class="course" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">'
        ).format(width, height + 16, said)
    ]
    for p in _STEPS:
        parts.append(
            Markup(
                '<line class="tick" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
                '<text class="axis" x="{3}" y="{4}" text-anchor="end">{5}</text>'
            ).format(_COURSE_LEFT, right, level(p), _COURSE_LEFT - 6, level(p) + 3.5, p)
        )
    for r in range(rounds):
        name = "stated" if r == 0 else f"round {r}"
        parts.append(
            Markup('<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>').format(
                at(r), height + 6, name
            )
        )
    for path in (*others, *paths):
        points = " ".join(f"{at(r)},{level(p)}" for r, p in enumerate(path.places))
        parts.append(Markup('<polyline class="path" points="{}"/>').format(points))
        parts += [
            Markup('<circle class="dot" cx="{}" cy="{}" r="2.4"/>').format(at(r), level(p))
            for r, p in enumerate(path.places)
        ]
    ends = _apart([level(path.places[-1]) for path in paths])
    for path, label in zip(paths, ends, strict=True):
        parts.append(
            Markup(
                '<line class="lead" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}">{}</text>'
            ).format(
                right + 4,
                right + 16,
                level(path.places[-1]),
                label,
                right + 20,
                label + 4,
                path.name,
            )
        )
    return Markup("").join((*parts, Markup("</svg>")))


def _apart(levels: Sequence[float]) -> list[float]:
    """Move labels apart, each as near to its line as the others leave it."""
    order = sorted(range(len(levels)), key=lambda i: levels[i])
    found = list(levels)
    for before, here in pairwise(order):
        found[here] = max(found[here], found[before] + _GAP)
    lowest = float(_COURSE_TOP + _COURSE_HEIGHT)
    for i in reversed(order):
        found[i] = min(found[i], lowest)
        lowest = found[i] - _GAP
    return found
