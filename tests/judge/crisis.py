"""A small crisis of our own for tests of judging: two sides, an exit demand nobody records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from talion.model.case import Case, parse_case
from talion.record.event import Actor, Coverage, Event, Source
from talion.record.record import Record

TEXT = """
talion: 1
title: A small crisis
as_of: 2024-06-01
horizon: [90 days, 180 days]
history_from: 2024-01-01
actors:
  guard: {name: Guard, kind: armed group}
  wing: {name: Wing of the Guard, kind: armed group, part_of: guard}
  army: {name: Army, kind: military}
events:
  attack:
    title: Attack
    by: guard
    against: army
    rows: {action: [attack]}
    usual: [8, 10, 12]
    marks: {place: {east: 60, west: 40}}
  strike: {title: Strike, by: army, against: guard, rows: {action: [strike]}, usual: [3, 4, 5]}
  demand: {title: Demand, by: guard, usual: [2, 3, 4]}
  parade: {title: Parade, by: army, rows: {action: [parade]}, usual: [2, 3, 4]}
series: {force: [attack, strike]}
factors:
  war: {kind: observed, title: War, states: {active: 1, ended: 0}, values: {2024-01-01: active},
        then: active, because: given}
  push: {kind: imagined, title: Push, rest: [30, 45, 60], half_life: 30, noise: 5, because: given}
links:
  L1: {says: attack raises strike, strength: moderate, fades: days, origin: brief, because: answers}
  L2: {says: strike raises demand, share: [60, 75, 85], fades: days, origin: brief, because: anger,
       contested: the army}
  L3: {says: strike raises push, strength: moderate, origin: brief, because: anger}
  L4: {says: war raises attack, times: [2, 4, 8], origin: analyst, because: the war}
what_ifs:
  no_strikes: {title: No strikes, from: as_of, do: [{block: strike}]}
  double: {title: Answers doubled, from: as_of, do: [{scale: L1, by: 2}]}
  flood: {title: A flood of attacks, from: as_of, do: [{scale: attack, by: 2000}]}
  peace: {title: Peace, from: as_of, do: [{set: war, to: ended}]}
  replay: {title: Spring again, from: 2024-03-01, history_until: 2024-03-01, do: [{block: strike}]}
judgments:
"""

JUDGMENTS: dict[str, str] = {
    "fixed": "kind: forecast, holds_if: {count: attack, at_least: 1}",
    "never": "kind: forecast, holds_if: {count: attack, at_least: 5000}",
    "rests": "kind: cause, under: no_strikes, holds_if: "
    "{difference: {count: demand, from: as_of, to: as_of + 90 days}, lower_by: 25 %}",
    "unresolved": "kind: conditional, under: no_strikes, holds_if: "
    "{difference: {count: demand, from: as_of, to: as_of + 90 days}, lower_by: 75 %}",
    "checked": "kind: history, holds_if: {recorded: {action: attack}, at_least: 10}",
    "contested": "kind: history, holds_if: {sources_agree: [attack-1]}",
    "motive": "kind: motive, testable: never, word: seemingly",
    "flooded": "kind: conditional, under: flood, holds_if: "
    "{count: attack, at_most: 50000, to: as_of + 90 days}",
}


def judgment(name: str, body: str) -> str:
    word = "" if "word:" in body else "word: unhedged, "
    return f"  {name}: {{claim: {name}, {word}{body}}}\n"


def small_record() -> Record:
    """Ten attacks and five strikes, all near completely listed; nobody records demands."""
    start, end = dt.date(2024, 1, 1), dt.date(2024, 6, 1)
    actors = (
        Actor("guard", "Guard"),
        Actor("wing", "Wing", part_of="guard"),
        Actor("army", "Army"),
    )

    def event(number: int, action: str, day: dt.date, **more: Any) -> Event:
        by, to = ("guard", "army") if action == "attack" else ("army", "guard")
        fields: dict[str, Any] = {"published": day, "initiator": by, "target": to, **more}
        return Event(
            f"{action}-{number}", day, day, "day", type="ASSAULT", action=action,
            sources=("log",), **fields,
        )  # fmt: skip

    step = dt.timedelta(days=1)
    events = [event(i, "attack", start + 14 * i * step) for i in range(10)]
    events += [event(i, "strike", start + (3 + 28 * i) * step) for i in range(5)]
    coverage = tuple(Coverage(a, start, end, "near complete") for a in ("attack", "strike"))
    return Record((start, end), (Source("log"),), actors, tuple(events), coverage=coverage)


def crisis(*names: str, text: str = TEXT, extra: dict[str, str] | None = None) -> Case:
    """Return the crisis with the named judgments, all by default, and any of your own."""
    chosen = {n: JUDGMENTS[n] for n in (names or ([] if extra else JUDGMENTS))} | (extra or {})
    body = "".join(judgment(name, said) for name, said in chosen.items())
    return parse_case(text + body, "crisis", small_record())
