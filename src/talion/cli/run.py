"""`talion run`: from a case to its report, its table and its data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talion.cli.check import refuse_faults
from talion.cli.files import output_folder
from talion.cli.lines import say, width
from talion.cli.progress import Progress
from talion.cli.sizes import Sizes
from talion.errors import InputError, TalionError

if TYPE_CHECKING:
    from talion.fit.case.key import FitSettings
    from talion.fit.case.lookup import FoundFit
    from talion.judge.results import RunResult
    from talion.model.case import Case

__all__ = ["fit_for", "judge_fitted", "parse_texts", "run_case", "write_run"]


def run_case(
    name: str,
    sizes: Sizes,
    *,
    out: Path | None = None,
    texts: Sequence[str] = (),
    as_json: bool = False,
    command: str = "",
    refit: bool = False,
    no_fit: bool = False,
) -> None:
    """Load, check, simulate and judge a case; write its report and data; print its table.

    Args:
        name: built-in name, folder or file.
        sizes: of the simulation.
        out: folder to write to; `talion-CASE` if omitted.
        texts: SOURCE=FILE pairs whose lines the report may show.
        as_json: print JSON instead of the table; files are then written only if `out` is given.
        command: as typed, for the receipt.
        refit: fit the case to its record anew, whatever fit is on file.
        no_fit: leave out what the record says.

    Raises:
        TalionError: something is wrong with the case, a text or the folder.
    """
    from talion.judge.run_folder import case_text
    from talion.model.case import load_case
    from talion.read.passages import read_texts

    if refit and no_fit:
        message = "say one thing: fit anew, or do without a fit"
        raise InputError(message, place="--refit, --no-fit", remedy="leave out one of them")
    case = load_case(name)
    files = parse_texts(texts)
    text = case_text(case)
    read_texts(case, files)  # a wrong text is refused now and not after the simulation
    refuse_faults(case)
    folder = out if out is not None else None if as_json else Path(f"talion-{case.name}")
    with nullcontext() if folder is None else output_folder(folder):
        found, notes = (None, ()) if no_fit else fit_for(case, refit=refit)
        with _report_ready() if folder is not None else nullcontext():
            result = judge_fitted(case, found, notes, sizes, command)
        written = None if folder is None else write_run(result, text, folder, files)
    if as_json:
        typer.echo(result.to_json())
    else:
        from talion.report.console import console_table

        typer.echo(console_table(result, width()))
    say(_ending(result, written), err=as_json)


@contextmanager
def _report_ready() -> Iterator[None]:
    """Load meanwhile what a report is written with, which takes seconds; leave it loaded."""
    with ThreadPoolExecutor(1, thread_name_prefix="talion-load") as pool:
        loaded = pool.submit(_load_report)
        yield
        loaded.result()


def _load_report() -> None:
    import polars  # noqa: F401 - slow to load, so before it is needed

    from talion.report import page  # noqa: F401 - the same
    from talion.report.charts import load_engine
    from talion.report.office import collect  # noqa: F401 - the same

    load_engine()


def parse_texts(pairs: Sequence[str]) -> dict[str, Path]:
    """Read SOURCE=FILE pairs.

    Raises:
        InputError: one is not such a pair, or a source is named twice.

    >>> parse_texts(["brief=brief.txt"])["brief"].name
    'brief.txt'
    """
    found: dict[str, Path] = {}
    for pair in pairs:
        source, equals, file = pair.partition("=")
        if not (source and equals and file):
            remedy = "write SOURCE=FILE, such as brief=brief.txt"
            raise InputError("not a source and a file", place="--text", value=pair, remedy=remedy)
        if source in found:
            raise InputError("given twice", place="--text", value=source, remedy="keep one")
        found[source] = Path(file)
    return found


_ORIGIN = {
    "shipped": "shipped beside the case",
    "cache": "found in this user's cache",
    "made": "made in this run",
}


def fit_for(
    case: Case, *, refit: bool = False, settings: FitSettings | None = None
) -> tuple[FoundFit | None, tuple[str, ...]]:
    """Return the fit of a case, one on file if it is right, else one made now and kept; and notes.

    A case that cannot be fitted is run without, and why is a note; asked for by `--refit` it is an
    error.

    Args:
        case: the case.
        refit: make it anew, whatever is on file.
        settings: of a fit that is made now, and looked for where no other fits.
    """
    from talion.fit.case.lookup import find_fit, obtain_fit

    found = None if refit else find_fit(case)[0]
    if found is None and settings is not None and not refit:
        found = find_fit(case, settings)[0]
    if found is not None:
        return found, found.notes
    why = "as asked" if refit else "there is no fit of it as it stands"
    say(
        [
            f"fitting the case to its record, {why}; it takes minutes, and the next run finds this fit"
        ],
        err=True,
    )
    try:
        with Progress("fitting") as progress:
            found = obtain_fit(case, settings, refit=refit, progress=progress)
    except TalionError as error:
        if refit:
            raise
        return None, (f"the case could not be fitted to its record: {error}",)
    return found, found.notes


def judge_fitted(
    case: Case, found: FoundFit | None, notes: Sequence[str], sizes: Sizes, command: str
) -> RunResult:
    """Simulate and judge a case with the fit that was found for it, saying how far it is."""
    from talion.judge.run import judge_case

    with Progress("simulating") as progress:
        return judge_case(
            case,
            None if found is None else found.fit,
            **sizes.keywords,
            progress=progress,
            command=command,
            fit_origin="" if found is None else _ORIGIN[found.origin],
            notes=notes,
        )


def write_run(
    result: RunResult, case_text: str, folder: Path, texts: dict[str, Path]
) -> dict[str, Path]:
    """Write report and data, and what was run beside them; all of them or none."""
    from talion.judge.run_folder import CASE, RECORD, RESULTS, record_text
    from talion.record.writing import write_files
    from talion.report.office.collect import build_dossier
    from talion.report.office.dossier import DOSSIER, dossier_text
    from talion.report.page import render_report

    names = {"report": "report.html", "json": RESULTS, "csv": "results.csv"}
    say(["writing the report"], err=True)  # a few seconds of charts
    results = result.to_json() + "\n"
    made = {
        names["report"]: render_report(result, texts=texts),
        names["json"]: results,
        DOSSIER: dossier_text(build_dossier(result, results)),
        names["csv"]: result.frame().write_csv(),
        CASE: case_text,
        RECORD: record_text(
            result.record, [k for k, s in result.case.sources.items() if s.shared == "no"]
        ),
    }
    write_files(folder, made)
    return {key: folder / name for key, name in names.items()}


def _ending(result: RunResult, written: dict[str, Path] | None) -> list[str]:
    lines = [f"warning: {warning}" for warning in result.warnings]
    if written is not None:
        lines.append(f"report: {written['report'].resolve()}")
        lines.append(f"data:   {written['json']} and {written['csv'].name}")
    return lines
