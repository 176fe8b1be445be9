"""The charts: a few Altair templates into which data are put as columns.

A template is written once per report; a chart is its template's name, a title that says the
finding, a subtitle that says measure, source and cut-off, and columns of numbers. Titles and names
enter as data or as plain text, never as expressions. Colours are literal here and are mapped to the
page's colours, light or dark, by its style sheet.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from talion.report.bundle import kept
from talion.report.words import clean

INK, BLUE, MUTED = "#1f2933", "#0072b2", "#66717c"
GRID, GAP, ORANGE = "#e4e7ea", "#d3d8dd", "#d55e00"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

Columns = Mapping[str, Sequence[Any]]
Spec = dict[str, Any]


_WIDE = ("timeline", "totals", "effects", "imputed")
_MIDDLE = ("past_shares", "past_weeks")


@dataclass(frozen=True)
class Chart:
    """One chart: what is drawn, and what stands for it where it cannot be seen.

    `sentence` is read by screen readers; `data` is the table behind it (column name to values).
    """

    id: str
    template: str
    title: str
    subtitle: str
    datasets: Mapping[str, Columns]
    sentence: str
    height: int | None = None
    data: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def significant(x: Any, digits: int = 4) -> Any:
    """Return a number cut to four significant digits; anything else as it is.

    >>> significant(1234.5678), significant(0.000123456), significant(float("nan"))
    (1235, 0.0001235, None)
    """
    if isinstance(x, bool) or not isinstance(x, float | int):
        return clean(x) if isinstance(x, str) else x
    if isinstance(x, float) and not math.isfinite(x):
        return None
    cut = float(f"{x:.{digits}g}")
    return int(cut) if cut == int(cut) else cut


def templates() -> dict[str, Spec]:
    """Return every template by name, as Vega-Lite; kept, since writing them anew takes seconds."""
    from importlib.metadata import version

    here = Path(__file__)
    files = (here, here.with_name("past_templates.py"))
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    text = kept("templates.json", f"altair {version('altair')} {source}", _write_templates)
    found: dict[str, Spec] = json.loads(text)
    return found


def _write_templates() -> str:
    from talion.report.past_templates import shares_template, weeks_template

    makers: dict[str, Callable[[], Any]] = {
        "timeline": _timeline,
        "totals": _totals,
        "fan": lambda: _fan(log=False),
        "fan_log": lambda: _fan(log=True),
        "level": _level,
        "total": _total,
        "effects": _effects,
        "imputed": _imputed,
        "past_shares": shares_template,
        "past_weeks": weeks_template,
    }
    return json.dumps({name: _finish(make()) for name, make in makers.items()})


def _finish(chart: Any) -> Spec:
    spec: Spec = chart.to_dict()
    spec.pop("datasets", None)
    spec["padding"] = {"left": 6, "right": 14, "top": 4, "bottom": 4}
    spec["config"] = _config()
    return spec


def _config() -> Spec:
    text = {"labelColor": MUTED, "titleColor": MUTED, "labelFontSize": 11, "titleFontSize": 11}
    return {
        "aria": False,  # the page names each chart once; a name per mark is noise and weight
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {
            **text,
            "gridColor": GRID,
            "domainColor": MUTED,
            "tickColor": MUTED,
            "titleFontWeight": "normal",
        },
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": 13,
            "fontWeight": 600,
            "subtitleColor": MUTED,
            "subtitleFontSize": 11,
            "subtitlePadding": 4,
            "offset": 10,
            "frame": "bounds",
        },
    }


def build(chart: Chart, made: Mapping[str, Spec]) -> Spec:
    """Return a complete Vega-Lite specification: the template with this chart's texts and rows."""
    spec: Spec = json.loads(json.dumps(made[chart.template]))
    title, subtitle = (95, 110) if chart.template in _WIDE else (48, 58)
    if chart.template in _MIDDLE:
        title, subtitle = 74, 94
    spec["title"] = {
        "text": wrapped(chart.title, title),
        "subtitle": wrapped(chart.subtitle, subtitle),
    }
    if chart.height:
        spec["height"] = chart.height
    spec["datasets"] = {name: _rows(columns) for name, columns in chart.datasets.items()}
    return spec


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines, as a list: Vega takes a list as lines and nothing else."""
    return textwrap.wrap(clean(text), width) or [""]


def _rows(columns: Columns) -> list[dict[str, Any]]:
    names = list(columns)
    return [
        dict(zip(names, map(significant, row), strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def payload(chart: Chart, made: Mapping[str, Spec]) -> Spec:
    """Return the chart for the page's script: the template's name, and columns instead of rows."""
    spec = build(chart, made)
    return {
        "template": chart.template,
        "title": spec["title"],
        "height": chart.height,
        "datasets": {
            name: {key: [significant(x) for x in column] for key, column in columns.items()}
            for name, columns in chart.datasets.items()
        },
    }


def load_engine() -> None:
    """Load what draws charts: the first drawing takes half a second more than the others."""
    import vl_convert

    vl_convert.vegalite_to_svg({"mark": "point", "data": {"values": []}}, vl_version="6.4")


def static_svg(chart: Chart, made: Mapping[str, Spec]) -> str:
    """Return the chart drawn, for print and for readers without JavaScript."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(build(chart, made), vl_version="6.4")
    return lighten(svg).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


