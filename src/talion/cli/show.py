"""`talion cases` and `talion show`: what is in a case, in words, before anything is simulated."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from talion.cli.lines import columns, day_in_words, heading, say, sentence
from talion.errors import CaseError

if TYPE_CHECKING:
    from talion.model.case import Case
    from talion.model.schema import CaseEvidence, Factor, Judgment, Operation, WhatIf

__all__ = ["list_cases", "show_case"]


def list_cases() -> None:
    """Print name and title of every built-in case."""
    from talion.model.case import built_in_cases

    say(columns(built_in_cases().items()))


def show_case(name: str, judgment: str | None = None, link: str | None = None) -> None:
    """Print a whole case, or one judgment or link of it in detail.

    Raises:
        CaseError: the case cannot be read, or has no such judgment or link.
    """
    from talion.model.case import load_case

    case = load_case(name)
    lines: list[str] = []
    if link is not None:
        lines += _link(case, _known(link, case.links, "link"))
    if judgment is not None:
        lines += _judgment(case, _known(judgment, case.judgments, "judgment"))
    say(lines[1:] or _whole(case))


def _known(name: str, known: Mapping[str, object], kind: str) -> str:
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=1)
    listed = ", ".join(list(known)[:8]) + (", ..." if len(known) > 8 else "")
    remedy = f"did you mean {near[0]}?" if near else f"there are: {listed or 'none'}"
    raise CaseError(f"the case has no such {kind}", value=name, remedy=remedy)


def _whole(case: Case) -> Iterator[str]:
    yield case.title
    yield from sentence(_knowledge(case))
    yield from heading("Actors")
    yield from columns(_actors(case))
    yield from heading("Event types (events a month: low, likely, high; and how many are recorded)")
    yield from columns(_events(case))
    yield from heading("Factors")
    yield from columns((name, _factor(name, factor)) for name, factor in case.factors.items())
    yield from heading("Links, and what their strengths come to")
    yield from columns(_links(case))
    yield from heading("Decisions")
    yield from columns((name, d.title) for name, d in case.decisions.items()) or ["  none"]
    yield from heading("What-ifs")
    yield from columns((name, _what_if(case, name)) for name in case.what_ifs)
    yield from heading("Judgments (kind, the author's word, the claim)")
    yield from columns((n, j.kind, j.word, j.claim) for n, j in case.judgments.items())


def _knowledge(case: Case) -> str:
    first, last = case.record.period
    note = f" ({case.document.as_of_note})" if case.document.as_of_note else ""
    return (
        f"as known on {day_in_words(case.as_of)}{note}; record from {day_in_words(first)} to "
        f"{day_in_words(last)}: {len(case.record.events)} events, {len(case.record.counts)} totals, "
        f"{len(case.record.sources)} sources"
    )


def _actors(case: Case) -> Iterator[tuple[str, str]]:
    for name, actor in case.actors.items():
        wholes = f", part of {', '.join(actor.part_of)}" if actor.part_of else ""
        kind = f" ({actor.kind})" if actor.kind else ""
        yield name, f"{actor.name}{kind}{wholes}{'; ' + actor.tie if actor.tie else ''}"


def _events(case: Case) -> Iterator[tuple[str, str, str, str]]:
    for name, event in case.events.items():
        rows = event.rows
        listed = "no rows"
        if rows is not None:
            found = case.record.select(
                rows.action or None,
                initiator=rows.initiator or None,
                target=rows.target or None,
                country=rows.country or None,
                countable=True,
            )
            listed = f"{len(found)} recorded"
        yield name, span(event.usual), listed, event.title


def span(prior: tuple[float, float, float], unit: str = "") -> str:
    """Return such as `4 / 5 / 6.5`, or one number if it is fixed.

    >>> span((4, 5, 6.5)), span((2, 2, 2), " %")
    ('4 / 5 / 6.5', '2 %')
    """
    low, likely, high = prior
    numbers = (likely,) if low == high else (low, likely, high)
    return " / ".join(f"{number:g}" for number in numbers) + unit


def _factor(name: str, factor: Factor) -> str:
    title = factor.title or name.replace("_", " ")
    if factor.states is not None:
        states = ", ".join(f"{state} {span(dose)}" for state, dose in factor.states.items())
        return f"{title}: switch, {factor.kind}; states and doses: {states}"
    if factor.sd is not None:
        return (
            f"{title}: latent, sd {span(factor.sd)} (log), half-life {span(factor.half_life)} days"
        )
    shown = f"; shown by {', '.join(factor.indicators)}" if factor.indicators else "; no data"
    return (
        f"{title}: level, {factor.kind}; rests at {span(factor.rest or (0, 0, 0))} {factor.unit}, "
        f"half-life {span(factor.half_life)} days{shown}"
    )


def _links(case: Case) -> Iterator[tuple[str, str]]:
    from talion.model.echo import consequences

    for found in consequences(case):
        fades = f"; fades with a half-life of {found.fades:g} days" if found.fades else ""
        origin = case.links[found.link].origin
        yield found.link, f"{found.says}: {found.stated} = {found.means}{fades} [{origin}]"


def _what_if(case: Case, name: str) -> str:
    what_if = case.what_ifs[name]
    title = what_if.title or name.replace("_", " ")
    return f"{title}, from {_begins(case, what_if)}: {'; '.join(map(_operation, what_if.do))}"


def _begins(case: Case, what_if: WhatIf) -> str:
    begins = str(case.as_of) if what_if.from_ == "as_of" else what_if.from_
    replay = what_if.history_until
    return begins + (f" (a replay; the record enters it up to {replay})" if replay else "")


def _operation(operation: Operation) -> str:
    marks = ", ".join(f"{k}={v}" for k, v in operation.marks.items())
    parts = [operation.verb, operation.subject + (f"[{marks}]" if marks else "")]
    if operation.to is not None:
        parts.append(f"to {operation.to}")
    if operation.by is not None:
        parts.append(f"by {operation.by:g}")
    if operation.at is not None:
        parts.append(f"at {operation.at}")
    if operation.for_ is not None:
        parts.append(f"for {operation.for_} days")
    return " ".join(parts)


def _link(case: Case, name: str) -> Iterator[str]:
    link = case.links[name]
    yield from heading(f"{name}{'  ' + link.title if link.title else ''}")
    yield from columns((text,) for key, text in _links(case) if key == name)
    held = f"held by {link.held_by}, from {_origin(link.origin)}"
    yield from sentence(f"{held}{'; contested by ' + link.contested if link.contested else ''}")
    yield from sentence(f"because {link.because}")
    yield from _evidence("evidence", link.evidence)


def _origin(origin: str) -> str:
    said = {
        "brief": "the brief",
        "record": "the record",
        "analyst": "us as analysts",
        "nobody": "nobody, who could say which way it works",
    }
    return said[origin]


def _evidence(title: str, pointers: Iterable[CaseEvidence]) -> Iterator[str]:
    found = list(pointers)
    yield from sentence(f"{title}: none") if not found else []
    for pointer in found:
        place = pointer.source or "record"
        if pointer.start is not None:
            place += f", characters {pointer.start} to {pointer.end}"
        if pointer.date is not None:
            place += f", {pointer.date}"
        if pointer.rows:
            place += f", rows {', '.join(pointer.rows)}"
        quoted = f' "{pointer.quote}"' if pointer.quote else ""
        yield from sentence(f"{title}: {pointer.gist or 'see there'} ({place}{quoted})")


def _judgment(case: Case, name: str) -> Iterator[str]:
    from talion.judge.parts import names_of, parts_of

    judgment = case.judgments[name]
    yield from heading(f"{name}  {judgment.claim}")
    yield from sentence(_about(judgment))
    yield from sentence(f"read so because {judgment.because}") if judgment.because else []
    yield from _evidence("where it is said", judgment.evidence)
    yield from _evidence("for it", judgment.evidence_for) if judgment.evidence_for else []
    yield from (
        _evidence("against it", judgment.evidence_against) if judgment.evidence_against else []
    )
    for part in parts_of(case, name):
        title = "holds if" if not part.title else f"also, {part.title}"
        words = part.test.in_words(names_of(case, part.horizon))
        yield from sentence(f"{title}: {words} [asked of {part.setting.world}]")
    if judgment.holds_if is None:
        yield from sentence("no test of its own")
    for line in judgment.watch:
        yield from sentence(f"watch: {line}")


def _about(judgment: Judgment) -> str:
    due = f", due {judgment.due}" if judgment.due else ""
    return (
        f"{judgment.kind}, held by {judgment.held_by}; the author's word: {judgment.word}; "
        f"testable: {judgment.testable}{due}"
    )
