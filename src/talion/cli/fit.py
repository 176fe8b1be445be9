"""`talion fit`: find or make the fit of a case, and say what the record did to its links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from talion.cli.check import refuse_faults
from talion.cli.files import output_folder
from talion.cli.lines import columns, day_in_words, heading, say, sentence
from talion.cli.progress import Progress
from talion.cli.sizes import SEED, within
from talion.errors import InputError

if TYPE_CHECKING:
    from talion.fit.case.key import FitSettings
    from talion.fit.case.lookup import FoundFit
    from talion.fit.case.result import CaseFit
    from talion.fit.case.stated import Span
    from talion.model.case import Case

__all__ = ["TableOptions", "fit_anything"]

QUICK_CHAINS, QUICK_SWEEPS = 2, 400
TABLE_DRAWS = 1000
TIME_COLUMN = "date"
_ORIGIN = {"shipped": "beside the case", "cache": "from the cache", "made": "made now"}


@dataclass(frozen=True)
class TableOptions:
    """What was said of a plain table of events; None for what was not.

    Attributes:
        events: the file.
        start, end: first and last day of the period.
        time, type_: names of columns.
        draws: to keep.
    """

    events: Path | None = None
    start: str | None = None
    end: str | None = None
    time: str | None = None
    type_: str | None = None
    draws: int | None = None

    @property
    def of_period(self) -> dict[str, Any]:
        """All but the file, by option."""
        named = {"--start": self.start, "--end": self.end, "--time-column": self.time}
        return {**named, "--type-column": self.type_, "--draws": self.draws}


@dataclass(frozen=True)
class Studies:
    """Which studies of a fit are wanted.

    Attributes:
        power: simulated records; None for none.
        placebos: placebos and confounding.
    """

    power: int | None = None
    placebos: bool = False

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return self.power is not None or self.placebos


def fit_anything(
    case: str | None,
    table: TableOptions,
    *,
    seed: int | None = None,
    sweeps: int | None = None,
    chains: int | None = None,
    quick: bool = False,
    refit: bool = False,
    power: int | None = None,
    placebos: bool = False,
    out: Path | None = None,
    export: Path | None = None,
    as_json: bool = False,
) -> None:
    """Fit a case, or a plain table of events; print the result.

    Args:
        case: built-in name, folder or file; None with a table.
        table: of events; without a file in it a case must be named.
        seed, sweeps, chains: of the sampler; None for the usual ones.
        quick: few sweeps, no variants.
        refit: fit anew, whatever is on file.
        power: simulated records from which to tell what this one could have shown.
        placebos: fit placebos and confounding too.
        out: file to write the fit to as well.
        export: folder for parquet tables.
        as_json: print JSON.

    Raises:
        TalionError: case, table or options are wrong, or something cannot be written.
    """
    if (case is None) == (table.events is None):
        message = "name a case, or a table with --events FILE; not both, not neither"
        raise InputError(message, place="talion fit", remedy="see `talion fit --help`")
    if case is not None:
        _refuse(table.of_period, "is for a table, with --events FILE")
        settings = _settings(seed, sweeps, chains, quick=quick)
        if power is not None:
            within("--power", power, power, 2, 100_000)
        studies = Studies(power, placebos)
        _fit_case(case, settings, studies, refit=refit, out=out, export=export, as_json=as_json)
    elif table.events is not None:
        of_case = {"--sweeps": sweeps, "--chains": chains, "--export": export}
        of_case |= {"--quick": quick or None, "--refit": refit or None}
        of_case |= {"--power": power, "--placebos": placebos or None}
        _refuse(of_case, "is for a case, not for --events")
        _fit_table(table.events, table, seed, as_json, out)


def _fit_table(
    events: Path, table: TableOptions, seed: int | None, as_json: bool, out: Path | None
) -> None:
    from talion.cli.fit_table import fit_events

    fit_events(
        events,
        start=table.start,
        end=table.end,
        time=table.time or TIME_COLUMN,
        type_=table.type_,
        seed=within("--seed", seed, SEED, 0, 2**62),
        draws=within("--draws", table.draws, TABLE_DRAWS, 100, 100_000),
        as_json=as_json,
        out=out,
    )


def _refuse(options: dict[str, Any], why: str) -> None:
    for option, value in options.items():
        if value is not None:
            raise InputError(why, place=option, remedy="leave it out")


def _settings(
    seed: int | None, sweeps: int | None, chains: int | None, *, quick: bool
) -> FitSettings | None:
    """Return the settings asked for; None if none are, so that any fit beside the case will do."""
    from talion.fit.case.key import FitSettings

    if (seed, sweeps, chains, quick) == (None, None, None, False):
        return None
    usual = FitSettings()
    return FitSettings(
        within("--seed", seed, usual.seed, 0, 2**62),
        within("--chains", chains, QUICK_CHAINS if quick else usual.chains, 2, 64),
        within("--sweeps", sweeps, QUICK_SWEEPS if quick else usual.sweeps, 50, 1_000_000),
        () if quick else usual.variants,
        usual.patience if sweeps is None and not quick else 1.0,
    )


# --- a case ---------------------------------------------------------------------------------------


def _fit_case(
    name: str,
    settings: FitSettings | None,
    studies: Studies,
    *,
    refit: bool,
    out: Path | None,
    export: Path | None,
    as_json: bool,
) -> None:
    from talion.fit.case.lookup import obtain_fit
    from talion.model.case import load_case

    case = load_case(name)
    refuse_faults(case)
    with ExitStack() as folders:  # tried before the sampling, not after it
        for folder in (None if out is None else out.parent, export):
            if folder is not None:
                folders.enter_context(output_folder(folder))
        with Progress("fitting") as progress:
            found = obtain_fit(case, settings, refit=refit, progress=progress)
        if studies.any:
            from talion.cli.selection import with_studies

            found = with_studies(found, case, power=studies.power, placebos=studies.placebos)
        written = _write(found, case, out, export)
    if as_json:
        typer.echo(json.dumps(_as_json(found, case, written), indent=2))
    else:
        say(_report(found, case))
    notes = [f"warning: {note}" for note in found.notes]
    say([*notes, *(f"written: {path}" for path in written)], err=as_json)


def _write(found: FoundFit, case: Case, out: Path | None, export: Path | None) -> list[Path]:
    """Write what was asked for; return all files of this fit that are new."""
    from talion.fit.case.store import write_fit

    written = [found.path] if found.origin == "made" and found.path is not None else []
    if out is not None:
        write_fit(out, found.fit)
        written.append(out)
    if export is not None:
        from talion.fit.case.export import to_parquet

        written += to_parquet(found.fit, export, case)
    return written


def _report(found: FoundFit, case: Case) -> Iterator[str]:
    from talion.cli.selection import selection_lines, study_lines
    from talion.fit.case.stated import link_changes

    changes = link_changes(found.fit.main, case)
    yield case.title
    yield from sentence(_origin(found))
    yield from sentence(_verdict(found.fit))
    yield from heading("Links before and after the record (1-in-10, middle, 9-in-10)")
    yield from sentence(
        "Before, every link may work either way, or not at all: below zero (below 1, for times) it "
        "lowers. In brackets the chances that it raises and that it lowers."
    )
    informed = [change for change in changes if change.informed]
    for change in informed:
        yield from sentence(f"{change.link}  {change.says}")
        spans = (("before", change.before), ("after", change.after))
        yield from columns([(f"    {n}", *_cells(s), change.unit) for n, s in spans])
        yield from selection_lines(found.fit, change.arrow)
    if not informed:
        yield "  none"
    silent = dict.fromkeys(change.link for change in changes if not change.informed)
    yield from heading("What this record cannot say: these links keep what was supposed of them")
    yield from sentence(", ".join(silent) or "none")
    if any(s is not None for s in (found.fit.power, found.fit.placebos, found.fit.confounding)):
        yield from heading("Power, placebos, confounding")
        yield from study_lines(found.fit)


def _origin(found: FoundFit) -> str:
    fit = found.fit
    return (
        f"fitted to the record as known on {day_in_words(fit.as_of)}, {_ORIGIN[found.origin]}; "
        f"seed {fit.seed}, {fit.chains} chains of {fit.sweeps} sweeps, {fit.kept} draws kept, "
        f"Talion {fit.version}; variants: {', '.join(fit.variants) or 'none'}"
    )


def _verdict(fit: CaseFit) -> str:
    if fit.verdict:
        why = fit.verdict.removeprefix("not converged: ")
        return f"NOT CONVERGED: {why}. Read what follows as provisional."
    gates = fit.main.convergence
    if not gates:
        return "The sampler converged."
    worst, least = max(g[1] for g in gates), min(min(g[2:]) for g in gates)
    return (
        f"The sampler converged: R-hat at most {worst:.3f}, at least {least:.0f} independent draws "
        f"for each of {len(gates)} quantities."
    )


def _cells(span: Span) -> tuple[str, str, str, str]:
    low, likely, high = (f"{number:.2g}" for number in (span.low, span.likely, span.high))
    return low, likely, high, f"({100 * span.raises:.0f} / {100 * span.lowers:.0f} %)"


def _as_json(found: FoundFit, case: Case, written: list[Path]) -> dict[str, Any]:
    from talion.fit.case.packing_studies import pack_studies
    from talion.fit.case.stated import link_changes

    fit = found.fit
    return {
        "case": fit.case,
        "as_of": fit.as_of.isoformat(),
        "origin": found.origin,
        "path": None if found.path is None else str(found.path),
        "written": [str(path) for path in written],
        "notes": list(found.notes),
        "converged": not fit.verdict,
        "verdict": fit.verdict,
        "seed": fit.seed,
        "chains": fit.chains,
        "sweeps": fit.sweeps,
        "kept": fit.kept,
        "version": fit.version,
        "method": fit.method,
        "case_hash": fit.case_hash,
        "record_hash": fit.record_hash,
        "readings": {
            name: {
                "reading": fitted.draws.reading,
                "strength": fitted.draws.strength,
                "verdict": fitted.verdict,
                "seconds": fitted.seconds,
                "links": [asdict(change) for change in link_changes(fitted, case)],
            }
            for name, fitted in fit.readings()
        },
        **pack_studies(fit),
    }
