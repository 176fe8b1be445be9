"""Words and confidence in the report: each reading's verdict, each rule with its reason, apart."""

from __future__ import annotations

from report.fixtures import judged
from report.page_text import read_page
from talion.report.page import render_report
from talion.report.wording import wording_view


def test_each_reading_and_each_rule_is_shown() -> None:
    result = judged("calm")
    assert result.judgment("J1").label.value == "Fixed by the form"
    assert wording_view(result.judgment("J1")).by_reading == ()  # no chance, so no word for one
    view = wording_view(result.judgment("J2"))
    assert [name for name, _, _ in view.by_reading][:2] == ["No view", "As written"]
    assert {verdict for _, verdict, _ in view.by_reading} <= {
        "too strong", "fair", "too weak", "untestable"
    }  # fmt: skip
    assert [rule for rule, _, _ in view.rules] == [
        "data", "convergence", "spread", "power", "sources", "draws"
    ]  # fmt: skip
    assert wording_view(result.judgment("J4")).rules == ()  # a motive: nothing was tested
    counted = wording_view(result.judgment("J3"))
    assert (counted.by_reading, counted.rules[0][0]) == ((), "listing")


def test_the_page_says_them_under_their_judgment() -> None:
    text = read_page(render_report(judged("calm"))).text
    assert text.count("Words and confidence, rule by rule") == 3
    assert "It is not known whether this record could have shown it." in text
