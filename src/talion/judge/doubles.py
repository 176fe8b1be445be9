"""What is counted twice: links that tell the same, one evidence for two ways, totals that overlap."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from talion.judge.findings import Finding
from talion.judge.placed import place_in
from talion.model.arrows import Arrow
from talion.model.case import Case
from talion.model.history import rows_of
from talion.model.schema import CaseEvidence
from talion.record.event import Count

__all__ = ["overlapping_totals", "shared_rows", "told_twice"]

MOSTLY = 0.5  # of the shorter of two passages, for them to count as the same


def told_twice(case: Case) -> Iterator[Finding]:
    """Yield links that tell the same, and a factor and an event that share one evidence."""
    seen: set[tuple[str, str]] = set()
    for one, other in combinations(case.arrows, 2):
        pair = (one.link, other.link)
        if pair in seen:
            continue
        if one.link == other.link:
            if _same_arrow(one, other):
                seen.add(pair)
                yield _within_one_link(case, one)
            continue
        if _same_arrow(one, other):
            seen.add(pair)
            yield _same_link(case, one, other)
        elif _two_ways(case, one, other):
            seen.add(pair)
            yield _same_evidence(case, one, other)
        elif _indicates(case, one, other) or _indicates(case, other, one):
            seen.add(pair)
            yield _same_acts(case, one, other)


def _same_arrow(one: Arrow, other: Arrow) -> bool:
    """Whether two arrows say the same of some causes: no mark tells them apart."""
    first, second = dict(one.cause_marks), dict(other.cause_marks)
    apart = any(second.get(mark, value) != value for mark, value in first.items())
    return (
        (one.cause, one.effect, one.sign) == (other.cause, other.effect, other.sign)
        and one.effect_marks == other.effect_marks
        and not apart
    )


def _same_link(case: Case, one: Arrow, other: Arrow) -> Finding:
    """Two tempi may be two parts of one effect, so that is only noted."""
    tempi = [case.links[a.link].fades or "weeks" for a in (one, other)]
    two_tempi = one.kind == "event-event" and tempi[0] != tempi[1]
    return Finding(
        "note" if two_tempi else "warning",
        "told-twice",
        place_in(case, "links", other.link),
        f"links {one.link} and {other.link} both tell that {one.cause} "
        f"{'raises' if one.sign > 0 else 'lowers'} {one.effect}"
        + (f", at two tempi ({tempi[0]} and {tempi[1]})" if two_tempi else ""),
        "both act, so the effect is the sum of the two, and a fit cannot tell them apart",
        "keep one of them, or give each causes of its own with `when`",
        ", ".join(case.links[other.link].says),
    )


def _within_one_link(case: Case, arrow: Arrow) -> Finding:
    return Finding(
        "warning",
        "told-twice",
        place_in(case, "links", arrow.link),
        f"link {arrow.link} tells twice that {arrow.cause} "
        f"{'raises' if arrow.sign > 0 else 'lowers'} {arrow.effect}",
        "both act, so the effect is the sum of the two, and a fit cannot tell them apart",
        "leave one of the two out of `says`",
        ", ".join(case.links[arrow.link].says),
    )


def _two_ways(case: Case, one: Arrow, other: Arrow) -> bool:
    """Whether one evidence stands behind a factor's way and an event's way to the same effect."""
    if (
        one.effect != other.effect
        or one.sign != other.sign
        or one.effect_marks != other.effect_marks
    ):
        return False
    factors = [a.cause in case.factors for a in (one, other)]
    if factors[0] == factors[1]:
        return False
    mine, yours = (case.links[a.link].evidence for a in (one, other))
    return any(_overlap(a, b) for a in mine for b in yours)


def _overlap(a: CaseEvidence, b: CaseEvidence) -> bool:
    """Whether two pointers point at the same words, day or rows."""
    if set(a.rows) & set(b.rows):
        return True
    if a.source is None or a.source != b.source:
        return False
    if a.start is not None and b.start is not None and a.end is not None and b.end is not None:
        shared = min(a.end, b.end) - max(a.start, b.start)
        return shared >= MOSTLY * min(a.end - a.start, b.end - b.start)
    if a.quote is not None and b.quote is not None:
        return a.quote == b.quote
    return a.date is not None and a.date == b.date


def _same_evidence(case: Case, one: Arrow, other: Arrow) -> Finding:
    factor, event = (one, other) if one.cause in case.factors else (other, one)
    return Finding(
        "warning",
        "same-evidence",
        place_in(case, "links", other.link),
        f"links {one.link} and {other.link} bring the same evidence to {one.effect} by two ways: "
        f"{factor.cause} and {event.cause}",
        "one observation then acts twice: once as the state of things and once as an act",
        "keep the way that the evidence speaks of, or cite what tells the two apart",
        f"{one.link}, {other.link}",
    )


def _indicates(case: Case, one: Arrow, other: Arrow) -> bool:
    """Whether the cause of the other arrow is an indicator of the first one's, to the same effect."""
    factor = case.factors.get(one.cause)
    shared = (one.effect, one.sign, one.effect_marks) == (
        other.effect,
        other.sign,
        other.effect_marks,
    )
    return factor is not None and shared and other.cause in factor.indicators


