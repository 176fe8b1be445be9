"""Where the parts of a case stand, and the single tests inside joined ones; for checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from talion.errors import JudgmentTestError
from talion.judge.measures import measures_of
from talion.judge.parts import Part, parts_of
from talion.model.case import Case
from talion.model.claim import AllOf, AnyOf, Difference, Expression, Given

__all__ = ["differences_of", "leaves_of", "place_in", "place_of", "readable_parts"]


def place_in(case: Case, *path: str) -> str:
    """Return file, line, column and key of a part of a case."""
    if case.marks is not None:
        return case.marks.place(path)
    return f"{case.name}, {'.'.join(path)}"


def place_of(case: Case, part: Part) -> str:
    """Return where a test stands."""
    return place_in(case, *part.setting.place.split("."))


def readable_parts(case: Case) -> Iterator[Part]:
    """Yield the parts of all judgments that can be put to histories; others are faults of their own."""
    for name in case.judgments:
        for part in parts_of(case, name):
            try:
                measures_of(part.test, part.setting)
            except JudgmentTestError:
                continue
            yield part


def differences_of(case: Case) -> Iterator[tuple[Part, Difference]]:
    """Yield every comparison of two what-ifs, with the part it stands in."""
    for part in readable_parts(case):
        for test in leaves_of(part.test):
            if isinstance(test, Difference):
                yield part, test


def leaves_of(test: Expression) -> Iterator[Any]:
    """Yield the tests inside a test, itself included, without what joins them."""
    if isinstance(test, AllOf | AnyOf):
        for part in test.parts:
            yield from leaves_of(part)
    elif isinstance(test, Given):
        yield from leaves_of(test.given)
        yield from leaves_of(test.holds)
    else:
        yield test
        if isinstance(test, Difference) and test.difference.probability_of is not None:
            yield from leaves_of(test.difference.probability_of)
