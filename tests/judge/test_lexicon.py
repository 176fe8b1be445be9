"""Estimative words: the published cut-points, and the convention for words no scale defines."""

from __future__ import annotations

import pytest

from talion.model.lexicon import ICD_203, LEXICONS, PHIA, read_word


def test_icd_203_has_its_seven_bands_without_gaps() -> None:
    edges = [(round(100 * b.low), round(100 * b.high)) for b in ICD_203.bands]
    assert edges == [(1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99)]


def test_phia_keeps_its_gaps() -> None:
    edges = [(round(100 * b.low), round(100 * b.high)) for b in PHIA.bands]
    assert edges == [(0, 5), (10, 20), (25, 35), (40, 50), (55, 75), (80, 90), (95, 100)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("unhedged", (0.9, 1.0)),
        ("would not", (0.9, 1.0)),
        ("will continue", (0.9, 1.0)),
        ("will probably", (0.55, 0.8)),
        ("very unlikely", (0.05, 0.2)),
        ("unlikely", (0.2, 0.45)),
        ("Almost  Certainly implies", (0.95, 0.99)),
        ("signs appeared, might", (0.05, 1.0)),
        ("a real possibility", (0.05, 1.0)),
        ("appeared to", None),
        (["seemingly", "probably"], (0.55, 0.8)),
    ],
)
def test_words_are_read(word: str | list[str], expected: tuple[float, float] | None) -> None:
    assert read_word(word).range == expected


def test_a_hedge_is_noted_beside_a_range() -> None:
    assert read_word("seemingly, probably").hedged
    assert not read_word("probably").hedged
    assert read_word("would not").convention == "this project's convention"
    assert read_word("likely").convention == "ICD 203"


def test_the_same_word_differs_by_lexicon() -> None:
    assert read_word("likely", "phia").range == (0.55, 0.75)
    assert read_word("realistic possibility", "phia").range == (0.4, 0.5)


@pytest.mark.parametrize("bad", ["perchance", "", "unlike"])
def test_unknown_words_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="no estimative word"):
        read_word(bad)


def test_unknown_lexicons_are_refused() -> None:
    with pytest.raises(ValueError, match="there are icd203, phia"):
        read_word("likely", "kent")


@pytest.mark.parametrize("lexicon", LEXICONS.values(), ids=LEXICONS)
def test_every_probability_has_a_band(lexicon: object) -> None:
    for step in range(101):
        band = lexicon.band_of(step / 100)  # type: ignore[attr-defined]
        inside = band.low <= step / 100 <= band.high
        assert inside or all(
            not b.low <= step / 100 <= b.high
            for b in lexicon.bands  # type: ignore[attr-defined]
        )


def test_an_interval_across_bands_has_both_words() -> None:
    assert ICD_203.words_for(0.35, 0.84) == ("unlikely", "very likely")
    assert ICD_203.words_for(0.6, 0.7) == ("likely",)


def test_a_gap_has_the_words_on_both_its_sides() -> None:
    assert PHIA.words_for(0.07, 0.08) == ("remote chance", "highly unlikely")
    assert PHIA.words_for(0.5, 0.5) == ("realistic possibility", "likely")  # it ends under 50 %
    assert PHIA.words_for(0.49, 0.52) == ("realistic possibility",)
    assert PHIA.words_for(0.12, 0.52) == ("highly unlikely", "realistic possibility")
    assert ICD_203.words_for(0.001, 0.002) == ("almost no chance",)
    assert ICD_203.words_for(0.995, 1.0) == ("almost certain",)
    assert ICD_203.words_for(0.2, 0.2) == ("unlikely",)


@pytest.mark.parametrize(
    ("word", "lexicon", "other"),
    [
        ("highly likely", "icd203", "phia"),
        ("a realistic possibility", "icd203", "phia"),
        ("very unlikely", "phia", "icd203"),
        ("roughly even", "phia", "icd203"),
    ],
)
def test_a_word_of_the_other_scale_is_refused(word: str, lexicon: str, other: str) -> None:
    with pytest.raises(ValueError, match=f"use one scale, or set `lexicon: {other}`"):
        read_word(word, lexicon)
    assert read_word(word, other).range is not None


def test_a_case_chooses_its_scale() -> None:
    from talion.errors import TalionError
    from talion.model.case import parse_case

    text = """
talion: 1
title: t
as_of: 2024-01-01
lexicon: {}
events: {{raid: {{title: Raid, usual: 1}}}}
judgments:
  J1: {{claim: c, kind: forecast, word: realistic possibility, holds_if: {{count: raid, at_least: 1}}}}
"""
    assert parse_case(text.format("phia")).document.lexicon == "phia"
    with pytest.raises(TalionError, match="icd203"):
        parse_case(text.format("kent"))
