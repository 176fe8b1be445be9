"""Where the fit of a case comes from: beside the case, from the user's cache, or made now.

A fit is taken only while case, record and method are those it was made of. One that is not is
refused with the reason, and the next place is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from talion.errors import FitError, OutputError
from talion.fit.case.key import FitSettings, fit_key
from talion.fit.case.result import CaseFit
from talion.fit.case.store import quantised, read_fit, write_fit
from talion.model.case import Case
from talion.model.kernel_cache import user_cache

__all__ = ["FoundFit", "cached_path", "find_fit", "obtain_fit", "shipped_path"]

Progress = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class FoundFit:
    """A fit and where it came from.

    Attributes:
        fit: the fit.
        origin: `shipped` beside the case, from the `cache`, or `made` just now.
        path: its file; None if it could not be kept.
        notes: why a fit on file was refused, or this one could not be kept; sentences.
    """

    fit: CaseFit
    origin: Literal["shipped", "cache", "made"]
    path: Path | None
    notes: tuple[str, ...] = ()


def shipped_path(case: Case) -> Path | None:
    """Return where a fit would lie beside the case file; None for a case in memory.

    It is `fit.npz` beside a `case.yaml`, and `NAME.fit.npz` beside any other `NAME.yaml`.
    """
    if case.path is None:
        return None
    name = "fit.npz" if case.path.name == "case.yaml" else f"{case.path.stem}.fit.npz"
    return case.path.with_name(name)


def cached_path(case: Case, settings: FitSettings) -> Path | None:
    """Return where the user's cache keeps a fit of this case with these settings.

    None if there is no cache: no home folder and no TALION_CACHE_DIR.
    """
    try:
        return user_cache() / "fits" / f"{fit_key(case, settings)}.npz"
    except RuntimeError:
        return None


def find_fit(
    case: Case, settings: FitSettings | None = None
) -> tuple[FoundFit | None, tuple[str, ...]]:
    """Look for a fit of the case on file, and make none.

    Args:
        case: with the record as known on `as_of`.
        settings: it must have been made with these. By default whatever settings the fit beside
            the case has will do, and the cache is asked for one with the usual settings.

    Returns:
        What was found, or None; and why fits on file were refused, in sentences.
    """
    notes: list[str] = []
    places: list[tuple[Literal["shipped", "cache"], Path | None]] = [
        ("shipped", shipped_path(case)),
        ("cache", cached_path(case, settings or FitSettings())),
    ]
    for origin, path in places:
        if path is None or not path.exists():
            continue
        fit, why = _usable(path, case, settings)
        if fit is not None:
            return FoundFit(fit, origin, path, tuple(notes)), tuple(notes)
        notes.append(why)
    return None, tuple(notes)


def obtain_fit(
    case: Case,
    settings: FitSettings | None = None,
    *,
    refit: bool = False,
    progress: Progress | None = None,
) -> FoundFit:
    """Return a fit of the case: one on file if it is right, else one made now and kept.

    A cache that cannot be written costs only time: the fit is returned all the same, with a note.

    Args:
        case: with the record as known on `as_of`.
        settings: see `find_fit`.
        refit: make it anew, whatever is on file; the cache then keeps the new one.
        progress: called with (done, of).

    Raises:
        TalionError: the case cannot be fitted.
    """
    found, notes = (None, ()) if refit else find_fit(case, settings)
    if found is not None:
        return found
    chosen = settings or FitSettings()
    made = _make(case, chosen, progress)
    path = cached_path(case, chosen)
    if path is None:
        note = "the fit could not be kept for later: no home folder, and no TALION_CACHE_DIR"
        return FoundFit(quantised(made), "made", None, (*notes, note))
    try:
        return FoundFit(write_fit(path, made), "made", path, notes)
    except OutputError as error:
        note = f"the fit could not be kept for later: {error}"
        return FoundFit(quantised(made), "made", None, (*notes, note))


def _make(case: Case, settings: FitSettings, progress: Progress | None) -> CaseFit:
    from talion.fit.case.fit import fit_case

    made: CaseFit = fit_case(
        case,
        seed=settings.seed,
        chains=settings.chains,
        sweeps=settings.sweeps,
        variants=settings.variants,
        patience=settings.patience,
        progress=progress,
    )
    return made


def _usable(path: Path, case: Case, settings: FitSettings | None) -> tuple[CaseFit | None, str]:
    """Read a fit; return it if it is right, else None and why it is refused."""
    try:
        fit = read_fit(path)
    except FitError as error:
        return None, f"fit refused: {error}"
    why = fit.mismatch(case)
    if not why and settings is not None:
        why = _other_settings(fit, settings)
    return (None, f"fit refused: {path}: {why}") if why else (fit, "")


def _other_settings(fit: CaseFit, settings: FitSettings) -> str:
    """Return how a fit differs from the settings; a case need not have every variant."""
    stated = {"seed": settings.seed, "chains": settings.chains, "sweeps": settings.sweeps}
    for name, value in stated.items():
        if getattr(fit, name) != value:
            return f"made with {name} {getattr(fit, name)}, where {value} is asked for"
    if settings.variants and not fit.variants:
        return "made without variants"
    return ""
