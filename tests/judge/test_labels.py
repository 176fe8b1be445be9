"""The label rule: each label is produced, in the stated order, and never more than is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talion.judge.labels import Grounds, Label, Probability, RecordFit, label_for, record_speaks


def p(value: float, mcse: float = 0.01) -> Probability:
    return Probability(value, mcse)


MOVED = RecordFit(q=p(0.9), lowest=p(0.6), highest=p(0.95), opponent=p(0.5))
BASE = Grounds(
    links_at_zero=p(0.3),
    no_view=p(0.5),
    as_written=p(0.6),
    opponent=p(0.3),
    fit=MOVED,
    data_on_path=True,
)
DOWN = RecordFit(q=p(0.1), lowest=p(0.05), highest=p(0.15), opponent=p(0.1))
SURE = RecordFit(q=p(0.95), lowest=p(0.9), highest=p(0.97), opponent=p(0.9))
SMALL = RecordFit(q=p(0.1), lowest=p(0.05), highest=p(0.4), opponent=p(0.1), small=p(0.9))

CASES = [
    (
        replace(BASE, links_at_zero=p(1), no_view=p(0.99), as_written=p(1), opponent=p(1)),
        Label.FIXED,
    ),
    (
        replace(BASE, links_at_zero=p(0), no_view=p(0.01), as_written=p(0), opponent=p(0)),
        Label.FIXED,
    ),
    (replace(BASE, fit=DOWN), Label.OTHER_WAY),
    (replace(BASE, fit=SMALL), Label.TOO_SMALL),
    (replace(BASE, fit=SURE), Label.WHATEVER),
    (BASE, Label.BACKED),
    (replace(BASE, fit=None, as_written=p(0.9)), Label.RESTS),
    (replace(BASE, fit=None, as_written=p(0.7)), Label.UNRESOLVED),
    (replace(BASE, fit=None, as_written=p(0.02)), Label.UNRESOLVED),
    (Grounds(nature="record"), Label.CHECKED),
    (Grounds(nature="untestable"), Label.NOT_TESTABLE),
    (
        replace(BASE, fit=None, as_written=Probability(0.9, 0.01, 0.7, 0.92)),
        Label.NOT_COMPUTABLE,
    ),
]


@pytest.mark.parametrize(
    ("grounds", "label"), CASES, ids=[c[1].name + str(i) for i, c in enumerate(CASES)]
)
def test_each_label_is_produced(grounds: Grounds, label: Label) -> None:
    assert label_for(grounds) is label


def test_all_labels_are_produced_by_these_cases() -> None:
    assert {label for _, label in CASES} == set(Label)


@pytest.mark.parametrize("grounds", [c[0] for c in CASES if c[0].nature == "simulated"])
def test_a_bargain_never_claims_more_than_the_authors_assumption(grounds: Grounds) -> None:
    """Whatever the record moved: a bargain has no ground truth."""
    label = label_for(replace(grounds, bargained=True))
    assert not label.claims_the_record
    assert label in (Label.FIXED, Label.RESTS, Label.UNRESOLVED, Label.NOT_COMPUTABLE)
    if label_for(grounds).claims_the_record:
        sure = replace(grounds, bargained=True, as_written=p(0.95))
        assert label_for(sure) is Label.RESTS


def test_the_form_comes_before_the_record() -> None:
    fixed = replace(
        BASE, links_at_zero=p(1), no_view=p(1), as_written=p(1), opponent=p(1), fit=DOWN
    )
    assert label_for(fixed) is Label.FIXED


def test_too_small_comes_before_whatever() -> None:
    both = replace(BASE, fit=replace(SURE, small=p(0.9)))
    assert label_for(both) is Label.TOO_SMALL


def test_the_opponent_can_withhold_whatever() -> None:
    assert label_for(replace(BASE, fit=replace(SURE, opponent=p(0.6)))) is Label.BACKED


def test_labels_that_ask_every_variant_need_the_variants() -> None:
    assert label_for(replace(BASE, fit=replace(SURE, lowest=None))) is Label.BACKED
    assert label_for(replace(BASE, fit=replace(SURE, opponent=None))) is Label.BACKED
    assert label_for(replace(BASE, fit=replace(DOWN, highest=None))) is Label.UNRESOLVED


def test_monte_carlo_error_is_taken_off() -> None:
    silent = replace(BASE, fit=None)
    assert label_for(replace(silent, as_written=p(0.83, 0.01))) is Label.RESTS
    assert label_for(replace(silent, as_written=p(0.83, 0.03))) is Label.UNRESOLVED


def test_a_missing_reading_cannot_fix_the_form() -> None:
    fixed = replace(
        BASE, fit=None, links_at_zero=p(1), no_view=p(1), as_written=p(1), opponent=p(1)
    )
    assert label_for(fixed) is Label.FIXED
    assert label_for(replace(fixed, opponent=None)) is Label.RESTS


def test_a_few_draws_cannot_fix_the_form() -> None:
    sure, vague = p(1, 0.007), p(1, 0.03)
    fixed = replace(
        BASE, fit=None, links_at_zero=sure, no_view=sure, as_written=sure, opponent=sure
    )
    assert label_for(fixed) is Label.FIXED
    assert label_for(replace(fixed, opponent=vague)) is Label.RESTS


def test_a_silent_record_leaves_the_assumption() -> None:
    # The record neither moved the no-view result nor narrowed the effect.
    silent = RecordFit(q=p(0.55), lowest=p(0.5), highest=p(0.6), opponent=p(0.5))
    assert not record_speaks(replace(BASE, fit=silent))
    assert label_for(replace(BASE, fit=silent, as_written=p(0.9))) is Label.RESTS


def test_narrowing_counts_only_if_the_likelihood_did_it() -> None:
    narrow = replace(SURE, q=p(0.6), variance_ratio=0.5)
    assert not record_speaks(replace(BASE, fit=replace(narrow, sensitivity=0.01)))
    assert record_speaks(replace(BASE, fit=replace(narrow, sensitivity=0.1)))


def test_capped_histories_that_change_nothing_leave_the_label() -> None:
    capped = replace(BASE, fit=None, as_written=Probability(0.9, 0.01, 0.88, 0.91))
    assert label_for(capped) is Label.RESTS


def test_a_capped_fit_can_be_not_computable_too() -> None:
    fit = replace(MOVED, q=Probability(0.9, 0.01, 0.7, 0.95))
    assert label_for(replace(BASE, fit=fit)) is Label.NOT_COMPUTABLE


units = st.floats(0, 1)
probabilities = st.builds(Probability, units, st.floats(0, 0.2))
fits = st.builds(
    RecordFit,
    probabilities,
    st.none() | probabilities,
    st.none() | probabilities,
    st.none() | probabilities,
    st.none() | probabilities,
    units,
    units,
)
readings: dict[str, Any] = {
    "links_at_zero": probabilities,
    "no_view": probabilities,
    "as_written": probabilities,
    "opponent": probabilities,
}


@given(
    st.builds(
        Grounds, nature=st.just("simulated"), fit=st.none(), data_on_path=st.booleans(), **readings
    )
)
def test_without_a_fit_no_label_claims_the_record(grounds: Grounds) -> None:
    assert label_for(grounds) in {Label.FIXED, Label.RESTS, Label.UNRESOLVED}


@given(
    st.builds(
        Grounds, nature=st.just("simulated"), fit=fits, data_on_path=st.just(False), **readings
    )
)
def test_without_data_on_the_path_no_label_claims_the_record(grounds: Grounds) -> None:
    assert not label_for(grounds).claims_the_record


@given(
    st.builds(
        Grounds, nature=st.just("simulated"), fit=fits, data_on_path=st.just(True), **readings
    )
)
def test_a_label_that_claims_the_record_needs_the_record_to_speak(grounds: Grounds) -> None:
    label = label_for(grounds)
    if label.claims_the_record:
        assert record_speaks(grounds)
    if label is Label.BACKED:
        assert grounds.fit is not None
        assert grounds.fit.q.at_least(0.8)


@settings(max_examples=50)
@given(
    st.builds(Grounds, nature=st.just("simulated"), fit=st.none(), **readings),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_the_capped_share_is_computable_only_if_no_end_changes_the_label(
    grounds: Grounds, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert grounds.as_written is not None
    capped = replace(
        grounds, as_written=replace(grounds.as_written, capped_low=low, capped_high=high)
    )
    ends = {
        label_for(replace(grounds, as_written=replace(grounds.as_written, value=end)))
        for end in (low, high)
    }
    assert label_for(capped) is (ends.pop() if len(ends) == 1 else Label.NOT_COMPUTABLE)
