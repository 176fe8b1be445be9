"""Tests that cannot fail or cannot hold, and judgments that leave out what they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from talion.judge.findings import Finding
from talion.judge.nearly_sure import nearly_sure
from talion.judge.out_of_reach import without_way
from talion.judge.parts import Part, parts_of
from talion.judge.paths import SystemGraph
from talion.judge.placed import leaves_of, place_in, place_of
from talion.model.case import Case
from talion.model.claim import (
    BASELINE,
    AllOf,
    Answered,
    AnyOf,
    Bounds,
    Count,
    Expression,
    Given,
    Level,
    Rate,
    Reaches,
    Recorded,
    RecordedRate,
    RecordedReturn,
    RowFilter,
)
from talion.model.lexicon import read_word

__all__ = ["judgment_remarks", "test_remarks"]

SIMULATED = ("cause", "forecast", "conditional")
FIXED = "its result is the same whatever the links are, so it says nothing of the case"


def test_remarks(case: Case, graph: SystemGraph) -> Iterator[Finding]:
    """Yield thresholds that every history meets or none can, and what-ifs that cannot matter."""
    yield from _fixed_tests(case)
    yield from without_way(case, graph)
    yield from nearly_sure(case)


def judgment_remarks(case: Case) -> Iterator[Finding]:
    """Yield judgments without test or horizon, and words of record tests that no row has."""
    yield from _without_test(case)
    yield from _without_horizon(case)
    yield from _decided(case)
    yield from _without_range(case)
    yield from _rows_nowhere(case)


# --- tests that are fixed ------------------------------------------------------------------------


def _fixed_tests(case: Case) -> Iterator[Finding]:
    """Thresholds that every history meets, or none can."""
    for name in case.judgments:
        seen: set[str] = set()
        for part in parts_of(case, name):
            for said, value in _fixed_in(case, part):
                if part.setting.place + said not in seen:
                    seen.add(part.setting.place + said)
                    yield Finding(
                        "warning",
                        "fixed-test",
                        place_of(case, part),
                        said,
                        FIXED,
                        "ask for a number that some histories reach and others do not"
                        if " blocks " not in said
                        else "ask it in another what-if, or of another type",
                        value,
                    )


def _fixed_in(case: Case, part: Part) -> Iterator[tuple[str, str]]:
    """Yield what is fixed in a test, and its threshold."""
    for test in leaves_of(part.test):
        said = _fixed(case, test)
        if said:
            yield said
        if isinstance(test, Count | Rate):
            yield from _blocked(case, part, test)
    for joined in _conditions(part.test):
        if joined.given == joined.holds:
            yield "this test cannot fail: what must hold is what was given", "given and holds"


def _conditions(test: Expression) -> Iterator[Given]:
    if isinstance(test, Given):
        yield test
    elif isinstance(test, AllOf | AnyOf):
        for part in test.parts:
            yield from _conditions(part)


def _fixed(case: Case, test: Any) -> tuple[str, str] | None:
    if isinstance(test, Count | Rate | Answered | Recorded):
        return _beyond(test, 0.0, 100.0 if isinstance(test, Answered) else float("inf"))
    if isinstance(test, Level | Reaches):
        if isinstance(test, Level) and test.compared_with is not None:
            return None
        factor = case.factors[test.level if isinstance(test, Level) else test.reaches]
        if factor.kind == "latent":
            return None
        if factor.states is None:
            return _beyond(test, *factor.range)
        doses = [dose for prior in factor.states.values() for dose in prior]
        return _beyond(test, min(doses), max(doses))
    return None


def _beyond(test: Bounds, low: float, high: float) -> tuple[str, str] | None:
    """Return what is wrong with thresholds on a number that lies in [low, high]; None if nothing."""
    always = {
        "at_least": lambda x: x <= low,
        "more_than": lambda x: x < low,
        "at_most": lambda x: x >= high,
        "fewer_than": lambda x: x > high,
    }
    never = {
        "at_least": lambda x: x > high,
        "more_than": lambda x: x >= high,
        "at_most": lambda x: x < low,
        "fewer_than": lambda x: x <= low,
    }
    for key, threshold in test.bounds().items():
        said = f"{key.replace('_', ' ')} {threshold}"
        if always[key](threshold.value):
            return f"this test cannot fail: every history is {said}", f"{key}: {threshold}"
        if never[key](threshold.value):
            return f"this test cannot hold: no history is {said}", f"{key}: {threshold}"
    return None


def _blocked(case: Case, part: Part, test: Count | Rate) -> Iterator[tuple[str, str]]:
    """Yield counts of what the what-if itself blocks all the while."""
    series = test.count if isinstance(test, Count) else test.rate
    members = case.series.get(series.name, (series.name,))
    types = {member.split("[")[0].strip() for member in members}
    start = part.setting.day(test.start)
    if not types <= _blocked_types(case, part.setting.world, start):
        return
    for key, threshold in test.bounds().items():
        some = threshold.value > 0 if key == "at_least" else key == "more_than"
        none = key == "fewer_than" and threshold.value <= 0
        outcome = "cannot hold" if some or none else "cannot fail"
        yield (
            f"this test {outcome}: {part.setting.world} blocks {', '.join(sorted(types))} itself",
            f"{key}: {threshold}",
        )


def _blocked_types(case: Case, world: str, since: int) -> set[str]:
    """Return the types that a what-if blocks from a day on, for good."""
    if world == BASELINE:
        return set()
    what_if = case.what_ifs[world]
    freed = {op.subject for op in what_if.do if op.verb in ("unblock", "add")}
    begins = case.what_if_day(world) <= since
    return {
        op.subject
        for op in what_if.do
        if op.verb == "block" and op.for_ is None and op.at is None and begins
    } - freed


# --- judgments -----------------------------------------------------------------------------------


def _without_test(case: Case) -> Iterator[Finding]:
    for name, judgment in case.judgments.items():
        if (
            judgment.kind in SIMULATED
            and judgment.testable != "never"
            and judgment.holds_if is None
        ):
            yield Finding(
                "warning",
                "no-test",
                place_in(case, "judgments", name),
                "it can be tested but has no `holds_if`",
                "without a test nobody can say later whether it was right",
                "add `holds_if`, or say `testable: never` and why",
                judgment.kind,
            )


def _without_horizon(case: Case) -> Iterator[Finding]:
    for name, judgment in case.judgments.items():
        uses = [
            p for p in parts_of(case, name) if p.id.startswith("main") and p.horizon is not None
        ]
        if uses and not judgment.horizons:
            days = ", ".join(str(p.horizon) for p in uses)
            yield Finding(
                "warning",
                "no-horizon",
                place_in(case, "judgments", name),
                f"states no horizons; the case's own are used ({days} days)",
                "a claim without a time can always still come true, so it can never be wrong",
                "add `horizons: [180 days]`, or dates in the test",
                f"{days} days",
            )


def _decided(case: Case) -> Iterator[Finding]:
    """Forecasts whose own test looks at nothing but the record."""
    for name, judgment in case.judgments.items():
        test = judgment.holds_if
        if judgment.kind in SIMULATED and test is not None and test.kind == "record":
            yield Finding(
                "warning",
                "decided",
                place_in(case, "judgments", name, "holds_if"),
                f"this test looks at the record up to {case.as_of} alone, so it is decided already",
                f"a {judgment.kind} says what histories after that day would show",
                "ask for a simulated count, rate or level, or make it `kind: history`",
                judgment.kind,
            )


def _without_range(case: Case) -> Iterator[Finding]:
    """Simulated tests beside a word that claims no probability."""
    for name, judgment in case.judgments.items():
        if judgment.kind not in SIMULATED or judgment.holds_if is None:
            continue
        try:
            claimed = read_word(judgment.word, case.document.lexicon).range
        except ValueError:
            continue  # a fault of its own
        if claimed is None:
            yield Finding(
                "note",
                "no-range",
                place_in(case, "judgments", name, "word"),
                "this word claims no probability, so no result can be said to agree with it or not",
                "it hedges the source or the motive; the number then stands beside no claim",
                "give the word of likelihood that is meant, or `unhedged` for a plain claim",
                judgment.word,
            )


def _rows_nowhere(case: Case) -> Iterator[Finding]:
    """Row filters of record tests whose words occur nowhere in the record."""
    events = case.record.events
    known = {
        "action": {e.action for e in events},
        "country": {e.country for e in events},
        "initiator": {w for e in events for w in case.record.belongs(e.initiator)},
        "target": {w for e in events for w in case.record.belongs(e.target)},
    }
    for name in case.judgments:
        seen: set[tuple[str, str]] = set()
        for part in parts_of(case, name):
            for key, word in _row_words(part.test):
                if word not in known[key] and (key, word) not in seen:
                    seen.add((key, word))
                    yield Finding(
                        "warning",
                        "no-such-row",
                        place_of(case, part),
                        f"no recorded row has {key} {word}",
                        "the test then counts nothing, which is easily a slip of spelling",
                        f"use one of: {', '.join(sorted(known[key] - {''})[:8]) or 'none recorded'}",
                        word,
                    )


def _row_words(test: Expression) -> Iterator[tuple[str, str]]:
    for leaf in leaves_of(test):
        filters: list[RowFilter] = []
        if isinstance(leaf, Recorded):
            filters += [leaf.recorded] + ([leaf.free_of] if leaf.free_of is not None else [])
        elif isinstance(leaf, RecordedRate):
            filters.append(leaf.recorded_rate)
        elif isinstance(leaf, RecordedReturn):
            filters.append(leaf.recorded_return)
        for wanted in filters:
            for key in ("action", "initiator", "target", "country"):
                yield from ((key, word) for word in getattr(wanted, key))
