"""`talion watch`: for each judgment the signs that would tell most about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from talion.cli.check import refuse_faults
from talion.cli.lines import columns, heading, say, sentence
from talion.cli.run import fit_for, judge_fitted
from talion.cli.sizes import Sizes
from talion.errors import InputError
from talion.judge.indicators import WatchList

__all__ = ["watch"]


@dataclass(frozen=True)
class _Watched:
    """What is printed: a case's title, claims by judgment, lists, titles of what-ifs, warnings."""

    title: str
    as_of: str
    claims: dict[str, str]
    lists: tuple[WatchList, ...]
    worlds: dict[str, str]
    notes: tuple[str, ...]


def watch(
    name: str,
    sizes: Sizes,
    *,
    judgment: str | None = None,
    no_fit: bool = False,
    as_json: bool = False,
) -> None:
    """Print what to watch for each judgment of a case, or of a run on file.

    Args:
        name: built-in name, folder or file of a case; or the folder of a run, which is read.
        sizes: of the simulation of a case.
        judgment: one judgment alone.
        no_fit: leave out what the record says.
        as_json: print JSON.

    Raises:
        TalionError: something is wrong with the case or the run, or there is no such judgment.
    """
    found = _of_run(Path(name)) if _is_run(Path(name)) else _of_case(name, sizes, no_fit=no_fit)
    lists = found.lists
    if judgment is not None:
        lists = tuple(one for one in lists if one.judgment == judgment)
        if not lists:
            known = ", ".join(one.judgment for one in found.lists)
            raise InputError(
                "no such judgment", place="--judgment", value=judgment, remedy=f"known: {known}"
            )
    if as_json:
        typer.echo(_as_json(found, lists))
    else:
        say(_lines(found, lists))
    say([f"warning: {note}" for note in found.notes], err=True)


def _is_run(folder: Path) -> bool:
    return (folder / "results.json").is_file() and not (folder / "case.yaml").exists()


def _of_run(folder: Path) -> _Watched:
    from talion.judge.run_folder import read_run

    run = read_run(folder)
    results = run.results
    stated = (run.case or {}).get("what_ifs") or {}
    lists = tuple(results.watch[name] for name in run.order if name in results.watch)
    if not lists:
        raise InputError(
            "this run weighed no signs", place=str(folder), remedy="run the case again"
        )
    return _Watched(
        results.title,
        results.receipt.as_of.isoformat(),
        {name: j.judgment.claim for name, j in results.judgments.items()},
        lists,
        {name: str(world.get("title") or name) for name, world in stated.items()},
        results.warnings,
    )


def _of_case(name: str, sizes: Sizes, *, no_fit: bool) -> _Watched:
    from talion.judge.parts import world_titles
    from talion.model.case import load_case

    case = load_case(name)
    refuse_faults(case)
    found, notes = (None, ()) if no_fit else fit_for(case)
    result = judge_fitted(case, found, notes, sizes, "")
    return _Watched(
        case.title,
        case.as_of.isoformat(),
        {key: j.claim for key, j in case.judgments.items()},
        result.watch,
        world_titles(case),
        result.warnings,
    )


def _lines(found: _Watched, lists: Sequence[WatchList]) -> Iterator[str]:
    from talion.report.watch import indicator_sentence, list_lead

    yield from sentence(f"{found.title}, as of {found.as_of}", indent=0)
    quiet = [one for one in lists if not one.indicators]
    for one in lists:
        if not one.indicators:
            continue
        yield from heading(f"{one.judgment}  {found.claims[one.judgment]}")
        world = "" if one.world == "baseline" else found.worlds.get(one.world, one.world)
        yield from sentence(list_lead(one, world))
        for indicator in one.indicators:
            yield from sentence(indicator_sentence(one.judgment, indicator), indent=4)
    if quiet:
        yield from heading("Nothing to watch")
        yield from columns([(one.judgment, one.why_none) for one in quiet])


def _as_json(found: _Watched, lists: Sequence[WatchList]) -> str:
    from talion.judge.results import plain

    document: dict[str, Any] = {
        "title": found.title,
        "as_of": found.as_of,
        "watch": {one.judgment: plain(one) for one in lists},
        "warnings": list(found.notes),
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
