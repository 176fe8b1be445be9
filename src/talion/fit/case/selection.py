"""What a record could have shown, placebos, and the confounding that would undo a link.

Tables for each arrow, kept with the fit. They are counts and chances, never verdicts: the sentences
follow from them by stated rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = [
    "SURE",
    "ConfoundingStudy",
    "LinkConfounding",
    "LinkPlacebo",
    "LinkPower",
    "PlaceboStudy",
    "PowerStudy",
    "Rate",
]

SURE = 0.80
"""Sign probability from which a link counts as shown."""
_ENOUGH = 0.5  # power below which a record could not have shown a link


@dataclass(frozen=True)
class Rate:
    """A share found in simulated replicates.

    Attributes:
        count: replicates in which it was so.
        of: all of them.

    >>> rate = Rate(8, 10)
    >>> round(rate.share, 2), round(rate.error, 2)
    (0.8, 0.12)
    """

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share; NaN of none."""
        return self.count / self.of if self.of else math.nan

    @property
    def error(self) -> float:
        """Monte Carlo error: sd of the share given the count under a flat prior, never 0."""
        p = (self.count + 1) / (self.of + 2)
        return math.sqrt(p * (1 - p) / (self.of + 3))

    def __str__(self) -> str:
        """In per cent with its error; a dash of none."""
        return f"{100 * self.share:.0f} ± {100 * self.error:.0f} %" if self.of else "-"


@dataclass(frozen=True)
class LinkPower:
    """What refits of simulated records found of one arrow, true effects being of stated size.

    Attributes:
        link, arrow: its link's id and its own name.
        power_raises: true effect positive, sign probability at least .80 that it raises.
        power_lowers: true effect negative, at least .80 that it lowers.
        wrong: true effect of either sign, at least .80 on the wrong side.
        coverage: true effect of either sign within the central 80 % interval of its signed size.
        false: no true effect, at least .80 on either side.
    """

    link: str
    arrow: str
    power_raises: Rate
    power_lowers: Rate
    wrong: Rate
    coverage: Rate
    false: Rate

    @property
    def power(self) -> Rate:
        """Both signs together."""
        up, down = self.power_raises, self.power_lowers
        return Rate(up.count + down.count, up.of + down.of)

    @property
    def sentence(self) -> str:
        """By rule: power under one half means that this record could not have shown it.

        >>> none = Rate(0, 0)
        >>> LinkPower("A1", "A1/x>y", Rate(2, 10), Rate(3, 10), none, none, none).sentence
        'this record could not have shown it'
        """
        if not self.power.of:
            return "power unknown: no replicate"
        if self.power.share < _ENOUGH:
            return "this record could not have shown it"
        return "this record could have shown it"


@dataclass(frozen=True)
class PowerStudy:
    """Power and coverage of one record under one fit.

    Attributes:
        replicates: computed ones.
        null: how many of them with event-to-event links into violent types left out.
        failed: replicates left out: more events than `event_cap`, or no fit. Shares are of truths
            that do not explode.
        event_cap: events of a simulated window after which it is left out.
        seed, chains, sweeps: of the refits.
        method: in words.
        links: by arrow, in the order of the case.
    """

    replicates: int
    null: int
    failed: int
    event_cap: int
    seed: int
    chains: int
    sweeps: int
    method: str
    links: tuple[LinkPower, ...]

    def of(self, arrow: str) -> LinkPower | None:
        """Return what was found of an arrow."""
        return next((link for link in self.links if link.arrow == arrow), None)


@dataclass(frozen=True)
class LinkPlacebo:
    """Sign probabilities of one arrow where its cause has been displaced, or cannot act.

    Attributes:
        link, arrow: its link's id and its own name.
        kind: `lead` (rows of the cause moved earlier), `shuffled` (at random days) or `foreign` (on
            a type to which no path leads).
        source: the cause, an event type.
        days: by which it was moved; 0 for other kinds.
        raises: chance that the arrow raises, for each placebo fit.
        main: the same in the main fit; NaN for a foreign type, to which there is no arrow.
    """

    link: str
    arrow: str
    kind: str
    source: str
    days: int
    raises: tuple[float, ...]
    main: float

    @property
    def false(self) -> Rate:
        """Placebo fits that show a sign with at least .80."""
        shown = sum(max(p, 1 - p) >= SURE for p in self.raises)
        return Rate(shown, len(self.raises))


@dataclass(frozen=True)
class PlaceboStudy:
    """Placebo fits of a case.

    Attributes:
        seed, chains, sweeps: of the fits.
        notes: what was not done, and why.
        method: in words.
        links: by arrow and kind.
    """

    seed: int
    chains: int
    sweeps: int
    notes: tuple[str, ...]
    method: str
    links: tuple[LinkPlacebo, ...]


@dataclass(frozen=True)
class LinkConfounding:
    """How an arrow fares as its cause is tied ever more closely to a latent factor.

    Attributes:
        link, arrow: its link's id and its own name.
        source: the cause, an event type.
        latent: the factor.
        main: chance that it raises in the main fit.
        without: the same without any latent factor.
        loadings: multipliers of the cause's rate per sd of the factor, held fixed in turn.
        correlations: of the cause's log-intensity with the factor over the window, for each.
        raises: chance that the arrow raises, for each.
    """

    link: str
    arrow: str
    source: str
    latent: str
    main: float
    without: float
    loadings: tuple[float, ...]
    correlations: tuple[float, ...]
    raises: tuple[float, ...]

    @property
    def shown(self) -> bool:
        """Whether the main fit shows a sign with at least .80."""
        return max(self.main, 1 - self.main) >= SURE

    @property
    def undone_at(self) -> float | None:
        """Smallest correlation at which the main fit's sign falls under .80; None if at none.

        Correlations need not grow with the loading: under a very large one the record leaves the
        factor little room to move.
        """
        if not self.shown:
            return None
        right = [p if self.main >= 0.5 else 1 - p for p in self.raises]
        found = [max(r, 0.0) for r, p in zip(self.correlations, right, strict=True) if p < SURE]
        return min(found, default=None)

    @property
    def sentence(self) -> str:
        """What would undo it, in words."""
        if not self.shown:
            return "its sign never reached .80"
        if self.undone_at is None:
            return f"none up to a correlation of {max(self.correlations):.2f} undoes it"
        return f"a correlation of {self.undone_at:.2f} with {self.latent} undoes it"


@dataclass(frozen=True)
class ConfoundingStudy:
    """Refits over a grid of a latent factor's loading on the causes of links.

    Attributes:
        seed, chains, sweeps: of the fits.
        method: in words.
        links: by arrow.
    """

    seed: int
    chains: int
    sweeps: int
    method: str
    links: tuple[LinkConfounding, ...]
