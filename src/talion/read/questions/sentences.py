"""Judgments made from sentences: each template, what it asks of a history, and what it writes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from talion.errors import InputError
from talion.model.case import Case
from talion.model.claim import BASELINE
from talion.read.questions.answers import ONE_TEMPLATE, JudgmentAnswer, as_written
from talion.read.questions.case_text import Put
from talion.read.questions.subjects import far_state, state_now, switches, title_of
from talion.read.questions.written import Written, next_name, next_number, what_if_for
from talion.read.questions.yaml_words import Value

__all__ = ["causes_for", "judgment_written"]

SETTLES_AFTER = 30  # days after a what-if begins before "goes on" is asked
WINDOWS = (30, 60, 90, 180, 365)
EXPECTED = 2.0  # events of a usual window of which one must happen for something to go on
SMALLEST = "10 %"
KINDS = {
    "would_not_stop": "conditional",
    "holds_down": "cause",
    "raises": "cause",
    "by_date": "forecast",
    "goes_on": "forecast",
    "at_most": "forecast",
    "not_testable": "motive",
}
_NOTHING_SHOWS = "no event that these data could hold would show it wrong"


def causes_for(case: Case, template: str) -> tuple[str, ...]:
    """Return what may stand as the cause in a template: what-ifs, switches, event types."""
    if template == "would_not_stop":
        return (*case.what_ifs, *switches(case))
    if template in ("holds_down", "raises"):
        return (*case.events, *switches(case))
    return ()


def judgment_written(case: Case, data: dict[str, Any], answer: JudgmentAnswer) -> Written:
    """Return the judgment that a sentence writes, and the what-if it needs if there is none.

    Args:
        case: as it stands.
        data: the plain data of its file, in which the same judgment is looked for.
        answer: template and what it speaks of.

    Raises:
        InputError: what it speaks of is not in the case, or its date lies in the past.
    """
    if answer.template == "not_testable":
        return _untested(case, data, answer)
    _known(case, answer)
    changes, world = _world(case, answer)
    test, reading = _test(case, answer, world)
    titles = {str(c.path[-1]): c.value.get("title") for c in changes if isinstance(c.value, dict)}
    claim = answer.claim or _claim(case, answer, titles.get(world) or title_of(case, world))
    entry: dict[str, Value] = {"claim": claim}
    if answer.evidence is not None:
        entry["evidence"] = answer.evidence
    entry["kind"] = KINDS[answer.template]
    entry["word"] = answer.word or (
        "would not" if answer.template == "would_not_stop" else "unhedged"
    )
    if world != BASELINE:
        entry["under"] = world
    if answer.template != "by_date":
        entry["horizons"] = [f"{answer.horizon or case.horizons[-1]} days"]
    entry["holds_if"] = test
    entry["because"] = f"{answer.because}; {reading}" if answer.because else reading
    for name, known in (data.get("judgments") or {}).items():
        if isinstance(known, dict) and (known.get("claim"), known.get("holds_if")) == (claim, test):
            return Written((), ("judgments", name), ("it stands in the case already",))
    name = next_number(case.judgments, "J")
    return Written((*changes, Put(("judgments", name), entry)), ("judgments", name))


def _untested(case: Case, data: dict[str, Any], answer: JudgmentAnswer) -> Written:
    """Return a judgment that is listed with its evidence and never tested."""
    entry: dict[str, Value] = {"claim": answer.claim}
    if answer.evidence is not None:
        entry["evidence"] = answer.evidence
    entry |= {"kind": KINDS[answer.template], "word": answer.word or "unhedged"}
    entry |= {"testable": "never", "because": answer.because or _NOTHING_SHOWS}
    for name, known in (data.get("judgments") or {}).items():
        if isinstance(known, dict) and known.get("claim") == answer.claim:
            return Written((), ("judgments", name), ("it stands in the case already",))
    name = next_number(case.judgments, "J")
    return Written((Put(("judgments", name), entry),), ("judgments", name))


def _known(case: Case, answer: JudgmentAnswer) -> None:
    countable = {*case.events, *case.series}
    if answer.effect not in countable:
        known = ", ".join([*case.events, *case.series])
        message = "no such event type or series"
        raise InputError(message, value=answer.effect, remedy=f"use one of: {known}")
    causes = causes_for(case, answer.template)
    if answer.cause is not None and answer.cause not in causes:
        what = (
            "what-if or switch" if answer.template == "would_not_stop" else "event type or switch"
        )
        remedy = f"use one of: {', '.join(causes) or 'none yet; answer `pressure` first'}"
        raise InputError(f"no such {what}", value=answer.cause, remedy=remedy)
    if answer.cause is not None and answer.cause == answer.effect:
        raise InputError(
            "cause and effect are the same", value=answer.cause, remedy="name two different ones"
        )
    if answer.by is not None and answer.by <= case.as_of:
        raise InputError(
            "this day is not after as_of",
            value=answer.by.isoformat(),
            remedy=f"name a day after {case.as_of}",
        )


def _world(case: Case, answer: JudgmentAnswer) -> tuple[tuple[Put, ...], str]:
    """Return what adds the what-if in which the test is asked, and its id."""
    cause = answer.cause
    if cause is None:
        return (), BASELINE
    if answer.template == "would_not_stop" and cause in case.what_ifs:
        return (), cause
    if cause in switches(case):
        return what_if_for(case, cause)
    for name, what_if in case.what_ifs.items():
        if what_if.from_ == "as_of" and what_if.history_until is None and len(what_if.do) == 1:
            (operation,) = what_if.do
            bare = operation.for_ is None and operation.at is None
            if operation.verb == "block" and operation.subject == cause and bare:
                return (), name
    name = next_name(case.what_ifs, f"no_{cause}")
    title = f"Without {title_of(case, cause)}"
    entry: dict[str, Value] = {"title": title, "from": "as_of", "do": [{"block": cause}]}
    return (Put(("what_ifs", name), entry),), name


def _test(case: Case, answer: JudgmentAnswer, world: str) -> tuple[dict[str, Value], str]:
    """Return the test and how the sentence was read."""
    effect = str(answer.effect)
    if answer.template in ("would_not_stop", "goes_on"):
        every = _every(case, answer)
        least = 1 if answer.at_least is None else as_written(answer.at_least)
        test: dict[str, Value] = {"count": effect, "at_least": least, "in_every": f"{every} days"}
        start = "as_of"
        if answer.template == "would_not_stop":
            start = f"{world} + {SETTLES_AFTER} days"
        read = f"going on is read as at least {_number_of(answer)} in every {every} days"
        return {**test, "from": start, "to": "horizon"}, read
    if answer.template in ("holds_down", "raises"):
        size = answer.size or SMALLEST
        written = size if isinstance(size, str) else as_written(size)
        key = "lower_by" if _less(case, answer) else "higher_by"
        quantity = {"count": effect, "from": "as_of", "to": "horizon"}
        read = f"{written} is taken as the smallest difference that matters"
        return {"difference": quantity, "under": world, key: written}, read
    if answer.template == "by_date" and answer.by is not None:
        end = answer.by + dt.timedelta(days=1)
        test = {"count": effect, "at_least": 1, "from": "as_of", "to": end.isoformat()}
        return test, "the day itself still counts"
    return (
        {"count": effect, "at_most": answer.at_most, "from": "as_of", "to": "horizon"},
        "counted from the cut-off to the horizon",
    )


def _number_of(answer: JudgmentAnswer) -> str:
    return "one" if answer.at_least is None else str(answer.at_least)


def _less(case: Case, answer: JudgmentAnswer) -> bool:
    """Whether the effect is claimed to be smaller in the what-if, where the cause is turned."""
    raises = answer.template == "raises"
    cause = str(answer.cause)
    if cause not in switches(case):
        return raises  # the what-if takes the cause away
    states = case.factors[cause].states or {}
    taken_away = states[state_now(case, cause)][1] >= states[far_state(case, cause)][1]
    return raises == taken_away


def _every(case: Case, answer: JudgmentAnswer) -> int:
    """Return the window of going on: as asked, else the usual one, or what the horizon has room for."""
    if answer.every is not None:
        return answer.every
    room = answer.horizon or case.horizons[-1]
    if answer.template == "would_not_stop":
        room -= SETTLES_AFTER
    if room < 1:
        raise InputError(
            f"going on is asked from {SETTLES_AFTER} days after the what-if begins",
            value=f"{answer.horizon} days",
            remedy=f"give a horizon of more than {SETTLES_AFTER} days",
        )
    return min(_window(case, str(answer.effect)), room)


def _window(case: Case, effect: str) -> int:
    """Return the shortest of the usual windows in which two events are expected."""
    members = case.series.get(effect, (effect,))
    types = dict.fromkeys(member.split("[")[0].strip() for member in members)
    rate = sum(case.events[name].usual[1] for name in types) / 30.4375
    return next((days for days in WINDOWS if rate * days >= EXPECTED), WINDOWS[-1])


def _claim(case: Case, answer: JudgmentAnswer, world: str) -> str:
    """Return the sentence with the titles of what it speaks of; `world` is the what-if's."""
    pace = ""
    if answer.at_least is not None:
        every = _every(case, answer)
        pace = f", at least {answer.at_least} in every {every} days"
    if answer.template == "would_not_stop":
        return f"{world}: this would not stop “{title_of(case, str(answer.effect))}”{pace}"
    said = {
        "cause": f"“{title_of(case, answer.cause)}”" if answer.cause else "",
        "effect": f"“{title_of(case, str(answer.effect))}”",
        "by": f"{answer.by.day} {answer.by:%B %Y}" if answer.by else "",
        "at_most": answer.at_most,
    }
    sentence = ONE_TEMPLATE[answer.template].format(**said)
    return f"{sentence[0].upper()}{sentence[1:]}{pace}"
