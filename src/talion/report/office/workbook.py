"""The run as an Excel workbook: a summary, then one table a sheet, dates as dates, numbers as numbers.

Numbers are as computed; words beside them are as printed, a dash where no chance is told.
"""

from __future__ import annotations

import datetime as dt
import io

from talion.judge.labels import Label
from talion.report.office.chart_table import chart_rows
from talion.report.office.container import moment, repack
from talion.report.office.dossier import Dossier, LinkRange, RecordTable, Rivals
from talion.report.office.sheet_layout import (
    FONT,
    SIZE,
    Line,
    Sheet,
    Value,
    lay_out,
    set_print,
)
from talion.report.office.table_words import (
    NOT_A_FORECAST,
    TableWords,
    as_of_line,
    label_said,
    word_said,
)
from talion.report.words import DASH, clean, day, percent, percent_range

__all__ = ["sheets", "write_workbook"]

_TITLES = {"events": "Record", "totals": "Totals", "absences": "Absences", "coverage": "Coverage"}


def write_workbook(dossier: Dossier) -> bytes:
    """Return the workbook as the bytes of an .xlsx file."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils.indexed_list import IndexedList

    book = Workbook()
    book._fonts = IndexedList([Font(name=FONT, size=SIZE)])  # noqa: SLF001 - of every cell; no call for it
    book.remove(book.worksheets[0])
    for sheet in sheets(dossier):
        page = book.create_sheet(sheet.name)
        lay_out(page, sheet)
        set_print(page, dossier.title, f"As of {day(dossier.as_of)}. {NOT_A_FORECAST}")
    about = book.properties
    about.title = clean(dossier.title)
    about.creator = about.lastModifiedBy = f"Talion {dossier.version}"
    about.description = NOT_A_FORECAST
    about.created = about.modified = moment(dossier.as_of)
    out = io.BytesIO()
    book.save(out)
    return repack(out.getvalue(), dossier.as_of)


def sheets(dossier: Dossier) -> tuple[Sheet, ...]:
    """Return every sheet of the workbook as heads and rows."""
    found = [_summary(dossier), _judgments(dossier), _results(dossier)]
    found += [_rests(dossier), _flips(dossier)]
    found += [_signs(dossier), _assumptions(dossier)]
    if dossier.links:
        found.append(_links(dossier))
    if dossier.rivals is not None:
        found += [_rivals(dossier.rivals), _pairs(dossier.rivals)]
    found += [_record(table) for table in dossier.tables]
    found += [_sources(dossier), _charts(dossier), _chart_data(dossier), _about(dossier)]
    return tuple(found)


# --- what stands on each sheet ---------------------------------------------------------------------


def _summary(dossier: Dossier) -> Sheet:
    """The sheet to open first: the finding, each judgment in a row, what to watch, what is lacking."""
    d, words = dossier, TableWords(dossier)
    above = (
        Line(d.title, 16, bold=True), Line(as_of_line(d)), Line(d.finding, 13), Line(d.confidence),
        Line(f"The record: {d.holds}"), *((Line(d.withheld),) if d.withheld else ()), Line(""),
    )  # fmt: skip
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            j.id, j.claim, j.bottom_line[0], word_said(j),
            *(words.reading(j, name) for name in words.readings), label_said(j), bool(j.no_data),
        )
        for j in d.judgments
    )  # fmt: skip
    _, word, *readings, label = words.heads()
    heads = ("Id", "Judgment", "How it stands", word, *readings, label, "No data here")
    watch = [s.text for s in d.signs] or [f"{name}: {text}" for name, text in d.watch]
    below = [Line("")]
    for head, lines in (
        ("What to watch", watch),
        ("Caveats: what the record lacks", (*d.lacks, d.whose)),
    ):
        below += [Line(head, bold=True), *map(Line, lines)] if lines else []
    return Sheet("Summary", heads, rows, above, tuple(below))


def _judgments(dossier: Dossier) -> Sheet:
    """A row a judgment: on what it turns, its test, and the reasons of its label, in words."""
    heads = (
        "judgment", "claim", "held by", "label", "on what it turns", "test", "why this label",
        "likelihood", "confidence", "footing", "watch", "sources",
    )  # fmt: skip
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            j.id, j.claim, j.holder, label_said(j), j.bottom_line[1], j.test, j.label_sentence,
            j.likelihood or j.record_sentence, j.confidence, j.footing, "; ".join(j.watch),
            "; ".join(c.source for c in j.cites),
        )
        for j in dossier.judgments
    )  # fmt: skip
    return Sheet("Judgments", heads, rows)


_NUMBERS = (
    "probability", "low", "high", "mcse", "between_sd", "within_sd", "undetermined", "effect_mean",
    "effect_low", "effect_high", "smallest_effect", "effect_unit", "draws", "histories",
    "record_outcome", "no_data",
)  # fmt: skip
_TEXTS = (
    "judgment", "claim", "held_by", "kind", "word", "part", "test", "horizon", "world", "label",
    "reading",
)  # fmt: skip


def _results(dossier: Dossier) -> Sheet:
    """A row a judgment x part x reading, as in results.csv, and the share in words."""
    rows: list[tuple[Value, ...]] = []
    for line in dossier.results:
        known, told = line.probability is not None, Label(line.label).gives_chance
        said = (percent(line.probability) if told else DASH) if known else None
        spread = (percent_range(line.low, line.high) if told else DASH) if known else None
        texts = (getattr(line, name) for name in _TEXTS)
        rows.append((*texts, said, spread, *(getattr(line, name) for name in _NUMBERS)))
    heads = (*_TEXTS, "said", "interval_said", *_NUMBERS)
    return Sheet("Results", heads, tuple(rows))


def _rests(dossier: Dossier) -> Sheet:
    """A row a judgment x reading x assumption on which it rests."""
    heads = ("judgment", "reading", "rests on", "link", "share", "low", "high", "test met")
    rows = tuple(
        (
            j.id, one.reading, one.says, one.link, one.share, one.low, one.high,
            "; ".join(f"{p}: {says}" for says, p in one.slices),
        )
        for j in dossier.judgments
        for one in j.rests
    )  # fmt: skip
    return Sheet("Rests on", heads, rows)


def _flips(dossier: Dossier) -> Sheet:
    """A row a judgment x reading in which its answer flips somewhere."""
    heads = ("judgment", "reading", "what would change it", "share of draws there", "test met there", "test met overall")  # fmt: skip
    rows = tuple(
        (j.id, one.reading, one.says, one.mass, one.probability, one.overall)
        for j in dossier.judgments
        for one in j.flips
    )
    return Sheet("What would change it", heads, rows)


def _signs(dossier: Dossier) -> Sheet:
    """A row a judgment x sign x reading; of a judgment without signs, why it has none."""
    heads = (
        "judgment", "watch", "sign", "first day", "last day", "reading", "chance to see it",
        "probability now", "if seen", "if not", "tells of what is open", "is the outcome itself",
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for j in dossier.judgments:
        rows += [
            (
                j.id, s.title, s.sign, s.first_day, s.last_day, s.reading, s.chance, s.now, s.seen,
                s.unseen, s.tells, s.settles,
            )
            for s in j.signs
        ]  # fmt: skip
        if not j.signs and j.signs_none:
            rows.append((j.id, "nothing", j.signs_none, *(None,) * 9))
    return Sheet("What to watch", heads, tuple(rows))


def _assumptions(dossier: Dossier) -> Sheet:
    rows = tuple((a.what, a.value, a.means, a.because) for a in dossier.assumptions)
    return Sheet("Assumptions", ("what", "stated", "comes to", "because"), rows)


def _links(dossier: Dossier) -> Sheet:
    ends = ("low", "likely", "high", "raises", "lowers")
    heads = (
        "link", "says", "unit", *(f"{end}_before" for end in ends),
        *(f"{end}_with_record" for end in ends), "informed", "power",
    )  # fmt: skip
    rows = tuple(
        (
            c.link, c.says, c.unit, *_range(c.before), *_range(c.after), c.after is not None, c.power,
        )
        for c in dossier.links
    )  # fmt: skip
    return Sheet("Links", heads, rows)


def _rivals(rivals: Rivals) -> Sheet:
    """A row a rival explanation, by how well each told the weeks."""
    heads = (
        "explanation", "title", "log score against the baseline", "standard error", "verdict",
        "predictive weight", "1 in 10", "9 in 10", "differs most", "weeks out of reach", "made",
    )  # fmt: skip
    rows = tuple(
        (
            e.id, e.title, e.difference, e.error, e.verdict, e.weight_value, e.weight_low,
            e.weight_high, e.week, e.reach, f"{rivals.span}; {rivals.made}",
        )
        for e in rivals.entries
    )  # fmt: skip
    return Sheet("Rivals", heads, rows)


def _pairs(rivals: Rivals) -> Sheet:
    heads = ("one", "other", "difference", "standard error", "verdict", "weeks out of reach")
    rows = tuple((p.one, p.other, p.difference, p.error, p.verdict, p.reach) for p in rivals.pairs)
    return Sheet("Rival pairs", heads, rows)


def _range(span: LinkRange | None) -> tuple[Value, ...]:
    if span is None:
        return (None,) * 5
    return span.low, span.likely, span.high, span.raises, span.lowers


def _record(table: RecordTable) -> Sheet:
    kinds = [kind for _, kind in table.columns]
    rows = tuple(
        tuple(_dated(cell, kind) for cell, kind in zip(row, kinds, strict=True))
        for row in table.rows
    )
    return Sheet(_TITLES[table.name], tuple(name for name, _ in table.columns), rows)


def _dated(cell: Value, kind: str) -> Value:
    return dt.date.fromisoformat(cell) if kind == "day" and isinstance(cell, str) else cell


def _sources(dossier: Dossier) -> Sheet:
    heads = (
        "id", "title", "kind", "grade", "dated", "published", "address", "supports", "events",
        "may be passed on", "note",
    )  # fmt: skip
    rows = tuple(
        (
            s.id, s.title, s.kind, s.grade, s.dated, s.published, s.address, "; ".join(s.supports),
            s.events, s.shared, s.note,
        )
        for s in dossier.sources
    )  # fmt: skip
    return Sheet("Sources", heads, rows)


def _charts(dossier: Dossier) -> Sheet:
    """A row a chart: what it shows; its numbers stand on the next sheet."""
    heads = ("chart", "section", "title", "measure", "source")
    rows = tuple((c.id, c.part, c.title, c.subtitle, c.source) for c in dossier.charts)
    return Sheet("Charts", heads, rows)


def _chart_data(dossier: Dossier) -> Sheet:
    """A row a point of a chart, with a column for each measure that any chart has."""
    points = [row for chart in dossier.charts for row in chart_rows(chart)]
    measures = list(dict.fromkeys(name for *_, numbers in points for name in numbers))
    heads = ("chart", "part", "from", "to", "name", "detail", *measures)
    rows = tuple((*row[:-1], *(row[-1].get(name) for name in measures)) for row in points)
    return Sheet("Chart data", heads, rows)


def _about(dossier: Dossier) -> Sheet:
    first, last = dossier.window
    rows: list[tuple[Value, ...]] = [
        ("Title", dossier.title),
        ("What this is", NOT_A_FORECAST),
        ("Cut-off", dossier.as_of),
        ("Cut-off, note", dossier.as_of_note),
        ("Finding", dossier.finding),
        ("Confidence", dossier.confidence),
        *(("Watch, from the model", sign.text) for sign in dossier.signs),
        *((f"Watch, from the case, {name}", text) for name, text in dossier.watch),
        ("Record holds", dossier.holds),
        *(("Record lacks", text) for text in dossier.lacks),
        ("Whose reading", dossier.whose),
        *(("Warning", text) for text in dossier.warnings),
        ("Withheld", dossier.withheld or "nothing"),
        ("Version", dossier.version),
        ("Seed", dossier.seed),
        ("Record from", first),
        ("Record to", last),
        ("Case, SHA-256", dossier.case_hash),
        ("Record, SHA-256", dossier.record_hash),
        ("Results, SHA-256", dossier.results_sha256),
        *(("Label " + tally.sign, f"{tally.words}: {tally.count}") for tally in dossier.tally),
        *((f"Receipt: {what}", value) for what, value in dossier.receipt),
    ]
    return Sheet("About", ("what", "value"), tuple(rows))
