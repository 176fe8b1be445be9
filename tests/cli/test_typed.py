"""What people type at a question: read where it is clear, else answered with what to write."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.cli.typed import day_typed, numbers_typed, span_typed, whole_typed


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("5", 5),
        (" 4 5 6.5 ", [4, 5, 6.5]),
        ("4,5,6", [4, 5, 6]),
        ("4, 5, 6.5", [4, 5, 6.5]),
        ("4/5/6", [4, 5, 6]),
        ("4; 5; 6", [4, 5, 6]),
        ("[4, 5, 6]", [4, 5, 6]),
        ("\u22124 \u22121.5 0", [-4, -1.5, 0]),
        (".5", 0.5),
        ("none", 0),
        ("5 events", 5),
    ],
)
def test_numbers_are_read(text: str, read: object) -> None:
    assert numbers_typed(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("twice a week", 8.7),  # 2 x 30.4375 / 7
        ("3 per day", 91.3),
        ("daily", 30.4),
        ("once a month", 1),
        ("5 per month", 5),
        ("6 a year", 0.5),
        ("once every 10 days", 3.04),
        ("one in 3 weeks", 1.45),
        ("2 3 4 a week", [8.7, 13, 17.4]),
        ("3/week", 13),
    ],
)
def test_a_pace_becomes_a_number_a_month(text: str, read: object) -> None:
    assert numbers_typed(text, monthly=True) == read
    if text != "5 per month":
        with pytest.raises(ValueError, match=r"is no number"):
            numbers_typed(text)  # where no rate is asked, a week means nothing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lots", "“lots” is no number: write low, likely and high, such as 4 5 6.5, or d for don't know"),
        ("5-10", "two numbers are a range: add the likely one between them, such as 5 7.1 10"),
        ("3 to 8", "such as 3 4.9 8"),
        ("between 3 and 8", "such as 3 4.9 8"),
        ("4 5", "such as 4 4.5 5"),
        ("about 5", "“about 5” leaves room: say how much with low, likely and high, such as 3.5 5 7"),
        ("~5", "“~5” leaves room"),
        ("1,5", "write a decimal point: 1.5; for a range, three numbers: 1 3 5"),
        ("1,5 2,5 3,5", "write a decimal point: 1.5 2.5 3.5"),
        ("1,500", "or 1500 if that is a thousand and more"),
        ("50 %", "50 % of ten are 5"),
        ("7 5 4", "low, likely and high go up: did you mean 4 5 7?"),
        ("4 5 6 7", "write one number, or three"),
        ("nan", "is no number"),
        ("inf", "is no number"),
        ("", "is no number"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_answered_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        numbers_typed(text)
    assert said in str(caught.value)


@given(st.text(max_size=30), st.booleans())
def test_whatever_is_typed_is_read_or_answered_in_a_sentence(text: str, monthly: bool) -> None:
    try:
        found = numbers_typed(text, monthly=monthly)
    except ValueError as error:
        said = str(error)
        assert (
            "write" in said or "such as" in said or "a number is asked" in said or "go up" in said
        )
        return
    numbers = found if isinstance(found, list) else [found]
    assert len(numbers) in (1, 3)
    assert numbers == sorted(numbers)


@given(st.lists(st.integers(-999, 999).map(lambda n: n / 10), min_size=3, max_size=3).map(sorted))
def test_three_numbers_are_those_three(numbers: list[float]) -> None:
    for between in (" ", ", ", "/", "; "):
        assert numbers_typed(between.join(map(str, numbers))) == numbers


def test_days_lengths_and_whole_numbers() -> None:
    cut = dt.date(2024, 3, 1)
    assert day_typed("2024-03-02", after=cut) == dt.date(2024, 3, 2)
    assert day_typed("2024-03-01", until=cut) == cut
    assert (span_typed("90"), span_typed("a year"), span_typed("6 Weeks")) == (90, 365, 42)
    assert whole_typed("12") == 12
    for read, said in (
        (
            lambda: day_typed("maybe"),
            "“maybe” is no day: write year, month, day, such as 2024-02-01",
        ),
        (lambda: day_typed("2024-03-01", after=cut), "a day after 2024-03-01"),
        (lambda: day_typed("2024-03-02", until=cut), "a later change is a what-if"),
        (lambda: span_typed("a while"), "is no length of time: write 90 days"),
        (lambda: span_typed("0"), "at least one day"),
        (lambda: whole_typed("-1"), "is no whole number"),
        (lambda: whole_typed("1,5"), "is no whole number"),
    ):
        with pytest.raises(ValueError, match=r".") as caught:
            read()
        assert said in str(caught.value)
