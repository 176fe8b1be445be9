"""The verb that compares rival explanations, and its options; imported by `entry.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from talion.cli.app import Case, Seed, app

__all__ = ["hypotheses"]


@app.command(short_help="Compare rival explanations of the record.")
def hypotheses(
    case: Case,
    quick: Annotated[
        bool, typer.Option("--quick", help="a first look: few sweeps and particles, two fits each")
    ] = False,
    sweeps: Annotated[
        int | None, typer.Option(metavar="N", help="kept sweeps of each chain  [default: 1200]")
    ] = None,
    particles: Annotated[
        int | None, typer.Option(metavar="N", help="particles of each hypothesis  [default: 640]")
    ] = None,
    seed: Seed = None,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="OUT", help="write the matrix of evidence to this .xlsx")
    ] = None,
    marks: Annotated[
        Path | None, typer.Option(metavar="IN", help="read an analyst's marks from this .xlsx")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="also write hypotheses.json there")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print the comparison as JSON")] = False,
) -> None:
    """Compare the hypotheses of a case: rival sets of links.

    Each is fitted to the weeks before a date and tells the weeks after it, one by one, what nobody saw
    averaged out; `no_interaction` is always the rival to beat. Minutes to half an hour; what was done
    is kept, so that a command that was stopped goes on where it was.
    """
    from talion.cli.hypotheses import MatrixFiles, compare

    files = MatrixFiles(xlsx, marks)
    compare(
        case, seed=seed, sweeps=sweeps, particles=particles, quick=quick, files=files, out=out,
        as_json=json,
    )  # fmt: skip
