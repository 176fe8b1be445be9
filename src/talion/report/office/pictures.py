"""Charts as pictures that stand alone: title, measure, source and cut-off inside the image.

A picture is drawn from the report's own template on a white ground, wider than on the page, with the
source as a line below the chart. PNG is drawn at three times its size, for print and slides.
"""

from __future__ import annotations

import datetime as dt
import json
import re
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
_NUMBERS = 150
"""Pixels for the numbers behind the rows of effects, in type of the usual size."""
_EFFECT_NAMES = 250
"""The same for the names before them."""
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
_MONTHS_OF_TICKS = 9 * 31
"""Days below which a timeline's ticks are less than a month apart."""
_LEAST_FRAME, _LEAST_STEP, _MOST_STEP = 120, 13.0, 150.0
_SVG_SIZE = re.compile(r'<svg[^>]*? width="([\d.]+)"[^>]*? height="([\d.]+)"')


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


@dataclass(frozen=True)
class Frame:
    """What a chart is drawn in, without its texts: pixels across and down, or down for each row."""

    width: int
    height: int | None = None
    step: float | None = None


def _usual_frame(chart: ChartData) -> Frame:
    width, height = _FRAMES[chart.template]
    return Frame(width, height or chart.height, _step(chart) if chart.template in _ROWS else None)


def picture_spec(
    chart: ChartData,
    made: Mapping[str, Spec],
    frame: Frame | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Spec:
    """Return the complete Vega-Lite specification of a picture.

    Args:
        chart: of a dossier.
        made: the report's templates.
        frame: what it is drawn in; the usual one of its kind if omitted.
        sizes: of its type, in pixels; the usual ones of its kind if omitted.
    """
    spec = build(chart_of(chart), made)
    shape: Spec = json.loads(json.dumps(spec))
    sizes = sizes or (_LARGER if chart.template == "timeline" else _SIZES)
    frame = frame or _usual_frame(chart)
    if frame.step is not None:  # names of rows are no higher than their rows
        sizes = {**sizes, "label": min(sizes["label"], int(frame.step))}
    datasets, padding = shape.pop("datasets"), shape.pop("padding", 6)
    schema, config = shape.pop("$schema", None), _config(shape.pop("config"), sizes)
    shape |= {"width": frame.width} | ({} if frame.height is None else {"height": frame.height})
    if frame.step is not None:
        shape["height"] = {"step": frame.step}
    for layer in shape["layer"]:
        _suit(layer, chart.template, frame, sizes)
        if chart.template == "timeline" and _days(chart) < _MONTHS_OF_TICKS:
            axis = layer.get("encoding", {}).get("x", {}).get("axis")
            if axis:
                axis["format"] = "%d %b %Y"  # several ticks would have the same month
    room = frame.width + _BESIDE.get(chart.template, _AXIS)

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


def _suit(layer: Spec, template: str, frame: Frame, sizes: Mapping[str, int]) -> None:
    """Fit a layer to its frame and sizes: names of rows, numbers beside them, words inside."""
    for part in layer.get("layer", ()):
        _suit(part, template, frame, sizes)
    mark, encoding = layer.get("mark"), layer.get("encoding", {})
    if isinstance(mark, dict) and mark.get("type") == "text":
        mark["fontSize"] = max(sizes["label"] - 1, mark.get("fontSize", 0))
    axis = encoding.get("y", {}).get("axis")
    if template == "timeline" and axis:
        axis.update({"labelLimit": _NAMES, "minExtent": 0, "labelPadding": 8})
    if template == "effects" and axis:
        wide = _EFFECT_NAMES * sizes["label"] // _SIZES["label"]
        axis.update({"labelLimit": wide, "minExtent": wide})
    if template == "effects" and "value" in encoding.get("x", {}):
        encoding["x"]["value"] = frame.width + _NUMBERS * sizes["label"] // _SIZES["label"]


def _days(chart: ChartData) -> int:
    """Return the days that a timeline spans."""
    columns = [
        *chart.datasets["events"]["day"], *chart.datasets["known"]["day"],
        *chart.datasets["gaps"]["start"],
    ]  # fmt: skip
    days = sorted(dt.date.fromisoformat(str(day)[:10]) for day in columns)
    return (days[-1] - days[0]).days if days else 0


def _config(config: Spec, sizes: Mapping[str, int]) -> Spec:
    """Return a template's settings on white, with these sizes of type."""
    axis = config["axis"] | {"labelFontSize": sizes["label"], "titleFontSize": sizes["label"]}
    title = config["title"] | {"fontSize": sizes["title"], "subtitleFontSize": sizes["subtitle"]}
    return config | {"background": "white", "axis": axis, "title": title}


def _step(chart: ChartData) -> int:
    """Return the height of a row: more for few rows, so that a picture is not a thin strip."""
    _, _, aim, (least, most) = _ROWS[chart.template]
    return min(max(round(aim / max(_rows(chart), 1)), least), most)


def _rows(chart: ChartData) -> int:
    dataset, column, *_ = _ROWS[chart.template]
    return len(set(chart.datasets[dataset][column]))


def draw_picture(
    chart: ChartData,
    made: Mapping[str, Spec],
    *,
    fitted: tuple[int, int] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Picture:
    """Return a chart drawn.

    Args:
        chart: of a dossier.
        made: the report's templates.
        fitted: pixels across and down that the whole picture shall take, texts included, as nearly
            as rows of a least height allow; as it comes if omitted.
        sizes: of its type, in pixels.
    """
    import vl_convert

    frame = None if fitted is None else _fitted(chart, made, fitted, sizes)
    spec: dict[str, Any] = picture_spec(chart, made, frame, sizes)
    png: bytes = vl_convert.vegalite_to_png(spec, vl_version="6.4", scale=SCALE)
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    return Picture(chart.id, png, svg, _size(png), chart.sentence)


def _fitted(
    chart: ChartData,
    made: Mapping[str, Spec],
    whole: tuple[int, int],
    sizes: Mapping[str, int] | None,
) -> Frame:
    """Return the frame with which a picture comes out in a size: what its texts take is measured.

    A wider frame may break lines otherwise, hence a second look.
    """
    import vl_convert

    frame = _usual_frame(chart)
    for _ in range(3):
        svg = vl_convert.vegalite_to_svg(picture_spec(chart, made, frame, sizes), vl_version="6.4")
        told = _SVG_SIZE.search(svg)
        assert told is not None  # noqa: S101 - every drawing states its size
        more_wide, more_high = (
            want - float(got) for want, got in zip(whole, told.groups(), strict=True)
        )
        if abs(more_wide) < 2 and abs(more_high) < 2:
            break
        frame = _changed(chart, frame, more_wide, more_high)
    return frame


def _changed(chart: ChartData, frame: Frame, wide: float, high: float) -> Frame:
    """Return a frame that is so many pixels wider and higher, within what can be read."""
    width = max(_LEAST_FRAME, round(frame.width + wide))
    if frame.step is not None:
        rows = max(1, _rows(chart))
        step = frame.step + high / rows
        return Frame(width, step=min(max(step, _LEAST_STEP), _MOST_STEP))
    return Frame(width, max(_LEAST_FRAME // 2, round((frame.height or 0) + high)))


def _size(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
