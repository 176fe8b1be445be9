"""What `talion check` says of a case beyond its form: tests that prove nothing, links that do nothing.

Errors stop a run; remarks are for the author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from talion.errors import CaseError, InputError, JudgmentTestError, Problems, TalionError
from talion.judge.measures import measures_of, worlds_of
from talion.judge.parts import Part, parts_of
from talion.judge.paths import SystemGraph, measured_by, path_of
from talion.judge.stability import explosive_priors, explosive_shares
from talion.model.case import Case
from talion.model.claim import (
    AllOf,
    Answered,
    AnyOf,
    Count,
    Difference,
    Expression,
    Given,
    Level,
    Reaches,
    Recorded,
    RecordedRate,
    RecordedReturn,
    RowFilter,
)
from talion.model.lexicon import read_word

__all__ = ["Remark", "check_case", "faults_of", "remarks_on", "stop_on_faults"]

# Below this, a difference along a single link asks for its sign and no more.
SIGN_ONLY: Mapping[str, float] = {"%": 1.0, "events": 0.1, "points": 0.1, "": 0.1}


@dataclass(frozen=True)
class Remark:
    """Something the author should know that stops no run: where, and what."""

    place: str
    text: str

    def __str__(self) -> str:
        """Return the one line printed."""
        return f"{self.place}: {self.text}"


def check_case(
    case: Case, *, draws: int = 200, seed: int = 20240213
) -> tuple[tuple[TalionError, ...], tuple[Remark, ...]]:
    """Return every fault and every remark.

    Args:
        case: as loaded.
        draws, seed: of the no-view draws on which stability is tried.
    """
    from talion.model.compile import compile_model

    model = compile_model(case, "no_view", draws=draws, seed=seed, worlds=["baseline"])
    return (*faults_of(case), *explosive_priors(case, model)), tuple(remarks_on(case))


def stop_on_faults(case: Case) -> None:
    """Raise what `faults_of` finds; several together as Problems."""
    Problems.raise_any(faults_of(case))


def faults_of(case: Case) -> tuple[TalionError, ...]:
    """Return the faults that need no simulation."""
    return (
        *_unreadable(case),
        *_simulated_minds(case),
        *_sign_only(case),
        *_double_counting(case),
        *explosive_shares(case),
    )


def _place(case: Case, *path: str) -> str:
    if case.marks is not None:
        return case.marks.place(path)
    return f"{case.name}, {'.'.join(path)}"


def _place_of(case: Case, part: Part) -> str:
    return _place(case, *part.setting.place.split("."))


# --- faults --------------------------------------------------------------------------------------


def _unreadable(case: Case) -> Iterator[InputError]:
    """Words no lexicon knows, and tests that cannot be put to histories."""
    for name, judgment in case.judgments.items():
        try:
            read_word(judgment.word, case.document.lexicon)
        except ValueError as error:
            place = _place(case, "judgments", name, "word")
            yield CaseError(str(error), place=place, value=judgment.word)
        seen: set[tuple[str, str]] = set()
        for part in parts_of(case, name):
            try:
                measures_of(part.test, part.setting)
            except JudgmentTestError as error:
                place = _place_of(case, part)
                if (place, error.message) not in seen:  # once, not at every horizon
                    seen.add((place, error.message))
                    yield JudgmentTestError(error.message, place=place, remedy=error.remedy)


def _simulated_minds(case: Case) -> Iterator[JudgmentTestError]:
    """Motives and preferences with a simulated test of their own."""
    for name, judgment in case.judgments.items():
        test = judgment.holds_if
        if judgment.kind in ("motive", "preference") and test is not None and test.kind != "record":
            yield JudgmentTestError(
                f"a {judgment.kind} is not simulated: no history shows what someone wanted",
                place=_place(case, "judgments", name, "holds_if"),
                value=name,
                remedy="put a derived test under `also`, or give the judgment another kind",
            )


def _tests_of(case: Case) -> Iterator[tuple[Part, Difference]]:
    for name in case.judgments:
        for part in parts_of(case, name):
            try:
                measures_of(part.test, part.setting)
            except JudgmentTestError:
                continue  # `_unreadable` names it
            for test in _leaves(part.test):
                if isinstance(test, Difference):
                    yield part, test


def _sign_only(case: Case) -> Iterator[JudgmentTestError]:
    """Differences along one link that any strength of the right sign would meet."""
    graph = SystemGraph(case)
    seen: set[str] = set()
    for part, test in _tests_of(case):
        alone = Part(part.id, part.judgment, "", test, part.horizon, part.setting)
        path = path_of(graph, alone)
        _, size = test.size
        tiny = size.value < SIGN_ONLY[size.unit] and test.size[0] in ("higher_by", "lower_by")
        if len(path.links) == 1 and tiny and part.setting.place not in seen:
            seen.add(part.setting.place)
            yield JudgmentTestError(
                f"the test only asks for the sign of link {path.links[0]}, which was assumed",
                place=_place_of(case, part),
                value=f"smallest effect {size}",
                remedy="state the smallest effect that matters to a reader, such as 25 %",
            )


def _part_of(case: Case) -> dict[str, frozenset[str]]:
    """Return actor -> everything it is part of, directly or through others."""
    direct = {name: set(actor.part_of) for name, actor in case.actors.items()}
    for actor in case.record.actors:
        if actor.part_of:
            direct.setdefault(actor.id, set()).add(actor.part_of)
    found: dict[str, frozenset[str]] = {}
    for name, first in direct.items():
        wholes: set[str] = set()
        todo = list(first)
        while todo:
            whole = todo.pop()
            if whole not in wholes:
                wholes.add(whole)
                todo += direct.get(whole, ())
        found[name] = frozenset(wholes)
    return found


def _double_counting(case: Case) -> Iterator[CaseError]:
    """A whole and its part both counted: in one series of the same acts, or on one issue."""
    wholes = _part_of(case)
    for series, members in case.series.items():
        types = dict.fromkeys(member.split("[")[0].strip() for member in members)
        for one, other in combinations(types, 2):
            pair = _whole_and_part(case.events[one].by, case.events[other].by, wholes)
            if pair and _same_acts(case, one, other):
                yield CaseError(
                    f"{one} and {other} count the acts of {pair[1]} twice: it is part of {pair[0]}",
                    place=_place(case, "series", series),
                    value=series,
                    remedy="leave one of the two types out, or tell their rows apart by action",
                )
    for name, issue in case.issues.items():
        for one, other in combinations(issue.positions, 2):
            pair = _whole_and_part((one,), (other,), wholes)
            if pair:
                yield CaseError(
                    f"{pair[1]} is part of {pair[0]}, and both have weight on this issue",
                    place=_place(case, "issues", name, "positions", pair[1]),
                    value=pair[1],
                    remedy="keep the whole or its parts, not both",
                )


def _whole_and_part(
    first: tuple[str, ...], second: tuple[str, ...], wholes: Mapping[str, frozenset[str]]
) -> tuple[str, str] | None:
    for a in first:
        for b in second:
            if a in wholes.get(b, ()):
                return a, b
            if b in wholes.get(a, ()):
                return b, a
    return None


def _same_acts(case: Case, one: str, other: str) -> bool:
    """Whether two types could count the same row: their actions meet, or one takes any."""
    rows = [case.events[name].rows for name in (one, other)]
    actions = [set(r.action) if r is not None else set() for r in rows]
    return not all(actions) or bool(actions[0] & actions[1])


# --- remarks -------------------------------------------------------------------------------------


def remarks_on(case: Case) -> Iterator[Remark]:
    """Yield what stops no run: fixed tests, idle links, links without data, missing tests."""
    graph = SystemGraph(case)
    yield from _fixed_tests(case)
    yield from _without_way(case, graph)
    yield from _idle_links(case, graph)
    yield from _without_test(case)
    yield from _rows_nowhere(case)


def _leaves(test: Expression) -> Iterator[Any]:
    """Yield the tests inside a test, itself included, without what joins them."""
    if isinstance(test, AllOf | AnyOf):
        for part in test.parts:
            yield from _leaves(part)
    elif isinstance(test, Given):
        yield from _leaves(test.given)
        yield from _leaves(test.holds)
    else:
        yield test
        if isinstance(test, Difference) and test.difference.probability_of is not None:
            yield from _leaves(test.difference.probability_of)


def _fixed_tests(case: Case) -> Iterator[Remark]:
    """Thresholds that every history meets, or none can."""
    for name in case.judgments:
        seen: set[str] = set()
        for part in parts_of(case, name):
            for test in _leaves(part.test):
                said = _fixed(case, test)
                if said and (part.setting.place + said) not in seen:
                    seen.add(part.setting.place + said)
                    yield Remark(_place_of(case, part), said)


def _fixed(case: Case, test: Any) -> str:
    if isinstance(test, Count | Answered):
        return _beyond(test, 0.0, 100.0 if isinstance(test, Answered) else float("inf"))
    if isinstance(test, Level | Reaches):
        if isinstance(test, Level) and test.compared_with is not None:
            return ""
        factor = case.factors[test.level if isinstance(test, Level) else test.reaches]
        if factor.kind == "latent":
            return ""
        if factor.states is None:
            return _beyond(test, *factor.range)
        doses = [dose for prior in factor.states.values() for dose in prior]
        return _beyond(test, min(doses), max(doses))
    return ""


def _beyond(test: Any, low: float, high: float) -> str:
    """Return what is wrong with thresholds on a number that lies in [low, high]; "" if nothing."""
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
            return f"this test cannot fail: every history is {said}"
        if never[key](threshold.value):
            return f"this test cannot hold: no history is {said}"
    return ""


def _without_way(case: Case, graph: SystemGraph) -> Iterator[Remark]:
    """Comparisons of what-ifs that no link connects with what is measured."""
    seen: set[str] = set()
    for part, test in _tests_of(case):
        acted, _ = graph.acted_on(worlds_of(test, part.setting))
        measured = measured_by(case, test)
        if not graph.leads(acted, measured) and part.setting.place not in seen:
            seen.add(part.setting.place)
            yield Remark(
                _place_of(case, part),
                "this test cannot hold: nothing leads from what the what-ifs change to "
                f"{', '.join(sorted(measured))}",
            )


def _idle_links(case: Case, graph: SystemGraph) -> Iterator[Remark]:
    used: set[str] = set()
    for name in case.judgments:
        for part in parts_of(case, name):
            try:
                measures_of(part.test, part.setting)
            except JudgmentTestError:
                continue  # `_unreadable` names it
            used |= set(path_of(graph, part).links)
    for link in case.links:
        if link not in used:
            yield Remark(_place(case, "links", link), f"no judgment's path uses link {link}")
        if link not in graph.informed_links:
            yield Remark(
                _place(case, "links", link),
                f"no data can inform link {link}: the record does not show both its ends",
            )


def _without_test(case: Case) -> Iterator[Remark]:
    for name, judgment in case.judgments.items():
        place = _place(case, "judgments", name)
        simulated = judgment.kind in ("cause", "forecast", "conditional")
        if simulated and judgment.testable != "never" and judgment.holds_if is None:
            yield Remark(place, "it can be tested but has no `holds_if`")
        uses = [
            p for p in parts_of(case, name) if p.id.startswith("main") and p.horizon is not None
        ]
        if uses and not judgment.horizons:
            days = ", ".join(str(p.horizon) for p in uses)
            yield Remark(place, f"states no horizons; the case's own are used ({days} days)")


def _rows_nowhere(case: Case) -> Iterator[Remark]:
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
                    yield Remark(_place_of(case, part), f"no recorded row has {key} {word}")


def _row_words(test: Expression) -> Iterator[tuple[str, str]]:
    for leaf in _leaves(test):
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
