"""The small border case with a bargain of three actors over two issues."""

from __future__ import annotations

from model.small_case import SMALL
from talion.model.bargaining.drawn_bargain import DrawnBargain, drawn_bargain
from talion.model.case import Case, parse_case
from talion.model.reading import READINGS
from talion.model.sampling import Sampler

_ISSUES = SMALL[SMALL.index("issues:") : SMALL.index("what_ifs:")]

BARGAIN = """
issues:
  stay:
    title: Shall North stay
    scale: {0: leaves, 100: stays}
    positions:
      north: {at: [60, 80, 90], power: [50, 80, 95], salience: [30, 50, 70], because: says so,
              moved_by: {presence: [5, 20, 40]}, salience_moved_by: {push: [10, 30, 50]}}
      south: {at: [0, 5, 20], power: [20, 40, 60], salience: [70, 90, 100], because: says so,
              moved_by: {push: [-60, -30, -10], attention: [-5, 0, 5]}}
      east: {at: [20, 45, 60], power: [10, 30, 50], salience: [20, 40, 60], because: says so,
             moved_by: {attention: [-20, 5, 20]}}
  dues:
    title: Who collects dues
    scale: {0: South, 100: North}
    positions:
      north: {at: [60, 70, 90], power: [50, 80, 95], salience: [10, 30, 40], because: says so}
      south: {at: [5, 15, 30], power: [20, 40, 60], salience: [50, 60, 90], because: says so}
decisions:
  leave:
    title: Leaving
    issue: stay
    called_by:
      - {event: session, chance: [60, 70, 80]}
      - {event: demand, chance: 100, binds: 'no'}
    needs: {talks: 'on'}
    MODELS
    error: 20
    writes: outcome
    agreed_at_most: 50
    sets: {factor: timetable, to: agreed}
    executes: {factor: presence, outcome_to_level: {0: 0, 50: 50, 100: 100}, lag: [20, 40, 80], reversal: 5}
"""


def case_text(more: str = "models: mixed\n    trades_with: dues") -> str:
    """The case's text with other lines in its decision."""
    with_east = SMALL.replace("  south: South\n", "  south: South\n  east: East\n")
    return with_east.replace(_ISSUES, BARGAIN.replace("MODELS", more).lstrip())


def bargain_case(more: str = "models: mixed\n    trades_with: dues") -> Case:
    """The case with other lines in its decision."""
    return parse_case(case_text(more))


def drawn(
    more: str = "models: mixed\n    trades_with: dues",
    *,
    draws: int = 40,
    reading: str = "as_written",
    seed: int = 5,
) -> DrawnBargain:
    """Its bargain in some draws."""
    document = bargain_case(more).document
    return drawn_bargain(document, "leave", READINGS[reading], Sampler(seed, draws))
