"""Choices as options of the command line, so that what was answered need not be answered again."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from talion.read.choices import Choices

__all__ = ["flags"]

_PAIRS = {
    "columns": "--map",
    "say": "--say",
    "plover": "--plover",
    "totals_sheets": "--totals-sheet",
}
_PLAIN = (
    "sheet", "day_numbers", "hidden", "encoding", "delimiter", "ranges", "undated", "totals_since",
    "as_of", "title", "brief_date",
)  # fmt: skip
_WRITTEN: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "swapped_cells": ("--swapped-cells", lambda yes: "yes" if yes else "no"),
    "header_rows": ("--header-row", lambda rows: f"{rows[0]}-{rows[-1]}" if rows else "none"),
    "rows": ("--rows", lambda rows: f"{rows[0]}-{rows[1]}"),
    "covers": ("--covers", lambda days: f"{days[0]}:{days[1]}"),
    "total_types": (
        "--total-types",
        lambda kinds: "; ".join(f"{kind}={act}" for kind, act in kinds.items()) or "none",
    ),
}


def flags(choices: Choices) -> str:
    """Return choices as the options that make them, quoted for a shell.

    >>> from talion.read.choices import Choices
    >>> flags(Choices(day_order="day-first", columns={"type": "What it was"}))
    "--map 'type=What it was' --day-first"
    """
    return " ".join(map(shlex.quote, _words(choices)))


def _words(choices: Choices) -> Iterator[str]:
    for key, flag in _PAIRS.items():
        pairs: Mapping[str, str] = getattr(choices, key)
        for name, value in pairs.items():
            yield from (flag, f"{name}={value}")
    for name, what in choices.counts.items():
        people = "" if what.counts == "events" else f",{what.counts}"
        yield from ("--count", f"{name}={what.type},{what.by},{what.against}{people}")
    for key in _PLAIN:
        if getattr(choices, key) is not None:
            yield from (f"--{key.replace('_', '-')}", str(getattr(choices, key)))
    for key, (flag, written) in _WRITTEN.items():
        if getattr(choices, key) is not None:
            yield from (flag, written(getattr(choices, key)))
    if choices.listing != "unknown":
        yield from ("--listing", choices.listing.replace(" ", "-"))
    if choices.day_order is not None:
        yield f"--{choices.day_order}"
    if choices.apart is not None:
        yield "--by-actor" if choices.apart else "--not-by-actor"
