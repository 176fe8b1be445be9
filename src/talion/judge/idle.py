"""Links that move nothing asked, and links that nothing recorded can inform."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from talion.judge.findings import Finding
from talion.judge.paths import SystemGraph, path_of
from talion.judge.placed import place_in, readable_parts
from talion.model.case import Case
from talion.model.compile_factors import state_on
from talion.model.history import rows_of

__all__ = ["idle_links"]


def idle_links(case: Case, graph: SystemGraph) -> Iterator[Finding]:
    """Yield links on no judgment's path, links without data, links of a switch that never turned.

    And that nobody is named who contests any of those on a path.
    """
    used: set[str] = set()
    for part in readable_parts(case):
        used |= set(path_of(graph, part).links)
    for link in case.links:
        if link not in used:
            yield _unused(case, link)
        if link not in graph.informed_links:
            yield _uninformed(case, graph, link)
        else:
            yield from _never_turned(case, link)
            yield from _never_happened(case, link)
    yield from _uncontested(case, [n for n in case.links if n in used])


def _uncontested(case: Case, used: Sequence[str]) -> Iterator[Finding]:
    """Say that the author's opponent supposes what the author supposes."""
    stated = [name for name in used if case.links[name].origin != "nobody"]
    if stated and not any(case.links[name].contested for name in stated):
        yield Finding(
            "note",
            "nobody-contests",
            place_in(case, "links"),
            "no link that bears on a judgment is contested by anyone",
            "the author's opponent then supposes what the author supposes, so a label that asks the "
            "opponent too asks nothing more",
            "name who says otherwise: `contested: WHO, and what` in a link that somebody disputes",
        )


def _unused(case: Case, link: str) -> Finding:
    return Finding(
        "note",
        "unused-link",
        place_in(case, "links", link),
        f"no judgment's path uses link {link}",
        "whatever its strength is, no result moves",
        "add a judgment that it bears on, or leave it out",
        ", ".join(case.links[link].says),
    )


def _uninformed(case: Case, graph: SystemGraph, link: str) -> Finding:
    ends = dict.fromkeys(end for a in case.arrows if a.link == link for end in (a.cause, a.effect))
    silent = [_why_silent(case, end) for end in ends if end not in graph.with_data]
    return Finding(
        "note",
        "no-data-link",
        place_in(case, "links", link),
        f"no data can inform link {link}: {'; '.join(silent)}",
        "a fit leaves it as it was stated, so every result on its path rests on what was assumed",
        "give rows or dated values for that end, or say in the brief that this is an assumption",
        ", ".join(case.links[link].says),
    )


def _why_silent(case: Case, name: str) -> str:
    """Return why the record shows nothing of an event type or factor."""
    if name in case.events:
        event = case.events[name]
        if event.rows is None:
            return f"{name} names no rows of the record"
        actions = {count.of for count in case.record.counts}
        if actions & set(event.rows.action):
            return f"no recorded row is of type {name}, and a total alone dates nothing"
        return f"no recorded row is of type {name}"
    kind = case.factors[name].kind
    if kind == "imagined":
        return f"{name} is imagined: nothing shows its level"
    if kind == "latent":
        return f"{name} is latent: it stands for what nobody recorded"
    if kind == "observed":
        return f"{name} has no dated values"
    return f"no row is of a type that indicates {name}"


def _never_turned(case: Case, link: str) -> Iterator[Finding]:
    """An observed switch that stood in one state all the while shows no before and after."""
    first = case.document.history_from or case.as_of - dt.timedelta(days=365)
    for arrow in case.arrows:
        factor = case.factors.get(arrow.cause)
        if arrow.link != link or factor is None or not factor.is_switch or factor.set_by:
            continue
        later = {state for day, state in factor.values.items() if first < day <= case.as_of}
        stood = state_on(factor, first)
        if later <= {stood}:
            yield Finding(
                "note",
                "never-turned",
                place_in(case, "links", link),
                f"the record cannot show what {arrow.cause} does: it stood at {stood} from {first} on",
                "without a before and an after a fit leaves the link as it was stated",
                "let `history_from` reach back to when it was otherwise, or say that this is assumed",
                stood,
            )
            return


def _never_happened(case: Case, link: str) -> Iterator[Finding]:
    """An event type whose every row lies before the past that is followed has nothing to be answered."""
    first = case.document.history_from or case.as_of - dt.timedelta(days=365)
    for arrow in case.arrows:
        if arrow.link != link or arrow.cause not in case.events:
            continue
        rows = rows_of(case.events[arrow.cause], case.record)
        if rows and all(row.end < first for row in rows):
            yield Finding(
                "note",
                "never-turned",
                place_in(case, "links", link),
                f"the record cannot show what {arrow.cause} does: none of its {len(rows)} rows is of "
                f"{first} or later",
                "a fit follows the past from that day on, and leaves the link as it was stated",
                "let `history_from` reach back to when it happened, or say that this is assumed",
                max(row.end for row in rows).isoformat(),
            )
            return