_NUMBER = re.compile(r'opacity="[^"]*"|-?\d*\.\d{2,}(?:e-?\d+)?')
_IDLE = re.compile(
    r'<path class="(?:background|foreground)" aria-hidden="true" d="M0,0h0v0h0Z"[^>]*/>'
    r'|<path class="foreground" aria-hidden="true" d=""[^>]*/>'
    r'| pointer-events="none"| role="[\w-]*"| aria-roledescription="[^"]*"| aria-hidden="true"'
    r'| stroke-miterlimit="10"| opacity="1"(?=[ />])'
)


def lighten(svg: str) -> str:
    """Return the drawing with coordinates cut to a tenth of a pixel and idle attributes left out.

    Only what stands inside tags is touched; texts stay as they are.

    >>> lighten('<path d="M1.2345,0.5" pointer-events="none"/><text>1.2345</text>')
    '<path d="M1.2,0.5"/><text>1.2345</text>'
    """

    def tag(match: re.Match[str]) -> str:
        return _NUMBER.sub(_tenth, match[0])

    return re.sub(r"<[^>]*>", tag, _IDLE.sub("", svg))


def _tenth(match: re.Match[str]) -> str:
    return match[0] if "=" in match[0] else f"{float(match[0]):.1f}".removesuffix(".0")


def _named(name: str) -> Any:
    import altair as alt

    return alt.NamedData(name=name)


def _timeline() -> Any:
    """One row a type: a tick a recorded event, larger with deaths; gaps grey over all rows."""
    import altair as alt

    x = alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=9, labelOverlap=True))
    y = alt.Y(
        "type:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=215, minExtent=215, labelColor=INK),
    )
    gaps = (
        alt.Chart(_named("gaps"))
        .mark_rect(color=GAP)
        .encode(
            x=alt.X("start:T"),
            x2="end:T",
            y=y,
            opacity=alt.Opacity(
                "shade:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0, 1])
            ),
            tooltip=[alt.Tooltip("why:N", title="gap")],
        )
    )
    known = (
        alt.Chart(_named("known"))
        .mark_rule(color=MUTED, strokeDash=[3, 3])
        .encode(x=alt.X("day:T"))
    )
    events = (
        alt.Chart(_named("events"))
        .mark_point(filled=True, opacity=0.75)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "status:N",
                legend=None,
                scale=alt.Scale(domain=["plain", "conflict"], range=[BLUE, ORANGE]),
            ),
            shape=alt.Shape(
                "status:N",
                legend=None,
                scale=alt.Scale(domain=["plain", "conflict"], range=["circle", "diamond"]),
            ),
            size=alt.Size(
                "size:Q", legend=None, scale=alt.Scale(domain=[0, 1, 2], range=[16, 60, 120])
            ),
            tooltip=[
                alt.Tooltip("label:N", title="event"),
                alt.Tooltip("when:N", title="date"),
                alt.Tooltip("note:N", title="reported"),
            ],
        )
    )
    return alt.layer(gaps, known, events).properties(width=780, height=alt.Step(21))


