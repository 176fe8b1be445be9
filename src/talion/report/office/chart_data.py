"""The charts of a run as data: which section each is of, where it is from, which go on slides."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from talion.report.charts import Chart
from talion.report.futures import Futures, build_futures
from talion.report.imputed import imputed_charts
from talion.report.office.dossier import Cell, ChartData
from talion.report.office.private import Private, rests_on
from talion.report.past import build_past
from talion.report.record_section import build_record, events_of_type
from talion.report.system import anchor
from talion.report.words import day, plural, series

if TYPE_CHECKING:
    from talion.judge.results import RunResult
    from talion.model.case import Case
    from talion.record.event import Event
    from talion.report.evidence import EvidenceReader

__all__ = ["chart_of", "collect_charts"]

Part: TypeAlias = Literal["record", "past", "future", "what-ifs"]
_NAMED_SOURCES = 3
"""Sources named under a chart; the others are counted."""


def collect_charts(
    result: RunResult, reader: EvidenceReader, private: Private
) -> tuple[ChartData, ...]:
    """Return every chart of the report, in its order.

    Args:
        result: of the run.
        reader: of evidence, without texts.
        private: what may not be passed on; a chart that shows such rows one by one is marked.
    """
    futures = build_futures(result)
    found = list(_charts(result, reader, futures))
    chosen = _for_slides(result.case, found)
    reading = "" if futures is None else futures.reading
    return tuple(
        _data(result, part, chart, private, reading, on_slide=chart.id in chosen)
        for part, chart in found
    )


def chart_of(data: ChartData) -> Chart:
    """Return the chart again, to be drawn by the report's own templates."""
    return Chart(
        data.id, data.template, data.title, data.subtitle, data.datasets, data.sentence, data.height
    )


def _charts(
    result: RunResult, reader: EvidenceReader, futures: Futures | None
) -> Iterator[tuple[Part, Chart]]:
    record = build_record(result, reader)
    if record.timeline is not None:
        yield "record", record.timeline
    yield from (("record", view.chart) for view in record.totals)
    yield from (("past", chart) for chart in imputed_charts(result.case, result.imputed))
    past = build_past(result)
    if past is not None:
        yield from (("past", chart) for chart in past.charts)
    if futures is not None:
        yield from (("future", chart) for chart in (*futures.counts, *futures.levels))
        yield from (("what-ifs", comparison.chart) for comparison in futures.comparisons)


def _for_slides(case: Case, found: Sequence[tuple[Part, Chart]]) -> frozenset[str]:
    """Return ids of the charts shown on slides: at most one of each section.

    Of the record the timeline; of the past what the fit adds to the most frequent type, or the shares
    of events; of the future the course of the most frequent type; of what-ifs the first comparison.
    """
    often = Counter({anchor(name): len(events_of_type(case, name)) for name in case.events})
    liked = [name for name, _ in often.most_common()]
    ids: dict[Part, list[str]] = {}
    for part, chart in found:
        ids.setdefault(part, []).append(chart.id)
    wanted: dict[Part, list[str]] = {
        "past": [f"imputed-{name}" for name in liked],
        "future": [f"fan-{name}" for name in liked],
    }
    chosen = []
    for part, there in ids.items():
        first = [name for name in wanted.get(part, ()) if name in there]
        chosen.append((first or there)[0])
    return frozenset(chosen)


def _data(
    result: RunResult, part: Part, chart: Chart, private: Private, reading: str, *, on_slide: bool
) -> ChartData:
    rows = _sources_of_rows(result, chart)
    return ChartData(
        id=chart.id,
        template=chart.template,
        title=chart.title,
        subtitle=chart.subtitle,
        sentence=chart.sentence,
        height=chart.height,
        datasets={
            name: {key: tuple(map(_cell, values)) for key, values in columns.items()}
            for name, columns in chart.datasets.items()
        },
        part=part,
        source=_source_line(result, part, reading),
        on_slide=on_slide,
        private=not private.sources.isdisjoint(rows),
    )


def _cell(value: Any) -> Cell:
    """Return a number as Python's own, an unknown one as null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    found = float(value)
    if not math.isfinite(found):
        return None
    return int(found) if hasattr(value, "dtype") and value.dtype.kind in "iu" else found


def _source_line(result: RunResult, part: Part, reading: str) -> str:
    """Return where a chart is from: the record with the sources of most rows, and the run."""
    r = result.receipt
    cited: Counter[str] = Counter()
    for event in result.record.events:
        cited.update(event.sources)
    titles = {s.id: s.title or s.id for s in result.record.sources}
    most = [titles[name] for name, _ in cited.most_common(_NAMED_SOURCES)]
    more = len(result.record.sources) - len(most)
    named = series([*most, *([plural(more, "other source")] if more > 0 else [])])
    record = f"record of {day(r.window[0])} to {day(r.window[1])} ({named})"
    made = f"Talion {r.version}, seed {r.seed}"
    simulated = f"Source: simulated ({reading.lower()}; {made}) from the case and its {record}."
    whence = {
        "record": f"Source: {record}.",
        "past": f"Source: {record}, and the fit to it; {made}.",
        "future": simulated,
        "what-ifs": simulated,
    }[part]
    model = "" if part == "record" else " Model output, not a forecast."
    return f"{whence} Cut-off {day(r.as_of)}.{model}"


# --- rows shown one by one ------------------------------------------------------------------------


def _sources_of_rows(result: RunResult, chart: Chart) -> frozenset[str]:
    """Return the sources of rows that a chart shows one by one; none if it shows aggregates only."""
    case = result.case
    name = _type_of(case, chart.id)
    if chart.template == "timeline":
        return _of_events(result.record.events)
    if chart.template == "total" and name:  # steps of a running count
        return _of_events(events_of_type(case, name))
    if chart.template == "past_weeks":
        acts = chart.datasets["acts"]["what"]
        return _of_events([result.record.event(str(row)) for row in acts])
    totals: Mapping[str, Sequence[Any]] = (
        chart.datasets.get("intervals") or chart.datasets.get("reported") or {}
    )
    if name and any(totals.values()):  # each stands for one statement of a total
        kept = case.events[name].totals
        return frozenset(c.source for c in result.record.counts if c.series == kept and c.source)
    return frozenset()


def _type_of(case: Case, chart: str) -> str:
    """Return the event type that a chart's id ends in; "" if none."""
    kind, _, rest = chart.partition("-")
    if kind not in ("totals", "imputed", "fan"):
        return ""
    return next((name for name in case.events if anchor(name) == rest), "")


def _of_events(events: Sequence[Event]) -> frozenset[str]:
    return frozenset(source for event in events for source in rests_on(event))
