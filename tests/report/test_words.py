"""Numbers and names as printed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.report.words import clean, number, percent, percent_range, sentence, series, signed


@given(st.floats(0, 1))
def test_no_share_is_printed_as_0_or_100(p: float) -> None:
    said = percent(p)
    assert said == "under 5 %" or said == "over 95 %" or 5 <= int(said.removesuffix(" %")) <= 95


@given(st.floats(0, 1), st.floats(0, 1))
def test_ranges_are_capped_and_have_no_decimals(a: float, b: float) -> None:
    said = percent_range(min(a, b), max(a, b))
    assert "." not in said
    assert not said.startswith("0 ")
    assert "100" not in said


@given(st.text())
def test_cleaned_text_steers_nothing(text: str) -> None:
    kept = {"\n", "\t", "\u200c", "\u200d"}
    shown = clean(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") or c in kept for c in shown)
    shown.encode("utf-8")


def test_arabic_names_are_left_whole() -> None:
    for name in ("كتائب حزب الله", "نيم\u200cفاصله"):
        assert clean(name) == name


@pytest.mark.parametrize(
    ("x", "said"),
    [(0.0, "0"), (999999.0, "999,999"), (-12.34, "−12.3"), (float("inf"), "never"), (0.5, "0.5")],
)
def test_numbers(x: float, said: str) -> None:
    assert number(x) == said


def test_small_differences_have_a_sign() -> None:
    assert (signed(0.4), signed(-0.4), signed(0.0)) == ("+0.4", "−0.4", "0")


def test_lists_and_sentences() -> None:
    assert series([]) == ""
    assert sentence("") == ""
    assert sentence("who?") == "Who?"