def _totals() -> Any:
    """Reported totals as bars over their interval, dated rows of the same interval inside them."""
    import altair as alt

    x = alt.X("start:T", title=None, axis=alt.Axis(format="%d %b", tickCount=8))
    base = alt.Chart(_named("intervals"))
    tip = [
        alt.Tooltip("interval:N", title="interval"),
        alt.Tooltip("reported:Q", title="reported total"),
        alt.Tooltip("dated:Q", title="dated rows"),
    ]
    total = base.mark_rect(color=BLUE, opacity=0.22, stroke=BLUE, strokeWidth=1).encode(
        x=x, x2="end:T", y=alt.Y("reported_rate:Q", title="events a day"), y2="zero:Q", tooltip=tip
    )
    dated = base.mark_rect(color=INK, opacity=0.85).encode(
        x=x, x2="end:T", y="dated_rate:Q", y2="zero:Q", tooltip=tip
    )
    odd = (
        alt.Chart(_named("marks"))
        .mark_point(shape="diamond", filled=True, color=ORANGE, size=60)
        .encode(x="start:T", y="at:Q", tooltip=[alt.Tooltip("why:N", title="conflict")])
    )
    return alt.layer(total, dated, odd).properties(width=900, height=190)


def _bands(y_title: str, scale: Any) -> list[Any]:
    import altair as alt

    base = alt.Chart(_named("fan"))
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%b %y", tickCount=5, labelOverlap=True))
    y = alt.Y("lo95:Q", title=y_title, scale=scale, axis=alt.Axis(tickCount=4))
    areas = [
        base.mark_area(color=BLUE, opacity=o).encode(x=x, y=y.copy(), y2=f"hi{b}:Q")
        for b, o in (("95", 0.13), ("80", 0.17), ("50", 0.25))
    ]
    for area, band in zip(areas, ("95", "80", "50"), strict=True):
        area.encoding.y.shorthand = f"lo{band}:Q"
    median = base.mark_line(color=BLUE, strokeWidth=2).encode(
        x=x,
        y="median:Q",
        tooltip=[
            alt.Tooltip("day:T", title="week of", format="%d %b %Y"),
            alt.Tooltip("median:Q", title="median"),
            alt.Tooltip("lo80:Q", title="1 in 10 below"),
            alt.Tooltip("hi80:Q", title="1 in 10 above"),
        ],
    )
    paths = (
        alt.Chart(_named("paths"))
        .mark_line(color=BLUE, strokeWidth=0.7, opacity=0.45)
        .encode(x="day:T", y="value:Q", detail="path:N")
    )
    return [*areas, paths, median]


def _known_until() -> Any:
    import altair as alt

    base = alt.Chart(_named("known"))
    rule = base.mark_rule(color=INK, strokeWidth=1).encode(x="day:T")
    text = base.mark_text(color=MUTED, align="left", dx=4, fontSize=10, y=-6).encode(
        x="day:T", text="label:N"
    )
    return rule + text


def _baselines() -> Any:
    """Dashed: the rate of the last 30 days; dotted: 80 % of a negative binomial on past weeks."""
    import altair as alt

    base = alt.Chart(_named("baselines"))
    tip = [alt.Tooltip("name:N", title="baseline"), alt.Tooltip("value:Q", title="a week")]
    return base.mark_line(color=ORANGE, strokeWidth=1.4).encode(
        x="day:T",
        y="value:Q",
        detail="name:N",
        strokeDash=alt.StrokeDash(
            "dash:N", legend=None, scale=alt.Scale(domain=["rate", "nb"], range=[[6, 3], [1.5, 3]])
        ),
        tooltip=tip,
    )


def _fan(*, log: bool) -> Any:
    import altair as alt

    scale = alt.Scale(type="symlog", constant=1) if log else alt.Scale(zero=True)
    title = "events a week (log scale)" if log else "events a week"
    tip = [
        alt.Tooltip("day:T", title="week of", format="%d %b %Y"),
        alt.Tooltip("count:Q", title="dated rows"),
    ]
    record = (
        alt.Chart(_named("record"))
        .mark_rect(color=INK, opacity=0.8)
        .encode(x="day:T", x2="end:T", y="count:Q", y2="zero:Q", tooltip=tip)
    )
    reported = (
        alt.Chart(_named("reported"))
        .mark_rect(filled=False, stroke=MUTED, strokeWidth=1)
        .encode(x="start:T", x2="end:T", y="rate:Q", y2="zero:Q")
    )
    layers = [*_bands(title, scale), reported, record, _baselines(), _known_until()]
    return alt.layer(*layers).properties(width=330, height=150)


