"""Comparisons of hypotheses on file: one JSON each, found by hash beside the case or in the cache."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from talion.errors import FitError
from talion.fit.case.hypothesis_scores import ScoreSettings, scores_key
from talion.judge.hypotheses import Comparison
from talion.model.case import Case
from talion.model.kernel_cache import user_cache
from talion.record.writing import write_files

__all__ = [
    "QUICK",
    "cached_comparison",
    "comparison_beside",
    "find_comparison",
    "read_comparison",
    "write_comparison",
]

QUICK = ScoreSettings(chains=2, sweeps=100, particles=160, islands=8, cuts=2)
"""Sizes for a first look: the errors are wide and say so."""


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


def find_comparison(case: Case) -> Comparison | None:
    """Return the comparison of a case as it stands, if there is one on file.

    Beside the case with whatever settings; in the cache with the usual ones, then with quick ones.
    One of another case, record or set of hypotheses is passed over.
    """
    if not case.document.hypotheses:
        return None
    places = [comparison_beside(case)]
    places += [cached_comparison(case, s) for s in (ScoreSettings(), QUICK)]
    for path in places:
        if path is None or not path.is_file():
            continue
        try:
            found = read_comparison(path)
        except FitError:
            continue
        if found.key == scores_key(case, found.settings):
            return found
    return None


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
