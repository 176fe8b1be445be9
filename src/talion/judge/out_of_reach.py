"""What-ifs that cannot matter to a test: nothing leads from them to it, or they change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from talion.judge.findings import Finding
from talion.judge.measures import worlds_of
from talion.judge.parts import Part
from talion.judge.paths import SystemGraph, measured_by
from talion.judge.placed import differences_of, leaves_of, place_of, readable_parts
from talion.model.case import Case
from talion.model.claim import BASELINE, Difference
from talion.model.compile_factors import state_on
from talion.model.schema import Operation

__all__ = ["without_way"]

SAME = "both what-ifs give the same histories, so no difference can appear"


def without_way(case: Case, graph: SystemGraph) -> Iterator[Finding]:
    """Yield comparisons of what-ifs, and tests under one, that what is done there cannot move."""
    seen: set[str] = set()
    for part, test in differences_of(case):
        found = _compared(case, graph, part, test)
        if found is not None and part.setting.place not in seen:
            seen.add(part.setting.place)
            yield found
    for part in readable_parts(case):
        found = _under_one(case, graph, part)
        if found is not None and part.setting.place not in seen:
            seen.add(part.setting.place)
            yield found


def _compared(case: Case, graph: SystemGraph, part: Part, test: Difference) -> Finding | None:
    worlds = worlds_of(test, part.setting)
    acted, _ = graph.acted_on(worlds)
    measured = measured_by(case, test)
    if not graph.leads(acted, measured):
        return Finding(
            "warning",
            "no-way",
            place_of(case, part),
            "this test cannot hold: nothing leads from what the what-ifs change to "
            f"{', '.join(sorted(measured))}",
            SAME,
            "add the link that is meant, or compare what-ifs that bear on it",
            ", ".join(sorted(acted)),
        )
    if _alike(case, *worlds):
        first, second = worlds
        nothing = second == BASELINE or first == BASELINE
        world = first if second == BASELINE else second
        said = (
            f"{world} only says what is so already"
            if nothing
            else f"{first} and {second} do the same"
        )
        return Finding(
            "warning",
            "no-way",
            place_of(case, part),
            f"this test cannot hold: {said}",
            SAME,
            "let the what-if do what is meant, or compare others",
            f"{first}, {second}",
        )
    return None


def _alike(case: Case, first: str, second: str) -> bool:
    """Whether two worlds give the same histories."""
    if BASELINE in (first, second):
        return _changes_nothing(case, second if first == BASELINE else first)
    one, other = case.what_ifs[first], case.what_ifs[second]
    return (one.do, one.from_, one.history_until) == (other.do, other.from_, other.history_until)


def _changes_nothing(case: Case, world: str) -> bool:
    """Whether a what-if does no more than set switches to where they stand and stay."""
    what_if = case.what_ifs[world]
    stays = all(_sets_what_is(case, operation) for operation in what_if.do)
    return what_if.history_until is None and bool(what_if.do) and stays


def _sets_what_is(case: Case, operation: Operation) -> bool:
    factor = case.factors.get(operation.subject)
    if operation.verb not in ("set", "pin") or factor is None or factor.states is None:
        return False
    turned = {
        turn.factor
        for decision in case.decisions.values()
        for turn in (decision.sets, decision.executes)
        if turn is not None
    }
    now = state_on(factor, case.as_of)
    later = {state for day, state in factor.values.items() if day > case.as_of}
    moves = factor.set_by or operation.subject in turned or factor.then not in (None, now)
    return operation.to == now and not moves and not later


def _under_one(case: Case, graph: SystemGraph, part: Part) -> Finding | None:
    """Find a test asked under a what-if that nothing in it reaches: a claim on that what-if is empty."""
    world = part.setting.world
    if world == BASELINE or case.what_ifs[world].history_until is not None:
        return None
    if part.test.kind != "share" or any(isinstance(t, Difference) for t in leaves_of(part.test)):
        return None
    acted, _ = graph.acted_on([world])
    measured = measured_by(case, part.test)
    known = {*case.events, *case.factors}
    if not acted or not acted <= known:
        return None
    unreached = not graph.leads(acted, measured)
    if not unreached and not _changes_nothing(case, world):
        return None
    why_not = f"nothing leads from {', '.join(sorted(acted))} to {', '.join(sorted(measured))}"
    return Finding(
        "warning",
        "no-way",
        place_of(case, part),
        f"{world} cannot bear on this test: "
        f"{why_not if unreached else 'it only says what is so already'}",
        "the result is that of nothing done, so it says nothing of the what-if",
        "add the link that is meant, or ask it of another what-if",
        ", ".join(sorted(acted)),
    )
