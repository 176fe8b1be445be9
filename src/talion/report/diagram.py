"""The influence diagram as plain SVG: who drives what, with each link's number as in the text.

Raises and lowers differ by colour and dash, strength by thickness; a hatched box is imagined (no
data), a faint arrow is one on which the record is silent. Every arrow and box is a link into the
page, so that the keyboard reaches all and the drawing works without JavaScript.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from talion.report.layout import Box, Layout, Placed, place
from talion.report.words import clean

FONT = 13.0
LINE = 16.0
PORT = 7.0
_WIDTHS = {**dict.fromkeys("iljtfrI.,'’:;|()[] ", 0.36), **dict.fromkeys("mwMW@%", 0.92)}


@dataclass(frozen=True)
class Node:
    """A box: an event type, a factor, a decision. `imagined` boxes are hatched."""

    id: str
    title: str
    column: int
    imagined: bool = False
    round: bool = False


@dataclass(frozen=True)
class Arrow:
    """One arrow of a link. `weight` is 1 weak, 2 moderate, 3 strong; `silent`: record says nothing.

    `into` is the anchor it leads to, its link's row if empty. `raises` is None for an arrow without a sign: an event that turns a switch or settles a decision, or a link of
    which nobody says which way it works.
    """

    link: str
    source: str
    target: str
    raises: bool | None
    weight: int = 2
    silent: bool = False
    note: str = ""
    into: str = ""


@dataclass(frozen=True)
class Curve:
    """A drawn arrow: cubic pieces (four points each), and the place of its label."""

    source: str
    target: str
    arrows: tuple[Arrow, ...]
    pieces: tuple[tuple[tuple[float, float], ...], ...]
    label: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Diagram:
    """A finished drawing: geometry, for tests, and its SVG."""

    layout: Layout
    curves: tuple[Curve, ...]
    svg: Markup


def draw(
    nodes: Sequence[Node],
    arrows: Sequence[Arrow],
    columns: Sequence[str],
    *,
    summary: str,
    seed: int = 1,
) -> Diagram:
    """Lay out and draw the diagram.

    Args:
        nodes: boxes; `column` indexes `columns`.
        arrows: links between node ids; several between one pair share a route and a label.
        columns: titles, left to right.
        summary: one sentence for screen readers.
        seed: of the layout.

    >>> d = draw([Node("a", "War", 0), Node("b", "Attack", 1)],
    ...          [Arrow("A8", "a", "b", True)], ["Forces", "Events"], summary="War raises attack.")
    >>> "A8" in d.svg and len(d.curves) == 1
    True
    """
    routes: dict[tuple[str, str], list[Arrow]] = defaultdict(list)
    for arrow in arrows:
        routes[arrow.source, arrow.target].append(arrow)
    ends = _count_ends(nodes, routes)
    boxes = _even([_box(n, ends[n.id]) for n in nodes], columns)
    layout = place(boxes, list(routes), columns=len(columns), gap=_gap(nodes, routes), seed=seed)
    curves = _label(_route(layout, routes))
    return Diagram(layout, curves, _svg(layout, nodes, curves, columns, summary))


def text_width(text: str, size: float = FONT) -> float:
    """Return a generous estimate in pixels of `text` set in a sans serif of `size` pixels."""
    return sum(_WIDTHS.get(c, 0.72 if c.isupper() else 0.6) for c in text) * size


def wrap(title: str) -> list[str]:
    """Return the title in at most three lines of about 22 characters."""
    lines = textwrap.wrap(clean(title), 23, break_long_words=True) or [""]
    if len(lines) > 3:
        lines = [*lines[:2], textwrap.shorten(" ".join(lines[2:]), 22, placeholder="…") or "…"]
    return lines


def _count_ends(
    nodes: Sequence[Node], routes: Iterable[tuple[str, str]]
) -> dict[str, dict[str, int]]:
    column = {n.id: n.column for n in nodes}
    last = max(column.values(), default=0)
    ends: dict[str, dict[str, int]] = {n.id: {"L": 0, "R": 0} for n in nodes}
    for a, b in routes:
        for node, side in zip((a, b), _sides(column, a, b, last), strict=True):
            ends[node][side] += 1
    return ends


def _sides(column: dict[str, int], a: str, b: str, last: int) -> tuple[str, str]:
    if column[a] == column[b]:
        side = "R" if column[a] < last or last == 0 else "L"
        return side, side
    return ("R", "L") if column[a] < column[b] else ("L", "R")


def _box(node: Node, ends: dict[str, int]) -> Box:
    lines = wrap(node.title)
    width = max(text_width(line) for line in lines) + 24
    height = max(len(lines) * LINE + 14, max(ends.values()) * PORT + 8)
    return Box(node.id, node.column, round(width), round(height))


def _even(boxes: Sequence[Box], columns: Sequence[str]) -> list[Box]:
    """Give the boxes of a column one width, so that an arrow leaving one cannot cut its neighbour."""
    widest = {c: text_width(title) + 8 for c, title in enumerate(columns)}
    for box in boxes:
        widest[box.column] = max(widest[box.column], box.width)
    return [Box(b.id, b.column, widest[b.column], b.height) for b in boxes]


def _gap(nodes: Sequence[Node], routes: Iterable[tuple[str, str]]) -> float:
    column = {n.id: n.column for n in nodes}
    arcs = sum(column[a] == column[b] for a, b in routes)
    return 120.0 + min(90.0, 5.0 * arcs)


def _route(layout: Layout, routes: dict[tuple[str, str], list[Arrow]]) -> list[Curve]:
    ports = _ports(layout, list(routes))
    depth = _arc_depths(layout, list(routes))
    curves = []
    for i, ((a, b), arrows) in enumerate(routes.items()):
        start, end = ports[i, 0], ports[i, 1]
        stops = [start, *_lane_points(layout, i, a, b), end]
        if layout.placed[a].box.column == layout.placed[b].box.column:
            pieces = [_arc(start, end, depth[i])]
        else:
            gaps = [_s_curve(p, q) for p, q in zip(stops[::2], stops[1::2], strict=True)]
            pieces = list(_with_lanes(gaps))
        curves.append(Curve(a, b, tuple(arrows), tuple(pieces)))
    return curves


Point = tuple[float, float]


def _lane_points(layout: Layout, i: int, a: str, b: str) -> list[Point]:
    """Return entry and exit of each lane, in the direction of the arrow."""
    points: list[Point] = []
    forward = layout.placed[a].box.column < layout.placed[b].box.column
    for column, y in layout.lanes[i] if forward else tuple(reversed(layout.lanes[i])):
        left, right = layout.span[column]
        points += [(left, y), (right, y)] if forward else [(right, y), (left, y)]
    return points


def _s_curve(p: Point, q: Point) -> tuple[Point, ...]:
    middle = (p[0] + q[0]) / 2
    return p, (middle, p[1]), (middle, q[1]), q


def _with_lanes(pieces: Sequence[tuple[Point, ...]]) -> Iterable[tuple[Point, ...]]:
    for i, piece in enumerate(pieces):
        if i:
            p, q = pieces[i - 1][3], piece[0]
            yield p, p, q, q
        yield piece


def _arc(p: Point, q: Point, depth: float) -> tuple[Point, ...]:
    # A cubic whose two controls lie d away reaches three quarters of d.
    reach = depth / 0.75
    return p, (p[0] + reach, p[1]), (q[0] + reach, q[1]), q


def _arc_depths(layout: Layout, routes: Sequence[tuple[str, str]]) -> dict[int, float]:
    """Return the signed reach of each same-column arc: longer arcs reach further into the gap."""
    last = len(layout.span) - 1
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for i, (a, b) in enumerate(routes):
        p, q = layout.placed[a], layout.placed[b]
        if p.box.column == q.box.column:
            found[p.box.column].append((abs(p.y - q.y), i))
    depths = {}
    for column, arcs in found.items():
        left = column == last and last > 0
        edge = column - 1 if left else column
        room = layout.span[edge + 1][0] - layout.span[edge][1] - 24 if edge + 1 <= last else 90.0
        for rank, (_, i) in enumerate(sorted(arcs)):
            reach = 26 + (room * 0.75 - 26) * (rank + 1) / (len(arcs) + 1)
            depths[i] = -reach if left else reach
    return depths


def _ports(layout: Layout, routes: Sequence[tuple[str, str]]) -> dict[tuple[int, int], Point]:
    column = {i: p.box.column for i, p in layout.placed.items()}
    last = len(layout.span) - 1
    sides: dict[tuple[str, str], list[tuple[float, int, int]]] = defaultdict(list)
    for i, (a, b) in enumerate(routes):
        sa, sb = _sides(column, a, b, last)
        # The direction an arrow leaves in is set by its first lane, not by its far end.
        lanes = [y for _, y in layout.lanes[i]]
        near_a, near_b = (lanes[0], lanes[-1]) if lanes else (None, None)
        if column[a] > column[b]:
            near_a, near_b = near_b, near_a
        ya = near_a if near_a is not None else layout.placed[b].y
        yb = near_b if near_b is not None else layout.placed[a].y
        sides[a, sa].append((ya, i, 0))
        sides[b, sb].append((yb if a != b else yb + 1, i, 1))
    ports = {}
    for (node, side), ends in sides.items():
        at = layout.placed[node]
        step = min(PORT, (at.box.height - 8) / max(1, len(ends) - 1))
        x = at.right if side == "R" else at.left
        for k, (_, i, end) in enumerate(sorted(ends)):
            ports[i, end] = (x, at.y + (k - (len(ends) - 1) / 2) * step)
    return ports


def point_on(piece: Sequence[Point], t: float) -> Point:
    """Return the point of a cubic Bezier piece at t in [0, 1]."""
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
    x = a * piece[0][0] + b * piece[1][0] + c * piece[2][0] + d * piece[3][0]
    y = a * piece[0][1] + b * piece[1][1] + c * piece[2][1] + d * piece[3][1]
    return x, y


def label_text(arrows: Sequence[Arrow]) -> str:
    """Return the one label of a route: its link ids, each once."""
    return " ".join(dict.fromkeys(a.link for a in arrows if not a.into))


def _label(curves: list[Curve]) -> tuple[Curve, ...]:
    """Put each route's label on its line where it covers no earlier label, as far as there is room."""
    taken: list[tuple[float, float, float, float]] = []
    done = []
    for curve in sorted(curves, key=lambda c: len(c.pieces)):
        half = text_width(label_text(curve.arrows), 10.5) / 2 + 2
        best: tuple[float, Point] | None = None
        for piece in curve.pieces[:: 2 if len(curve.pieces) > 1 else 1]:
            for t in (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.15, 0.85):
                x, y = point_on(piece, t)
                clash = sum(_overlap((x - half, y - 7, x + half, y + 7), box) for box in taken)
                score = clash + abs(t - 0.5)
                if best is None or score < best[0]:
                    best = (score, (x, y))
        assert best is not None  # noqa: S101 - a curve has a piece
        x, y = best[1]
        taken.append((x - half, y - 7, x + half, y + 7))
        done.append(Curve(curve.source, curve.target, curve.arrows, curve.pieces, (x, y)))
    return tuple(done)


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    return w * h if w > 0 and h > 0 else 0.0


