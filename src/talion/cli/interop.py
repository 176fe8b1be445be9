"""`talion interop`: a case or a run as files of other tools."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from talion.cli.files import output_folder
from talion.cli.lines import say
from talion.cli.progress import Progress
from talion.cli.run import parse_texts
from talion.cli.sizes import Sizes
from talion.errors import OutputError

if TYPE_CHECKING:
    import polars as pl

    from talion.fit.case.result import CaseFit
    from talion.judge.interop.datasets import Counts
    from talion.judge.run_folder import KeptRun
    from talion.model.case import Case

__all__ = ["FORMATS", "write_for_tools"]

FORMATS = ("ema", "salib", "xarray", "views", "prov", "annotations")


@dataclass(frozen=True)
class _Asked:
    """What is written of what."""

    case: Case
    run: KeptRun | None
    sizes: Sizes
    reading: str


def write_for_tools(
    name: str,
    formats: Sequence[str],
    out: Path,
    *,
    texts: Sequence[str] = (),
    reading: str = "no_view",
    seed: int | None = None,
    draws: int | None = None,
    histories: int | None = None,
    workers: int | None = None,
) -> None:
    """Write a case or a run as files of other tools; all formats if none is named.

    Args:
        name: a case, or a folder that `talion run` wrote.
        formats: some of `FORMATS`.
        out: folder to write to.
        texts: SOURCE=FILE pairs whose words annotations may hold.
        reading: whose parameters `ema` and `salib` vary.
        seed, draws, histories, workers: of what is simulated; of a run its own by default.

    Raises:
        InputError: no such case or run, a package is not installed, or a text is not the one cited.
        OutputError: the folder takes no files.
    """
    asked = _asked(name, reading, seed, draws, histories, workers)
    wanted = tuple(formats) or FORMATS
    files = parse_texts(texts)
    with output_folder(out):
        written = list(_write(asked, wanted, out, files))
    say(written)


def _asked(
    name: str,
    reading: str,
    seed: int | None,
    draws: int | None,
    histories: int | None,
    workers: int | None,
) -> _Asked:
    from talion.judge.case_behind import case_of_run
    from talion.judge.run_folder import CASE, RESULTS, read_run
    from talion.model.case import load_case

    folder = Path(name)
    if not ((folder / RESULTS).is_file() and (folder / CASE).is_file()):
        return _Asked(load_case(name), None, Sizes.chosen(seed, draws, histories, workers), reading)
    run = read_run(folder)
    own = run.results.receipt
    sizes = Sizes.chosen(
        own.seed if seed is None else seed,
        own.draws if draws is None else draws,
        own.histories if histories is None else histories,
        workers,
    )
    return _Asked(case_of_run(run), run, sizes, reading)


def _write(
    asked: _Asked, wanted: Sequence[str], out: Path, texts: dict[str, Path]
) -> Iterator[str]:
    """Write each format and yield a line on it; texts that cannot be simulated come first."""
    if "annotations" in wanted:
        yield from _annotations(asked, out, texts)
    if "prov" in wanted:
        from talion.judge.interop.provenance import provenance

        yield _json(out / "provenance.json", provenance(asked.case, asked.run))
    if "salib" in wanted:
        yield from _salib(asked, out)
    if "ema" in wanted:
        yield from _ema(asked, out)
    if "xarray" in wanted or "views" in wanted:
        yield from _counts(asked, wanted, out)


def _annotations(asked: _Asked, out: Path, texts: dict[str, Path]) -> Iterator[str]:
    from talion.judge.interop.annotations import evidence_annotations
    from talion.read.passages import read_texts

    found = evidence_annotations(asked.case, read_texts(asked.case, texts))
    yield _json(out / "annotations.jsonld", found.document)
    yield (
        f"  {found.count} pointers into texts; {found.left_out} to rows or dates have no place in a "
        "text and are left out"
    )
    if found.withheld:
        yield f"  {found.withheld} into sources that may not be passed on are withheld"


def _salib(asked: _Asked, out: Path) -> Iterator[str]:
    from talion.judge.interop.evaluator import CaseFunction
    from talion.judge.interop.salib import salib_problem

    yield _json(out / "salib_problem.json", salib_problem(CaseFunction(asked.case, asked.reading)))


def _ema(asked: _Asked, out: Path) -> Iterator[str]:
    from talion.judge.interop.ema import ema_model, write_ema_results

    sizes, file = asked.sizes, out / "ema_results.tar.gz"
    model = ema_model(
        asked.case,
        reading=asked.reading,
        histories=sizes.histories,
        seed=sizes.seed,
        workers=sizes.workers,
    )
    with _replacing(file) as part:
        experiments, _ = write_ema_results(model, sizes.draws, part, seed=sizes.seed)
    yield f"{file}: {len(experiments)} experiments"


def _counts(asked: _Asked, wanted: Sequence[str], out: Path) -> Iterator[str]:
    from talion.judge.interop.datasets import (
        events_dataset,
        events_table,
        simulated_counts,
        views_table,
    )
    from talion.judge.readings import AS_WRITTEN, NO_VIEW, WITH_RECORD

    fit = _fit_of(asked)
    readings = [AS_WRITTEN, NO_VIEW, *([WITH_RECORD] if fit is not None else [])]
    with Progress("simulating") as progress:
        counts: Counts = simulated_counts(
            asked.case, readings, fit=fit, progress=progress, **asked.sizes.keywords
        )
    if "xarray" in wanted:
        file = out / "events.nc"
        with _replacing(file) as part:
            events_dataset(counts).to_netcdf(part, engine="scipy")
        yield f"{file}: {' x '.join(map(str, counts.events.shape))} counts"
        yield from _parquet(out / "events.parquet", events_table(counts))
    if "views" in wanted:
        for reading in readings:
            yield from _parquet(out / f"views_{reading}.parquet", views_table(counts, reading))


def _fit_of(asked: _Asked) -> CaseFit | None:
    """Return the fit on file with enough draws, if there is one."""
    from talion.fit.case.lookup import find_fit

    found = find_fit(asked.case)[0]
    if found is None or found.fit.main.draws.draws < asked.sizes.draws:
        say(
            ["no fit on file with so many draws: the reading with the record is left out"], err=True
        )
        return None
    return found.fit


@contextmanager
def _replacing(file: Path) -> Iterator[Path]:
    """Yield a place beside a file; what was written there replaces the file, whole or not at all."""
    part = file.with_name(f".{os.getpid()}.{file.name}")
    try:
        yield part
        part.replace(file)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        remedy = "free some space or choose another folder with --out"
        raise OutputError(message, place=str(file), remedy=remedy) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _json(file: Path, document: object) -> str:
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    with _replacing(file) as part:
        part.write_text(text, encoding="utf-8")
    return str(file)


def _parquet(file: Path, table: pl.DataFrame) -> Iterator[str]:
    with _replacing(file) as part:
        table.write_parquet(part, compression="zstd")
    yield f"{file}: {table.height:,} rows"
