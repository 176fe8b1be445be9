"""Classes: the combinations of marks of an event type, the finest thing the process tells apart."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from talion.model.claim import SeriesName
from talion.model.schema import CaseDocument

__all__ = ["SourceClass", "classes_of", "matching", "series_classes"]


@dataclass(frozen=True)
class SourceClass:
    """One combination of marks of one event type.

    Attributes:
        index: position among all classes; the classes of a type are contiguous.
        type: event type.
        marks: mark -> value, in the case's order.
    """

    index: int
    type: str
    marks: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """Return such as `attack[place=iraq,lethal=no]`."""
        inner = ",".join(f"{mark}={value}" for mark, value in self.marks)
        return f"{self.type}[{inner}]" if inner else self.type


def classes_of(case: CaseDocument) -> tuple[SourceClass, ...]:
    """Return every class of a case, type by type in the case's order."""
    found: list[SourceClass] = []
    for name, event in case.events.items():
        choices = [[(mark, value) for value in values] for mark, values in event.marks.items()]
        for marks in itertools.product(*choices):
            found.append(SourceClass(len(found), name, tuple(marks)))
    return tuple(found)


def matching(
    classes: Sequence[SourceClass], type_id: str, marks: Mapping[str, str]
) -> tuple[int, ...]:
    """Return the classes of a type that have all of `marks`."""
    return tuple(
        c.index
        for c in classes
        if c.type == type_id and all(dict(c.marks).get(m) == v for m, v in marks.items())
    )


def series_classes(case: CaseDocument, series: str) -> tuple[int, ...]:
    """Return the classes that a series counts: a type, a type with marks, or a named sum.

    Raises:
        KeyError: no such series.
    """
    classes = classes_of(case)
    members = case.series.get(series, (series,))
    found: set[int] = set()
    for member in members:
        name = SeriesName.model_validate(member)
        if name.name not in case.events:
            raise KeyError(f"no such series: {member}")
        found.update(matching(classes, name.name, dict(name.marks)))
    return tuple(sorted(found))
