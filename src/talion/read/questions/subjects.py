"""What the questions are about: two event types, and what the case says of them already."""

from __future__ import annotations

from collections.abc import Iterator

from talion.errors import CaseError
from talion.model.arrows import Arrow
from talion.model.case import Case
from talion.model.compile_factors import state_on
from talion.model.history import rows_of
from talion.model.wholes import wholes_of

__all__ = [
    "chosen_types",
    "far_state",
    "links_between",
    "state_now",
    "switches",
    "title_of",
]


def title_of(case: Case, name: str) -> str:
    """Return the printed title of an event type, factor, link or what-if."""
    if name in case.events:
        return case.events[name].title
    if name in case.factors:
        return case.factors[name].title or name.replace("_", " ")
    if name in case.what_ifs:
        return case.what_ifs[name].title or name.replace("_", " ")
    return name.replace("_", " ")


def chosen_types(case: Case, about: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the one or two event types that the questions are about.

    Args:
        case: the case.
        about: ids named by the user; the first is what is done to us, the second what we do. Empty:
            the type with most recorded rows (then the highest usual rate), and the most recorded
            one of those that act against whoever does it.

    Raises:
        CaseError: no such event type, or the same one twice, or more than two.
    """
    for name in about:
        if name not in case.events:
            known = ", ".join(case.events)
            raise CaseError("no such event type", place="about", value=name, remedy=f"use {known}")
    if len(about) > 2 or len(set(about)) < len(about):
        remedy = "name one event type, or two different ones"
        raise CaseError(
            "not one or two event types", place="about", value=list(about), remedy=remedy
        )
    if about:
        return about
    ranked = sorted(
        case.events,
        key=lambda n: (-len(rows_of(case.events[n], case.record)), -case.events[n].usual[1]),
    )
    first, others = ranked[0], ranked[1:]
    wholes = wholes_of(case)

    def camp(names: tuple[str, ...]) -> set[str]:
        return {whole for name in names for whole in (name, *wholes.get(name, ()))}

    doers, aims = camp(case.events[first].by), camp(case.events[first].against)
    facing = [
        name
        for name in others
        if (aims & camp(case.events[name].by)) or (doers & camp(case.events[name].against))
    ]
    return (first, *(facing or others)[:1])


def links_between(case: Case, cause: str, effect: str) -> Iterator[Arrow]:
    """Yield the arrows from one to the other that stand for a whole link: one arrow, all causes."""
    for arrow in case.arrows:
        link = case.links[arrow.link]
        whole = len(link.says) == 1 and not arrow.cause_marks and not arrow.effect_marks
        if (arrow.cause, arrow.effect) == (cause, effect) and whole and link.more_when is None:
            yield arrow


def switches(case: Case) -> tuple[str, ...]:
    """Return the factors that are switches with at least two states."""
    return tuple(n for n, f in case.factors.items() if f.states is not None and len(f.states) > 1)


def state_now(case: Case, switch: str) -> str:
    """Return the state of a switch on the cut-off."""
    return state_on(case.factors[switch], case.as_of)


def far_state(case: Case, switch: str) -> str:
    """Return the state whose dose is farthest from that of the cut-off's state."""
    states = case.factors[switch].states or {}
    here = states[state_now(case, switch)][1]
    return max(states, key=lambda name: abs(states[name][1] - here))
