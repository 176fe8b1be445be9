"""Which tests are scored on a day, and what is wrong with outcomes that do not fit them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from judge.frozen_crisis import DUE, YEAR_ON, file_of, frozen, row
from judge.kept_runs import NOON
from talion.errors import InputError
from talion.judge.outcomes import OutcomeRow
from talion.judge.score_items import Item, items_of

DAY = dt.timedelta(days=1)


def item(judgment: str, *rows: OutcomeRow, today: dt.date = YEAR_ON, every: bool = False) -> Item:
    found = items_of([file_of()], rows, today, every_forecast=every)
    return next(one for one in found if one.judgment == judgment)


def test_a_test_is_pending_until_the_day_after_its_last() -> None:
    assert frozen().judgments["attacks"].tests[0].end == DUE
    early = item("attacks", row("attacks", "yes", on=DUE - DAY), today=DUE - DAY)
    assert early.status == "pending"
    assert "its days run to 2024-08-29; an outcome is given already and waits" in early.why
    assert item("attacks", row("attacks", "yes"), today=DUE).status == "scored"


def test_what_nobody_settled_is_open_and_what_cannot_be_is_left_out() -> None:
    assert item("attacks").status == "no outcome"
    assert item("calm", row("calm", "void")).status == "void"
    assert item("rests").status == "left out"
    assert "a claim of kind cause" in item("rests").why
    assert item("checked").status == "left out"


def test_only_judgments_marked_for_later_are_scored_unless_asked() -> None:
    given = row("unmarked", "yes")
    assert item("unmarked", given).status == "left out"
    assert "testable: later" in item("unmarked", given).why
    assert item("unmarked", given, every=True).status == "scored"


def test_a_conditional_forecast_is_scored_with_its_condition() -> None:
    found = item("calm", row("calm", "yes"))
    assert found.status == "scored"
    assert found.why == "only if this comes about: Peace"


def test_what_no_row_shows_is_scored_by_hand_where_the_case_says_so() -> None:
    assert frozen().judgments["push"].tests[0].scored == "by hand"
    found = item("push", row("push", "no", 31.5))
    assert found.status == "scored"
    assert "a person must look it up" in found.why
    assert found.values == {0: 31.5}


@pytest.mark.parametrize(
    ("judgment", "values", "held"),
    [
        ("attacks", {1: 28}, True),
        ("attacks", {1: 27}, False),
        ("pace", {1: 33}, True),  # 90 days are 2.957 months: 29.6 to 35.5
        ("pace", {1: 29}, False),
        ("pace", {1: 36}, False),
        ("often", {1: 1, 2: 9}, True),
        ("often", {1: 1, 2: 10}, False),
        ("often", {1: 0, 2: 9}, False),
    ],
)
def test_a_count_settles_its_test(judgment: str, values: dict[int, float], held: bool) -> None:
    rows = [row(judgment, None, value, number=number) for number, value in values.items()]
    found = item(judgment, *rows)
    assert found.outcome is held
    assert found.values == {number - 1: value for number, value in values.items()}


def test_a_value_that_does_not_settle_a_test_needs_an_outcome() -> None:
    for judgment, number in (("usual", 1), ("often", 1)):
        with pytest.raises(InputError, match="does not settle this test by itself"):
            item(judgment, row(judgment, None, 5, number=number))
    assert item("usual", row("usual", "no", 5)).outcome is False


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row("nobody", "yes")], "no such judgment"),
        ([row("motive", "yes")], "this judgment has none"),
        ([row("attacks", "yes", test="main@365")], "no such test"),
        ([row("attacks", "yes", forecast="elsewhere")], "no forecast file given is of this case"),
        ([row("attacks", "yes", on=YEAR_ON + DAY)], "lies ahead of 2025-06-01"),
        ([row("attacks", "yes", on=dt.date(2024, 6, 1))], "known by the cut-off"),
        ([row("attacks", "yes", 12)], "contradicts the value, by which the test did not hold"),
        ([row("attacks", None, 30.5)], "a count of events is whole"),
        ([row("attacks", None, -1)], "a count of events is whole, from 0 on"),
        ([row("attacks", None, 30, on=DUE - 2 * DAY)], "the number was not final"),
        ([row("attacks", None, 30, number=2)], "the test has no such number"),
        ([row("attacks", "yes"), row("attacks", "yes")], "a second row for the same number"),
        ([row("often", None, 1), row("often", "no", 9, number=2)], "contradicts the value"),
    ],
)
def test_outcomes_that_do_not_fit_are_refused_with_their_row(
    rows: list[OutcomeRow], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        item("attacks", *rows)
    assert message in str(caught.value)
    assert "o.csv, row 2" in str(caught.value)


def test_a_row_speaks_of_every_revision_of_its_case_and_of_one_by_hash() -> None:
    files = [file_of(), file_of(frozen(NOON + 30 * DAY), "b.json")]
    both = items_of(files, [row("attacks", "yes")], YEAR_ON)
    assert [i.status for i in both if i.judgment == "attacks"] == ["scored", "scored"]
    one = items_of(files, [row("attacks", "yes", forecast=files[1].forecast.sha256[:12])], YEAR_ON)
    assert [i.status for i in one if i.judgment == "attacks"] == ["no outcome", "scored"]


def test_a_row_must_say_which_case_it_means_where_two_share_an_id() -> None:
    other = frozen().model_copy(
        update={"case": frozen().case.model_copy(update={"name": "other"}), "sha256": "0" * 64}
    )
    files = [file_of(), file_of(other, "b.json")]
    with pytest.raises(InputError, match="files of 2 cases have this judgment"):
        items_of(files, [row("attacks", "yes")], YEAR_ON)
    found = items_of(files, [row("attacks", "yes", forecast="other")], YEAR_ON)
    assert [i.status for i in found if i.judgment == "attacks"] == ["no outcome", "scored"]


def test_a_file_frozen_after_the_fact_is_a_hindcast() -> None:
    late = frozen(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    found = items_of([file_of(late)], [row("attacks", "yes")], YEAR_ON)
    assert next(i for i in found if i.judgment == "attacks").hindcast
    assert not item("attacks").hindcast
    assert replace(item("attacks"), outcome=None).hindcast is False
