"""Links as fitted with and without a rival explanation of the same events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit
    from talion.fit.case.stated import Span
    from talion.model.case import Case

__all__ = ["RivalLink", "RivalResult", "rivals_of"]


@dataclass(frozen=True)
class RivalLink:
    """One arrow: its effect, signed, in its unit, with the chance that it raises.

    Attributes:
        link, arrow, says, unit: as in `talion.fit.case.stated.LinkChange`.
        prior: before the record.
        beside: fitted beside the rival.
        alone: fitted without it; None where the fit has no such variant.
        informed: the record's likelihood depends on it.
    """

    link: str
    arrow: str
    says: str
    unit: str
    prior: Span
    beside: Span
    alone: Span | None
    informed: bool


@dataclass(frozen=True)
class RivalResult:
    """Links with and without a rival.

    Attributes:
        links, without, because: of the case file.
        variant: name of the fit without it.
        fitted: whether the fit has that variant.
        verdict: "" if that variant converged, else what did not.
        draws: of the fits beside the rival and without it.
        rows: the arrows of `links`.
    """

    links: tuple[str, ...]
    without: tuple[str, ...]
    because: str
    variant: str
    fitted: bool
    verdict: str
    draws: tuple[int, int]
    rows: tuple[RivalLink, ...]


def rivals_of(case: Case, fit: CaseFit) -> tuple[RivalResult, ...]:
    """Return every rival of a case, its links as fitted with and without it."""
    from talion.fit.case.stated import link_changes

    if not case.document.rivals:
        return ()
    beside = {change.arrow: change for change in link_changes(fit.main, case)}
    told = []
    for rival in case.document.rivals:
        variant = fit.variants.get(rival.variant)
        changes = () if variant is None else link_changes(variant, case)
        alone = {change.arrow: change.after for change in changes}
        rows = tuple(
            RivalLink(c.link, c.arrow, c.says, c.unit, c.before, c.after, alone.get(c.arrow), c.informed)
            for c in beside.values()
            if c.link in rival.links
        )  # fmt: skip
        told.append(
            RivalResult(
                rival.links,
                rival.without,
                rival.because,
                rival.variant,
                variant is not None,
                "" if variant is None else variant.verdict,
                (fit.main.size, 0 if variant is None else variant.size),
                rows,
            )
        )
    return tuple(told)