@dataclass
class _Drawing:
    parts: list[Markup] = field(default_factory=list)

    def add(self, template: str, *values: object) -> None:
        """Add SVG; every value is escaped."""
        # The template is a literal of this module; `format` of Markup escapes what is put in.
        self.parts.append(Markup(template).format(*values))  # noqa: S704


def _svg(
    layout: Layout,
    nodes: Sequence[Node],
    curves: Sequence[Curve],
    columns: Sequence[str],
    summary: str,
) -> Markup:
    out = _Drawing()
    w, h = round(layout.width), round(layout.height)
    out.add(
        '<svg class="influence" viewBox="0 0 {} {}" width="{}" height="{}" role="group" '
        'aria-label="{}">',
        w, h, w, h, clean(summary),
    )  # fmt: skip
    out.parts.append(_DEFS)
    for (left, right), title in zip(layout.span, columns, strict=True):
        out.add('<text class="column" x="{:.0f}" y="22">{}</text>', (left + right) / 2, title)
    titles = {n.id: clean(n.title) for n in nodes}
    for curve in curves:
        _draw_curve(out, curve, titles)
    for node in nodes:
        _draw_node(out, node, layout.placed[node.id])
    for curve in curves:
        x, y = curve.label
        out.add(
            '<text class="link-label" x="{:.1f}" y="{:.1f}" data-links="{}">{}</text>',
            x, y + 3.5, label_text(curve.arrows), label_text(curve.arrows),
        )  # fmt: skip
    out.parts.append(Markup("</svg>"))
    return Markup("\n").join(out.parts)


