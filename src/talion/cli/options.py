"""Arguments and options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["Case", "Draws", "Histories", "Seed", "Workers", "complete_case"]


def complete_case(incomplete: str) -> list[str]:
    """Offer the names of built-in cases to the shell, without reading any of them."""
    from importlib import resources

    folders = (f for f in (resources.files("talion") / "cases").iterdir() if f.is_dir())
    names = (f.name.replace("_", "-") for f in folders if (f / "case.yaml").is_file())
    return sorted(name for name in names if name.startswith(incomplete))


Case = Annotated[
    str,
    typer.Argument(
        metavar="CASE",
        help="a built-in case (see `talion cases`), a folder with case.yaml, or a case file",
        autocompletion=complete_case,
    ),
]
Seed = Annotated[
    int | None, typer.Option(metavar="N", help="seed of all random numbers  [default: 20240213]")
]
Draws = Annotated[
    int | None,
    typer.Option(metavar="N", help="draws of the uncertain parameters  [default: 200]"),
]
Histories = Annotated[
    int | None,
    typer.Option(metavar="N", help="simulated histories of each draw  [default: 20]"),
]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="threads; the numbers do not depend on it  [default: one per core]"
    ),
]
