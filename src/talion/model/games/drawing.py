"""A game tree as a drawing: what follows what, who moves, and the course that was solved for.

The tree grows to the right: one column for each move in a row, one line for each end. A node stands
in the middle of what follows it, so that no two boxes and no two labels meet. Moves that are taken
are thick, others thin and dashed; chances stand beside their moves. The text is plain SVG, the same
for the same game.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from talion.errors import InputError
from talion.model.games.solve import Solution
from talion.model.games.tree import Chance, Decision, Game, Outcome, Place

__all__ = ["Box", "GameDrawing", "Label", "draw_game"]

FONT = 13.0
LINE = 16.0
PAD = 8.0
GAP = 10.0  # between boxes of a column
TRUNK = 18.0  # from a box to where its moves part
LONGEST = 30  # characters of a line; the whole text is shown on pointing
MOST_DRAWN = 400
_NARROW = dict.fromkeys("iljtfrI.,'’:;|()[] -", 0.36)
_WIDE = dict.fromkeys("mwMW@%", 0.92)
_WIDTHS = {**_NARROW, **_WIDE}


@dataclass(frozen=True)
class Box:
    """A node as drawn: where it stands (left, top) and how large it is, in pixels."""

    place: int
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Label:
    """The name of a move above the line that leads to a place; (x, y) is the text's left and base line."""

    place: int
    x: float
    y: float
    width: float
    text: str
    taken: bool


@dataclass(frozen=True, eq=False)
class GameDrawing:
    """Geometry, for tests and other drawings, and the SVG."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]
    svg: str


def draw_game(game: Game, solution: Solution | None = None, *, title: str = "") -> GameDrawing:
    """Lay out a game and draw it.

    Args:
        game: at most 400 nodes.
        solution: marks the moves taken and writes expected payoffs; its first draw is shown.
        title: for screen readers and on pointing; the game's own by default.

    Returns:
        The drawing. Its SVG has no script, style sheet or reference to anything outside it.

    Raises:
        InputError: too many nodes, or a solution of another game.

    >>> from talion.model.games.solve import best_replies
    >>> from talion.model.games.tree import decision, outcome
    >>> game = Game("g", ("A",), decision("A", {"x": outcome("one", 0), "y": outcome("two", 1)}))
    >>> drawing = draw_game(game, best_replies(game))
    >>> [label.text for label in drawing.labels if label.taken]
    ['y']
    """
    if len(game.places) > MOST_DRAWN:
        raise InputError(
            "the game is too large to draw", place=f"game {game.title!r}", value=len(game.places),
            remedy=f"at most {MOST_DRAWN} nodes are drawn; draw a part of it",
        )  # fmt: skip
    if solution is not None and solution.game is not game:
        raise InputError("the solution is of another game", place="solution", value=game.title)
    texts = [_lines(game, place, solution) for place in game.places]
    moves = [_move(game, place, solution) for place in game.places]
    left, widths, run = _columns(game, texts, moves)
    middle, height = _rows(game, texts)
    boxes = tuple(
        Box(
            p.index, left[p.depth], middle[p.index] - _tall(texts[p.index]) / 2,
            widths[p.depth], _tall(texts[p.index]), texts[p.index],
        )
        for p in game.places
    )  # fmt: skip
    labels = tuple(
        Label(
            p.index, left[p.depth] - run[p.depth] + 6, middle[p.index] - 5,
            text_width(moves[p.index]), moves[p.index], _taken(p, solution),
        )
        for p in game.places[1:]
    )  # fmt: skip
    width = left[-1] + widths[-1] + 1
    svg = _svg(game, boxes, labels, middle, run, (width, height), title or game.title)
    return GameDrawing(width, height, boxes, labels, svg)


def text_width(text: str) -> float:
    """Return a generous estimate in pixels of a line set in a bold sans serif of 13 pixels."""
    return (
        1.06
        * FONT
        * sum(
            _WIDTHS.get(c, 1.05 if ord(c) > 0x2E7F else 0.74 if c.isupper() else 0.62) for c in text
        )
    )


def _clean(text: str) -> str:
    """One line without characters that XML does not know."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def _short(text: str) -> str:
    clean = _clean(text)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1].rstrip() + "…"


def _lines(game: Game, place: Place, solution: Solution | None) -> tuple[str, ...]:
    node = place.node
    if isinstance(node, Outcome):
        worth = [
            f"{likely:g}" if low == high else f"{likely:g} [{low:g}, {high:g}]"
            for low, likely, high in node.payoffs
        ]
        said = [f"{_short(p)} {w}" for p, w in zip(game.players, worth, strict=True)]
        lines = (
            [node.name, ", ".join(said)] if len(", ".join(said)) <= LONGEST else [node.name, *said]
        )
    else:
        lines = [node.player if isinstance(node, Decision) else "chance"]
        if node.name:
            lines.append(node.name)
        if solution is not None:
            values = solution.values[0, place.index]
            lines.append("expects " + ", ".join(f"{v:.3g}" for v in values + 0.0))
    return tuple(map(_short, lines))