_TIP = Markup(
    '<marker id="tip-{}" viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.6L8 4L0 7.4z"/></marker>'
)
_DEFS = Markup(
    '<defs>{}{}{}<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="hatch-ground" width="7" height="7"/>'
    '<line class="hatch-line" x1="0" y1="0" x2="0" y2="7"/></pattern></defs>'
).format(*(_TIP.format(verb) for verb in ("raises", "lowers", "turns")))


def _draw_curve(out: _Drawing, curve: Curve, titles: dict[str, str]) -> None:
    path = _path(curve.pieces)
    for k, arrow in enumerate(curve.arrows):
        verb = {True: "raises", False: "lowers", None: "turns"}[arrow.raises]
        said = "may raise or lower" if arrow.raises is None and not arrow.into else verb
        name = f"{titles[curve.source]} {said} {titles[curve.target]}"
        out.add(
            '<a class="arrow {} w{}{}" href="#{}" data-link="{}" data-ends="{} {}"><title>{}</title>'
            '<path class="reach" d="{}"/><path class="line" d="{}" marker-end="url(#tip-{})"{}/></a>',
            verb, arrow.weight, " silent" if arrow.silent else "",
            arrow.into or f"link-{arrow.link}", "" if arrow.into else arrow.link,
            curve.source, curve.target,
            f"{name}: {arrow.note}" if arrow.into else f"{arrow.link}: {name}",
            path, path, verb,
            Markup(' transform="translate(0 {})"').format(3 * k) if k else "",
        )  # fmt: skip


