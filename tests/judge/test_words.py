"""What is said of a number: caps, words, verdicts, confidence by rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.judge.estimate import Effect, Share
from talion.judge.labels import Label, Probability, RecordFit
from talion.judge.paths import Path
from talion.judge.record_checks import RecordCheck
from talion.judge.words import (
    FitSays,
    confidence_sentence,
    fit_sentence,
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


FITTED = replace(SEEN, fitted=("L1",))


def says(
    lowest: float | None = 0.9,
    highest: float | None = 0.95,
    opponent: float | None = 0.9,
    *,
    q: float = 0.92,
    speaks: bool = True,
    converged: bool = True,
    power: float | None = None,
) -> FitSays:
    low, high, other = (None if x is None else Probability(x) for x in (lowest, highest, opponent))
    record = RecordFit(Probability(q), low, high, other)
    return FitSays(record, speaks, converged, power)


@pytest.mark.parametrize(
    ("fit", "path", "level"),
    [
        (says(power=0.9), FITTED, "high: the variants"),
        (says(), FITTED, "moderate: the variants of the fit and the author's opponent agree"),
        (says(power=0.6), FITTED, "moderate"),
        (says(power=0.3), FITTED, "low: this record could hardly"),
        (
            says(lowest=0.76),
            FITTED,
            "moderate: the variants of the fit and the author's opponent r",
        ),
        (says(opponent=0.6), FITTED, "low: the answer moves with the variants"),
        (says(lowest=None, highest=None), FITTED, "low: the variants of the fit could not all"),
        (says(opponent=None), FITTED, "low: the variants of the fit could not all"),
        (says(converged=False), FITTED, "low: the fit to the record has not converged"),
        (says(), SEEN, "low: the record can inform no link"),
        (says(power=0.9), replace(BLIND, fitted=("L2",)), "low: no data"),
        (
            says(speaks=False),
            FITTED,
            "moderate: the author, the author's opponent and no view agree",
        ),
    ],
)
def test_confidence_with_a_fit_follows_the_stated_rules(
    fit: FitSays, path: Path, level: str
) -> None:
    shares = {k: share(0.9) for k in ("as_written", "no_view", "opponent", "with_record")}
    said = confidence_sentence(shares, path, None, fit)
    assert said.startswith(f"Confidence is {level}")
    assert "of 100" not in said


def test_a_silent_record_that_differs_leaves_confidence_low() -> None:
    shares = {k: share(0.9) for k in ("as_written", "no_view", "opponent")}
    shares["with_record"] = share(0.7)
    said = confidence_sentence(shares, FITTED, None, says(speaks=False))
    assert "low: the record does not decide between the assumptions" in said


def test_the_record_is_told_as_a_reading_under_the_models_assumptions() -> None:
    said = likelihood_sentence("share", {"with_record": SHARE}, {})
    assert said == (
        "With the record, under the model's assumptions: it holds in 62 of 100 simulated histories "
        "(35 to 84 over what the record leaves open)."
    )


def test_variants_are_told_by_their_ends() -> None:
    assert fit_sentence(says(0.41, 0.97, 0.6)) == (
        "Over the variants of the fit it moves from 41 to over 95 of 100; the author's opponent, "
        "updated on the record, gives 60 of 100."
    )
    assert "it stays over 95 of 100" in fit_sentence(says(0.96, 0.99))
    assert fit_sentence(says(None, None, None)) == ""
    assert fit_sentence(None) == ""


@pytest.mark.parametrize("label", Label)
def test_an_unconverged_fit_is_said_with_every_simulated_label(label: Label) -> None:
    check = COUNTED if label is Label.CHECKED else None
    said = label_sentence(label, FITTED, {}, check, says(converged=False))
    assert ("has not converged" in said) == (check is None)


def test_an_unresolved_result_says_what_the_record_did() -> None:
    def said(fit: FitSays) -> str:
        return label_sentence(Label.UNRESOLVED, FITTED, {"as_written": share(0.9)}, None, fit)

    assert "leaves it neither likely nor unlikely" in said(says(q=0.6))
    assert "not under every variant" in said(says(q=0.1))
    assert "the record has not spoken" in said(says(speaks=False))
    assert "what the record says is not settled" in said(says(converged=False))


def test_the_footing_counts_what_is_fitted() -> None:
    said = footing_sentence(FITTED, None, says())
    assert "1 of them fitted to the record, the others at their prior" in said
    assert "cannot inform any of them" in footing_sentence(SEEN, None, says())
    both = replace(SEEN, fitted=SEEN.links)
    assert "all are fitted to the record" in footing_sentence(both, None, says())
