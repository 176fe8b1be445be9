"""The verbs that fit a case and say how far the fit can be believed; registered by `app.py`.

Each option stands under a name of its own, so that a verb can be read at a glance.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from talion.cli.options import Case, Seed, complete_case

__all__ = ["diagnose", "fit"]

FittedCase = Annotated[
    str | None,
    typer.Argument(
        metavar="[CASE]",
        help="a built-in case, a folder with case.yaml, or a case file",
        autocompletion=complete_case,
    ),
]
FitFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="where to write the fit; with --events a folder  [default: the cache, by hash]",
    ),
]
Sweeps = Annotated[
    int | None,
    typer.Option(metavar="N", help="sweeps of each chain  [default: 5000; with --quick 400]"),
]
Chains = Annotated[
    int | None,
    typer.Option(metavar="N", help="chains of the sampler  [default: 4; with --quick 2]"),
]
Quick = Annotated[
    bool,
    typer.Option("--quick", help="a short look: few sweeps, no variants; seldom converges"),
]
Refit = Annotated[bool, typer.Option("--refit", help="fit anew, whatever fit is on file")]
Export = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="also write parameters.parquet and events.parquet there"),
]
Power = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="fit N simulated records: what this one could have shown of each link"
    ),
]
Placebos = Annotated[
    bool,
    typer.Option("--placebos", help="fit displaced causes, and causes tied to escalation"),
]
Events = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="fit a plain table of dated events (CSV) instead of a case"),
]
FirstDay = Annotated[
    str | None, typer.Option(metavar="DAY", help="with --events: first day covered; needed")
]
LastDay = Annotated[
    str | None, typer.Option(metavar="DAY", help="with --events: last day covered; needed")
]
TimeColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="with --events: column of dates  [default: date]"),
]
TypeColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="with --events: column of types  [default: one type]"),
]
KeptDraws = Annotated[
    int | None,
    typer.Option(metavar="N", help="with --events: draws kept of each chain  [default: 1000]"),
]


def fit(
    case: FittedCase = None,
    out: FitFile = None,
    seed: Seed = None,
    sweeps: Sweeps = None,
    chains: Chains = None,
    quick: Quick = False,
    refit: Refit = False,
    export: Export = None,
    power: Power = None,
    placebos: Placebos = False,
    events: Events = None,
    start: FirstDay = None,
    end: LastDay = None,
    time_column: TimeColumn = None,
    type_column: TypeColumn = None,
    draws: KeptDraws = None,
    json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Fit a case to its record: what it says of links, unlisted events and factors, and how surely.

    The fit is a file, found again by what it was made of; `talion run` uses it. Printed are whether
    the sampler converged, every link before and after the record, and what the record cannot say.
    """
    from talion.cli.fit import TableOptions, fit_anything

    table = TableOptions(events, start, end, time_column, type_column, draws)
    fit_anything(
        case,
        table,
        seed=seed,
        sweeps=sweeps,
        chains=chains,
        quick=quick,
        refit=refit,
        power=power,
        placebos=placebos,
        out=out,
        export=export,
        as_json=json,
    )


def diagnose(
    case: Case,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="also write diagnosis.json and diagnosis.txt there"),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(metavar="N", help="posterior draws that are looked at  [default: 100]"),
    ] = None,
    histories: Annotated[
        int | None,
        typer.Option(metavar="N", help="new histories of each draw  [default: 2]"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print the diagnosis as JSON")] = False,
) -> None:
    """Say on one page how far the fit of a case can be believed.

    Whether the chains agreed; residuals by event type; the window simulated anew and compared with
    the record; stability; dated rows only, totals only and both; every link under every way to fit;
    and what the record cannot say. A fit on file is used; without one the case is fitted first.
    """
    from talion.cli.diagnose import diagnose_fit

    diagnose_fit(case, draws=draws, histories=histories, out=out, as_json=json)
