"""What the fit of a case is: posterior draws of several readings, and what can be asked of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.selection import ConfoundingStudy, PlaceboStudy, PowerStudy

if TYPE_CHECKING:
    import polars as pl

    from talion.model.case import Case
    from talion.model.posterior import PosteriorDraws

__all__ = ["MAIN", "CaseFit", "FittedReading", "Gate"]

MAIN = "main"  # the name of the main reading beside those of the variants

Gate = tuple[str, float, float, float]
"""A quantity, its R-hat, its bulk and its tail effective sample size."""


@dataclass(frozen=True, eq=False)
class FittedReading:
    """One reading's posterior.

    Attributes:
        draws: scores, signs and past, N draws. Chains are interleaved: row i * chains + c is the
            i-th kept draw of chain c, so that the first draws come from all chains.
        log_likelihood: of the record given parameters and past, shape (N,).
        log_prior: shape (N,).
        convergence: of the quantities that the gate looks at.
        verdict: empty if every one of them passed, else a sentence.
        informed: ids of links whose effect the record's likelihood depends on.
        sweeps: kept of each chain; more than asked for where the gate was missed at first.
        seconds: the sampling took.
        observation: scores of what belongs to the fit alone, by name, each (N,): scales of totals,
            terms of listing, and `fit/listing-week/TYPE/W`, the innovations of weekly listing.
    """

    draws: PosteriorDraws
    log_likelihood: NDArray[np.float64]
    log_prior: NDArray[np.float64]
    convergence: tuple[Gate, ...]
    verdict: str
    informed: tuple[str, ...]
    sweeps: int
    seconds: float
    observation: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many draws, N."""
        return len(self.log_likelihood)


@dataclass(frozen=True, eq=False)
class CaseFit:
    """The fit of a case to its record.

    Attributes:
        case: short name of the case.
        as_of: nothing published later was used.
        start, end: the window [start, end) in days since 1 January 1970.
        seed: of all random numbers.
        version: of Talion.
        method: which method made it; see `key.METHOD`.
        case_hash, record_hash: of what was fitted; see `key.py`.
        main: reading `no_view` with strengths as stated.
        variants: by name, such as `half_strength`, `opponent`.
        chains: of the sampler, for each reading.
        sweeps: asked for, of each chain of the main reading; each reading holds its own.
        kept: draws kept of the main reading.
        power: what this record could have shown of each link; None if not asked for.
        placebos: fits with displaced causes; None if not asked for.
        confounding: fits with causes tied to a latent factor; None if not asked for.
    """

    case: str
    as_of: dt.date
    start: int
    end: int
    seed: int
    version: str
    method: str
    case_hash: str
    record_hash: str
    main: FittedReading
    variants: Mapping[str, FittedReading]
    chains: int
    sweeps: int
    kept: int
    power: PowerStudy | None = None
    placebos: PlaceboStudy | None = None
    confounding: ConfoundingStudy | None = None

    def readings(self) -> Iterator[tuple[str, FittedReading]]:
        """Yield the main reading and then the variants, with their names."""
        yield MAIN, self.main
        yield from self.variants.items()

    @property
    def verdict(self) -> str:
        """Empty if the sampler converged for every reading; else what did not, in a sentence."""
        found = [self.main.verdict] if self.main.verdict else []
        found += [f"{n}: {r.verdict}" for n, r in self.variants.items() if r.verdict]
        return "; ".join(found)

    def mismatch(self, case: Case) -> str:
        """Return why this is no fit of the case as it stands, or an empty text.

        Args:
            case: with the record it would be fitted to.
        """
        from talion.fit.case.key import METHOD, case_hash

        if self.method != METHOD:
            return f"made by method {self.method!r}, where {METHOD!r} is current"
        if (self.as_of, self.end) != (case.as_of, case.as_of_day):
            return f"it knows the record of {self.as_of}, where the case is as of {case.as_of}"
        if self.case_hash != case_hash(case):
            return "the case's events, factors, links or priors have changed since"
        if self.record_hash != case.record.content_hash():
            return "the record has changed since"
        return ""

    def matches(self, case: Case) -> bool:
        """Whether it is a fit of the case and record as they stand, by the current method."""
        return not self.mismatch(case)

    def frame(self, case: Case | None = None, reading: str = MAIN) -> pl.DataFrame:
        """Return a row for each parameter, before and after the record.

        Args:
            case: gives numbers in its own units (`%`, `events a month`, `times`); without it they
                are standard normal scores of the priors.
            reading: `main` or the name of a variant.

        Returns:
            Columns `name`, `link`, `unit`; `median`, `low`, `high` (1-in-10 and 9-in-10) and the
            same with `prior_`; `raises`, the share of draws in which its arrow raises (null where
            the reading fixes the sign); `r_hat`, `ess_bulk`, `ess_tail` (null where not gated).

        Raises:
            KeyError: no such reading.
        """
        from talion.fit.case.stated import parameter_frame

        return parameter_frame(dict(self.readings())[reading], case)
