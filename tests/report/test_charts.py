"""Charts: templates, data as columns, drawings without JavaScript."""

from __future__ import annotations

import json
from typing import Any

import pytest

from report.page_text import parse_svg
from talion.report.charts import Chart, build, lighten, payload, significant, static_svg, templates

EVIL = "</script><script>window.hacked=1</script>"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return templates()


def effects(title: str = "A title", name: str = "No strikes") -> Chart:
    return Chart(
        "e", "effects", title, "A subtitle",
        {"effects": {"name": [name], "mean": [-1.23456789], "low": [-3.0], "high": [float("nan")],
                     "said": ["−1.2"]}, "zero": {"at": [0]}},
        "one sentence",
    )  # fmt: skip


def test_there_is_a_template_for_each_kind_and_none_holds_data(made: dict[str, Any]) -> None:
    assert set(made) == {
        "timeline", "totals", "fan", "fan_log", "level", "total", "effects", "imputed",
        "past_shares", "past_weeks",
    }  # fmt: skip
    assert all("datasets" not in spec for spec in made.values())


def test_a_heavy_tail_is_drawn_on_a_log1p_axis(made: dict[str, Any]) -> None:
    scales = json.dumps(made["fan_log"])
    assert '"symlog"' in scales
    assert '"symlog"' not in json.dumps(made["fan"])


def test_numbers_have_four_significant_digits_and_unknown_ones_are_null(
    made: dict[str, Any],
) -> None:
    columns = payload(effects(), made)["datasets"]["effects"]
    assert columns["mean"] == [-1.235]
    assert columns["high"] == [None]


def test_page_and_drawing_use_the_same_rows(made: dict[str, Any]) -> None:
    columns = payload(effects(), made)["datasets"]["effects"]
    rows = build(effects(), made)["datasets"]["effects"]
    assert [
        dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
    ] == rows


def test_titles_enter_as_plain_lines_never_as_signals(made: dict[str, Any]) -> None:
    spec = build(effects(title="datum.x + {signal: 1} ${y}"), made)
    assert spec["title"]["text"] == ["datum.x + {signal: 1} ${y}"]


def test_a_drawing_is_well_formed_and_shows_hostile_text_as_text(made: dict[str, Any]) -> None:
    svg = static_svg(effects(title=EVIL, name=EVIL), made)
    root = parse_svg(svg)
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    assert any((e.text or "").startswith("</script>") for e in root.iter())


def test_texts_keep_their_digits_when_a_drawing_is_made_lighter() -> None:
    assert lighten('<text x="1.98765">1.98765</text>') == '<text x="2">1.98765</text>'
    assert 'opacity="0.13"' in lighten('<path opacity="0.13" d="M0.111,2"/>')


def test_significant_digits_of_anything() -> None:
    assert [significant(x) for x in (True, 3, "a\u202e", None)] == [True, 3, "a[U+202E]", None]
