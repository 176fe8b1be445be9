"""Which frozen tests can be scored today: each with its outcome, or why it has none yet.

Scored are judgments that the case marks `testable: later`, by the tests that the forecast file says
can be: a test is pending until its days have passed, whatever is known before, since what settles
early is no fair sample of what will be settled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from talion.errors import InputError, Problems
from talion.judge.frozen_schema import FrozenForecast, FrozenJudgment, FrozenNumber, FrozenTest
from talion.judge.outcomes import OutcomeRow, Settled
from talion.model.claim import PERIODS, Count, Rate, parse_expression

__all__ = ["Item", "ScoredFile", "Status", "items_of"]

Status = Literal["scored", "pending", "no outcome", "void", "left out"]
_LEAST_HASH = 8  # digits of a hash that name a file


@dataclass(frozen=True)
class ScoredFile:
    """A forecast file that was read and not altered.

    Attributes:
        path: where it lies.
        forecast: what it holds.
    """

    path: Path
    forecast: FrozenForecast


@dataclass(frozen=True)
class Item:
    """One test of one forecast file, as of today.

    Attributes:
        file: position of its forecast file.
        judgment, test: ids.
        frozen_judgment, frozen: what the file says of them.
        status: scored, pending (its days have not passed), no outcome (they have, and the table has
            no row for it), void, or left out (never to be scored).
        why: of a status other than scored; else the condition of a conditional test, and why a test
            is scored by hand.
        outcome: whether it held; None unless scored.
        values: number, counted from 0 -> what it came to.
        on: the latest day of its rows; None without any.
        sources: who says so.
    """

    file: int
    judgment: str
    test: str
    frozen_judgment: FrozenJudgment
    frozen: FrozenTest
    status: Status
    why: str = ""
    outcome: bool | None = None
    values: Mapping[int, float] = field(default_factory=dict)
    on: dt.date | None = None
    sources: tuple[str, ...] = ()

    @property
    def hindcast(self) -> bool:
        """Whether its days had passed when it was frozen."""
        return self.frozen.ended


def items_of(
    files: Sequence[ScoredFile],
    rows: Iterable[OutcomeRow],
    today: dt.date,
    *,
    every_forecast: bool = False,
) -> tuple[Item, ...]:
    """Return every test of every file, with its outcome where it can be scored.

    Args:
        files: the forecast files.
        rows: of the table of outcomes.
        today: the day on which is scored.
        every_forecast: score also judgments that the case does not mark `testable: later`.

    Raises:
        InputError, Problems: a row names no such test or lies ahead of today, rows contradict one
            another or themselves; each with its file and row.
    """
    found: dict[tuple[int, str, str], list[OutcomeRow]] = {}
    faults: list[InputError] = []
    for row in rows:
        try:
            for key in _keys(row, files):
                found.setdefault(key, []).append(row)
        except InputError as error:
            faults.append(error)
    items = []
    for index, file in enumerate(files):
        for name, judged in file.forecast.judgments.items():
            for test in judged.tests:
                place = _Place(index, file.forecast, name, judged, test)
                try:
                    mine = found.get((index, name, test.id), [])
                    items.append(_item(place, mine, today, every_forecast=every_forecast))
                except Problems as errors:
                    faults += [e for e in errors if isinstance(e, InputError)]
                except InputError as error:
                    faults.append(error)
    Problems.raise_any({str(fault): fault for fault in faults}.values())
    return tuple(items)


@dataclass(frozen=True)
class _Place:
    """Where one test stands."""

    index: int
    forecast: FrozenForecast
    name: str
    judged: FrozenJudgment
    test: FrozenTest


# --- rows to tests -------------------------------------------------------------------------------


def _keys(row: OutcomeRow, files: Sequence[ScoredFile]) -> Iterator[tuple[int, str, str]]:
    """Yield the tests that a row speaks of: one in each file that it means and that has it."""
    meant = [(i, f.forecast) for i, f in enumerate(files) if _means(row.forecast, f.forecast)]
    if not meant:
        raise _blame(
            row, "forecast", row.forecast, "no forecast file given is of this case or hash",
            f"write one of: {', '.join(sorted({f.forecast.case.name for f in files}))}",
        )  # fmt: skip
    having = [(i, f) for i, f in meant if row.judgment in f.judgments]
    if not having:
        known = ", ".join(dict.fromkeys(name for _, f in meant for name in f.judgments))
        raise _blame(row, "judgment", row.judgment, "no such judgment", f"there are: {known}")
    cases = {f.case.name for _, f in having}
    if len(cases) > 1:
        raise _blame(
            row, "forecast", row.forecast, f"files of {len(cases)} cases have this judgment",
            f"name one under `forecast`: {', '.join(sorted(cases))}",
        )  # fmt: skip
    keys = [(i, row.judgment, row.test) for i, f in having if _test_of(f, row) is not None]
    if not keys:
        tests = dict.fromkeys(t.id for _, f in having for t in f.judgments[row.judgment].tests)
        known = f"there are: {', '.join(tests)}" if tests else "this judgment has none"
        raise _blame(row, "test", row.test, "no such test", known)
    yield from keys


def _means(selector: str, forecast: FrozenForecast) -> bool:
    if not selector or selector == forecast.case.name:
        return True
    return len(selector) >= _LEAST_HASH and forecast.sha256.startswith(selector.lower())


def _test_of(forecast: FrozenForecast, row: OutcomeRow) -> FrozenTest | None:
    tests = forecast.judgments[row.judgment].tests
    return next((test for test in tests if test.id == row.test), None)


def _blame(row: OutcomeRow, column: str, value: object, message: str, remedy: str) -> InputError:
    return InputError(message, place=f"{row.place}, {column}", value=value, remedy=remedy)


# --- one test ------------------------------------------------------------------------------------


def _item(
    place: _Place, rows: Sequence[OutcomeRow], today: dt.date, *, every_forecast: bool
) -> Item:
    judged, test = place.judged, place.test

    def item(status: Status, why: str = "", **more: Any) -> Item:
        return Item(place.index, place.name, test.id, judged, test, status, why, **more)

    if test.scored == "no" or test.end is None:
        return item("left out", test.why)
    if judged.testable != "later" and not every_forecast:
        why = "the case does not mark it `testable: later`; --every-forecast scores it"
        return item("left out", why)
    Problems.raise_any(_row_faults(rows, place, today))
    if test.end > today:
        known = "; an outcome is given already and waits" if rows else ""
        last = test.end - dt.timedelta(days=1)
        return item("pending", f"its days run to {last.isoformat()}{known}")
    if not rows:
        return item("no outcome", "its days have passed and the table has no row for it")
    outcome = _outcome(rows, test)
    told = {
        "on": max(row.on for row in rows),
        "sources": tuple(dict.fromkeys(row.source for row in rows)),
    }
    if outcome == "void":
        return item("void", "its what-if did not come about, or nobody can tell", **told)
    values = {row.number - 1: row.value for row in rows if row.value is not None}
    return item("scored", test.why, outcome=outcome == "yes", values=values, **told)


def _row_faults(rows: Sequence[OutcomeRow], place: _Place, today: dt.date) -> Iterator[InputError]:
    test, seen = place.test, set[int]()
    last = (test.end or today) - dt.timedelta(days=1)
    for row in rows:
        if row.on > today:
            remedy = "an outcome is known from a day on that has come; or score as of --today"
            yield _blame(row, "on", row.on.isoformat(), f"lies ahead of {today}", remedy)
        if row.on <= place.forecast.as_of:
            message = f"known by the cut-off, {place.forecast.as_of}, so nothing was forecast"
            yield _blame(row, "on", row.on.isoformat(), message, "correct the day")
        if row.value is not None:
            yield from _value_faults(row, test, last)
        if row.number in seen and (row.value is not None or row.number == 1):
            remedy = "keep one row for each number of a test"
            yield _blame(row, "number", row.number, "a second row for the same number", remedy)
        seen.add(row.number)
    if len({row.outcome for row in rows if row.outcome}) > 1:
        yield _blame(
            rows[-1], "outcome", rows[-1].outcome, "contradicts an earlier row of this test",
            "give one outcome",
        )  # fmt: skip


def _value_faults(row: OutcomeRow, test: FrozenTest, last: dt.date) -> Iterator[InputError]:
    if row.number > len(test.numbers):
        remedy = f"it has {len(test.numbers)}" if test.numbers else "leave `value` blank"
        yield _blame(row, "number", row.number, "the test has no such number", remedy)
        return
    number = test.numbers[row.number - 1]
    value = row.value or 0.0
    if _is_count(number) and (value != int(value) or value < 0):
        yield _blame(row, "value", value, "a count of events is whole, from 0 on", "correct it")
    if number.what == "share answered" and not 0 <= value <= 1:
        yield _blame(row, "value", value, "a share lies between 0 and 1", "write 0.4 for 40 %")
    if row.on < last:
        message = f"its days run to {last}, so the number was not final"
        yield _blame(row, "on", row.on.isoformat(), message, "give the final number and its day")


def _is_count(number: FrozenNumber) -> bool:
    return "events" in number.what


def _outcome(rows: Sequence[OutcomeRow], test: FrozenTest) -> Settled:
    """Return the outcome that the rows state, or that their values settle.

    Raises:
        InputError: neither, or the two contradict each other.
    """
    stated = next((row.outcome for row in rows if row.outcome is not None), None)
    if stated == "void":
        return "void"
    settled = _settled_by({r.number - 1: r.value for r in rows if r.value is not None}, test)
    last = rows[-1]
    if stated is None and settled is None:
        message = "the value does not settle this test by itself"
        raise _blame(last, "outcome", "", message, "write yes or no as well")
    if stated is not None and settled is not None and stated != settled:
        values = ", ".join(f"{r.value:g}" for r in rows if r.value is not None)
        message = f"contradicts the value, by which the test {_held(settled)} ({test.text})"
        raise _blame(last, "outcome", f"{stated}, {values}", message, "correct one of the two")
    return stated or settled or "void"


def _held(settled: Settled) -> str:
    return "held" if settled == "yes" else "did not hold"


def _settled_by(values: Mapping[int, float], test: FrozenTest) -> Settled | None:
    """Return whether values meet a plain count or rate; None for any other test, or if one lacks."""
    if not values or test.holds_if is None:
        return None
    expression = parse_expression(test.holds_if)
    if not isinstance(expression, Count | Rate):
        return None
    if any(threshold.unit == "x usual" for threshold in expression.bounds().values()):
        return None  # the usual rate is uncertain itself
    number = test.numbers[0]
    periods = 1.0
    if isinstance(expression, Rate):
        periods = (number.end - number.start).days / PERIODS[expression.per]
    own = len(test.numbers) > 1  # a rolling window has one number a bound
    verdicts = []
    for i, (key, threshold) in enumerate(expression.bounds().items()):
        value = values.get(i if own else 0)
        if value is None:
            return None
        limit = threshold.value * periods
        near = 1e-9 * max(1.0, abs(limit))
        verdicts.append(
            {
                "at_least": value >= limit - near,
                "more_than": value > limit + near,
                "at_most": value <= limit + near,
                "fewer_than": value < limit - near,
            }[key]
        )
    return "yes" if all(verdicts) else "no"
