"""Confidence by stated rules: every level, and every rule that can limit it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from judge.crisis import crisis
from talion.judge.confidence import (
    ConfidenceGrounds,
    ConfidenceLevel,
    confidence_for,
    confidence_sentence,
)
from talion.judge.estimate import Share
from talion.judge.labels import Probability, RecordFit
from talion.judge.paths import Path
from talion.judge.record_checks import RecordCheck
from talion.judge.sourcing import Sourcing, sourcing_of, sourcing_of_rows
from talion.judge.words import FitSays
from talion.record.event import Source
from talion.record.record import Record

SHARE = Share(0.9, 0.85, 0.95, 0.01, 0.1, 0.3, 200, 4000, 0.0, 0.9, 0.9)
SEEN = Path(("L1", "L2"), ("L1",), ("attack",), ())
FITTED = replace(SEEN, fitted=("L1",))
BLIND = Path(("L2",), (), ("demand",), ("demand",))
WELL = Sourcing(well=9, fair=1, poor=0, ungraded=0, sources=4)
COUNTED = RecordCheck("holds", "The record lists 3 rows.", {}, (), ("a", "b", "c"))
READINGS = ("as_written", "no_view", "opponent", "with_record")


def says(
    *,
    q: float = 0.92,
    lowest: float | None = 0.9,
    highest: float | None = 0.95,
    opponent: float | None = 0.9,
    speaks: bool = True,
    converged: bool = True,
    power: float | None = 0.9,
) -> FitSays:
    low, high, other = (None if x is None else Probability(x) for x in (lowest, highest, opponent))
    return FitSays(RecordFit(Probability(q), low, high, other), speaks, converged, power)


def readings(**values: float) -> dict[str, Share | None]:
    return {n: replace(SHARE, probability=values.get(n, 0.9)) for n in READINGS}


BEST = ConfidenceGrounds(FITTED, readings(), WELL, None, says())
COUNT = ConfidenceGrounds(Path((), (), (), ()), {}, WELL, COUNTED)


def test_confidence_is_high_where_every_rule_allows_it() -> None:
    found = confidence_for(BEST)
    assert found.level is ConfidenceLevel.HIGH
    rules = [part.rule for part in found.parts]
    assert rules == ["data", "convergence", "spread", "power", "sources", "draws"]
    assert confidence_sentence(found).startswith(
        "Confidence is high: what it measures is recorded;"
    )


# What is changed of the best grounds, the level then, and the only rule that limits it.
LIMITS = {
    "no data": (replace(BEST, path=replace(BLIND, fitted=("L2",))), "low", "data", "no data bear"),
    "a usual rate alone": (
        replace(BEST, path=Path((), (), ("attack",), (), ("L1",))), "low", "data", "usual rate"),
    "part not recorded": (
        replace(BEST, path=replace(FITTED, measured=("attack", "push"), unrecorded=("push",))),
        "low", "data", "no data bear on push"),
    "not converged": (
        replace(BEST, fit=says(converged=False)), "low", "convergence", "has not converged"),
    "nothing informed": (
        replace(BEST, path=SEEN), "low", "convergence", "can inform no link"),
    "silent record": (
        replace(BEST, fit=says(speaks=False)), "moderate", "convergence", "neither moves"),
    "variants far": (replace(BEST, fit=says(lowest=0.6)), "low", "spread", "moves with the var"),
    "opponent far": (replace(BEST, fit=says(opponent=0.6)), "low", "spread", "moves with the var"),
    "variants rough": (replace(BEST, fit=says(lowest=0.76)), "moderate", "spread", "roughly agree"),
    "variants missing": (
        replace(BEST, fit=says(lowest=None, highest=None)), "low", "spread", "not all be asked"),
    "opponent missing": (replace(BEST, fit=says(opponent=None)), "low", "spread", "not all be"),
    "low power": (replace(BEST, fit=says(power=0.3)), "low", "power", "could hardly have shown"),
    "middling power": (replace(BEST, fit=says(power=0.6)), "moderate", "power", "in most cases"),
    "power not known": (replace(BEST, fit=says(power=None)), "moderate", "power", "not known"),
    "poor grades": (
        replace(BEST, sourcing=Sourcing(1, 1, 3, 0, 4)), "low", "sources", "low grades"),
    "middling grades": (
        replace(BEST, sourcing=Sourcing(2, 2, 0, 0, 4)), "moderate", "sources", "middling"),
    "no grades": (replace(BEST, sourcing=Sourcing(1, 0, 0, 3, 4)), "moderate", "sources", "no grade"),
    "one source": (replace(BEST, sourcing=Sourcing(9, 0, 0, 0, 1)), "moderate", "sources", "one source"),
    "no rows": (replace(BEST, sourcing=Sourcing(0, 0, 0, 0, 0)), "moderate", "sources", "no row"),
    "few draws": (
        replace(BEST, readings=readings() | {"as_written": replace(SHARE, mcse=0.06)}),
        "moderate", "draws", "few draws"),
    "very few draws": (
        replace(BEST, readings=readings() | {"as_written": replace(SHARE, mcse=0.15)}),
        "low", "draws", "too few draws"),
    "nothing can answer": (
        replace(BEST, readings=dict.fromkeys(READINGS)), "low", "draws", "no simulated history"),
    "contested": (
        replace(COUNT, check=replace(COUNTED, outcome="contested")), "low", "listing", "differ"),
    "cannot tell": (
        replace(COUNT, check=replace(COUNTED, outcome="cannot tell")), "low", "listing", "decide"),
    "gaps": (replace(COUNT, check=replace(COUNTED, gaps=("x",))), "moderate", "listing", "not all"),
    "count of poor rows": (
        replace(COUNT, sourcing=Sourcing(0, 1, 3, 0, 4)), "low", "sources", "low grades"),
    "count that could show little": (
        replace(COUNT, check=replace(COUNTED, counts={"2.power": 0.3})), "low", "power", "hardly"),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_each_rule_limits_by_itself(name: str) -> None:
    grounds, level, rule, reason = LIMITS[name]
    found = confidence_for(grounds)
    assert found.level.value == level
    assert [part.rule for part in found.limiting] == [rule]
    assert reason in confidence_sentence(found)


# Without a fit the answer is the assumptions' alone: what they agree on is moderate at most.
@pytest.mark.parametrize(
    ("values", "level", "reason"),
    [
        ({}, "moderate", "the model is not fitted to the record"),
        ({"no_view": 0.6}, "low", "moves with what is assumed"),
        ({"no_view": 0.75}, "low", "do not agree"),
        ({"opponent": 0.5}, "low", "do not agree"),
    ],
)
def test_without_a_fit_it_is_moderate_at_most(
    values: dict[str, float], level: str, reason: str
) -> None:
    found = confidence_for(replace(BEST, fit=None, readings=readings(**values)))
    assert found.level.value == level
    assert reason in confidence_sentence(found)


def test_a_silent_record_that_differs_leaves_confidence_low() -> None:
    grounds = replace(BEST, fit=says(speaks=False), readings=readings(with_record=0.7))
    said = confidence_sentence(confidence_for(grounds))
    assert said == "Confidence is low: the record does not decide between the assumptions."


def test_a_reading_that_was_not_run_leaves_confidence_low() -> None:
    grounds = replace(BEST, fit=None, readings={"as_written": SHARE})
    assert "not every reading can answer" in confidence_sentence(confidence_for(grounds))


def test_a_count_needs_no_power_unless_it_compares_rates() -> None:
    found = confidence_for(COUNT)
    assert found.level is ConfidenceLevel.HIGH
    assert "power" not in [part.rule for part in found.parts]


@pytest.mark.parametrize("grounds", [BEST, COUNT, *(row[0] for row in LIMITS.values())])
def test_confidence_never_speaks_of_likelihood(grounds: ConfidenceGrounds) -> None:
    said = confidence_sentence(confidence_for(grounds))
    assert said.count("Confidence is") == 1
    assert not any(word in said for word in ("%", "of 100", "likely", "probab", "chance"))


def test_rows_are_graded_by_their_best_source() -> None:
    case = crisis("rests")
    events = case.record.events
    graded = {
        "attack-0": ("E4", "B2"),
        "attack-1": ("C3",),
        "attack-2": ("E4",),
        "attack-3": ("F2",),
    }
    sources, changed = list(case.record.sources), []
    for event in events:
        names = []
        for i, grade in enumerate(graded.get(event.id, ())):
            names.append(f"{event.id}-source-{i}")
            sources.append(Source(names[-1], grade=grade))
        changed.append(replace(event, sources=tuple(names) or event.sources))
    record = Record(
        case.record.period, tuple(sources), case.record.actors, tuple(changed),
        coverage=case.record.coverage,
    )  # fmt: skip
    found = sourcing_of(replace(case, record=record), ["attack", "push"])
    assert (found.well, found.fair, found.poor, found.ungraded) == (1, 1, 1, 7)
    assert found.sources == 6  # five graded ones and the log
    assert sourcing_of_rows(record, ["attack-1", "attack-2"]) == Sourcing(0, 1, 1, 0, 2)
