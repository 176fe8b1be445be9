"""Records made under a known explanation: raids that replies answer, or two that know nothing of each other."""

from __future__ import annotations

import datetime as dt

import numpy as np

from fit.problems import branching_events
from talion.fit.linear import linear_parameters
from talion.model.case import Case, parse_case
from talion.record.event import Actor, Event, Source
from talion.record.record import Record

FIRST = dt.date(2024, 1, 1)

TEXT = """
talion: 1
title: Raids and replies
as_of: {end}
history_from: 2024-01-01
actors: {{south: South, north: North}}
events:
  raid: {{title: Raid, by: south, rows: {{action: raid}}, usual: [6, 12, 24]}}
  reply: {{title: Reply, by: north, rows: {{action: reply}}, usual: [4, 8, 20]}}
factors:
  war: {{kind: observed, title: War, states: {{active: 1, ended: 0}}, values: {{2024-01-01: active}},
        then: active, because: given}}
links:
  A1: {{says: raid raises reply, share: [30, 60, 85], fades: days, origin: brief, because: answers}}
  A2: {{says: reply raises raid, share: [5, 10, 20], fades: weeks, origin: brief, because: revenge}}
  W: {{says: war raises raid, times: [1.5, 2, 3], origin: brief, because: war}}
hypotheses:
  answers: {{title: Replies answer raids, says: They do, keeps: A1,
            evidence: {{rows: [e0], gist: the first row}}}}
  answers_too: {{title: The same again, says: They do, keeps: A1}}
  war: {{title: The war alone, says: It is the war, keeps: W}}
episodes:
  late: {{title: Late weeks, from: {late}, to: {end_eve}}}
"""


def made_case(weeks: int, seed: int, answers: float, background: float = 0.15) -> Case:
    """Return a case whose record was simulated.

    Args:
        weeks: of the window.
        seed: of the record.
        answers: replies expected to answer a raid, half of them within two days.
        background: replies a day that answer nothing.
    """
    rng = np.random.default_rng(seed)
    parameters = linear_parameters([0.4, background], [[0.0, 0.0], [answers, 0.0]], 2.0)
    days = 7 * weeks
    times, types = branching_events(parameters, float(days), rng)
    rows = []
    for i, (t, k) in enumerate(zip(times, types, strict=True)):
        day = FIRST + dt.timedelta(days=int(t))
        by, to = ("south", "north") if k == 0 else ("north", "south")
        rows.append(
            Event(
                f"e{i}", day, day, "day", type="ASSAULT", action=("raid", "reply")[k],
                sources=("log",), published=day, initiator=by, target=to,
            )
        )  # fmt: skip
    end = FIRST + dt.timedelta(days=days)
    text = TEXT.format(end=end, late=end - dt.timedelta(days=8), end_eve=end - dt.timedelta(days=1))
    actors = (Actor("north", "North"), Actor("south", "South"))
    record = Record((FIRST, end), (Source("log"),), actors, tuple(rows))
    return parse_case(text, "raids", record)