def _path(pieces: Sequence[Sequence[Point]]) -> str:
    x, y = pieces[0][0]
    text = f"M{x:.1f} {y:.1f}"
    for _, b, c, d in pieces:
        text += f"C{b[0]:.1f} {b[1]:.1f} {c[0]:.1f} {c[1]:.1f} {d[0]:.1f} {d[1]:.1f}"
    return text


def _draw_node(out: _Drawing, node: Node, at: Placed) -> None:
    lines = wrap(node.title)
    radius = min(at.box.height / 2, 16) if node.round else 3
    out.add(
        '<a class="node c{}{}" href="#node-{}" data-node="{}" aria-label="{}"><rect x="{:.1f}" '
        'y="{:.1f}" width="{}" height="{}" rx="{}"/>',
        node.column, " imagined" if node.imagined else "", node.id, node.id,
        clean(node.title) + (" (imagined: no data)" if node.imagined else ""),
        at.left, at.y - at.box.height / 2, at.box.width, at.box.height, radius,
    )  # fmt: skip
    first = at.y - (len(lines) - 1) * LINE / 2 + 4.5
    for k, line in enumerate(lines):
        out.add('<text x="{:.1f}" y="{:.1f}">{}</text>', at.x, first + k * LINE, line)
    out.parts.append(Markup("</a>"))
