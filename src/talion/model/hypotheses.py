"""Rival explanations as sets of links: which of a case's links act under each.

The baseline `no_interaction` keeps what is no answer of one side to another: latent factors, which
nobody recorded and which move all at once; answers of a type of events to itself, that is campaigns;
and links that bear on nothing but how events get listed. It is the rival to beat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from talion.model.arrows import Arrow
from talion.model.case import Case
from talion.model.schema_hypotheses import BASELINE

__all__ = ["LinkSet", "baseline_links", "link_sets"]


@dataclass(frozen=True)
class LinkSet:
    """The links of one hypothesis.

    Attributes:
        id: of the hypothesis; `no_interaction` for the baseline.
        title: as printed.
        keeps: links that act, in the case's order.
        without: links that do not.
        held: states at which switches are held.
    """

    id: str
    title: str
    keeps: tuple[str, ...]
    without: tuple[str, ...]
    held: tuple[tuple[str, str], ...] = ()


def baseline_links(case: Case) -> tuple[str, ...]:
    """Return the links that the baseline keeps, in the case's order.

    >>> from talion.model.case import load_case
    >>> baseline_links(load_case("baghdad-2024"))
    ('R1', 'R3', 'R4', 'R4b')
    """
    only_listing = set(_only_listing(case))
    own: dict[str, list[Arrow]] = {}
    for arrow in case.arrows:
        own.setdefault(arrow.link, []).append(arrow)
    return tuple(
        link
        for link in case.links
        if own.get(link) and all(_no_answer(case, arrow, only_listing) for arrow in own[link])
    )


def link_sets(case: Case) -> tuple[LinkSet, ...]:
    """Return the link set of every hypothesis of a case, the baseline first."""
    base = set(baseline_links(case))
    found = [_link_set(case, BASELINE, "Escalation that nobody recorded, no interaction", base)]
    for name, hypothesis in case.document.hypotheses.items():
        kept = base | set(hypothesis.keeps)
        if hypothesis.without:
            kept = set(case.links) - set(hypothesis.without)
        held = tuple(hypothesis.held.items())
        found.append(_link_set(case, name, hypothesis.title, kept, held))
    return tuple(found)


def _link_set(
    case: Case, name: str, title: str, kept: set[str], held: tuple[tuple[str, str], ...] = ()
) -> LinkSet:
    keeps = tuple(link for link in case.links if link in kept)
    without = tuple(link for link in case.links if link not in kept)
    return LinkSet(name, title, keeps, without, held)


def _no_answer(case: Case, arrow: Arrow, only_listing: set[str]) -> bool:
    """Whether an arrow is none of one side's answers to another."""
    factor = case.factors.get(arrow.cause)
    return (
        (factor is not None and factor.kind == "latent")
        or arrow.kind == "factor-listing"
        or (arrow.kind == "event-event" and arrow.cause == arrow.effect)
        or arrow.effect in only_listing
    )


def _only_listing(case: Case) -> Iterator[str]:
    """Yield factors from which arrows lead to listing and nowhere else."""
    for name in case.factors:
        leaving = [arrow for arrow in case.arrows if arrow.cause == name]
        if leaving and all(arrow.kind == "factor-listing" for arrow in leaving):
            yield name
