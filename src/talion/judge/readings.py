"""Which readings a run simulates, with how many draws, and what part each plays in the rule."""

from __future__ import annotations

from collections.abc import Iterable

from talion.errors import PlanError
from talion.model.reading import READINGS

__all__ = [
    "AS_WRITTEN",
    "FULL",
    "LINKS_AT_ZERO",
    "NO_VIEW",
    "OPPONENT",
    "OURS",
    "VARIANT_DRAWS",
    "WATCHED",
    "WITH_RECORD",
    "draws_by_reading",
    "histories_of",
    "in_printed_order",
]

NO_VIEW = "no_view"
AS_WRITTEN = "as_written"
OURS = "as_written_ours"
OPPONENT = "opponent"
LINKS_AT_ZERO = "links_at_zero"
WITH_RECORD = "with_record"  # needs a fit; see `fitted.py`
VARIANT_DRAWS = 60  # of each variant of the fit, which serves the label only

FULL = (NO_VIEW, AS_WRITTEN)  # in full; the others with half the draws
WATCHED = (
    NO_VIEW,
    AS_WRITTEN,
    WITH_RECORD,
)  # printed, and those under which indicators are weighed


def draws_by_reading(draws: int, readings: Iterable[str] | None = None) -> dict[str, int]:
    """Return reading -> number of draws, in the order they are printed.

    No view and as written are simulated in full, since every number shown rests on them. The
    other three serve the label only and get half the draws, at least 20 (and half the histories).

    Raises:
        PlanError: a reading is unknown, or fewer than 2 draws are asked for.

    >>> draws_by_reading(200)
    {'no_view': 200, 'as_written': 200, 'as_written_ours': 100, 'opponent': 100, 'links_at_zero': 100}
    """
    if draws < 2:
        raise PlanError(
            "too few draws to say anything about their spread",
            value=draws,
            remedy="use at least 2; 200 is the default",
        )
    chosen = tuple(READINGS if readings is None else readings)
    for name in chosen:
        if name not in READINGS:
            known = ", ".join(READINGS)
            raise PlanError("no such reading", value=name, remedy=f"use one of {known}")
    half = min(draws, max(20, (draws + 1) // 2))
    return {name: draws if name in FULL else half for name in READINGS if name in chosen}


def histories_of(name: str, histories: int) -> int:
    """Return how many histories each draw of a reading or of a variant of the fit gets.

    All where numbers are printed; half where they serve the label only. Their probability is uncertain
    by their few draws far more than by histories: with sixty draws that differ by .3, ten histories
    in place of twenty add a twentieth to its error.

    >>> [histories_of(name, 20) for name in ("as_written", "with_record", "opponent", "half_strength")]
    [20, 20, 10, 10]
    """
    return histories if name in WATCHED else max(1, histories // 2)


def in_printed_order(readings: Iterable[str]) -> tuple[str, ...]:
    """Return readings as they are printed: no view, as written, with the record, then the others.

    >>> in_printed_order(["no_view", "as_written", "opponent", "with_record"])
    ('no_view', 'as_written', 'with_record', 'opponent')
    """
    found = list(readings)
    first = [name for name in (NO_VIEW, AS_WRITTEN, WITH_RECORD) if name in found]
    return (*first, *(name for name in found if name not in first))
