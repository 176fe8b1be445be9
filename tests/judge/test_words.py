"""What is said of a number: caps, sentences on likelihood, label and footing."""

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
    fit_sentence,
    footing_sentence,
    in_hundred,
    label_sentence,
    likelihood_sentence,
    percent,
)

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


def test_likelihood_names_reading_and_interval() -> None:
    said = likelihood_sentence("share", {"as_written": SHARE, "no_view": None}, {})
    assert "As written: it holds in 62 of 100 simulated histories (35 to 84 over draws" in said
    assert said.startswith("No view: no simulated history can answer the test. As written: ")


def test_nothing_is_printed_as_certain() -> None:
    said = likelihood_sentence("share", {"as_written": share(1.0)}, {})
    assert "over 95 of 100" in said
    assert "100 of 100" not in said


def test_an_effect_has_its_unit_and_what_matters() -> None:
    effect = Effect(12.4, 3.0, 21.0, "%", 25.0, 0.1, 0.2)
    said = likelihood_sentence("effect", {"as_written": share(0.1)}, {"as_written": effect})
    assert "in 10 of 100 draws (mean +12 %, 80 % interval +3 to +21; +25 matters)" in said
    points = likelihood_sentence(
        "effect", {"as_written": share(0.1)}, {"as_written": replace(effect, unit="points")}
    )
    assert "mean +12 points" in points


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


@pytest.mark.parametrize(("before", "after", "said"), [(0.97, 0.85, True), (0.85, 0.97, False)])
def test_a_record_that_lowers_what_it_backs_is_said_to(
    before: float, after: float, said: bool
) -> None:
    readings = {"no_view": share(before), "with_record": share(after)}
    backed = label_sentence(Label.BACKED, SEEN, readings, None)
    assert ("The record lowers it all the same" in backed) is said
    assert "lowers it" not in label_sentence(Label.UNRESOLVED, SEEN, readings, None)
    near = {"no_view": share(0.86), "with_record": share(0.85)}  # within two errors of .01
    assert "lowers it" not in label_sentence(Label.BACKED, SEEN, near, None)


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
