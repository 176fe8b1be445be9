"""Whether the numbers and days of a case lie where a simulation can follow them.

A year, a rate or a horizon far out of any crisis is a slip of the hand, and would cost hours or all
memory before anyone noticed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TypeAlias

from talion.errors import CaseError
from talion.model.document import Document
from talion.model.schema import CaseDocument

__all__ = ["FARTHEST", "HIGHEST_RATE", "limit_problems"]

FARTHEST = 3660  # days from as_of: ten years
HIGHEST_RATE = 3000.0  # events a month of one type, a hundred a day

Found: TypeAlias = Iterator[tuple[tuple[str | int, ...], str, object, str]]


def limit_problems(case: CaseDocument, document: Document) -> list[CaseError]:
    """Return every number or day of a case that is out of range, and parts in a circle.

    Args:
        case: the parsed case.
        document: its marks, for places.
    """
    findings = (_days(case), _rates(case), _tests(case), _actors(case))
    return [
        CaseError(message, place=document.place(path), value=value, remedy=remedy)
        for found in findings
        for path, message, value, remedy in found
    ]


def _days(case: CaseDocument) -> Found:
    if case.history_from is not None and case.history_from > case.as_of:
        remedy = f"give a day up to {case.as_of}"
        yield ("history_from",), "lies after as_of", str(case.history_from), remedy
    yield from _horizons(("horizon",), case.horizon)
    for name, judgment in case.judgments.items():
        yield from _horizons(("judgments", name, "horizons"), judgment.horizons)
        for key, part in judgment.also.items():
            yield from _horizons(("judgments", name, "also", key, "horizons"), part.horizons)
    latest = case.as_of + dt.timedelta(days=FARTHEST)
    for name, what_if in case.what_ifs.items():
        if what_if.from_ > str(latest) and what_if.from_ != "as_of":
            path, remedy = ("what_ifs", name, "from"), f"begin by {latest}"
            yield path, "begins more than ten years after as_of", what_if.from_, remedy


def _horizons(path: tuple[str | int, ...], days: tuple[int, ...]) -> Found:
    for number in days:
        if not 1 <= number <= FARTHEST:
            remedy = f"give 1 to {FARTHEST} days"
            yield path, "a horizon that cannot be simulated", f"{number} days", remedy


def _rates(case: CaseDocument) -> Found:
    for name, event in case.events.items():
        if event.usual[2] > HIGHEST_RATE:
            path, remedy = ("events", name, "usual"), f"give at most {HIGHEST_RATE:g} a month"
            yield path, "more events a month than can be simulated", event.usual[2], remedy


def _tests(case: CaseDocument) -> Found:
    for name, judgment in case.judgments.items():
        tests = [("holds_if", judgment.holds_if)]
        tests += [(f"also.{key}", part.holds_if) for key, part in judgment.also.items()]
        for path, test in tests:
            for moment in () if test is None else test.references().moments:
                far = moment.days
                if moment.date is not None:  # far back is no harm: a record may be long
                    far += (moment.date - case.as_of).days
                if far > FARTHEST:
                    place, remedy = ("judgments", name, *path.split(".")), "check the year"
                    yield place, "looks more than ten years past as_of", str(moment), remedy


def _actors(case: CaseDocument) -> Found:
    for name, actor in case.actors.items():
        for whole in actor.part_of:
            if whole in case.actors and name in _wholes(case, whole):
                path, remedy = ("actors", name, "part_of"), "an actor cannot be part of its parts"
                yield path, "parts in a circle", whole, remedy


def _wholes(case: CaseDocument, actor: str) -> set[str]:
    """Return the actor and everything it is part of, directly or through others."""
    found: set[str] = set()
    todo = [actor]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += case.actors[name].part_of if name in case.actors else ()
    return found
