"""The run as an Excel workbook: one header row a sheet, dates as dates, numbers as numbers.

No cell is a formula: a text that begins like one is kept as text and marked so (quotePrefix), as Excel
itself does with a leading apostrophe. Numbers are as computed; words beside them are as printed.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, TypeAlias

from talion.report.office.chart_table import chart_rows
from talion.report.office.container import moment, repack
from talion.report.office.dossier import Dossier, LinkRange, RecordTable, Rivals
from talion.report.office.table_words import NOT_A_FORECAST, TableWords, label_said, word_said
from talion.report.results_table import SHOWN
from talion.report.words import clean, percent, percent_range

if TYPE_CHECKING:
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["FORMULA_STARTS", "Sheet", "sheets", "write_workbook"]

Value: TypeAlias = bool | int | float | str | dt.date | dt.datetime | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 70, 9
_LINE, _TALLEST = 14.0, 409.0  # points: a line of text, and the height that Excel allows
_PRINTABLE = 240  # letters across at which a sheet shrunk to one page can still be read
_LONGEST = 32_767  # letters that a cell of Excel holds
_FIRST_DAY = dt.date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was
_TITLES = {"events": "Record", "totals": "Totals", "absences": "Absences", "coverage": "Coverage"}


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, heads, rows."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def write_workbook(dossier: Dossier) -> bytes:
    """Return the workbook as the bytes of an .xlsx file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets(dossier):
        _fill(book.create_sheet(sheet.name), sheet)
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
    found = [_judgments(dossier), _results(dossier), _rests(dossier), _flips(dossier)]
    found += [_signs(dossier), _assumptions(dossier)]
    if dossier.links:
        found.append(_links(dossier))
    if dossier.rivals is not None:
        found += [_rivals(dossier.rivals), _pairs(dossier.rivals)]
    found += [_record(table) for table in dossier.tables]
    found += [_sources(dossier), _charts(dossier), _about(dossier)]
    return tuple(found)


# --- what stands on each sheet ---------------------------------------------------------------------


def _judgments(dossier: Dossier) -> Sheet:
    """A row a judgment, in words, as in the report's table."""
    words = TableWords(dossier)
    names = [(reading, name) for reading, name, _ in SHOWN]
    heads = (
        "judgment", "claim", "in two sentences", "held by", "author's word", *(name.lower() for _, name in names),
        "label", "no data here", "test", "why this label", "likelihood", "confidence", "footing",
        "watch", "sources",
    )  # fmt: skip
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            j.id, j.claim, " ".join(j.bottom_line), j.holder, word_said(j), *(words.reading(j, r) for r, _ in names),
            label_said(j), bool(j.no_data), j.test, j.label_sentence, j.likelihood or j.record_sentence,
            j.confidence, j.footing, "; ".join(j.watch), "; ".join(c.source for c in j.cites),
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
        known = line.probability is not None
        said = percent(line.probability) if known else None
        spread = percent_range(line.low, line.high) if known else None
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
    heads = ("chart", "title", "part", "from", "to", "name", "detail", "measure", "value")
    rows = tuple(row for chart in dossier.charts for row in chart_rows(chart))
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


# --- writing ---------------------------------------------------------------------------------------


def _fill(page: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    head_font, head_fill = Font(bold=True), PatternFill("solid", fgColor="E4E7EA")
    top = Alignment(vertical="top", wrap_text=True)
    for number, head in enumerate(sheet.heads, 1):
        cell = page.cell(1, number, head)
        cell.font, cell.fill, cell.alignment = head_font, head_fill, top
    widths = [len(head) for head in sheet.heads]
    for line, row in enumerate(sheet.rows, 2):
        for number, value in enumerate(row, 1):
            _write(page.cell(line, number), value)
            widths[number - 1] = max(widths[number - 1], _length(value))
    for number, width in enumerate(widths, 1):
        held = min(max(width + 2, _NARROWEST), _WIDEST)
        page.column_dimensions[get_column_letter(number)].width = held
        if width > _WIDEST:
            for line in range(2, len(sheet.rows) + 2):
                page.cell(line, number).alignment = top
    for line, row in enumerate(sheet.rows, 2):
        lines = max((_lines(value) for value in row), default=1)
        if lines > 1:  # not every program reckons the height of wrapped text by itself
            page.row_dimensions[line].height = min(_LINE * lines, _TALLEST)
            for number, width in enumerate(widths, 1):
                if width <= _WIDEST:
                    page.cell(line, number).alignment = Alignment(vertical="top")
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.heads))}{len(sheet.rows) + 1}"
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    if sum(min(width, _WIDEST) for width in widths) <= _PRINTABLE:
        page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"


def _lines(value: Value) -> int:
    """Lines that a value takes, wrapped in a column of the widest kind."""
    if not isinstance(value, str):
        return 1
    return sum(len(wrap(part, _WIDEST - 6)) or 1 for part in value.split("\n"))


def _length(value: Value) -> int:
    if isinstance(value, str):
        return max(map(len, value.split("\n")))
    if isinstance(value, float):
        return 8
    return 10 if isinstance(value, dt.date) else len(str(value))


def _write(cell: SheetCell, value: Value) -> None:
    """Write a value as what it is; a text as text, whatever it begins with."""
    if isinstance(value, dt.datetime | dt.date):
        day = value.date() if isinstance(value, dt.datetime) else value
        if day < _FIRST_DAY:
            cell.value = value.isoformat()  # Excel has no such day
            return
        cell.value = value
        cell.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, dt.datetime) else "yyyy-mm-dd"
    elif isinstance(value, str):
        text = clean(value)[:_LONGEST]
        if not text:
            return
        cell.value = text
        cell.data_type = "s"
        if text.startswith(FORMULA_STARTS):
            cell.quotePrefix = True
    elif isinstance(value, float):
        cell.value = value
        cell._value = repr(value)  # noqa: SLF001 - the library would cut it to 16 digits
        cell.number_format = "General" if value == 0 or abs(value) >= 1000 else "0.0###"
    elif value is not None:
        cell.value = value
