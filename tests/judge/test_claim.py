"""The test language: what parses, what is refused, and what a test says it uses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from talion.model.claim import (
    AnyOf,
    Count,
    Difference,
    Expression,
    Moment,
    Names,
    SeriesName,
    Threshold,
    parse_expression,
)

COUNT: dict[str, Any] = {"count": "attack", "at_least": 1}


def message(data: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        parse_expression(data)
    return " | ".join(e["msg"] for e in caught.value.errors())


def test_each_head_key_gives_its_form() -> None:
    test = parse_expression({"any": [COUNT, {"all": [COUNT, COUNT]}]})
    assert isinstance(test, AnyOf)
    assert isinstance(test.parts[0], Count)
    assert test.kind == "share"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"count": "attack"}, "needs a threshold"),
        ({"count": "attack", "at_least": 3, "at_most": 2}, "at least 3 and at most 2"),
        ({"count": "attack", "at_least": "80 %"}, "wrong unit"),
        ({"count": "attack", "level": "x", "at_least": 1}, "exactly one of the keys"),
        ({"cuont": "attack", "at_least": 1}, "exactly one of the keys"),
        ("attack", "exactly one of the keys"),
        ({**COUNT, "atleast": 2}, "Extra inputs"),
        ({**COUNT, "from": "2024-02-30"}, "day"),
        ({**COUNT, "from": "30 days"}, "is no day"),
        ({**COUNT, "from": "2024-03-01", "to": "2024-02-01"}, "not after its start"),
        ({**COUNT, "from": "horizon", "to": "horizon - 3 days"}, "not after its start"),
        ({**COUNT, "in_every": "soon"}, "duration"),
        ({**COUNT, "in_every": 0}, "greater than or equal to 1"),
        ({"count": "attack", "at_least": float("nan")}, "no threshold"),
        ({"count": "attack", "at_least": True}, "no threshold"),
        ({"count": "attack[place]", "at_least": 1}, "is no series"),
        ({"level": "push", "at": "horizon"}, "needs a threshold"),
        ({"level": "push", "between": [60, 40]}, "the first must be the smaller"),
        ({"level": "push", "at_least": 40, "compared_with": "as_of"}, "wrong unit"),
        ({"reaches": "push", "at_least": 1, "at_most": 3}, "exactly one"),
        ({"answered": "a", "by": "b", "within": 7, "at_least": 0.8}, "wrong unit"),
        ({"answered": "a", "by": "b", "within": 7, "at_least": "180 %"}, "between 0 and 100"),
        ({"difference": COUNT, "under": "w"}, "Extra inputs"),
        ({"difference": {"count": "a"}, "under": "w"}, "smallest effect that matters"),
        ({"difference": {"count": "a"}, "under": "w", "higher_by": 0}, "above zero"),
        ({"difference": {"count": "a"}, "under": "w", "higher_by": "0 %"}, "above zero"),
        ({"difference": {"count": "a"}, "under": "w", "higher_by": "3 points"}, "does not fit"),
        (
            {"difference": {"count": "a"}, "under": "w", "higher_by": 1, "lower_by": 1},
            "exactly one",
        ),
        (
            {"difference": {"count": "a"}, "under": "w", "against": "w", "lower_by": 1},
            "with itself",
        ),
        (
            {"difference": {"count": "a", "level": "z"}, "under": "w", "lower_by": 1},
            "exactly one of",
        ),
        (
            {"difference": {"level": "z", "from": "as_of"}, "under": "w", "lower_by": 1},
            "takes no from",
        ),
        (
            {"difference": {"probability_of": {"sources_agree": ["e"]}}, "lower_by": "9 points"},
            "true or false of one history",
        ),
        ({"all": []}, "at least 1"),
        ({"all": [COUNT, {"sources_agree": ["e1"]}]}, "mixes tests of kind record and share"),
        ({"given": COUNT, "holds": {"sources_agree": ["e1"]}}, "one history"),
        ({"recorded": {}, "at_least": 1}, "would count all rows"),
        ({"recorded_rate": {"action": "a"}, "after": "e", "days": 9}, "exactly one of below"),
        ({"recorded_rate": {"action": "a"}, "after": "e", "days": 9, "below": 3}, "exactly one"),
    ],
)
def test_what_is_wrong_is_said(data: Any, said: str) -> None:
    assert said in message(data)


def test_an_error_inside_keeps_its_location() -> None:
    with pytest.raises(ValidationError) as caught:
        parse_expression({"all": [COUNT, {"count": "attack", "at_least": "many"}]})
    place = caught.value.errors()[0]["loc"]
    assert [p for p in place if not str(p).startswith("<")] == ["all", 1, "at_least"]


def test_references_name_everything_used() -> None:
    test = parse_expression(
        {
            "all": [
                {
                    "difference": {"count": "attack[place=iraq]", "from": "exit + 3 days"},
                    "under": "exit",
                    "against": "truce",
                    "higher_by": "25 %",
                },
                {"difference": {"level": "influence"}, "under": "exit", "higher_by": "10 points"},
            ]
        }
    )
    used = test.references()
    assert used.names == {"attack"}
    assert used.marks == {("attack", "place", "iraq")}
    assert used.factors == {"influence"}
    assert used.what_ifs == {"exit", "truce"}
    assert Moment(anchor="horizon") in used.moments


def test_record_tests_name_their_rows_but_no_date() -> None:
    by_row = {"recorded_rate": {"action": "attack"}, "after": "k-1", "days": 90, "below": "75 %"}
    assert parse_expression(by_row).references().rows == {"k-1"}
    assert parse_expression({**by_row, "after": "2020-01-03"}).references().rows == set()


def test_the_smallest_effect_has_a_sign() -> None:
    def smallest(**size: object) -> tuple[float, bool]:
        test = parse_expression({"difference": {"count": "a"}, "under": "w", **size})
        assert isinstance(test, Difference)
        return test.smallest, test.upward

    assert smallest(higher_by="25 %") == (25.0, True)
    assert smallest(lower_by="25 %") == (-25.0, False)
    assert smallest(at_least="50 %") == (-50.0, True)
    assert smallest(at_most="50 %") == (-50.0, False)


@given(st.dates(), st.integers(-400, 400))
def test_a_moment_is_read_as_written(day: Any, shift: int) -> None:
    if day.year < 1000:
        return
    moment = Moment(anchor=day.isoformat(), days=shift)
    assert Moment.model_validate(str(moment)) == moment
    assert moment.day(0, 0, {}) == (day - type(day)(1970, 1, 1)).days + shift


@given(st.floats(0, 1e6), st.sampled_from(["", "%", "points", "events"]))
def test_a_threshold_is_read_as_written(value: float, unit: str) -> None:
    found = Threshold.model_validate(f"{value:.3f} {unit}")
    assert found.value == pytest.approx(value, abs=1e-3)
    assert found.unit == unit


def test_a_series_is_read_as_written() -> None:
    name = SeriesName.model_validate("attack[place=iraq, lethal=yes]")
    assert SeriesName.model_validate(str(name)) == name


def test_words_use_titles_and_dates() -> None:
    import datetime as dt

    names = Names({"attack": "Militia attack"}, dt.date(2024, 2, 13), "11 August 2024")
    said = parse_expression({**COUNT, "from": "as_of + 17 days"}).in_words(names)
    assert said == "Militia attack: at least 1, from 1 March 2024 to 11 August 2024"


def test_the_schema_describes_what_parses() -> None:
    import jsonschema

    schema = TypeAdapter(Expression).json_schema(by_alias=True)
    checker = jsonschema.Draft202012Validator(schema)
    checker.validate(COUNT)
    checker.validate({"all": [{**COUNT, "from": "ceasefire + 30 days", "in_every": "30 days"}]})
    with pytest.raises(jsonschema.ValidationError):
        checker.validate({"count": "attack", "at_leest": 1})
