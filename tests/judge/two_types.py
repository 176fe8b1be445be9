"""A small case in which one link is strong and one is too weak to be seen, and its record."""

from __future__ import annotations

import datetime as dt

import numpy as np

from talion.model.case import EPOCH, Case, day_number, parse_case
from talion.record.event import Actor, Event, Source
from talion.record.record import Record

BEGIN, END = dt.date(2024, 1, 1), dt.date(2024, 5, 1)

# `reply` answers `raid` within two days; what `reply` does to `raid` is too little to show.
TEXT = """
talion: 1
title: Raids and replies
as_of: 2024-05-01
history_from: 2024-01-01
actors:
  north: {name: North, kind: state}
  south: South
events:
  raid: {title: Raid, by: south, rows: {action: raid}, usual: [8, 12, 16]}
  reply: {title: Reply, by: north, rows: {action: reply}, usual: [10, 14, 18]}
  storm: {title: Storm, by: south, rows: {action: storm}, usual: [3, 4, 6]}
factors:
  mood: {kind: latent, title: Mood, sd: [0.1, 0.2, 0.4], half_life: [10, 20, 40]}
links:
  S1: {says: raid raises reply, share: [45, 65, 80], fades: days, origin: brief, because: x}
  W1: {says: reply raises raid, extra: [0.01, 0.02, 0.04], within: 14 days, fades: weeks,
       origin: brief, because: x}
  L1: {says: [mood raises raid, mood raises reply], times: [1.1, 1.2, 1.4], origin: record,
       because: x}
"""


def row(key: str, action: str, day: int) -> Event:
    """A row of one day."""
    on = EPOCH + dt.timedelta(days=day)
    by, to = ("north", "south") if action == "reply" else ("south", "north")
    return Event(key, on, on, "day", on, by, to, "ASSAULT", action, sources=("log",))


def two_types(seed: int = 3, raids: int = 50, text: str = TEXT, share: float = 0.7) -> Case:
    """The case with a record in which replies do answer raids, with a chance of `share`."""
    rng = np.random.default_rng(seed)
    first, days = day_number(BEGIN), (END - BEGIN).days
    raid = np.sort(rng.uniform(0, days, raids))
    answers = raid[rng.random(raids) < share] + rng.exponential(2 / np.log(2), raids)[:1]
    answers = raid + rng.exponential(2 / np.log(2), raids)
    answers = answers[(rng.random(raids) < share) & (answers < days)]
    reply = np.sort(np.concatenate([answers, rng.uniform(0, days, 18)]))
    storm = np.sort(rng.uniform(0, days, 15))
    told = {"raid": raid, "reply": reply, "storm": storm}
    rows = tuple(
        row(f"{name}-{i}", name, first + int(t))
        for name, times in told.items()
        for i, t in enumerate(times)
    )
    actors = (Actor("north", "North"), Actor("south", "South"))
    record = Record((BEGIN, END), (Source("log"),), actors, rows)
    return parse_case(text, "two-types", record)
