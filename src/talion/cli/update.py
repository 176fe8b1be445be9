"""`talion update`: new rows of events, a later cut-off, and what they move."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from talion.cli.check import refuse_faults
from talion.cli.files import output_folder
from talion.cli.lines import day_in_words, heading, say, sentence
from talion.cli.run import fit_for, judge_fitted, write_run
from talion.cli.sizes import SEED, Sizes
from talion.cli.update_copy import (
    UpdatedCase,
    refuse_built_in,
    updated_case,
    write_back,
    write_copy,
)
from talion.errors import InputError, TalionError
from talion.report.words import percent, plural, series

if TYPE_CHECKING:
    from talion.fit.case.key import FitSettings
    from talion.judge.came_true import SignShown
    from talion.judge.moved import Comparison
    from talion.judge.run_folder import KeptRun
    from talion.model.case import Case

__all__ = ["Update", "update_case"]


@dataclass(frozen=True)
class Update:
    """What was asked for.

    Attributes:
        case: built-in name, folder or file.
        events, sources: files with new rows.
        as_of: the new cut-off as typed; None for the last day of publication among the new rows.
        before: folder of a run of the case as it stands; None to run it now.
        out: folder for the copy and the runs; `talion-CASE-update` if omitted.
        quick: a short fit that seldom converges.
        no_fit: compare without the record's say.
        write: write the new rows and the cut-off into the case's own files at the end.
        as_json: print JSON.
    """

    case: str
    events: Path
    sources: Path | None = None
    as_of: str | None = None
    before: Path | None = None
    out: Path | None = None
    quick: bool = False
    no_fit: bool = False
    write: bool = False
    as_json: bool = False


def update_case(asked: Update, sizes: Sizes) -> None:
    """Add rows to a copy of a case, run it, and say what moved and which signs have shown.

    Args:
        asked: what was asked for.
        sizes: of the simulations.

    Raises:
        TalionError: case, rows or options are wrong, or a file cannot be written; the case's own
            files are then as they were.
    """
    from talion.judge.came_true import signs_shown
    from talion.judge.moved import compare_runs
    from talion.judge.run_folder import read_run
    from talion.model.case import load_case

    if asked.quick and asked.no_fit:
        message = "say one thing: a quick fit, or none"
        raise InputError(message, place="--quick, --no-fit", remedy="leave out one of them")
    case = load_case(asked.case)
    if asked.write:
        refuse_built_in(case)
    updated = updated_case(case, asked.events, sources=asked.sources, as_of=_day(asked.as_of))
    earlier = None if asked.before is None else _earlier(asked.before, case)
    out = asked.out if asked.out is not None else Path(f"talion-{case.name}-update")
    with output_folder(out):
        later = _copied(updated, out / case.name, asked.events)
        say(_added(updated, out / case.name), err=asked.as_json)
        if earlier is None:
            _run(case, out / "before", asked, sizes)
            earlier = read_run(out / "before")
        _run(later, out / "after", asked, sizes)
        found = compare_runs(earlier, read_run(out / "after"))
        given = [earlier.results.watch[n] for n in earlier.order if n in earlier.results.watch]
        shown = signs_shown(given, later)
        written = write_back(updated, case) if asked.write else ()
    if asked.as_json:
        typer.echo(_as_json(updated, found, shown, written))
    else:
        say(_words(found, shown))
    say(_ending(out, updated, written), err=asked.as_json)


def _copied(updated: UpdatedCase, folder: Path, events: Path) -> Case:
    """Write the copy and load it; where that fails, say which of its rows are the new ones."""
    try:
        later = write_copy(updated, folder)
        refuse_faults(later)
    except TalionError:
        first, last = updated.events.rows
        say([f"rows {first} to {last} of {folder / 'events.csv'} are those of {events}"], err=True)
        raise
    return later


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        remedy = "write it as 2024-06-30"
        raise InputError("not a day", place="--as-of", value=text, remedy=remedy) from None


def _earlier(folder: Path, case: Case) -> KeptRun:
    """Return a run on file, which must be of the case and record as they stand."""
    from talion.judge.run_folder import read_run

    run = read_run(folder)
    receipt = run.results.receipt
    same = (receipt.case_hash, receipt.record_hash)
    if same != (case.text_hash, case.record.content_hash()):
        raise InputError(
            "is not a run of this case as it stands",
            place=str(folder),
            remedy="leave out --before, so that it is run now",
        )
    return run


def _settings(*, quick: bool) -> FitSettings | None:
    from talion.cli.fit import QUICK_CHAINS, QUICK_SWEEPS
    from talion.fit.case.key import FitSettings

    return FitSettings(SEED, QUICK_CHAINS, QUICK_SWEEPS, ()) if quick else None


def _run(case: Case, folder: Path, asked: Update, sizes: Sizes) -> None:
    from talion.judge.run_folder import case_text

    text = case_text(case)
    say([f"running {case.name} as of {day_in_words(case.as_of)}"], err=True)
    settings = _settings(quick=asked.quick)
    found, notes = (None, ()) if asked.no_fit else fit_for(case, settings=settings)
    result = judge_fitted(case, found, notes, sizes, "")
    write_run(result, text, folder, {})
    say([f"warning: {warning}" for warning in result.warnings], err=True)


# --- in words ------------------------------------------------------------------------------------


def _added(updated: UpdatedCase, folder: Path) -> Iterator[str]:
    rows = updated.events
    known = f"; {plural(len(rows.known), 'row')} stood there already" if rows.known else ""
    yield (
        f"{plural(len(rows.ids), 'new row')} in a copy, {folder}{known}; cut-off "
        f"{day_in_words(updated.as_of)}"
    )
    if updated.carried:
        yield from sentence(
            f"Coverage runs on to that day for {series(list(updated.carried))}: they are taken to be "
            "listed as before. Edit coverage.csv of the copy if that is not so."
        )
    if updated.later:
        yield from sentence(
            f"Published after that day, so not yet known: {series(list(updated.later))}."
        )


def _words(found: Comparison, shown: Sequence[SignShown]) -> Iterator[str]:
    from talion.cli.diff_words import as_text, blocks_of

    yield from as_text(blocks_of(found))
    yield from heading("Signs given before")
    if not shown:
        yield from sentence("None was given.")
    for one in shown:
        yield from sentence(_sign(one, found))


_BECAME = {
    "seen": "has shown",
    "not seen": "has not shown",
    "open": "is open",
    "not told": "cannot be told",
}


def _sign(one: SignShown, found: Comparison) -> str:
    """Return what became of a sign, what it would have told, and where its judgment stands now."""
    sign = one.indicator
    told = sign.first
    said = f"{one.judgment}: {sign.title}: {sign.sign}: {_BECAME[one.state]} ({one.why})."
    if one.state not in ("seen", "not seen"):
        return said
    then = told.seen if one.state == "seen" else told.unseen
    now = _now(one, found)
    return (
        f"{said} It was to take {one.judgment} from {percent(told.now.probability)} to "
        f"{percent(then.probability)}{now}."
    )


def _now(one: SignShown, found: Comparison) -> str:
    """Return where a judgment stands after the update, under the reading of the sign."""
    judgment = found.after.results.judgments.get(one.judgment)
    if judgment is None:
        return ""
    main = next((part for part in judgment.parts if part.id == judgment.main), None)
    share = None if main is None else main.readings.get(one.indicator.reading)
    return "" if share is None else f"; asked anew from the new cut-off, it stands at {percent(share.probability)}"  # fmt: skip


def _ending(out: Path, updated: UpdatedCase, written: Sequence[Path]) -> Iterator[str]:
    yield f"report: {(out / 'after' / 'report.html').resolve()}"
    if written:
        yield f"written: {', '.join(str(path) for path in written)}"
    else:
        count = plural(len(updated.events.ids), "new row")
        yield f"the case itself is as it was; --write puts the {count} and the cut-off into it"


def _as_json(
    updated: UpdatedCase,
    found: Comparison,
    shown: Sequence[SignShown],
    written: Sequence[Path],
) -> str:
    from talion.cli.diff import diff_json
    from talion.judge.results import plain

    document: dict[str, Any] = {
        "as_of": updated.as_of.isoformat(),
        "added": list(updated.events.ids),
        "known": list(updated.events.known),
        "later": list(updated.later),
        "coverage_carried_on": list(updated.carried),
        "signs": plain(shown),
        "moved": json.loads(diff_json(found)),
        "written": [str(path) for path in written],
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
