"""A small case with comments, for tests of questions: two sides of a river, one act each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from talion.errors import TalionError
from talion.judge.checks import check_case
from talion.model.case import Case
from talion.read.questions.session import Session, begin

TEXT = """\
# Two banks. Nothing here ever happened.
talion: 1
title: Two banks            # printed on every page
as_of: 2024-06-01
horizon: [90 days, 180 days]
history_from: 2024-01-01

actors:
  guard: Guard
  army: Army

events:
  raid:
    title: Raid
    by: guard
    against: army
    usual: [8, 10, 12]      # a month
    because: given          # by us
  strike: {title: Strike, by: army, against: guard, usual: [3, 4, 5]}   # flow, with a comment

factors: {}                 # none yet

# what drives what
links: {}

what_ifs: {}

judgments:
  first:
    claim: Raids go on
    kind: forecast
    horizons: [90 days]
    # a comment inside
    holds_if: {count: raid, at_least: 3}

notes: the end
"""


def faults(case: Case) -> Sequence[TalionError]:
    """What `talion check` would refuse."""
    return check_case(case)[0]


def opened(folder: Path, text: str = TEXT, name: str = "case.yaml") -> Session:
    """Write the case into a folder and begin to ask about it."""
    path = folder / name
    path.write_bytes(text.encode())
    return begin(str(path), faults)
