"""How large a simulation is asked for, checked before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from talion.errors import InputError

__all__ = ["SEED", "Sizes", "within"]

DRAWS, HISTORIES, SEED = 200, 20, 20240213
THOROUGH_DRAWS, THOROUGH_HISTORIES = 500, 40
MOST_HISTORIES = 2_000_000  # in all, a reading and what-if: hours of work and the memory of a desk


class Keywords(TypedDict):
    """Sizes as the judge takes them."""

    draws: int
    histories: int
    seed: int
    workers: int | None


@dataclass(frozen=True)
class Sizes:
    """Draws, histories of each draw, seed and workers of a run.

    >>> Sizes.chosen(None, None, None, None, thorough=True)
    Sizes(draws=500, histories=40, seed=20240213, workers=None)
    """

    draws: int = DRAWS
    histories: int = HISTORIES
    seed: int = SEED
    workers: int | None = None

    @classmethod
    def chosen(
        cls,
        seed: int | None,
        draws: int | None,
        histories: int | None,
        workers: int | None,
        *,
        thorough: bool = False,
    ) -> Sizes:
        """Return the sizes chosen by options; what is not chosen has its default.

        Raises:
            InputError: a number is out of its range.
        """
        usual = (THOROUGH_DRAWS, THOROUGH_HISTORIES) if thorough else (DRAWS, HISTORIES)
        found = cls(
            within("--draws", draws, usual[0], 2, 100_000),
            within("--histories", histories, usual[1], 1, 100_000),
            within("--seed", seed, SEED, 0, 2**62),
            None if workers is None else within("--workers", workers, 1, 1, 1024),
        )
        if found.draws * found.histories > MOST_HISTORIES:
            raise InputError(
                f"more than {MOST_HISTORIES:,} histories in all",
                place="--draws x --histories",
                value=found.draws * found.histories,
                remedy="use fewer; --thorough is 500 x 40",
            )
        return found

    @property
    def keywords(self) -> Keywords:
        """Return the sizes as keyword arguments of `judge_case`."""
        return {
            "draws": self.draws,
            "histories": self.histories,
            "seed": self.seed,
            "workers": self.workers,
        }


def within(option: str, value: int | None, default: int, least: int, most: int) -> int:
    if value is None:
        return default
    if not least <= value <= most:
        raise InputError(
            f"out of range {least} to {most:,}",
            place=option,
            value=value,
            remedy=f"leave it out for the default{'' if option == '--workers' else f', {default}'}",
        )
    return value