def _move(game: Game, place: Place, solution: Solution | None) -> str:
    """The label of the move that leads to a place, with its chance where that is neither 0 nor 1."""
    if place.parent < 0:
        return ""
    parent = game.places[place.parent].node
    label = _short(place.path[-1])
    if isinstance(parent, Chance):
        return f"{label} {parent.probabilities[place.move] / sum(parent.probabilities):.3g}"
    if solution is None:
        return label
    odds = float(solution.chosen[0, place.index])
    return label if odds in (0.0, 1.0) else f"{label} {odds:.3g}"


def _taken(place: Place, solution: Solution | None) -> bool:
    if solution is None or isinstance(solution.game.places[place.parent].node, Chance):
        return False
    siblings = solution.game.places[place.parent].children
    most = solution.chosen[0, list(siblings)].max()
    return bool(solution.chosen[0, place.index] >= most - 1e-12)


def _tall(lines: tuple[str, ...]) -> float:
    return len(lines) * LINE + PAD


def _columns(
    game: Game, texts: list[tuple[str, ...]], moves: list[str]
) -> tuple[list[float], list[float], list[float]]:
    """For each depth: left edge and width of its boxes, and the room before them for labels of moves."""
    deepest = max(p.depth for p in game.places)
    widths, run = [0.0] * (deepest + 1), [0.0] * (deepest + 1)
    for p in game.places:
        widest = max(map(text_width, texts[p.index])) + 2 * PAD
        widths[p.depth] = max(widths[p.depth], widest)
        if p.depth:
            run[p.depth] = max(run[p.depth], text_width(moves[p.index]) + 12)
    left = [1.0]
    for depth in range(1, deepest + 1):
        left.append(left[-1] + widths[depth - 1] + TRUNK + run[depth])
    return left, widths, run


def _rows(game: Game, texts: list[tuple[str, ...]]) -> tuple[list[float], float]:
    """The middle of every node, and the height of all."""
    # As tall as the tallest box: then boxes of nodes with one move each cannot meet either.
    pitch = max(map(_tall, texts)) + GAP
    middle = [0.0] * len(game.places)
    rows = 0
    for p in game.places:
        if not p.children:
            middle[p.index] = 1.0 + pitch * (rows + 0.5)
            rows += 1
    for p in reversed(game.places):
        if p.children:
            middle[p.index] = float(np.mean([middle[p.children[0]], middle[p.children[-1]]]))
    return middle, pitch * rows + 2.0


def _svg(
    game: Game,
    boxes: tuple[Box, ...],
    labels: tuple[Label, ...],
    middle: list[float],
    run: list[float],
    size: tuple[float, float],
    title: str,
) -> str:
    width, height = size
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="game-tree" role="img" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.0f}" height="{height:.0f}" '
        f'font-family="sans-serif" font-size="{FONT:g}" fill="currentColor">'
    )
    parts = [head, f"<title>{escape(_clean(title))}</title>"]
    # Taken moves last, so that they lie on top where lines of one node share a trunk.
    for label in sorted(labels, key=lambda x: x.taken):
        parts.append(_branch(game, label, boxes, middle, run))
    for label in labels:
        weight = ' font-weight="bold"' if label.taken else ""
        whole = _clean(game.places[label.place].path[-1])
        parts.append(
            f'<text x="{label.x:.1f}" y="{label.y:.1f}"{weight}>{escape(label.text)}'
            f"{_hint(whole, label.text)}</text>"
        )
    parts += [_box(game.places[box.place], box) for box in boxes]
    return "\n".join([*parts, "</svg>", ""])


def _branch(
    game: Game, label: Label, boxes: tuple[Box, ...], middle: list[float], run: list[float]
) -> str:
    place = game.places[label.place]
    by_chance = isinstance(game.places[place.parent].node, Chance)
    parent, child = boxes[place.parent], boxes[place.index]
    trunk = child.x - run[place.depth]
    looks = {"taken": 'stroke-width="3"', "open": 'stroke-width="1" stroke-dasharray="4 3"'}
    kind = "taken" if label.taken else "chance" if by_chance else "open"
    return (
        f'<path class="{kind}" fill="none" stroke="currentColor" {looks.get(kind, "")} '
        f'd="M{parent.x + parent.width:.1f} {middle[place.parent]:.1f}H{trunk:.1f}'
        f'V{middle[place.index]:.1f}H{child.x:.1f}"/>'
    )


def _hint(whole: str, shown: str) -> str:
    return "" if shown.startswith(whole) else f"<title>{escape(whole)}</title>"


def _box(place: Place, box: Box) -> str:
    node = place.node
    kind = {Outcome: "outcome", Decision: "decision", Chance: "chance"}[type(node)]
    corner = 0 if kind == "outcome" else 8
    dash = ' stroke-dasharray="2 2"' if kind == "chance" else ""
    rows = ""
    for k, line in enumerate(box.lines):
        weight = "" if k else ' font-weight="bold"'
        base = box.y + PAD / 2 + (k + 0.78) * LINE
        rows += f'<tspan x="{box.x + PAD:.1f}" y="{base:.1f}"{weight}>{escape(line)}</tspan>'
    whole = _clean(node.name)
    hint = "" if whole in box.lines or not whole else f"<title>{escape(whole)}</title>"
    return (
        f'<g class="{kind}">{hint}<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{corner}" fill="none" stroke="currentColor"{dash}/>'
        f"<text>{rows}</text></g>"
    )
