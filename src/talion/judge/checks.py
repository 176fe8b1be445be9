"""What `talion check` says of a case beyond its form.

Here stand the faults that stop a run, and the list of all that is looked for. What misleads or is
worth knowing, and stops no run, is found in `remarks.py` (tests and judgments), `idle.py` (links),
`doubles.py` (what is counted twice) and `branching.py` (priors that explode).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from talion.errors import CaseError, InputError, JudgmentTestError, Problems, TalionError
from talion.judge.branching import near_endless, shares_at_high_end
from talion.judge.citations import citation_remarks, misquoted
from talion.judge.doubles import overlapping_totals, shared_rows, told_twice
from talion.judge.findings import SEVERITIES, Finding
from talion.judge.idle import idle_links
from talion.judge.measures import measures_of
from talion.judge.parts import Part, parts_of
from talion.judge.paths import SystemGraph, path_of
from talion.judge.placed import differences_of, place_in, place_of
from talion.judge.remarks import judgment_remarks, test_remarks
from talion.judge.stability import explosive_priors, explosive_shares
from talion.model.case import Case
from talion.model.lexicon import read_word
from talion.model.wholes import wholes_of

__all__ = ["Checked", "check_case", "faults_of", "findings_on", "remarks_on", "stop_on_faults"]

ENDLESS = (
    "answers to answers then never die out, histories run into the cap of events, and no result is "
    "computable"
)
# Below this, a difference along a single link asks for its sign and no more.
SIGN_ONLY: Mapping[str, float] = {"%": 1.0, "events": 0.1, "points": 0.1, "": 0.1}


def check_case(
    case: Case, *, draws: int = 200, seed: int = 20240213
) -> tuple[tuple[TalionError, ...], tuple[Finding, ...]]:
    """Return every fault, and every warning and note.

    Args:
        case: as loaded.
        draws, seed: of the draws on which stability is tried.
    """
    found = findings_on(case, draws=draws, seed=seed)
    return tuple(error for error, _ in found.faults), found.remarks


@dataclass(frozen=True)
class Checked:
    """What a check found: faults, each as an error and as a finding, and all else."""

    faults: tuple[tuple[TalionError, Finding], ...]
    remarks: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all of it, errors first, then warnings, then notes."""
        every = (*(finding for _, finding in self.faults), *self.remarks)
        return tuple(sorted(every, key=lambda f: SEVERITIES.index(f.severity)))


def findings_on(case: Case, *, draws: int = 200, seed: int = 20240213) -> Checked:
    """Check a case.

    Args:
        case: as loaded.
        draws, seed: of the draws on which stability is tried.
    """
    from talion.model.compile import compile_model

    model = compile_model(case, "no_view", draws=draws, seed=seed, worlds=["baseline"])
    stated = compile_model(case, "as_written_ours", draws=draws, seed=seed, worlds=["baseline"])
    faults = [
        (error, Finding.of_error(error, code, why))
        for look, code, why in _faults_looked_for()
        for error in look(case)
    ]
    endless = tuple(explosive_priors(case, model))
    faults += [(error, Finding.of_error(error, "endless-priors", ENDLESS)) for error in endless]
    near = () if endless else near_endless(case, model, stated)
    return Checked(tuple(faults), (*remarks_on(case), *near))


def remarks_on(case: Case) -> Iterator[Finding]:
    """Yield what stops no run and needs no draws: tests, links, judgments, what is counted twice."""
    graph = SystemGraph(case)
    yield from test_remarks(case, graph)
    yield from idle_links(case, graph)
    yield from judgment_remarks(case)
    yield from told_twice(case)
    yield from shared_rows(case)
    yield from overlapping_totals(case)
    yield from shares_at_high_end(case)
    yield from citation_remarks(case)


def stop_on_faults(case: Case) -> None:
    """Raise what `faults_of` finds; several together as Problems."""
    Problems.raise_any(faults_of(case))


def faults_of(case: Case) -> tuple[TalionError, ...]:
    """Return the faults that need no simulation."""
    return tuple(error for look, _, _ in _faults_looked_for() for error in look(case))


Look = Callable[[Case], Iterator[TalionError]]


def _faults_looked_for() -> tuple[tuple[Look, str, str], ...]:
    """Return what is looked for, the short name of each finding, and why it matters."""
    return (
        (_unreadable, "unreadable-test", "a test that cannot be put to a history has no answer"),
        (_simulated_minds, "simulated-mind", "histories hold acts, so they show nobody's motive"),
        (
            _sign_only,
            "sign-only",
            "the direction of the link was put in, so it must come out again",
        ),
        (misquoted, "misquoted", "a reader who follows the pointer finds nothing that supports it"),
        (_double_counting, "counted-twice", "the same acts would weigh twice in every result"),
        (
            explosive_shares,
            "shares-over-100",
            "then no event of that type comes by itself, and each breeds more",
        ),
    )


# --- faults --------------------------------------------------------------------------------------


def _unreadable(case: Case) -> Iterator[InputError]:
    """Words no lexicon knows, and tests that cannot be put to histories."""
    for name, judgment in case.judgments.items():
        try:
            read_word(judgment.word, case.document.lexicon)
        except ValueError as error:
            place = place_in(case, "judgments", name, "word")
            yield CaseError(str(error), place=place, value=judgment.word)
        seen: set[tuple[str, str]] = set()
        for part in parts_of(case, name):
            try:
                measures_of(part.test, part.setting)
            except JudgmentTestError as error:
                place = place_of(case, part)
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
                place=place_in(case, "judgments", name, "holds_if"),
                value=name,
                remedy="put a derived test under `also`, or give the judgment another kind",
            )


def _sign_only(case: Case) -> Iterator[JudgmentTestError]:
    """Differences along one link that any strength of the right sign would meet."""
    graph = SystemGraph(case)
    seen: set[str] = set()
    for part, test in differences_of(case):
        alone = Part(part.id, part.judgment, "", test, part.horizon, part.setting)
        path = path_of(graph, alone)
        _, size = test.size
        tiny = size.value < SIGN_ONLY[size.unit] and test.size[0] in ("higher_by", "lower_by")
        if len(path.links) == 1 and tiny and part.setting.place not in seen:
            seen.add(part.setting.place)
            yield JudgmentTestError(
                f"the test only asks for the sign of link {path.links[0]}, which was assumed",
                place=place_of(case, part),
                value=f"smallest effect {size}",
                remedy="state the smallest effect that matters to a reader, such as 25 %",
            )


def _double_counting(case: Case) -> Iterator[CaseError]:
    """A whole and its part both counted: in one series of the same acts, or on one issue."""
    wholes = wholes_of(case)
    for series, members in case.series.items():
        types = dict.fromkeys(member.split("[")[0].strip() for member in members)
        for one, other in combinations(types, 2):
            pair = _whole_and_part(case.events[one].by, case.events[other].by, wholes)
            if pair and _same_acts(case, one, other):
                yield CaseError(
                    f"{one} and {other} count the acts of {pair[1]} twice: it is part of {pair[0]}",
                    place=place_in(case, "series", series),
                    value=series,
                    remedy="leave one of the two types out, or tell their rows apart by action",
                )
    for name, issue in case.issues.items():
        for one, other in combinations(issue.positions, 2):
            pair = _whole_and_part((one,), (other,), wholes)
            if pair:
                yield CaseError(
                    f"{pair[1]} is part of {pair[0]}, and both have weight on this issue",
                    place=place_in(case, "issues", name, "positions", pair[1]),
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
