"""Where the boxes and arrows of the influence diagram go.

A layered drawing with the columns given (outside forces, events, factors, issues) instead of
chosen: an arrow that skips a column passes through a reserved lane (a *dummy* node) of it, so that
no arrow ever runs through a box; the order within a column is found by median sweeps and swaps of
neighbours (Sugiyama, Tagawa, Toda 1981; Gansner and others 1993), and heights by least squares
under the order (pool adjacent violators).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

LANE = 13.0
"""Height in pixels of a lane that an arrow uses to pass a column."""
SPACE = 15.0
"""Free height between two boxes."""


@dataclass(frozen=True)
class Box:
    """A node to place: its column, and its size in pixels."""

    id: str
    column: int
    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """A box with the position of its centre."""

    box: Box
    x: float
    y: float

    @property
    def left(self) -> float:
        return self.x - self.box.width / 2

    @property
    def right(self) -> float:
        return self.x + self.box.width / 2


@dataclass(frozen=True)
class Layout:
    """The drawing: placed boxes, the lanes of every arrow, and the edges of the columns.

    `lanes[i]` holds, for arrow i, (column, y) of each column it passes, left to right.
    `span[c]` is the (left, right) of column c; between two spans lies a gap that arrows own.
    """

    placed: dict[str, Placed]
    lanes: tuple[tuple[tuple[int, float], ...], ...]
    span: tuple[tuple[float, float], ...]
    width: float
    height: float
    top: float


def place(
    boxes: Sequence[Box],
    arrows: Sequence[tuple[str, str]],
    *,
    columns: int,
    gap: float = 150.0,
    top: float = 46.0,
    seed: int = 1,
) -> Layout:
    """Place boxes in their columns and give every arrow its lanes.

    Args:
        boxes: what to place; ids are unique, columns from 0.
        arrows: (from, to) pairs of box ids.
        columns: how many columns there are.
        gap: free width in pixels between columns.
        top: height kept for the column titles.
        seed: of the random starts; the same seed gives the same drawing.

    >>> flat = place([Box("a", 0, 50, 20), Box("b", 1, 50, 20)], [("a", "b")], columns=2)
    >>> flat.placed["a"].right < flat.placed["b"].left
    True
    """
    graph = _Graph(boxes, arrows, columns)
    order = _best_order(graph, seed)
    y = _heights(graph, order)
    span = _spans(boxes, columns, gap)
    shift = top + 10 - min((y[n] - graph.height[n] / 2 for n in y), default=0.0)
    placed = {
        b.id: Placed(b, (span[b.column][0] + span[b.column][1]) / 2, y[b.id] + shift) for b in boxes
    }
    lanes = tuple(
        tuple((graph.column[lane], y[lane] + shift) for lane in chain) for chain in graph.chains
    )
    bottom = max((y[n] + graph.height[n] / 2 for n in y), default=0.0) + shift
    return Layout(placed, lanes, span, span[-1][1] + 12 if span else 0.0, bottom + 14, top)


def _spans(boxes: Sequence[Box], columns: int, gap: float) -> tuple[tuple[float, float], ...]:
    spans, x = [], 12.0
    for c in range(columns):
        width = max((b.width for b in boxes if b.column == c), default=60.0)
        spans.append((x, x + width))
        x += width + gap
    return tuple(spans)


class _Graph:
    """The boxes with the lanes of long arrows added, as neighbours to the left and right."""

    def __init__(
        self, boxes: Sequence[Box], arrows: Sequence[tuple[str, str]], columns: int
    ) -> None:
        self.column = {b.id: b.column for b in boxes}
        self.height = {b.id: b.height + SPACE for b in boxes}
        self.lane: set[str] = set()
        self.neighbours: dict[str, list[str]] = defaultdict(list)
        self.arcs: dict[str, list[str]] = defaultdict(list)
        self.chains: list[tuple[str, ...]] = []
        for i, (a, b) in enumerate(arrows):
            self._add(i, a, b)
        self.members = [[n for n in self.column if self.column[n] == c] for c in range(columns)]

    def _add(self, i: int, a: str, b: str) -> None:
        left, right = (a, b) if self.column[a] <= self.column[b] else (b, a)
        if self.column[left] == self.column[right]:
            if a != b:
                self.arcs[a].append(b)
                self.arcs[b].append(a)
            self.chains.append(())
            return
        chain = []
        for c in range(self.column[left] + 1, self.column[right]):
            lane = f"\0{i}:{c}"  # no box id holds a NUL
            self.column[lane], self.height[lane] = c, LANE
            self.lane.add(lane)
            chain.append(lane)
        stops = [left, *chain, right]
        for p, q in pairwise(stops):
            self.neighbours[p].append(q)
            self.neighbours[q].append(p)
        self.chains.append(tuple(chain))


def _best_order(graph: _Graph, seed: int, starts: int = 3, sweeps: int = 6) -> list[list[str]]:
    rng = random.Random(seed)  # noqa: S311 - the look of a drawing, not a secret
    best: tuple[float, list[list[str]]] | None = None
    for start in range(starts):
        order = [list(m) for m in graph.members]
        if start:
            for m in order:
                rng.shuffle(m)
        for _ in range(sweeps):
            _median_sweep(graph, order)
            _swap_neighbours(graph, order)
        cost = _cost(graph, order)
        if best is None or cost < best[0]:
            best = (cost, order)
    assert best is not None  # noqa: S101 - starts >= 1
    return best[1]


def _positions(order: list[list[str]]) -> dict[str, float]:
    return {n: (i + 0.5) / len(m) for m in order for i, n in enumerate(m)}


def _median_sweep(graph: _Graph, order: list[list[str]]) -> None:
    for c in [*range(len(order)), *reversed(range(len(order)))]:
        at = _positions(order)

        def key(n: str, at: dict[str, float] = at) -> float:
            near = [at[m] for m in graph.neighbours[n]] or [at[m] for m in graph.arcs[n]]
            return median(near) if near else at[n]

        order[c].sort(key=key)


def _swap_neighbours(graph: _Graph, order: list[list[str]]) -> None:
    at = _positions(order)
    for members in order:
        step = 1 / max(1, len(members))
        improved = True
        rounds = 0
        while improved and rounds < 8:
            improved, rounds = False, rounds + 1
            for i in range(len(members) - 1):
                u, v = members[i], members[i + 1]
                if _swap_gain(graph, at, u, v, step) > 1e-9:
                    members[i], members[i + 1] = v, u
                    at[u], at[v] = at[v], at[u]
                    improved = True


def _swap_gain(graph: _Graph, at: dict[str, float], u: str, v: str, step: float) -> float:
    """Return crossings and length saved by putting v above u (u is just above v now)."""
    gain = 0.0
    for a in graph.neighbours[u]:
        for b in graph.neighbours[v]:
            if graph.column[a] == graph.column[b]:
                gain += (at[a] > at[b]) - (at[a] < at[b])
    for n, move in ((u, step), (v, -step)):
        for other, weight in ((graph.neighbours, 0.8), (graph.arcs, 3.0)):
            for m in other[n]:
                if m not in (u, v):
                    gain += weight * (abs(at[n] - at[m]) - abs(at[n] + move - at[m]))
    return gain


def _cost(graph: _Graph, order: list[list[str]]) -> float:
    at = _positions(order)
    total = 0.0
    for c in range(len(order) - 1):
        lines = [
            (at[n], at[m])
            for n in order[c]
            for m in graph.neighbours[n]
            if graph.column[m] == c + 1
        ]
        for i, (a, b) in enumerate(lines):
            total += sum((a - p) * (b - q) < 0 for p, q in lines[i + 1 :])
            total += abs(a - b)
    return total + sum(3 * abs(at[n] - at[m]) for n in graph.arcs for m in graph.arcs[n]) / 2


def _heights(graph: _Graph, order: list[list[str]]) -> dict[str, float]:
    y: dict[str, float] = {}
    tallest = max((sum(graph.height[n] for n in m) for m in order), default=0.0)
    for members in order:
        h = (tallest - sum(graph.height[n] for n in members)) / 2
        for n in members:
            y[n] = h + graph.height[n] / 2
            h += graph.height[n]
    for _ in range(10):
        for members in order:
            _relax(graph, members, y, tallest)
    return y


def _relax(graph: _Graph, members: list[str], y: dict[str, float], tallest: float) -> None:
    """Move one column towards its neighbours, keeping order, spacing and the drawing's height."""
    if not members:
        return
    offset, wanted, weight, total = [], [], [], 0.0
    for n in members:
        offset.append(total + graph.height[n] / 2)
        total += graph.height[n]
        near = graph.neighbours[n]
        goal = sum(y[m] for m in near) / len(near) if near else y[n]
        wanted.append(goal - offset[-1])
        weight.append(4.0 if n in graph.lane else 1.0)
    room = max(0.0, tallest * 1.02 - total)
    for n, base, o in zip(members, _monotone(wanted, weight), offset, strict=True):
        y[n] = min(max(base, 0.0), room) + o


def _monotone(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the closest non-decreasing sequence in weighted least squares.

    >>> _monotone([3.0, 1.0, 4.0], [1.0, 1.0, 1.0])
    [2.0, 2.0, 4.0]
    """
    blocks: list[list[float]] = []  # mean, weight, length
    for v, w in zip(values, weights, strict=True):
        blocks.append([v, w, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            m2, w2, n2 = blocks.pop()
            m1, w1, n1 = blocks[-1]
            blocks[-1] = [(m1 * w1 + m2 * w2) / (w1 + w2), w1 + w2, n1 + n2]
    return [m for m, _, n in blocks for _ in range(int(n))]
