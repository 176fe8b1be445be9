"""A small case with a record, and chains in any state, for tests of the sampler of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from talion.fit.case.chain import enter_events, evaluate, new_chain
from talion.fit.case.options import Options
from talion.fit.case.specification import problem_of
from talion.model.case import EPOCH, day_number, parse_case
from talion.model.compile import parameter_names
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws
from talion.record.event import Absence, Actor, Count, Event, Harm, Source
from talion.record.record import Record

BEGIN, END = dt.date(2024, 1, 3), dt.date(2024, 3, 10)

# Every kind of arrow, factor, mark and strength that the sampler knows is here once at least.
WATCHED = """
talion: 1
title: A border that is watched
as_of: 2024-03-10
history_from: 2024-01-03
actors:
  north: {name: North, kind: state}
  south: South
events:
  raid:
    title: Raid
    by: south
    rows: {action: raid}
    usual: [8, 12, 18]
    usual_when: {war: active}
    marks:
      place: {east: [40, 60, 75], west: 40}
      lethal: {'yes': [5, 10, 20], 'no': 90}
    row_marks: {place: country, lethal: deaths}
    listing: {share: [40, 60, 80]}
    totals: press
  reply:
    title: Reply
    by: north
    rows: {action: reply}
    usual: [4, 6, 9]
    listing: {share: [60, 80, 95]}
factors:
  war: {kind: observed, title: War, states: {active: [0.8, 1, 1.2], pause: [0, 0.2, 0.6]},
        values: {2023-01-01: active, 2024-02-01: pause, 2024-02-15: active}, then: active,
        because: given}
  push: {kind: measured, title: Push, indicators: [raid], rest: [30, 45, 60], half_life: [5, 8, 12],
         noise: [2, 5, 10], because: given}
  attention: {kind: imagined, title: Attention, rest: [10, 20, 30], half_life: 6, because: given}
  mood: {kind: latent, title: Mood, sd: [0.3, 0.6, 1.0], half_life: [5, 10, 20]}
links:
  A1: {says: raid raises reply, strength: moderate, more_when: {lethal: 'yes', times: [1.5, 3, 6]},
       fades: days, origin: brief, because: x}
  A2: {says: reply raises raid, extra: [0.1, 0.3, 0.8], within: 14 days, fades: weeks,
       origin: brief, because: x, contested: the other side denies it}
  A3: {says: reply lowers raid, share: [5, 10, 20], fades: days, saturates: 0.7, origin: analyst,
       because: x}
  A4: {says: reply raises push, points: [2, 5, 10], origin: brief, because: x}
  A5: {says: 'raid[place=west] lowers push', points: [1, 2, 4], origin: brief, because: x}
  A6: {says: raid raises attention, points: [1, 2, 4], origin: brief, because: x}
  A7: {says: push raises attention, per_100: [30, 60, 90], origin: brief, because: x}
  A8: {says: war raises push, per_100: [2, 5, 9], origin: brief, because: x}
  A9: {says: push raises raid, times: [1.1, 1.4, 2], per: 25 points, origin: brief, because: x}
  B1: {says: war raises raid, times: [1.2, 2, 4], origin: brief, because: x}
  B2: {says: [mood raises raid, mood raises reply], times: [1.2, 1.6, 2.5], origin: record,
       because: x}
  B3: {says: 'push raises raid[place=west]', times: [1.1, 1.5, 2], origin: analyst, because: x}
  B4: {says: 'attention raises raid[listing]', times: [1.1, 1.5, 2], origin: record, because: x}
"""


def on(number: float) -> dt.date:
    """The date of an absolute day number."""
    return EPOCH + dt.timedelta(days=int(number))


def row(id_: str, action: str, first: dt.date, last: dt.date | None = None, **more: Any) -> Event:
    """A recorded row on one day, or in an interval of days."""
    last = last or first
    by, to = ("south", "north") if action == "raid" else ("north", "south")
    if "deaths" in more:
        more["deaths"] = Harm(best=more["deaths"])
    fields: dict[str, Any] = {"published": last, "initiator": by, "target": to, **more}
    precision = "day" if last == first else "period"
    return Event(
        id_, first, last, precision, type="ASSAULT", action=action, sources=("log",), **fields
    )


def total(value: int, day: dt.date, since: dt.date = BEGIN, **more: Any) -> Count:
    """A total of raids in the reference series."""
    fields: dict[str, Any] = {"series": "press", "of": "raid", "speaker": "Press", **more}
    return Count(definition="raids", since=since, on=day, published=day, total=value, **fields)


def absence(first: dt.date, last: dt.date, of: str = "raid", reliability: float = 0.8) -> Absence:
    """A statement that nothing of the kind happened."""
    return Absence(of, first, last, "Press", reliability, "log", last)


def record(
    events: Sequence[Event], begin: dt.date = BEGIN - dt.timedelta(days=2), **parts: Any
) -> Record:
    """A record of North and South from a day to the window's end."""
    actors = (Actor("north", "North"), Actor("south", "South"))
    return Record((begin, END), (Source("log"),), actors, tuple(events), **parts)