def _same_acts(case: Case, one: Arrow, other: Arrow) -> Finding:
    factor, event = (one, other) if one.cause in case.factors else (other, one)
    return Finding(
        "note",
        "indicator-acts",
        place_in(case, "links", other.link),
        f"{event.cause} indicates {factor.cause}, and both move {one.effect} the same way by links "
        f"{one.link} and {other.link}",
        "the same acts then tell twice: as a sign of the state of things, and by themselves",
        "keep one of the two ways, or give the factor another indicator",
        f"{one.link}, {other.link}",
    )


# --- rows ----------------------------------------------------------------------------------------


def shared_rows(case: Case) -> Iterator[Finding]:
    """Yield types that count the same recorded rows, and series that name one type twice."""
    rows = {name: {e.id for e in rows_of(t, case.record)} for name, t in case.events.items()}
    for one, other in combinations(case.events, 2):
        shared = rows[one] & rows[other]
        if shared:
            number = f"{len(shared)} recorded row{'' if len(shared) == 1 else 's'}"
            yield Finding(
                "warning",
                "shared-rows",
                place_in(case, "events", other, "rows"),
                f"{one} and {other} both count the same {number}",
                "a fit looks for each of them twice, and what sums the two types counts it twice",
                "tell the rows apart by action, initiator, target or country",
                ", ".join(sorted(shared)[:3]) + (", ..." if len(shared) > 3 else ""),
            )
    for name, members in case.series.items():
        twice = [m for i, m in enumerate(members) if m in members[:i]]
        if twice:
            yield Finding(
                "note",
                "shared-rows",
                place_in(case, "series", name),
                f"the series {name} names {twice[0]} twice",
                "once is enough, and whoever reads it may think that it counts double",
                "name each type once",
                ", ".join(members),
            )


# --- totals --------------------------------------------------------------------------------------


def overlapping_totals(case: Case) -> Iterator[Finding]:
    """Yield totals that overlap without a ratio between them, and totals that nothing uses."""
    yield from _shared_by_types(case)
    for name in case.events:
        yield from _mixed_series(case, name)
        yield from _unused_totals(case, name)


def _counts_of(case: Case, name: str) -> tuple[Count, ...]:
    rows = case.events[name].rows
    actions = set(rows.action) if rows is not None else set()
    return tuple(count for count in case.record.counts if count.of in actions)


def _shared_by_types(case: Case) -> Iterator[Finding]:
    """Two event types held against the same totals, each as if it were all that they count."""
    using = [name for name, event in case.events.items() if event.totals is not None]
    for one, other in combinations(using, 2):
        shared = [c.series for c in _counts_of(case, one) if c in _counts_of(case, other)]
        if shared:
            yield Finding(
                "warning",
                "shared-totals",
                place_in(case, "events", other, "totals"),
                f"{one} and {other} are each held against the whole of the same totals",
                "every act counted there is then looked for twice, once in each type",
                "make one type with a mark that tells the two apart, or keep `totals` on one of them",
                ", ".join(dict.fromkeys(shared)),
            )


def _mixed_series(case: Case, name: str) -> Iterator[Finding]:
    """One series of two speakers or definitions over the same days: it is read as one measure."""
    if case.events[name].totals is None:
        return
    by_series: dict[str, list[Count]] = {}
    for count in _counts_of(case, name):
        by_series.setdefault(count.series, []).append(count)
    for series, counts in by_series.items():
        for one, other in combinations(counts, 2):
            one_speaker = one.speaker == other.speaker or not (one.speaker and other.speaker)
            same = one_speaker and one.definition == other.definition
            overlap = one.since <= other.day and other.since <= one.day
            if not same and overlap:
                # Two wordings may mean the same; two speakers never count by one book.
                yield Finding(
                    "note" if one_speaker else "warning",
                    "mixed-series",
                    place_in(case, "events", name, "totals"),
                    f"the series {series} holds totals that count differently over the same days "
                    f"({one.on} and {other.on}), with no ratio between them",
                    "a fit reads one series as one definition: the difference between two ways to "
                    "count then turns into events that never were",
                    "give the second definition a series of its own in totals.csv; a fit then "
                    "estimates the ratio",
                    f"{one.speaker}: {one.definition}; {other.speaker}: {other.definition}",
                )
                break


def _unused_totals(case: Case, name: str) -> Iterator[Finding]:
    found = dict.fromkeys(count.series for count in _counts_of(case, name))
    if case.events[name].totals is None and found:
        yield Finding(
            "note",
            "unused-totals",
            place_in(case, "events", name),
            f"the record has totals of {name}, and the case does not use them",
            "the list of rows then counts as all there was, though a total may say otherwise",
            f"add `totals: {next(iter(found))}`, or note why the total is not to be trusted",
            ", ".join(found),
        )
