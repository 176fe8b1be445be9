"""The page: one HTML file that asks nothing of the network and runs only scripts it names by hash.

Its policy forbids every load and every script but the three inlined here. The charts need no
`unsafe-eval`: Vega runs them through its expression interpreter. Style attributes are allowed,
since drawings carry them; style elements only by hash.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from talion.read.passages import read_texts
from talion.record.writing import write_files
from talion.report.assumptions import build_footing
from talion.report.bargaining import build_bargains
from talion.report.bundle import chart_script
from talion.report.charts import Chart, payload, static_svg, templates
from talion.report.evidence import EvidenceReader
from talion.report.futures import Futures, build_futures
from talion.report.hypotheses import build_hypotheses
from talion.report.imputed import imputed_charts
from talion.report.judgments import build_judgments
from talion.report.past import PastSection, build_past
from talion.report.record_section import RecordSection, build_record
from talion.report.results_table import build_results
from talion.report.shifts import build_shifts
from talion.report.system import build_system
from talion.report.top import build_top
from talion.report.words import clean, number, plural, sentence

if TYPE_CHECKING:
    from jinja2 import Environment

    from talion.judge.results import RunResult

__all__ = ["render_report", "write_report"]


def write_report(
    result: RunResult, out: str | Path, *, texts: Mapping[str, str | Path] | None = None
) -> Path:
    """Write the report of a run as one HTML file, whole or not at all.

    Args:
        result: what `judge_case` returned.
        out: the file to write, or a folder, in which `report.html` is written.
        texts: source id -> file whose real lines are shown at the case's offsets; each must have
            the SHA-256 that the case states.

    Returns:
        The path written.

    Raises:
        InputError: a text is not the one the case cites.
        OutputError: the file cannot be written; nothing is left behind.
    """
    path = Path(out)
    if path.is_dir() or not path.suffix:
        path = path / "report.html"
    page = render_report(result, texts=texts)
    write_files(path.parent, {path.name: page})
    return path


def render_report(result: RunResult, *, texts: Mapping[str, str | Path] | None = None) -> str:
    """Return the report as HTML.

    Args:
        result: what `judge_case` returned.
        texts: as for `write_report`.
    """
    paths = {name: Path(path) for name, path in (texts or {}).items()}
    reader = EvidenceReader(result.case, read_texts(result.case, paths))
    made = templates()
    with _Drawing(
        made
    ) as drawing:  # Vega draws on a thread of its own, the rest is built meanwhile
        record = build_record(result, reader)
        past = build_past(result)
        imputed = imputed_charts(result.case, result.imputed)
        drawing.begin(_charts(record, imputed, past, None))
        futures = build_futures(result)
        charts = _charts(record, imputed, past, futures)
        drawing.begin(charts)
        vega, own = chart_script(), _asset("report.js")
        style = _asset("style.css")
        parts = {
            "top": build_top(result),
            "table": build_results(result),
            "record": record,
            "imputed": imputed,
            "system": build_system(result.case, result.echo, reader),
            "shifts": build_shifts(result),
            "past": past,
            "hypotheses": build_hypotheses(result.case),
            "futures": futures,
            "bargains": build_bargains(result, reader),
            "judgments": build_judgments(result, reader),
            "footing": build_footing(result, reader),
            "version": result.receipt.version,
            "style": Markup(style),  # noqa: S704 - a file of this package
            "script": Markup(own),  # noqa: S704 - the same
            "packed": {
                "vega": _packed(vega),
                "charts": _packed(json.dumps(_chart_data(charts, made), allow_nan=False)),
            },
            "policy": _policy([vega, own], style),
        }
        drawn = drawing.all()
    return _environment(drawn).get_template("page.html.j2").render(parts)


class _Drawing:
    """Charts that are being drawn, one after another.

    Args:
        made: templates of charts.
    """

    def __init__(self, made: Mapping[str, Any]) -> None:
        self._made = made
        self._drawn: dict[str, Future[str]] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="talion-draw")

    def __enter__(self) -> _Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def begin(self, charts: Sequence[Chart]) -> None:
        """Have charts drawn, those left out that are already."""
        for chart in charts:
            if chart.id not in self._drawn:
                self._drawn[chart.id] = self._pool.submit(static_svg, chart, self._made)

    def all(self) -> dict[str, Markup]:
        """Return every drawing by the id of its chart, once it is there."""
        return {
            name: Markup(found.result())  # noqa: S704 - drawn by Vega, which escapes
            for name, found in self._drawn.items()
        }


def _charts(
    record: RecordSection,
    imputed: Sequence[Chart],
    past: PastSection | None,
    futures: Futures | None,
) -> list[Chart]:
    found = [record.timeline] if record.timeline is not None else []
    found += [view.chart for view in record.totals]
    found += imputed
    if past is not None:
        found += past.charts
    if futures is not None:
        found += [*futures.counts, *futures.levels, *(c.chart for c in futures.comparisons)]
    return found


def _asset(name: str) -> str:
    folder = resources.files("talion.report") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _policy(scripts: list[str], style: str) -> str:
    """Return the content security policy: nothing but the page's own scripts and style."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_hash(s) for s in scripts)}",
            f"style-src-elem {_hash(style)}",
            "style-src-attr 'unsafe-inline'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _chart_data(charts: Sequence[Chart], made: Mapping[str, Any]) -> dict[str, Any]:
    return {"templates": made, "charts": {c.id: payload(c, made) for c in charts}}


def _packed(text: str) -> str:
    """Return a text as base64 of gzip, a third of its size; the page's script unpacks it.

    A script unpacked so still has to have the hash that the policy names.
    """
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _by_row(columns: Mapping[str, Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Turn columns into rows, numbers cut for reading."""
    shown = [[number(x) if isinstance(x, float) else x for x in c] for c in columns.values()]
    return list(zip(*shown, strict=True))


def _environment(drawn: Mapping[str, Markup]) -> Environment:
    import jinja2

    def finalize(value: Any) -> Any:
        """Show what would steer the layout, in whatever text comes from outside."""
        return value if isinstance(value, Markup) or not isinstance(value, str) else clean(value)

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("talion.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(drawn=drawn, plural=plural, sentence=sentence, columns=_by_row)
    return environment
