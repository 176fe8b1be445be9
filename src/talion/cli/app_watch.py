"""The verbs that look ahead and go on: `watch` and `update`. Importing this adds them to the app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from talion.cli.app import Case, Draws, Histories, Seed, Workers, app, complete_case

__all__ = ["app"]


@app.command(short_help="Say what to watch for each judgment.")
def watch(
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE",
            help="a built-in case, a folder with case.yaml, a case file, or the folder of a run",
            autocompletion=complete_case,
        ),
    ],
    judgment: Annotated[str | None, typer.Option(metavar="ID", help="one judgment alone")] = None,
    seed: Seed = None,
    draws: Draws = None,
    histories: Histories = None,
    workers: Workers = None,
    no_fit: Annotated[
        bool, typer.Option("--no-fit", help="leave out what the record says of the links")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print the lists as JSON")] = False,
) -> None:
    """Say what to watch for each judgment: the signs that would tell most, and what they would tell.

    Signs are counts of listed events, dated states and decisions of the next 7, 30 and 90 days. Each is
    said with the chance to see it, and with the probability of the judgment if it is seen and if not.
    """
    from talion.cli.sizes import Sizes
    from talion.cli.watch import watch as watch_case

    sizes = Sizes.chosen(seed, draws, histories, workers)
    watch_case(case, sizes, judgment=judgment, no_fit=no_fit, as_json=json)


@app.command(short_help="Add new events to a copy of a case; say what they move.")
def update(
    case: Case,
    events: Annotated[
        Path, typer.Option(metavar="FILE", help="CSV of new rows, with columns of events.csv")
    ],
    sources: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of new rows of sources.csv")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="the new cut-off  [default: when the last new row was published]"
        ),
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", help="folder of a run of the case as it stands, else it is run now"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="for the copy and both runs  [default: talion-CASE-update]"
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="a short fit: few sweeps, no variants; seldom converges"),
    ] = False,
    no_fit: Annotated[
        bool, typer.Option("--no-fit", help="compare the readings without a fit")
    ] = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="put the new rows and the cut-off into the case's own files"),
    ] = False,
    seed: Seed = None,
    draws: Draws = None,
    histories: Histories = None,
    workers: Workers = None,
    json: Annotated[bool, typer.Option("--json", help="print the update as JSON")] = False,
) -> None:
    """Add new events to a copy of a case, move its cut-off, run it, and say what moved.

    Said are the judgments that moved and because of what, as by `talion diff`, and which of the signs
    given before have shown. The case itself stays as it is but with --write.
    """
    from talion.cli.sizes import Sizes
    from talion.cli.update import Update, update_case

    sizes = Sizes.chosen(seed, draws, histories, workers)
    asked = Update(case, events, sources, as_of, before, out, quick, no_fit, write, json)
    update_case(asked, sizes)
