"""`talion fit --events FILE`: a plain table of events, without a case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talion.cli.files import output_folder
from talion.cli.lines import columns, day_in_words, heading, say, sentence

if TYPE_CHECKING:
    from talion.fit.event_file import EventFile
    from talion.fit.table import Quantity, TableFit

__all__ = ["fit_events"]

_MONTH = 30.4375
_SHOWN = 6  # months outside their interval that are named


def fit_events(
    file: Path,
    *,
    start: str | None,
    end: str | None,
    time: str,
    type_: str | None,
    seed: int,
    draws: int,
    as_json: bool,
    out: Path | None,
) -> None:
    """Read a CSV file of events, fit the linear process, print what was found and what was not.

    Args:
        file: one row for each event.
        start: first moment of the period of coverage; asked for, never guessed.
        end: its end; a date counts whole.
        time: column of times.
        type_: column of types, or None for a single type.
        seed: of all random numbers.
        draws: kept draws of each chain.
        as_json: print JSON instead of words.
        out: folder for fit.json, fit.csv, months.csv and residuals.csv.

    Raises:
        TalionError: the file, the period or the folder cannot be used.
    """
    from talion.fit.event_file import read_event_file
    from talion.fit.table import choose_method, fit_table
    from talion.fit.table_words import METHODS

    read = read_event_file(file, start=start, end=end, time=time, type=type_)
    with nullcontext() if out is None else output_folder(out):
        method = choose_method(read.table)
        say([f"fitting {len(read.table.times)} events: {METHODS[method]}"], err=True)
        fit = fit_table(read.table, seed=seed, draws=draws, dated=read.dated)
        if out is not None:
            _write(fit, out)
    if as_json:
        typer.echo(fit.to_json())
        say(read.notes, err=True)
    else:
        say(_page(file, read, fit))
    if out is not None:
        say([f"data: {out / 'fit.json'}, fit.csv, months.csv and residuals.csv"], err=as_json)


def _write(fit: TableFit, folder: Path) -> None:
    from talion.record.writing import write_files

    made = {
        "fit.json": fit.to_json() + "\n",
        "fit.csv": fit.frame().write_csv(),
        "months.csv": fit.months.frame().write_csv(),
        "residuals.csv": fit.qq_frame().write_csv(),
    }
    write_files(folder, made)


def _page(file: Path, read: EventFile, fit: TableFit) -> Iterator[str]:
    yield _period(file, read, fit)
    for note in read.notes:
        yield from sentence(note)
    yield from heading("Priors" if fit.priors else "Priors: none, this is maximum likelihood")
    for prior in fit.priors:
        yield from sentence(prior)
    yield from heading(f"Results: {fit.made_by}")
    yield from columns(_results(fit), numbers_from=1)
    yield from heading("Residuals, on the process's own clock (a small p is a finding)")
    yield from columns(_residuals(fit), numbers_from=1)
    yield from heading("Q-Q: quantiles of the gaps on that clock; expected first")
    yield from columns(_quantiles(fit), numbers_from=1)
    yield from heading(f"Events a month, beside {fit.months.histories} simulated histories")
    for line in _months(fit):
        yield from sentence(line)
    yield from heading("Verdict")
    for line in (fit.verdict, *fit.warnings):
        yield from sentence(line)
    yield from heading("What this fit cannot say")
    for line in fit.limits:
        yield from sentence(line)


def _period(file: Path, read: EventFile, fit: TableFit) -> str:
    from talion.fit.event_file import day_of

    begin, stop = fit.period
    if read.dated:
        last = day_of(stop - 1e-9)
        span = f"{day_in_words(day_of(begin))} to {day_in_words(last)}"
    else:
        span = f"day {begin:g} to {stop:g}"
    counts = ", ".join(f"{name} {n}" for name, n in zip(fit.names, fit.counts, strict=True))
    return f"{file}: {sum(fit.counts)} events ({counts}), {span} ({stop - begin:g} days)"


def _results(fit: TableFit) -> Iterator[tuple[str, ...]]:
    yield ("", "middle", "5 %", "95 %", "learnt")
    for quantity in fit.quantities:
        monthly = quantity.name.startswith("background")
        unit = " a month" if monthly else ", days" if quantity.name == "half-life" else ""
        times = _MONTH if monthly else 1.0
        three = (quantity.middle * times, quantity.low * times, quantity.high * times)
        yield (quantity.name + unit, *(f"{x:.3g}" for x in three), _learnt(quantity))


def _learnt(quantity: Quantity) -> str:
    return "" if quantity.learnt is None else f"{max(quantity.learnt, 0.0):.0%}"


def _residuals(fit: TableFit) -> Iterator[tuple[str, ...]]:
    yield ("", "events", "expected", "gaps p", "drift p", "drawings")
    for r in fit.residuals:
        tests = (
            ("too few", "too few") if r.gap_p != r.gap_p else (f"{r.gap_p:.3f}", f"{r.drift_p:.3f}")
        )
        yield (r.name, str(r.events), f"{r.expected:.1f}", *tests, str(r.drawings))


def _quantiles(fit: TableFit) -> Iterator[tuple[str, ...]]:
    rows = fit.qq_frame().rows()
    if not rows:
        return
    shares = sorted({row[1] for row in rows})
    yield ("", *(f"{share:.0%}" for share in shares))
    yield ("expected", *(f"{theory:.2f}" for _, _, theory, _ in rows[: len(shares)]))
    for name in dict.fromkeys(row[0] for row in rows):
        yield (name, *(f"{seen:.2f}" for who, _, _, seen in rows if who == name))


def _months(fit: TableFit) -> Iterator[str]:
    months = fit.months
    for k, name in enumerate(months.names):
        odd = [m for m in range(len(months.labels)) if months.outside[k, m]]
        listed = ", ".join(
            f"{months.labels[m]} ({months.observed[k, m]}; {months.low[k, m]:g} to {months.high[k, m]:g})"
            for m in odd[:_SHOWN]
        )
        more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
        yield (
            f"{name}: {len(odd)} of {len(months.labels)} months outside the 90 % interval"
            f"{': ' + listed + more if odd else ''}."
        )
    if months.stopped:
        yield (
            f"{months.stopped} of {months.histories} histories exploded and were stopped; "
            "they count as beyond every number from there on."
        )
