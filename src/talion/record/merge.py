"""Two reports of one event become one event, by a stated rule; both reports stay visible.

Two reports *fit* if all of these hold:

1. neither is an aggregate, and they come from different codings and share no source: one coder or
   one source that lists two rows means two events;
2. same action, same country (or one does not say);
3. their intervals overlap, or lie at most one day apart (local and US dates differ by a day);
   acts of speech must both be dated to the day, since a speaker speaks often;
4. compatible initiators and targets: one is the other or part of it, or they belong to one camp,
   or one is `unknown`. Talks and sessions have no direction, so the two sides may be swapped;
5. compatible places: one does not say, or they share a word that is not a generic one.

A group of reports is merged only if every two of them fit. Where one report fits two that do not
fit each other, it is not known which it reports, and all stay apart.

Of a merged event: the finest dated interval; harm from the lowest low to the highest high, the
best of the best graded report that states one; disputed if any report is, else reported if any
is, else claimed; the larger size; sources joined; the id of the report that was
published first; everything else from the best graded report that states it. What cannot both be
true is kept as a `Conflict`. `Event.reports` holds the reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from talion.record.event import PRECISIONS, Conflict, Event, Harm

if TYPE_CHECKING:
    from talion.record.record import Record

__all__ = ["fits", "merge_reports"]

UNKNOWN = "unknown"
NEAR = timedelta(days=1)
SPEECH = {"statement", "threat", "criticism", "condemnation", "exit_demand"}
MUTUAL = {"AGREE", "CONSULT", "COOPERATE"}
GENERIC = {
    *("air", "airbase", "airport", "area", "base", "bases", "camp", "city", "east", "eastern"),
    *(
        "field",
        "garrison",
        "gas",
        "green",
        "in",
        "near",
        "north",
        "northeast",
        "of",
        "oil",
        "sites",
    ),
    *("southern", "the", "two", "three", "five", "seven", "unnamed", "iraq", "syria", "jordan"),
    *("and", "incl", "al"),
}


def merge_reports(record: Record) -> Record:
    """Return the record with reports of one event merged; merging again changes nothing.

    The result does not depend on the order of rows.

    >>> from datetime import date
    >>> from talion.record.event import Source
    >>> from talion.record.record import Record
    >>> day, known = date(2024, 2, 7), date(2024, 2, 8)
    >>> def report(id, coding, deaths):
    ...     return Event(id, day, day, "day", known, "us", "kh", "ASSAULT", "targeted_killing",
    ...                  deaths=deaths, coding=coding, sources=(coding,))
    >>> record = Record((day, known), (Source("a", grade="B2"), Source("b", grade="C3")),
    ...                 events=(report("r1", "a", Harm(best=3)), report("r2", "b", Harm(best=1))))
    >>> merged = merge_reports(record).events
    >>> merged[0].deaths, len(merged[0].reports), merged[0].conflicts[0].field
    (Harm(low=1, best=3, high=3), 2, 'deaths')
    """
    plain = record.unmerged()
    merged = tuple(_merged(group, plain) for group in _groups(plain))
    if len(merged) == len(plain.events):
        return plain
    names = {report.id: event.id for event in merged for report in event.reports}
    events = (_renamed(event, names) for event in merged)
    return replace(plain, events=tuple(sorted(events, key=lambda e: (e.day, e.id))))


def _renamed(event: Event, names: dict[str, str]) -> Event:
    """Let `after` name the merged event; an event does not follow itself."""
    after = names.get(event.after or "", event.after)
    return replace(event, after=None if after == event.id else after)


# --- which reports belong together ---------------------------------------------------------------


def fits(one: Event, other: Event, record: Record) -> bool:
    """Return whether two reports may be of one event, by the rule above."""
    return (  # the cheap and telling questions first
        one.action == other.action
        and (one.country == other.country or not one.country or not other.country)
        and not (one.coding and one.coding == other.coding)
        and not (one.overlaps or other.overlaps)
        and _near_in_time(one, other)
        and _same_place(one.place, other.place)
        and _same_sides(one, other, record)
        and {*one.sources}.isdisjoint(other.sources)
    )


def _near_in_time(one: Event, other: Event) -> bool:
    if one.action in SPEECH and not one.precision == other.precision == "day":
        return False
    return one.start <= other.end + NEAR and other.start <= one.end + NEAR


def _same_place(one: str, other: str) -> bool:
    if one == other:
        return True
    first, second = _words(one), _words(other)
    return not first or not second or not first.isdisjoint(second)


@lru_cache(maxsize=4096)
def _words(place: str) -> frozenset[str]:
    words = frozenset(re.findall(r"\w+", place.lower()))
    return words - GENERIC or words


def _same_sides(one: Event, other: Event, record: Record) -> bool:
    straight = _one_camp(one.initiator, other.initiator, record) and _one_camp(
        one.target, other.target, record
    )
    crossed = _one_camp(one.initiator, other.target, record) and _one_camp(
        one.target, other.initiator, record
    )
    return straight or (one.type in MUTUAL and crossed)


def _one_camp(one: str, other: str, record: Record) -> bool:
    return UNKNOWN in (one, other) or record.camp(one) == record.camp(other)


def _groups(record: Record) -> list[list[Event]]:
    """Return the reports in groups of which every two fit; all others alone."""
    by_action: dict[str, list[Event]] = {}
    for event in sorted(record.events, key=lambda e: (e.start, e.id)):
        by_action.setdefault(event.action, []).append(event)
    groups = []
    for events in by_action.values():
        for group in _connected(events, record):
            whole = all(fits(a, b, record) for i, a in enumerate(group) for b in group[:i])
            groups.extend([group] if whole else [[event] for event in group])
    return groups


def _connected(events: Sequence[Event], record: Record) -> Iterator[list[Event]]:
    """Yield the sets of events linked by fitting; `events` come in order of start."""
    root = list(range(len(events)))

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    open_until: list[int] = []
    for i, event in enumerate(events):
        # Only events that have not ended long ago can fit: keeps a long record cheap.
        open_until = [j for j in open_until if events[j].end + NEAR >= event.start]
        for j in open_until:
            if fits(event, events[j], record):
                root[find(i)] = find(j)
        open_until.append(i)
    sets: dict[int, list[Event]] = {}
    for i, event in enumerate(events):
        sets.setdefault(find(i), []).append(event)
    yield from sets.values()


# --- what a merged event says --------------------------------------------------------------------


def _merged(group: Sequence[Event], record: Record) -> Event:
    if len(group) == 1:
        return group[0]
    ranked = sorted(group, key=lambda e: _rank(e, record))
    best = ranked[0]
    dated = min(ranked, key=lambda e: ((e.end - e.start).days, ranked.index(e)))
    sources = tuple(dict.fromkeys(source for event in ranked for source in event.sources))
    first = min(ranked, key=lambda e: (e.published, ranked.index(e)))
    return replace(
        best,
        id=first.id,
        start=dated.start,
        end=dated.end,
        precision=dated.precision,
        published=max(first.published, dated.start),
        published_how=first.published_how,
        initiator=_narrowest([e.initiator for e in ranked], record),
        target=_narrowest([e.target for e in ranked], record),
        place=next((e.place for e in ranked if e.place), ""),
        country=next((e.country for e in ranked if e.country), ""),
        status=_status([e.status for e in ranked]),
        size=max(e.size for e in ranked),
        attacks=max(e.attacks for e in ranked),
        deaths=_widest([e.deaths for e in ranked]),
        injuries=_widest([e.injuries for e in ranked]),
        harm_published=None,
        sources=sources,
        evidence=tuple(evidence for event in ranked for evidence in event.evidence),
        conflicts=tuple(_all_conflicts(ranked, record)),
        after=next((e.after for e in ranked if e.after), None),
        note=best.note,
        rows=sum(e.rows for e in ranked),
        coding="",
        reports=tuple(ranked),
    )


def _rank(event: Event, record: Record) -> tuple[str, int, str]:
    """Best graded first, then the most finely dated, then by id."""
    grades = [record.source(source).grade or "F6" for source in event.sources]
    return min(grades, default="F6"), list(PRECISIONS).index(event.precision), event.id


def _status(said: Sequence[str]) -> str:
    """Return `disputed` if any report is, else `reported` if any is: a second source confirms."""
    return next(word for word in ("disputed", "reported", "claimed") if word in said)


def _narrowest(ranked: Sequence[str], record: Record) -> str:
    """Return the first known actor, or a part of it that a later report names."""
    known = [actor for actor in ranked if actor != UNKNOWN] or [UNKNOWN]
    chosen = known[0]
    for actor in known[1:]:
        if chosen in record.belongs(actor):
            chosen = actor
    return chosen


def _widest(harms: Iterable[Harm | None]) -> Harm | None:
    known = [harm for harm in harms if harm is not None]
    numbers = [n for h in known for n in (h.low, h.best, h.high) if n is not None]
    if not numbers:
        return None
    best = next((harm.best for harm in known if harm.best is not None), None)
    return Harm(min(numbers), best, max(numbers))


def _all_conflicts(ranked: Sequence[Event], record: Record) -> Iterator[Conflict]:
    """Yield the conflicts that reports bring along and those between them, one per field."""
    brought = [conflict for event in ranked for conflict in event.conflicts]
    by_field: dict[str, Conflict] = {}
    for conflict in (*brought, *_between(ranked, record)):
        before = by_field.get(conflict.field)
        by_field[conflict.field] = conflict if before is None else _joined(before, conflict)
    yield from by_field.values()


def _joined(one: Conflict, other: Conflict) -> Conflict:
    values = tuple(dict.fromkeys((*one.values, *other.values)))
    dates = [c.published for c in (one, other)]
    published = None if None in dates else min(d for d in dates if d is not None)
    return replace(one, values=values, published=published)


def _between(ranked: Sequence[Event], record: Record) -> Iterator[Conflict]:
    """Yield what the reports say differently. One that is only less exact is no conflict."""
    days = [(e.start.isoformat(), e) for e in ranked if e.precision == "day"]
    yield from _conflict("date", days)
    for name in ("initiator", "target"):
        named = [(getattr(e, name), e) for e in ranked if getattr(e, name) != UNKNOWN]
        if any(_rivals(one, other, record) for one, _ in named for other, _ in named):
            yield from _conflict(name, named)
    for name in ("deaths", "injuries"):
        harms = [(getattr(e, name), e) for e in ranked if getattr(e, name) is not None]
        if any(_disjoint(one, other) for one, _ in harms for other, _ in harms):
            yield from _conflict(name, [(_harm_text(harm), event) for harm, event in harms])


def _disjoint(one: Harm, other: Harm) -> bool:
    """Whether no number agrees with both: "at least one" and "three" do agree."""
    (low, high), (least, most) = _range(one), _range(other)
    return high < least or most < low


def _range(harm: Harm) -> tuple[float, float]:
    low = harm.low if harm.low is not None else harm.best
    high = harm.high if harm.high is not None else harm.best
    return (0 if low is None else low), (float("inf") if high is None else high)


def _rivals(one: str, other: str, record: Record) -> bool:
    """Whether two actors of one camp exclude each other: neither is part of the other."""
    same_camp = record.camp(one) == record.camp(other)
    return same_camp and one not in record.belongs(other) and other not in record.belongs(one)


def _conflict(name: str, said: Sequence[tuple[str, Event]]) -> Iterator[Conflict]:
    values = tuple((text, event.sources[0]) for text, event in said if event.sources)
    if len({text for text, _ in values}) > 1:
        yield Conflict(name, values)


def _harm_text(harm: Harm) -> str:
    numbers = sorted({n for n in (harm.low, harm.best, harm.high) if n is not None})
    return (
        "-".join(str(n) for n in (numbers[0], numbers[-1])) if len(numbers) > 1 else f"{numbers[0]}"
    )
