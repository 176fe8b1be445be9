"""What is said of a number: caps, words, verdicts, confidence by rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.judge.estimate import Effect, Share
from talion.judge.labels import Label
from talion.judge.paths import Path
from talion.judge.record_checks import RecordCheck
from talion.judge.words import (
    confidence_sentence,
    footing_sentence,
    in_hundred,
    label_sentence,
    likelihood_sentence,
    model_words,
    percent,
    word_verdict,
)
from talion.model.lexicon import read_word

SHARE = Share(0.62, 0.35, 0.84, 0.01, 0.1, 0.4, 200, 4000, 0.0, 0.62, 0.62)
SEEN = Path(("L1", "L2"), ("L1",), ("attack",), ())
BLIND = Path(("L2",), (), ("demand",), ("demand",))
COUNTED = RecordCheck("holds", "The record lists 3 rows.", {}, (), ("a", "b", "c"))


def share(p: float) -> Share:
    return replace(SHARE, probability=p, low=max(p - 0.05, 0), high=min(p + 0.05, 1))


@given(st.floats(0, 1))
def test_never_nought_nor_a_hundred_nor_decimals(p: float) -> None:
    for said in (percent(p), in_hundred(p)):
        number = int("".join(c for c in said.split(" of ")[0] if c.isdigit()))
        assert 5 <= number <= 95
        assert "." not in said


def test_an_interval_across_bands_has_both_words() -> None:
    assert model_words(SHARE, "icd203") == "unlikely to very likely"
    assert model_words(share(0.65), "icd203") == "likely"
    assert model_words(None, "icd203") == ""


@pytest.mark.parametrize(
    ("word", "p", "said"),
    [
        ("would not", 0.97, "fits"),
        ("would not", 0.6, "too strong"),
        ("likely", 0.9, "too weak"),
        ("likely", 0.8, "crosses"),
        ("might", 0.02, "crosses"),
        ("might", 0.5, "fits"),
        ("appeared to", 0.5, "claim no probability"),
    ],
)
def test_the_authors_word_is_compared_with_the_interval(word: str, p: float, said: str) -> None:
    found = replace(share(p), high=min(p + 0.05, 1.0))
    assert said in word_verdict(read_word(word), found)


def test_likelihood_names_reading_and_interval() -> None:
    said = likelihood_sentence("share", {"as_written": SHARE, "no_view": None}, {})
    assert "As written: it holds in 62 of 100 simulated histories (35 to 84 over draws" in said
    assert "No view: no simulated history can answer the test." in said


def test_an_effect_has_its_unit_and_what_matters() -> None:
    effect = Effect(12.4, 3.0, 21.0, "%", 25.0, 0.1, 0.2)
    said = likelihood_sentence("effect", {"as_written": share(0.1)}, {"as_written": effect})
    assert "in 10 of 100 draws (mean +12 %, 80 % interval +3 to +21; +25 matters)" in said
    points = likelihood_sentence(
        "effect", {"as_written": share(0.1)}, {"as_written": replace(effect, unit="points")}
    )
    assert "mean +12 points" in points


@pytest.mark.parametrize(
    ("readings", "path", "check", "level"),
    [
        ({"as_written": 0.9, "no_view": 0.9, "opponent": 0.9}, BLIND, None, "low: no data"),
        ({"as_written": 0.9, "no_view": 0.6, "opponent": 0.9}, SEEN, None, "low: the answer moves"),
        ({"as_written": 0.9, "no_view": 0.85, "opponent": 0.88}, SEEN, None, "moderate"),
        ({"as_written": 0.9, "no_view": 0.85, "opponent": 0.5}, SEEN, None, "low: the assumptions"),
        ({"as_written": 0.9}, SEEN, None, "low: not every reading"),
        ({}, SEEN, COUNTED, "high"),
        ({}, SEEN, replace(COUNTED, gaps=("x",)), "moderate"),
        ({}, SEEN, replace(COUNTED, outcome="contested"), "low"),
        ({}, SEEN, replace(COUNTED, outcome="cannot tell"), "low"),
    ],
)
def test_confidence_follows_the_stated_rules(
    readings: dict[str, float], path: Path, check: RecordCheck | None, level: str
) -> None:
    said = confidence_sentence({k: share(p) for k, p in readings.items()}, path, check)
    assert said.startswith(f"Confidence is {level}")
    assert "of 100" not in said


def test_the_label_sentence_names_the_links_it_rests_on() -> None:
    assert "(L2); no data here." in label_sentence(Label.RESTS, BLIND, {}, None)
    assert "not fitted to the record" in label_sentence(Label.RESTS, SEEN, {}, None)
    carried = label_sentence(Label.RESTS, SEEN, {"links_at_zero": share(0.9)}, None)
    assert "with every link at zero too" in carried
    assert "every link at zero" not in label_sentence(
        Label.RESTS, SEEN, {"links_at_zero": share(0.3)}, None
    )
    bare = Path((), (), ("attack",), ())
    assert "usual rates" in label_sentence(Label.RESTS, bare, {}, None)
    assert "usual rates alone" in footing_sentence(bare, None)
    assert "not recorded: demand" in footing_sentence(BLIND, None)


@pytest.mark.parametrize("label", Label)
def test_every_label_has_a_sentence(label: Label) -> None:
    said = label_sentence(label, SEEN, {}, COUNTED if label is Label.CHECKED else None)
    assert said.endswith(".")
    assert "%" not in said
