"""The exception tree: one line each, nothing lost between processes, several at once."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.errors import (
    CaseError,
    FitError,
    InputError,
    JudgmentTestError,
    OutputError,
    PlanError,
    Problems,
    RecordError,
    SimulationError,
    TalionError,
)


def test_the_line_has_place_message_value_remedy_in_order() -> None:
    error = RecordError(
        "not a date", place="events.csv:7, date", value="31 Feb", remedy="write YYYY-MM-DD"
    )
    assert str(error) == "events.csv:7, date: not a date (got '31 Feb'); write YYYY-MM-DD"


def test_parts_not_given_leave_no_trace() -> None:
    assert str(OutputError("disk full")) == "disk full"


def test_none_is_a_value_to_show() -> None:
    assert str(CaseError("needs a number", value=None)) == "needs a number (got None)"


def test_a_huge_value_is_cut_without_being_rendered() -> None:
    class Counted(str):
        sizes: list[int] = []  # noqa: RUF012 - a tally of one test

        def __repr__(self) -> str:
            self.sizes.append(len(self))
            return super().__repr__()

    line = str(CaseError("too long", value="x" * 50_000_000))
    assert line.endswith("...)")
    assert len(line) < 80


@given(st.text(), st.none() | st.text(), st.text() | st.binary() | st.integers() | st.floats())
def test_any_text_is_one_printable_line(message: str, place: str | None, value: object) -> None:
    line = str(TalionError(message, place=place, value=value, remedy="see the docs"))
    assert len(line.splitlines()) == 1
    assert line.isprintable()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (TalionError, 1),
        (SimulationError, 1),
        (InputError, 2),
        (RecordError, 2),
        (CaseError, 2),
        (JudgmentTestError, 2),
        (FitError, 2),
        (PlanError, 2),
        (OutputError, 2),
    ],
)
def test_each_kind_has_its_exit_status_and_crosses_processes(
    kind: type[TalionError], status: int
) -> None:
    error = kind("m", place="p", value=3, remedy="r")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is kind
    assert str(again) == str(error) == "p: m (got 3); r"
    assert again.exit_status == status
    bare = pickle.loads(pickle.dumps(kind("m")))  # noqa: S301 - our own bytes
    assert str(bare) == "m"


def test_problems_flatten_and_keep_their_order() -> None:
    first, second, third = CaseError("one"), RecordError("two"), CaseError("three")
    found = Problems([first, Problems([second, third])])
    assert list(found) == [first, second, third]
    assert len(found) == 3
    assert str(found) == "one\ntwo\nthree"
    assert found.exit_status == 2
    assert str(pickle.loads(pickle.dumps(found))) == str(found)  # noqa: S301 - our own bytes


def test_problems_need_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Problems([])


def test_raise_any_raises_what_was_found() -> None:
    Problems.raise_any([])
    with pytest.raises(CaseError, match="one"):
        Problems.raise_any([CaseError("one")])
    with pytest.raises(Problems) as caught:
        Problems.raise_any([CaseError("one"), CaseError("two")])
    assert len(caught.value) == 2
