"""Templates of the two charts of the past: shares of events, and weeks with and without some acts."""

from __future__ import annotations

from typing import Any

from talion.report.charts import BLUE, GAP, INK, MUTED, ORANGE

__all__ = ["shares_template", "weeks_template"]


def shares_template() -> Any:
    """A bar a type, whole = all its events: a part a link, named on it, then the background."""
    import altair as alt

    y = alt.Y("name:N", sort=None, title=None, axis=None)
    x = alt.X(
        "start:Q",
        title="share of the type's events, %",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(tickCount=5),
    )
    base = alt.Chart(alt.NamedData(name="parts"))
    tip = [alt.Tooltip("part:N", title="goes back to"), alt.Tooltip("said:N", title="events")]
    still = (
        base.transform_filter("datum.shade < 0")
        .mark_bar(color=GAP, stroke=MUTED, strokeWidth=0.8, height=20, yOffset=4)
        .encode(y=y, x=x, x2="end:Q", tooltip=tip)
    )
    linked = (
        base.transform_filter("datum.shade >= 0")
        .mark_bar(color=BLUE, stroke=BLUE, strokeWidth=1, height=20, yOffset=4)
        .encode(
            y=y,
            x=x,
            x2="end:Q",
            fillOpacity=alt.FillOpacity(
                "shade:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0, 1])
            ),
            tooltip=tip,
        )
    )
    text = base.mark_text(color=INK, fontSize=11, dy=4).encode(y=y, x="middle:Q", text="label:N")
    name = (
        alt.Chart(alt.NamedData(name="names"))
        .mark_text(color=INK, fontSize=11.5, align="left", baseline="bottom", dy=-12)
        .encode(y=y, x=alt.value(0), text="name:N")
    )
    return alt.layer(still, linked, text, name).properties(width=600, height=alt.Step(46))


def weeks_template() -> Any:
    """Two columns a week: what was observed, and the same without some acts; rules where they were."""
    import altair as alt

    x = alt.X("start:T", title=None, axis=alt.Axis(format="%d %b", tickCount=8, labelOverlap=True))
    seen, other = alt.Chart(alt.NamedData(name="seen")), alt.Chart(alt.NamedData(name="other"))
    tip = [
        alt.Tooltip("week:N", title="week"),
        alt.Tooltip("said:N", title="events"),
    ]
    observed = seen.mark_rect(color=INK, opacity=0.16).encode(
        x=x, x2="end:T", y=alt.Y("low:Q", title="events a week"), y2="high:Q", tooltip=tip
    )
    listed = seen.mark_rect(color=INK, opacity=0.8).encode(
        x=x, x2="end:T", y="listed:Q", y2="zero:Q", tooltip=tip
    )
    mean = seen.mark_rule(color=INK, strokeWidth=2.2).encode(x=x, x2="end:T", y="mean:Q")
    band = other.mark_rect(color=BLUE, opacity=0.22).encode(
        x=x, x2="end:T", y="low:Q", y2="high:Q", tooltip=tip
    )
    means = other.mark_rect(color=BLUE, opacity=0.9).encode(
        x=x, x2="end:T", y="first:Q", y2="second:Q", tooltip=tip
    )
    line = other.mark_rule(color=BLUE, strokeWidth=2.2).encode(x=x, x2="end:T", y="first:Q")
    acts = alt.Chart(alt.NamedData(name="acts"))
    rule = acts.mark_rule(color=ORANGE, strokeWidth=1.6, strokeDash=[5, 3]).encode(
        x="start:T", tooltip=[alt.Tooltip("what:N", title="taken out")]
    )
    layers = [observed, listed, mean, band, means, line, rule]
    return alt.layer(*layers).properties(width=620, height=200)
