"""The parts of a judgment: each of its tests, at each horizon, in the world it is asked of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from talion.errors import JudgmentTestError
from talion.model.case import EPOCH, Case
from talion.model.claim import BASELINE, Expression, Moment, Names

__all__ = ["Part", "Setting", "names_of", "parts_of", "parts_of_case", "world_titles"]


@dataclass(frozen=True)
class Setting:
    """Where a test is put: its world and the days its moments stand for.

    Attributes:
        place: how errors name the test, such as `judgments.J4a.holds_if`.
        world: what-if in which it is asked.
        as_of, horizon: day numbers.
        what_ifs: what-if -> day on which it begins to act.
        starts: what-if -> day from which its histories are simulated.
    """

    place: str
    world: str
    as_of: int
    horizon: int
    what_ifs: Mapping[str, int]
    starts: Mapping[str, int]

    def day(self, moment: Moment) -> int:
        """Return the day number of a moment."""
        return moment.day(self.as_of, self.horizon, self.what_ifs)

    def within(self, world: str) -> Setting:
        """Return the same setting in another world."""
        return replace(self, world=world)

    def window(self, start: Moment, end: Moment) -> tuple[int, int]:
        """Return [start, end) as day numbers.

        Raises:
            JudgmentTestError: it is empty, or begins before the world's histories do.
        """
        first, last = self.day(start), self.day(end)
        if first >= last:
            raise JudgmentTestError(
                f"the test's window is empty: from {start} ({_date(first)}) to {end} "
                f"({_date(last)})",
                place=self.place,
                remedy="let it end later, or choose a longer horizon",
            )
        self.simulated(first)
        return first, last

    def simulated(self, day: int) -> int:
        """Return `day` if the world's histories reach back to it.

        Raises:
            JudgmentTestError: they begin later.
        """
        begins = self.starts[self.world]
        if day < begins:
            raise JudgmentTestError(
                f"the test looks at {_date(day)}, but histories under {self.world} begin on "
                f"{_date(begins)}",
                place=self.place,
                remedy="begin the test later, use a replay (`history_until`), or `recorded:`",
            )
        return day


def _date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)


@dataclass(frozen=True)
class Part:
    """One test of one judgment at one horizon.

    Attributes:
        id: `main`, or the key under `also`; with `@180` where horizons differ.
        judgment: its judgment's id.
        title: of a further test; "" for the main one.
        test: the expression.
        horizon: days from the cut-off, or None if the test does not use it.
        setting: where it is put.
    """

    id: str
    judgment: str
    title: str
    test: Expression
    horizon: int | None
    setting: Setting


def parts_of(case: Case, judgment_id: str) -> tuple[Part, ...]:
    """Return the parts of one judgment: the main test at each horizon, then the further tests."""
    return tuple(_parts(case, judgment_id))


def parts_of_case(case: Case) -> tuple[Part, ...]:
    """Return the parts of every judgment, in the order of the case."""
    return tuple(part for name in case.judgments for part in _parts(case, name))


def _parts(case: Case, judgment_id: str) -> Iterator[Part]:
    judgment = case.judgments[judgment_id]
    place = f"judgments.{judgment_id}"
    own = judgment.horizons or case.horizons
    if judgment.holds_if is not None:
        setting = _setting(case, f"{place}.holds_if", judgment.under)
        yield from _at_horizons("main", judgment_id, "", judgment.holds_if, own, setting)
    for key, further in judgment.also.items():
        if further.holds_if is None:
            continue
        setting = _setting(case, f"{place}.also.{key}", further.under or judgment.under)
        horizons = further.horizons or own
        title = further.title or key.replace("_", " ")
        yield from _at_horizons(key, judgment_id, title, further.holds_if, horizons, setting)


def _at_horizons(
    key: str,
    judgment: str,
    title: str,
    test: Expression,
    horizons: tuple[int, ...],
    setting: Setting,
) -> Iterator[Part]:
    uses_horizon = any(m.anchor == "horizon" for m in test.references().moments)
    if not uses_horizon:
        yield Part(key, judgment, title, test, None, setting)
        return
    for days in sorted(set(horizons)):
        here = replace(setting, horizon=setting.as_of + days)
        part = key if len(set(horizons)) == 1 else f"{key}@{days}"
        yield Part(part, judgment, title, test, days, here)


def _setting(case: Case, place: str, world: str) -> Setting:
    starts = {name: case.start_day(name) for name in (BASELINE, *case.what_ifs)}
    longest = case.as_of_day + max(case.horizons)
    return Setting(place, world, case.as_of_day, longest, case.what_if_days(), starts)


def world_titles(case: Case) -> dict[str, str]:
    """Return what-if -> title; an untitled one keeps its name with spaces."""
    titles = {k: w.title or k.replace("_", " ") for k, w in case.what_ifs.items()}
    return {BASELINE: "nothing done", **titles}


def names_of(case: Case, horizon: int | None = None) -> Names:
    """Return how a case's names are said in a test."""
    titles = {k: e.title for k, e in case.events.items()}
    titles |= {k: f.title or k.replace("_", " ") for k, f in case.factors.items()}
    titles |= {k: a.name for k, a in case.actors.items()}
    titles |= {a.id: a.name for a in case.record.actors}
    titles |= {
        e.id: f"the {e.action.replace('_', ' ')} of {_said(e.day)}" for e in case.record.events
    }
    for name, members in case.series.items():
        said_members = " or ".join(titles.get(member, member) for member in members)
        titles[name] = f"{name.replace('_', ' ')} ({said_members})"
    titles |= world_titles(case)
    said = "the horizon"
    if horizon is not None:
        day = case.as_of + dt.timedelta(days=horizon)
        said = f"{_said(day)} ({horizon} days)"
    starts = {name: _date(day) for name, day in case.what_if_days().items()}
    return Names(titles, case.as_of, said, starts)


def _said(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
