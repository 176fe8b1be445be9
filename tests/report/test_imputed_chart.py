"""The chart of imputed events: rows add up, totals are there, and it draws."""

from __future__ import annotations

import datetime as dt

import pytest

from report.page_text import parse_svg
from talion.fit.case.residuals import Spread
from talion.judge.imputed import ImputedWeeks
from talion.model.case import Case, load_case
from talion.report.charts import payload, static_svg, templates
from talion.report.imputed import imputed_charts


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


def weeks(name: str, hidden: float) -> ImputedWeeks:
    starts = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=7 * i) for i in range(26))
    return ImputedWeeks(
        name, starts, (2.0,) * 26, (Spread(0.0, hidden, 3.0),) * 26,
        (Spread(2.0, 2 + hidden, 5.0),) * 26,
    )  # fmt: skip


def test_bars_stand_on_each_other_and_totals_are_marked(case: Case) -> None:
    (chart,) = imputed_charts(case, [weeks("raid", 1.0), weeks("talks", 0.0)])
    assert "52 listed, about 26 more imputed" in chart.title
    rows = chart.datasets["weeks"]
    assert set(rows["all"]) == {3.0}
    assert rows["end"][-1] == "2024-06-30"  # the last week ends with what is known
    assert rows["middle"][:2] == ["2024-01-04T12:00:00", "2024-01-11T12:00:00"]
    assert len(chart.datasets["reported"]["start"]) >= 1
    assert len({len(column) for column in rows.values()}) == 1


def test_it_draws_with_the_template(case: Case) -> None:
    (chart,) = imputed_charts(case, [weeks("raid", 1.0)])
    made = templates()
    assert payload(chart, made)["template"] == "imputed"
    drawn = static_svg(chart, made)
    parse_svg(drawn)
    reported = len(chart.datasets["reported"]["start"])
    assert drawn.count("<path") >= 2 * 26  # what is listed, and what is imputed besides
    assert drawn.count('stroke="#0072b2"') == 26  # intervals
    assert drawn.count('stroke="#d55e00"') == reported


def test_without_a_fit_there_is_no_chart(case: Case) -> None:
    assert imputed_charts(case, ()) == ()
