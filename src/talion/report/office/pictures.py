"""Charts as pictures that stand alone: title, measure, source and cut-off inside the image.

A picture is drawn from the report's own template on a white ground, wider than on the page, with the
source as a line below the chart. PNG is drawn at three times its size, for print and slides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from talion.report.charts import MUTED, Spec, build, templates, wrapped
from talion.report.office.chart_data import chart_of
from talion.report.office.dossier import ChartData

__all__ = ["Picture", "draw_picture", "picture_spec", "picture_templates"]

SCALE = 3.0
_FRAMES: Mapping[str, tuple[int, int | None]] = {
    "fan": (640, 250), "fan_log": (640, 250), "total": (640, 250), "level": (640, 250),
    "timeline": (780, None), "totals": (680, 210), "imputed": (680, 210),
    "past_shares": (640, None), "past_weeks": (660, 220), "effects": (390, None),
}  # fmt: skip
"""Width and height of a picture's frame in pixels; None where rows make the height."""
_NAMES = 300
"""Pixels for the names of a timeline's rows, which are long."""
_BESIDE = {"timeline": _NAMES + 10, "effects": 410}
"""Pixels beside the frame: names of rows, and numbers after them."""
_AXIS = 45
_LETTERS = {"title": 0.585, "subtitle": 0.52, "source": 0.52}
"""Widths of a letter, for each pixel of its size, so that lines are as long as the picture is wide."""
_SIZES = {"title": 13, "subtitle": 11, "source": 10, "label": 11}
_LARGER = {"title": 17, "subtitle": 14, "source": 13, "label": 14}
"""Sizes of type in a picture that is wide and low, so that it can be read at a slide's width."""
_ROWS = {
    "timeline": ("events", "type", 300, (17, 40)),
    "effects": ("effects", "name", 230, (22, 40)),
}
"""Where rows make the height: dataset, column of their names, height to aim at, pixels a row."""


@dataclass(frozen=True)
class Picture:
    """A drawn chart: PNG bytes, its size in pixels, the SVG, and what stands for it unseen."""

    id: str
    png: bytes
    svg: str
    size: tuple[int, int]
    alt: str


def picture_templates() -> Mapping[str, Spec]:
    """Return the report's templates of charts by name."""
    return templates()


def picture_spec(chart: ChartData, made: Mapping[str, Spec]) -> Spec:
    """Return the complete Vega-Lite specification of a picture.

    Args:
        chart: of a dossier.
        made: the report's templates.
    """
    spec = build(chart_of(chart), made)
    shape: Spec = json.loads(json.dumps(spec))
    sizes = _LARGER if chart.template == "timeline" else _SIZES
    datasets, padding = shape.pop("datasets"), shape.pop("padding", 6)
    schema, config = shape.pop("$schema", None), _config(shape.pop("config"), sizes)
    width, height = _FRAMES[chart.template]
    shape |= {"width": width} | ({} if height is None else {"height": height})
    if chart.template in _ROWS:
        shape["height"] = {"step": _step(chart)}
    if chart.template == "timeline":
        for layer in shape["layer"]:
            axis = layer["encoding"].get("y", {}).get("axis")
            if axis:
                axis.update({"labelLimit": _NAMES, "minExtent": 0})
    room = width + _BESIDE.get(chart.template, _AXIS)

    def lines(text: str, kind: str) -> list[str]:
        return wrapped(text, round(room / (sizes[kind] * _LETTERS[kind])))

    shape["title"] = {
        "text": lines(chart.source, "source"),
        "orient": "bottom",
        "anchor": "start",
        "fontSize": sizes["source"],
        "fontWeight": "normal",
        "color": MUTED,
        "offset": 12,
    }
    return {
        **({"$schema": schema} if schema else {}),
        "title": {
            "text": lines(chart.title, "title"),
            "subtitle": lines(chart.subtitle, "subtitle"),
        },
        "vconcat": [shape],
        "datasets": datasets,
        "config": config,
        "padding": padding,
    }


def _config(config: Spec, sizes: Mapping[str, int]) -> Spec:
    """Return a template's settings on white, with these sizes of type."""
    axis = config["axis"] | {"labelFontSize": sizes["label"], "titleFontSize": sizes["label"]}
    title = config["title"] | {"fontSize": sizes["title"], "subtitleFontSize": sizes["subtitle"]}
    return config | {"background": "white", "axis": axis, "title": title}


def _step(chart: ChartData) -> int:
    """Return the height of a row: more for few rows, so that a picture is not a thin strip."""
    dataset, column, aim, (least, most) = _ROWS[chart.template]
    rows = len(set(chart.datasets[dataset][column]))
    return min(max(round(aim / max(rows, 1)), least), most)


def draw_picture(chart: ChartData, made: Mapping[str, Spec]) -> Picture:
    """Return a chart drawn.

    Args:
        chart: of a dossier.
        made: the report's templates.
    """
    import vl_convert

    spec: dict[str, Any] = picture_spec(chart, made)
    png: bytes = vl_convert.vegalite_to_png(spec, vl_version="6.4", scale=SCALE)
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    return Picture(chart.id, png, svg, _size(png), chart.sentence)


def _size(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
