"""The verbs that take up what a run left: scores in hindsight, files of other tools.

They are registered beside those of `app.py` when the command line starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from talion.cli.app import Draws, Histories, Seed, Workers, app

__all__ = ["interop", "score"]


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