def watched(text: str = WATCHED, seed: int = 4) -> Any:
    """The small case with a score of rows, totals of two series and an absence."""
    rng = np.random.default_rng(seed)
    first, last = day_number(BEGIN), day_number(END)
    rows = []
    for i, day in enumerate(sorted(rng.choice(np.arange(first + 1, last - 3), 12, False))):
        end = on(day + 2) if i % 4 == 0 else None
        told: dict[str, Any] = {"country": ("East", "West", "")[i % 3], "attacks": 1 + (i % 5 == 4)}
        if i % 2 == 0:
            told["deaths"] = int(i % 4 == 0)
        rows.append(row(f"raid-{i}", "raid", on(day), end, **told))
    for i, day in enumerate(sorted(rng.choice(np.arange(first, last), 8, False))):
        rows.append(row(f"reply-{i}", "reply", on(day)))
    counts = (
        total(9, on(first + 25)), total(24, on(last - 4)),
        total(14, on(first + 40), series="other"), total(20, on(last - 6), lower_bound=True),
    )  # fmt: skip
    absences = (absence(on(first + 30), on(first + 33)),)
    return parse_case(text, record=record(rows, counts=counts, absences=absences))


def in_some_state(
    case: Any,
    options: Options,
    seed: int,
    *,
    events: Mapping[str, Any] | None = None,
    spread: float = 1.0,
) -> tuple[Any, Any]:
    """A problem and a chain of it at random coordinates, signs and events, evaluated.

    Without `events` there is at most one a day, at a random moment of a random class.
    """
    problem = problem_of(case, options)
    s, rng = problem.arrays, np.random.default_rng(seed)
    ch = new_chain(problem, 4 * s.days + 200, seed + 1)
    ch.x[:] = spread * rng.standard_normal(len(ch.x))
    if options.reading == "no_view":
        ch.sign[:] = rng.choice([-1, 0, 1], len(ch.sign))
    if events is None:
        days = np.sort(rng.choice(s.days, min(s.days // 2, 60), False))
        told = np.flatnonzero(s.fitted[s.class_type])
        events = {
            "times": days + rng.random(len(days)),
            "classes": rng.choice(told, len(days)),
        }
    n = len(events["times"])
    enter_events(
        ch, np.asarray(events["times"], float), np.asarray(events["classes"], np.int64),
        np.asarray(events.get("rows", np.full(n, -1)), np.int64),
        np.asarray(events.get("sizes", np.ones(n)), np.int64),
    )  # fmt: skip
    evaluate(problem, ch)
    return problem, ch


def posterior_of(problem: Any, chains: Sequence[Any]) -> PosteriorDraws:
    """The states of several chains as posterior draws: parameters, signs and past."""
    s = problem.arrays
    known, turned = parameter_names(problem.case, problem.options.reading)
    x = np.stack([ch.x for ch in chains])
    sign = np.stack([ch.sign for ch in chains])
    orders = [ch.order[: ch.events[0]] for ch in chains]
    times = [np.repeat(ch.time[o], ch.size[o]) for ch, o in zip(chains, orders, strict=True)]
    kinds = [np.repeat(ch.kind[o], ch.size[o]) for ch, o in zip(chains, orders, strict=True)]
    past = Past(
        s.start, s.start + s.days, np.cumsum([0, *map(len, times)]), s.start + np.concatenate(times),
        np.concatenate(kinds), np.full(sum(map(len, times)), -1), (),
        {
            name: x[:, s.f_shock[f] : s.f_shock[f] + s.shocks]
            for f, name in enumerate(problem.factors)
            if s.f_shock[f] >= 0
        },
    )  # fmt: skip
    scores = {n: x[:, i].copy() for i, n in enumerate(problem.parameters) if n in known}
    signs = {a.name: sign[:, i] for i, a in enumerate(problem.arrows) if a.name in turned}
    return PosteriorDraws(problem.options.reading, scores, signs, past, problem.options.strength)