def _level() -> Any:
    import altair as alt

    scale = alt.Scale(zero=True, nice=True)
    layers = [*_bands("level", scale), _baselines(), _known_until()]
    return alt.layer(*layers).properties(width=330, height=150)


def _total() -> Any:
    """Events counted from a day on: for types so rare that a week says nothing."""
    import altair as alt

    known = (
        alt.Chart(_named("record"))
        .mark_line(color=INK, strokeWidth=1.6, interpolate="step-after")
        .encode(
            x="day:T",
            y="value:Q",
            tooltip=[
                alt.Tooltip("day:T", title="day", format="%d %b %Y"),
                alt.Tooltip("value:Q", title="dated rows so far"),
            ],
        )
    )
    layers = [*_bands("events so far", alt.Scale(zero=True)), known, _baselines()]
    return alt.layer(*layers, _known_until()).properties(width=330, height=150)


def _effects() -> Any:
    """A row a what-if: the mean difference from nothing done, with its 80 % interval over draws."""
    import altair as alt

    y = alt.Y(
        "name:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=250, minExtent=250, labelColor=INK),
    )
    # Few ticks, and none whose number would touch the next one.
    axis = alt.Axis(tickCount=6, labelOverlap="greedy", labelSeparation=8)
    base = alt.Chart(_named("effects"))
    tip = [
        alt.Tooltip("name:N", title="what if"),
        alt.Tooltip("said:N", title="difference"),
    ]
    zero = (
        alt.Chart(_named("zero"))
        .mark_rule(color=MUTED, strokeDash=[3, 3])
        .encode(x=alt.X("at:Q", title=None, axis=axis))
    )
    rule = base.mark_rule(color=BLUE, strokeWidth=2).encode(
        y=y, x=alt.X("low:Q", title=None, axis=axis), x2="high:Q", tooltip=tip
    )
    dot = base.mark_point(filled=True, color=BLUE, size=55, opacity=1).encode(
        y=y, x="mean:Q", tooltip=tip
    )
    text = base.mark_text(color=MUTED, align="right", fontSize=11).encode(
        y=y, x=alt.value(540), text="said:N"
    )
    return alt.layer(zero, rule, dot, text).properties(width=390, height=alt.Step(24))


def _imputed() -> Any:
    """Weeks: listed rows solid, the imputed middle tinted above them, its interval, totals as rules."""
    import altair as alt

    base = alt.Chart(_named("weeks"))
    x = alt.X("start:T", title=None, axis=alt.Axis(format="%d %b", tickCount=8))
    tip = [
        alt.Tooltip("start:T", title="week of", format="%d %b %Y"),
        alt.Tooltip("listed:Q", title="listed rows"),
        alt.Tooltip("unlisted:Q", title="imputed besides, middle"),
        alt.Tooltip("low:Q", title="all, 1 in 10 below"),
        alt.Tooltip("high:Q", title="all, 1 in 10 above"),
    ]
    hidden = base.mark_rect(color=BLUE, opacity=0.3).encode(
        x=x, x2="end:T", y=alt.Y("all:Q", title="events a week"), y2="listed:Q", tooltip=tip
    )
    listed = base.mark_rect(color=INK, opacity=0.85).encode(
        x=x, x2="end:T", y="listed:Q", y2="zero:Q", tooltip=tip
    )
    interval = base.mark_rule(color=BLUE, strokeWidth=1.2).encode(
        x="middle:T", y="low:Q", y2="high:Q"
    )
    reported = (
        alt.Chart(_named("reported"))
        .mark_rule(color=ORANGE, strokeWidth=2)
        .encode(
            x="start:T",
            x2="end:T",
            y="rate:Q",
            tooltip=[
                alt.Tooltip("interval:N", title="reported total of"),
                alt.Tooltip("reported:Q", title="events"),
                alt.Tooltip("rate:Q", title="a week"),
            ],
        )
    )
    return alt.layer(hidden, listed, interval, reported).properties(width=900, height=150)
