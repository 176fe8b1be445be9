"""Drawings of game trees: geometry without overlaps, well-formed SVG, the taken moves."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.games.random_games import ladder, random_game
from talion.errors import InputError
from talion.model.games.drawing import FONT, GameDrawing, draw_game, text_width
from talion.model.games.quantal import quantal_response
from talion.model.games.solve import best_replies
from talion.model.games.tree import Game, decision, outcome

if TYPE_CHECKING:
    from playwright.sync_api import Page

SVG = "{http://www.w3.org/2000/svg}"


def areas(drawing: GameDrawing) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of every box and label."""
    boxes = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in drawing.boxes]
    return boxes + [(t.x, t.y - FONT, t.x + t.width, t.y + 2) for t in drawing.labels]


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=60)
def test_nothing_overlaps_and_all_is_inside(seed: int, solved: bool) -> None:
    game = random_game(seed)
    drawing = draw_game(game, quantal_response(game, 1.0) if solved else None)
    found = areas(drawing)
    for left, top, right, bottom in found:
        assert left >= 0
        assert top >= 0
        assert right <= drawing.width
        assert bottom <= drawing.height
    for (a, b, c, d), (e, f, g, h) in itertools.combinations(found, 2):
        assert c <= e or g <= a or d <= f or h <= b
    for box in drawing.boxes:
        assert max(map(text_width, box.lines)) <= box.width


@given(st.integers(0, 10**6))
@settings(max_examples=30)
def test_lines_run_from_parent_to_child(seed: int) -> None:
    game = random_game(seed)
    drawing = draw_game(game)
    for label in drawing.labels:
        child, parent = (
            drawing.boxes[label.place],
            drawing.boxes[game.places[label.place].parent],
        )
        assert parent.x + parent.width < label.x
        assert label.x + label.width < child.x
        assert label.y == pytest.approx(child.y + child.height / 2 - 5)
    paths = ET.fromstring(drawing.svg).findall(f"{SVG}path")  # noqa: S314 - our own text
    assert len(paths) == len(game.places) - 1


def test_taken_moves_are_thick_and_chances_written() -> None:
    game = ladder()
    drawing = draw_game(game, best_replies(game))
    taken = {game.places[x.place].path for x in drawing.labels if x.taken}
    assert ("attack",) in taken
    assert ("pause",) not in taken
    assert ("attack", "no deaths") not in taken  # nobody takes what chance brings
    texts = {game.places[x.place].path: x.text for x in drawing.labels}
    assert texts["attack", "deaths"] == "deaths 0.1"
    assert texts["attack", "no deaths", "absorb"] == "absorb 0.5"
    assert texts["pause",] == "pause"
    root = ET.fromstring(drawing.svg)  # noqa: S314 - our own text
    kinds = [path.get("class") for path in root.findall(f"{SVG}path")]
    assert kinds.count("taken") == len(taken)
    assert kinds.count("chance") == 2
    widths = {path.get("class"): path.get("stroke-width") for path in root.findall(f"{SVG}path")}
    assert widths["taken"] == "3"
    assert widths["open"] == "1"


def test_the_same_game_gives_the_same_text() -> None:
    assert draw_game(ladder()).svg == draw_game(ladder()).svg
    game = ladder()
    assert draw_game(game).svg != draw_game(game, best_replies(game)).svg


def test_names_cannot_break_out_of_the_drawing() -> None:
    wild = '<script>alert("1")</script> & \x00\x1b[31m ]]> "q"'
    game = Game(wild, (wild, "B"), decision(wild, {wild: outcome(wild, 0, 0), "b": outcome("b", 1, 1)}, name=wild))  # fmt: skip
    svg = draw_game(game, best_replies(game)).svg
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    assert {child.tag.removeprefix(SVG) for child in root.iter()} <= {"svg", "title", "path", "text", "g", "rect", "tspan"}  # fmt: skip
    assert "alert" in "".join(root.itertext())
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_long_names_are_cut_and_shown_whole_on_pointing() -> None:
    long = "a general war that draws in every neighbour and lasts for years"
    game = Game("g", ("A",), decision("A", {long: outcome(long, 0), "b": outcome("b", 1)}))
    drawing = draw_game(game)
    assert all(len(line) <= 30 for box in drawing.boxes for line in box.lines)
    assert drawing.svg.count(f"<title>{long}</title>") == 2


def test_too_large_and_wrong_solutions_are_refused() -> None:
    wide = Game("g", ("A",), decision("A", {f"m{k}": outcome(f"e{k}", k) for k in range(400)}))
    with pytest.raises(InputError, match="too large"):
        draw_game(wide)
    with pytest.raises(InputError, match="another game"):
        draw_game(ladder(), best_replies(ladder()))


@pytest.mark.browser
def test_text_fits_as_a_browser_sets_it(page: Page) -> None:
    game = ladder()
    drawing = draw_game(game, quantal_response(game, 1.0))
    page.set_content(f"<!doctype html><title>t</title><body>{drawing.svg}</body>")
    measured = page.evaluate(
        """() => [...document.querySelectorAll('svg > text')].map(t => t.getComputedTextLength())"""
    )
    assert len(measured) == len(drawing.labels)
    for width, label in zip(measured, drawing.labels, strict=True):
        assert width <= label.width, label.text
    inside = page.evaluate(
        """() => [...document.querySelectorAll('svg g')].every(g => {
            const r = g.querySelector('rect').getBBox(), t = g.querySelector('text').getBBox();
            return t.x >= r.x && t.x + t.width <= r.x + r.width && t.y >= r.y - 1
                && t.y + t.height <= r.y + r.height + 1; })"""
    )
    assert inside
