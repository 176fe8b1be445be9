"""A window as observed and as replayed: counts by type and week, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import SimulationError

__all__ = ["COUPLINGS", "CounterfactualCourse", "CounterfactualHistory", "Effect"]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

COUPLINGS = ("monotone", "fresh_without", "fresh_with")
"""The replays, in the order of the kernel's modes."""


@dataclass(frozen=True)
class Effect:
    """A difference in numbers of events: mean and 10, 50, 90 % points."""

    mean: float
    """Over draws and histories."""
    p10: float
    p50: float
    p90: float
    """Over draws and histories: what one course of events may differ by."""
    mean_p10: float
    mean_p90: float
    """Over draws, of the mean over a draw's histories: what is not known of the mean."""


@dataclass(frozen=True, eq=False)
class CounterfactualHistory:
    """The window as observed and as replayed, in events by type and week.

    Weeks count from the window's start; the last may be shorter. A replay that reached the event cap
    is NaN throughout, is left out of effects and is counted in `capped`.
    """

    reading: str
    start: int
    end: int
    seed: int
    event_cap: int
    removed: tuple[str, ...]
    """Recorded rows taken away."""
    removed_events: F8
    """[D] events taken away in each draw."""
    what_if: str
    """The what-if pulled, or "" for none."""
    type_ids: tuple[str, ...]
    departure: F8
    """[D] moment before which nothing differs; `end` where nothing is changed."""
    observed: F4
    """[D, K, W]"""
    monotone: F4
    """[D, N, K, W]"""
    fresh_without: F4
    """[D, N, K, W] afresh from the departure, as the counterfactual has it."""
    fresh_with: F4
    """[D, N, K, W] afresh from the departure, as it was: the removed events present, no what-if."""
    kept: Mapping[str, float]
    """By recorded row of the window: share of its events still there, monotone coupling."""
    method: str
    version: str

    @property
    def capped(self) -> dict[str, float]:
        """Share of the replays that reached the event cap, by coupling."""
        return {name: float(np.isnan(getattr(self, name)[:, :, 0, 0]).mean()) for name in COUPLINGS}

    def difference(self, coupling: str, types: Sequence[str], weeks: slice = slice(None)) -> F8:
        """Counterfactual less factual events of some types in some weeks.

        Args:
            coupling: "monotone" (replay less what was observed), "fresh" (without less with, both
                afresh: the interventional effect) or "fresh_from_observed" (afresh less observed,
                which also holds the luck of what happened).
            types: event types, added up.
            weeks: weeks of the window.

        Returns:
            [D, N]

        Raises:
            SimulationError: no such coupling or type.
        """
        pairs = {
            "monotone": (self.monotone, self.observed[:, None]),
            "fresh": (self.fresh_without, self.fresh_with),
            "fresh_from_observed": (self.fresh_without, self.observed[:, None]),
        }
        unknown = [name for name in types if name not in self.type_ids]
        if coupling not in pairs or unknown:
            raise SimulationError(
                "no such coupling or event type",
                value=unknown[0] if unknown else coupling,
                remedy=f"couplings: {', '.join(pairs)}; types: {', '.join(self.type_ids)}",
            )
        after, before = pairs[coupling]
        own = [self.type_ids.index(name) for name in types]
        moved = after.astype(np.float64) - before
        return np.asarray(moved[:, :, own][..., weeks].sum(axis=(2, 3)))

    def effect(self, coupling: str, types: Sequence[str], weeks: slice = slice(None)) -> Effect:
        """Mean and intervals of `difference`; NaN throughout if every replay was capped."""
        moved = self.difference(coupling, types, weeks)
        there = ~np.isnan(moved)
        if not there.any():
            return Effect(*(float("nan"),) * 6)
        low, middle, high = np.quantile(moved[there], (0.1, 0.5, 0.9))
        rows = there.any(axis=1)
        means = np.nanmean(moved[rows], axis=1)
        mean_low, mean_high = np.quantile(means, (0.1, 0.9))
        numbers = (means.mean(), low, middle, high, mean_low, mean_high)
        return Effect(*(float(x) for x in numbers))

    def range(self, types: Sequence[str], weeks: slice = slice(None)) -> tuple[float, float]:
        """The mean effect under the two couplings, the lower first."""
        means = [self.effect(name, types, weeks).mean for name in ("monotone", "fresh")]
        return min(means), max(means)


@dataclass(frozen=True, eq=False)
class CounterfactualCourse:
    """One replay in full."""

    times: F8
    """[n] absolute days, ascending."""
    classes: I8
    """[n]"""
    origin: I8
    """[n] index of the observed event; -1 for a new one, -2 for one a what-if adds."""
    levels: F8
    """[days + 1, F] factors at 00:00, after the tick."""
