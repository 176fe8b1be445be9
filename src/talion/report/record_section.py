"""The record as it is: what was reported when, where it is thin, where sources disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from talion.judge.results import RunResult
from talion.model.case import Case
from talion.model.history import rows_of
from talion.record.event import Event
from talion.record.reconcile import increments
from talion.report.around import AroundTable, build_around
from talion.report.charts import Chart
from talion.report.evidence import EvidenceReader, when
from talion.report.system import anchor
from talion.report.words import day, number, plural, series


@dataclass(frozen=True)
class Rate:
    """A reported total between two statements of one series: events from `start` to before `end`.

    `rate` is per day; `dated` counts the recorded rows of the same days.
    """

    start: date
    end: date
    reported: int
    dated: int
    lower_bound: bool
    conflicts: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def rate(self) -> float:
        return self.reported / self.days

    @property
    def interval(self) -> str:
        return f"{day(self.start)} to {day(self.end - timedelta(days=1))}"


@dataclass(frozen=True)
class GapRow:
    """A stretch over which a kind of act is not, or not surely, fully listed."""

    what: str
    when: str
    listing: str
    note: str


@dataclass(frozen=True)
class ConflictRow:
    """Sources that disagree: about what, and what each says."""

    event: str
    field: str
    values: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class CountryRow:
    """Recorded events of one kind by country."""

    what: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class TotalsView:
    """Reported totals of one event type against its dated rows."""

    title: str
    chart: Chart
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class RecordSection:
    """Section 3."""

    timeline: Chart | None
    totals: tuple[TotalsView, ...]
    gaps: tuple[GapRow, ...]
    absences: tuple[GapRow, ...]
    conflicts: tuple[ConflictRow, ...]
    countries: tuple[str, ...]
    by_country: tuple[CountryRow, ...]
    around: tuple[AroundTable, ...]


def build_record(result: RunResult, reader: EvidenceReader) -> RecordSection:
    """Return section 3 of a run."""
    countries, rows = _by_country(result)
    return RecordSection(
        _timeline(result, reader),
        tuple(_totals_views(result)),
        tuple(_gaps(result)),
        tuple(_absences(result)),
        tuple(_conflicts(result, reader)),
        countries,
        rows,
        build_around(result, reader),
    )


def events_of_type(case: Case, name: str) -> tuple[Event, ...]:
    """Return the recorded, countable events of an event type."""
    return rows_of(case.events[name], case.record)


def total_rates(case: Case, name: str) -> list[Rate]:
    """Return the steps of an event type's reported running total that are longer than no day.

    A falling total is no step; it is listed among the conflicts.

    Args:
        case: the case.
        name: an event type; without a series of totals there are no steps.
    """
    event = case.events[name]
    if event.totals is None or all(c.series != event.totals for c in case.record.counts):
        return []
    rows = event.rows
    steps = increments(
        case.record,
        event.totals,
        initiator=(rows.initiator or None) if rows else None,
        target=(rows.target or None) if rows else None,
    )
    one = timedelta(days=1)
    return [
        Rate(s.start, s.end + one, s.increment, s.dated, s.lower_bound, s.conflicts)
        for s in steps
        if s.increment >= 0 and s.end >= s.start
    ]


def _totals_views(result: RunResult) -> Iterator[TotalsView]:
    case = result.case
    for name, event in case.events.items():
        rates = total_rates(case, name)
        if not rates:
            continue
        reported, dated = sum(r.reported for r in rates), sum(r.dated for r in rates)
        share = f"{round(100 * dated / reported)} % of them" if reported else "none"
        odd = [r for r in rates if r.conflicts]
        own = [c for c in case.record.counts if c.series == event.totals]
        said = ", ".join(sorted({c.speaker for c in own if c.speaker}))
        chart = Chart(
            id=f"totals-{anchor(name)}",
            template="totals",
            title=f"{event.title}: {reported} reported in totals, dated rows hold {share}",
            subtitle=f"A day; tinted: reported totals{f' ({said})' if said else ''} over their interval; "
            f"solid: dated rows of the same days; diamond: what does not fit. To "
            f"{day(case.as_of)}",
            datasets={
                "intervals": {
                    "start": [r.start.isoformat() for r in rates],
                    "end": [r.end.isoformat() for r in rates],
                    "interval": [r.interval for r in rates],
                    "reported": [r.reported for r in rates],
                    "dated": [r.dated for r in rates],
                    "reported_rate": [r.rate for r in rates],
                    "dated_rate": [r.dated / r.days for r in rates],
                    "zero": [0] * len(rates),
                },
                "marks": {
                    "start": [r.start.isoformat() for r in odd],
                    "at": [max(r.rate, r.dated / r.days) for r in odd],
                    "why": ["; ".join(r.conflicts) for r in odd],
                },
            },
            sentence=f"{event.title}: totals report {reported}, of which {dated} are dated rows; "
            f"{plural(len(odd), 'interval')} where they do not fit.",
            data={
                "interval": [r.interval for r in rates],
                "reported": [("over " if r.lower_bound else "") + str(r.reported) for r in rates],
                "dated rows": [r.dated for r in rates],
                "reported a day": [number(r.rate, 2) for r in rates],
                "what does not fit": ["; ".join(r.conflicts) for r in rates],
            },
        )
        yield TotalsView(event.title, chart, tuple(rates))


def _type_of(case: Case) -> dict[str, str]:
    """Return event id -> title of the first event type it is of, or "other: " and its action."""
    found: dict[str, str] = {}
    for name, event_type in case.events.items():
        for event in events_of_type(case, name):
            found.setdefault(event.id, event_type.title)
    return {
        e.id: found.get(e.id, f"other: {e.action.replace('_', ' ')}") for e in case.record.events
    }


def _timeline(result: RunResult, reader: EvidenceReader) -> Chart | None:
    case, record = result.case, result.record
    first = record.period[0]
    shown = [e for e in record.events if e.countable and e.day >= first]
    if not shown:
        return None
    kinds = _type_of(case)
    counts = Counter(kinds[e.id] for e in shown)
    order = sorted(counts, key=lambda k: (k.startswith("other: "), -counts[k]))
    events = sorted(shown, key=lambda e: (order.index(kinds[e.id]), e.day))
    most = max(counts, key=lambda k: counts[k])
    return Chart(
        id="timeline",
        template="timeline",
        title=f"{plural(len(events), 'recorded event')} of {plural(len(order), 'kind')}; "
        f"“{most}” most often ({counts[most]})",
        subtitle="A mark a row, larger where deaths are stated; diamonds: sources disagree; faint "
        f"grey: partly listed; stronger grey: listing unknown. {_left_out(record.events, first)}"
        f"Cut-off {day(case.as_of)}",
        datasets={
            "gaps": _gap_columns(result, kinds, set(order)),
            "known": {"day": [case.as_of.isoformat()]},
            "events": {
                "day": [e.day.isoformat() for e in events],
                "type": [kinds[e.id] for e in events],
                "status": ["conflict" if e.conflicts else "plain" for e in events],
                "size": [_size(e) for e in events],
                "label": [
                    f"{reader.name(e.initiator)}: {e.action.replace('_', ' ')}" for e in events
                ],
                "when": [when(e) for e in events],
                "note": [e.note[:110] for e in events],
            },
        },
        sentence=f"Timeline of {len(events)} recorded events from {day(first)}; "
        + "; ".join(f"{n} {kind}" for kind, n in counts.most_common(6))
        + ".",
        data={
            "kind": order,
            "rows": [counts[k] for k in order],
            "first": [day(min(e.start for e in events if kinds[e.id] == k)) for k in order],
            "last": [day(max(e.end for e in events if kinds[e.id] == k)) for k in order],
            "stated deaths": [
                str(sum(_deaths(e) for e in events if kinds[e.id] == k)) for k in order
            ],
        },
    )


def _left_out(events: Sequence[Event], first: date) -> str:
    aggregates = sum(not e.countable for e in events)
    early = sum(e.countable and e.day < first for e in events)
    said = []
    if aggregates:
        said.append(f"{plural(aggregates, 'aggregate')} of rows counted already")
    if early:
        said.append(f"{plural(early, 'event')} before {day(first)}")
    return f"Left out: {' and '.join(said)}. " if said else ""


def _gap_columns(result: RunResult, kinds: dict[str, str], shown: set[str]) -> dict[str, list[Any]]:
    """Return a row for each stretch and kind of event that is not near completely listed."""
    record = result.record
    columns: dict[str, list[Any]] = {k: [] for k in ("type", "start", "end", "shade", "why")}
    for c in record.coverage:
        if c.listing == "near complete":
            continue
        for kind in sorted({kinds[e.id] for e in record.events if e.action == c.of} & shown):
            columns["type"].append(kind)
            columns["start"].append(max(c.start, record.period[0]).isoformat())
            columns["end"].append((c.end + timedelta(days=1)).isoformat())
            columns["shade"].append(0.35 if c.listing == "partial" else 0.8)
            columns["why"].append(f"{c.listing}. {c.note}".strip())
    return columns


def _deaths(event: Event) -> int:
    if event.deaths is None:
        return 0
    harm = event.deaths
    return next((n for n in (harm.best, harm.low, harm.high) if n is not None), 0)


def _size(event: Event) -> int:
    return 0 if _deaths(event) == 0 else 1 if _deaths(event) < 5 else 2


def _gaps(result: RunResult) -> Iterator[GapRow]:
    """Yield a row for each stretch; kinds of act with the same stretch, listing and note share one."""
    found: dict[tuple[date, date, str, str], list[str]] = {}
    for c in sorted(result.record.coverage, key=lambda c: (c.of, c.start)):
        if c.listing != "near complete":
            kinds = found.setdefault((c.start, c.end, c.listing, c.note), [])
            kinds.append("all other acts" if c.of == "*" else c.of.replace("_", " "))
    for (start, end, listing, note), kinds in found.items():
        yield GapRow(series(kinds), f"{day(start)} to {day(end)}", listing, note)


def _absences(result: RunResult) -> Iterator[GapRow]:
    for a in sorted(result.record.absences, key=lambda a: a.start):
        said = f"none, says {a.speaker} (held {round(100 * a.reliability)} % reliable)"
        where = f" in {a.country}" if a.country else ""
        what = a.of.replace("_", " ") + where
        yield GapRow(what, f"{day(a.start)} to {day(a.end)}", said, a.note)


def _conflicts(result: RunResult, reader: EvidenceReader) -> Iterator[ConflictRow]:
    titles = {s.id: s.title or s.id for s in result.record.sources}
    for event in result.record.ordered:
        for c in event.conflicts:
            values = tuple(f"{value} ({titles.get(source, source)})" for value, source in c.values)
            yield ConflictRow(reader.describe(event), c.field.replace("_", " "), values, c.note)
    for name in dict.fromkeys(c.series for c in result.record.counts):
        for step in increments(result.record, name):
            if step.conflicts:
                about = f"{day(step.end)}: total of {name.replace('_', ' ')}"
                yield ConflictRow(about, "total", step.conflicts, "")


def _by_country(result: RunResult) -> tuple[tuple[str, ...], tuple[CountryRow, ...]]:
    case = result.case
    kinds = _type_of(case)
    table: dict[str, Counter[str]] = {}
    for event in result.record.events:
        if event.countable:
            table.setdefault(kinds[event.id], Counter())[event.country or "not stated"] += 1
    totals: Counter[str] = sum(table.values(), Counter())
    named = [c for c, _ in totals.most_common() if c != "not stated"][:6]
    if not named:
        return (), ()
    columns = (*named, *(["not stated"] if totals["not stated"] else []))
    rows = [
        CountryRow(kind, tuple(row[c] for c in columns), row.total()) for kind, row in table.items()
    ]
    return columns, tuple(sorted(rows, key=lambda r: -r.total))
