"""The verbs that go on from a case and its run: what to watch, new events, scores, other tools.

They are registered beside those of `app.py` when the command line starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from talion.cli.app import Case, Draws, Histories, Seed, Workers, app, complete_case

__all__ = ["interop", "score", "update", "watch"]


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


@app.command(short_help="Score frozen forecasts against what came.")
def score(
    frozen: Annotated[
        list[Path], typer.Argument(metavar="FROZEN...", help="files that `talion freeze` wrote")
    ],
    outcomes: Annotated[
        Path, typer.Option(metavar="FILE", help="table of what came, one row an outcome (CSV)")
    ],
    case: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CASE|RUN",
            help="a case, or a folder from `talion run`, for the baselines; found by hash; repeatable",
        ),
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="score as of this day  [default: the present day]"),
    ] = None,
    every_forecast: Annotated[
        bool,
        typer.Option(
            "--every-forecast",
            help="also judgments that their case does not mark `testable: later`",
        ),
    ] = False,
    escalation: Annotated[
        bool,
        typer.Option(
            "--escalation",
            help="fit the case anew with no side answering another, as one more baseline (minutes)",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print the scores as JSON")] = False,
    md: Annotated[bool, typer.Option("--md", help="print the scores as Markdown")] = False,
) -> None:
    """Score frozen forecasts once their days have passed, beside baselines that know less.

    Brier and log score of tests, CRPS and coverage of numbers. A test whose days have not passed is
    pending. Baselines come from the record as it was known when the run was made.
    """
    from talion.cli.score import score_files

    score_files(
        frozen,
        outcomes=outcomes,
        cases=tuple(case or ()),
        today=today,
        every_forecast=every_forecast,
        escalation=escalation,
        as_json=json,
        markdown=md,
    )


@app.command(short_help="Write a case or a run as files of other tools.")
def interop(
    case: Annotated[
        str, typer.Argument(metavar="CASE|RUN", help="a case, or a folder from `talion run`")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="where to write")],
    ema: Annotated[bool, typer.Option("--ema", help="experiments for the EMA workbench")] = False,
    salib: Annotated[bool, typer.Option("--salib", help="a problem for SALib")] = False,
    xarray: Annotated[bool, typer.Option("--xarray", help="counts as NetCDF and parquet")] = False,
    views: Annotated[
        bool, typer.Option("--views", help="monthly draws, laid out as ViEWS")
    ] = False,
    prov: Annotated[bool, typer.Option("--prov", help="provenance as PROV-JSON")] = False,
    annotations: Annotated[
        bool, typer.Option("--annotations", help="evidence as W3C Web Annotations")
    ] = False,
    text: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE=FILE", help="let annotations quote a source you hold; repeatable"
        ),
    ] = None,
    reading: Annotated[
        str, typer.Option(metavar="ID", help="whose parameters --ema and --salib vary")
    ] = "no_view",
    seed: Seed = None,
    draws: Draws = None,
    histories: Histories = None,
    workers: Workers = None,
) -> None:
    """Write a case or a run as files of other tools; all kinds if none is named.

    Some need packages of their own: pip install 'talion[interop]'.
    """
    from talion.cli.interop import write_for_tools

    asked = {"ema": ema, "salib": salib, "xarray": xarray, "views": views, "prov": prov}
    asked["annotations"] = annotations
    write_for_tools(
        case,
        [name for name, wanted in asked.items() if wanted],
        out,
        texts=tuple(text or ()),
        reading=reading,
        seed=seed,
        draws=draws,
        histories=histories,
        workers=workers,
    )
