"""Whether signs that were given before have shown since, by the record as it is now.

A sign is held against the same list that it was given for: listed events of a type within its window,
or the dated states of a switch. What the record cannot tell is said to be so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from talion.judge.indicators import Indicator, WatchList
from talion.model.case import Case
from talion.model.claim import BASELINE
from talion.model.history import rows_of

__all__ = ["SignShown", "signs_shown"]

State = Literal["seen", "not seen", "open", "not told"]


@dataclass(frozen=True)
class SignShown:
    """One sign that was given, and what became of it.

    Attributes:
        judgment: its judgment.
        indicator: the sign as it was given.
        state: `seen`; `not seen` though its window is over; `open`, the window runs on; `not told`,
            the record does not say.
        why: in words, such as "5 listed, the last known day being 20 July 2024".
    """

    judgment: str
    indicator: Indicator
    state: State
    why: str


def signs_shown(lists: Iterable[WatchList], case: Case) -> tuple[SignShown, ...]:
    """Return what became of every sign of earlier lists.

    Args:
        lists: as an earlier run gave them.
        case: with the record as it is known now.
    """
    return tuple(
        SignShown(given.judgment, indicator, *_state(given, indicator, case))
        for given in lists
        for indicator in given.indicators
    )


def _state(given: WatchList, indicator: Indicator, case: Case) -> tuple[State, str]:
    if given.world != BASELINE:
        title = case.what_ifs[given.world].title if given.world in case.what_ifs else ""
        return "not told", f"it was given for “{title or given.world}”"
    if indicator.kind == "count":
        return _count(indicator, case)
    if indicator.kind == "state":
        return _switch(indicator, case)
    return "not told", "the record has no rows of it"


def _count(indicator: Indicator, case: Case) -> tuple[State, str]:
    if indicator.subject not in case.events or indicator.bar is None:
        return "not told", "the case has no such event type any more"
    rows = rows_of(case.events[indicator.subject], case.record)
    listed = sum(r.attacks for r in rows if indicator.start <= r.day <= indicator.end)
    over = case.as_of > indicator.end and case.record.period[1] >= indicator.end
    passed = listed > indicator.bar
    said = (
        f"{listed} listed from {_said(indicator.start)} to {_said(min(indicator.end, case.as_of))}"
    )
    if not over and not passed:
        return "open", f"{said}; the window ends on {_said(indicator.end)}"
    return ("seen" if passed is indicator.above else "not seen"), said


def _switch(indicator: Indicator, case: Case) -> tuple[State, str]:
    factor = case.factors.get(indicator.subject)
    if factor is None:
        return "not told", "the case has no such factor any more"
    later = {d: s for d, s in factor.values.items() if indicator.start < d <= indicator.end}
    before = [s for d, s in sorted(factor.values.items()) if d <= indicator.start]
    here = [*before[-1:], *later.values()]
    reached = any(state in indicator.states for state in here)
    if reached:
        return ("seen" if indicator.above else "not seen"), f"the case dates it: {', '.join(here)}"
    if not any(d > indicator.start for d in factor.values):
        remedy = (
            f"no state is dated after {_said(indicator.start)}; add it to `values` of the factor"
        )
        return "not told", remedy
    if case.as_of <= indicator.end:
        return "open", f"not by now; the window ends on {_said(indicator.end)}"
    return ("not seen" if indicator.above else "seen"), f"the case dates it: {', '.join(here)}"


def _said(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
