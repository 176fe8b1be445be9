"""Slides: 16:9, native tables, pictures that stand alone, texts for those who cannot see them."""

from __future__ import annotations

import io
import json
import re
from itertools import pairwise
from typing import Any

import pptx
import pytest
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.util import Inches

from report.office.runs import all_text, awkward, fitted, watched
from report.office.test_word import PIXEL, with_judgments
from talion.report.office.dossier import ChartData, Dossier
from talion.report.office.pictures import Picture, draw_picture, picture_spec, picture_templates
from talion.report.office.slides import draw_for_slides, write_slides
from talion.report.office.table_words import TableWords


@pytest.fixture(scope="module")
def made() -> Any:
    return picture_templates()


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return draw_for_slides(fitted().dossier)


@pytest.fixture(scope="module")
def deck(pictures: dict[str, Picture]) -> Any:
    return pptx.Presentation(io.BytesIO(write_slides(fitted().dossier, pictures)))


def titles(deck: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def tables(deck: Any) -> list[Any]:
    return [s.table for slide in deck.slides for s in slide.shapes if s.has_table]


def test_slides_are_sixteen_to_nine_in_a_stated_order(deck: Any) -> None:
    assert round(deck.slide_width / deck.slide_height, 3) == round(16 / 9, 3)
    dossier = fitted().dossier
    labels = ", ".join(f"{t.words.lower()} ({t.count})" for t in dossier.tally)
    first, judgments, pairs, *charts, caveats, record = titles(deck)
    assert first == "A small crisis"
    assert judgments == f"{len(dossier.judgments)} judgments: {labels}"
    for j in dossier.judgments:
        assert j.id in pairs
        assert j.label.lower() in pairs
    assert charts == [c.title for c in dossier.charts if c.on_slide]
    assert caveats == dossier.confidence
    assert record.startswith("The record: ")


def test_judgments_stand_in_a_native_table(deck: Any) -> None:
    dossier = fitted().dossier
    words = TableWords(dossier)
    tally, judgments, pairs = tables(deck)
    found = [
        [c.text_frame.text.replace("\u00a0", " ") for c in row.cells] for row in judgments.rows
    ]
    assert found == [list(words.heads()), *(list(words.cells(j)) for j in dossier.judgments)]
    counts = [[c.text_frame.text for c in row.cells] for row in tally.rows][1:]
    assert sum(int(n) for _, n in counts) == len(dossier.judgments)
    said = [row.cells[1].text_frame.text.replace("\u00a0", " ") for row in pairs.rows][1:]
    assert sorted(said) == sorted("\n".join(j.bottom_line) for j in dossier.judgments)


def test_what_to_watch_has_a_slide_where_there_is_a_sign() -> None:
    dossier = watched(fitted().dossier)
    deck = pptx.Presentation(io.BytesIO(write_slides(dossier, with_charts(dossier, 1))))
    title = (
        "Watch “Attack” first: if over 12 are listed by 30 June 2024, it raises J1 from 62 to 81 %"
    )
    assert title in titles(deck)
    rows = [
        [c.text_frame.text.replace("\u00a0", " ") for c in row.cells]
        for row in tables(deck)[-1].rows
    ]
    assert rows == [
        ["Watch", "If", "Chance to see that", "It then"],
        ["Attack", "over 12 are listed by 30 June 2024", "30 %", "raises J1 from 62 to 81 %"],
    ]
    text = "".join(
        s.text_frame.text for slide in deck.slides for s in slide.shapes if s.has_text_frame
    )
    assert "From the model: what tells most." in text


def test_pictures_and_tables_have_a_text_for_those_who_cannot_see_them(deck: Any) -> None:
    alts = {}
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.shape_type == MSO_SHAPE_TYPE.PICTURE or shape.has_table:
                alts[shape.name] = shape._element.xpath(".//p:cNvPr")[0].get("descr")
    charts = {f"Chart {c.id}": c.sentence for c in fitted().dossier.charts if c.on_slide}
    assert len(charts) == 4
    assert charts.items() <= alts.items()
    assert all(alts.values())


def test_nothing_hangs_over_the_edge_and_no_type_is_tiny(deck: Any) -> None:
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
            if shape.has_text_frame:
                sizes = [p.font.size.pt for p in shape.text_frame.paragraphs if p.text]
                assert min(sizes, default=99) >= 12
            if shape.has_table:
                texts = [
                    p
                    for row in shape.table.rows
                    for c in row.cells
                    for p in c.text_frame.paragraphs
                ]
                assert min(p.font.size.pt for p in texts) >= 12


def boxes(slide: Any) -> list[tuple[str, int, int, int, int]]:
    return [(s.name, s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]


@pytest.mark.parametrize("count", [2, 23])
def test_nothing_lies_over_anything_else(count: int, pictures: dict[str, Picture]) -> None:
    dossier = with_judgments(watched(fitted().dossier), count)
    deck = pptx.Presentation(io.BytesIO(write_slides(dossier, pictures)))
    slack = Inches(0.02)
    for slide in deck.slides:
        found = boxes(slide)
        for i, (one, left, top, right, bottom) in enumerate(found):
            for other, left2, top2, right2, bottom2 in found[i + 1 :]:
                across = min(right, right2) - max(left, left2)
                down = min(bottom, bottom2) - max(top, top2)
                assert across <= slack or down <= slack, (one, other, slide.shapes.title.text)


def test_a_chart_fills_its_slide_from_below_the_title(deck: Any) -> None:
    seen = 0
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
                assert shape.top < Inches(1.4)
                assert shape.width > Inches(11.2)
                assert shape.height > Inches(3.9)
                seen += 1
    assert seen == 4


def test_a_picture_on_a_slide_stands_alone_too(pictures: dict[str, Picture]) -> None:
    for chart in fitted().dossier.charts:
        if not chart.on_slide:
            continue
        svg = pictures[chart.id].svg
        words = re.sub(r"<[^>]*>", " ", svg).replace("&amp;", "&").replace("&quot;", '"')
        told = " ".join(words.split())
        assert "A small crisis: " in told
        for text in (chart.subtitle, chart.source, "Cut-off 1 Jun 2024"):
            assert text in told


def test_layouts_are_stretched_to_the_slide(deck: Any) -> None:
    for layout in (deck.slide_master, *deck.slide_layouts):
        edges = [s.left + s.width for s in layout.placeholders if s.left is not None]
        assert all(edge <= deck.slide_width for edge in edges)
        assert max(edges, default=Inches(12)) > Inches(10)


def with_charts(dossier: Dossier, count: int) -> dict[str, Picture]:
    return {c.id: Picture(c.id, PIXEL, "", (1, 1), "a dot") for c in dossier.charts if c.on_slide}


@pytest.mark.parametrize("count", [1, 7, 23, 60])
def test_many_judgments_are_spread_evenly_over_slides_and_all_are_there(count: int) -> None:
    dossier = with_judgments(fitted().dossier, count)
    deck = pptx.Presentation(io.BytesIO(write_slides(dossier, with_charts(dossier, count))))
    words = TableWords(dossier)
    of_judgments = [t for t in tables(deck) if len(t.columns) == len(words.heads())]
    of_pairs = [t for t in tables(deck) if t.cell(0, 1).text_frame.text.startswith("How it stands")]
    for found in (of_judgments, of_pairs):
        here = [len(table.rows) - 1 for table in found]
        assert sum(here) == count
        assert max(here) - min(here) <= 1
    if len(of_judgments) > 1:
        assert sum(f" of {len(of_judgments)})" in title for title in titles(deck)) == len(
            of_judgments
        )


def test_tables_end_above_the_foot_when_drawn(to_pdf: Any) -> None:
    dossier = with_judgments(fitted().dossier, 23)
    found = to_pdf({"slides.pptx": write_slides(dossier, with_charts(dossier, 23))})["slides.pptx"]
    pages = [page for page in found if "No view" in page]
    assert sum(len(re.findall(r"\bQ\d+\.", page)) for page in pages) == 23
    for page in pages:
        lines = [line for line in page.splitlines() if line.strip()]
        assert "Model output, not a forecast." in lines[-1]


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", fitted().dossier.charts, ids=lambda c: c.id)
def test_a_picture_holds_title_measure_source_and_cut_off(chart: ChartData, made: Any) -> None:
    picture = draw_picture(chart, made)
    drawn = " ".join("".join(all_text(picture.svg.replace("</text>", " </text>"))).split())
    words = re.sub(r"<[^>]*>", " ", picture.svg).replace("&amp;", "&").replace("&quot;", '"')
    told = " ".join(words.split())
    for text in (chart.title, chart.subtitle, chart.source):
        assert text in told, drawn
    assert "Cut-off 1 Jun 2024" in told
    assert picture.png.startswith(b"\x89PNG")
    assert picture.size[0] > 1500
    assert picture.alt == chart.sentence


def test_a_picture_is_drawn_from_the_chart_s_own_numbers(made: Any) -> None:
    chart = next(c for c in fitted().dossier.charts if c.id == "fan-attack")
    spec = picture_spec(chart, made)
    drawn = [row["median"] for row in spec["datasets"]["fan"]]
    kept = [float(f"{x:.4g}") for x in chart.datasets["fan"]["median"]]  # type: ignore[str-format]
    assert drawn == kept
    assert spec["config"]["background"] == "white"


def test_hostile_texts_are_text(made: Any) -> None:
    chart = fitted().dossier.charts[0]
    evil = chart.model_copy(update={"title": "<script>x</script>", "source": "datum['x'] \u202e"})
    svg = draw_picture(evil, made).svg
    assert "<script" not in svg
    assert "[U+202E]" in svg
    json.dumps(picture_spec(evil, made))


def test_a_title_that_begins_like_a_formula_is_a_title() -> None:
    dossier = awkward().dossier
    deck = pptx.Presentation(io.BytesIO(write_slides(dossier, with_charts(dossier, 1))))
    assert titles(deck)[0] == "=1+1"


def test_numbers_on_the_axis_of_effects_do_not_touch(made: Any) -> None:
    """From −12 to −11 they did: the numbers are as wide as the steps of the axis."""
    chart = next(c for c in fitted().dossier.charts if c.template == "effects")
    names = len(chart.datasets["effects"]["name"])
    data = dict(chart.datasets["effects"])
    data |= {"low": (-11.8,) * names, "mean": (-6.2,) * names, "high": (-0.9,) * names}
    svg = draw_picture(
        chart.model_copy(update={"datasets": {**chart.datasets, "effects": data}}), made
    ).svg
    told = re.findall(
        r'text-anchor="(\w+)" transform="translate\(([-\d.]+),[-\d.]+\)" font-family="[^"]*" '
        r'font-size="([\d.]+)px"[^>]*>(−?\d+)<',
        svg,
    )
    shift = {"start": 0.0, "middle": -0.5, "end": -1.0}
    ends = []
    for anchor, x, size, text in told:
        wide = 0.56 * float(size) * len(text)
        left = float(x) + shift[anchor] * wide
        ends.append((left, left + wide))
    ends.sort()
    assert len(ends) >= 3
    for (_, right), (left, _) in pairwise(ends):
        assert left - right > 6
