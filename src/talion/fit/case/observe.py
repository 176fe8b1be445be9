"""The record that the observation model of a fit would make of a simulated window.

What the fit reads of a record is made anew: dated rows of the explained types (to the day, one act
each; marks untold as often as in the record itself), totals at the same moments with their own
errors, statements of absence. Everything else of the record stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.observation import ObservationModel
from talion.fit.case.recorded import LONGEST_LAG, total_parts
from talion.fit.case.specification import Problem
from talion.model.case import EPOCH, day_number
from talion.model.history import known_marks, rows_of
from talion.record.event import Absence, Count, Event, Harm
from talion.record.record import Record

__all__ = ["Window", "simulated_record"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Window:
    """What happened in a simulated window.

    Attributes:
        times: [n] absolute days, ascending.
        classes: [n]
        attention: [days, K] log-odds that the case's attention adds to the listing of each type.
    """

    times: F8
    classes: I8
    attention: F8


def simulated_record(
    problem: Problem, window: Window, scores: Mapping[str, float], rng: np.random.Generator
) -> Record:
    """Return the case's record as it would stand had this happened.

    Totals are rho N + e with N the events of their classes up to a moment that lags by up to two
    days, rho the ratio of definitions and e discrete Laplace; a lower bound lies |e| below. A
    statement of absence stands if its speaker missed all that happened, each event with one minus
    its reliability. An event is listed with the odds of `talion.fit.case.listing`, weekly departures included.

    Args:
        problem: the fit whose observation model it is.
        window: what happened.
        scores: of the observation model's parameters, as in `FittedReading.observation` and the
            draws; those not given are drawn from their priors.
        rng: of all chance.
    """
    maker = _Maker(problem, window, scores, rng)
    record = problem.case.record
    events = (*maker.kept(), *maker.rows())
    counts = tuple(maker.count(count) for count in record.counts)
    absences = tuple(a for a in record.absences if maker.stated(a))
    return replace(record, events=events, counts=counts, absences=absences)


class _Maker:
    """Holds what the parts share."""

    def __init__(
        self,
        problem: Problem,
        window: Window,
        scores: Mapping[str, float],
        rng: np.random.Generator,
    ) -> None:
        self.problem, self.case, self.window, self.rng = problem, problem.case, window, rng
        self.start, self.end = problem.record.window.start, problem.record.window.end
        self.model = ObservationModel.of(problem, scores, rng)
        listed = [r for t in problem.record.types for r in self._own(t)]
        self.replaced = {row.id for row in listed}
        self.referred = self.replaced | {part.id for row in listed for part in row.reports}

    def _own(self, name: str) -> tuple[Event, ...]:
        """Recorded rows of a type within the window."""
        return tuple(
            row
            for row in rows_of(self.case.events[name], self.case.record)
            if day_number(row.start) < self.end and day_number(row.end) >= self.start
        )

    # --- rows ---------------------------------------------------------------------------------

    def kept(self) -> Iterator[Event]:
        """Recorded rows that are not made anew, without an order coded to those that are."""
        for row in self.case.record.events:
            if row.id not in self.replaced:
                yield self._loose(row)

    def _loose(self, row: Event) -> Event:
        """A row and the reports it was merged from, after none that is gone."""
        reports = tuple(self._loose(part) for part in row.reports)
        after = None if row.after in self.referred else row.after
        return replace(row, after=after, reports=reports)

    def rows(self) -> Iterator[Event]:
        """Rows of the listed events of the explained types."""
        s, taken = self.problem.arrays, self.case.record.event_ids
        types = list(self.case.events)
        models = {name: self._models(name) for name in self.problem.record.types}
        number = 0
        for t, c in zip(self.window.times.tolist(), self.window.classes.tolist(), strict=True):
            k = int(s.class_type[c])
            name = types[k]
            chance = self.rng.random()
            day = int(t) - self.start
            listed = self.model.listed(c, day, float(self.window.attention[day, k]))
            if name in models and models[name] and chance < listed:
                number += 1
                while f"made-{number}" in taken:
                    number += 1
                yield self._row(name, c, f"made-{number}", t, models[name])

    def _models(self, name: str) -> tuple[Event, ...]:
        """Rows after which new ones are made: those of the window, else any."""
        return self._own(name) or rows_of(self.case.events[name], self.case.record)

    def _row(self, name: str, c: int, key: str, t: float, models: Sequence[Event]) -> Event:
        event_type = self.case.events[name]
        model = models[int(self.rng.integers(len(models)))]
        told = known_marks(event_type, model)  # untold marks stay untold, as often as in the record
        day = EPOCH + dt.timedelta(days=int(t))
        country, deaths = model.country, model.deaths
        for mark, value in self.problem.classes[c].marks:
            column = event_type.row_marks.get(mark)
            if column == "country" and mark in told:
                country = self._country(value, models)
            elif column == "deaths":
                deaths = Harm(best=int(value == "yes")) if mark in told else None
        return Event(
            key, day, day, "day", day, model.initiator, model.target, model.type, model.action,
            country=country, deaths=deaths, sources=model.sources, coding="simulated",
        )  # fmt: skip

    @staticmethod
    def _country(value: str, models: Sequence[Event]) -> str:
        """A country as the record spells it."""
        spelt = {row.country.lower().replace(" ", "_"): row.country for row in models}
        return spelt.get(value, value)

    # --- totals and absences --------------------------------------------------------------------

    def _number(self, members: Sequence[int], since: float, until: float) -> int:
        t = self.window.times - self.start
        inside = np.isin(self.window.classes, list(members)) & (t >= since) & (t < until)
        return int(inside.sum())

    def count(self, count: Count) -> Count:
        """The total anew where the fit reads it; else as it is."""
        name = self._counted(count)
        if name is None:
            return count
        since = day_number(count.since) - self.start
        first = day_number(count.on) + 1 - self.start
        last = day_number(count.on_end or count.on) + 1 - self.start
        low = max(first - LONGEST_LAG, float(since))
        until = low + (last - low) * self.rng.random()
        mine = [c for c in self.problem.classes if c.type == name]
        parts = [
            (
                part,
                self.model.said(
                    count.series, self._number(members, since, until), count.lower_bound, self.rng
                ),
            )
            for members, _, part in total_parts(self.case, name, mine, count)
        ]
        whole = len(parts) == 1 and parts[0][0] == count.country
        split = () if whole else tuple(parts)
        return replace(count, total=sum(n for _, n in parts), split=split)

    def _counted(self, count: Count) -> str | None:
        """The type of which the fit reads a total."""
        said = {t.series for t in self.problem.record.totals}
        since = day_number(count.since) - self.start
        last = day_number(count.on_end or count.on) + 1 - self.start
        if count.series not in said or since < 0 or not since < last <= self.end - self.start + 1:
            return None
        for name in self.problem.record.types:
            event = self.case.events[name]
            if event.totals is not None and event.rows and count.of in event.rows.action:
                return name
        return None

    def stated(self, absence: Absence) -> bool:
        """Whether a statement of absence is made."""
        chance = float(self.rng.random())
        low, high = day_number(absence.start), day_number(absence.end) + 1
        if low >= self.end or high <= self.start:
            return True
        for name in self.problem.record.types:
            event = self.case.events[name]
            if event.rows and absence.of in event.rows.action:
                members = self._absent(name, absence)
                happened = self._number(members, low - self.start, high - self.start)
                return chance < (1 - absence.reliability) ** happened
        return True

    def _absent(self, name: str, absence: Absence) -> list[int]:
        marks = [m for m, col in self.case.events[name].row_marks.items() if col == "country"]
        wanted = absence.country.lower().replace(" ", "_")
        return [
            c.index
            for c in self.problem.classes
            if c.type == name and (not wanted or not marks or dict(c.marks)[marks[0]] == wanted)
        ]
