"""Comparisons of hypotheses on file: one JSON each, found by hash beside the case or in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from talion.errors import FitError
from talion.fit.case.hypothesis_scores import ScoreSettings, scores_key
from talion.judge.hypotheses import Comparison
from talion.model.case import Case
from talion.model.kernel_cache import user_cache
from talion.record.writing import write_files

__all__ = [
    "ORIGINS",
    "QUICK",
    "FoundComparison",
    "cached_comparison",
    "comparison_beside",
    "find_comparison",
    "read_comparison",
    "refused_comparisons",
    "write_comparison",
]

QUICK = ScoreSettings(chains=2, sweeps=100, particles=160, islands=4, cuts=2)
"""Sizes for a first look: the errors are wide and say so."""


ORIGINS = {
    "shipped": "This comparison is shipped beside the case",
    "cache": "This comparison was made on this machine",
}
"""Where a comparison comes from, as a clause."""


@dataclass(frozen=True)
class FoundComparison:
    """A comparison on file.

    Attributes:
        comparison: of the case as it stands.
        origin: `shipped` beside the case, or from the `cache`.
        path: its file.
    """

    comparison: Comparison
    origin: Literal["shipped", "cache"]
    path: Path


def comparison_beside(case: Case) -> Path | None:
    """Return where a comparison would lie beside the case file; None for a case in memory."""
    if case.path is None:
        return None
    stem = "" if case.path.name == "case.yaml" else f"{case.path.stem}."
    return case.path.with_name(f"{stem}hypotheses.json")


def cached_comparison(case: Case, settings: ScoreSettings) -> Path | None:
    """Return where the user's cache keeps a comparison; None if there is no cache."""
    try:
        return user_cache() / "hypotheses" / f"{scores_key(case, settings)}.json"
    except RuntimeError:
        return None


def find_comparison(case: Case, settings: ScoreSettings | None = None) -> FoundComparison | None:
    """Return the comparison of a case as it stands, if there is one on file.

    One of another case, record or set of hypotheses is passed over, and so is a damaged one.

    Args:
        case: of which.
        settings: it must have been made with these. By default the one beside the case may have
            whatever settings, and the cache is asked for the usual ones, then for quick ones.
    """
    if not case.document.hypotheses:
        return None
    wanted = (ScoreSettings(), QUICK) if settings is None else (settings,)
    for origin, path in _places(case, wanted):
        found = _usable(path, case, settings)
        if isinstance(found, Comparison):
            return FoundComparison(_marked(found, case), origin, path)
    return None


def _marked(found: Comparison, case: Case) -> Comparison:
    """Return a comparison with the marks that an analyst gave it on this machine, if any."""
    path = cached_comparison(case, found.settings)
    if found.marks or path is None or not path.is_file():
        return found
    own = _usable(path, case, found.settings)
    return replace(found, marks=own.marks) if isinstance(own, Comparison) else found


def refused_comparisons(case: Case, settings: ScoreSettings) -> list[str]:
    """Return why comparisons that lie on file for a case are not used, a sentence each.

    Args:
        case: of which.
        settings: with which one is wanted.
    """
    found = [_usable(path, case, None) for _, path in _places(case, (settings,))]
    return [why for why in found if isinstance(why, str)]


def _places(
    case: Case, wanted: Sequence[ScoreSettings]
) -> Iterator[tuple[Literal["shipped", "cache"], Path]]:
    """Yield the files that there are."""
    beside = comparison_beside(case)
    if beside is not None and beside.is_file():
        yield "shipped", beside
    for settings in wanted:
        path = cached_comparison(case, settings)
        if path is not None and path.is_file():
            yield "cache", path


def _usable(path: Path, case: Case, settings: ScoreSettings | None) -> Comparison | str:
    """Return the comparison if it is of the case as it stands and as asked for; else why not."""
    try:
        found = read_comparison(path)
    except FitError as error:
        return f"made again: {error}"
    if settings is not None and found.settings != settings:
        return f"{path}: made with other sizes"
    if found.key != scores_key(case, found.settings):
        return f"made again: {path}: of another case, record, set of hypotheses or way of scoring"
    return found


def write_comparison(path: Path, comparison: Comparison) -> None:
    """Write a comparison, whole or not at all.

    Raises:
        OutputError: the folder or disk takes no file.
    """
    text = TypeAdapter(Comparison).dump_json(comparison, indent=1)
    write_files(path.parent, {path.name: text + b"\n"})


def read_comparison(path: Path) -> Comparison:
    """Read a comparison.

    Raises:
        FitError: no such file, or none that this Talion wrote.
    """
    again = "make one: talion hypotheses CASE"
    try:
        return TypeAdapter(Comparison).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise FitError("no such comparison", place=str(path), remedy=again) from None
    except (OSError, ValidationError) as error:
        why = type(error).__name__
        message = "damaged, or no comparison of hypotheses written by Talion"
        raise FitError(message, place=str(path), value=why, remedy=again) from None
