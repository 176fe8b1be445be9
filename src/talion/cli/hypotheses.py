"""`talion hypotheses`: rival explanations compared by how well they tell the coming weeks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talion.cli.check import refuse_faults
from talion.cli.files import output_folder
from talion.cli.lines import columns, day_in_words, heading, say, sentence
from talion.cli.progress import Progress
from talion.cli.sizes import within
from talion.errors import InputError, OutputError

if TYPE_CHECKING:
    from talion.fit.case.hypothesis_scores import ScoreSettings
    from talion.judge.evidence_matrix import Matrix, MatrixRow
    from talion.judge.hypotheses import Compared, Comparison, Pair
    from talion.judge.week_scores import Difference
    from talion.model.case import Case

__all__ = ["MatrixFiles", "compare"]


@dataclass(frozen=True)
class MatrixFiles:
    """Excel files of the matrix.

    Attributes:
        xlsx: to write it to.
        marks: to read the analyst's marks from.
    """

    xlsx: Path | None = None
    marks: Path | None = None


def compare(
    name: str,
    *,
    seed: int | None = None,
    sweeps: int | None = None,
    particles: int | None = None,
    quick: bool = False,
    files: MatrixFiles | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> None:
    """Compare the hypotheses of a case and print the result.

    Args:
        name: built-in name, folder or file.
        seed, sweeps, particles: of fits and scores; None for the usual ones.
        quick: few sweeps and particles, two fits of each.
        files: Excel files of the matrix.
        out: folder for hypotheses.json.
        as_json: print JSON.

    Raises:
        TalionError: case, marks or options are wrong, or something cannot be written.
    """
    from talion.judge.evidence_matrix import evidence_matrix
    from talion.model.case import load_case

    wanted = files or MatrixFiles()
    settings = _settings(seed, sweeps, particles, quick=quick)
    case = load_case(name)
    refuse_faults(case)
    if not case.document.hypotheses:
        remedy = "add some under `hypotheses:`; see docs/how-to/compare-hypotheses.md"
        raise InputError("the case has no hypotheses", place=name, remedy=remedy)
    with ExitStack() as folders:
        for folder in (out, None if wanted.xlsx is None else wanted.xlsx.parent):
            if folder is not None:
                folders.enter_context(output_folder(folder))
        asked = quick or any(x is not None for x in (seed, sweeps, particles))
        comparison, shipped, notes = _comparison(case, settings, asked=asked)
        matrix = evidence_matrix(case, comparison)
        if wanted.marks is not None:
            from talion.report.office.matrix_sheets import read_marks

            comparison = replace(comparison, marks=read_marks(wanted.marks, matrix))
            matrix = evidence_matrix(case, comparison)
        written = _write(case, comparison, matrix, wanted.xlsx, out, notes)
    if as_json:
        from pydantic import TypeAdapter

        from talion.judge.hypotheses import Comparison as Kind

        typer.echo(TypeAdapter(Kind).dump_json(comparison, indent=2).decode())
    else:
        say(_page(comparison, matrix, shipped))
    lines = [*(f"warning: {note}" for note in notes), *(f"written: {path}" for path in written)]
    say(lines, err=as_json)


def _settings(
    seed: int | None, sweeps: int | None, particles: int | None, *, quick: bool
) -> ScoreSettings:
    from talion.fit.case.hypothesis_scores import ScoreSettings
    from talion.judge.hypotheses_file import QUICK

    usual = QUICK if quick else ScoreSettings()
    return replace(
        usual,
        seed=within("--seed", seed, usual.seed, 0, 2**62),
        sweeps=within("--sweeps", sweeps, usual.sweeps, 50, 1_000_000),
        particles=within("--particles", particles, usual.particles, 2 * usual.islands, 1_000_000),
    )


def _comparison(
    case: Case, settings: ScoreSettings, *, asked: bool
) -> tuple[Comparison, str, list[str]]:
    """Return a comparison on file, or make it; that it is shipped, if so; what else is to be said.

    Unless a seed or size was asked for, whatever is shipped beside the case will do.
    """
    from talion.judge.hypotheses import compare_hypotheses
    from talion.judge.hypotheses_file import ORIGINS, find_comparison, refused_comparisons

    found = None if asked else find_comparison(case)
    if found is None or found.origin != "shipped":
        found = find_comparison(case, settings)
    if found is not None:
        shipped = f"{ORIGINS[found.origin]}: {found.path}" if found.origin == "shipped" else ""
        return found.comparison, shipped, []
    notes = refused_comparisons(case, settings)
    with Progress("telling weeks in advance") as progress:
        return compare_hypotheses(case, settings, progress=progress), "", notes


def _write(
    case: Case, comparison: Comparison, matrix: Matrix, xlsx: Path | None, out: Path | None, notes: list[str],
) -> list[Path]:  # fmt: skip
    """Write the comparison to the cache, and what else was asked for; return what was asked for."""
    from talion.judge.hypotheses_file import cached_comparison, write_comparison
    from talion.record.writing import write_files

    kept = cached_comparison(case, comparison.settings)
    if kept is not None:
        try:
            write_comparison(kept, comparison)
        except OutputError as error:
            notes.append(f"the comparison could not be kept: {error}")
    written = []
    if out is not None:
        write_comparison(out / "hypotheses.json", comparison)
        written.append(out / "hypotheses.json")
    if xlsx is not None:
        from talion.report.office.matrix_sheets import matrix_workbook

        content = matrix_workbook(matrix, comparison.as_of, comparison.version)
        write_files(xlsx.parent, {xlsx.name: content})
        written.append(xlsx)
    return written


# --- the page -----------------------------------------------------------------------------------


def _page(c: Comparison, matrix: Matrix, shipped: str) -> Iterator[str]:
    s = c.settings
    yield c.title
    if shipped:
        yield from sentence(f"{shipped}. Give --seed, --sweeps or --particles to make another")
    yield from sentence(
        f"{len(c.weeks)} weeks told in advance, from {day_in_words(c.weeks[0].first)} to "
        f"{day_in_words(c.weeks[-1].last)}; each hypothesis fitted {len(c.cuts)} times to the weeks "
        f"before; seed {s.seed}, {s.chains} chains of {s.sweeps} sweeps, {s.particles} particles in "
        f"{s.islands} islands; Talion {c.version}; {c.noise_in_words}"
    )
    yield from heading(
        "How well each told the weeks, against the baseline that nobody answers anybody"
    )
    rows = [("hypothesis", "log score", "difference", "", "predictive weight")]
    rows += [(h.id, f"{sum(h.scores):.1f}", *_difference(h, c), _weight(h)) for h in c.ranked]
    yield from columns(rows)
    yield from sentence(
        "A difference under 4, or under twice its standard error, is called indistinguishable. "
        "Predictive weights say how to mix the hypotheses to tell a next week best, with their "
        "1-in-10 and 9-in-10; they are no probabilities of being true."
    )
    yield from heading("Each against each: difference, twice its standard error, verdict")
    yield from columns([("one", "other", "difference", "2 SE", ""), *map(_pair, c.pairs)])
    for pair in c.pairs:
        if pair.thin:
            yield from sentence(f"{pair.one} and {pair.other}: {pair.reach_in_words}")
    yield from heading("Where each differs most from the baseline")
    for h in c.hypotheses[1:]:
        yield from sentence(f"{h.title} ({h.id}): {h.difference_in_words}")
    episodes = [e.id for e in c.baseline.episodes]
    if episodes:
        yield from heading("Without one episode at a time: difference from the baseline")
        yield from columns([("hypothesis", *episodes)] + [_without(h) for h in c.hypotheses[1:]])
    yield from heading(
        "Evidence against hypotheses: the model's word, and the analyst's in brackets"
    )
    shown = [
        row for row in matrix.rows if any(c.mark or c.word not in ("", "N") for c in row.cells)
    ]
    if shown:
        yield from columns([("row", *matrix.columns), *_cells(shown)])
    yield from sentence(
        "CC, C: told ten, three times better than by the baseline; I, II: worse; N: about as well, or "
        f"the particles cannot tell. Rows of which the model has nothing else to say are left out: "
        f"{len(matrix.rows) - len(shown)} of {len(matrix.rows)}."
    )
    if c.warnings:
        yield from heading("To be read with it")
        for warning in c.warnings:
            yield from sentence(warning)


def _difference(h: Compared, c: Comparison) -> tuple[str, str]:
    if h is c.baseline:
        return "", "the baseline"
    return _said(h.against), h.against.verdict


def _pair(p: Pair) -> tuple[str, ...]:
    d = p.difference
    error = "?" if d.error is None else f"{2 * d.error:.1f}"
    return p.one, p.other, f"{d.value:+.1f}" if math.isfinite(d.value) else "?", error, d.verdict


def _said(d: Difference) -> str:
    error = "no error known" if d.error is None else f"SE {d.error:.1f}"
    value = f"{d.value:+.1f}" if math.isfinite(d.value) else "?"
    return f"{value} ({error})"


def _weight(h: Compared) -> str:
    w = h.weight
    return f"{100 * w.value:.0f} % ({100 * w.low:.0f} to {100 * w.high:.0f})"


def _without(h: Compared) -> tuple[str, ...]:
    told = [
        f"{_said(e.against)} {e.against.verdict}" if e.weeks else "not told" for e in h.episodes
    ]
    return h.id, *told


def _cells(rows: Sequence[MatrixRow]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            row.id,
            *(f"{cell.word or '-'}{f' ({cell.mark})' if cell.mark else ''}" for cell in row.cells),
        )
