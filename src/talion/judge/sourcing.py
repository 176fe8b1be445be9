"""How well what a judgment measures is sourced: rows, their sources and Admiralty grades.

The grade of a row is the best of its sources: reliability A to F and credibility 1 to 6, judged
apart. F and 6 mean *cannot be judged*, not one half, so such a source counts as not graded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from talion.model.case import Case
from talion.model.history import rows_of
from talion.record.record import Record

__all__ = ["Sourcing", "sourcing_of", "sourcing_of_rows"]

Reports = list[tuple[str, ...]]


@dataclass(frozen=True)
class Sourcing:
    """Rows and totals behind a result by how well they are sourced.

    Attributes:
        well: of A or B, 1 or 2.
        fair: not so, but of C, 3 or better in both.
        poor: of D, E, 4 or 5 in either.
        ungraded: of sources without a grade, or with one that says it cannot be judged.
        sources: how many sources there are behind them all.
    """

    well: int
    fair: int
    poor: int
    ungraded: int
    sources: int

    @property
    def rows(self) -> int:
        """How many rows and totals there are."""
        return self.well + self.fair + self.poor + self.ungraded


def sourcing_of(case: Case, measured: Iterable[str]) -> Sourcing:
    """Return how well the rows and totals are sourced that show what a test measures.

    Args:
        case: the case.
        measured: event types and factors; of a measured factor the indicators' rows count.
    """
    reports: dict[str, tuple[str, ...]] = {}
    for name in _types(case, measured):
        event = case.events[name]
        reports |= {row.id: row.sources for row in rows_of(event, case.record)}
        if event.totals is not None:
            found = (c for c in case.record.counts if c.series == event.totals)
            reports |= {f"{c.series} {c.on} {c.country}": (c.source,) for c in found}
    return _sourcing(case.record, list(reports.values()))


def sourcing_of_rows(record: Record, rows: Iterable[str]) -> Sourcing:
    """Return how well some rows of a record are sourced, by their ids."""
    wanted = frozenset(rows)
    return _sourcing(record, [e.sources for e in record.events if e.id in wanted])


def _types(case: Case, measured: Iterable[str]) -> Iterator[str]:
    for name in measured:
        if name in case.events:
            yield name
        elif name in case.factors:
            yield from case.factors[name].indicators


def _sourcing(record: Record, reports: Reports) -> Sourcing:
    grades = {source.id: source.grade for source in record.sources}
    found = [min((_class(grades.get(s)) for s in of), default=3) for of in reports]
    used = {source for of in reports for source in of if source}
    well, fair, poor, ungraded = (found.count(k) for k in range(4))
    return Sourcing(well, fair, poor, ungraded, len(used))


def _class(grade: str | None) -> int:
    """Return 0 for well sourced, 1 for fair, 2 for poor, 3 where it cannot be judged.

    >>> [_class(g) for g in ("B2", "A3", "C1", "B4", "E1", "F2", "C6", None)]
    [0, 1, 1, 2, 2, 3, 3, 3]
    """
    if grade is None or grade[0] == "F" or grade[1] == "6":
        return 3
    reliability, credibility = grade[0], grade[1]
    if reliability in "AB" and credibility in "12":
        return 0
    return 1 if reliability in "ABC" and credibility in "123" else 2
